"""The gamma function and its kin: factorial, log Γ, ψ and its derivatives, beta."""

from __future__ import annotations

from typing import Any

from cgviz.ops.op import Op, register
from cgviz.ops.precise import BITS, magnitude, precise, rounded
from cgviz.ops.rules import is_whole, shifted

GAMMA = "Abramowitz & Stegun, Handbook of Mathematical Functions, ch. 6"
HIGHEST_ORDER = 1000
LOWEST = -1000.0
TINY = 1e-12


def is_pole(x: float) -> bool:
    return x <= 0 and is_whole(x)


def gamma_domain(x: float) -> str:
    return f"a pole of gamma at {x:g}" if is_pole(x) else ""


def gamma_exact(mp: Any, x: Any) -> Any:
    return mp.gamma(x)


def gamma_slopes(out: Any, x: Any) -> tuple[Any, ...]:
    return (out * digamma(x),)


gamma = register(
    Op(
        name="gamma",
        forward=rounded(gamma_exact),
        partials=gamma_slopes,
        stable=precise(gamma_slopes, gamma_exact),
        exact=gamma_exact,
        javascript=("gamma({0})",),
        glyph="Γ",
        pretty="Γ({0})",
        latex=r"\Gamma\left({0}\right)",
        by="derivative of the gamma function",
        says="scales by Γ(x)·ψ(x)",
        corners="poles at 0, −1, −2, ...; overflows to inf above 171.62",
        domain=gamma_domain,
        sympy="gamma",
        source=GAMMA,
    )
)


def factorial_exact(mp: Any, x: Any) -> Any:
    return mp.gamma(x + 1)


def factorial_slopes(out: Any, x: Any) -> tuple[Any, ...]:
    return (out * digamma(x + 1),)


factorial = register(
    Op(
        name="factorial",
        forward=rounded(factorial_exact),
        partials=factorial_slopes,
        stable=precise(factorial_slopes, factorial_exact),
        composed=lambda x: gamma(x + 1),
        exact=factorial_exact,
        glyph="x!",
        stem="fact",
        spell=lambda notation, x: notation.factorial(x),
        by="derivative of the gamma function, chain rule through x + 1",
        says="scales by x!·ψ(x + 1); between whole numbers x! is Γ(x + 1)",
        corners="poles at −1, −2, ...; overflows to inf above 170.62",
        domain=lambda x: f"a pole of the factorial at {x:g}" if is_pole(x + 1) else "",
        sympy="factorial",
        source=GAMMA,
    )
)

loggamma = register(
    Op(
        name="loggamma",
        aliases=("lgamma", "gammaln"),
        forward=rounded(lambda mp, x: mp.loggamma(x)),
        partials=lambda out, x: (digamma(x),),
        exact=lambda mp, x: mp.loggamma(x),
        javascript=("loggamma({0})",),
        glyph="log Γ",
        stem="lgamma",
        pretty="log Γ({0})",
        latex=r"\log\Gamma\left({0}\right)",
        by="logarithm rule, chain rule through gamma",
        says="scales by ψ(x)",
        corners="pole at 0, domain x > 0",
        domain=lambda x: "log Γ of a number that is not positive" if x <= 0 else "",
        sympy="loggamma",
        source=GAMMA,
    )
)

digamma: Op = register(
    Op(
        name="digamma",
        aliases=("psi",),
        forward=rounded(lambda mp, x: mp.digamma(x)),
        partials=lambda out, x: (polygamma(1, x),),
        exact=lambda mp, x: mp.digamma(x),
        javascript=("digamma({0})",),
        glyph="ψ",
        stem="psi",
        pretty="ψ({0})",
        latex=r"\psi\left({0}\right)",
        by="derivative of digamma: trigamma",
        says="scales by ψ′(x), which is positive",
        corners="poles at 0, −1, −2, ...",
        domain=gamma_domain,
        sympy="digamma",
        source=GAMMA,
    )
)


def polygamma_limit(order: float, x: float) -> str:
    if order > HIGHEST_ORDER:
        return f"an order above {HIGHEST_ORDER} is not computed"
    if order < 0 or not is_whole(order):
        return "an order that is no whole number from 0 on"
    return f"an argument below {LOWEST:.0f} is not computed" if x < LOWEST and order else ""


polygamma: Op = register(
    Op(
        name="polygamma",
        arity=(2, 2),
        forward=rounded(lambda mp, order, x: mp.psi(int(order), x), polygamma_limit),
        partials=lambda out, n, x: (None, polygamma(shifted(n, 1), x)),
        exact=lambda mp, order, x: mp.psi(int(order), x),
        javascript=("polygamma({0}, {1})",),
        glyph="ψₙ",
        stem="psi",
        latex=r"\psi^{{({0})}}\left({1}\right)",
        by="derivative of polygamma: the next order",
        says="scales by the polygamma function of the next order",
        corners="poles at 0, −1, −2, ...; the order is a constant",
        domain=lambda order, x: polygamma_limit(order, x) or gamma_domain(x),
        sympy="polygamma",
        source=GAMMA,
        fixed="order",
    )
)


def beta_exact(mp: Any, x: Any, y: Any) -> Any:
    return mp.beta(x, y)


def beta_slopes(out: Any, x: Any, y: Any) -> tuple[Any, ...]:
    both = digamma(x + y)
    return out * (digamma(x) - both), out * (digamma(y) - both)


def psi_fall(x: Any, y: Any) -> Any:
    """ψ(x) − ψ(x + y); for y tiny beside x by its midpoint, −y·ψ′(x + y/2), since the difference loses its digits."""
    return -y * polygamma(1, x + y / 2) if abs(y) < abs(x) * TINY and x > LOWEST else digamma(x) - digamma(x + y)


beta_precise = precise(
    lambda out, x, y: (out * psi_fall(x, y), out * psi_fall(y, x)),
    beta_exact,
    bits=lambda x, y: BITS + 2 * max(0, magnitude(x), magnitude(y)),
)


def beta_stable(out: float, x: float, y: float) -> tuple[float | None, ...]:
    """The taught rule; its limit Γ(x)Γ(y)·(−1)ᵏ·k! where x + y = −k, where Β is 0."""
    k = -(x + y)
    if out != 0 or not is_pole(-k) or k > HIGHEST_ORDER:
        return beta_precise(out, x, y)
    slope = gamma.forward(x) * gamma.forward(y) * factorial.forward(k) * (-1) ** int(k)
    return slope, slope


def beta_domain(x: float, y: float) -> str:
    return f"a pole of beta at {x:g}, {y:g}" if is_pole(x) or is_pole(y) else ""


beta = register(
    Op(
        name="beta",
        arity=(2, 2),
        forward=rounded(beta_exact),
        partials=beta_slopes,
        stable=beta_stable,
        exact=beta_exact,
        javascript=("beta({0}, {1})",),
        glyph="Β",
        latex=r"\mathrm{{B}}\left({0}, {1}\right)",
        by="derivative of the beta function",
        says="scales by Β·(ψ(x) − ψ(x + y)), each input by its own ψ",
        corners="poles where x or y is 0, −1, −2, ...",
        domain=beta_domain,
        sympy="beta",
        source=GAMMA,
    )
)
