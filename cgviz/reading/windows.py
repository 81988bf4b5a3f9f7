"""Convolution and pooling in terms of ours: windows are picked by places, and contracted with the kernel by einsum."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from cgviz.ops import moving, places
from cgviz.ops.contraction import einsum
from cgviz.ops.indexing import indexed
from cgviz.ops.joining import joined
from cgviz.ops.reductions import mean
from cgviz.reading.tracing.tracer import Tracer, operand


def windows(x: Tracer, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Tracer:
    """Returns the windows of the last axes: (..., h, w) to (..., oh, ow, kh, kw)."""
    size = len(kernel)
    lead = x.ndim - size
    for i in range(size):
        axis, n = lead + 2 * i, x.shape[lead + 2 * i]
        count = (n - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1
        at = np.arange(count)[:, None] * stride[i] + np.arange(kernel[i])[None, :] * dilation[i]
        x = places.take(axis)(x, operand(x.tape, at.astype(float)))
    if size == 1:
        return x
    order = [lead + 2 * i for i in range(size)] + [lead + 2 * i + 1 for i in range(size)]
    return moving.moved(tuple(order), tuple(range(lead, lead + 2 * size)))(x)  # type: ignore[no-any-return]


def convolved(
    x: Tracer,
    w: Tracer,
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
    groups: int = 1,
) -> Tracer:
    """Returns the convolution (a cross-correlation) of x (N, C, ...) with w (O, C/groups, ...)."""
    if any(before or after for before, after in padding):
        x = moving.padded(((0, 0), (0, 0), *(tuple(pair) for pair in padding)))(x)
    size = w.ndim - 2
    kernel = w.shape[2:]
    if groups == 1:
        return contracted(windows(x, kernel, stride, dilation), w, size)
    channels, outputs = x.shape[1] // groups, w.shape[0] // groups
    every = ("slice", None, None, None)
    parts = []
    for g in range(groups):
        inner = indexed((every, ("slice", g * channels, (g + 1) * channels, None)))(x)
        rows = indexed((("slice", g * outputs, (g + 1) * outputs, None),))(w)
        parts.append(contracted(windows(inner, kernel, stride, dilation), rows, size))
    return joined(1)(*parts)  # type: ignore[no-any-return]


def contracted(patches: Tracer, w: Tracer, size: int) -> Tracer:
    outer, inner = string.ascii_lowercase[4 : 4 + size], string.ascii_lowercase[10 : 10 + size]
    return einsum(f"nc{outer}{inner},oc{inner}->no{outer}")(patches, w)  # type: ignore[no-any-return]


def averaged(x: Tracer, kernel: Sequence[int], stride: Sequence[int]) -> Any:
    """Returns the mean of each window of the last axes."""
    size = len(kernel)
    return mean(tuple(range(-size, 0)))(windows(x, kernel, stride, (1,) * size))
