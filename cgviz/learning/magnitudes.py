"""How large a set of named numbers is: the one place that knows what kind of numbers parameters are."""

from __future__ import annotations

import math

from cgviz.learning.objective import Parameters


def norm(numbers: Parameters) -> float:
    """Returns the Euclidean norm of all numbers together; not finite where one of them is not."""
    return math.hypot(*numbers.values())


def first_unfit(numbers: Parameters) -> str:
    """Returns the name of the first number that is not finite, or ""."""
    return next((name for name, value in numbers.items() if not math.isfinite(value)), "")
