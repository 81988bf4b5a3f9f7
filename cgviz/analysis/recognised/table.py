"""The table of recognised results: each a program as it is met, and the gradients that its passes come to.

A test proves every row: it runs the program's own backward pass at random inputs, sympy differentiates what it can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Result:
    """A stretch of a program and its gradients in short.

    name       what it is called
    says       the short form, in the letters of the field
    program    the stretch: its inputs stand for any nodes, its last line is where the gradient `up` arrives;
               `{axis}` is any axis, `{keep}` True or False
    gradients  for each input that gets one, the short form, in `up`, the inputs and the names of the program's stages
    shapes     which inputs have the shape of the last line: those that are not broadcast
    example    shapes of the inputs for a proof; numbers where none is given
    source     where the form is from
    """

    name: str
    says: str
    program: str
    gradients: Mapping[str, str]
    shapes: tuple[str, ...] = ()
    example: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    source: str = ""


CROSS_ENTROPY = "Goodfellow, Bengio & Courville, Deep Learning, section 6.2.2"
LAYER_NORM = "Ba, Kiros & Hinton, Layer Normalization; Ioffe & Szegedy, Batch Normalization"
NORMALISED = "(up - mean(up, axis={axis}, keepdims={keep}) - xhat*mean(up*xhat, axis={axis}, keepdims={keep}))*r"
MATRIX = {"z": (3, 4), "y": (3, 4)}


def normalised(program: str) -> Result:
    return Result(
        "normalisation",
        "(dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂))/σ",
        f"mu = mean(x, axis={{axis}}, keepdims={{keep}}); xc = x - mu; {program}; xhat = xc*r",
        {"x": NORMALISED},
        ("x",),
        {"x": (3, 4)},
        LAYER_NORM,
    )


def by_root_mean_square(program: str) -> Result:
    return Result(
        "normalisation by the root mean square",
        "(dx̂ − x̂·mean(dx̂·x̂))/rms",
        f"{program}; xhat = x*r",
        {"x": "(up - xhat*mean(up*xhat, axis={axis}, keepdims=True))*r"},
        ("x",),
        {"x": (3, 4)},
        "Zhang & Sennrich, Root Mean Square Layer Normalization",
    )


def with_sigmoid(program: str) -> Result:
    return Result(
        "sigmoid with binary cross-entropy",
        "p − y",
        f"p = sigmoid(z); {program}",
        {"z": "up*(p - y)", "y": "-up*z"},
        ("z", "y"),
        MATRIX,
        CROSS_ENTROPY,
    )


def with_softmax(program: str, says: str = "p − y") -> Result:
    return Result(
        "softmax with cross-entropy",
        says,
        program,
        {
            "z": "up*y - p*sum(up*y, axis={axis}, keepdims=True)",
            "y": "up*l",
        },
        ("z", "y"),
        MATRIX,
        CROSS_ENTROPY,
    )


RESULTS = (
    with_softmax("p = softmax(z, axis={axis}); l = log(p); q = y*l"),
    with_sigmoid("-(y*log(p) + (1 - y)*log(1 - p))"),
    with_sigmoid("-y*log(p) - (1 - y)*log(1 - p)"),
    Result(
        "log of a sum of exponentials",
        "softmax(z)",
        "log(sum(exp(z)))",
        {"z": "up*softmax(z, axis=None)"},
        (),
        {"z": (3, 4)},
        "Boyd & Vandenberghe, Convex Optimization, section 3.1.5",
    ),
    Result(
        "log of a sum of exponentials",
        "softmax(z)",
        "log(sum(exp(z), axis={axis}, keepdims=True))",
        {"z": "up*softmax(z, axis={axis})"},
        (),
        {"z": (3, 4)},
        "Boyd & Vandenberghe, Convex Optimization, section 3.1.5",
    ),
    normalised("v = mean(xc**2, axis={axis}, keepdims={keep}); r = 1/sqrt(v + eps)"),
    normalised("v = mean(xc*xc, axis={axis}, keepdims={keep}); r = 1/sqrt(v + eps)"),
    normalised("v = mean(xc**2, axis={axis}, keepdims={keep}); r = (v + eps)**-0.5"),
    by_root_mean_square("r = 1/sqrt(mean(x**2, axis={axis}, keepdims=True) + eps)"),
    by_root_mean_square("r = (mean(x**2, axis={axis}, keepdims=True) + eps)**-0.5"),
    by_root_mean_square("r = 1/sqrt(mean(x*x, axis={axis}, keepdims=True) + eps)"),
    Result(
        "direction of a vector",
        "(du − u·(uᵀdu))/‖x‖",
        "r = 1/norm(x); u = x*r",
        {"x": "(up - u*sum(up*u))*r"},
        ("x",),
        {"x": (4,)},
        "Petersen & Pedersen, The Matrix Cookbook, eq. 130",
    ),
    Result(
        "quadratic form",
        "(A + Aᵀ)x",
        "x @ A @ x",
        {"x": "up*((A + A.T) @ x)", "A": "up*outer(x, x)"},
        (),
        {"x": (4,), "A": (4, 4)},
        "Petersen & Pedersen, The Matrix Cookbook, eq. 81",
    ),
    Result("half the squared error", "ŷ − y", "(p - y)**2/2", {"p": "up*(p - y)", "y": "up*(y - p)"}, ("p", "y")),
    Result("half the squared error", "ŷ − y", "0.5*(p - y)**2", {"p": "up*(p - y)", "y": "up*(y - p)"}, ("p", "y")),
)
