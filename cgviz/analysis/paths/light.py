"""What is highlighted in a picture: one path, or all that a node reaches on its way to the output."""

from __future__ import annotations

from cgviz.analysis.paths.counts import counts
from cgviz.analysis.paths.search import listed
from cgviz.analysis.paths.web import Edge, Web, check_scalars
from cgviz.errors import UsageError
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS, number

MOST_SHOWN = 9


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
