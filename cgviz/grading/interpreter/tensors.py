"""PyTorch as students write it, on NumPy: tensors with its methods, its functions, and `autograd.Function`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from cgviz.grading.interpreter.objects import Class
from cgviz.grading.interpreter.signals import UnreadError


class Tensor(np.ndarray):
    """An array that answers as PyTorch does; `creator` is the `autograd.Function` that made it."""

    grad: Any = None
    creator: Any = None


class Picked(NamedTuple):
    """What `x.max(1)` gives."""

    values: Any
    indices: Any


class Context:
    """The `ctx` of an `autograd.Function`."""

    def __init__(self, count: int) -> None:
        self.held: dict[str, Any] = {
            "saved_tensors": (),
            "needs_input_grad": (True,) * count,
            "save_for_backward": self.save,
            "mark_non_differentiable": lambda *_: None,
            "set_materialize_grads": lambda *_: None,
        }

    def save(self, *tensors: Any) -> None:
        self.held["saved_tensors"] = tensors


def tensor(value: Any, dtype: Any = None, **_: Any) -> Any:
    """Returns a tensor of numbers."""
    made = np.array(value, dtype=dtype)
    return (made.astype(float) if made.dtype == np.float32 else made).view(Tensor)


def axis_of(dim: Any, axis: Any) -> Any:
    found = dim if dim is not None else axis
    return tuple(found) if isinstance(found, (list, tuple)) else found


def plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, Tensor) else value


def wrapped(value: Any) -> Any:
    return np.asarray(value).view(Tensor)


def reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(
        x: Any, dim: Any = None, keepdim: bool = False, axis: Any = None, keepdims: bool = False, **_: Any
    ) -> Any:
        return wrapped(function(plain(x), axis=axis_of(dim, axis), keepdims=bool(keepdim or keepdims)))

    return apply


def picked(best: Callable[..., Any], where: Callable[..., Any]) -> Callable[..., Any]:
    def apply(x: Any, dim: Any = None, keepdim: bool = False, axis: Any = None, keepdims: bool = False) -> Any:
        along, keep = axis_of(dim, axis), bool(keepdim or keepdims)
        if isinstance(along, np.ndarray) and along.ndim:
            return wrapped((np.maximum if best is np.max else np.minimum)(plain(x), plain(along)))
        if along is None:
            return wrapped(best(plain(x)))
        found = where(plain(x), axis=along, keepdims=keep)
        return Picked(wrapped(best(plain(x), axis=along, keepdims=keep)), wrapped(found))

    return apply


def spread(x: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, **more: Any) -> Any:
    """The variance, unbiased unless told otherwise."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    correction = more.get("correction", 1 if unbiased is None or unbiased else 0)
    along, keep = axis_of(dim, more.get("axis")), bool(keepdim or more.get("keepdims"))
    return wrapped(np.var(plain(x), axis=along, ddof=int(correction), keepdims=keep))


def norm(x: Any, p: float = 2, dim: Any = None, keepdim: bool = False) -> Any:
    return wrapped((np.abs(x) ** p).sum(axis=dim, keepdims=keepdim) ** (1 / p))


def softmax(x: Any, dim: Any = -1, **more: Any) -> Any:
    dim = more.get("axis", dim)
    made = np.exp(x - np.max(x, axis=dim, keepdims=True))
    return wrapped(made / np.sum(made, axis=dim, keepdims=True))


def log_softmax(x: Any, dim: Any = -1, **more: Any) -> Any:
    return wrapped(np.log(softmax(x, more.get("axis", dim))))


def sized(args: tuple[Any, ...]) -> tuple[int, ...]:
    found = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
    return tuple(int(each) for each in found)


def expand(x: Any, *args: Any) -> Any:
    wanted = sized(args)
    old = (1,) * (len(wanted) - np.ndim(x)) + np.shape(x)
    return wrapped(np.broadcast_to(x, tuple(o if n == -1 else n for n, o in zip(wanted, old, strict=True))).copy())


def transpose(x: Any, first: int = 0, second: int = 1) -> Any:
    return np.swapaxes(x, first, second)


def permute(x: Any, *args: Any) -> Any:
    return np.transpose(x, sized(args))


def size(x: Any, dim: Any = None) -> Any:
    return tuple(np.shape(x)) if dim is None else np.shape(x)[dim]


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    end = end_dim % np.ndim(x)
    return np.reshape(x, (*np.shape(x)[:start_dim], -1, *np.shape(x)[end + 1 :]))


def one_hot(x: Any, num_classes: int = -1) -> Any:
    where = np.asarray(x).astype(int)
    return wrapped(np.eye(int(where.max()) + 1 if num_classes == -1 else num_classes, dtype=int)[where])


