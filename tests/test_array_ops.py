"""Every op for arrays in every form, shapes of size 1 and 0 among them, against PyTorch and central differences."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

import cgviz
from cgviz.cli import main
from cgviz.graph.nodes import Builder, Graph
from cgviz.graph.shapes import shaped
from cgviz.ops.op import REGISTRY, Op, ops
from cgviz.ops.operators import Operators
from cgviz.runs.passes import backward, forward
from cgviz.runs.run import Run
from cgviz.runs.starting import without_seed
from cgviz.text.formula import known_shape
from cgviz.values.arrays import quiet
from tests.array_cases import FAMILIES, NAMES, Case
from tests.array_programs import INPUTS, program

try:
    import torch
except ImportError:  # the cases stand without it: only what asks PyTorch is skipped
    torch = MagicMock()
beside_torch = pytest.mark.skipif(isinstance(torch, MagicMock), reason="no PyTorch")
EXACT = {"rtol": 1e-10, "atol": 1e-12}


def graph_of(text: str, count: int) -> Graph:
    return cgviz.read(text, given=tuple(NAMES[:count]))


@cache
def weighed(family: str) -> list[tuple[Case, dict[str, Any], Any, Run]]:
    """Returns every case of a family with inputs, an upstream gradient and the run of them."""
    return [(case, *started(case)) for case in FAMILIES[family](torch)]


def started(case: Case) -> tuple[dict[str, Any], Any, Run]:
    inputs = case.inputs(3)
    graph = start_shaped(graph_of(case.text, len(case.shapes)), inputs)
    upstream = weights(graph.nodes[graph.output].shape or ())
    return inputs, upstream, cgviz.run(graph, inputs, upstream=upstream)


def weights(shape: tuple[int, ...]) -> Any:
    """Returns an upstream gradient in which no two elements are alike."""
    made = np.random.default_rng(5).normal(size=shape)
    return made if shape else float(made)


def same(found: Any, expected: Any, what: str, **tolerance: float) -> None:
    assert np.shape(found) == np.shape(expected), what
    np.testing.assert_allclose(found, expected, **(tolerance or EXACT), err_msg=what)


@beside_torch
@pytest.mark.parametrize("family", FAMILIES)
def test_value_and_gradient_agree_with_pytorch(family: str) -> None:
    for case, inputs, upstream, run in weighed(family):
        tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in inputs.values()]
        expected = case.torch(*tensors)
        expected.backward(torch.tensor(upstream, dtype=torch.float64))
        label = f"{case.text} of {case.shapes}"
        same(run.value, expected.detach().numpy(), label)
        for name, tensor in zip(inputs, tensors, strict=True):
            same(run.gradient[name], tensor.grad.numpy(), f"{label}, {name}")
            assert np.shape(run.gradient[name]) == np.shape(inputs[name])


@pytest.mark.parametrize("family", FAMILIES)
def test_shapes_are_those_of_the_values(family: str) -> None:
    for case, _, _, run in weighed(family):
        for node, value, gradient in zip(run.bare.nodes, run.values, run.gradients, strict=True):
            assert node.shape == np.shape(value) == np.shape(gradient), (case.text, case.shapes)
            assert type(value) is (np.ndarray if node.shape else float), (case.text, case.shapes, type(value))
            assert type(gradient) is (np.ndarray if node.shape else float), (case.text, case.shapes, type(gradient))


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_agree_with_central_differences(family: str) -> None:
    for case, inputs, upstream, run in weighed(family):
        for name, value in inputs.items() if case.smooth else ():
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
    for case, _, upstream, run in weighed(family):
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


# the rules run on what they return: second derivatives


class Recorded(Operators):
    """A node of a graph that is built by running rules on it."""

    def __init__(self, builder: Builder, index: int, shape: tuple[int, ...]) -> None:
        self.builder, self.index, self.shape = builder, index, shape

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Recorded:
        made = [self.place(arg) for arg in args]
        shape = known_shape(op, [each.shape for each in made])
        return Recorded(self.builder, self.builder.apply(op, [each.index for each in made]), shape or ())

    def place(self, value: Any) -> Recorded:
        if isinstance(value, Recorded):
            return value
        value = np.asarray(value, dtype=float) if np.ndim(value) else float(value)
        return Recorded(self.builder, self.builder.constant(value), np.shape(value))


def gradient_graph(case: Case, inputs: dict[str, Any], upstream: Any, directions: dict[str, Any]) -> Graph:
    """Returns the graph of Σ direction · gradient, written by the op's own rule."""
    whole = graph_of(case.text, len(case.shapes))
    stage = start_shaped(whole, inputs).nodes[whole.output]
    builder = Builder()
    places = {whole.nodes[i].name: builder.input(whole.nodes[i].name) for i in whole.inputs}
    args = [
        Recorded(builder, places[whole.nodes[arg].name], np.shape(inputs[whole.nodes[arg].name])) for arg in stage.args
    ]
    root = args[0]
    out = root.cgviz_apply(stage.op, args)
    found = (stage.op.careful or stage.op.vjp)(root.place(upstream), out, *args)
    total = root.place(0.0)
    for arg, gradient in zip(stage.args, found, strict=True):
        if gradient is not None:
            assert gradient.shape == np.shape(inputs[whole.nodes[arg].name]), (case.text, case.shapes)
            weighed = gradient * root.place(directions[whole.nodes[arg].name])
            total = total + (REGISTRY["sum"](weighed) if weighed.shape else weighed)
    return builder.finish(total.index)


