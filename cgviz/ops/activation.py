"""Activation functions of neural networks; sigmoid and tanh stand with the exponentials and hyperbolics."""

from __future__ import annotations

import math
from typing import Any

from cgviz.ops.errors import erf, erfc
from cgviz.ops.exponential import exp, expm1, log, log1p, sigmoid, sigmoid_float
from cgviz.ops.op import Answer, Op, register
from cgviz.ops.piecewise import greater, is_greater, less_equal, maximum, minimum, side, where
from cgviz.ops.precise import precise
from cgviz.ops.roots import sqrt
from cgviz.ops.rules import beside, dies, pi, saturates

CANCELS = 0.01

relu = register(
    Op(
        name="relu",
        forward=lambda x: 0.0 if x <= 0 else x,
        array=lambda np, x: np.where(x <= 0, 0.0, x),
        composed=lambda x: where(less_equal(x, 0), 0, x),
        partials=lambda out, x: (is_greater(x, 0),),
        exact=lambda mp, x: x if x > 0 else mp.mpf(0),
        gate="passes or stops",
        by="identity above 0, constant rule below",
        says="passes the gradient where x > 0 and stops it elsewhere",
        corner=lambda out, x: "kink" if x == 0 else "dead" if x < 0 else "",
        rule="relu'(0) = 0",
        corners="kink at x = 0, dead for x < 0",
        switch=side,
        analytic=False,
        answers=(Answer((0.0,), 0, 0.0, 0.0, 0.5, ("torch.relu", "jax.nn.relu", "Max(x, 0)")),),
        source="Nair & Hinton, Rectified linear units, ICML 2010",
    )
)


def leaky_float(x: float, slope: float = 0.01) -> float:
    return x if x > 0 else slope * x


def leaky_slopes(out: Any, x: Any, *slope: Any) -> tuple[Any, ...]:
    return (where(greater(x, 0), 1, *(slope or (0.01,))), minimum(x, 0))[: 1 + len(slope)]


leaky_relu = register(
    Op(
        name="leaky_relu",
        arity=(1, 2),
        forward=leaky_float,
        composed=lambda x, slope=0.01: where(greater(x, 0), x, slope * x),
        partials=leaky_slopes,
        exact=lambda mp, x, slope=0.01: x if x > 0 else mp.mpf(slope) * x,
        glyph="lrelu",
        stem="leaky",
        by="piecewise linear, slope by slope",
        says="scales by 1 where x > 0 and by the small slope elsewhere",
        corner=lambda out, x, slope=0.01: "kink" if x == 0 else "",
        rule="leaky_relu'(0) is the small slope",
        corners="kink at x = 0",
        switch=lambda x, *slope: side(x),
        analytic=False,
        answers=(Answer((0.0,), 0, 0.01, 1.0, None, ("torch.nn.functional.leaky_relu", "jax.nn.leaky_relu", "")),),
        source="PyTorch, torch.nn.LeakyReLU",
    )
)


def elu_float(x: float, alpha: float = 1.0) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def elu_slopes(out: Any, x: Any, *alpha: Any) -> tuple[Any, ...]:
    below = alpha[0] * exp(x) if alpha else exp(x)
    return (where(greater(x, 0), 1, below), expm1(minimum(x, 0)))[: 1 + len(alpha)]


def elu_corner(out: float, x: float, alpha: float = 1.0) -> str:
    if x == 0 and alpha != 1:
        return "kink"
    return saturates(alpha * math.exp(x)) if x < 0 else ""


elu = register(
    Op(
        name="elu",
        arity=(1, 2),
        forward=elu_float,
        composed=lambda x, *alpha: where(greater(x, 0), x, *(a * expm1(x) for a in alpha or (1,))),
        partials=elu_slopes,
        exact=lambda mp, x, alpha=1: x if x > 0 else alpha * mp.expm1(x),
        by="identity above 0, exponential rule below",
        says="scales by 1 where x > 0 and by α·eˣ elsewhere",
        corner=elu_corner,
        rule="elu'(0) = α; a slope below 0.001 lets almost nothing flow back",
        corners="kink at x = 0 unless α = 1, saturates for large negative x",
        switch=lambda x, *alpha: side(x) if alpha and alpha[0] != 1 else 0,
        analytic=False,
        answers=(Answer((0.0, 2.0), 0, 2.0, 2.0, None, ("torch.nn.functional.elu", "jax.nn.elu", "")),),
        source="Clevert, Unterthiner & Hochreiter, ELUs, ICLR 2016",
    )
)

