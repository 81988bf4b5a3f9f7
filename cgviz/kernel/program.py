"""The program of a request: read, with the values that were sent, and 1 where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any

from cgviz.errors import CgvizError, ExpressionError, UsageError, quoted
from cgviz.graph.nodes import Graph
from cgviz.kernel.requests import KernelRequest
from cgviz.reading.api import as_value, read
from cgviz.records import record
from cgviz.runs.expanding import expanded
from cgviz.runs.run import Run
from cgviz.runs.starting import start, without_seed
from cgviz.values.arrays import Value, every_finite


@record
class KernelProgram:
    """A run, and what is to be said about how it came about. `filled` are the inputs that got a 1."""

    run: Run
    filled: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def opened(asked: KernelRequest) -> KernelProgram:
    """Returns the run that a request asks for. Raises CgvizError."""
    if not asked.program.strip():
        raise UsageError("there is no program yet; type an expression, as in x*y + sin(x)")
    how = asked.options
    graph = read_once(asked.program, how.detail, how.share, how.ties, how.latex, tuple(asked.inputs))
    values = {name: value_of(name, sent) for name, sent in asked.inputs.items() if sent not in (None, "")}
    names = [graph.nodes[index].name for index in graph.inputs]
    given = {name: value for name, value in values.items() if name in names}
    notes = [f"{quoted(name)} is no input of this program any more" for name in values if name not in names]
    missing = [
        graph.nodes[i].name for i in graph.inputs if graph.nodes[i].value is None and graph.nodes[i].name not in given
    ]
    filled = tuple(missing) if how.fill else ()
    try:
        seed = None if how.upstream in (None, "") else value_of("upstream", how.upstream)
        made = start(graph, {**given, **dict.fromkeys(filled, 1.0)}, upstream=seed)
    except CgvizError as error:
        raise with_hint(error, filled) from error
    return KernelProgram(expanded(made, how.expand), filled, notes)


def with_hint(error: CgvizError, filled: tuple[str, ...]) -> CgvizError:
    """Returns the error; where inputs were filled with 1 and shapes do not fit, it says that they may be arrays."""
    said = str(error.args[0])
    if not filled or "shape" not in said:
        return error
    names = ", ".join(filled[:4])
    text = f"{said.partition('; ')[0]}; give {names} a value, an array as in [[1, 2], [3, 4]]"
    if isinstance(error, ExpressionError):
        return ExpressionError(text, error.text, error.start, error.end)
    return UsageError(text)


@lru_cache(maxsize=32)
def read_once(program: str, detail: str, share: bool, ties: str, latex: bool | None, given: tuple[str, ...]) -> Graph:
    """Returns the graph of a program; the same text is read once, however often its numbers change."""
    return read(program, detail=detail, share=share, ties=ties, latex=latex, given=given)


def value_of(name: str, sent: Any) -> Value:
    """Returns a value that was sent: a number, an array as lists, or a constant expression (`pi/4`, `[1/3, 2]`).

    Raises UsageError.
    """
    if isinstance(sent, str):
        return constant(name, sent)
    if isinstance(sent, (bool, Mapping)):
        raise UsageError(f"the value of {quoted(name)} is a number, an array or a constant expression")
    return as_value(name, sent)


def constant(name: str, text: str) -> Value:
    """Returns the value of a text without variables; the reader of programs reads it, nothing is executed."""
    try:
        made = without_seed(read(text), {})
    except CgvizError as error:
        raise UsageError(f"the value of {quoted(name)}: {error.args[0]}") from error
    if made.bare.inputs or made.values[made.bare.output] is None:
        named = f": it names {quoted(made.bare.nodes[made.bare.inputs[0]].shown)}" if made.bare.inputs else ""
        raise UsageError(f"the value of {quoted(name)}, {quoted(text)}, is not a number{named}")
    if not every_finite(made.values[made.bare.output]):
        raise UsageError(f"the value of {quoted(name)}, {quoted(text)}, is not a finite number")
    return made.values[made.bare.output]