def start_shaped(graph: Graph, inputs: dict[str, Any]) -> Graph:
    return shaped(graph, {name: np.shape(value) for name, value in inputs.items()})


@beside_torch
@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "corners"])
def test_rules_differentiate_again(family: str) -> None:
    for case, inputs, upstream, _ in weighed(family):
        if not case.smooth or case.singular:
            continue
        random = np.random.default_rng(10)
        directions = {name: random.normal(size=np.shape(value)) for name, value in inputs.items()}
        graph = start_shaped(gradient_graph(case, inputs, upstream, directions), inputs)
        values = forward(graph, inputs)
        gradients = backward(graph, values)
        tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in inputs.values()]
        made = case.torch(*tensors)
        first = torch.autograd.grad(
            made, tensors, torch.tensor(upstream, dtype=torch.float64), create_graph=True, materialize_grads=True
        )
        summed = sum((g * torch.tensor(d)).sum() for g, d in zip(first, directions.values(), strict=True))
        label = f"{case.text} of {case.shapes}"
        if np.isfinite(values[graph.output]) or all(case.shapes[0]):
            same(values[graph.output], summed.item(), label)
        if summed.requires_grad:
            second = torch.autograd.grad(summed, tensors, materialize_grads=True)
            for index, tensor in zip(graph.inputs, second, strict=True):
                same(gradients[index], tensor.numpy(), f"{label}, second derivative", rtol=1e-8, atol=1e-9)


# what a rule is written as reads back


WORDS = ("spread", "place", "one_hot")


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_handed_back_reads_back_as_a_program(family: str) -> None:
    """Where the language has the words; the identity matrix I is given a value."""
    read = 0
    for case, inputs, upstream, run in weighed(family):
        node = run.graph.nodes[run.graph.output]
        for slot, arg in enumerate(node.args):
            handed = run.handed_formula(run.graph.output, slot)
            if handed is None or any(f"{word}(" in handed.text for word in WORDS):
                continue
            known = {
                **inputs,
                "df": upstream,
                "f": run.value,
                "I": np.eye((node.shape or np.shape(inputs["a"]) or (1,))[-1]),
            }
            graph = cgviz.read(handed.text, given=tuple(known))
            names = [graph.nodes[i].name for i in graph.inputs]
            again = without_seed(graph, {name: known[name] for name in names})
            label = f"{handed.text} of {case.text}, {case.shapes}"
            if np.all(np.isfinite(again.value)):
                same(again.value, run.gradients[arg], label, rtol=1e-9, atol=1e-10)
                read += 1
    assert read >= FEWEST_READ.get(family, 5), "of a reduction, mean and norm of one axis alone need no spread"


