"""Columns bind to inputs by name: one column to a number, `x_0, x_1, ...` together to a vector `x`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from cgviz.errors import ExpressionError, UsageError, quoted
from cgviz.records import record
from cgviz.text.identifiers import name as spelled

MEMBER = re.compile(r"(?P<stem>.*?[^\W\d])(?:_?(?P<plain>[0-9]+)|\[(?P<index>[0-9]+)\])")


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
