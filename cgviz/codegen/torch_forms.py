"""What PyTorch wants said in its own way: axes by their numbers, and no index that runs backwards."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from cgviz.codegen.forms import unreachable
from cgviz.ops.arithmetic import signed_sum
from cgviz.ops.indexing import indexed, placed
from cgviz.ops.moving import flipped
from cgviz.ops.op import Op
from cgviz.ops.rearranging import Key
from cgviz.ops.reductions import has_axes
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape
from cgviz.values.axes import is_open

MATRICES_TURNED = Op(
    name="mT", code={"torch": "{0.atom}.mT"}, forward=unreachable, vjp=unreachable, shapes=lambda shape: shape
)


def swaps_last(axes: tuple[int, ...] | None) -> bool:
    """Tells whether an order of axes turns every matrix of a stack."""
    if axes is None:
        return False
    rank = len(axes)
    return tuple(axis % rank for axis in axes) == (*range(rank - 2), rank - 1, rank - 2)


NEED_AXES = frozenset(("logsumexp", "softmax", "log_softmax"))


def in_torch(formula: Formula) -> Formula:
    """Returns a formula of a gate as PyTorch can have it."""
    op = formula.op
    if op is not None and op.family == "sum" and op.vjp is None:
        return with_product(formula, op)
    if op is None or op.vjp is None:
        return formula
    if op.name == "transpose" and swaps_last(op.parameter):
        return Formula(op=MATRICES_TURNED, args=formula.args, shape=formula.shape)
    if op.name == "x[...]":
        return forwards(formula)
    if op.name == "place":
        return placed_forwards(formula)
    return with_axes_named(formula, op) if has_axes(op) else formula


@cache
def added_product(sign: int) -> Op:
    """Returns the gate a ± b·c, which PyTorch computes in one sweep."""
    form = f"torch.addcmul({{0}}, {{1}}, {{2}}{', value=-1' if sign < 0 else ''})"
    code = {"torch": form}
    return Op(name="addcmul", code=code, arity=(3, 3), forward=unreachable, vjp=unreachable, shapes=unreachable)


def with_product(formula: Formula, op: Op) -> Formula:
    """Returns a sum whose last term is a product of two arrays with that product in the same sweep."""
    *terms, last = formula.args
    plain = last.op is not None and last.op.name == "multiply" and all(map(is_plain, last.args))
    if not plain or len(last.args) != 2 or len(terms) < 2 or last.shape != formula.shape:
        return formula
    signs = op.parameter
    rest = Formula(op=signed_sum(*signs[:-1]), args=tuple(terms), shape=formula.shape)
    return Formula(op=added_product(signs[-1]), args=(rest, *last.args), shape=formula.shape)


def is_plain(factor: Formula) -> bool:
    """Tells whether a factor is an array by itself: a variable, or what a gate for whole arrays makes."""
    return bool(factor.shape) and (factor.op.vjp is not None if factor.op else isinstance(factor.leaf, str))


def with_axes_named(formula: Formula, op: Op) -> Formula:
    """Returns a reduction along all axes with their numbers, where PyTorch has no word for all of them."""
    every = tuple(range(len(formula.args[0].shape or ())))
    axes: Any = every[0] if len(every) == 1 else every
    if op.statics == ("axis",):
        return along(formula, op, axis=axes) if op.parameter is None and op.name in NEED_AXES else formula
    axis, keepdims = op.parameter[-2:]
    if axis is not None or not (keepdims or op.name in NEED_AXES):
        return formula
    return along(formula, op, axis=axes, keepdims=keepdims)


def along(formula: Formula, op: Op, **keywords: Any) -> Formula:
    assert op.options is not None
    return Formula(op=op.options(**keywords), args=formula.args, shape=formula.shape)


# indices with a negative step


def forwards(formula: Formula) -> Formula:
    """Returns x[::-1] as a plain index that is turned round."""
    assert formula.op is not None
    key, axes = turned_key(formula.op.parameter, formula.args[0].shape or ())
    if not axes:
        return formula
    picked: Formula = formula.args[0] if is_all(key) else indexed(key)(formula.args[0])
    return Formula(op=flipped(axes), args=(picked,), shape=formula.shape)


def placed_forwards(formula: Formula) -> Formula:
    """Returns the placing of what such an index took as that of the array turned round."""
    assert formula.op is not None
    key, shape = formula.op.parameter
    found, axes = turned_key(key, shape or ())
    if not axes:
        return formula
    part = Formula(op=flipped(axes), args=formula.args, shape=formula.args[0].shape)
    made: Formula = part if is_all(found) else placed(found, shape)(part)
    return made


def is_all(key: Key) -> bool:
    """Tells whether an index takes everything."""
    return all(part == ("slice", None, None, None) for part in key)


def turned_key(key: Key, shape: Shape) -> tuple[Key, tuple[int, ...]]:
    """Returns an index with positive steps that takes the same elements, and the axes of its answer to turn round."""
    found, axes, place = [], [], 0
    for part, length in with_lengths(key, shape):
        if isinstance(part, tuple) and (part[3] or 1) < 0:
            places = range(length)[slice(*part[1:])]
            part = forward_slice(places, length, -part[3]) if places else ("slice", 0, 0, None)
            axes.append(place)
        found.append(part)
        place += 0 if isinstance(part, int) else 1
    return tuple(found), tuple(axes)


def forward_slice(places: range, length: int, step: int) -> tuple[Any, ...]:
    """Returns the slice of these places, last to first, with bounds only where they are not those of the axis."""
    size = int(length)
    first, stop = (n - size if is_open((length,)) and n > size // 2 else n for n in (places[-1], places[0] + 1))
    return "slice", first or None, None if stop in (0, size) else stop, None if step == 1 else step


def with_lengths(key: Key, shape: Shape) -> Iterator[tuple[Any, int]]:
    """Yields every part of an index with the length of its axis, `...` as the slices that it stands for."""
    left = len(shape) - sum(part is not None and part is not Ellipsis for part in key)
    lengths = iter(shape)
    for part in key:
        if part is Ellipsis:
            yield from ((("slice", None, None, None), next(lengths)) for _ in range(left))
        else:
            yield part, 1 if part is None else next(lengths)
