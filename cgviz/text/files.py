"""Files that a user names are read whole, up to a limit, and only where they are regular files."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from cgviz.errors import UsageError, quoted

OWN_STREAMS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")


def read_file(path: str, most: int) -> bytes:
    """Returns what a file holds, up to one byte more than `most`.

    A pipe or device is refused before it is waited for, apart from the process's own open files (`<(...)` of a shell).
    Raises UsageError.
    """
    try:
        with open(path, "rb", opener=unwaiting) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and not path.startswith(OWN_STREAMS):
                raise UsageError(f"{called(path)} is no regular file")
            return stream.read(most + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no file {quoted(path)}") from None
    except IsADirectoryError:
        raise UsageError(f"{quoted(path)} is a folder, not a file") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {called(path)}: {getattr(error, 'strerror', None) or error}") from error


def unwaiting(path: str, flags: int) -> int:
    """Opens a file so that a pipe without a writer is not waited for; the process's own open files may be."""
    return os.open(path, flags | (0 if path.startswith(OWN_STREAMS) else getattr(os, "O_NONBLOCK", 0)))


def called(path: str) -> str:
    """Returns a file as messages call it."""
    return f"the file {quoted(path)}"


def is_same(one: str, other: str) -> bool:
    """Tells whether two paths name one file, by whatever ways, also where it is not there yet."""
    with suppress(OSError, ValueError):
        if os.path.samefile(one, other):
            return True
    with suppress(OSError, ValueError):
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
    return False
