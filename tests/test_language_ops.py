# ruff: noqa: E501 - a case is a line
"""The ops of the language list (indexing, making, moving, running, moments, triangles, systems, einsum), each against PyTorch.

Every case is a record applied to random arrays: value and gradient as PyTorch has them, the tangent rule the transpose
of the gradient rule, the gradient differentiated again as PyTorch does it, a text in every notation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from cgviz.graph.nodes import Builder, Graph
from cgviz.graph.shapes import shaped
from cgviz.ops import moments, places
from cgviz.ops.op import REGISTRY, Op
from cgviz.runs.gradients import gradient_graph
from cgviz.runs.passes import backward, forward
from cgviz.runs.tangents import tangents
from cgviz.text.formula import Formula
from cgviz.values.arrays import quiet

try:
    import torch
except ImportError:
    torch = MagicMock()
beside_torch = pytest.mark.skipif(isinstance(torch, MagicMock), reason="no PyTorch")

Shape = tuple[int, ...]
S, SLOT = ("slice", None, None, None), places.SLOT


@dataclass(frozen=True)
class Case:
    """An op, the shapes of its operands (or arrays that are places, which have no gradient), and PyTorch's function."""

    name: str
    op: Op
    operands: tuple[Any, ...]
    torch: Callable[..., Any]
    made: Callable[[np.random.Generator], Any] | None = None

    def values(self) -> list[Any]:
        random = np.random.default_rng(3)
        found = [
            random.normal(size=each) if isinstance(each, tuple) else np.asarray(each, float) for each in self.operands
        ]
        return [self.made(random), *found[1:]] if self.made else found

    @property
    def moving(self) -> list[int]:
        return [slot for slot, each in enumerate(self.operands) if isinstance(each, tuple)]


SYMMETRIC = ("cholesky", "eigvalsh", "eigvecsh")


def positive_definite(random: np.random.Generator) -> Any:
    a = random.normal(size=(3, 3))
    return a @ a.T + 3 * np.eye(3)


def of(name: str, *positional: Any, **keywords: Any) -> Op:
    options = REGISTRY[name].options
    return options(*positional, **keywords) if options else REGISTRY[name]


def places_of(*numbers: int) -> list[int]:
    return list(numbers)


def ints(t: Any) -> Any:
    return t.detach().long()


