"""Formulas of arrays in a programming language: a table of how the language spells what acts on whole arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from cgviz.codegen.lengths import Length
from cgviz.codegen.notation import Code, Constant, UnwrittenError
from cgviz.ops.op import ATOM, COMPARISON, PRODUCT, Op
from cgviz.ops.rearranging import Key, written_key
from cgviz.text.formula import Notation, Written
from cgviz.values.arrays import Value, is_array

WIDEST, IN_A_LINE = 88, 4
FIXED = frozenset(("spread", "reshape"))
"""The gates that are written with the whole shape of what they make."""


class ArrayCode(Code):
    """A notation of arrays; a comparison stays one where a product, a sum or the like makes a number of it.

    structural   how what acts on whole arrays is written: `{0}` an operand, `{all}` of them, `{options}` its keywords,
                 `{key}` its index, `{op}` its record; `norm along axes` where several axes are another matter;
                 `@`, `.T` and `x[0]` are the same in all
    framework    the name of its forms in the records of ops
    library      functions of our own, line by line
    size         the number of elements of an array `{0}`
    filled_by    how an array is made of nested lists `{0}`, and one without elements of its shape `{0}`
    """

    framework = ""
    structural: ClassVar[Mapping[str, str]] = {}
    library: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    filled_by: ClassVar[tuple[str, str]] = ("{0}", "{0}")
    size = "{0}.size"
    spelled = frozenset(("matmul", "transpose", "x[...]", "handed"))
    counts: ClassVar[frozenset[str]] = frozenset(("multiply", "add", "sum", "handed"))

    def leaf(self, leaf: str | Value) -> Written:
        if isinstance(leaf, Length):
            return self.counted_length(leaf)
        written = super().leaf(leaf)
        return Written(written.text) if is_array(leaf) else written

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
        if op.name in self.counts:
            operands = self.counted(op, operands)
        if op.vjp is None:
            return super().apply(op, operands)
        operands = [self.operand(each) for each in operands]
        if op.name in self.library:
            self.helpers[op.name, len(operands)] = op
        return self.whole_arrays(op, operands)

    def operand(self, operand: Written) -> Written:
        """Returns an operand of what acts on whole arrays."""
        return self.as_number(operand)

    def whole_arrays(self, op: Op, operands: Sequence[Written]) -> Written:
        along = f"{op.name} along axes"
        name = along if along in self.structural and isinstance(axis_of(op), tuple) else op.name
        form = self.structural.get(name) or op.code.get(self.framework)
        if form is not None and name not in self.spelled:
            texts = {"all": ", ".join(map(str, operands)), "options": self.options(op), "key": self.key_of(op)}
            texts["axes"] = str(op.parameter if isinstance(op.parameter, tuple) else (op.parameter,))
            texts["value"] = ", value=-1" if op.name == "addcmul" and op.parameter < 0 else ""
            texts["like"] = self.example() if "{like}" in form else ""
            self.fixed = self.fixed or op.name in FIXED
            return Written(form.format(*operands, op=op, **texts))
        if op.spell is None or op.name not in self.spelled:
            raise UnwrittenError(op, self.language)
        text, binds = op.spell(self, *operands)
        return Written(text, binds)

    def counted(self, op: Op, operands: Sequence[Written]) -> list[Written]:
        """Returns operands, a comparison in brackets where the arithmetic makes a number of it: `(z > 0) * dh`."""
        several = [each for each in operands if each.binds != COMPARISON]
        if (not several and op.name != "sum") or (op.name == "add" and len(operands) > 2):
            return list(operands)
        return [
            Written(each.text if op.name == "sum" else f"({each})")
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

    def along(self, name: str, x: Written, options: str) -> tuple[str, int]:
        return self.structural[name].format(x, options=f", {options}"), ATOM

    def key_of(self, op: Op) -> str:
        return self.key(op.parameter) if op.name == "place" else ""

    def key(self, key: Key) -> str:
        """Returns an index as a value of the language."""
        raise NotImplementedError


def axis_of(op: Op) -> int | tuple[int, ...] | None:
    """Returns the axis, or the axes, of a reduction."""
    if not op.statics or op.statics[0] != "axis":
        return None
    found: int | tuple[int, ...] | None = op.parameter if op.statics == ("axis",) else op.parameter[-2]
    return found


class Keywords(Notation):
    """Writes of a call its keywords alone."""

    def along(self, name: str, x: Written, options: str) -> tuple[str, int]:
        return options, ATOM


KEYWORDS = Keywords()


def plain_index(key: Key) -> str:
    """Returns an index of one whole number as it is, any other as an expression of NumPy's: `np.s_[:, 1]`."""
    return str(key[0]) if len(key) == 1 and isinstance(key[0], int) else f"np.s_[{written_key(key)}]"