FEWEST_READ = {"reductions": 0, "corners": 1}


@pytest.mark.parametrize("text", ["a * b", "a / b", "a - b"])
def test_sums_over_what_was_broadcast_read_back(text: str) -> None:
    for pair in PAIRS:
        random = np.random.default_rng(12)
        arrays = [random.normal(size=shape) + 3 for shape in pair]
        inputs = {n: a if a.ndim else float(a) for n, a in zip(NAMES, arrays, strict=False)}
        upstream = weights(np.broadcast_shapes(*pair))
        run = cgviz.run(text, inputs, upstream=upstream)
        graph = run.graph
        known = {**{n.name: v for n, v in zip(graph.nodes, run.values, strict=True)}}
        known |= {f"d{n.name}": g for n, g in zip(graph.nodes, run.gradients, strict=True) if n.name}
        for target in graph.stages:
            for slot in range(len(graph.nodes[target].args)):
                handed = run.handed_formula(target, slot)
                again = cgviz.read(handed.text, given=tuple(known))
                made = without_seed(again, {again.nodes[i].name: known[again.nodes[i].name] for i in again.inputs})
                same(made.value, run.contribution(target, slot).value, f"{handed.text} of {text}, {pair}")


# every op that acts element by element

PLACES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.7, 1e-9, -1e-9, 30.0, -40.0, 800.0, -800.0, 1e-320, 1e200, -1e308)
ODD = (np.inf, -np.inf, np.nan)
PAIRS: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((2, 3), (2, 3)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((), (3,)), ((3,), ()), ((1,), (3,)),
    ((3,), (1,)), ((0,), (1,)), ((), (0,)), ((2, 0), (2, 1)), ((2, 1, 3), (4, 1)), ((1, 1), (1,)), ((1,), ()),
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
    """Returns the gradient of an argument by the op's own slopes of numbers, summed where it was repeated."""
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
                undefined = np.isnan(run.value) & np.isnan(expected)  # a slope outside the domain is anybody's
                undefined |= (op.name == "gelu") & np.isinf(grid[0])  # ∞·0
                same(
                    np.where(undefined, 0, run.gradients[arg]),
                    np.where(undefined, 0, expected),
                    f"{op.name}, argument {slot}",
                    rtol=1e-11,
                    atol=1e-300,
                )


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


@pytest.mark.parametrize("c", [0.0, 1.0, [1.0, 0.0], [0.0, 0.0], [[1.0, 1.0], [0.0, 0.0]]])
@pytest.mark.parametrize("x", [0.0, [0.0, 2.0]])
def test_nothing_flows_into_a_branch_that_no_element_takes(c: Any, x: Any) -> None:
    """The slope of √ is infinite at 0; where the branch is not taken, it is not 0·∞."""
    text = "r = sqrt(x); w = where(c, y + x, r); sum(w)" if np.shape(c) or np.shape(x) else "where(c, y + x, sqrt(x))"
    run = cgviz.run(text, c=c, x=x, y=1.0)
    shape = np.broadcast_shapes(np.shape(c), np.shape(x))
    with quiet():
        expected = np.where(np.broadcast_to(c, shape) != 0, 1.0, 0.5 / np.sqrt(np.broadcast_to(x, shape)))
    for _ in range(len(shape) - np.ndim(x)):
        expected = expected.sum(axis=0)
    np.testing.assert_allclose(run.gradient["x"], expected)
    assert run.gradient["y"] == np.sum(np.broadcast_to(c, shape))
    assert list(run.steps)
    assert all(step.caption() for step in run.steps)


def test_not_a_number_goes_on() -> None:
    for text in ("max(x)", "min(x, axis=0)", "sum(softmax(x))", "det([[x[0], 1], [1, 2]])", "norm(x)"):
        run = cgviz.run(text, x=[np.nan, 1.0])
        assert np.isnan(run.value), text
        assert np.isnan(run.gradient["x"][0]), text
    assert np.isnan(cgviz.run("x[i]", x=[1.0, 2.0], i=5.0).value)
    assert np.isnan(cgviz.run("x[i]", x=[1.0, 2.0], i=5.0).gradient["x"]).all(), "there is no such place"
    assert cgviz.run("x[i]", x=[1.0, 2.0], i=-1.0).gradient["i"] == 0.0


# random programs


@beside_torch
@pytest.mark.parametrize("block", range(10))
def test_random_programs_agree_with_pytorch(block: int) -> None:
    for seed in range(30 * block, 30 * block + 30):
        made = program(seed, torch)
        inputs = program_inputs(seed)
        graph = cgviz.read(made.text, given=tuple(inputs))
        used = {graph.nodes[i].name: inputs[graph.nodes[i].name] for i in graph.inputs}
        tensors = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in used.items()}
        expected = made.evaluated(tensors)
        label = f"seed {seed}:\n{made.text}"
        run = cgviz.run(graph, used)
        for node, value, gradient in zip(run.bare.nodes, run.values, run.gradients, strict=True):
            assert node.shape == np.shape(value) == np.shape(gradient), label
            assert node.name not in made.shapes or node.shape == made.shapes[node.name], label
        if not torch.isfinite(expected):
            continue
        same(run.value, expected.item(), label)
        if not expected.requires_grad:
            continue
        expected.backward()
        for name, tensor in tensors.items():
            grad = np.zeros(np.shape(used[name])) if tensor.grad is None else tensor.grad.numpy()
            if np.all(np.isfinite(grad)):
                same(run.gradient[name], grad, f"{name} of {label}", rtol=1e-9, atol=1e-10)


