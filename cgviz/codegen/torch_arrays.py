"""Arrays in PyTorch: tensors, with more axes before theirs where every line allows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cgviz.codegen.array_language import Arrays, bound_lengths
from cgviz.codegen.array_notation import ArrayCode
from cgviz.codegen.notation import Code, Form
from cgviz.codegen.program import Line, Program
from cgviz.codegen.torch import DOUBLE, Torch, TorchCode
from cgviz.codegen.torch_forms import NEED_AXES, in_torch
from cgviz.ops.op import ATOM, Op
from cgviz.ops.rearranging import Key
from cgviz.text.formula import Formula, Written

PLACE = (
    "def place(part, like, key):",
    "    whole = torch.zeros_like(like)",
    "    whole[key] = part",
    "    return whole",
)


class TorchArrayCode(ArrayCode, TorchCode):
    framework = "torch"
    functions: Mapping[str, str | Form] = {
        **TorchCode.functions,
        "trace": "torch.trace",
        "det": "torch.linalg.det",
        "inv": "torch.linalg.inv",
    }
    structural: ClassVar[Mapping[str, str]] = {
        **{name: f"torch.{name}({{0}}{{options}})" for name in ("sum", "mean", "amax", "amin", "reshape")},
        **{name: f"torch.{name}({{0}}{{options}})" for name in NEED_AXES},
        "softmax along axes": "torch.exp({0.atom} - torch.logsumexp({0}, dim={op.parameter}, keepdim=True))",
        "log_softmax along axes": "({0.atom} - torch.logsumexp({0}, dim={op.parameter}, keepdim=True))",
        "transpose": "torch.permute({0}{options})",
        "mT": "{0.atom}.mT",
        "norm": "torch.linalg.vector_norm({0}{options})",
        "concat": "torch.cat([{all}]{options})",
        "stack": "torch.stack([{all}])",
        "dot": "torch.matmul({0}, {1})",
        "outer": "torch.outer({0}, {1})",
        "trace": "torch.trace({0})",
        "det": "torch.linalg.det({0})",
        "inv": "torch.linalg.inv({0})",
        "pick": "{0.atom}[{1.atom}.long()]",
        "one_hot": "torch.nn.functional.one_hot({0.atom}.long() % {op.parameter}, {op.parameter}).to({like}.dtype)",
        "eye": "torch.eye({op.parameter}, dtype={like}.dtype, device={like}.device)",
        "spread": "torch.broadcast_to({0}, {op.parameter[0]})",
        "full_like": "{0.atom}.expand_as({1})",
        "full_like of a number": "torch.full_like({1}, {0})",
        "ones_like": "torch.ones_like({0})",
        "broadcast_like": "{0.atom}.expand_as({1})",
        "sum_like": "{0.atom}.sum_to_size({1.atom}.shape)",
        "reshape_like": "torch.reshape({0}, {1.atom}.shape)",
        "flip": "torch.flip({0}, {axes})",
        "addcmul": "torch.addcmul({0}, {1}, {2}{value})",
        "place": "place({0}, {1}, {key})",
    }
    size = "{0}.numel()"
    library: ClassVar[Mapping[str, tuple[str, ...]]] = {"place": PLACE}

    @property
    def filled_by(self) -> tuple[str, str]:  # type: ignore[override]
        if self.like != "":
            return f"{self.example()}.new_tensor({{0}})", f"{self.example()}.new_zeros({{0}})"
        return f"torch.tensor({{0}}, {DOUBLE})", f"torch.zeros({{0}}, {DOUBLE})"

    def operand(self, operand: Written) -> Written:
        return self.tensor(super().operand(operand))

    def whole_arrays(self, op: Op, operands: Sequence[Written]) -> Written:
        if op.name == "full_like" and operands[0].text.startswith(f"{self.example()}.new_tensor("):
            number = operands[0].text.partition("new_tensor(")[2].removesuffix(")")
            return Written(self.structural["full_like of a number"].format(number, operands[1]))
        return super().whole_arrays(op, operands)

    def transposed(self, x: Written) -> tuple[str, int]:
        return f"{x.atom}.mT", ATOM

    def options(self, op: Op) -> str:
        if op.statics == ("axis",) and op.operands:
            return f", dim={op.parameter}"
        if op.name in ("var", "std"):
            ddof, axis, keepdims = op.parameter
            return f", dim={axis}, correction={ddof}{', keepdim=True' * keepdims}"
        return super().options(op).replace("axis=", "dim=").replace("keepdims=", "keepdim=")

    def key(self, key: Key) -> str:
        parts = ["slice({}, {}, {})".format(*part[1:]) if isinstance(part, tuple) else str(part) for part in key]
        short = [part.replace(", None)", ")").replace("(None, None)", "(None)") for part in parts]
        return short[0] if len(short) == 1 else f"({', '.join(short)})"


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

    def entered_again(self, made: Program, body: list[str]) -> list[str]:
        return bound_lengths(made, body)

    def assignment(self, line: Line) -> str:
        return Torch.assignment(self, line)

    def assigned(self, made: Program) -> list[str]:
        return self.inputs(made)

    def show(self, label: str, name: str) -> str:
        return f'print("{label} =", {name.removesuffix(".item()")}.detach())'

    def check(self, name: str, expected: str) -> str:
        wanted = expected if expected.startswith("torch.") else f"torch.tensor({expected}, {DOUBLE})"
        return f"torch.testing.assert_close({name}, {wanted}, rtol=1e-9, atol=1e-9)"
