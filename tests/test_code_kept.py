"""Code that one keeps: PyTorch's own checks of the generated functions, and JAX's."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import cgviz
from cgviz.cli import main
from cgviz.codegen import code
from cgviz.errors import UsageError

LAYER_NORM = (
    "x: (N, D); gamma: (D,); beta: (D,); mu = mean(x, axis=-1, keepdims=True); xc = x - mu; "
    "v = mean(xc**2, axis=-1, keepdims=True); xhat = xc/sqrt(v + 1e-5); y = gamma*xhat + beta"
)
PROGRAMS = {
    "layer norm": (LAYER_NORM, {"x": (3, 4), "gamma": (4,), "beta": (4,)}),
    "linear": ("X: (N, D); W: (D, K); b: (K,); Y = tanh(X @ W + b)", {"X": (3, 4), "W": (4, 2), "b": (2,)}),
    "cosine": ("x: (D,); y: (D,); c = dot(x, y)/(norm(x)*norm(y))", {"x": (3,), "y": (3,)}),
    "cross-entropy": ("Z: (N, K); Y: (N, K); p = softmax(Z); L = -sum(Y*log(p))", {"Z": (2, 3), "Y": (2, 3)}),
    "attention": ("Q: (N, D); K: (M, D); V: (M, E); A = softmax(Q @ K.T/s); O = A @ V",
                  {"Q": (2, 3), "K": (4, 3), "V": (4, 2), "s": ()}),
    "constants": ("x: (3,); f = sum(x * [1.0, 2.0, 3.0]) + max(x[0], 2)", {"x": (3,)}),
}  # fmt: skip


def module(source: str) -> dict[str, Any]:
    """Runs Python that we wrote ourselves; returns its names."""
    found: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated", "exec"), found)
    return found


def tensors(shapes: dict[str, tuple[int, ...]], **options: Any) -> list[Any]:
    import torch

    torch.manual_seed(3)
    return [(torch.rand(shape, **options) + 0.5).requires_grad_() for shape in shapes.values()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_pytorch_checks_it_once_and_twice(name: str) -> None:
    torch = pytest.importorskip("torch")
    text, shapes = PROGRAMS[name]
    function = module(code(cgviz.run(text), "torch"))["Staged"].apply
    arguments = tensors(shapes, dtype=torch.float64)
    assert torch.autograd.gradcheck(function, tuple(arguments))
    assert torch.autograd.gradgradcheck(function, tuple(arguments))
    single = [each.detach().float().requires_grad_() for each in arguments]
    out = function(*single)
    assert out.dtype == torch.float32
    found = torch.autograd.grad(out.sum(), single)
    whole = torch.autograd.grad(function(*arguments).sum(), arguments)
    assert all(f.dtype == torch.float32 for f in found)
    for f, w in zip(found, whole, strict=True):
        torch.testing.assert_close(f.double(), w, rtol=1e-4, atol=1e-5)
    by_func = torch.func.grad(lambda *a: function(*a).sum(), argnums=tuple(range(len(arguments))))(*arguments)
    for f, w in zip(by_func, whole, strict=True):
        torch.testing.assert_close(f, w)


def test_more_axes_before_those_of_the_program() -> None:
    torch = pytest.importorskip("torch")
    function = module(code(cgviz.run(LAYER_NORM), "torch"))["Staged"].apply
    x, gamma, beta = tensors({"x": (5, 3, 4), "gamma": (4,), "beta": (4,)}, dtype=torch.float64)
    ours = torch.autograd.grad(function(x, gamma, beta).pow(3).sum(), (x, gamma, beta))
    theirs = torch.nn.functional.layer_norm(x, (4,), gamma, beta, 1e-5).pow(3).sum()
    for f, w in zip(ours, torch.autograd.grad(theirs, (x, gamma, beta)), strict=True):
        torch.testing.assert_close(f, w)


def test_where_axes_count_they_are_asserted() -> None:
    torch = pytest.importorskip("torch")
    function = module(code(cgviz.run("x: (N, D); m = mean(x, axis=0); L = sum((x - m)**2)"), "torch"))["Staged"].apply
    with pytest.raises(AssertionError, match=r"axes of x \(N, D\)"):
        function(torch.rand(2, 3, 4))


def test_only_what_is_wanted_and_only_what_is_read() -> None:
    torch = pytest.importorskip("torch")
    source = code(cgviz.run(PROGRAMS["linear"][0]), "torch", wrt=("W",), name="dense_layer")
    assert "ctx.save_for_backward(X, output)" in source
    names = module(source)
    assert list(inspect.signature(names["dense_layer"]).parameters) == ["X", "W", "b"]
    X, W, b = tensors(PROGRAMS["linear"][1])
    out = names["DenseLayer"].apply(X, W, b)
    dX, dW, db = torch.autograd.grad(out.sum(), (X, W, b), allow_unused=True)
    assert dX is None
    assert db is None
    assert dW.shape == W.shape


def test_the_short_form_is_chosen() -> None:
    text = PROGRAMS["cross-entropy"][0]
    assert "in short: softmax with cross-entropy" in code(cgviz.run(text), "torch")
    assert "in short" not in code(cgviz.run(text), "torch", short=False)
    assert "in short" not in code(cgviz.run(text), "numpy")
    assert "in short" in code(cgviz.run(text), "numpy", short=True)


@pytest.mark.parametrize("name", ["layer norm", "cross-entropy"])
def test_jax_under_jit_vmap_and_grad_of_grad(name: str) -> None:
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    text, shapes = PROGRAMS[name]
    function = module(code(cgviz.run(text), "jax", name="staged_function"))["staged_function"]
    assert jax.config.jax_enable_x64 == before
    keys = jax.random.split(jax.random.key(0), len(shapes))
    at = [jax.random.uniform(k, shape) + 0.5 for k, shape in zip(keys, shapes.values(), strict=True)]
    loss = lambda *a: jax.numpy.sum(function(*a) ** 2)  # noqa: E731
    slope = jax.jit(jax.grad(loss))
    pair = jax.vmap(slope)(*(jax.numpy.stack([each, each]) for each in at))
    assert jax.numpy.allclose(pair[1], slope(*at), rtol=1e-5)
    twice = jax.grad(lambda *a: jax.numpy.sum(slope(*a) ** 2))(*at)
    assert jax.numpy.isfinite(twice).all()
    assert jax.numpy.abs(twice).max() > 0


@pytest.mark.parametrize(
    ("options", "message"), [({"wrt": ("Q",)}, "'Q' is not an input"), ({"name": "a b"}, "no name of a function")]
)
def test_what_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        code(cgviz.run("x*y"), **options)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", LAYER_NORM, "--lang", "torch", "--name", "layer_norm", "--wrt", "x,gamma", "--stages"]) == 0
    printed = capsys.readouterr().out
    assert "class LayerNorm(torch.autograd.Function):" in printed
    assert "def layer_norm(x, gamma, beta):" in printed
    assert "return dx, dgamma, None" in printed


def test_no_line_that_a_person_would_not_write() -> None:
    source = code(cgviz.run("x: (N, D); W: (D, H); b: (H,); y: (N, H); L = mean((relu(x @ W + b) - y)**2)"), "torch")
    backward = source.partition("# backward pass")[2]
    assert "expand_as" not in backward
    copies = re.findall(r"^ *d\w+ = d\w+$", backward, re.MULTILINE)
    assert not copies
    assert "#(" not in source
    assert source.count("x @ W + b") == 3  # in the title, forward, and where it is recorded: else it is saved
    assert "#(" in code(cgviz.run("x: (N, D); L = mean(x**2)"), "torch", short=False)


def test_conditions_name_few_inputs() -> None:
    gates = "; ".join(f"{g} = sigmoid(x @ W{g} + b{g})" for g in "ifo")
    shapes = "; ".join(f"W{g}: (D, H); b{g}: (H,)" for g in "ifo")
    source = code(cgviz.run(f"x: (N, D); {shapes}; {gates}; h = o*tanh(f*i)"), "torch")
    assert max(line.count("needs_input_grad") for line in source.splitlines()) <= 2


def test_lengths_and_inputs_without_a_gradient_in_jax() -> None:
    jax = pytest.importorskip("jax")
    text = "r: (N,); q2: (N, K); q: (N,); y = stop_gradient(r + 0.9*max(q2, axis=1)); L = mean((q - y)**2)"
    function = module(code(cgviz.run(text), "jax", name="target"))["target"]
    r, q2, q = jax.numpy.ones(3), jax.numpy.arange(6.0).reshape(3, 2), jax.numpy.zeros(3)
    plain = lambda r, q2, q: ((q - jax.lax.stop_gradient(r + 0.9 * q2.max(1))) ** 2).mean()  # noqa: E731
    for found, want in zip(jax.grad(function, (0, 1, 2))(r, q2, q), jax.grad(plain, (0, 1, 2))(r, q2, q), strict=True):
        assert jax.numpy.allclose(found, want)
