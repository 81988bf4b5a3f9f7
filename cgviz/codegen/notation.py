"""Formulas in a programming language: one more notation, with a table of how the language spells functions.

A leaf `#3` is the variable of node 3, `#d3` that of its gradient; any other name is a constant of the language.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from cgviz.errors import UsageError
from cgviz.ops.op import ATOM, CHOICE, COMPARISON, POWER, SIGNED, SUM, Op
from cgviz.records import record
from cgviz.text import numbers
from cgviz.text.formula import Formula, Notation
from cgviz.text.written import Written
from cgviz.values.arrays import Value, is_array


class UnwrittenCodeError(UsageError):
    """An op has no form in a language."""

    def __init__(self, op: Op, language: str, advice: str = "") -> None:
        super().__init__(f"{op.name} has no form in {language}{advice}")
        self.op, self.language = op, language


@record
class CodeForm:
    """How a function is written: `{0}` an operand, `{all}` of them, `{truth[0]}` one as a condition.

    A form of two operands that stands for an op of any number of them is nested.
    """

    template: str
    binds: int = ATOM


class Constant(Written):
    """A written operand in which there is no variable."""

    __slots__ = ()


class Code(Notation):
    """The base of the languages: `*` and `/` between blanks, a comparison is a truth until a number is needed.

    helpers  the ops written as calls of functions of our own, with the number of their operands
    read     the nodes whose variables were written
    like     a variable whose kind of numbers an array of constants is to have (its node, where that is to be read);
             "" outside a function
    fixed    whether a number of axes was written
    truths   the nodes whose variables hold what is true or false
    point    what a whole number ends with, ".0" where it would be an integer otherwise
    """

    language = framework = ""
    times = elementwise = " * "
    over = " / "
    functions: Mapping[str, str | CodeForm] = {}
    constants: Mapping[str, str] = {}
    special = ("inf", "-inf", "nan")
    point = ""
    truth_value = "float({0})"
    unequal = "!="
    raised = CodeForm("{0}**{1}", POWER)
    powers = raised

    def __init__(self, names: Mapping[int, str]) -> None:
        self.names = names
        self.helpers: dict[tuple[str, int], Op] = {}
        self.read: set[int] = set()
        self.like: str | int = ""
        self.fixed = False
        self.truths: frozenset[int] = frozenset()

    def example(self) -> str:
        """Returns a variable whose kind of numbers constants are to have."""
        return self.name(f"#{self.like}") if isinstance(self.like, int) else self.like

    def text_of(self, formula: Formula) -> Written:
        """Returns a formula as a number, never as a mere truth."""
        return self.as_number(formula.write(self))

    def value_of(self, formula: Formula) -> str:
        """Returns a formula as the value of a variable."""
        return self.text_of(formula).text

    def leaf(self, leaf: str | float) -> Written:
        written = super().leaf(leaf)
        if isinstance(leaf, str) and leaf.startswith("#"):
            return Written(written.text, COMPARISON) if leaf[1:].isdigit() and int(leaf[1:]) in self.truths else written
        return Constant(written.text, SIGNED if written.text.startswith("-") else written.binds)

    def name(self, name: str) -> str:
        if not name.startswith("#"):
            return self.constants[name]
        if name.startswith("#d"):
            return f"d{self.names[int(name[2:])]}"
        index = int(name[1:])
        self.read.add(index)
        return self.names[index]

    def number(self, value: float) -> str:
        if not math.isfinite(value):
            return self.special[2 if value != value else 0 if value > 0 else 1]
        text = numbers.exact(value)
        return text if set(text) & set(".e") else text + self.point

    def real(self, value: float) -> str:
        """Writes a number that a variable holds: always a float; 0 with its sign."""
        if value == 0:
            return "-0.0" if math.copysign(1.0, value) < 0 else "0.0"
        text = self.number(value)
        return text if not text.lstrip("-").isdigit() else f"{text}.0"

    def literal(self, value: Value) -> str:
        """Writes what a variable holds, a number or an array."""
        return self.array(value) if is_array(value) else self.real(0.0 if value is None else value)

    def apply(self, op: Op, operands: Sequence[Written]) -> Written:
        if op.spell is not None and op.composed is None:
            text, binds = op.spell(self, *map(self.as_number, operands))
            made = Written(text, binds)
        else:
            made = self.called(op, operands)
        return Constant(made.text, made.binds) if all(isinstance(each, Constant) for each in operands) else made

    def called(self, op: Op, operands: Sequence[Written]) -> Written:
        if op.arity[1] is None and len(operands) == 1:
            return operands[0]
        usual = op.arity[1] is None or len(operands) == op.arity[0]
        if usual and op.name in self.functions:
            form = self.functions[op.name]
            return self.filled(form if isinstance(form, CodeForm) else CodeForm(f"{form}({{all}})"), operands)
        if op.composed is None:
            raise UnwrittenCodeError(op, self.language)
        name = op.name if usual else f"{op.name}_{len(operands)}"
        self.helpers[name, len(operands)] = op
        return self.filled(CodeForm(f"{name}({{all}})"), operands)

    def filled(self, form: CodeForm, operands: Sequence[Written]) -> Written:
        """Returns a form with its operands in their places."""
        if "{1}" in form.template and "{2}" not in form.template and len(operands) > 2:
            return reduce(lambda so_far, operand: self.filled(form, [so_far, operand]), operands)
        numeric = [self.as_number(operand) for operand in operands]
        texts = [each.within(SUM) if form.binds == CHOICE else each.text for each in numeric]
        truth = list(map(self.as_truth, operands))
        return Written(form.template.format(*texts, all=", ".join(texts), truth=truth), form.binds)

    def as_number(self, operand: Written) -> Written:
        """Returns a truth as 1 or 0, anything else as it is."""
        if operand.binds != COMPARISON:
            return operand
        return Written(self.truth_value.format(operand.text), ATOM)

    def as_truth(self, operand: Written) -> str:
        return operand.text if operand.binds == COMPARISON else f"{operand.within(SUM)} {self.unequal} {self.number(0)}"

    def iverson(self, condition: Written) -> tuple[str, int]:
        return condition.text, COMPARISON

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        """Writes a whole power as the language's lecture would; any other as a call that stays real."""
        if not exponent.text.removesuffix(".0").lstrip("-").isdigit():
            return self.placed(self.powers, base, exponent.text)
        return self.placed(self.raised, base, exponent.text.removesuffix(".0"))

    def placed(self, form: CodeForm, base: Written, exponent: str) -> tuple[str, int]:
        return form.template.format(base.atom if form.binds == POWER else base.text, exponent), form.binds


def formulas(indices: Iterable[int]) -> tuple[Formula, ...]:
    """Returns the variables of nodes as formulas."""
    return tuple(Formula(f"#{index}") for index in indices)
