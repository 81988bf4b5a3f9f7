"""Shows on standard error how far long work is, where that is a terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

Item = TypeVar("Item")
LONG = 40
TENTH = 0.1


def tracked(what: str) -> Callable[[Sequence[Item]], Iterator[Item]]:
    """Returns a function that goes through items, with a progress bar where there are many of them."""

    def each(items: Sequence[Item]) -> Iterator[Item]:
        if len(items) < LONG or sys.stderr is None or not sys.stderr.isatty():
            yield from items
            return
        with patient_interrupt(), bar() as progress:
            yield from progress.track(items, description=what)

    return each


@contextmanager
def descending(steps: int) -> Iterator[Callable[[int, float], None]]:
    """Gives a function that is told the number and the loss of every step, and shows both ten times a second."""
    if steps < 2 or sys.stderr is None or not sys.stderr.isatty():
        yield lambda step, loss: None
        return
    from cgviz.text.numbers import number

    with bar("loss {task.fields[loss]}") as progress:
        task = progress.add_task("descending", total=steps, loss="")
        due = 0.0

        def watch(step: int, loss: float) -> None:
            nonlocal due
            now = monotonic()
            if now >= due:
                due = now + TENTH
                progress.update(task, completed=step, loss=number(loss))

        yield watch


def bar(*more: str) -> Any:
    """Returns a bar that goes away when it is done; `more` are further texts beside it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    texts = map(TextColumn, more)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *texts, TimeRemainingColumn())
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