def program_inputs(seed: int) -> dict[str, Any]:
    chance = np.random.default_rng(seed)
    return {n: chance.normal(size=shape) if shape else float(chance.normal()) for n, shape in INPUTS.items()}


@pytest.mark.parametrize("block", range(4))
def test_random_programs_have_steps_that_end_in_the_gradients(block: int) -> None:
    """At gate detail, too, and the shapes of a run are not those of floats by accident."""
    for seed in range(1000 + 10 * block, 1010 + 10 * block):
        made, inputs = program(seed, torch), program_inputs(seed)
        graph = cgviz.read(made.text, given=tuple(inputs))
        used = {graph.nodes[i].name: inputs[graph.nodes[i].name] for i in graph.inputs}
        run = cgviz.run(graph, used)
        totals = {step.index: step.total for step in run.steps if hasattr(step, "total")}
        for index, total in totals.items():
            same(total, run.gradients[index], made.text, equal_nan=True)
        assert all(step.caption() for step in run.steps)
        opened = cgviz.run(made.text, used, detail="gate")
        if np.isfinite(run.value) and np.isfinite(opened.value):
            same(opened.value, run.value, made.text, rtol=1e-8, atol=1e-9)
            for name, gradient in run.gradient.items():
                if np.all(np.isfinite(gradient)):
                    same(opened.gradient[name], gradient, f"{name} of {made.text}", rtol=1e-7, atol=1e-8)


# shapes that do not fit

