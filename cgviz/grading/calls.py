"""Which functions and constants a student's file may name: those of `math`, numpy and their like, by our records."""

from __future__ import annotations

import ast
import math
from difflib import get_close_matches

from cgviz.errors import quoted
from cgviz.ops.op import REGISTRY, Op

MODULES = frozenset("math np numpy torch jnp jax jax.numpy scipy.special special sp F nn.functional cgviz".split())
MODULES |= {"torch.nn.functional", "cmath", "numpy.linalg", "np.linalg", "torch.linalg", "jnp.linalg", "linalg"}
ALIASES = {"negative": "neg", "true_divide": "divide", "float_power": "pow", "fmax": "max", "fmin": "min"}
SAME = frozenset("float array float64 float32 tensor asarray Tensor bool".split())
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "tau": math.tau}
BARE = frozenset("abs max min pow float bool".split())
LEFT_OUT = frozenset(("copy", "σ"))


def dotted(node: ast.expr) -> tuple[str, str] | None:
    """Returns the module and the name of `np.exp`; the module is "" for a bare name, None is no name at all."""
    pieces: list[str] = []
    while isinstance(node, ast.Attribute):
        pieces.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or len(pieces) > 3:
        return None
    *module, name = [node.id, *reversed(pieces)]
    return ".".join(module), name


def function(module: str, name: str) -> Op | None:
    """Returns the op that a function is; None for one that only passes its argument on (`float`)."""
    if name in SAME:
        return None
    op = REGISTRY.get(ALIASES.get(name, name))
    return None if name in LEFT_OUT else op


def is_known(module: str, name: str) -> bool:
    if module and module not in MODULES:
        return False
    return name in SAME or (ALIASES.get(name, name) in REGISTRY and name not in LEFT_OUT)


def takes(op: Op, count: int) -> bool:
    """Tells whether an op takes so many operands."""
    least, most = op.arity
    return least <= count and (most is None or count <= most)


def unknown(module: str, name: str, helpers: tuple[str, ...]) -> str:
    """Returns the message for a function that is not read."""
    if module and module not in MODULES:
        return f"functions of {quoted(module)} are not read; those of math and numpy are"
    near = get_close_matches(name[:40], [*helpers, *REGISTRY, *BARE], n=1, cutoff=0.6)
    return f"unknown function {quoted(name)}" + (f"; did you mean {quoted(near[0])}?" if near else "")
