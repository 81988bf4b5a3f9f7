"""The paths whose products are largest, best first, without looking at the others.

Every node knows the best that its paths to the output can make of a product (`Endings`), so a partial path is only
followed where it ends as well as any other that is still open: finding k paths costs about k times their length.
What is 0, inf or nan is no question of size: nan comes first, since it spoils the sum, then inf, then numbers, then
0; IEEE's rules decide which of these a product is. Equals come in the order of the backward pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush, nsmallest
from itertools import chain, islice
from math import inf, isinf, log2
from typing import TypeAlias

from cgviz.analysis.paths.web import Edge, Path, Web

NUMBER, ZERO, INFINITE, UNDEFINED = 0, 1, 2, 4
RANKING = (UNDEFINED, INFINITE, NUMBER, ZERO)
KIND = (NUMBER, ZERO, INFINITE, UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED)
"""What a product is, by the kinds of its factors or-ed together: 0 · inf is nan."""

SAME = 9
"""Decimals of log₂ by which products are told apart: what rounding alone sets apart is equal."""

Link: TypeAlias = "tuple[Edge, Link] | None"


def listed(web: Web, source: int, most: int) -> list[Path]:
    """Returns at most `most` paths from `source` to the output, the largest |product| first.

    In the symbolic state, where no product is known, they come in the order of the backward pass.
    """
    search = Search(web)
    found = chain.from_iterable(search.paths(source, kind, most) for kind in RANKING)
    return [web.path(source, edges) for edges in islice(found, most)]


class Search:
    """Best-first search in one web.

    endings  the kinds of products that the paths of each node make
    best     log₂ of the largest product among those that are numbers; −inf where there is none
    """

    def __init__(self, web: Web) -> None:
        self.web, self.output = web, web.run.graph.output
        self.known_ways: dict[int, list[tuple[Edge, int, float]]] = {}
        self.endings: list[frozenset[int]] = [frozenset()] * len(web.out)
        self.best = [-inf] * len(web.out)
        self.endings[self.output], self.best[self.output] = frozenset([NUMBER]), 0.0
        for index in range(self.output - 1, -1, -1):
            edges = web.out[index]
            if edges:
                self.endings[index] = frozenset(KIND[self.kind(e) | end] for e in edges for end in self.endings[e[0]])
                self.best[index] = max(self.size(edge) + self.best[edge[0]] for edge in edges)

    def local(self, edge: Edge) -> float:
        return 1.0 if self.web.run.symbolic else self.web.run.locals[edge[0]][edge[1]] or 0.0

    def kind(self, edge: Edge) -> int:
        local = self.local(edge)
        return UNDEFINED if local != local else INFINITE if isinf(local) else NUMBER if local else ZERO

    def size(self, edge: Edge) -> float:
        """Returns log₂ of a local derivative; −inf where it is no number to be multiplied."""
        return log2(abs(self.local(edge))) if self.kind(edge) == NUMBER else -inf

    def paths(self, source: int, kind: int, most: int) -> Iterator[tuple[Edge, ...]]:
        """Yields the paths whose product is of one kind, numbers by size; at least `most` where there are so many.

        A partial path is ordered by what its detours from the best path cost so far, then the newest first: along
        the best path that cost stays as it is, to the bit, so that each path is finished before another is begun.
        Every open path will be at least one of those that are found, so no more than `most` need be kept.
        """
        fits = {so_far: {end for end in RANKING if KIND[so_far | end] == kind} for so_far in RANKING}
        open_paths: list[tuple[float, int, int, int, Link]] = []
        newest, dearest = 0, inf
        if not fits[NUMBER].isdisjoint(self.endings[source]):
            open_paths.append((0.0, newest, source, NUMBER, None))
        while open_paths:
            so_dear, _, index, so_far, link = heappop(open_paths)
            if index == self.output:
                yield unlinked(link)
                continue
            if len(open_paths) > 4 * most:
                open_paths = nsmallest(most, open_paths)
                dearest = open_paths[-1][0]
            for edge, edge_kind, detour in self.ways(index):
                cost = round(so_dear + detour, SAME) if kind == NUMBER else 0.0
                with_edge = KIND[so_far | edge_kind]
                if cost <= dearest and not fits[with_edge].isdisjoint(self.endings[edge[0]]):
                    newest -= 1
                    heappush(open_paths, (cost, newest, edge[0], with_edge, (edge, link)))

    def ways(self, index: int) -> list[tuple[Edge, int, float]]:
        """Returns the edges that leave a node, the last first, each with its kind and the cost of taking it.

        The cost is by how much log₂ of a product shrinks against the best edge of the node.
        """
        found = self.known_ways.get(index)
        if found is None:
            best = self.best[index]
            found = self.known_ways[index] = [
                (edge, self.kind(edge), round(best - self.size(edge) - self.best[edge[0]], SAME))
                if self.kind(edge) == NUMBER and self.best[edge[0]] > -inf
                else (edge, self.kind(edge), inf)
                for edge in reversed(self.web.out[index])
            ]
        return found


def unlinked(link: Link) -> tuple[Edge, ...]:
    """Returns the edges of a path that was built from its end."""
    edges = []
    while link is not None:
        edge, link = link
        edges.append(edge)
    return tuple(reversed(edges))
