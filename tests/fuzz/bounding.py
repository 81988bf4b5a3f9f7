"""A limit of time for one case: a hang is a failure."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def bounded(what: Any, seconds: int) -> Iterator[None]:
    """Fails instead of hanging."""

    def fail(*_: Any) -> None:
        pytest.fail(f"more than {seconds} seconds: {what!r}")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
