"""Every op for arrays in every form, shapes of size 1 and 0 among them, against PyTorch and central differences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.arrays import numpy, quiet, shape_of
from cgviz.formula import known_shape
from cgviz.graph import Builder, Graph
from cgviz.op import Op, ops
from cgviz.operators import Operators
from cgviz.passes import backward, forward
from cgviz.runs import Run, start
from tests.array_cases import FAMILIES, NAMES, Case

torch = pytest.importorskip("torch")
EXACT = {"rtol": 1e-10, "atol": 1e-12}


def graph_of(text: str, count: int) -> Graph:
    return cgviz.read(text, given=tuple(NAMES[:count]))


def started(case: Case, inputs: dict[str, Any], upstream: Any = None) -> Run:
    return cgviz.run(case.text, inputs, upstream=upstream)


def shape_of_output(case: Case, inputs: dict[str, Any]) -> tuple[int, ...]:
    tensors = [torch.tensor(value, dtype=torch.float64) for value in inputs.values()]
    return tuple(case.torch(*tensors).shape)


def weights(shape: tuple[int, ...]) -> Any:
    """Returns an upstream gradient in which no two elements are alike."""
    made = np.random.default_rng(5).normal(size=shape)
    return made if shape else float(made)


def same(found: Any, expected: Any, what: str, **tolerance: float) -> None:
    assert np.shape(found) == np.shape(expected), what
    np.testing.assert_allclose(found, expected, **(tolerance or EXACT), err_msg=what)


@pytest.mark.parametrize("family", FAMILIES)
def test_value_and_gradient_agree_with_pytorch(family: str) -> None:
    for case in FAMILIES[family](torch):
        inputs = case.inputs()
        tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in inputs.values()]
        expected = case.torch(*tensors)
        upstream = weights(tuple(expected.shape))
        expected.backward(torch.tensor(upstream, dtype=torch.float64))
        run = started(case, inputs, upstream)
        label = f"{case.text} of {case.shapes}"
        same(run.value, expected.detach().numpy(), label)
        for name, tensor in zip(inputs, tensors, strict=True):
            same(run.gradient[name], tensor.grad.numpy(), f"{label}, {name}")
            assert np.shape(run.gradient[name]) == np.shape(inputs[name])


@pytest.mark.parametrize("family", FAMILIES)
def test_shapes_are_those_of_the_values(family: str) -> None:
    for case in FAMILIES[family](torch):
        inputs = case.inputs()
        run = started(case, inputs, weights(shape_of_output(case, inputs)))
        for node, value, gradient in zip(run.bare.nodes, run.values, run.gradients, strict=True):
            assert node.shape == np.shape(value) == np.shape(gradient), (case.text, case.shapes)
            assert type(value) is (np.ndarray if node.shape else float), (case.text, case.shapes, type(value))
            assert type(gradient) is (np.ndarray if node.shape else float), (case.text, case.shapes, type(gradient))


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_agree_with_central_differences(family: str) -> None:
    for case in (case for case in FAMILIES[family](torch) if case.smooth):
        inputs = case.inputs(3)
        upstream = weights(shape_of_output(case, inputs))
        run = started(case, inputs, upstream)
        for name, value in inputs.items():
            slopes = np.zeros(np.shape(value))
            for place in np.ndindex(np.shape(value)):
                sides = []
                for sign in (1, -1):
                    moved = np.array(value, dtype=float)
                    moved[place] += sign * 1e-6
                    values = forward(run.bare, {**inputs, name: moved if moved.ndim else float(moved)})
                    sides.append(np.sum(values[run.bare.output] * upstream))
                slopes[place] = (sides[0] - sides[1]) / 2e-6
            same(run.gradient[name], slopes, f"{case.text} of {case.shapes}, {name}", rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_tangent_rule_is_the_transpose_of_the_gradient_rule(family: str) -> None:
    """⟨u, J t⟩ = ⟨Jᵀ u, t⟩ for any upstream u and tangents t; without a jvp the op is linear."""
    for case in FAMILIES[family](torch):
        inputs = case.inputs(4)
        upstream = weights(shape_of_output(case, inputs))
        run = started(case, inputs, upstream)
        node, value = run.bare.nodes[run.bare.output], run.value
        args = [run.values[arg] for arg in node.args]
        random = np.random.default_rng(6)
        tangents = [random.normal(size=np.shape(arg)) for arg in args]
        if node.op.name == "pick":
            tangents[1] = 0.0  # nothing flows to a place
        with quiet():
            pushed = node.op.jvp(tangents, value, *args) if node.op.jvp else node.op.forward(*tangents)
            left = np.sum(np.asarray(pushed) * upstream)
            right = sum(np.sum(run.gradients[arg] * t) for arg, t in zip(node.args, tangents, strict=True))
        assert np.shape(pushed) == node.shape, case.text
        if not np.all(np.isfinite(pushed)) and not all(case.shapes[0]):
            continue  # the mean of nothing
        same(left, right, f"{case.text} of {case.shapes}", rtol=1e-9, atol=1e-11)


# every op that acts element by element

PLACES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.7, 1e-9, -1e-9, 30.0, -40.0, 800.0, -800.0, 1e-320, 1e200, -1e308)
ODD = (np.inf, -np.inf, np.nan)
PAIRS: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((2, 3), (2, 3)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((), (3,)), ((3,), ()), ((1,), (3,)), ((3,), (1,)),
    ((0,), (1,)), ((), (0,)), ((2, 0), (2, 1)), ((2, 1, 3), (4, 1)), ((1, 1), (1,)), ((1,), ()),
)  # fmt: skip
FLAT = [op for op in ops() if op.vjp is None]


def called(op: Op, count: int) -> str:
    names = list(NAMES[:count])
    if op.fixed:
        names[0] = "2"
    return f"{op.name}({', '.join(names)})"


def arguments(op: Op) -> int:
    return op.arity[0] if op.arity[1] is not None else 3


def one_by_one(op: Op, run: Run, upstream: Any, slot: int) -> Any:
    """Returns the gradient of an argument from the op's own numbers, element by element, summed where it was repeated."""
    node = run.bare.nodes[run.bare.output]
    args = [run.values[arg] for arg in node.args]
    every = np.broadcast_arrays(upstream, *args)
    made = np.zeros(every[0].shape)
    for place in np.ndindex(made.shape):
        up, *each = (float(array[place]) for array in every)
        local = op.local(op.forward(*each), *each)[slot]
        made[place] = 0.0 if local is None else up * local
    lead = made.ndim - np.ndim(args[slot])
    made = made.sum(axis=tuple(range(lead)))
    axes = tuple(i for i, n in enumerate(np.shape(args[slot])) if n == 1 and made.shape[i] != 1)
    return made.sum(axis=axes, keepdims=True)


