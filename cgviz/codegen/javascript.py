"""JavaScript with its `Math`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cgviz.codegen.browser.notation import MATH
from cgviz.codegen.language import Language
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.program import CodeProgram, Helper
from cgviz.ops.op import ATOM, CHOICE, POWER
from cgviz.text.written import Written

WORDS = (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends "
    "false finally for function if implements import in instanceof interface let new null package private protected "
    "public return static super switch this throw true try typeof undefined var void while with yield async of NaN "
    "Infinity Math Number Error console module exports require __filename __dirname power"
)

NUMBER = re.compile(r"-?[\d.]+(e[-+]?\d+)?")
POWER_OF_ONE = (
    "",
    "// Math.pow(1, Infinity) and Math.pow(1, NaN) are NaN; they are 1 everywhere else.",
    "function power(x, y) {",
    "    return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);",
    "}",
)


class JavascriptCode(Code):
    language = "JavaScript"
    functions: Mapping[str, str | CodeForm] = {name: f"Math.{name}" for name in sorted(MATH)} | {
        "max": "Math.max",
        "min": "Math.min",
        "where": CodeForm("{truth[0]} ? {1} : {2}", CHOICE),
    }
    constants: Mapping[str, str] = {"pi": "Math.PI", "e": "Math.E"}
    special = ("Infinity", "-Infinity", "NaN")
    truth_value = "Number({0})"
    unequal = "!=="
    raised = CodeForm("{0} ** {1}", POWER)
    powers = CodeForm("Math.pow({0}, {1})")
    moving = CodeForm("power({0}, {1})")
    """A power whose exponent is no number."""

    def compare(self, sign: str, a: Written, b: Written) -> tuple[str, int]:
        return super().compare({"==": "===", "!=": "!=="}.get(sign, sign), a, b)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        if NUMBER.fullmatch(exponent.text):
            return super().power(base, exponent)
        return self.placed(self.moving, base, exponent.text)

    def neg(self, x: Written) -> tuple[str, int]:
        return super().neg(beside_sign(x))

    def sum(self, signs: Sequence[int], terms: Sequence[Written]) -> tuple[str, int]:
        return super().sum(signs, terms if signs[0] > 0 else [beside_sign(terms[0]), *terms[1:]])


def beside_sign(operand: Written) -> Written:
    """Returns an operand as it may stand after a sign: JavaScript refuses `-x ** 2`."""
    return Written(operand.bracketed) if "**" in operand.text and operand.binds != ATOM else operand


class Javascript(Language):
    title: str = "JavaScript"
    notation: type[Code] = JavascriptCode
    words: str = WORDS
    comment, end = "//", ";"
    fixed, changing = "const ", "let "
    ends = ("}",)

    def imports(self, body: str) -> tuple[str, ...]:
        return POWER_OF_ONE if re.search(r"\bpower\(", body) else ()

    def helper(self, helper: Helper) -> list[str]:
        return [f"function {helper.name}({', '.join(helper.params)}) {{", f"    return {helper.text};", "}"]

    def function(self, program: CodeProgram) -> tuple[str, list[str]]:
        opened = f"function {program.function}({', '.join(program.inputs)}) {{"
        return opened, ["", f"return [{program.output}, [{', '.join(program.gradients)}]];"]

    def calling(self, program: CodeProgram, values: list[str]) -> list[str]:
        return [
            f"const [{program.output}, [{', '.join(program.gradients)}]] = {program.function}({', '.join(values)});"
        ]

    def show(self, label: str, name: str) -> str:
        return f'console.log("{label} =", {name});'

    def check(self, name: str, expected: str) -> str:
        bound = f"1e-9 * Math.max(1, Math.abs({expected}))"
        return f'if (!(Math.abs({name} - {expected}) <= {bound})) throw new Error("{name}");'
