"""What lies between two nodes, and what its slopes take: segments, products step by step, limits, paths, in a table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.analysis import hessians, paths, products, segments
from cgviz.analysis.jacobians import jacobian
from tests.held import asked, digest, hold, number
from tests.test_drawing_tables import program, run_of
from tests.test_report_tables import PROGRAMS, weights

TABLE = "slopes.txt"
KEPT = [text for text, values in PROGRAMS.items() if values and len(cgviz.read(text).nodes) > 2]


def seeded(text: str) -> cgviz.Run:
    return cgviz.run(text, PROGRAMS[text], upstream=weights(text, PROGRAMS[text]))


def parts(run: cgviz.Run) -> Iterator[str]:
    """Yields what lies between some nodes: the ops, what stands still, the slopes, and its skeleton."""
    graph = run.graph
    for sources, outputs in [
        (graph.inputs[:1], [graph.output]),
        (graph.inputs, list(graph.stages[-2:])),
        ([graph.stages[0]], [graph.output]),
        ([graph.output], list(graph.inputs[:1])),
    ]:
        for every in (False, True):
            made = segments.segment(graph, run.values, sources, outputs, every)
            bare = made.skeleton()
            nodes = [f"{node.op.name}{node.args}" for node in made.graph.nodes]
            slopes = [number(node.op.slopes) for node in made.graph.nodes if node.op.slopes]
            flat = [number(node.op.slopes) for node in bare.graph.nodes if node.op.slopes]
            yield f"{made.sources} {made.outputs} {sorted(made.steady)} {made.graph.output} {' '.join(nodes)} | {digest(number([slopes, flat]))} {digest(number(list(bare.values)))}"


def costs(run: cgviz.Run) -> Iterator[str]:
    """Yields the products that backpropagation takes instead of a matrix."""
    graph = run.graph
    for of in (graph.output, graph.stages[0]):
        for index in {*graph.inputs[:2], graph.stages[0]}:
            made = products.products(run, jacobian(run, of, [index]))
            for one in made:
                same = one.by_matrix is None or np.allclose(
                    np.ravel(one.by_steps if one.by_steps is not None else 0.0), one.by_matrix, equal_nan=True
                )
                yield f"{graph.nodes[one.source].shown} of {graph.nodes[one.target].shown} {one.edges} {same} {one.alone} {one.steps_cost} {one.matrix_cost} {one.build_cost} {number(one.whole)} {products.in_symbols(graph, of, index)}"


@pytest.mark.parametrize("text", KEPT)
def test_between_two_nodes(text: str) -> None:
    run = seeded(text)
    lines = [asked(lambda: "\n".join(parts(run))), asked(lambda: "\n".join(costs(run)))]
    hold(TABLE, text.replace("\n", "; "), lines)


def test_limits_of_gradients() -> None:
    """Second derivatives from both sides, of gradients whose limit is known."""
    gradients = {
        "cube": (lambda x: 3 * x * x, 0.0), "line": (lambda x: 2 * x, 2.0), "relu squared": (lambda x: 2 * max(x, 0.0), math.nan), "step": (lambda x: float(x > 0), math.nan), "constant": (lambda x: 5.0, 0.0),
        "right alone": (lambda x: 4 * x if x >= 0 else math.nan, 4.0), "left alone": (lambda x: -3 * x if x <= 0 else math.nan, -3.0), "nowhere": (lambda x: math.nan, math.nan), "pole": (lambda x: 1 / x if x else math.inf, math.nan),
        "tiny kink": (lambda x: x + 1e-8 * abs(x), 1.0), "small kink": (lambda x: x + 1e-3 * abs(x), math.nan), "root": (lambda x: math.copysign(math.sqrt(abs(x)), x), math.nan), "bent": (lambda x: x * abs(x) ** 0.5, math.nan), "steep line": (lambda x: 1e9 * x, 1e9),
    }  # fmt: skip
    lines = []
    for name, (function, _) in gradients.items():
        found = [
            hessians.limit(lambda by, function=function: np.array([function(by)]), step)[0]
            for step in (1e-6, 6e-6, 1e-3)
        ]
        lines.append(f"{name} {number(found)}")
    for name, (function, exact) in gradients.items():
        found = hessians.limit(lambda by, function=function: np.array([function(by)]), hessians.STEP)[0]
        assert np.isclose(found, exact, rtol=1e-3, atol=1e-3, equal_nan=True), name
    for one, other in ((1.0, 1.00005), (1.0, 1.0002), (0.0, 5e-8), (0.0, 2e-7), (math.inf, math.inf), (math.nan, 1.0)):
        lines.append(f"settled {one} {other} {bool(hessians.is_settled(one, other))}")
    hold(TABLE, "limits of gradients", lines)


@pytest.mark.parametrize("seed", range(10))
def test_paths_of_random_programs(seed: int) -> None:
    random = Random(seed)
    run = run_of(program(random, 3 + seed))
    web, lines = paths.Web(run), []
    for source in run.graph.inputs:
        counted = paths.counts(web, source)
        lines.append(
            f"{run.graph.nodes[source].shown} {counted.paths} {counted.visits} {counted.all_paths} {counted.all_visits}"
        )
        for most in (1, 4, 30):
            found = paths.listed(web, source, most)
            lines.append(
                f"{most}: {len(found)} {number([each.product for each in found[:3]])} {digest(str([each.edges for each in found]))}"
            )
        lines += [
            re.sub(
                r"-?\d+\.\d+(e-?\d+)?",
                lambda match: number(float(match[0])),
                asked(
                    lambda place=place, source=source: str(
                        paths.light_of(run, place, run.graph.nodes[source].name).says
                    )
                ),
            )
            for place in (1, 2, 500)
        ]
        lines.append(
            paths.influence(run, run.graph.nodes[source].name).says
            + str(sorted(paths.influence(run, run.graph.nodes[source].name).edges))
        )
    bare: Any = cgviz.run(run.graph)
    lines += [f"{number(each.product)} {each.nodes}" for each in paths.listed(paths.Web(bare), run.graph.inputs[0], 5)]
    for count in (8, 9, 10, 11, 12):
        lines.append(paths.chained([str(n) for n in range(count)], ">"))
    hold(TABLE, f"paths {seed}", lines)
