"""Functions of JAX read in: values and gradients are JAX's, to 1e-10."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import cgviz

jax = pytest.importorskip("jax")
jnp, lax = jax.numpy, jax.lax
R = np.random.default_rng(11).normal


@pytest.fixture(autouse=True)
def in_float64() -> Iterator[None]:
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def opaque(run: Any) -> list[str]:
    return [node.op.name for node in run.graph.nodes if node.is_stage and node.op.gate == "opaque"]


def agrees(function: Any, *args: Any) -> Any:
    """Returns the run, after its value and every gradient was compared with JAX's own."""
    run = cgviz.from_jax(function, *args)
    leaves, tree = jax.tree.flatten(args)
    real = [i for i, leaf in enumerate(leaves) if jnp.issubdtype(getattr(leaf, "dtype", type(leaf)), jnp.floating)]

    def of(chosen: Any) -> Any:
        every = list(leaves)
        for i, leaf in zip(real, chosen, strict=True):
            every[i] = leaf
        return function(*jax.tree.unflatten(tree, every))

    value, slopes = jax.value_and_grad(of)([jnp.asarray(leaves[i]) for i in real])
    np.testing.assert_allclose(run.value, value, rtol=1e-10)
    assert len(run.gradient) == len(slopes)
    for found, slope in zip(run.gradient.values(), slopes, strict=True):
        np.testing.assert_allclose(found, slope, rtol=1e-10, atol=1e-11)
    return run


class Pair(NamedTuple):
    a: Any
    b: Any


def test_structures_of_arguments_are_inputs_by_their_paths() -> None:
    def function(params: Any, pair: Any, scale: Any) -> Any:
        return jnp.sum(jnp.tanh(params["W"] @ pair.a + params["layers"][0]) * scale * pair.b)

    params = {"W": R(size=(2, 3)), "layers": [R(size=2)]}
    run = agrees(function, params, Pair(R(size=3), R(size=2)), 1.5)
    assert list(run.gradient) == ["params_W", "params_layers_0", "pair_a", "pair_b", "scale"]


def test_loops_and_branches() -> None:
    def function(x: Any, w: Any) -> Any:
        def step(h: Any, row: Any) -> Any:
            h = jnp.tanh(h @ w + row)
            return h, h.sum()

        last, sums = lax.scan(step, jnp.zeros(3), x, reverse=True)
        more = lax.fori_loop(0, 3, lambda i, v: jnp.sin(v) * (i + 1), last)
        return lax.cond(sums[0] > 100, lambda v: v.sum(), lambda v: (v**2).sum(), more) + sums.mean()

    assert not opaque(agrees(function, R(size=(4, 3)), R(size=(3, 3))))


def test_places_gathers_and_scatters() -> None:
    def function(x: Any, i: Any) -> Any:
        z = jnp.zeros(6).at[1:4].add(x[:3]).at[0].set(x[0]).at[jnp.array([5, 5])].add(x[1:3])
        rows = jnp.outer(x, x)[i]
        return jnp.sum(z**2) + rows.sum() + jnp.take_along_axis(rows, i[:, None], 1).prod() + jnp.sort(x)[2]

    assert not opaque(agrees(function, R(size=5), np.array([0, 3, 3])))


def test_products_of_stacks_and_convolutions() -> None:
    def function(a: Any, b: Any, image: Any, kernel: Any) -> Any:
        made = lax.conv_general_dilated(image, kernel, (2, 1), "SAME", rhs_dilation=(1, 2))
        return jnp.einsum("bij,bkj->bik", a, b).sum() + jnp.tensordot(a, b, ((0, 2), (0, 2))).prod() + (made**2).sum()

    args = (R(size=(2, 2, 3)), R(size=(2, 2, 3)), R(size=(1, 2, 5, 5)), R(size=(3, 2, 3, 3)))
    assert not opaque(agrees(function, *args))


def test_vmap_jit_and_functions_of_jax_nn() -> None:
    def function(x: Any, w: Any) -> Any:
        layer = jax.jit(lambda row: jax.nn.softplus(jax.nn.gelu(row @ w)) + jax.nn.relu(row @ w))
        return jnp.sum(jax.vmap(layer)(x)) + jax.nn.logsumexp(jax.nn.log_softmax(x)) - jax.nn.silu(x).mean()

    assert not opaque(agrees(function, R(size=(3, 2)), R(size=(2, 4))))


@jax.custom_vjp
def clipped(x: Any) -> Any:
    return x**2


clipped.defvjp(lambda x: (x**2, x), lambda x, g: (jnp.clip(2 * x * g, -0.5, 0.5),))


def test_a_rule_that_is_not_the_derivative_is_opaque() -> None:
    assert opaque(agrees(lambda x: jnp.sum(clipped(jnp.sin(x) * 2)), R(size=5))) == ["custom_vjp_call (opaque)"]


def test_a_gradient_in_the_function_is_differentiated() -> None:
    def function(w: Any, x: Any) -> Any:
        slope = jax.grad(lambda t: jnp.sum(jnp.tanh(w * t) ** 2))(x)
        return (jnp.linalg.norm(slope) - 1) ** 2

    agrees(function, R(size=3), R(size=3))


def test_linear_algebra_and_primitives_without_a_record() -> None:
    def function(a: Any, y: Any) -> Any:
        s = a @ a.T + 3 * jnp.eye(3)
        factor = jnp.linalg.cholesky(s)
        return (
            y @ jax.scipy.linalg.cho_solve((factor, True), y)
            + jnp.log(jnp.diag(factor)).sum()
            + jnp.linalg.eigvalsh(s)[0]
            + jax.scipy.special.i1e(y).sum()
        )

    assert opaque(agrees(function, R(size=(3, 3)), R(size=3)))


def test_what_cannot_be_a_jaxpr_is_said() -> None:
    with pytest.raises(cgviz.UsageError, match=r"jax\.lax\.cond"):
        cgviz.from_jax(lambda x: x if x > 0 else -x, 1.0)
    with pytest.raises(cgviz.UsageError, match="upstream="):
        cgviz.from_jax(lambda x: jnp.tanh(x), R(size=3))


def test_random_keys_stay_and_complex_numbers_are_refused() -> None:
    key = jax.random.key(3)
    agrees(lambda x, key: jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x**2, 0).sum(), R(size=(2, 3)), key)
    agrees(lambda x: (x * jax.random.normal(jax.random.key(1), (3,))).sum(), R(size=3))
    with pytest.raises(cgviz.CgvizError, match="complex numbers"):
        cgviz.from_jax(lambda x: (jnp.abs(jnp.fft.fft(x)) ** 2).sum(), R(size=4))


def test_linear_algebra_and_interior_padding_are_stages() -> None:
    def loss(a: Any, b: Any) -> Any:
        S = a @ a.T + 2 * jnp.eye(3)
        both = jnp.linalg.slogdet(S)[1] + jnp.linalg.solve(S, b).sum()
        return (
            both + jnp.linalg.cholesky(S)[2] @ b + lax.pad(b, 0.0, [(1, 0, 2)])[2:5] @ b + b.at[1].multiply(b[0]).sum()
        )

    run = agrees(loss, R(size=(3, 3)), R(size=3))
    assert not opaque(run)