I2 = [[0, 2, 1], [1, 1, 0]]
CASES = [
    Case("squeeze", of("squeeze"), ((2, 1, 3),), lambda x: x.squeeze()),
    Case("squeeze axis", of("squeeze", -2), ((2, 1, 3),), lambda x: x.squeeze(-2)),
    Case("expand_dims", of("expand_dims", 1), ((2, 3),), lambda x: x.unsqueeze(1)),
    Case("expand_dims last", of("expand_dims", -1), ((2, 3),), lambda x: x.unsqueeze(-1)),
    Case("swapaxes", of("swapaxes", 0, -1), ((2, 3, 4),), lambda x: x.swapaxes(0, -1)),
    Case("mT", of("swapaxes"), ((2, 3, 4),), lambda x: x.mT),
    Case("moveaxis", of("moveaxis", 0, 2), ((2, 3, 4),), lambda x: x.movedim(0, 2)),
    Case("moveaxis several", of("moveaxis", (0, 1), (-1, 0)), ((2, 3, 4),), lambda x: x.movedim((0, 1), (-1, 0))),
    Case("flip", of("flip"), ((2, 3),), lambda x: x.flip(0, 1)),
    Case("flip axis", of("flip", 1), ((2, 3),), lambda x: x.flip(1)),
    Case("roll", of("roll", 2), ((5,),), lambda x: x.roll(2)),
    Case("roll flat", of("roll", 2), ((2, 3),), lambda x: x.roll(2)),
    Case("roll axis", of("roll", -1, 1), ((2, 3),), lambda x: x.roll(-1, 1)),
    Case("roll axes", of("roll", (1, 2), (0, 1)), ((2, 3),), lambda x: x.roll((1, 2), (0, 1))),
    Case("pad", of("pad", 1), ((2, 3),), lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1))),
    Case("pad pairs", of("pad", ((0, 2), (1, 0)), 5.0), ((2, 3),), lambda x: torch.nn.functional.pad(x, (1, 0, 0, 2), value=5.0)),
    Case("crop", of("pad", ((0, 0), (-1, -1))), ((2, 4),), lambda x: torch.nn.functional.pad(x, (-1, -1))),
    Case("split", of("split", 2, 1, 1), ((3, 4),), lambda x: x.chunk(2, 1)[1]),
    Case("split lengths", of("split", (1, 3), -1, 1), ((3, 4),), lambda x: x.split([1, 3], -1)[1]),
    Case("tile", of("tile", 2), ((3,),), lambda x: x.tile(2)),
    Case("tile pairs", of("tile", (2, 1, 3)), ((2, 2),), lambda x: x.tile(2, 1, 3)),
    Case("repeat", of("repeat", 3), ((2, 2),), lambda x: x.repeat_interleave(3)),
    Case("repeat axis", of("repeat", 2, 1), ((2, 3),), lambda x: x.repeat_interleave(2, 1)),
    Case("broadcast_to", of("broadcast_to", (2, 3)), ((3,),), lambda x: x.broadcast_to(2, 3)),
    Case("expand", of("broadcast_to", (4, -1, 3)), ((2, 1),), lambda x: x.expand(4, -1, 3)),
    Case("diff", of("diff"), ((2, 4),), lambda x: x.diff()),
    Case("diff axis", of("diff", 0), ((3, 4),), lambda x: x.diff(dim=0)),
    Case("rows", places.picked_at((SLOT,)), ((4, 3), [1, 3, 1]), lambda x, i: x[ints(i)]),
    Case("a matrix of places", places.picked_at((SLOT,)), ((4, 3), I2), lambda x, i: x[ints(i)]),
    Case("pairs", places.picked_at((SLOT, SLOT)), ((4, 3), [0, 1, 1, 3], [2, 0, 0, -1]), lambda x, i, j: x[ints(i), ints(j)]),
    Case("places and slices", places.picked_at((S, SLOT)), ((2, 4), [3, 0]), lambda x, i: x[:, ints(i)]),
    Case("take", places.take(-1), ((2, 4), [3, 0]), lambda x, i: x[..., ints(i)]),
    Case("put", places.put_at((SLOT,)), ((4, 3), (2, 3), [1, 3]), lambda x, y, i: x.index_put((ints(i),), y)),
    Case("put a slice", places.put_at((S, 1)), ((4, 3), (4,)), lambda x, y: x.index_put((torch.arange(4), torch.tensor(1)), y)),
    Case("add_at", places.added_at((SLOT,), (4, 3)), ((3, 3), [1, 1, 2]), lambda y, i: torch.zeros(4, 3).double().index_add(0, ints(i), y)),
    Case("take_along_axis", of("take_along_axis", 1), ((2, 4), I2), lambda x, i: x.gather(1, ints(i))),
    Case("add_along_axis", places.placed_along(1, (2, 4)), ((2, 3), I2), lambda y, i: torch.zeros(2, 4).double().scatter_add(1, ints(i), y)),
    Case("sort", of("sort"), ((2, 4),), lambda x: x.sort().values),
    Case("sort down", of("sort", 0, True), ((3, 4),), lambda x: x.sort(0, descending=True).values),
    Case("topk", of("topk", 2), ((3, 4),), lambda x: x.topk(2).values),
    Case("topk smallest", of("topk", 2, 0, False), ((3, 4),), lambda x: x.topk(2, 0, False).values),
    Case("cumsum", of("cumsum", 1), ((2, 4),), lambda x: x.cumsum(1)),
    Case("cumsum flat", of("cumsum"), ((2, 3),), lambda x: x.ravel().cumsum(0)),
    Case("cumprod", of("cumprod", -1), ((2, 4),), lambda x: x.cumprod(-1)),
    Case("prod", of("prod"), ((2, 3),), lambda x: x.prod()),
    Case("prod axis", of("prod", 0, True), ((2, 3),), lambda x: x.prod(0, True)),
    Case("var", of("var"), ((2, 3),), lambda x: x.var(correction=0)),
    Case("var axis", of("var", 1, True, 1), ((2, 3),), lambda x: x.var(1, keepdim=True)),
    Case("std", of("std", ddof=1), ((2, 3),), lambda x: x.std()),
    Case("std axes", of("std", (0, 2)), ((2, 3, 2),), lambda x: x.std((0, 2), correction=0)),
    *(
        Case(f"norm {p}", moments.norm_of(p, axis), ((3, 4),), lambda x, p=p, axis=axis: torch.linalg.vector_norm(x, p, axis))
        for p in (1.0, 3.0, float("inf"), 2.5)
        for axis in (None, 1)
    ),
    Case("diag of a vector", of("diag"), ((3,),), lambda x: x.diag()),
    Case("diag of a matrix", of("diag", 1), ((3, 4),), lambda x: x.diag(1)),
    Case("diagonal", of("diagonal"), ((2, 3, 3),), lambda x: x.diagonal(dim1=-2, dim2=-1)),
    Case("diag_embed", of("diag_embed", -1), ((2, 3),), lambda x: x.diag_embed(-1)),
    Case("tril", of("tril", -1), ((3, 3),), lambda x: x.tril(-1)),
    Case("triu", of("triu", 1), ((2, 3, 3),), lambda x: x.triu(1)),
    Case("kron", of("kron"), ((2, 3), (3, 2)), lambda a, b: torch.kron(a, b)),
    Case("cross", of("cross"), ((2, 3), (3,)), lambda a, b: torch.linalg.cross(a, b.expand(2, 3))),
    Case("solve", of("solve"), ((3, 3), (3,)), lambda a, b: torch.linalg.solve(a, b), positive_definite),
    Case("solve matrices", of("solve"), ((3, 3), (3, 2)), lambda a, b: torch.linalg.solve(a, b), positive_definite),
    Case("solve stacks", of("solve"), ((3, 3), (2, 3, 2)), lambda a, b: torch.linalg.solve(a, b), positive_definite),
    Case("cholesky", of("cholesky"), ((3, 3),), lambda s: torch.linalg.cholesky(s), positive_definite),
    Case("logdet", of("logdet"), ((3, 3),), lambda s: torch.linalg.slogdet(s)[1], positive_definite),
    Case("eigvalsh", of("eigvalsh"), ((3, 3),), lambda s: torch.linalg.eigvalsh((s + s.mT) / 2), positive_definite),
    Case("eigvecsh", of("eigvecsh"), ((3, 3),), lambda s: torch.linalg.eigh((s + s.mT) / 2)[1], positive_definite),
    Case("svdvals", of("svdvals"), ((4, 3),), lambda x: torch.linalg.svdvals(x)),
    Case("svdvals of a wide one", of("svdvals"), ((2, 3),), lambda x: torch.linalg.svdvals(x)),
    *(
        Case(f"einsum {text}", of("einsum", text), shapes, lambda *xs, text=text: torch.einsum(text, *xs))
        for text, shapes in {
            "ij,jk->ik": ((2, 3), (3, 4)),
            "bij,bjk->bik": ((2, 2, 3), (2, 3, 2)),
            "i,ij,j->": ((2,), (2, 3), (3,)),
            "ij->j": ((2, 3),),
            "ij->ji": ((2, 3),),
            "ii->i": ((3, 3),),
            "ii": ((3, 3),),
            "i,j": ((2,), (3,)),
            "...ij,...jk->...ik": ((2, 2, 3), (3, 2)),
            "bqd,bkd->bqk": ((2, 3, 4), (2, 5, 4)),
            "ijk,k->i": ((2, 3, 4), (4,)),
        }.items()
    ),
]  # fmt: skip
IDS = [case.name for case in CASES]


