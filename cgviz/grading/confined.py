"""Every student's file in a process of its own, with limits: of time, of memory, no file, no connection, no process.

The interpreter gives a student's file nothing of the kind; the limits hold even where it should be wrong.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any

from cgviz.errors import CgvizError, EvaluationError
from cgviz.grading.exercise import Exercise
from cgviz.grading.report import Grade
from cgviz.grading.submissions import Submission
from cgviz.grading.truth import shared

MEMORY = 2**30  # more than the process has when it begins
SECONDS = 20.0
PATIENCE = 3  # times the limit on the processor, where a machine is busy with other things


class OutrunError(EvaluationError):
    """A file did not come to an end within its limits."""


@dataclass
class Running:
    number: int
    process: Any
    answer: Connection
    due: float


def graded_one(exercise: Exercise, submission: Submission, seconds: float = SECONDS) -> Grade:
    """Returns the grade of one file. Raises CgvizError."""
    found = next(iter(graded(exercise, [submission], jobs=1, seconds=seconds)))[1]
    if isinstance(found, CgvizError):
        raise found
    return found


def graded(
    exercise: Exercise, handed_in: Sequence[Submission], *, jobs: int = 1, seconds: float = SECONDS
) -> Iterator[tuple[int, Grade | CgvizError]]:
    """Yields the number and the grade of every file as they come, or why it has none; whatever happens in a file."""
    prepare(exercise)
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    waiting, running = list(enumerate(handed_in))[::-1], list[Running]()
    try:
        while waiting or running:
            while waiting and len(running) < max(jobs, 1):
                number, submission = waiting.pop()
                running.append(begin(context, number, exercise, submission, seconds))
            wait([each.answer for each in running], timeout=max(min(each.due for each in running) - monotonic(), 0.01))
            for each in list(running):
                found = answered(each, seconds)
                if found is not None:
                    running.remove(each)
                    yield each.number, found
    finally:
        for each in running:
            stop(each)


def prepare(exercise: Exercise) -> None:
    """Computes once what all files need, and loads what a child may not load any more."""
    import cgviz.grading

    for module in pkgutil.walk_packages(cgviz.grading.__path__, "cgviz.grading."):
        importlib.import_module(module.name)
    shared(exercise)


def begin(context: Any, number: int, exercise: Exercise, submission: Submission, seconds: float) -> Running:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(theirs, exercise, submission, seconds), daemon=True)
    process.start()
    theirs.close()
    return Running(number, process, ours, monotonic() + PATIENCE * seconds)


def answered(each: Running, seconds: float) -> Grade | CgvizError | None:
    """Returns what a child has said, or that it is over; None while it works."""
    try:
        if each.answer.poll(0):
            found = each.answer.recv()
            stop(each)
            return found  # type: ignore[no-any-return]
    except (EOFError, OSError):
        stop(each)
        return OutrunError("the file could not be graded within its limits of memory and time")
    if monotonic() > each.due:
        stop(each)
        return OutrunError(f"the file did not come to an end within {seconds:g} s")
    return None


def stop(each: Running) -> None:
    with suppress(OSError, ValueError):
        each.process.kill()
    each.process.join(5)
    each.answer.close()


def child(answer: Connection, exercise: Exercise, submission: Submission, seconds: float) -> None:
    """Grades one file in a process of its own, and says what came of it."""
    found: Grade | CgvizError
    try:
        from cgviz.grading import judge

        handed_in = submission.listing()
        confine(seconds)
        found = judge(exercise, handed_in)
    except CgvizError as error:
        found = error
    except MemoryError:
        found = OutrunError("the file needs too much memory")
    except Exception as error:  # a row of this student's, never the end of a class
        found = EvaluationError(f"the file could not be graded ({type(error).__name__}: {str(error)[:120]})")
    send(answer, found)


def send(answer: Connection, found: Grade | CgvizError) -> None:
    try:
        answer.send(found)
    except Exception:
        answer.send(
            EvaluationError(str(found).partition("\n")[0][:200] if isinstance(found, CgvizError) else "no grade")
        )
    with suppress(OSError):
        answer.close()
    os._exit(0)


def confine(seconds: float) -> None:
    """Sets the limits of this process for good: no new file, connection or process, no larger file, memory, time."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 12_000))
    try:
        import resource
    except ImportError:
        return
    limits: list[tuple[str, Callable[[], int]]] = [
        ("RLIMIT_CPU", lambda: int(seconds) + 1),
        ("RLIMIT_AS", lambda: in_use() + MEMORY),
        ("RLIMIT_FSIZE", lambda: 0),
        ("RLIMIT_CORE", lambda: 0),
        ("RLIMIT_NOFILE", lambda: 0),
        ("RLIMIT_NPROC", lambda: 0),
    ]
    for name, most in limits:
        kind = getattr(resource, name, None)
        if kind is not None:
            with suppress(ValueError, OSError):
                resource.setrlimit(kind, (most(), most()))


def in_use() -> int:
    """Returns how many bytes of addresses this process has, as far as that can be known."""
    with suppress(OSError, ValueError, IndexError), open("/proc/self/statm", encoding="ascii") as stream:
        return int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 2**32
