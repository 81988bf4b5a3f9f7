"""Julia and what its Base has."""

from __future__ import annotations

from collections.abc import Mapping

from cgviz.codegen.language import Language
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.program import CodeProgram, Helper
from cgviz.codegen.python import listed
from cgviz.ops.op import CHOICE, POWER

WORDS = (
    "baremodule begin break catch const continue do else elseif end export false finally for function global if import "
    "let local macro module quote return struct true try using while where in isa abstract mutable primitive type "
    "Float64 Inf NaN pi println im"
)
BASE = (
    "abs acos acosh asin asinh atan atanh cbrt cos cosh cot coth csc csch exp expm1 hypot log log10 log1p log2 max min "
    "sec sech sign sin sinh sqrt tan tanh"
)


class JuliaCode(Code):
    language = "Julia"
    functions: Mapping[str, str | CodeForm] = {name: name for name in BASE.split()} | {
        "atan2": "atan",
        "where": CodeForm("{truth[0]} ? {1} : {2}", CHOICE),
    }
    constants: Mapping[str, str] = {"pi": "pi", "e": "exp(1)"}
    special = ("Inf", "-Inf", "NaN")
    point = ".0"
    truth_value = "Float64({0})"
    raised = powers = CodeForm("{0}^{1}", POWER)


class Julia(Language):
    title: str = "Julia"
    notation: type[Code] = JuliaCode
    words: str = WORDS
    ends = ("end",)

    def helper(self, helper: Helper) -> list[str]:
        return [f"{helper.name}({', '.join(helper.params)}) = {helper.text}"]

    def function(self, program: CodeProgram) -> tuple[str, list[str]]:
        opened = f"function {program.function}({', '.join(program.inputs)})"
        return opened, ["", f"return {program.output}, {listed(program.gradients)}"]

    def calling(self, program: CodeProgram, values: list[str]) -> list[str]:
        return [f"{program.output}, {listed(program.gradients)} = {program.function}({', '.join(values)})"]

    def show(self, label: str, name: str) -> str:
        return f'println("{label} = ", {name})'

    def check(self, name: str, expected: str) -> str:
        return f"@assert abs({name} - {expected}) <= 1e-9 * max(1.0, abs({expected}))"