def graph_of(case: Case) -> tuple[Graph, dict[str, Any]]:
    """Returns the program of one stage, and its inputs."""
    builder = Builder()
    values = [value if value.ndim else float(value) for value in case.values()]
    names = [f"x{slot}" for slot in range(len(values))]
    args = [builder.input(name) for name in names]
    graph = builder.finish(builder.apply(case.op, args, "f"))
    return shaped(graph, {name: np.shape(v) for name, v in zip(names, values, strict=True)}), dict(
        zip(names, values, strict=True)
    )


def weights(shape: Shape, seed: int = 5) -> Any:
    made = np.random.default_rng(seed).normal(size=shape)
    return made if shape else float(made)


@beside_torch
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_value_and_gradient_are_those_of_pytorch(case: Case) -> None:
    graph, inputs = graph_of(case)
    tensors = [
        torch.tensor(v, dtype=torch.float64, requires_grad=s in case.moving) for s, v in enumerate(inputs.values())
    ]
    expected = case.torch(*tensors)
    upstream = weights(tuple(expected.shape))
    expected.backward(torch.tensor(upstream, dtype=torch.float64))
    values = forward(graph, inputs)
    assert graph.nodes[graph.output].shape == tuple(expected.shape)
    np.testing.assert_allclose(values[graph.output], expected.detach().numpy(), rtol=1e-12, atol=1e-12)
    found = backward(graph, values, upstream)
    for slot, index in enumerate(graph.inputs):
        wanted = tensors[slot].grad.numpy() if slot in case.moving else np.zeros(np.shape(values[index]))
        if case.name in SYMMETRIC:  # the gradient of a symmetric matrix is only known up to its antisymmetric part
            wanted = (wanted + wanted.T) / 2
        assert np.shape(found[index]) == np.shape(values[index])
        np.testing.assert_allclose(found[index], wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_tangents_are_differences_and_the_transpose_of_gradients(case: Case) -> None:
    graph, inputs = graph_of(case)
    values = forward(graph, inputs)
    upstream = weights(np.shape(values[graph.output]))
    found = backward(graph, values, upstream)
    moves = {graph.inputs[slot]: weights(np.shape(values[graph.inputs[slot]]), 7 + slot) for slot in case.moving}
    if case.name in SYMMETRIC:
        moves = {index: move + move.T for index, move in moves.items()}
    with quiet():
        pushed = tangents(graph, values, moves)[graph.output]
    left, right = np.sum(pushed * upstream), sum(np.sum(found[index] * move) for index, move in moves.items())
    np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-12)
    moved = dict(zip(inputs, (moves.get(index, 0.0) for index in graph.inputs), strict=True))
    ahead, behind = (
        forward(graph, {name: value + by * moved[name] for name, value in inputs.items()}) for by in (1e-6, -1e-6)
    )
    np.testing.assert_allclose(pushed, (ahead[graph.output] - behind[graph.output]) / 2e-6, rtol=1e-5, atol=1e-7)


