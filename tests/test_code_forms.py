"""Every gate of arrays has its form in NumPy, PyTorch and JAX: the code runs, and finds what the run has and the
framework's own backward pass finds; PyTorch's and JAX's is differentiated again, and mapped over a batch."""

from __future__ import annotations

import contextlib
import io
import re
from functools import cache
from typing import Any

import pytest

import cgviz

np = pytest.importorskip("numpy")

X = [[0.3, -0.7, 1.2], [0.5, 0.1, -0.4]]
S = [[3.0, 0.5, 0.2], [0.5, 4.0, 0.1], [0.2, 0.1, 2.0]]
V = [0.3, -0.7, 1.2]
GROUPS = {
    "running": "cumsum(X, axis=0) ; cumsum(X, axis=-1) ; cumprod(X, axis=1) ; prod(X, axis=1) ; prod(v) ; cumsum(X) ; "
    "cumprod(v) ; diff(X) ; diff(X, axis=0) ; var(X, axis=0) ; std(X, axis=1)",
    "matrices": "tril(S) ; triu(S, 1) ; diag(v) ; diag(S) ; diagonal(X, 1) ; kron(v, X) ; cross(v, X) ; trace(S) ; "
    "solve(S, v) ; inv(S) ; logdet(S) ; det(S) ; outer(v, v) ; einsum('ij,kj->ik', X, S) ; X.mT ; swapaxes(X, 0, 1) ; "
    "cholesky(S @ S.T)",
    "moving": "roll(v, 1) ; roll(X, 1, axis=0) ; pad(v, (1, 2)) ; pad(X, ((1, 0), (0, 2))) ; squeeze(X[:1]) ; "
    "flip(X) ; flip(X, axis=0) ; moveaxis(X, 0, 1) ; expand_dims(v, 0) ;"
    " split(v, 3)[1] ; split(X, [1, 2], axis=1)[1] ; "
    "tile(v, 2) ; repeat(v, 2) ; repeat(X, 2, axis=1) ; broadcast_to(v, (2, 3)) ; stack([v, 2*v], axis=1) ; "
    "concat([X, X], axis=1) ; v[::-1] ; X[:, 1] ; reshape(X, (3, 2))",
    "places": "sort(v) ; sort(X, axis=0) ; topk(v, 2) ; v[i] ; X[k, i] ; v[[0, 2, 0]] ; X[[1, 0], [2, 2]] ; v[v > 0] ; "
    "v[argmax(v)] ; take_along_axis(X, X*0 + 1, axis=1) ; one_hot(i, 3) @ v",
    "norms": "norm(v, 1) ; norm(v, inf) ; norm(X, 3, axis=1) ; norm(X) ; norm(X, axis=0) ; amax(X, axis=1) ; min(X) ; "
    "logsumexp(X, axis=1) ; softmax(X, axis=0) ; log_softmax(X) ; detach(v)*v ; where(X > 0, X, 0) ; mean(X, axis=-1)",
}
GIVEN = {"X": X, "S": S, "v": V, "i": [2.0, 0.0, 1.0], "k": [0.0, 1.0, 1.0]}
PROGRAMS = {name: " + ".join(f"sum(sin({term}))" for term in text.split(" ; ")) for name, text in GROUPS.items()}
PROGRAMS["updates"] = "y = v*1; y[0] += 3*v[1]; z = zeros(3); z[1:] = v[:2]; sum(sin(y*z + y**2))"
WORDS = {key: re.compile(rf"(?<![.\w]){key}(?!\w)") for key in GIVEN}


@cache
def run_of(name: str) -> Any:
    program = PROGRAMS[name]
    return cgviz.run(program, {key: value for key, value in GIVEN.items() if WORDS[key].search(program)})


def made(name: str, language: str) -> tuple[dict[str, Any], list[str]]:
    """Runs the code with its own checks; returns what it defines, and the inputs."""
    run = run_of(name)
    found: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(run.code(language, test=True), name, "exec"), found)
    return found, [run.graph.nodes[index].name for index in run.graph.inputs]


@pytest.mark.parametrize("name", PROGRAMS)
def test_numpy(name: str) -> None:
    made(name, "numpy")


@pytest.mark.parametrize("name", PROGRAMS)
def test_torch_again_and_mapped(name: str) -> None:
    """The second derivative is that of PyTorch's own first one; vmap of the gradient maps the gradient."""
    torch = pytest.importorskip("torch")
    found, names = made(name, "torch")
    ours, plain = found["Staged"].apply, found["plain"]
    inputs = [found[each].detach().requires_grad_() for each in names]
    real = [at for at, each in enumerate(names) if each not in "ik"]
    once = [torch.autograd.grad(f(*inputs), [inputs[at] for at in real], create_graph=True) for f in (ours, plain)]
    twice = [torch.autograd.grad(sum((g**3).sum() for g in slopes), [inputs[at] for at in real]) for slopes in once]
    for f, w in zip(*twice, strict=True):
        torch.testing.assert_close(f, w, rtol=1e-8, atol=1e-8)
    if name in ("places", "updates"):  # a mask picks as many elements as it will; x[i] = y changes x in place
        return
    pairs = [
        torch.stack([each.detach(), 1.1 * each.detach() if at in real else each]) for at, each in enumerate(inputs)
    ]
    mapped = torch.func.vmap(torch.func.grad(ours, argnums=tuple(real)))(*pairs)
    for f, at in zip(mapped, real, strict=True):
        torch.testing.assert_close(f[0], once[1][real.index(at)])


@pytest.mark.parametrize("name", PROGRAMS)
def test_jax_under_jit(name: str) -> None:
    jax = pytest.importorskip("jax")
    run = run_of(name)
    found: dict[str, Any] = {"__name__": "generated"}
    exec(compile(run.code("jax"), name, "exec"), found)
    with jax.enable_x64(True):
        at = [jax.numpy.asarray(run.values[index]) for index in run.graph.inputs]
        both = jax.value_and_grad(found["staged"], range(len(at)))
        masks = "v > 0" in PROGRAMS[name]  # which JAX itself takes outside jit alone
        value, slopes = (both if masks else jax.jit(both))(*at)
    np.testing.assert_allclose(value, run.values[run.graph.output], rtol=1e-10)
    for index, slope in zip(run.graph.inputs, slopes, strict=True):
        np.testing.assert_allclose(slope, run.gradients[index], rtol=1e-9, atol=1e-9)