def gather(x: Any, dim: int, index: Any) -> Any:
    return wrapped(np.take_along_axis(plain(x), plain(index).astype(int), dim))


def scatter(adds: bool) -> Callable[..., Any]:
    def apply(x: Any, dim: int, index: Any, src: Any = 1.0, value: Any = None) -> Any:
        where = plain(index).astype(int)
        places = list(np.indices(where.shape))
        places[dim] = where
        given = np.broadcast_to(plain(src if value is None else value), where.shape)
        if adds:
            np.add.at(x, tuple(places), given)
        else:
            x[tuple(places)] = given
        return x

    return apply


def index_add(x: Any, dim: int, index: Any, source: Any, alpha: float = 1) -> Any:
    np.add.at(np.moveaxis(x, dim, 0), plain(index).astype(int), alpha * np.moveaxis(plain(source), dim, 0))
    return x


def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    return wrapped(np.where(plain(mask).astype(bool), value, x))


def in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(x: Any, *args: Any, **named: Any) -> Any:
        x[...] = function(x, *args, **named)
        return x

    return apply


def backward(x: Any, gradient: Any = None, **_: Any) -> None:
    """Hands a gradient back through the functions that made a tensor. Raises UnreadError for any other."""
    if getattr(x, "creator", None) is None:
        raise UnreadError("PyTorch's own backward() is not run: a pass written by hand is graded")
    kind, context, args = x.creator
    up = np.ones(np.shape(x)).view(Tensor) if gradient is None else gradient
    handed = kind.find("backward")(context, up)
    for arg, back in zip(args, handed if isinstance(handed, tuple) else (handed,), strict=False):
        if isinstance(arg, Tensor) and back is not None:
            part = summed_to(back, np.shape(arg))
            arg.grad = part if arg.grad is None else arg.grad + part
            if arg.creator is not None:
                backward(arg, part)


def summed_to(value: Any, shape: tuple[int, ...]) -> Any:
    """Returns a gradient in the shape of its input, as PyTorch does where one is broadcast. Raises RuntimeError."""
    if np.shape(value) == shape:
        return value
    try:
        fits = np.broadcast_shapes(shape, np.shape(value)) == np.shape(value)
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(f"an invalid gradient - got {list(np.shape(value))} but expected shape {list(shape)}")
    extra = np.ndim(value) - len(shape)
    axes = (*range(extra), *(i + extra for i, n in enumerate(shape) if n == 1 != np.shape(value)[i + extra]))
    return wrapped(np.sum(plain(value), axis=axes).reshape(shape))


def applied(kind: Class, *args: Any, **named: Any) -> Any:
    """`Kind.apply(...)` of an `autograd.Function`."""
    context, forward, later = Context(len(args)), kind.find("forward"), kind.find("setup_context")
    if later is not None:
        made = forward(*args, **named)
        later(context, args, made)
    else:
        made = forward(context, *args, **named)
    if isinstance(made, np.ndarray):
        made = np.array(made).view(Tensor)
        made.creator = (kind, context, args)  # type: ignore[attr-defined]
    return made


def same(x: Any, *_: Any, **__: Any) -> Any:
    return x


def cross_entropy(x: Any, target: Any, reduction: str = "mean", **_: Any) -> Any:
    return nll_loss(log_softmax(x, 1), target, reduction)


def nll_loss(logs: Any, target: Any, reduction: str = "mean", **_: Any) -> Any:
    found = -plain(logs)[np.arange(len(logs)), plain(target).astype(int)]
    return wrapped(found.mean() if reduction == "mean" else found.sum() if reduction == "sum" else found)


def joined(parts: Any, dim: int = 0, **more: Any) -> Any:
    return wrapped(np.concatenate([plain(each) for each in parts], axis=more.get("axis", dim)))


def stacked(parts: Any, dim: int = 0, **more: Any) -> Any:
    return wrapped(np.stack([plain(each) for each in parts], axis=more.get("axis", dim)))


def chunk(x: Any, chunks: int, dim: int = 0) -> Any:
    return tuple(np.array_split(x, chunks, axis=dim))


def split(x: Any, length: Any, dim: int = 0) -> Any:
    if isinstance(length, int):
        return tuple(np.split(x, range(length, np.shape(x)[dim], length), axis=dim))
    return tuple(np.split(x, np.cumsum(length)[:-1], axis=dim))


def elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *args, **named: wrapped(function(plain(x), *map(plain, args)))


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def added(x: Any, y: Any, alpha: float = 1) -> Any:
    return x + alpha * y


def taken_away(x: Any, y: Any, alpha: float = 1) -> Any:
    return x - alpha * y


def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    return wrapped(np.clip(plain(x), min, max))
