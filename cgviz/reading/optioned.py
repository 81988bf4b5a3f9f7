"""Ops with options, by their names: reductions, moments and norms as libraries call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cgviz.graph.marks import few
from cgviz.ops import moments, reductions, triangles
from cgviz.ops.arithmetic import neg
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.piecewise import maximum, minimum
from cgviz.reading.calls import BindingError
from cgviz.values.arrays import shape_of

Operation = Callable[..., Any]


def takes(op: Op) -> str:
    """Returns how many arguments an op takes, in words."""
    least, most = op.arity
    count = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
    return f"{count} argument" + ("" if count == "1" or (most == 1) else "s")


def rank_of(x: Any) -> int:
    shape = shape_of(x)
    if shape is None:
        raise BindingError("needs the shape of its argument, which is not known when a program is read")
    return len(shape)


def lengths_of(x: Any) -> tuple[int, ...]:
    rank_of(x)
    return tuple(shape_of(x) or ())


def of_few(x: Any, ranks: str, message: str) -> Any:
    """Returns x, refused where it has another number of axes than one of `ranks`, "012": as soon as that is known."""
    shape = shape_of(x)
    if shape is None:
        return few(ranks, message)(x)
    if str(len(shape)) not in ranks:
        raise BindingError(message)
    return x


def optioned(name: str, *operands: Any, **statics: Any) -> Any:
    """Returns a registered op with its options, applied."""
    op = REGISTRY[name]
    try:
        op = op.options(**statics) if op.options else op
    except ValueError as error:
        raise BindingError(str(error)) from None
    return op(*operands)


# reductions


def extreme(name: str) -> Operation:
    """torch.max: of all elements, along an axis with the places, or of two arrays."""

    def made(x: Any, other: Any = None, **statics: Any) -> Any:
        if other is None:
            return optioned(f"a{name}", x)
        if isinstance(other, int) and not isinstance(other, bool):
            return optioned(f"a{name}", x, axis=other), optioned(f"arg{name}", x, axis=other)
        return (maximum if name == "max" else minimum)(x, other)

    return made


def method_extreme(name: str) -> Operation:
    """max and min as a method: NumPy's, or PyTorch's with the places where a keyword of PyTorch is given."""

    def made(x: Any, axis: Any = None, keepdims: Any = False, dim: Any = None, keepdim: Any = False) -> Any:
        if dim is None:
            return optioned(f"a{name}", x, axis=axis, keepdims=keepdims or keepdim)
        return optioned(f"a{name}", x, axis=dim, keepdims=keepdim), None

    return made


def moment(name: str) -> Operation:
    """var and std as a method: of NumPy by default, of PyTorch where a keyword of PyTorch is given."""

    def made(
        x: Any,
        axis: Any = None,
        keepdims: Any = False,
        ddof: Any = 0,
        unbiased: Any = None,
        correction: Any = None,
        dim: Any = None,
        keepdim: Any = None,
    ) -> Any:
        if dim is not None or keepdim is not None:
            axis, keepdims, ddof = axis if dim is None else dim, bool(keepdim), 1
        if isinstance(axis, bool):
            axis, unbiased = None, axis
        if correction is not None:
            ddof = correction
        if unbiased is not None:
            ddof = 1 if unbiased else 0
        return optioned(name, x, axis=axis, keepdims=keepdims, ddof=ddof)

    return made


def norm(x: Any, p: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """The norm of a vector, or the Frobenius norm; with p, of all elements or along an axis."""
    if p in (None, 2, 2.0, "fro"):
        return optioned("norm", x, axis=axis, keepdims=keepdims)
    if p == "nuc":
        raise BindingError("is read for vectors; the nuclear norm is not supported")
    if not isinstance(p, (int, float)) or isinstance(p, bool) or p <= 0:
        raise BindingError("takes a p above 0, or inf")
    return moments.norm_of(float(p), reductions.checked_axis(axis), bool(keepdims))(x)


def vector_norm(x: Any, p: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """numpy.linalg.norm: of a matrix, ord means another norm, which is not supported; with an axis, that of vectors."""
    if p in (None, "fro") or axis is not None or p == "nuc":
        return norm(x, p, axis, keepdims)
    if not isinstance(p, (int, float)) or isinstance(p, bool) or p <= 0:
        raise BindingError("takes an ord above 0, or inf")
    return moments.norm_of(float(p), None, bool(keepdims), True)(x)


# what a library takes where it is not told an axis


def over_all(name: str) -> Operation:
    """Returns SciPy's softmax: over all elements where no axis is given."""
    return lambda x, axis=None: optioned(name, x, axis=axis)


def along_last(name: str, turned: bool = False) -> Operation:
    """Returns PyTorch's softmax: without dim it takes axis 0 of three axes, axis 1 of four."""

    def made(x: Any, axis: Any = None) -> Any:
        if axis is None:
            x = of_few(
                x, "012", f"{name} without dim= takes the last axis of a matrix, another of more axes: give dim="
            )
        return optioned(name, neg(x) if turned else x, axis=-1 if axis is None else axis)

    return made


def diagonal(x: Any, offset: int = 0) -> Any:
    message = "the diagonal of a stack goes along its first two axes in NumPy and PyTorch: give one matrix, x[0]"
    return triangles.diagonal(offset)(of_few(x, "12", message))
