"""Structure that repeats: steps of an unrolled network, layers that are alike, long chains of one gate.

Stages, or groups of them, stand in order; each is told by its gates and by how far back its operands are. A stretch in
which that comes again and again, at least three times, is one group with a count.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from cgviz.drawing.diagram.groups import Group
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.records import record

LEAST, LONGEST, FAR = 3, 64, 64  # repetitions; units in one of them; what is farther back is only far
FEW = 3  # inputs that stand outside the box of what alone uses them


@record
class Unit:
    """A stage, or a group of them, with what tells it from others; `given`: it ends in a stage that somebody named."""

    members: tuple[int, ...]
    looks: Hashable
    group: Group | None = None
    given: bool = False


def repeats(graph: Graph, groups: Sequence[Group] = ()) -> list[Group]:
    """Returns the stretches of a graph that repeat, each as one group; the other groups as they are."""
    units = units_of(graph, groups)
    found: list[Group] = []
    todo = [(0, len(units))]
    while todo:
        first, end = todo.pop()
        start, period, length = stretch([unit.looks for unit in units[first:end]])
        if not length:
            found += [unit.group for unit in units[first:end] if unit.group]
            continue
        start += first
        shift = aligned([unit.given for unit in units[start : start + length]], period)
        times = (length - shift) // period
        start, stop = start + shift, start + shift + period * times
        found.append(merged(graph, units[start:stop], times))
        todo += [(first, start), (stop, end)]
    return sorted(found, key=lambda group: min(group.members))


def units_of(graph: Graph, groups: Sequence[Group]) -> list[Unit]:
    """Returns the units in the order of their stages; groups whose stages stand apart are left in pieces."""
    place = {index: at for at, index in enumerate(graph.stages)}
    whole = [group for group in groups if len(group.members) == 1 + span(sorted(place[i] for i in group.members))]
    home = {index: group for group in whole for index in group.members}
    parts: list[tuple[tuple[int, ...], Group | None]] = []
    for index in graph.stages:
        group = home.get(index)
        if group is None:
            parts.append(((index,), None))
        elif index == min(group.members):
            parts.append((tuple(sorted(group.members)), group))
    unit = {index: at for at, (members, _) in enumerate(parts) for index in members}
    return [
        Unit(members, looks(graph, members, unit), group, graph.nodes[members[-1]].given) for members, group in parts
    ]


def span(places: Sequence[int]) -> int:
    return places[-1] - places[0]


def looks(graph: Graph, members: Sequence[int], unit: Mapping[int, int]) -> Hashable:
    """Returns what a unit is made of: its gates, and where each of their operands comes from."""
    inside = {index: at for at, index in enumerate(members)}
    here = unit[members[0]]

    def operand(index: int) -> Hashable:
        node = graph.nodes[index]
        if not node.is_stage:
            return "constant" if node.op is CONSTANT else "input"
        return ("own", inside[index]) if index in inside else ("before", min(here - unit[index], FAR))

    return tuple((graph.nodes[i].op.name, tuple(map(operand, graph.nodes[i].args))) for i in members)


def stretch(looks: Sequence[Hashable]) -> tuple[int, int, int]:
    """Returns the stretch that repeats and is worth most: where it begins, its period, how long it is; 0 if none is."""
    best, most = (0, 1, 0), 0
    numbers: dict[Hashable, int] = {}
    same = [numbers.setdefault(look, len(numbers)) for look in looks]
    for period in range(1, min(LONGEST, len(same) // LEAST) + 1):
        run = 0
        for at, (one, before) in enumerate(zip([*same[period:], -1], same, strict=False), period):
            if one == before:
                run += 1
                continue
            times = run // period + 1
            saved = (times - 1) * period
            if times >= LEAST and saved > most:
                best, most = (at - run - period, period, run + period), saved
            run = 0
    return best


def aligned(given: Sequence[bool], period: int) -> int:
    """Returns where the first repetition begins, so that each ends in a stage that somebody named, if any can."""
    for shift in range(period):
        if given[shift + period - 1] and (len(given) - shift) // period >= LEAST:
            return shift
    return 0


def merged(graph: Graph, units: Sequence[Unit], times: int) -> Group:
    """Returns units as one group, called by the first and the last of them."""
    ends = [unit.group.title if unit.group else str(graph.nodes[unit.members[-1]].shown) for unit in units]
    first = ends[len(units) // times - 1]
    members = frozenset(index for unit in units for index in unit.members)
    own = [i for i in graph.inputs if graph.edges_out[i] and all(target in members for target, _ in graph.edges_out[i])]
    return Group(f"{first} … {ends[-1]}", members, times, frozenset(own if len(own) > FEW else ()))
