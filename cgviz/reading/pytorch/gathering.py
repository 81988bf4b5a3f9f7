"""Elements of a tensor by places: gather, scatter, index, sort, unfold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cgviz.ops import (
    moving,
    pieces,
    places,
    sorting,
)
from cgviz.ops.indexing import indexed
from cgviz.ops.rearranging import reshaped
from cgviz.reading.tracing.tracer import Tracer, operand


def gathered(x: Tracer, dim: int, at: Any, keepdim: bool = True) -> Tracer:
    found = places.along_axis(dim)(x, operand(x.tape, np.asarray(at, dtype=float)))
    return found if keepdim else moving.squeezed(dim)(found)  # type: ignore[no-any-return]


def gather(x: Tracer, dim: int, index: Tracer, sparse_grad: bool = False) -> Tracer:
    """gather, whose index may be shorter than x along the other axes."""
    grid = list(np.ogrid[tuple(map(slice, index.shape))])
    grid[dim % x.ndim] = index.current
    at = [operand(x.tape, np.broadcast_to(each, index.shape).astype(float)) for each in grid]
    return places.picked_at((places.SLOT,) * x.ndim)(x, *at)  # type: ignore[no-any-return]


def scatter_places(x: Tracer, dim: int, index: Tracer) -> list[Tracer]:
    grid = list(np.ogrid[tuple(map(slice, index.shape))])
    grid[dim % x.ndim] = index.current
    return [operand(x.tape, np.broadcast_to(each, index.shape).astype(float)) for each in grid]


def scatter_add(x: Tracer, dim: int, index: Tracer, src: Tracer) -> Tracer:
    at = scatter_places(x, dim, index)
    part = src if src.shape == index.shape else indexed(tuple(("slice", None, n, None) for n in index.shape))(src)
    return x + places.added_at((places.SLOT,) * x.ndim, x.shape)(part, *at)


def scatter(x: Tracer, dim: int, index: Tracer, src: Any) -> Tracer:
    at = scatter_places(x, dim, index)
    return places.put_at((places.SLOT,) * x.ndim)(x, operand(x.tape, src), *at)  # type: ignore[no-any-return]


def index_add(x: Tracer, dim: int, index: Tracer, src: Tracer, alpha: Any = 1) -> Tracer:
    key = (*(moving.EVERY,) * (dim % x.ndim), places.SLOT)
    return x + places.added_at(key, x.shape)(src if alpha == 1 else src * alpha, index)


def index_select(x: Tracer, dim: int, index: Tracer) -> Tracer:
    return places.take(dim)(x, index)  # type: ignore[no-any-return]


def indexed_by(x: Tracer, indices: Sequence[Any]) -> Tracer:
    key, at = index_key(x, indices)
    return places.picked_at(key)(x, *at)  # type: ignore[no-any-return]


def index_key(x: Tracer, indices: Sequence[Any]) -> tuple[Any, list[Tracer]]:
    """Returns a key with the arrays of places in it; a mask (`indices` holds numpy's of booleans) as its places."""
    key: list[Any] = []
    at: list[Tracer] = []
    for each in indices:
        if each is None:
            key.append(moving.EVERY)
        elif isinstance(each, np.ndarray) and each.dtype == bool:
            for found in np.nonzero(each):
                key.append(places.SLOT)
                at.append(operand(x.tape, found.astype(float)))
        else:
            key.append(places.SLOT)
            at.append(each if isinstance(each, Tracer) else operand(x.tape, np.asarray(each, dtype=float)))
    return tuple(key), at


def index_put(x: Tracer, indices: Sequence[Any], values: Tracer, accumulate: bool = False) -> Tracer:
    key, at = index_key(x, indices)
    if not accumulate:
        return places.put_at(key)(x, values, *at)  # type: ignore[no-any-return]
    shape = places.picked_at(key)(x, *at).shape
    wide = values if values.shape == shape else pieces.broadcast_to(shape)(values)
    return x + places.added_at(key, x.shape)(wide, *at)


def masked_select(x: Tracer, mask: Tracer) -> Tracer:
    return indexed_by(x, [np.broadcast_to(mask.current != 0, x.shape)])


def sorted_by(x: Tracer, dim: int = -1, descending: bool = False, stable: Any = None) -> tuple[Tracer, None]:
    return sorting.ordered(dim, descending)(x), None


def topk(x: Tracer, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> tuple[Tracer, None]:
    return sorting.ordered(dim, largest, k)(x), None


def unfolded(x: Tracer, dim: int, size: int, step: int) -> Tracer:
    n = (x.shape[dim] - size) // step + 1
    at = np.arange(n)[:, None] * step + np.arange(size)[None, :]
    found = places.take(dim % x.ndim)(x, operand(x.tape, at.astype(float)))
    return moving.moved(dim % x.ndim + 1, -1)(found)  # type: ignore[no-any-return]


def kth(x: Tracer, k: int, dim: int = -1, keepdim: bool = False) -> tuple[Any, None]:
    """The k-th smallest along an axis."""
    found = indexed((*(moving.EVERY,) * (dim % max(1, x.ndim)), k - 1))(sorting.ordered(dim, False)(x))
    return (moving.widened(dim)(found) if keepdim else found), None


def median(x: Tracer, dim: Any = None, keepdim: bool = False) -> Any:
    """The lower one of the two in the middle."""
    if dim is None:
        return kth(reshaped((-1,))(x), (x.size + 1) // 2)[0]
    return kth(x, (x.shape[dim] + 1) // 2, dim, keepdim)
