"""Python with its `math` module."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Mapping, Sequence

from cgviz.codegen.language import Language
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.program import CodeProgram, Helper
from cgviz.ops.op import CHOICE, POWER

MATH = (
    "acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp expm1 gamma hypot log log10 log1p log2 sin sinh "
    "sqrt tan tanh"
)
OWN = frozenset("abs bool dict float int len list max min pow print range round str sum tuple type".split())


class PythonCode(Code):
    language = "Python"
    functions: Mapping[str, str | CodeForm] = {name: f"math.{name}" for name in MATH.split()} | {
        "loggamma": "math.lgamma",
        "abs": "abs",
        "max": "max",
        "min": "min",
        "where": CodeForm("{1} if {truth[0]} else {2}", CHOICE),
    }
    constants: Mapping[str, str] = {"pi": "math.pi", "e": "math.e"}
    special = ("math.inf", "-math.inf", "math.nan")
    truth_value = "float({0})"
    raised = CodeForm("{0}**{1}", POWER)
    powers = CodeForm("math.pow({0}, {1})")


class Python(Language):
    title: str = "Python"
    notation: type[Code] = PythonCode
    words: str = " ".join([*keyword.kwlist, *sorted(OWN & set(dir(builtins))), "math"])
    gap = 2
    head: tuple[str, ...] = ("import math",)
    main = ('if __name__ == "__main__":',)

    def imports(self, body: str) -> tuple[str, ...]:
        return self.head if "math." in body else tuple(line for line in self.head if line not in ("import math", ""))

    def helper(self, helper: Helper) -> list[str]:
        return [f"def {helper.name}({', '.join(helper.params)}):", f"    return {helper.text}"]

    def function(self, program: CodeProgram) -> tuple[str, list[str]]:
        opened = f"def {program.function}({', '.join(program.parameters)}):"
        return opened, ["", f"return {program.output}, {listed(program.gradients)}"]

    def calling(self, program: CodeProgram, values: list[str]) -> list[str]:
        return [f"{program.output}, {listed(program.gradients)} = {program.function}({', '.join(values)})"]

    def show(self, label: str, name: str) -> str:
        return f'print("{label} =", {name})'

    def check(self, name: str, expected: str) -> str:
        return f"assert abs({name} - {expected}) <= 1e-9 * max(1.0, abs({expected}))"


def listed(names: tuple[str, ...]) -> str:
    """Returns a tuple, also of one."""
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"


def unpacked(names: Sequence[str]) -> str:
    """Returns names as an assignment or a return takes them: `a, b`, of one `(a,)`."""
    return ", ".join(names) if len(names) != 1 else f"({names[0]},)"
