"""A program, its values and its data become an objective and a place to start."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from unicodedata import normalize

from cgviz.analysis.learning.columns import FEW, ColumnObjective, ScalarObjective
from cgviz.analysis.learning.objective import Examples, Objective, Parameters
from cgviz.errors import CgvizError, ExpressionError, UsageError, quoted
from cgviz.graph.lookup import closest, listed
from cgviz.graph.nodes import Graph
from cgviz.graph.roles import roles_of
from cgviz.graph.shapes import shaped
from cgviz.records import record
from cgviz.text.identifiers import name as spelled
from cgviz.text.tables import DataSheet
from cgviz.values.arrays import Shape, Value, numpy, settled, shape_of

MARKED = re.compile(r"(?<=.)(hat|bar|tilde|true|pred|\d+)$")
DATA = re.compile(r"[xyt]\d*|[xy]?(train|test|true|data|obs)|(target|label|input|output|feature|sample|class)s?")
"""Names that inputs have which are data, not parameters."""
MEMBER = re.compile(r"(?P<stem>.*?[^\W\d])(?:_?(?P<plain>[0-9]+)|\[(?P<index>[0-9]+)\])")


@record
class Problem:
    """What is to be minimised, where the parameters start, and what a user should know of how it was put together."""

    objective: Objective
    start: Parameters
    notes: tuple[str, ...] = ()


def problem(graph: Graph, given: Mapping[str, Value], wrt: Sequence[str] | None, sheet: DataSheet | None) -> Problem:
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


def defaults(sheet: DataSheet | None, given: Mapping[str, Value], constants: Parameters) -> list[str]:
    """Says which inputs stay at the program's default though there are data: a column may be misspelt."""
    kept = [name for name in constants if name not in given]
    return [f"no column for {listed(kept)}: the program's default for every example"] if sheet and kept else []


def zeros(names: list[str]) -> list[str]:
    return [f"{listed(names)} {'starts' if len(names) == 1 else 'start'} at 0"] if names else []


def plural(number: int, what: str) -> str:
    return what if number == 1 else f"{what}s"


@record
class Binding:
    """Which columns an input takes its values from: `numbers` one each, `vectors` several each, in their order.

    ignored   the columns that are no input, as they were written
    """

    numbers: dict[str, int]
    vectors: dict[str, tuple[int, ...]]
    ignored: tuple[str, ...]


def bind(header: Sequence[str], inputs: Collection[str], settled: Collection[str] = ()) -> Binding:
    """Returns which columns each of the inputs takes; those that are `settled` are no vectors of columns.

    >>> bind(["x_1", "x_2", "y", "day"], ["x", "y"])
    Binding(numbers={'y': 2}, vectors={'x': (0, 1)}, ignored=('day',))

    Raises UsageError for two columns of one name, and for members of a vector that leave a gap.
    """
    names = [column_name(written) for written in header]
    check_twice(names)
    numbers = {name: at for at, name in enumerate(names) if name in inputs}
    members: dict[str, dict[int, int]] = {}
    stems = set(inputs) - set(settled) - numbers.keys()
    for at, name in enumerate(names):
        member = MEMBER.fullmatch(name)
        if name in numbers or member is None or member["stem"] not in stems:
            continue
        found, place = members.setdefault(member["stem"], {}), int(member["plain"] or member["index"])
        if place in found:
            raise UsageError(f"the columns {quoted(header[found[place]])} and {quoted(header[at])} are one member")
        found[place] = at
    vectors = {stem: in_order(stem, found) for stem, found in members.items()}
    taken = {*numbers.values(), *(at for columns in vectors.values() for at in columns)}
    return Binding(numbers, vectors, tuple(header[at] for at in range(len(header)) if at not in taken))


def column_name(written: str) -> str:
    """Returns the name of a column as programs spell it (`x₁` is `x_1`); what is no name stays as it is."""
    stem, bracket, index = written.strip().partition("[")
    try:
        return spelled(stem.strip()) + bracket + index if stem else written
    except ExpressionError:
        return written


def check_twice(names: Sequence[str]) -> None:
    seen = set[str]()
    for name in filter(None, names):
        if name in seen:
            raise UsageError(f"two columns are called {quoted(name)}; a column's name stands once in the header")
        seen.add(name)


def in_order(stem: str, members: dict[int, int]) -> tuple[int, ...]:
    """Returns the columns of a vector, first member first. Raises UsageError where one is missing."""
    first = min(members)
    expected = range(first, first + len(members))
    missing = next((place for place in expected if place not in members), None)
    if first > 1 or missing is not None:
        gap = missing if first <= 1 else 1
        raise UsageError(f"the vector {quoted(stem)} lacks its column {stem}_{gap}; members count from 0 or from 1")
    return tuple(members[place] for place in expected)


def objective(
    graph: Graph, start: Parameters, constants: Parameters, sheet: DataSheet | None, binding: Binding
) -> Objective:
    """Returns the mean of the program over the rows.

    Raises UsageError for a cell that is no number, and where shapes do not fit or do not make one number.
    """
    every = cases(sheet, binding)
    graph = fitted(graph, {name: shape_of(value) or () for name, value in {**start, **constants, **every[0]}.items()})
    single = ScalarObjective(graph, tuple(start), every, constants)
    many = ColumnObjective(single)
    return many if (single.examples >= FEW or graph.has_arrays) and sheet and many.fits else single


def fitted(graph: Graph, shapes: Mapping[str, Shape]) -> Graph:
    """Returns the graph with its shapes. Raises UsageError where an example does not make one number."""
    try:
        made = shaped(graph, dict(shapes))
    except CgvizError as error:
        arrays = [name for name, shape in shapes.items() if shape]
        numbers = [name for name, shape in shapes.items() if not shape]
        if arrays and numbers:
            said = f"{quoted(arrays[0])} is an array and {quoted(numbers[0])} a number"
            raise UsageError(f'{error}\n{said}; an array starts from --{numbers[0]} "[0, 0]"') from error
        raise
    output = made.nodes[made.output]
    if output.shape:
        raise UsageError(
            f"the loss of an example is one number, and {quoted(output.name or 'the output')} "
            f"has the shape {output.shape}; reduce it, as in sum(...)"
        )
    return made


def cases(sheet: DataSheet | None, binding: Binding) -> Examples:
    """Returns a value by name for every row; without data one case in which nothing differs."""
    if not sheet:
        return ({},)
    columns = {name: sheet.numbers(at) for name, at in binding.numbers.items()}
    stacked = {
        name: numpy().array([sheet.numbers(at) for at in several]).T for name, several in binding.vectors.items()
    }
    every = {**columns, **stacked}
    return [dict(zip(every, row, strict=True)) for row in zip(*every.values(), strict=True)]