A23, S33, S22 = "[[1,2,3],[4,5,6]]", "[[1,2,3],[4,5,6],[7,8,10]]", "[[1,2],[3,4]]"
X3, X2, X4 = "[1,2,3]", "[1,2]", "[1,2,3,4]"
MISFITS = [
    ("A @ B", {"A": A23, "B": A23}, "matmul", "the shapes (2, 3) and (2, 3)", "@", "the inner lengths 3 and 2 differ"),
    ("a + b", {"a": X2, "b": X3}, "add", "the shapes (2,) and (3,)", "+", "b is (3,)"),
    ("a*2 + W @ x + b", {"a": "1", "W": A23, "x": X3, "b": X3}, "add", "(2,) and (3,)", "+ b", "W @ x is (2,)"),
    ("x*y - 2*x + v*s", {"x": X3, "y": X3, "v": X2, "s": "2"}, "sum", "(3,) and (2,)", "+ v", "v*s is (2,)"),
    ("a*b*c", {"a": X3, "b": X3, "c": X2}, "multiply", "(3,) and (2,)", "*c", "c is (2,)"),
    ("concat(A, B)", {"A": A23, "B": S22}, "concat", "(2, 3) and (2, 2)", "concat", "joined axis"),
    ("concat(a, b)", {"a": X2, "b": "2"}, "concat", "(2,) and ()", "concat", "a scalar has no axis"),
    ("reshape(A, (4, 2))", {"A": A23}, "reshape", "(2, 3)", "reshape", "6 elements do not make"),
    ("reshape(A, (-1, 4))", {"A": A23}, "reshape", "(2, 3)", "reshape", "shape (-1, 4)"),
    ("sum(A, axis=2)", {"A": A23}, "sum", "(2, 3)", "sum", "there is no axis 2"),
    ("softmax(x, axis=1)", {"x": X3}, "softmax", "(3,)", "softmax", "no axis 1 in an array of 1 axis"),
    ("mean(A, axis=(0, 0))", {"A": A23}, "mean", "(2, 3)", "mean", "an axis is named twice"),
    ("transpose(A, (0, 2))", {"A": A23}, "transpose", "(2, 3)", "transpose", "no axis 2"),
    ("x[5]", {"x": X3}, "x[", "(3,)", "[5]", "index 5 is out of bounds"),
    ("A[0, 3]", {"A": A23}, "A[0, 3]", "(2, 3)", "[0, 3]", "index 3 is out of bounds"),
    ("x[0, 1]", {"x": X3}, "x[", "(3,)", "[0", "too many indices"),
    ("A.T @ x", {"A": A23, "x": X3}, "matmul", "(3, 2) and (3,)", "@", "A.T is (3, 2)"),
    ("s @ x", {"s": "2", "x": X3}, "matmul", "() and (3,)", "@", "use * instead"),
    ("dot(a, b)", {"a": X2, "b": X3}, "dot", "(2,) and (3,)", "dot", "2 and 3 differ"),
    ("outer(A, b)", {"A": A23, "b": X3}, "outer", "(2, 3) and (3,)", "outer", "two vectors"),
    ("det(A)", {"A": A23}, "det", "(2, 3)", "det", "a square matrix is needed"),
    ("inv(x)", {"x": X3}, "inv", "(3,)", "inv", "a square matrix is needed"),
    ("trace(s)", {"s": "2"}, "trace", "()", "trace", "a square matrix is needed"),
    ("[a, b]", {"a": X2, "b": X3}, "stack", "(2,) and (3,)", "[", "row 1 has shape (3,)"),
    ("where(c > 0, a, b)", {"c": X3, "a": X3, "b": X2}, "where", "(3,) and (2,)", "where", "c > 0 is (3,)"),
    ("max(a, b)", {"a": X2, "b": X3}, "max", "(2,) and (3,)", "max", "b is (3,)"),
    ("sum(A + [1, 2])", {"A": A23}, "add", "(2, 3) and (2,)", "+", "[1, 2] is (2,)"),
    ("1/(1 + exp(-(A @ x + b)))", {"A": A23, "x": X3, "b": X3}, "add", "(2,) and (3,)", "+ b", "A @ x is (2,)"),
    ("h = tanh(A @ x); sum(B @ h + x)", {"A": A23, "B": S33, "x": X3}, "matmul", "(3, 3) and (2,)", "@ h", "h is (2,)"),
]


