"""Python for a run that meets what Python's floats refuse: IEEE 754 answers are carried on, as in the run itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.python import MATH, Python, PythonCode
from cgviz.ops.op import CHOICE
from cgviz.text.written import Written

if TYPE_CHECKING:
    from cgviz.runs.run import Run

HELPERS = {
    "ieee": (
        "def ieee(function, *args):",
        '    """Returns what IEEE 754 answers where the function of `math` raises."""',
        "    try:",
        "        return function(*args)",
        "    except OverflowError:",
        "        return function(math.copysign(math.inf, args[0]))",
        "    except ValueError:",
        "        return math.nan",
    ),
    "divide": (
        "def divide(a, b):",
        '    """Returns a/b; a/0 is inf by the signs of both, 0/0 is nan."""',
        "    if b != 0:",
        "        return a / b",
        "    return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)",
    ),
    "power": (
        "def power(a, b):",
        '    """Returns a**b; inf where it overflows and at a pole, nan where it is not real."""',
        "    try:",
        "        return math.pow(a, b)",
        "    except OverflowError:",
        "        return -math.inf if a < 0 and b % 2 == 1 else math.inf",
        "    except ValueError:",
        "        return (math.copysign(math.inf, a) if b % 2 == 1 else math.inf) if a == 0 and b < 0 else math.nan",
    ),
}
POLES = {"log": "{0} == 0", "log2": "{0} == 0", "log10": "{0} == 0", "log1p": "{0} == -1"}


class CarryingCode(PythonCode):
    functions: Mapping[str, str | CodeForm] = {
        **PythonCode.functions,
        **{name: CodeForm(f"ieee(math.{name}, {{all}})") for name in MATH.split()},
        **{
            name: CodeForm(f"-math.inf if {pole} else ieee(math.{name}, {{0}})", CHOICE) for name, pole in POLES.items()
        },
        "atanh": CodeForm("math.copysign(math.inf, {0}) if abs({0}) == 1 else ieee(math.atanh, {0})", CHOICE),
        "loggamma": CodeForm("ieee(math.lgamma, {0})"),
    }
    raised = powers = CodeForm("power({0}, {1})")

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        return self.filled(CodeForm("divide({0}, {1})"), [top, bottom]).text, CodeForm("").binds


class Carrying(Python):
    """Python with functions of our own in the place of what raises."""

    notation: type[Code] = CarryingCode
    words = f"{Python.words} {' '.join(HELPERS)}"

    def imports(self, body: str) -> tuple[str, ...]:
        ours = [line for name, lines in HELPERS.items() if f"{name}(" in body for line in ("", "", *lines)]
        return (*super().imports("\n".join(ours) + body), *ours)


def is_carried(run: Run) -> bool:
    """Tells whether a run meets an infinity or a nan, where Python itself would raise."""
    from cgviz.values.arrays import every_finite

    if run.symbolic or run.bare.has_arrays:
        return False
    numbers = [*run.values, *run.gradients, *(slope for slopes in run.locals for slope in slopes)]
    return not all(map(every_finite, numbers)) or any(raises(run, index) for index in run.bare.stages)


def raises(run: Run, index: int) -> bool:
    """Tells whether the rule of a stage, as it is taught, raises on Python's floats."""
    node = run.bare.nodes[index]
    try:
        node.op.partials(run.values[index], *(run.values[arg] for arg in node.args))
    except (ArithmeticError, ValueError):
        return True
    return False
