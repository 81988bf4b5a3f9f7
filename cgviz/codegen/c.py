"""C with its mathematical library."""

from __future__ import annotations

from collections.abc import Mapping

from cgviz.codegen.language import Language
from cgviz.codegen.names import in_ascii
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.program import CodeProgram, Helper
from cgviz.codegen.python import MATH
from cgviz.ops.op import CHOICE

WORDS = (
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true "
    "false nullptr constexpr thread_local typeof static_assert alignas alignof asm printf stdout abort "
    "stdin stderr errno NULL EOF linux unix HUGE_VAL M_LN2 M_LN10 M_LOG2E M_LOG10E M_SQRT2 I"
)


class CCode(Code):
    language = "C"
    functions: Mapping[str, str | CodeForm] = {name: name for name in MATH.split()} | {
        "gamma": "tgamma",
        "loggamma": "lgamma",
        "abs": "fabs",
        "max": CodeForm("fmax({0}, {1})"),
        "min": CodeForm("fmin({0}, {1})"),
        "where": CodeForm("{truth[0]} ? {1} : {2}", CHOICE),
    }
    constants: Mapping[str, str] = {"pi": "M_PI", "e": "M_E"}
    special = ("INFINITY", "-INFINITY", "NAN")
    point = ".0"
    truth_value = "(double)({0})"
    raised = powers = CodeForm("pow({0}, {1})")


class C(Language):
    title: str = "C"
    notation: type[Code] = CCode
    words: str = f"{WORDS} M_PI M_E INFINITY NAN pow"
    comment, end = "//", ";"
    fixed = changing = "double "
    head: tuple[str, ...] = ("#include <math.h>", "#include <stdio.h>", "#include <stdlib.h>")
    spelled = staticmethod(in_ascii)
    opened = main = ("int main(void) {",)
    closed = ("return 0;",)
    ends = ("}",)

    def helper(self, helper: Helper) -> list[str]:
        params = ", ".join(f"double {param}" for param in helper.params)
        return [f"static double {helper.name}({params}) {{", f"    return {helper.text};", "}"]

    def function(self, program: CodeProgram) -> tuple[str, list[str]]:
        params = ", ".join([f"double {name}" for name in program.inputs] + ["double *gradient"])
        filled = [f"gradient[{i}] = {name};" for i, name in enumerate(program.gradients)]
        return f"double {program.function}({params}) {{", ["", *filled, f"return {program.output};"]

    def calling(self, program: CodeProgram, values: list[str]) -> list[str]:
        names = [f"double {name} = gradient[{i}];" for i, name in enumerate(program.gradients)]
        call = f"double {program.output} = {program.function}({', '.join([*values, 'gradient'])});"
        return [f"double gradient[{max(1, len(names))}];", call, *names]

    def show(self, label: str, name: str) -> str:
        return f'printf("{label} = %.17g\\n", {name});'

    def check(self, name: str, expected: str) -> str:
        return f"if (!(fabs({name} - {expected}) <= 1e-9 * fmax(1.0, fabs({expected})))) abort();"
