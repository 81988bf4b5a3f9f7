"""What derivative rules are written with: constants that stay readable in a formula, and flags of corners."""

from __future__ import annotations

import math
from typing import Any

from cgviz.ops.op import Op

SATURATED = 1e-3


def pi(like: Any) -> Any:
    """Returns π as exact as what it stands beside: `π` in a formula, mpmath's constant beside its numbers."""
    if hasattr(like, "write"):
        return type(like)("pi")
    return +like.context.pi if hasattr(like, "_mpf_") else math.pi


def beside(like: Any, op: Op, number: float) -> Any:
    """Returns `op(number)` as exact as what it stands beside; in a formula it stays written, `log(2)`."""
    apply = getattr(like, "cgviz_apply", None)
    if apply is not None:
        return apply(op, (number,))
    return op(like.context.mpf(number) if hasattr(like, "_mpf_") else number)


def shifted(number: Any, by: int) -> Any:
    """Returns `number + by`; for a constant that is written as a plain number, that sum as one number."""
    leaf = getattr(number, "leaf", None)
    if isinstance(leaf, (int, float)) and number.op is None:
        return type(number)(leaf + by)
    return number + by if by > 0 else number - -by


def saturates(slope: float) -> str:
    """Returns the flag of a gate whose slope is so small that almost nothing flows back."""
    return "saturated" if abs(slope) < SATURATED else ""


def dies(slope: float) -> str:
    """Returns the flag of a gate that hands nothing back."""
    return "dead" if slope == 0 else ""


def is_whole(x: float) -> bool:
    """Tells whether x is a finite whole number."""
    return math.isfinite(x) and x == math.floor(x)


def root(x: float) -> float:
    """Returns √x; nan below 0, for slopes outside their domain."""
    return math.sqrt(x) if x >= 0 else math.nan
