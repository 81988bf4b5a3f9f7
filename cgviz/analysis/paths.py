"""Paths from a node to the output: how many there are, which have the largest products, and what they light up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from heapq import heappop, heappush, nsmallest
from itertools import chain, islice
from math import inf, isinf, log2
from typing import TypeAlias

from cgviz.errors import UsageError
from cgviz.graph.nodes import CONSTANT
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS, number

Edge = tuple[int, int]


"""(target, slot): the edge that feeds an argument of a node."""
NUMBER, ZERO, INFINITE, UNDEFINED = 0, 1, 2, 4
RANKING = (UNDEFINED, INFINITE, NUMBER, ZERO)
KIND = (NUMBER, ZERO, INFINITE, UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED)


"""What a product is, by the kinds of its factors or-ed together: 0 · inf is nan."""
SAME = 9


"""Decimals of log₂ by which products are told apart: what rounding alone sets apart is equal."""
MOST_SHOWN = 9


@record
class NodePath:
    """The edges from node `source` to the output, in order, and the product of the local derivatives along them.

    The product is taken as the backward pass takes it, from the output on; None is not computed. The path from the
    output to itself has no edges, and the product 1.
    """

    source: int
    edges: tuple[Edge, ...]
    product: float | None

    @property
    def nodes(self) -> tuple[int, ...]:
        """The nodes on the path, in order."""
        return (self.source, *(target for target, _ in self.edges))


def check_scalars(run: Run, source: int) -> None:
    """Raises UsageError where a path from `source` meets arrays: through a matrix product no number is multiplied."""
    graph = run.graph
    if not graph.has_arrays:
        return
    parts = graph.elements(source)
    if graph.nodes[source].shape != () and parts:
        told = f"{graph.nodes[source].shown} is an array, and a path begins at one number"
        raise UsageError(
            f"{told}; its elements are {', '.join(parts[:4])}{' ...' * (len(parts) > 4)}: --wrt {parts[0]}"
        )
    if meets_arrays(run, source):
        why = "a path multiplies local derivatives that are numbers, and this program has arrays"
        raise UsageError(f"{why}; open them into scalar gates with --expand all, or use cgviz jacobian")


def meets_arrays(run: Run, source: int) -> bool:
    """Tells whether `source`, or a stage that it reaches on its way to the output, has to do with arrays."""
    nodes, reached = run.graph.nodes, run.graph.reached
    met = [False] * len(nodes)
    met[source] = True
    for index in range(source + 1, len(nodes)):
        met[index] = reached[index] and any(met[arg] for arg in nodes[index].args)
        if met[index] and nodes[index].op.vjp is not None:
            return True
    return any(on and nodes[i].shape != () for i, on in enumerate(met))


@record
class Web:
    """The edges of a run by which the output feels a change to first order.

    An edge into a condition or a branch not taken is none of them, nor is one of a stage that the output does not
    need. An edge whose local derivative is 0 is one.
    """

    run: Run

    @cached_property
    def out(self) -> list[list[Edge]]:
        """The edges that leave each node, in the order of the backward pass; constants have none."""
        run, nodes = self.run, self.run.graph.nodes
        return [
            []
            if nodes[source].op is CONSTANT
            else [(target, slot) for target, slot in edges if run.taken[target] and run.flows(target, slot)]
            for source, edges in enumerate(run.graph.edges_out)
        ]

    @cached_property
    def into(self) -> list[list[int]]:
        """The sources of the edges into each node; one that feeds it twice is there twice."""
        found: list[list[int]] = [[] for _ in self.out]
        for source, edges in enumerate(self.out):
            for target, _ in edges:
                found[target].append(source)
        return found

    def path(self, source: int, edges: tuple[Edge, ...]) -> NodePath:
        """Returns the path of these edges, with its product."""
        if self.run.symbolic:
            return NodePath(source, edges, None)
        product = 1.0
        for target, slot in reversed(edges):
            product *= self.run.locals[target][slot] or 0.0
        return NodePath(source, edges, product)


@record
class EdgeVisits:
    """How many edges each way of computing gradients visits.

    naive    every path multiplied out by itself: the sum of the lengths of all paths
    forward  a pass from each input, over all that it reaches on the way to the output
    reverse  the one pass back from the output
    """

    naive: int
    forward: int
    reverse: int


@record
class Counts:
    """The exact number of paths from one node to the output, and from all inputs, with the edges visited for each."""

    paths: int
    visits: EdgeVisits
    all_paths: int
    all_visits: EdgeVisits


def counts(web: Web, source: int) -> Counts:
    """Returns what there is to count about the paths from `source`, and from all inputs, to the output."""
    inputs = web.run.graph.inputs
    found = dict.fromkeys((source, *inputs), (0, 0))
    found.update((index, both) for index, both in swept(web) if index in found)
    every, reverse = [found[index] for index in inputs], sum(map(len, web.out))
    return Counts(
        found[source][0],
        EdgeVisits(found[source][1], forward_visits(web, [source]), reverse),
        sum(paths for paths, _ in every),
        EdgeVisits(sum(lengths for _, lengths in every), forward_visits(web, inputs), reverse),
    )


def swept(web: Web) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yields each node from which there are paths to the output, with their number and the sum of their lengths.

    From the output back, as backpropagation goes. Numbers that are no longer needed are let go: they may be long.
    """
    edges_in = web.into
    waiting = {web.run.graph.output: (1, 0)}
    for index in range(web.run.graph.output, -1, -1):
        here = waiting.pop(index, None)
        if here is None:
            continue
        yield index, here
        paths, lengths = here
        for source in edges_in[index]:
            so_far = waiting.get(source, (0, 0))
            waiting[source] = so_far[0] + paths, so_far[1] + lengths + paths


