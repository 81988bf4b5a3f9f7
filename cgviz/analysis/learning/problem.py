"""A program, its values and its data become an objective and a place to start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from unicodedata import normalize

from cgviz.analysis.learning.binding import Binding, bind
from cgviz.analysis.learning.choice import objective
from cgviz.analysis.learning.objective import Objective, Parameters
from cgviz.errors import UsageError, quoted
from cgviz.graph.lookup import closest, listed
from cgviz.graph.nodes import Graph
from cgviz.graph.roles import roles_of
from cgviz.records import record
from cgviz.text.tables import Sheet
from cgviz.values.arrays import Value, settled


@record
class Problem:
    """What is to be minimised, where the parameters start, and what a user should know of how it was put together."""

    objective: Objective
    start: Parameters
    notes: tuple[str, ...] = ()


def problem(graph: Graph, given: Mapping[str, Value], wrt: Sequence[str] | None, sheet: Sheet | None) -> Problem:
    """Returns the problem: columns bind to inputs, parameters start where they are given, by default or at 0.

    wrt   the parameters; None takes every input that is no column, and that the program does not call data or constant

    Raises UsageError where a name is none, or has two values, or none.
    """
    inputs = {graph.nodes[index].name: graph.nodes[index].value for index in graph.inputs}
    if not inputs:
        raise UsageError("the program has no inputs: there is nothing to descend in")
    binding = bind(sheet.header, inputs, {*given, *(wrt or ())}) if sheet else Binding({}, {}, ())
    if sheet and not (binding.numbers or binding.vectors):
        raise UsageError(f"no column of {sheet.called} is an input of the program; it has {listed(sheet.header)}")
    columns = [name for name in inputs if name in binding.numbers or name in binding.vectors]
    fixed = [] if wrt else held(graph, inputs, columns)
    names = checked(wrt, list(inputs), [*columns, *fixed])
    if sheet and wrt is None:
        check_near(binding, [name for name in names if name not in given], sheet.called)
    for name in columns:
        if name in given:
            raise UsageError(f"{quoted(name)} has two values: a column of the data, and --{name}")
    constants = others(inputs, given, [*names, *columns], bool(sheet))
    start = {name: settled(first_of(given.get(name), inputs[name], 0.0)) for name in names}
    notes = [*staying(fixed), *ignored(binding), *defaults(sheet, given, constants)]
    notes += zeros([name for name in names if name not in given and inputs[name] is None])
    return Problem(objective(graph, start, constants, sheet, binding), start, tuple(notes))


def check_near(binding: Binding, free: Sequence[str], called: str) -> None:
    """Raises UsageError for a column that is no input beside an input that is nearly called so, or as data are called:
    that is no parameter."""
    for column in filter(None, binding.ignored):
        for name in free:
            if is_near(column, name) or DATA.fullmatch(letters(name)):
                raise UsageError(
                    f"column {quoted(column)} of {called} is no input, and the input {quoted(name)} is no column: call "
                    f"the column {name}, or, if {quoted(name)} is to be learned, say so with --wrt {','.join(free)}"
                )


MARKED = re.compile(r"(?<=.)(hat|bar|tilde|true|pred|\d+)$")


DATA = re.compile(r"[xyt]\d*|[xy]?(train|test|true|data|obs)|(target|label|input|output|feature|sample|class)s?")
"""Names that inputs have which are data, not parameters."""


def letters(name: str) -> str:
    return re.sub(r"[\W_]", "", normalize("NFD", name)).casefold()


def is_near(column: str, name: str) -> bool:
    """Tells whether two names differ in case, signs between their letters, marks, a number, or a slip of the finger."""
    one, two = letters(column), letters(name)
    if one == two or MARKED.sub("", one) == two or one == 2 * two:
        return bool(one)
    return len(two) > 3 and bool(get_close_matches(two, [one], n=1, cutoff=0.8))


def held(graph: Graph, inputs: Mapping[str, Value | None], columns: Sequence[str]) -> list[str]:
    """Returns the inputs that the program declares as data or constant, and that are no column: they do not move."""
    roles = roles_of(graph.program)
    told = {*roles.get("data", ()), *roles.get("constant", ())}
    return [name for name in inputs if name in told and name not in columns]


def staying(fixed: Sequence[str]) -> list[str]:
    return [f"{listed(fixed)} {'does' if len(fixed) == 1 else 'do'} not move: the program says so"] if fixed else []


def first_of(*values: Value | None) -> Value:
    """Returns the first value that there is."""
    return next(value for value in values if value is not None)


def checked(wrt: Sequence[str] | None, inputs: list[str], columns: list[str]) -> list[str]:
    """Returns the names of the parameters. Raises UsageError."""
    if wrt is None:
        free = [name for name in inputs if name not in columns]
        if free:
            return free
        raise UsageError("every input is a column of the data, or called data: there is no parameter to descend in")
    for name in wrt:
        if name not in inputs:
            raise UsageError(f"--wrt: {quoted(name)} is not an input of the program{closest(name, inputs)}")
        if name in columns:
            raise UsageError(f"--wrt: {quoted(name)} is a column of the data, and no parameter")
        if list(wrt).count(name) > 1:
            raise UsageError(f"--wrt names {quoted(name)} twice")
    return list(wrt)


def others(
    inputs: Mapping[str, Value | None], given: Mapping[str, Value], known: Sequence[str], with_data: bool
) -> Parameters:
    """Returns the values of the inputs that are neither parameter nor column. Raises UsageError for one without."""
    values = {name: given.get(name, default) for name, default in inputs.items() if name not in known}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        what = "is neither a column of the data nor in --wrt" if with_data else "is not in --wrt"
        which = quoted(missing[0]) if len(missing) == 1 else f"each of {listed(missing)}"
        raise UsageError(f"no value for {listed(missing)}: {which} {what}; give --{missing[0]} VALUE")
    return {name: settled(value) for name, value in values.items() if value is not None}


def ignored(binding: Binding) -> list[str]:
    named = [name for name in binding.ignored if name]
    unnamed = len(binding.ignored) - len(named)
    notes = [f"ignored, since no input bears the name: {plural(len(named), 'column')} {listed(named)}"] if named else []
    return notes + ([f"ignored: {unnamed} {plural(unnamed, 'column')} without a name"] if unnamed else [])


def defaults(sheet: Sheet | None, given: Mapping[str, Value], constants: Parameters) -> list[str]:
    """Says which inputs stay at the program's default though there are data: a column may be misspelt."""
    kept = [name for name in constants if name not in given]
    return [f"no column for {listed(kept)}: the program's default for every example"] if sheet and kept else []


def zeros(names: list[str]) -> list[str]:
    return [f"{listed(names)} {'starts' if len(names) == 1 else 'start'} at 0"] if names else []


def plural(number: int, what: str) -> str:
    return what if number == 1 else f"{what}s"