@pytest.mark.parametrize("detail", ["stage", "gate"])
@pytest.mark.parametrize("misfit", MISFITS, ids=[misfit[0] for misfit in MISFITS])
def test_shapes_that_do_not_fit_are_named(misfit: tuple[Any, ...], detail: str, capsys: Any, monkeypatch: Any) -> None:
    """The operation, the shapes, the reason and the place, on one line and its caret, before anything is computed."""
    text, inputs, op, shapes, place, why = misfit
    monkeypatch.setattr("cgviz.runs.run.forward", lambda *_: pytest.fail("something was computed"))
    options = [word for name, value in inputs.items() for word in (f"--{name}", value)]
    assert main(["table", text, "--detail", detail, *options]) == 2
    out, err = capsys.readouterr()
    message, shown, carets = err.rstrip("\n").split("\n")
    assert not out
    assert message.startswith("cgviz: ")
    assert all(part in message for part in (op, shapes, why)), message
    assert shown.strip() == text
    assert shown[carets.index("^") :].startswith(place)
    assert "…" not in message


def test_a_long_operand_of_a_misfit_is_left_out() -> None:
    inner = " + ".join(f"x*{i}" for i in range(3, 30))
    with pytest.raises(cgviz.errors.ExpressionError, match=r"add in '…\*y \+ v'.*\(…|v is \(2,\)\)"):
        cgviz.run(f"({inner})*y + v", x=[1.0, 2.0, 3.0], y=1.0, v=[1.0, 2.0])


@pytest.mark.parametrize("op", ["norm", "std", "norm3", "norm1.5"])
@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e200, 5e307])
def test_lengths_are_right_wherever_they_are_normal(op: str, scale: float) -> None:
    """Lengths and deviations grow as their elements do; their slopes do not depend on the scale."""
    call = f"{op}(v)" if op.isalpha() else f"norm(v, {op.removeprefix('norm')})"
    near = cgviz.run(call, v=[1.0, -2.0, 2.0])
    far = cgviz.run(call, v=[scale, -2 * scale, 2 * scale])
    np.testing.assert_allclose(far.gradient["v"], near.gradient["v"], rtol=1e-9)
    if 1e-300 < scale < 1e307:
        assert far.value == pytest.approx(near.value * scale, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "v", "flag"),
    [("norm(v, inf)", [2.0, -2.0], "tie"), ("norm(v, inf)", [0.0, 0.0], "kink"), ("norm(v, 3)", [0.0, 0.0], "kink"),
     ("norm(v, 0.5)", [0.0, 1.0], "kink"), ("norm(v, 3)", [0.0, 1.0], ""), ("norm(v, inf)", [1.0, 2.0], "")],
)  # fmt: skip
def test_corners_of_p_norms(call: str, v: list[float], flag: str) -> None:
    run = cgviz.run(call, v=v)
    assert ((*run.flags[run.graph.output], "")[0]) == flag


MADE = """
tri(2, 3, 1); tri(3); eye(3); eye(2, 3); eye(3, 3, 1); arange(6); arange(2, 6); arange(0, 6, 2); linspace(0, 2, 5)
linspace(-1, 1, 50); zeros((2, 3)); ones((4,)); full((3,), 2.5)
""".strip().replace("\n", "; ")


@pytest.mark.parametrize("text", MADE.split("; "))
def test_what_is_made_is_numpys_and_written_as_it_was_typed(text: str) -> None:
    run = cgviz.run(f"z = {text}; sum(z*z*x)", x=1.0)
    name, _, arguments = text.partition("(")
    same(run["z"].value, getattr(np, name)(*literal_eval(f"({arguments[:-1]},)")), text)
    assert run.graph.formula(run.index("z")).text == text
