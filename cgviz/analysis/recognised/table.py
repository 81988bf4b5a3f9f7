"""The one table of recognised results: each a program as it is met, and the gradients that its passes come to.

Generated code writes them in their short form; derivations, explanations and captions tell them, "which is p − y". A
test proves every row: it runs the program's own backward pass at random inputs, sympy differentiates what it can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from cgviz.ops.exponential import sigmoid
from cgviz.ops.softmax import softmax
from cgviz.records import record


@record
class Told:
    """How a result is told of a gradient, once that is proved to be a multiple of the form at this run.

    name    what it is called
    stages  the ops at whose first operand z the gradient is looked at; () for any stage
    form    of (out, z, y): the stage's value, the operand's, and that of a target, which has nothing to do with z
    begins  ops near z with which the function that gives `out` may begin, written out over several stages
    """

    name: str
    stages: tuple[str, ...]
    form: Callable[[Any, Any, Any], Any]
    needs_target: bool = True
    begins: tuple[str, ...] = ()


@record
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
    told       how it is told of a gradient
    in_code    generated code writes it so; of a single gate it has the same form anyway
    """

    name: str
    says: str
    program: str
    gradients: Mapping[str, str]
    shapes: tuple[str, ...] = ()
    example: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    source: str = ""
    told: Told | None = None
    in_code: bool = True


ERROR = "error of the output"
OUTPUT = Told(ERROR, ("sigmoid", "softmax"), lambda out, z, y: out - y, begins=("exp",))
ANY_OUTPUT = Told(ERROR, (), lambda out, z, y: out - y)
PICKED = Told(ERROR, ("softmax", "log_softmax", "logsumexp", "exp"), lambda out, z, y: out - y)
CROSS_ENTROPY = "Bishop, PRML, 4.3.4 and 5.3.1"
LABEL = "Goodfellow et al., Deep Learning, 6.2.2.3"
NIELSEN = "Nielsen, chapter 2"
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
        OUTPUT,
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
        OUTPUT,
    )


def told(name: str, says: str, program: str, gradients: Mapping[str, str], source: str, how: Told) -> Result:
    """Returns a row that is told, but not written in code."""
    vector = dict.fromkeys("zy", (4,)) if "softmax" in says or "‖" in says or "𝐞" in says else {}
    return Result(name, says, program, gradients, example=vector, source=source, told=how, in_code=False)


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
    *(
        Result(
            "half the squared error",
            "ŷ − y",
            program,
            {"p": "up*(p - y)", "y": "up*(y - p)"},
            ("p", "y"),
            source="Bishop, PRML, 5.3.1",
            told=ANY_OUTPUT,
        )
        for program in ("(p - y)**2/2", "0.5*(p - y)**2")
    ),
    told(
        "tanh with half the squared error",
        "(h − y)(1 − h²)",
        "h = tanh(z); (h - y)**2/2",
        {"z": "up*(h - y)*(1 - h**2)", "y": "up*(y - h)"},
        NIELSEN,
        Told("error times the slope of tanh", ("tanh",), lambda out, z, y: (out - y) * (1 - out**2)),
    ),
    told(
        "sigmoid with half the squared error",
        "(h − y)h(1 − h)",
        "h = sigmoid(z); (h - y)**2/2",
        {"z": "up*(h - y)*h*(1 - h)", "y": "up*(y - h)"},
        NIELSEN,
        Told("error times the slope of σ", ("sigmoid",), lambda out, z, y: (out - y) * out * (1 - out)),
    ),
    told(
        "binary cross-entropy of a logit",
        "σ(z) − y",
        "softplus(z) - y*z",
        {"z": "up*(sigmoid(z) - y)", "y": "-up*z"},
        "Bishop, PRML, 4.3.2",
        Told(ERROR, ("softplus", "logsigmoid"), lambda out, z, y: sigmoid(z) - y),
    ),
    told(
        "cross-entropy of logits",
        "softmax(z) − y",
        "logsumexp(z) - sum(y*z)",
        {"z": "up*(softmax(z) - y)", "y": "-up*z"},
        "Bishop, PRML, 4.3.4",
        Told(ERROR, ("log_softmax", "logsumexp", "exp"), lambda out, z, y: softmax()(z) - y),
    ),
    told(
        "log of a sum of exponentials, one gate",
        "softmax(z)",
        "logsumexp(z)",
        {"z": "up*softmax(z)"},
        "Boyd & Vandenberghe, 3.1.5",
        Told("softmax", ("logsumexp",), lambda out, z, y: softmax()(z), needs_target=False),
    ),
    told(
        "softplus",
        "σ(z)",
        "softplus(z)",
        {"z": "up*sigmoid(z)"},
        "Glorot et al. 2011",
        Told("sigmoid", ("softplus",), lambda out, z, y: sigmoid(z), needs_target=False),
    ),
    told(
        "length of a vector",
        "x/‖x‖",
        "norm(z)",
        {"z": "up*z/norm(z)"},
        "Petersen & Pedersen, 129",
        Told("unit vector", ("norm",), lambda out, z, y: z / out, needs_target=False),
    ),
    told(
        "softmax with the log of one element",
        "p − 𝐞ₖ",
        "p = softmax(z); -log(p[1])",
        {"z": "up*(p - e)"},
        LABEL,
        PICKED,
    ),
)
