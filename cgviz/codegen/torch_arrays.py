"""Arrays in PyTorch: tensors, with more axes before theirs where every line allows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cgviz.codegen.array_language import Arrays, lengths_saved
from cgviz.codegen.array_notation import ArrayCode, Literal
from cgviz.codegen.notation import Code, CodeForm, Constant
from cgviz.codegen.program import CodeLine, CodeProgram
from cgviz.codegen.torch import DOUBLE, Torch, TorchCode
from cgviz.codegen.torch_forms import in_torch
from cgviz.ops.op import ATOM, Op
from cgviz.ops.rearranging import Key
from cgviz.text.formula import Formula
from cgviz.text.written import Written


class TorchArrayCode(ArrayCode, TorchCode):
    framework = "torch"
    functions: Mapping[str, str | CodeForm] = {
        **TorchCode.functions,
        "trace": "torch.trace",
        "det": "torch.linalg.det",
        "inv": "torch.linalg.inv",
    }
    size = "{0}.numel()"
    zeros = "{like}.new_zeros({0})"
    places = "{0.atom}.long()"

    @property
    def filled_by(self) -> tuple[str, str]:  # type: ignore[override]
        if self.like != "":
            return f"{self.example()}.new_tensor({{0}})", f"{self.example()}.new_zeros({{0}})"
        return f"torch.tensor({{0}}, {DOUBLE})", f"torch.zeros({{0}}, {DOUBLE})"

    def operand(self, operand: Written) -> Written:
        return self.tensor(super().operand(operand))

    def whole_arrays(self, op: Op, operands: Sequence[Written]) -> Written:
        if op.name == "full_like" and isinstance(number := operands[0], Constant):
            return Written(f"torch.full_like({operands[1]}, {number})")
        return super().whole_arrays(op, operands)

    def transposed(self, x: Written) -> tuple[str, int]:
        return f"{x.atom}.mT", ATOM

    def options(self, op: Op) -> str:
        if op.statics == ("axis",) and op.operands:
            return "" if op.parameter is None else f", dim={op.parameter}"
        if op.name in ("var", "std"):
            ddof, axis, keepdims = op.parameter
            return f", dim={axis}, correction={ddof}{', keepdim=True' * keepdims}"
        return super().options(op).replace("axis=", "dim=").replace("keepdims=", "keepdim=")

    def key(self, key: Key) -> str:
        parts = ["slice({}, {}, {})".format(*part[1:]) if isinstance(part, tuple) else str(part) for part in key]
        short = [part.replace(", None)", ")").replace("(None, None)", "(None)") for part in parts]
        return short[0] if len(short) == 1 else f"({', '.join(short)})"

    def place(self, operand: Written) -> str:
        found = super().place(operand)
        return f"torch.tensor({found})" if isinstance(operand, Literal) else found


class TorchArrays(Arrays, Torch):
    notation: type[Code] = TorchArrayCode
    zeros = f"torch.zeros({{1}}, {DOUBLE})"
    mutable = False
    spares = leads = True

    def given(self, number: str) -> str:
        return f"{number.removesuffix(')')}, requires_grad=True)" if number.endswith(")") else self.scalar(number)

    def scalar(self, number: str) -> str:
        return f"torch.tensor({number}, {DOUBLE}, requires_grad=True)"

    def prepared(self, formula: Formula) -> Formula:
        return in_torch(formula)

    def lengths(self, made: CodeProgram, body: list[str], saved: list[int]) -> tuple[list[str], list[int]]:
        return lengths_saved(made, body, saved)

    def assignment(self, line: CodeLine) -> str:
        return Torch.assignment(self, line)

    def assigned(self, made: CodeProgram) -> list[str]:
        return self.inputs(made)

    def show(self, label: str, name: str) -> str:
        return f'print("{label} =", {name.removesuffix(".item()")}.detach())'

    def check(self, name: str, expected: str) -> str:
        wanted = expected if expected.startswith("torch.") else f"torch.tensor({expected}, {DOUBLE})"
        same = ", equal_nan=True" * ("nan" in expected)
        return f"torch.testing.assert_close({name}, {wanted}, rtol=1e-9, atol=1e-9{same})"
