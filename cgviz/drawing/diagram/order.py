"""Asks Graphviz for the order: in which rank each box stands, where across it, and where long wires pass."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import graphviz

from cgviz.drawing import engine as graphviz_engine
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.diagram.scene import Scene

POINTS = 72.0
BOX_GAP, RANK_GAP = 18.0, 40.0
ALIGNED = 150  # boxes; aligning the inputs and the output of larger graphs makes Graphviz slow

Spline = Sequence[Point]


@dataclass(frozen=True)
class Order:
    """For each box its rank and its place across; for each wire its places in the ranks that it passes."""

    ranks: int
    rank: Mapping[str, int]
    across: Mapping[str, float]
    passes: Mapping[str, Sequence[float]]

    def mirrored(self) -> Order:
        across = {key: -x for key, x in self.across.items()}
        return Order(self.ranks, self.rank, across, {key: [-x for x in places] for key, places in self.passes.items()})


def order(scene: Scene, rooms: Mapping[str, Point], engine: str) -> Order:
    """Returns the order of `scene`, each box taking the room (along, across) that `rooms` names."""
    nodes, splines = laid_out(question(scene, rooms), engine)
    levels = sorted({y for _, y in nodes.values()}, reverse=True)
    levels = [y for i, y in enumerate(levels) if i == 0 or levels[i - 1] - y > 1]
    rank = {key: bisect_left(levels, -y - 1, key=lambda level: -level) for key, (_, y) in nodes.items()}
    passes = {}
    for wire in scene.wires:
        spline = splines[wire.source, wire.target].pop()
        between = levels[rank[wire.source] + 1 : rank[wire.target]]
        passes[wire.key] = [across_at(spline, y) for y in between]
    found = Order(len(levels), rank, {key: x for key, (x, _) in nodes.items()}, passes)
    return with_inputs_in_order(scene, found.mirrored() if is_upside_down(scene, found.across) else found)


def question(scene: Scene, rooms: Mapping[str, Point]) -> str:
    """Returns the DOT text that Graphviz is asked to lay out: boxes of the right size, wires without texts."""
    graph = graphviz.Digraph(
        graph_attr={
            "nodesep": inches(BOX_GAP),
            "ranksep": inches(RANK_GAP),
            **graphviz_engine.effort(len(scene.boxes), len(scene.wires)),
        },
        node_attr={"shape": "box", "fixedsize": "true", "label": ""},
        edge_attr={"arrowhead": "none"},
    )
    for box in scene.boxes:
        along, across = rooms[box.key]
        graph.node(box.key, width=inches(across), height=inches(along))
    for wire in scene.wires:
        graph.edge(wire.source, wire.target)
    for end in ("source", "sink"):
        keys = [box.key for box in scene.boxes if box.rank == end]
        if keys and len(scene.boxes) <= ALIGNED:
            with graph.subgraph(graph_attr={"rank": end}) as same:
                for key in keys:
                    same.node(key)
    return str(graph.source)


def inches(points: float) -> str:
    return f"{points / POINTS:.4f}"


def laid_out(dot: str, engine: str) -> tuple[dict[str, Point], dict[tuple[str, str], list[Spline]]]:
    """Returns the centre of each node, and the control points of the edges between two nodes."""
    nodes: dict[str, Point] = {}
    splines: dict[tuple[str, str], list[Spline]] = {}
    for line in graphviz_engine.layout(dot, engine=engine).splitlines():
        kind, *words = line.split()
        if kind == "node":
            nodes[words[0]] = (float(words[1]) * POINTS, float(words[2]) * POINTS)
        elif kind == "edge":
            numbers = [float(word) * POINTS for word in words[3 : 3 + 2 * int(words[2])]]
            spline = list(zip(numbers[::2], numbers[1::2], strict=True))
            splines.setdefault((words[0], words[1]), []).append(spline)
    return nodes, splines


def across_at(spline: Spline, y: float) -> float:
    """Returns where a spline that runs downwards meets the height `y`."""
    ends = [-point[1] for point in spline[3::3]]
    start = 3 * min(bisect_left(ends, -y), len(ends) - 1)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = spline[start : start + 4]
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        if bezier(ay, by, cy, dy, middle) > y:
            low = middle
        else:
            high = middle
    return bezier(ax, bx, cx, dx, low)


def bezier(a: float, b: float, c: float, d: float, t: float) -> float:
    s = 1 - t
    return s * s * s * a + 3 * s * t * (s * b + t * c) + t * t * t * d


def is_upside_down(scene: Scene, across: Mapping[str, float]) -> bool:
    """Tells whether more neighbouring inputs and operands stand in the wrong order than in the right one."""
    inputs = [box.key for box in scene.boxes if box.rank == "source"]
    rows = [inputs, *([wire.source for wire in wires] for wires in scene.into.values())]
    pairs = [(across[a], across[b]) for row in rows for a, b in pairwise(row)]
    return sum((a > b) - (a < b) for a, b in pairs) > 0


def with_inputs_in_order(scene: Scene, found: Order) -> Order:
    """Returns the order with neighbouring inputs exchanged where they then stand as written and no more wires cross."""
    names = {box.key: n for n, box in enumerate(scene.boxes) if box.rank == "source"}
    first = sorted((key for key, rank in found.rank.items() if rank == 0), key=lambda key: found.across[key])
    if len(scene.boxes) > ALIGNED or not names.keys() >= set(first):
        return found
    goes: dict[str, list[float]] = {key: [] for key in first}
    for wire in scene.wires:
        if wire.source in goes:
            goes[wire.source].append((*found.passes[wire.key], found.across[wire.target])[0])
    across, changed = dict(found.across), True
    while changed:
        changed = False
        for n in range(len(first) - 1):
            a, b = first[n : n + 2]
            if names[a] > names[b] and crossings(goes[b], goes[a]) <= crossings(goes[a], goes[b]):
                first[n : n + 2] = b, a
                across[a], across[b] = across[b], across[a]
                changed = True
    return replace(found, across=across)


def crossings(upper: Sequence[float], lower: Sequence[float]) -> int:
    """Returns how many wires cross that go from two neighbours to these places."""
    return sum(a > b for a in upper for b in lower)
