"""The Euclidean norm, of all elements or along axes; its slope is the unit vector."""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.op import Op, register
from cgviz.ops.opening import along, plus
from cgviz.ops.piecewise import is_equal, where
from cgviz.ops.reductions import TORCH, Axis, axes_of, family, reduced, scaled, spelled, spread_back, total
from cgviz.ops.roots import sqrt
from cgviz.ops.softmax import same_shape
from cgviz.values.arrays import numpy
from cgviz.values.wide import IS_PLAIN


@cache
def norm(axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns √(sum(x²)): the length of a vector, the Frobenius norm of a matrix."""

    def direction(out: Any, x: Any) -> Any:
        length = spread_back(out, x, axis, keepdims)
        return x / where(is_equal(length, 0), 1, length)

    def away_from_origin(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (spread_back(up, x, axis, keepdims) * direction(out, x),)

    return Op(
        name="norm",
        code=coded(
            "np.sqrt(np.sum({0.atom}**2{options}))" if isinstance(axis, tuple) else "np.linalg.norm({0}{options})",
            "torch.linalg.vector_norm({0}{options})",
        ),
        forward=lambda x: stable_norm(x, axis, keepdims),
        ranged=scaled(norm, axis, keepdims),
        shapes=reduced(axis, keepdims),
        vjp=lambda up, out, x: (spread_back(up, x, axis, keepdims) * (x / spread_back(out, x, axis, keepdims)),),
        stable=lambda up, out, x: (spread_back(up, x, axis, keepdims) * unit_vector(axis).forward(x),),
        careful=away_from_origin,
        again=lambda up, out, x: (spread_back(up, x, axis, keepdims) * unit_vector(axis)(x),),
        jvp=lambda tangents, out, x: total(axis, keepdims)(tangents[0] * direction(out, x)),
        glyph="‖x‖",
        spell=spelled("norm", axis, keepdims),
        by="norm rule",
        many="along",
        gate="scales",
        says="scales by the direction of x, a vector of length 1",
        corner=lambda out, x: "kink" if numpy().size(x) and numpy().any(numpy().asarray(out) == 0) else "",
        bend="there is no second derivative: it grows without bound towards the origin",
        rule="at the origin the gradient is taken as 0",
        corners="kink at x = 0",
        source=TORCH.format("linalg.norm"),
        parameter=(axis, keepdims),
        options=family(norm),
        statics=("axis", "keepdims"),
        opens=lambda x: along(lambda xs: sqrt(plus([each**2 for each in xs])), x, axes_of(axis, x.ndim), keepdims),
    )


@cache
def unit_vector(axis: Axis = None) -> Op:
    """Returns x/‖x‖, 0 at the origin, whose own derivative does not exist there: what a norm is differentiated by."""

    def turned(moving: Any, out: Any, x: Any) -> Any:
        np = numpy()
        still = np.all(moving == 0, axis=axis, keepdims=True)
        across = moving - out * np.sum(moving * out, axis=axis, keepdims=True)
        return np.where(still, 0.0, across / stable_norm(x, axis, True))

    def forward(x: Any) -> Any:
        np = numpy()
        top = np.max(np.abs(x), axis=axes_of(axis, np.ndim(x)), keepdims=True, initial=0.0)
        x = np.divide(x, np.where(np.isfinite(top) & (top > 0), top, 1.0))  # a length that is subnormal has few digits
        length = stable_norm(x, axis, True)
        return np.divide(x, np.where(length == 0, 1.0, length))

    return Op(
        name="unit",
        forward=forward,
        shapes=same_shape(axis),
        vjp=lambda up, out, x: (turned(up, out, x),),
        jvp=lambda tangents, out, x: turned(tangents[0], out, x),
        source=TORCH.format("nn.functional.normalize"),
        parameter=axis,
    )


def stable_norm(x: Any, axis: Axis, keepdims: bool) -> Any:
    """Returns the length without overflow: the largest element is taken out first."""
    np = numpy()
    x = np.asarray(x, dtype=float)
    axes = axes_of(axis, x.ndim)
    with np.errstate(all="ignore"):
        top = np.max(np.abs(x), axis=axes, keepdims=True, initial=0.0)
        scale = np.where(np.isfinite(top) & (top > 0) & (not IS_PLAIN.get()), top, 1.0)
        found = np.sqrt(np.sum((x / scale) ** 2, axis=axes, keepdims=True)) * scale
    return found if keepdims else np.squeeze(found, axis=axes)


NORM = register(norm())