softplus = register(
    Op(
        name="softplus",
        forward=lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
        array=lambda np, x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
        composed=lambda x: maximum(x, 0) + log1p(exp(-abs(x))),
        partials=lambda out, x: (sigmoid(x),),
        exact=lambda mp, x: mp.log1p(mp.exp(x)),
        gates=lambda x: log(1 + exp(x)),
        glyph="soft+",
        by="derivative of softplus: the sigmoid",
        says="scales by σ(x), between 0 and 1",
        corner=lambda out, x: dies(sigmoid_float(x)),
        rule="the slope has underflowed to 0",
        corners="none; the slope underflows to 0 far below 0",
        source="Dugas et al., Incorporating second-order functional knowledge, NIPS 2000",
    )
)


def silu_slopes(out: Any, x: Any) -> tuple[Any, ...]:
    return (sigmoid(x) * (1 + x * sigmoid(-x)),)


def silu_exact(mp: Any, x: Any) -> Any:
    return x / (1 + mp.exp(-x))


silu_precise = precise(silu_slopes, silu_exact)


def silu_stable(out: float, x: float) -> tuple[float | None, ...]:
    """The taught rule; at 120 bits near its root −1.278, and its limits at ±inf."""
    if math.isinf(x):
        return (1.0 if x > 0 else 0.0,)
    inner = 1 + x * sigmoid_float(-x)
    if abs(inner) < CANCELS:
        return silu_precise(out, x)
    return (sigmoid_float(x) * inner,)


silu = register(
    Op(
        name="silu",
        aliases=("swish",),
        forward=lambda x: -0.0 if x == -math.inf else x * sigmoid_float(x),
        array=lambda np, x: np.where(x == -np.inf, -0.0, x * sigmoid(x)),
        partials=silu_slopes,
        stable=silu_stable,
        composed=lambda x: x * sigmoid(x),
        exact=silu_exact,
        gates=lambda x: x * sigmoid(x),
        pretty="silu({0})",
        by="product rule, chain rule through the sigmoid",
        says="scales by σ(x)·(1 + x·σ(−x)), between −0.1 and 1.1",
        corner=lambda out, x: dies(sigmoid_float(x)),
        rule="the slope has underflowed to 0",
        corners="none; the slope underflows to 0 far below 0",
        source="Elfwing, Uchibe & Doya, Sigmoid-weighted linear units, 2017",
    )
)


def normal_share(x: float) -> float:
    """Φ(x), the standard normal distribution, which keeps its digits far below 0."""
    return math.erfc(-x / math.sqrt(2)) / 2


def gelu_slopes(out: Any, x: Any) -> tuple[Any, ...]:
    return ((1 + erf(x / beside(x, sqrt, 2))) / 2 + x * exp(-(x**2) / 2) / sqrt(2 * pi(x)),)


def gelu_exact(mp: Any, x: Any) -> Any:
    return x * mp.erfc(-x / mp.sqrt(2)) / 2


def gelu_composed(x: Any) -> Any:
    return x * (erfc(-x / beside(x, sqrt, 2)) / 2)


def gelu_careful(out: Any, x: Any) -> tuple[Any, ...]:
    return (erfc(-x / beside(x, sqrt, 2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * pi(x)),)


gelu_precise = precise(gelu_slopes, gelu_exact)


def gelu_stable(out: float, x: float) -> tuple[float | None, ...]:
    """Φ(x) + x·φ(x) with Φ by erfc; at 120 bits near its root −0.752."""
    share = normal_share(x)
    pull = x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi) if math.isfinite(x) else 0 * share
    return (share + pull,) if abs(share + pull) >= CANCELS * share else gelu_precise(out, x)


gelu = register(
    Op(
        name="gelu",
        forward=lambda x: -0.0 if x == -math.inf else x * normal_share(x),
        array=lambda np, x: np.where(x == -np.inf, -0.0, gelu_composed(x)),
        partials=gelu_slopes,
        stable=gelu_stable,
        composed=gelu_composed,
        careful=gelu_careful,
        exact=gelu_exact,
        gates=lambda x: x * (0.5 * (1 + erf(x / 1.4142135623730951))),
        by="product rule, chain rule through erf",
        says="scales by Φ(x) + x·φ(x), the normal distribution and its density",
        corner=lambda out, x: dies(normal_share(x)),
        rule="the slope has underflowed to 0",
        corners="none; the slope underflows to 0 far below 0",
        source="Hendrycks & Gimpel, Gaussian error linear units, 2016",
    )
)
