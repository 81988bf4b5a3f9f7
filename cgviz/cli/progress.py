"""Shows on standard error how far long work is, where that is a terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
LONG = 40


def tracked(what: str) -> Callable[[Sequence[Item]], Iterator[Item]]:
    """Returns a function that goes through items, with a progress bar where there are many of them."""

    def each(items: Sequence[Item]) -> Iterator[Item]:
        if len(items) < LONG or sys.stderr is None or not sys.stderr.isatty():
            yield from items
            return
        with patient_interrupt(), bar() as progress:
            yield from progress.track(items, description=what)

    return each


def bar() -> Any:
    """Returns a bar that goes away when it is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextmanager
def patient_interrupt() -> Iterator[None]:
    """Lets Ctrl-C wait for the end of the drawing at hand, so that the terminal gets its cursor back."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
