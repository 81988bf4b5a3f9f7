"""How the gates of arrays are written in code: as NumPy has it, and PyTorch and JAX where their words are others.

Below, what the forms call that no library has, as source in each of the three.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Form = str | Callable[..., str]
"""A template, `{0}` an operand; or a function of the operands' shapes that returns one."""


def coded(numpy: Form, torch: Form | None = None, jax: Form | None = None) -> dict[str, Form]:
    """Returns the forms of a gate, or the functions that its forms call, by language."""
    return {
        "numpy": numpy,
        "torch": within(numpy, "torch.") if torch is None else torch,
        "jax": within(numpy, "jnp.") if jax is None else jax,
    }


def within(form: Form, module: str) -> Form:
    """Returns a form of NumPy's in the words of another module."""
    if not callable(form):
        return named(form, module)
    made = form
    return lambda *shapes: named(made(*shapes), module)


def named(text: str, module: str) -> str:
    return re.sub(r"\bnp\.", module, text)


def ours(form: str, jax: str = "") -> dict[str, Form]:
    """Returns the forms of a gate that is written as a call of a function below, in JAX maybe as an update."""
    return coded(form, form, jax or form)


def flattened(form: str, axis: Any) -> dict[str, Form]:
    """Returns the forms of a call along an axis, which of all elements PyTorch takes of a vector alone."""
    return coded(
        form, None if axis is not None else named(form, "torch.").replace("{0}{options}", "{0.atom}.ravel(), 0")
    )


