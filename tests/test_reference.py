"""The passes do what the reference passes do, to the last bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import cgviz
from cgviz.reading.shipped import samples
from cgviz.runs import passes, reference
from cgviz.runs.starting import without_seed
from tests.strategies import Tree, inputs, trees


def same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True))


def compare(run: cgviz.Run) -> None:
    graph, given_values = run.bare, run.inputs or {}
    values = reference.forward(graph, given_values)
    assert all(map(same, passes.forward(graph, given_values), values))
    seed = None if not graph.nodes[graph.output].shape else np.ones(graph.nodes[graph.output].shape)
    found, expected = passes.backward(graph, values, seed), reference.backward(graph, values, seed)
    assert all(map(same, found, expected)), [(n.name, a, b) for n, a, b in zip(graph, found, expected, strict=True)]


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
@pytest.mark.parametrize("detail", ["stage", "gate"])
def test_every_sample(sample: Any, detail: str) -> None:
    graph = cgviz.read(sample.text, detail=detail)
    compare(without_seed(graph, {} if all(graph.nodes[i].value is not None for i in graph.inputs) else ones(graph)))


def ones(graph: Any) -> dict[str, float]:
    return {graph.nodes[i].name: 1.0 for i in graph.inputs if graph.nodes[i].value is None}


@given(trees(), inputs())
def test_random_programs(tree: Tree, at: dict[str, float]) -> None:
    graph = cgviz.read(tree.text)
    compare(without_seed(graph, {graph.nodes[i].name: at[graph.nodes[i].name] for i in graph.inputs}))


@pytest.mark.parametrize(
    ("program", "at"),
    [
        ("x/y", {"x": 1e-170, "y": 1e-170}),
        ("x/(x+y)", {"x": 1e200, "y": 1e200}),
        ("log(x)*y if x > 0 else y", {"x": 0.0, "y": 2.0}),
        ("max(x, y, z)**2", {"x": 1.0, "y": 1.0, "z": 0.0}),
        ("sum((W @ x)**2)/n", {"W": [[1, 2], [3, 4]], "x": [1, -1], "n": 2.0}),
    ],
)
def test_corners_and_arrays(program: str, at: dict[str, Any]) -> None:
    compare(cgviz.run(program, at))


def test_a_gradient_that_is_not_reached_is_0() -> None:
    run = cgviz.run("where(c, a, 1/b)", c=1, a=2, b=0)
    found = reference.backward(run.bare, reference.forward(run.bare, run.inputs or {}))
    assert [found[i] for i in run.bare.inputs] == [0.0, 1.0, 0.0]
    assert not any(map(math.isnan, found))
