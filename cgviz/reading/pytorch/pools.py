"""Pools of PyTorch as ours: the largest and the mean of windows, also of those that fit no stride."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from cgviz.ops import moving, reductions
from cgviz.ops.rearranging import reshaped
from cgviz.reading.pytorch.common import UnknownError
from cgviz.reading.pytorch.gathering import gathered
from cgviz.reading.tracing.tracer import Tracer
from cgviz.reading.windows import averaged, windows


def max_pool(
    x: Tracer, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> tuple[Any, None]:
    """The largest of each window; the gradient goes to the first of them, as PyTorch has it."""
    if ceil_mode:
        raise UnknownError
    size = len(kernel) if isinstance(kernel, (list, tuple)) else 2
    kernel, padding, dilation = (broadcast(each, size) for each in (kernel, padding, dilation))
    stride = broadcast(stride, size) if stride else kernel
    pairs = ((0, 0),) * (x.ndim - size) + tuple((p, p) for p in padding)
    wide = moving.padded(pairs, -math.inf)(x) if any(padding) else x
    found = windows(wide, kernel, stride, dilation)
    flat = reshaped((*found.shape[:-size], -1))(found)
    at = np.argmax(flat.current, axis=-1)[..., None]
    return moving.squeezed(-1)(gathered(flat, -1, at)), None


def broadcast(each: Any, count: int) -> tuple[int, ...]:
    if isinstance(each, int):
        return (each,) * count
    return tuple(each) if len(each) == count else tuple(each) * count


def avg_pool(
    x: Tracer,
    kernel: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil_mode: bool = False,
    include: bool = True,
    by: Any = None,
) -> Any:
    size = len(kernel)
    padding = broadcast(padding, size)
    if ceil_mode:
        raise UnknownError
    kernel = broadcast(kernel, size)
    stride = broadcast(stride, size) if stride else kernel
    pairs = ((0, 0),) * (x.ndim - size) + tuple((p, p) for p in padding)
    made = averaged(moving.padded(pairs)(x) if any(padding) else x, kernel, stride)
    if by is not None:
        return made * (math.prod(kernel) / by)
    if include or not any(padding):
        return made
    inside = np.lib.stride_tricks.sliding_window_view(np.pad(np.ones(x.shape[-size:]), pairs[-size:]), kernel)
    return made / inside[tuple(slice(None, None, step) for step in stride)].mean(axis=tuple(range(-size, 0)))


def adaptive_avg_pool(x: Tracer, out: Sequence[int]) -> Any:
    size = len(out)
    lengths = x.shape[-size:]
    if any(n % m for n, m in zip(lengths, out, strict=True)):
        for axis, (n, m) in enumerate(zip(lengths, out, strict=True), x.ndim - size):
            share = np.stack([np.isin(np.arange(n), part) / len(part) for part in adaptive_parts(n, m)], axis=1)
            x = moving.moved(-1, axis)(moving.moved(axis, -1)(x) @ share)
        return x
    kernel = tuple(n // m for n, m in zip(lengths, out, strict=True))
    if kernel == lengths:
        return reductions.mean(tuple(range(-size, 0)), True)(x)
    return averaged(x, kernel, kernel)


def adaptive_parts(length: int, count: int) -> list[Any]:
    """Returns the places of each window of an adaptive pool: from ⌊i·n/m⌋ up to ⌈(i + 1)·n/m⌉."""
    return [np.arange(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]


def adaptive_max_pool(x: Tracer, out: Sequence[int]) -> tuple[Any, None]:
    """The largest of each window, picked at its place."""
    size = len(out)
    lengths, lead = x.shape[-size:], x.shape[:-size]
    numbers = np.arange(math.prod(lengths)).reshape(lengths)
    parts = [adaptive_parts(n, m) for n, m in zip(lengths, out, strict=True)]
    flat = reshaped((*lead, -1))(x)
    cells = [numbers[np.ix_(*cell)].ravel() for cell in product(*parts)]
    at = np.stack([cell[flat.current[..., cell].argmax(axis=-1)] for cell in cells], axis=-1)
    return reshaped((*lead, *out))(gathered(flat, -1, at)), None
