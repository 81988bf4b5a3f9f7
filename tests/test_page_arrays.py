"""The live page of programs with arrays, in a real browser: both passes, tangents, grids and heat maps against the run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import SHOWN

import cgviz
from cgviz.players.page import page
from cgviz.reading.shipped import samples
from cgviz.runs.run import Run
from cgviz.text.numbers import number

Open = Callable[..., Any]
PROGRAMS = {
    "softmax": "s = softmax(W @ x + b); -log(s[1])",
    "broadcast": "mean((X - mean(X, axis=0))**2 * w)",
    "norms": "norm(x) + sum(max(x, 0)) + logsumexp(x)",
    "mask": "sum(where(x > 0, log(x), 0*x))",
    "shapes": "A = reshape(x, (2, 2)); trace(A @ A.T) + sum(concat([x, x*x]))",
    "largest": "max(X)*2 + sum(max(X, axis=1)) + min(X)",
    "scalar": "c*sum(x*x) + sigmoid(c)",
    "moments": "prod(x) + var(x)*std(x) + norm(x, 3) + sum(pad(x, 1)**2)",
    "systems": "S = tril(A) + diag(x); sum(solve(S, x)) + logdet(S) + sum(einsum('ij,j->i', A, x)) + sum(kron(x, x))",
    "places": "sum(take_along_axis(A, [[1], [0], [2]], axis=1)**2) + x[k]*x[0]",
}
INPUTS: dict[str, dict[str, Any]] = {
    "softmax": {"W": [[0.2, -0.5], [1, 0.3], [0.7, 0.1]], "x": [1, -2], "b": [0, 0.1, 0.2]},
    "broadcast": {"X": [[1, 2], [3, 5], [-1, 0.5]], "w": [0.5, 2]},
    "norms": {"x": [1, -2, 3]},
    "mask": {"x": [1, -2, 3]},
    "shapes": {"x": [1, 2, -3, 0.5]},
    "largest": {"X": [[1, 4, 2], [4, 0, -1]]},
    "scalar": {"c": 0.5, "x": [1, 2]},
    "moments": {"x": [1, -2, 0.5]},
    "systems": {"A": [[2, 0.5, 1], [-1, 3, 0.2], [1, 0.2, 4]], "x": [1, 2, -0.5]},
    "places": {"A": [[2, 0.5, 1], [-1, 3, 0.2], [1, 0.2, 4]], "x": [1, 2, -0.5], "k": -1},
}
SAMPLES = {one.name: one.text for one in samples() if "pick" not in one.text}
NUMBERS = "all => all.map(x => x === null ? null : [x].flat().map(y => y === null ? 0 : y))"


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1366, "height": 768})

    def open_page(run: Run, state: str = "", **look: Any) -> Any:
        (tmp_path / "f.html").write_bytes(page(run, **look))
        tab = context.new_page()
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.goto((tmp_path / "f.html").as_uri() + state)
        return tab

    yield open_page
    context.close()
    assert troubles == []


def close(mine: Any, theirs: Any) -> bool:
    """Tells whether a gradient or value is the same; none at all counts as 0."""
    mine = np.ravel(0.0 if mine is None else mine)
    theirs = np.ravel([0.0] * len(mine) if theirs is None else theirs)
    return np.allclose(mine, theirs, rtol=1e-12, atol=1e-12, equal_nan=True)


def given(run: Run, rng: random.Random | None) -> dict[str, Any]:
    """Returns the inputs of a run; with a generator, moved."""
    moved = (lambda x: x + rng.uniform(-0.4, 0.4)) if rng else (lambda x: x)
    inputs = run.inputs or {}
    return {
        name: np.vectorize(moved)(value) if np.ndim(value) else float(moved(value)) for name, value in inputs.items()
    }


def check(tab: Any, run: Run, times: int = 2) -> None:
    rng = random.Random(1)
    for turn in range(times):
        inputs = given(run, rng if turn else None)
        tab.evaluate(
            "inputs => cgviz.set(inputs)", [np.ravel(x).tolist() if np.ndim(x) else x for x in inputs.values()]
        )
        here = cgviz.run(run.bare, inputs)
        values, gradients = tab.evaluate(f"() => [cgviz.run().values, cgviz.run().gradients].map({NUMBERS})")
        for index, node in enumerate(here.graph.nodes):
            assert close(here.values[index], values[index]), node.shown
            assert close(here.gradients[index], gradients[index]), node.shown
        for target in here.graph.stages:
            for slot in range(len(here.graph.nodes[target].args)):
                handed = tab.evaluate("([t, s]) => cgviz.run().handed[t]?.[s] ?? null", [target, slot])
                filled = None if handed is None else [0 if x is None else x for x in np.ravel(handed).tolist()]
                assert close(here.contribution(target, slot).value, filled), (target, slot)


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_passes_agree_with_the_run(name: str, opened: Open) -> None:
    run = cgviz.run(PROGRAMS[name], INPUTS[name])
    check(opened(run), run)


@pytest.mark.parametrize("name", [name for name, text in SAMPLES.items() if cgviz.run(text).graph.has_arrays])
def test_samples_agree_with_the_run(name: str, opened: Open) -> None:
    run = cgviz.run(SAMPLES[name])
    tab = opened(run)
    if tab.is_visible("#fixed"):
        pytest.skip(tab.inner_text("#fixed"))
    check(tab, run)


def test_a_tangent_is_with_respect_to_one_element(opened: Open) -> None:
    run = cgviz.run(PROGRAMS["softmax"], INPUTS["softmax"])
    tab = opened(run, "#show=tangent&wrt=3")
    assert tab.inner_text("#wrt option:checked") == "W[1, 1]"
    found = tab.evaluate("() => cgviz.run().tangents")[run.graph.output]
    assert close(run.gradient["W"][1, 1], found)
    assert tab.inner_text("#phase").lower() == "forward mode"
    assert "∂W[1, 1]" in tab.inner_text("#caption")


def test_grids_follow_a_slider(opened: Open) -> None:
    run = cgviz.run("sum((W @ x)**2)", W=[[1, 2], [3, 4]], x=[1, -1])
    tab = opened(run)
    tab.select_option("#element-0", "2")
    tab.fill("#field-0", "5")
    tab.evaluate(SHOWN)
    moved = cgviz.run(run.bare, W=[[1, 2], [5, 4]], x=[1, -1])
    entries = tab.evaluate(
        "() => [...document.querySelectorAll('.picture:not([hidden]) [id$=n0-gradient] .entry')].map(t => t.textContent)"
    )
    assert entries == [number(float(x)) for x in moved.gradient["W"].ravel()]
    assert number(float(moved.gradient["W"][1, 0])) in tab.inner_text("#inputs .input:first-child .slope")


def test_a_heat_map_is_painted_anew(opened: Open) -> None:
    run = cgviz.run("sum(X*X)", X=[[i - j for i in range(14)] for j in range(14)])
    tab = opened(run)
    colours = "() => [...document.querySelectorAll('.picture:not([hidden]) [id$=n0-value] rect')].map(r => getComputedStyle(r).fill)"
    before = tab.evaluate(colours)
    assert len(set(before)) > 10
    tab.evaluate("() => cgviz.set([cgviz.state().inputs[0].map(() => 1)])")
    assert tab.evaluate(colours) != before


def test_an_op_that_does_not_open_leaves_the_page_with_the_runs_numbers(opened: Open) -> None:
    run = cgviz.run("det(A)", A=[[4, 1, 0, 0], [1, 3, 0, 1], [0, 0, 2, 0], [0, 1, 0, 5]])
    tab = opened(run)
    assert "det has no form in JavaScript" in tab.inner_text("#fixed")
    gradients = tab.evaluate(f"() => [cgviz.run().gradients].map({NUMBERS})")[0]
    assert close(run.gradient["A"], gradients[0])


def test_corners_are_told_as_the_inputs_reach_them(opened: Open) -> None:
    run = cgviz.run("relu(x) + max(x, y) + 1/y + sigmoid(40*x)", x=1, y=2)
    tab = opened(run)
    badges = (
        "() => [...document.querySelectorAll('.picture:not([hidden]) .badge')].map(t => t.textContent).filter(t => t)"
    )
    assert tab.evaluate(badges) == ["saturated"]
    tab.evaluate("() => cgviz.set([0, 0])")
    assert sorted(tab.evaluate(badges)) == sorted(["kink", "tie", "division by zero", "not finite"])
    tab.evaluate("() => cgviz.set([-1, 2])")
    assert sorted(tab.evaluate(badges)) == sorted(["nothing flows back", "saturated"])
