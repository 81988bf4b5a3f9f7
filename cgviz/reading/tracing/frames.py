"""While a function is traced, values that it binds to local variables get the variables' names."""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from cgviz.reading.tracing.tape import Tape
from cgviz.reading.tracing.tracer import Tracer

MOST_NAMED_LINES = 2000


@contextmanager
def local_names(
    tape: Tape, function: Callable[..., Any], node_of: Callable[[Any], int | None] | None = None
) -> Iterator[None]:
    """Watches the function's own frame line by line, for the first 2000 lines that run, and at its return.

    `node_of` tells which node a value stands for that is no tracer: a tensor. Watching costs every call that is made
    meanwhile: it ends after those lines, and a function that binds nothing is not watched at all.
    """
    code = getattr(inspect.unwrap(function), "__code__", None)
    lines = 0
    watched: list[FrameType] = []
    before = sys.gettrace()

    def look(frame: FrameType) -> None:
        for variable, value in frame.f_locals.items():
            if type(value) is Tracer:
                node = value._index if value.tape is tape else None
            else:
                node = node_of(value) if node_of else None
            if node is not None and variable.isidentifier():
                tape.name(variable, node)

    def in_frame(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += 1
        if event == "return":
            watched.remove(frame)
            look(frame)
        elif lines <= MOST_NAMED_LINES:
            look(frame)
        elif event == "line":
            sys.settrace(before)
        return in_frame

    def on_call(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not code:
            return None
        watched.append(frame)
        return in_frame

    if code is not None and binds(code):
        sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(before)
        while watched:  # what they held at their return
            look(watched.pop())


def binds(code: CodeType) -> bool:
    """Tells whether a function binds a value to one of its variables."""
    return any(each.opname in ("STORE_FAST", "STORE_DEREF") for each in dis.get_instructions(code))
