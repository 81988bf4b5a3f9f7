"""The ops, one record each. Importing this package registers all of them, in the order in which they are listed."""

from cgviz.ops import (  # isort: skip
    arithmetic,
    roots,
    exponential,
    trigonometric,
    hyperbolic,
    piecewise,
    errors,
    activation,
    gamma,
    bessel,
    integrals,
    rearranging,
    reductions,
    matrices,
)

__all__ = [
    "activation",
    "arithmetic",
    "bessel",
    "errors",
    "exponential",
    "gamma",
    "hyperbolic",
    "integrals",
    "matrices",
    "piecewise",
    "rearranging",
    "reductions",
    "roots",
    "trigonometric",
]