def forward_visits(web: Web, sources: Sequence[int]) -> int:
    """Returns how many edges forward passes visit on the way to the output, one pass from each of the sources.

    A node knows the sources that reach it as the bits of one integer.
    """
    reached = {source: 1 << bit for bit, source in enumerate(sources)}
    visited = 0
    for index, edges in enumerate(web.out):
        bits = reached.pop(index, 0)
        if bits:
            visited += bits.bit_count() * len(edges)
            for target, _ in edges:
                reached[target] = reached.get(target, 0) | bits
    return visited


Link: TypeAlias = "tuple[Edge, Link] | None"


def listed(web: Web, source: int, most: int) -> list[NodePath]:
    """Returns at most `most` paths from `source` to the output, the largest |product| first.

    In the symbolic state, where no product is known, they come in the order of the backward pass.
    """
    search = PathSearch(web)
    found = chain.from_iterable(search.paths(source, kind, most) for kind in RANKING)
    return [web.path(source, edges) for edges in islice(found, most)]


class PathSearch:
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


@record
class Light:
    """The nodes and edges that stand out, and in words what they are."""

    nodes: frozenset[int]
    edges: frozenset[Edge]
    says: str


def light_of(run: Run, place: int, wrt: str | None = None, digits: int = DIGITS) -> Light:
    """Returns the `place`-th path from `wrt` (None: the first input), as `listed` orders them: 1 is the largest.

    Raises UsageError where there are fewer paths, and in a program with arrays.
    """
    web, source = Web(run), run.index(wrt)
    check_scalars(run, source)
    found = listed(web, source, place)
    names = [run.graph.nodes[index].shown for index in (source, run.graph.output)]
    if len(found) < place:
        there = counts(web, source).paths
        are = "no path" if not there else "1 path" if there == 1 else f"{there} paths"
        raise UsageError(f"there is no path {place}: {' reaches '.join(names)} by {are}")
    path = found[-1]
    said = "" if path.product is None else f", product {number(path.product, digits)}"
    way = chained([run.graph.nodes[index].shown for index in path.nodes], " → ")
    return Light(frozenset(path.nodes), frozenset(path.edges), f"path {place} from {' to '.join(names)}: {way}{said}")


def influence(run: Run, wrt: str | None = None) -> Light:
    """Returns all that `wrt` (None: the first input) reaches on its way to the output.

    Conditions and branches not taken are part of it: a value passes there, though no gradient does.
    """
    graph, source = run.graph, run.index(wrt)
    touched = [False] * len(graph)
    touched[source] = graph.reached[source]
    edges = []
    for index in range(source + 1, len(graph)):
        if graph.reached[index]:
            fed = [(index, slot) for slot, arg in enumerate(graph.nodes[index].args) if touched[arg]]
            touched[index] = bool(fed)
            edges += fed
    names = [graph.nodes[index].shown for index in (source, graph.output)]
    says = f"the influence of {' on '.join(names)}"
    return Light(frozenset(i for i, on in enumerate(touched) if on) | {source}, frozenset(edges), says)


def chained(names: list[str], arrow: str, ellipsis: str = "…", most: int = MOST_SHOWN) -> str:
    """Returns names joined by arrows, the middle of many left out."""
    if len(names) > most:
        names = [*names[: most // 2], ellipsis, *names[-(most // 2) :]]
    return arrow.join(names)
