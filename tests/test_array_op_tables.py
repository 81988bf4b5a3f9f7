"""What every op for arrays does in each of its forms, against a table to be read: also what it refuses, and why.

That the numbers are right is for `test_array_ops` and `test_language_ops` to say, beside PyTorch and differences.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.codegen import code
from cgviz.ops.whole import turned
from cgviz.runs.gradients import gradient_graph
from cgviz.runs.passes import backward, forward
from cgviz.runs.run import Run
from cgviz.runs.starting import without_seed
from cgviz.runs.tangents import tangents
from cgviz.text.formula import Formula
from cgviz.values.arrays import quiet
from cgviz.values.axes import Axis
from tests.held import GOLDEN, asked, blocks, digest, hold, number

SHAPES: dict[str, tuple[int, ...]] = {
    "x": (3,), "y": (3,), "v": (2,), "u": (1,), "w": (4,), "A": (2, 3), "B": (3, 2), "C": (2, 3), "S": (3, 3), "D": (2, 2),
    "row": (1, 3), "col": (2, 1), "T": (2, 3, 2), "M": (2, 2, 3), "Q": (2, 2, 2), "none": (0,), "E": (0, 3), "H": (2, 0),
    "s": (), "t": (), "W": (2, 4), "five": (5, 1, 3), "Z": (4, 4),
}  # fmt: skip
GIVEN: dict[str, Any] = {
    "i": 1.0, "j": -2.0, "k": 1.5, "far": 7.0, "places": [2.0, 0.0, 2.0], "pair": [[0.0, 1.0], [1.0, 1.0]], "at": [[2.0, 0.0], [1.0, 1.0]],
    "odd": [0.0, 0.5], "beyond": [0.0, 9.0], "tied": [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]], "flat": [2.0, 2.0, 2.0], "zeros3": [0.0, 0.0, 0.0],
    "holes": [[0.0, 2.0, 0.0], [0.0, -1.0, 3.0]], "big": [3e200, 4e200, -1e200], "tiny": [3e-200, 4e-200, 1e-200], "lost": [1.0, float("nan"), 2.0],
    "open": [1.0, float("inf"), -float("inf")], "singular": [[1.0, 2.0], [2.0, 4.0]], "stack": [[[1.0, 2.0], [2.0, 4.0]], [[2.0, 0.0], [1.0, 1.0]]],
    "rank0": [[0.0, 0.0], [0.0, 0.0]], "steep": [[800.0, 1.0, -800.0], [1e300, -1e300, 0.0]],
}  # fmt: skip
TEXTS = """
sum(A); sum(A, axis=0); sum(A, axis=-1); sum(T, axis=(0, 2)); sum(T, axis=1, keepdims=True); sum(A, keepdims=True); sum(none); sum(E, axis=0); sum(E, axis=1)
sum(s); sum(A, axis=2); sum(A, axis=(0, 0)); sum(A, axis=1.5); sum(A, axis=True); sum(A, keepdims=2); sum(big); sum(x, axis=-2)
mean(A); mean(A, axis=0); mean(T, axis=(0, -1), keepdims=True); mean(none); mean(E, axis=0); mean(E, axis=1); mean(big); average(col, axis=1)
max(A); max(tied); max(tied, axis=0); max(tied, axis=1, keepdims=True); max(T, axis=(0, 1)); max(none); max(E, axis=1); max(E, axis=0); max(lost)
min(A); min(tied); min(tied, axis=0); min(tied, axis=1, keepdims=True); min(T, axis=(0, 1)); min(none); min(E, axis=0); min(row, axis=0); max(x, y); max(x, 0, s); min(A, row); max(u); max(A, axis=3)
logsumexp(A); logsumexp(A, axis=0); logsumexp(A, axis=1, keepdims=True); lse(steep, axis=1); logsumexp(open); logsumexp(T, axis=(0, 2)); logsumexp(flat); logsumexp(none)
softmax(A); softmax(A, axis=0); softmax(x); softmax(T, axis=(0, 1)); softmax(A, axis=None); softmax(steep); softmax(open); softmax(A, axis=2); softmax(s); softmax(flat); softmax(A, axis='a')
log_softmax(A); log_softmax(A, axis=0); log_softmax(x); log_softmax(T, axis=(0, 1)); logsoftmax(steep); log_softmax(open); log_softmax(A, axis=-3); log_softmax(flat)
norm(A); norm(x); norm(A, axis=0); norm(A, axis=1, keepdims=True); norm(T, axis=(0, 2)); norm(zeros3); norm(holes, axis=0); norm(big); norm(tiny); norm(none); norm(open); norm(u)
norm(x, 1); norm(x, 3); norm(x, inf); norm(x, -inf); norm(x, 0.5); norm(A, 1, axis=0); norm(A, 3, axis=1, keepdims=True); norm(flat, inf); norm(zeros3, inf); norm(zeros3, 3); norm(zeros3, 1); norm(holes, 3, axis=0); norm(holes, 0.5, axis=1); norm(A, inf, axis=0); norm(A, -inf, axis=1, keepdims=True); norm(A, 1); norm(A, 2); norm(big, 3); norm(tiny, 3); norm(none, 3); norm(none, inf); norm(u, 3); norm(u, inf)
reshape(A, (3, 2)); reshape(A, -1); reshape(A, (3, -1)); reshape(A, (4, 2)); reshape(A, (-1, 4)); reshape(A, (-1, -1)); reshape(A, (-2, 3)); reshape(A, (0, -1)); reshape(s, (1, 1)); reshape(u, ()); reshape(A, 6); reshape(A, 1.5); reshape(E, (3, 0)); reshape(A, (2, 3)); reshape(A, 2, 3); reshape(none, -1)
A.T; x.T; T.T; transpose(T, (2, 0, 1)); transpose(T, (-1, 0, 1)); transpose(A, (0, 2)); transpose(A, (0, 0)); transpose(T); transpose(A, (1, 0)); transpose(T, 1, 0, 2); transpose(A, 1.5)
x[0]; x[-1]; x[1:]; x[::2]; x[::-1]; x[-2:]; x[3:1]; x[...]; x[None]; x[:, None]; A[1]; A[1, 2]; A[-1, -2]; A[:, 1]; A[0:1, ::2]; A[..., 0]; A[None, 1:2, :]; T[1, ..., -1]; T[..., None]; T[0, 1, 0]; A[::-1, ::-2]; x[5]; A[0, 3]; x[0, 1]; x[3:0:-2]; E[:, 1]; s[0]; x[0][1]; w[12 - 9]; A[0, None, 1]
x[i]; x[j]; A[i]; T[i]; x[far]; x[k]; T[j]; col[i]; pick(x, i); pick(A, x); pick(s, i); x[i - i]; none[i]
x[places]; A[:, places]; A[pair]; A[pair, at]; T[at, :, 1]; x[odd]; x[beyond]; x[x > 0]; A[A > 0]; A[C > 0, 1]; A[x > 0]; x[x == y]; x[v > 0]; A[v > 0]; x[logical_and(x > -1, y < 1)]; A[col > 0]; x[!(x > 0)]; x[lost]
take(x, places); take(A, places, axis=1); take(A, at, axis=-1); take(A, v); take_along_axis(A, at, axis=1); gather(A, at, axis=-1); take_along_axis(A, [[1, 0, 1]], axis=0); take_along_axis(A, [[1], [2]], axis=1); take_along_axis(A, [[7], [2]], axis=1); take_along_axis(A, places, axis=1); take_along_axis(A, at, axis=0.5); take_along_axis(row, at, axis=1)
[x, y]; [s, t, 2]; [A, C]; [x, v]; stack([x, y], axis=1); stack([x, y], axis=-1); stack([A, C], axis=2); stack([A, C], axis=-2); stack([x, y], axis=2); [u]; stack([x, y], axis=0.5); [[s, t], [1, s]]; [x, y, 2*x]
concat(x, v); concat([A, C], axis=1); concat([A, row]); concat([T, T[:, :1]], axis=-2); concat(x, s); concat([A, x]); concat([A, C], axis=2); concat([A, B]); concatenate(x, y, v); cat(x); concat([x, none]); concat([A, C], axis='a')
A @ x; v @ A; x @ y; A @ B; T @ v; x @ T; M @ T; A @ A; s @ x; x @ s; S @ T; Q @ D; A @ E.T; M @ S; M @ Q; u @ row; five @ B; M @ T[:1]; five @ T
dot(x, y); dot(A, x); dot(A, B); dot(v, A); dot(T, x); dot(s, x); dot(v, x); outer(x, v); outer(u, x); outer(A, x); outer(s, x)
trace(S); tr(D); trace(stack); trace(A); trace(s); det(S); det(D); det(u[None]); det(stack); det(singular); det(rank0); det(A); det(Z); inv(S); inv(D); inv(u[None]); inv(stack); inv(singular); inv(A); inv(x); inv(Q + 2*eye(2)); det(lost[None, :] * x[:, None])
solve(S, x); solve(D, v); solve(D, A); solve(singular, v); solve(D, x); solve(A, x); solve(S, B); solve(Q + 3*eye(2), v); solve(Q + 3*eye(2), A); solve(D, s); solve(D, T[:, :2, :]); solve(u[None], u)
cholesky(S @ S.T + 3*eye(3)); cholesky(D @ D.T + eye(2)); cholesky(singular - 5*eye(2)); cholesky(A); logdet(D); logdet(S); logdet(singular); logdet(stack); logdet(A); logdet(Q + 3*eye(2)); eigvalsh(S + S.T); eigvalsh(D + D.T); eigvalsh(eye(2)*s); eigvecsh(D + D.T); eigvecsh(eye(2)*s); eigvalsh(A); svdvals(A); svdvals(B); svdvals(S); svdvals(x); svdvals(T); eigvalsh(Q + 9*eye(2))
einsum('ij,jk->ik', A, B); einsum('ij->ji', A); einsum('ij->j', A); einsum('ii->i', S); einsum('ii', S); einsum('i,j', x, v); einsum('ij,jk', A, B); einsum('...ij,...jk->...ik', M, T); einsum('...i->...', A); einsum('i,ij,j->', v, A, x); einsum('ijk,k->i', T, v); einsum('ij,ij->', A, C); einsum('iij->j', Q); einsum('i->', x); einsum('ij,kj->ik', A, row); einsum('i,i,i->i', big, big, tiny); einsum('ij, jk -> ik', A, B)
einsum('ij,jk->ik', A, A); einsum('ij->k', A); einsum('ij->jj', A); einsum('i1->i', A); einsum('ijk->i', A); einsum('', A); einsum('ij,jk->ik', A); einsum('...->', A); einsum('...ij->...ji', T); einsum('iji->j', Q); einsum('bi,ij,bj->b', A, S, C); einsum('i,j->ij', x, u); einsum('ij,i->j', row, v)
cumsum(x); cumsum(A); cumsum(A, axis=0); cumsum(A, axis=-1); cumsum(A, axis=2); cumsum(s); cumsum(none); cumsum(A, axis=0.5); cumprod(x); cumprod(A); cumprod(A, axis=1); cumprod(A, axis=0); cumprod(holes, axis=1); cumprod(holes); cumprod(big); cumprod(none); cumprod(u)
prod(x); prod(A, axis=0); prod(A, axis=1, keepdims=True); prod(holes); prod(holes, axis=0); prod(holes, axis=1); prod(big); prod(tiny); prod(none); prod(T, axis=(0, 2)); prod(T, axis=(2, 0), keepdims=True); prod(zeros3); prod(E, axis=0)
var(x); var(A, axis=0); var(A, axis=1, keepdims=True); var(A, ddof=1); var(T, axis=(0, 2), ddof=1); var(u); var(u, ddof=1); var(none); var(A, ddof=0.5); var(A, ddof=True); var(A, keepdims=3); var(A, axis='x'); var(flat); var(x, ddof=5)
std(x); std(A, axis=0); std(A, axis=1, keepdims=True); std(A, ddof=1); std(T, axis=(0, 2), ddof=1); std(flat); std(tied, axis=1); std(u); std(none); std(big); std(tiny); std(A, ddof='a'); std(x, ddof=3)
sort(x); sort(A, axis=0); sort(A, descending=True); sort(tied); sort(A, axis=0, descending=True); topk(x, 2); topk(A, 2, axis=1); topk(A, 1, axis=0); topk(A, 2, largest=False); topk(x, 4); topk(x, -1); topk(x, 0); topk(tied, 2); sort(s); sort(A, axis=2); topk(T, 1, axis=1)
argmax(x); argmax(A, axis=1); argmin(A, axis=0); argmin(x); argmax(none); argmin(none); argmax(A, axis=2); argmax(E, axis=1); argmax(E, axis=0); one_hot(i, 3); one_hot(places, 4); one_hot(j, 3); one_hot(far, 3); one_hot(k, 3); one_hot(i, 1.5); one_hot(odd, 2)
zeros_like(A); ones_like(x); size(A); size(A, axis=0); size(A, axis=-1); size(A, axis=2); size(s); zeros((2, 3)) + s; ones(3)*s; full((2,), 2.5)*s; full((2, 2), inf) + s; full((2,), -inf) + s; arange(4)*s; arange(1, 4)*s; arange(0, 6, 2)*s; arange(5, 0, -2)*s; arange(1, 2, 0); linspace(0, 1, 5)*s; linspace(-1, 1, 3)*s; sum(linspace(0, 1))*s; eye(3)*s; eye(2, 3)*s; eye(3, 3, 1)*s; eye(3, 3, -1)*s; tri(3)*s; tri(2, 3)*s; tri(3, 3, -1)*s; tri(2, 3, 1)*s
zeros((2, -1)); ones(99999999); eye(99999); arange(99999999); zeros(1.5); linspace(0, 1, -3); full((2,)); tri(-1); eye(1.5); full(99999999, 1); arange(0, 99999999); arange(0, 1, 0.00000001)
squeeze(row); squeeze(row, axis=0); squeeze(col, axis=-1); squeeze(five, axis=(1,)); squeeze(A, axis=0); squeeze(A); squeeze(u); squeeze(row[None], axis=(0, 1)); squeeze(row[None], axis=(0, 0)); squeeze(A, axis=5); squeeze(A, axis=0.5); atleast_2d(x); atleast_2d(A); atleast_2d(s); expand_dims(x, 0); expand_dims(x, -1); expand_dims(A, 1); expand_dims(A, (0, 2)); unsqueeze(A, -2); expand_dims(A, (0, 0)); expand_dims(A, 4); expand_dims(x, None); expand_dims(x, 'a'); expand_dims(A, (-1, 0))
swapaxes(T, 0, 2); swapaxes(A, 0, -1); swapaxes(T, -1, -2); T.mT; A.mT; swapaxes(A, 0, 2); swapaxes(x, -2, -1); swapaxes(A, 0, 0.5); matrix_transpose(T); moveaxis(T, 0, 2); moveaxis(T, (0, 1), (-1, 0)); moveaxis(T, 0, -1); moveaxis(T, 3, 0); movedim(A, 0, 1); moveaxis(T, (0, 1), 0)
flip(A); flip(A, axis=0); flip(A, axis=(0, 1)); flip(x); flip(A, axis=2); flip(A, axis=(0, 0)); flipud(A); roll(x, 1); roll(A, 2); roll(A, -1, axis=1); roll(A, (1, 2), axis=(0, 1)); roll(A, 1, axis=3); roll(A, 4, axis=(0, 1))
pad(x, 1); pad(x, (1, 2)); pad(A, ((1, 0), (0, 2))); pad(A, 1, 5); pad(A, ((0, 0), (-1, -1))); pad(A, ((1, -1), (0, 0)), 2.5); pad(A, ((1, 2),)); pad(A, ((1,), (0,))); pad(x, (1, 2, 3)); pad(A, ((1, 1), (1, 1), (1, 1))); pad(x, -2); pad(x, 1, mode='reflect'); pad(x, (-1, 1)); pad(x, -1); pad(A, 0); pad(x, (-3, 0)); pad(x, (0, -3)); pad(A, ((0, -1), (-1, 1)), -1)
split(w, 2)[1]; split(w, 2)[0]; split(A, 3, axis=1)[2]; split(w, [1, 3])[1]; split(W, [1, 2], axis=-1)[2]; split(x, 2)[0]; split(s, 2)[0]; split(w, 0)[0]; tile(x, 2); tile(A, (2, 1)); tile(x, (2, 2)); tile(A, (2, 1, 1)); tile(s, 3); repeat(x, 2); repeat(A, 2); repeat(A, 2, axis=1); repeat(A, 3, axis=0); repeat(A, 2, axis=4); repeat(x, 0); tile(x, 0); repeat(A, 1.5); tile(x, -1)
broadcast_to(x, (2, 3)); broadcast_to(col, (2, 3)); broadcast_to(s, (2, 2)); broadcast_to(x, (2, 2)); broadcast_to(A, (3,)); broadcast_to(u, (4, -1)); expand(col, -1, 3); expand(row, 2, -1); broadcast_to(A, (4, 2, 3)); broadcast_to(x, (-1, 2, 3)); diff(x); diff(A); diff(A, axis=0); diff(u); diff(s); diff(A, axis=2); diff(none)
tril(S); triu(S); tril(S, -1); triu(S, 1); tril(T); tril(A, 1); tril(x); triu(S, 0.5); diagonal(S); diagonal(A, 1); diagonal(T); diagonal(A, -1); diagonal(x); diag(x); diag(S); diag(x, 1); diag(A, -1); diag(A, 1); diag(T); diag(s); diag_embed(x); diag_embed(A); diag_embed(x, -2); diag_embed(s); diag(v, -1); diagonal(S, 5); diag(A)
kron(v, x); kron(A, D); kron(D, x); kron(x, D); kron(s, x); kron(T, v); kron(u, row); cross(x, y); cross(A, x); cross(A, C); cross(x, A); cross(v, x); cross(s, x); cross(row, A); cross(x, v)
A + row; A - col; A*row*col; A/col; row**2; x**y; A*s; s - A; -A; five * A; x + v; A + x; A*v; 1/x; x**-2; abs(x)**1.5; abs(holes); sign(holes); where(A > 0, A, C); where(s > 0, x, y); where(A > C, row, 0); where(x > 0, v, y); sqrt(abs(holes)); relu(holes); clip(A, -0.5, 0.5); max(tied, 3); hypot(x, y); atan2(x, y); x == y; x < y; sigmoid(A); A*A; x*y*x; exp(big); log(holes); 1/holes; holes**0.5; elu(A); gelu(x); leaky_relu(x, s); sum(five + A, axis=0); x**s; s**x; u*x + u; col*row; u + none; none*s
stop_gradient(A); stop_gradient(x)*x; logical_and(A > 0, C > 0); logical_or(x > 0, y > 0); logical_not(x > 0); sum_i(x[i]*i); mean(x*detach(x)); logaddexp(x, y); log(x + 3, 2); beta(abs(x) + 1, 2); besselj(1, x); erf(A); gamma(abs(x) + 1)
"""
PROGRAMS = [text.strip() for line in TEXTS.strip().splitlines() for text in line.split("; ")]
MOST = 9  # elements of an array in which a second derivative is asked
LANGUAGES = ("numpy", "torch", "jax")
NAMES = {2: "N_rows", 3: "K_columns", 4: "P_places"}
STANDING = [Axis(name) for name in NAMES.values()]  # in this order, whatever ran before


def inputs_of(names: list[str]) -> dict[str, Any]:
    random = np.random.default_rng(11)
    drawn = {name: random.normal(size=shape).round(3) for name, shape in SHAPES.items()}
    drawn = {name: value if np.ndim(value) else float(value) for name, value in drawn.items()}
    every = drawn | {name: np.array(value) if isinstance(value, list) else value for name, value in GIVEN.items()}
    return {name: every[name] for name in names}


def weights(shape: tuple[int, ...], seed: int = 5) -> Any:
    made = np.random.default_rng(seed).normal(size=shape).round(2)
    return made if shape else float(made)


def run_of(text: str) -> Run:
    """Returns the run, its upstream gradient different for every element."""
    graph = cgviz.read(text, given=tuple(SHAPES) + tuple(GIVEN))
    inputs = inputs_of([graph.nodes[index].name for index in graph.inputs])
    return cgviz.run(text, inputs, upstream=weights(np.shape(without_seed(graph, inputs).value)))


def told(text: str) -> Iterator[str]:
    """Yields all that there is to say of a program, or why it does not run."""
    try:
        run = run_of(text)
    except cgviz.CgvizError as error:
        yield f"{type(error).__name__}: {error}"
        return
    yield f"value {number(run.value)}"
    for name, gradient in run.gradient.items():
        yield f"d{name} {number(gradient)}"
    yield f"pushed {asked(pushed, run)}"
    yield f"second {asked(second, run)}"
    yield from told_of_stages(run)
    yield f"jacobian {asked(jacobian, run)}"
    yield " ".join(f"{lang} {asked(lambda lang=lang: digest(code(run, lang)))}" for lang in LANGUAGES)
    yield f"open {asked(lambda: opened(text, run))}"
    yield f"letters {asked(lambda: lettered(text, run))}"


def told_of_stages(run: Run) -> Iterator[str]:
    for target in run.graph.stages:
        node = run.graph.nodes[target]
        yield f"{node.name} {node.shape} = {run.graph.formula(target).pretty} {' '.join(run.flags[target])}"
        for slot in range(len(node.args)):
            handed = run.handed_formula(target, slot)
            yield f"  {slot}: {'nothing' if handed is None else f'{handed.text} | {handed.latex}'}"
    if run.trouble is not None:
        yield f"trouble {run.trouble}"


def jacobian(run: Run) -> str:
    """Returns the whole Jacobians of the last op: as formulas, turned for a gradient, and as numbers."""
    node, out = run.graph.nodes[run.graph.output], run.graph.output
    rule = node.op.jacobian
    if rule is None:
        return f"not written · {node.op.glyph} {node.op.stem} {node.op.suffix} {node.op.arity} {node.op.parameter}"
    leaves = [Formula(f"x{slot}", shape=run.graph.nodes[arg].shape) for slot, arg in enumerate(node.args)]
    made = rule(Formula("f", shape=node.shape), *leaves)
    told = [each and f"{each.text} turned {turned(each).pretty} {each.shape}" for each in made]
    values = rule(run.values[out], *(run.values[arg] for arg in node.args))
    return f"{told} {number(values)} · {node.op.glyph} {node.op.stem} {node.op.suffix}"


def pushed(run: Run) -> Any:
    """Returns the tangent of the output where every input moves."""
    moves = {index: weights(np.shape(run.values[index]), index) for index in run.bare.inputs}
    return tangents(run.bare, run.values, moves)[run.bare.output]


def second(run: Run) -> Any:
    """Returns the gradient of a mix of the gradient's elements."""
    index = max(run.bare.inputs, key=lambda each: np.size(run.values[each]))
    if np.size(run.values[index]) > MOST:
        return "left out"
    made = gradient_graph(run.bare, [index], seed=run.upstream)
    values = forward(made.graph, {run.bare.nodes[i].name: run.values[i] for i in run.bare.inputs})
    mixed = weights(np.shape(values[made.at[index]]), 9)
    return number(backward(made.graph, values, mixed, made.at[index])[index])


