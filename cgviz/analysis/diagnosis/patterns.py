"""Looks for a pattern, a small program whose inputs stand for any node, in a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import permutations

from cgviz.graph.nodes import CONSTANT, INPUT, Graph
from cgviz.values.arrays import is_array


@cache
def read_pattern(pattern: str) -> Graph:
    from cgviz.reading.api import as_written

    return as_written(pattern, True, False, ())


Binding = tuple[Mapping[str, int], frozenset[int]]


def matched(graph: Graph, index: int, pattern: str) -> Binding | None:
    """Returns which nodes u and v are where node `index` has the form of a pattern, and the stages inside it."""
    form = read_pattern(pattern)
    return next(fits(graph, index, form, form.output, {}, frozenset()), None)


def fits(
    graph: Graph, index: int, form: Graph, place: int, named: Mapping[str, int], inside: frozenset[int]
) -> Iterator[Binding]:
    """Yields every way in which node `index` fits a place of a pattern; recursion goes as deep as the pattern."""
    part, node = form.nodes[place], graph.nodes[index]
    if part.op is INPUT:
        if named.get(part.name, index) == index:
            yield {**named, part.name: index}, inside
        return
    if part.op is CONSTANT:
        if node.op is CONSTANT and not is_array(node.value) and node.value == part.value:
            yield named, inside
        return
    if node.op is not part.op or len(node.args) != len(part.args):
        return
    for args in orders(part.op.family, part.op.parameter, node.args):
        yield from all_fit(graph, args, form, part.args, named, inside | {index})


def all_fit(
    graph: Graph,
    args: tuple[int, ...],
    form: Graph,
    places: tuple[int, ...],
    named: Mapping[str, int],
    inside: frozenset[int],
) -> Iterator[Binding]:
    if not args:
        yield named, inside
        return
    for bound, more in fits(graph, args[0], form, places[0], named, inside):
        yield from all_fit(graph, args[1:], form, places[1:], bound, more)


def orders(family: str, parameter: object, args: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yields the operands in every order that means the same: any for products and plain sums."""
    if family == "product" or (family == "sum" and len(set(parameter)) == 1):  # type: ignore[call-overload]
        return permutations(args)
    return iter((args,))
