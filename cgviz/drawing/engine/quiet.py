"""Keeps a C library's own lines away from the user, and lets Ctrl-C stop it at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

ERROR_STREAM = 2


@contextmanager
def error_stream_kept() -> Iterator[IO[bytes]]:
    """Sends what is written to file descriptor 2 meanwhile into the file that it yields."""
    with scratch_file() as kept:
        try:
            saved = os.dup(ERROR_STREAM)
        except OSError:  # standard error is closed: nobody to disturb
            yield kept
            return
        os.dup2(kept.fileno(), ERROR_STREAM)
        try:
            yield kept
        finally:
            os.dup2(saved, ERROR_STREAM)
            os.close(saved)


@contextmanager
def interruptible() -> Iterator[None]:
    """Gives SIGINT its default action meanwhile: Python's own handler would wait for the C call to end.

    Only in the main thread, the one that may; a handler that is not Python's own (ignored under nohup, or
    the calling program's) stays.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def scratch_file() -> IO[bytes]:
    """Returns an unnamed file, in memory where the system can (a read-only machine has no temporary folder)."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("cgviz"), "r+b")
    from tempfile import TemporaryFile

    return TemporaryFile("r+b")
