"""PyTorch: the staged program as a `torch.autograd.Function`, and a plain version that PyTorch differentiates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cgviz.codegen.language import indented
from cgviz.codegen.layout import checks, heading, joined, results, values
from cgviz.codegen.notation import Code, Constant, Form
from cgviz.codegen.program import Line, Program, program
from cgviz.codegen.python import MATH, Python, PythonCode, listed
from cgviz.ops.op import COMPARISON, Op
from cgviz.text.formula import Formula, Written

if TYPE_CHECKING:
    from cgviz.codegen.language import Language
    from cgviz.codegen.program import Options
    from cgviz.runs.run import Run

LACKING = frozenset(("cbrt", "gamma"))
SPECIAL = "digamma erfinv polygamma relu sigmoid sign"


class TorchCode(PythonCode):
    """Functions of tensors; what has no variable in it is a number where Python has the function."""

    language = "PyTorch"
    functions: Mapping[str, str | Form] = {name: f"torch.{name}" for name in MATH.split() if name not in LACKING} | {
        **{name: f"torch.{name}" for name in SPECIAL.split()},
        "polygamma": Form("torch.polygamma(int({0}), {1})"),
        "gelu": "torch.nn.functional.gelu",
        "loggamma": "torch.lgamma",
        "abs": "torch.abs",
        "max": Form("torch.maximum({0}, {1})"),
        "min": Form("torch.minimum({0}, {1})"),
        "where": Form("torch.where({truth[0]}, {1}, {2})"),
    }
    truth_value = "({0}).double()"
    powers = Form("torch.pow({0}, {1})")

    def called(self, op: Op, operands: Sequence[Written]) -> Written:
        """Writes a call with every number as a tensor, since PyTorch's functions take nothing else."""
        if op.name in MATH.split() and len(operands) == op.arity[0] and all(isinstance(x, Constant) for x in operands):
            return self.filled(Form(f"math.{op.name}({{all}})"), operands)
        return super().called(op, [tensor(self.as_number(x)) if isinstance(x, Constant) else x for x in operands])

    def value_of(self, formula: Formula) -> str:
        return tensor(self.text_of(formula)).text

    def as_number(self, operand: Written) -> Written:
        if isinstance(operand, Constant) and operand.binds == COMPARISON:
            return Constant(f"float({operand})")
        return super().as_number(operand)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        return super().power(tensor(base), exponent)


def tensor(operand: Written) -> Written:
    """Returns a number as a tensor, anything else as it is."""
    return Written(f"torch.tensor({operand}, dtype=torch.float64)") if isinstance(operand, Constant) else operand


class Torch(Python):
    title: str = "PyTorch"
    notation: type[Code] = TorchCode
    words: str = f"{Python.words} torch ctx"
    zero = "torch.zeros((), dtype=torch.float64)"
    seeds = False
    head: tuple[str, ...] = ("import math", "", "import torch")

    def source(self, run: Run, options: Options, *, function: bool, test: bool) -> str:
        made = program(run, self, replace(options, seeded=True))
        top = [f"# {note}" for note in heading(made, options.stable)]
        sections = [*map(self.helper, made.helpers), self.staged(made), self.plain(made)]
        if not run.symbolic:
            sections.append(self.used(made, test))
        return joined(top, sections, self)

    def assignment(self, line: Line) -> str:
        """Copies a gradient that is added to later: `+=` would change the one that it was copied from, too."""
        copied = line.changes and not line.adds and line.text.isidentifier()
        return super().assignment(replace(line, text=f"{line.text}.clone()") if copied else line)

    def staged(self, made: Program) -> list[str]:
        """Returns the function with the backward pass written out."""
        keeps = [f"ctx.save_for_backward({', '.join(made.saved)})"] if made.saved else []
        loads = [f"{listed(made.saved)} = ctx.saved_tensors"] if made.saved else []
        forward = [*self.forward(made), *keeps, f"return {made.output}"]
        backward = [*loads, *self.backward(made), f"return {', '.join(made.gradients) or None}"]
        return [
            "class Staged(torch.autograd.Function):",
            *indented(["@staticmethod", f"def forward({', '.join(['ctx', *made.inputs])}):", *indented(forward), ""]),
            *indented(["@staticmethod", f"def backward(ctx, {seed(made)}):", *indented(backward)]),
        ]

    def plain(self, made: Program) -> list[str]:
        """Returns the forward pass alone."""
        return [f"def plain({', '.join(made.inputs)}):", *indented([*self.forward(made), f"return {made.output}"])]

    def used(self, made: Program, test: bool) -> list[str]:
        """Returns both at the run's inputs."""
        names = made.inputs
        lines = [*self.assigned(made), f"{made.output} = Staged.apply({', '.join(names)})"]
        lines += self.differentiated(made, made.output)
        lines += [self.show(label, f"{name}.item()") for label, name, _ in results(made)]
        if test:
            again = self.differentiated(made, f"plain({', '.join(names)})")
            lines += [*checks(made, self, test), "", "# PyTorch's own backward pass", *again]
            lines += [self.check(name, number) for _, name, number in expected(made, self)]
        return ['if __name__ == "__main__":', *indented(lines)]

    def assigned(self, made: Program) -> list[str]:
        """Returns the inputs as tensors."""
        numbers = zip(made.inputs, values(made, self), strict=True)
        return [f"{name} = torch.tensor({number}, dtype=torch.float64, requires_grad=True)" for name, number in numbers]

    def differentiated(self, made: Program, value: str) -> list[str]:
        if not made.inputs:
            return []
        asked = f"{value}, {listed(made.inputs)}, {self.upstream(made)}{UNUSED}"
        return [f"{listed(made.gradients)} = torch.autograd.grad({asked})"]

    def upstream(self, made: Program) -> str:
        """Returns the gradient that arrives at the output, where one is given, as an argument."""
        if made.run.upstream is None:
            return ""
        return f"{self.notation({}).value_of(Formula(made.run.upstream))}, "


UNUSED = "allow_unused=True, materialize_grads=True"


def seed(made: Program) -> str:
    """Returns the variable of the gradient that arrives at the output."""
    return made.names.gradient(made.graph.output)


def expected(made: Program, language: Language) -> list[tuple[str, str, str]]:
    """Returns the gradients of the run as the language writes them."""
    notation = language.notation({})
    return [(label, name, notation.literal(number)) for label, name, number in list(results(made))[1:]]
