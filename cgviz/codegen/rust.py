"""Rust and the methods of its `f64`."""

from __future__ import annotations

from collections.abc import Mapping

from cgviz.codegen.language import Language
from cgviz.codegen.names import in_ascii
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.program import CodeProgram, Helper
from cgviz.ops.op import CHOICE

WORDS = (
    "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move "
    "mut pub ref return self static struct super trait true type unsafe use where while abstract become "
    "box do final macro override priv try typeof unsized virtual yield gen union std f64 println "
    "assert None Some Ok Err"
)
METHODS = "abs acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp hypot log10 log2 max min sin sinh sqrt tan tanh"


class RustCode(Code):
    language = "Rust"
    functions: Mapping[str, str | CodeForm] = {name: f"f64::{name}" for name in METHODS.split()} | {
        "expm1": "f64::exp_m1",
        "log": "f64::ln",
        "log1p": "f64::ln_1p",
        "max": CodeForm("f64::max({0}, {1})"),
        "min": CodeForm("f64::min({0}, {1})"),
        "where": CodeForm("if {truth[0]} {{ {1} }} else {{ {2} }}", CHOICE),
    }
    constants: Mapping[str, str] = {"pi": "std::f64::consts::PI", "e": "std::f64::consts::E"}
    special = ("f64::INFINITY", "-f64::INFINITY", "f64::NAN")
    point = ".0"
    truth_value = "f64::from({0})"
    raised = CodeForm("f64::powi({0}, {1})")
    powers = CodeForm("f64::powf({0}, {1})")


class Rust(Language):
    title: str = "Rust"
    notation: type[Code] = RustCode
    words: str = WORDS
    comment, end = "//", ";"
    fixed, changing = "let ", "let mut "
    head: tuple[str, ...] = ("#![allow(non_snake_case, unused_variables, unused_parens)]",)
    spelled = staticmethod(in_ascii)
    opened = main = ("fn main() {",)
    ends = ("}",)

    def helper(self, helper: Helper) -> list[str]:
        params = ", ".join(f"{param}: f64" for param in helper.params)
        return [f"fn {helper.name}({params}) -> f64 {{", f"    {helper.text}", "}"]

    def function(self, program: CodeProgram) -> tuple[str, list[str]]:
        params = ", ".join(f"{name}: f64" for name in program.inputs)
        opened = f"fn {program.function}({params}) -> (f64, [f64; {len(program.gradients)}]) {{"
        return opened, ["", f"({program.output}, [{', '.join(program.gradients)}])"]

    def calling(self, program: CodeProgram, values: list[str]) -> list[str]:
        return [f"let ({program.output}, [{', '.join(program.gradients)}]) = {program.function}({', '.join(values)});"]

    def show(self, label: str, name: str) -> str:
        return f'println!("{label} = {{}}", {name});'

    def check(self, name: str, expected: str) -> str:
        return f"assert!(f64::abs({name} - {expected}) <= 1e-9 * f64::max(1.0, f64::abs({expected})));"