def opened(text: str, run: Run) -> str:
    """Returns the graph of numbers that the microscope shows, in a digest, and whose gradients come out apart in it."""
    given = {run.bare.nodes[i].name: run.values[i] for i in run.bare.inputs}
    last = run.graph.nodes[run.graph.output].name
    wide = cgviz.run(text, given, upstream=run.upstream, expand=last)
    apart = [name for name, each in run.gradient.items() if not np.allclose(wide.gradient[name], each, equal_nan=True)]
    formulas = [
        f"{node.name} = {wide.graph.formula(i).text}" for i, node in enumerate(wide.graph.nodes) if node.is_stage
    ]
    return f"{len(formulas)} {digest(' '.join(formulas))} {' '.join(apart)}"


def lettered(text: str, run: Run) -> str:
    """Returns the shapes of the stages where lengths are letters."""
    shapes = {run.bare.nodes[i].name: np.shape(run.values[i]) for i in run.bare.inputs}
    named = {name: ",".join(NAMES.get(n, str(n)) for n in shape) for name, shape in shapes.items() if shape}
    made = cgviz.run(text, shapes=named)
    return " ".join(f"{node.name} {node.shape}" for node in made.graph.nodes if node.is_stage)


def test_each_stands_once() -> None:
    assert sorted(blocks(GOLDEN / "ops.arrays.txt")) == sorted(PROGRAMS)


@pytest.mark.parametrize("line", range(len(TEXTS.strip().splitlines())))
def test_a_program_of_arrays(line: int) -> None:
    for text in TEXTS.strip().splitlines()[line].split("; "):
        with quiet():
            hold("ops.arrays.txt", text, told(text))
