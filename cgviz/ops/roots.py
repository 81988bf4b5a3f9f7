"""Square and cube roots, and the length of a vector."""

from __future__ import annotations

import math
from typing import Any

from cgviz.ops.op import Answer, Op, register
from cgviz.ops.products import ELEMENTARY
from cgviz.values import ieee

sqrt = register(
    Op(
        name="sqrt",
        forward=lambda x: math.sqrt(x) + 0.0 if x >= 0 else math.nan,
        array=lambda np, x: np.sqrt(x) + 0.0,
        partials=lambda out, x: (1 / (2 * out),),
        exact=lambda mp, x: mp.sqrt(x),
        glyph="√",
        pretty="√{0.atom}",
        latex=r"\sqrt{{{0}}}",
        by="power rule, exponent 1/2",
        says="scales by 1/(2√x): large where x is near 0",
        corners="domain x ≥ 0, slope infinite at x = 0",
        answers=(Answer((0.0,), 0, math.inf, math.inf, "zoo", ("torch.sqrt", "jax.numpy.sqrt", "sqrt(x)")),),
        domain=lambda x: "root of a negative number" if x < 0 else "",
        source=ELEMENTARY,
    )
)


def real_cbrt(mp: Any, x: Any) -> Any:
    return mp.cbrt(x) if x >= 0 else -mp.cbrt(-x)


cbrt = register(
    Op(
        name="cbrt",
        forward=math.cbrt,
        array="cbrt",
        partials=lambda out, x: (1 / (3 * out**2),),
        exact=real_cbrt,
        glyph="³√",
        pretty="³√{0.atom}",
        latex=r"\sqrt[3]{{{0}}}",
        by="power rule, exponent 1/3",
        says="scales by 1/(3·³√x²): large where x is near 0",
        corners="slope infinite at x = 0",
        analytic=False,
        answers=(Answer((0.0,), 0, None, math.inf, "zoo", ("", "jax.numpy.cbrt", "cbrt(x)")),),
        source=ELEMENTARY,
    )
)

hypot = register(
    Op(
        name="hypot",
        arity=(2, 2),
        forward=math.hypot,
        array="hypot",
        partials=lambda out, x, y: (x / out, y / out),
        stable=lambda out, x, y: hypot_slopes(out, x, y),
        careful=lambda out, x, y: hypot_careful(out, x, y),
        again=lambda out, x, y: (share(x, y), share(y, x)),
        bend="there is no second derivative: it grows without bound towards the origin",
        exact=lambda mp, x, y: mp.sqrt(x * x + y * y),
        stem="hyp",
        latex=r"\sqrt{{{0.atom}^{{2}} + {1.atom}^{{2}}}}",
        by="chain rule through the root of a sum of squares",
        says="scales by the share of each input in the length: its cosine",
        corner=lambda out, x, y: "kink" if out == 0 else "",
        rule="at the origin both slopes are taken as 0",
        corners="kink at x = y = 0",
        answers=(
            Answer((0.0, 0.0), 0, math.nan, 0.5, None, ("torch.hypot", "jax.numpy.hypot", "")),
            Answer((0.0, 0.0), 1, math.nan, 0.5, None, ("torch.hypot", "jax.numpy.hypot", "")),
        ),
        source=ELEMENTARY,
    )
)


share: Op = Op(
    name="share",
    arity=(2, 2),
    forward=lambda x, y: x / math.hypot(x, y) if x or y else 0.0,
    partials=lambda out, x, y: (
        y / hypot(x, y) * (y / hypot(x, y)) / hypot(x, y),
        -out * (y / hypot(x, y)) / hypot(x, y),
    ),
    source=ELEMENTARY,
)
"""x/√(x² + y²), 0 at the origin, whose own derivative does not exist there: what hypot is differentiated by."""


def hypot_careful(out: Any, x: Any, y: Any) -> tuple[Any, Any]:
    from cgviz.ops.piecewise import equal

    length = out + equal(out, 0)
    return x / length, y / length


def hypot_slopes(out: float, x: float, y: float) -> tuple[float, float]:
    if out == 0:
        return 0.0, 0.0
    if math.isinf(out) and math.isfinite(x) and math.isfinite(y):
        x, y, out = x / 4, y / 4, math.hypot(x / 4, y / 4)
    elif out < ieee.SMALLEST_NORMAL:  # of few digits
        x, y = math.ldexp(x, 600), math.ldexp(y, 600)
        out = math.hypot(x, y)
    return ieee.divide(x, out), ieee.divide(y, out)


rsqrt = register(
    Op(
        name="rsqrt",
        forward=lambda x: 1 / math.sqrt(x) if x > 0 else math.inf if x == 0 else math.nan,
        array=lambda np, x: 1 / (np.sqrt(x) + 0.0),
        partials=lambda out, x: (-(out**3) / 2,),
        scaled=lambda upstream, out, x: (-upstream / 2 * out * out * out,),
        composed=lambda x: 1 / sqrt(x),
        exact=lambda mp, x: 1 / mp.sqrt(x),
        glyph="1/√",
        pretty="1/√{0.atom}",
        latex=r"\frac{{1}}{{\sqrt{{{0}}}}}",
        by="power rule, exponent -1/2",
        says="scales by −1/(2·x·√x): large where x is near 0",
        corners="domain x > 0",
        domain=lambda x: "root of a negative number" if x < 0 else "division by zero" if x == 0 else "",
        source=ELEMENTARY,
    )
)
