"""Files are written whole or not at all: beside the target first, then moved over it in one step."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike

from cgviz.errors import RenderError, quoted


def write(path: str | PathLike[str], content: bytes) -> None:
    """Writes `content` to a file. A device or pipe is written straight, a symlink followed, a file's mode kept.

    On any failure, Ctrl-C too, a file that was there before stays as it was. Raises RenderError.
    """
    path = os.fspath(path)
    check(path)
    with explained(path):
        if is_stream(path):
            with open(path, "wb", buffering=0) as stream:
                pour(stream.fileno(), content)
        else:
            replace(os.path.realpath(path), content)


def check(path: str) -> None:
    """Raises RenderError where `path` cannot be written: asked before the work, so that nobody waits for nothing."""
    with explained(path):
        target = os.path.realpath(path)
        folder = os.path.dirname(target)
        if is_stream(path):
            return
        if os.path.isdir(target):
            raise failed(path, "it is a folder")
        if not os.path.isdir(folder):
            raise failed(path, f"there is no folder {quoted(folder, 200)}")
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise failed(path, "the file is read-only")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise failed(path, f"the folder {quoted(folder, 200)} is read-only")


def is_stream(path: str) -> bool:
    """Tells whether `path` is a device, a pipe or a socket, or one of the process's own open files."""
    if path.startswith(("/dev/", "/proc/")):
        return True
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def replace(target: str, content: bytes) -> None:
    """Writes a new file in the target's folder (its mode follows the umask) and puts it in the target's place."""
    new = os.path.join(os.path.dirname(target), f".cgviz-{os.urandom(8).hex()}.tmp")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        try:
            if os.path.exists(target):
                os.chmod(new, stat.S_IMODE(os.stat(target).st_mode))
            pour(descriptor, content)
        finally:
            os.close(descriptor)
        os.replace(new, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(new)
        raise


def pour(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@contextmanager
def explained(path: str) -> Iterator[None]:
    """Turns what the system says into one line that names the file."""
    try:
        yield
    except OSError as error:
        raise failed(path, error.strerror or type(error).__name__) from error
    except ValueError as error:
        raise failed(path, str(error)) from error


def failed(path: str, why: str) -> RenderError:
    return RenderError(f"cannot write {quoted(path, 200)}: {why}")
