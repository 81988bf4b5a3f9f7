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
    "piecewise",
    "roots",
    "trigonometric",
]