@beside_torch
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_gradient_differentiates_again(case: Case) -> None:
    """The gradient as a graph of our ops has the values of the passes, and its own gradient is PyTorch's second one."""
    graph, inputs = graph_of(case)
    values = forward(graph, inputs)
    shape = np.shape(values[graph.output])
    upstream = weights(shape)
    slot = case.moving[0]
    index = graph.inputs[slot]
    second = gradient_graph(graph, [index], seed=upstream)
    again = forward(second.graph, inputs)
    made = again[second.at[index]]
    np.testing.assert_allclose(made, backward(graph, values, upstream)[index], rtol=1e-9, atol=1e-12)
    mix = weights(np.shape(made), 9)
    found = backward(second.graph, again, mix, second.at[index])[index]
    tensors = [
        torch.tensor(v, dtype=torch.float64, requires_grad=s in case.moving) for s, v in enumerate(inputs.values())
    ]
    (first,) = torch.autograd.grad(
        case.torch(*tensors), tensors[slot], torch.tensor(upstream, dtype=torch.float64), create_graph=True
    )
    loss = (first * torch.tensor(mix, dtype=torch.float64)).sum()
    wanted = torch.autograd.grad(loss, tensors[slot], allow_unused=True)[0] if first.requires_grad else None
    wanted = np.zeros(np.shape(found)) if wanted is None else wanted.numpy(force=True)
    if case.name != "cholesky":
        np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_each_is_written_in_every_notation(case: Case) -> None:
    names = [Formula(f"x{slot}", shape=np.shape(v)) for slot, v in enumerate(case.values())]
    made = Formula(op=case.op, args=tuple(names))
    assert "x0" in made.text
    assert made.pretty
    assert made.latex.count("{") == made.latex.count("}")
    for part in case.op.vjp(
        Formula("dy", shape=None), Formula("y", shape=None), *(Formula(f"x{i}", shape=None) for i in range(len(names)))
    ):  # type: ignore[misc]
        assert part is None or part.text
