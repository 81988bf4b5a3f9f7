"""Standard output and standard error, whatever they are: a terminal, a closed pipe, a full disk, nothing at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cgviz.errors import RenderError, UsageError, printable


def prepare() -> None:
    """Makes the streams safe: no character can break them, and no file that is opened takes the place of one."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def printing() -> Iterator[None]:
    """Runs a block that prints, and flushes standard output. Raises RenderError where that cannot be written.

    A reader that went away (`| head -1`) is a BrokenPipeError, which ends the program silently.
    """
    try:
        if sys.stdout is None:
            raise RenderError("standard output is closed")
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        discard()
        raise
    except OSError as error:
        discard()
        raise RenderError(f"cannot write to standard output: {error.strerror}") from error


def discard() -> None:
    """Sends what is still buffered for standard output nowhere, so that Python does not complain when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def say(text: str) -> None:
    """Prints `text` on standard output, ended by a newline."""
    with printing():
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def say_bytes(content: bytes) -> None:
    """Writes bytes to standard output."""
    with printing():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def deliver(path: str, content: bytes, more: str = "") -> None:
    """Writes a file and says so; - is standard output."""
    from cgviz.text.output import write

    if path == "-":
        return say_bytes(content)
    write(path, content)
    note(f"wrote {printable(path)}{more}")


def is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def note(text: str) -> None:
    """Prints a message on standard error, after what standard output has; a closed stream is no trouble here."""
    with suppress(OSError, ValueError):
        if sys.stdout is not None:
            sys.stdout.flush()
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.write(aligned(text, sys.stderr.encoding or "ascii") + "\n")
            sys.stderr.flush()


def aligned(text: str, encoding: str) -> str:
    """Returns a message whose carets stay in place: below the first line an unknown letter is one `?`."""
    message, newline, marked = text.partition("\n")
    return message + newline + marked.encode(encoding, "replace").decode(encoding)


def read_bytes(most: int, what: str = "program") -> bytes:
    """Returns what standard input holds, up to `most` bytes. Raises UsageError where it cannot be read."""
    if sys.stdin is None:
        raise UsageError(f"standard input is closed; there is no {what} to read")
    if sys.stdin.isatty():
        note(f"reading the {what} from the terminal; Ctrl-D ends it")
    try:
        return sys.stdin.buffer.read(most)
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror}") from error