@pytest.mark.parametrize("op", FLAT, ids=lambda op: op.name)
def test_an_op_on_arrays_is_the_op_on_every_element(op: Op) -> None:
    """Its values and slopes on every pair of corner values are those that it has of single numbers."""
    count = arguments(op)
    free = count - bool(op.fixed)
    points = [*PLACES, *ODD] if free == 1 else [*PLACES[::2], *ODD] if free == 2 else [0.0, 1.0, -2.5, 0.5, np.nan]
    if op.forward(*(0.3,) * count) is None or heavy(op):
        points = [0.0, 0.5, 1.0, 2.0, -2.5, np.nan]
    grid = np.array(list(product(points, repeat=free))).T
    inputs = dict(zip(NAMES[count - free : count], grid, strict=True))
    upstream = weights(grid.shape[1:])
    run = cgviz.run(called(op, count), inputs, upstream=upstream)
    with quiet():
        values = [op.forward(*((2.0,) if op.fixed else ()), *map(float, column)) for column in grid.T]
        same(run.value, np.array(values), op.name, rtol=1e-13, atol=1e-300)
        node = run.bare.nodes[run.bare.output]
        for slot, arg in enumerate(node.args):
            if run.bare.nodes[arg].is_stage or run.bare.nodes[arg].name:
                expected = one_by_one(node.op, run, upstream, slot)
                same(run.gradients[arg], expected, f"{op.name}, argument {slot}", rtol=1e-11, atol=1e-300)


def heavy(op: Op) -> bool:
    return op.name.startswith(("bessel", "gamma", "beta", "digamma", "polygamma", "lgamma", "erfinv"))


@pytest.mark.parametrize("op", [op for op in FLAT if arguments(op) > 1 and not op.fixed], ids=lambda op: op.name)
def test_what_was_broadcast_forward_is_summed_backward(op: Op) -> None:
    for pair in PAIRS:
        shapes = (*pair, *(pair[0],) * (arguments(op) - 2))
        random = np.random.default_rng(8)
        arrays = [np.abs(random.normal(size=shape)) + 0.2 for shape in shapes]
        inputs = {n: a if a.ndim else float(a) for n, a in zip(NAMES, arrays, strict=False)}
        upstream = weights(np.broadcast_shapes(*shapes))
        run = cgviz.run(called(op, len(shapes)), inputs, upstream=upstream)
        assert run.bare.nodes[run.bare.output].shape == np.broadcast_shapes(*shapes)
        node = run.bare.nodes[run.bare.output]
        for slot, arg in enumerate(node.args):
            same(run.gradients[arg], one_by_one(node.op, run, upstream, slot), f"{op.name} of {shapes}, {slot}")


def test_a_single_number_may_be_zero_among_arrays() -> None:
    """`1/y` in a rule is a division of floats where y is one number."""
    with np.errstate(all="ignore"):
        run = cgviz.run("sum(x / y)", x=[1.0, 2.0], y=0.0)
    assert run.value == np.inf
    np.testing.assert_array_equal(run.gradient["x"], [np.inf, np.inf])
    assert cgviz.run("sum(pow(x, y))", x=[1.0, 2.0], y=0.0).gradient["x"].tolist() == [0.0, 0.0]


def test_not_a_number_goes_on() -> None:
    for text in ("max(x)", "min(x, axis=0)", "sum(softmax(x))", "det([[x[0], 1], [1, 2]])", "norm(x)"):
        run = cgviz.run(text, x=[np.nan, 1.0])
        assert np.isnan(run.value), text
        assert np.isnan(run.gradient["x"][0]), text
    assert np.isnan(cgviz.run("x[i]", x=[1.0, 2.0], i=5.0).value)
    assert np.isnan(cgviz.run("x[i]", x=[1.0, 2.0], i=5.0).gradient["x"]).all(), "there is no such place"
    assert cgviz.run("x[i]", x=[1.0, 2.0], i=-1.0).gradient["i"] == 0.0