FUNCTIONS: dict[str, dict[str, Form]] = {
    "place": coded(
        """\
def place(part, like, key):
    whole = np.zeros_like(like)
    whole[key] = part
    return whole""",
        """\
def place(part, like, key):
    whole = part.new_zeros(like.shape)
    whole[key] = part
    return whole""",
        "",
    ),
    "put": coded(
        """\
def put(x, part, key):
    whole = np.array(x)
    whole[key] = part
    return whole""",
        """\
def put(x, part, key):
    whole = x.clone()
    whole[key] = part
    return whole""",
        "",
    ),
    "add_at": coded(
        """\
def add_at(part, like, key):
    whole = np.zeros_like(like)
    np.add.at(whole, key, part)
    return whole""",
        """\
def add_at(part, like, key):
    places = torch.arange(like.numel(), device=part.device).reshape(like.shape)[key]
    whole = part.new_zeros(like.numel()).index_add(0, places.reshape(-1), part.reshape(-1))
    return whole.reshape(like.shape)""",
        "",
    ),
    "add_along_axis": coded(
        """\
def add_along_axis(part, like, places, axis):
    at = list(np.indices(part.shape, sparse=True))
    at[axis] = np.broadcast_to(places, part.shape)
    whole = np.zeros_like(like)
    np.add.at(whole, tuple(at), part)
    return whole""",
        """\
def add_along_axis(part, like, places, axis):
    return part.new_zeros(like.shape).scatter_add(axis, places.expand_as(part), part)""",
        """\
def add_along_axis(part, like, places, axis):
    at = list(jnp.indices(part.shape, sparse=True))
    at[axis] = jnp.broadcast_to(places, part.shape)
    return jnp.zeros_like(like).at[tuple(at)].add(part)""",
    ),
    "unsorted": coded(
        """\
def unsorted(part, x, axis, descending):
    order = np.argsort(-x if descending else x, axis=axis, kind="stable")
    whole = np.zeros_like(x)
    np.put_along_axis(whole, np.take(order, np.arange(part.shape[axis]), axis=axis), part, axis)
    return whole""",
        """\
def unsorted(part, x, axis, descending):
    order = torch.argsort(x, dim=axis, descending=descending, stable=True)
    return part.new_zeros(x.shape).scatter(axis, order.narrow(axis, 0, part.shape[axis]), part)""",
        """\
def unsorted(part, x, axis, descending):
    order = jnp.argsort(-x if descending else x, axis=axis, stable=True)
    places = jnp.take(order, jnp.arange(part.shape[axis]), axis=axis)
    return jnp.put_along_axis(jnp.zeros_like(x), places, part, axis, inplace=False)""",
    ),
    "on_diagonal": coded(
        """\
def on_diagonal(part, like, offset):
    at = np.arange(part.shape[-1])
    whole = np.zeros_like(like)
    whole[..., at + max(-offset, 0), at + max(offset, 0)] = part
    return whole""",
        """\
def on_diagonal(part, like, offset):
    at = torch.arange(part.shape[-1], device=part.device)
    whole = part.new_zeros(like.shape)
    whole[..., at + max(-offset, 0), at + max(offset, 0)] = part
    return whole""",
        """\
def on_diagonal(part, like, offset):
    at = jnp.arange(part.shape[-1])
    return jnp.zeros_like(like).at[..., at + max(-offset, 0), at + max(offset, 0)].set(part)""",
    ),
    "others": coded("""\
def others(x, axis):
    # the product of the other elements along an axis, without dividing
    x = np.moveaxis(x, axis, 0)
    one = np.ones_like(x[:1])
    before = np.cumprod(np.concatenate([one, x[:-1]]), 0)
    after = np.flip(np.cumprod(np.concatenate([one, np.flip(x[1:], (0,))]), 0), (0,))
    return np.moveaxis(before * after, 0, axis)"""),
    "products_back": coded(
        """\
def products_back(up, x, axis):
    # what running products hand back, without dividing
    x, up = np.moveaxis(x, axis, -1), np.moveaxis(up, axis, -1)
    own = np.diag(np.ones_like(x[(0,) * (x.ndim - 1)])) == 1
    others = np.triu(np.cumprod(np.where(own, 1.0, x[..., None, :]), -1))
    return np.moveaxis(np.sum(others * up[..., None, :], -1), -1, axis)"""
    ),
    "softmax": coded(
        """\
def softmax(x, axis=-1):
    raised = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return raised / np.sum(raised, axis=axis, keepdims=True)""",
        "",
        "",
    ),
    "logsumexp": coded(
        """\
def logsumexp(x, axis=None, keepdims=False):
    # log(1 + rest) beside the largest element: that 1 is never added, so a small rest is not lost
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    rest = np.where(x == largest, 0.0, np.exp(x - largest))
    ties = np.sum(x == largest, axis=axis, keepdims=True)
    found = largest + np.log1p(np.sum(rest, axis=axis, keepdims=True) + (ties - 1.0))
    return found if keepdims else np.squeeze(found, axis=axis)""",
        "",
        "",
    ),
    "log_softmax": coded(
        """\
def log_softmax(x, axis=-1):
    # log(1 + rest) below the largest element: that 1 is never added, so a small rest is not lost
    shifted = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    rest = np.where(shifted == 0, 0.0, np.exp(shifted))
    ties = np.sum(shifted == 0, axis=axis, keepdims=True)
    return shifted - np.log1p(np.sum(rest, axis=axis, keepdims=True) + (ties - 1.0))""",
        "",
        "",
    ),
    "sum_of_others": coded(
        """\
def sum_of_others(x, axis):
    # the sum of the other elements along an axis: none is taken off again, so a small one is not lost
    x = np.moveaxis(x, axis, 0)
    zero = np.zeros_like(x[:1])
    before = np.cumsum(np.concatenate([zero, x[:-1]]), 0)
    after = np.flip(np.cumsum(np.concatenate([zero, np.flip(x[1:], (0,))]), 0), (0,))
    return np.moveaxis(before + after, 0, axis)"""
    ),
    "cofactors": coded(
        """\
def cofactors(x):
    # signed determinants of what is left without one row and one column: they exist where no inverse does
    n = x.shape[-1]
    rest = np.array([[j for j in range(n) if j != i] for i in range(n)], dtype=int).reshape(n, n - 1)
    minors = x[..., rest[:, None, :, None], rest[None, :, None, :]]
    return np.linalg.det(minors) * (-1.0) ** np.add.outer(np.arange(n), np.arange(n))""",
        """\
def cofactors(x):
    # signed determinants of what is left without one row and one column: they exist where no inverse does
    n = x.shape[-1]
    rest = torch.tensor([[j for j in range(n) if j != i] for i in range(n)]).reshape(n, n - 1).long()
    minors = x[..., rest[:, None, :, None], rest[None, :, None, :]]
    signs = x.new_tensor([[(-1.0) ** (i + j) for j in range(n)] for i in range(n)])
    return torch.linalg.det(minors) * signs""",
        """\
def cofactors(x):
    # signed determinants of what is left without one row and one column: they exist where no inverse does
    n = x.shape[-1]
    rest = jnp.array([[j for j in range(n) if j != i] for i in range(n)], dtype=int).reshape(n, n - 1)
    minors = x[..., rest[:, None, :, None], rest[None, :, None, :]]
    return jnp.linalg.det(minors) * (-1.0) ** jnp.add.outer(jnp.arange(n), jnp.arange(n))""",
    ),
}
