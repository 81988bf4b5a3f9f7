"""Formulas of arrays in a programming language: what acts on whole arrays is spelled as the records of ops have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from cgviz.codegen.array_language import Length
from cgviz.codegen.forms import InShapeOf
from cgviz.codegen.notation import Code, Constant, UnwrittenCodeError
from cgviz.ops.indexing import written_key
from cgviz.ops.op import ATOM, COMPARISON, PRODUCT, Op
from cgviz.ops.places import slots
from cgviz.ops.rearranging import Key
from cgviz.text.formula import Notation
from cgviz.text.written import Written
from cgviz.values.arrays import Value, is_array

WIDEST, IN_A_LINE = 88, 4
FIXED = frozenset(("spread", "reshape", "pad"))
"""The gates that are written with the whole shape of what they make."""
DECIDES = frozenset(("equal", "not_equal"))
KEYED = {"place": 0, "add_at": 0, "x[i]": None, "put": None}
"""The gates whose parameter is an index, or holds one."""


class ArrayCode(Code):
    """A notation of arrays; a comparison stays one where a product, a sum or the like makes a number of it.

    framework    the name of its forms in the records of ops; `@`, `.T` and `x[0]` are the same in all
    size         the number of elements of an array `{0}`
    filled_by    how an array is made of nested lists `{0}`, and one without elements of its shape `{0}`
    zeros        an array of zeros of a shape `{0}`
    places       places `{0}` as whole numbers
    """

    framework = ""
    filled_by: ClassVar[tuple[str, str]] = ("{0}", "{0}")
    size = "{0}.size"
    zeros = places = "{0}"
    spelled = frozenset(("matmul", "transpose", "x[...]", "handed"))
    counts: ClassVar[frozenset[str]] = frozenset(("multiply", "add", "sum", "handed"))

    def leaf(self, leaf: str | Value) -> Written:
        if isinstance(leaf, Length):
            return self.counted_length(leaf)
        written = super().leaf(leaf)
        return Literal(written.text, value=leaf) if is_array(leaf) else written

    def counted_length(self, length: Length) -> Written:
        """Writes how many elements an array has, in all or along some of its axes."""
        name = self.name(f"#{length.index}")
        if len(length.axes) == length.rank:
            return Written(self.size.format(name))
        text = " * ".join(f"{name}.shape[{axis}]" for axis in length.axes)
        return Written(text, PRODUCT if len(length.axes) > 1 else ATOM)

    def array(self, value: Value) -> str:
        lists, empty = self.filled_by
        return lists.format(self.nested(value)) if value.size else empty.format(tuple(value.shape))

    def literal(self, value: Value) -> str:
        """Writes what a variable holds; an array that is too long for a line row by row."""
        text = super().literal(value)
        if len(text) <= WIDEST or not is_array(value):
            return text
        return self.filled_by[0].format(self.broken(value))

    def broken(self, value: Value, indent: str = "") -> str:
        """Writes nested lists, those that are too long for a line part by part, numbers four in a line."""
        text = self.nested(value)
        if len(indent + text) <= WIDEST or not is_array(value):
            return text
        if value.ndim == 1:
            groups = [value[i : i + IN_A_LINE] for i in range(0, len(value), IN_A_LINE)]
            parts = [self.nested(group)[1:-1] for group in groups]
        else:
            parts = [self.broken(part, f"{indent}    ") for part in value]
        return "[\n" + "".join(f"{indent}    {part},\n" for part in parts) + f"{indent}]"

    def nested(self, value: Value) -> str:
        if is_array(value):
            return f"[{', '.join(map(self.nested, value))}]"
        return self.real(float(value))

    def apply(self, op: Op, operands: Sequence[Written]) -> Written:
        if op.name == "multiply" and all(each.binds == COMPARISON for each in operands):
            return Written(" & ".join(f"({each})" for each in operands), COMPARISON)
        if op.name in DECIDES and operands[0].binds == COMPARISON and operands[1].text == "0":
            return operands[0] if op.name == "not_equal" else Written(f"~{bracketed(operands[0])}", COMPARISON)
        if op.name in self.counts:
            operands = self.counted(op, operands)
        if op.vjp is None:
            return super().apply(op, operands)
        if op.helper.get(self.framework):
            self.helpers[op.name, len(operands)] = op
        return self.whole_arrays(op, operands)

    def operand(self, operand: Written) -> Written:
        """Returns an operand of what acts on whole arrays."""
        return self.as_number(operand)

    def whole_arrays(self, op: Op, operands: Sequence[Written]) -> Written:
        form = op.code.get(self.framework)
        if form is not None:
            return Written(self.formed(op, form, operands))
        if op.spell is None or op.name not in self.spelled:
            raise UnwrittenCodeError(op, self.language)
        text, binds = op.spell(self, *map(self.operand, operands))
        return Written(text, binds)

    def formed(self, op: Op, form: str | Callable[..., str], operands: Sequence[Written]) -> str:
        """Returns the form of a gate with its operands in their places."""
        template = form if isinstance(form, str) else form(*(each.shape for each in operands))
        self.fixed = self.fixed or op.name in FIXED
        texts: dict[str, Any] = {"all": ", ".join(str(self.operand(each)) for each in operands)}
        texts |= {"op": op, "goal": operands[-1].text if operands else ""}
        if "{options}" in template:
            texts["options"] = self.options(op)
        if "{like}" in template:
            texts["like"] = self.example()
        if "{goal}" in template and not isinstance(op, InShapeOf):
            self.fixed = True
            texts["goal"] = self.zeros.format(op.parameter[1], like=self.example())
        if "{truth" in template:
            texts["truth"] = list(map(self.as_truth, operands))
        if "{places" in template:
            texts["places"] = list(map(self.place, operands))
        if op.name in KEYED:
            part = KEYED[op.name]
            key = op.parameter if part is None else op.parameter[part]
            picks = iter(
                [self.place(each) for each in operands[len(operands) - slots(key) - isinstance(op, InShapeOf) :]]
            )
            named = tuple(PickedCode(next(picks)) if isinstance(each, str) else each for each in key)
            texts |= {"index": written_key(named), "key": self.key(named)}
        return template.format(*map(self.operand, operands), **texts)

    def place(self, operand: Written) -> str:
        """Writes places as whole numbers."""
        if isinstance(operand, Literal):
            return str(operand.value.astype(int).tolist())
        return operand.text if isinstance(operand, Constant) else self.places.format(operand)

    def counted(self, op: Op, operands: Sequence[Written]) -> list[Written]:
        """Returns operands, a comparison in brackets where the arithmetic makes a number of it: `(z > 0) * dh`."""
        several = [each for each in operands if each.binds != COMPARISON]
        if (not several and op.name != "sum") or (op.name == "add" and len(operands) > 2):
            return list(operands)
        return [
            Written(each.text if op.name == "sum" else bracketed(each))
            if each.binds == COMPARISON and not isinstance(each, Constant)
            else each
            for each in operands
        ]

    def handed(self, local: Written, upstream: Written) -> tuple[str, int]:
        """Returns `(local) * upstream`."""
        plain = local.binds == ATOM and local.text not in ("1", "1.0")
        return self.product(Written(local.text if plain else f"({local})"), upstream)

    # keywords and indices

    def options(self, op: Op) -> str:
        """Returns the keywords of a gate as they stand after its operands: `, axis=0`."""
        if op.options is None or op.spell is None:
            return ""
        found = str(op.spell(KEYWORDS, *[Written("")] * max(1, op.arity[0]))[0])
        return f", {found}" if found else ""

    def key(self, key: Key) -> str:
        """Returns an index as a value of the language."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Literal(Written):
    """A written array of numbers, and these."""

    value: Any = None


class PickedCode(str):
    """Written places within an index."""

    __slots__ = ()


class Keywords(Notation):
    """Writes of a call its keywords alone."""

    def along(self, name: str, x: Written, options: str) -> tuple[str, int]:
        return options, ATOM


KEYWORDS = Keywords()


def bracketed(truth: Written) -> str:
    """Returns a comparison in brackets, a variable that holds one as it is."""
    return truth.text if truth.text.isidentifier() else f"({truth})"


def plain_index(key: Key) -> str:
    """Returns an index of one part that is no slice as it is, any other as an expression of NumPy's: `np.s_[:, 1]`."""
    alone = len(key) == 1 and isinstance(key[0], (int, PickedCode))
    return str(key[0]) if alone else f"np.s_[{written_key(key)}]"
