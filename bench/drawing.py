"""The rows of `make bench` on drawing: time, size of the file and crossings of wires, against `dot` on one graph."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from clock import Row, best

POSITION = re.compile(r' (?:pos|lp|xlp)=(?:"[^"]*"|[^\s\]]+)')
EDGE_LABEL = re.compile(r"\bx?label=<<.*?>>")
WIRE = re.compile(r'class="edge[^>]*>.*?<path [^>]*\bd="([^"]+)"', re.DOTALL)
PARTS = 8  # straight pieces of a curve, where crossings are counted


def random_program(stages: int, seed: int = 1) -> str:
    """Returns a program in which each operation takes two earlier results."""
    chance = random.Random(seed)
    names = ["x", "y"]
    lines = []
    for i in range(stages):
        first, second = chance.choice(names), chance.choice(names)
        lines.append(f"v{i} = {first} {chance.choice('+-*')} {second}")
        names.append(f"v{i}")
    return "\n".join(lines)


def network(stages: int, width: int = 5) -> str:
    """Returns a multilayer perceptron without weights: each unit is the tanh of the sum of the layer before."""
    before, lines = ["x", "y"], []
    for layer in range(stages // (2 * width)):
        total = " + ".join(before)
        before = [f"h{layer}_{unit}" for unit in range(width)]
        lines += [f"s{name} = {total}\n{name} = tanh(s{name})" for name in before]
    return "\n".join([*lines, f"out = {' + '.join(before)}"])


def rows() -> Iterator[Row]:
    import cgviz
    from cgviz.drawing.diagram import course, picture, sweeps

    def drawn(run: cgviz.Run) -> bytes:
        """Draws a run as if it were the first time: no order of its nodes is known."""
        sweeps.arranged.cache_clear()
        course.courses.cache_clear()
        return picture(run, "svg")

    if not shutil.which("dot"):
        print("drawing: no `dot` on the PATH to compare with")
        return
    spent = {}
    for stages, goal in ((30, 0.5), (300, 0.65), (1000, 0.13)):
        run = cgviz.run(random_program(stages), x=0.5, y=0.25)
        dot = for_defaults(picture(run, "dot").decode(), labels=stages == 30)
        runs = 3 if stages < 1000 else 1
        spent[stages], rival = best([lambda run=run: drawn(run), lambda dot=dot: by_dot(dot)], runs)  # type: ignore[misc]
        against = "dot on the same DOT" if stages == 30 else "dot on the same DOT, no edge labels"
        yield f"drawing {stages} stages to SVG", against, spent[stages], rival, goal
        if stages == 1000:
            sizes = [len(each) / 1e6 for each in (picture(run, "svg"), by_dot(dot))]
            yield "  the file (MB)", "dot's file", sizes[0], sizes[1], 1.2
    run = cgviz.run(random_program(3000), x=0.5, y=0.25)
    (large,) = best([lambda: drawn(run)], 1)
    yield "drawing 3000 stages", "drawing 1000 stages", large, spent[1000], 5
    for what, text in (
        ("300 stages", random_program(300)),
        ("a network of 300", network(300)),
        ("a network of 100", network(100)),
    ):
        run = cgviz.run(text, x=0.5, y=0.25)
        dot = for_defaults(picture(run, "dot").decode(), labels=False)
        yield f"wire crossings, {what}", "dot", crossings(picture(run, "svg")), crossings(by_dot(dot)), 1.0


def for_defaults(dot: str, labels: bool) -> str:
    """Returns the DOT for the defaults of dot: no positions, none of our settings, edge labels if asked for."""
    lines = [POSITION.sub("", line.replace(" layout=nop2", " rankdir=LR")) for line in dot.splitlines()]
    return "\n".join(EDGE_LABEL.sub("", line) if " -> " in line and not labels else line for line in lines)


def by_dot(dot: str) -> bytes:
    return subprocess.run(["dot", "-Tsvg"], input=dot.encode(), check=True, capture_output=True).stdout


def crossings(svg: bytes) -> float:
    """Returns how often two wires of a picture cross, each taken as straight pieces."""
    import numpy as np

    wires = [np.array(pieces(path)) for path in WIRE.findall(svg.decode())]
    rooms = [(wire.min(axis=0), wire.max(axis=0)) for wire in wires]
    found = 0
    for i, j in combinations(range(len(wires)), 2):
        (low, high), (below, above) = rooms[i], rooms[j]
        if (low <= above).all() and (below <= high).all():
            found += int(met(wires[i], wires[j]).sum())
    return float(found)


def met(one: Any, other: Any) -> Any:
    """Tells for each pair of pieces of two wires whether they cross inside."""

    def side(a: Any, b: Any, c: Any) -> Any:
        return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])

    a, b, c, d = one[:-1, None], one[1:, None], other[None, :-1], other[None, 1:]
    return (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)


def pieces(path: str) -> list[tuple[float, float]]:
    """Returns points along a path of straight lines and Bézier curves, all in coordinates of the page."""
    found: list[tuple[float, float]] = []
    for kind, said in re.findall("([MLC])([^MLC]*)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", said)]
        spots = list(zip(numbers[::2], numbers[1::2], strict=True))
        if kind != "C":
            found += spots
            continue
        for at in range(0, len(spots), 3):
            four = [found[-1], *spots[at : at + 3]]
            found += [bezier(four, n / PARTS) for n in range(1, PARTS + 1)]
    return found


def bezier(four: list[tuple[float, float]], t: float) -> tuple[float, float]:
    s = 1 - t
    weights = s**3, 3 * s * s * t, 3 * s * t * t, t**3
    x, y = (sum(w * p[axis] for w, p in zip(weights, four, strict=True)) for axis in (0, 1))
    return x, y
