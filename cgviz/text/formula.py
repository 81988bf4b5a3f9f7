"""Formulas as written: run a rule on `Formula`s and get its text for terminal, program text and LaTeX.

sympy would re-order what it is given; a Formula keeps the operands where the rule put them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from cgviz.ops.op import ATOM, COMPARISON, MATRICES, POWER, PRODUCT, QUOTIENT, SIGNED, SUM, Op
from cgviz.ops.operators import Operators
from cgviz.text import numbers
from cgviz.text.gradients import gradient_of
from cgviz.text.letters import superscript
from cgviz.text.names import Name, spelling_of
from cgviz.text.spelling import Spelling
from cgviz.text.written import Written, gives_row
from cgviz.values.arrays import Shape, Value, broadcast, is_array, shape_of
from cgviz.values.axes import Axis


class Formula(Operators):
    """A name, a number, an array, or an op applied to formulas. `shape` is that of a value, None where nobody knows;
    `row` whether a name stands for a row."""

    __slots__ = ("args", "leaf", "op", "row", "shape")

    def __init__(
        self,
        leaf: str | Value = "",
        op: Op | None = None,
        args: tuple[Formula, ...] = (),
        shape: Shape | None = (),
        row: bool = False,
    ) -> None:
        self.leaf, self.op, self.args, self.shape, self.row = leaf, op, args, shape, row

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Formula:
        operands = tuple(arg if isinstance(arg, Formula) else Formula(arg, shape=shape_of(arg)) for arg in args)
        return Formula(op=op, args=operands, shape=known_shape(op, [operand.shape for operand in operands]))

    def write(self, notation: Notation) -> Written:
        """Returns the formula in a notation. Walks with a stack of its own: depth is no limit."""
        if self.op is None and self.shape == ():
            return notation.leaf(self.leaf)
        written: list[Written] = []
        todo: list[Formula | tuple[Formula, Op]] = [self]
        while todo:
            item = todo.pop()
            if isinstance(item, tuple):
                formula, op = item
                count = len(formula.args)
                operands, written[len(written) - count :] = written[len(written) - count :], []
                made = notation.apply(op, operands)
                if (shape := formula.shape) != ():
                    row = gives_row(op, shape, operands[0].shape if operands else None, [one.row for one in operands])
                    made = replace(made, shape=shape, row=row)
                written.append(made)
            elif item.op is None:
                made = notation.leaf(item.leaf)
                written.append(replace(made, shape=item.shape, row=item.row) if item.shape != () else made)
            else:
                todo.append((item, item.op))
                todo.extend(reversed(item.args))
        return written[0]

    @property
    def text(self) -> str:
        """The formula as program text, which the reader reads back: `(1 - sigy)*sigy`."""
        return self.write(TEXT).text

    @property
    def pretty(self) -> str:
        """The formula for the eye: `(1 − sigy)·sigy`."""
        return self.write(PRETTY).text

    @property
    def latex(self) -> str:
        """The formula in LaTeX's mathematics."""
        from cgviz.text.notations import LATEX

        return self.write(LATEX).text

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"


def known_shape(op: Op, shapes: Sequence[Shape | None]) -> Shape | None:
    """Returns the shape of an op's output; None where an operand's is not known. Raises ValueError."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    return op.shapes(*known) if op.shapes else broadcast(known) if any(known) else ()


class Notation:
    """Program text; the base of the other two notations, which change what differs."""

    plus, minus, sign, times, over, comma = " + ", " - ", "-", "*", "/", ", "
    elementwise = "*"
    """Between arrays that are multiplied element by element."""
    by, adds = " · ", "+="
    d, partial = "d", "d"
    apart = " @ "
    brackets = ("(", ")")
    template = ""
    digits: int | None = None
    most = 64  # elements of an array that are written out

    def gradient(self, name: str) -> str:
        """Writes the gradient of `name`, as the name itself knows how it is called: `dname`, `∂L/∂name` ..."""
        return gradient_of(name).write(self).text

    def differential(self, of: Written) -> Written:
        """Writes `dq`."""
        return Written(f"{self.d}{of.atom}", ATOM, self.brackets)

    def partial_of(self, output: Written, of: Written) -> Written:
        """Writes `∂L/∂q`."""
        return Written(f"{self.partial}{output.atom}/{self.partial}{of.atom}", POWER, self.brackets)

    def adjoint(self, name: str) -> Written:
        """Writes the q̄ of adjoints."""
        of = self.symbol(name).text
        return Written(f"{of}_bar" if of.isidentifier() else f"bar({of})", ATOM, self.brackets)

    def error(self, of: Written) -> Written:
        """Writes the δq of error signals."""
        return Written(f"delta_{of}" if of.text.isidentifier() else f"delta({of})", ATOM, self.brackets)

    def slope(self, output: str, name: str) -> str:
        """Writes ∂output/∂name."""
        return self.partial_of(self.whole(output), self.whole(name)).text

    def whole(self, name: str) -> Written:
        """Writes a name as what a derivative is of: one that is raised needs no brackets there, a formula does."""
        made = self.symbol(name)
        return replace(made, binds=ATOM) if isinstance(spelling_of(name), Spelling) else made

    def words(self, text: str) -> str:
        return text

    def symbol(self, name: str) -> Written:
        """Writes a name; a stage that is called by a formula, as that formula."""
        found = getattr(name, "spelling", None)
        if found is None or isinstance(found, Spelling):
            return Written(self.name(name), ATOM, self.brackets)
        made: Written = found.write(self)
        return made

    def leaf(self, leaf: str | Value) -> Written:
        if isinstance(leaf, str):
            return self.symbol(leaf)
        if is_array(leaf):
            return Written(self.array(leaf), ATOM, self.brackets)
        if isinstance(leaf, Axis):
            return self.length(leaf)
        text = self.number(leaf)
        return Written(text, SIGNED if text[0] in "-−" else PRODUCT if "times" in text else ATOM, self.brackets)

    def name(self, name: str) -> str:
        """Writes a name. Program text has its letters as they are."""
        found = getattr(name, "spelling", None)
        return str(name) if found is None or isinstance(found, Spelling) else self.symbol(name).text

    def length(self, length: Axis) -> Written:
        """Writes a length that has a name: `N`, `N*D`."""
        text = str(length)
        binds = SUM if " " in text else PRODUCT if "*" in text else ATOM
        return Written(text.replace("*", self.times), binds, self.brackets)

    def number(self, value: float) -> str:
        return numbers.exact(value)

    def array(self, value: Value) -> str:
        """Writes an array element by element; one of many elements by its shape: `(10×1000 array)`."""
        if value.size > self.most:
            return f"({'×'.join(map(str, value.shape))} array)" if self.digits is None else self.brief(value)
        return self.nested(value)

    def brief(self, value: Value) -> str:
        """Writes the first elements of an array of many, and its shape."""
        return numbers.in_brief(value, self.digits or numbers.DIGITS)

    def nested(self, value: Value) -> str:
        parts = [self.nested(part) for part in value] if is_array(value) else None
        return self.number(float(value)) if parts is None else f"[{self.comma.join(parts)}]"

    def apply(self, op: Op, operands: Sequence[Written]) -> Written:
        if op.spell is not None:
            text, binds = op.spell(self, *operands)
            return Written(text, binds, self.brackets)
        return Written(self.call(op, operands), self.bound(op), self.brackets)

    def bound(self, op: Op) -> int:
        """Returns how tightly the text of a call binds."""
        return ATOM

    def call(self, op: Op, operands: Sequence[Written]) -> str:
        return f"{op.name}({self.comma.join(map(str, operands))})"

    def sum(self, signs: Sequence[int], terms: Sequence[Written]) -> tuple[str, int]:
        first = terms[0]
        text = first.within(SUM) if signs[0] > 0 else self.sign + first.within(QUOTIENT)
        rest = zip(signs[1:], terms[1:], strict=True)
        return text + "".join((self.plus if s > 0 else self.minus) + t.within(QUOTIENT) for s, t in rest), SUM

    def product(self, *factors: Written) -> tuple[str, int]:
        arrays = sum(factor.is_array for factor in factors)
        return self.joined(self.elementwise if arrays > 1 else self.times, factors)

    def joined(self, times: str, factors: Sequence[Written]) -> tuple[str, int]:
        """Returns factors joined; only the first may begin with a sign, and then the product does.

        A quotient is bracketed, though it need not be: `(1/2)·x`.
        """
        head = factors[0]
        first = head.text if head.binds == SIGNED else head.within(PRODUCT)
        text = times.join([first, *(factor.within(POWER) for factor in factors[1:])])
        return text, SIGNED if head.binds == SIGNED else PRODUCT

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        text, binds = self.joined(self.over, [top, bottom])
        return text, min(binds, QUOTIENT)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        return f"{base.atom}**{exponent.within(POWER)}", POWER

    def matrix_product(self, a: Written, b: Written) -> tuple[str, int]:
        return self.joined(self.apart, [a, b])

    def outer(self, a: Written, b: Written) -> tuple[str, int]:
        return f"outer({a}{self.comma}{b})", ATOM

    def kronecker(self, a: Written, b: Written) -> tuple[str, int]:
        return f"kron({a}{self.comma}{b})", ATOM

    def transposed(self, x: Written) -> tuple[str, int]:
        return f"{x.atom}.T", ATOM

    def indexed(self, x: Written, key: str) -> tuple[str, int]:
        return f"{x.atom}[{key}]", ATOM

    def picked(self, x: Written, place: Written) -> tuple[str, int]:
        return self.indexed(x, place.text)

    def row(self, *parts: Written) -> tuple[str, int]:
        return f"[{self.comma.join(map(str, parts))}]", ATOM

    def along(self, name: str, x: Written, options: str) -> tuple[str, int]:
        """Writes a function of one array with its keywords: `sum(x, axis=0)`."""
        return f"{name}({x}{self.comma + options if options else ''})", ATOM

    def repeated(self, x: Written, shape: str) -> tuple[str, int]:
        """Writes a value that is repeated to a shape."""
        return self.along("spread", x, shape)

    def neg(self, x: Written) -> tuple[str, int]:
        return self.sign + x.within(QUOTIENT), SIGNED

    def compare(self, sign: str, a: Written, b: Written) -> tuple[str, int]:
        return f"{a.within(SUM)} {sign} {b.within(SUM)}", COMPARISON

    def iverson(self, condition: Written) -> tuple[str, int]:
        """Writes 1 where the condition holds, else 0: Iverson's bracket `[x > 0]` where the notation has it."""
        return condition.text, condition.binds

    def factorial(self, x: Written) -> tuple[str, int]:
        return f"factorial({x})", ATOM


class Mathematics(Notation):
    """What mathematics adds to program text: names are spelled, letter, marks and scripts."""

    def name(self, name: str) -> str:
        return self.symbol(name).text

    def symbol(self, name: str) -> Written:
        """Writes a name by its spelling; one that is raised already binds like a power."""
        found = spelling_of(name)
        if not isinstance(found, Spelling):
            return super().symbol(name)
        return Written(self.spell(found, name), POWER if found.sup else ATOM, self.brackets)

    def spell(self, spelling: Spelling, name: str) -> str:
        """Writes letters, marks and scripts."""
        return spelling.text

    def adjoint(self, name: str) -> Written:
        found = spelling_of(name)
        if not isinstance(found, Spelling):
            return self.overlined(self.symbol(name))
        return self.symbol(Name(name, replace(found, marks=(*found.marks, "bar"))))

    def overlined(self, of: Written) -> Written:
        return Written(f"bar({of})", ATOM, self.brackets)

    def matrix_product(self, a: Written, b: Written) -> tuple[str, int]:
        """Writes factors side by side, two vectors as a dot product; beside `⊙` each kind of product has brackets.

        A vector on the left of a matrix is a row, one on the right a column: `xᵀ A`, `A (xᵀ B)ᵀ`.
        """
        axes = [-1 if factor.shape is None else len(factor.shape) for factor in (a, b)]
        vectors = axes == [1, 1]
        if axes[0] == 1 and axes[1] > 1 and not a.row:
            a = Written(*self.transposed(a), self.brackets)
        if b.row and (axes[0] > 1 or not a.row):
            b = Written(*self.transposed(b), self.brackets)
        if a.binds == MATRICES:
            a = replace(a, binds=PRODUCT)
        elif a.binds == PRODUCT and self.elementwise in a.text:
            a = replace(a, text=a.bracketed, binds=ATOM)
        text, binds = self.joined(self.times if vectors else self.apart, [a, b])
        return text, min(binds, MATRICES)

    def outer(self, a: Written, b: Written) -> tuple[str, int]:
        """Writes `x yᵀ`; of rows, whose product that would be, `outer(x, y)`."""
        if a.row or b.row:
            return self.along("outer", replace(a, text=f"{a}{self.comma}{b}"), "")
        return self.matrix_product(a, Written(*self.transposed(b)))

    def repeated(self, x: Written, shape: str) -> tuple[str, int]:
        """Writes a number that is repeated as it times an array of ones: `df·𝟏`."""
        if x.shape != ():
            return self.along("broadcast", x, shape)
        ones = self.symbol(Name("ones", Spelling("1", "bold")))
        if x.text in ("1", "−1", "-1"):
            return x.text[:-1] + ones.text, SIGNED if x.text[:-1] else ones.binds
        return self.joined(self.times, [x, ones])


class Pretty(Mathematics):
    """For the eye: ·, −, superscripts, √."""

    minus, sign, times, elementwise = " − ", "−", "·", " ⊙ "
    apart, partial = " ", "∂"
    signs: ClassVar = {"<=": "≤", ">=": "≥", "!=": "≠"}

    def number(self, value: float) -> str:
        if self.digits is not None:
            return numbers.number(value, self.digits)
        return numbers.exact(value).replace("-", "−")

    def call(self, op: Op, operands: Sequence[Written]) -> str:
        return op.pretty.format(*apart(op, operands)) if op.pretty else super().call(op, operands)

    def bound(self, op: Op) -> int:
        return binding(op.pretty)

    def error(self, of: Written) -> Written:
        return Written(f"δ{of.atom}", ATOM, self.brackets)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        raised = "" if exponent.text[-1:] in "TH" else superscript(exponent.text)  # xᵀ is a transpose
        return (f"{base.atom}{raised}" if raised else f"{base.atom}^{exponent.within(POWER)}"), POWER

    def transposed(self, x: Written) -> tuple[str, int]:
        return f"{x.atom}ᵀ", POWER

    def compare(self, sign: str, a: Written, b: Written) -> tuple[str, int]:
        return super().compare(self.signs.get(sign, sign), a, b)

    def iverson(self, condition: Written) -> tuple[str, int]:
        return f"[{condition}]".replace(" == ", " = "), ATOM  # which is read as no statement

    def factorial(self, x: Written) -> tuple[str, int]:
        return f"{x.atom}!", POWER


def binding(template: str) -> int:
    """Returns how tightly what a record spells binds: `1/√x` as a quotient, `log σ(x)` a product, `√x` a power."""
    before, call, _ = template.partition("(")
    if "/" in before:
        return QUOTIENT
    if " " in before:
        return PRODUCT
    return ATOM if call or template[-1:] in ("", "|") else POWER


def shaped(value: Value) -> str:
    return r" \times ".join(map(str, value.shape))


def with_digits(notation: type[Notation], digits: int) -> Notation:
    """Returns a notation whose numbers are rounded to `digits` significant digits."""
    made = notation()
    made.digits, made.most = digits, numbers.MOST_IN_A_LINE
    return made


TEXT, PRETTY = Notation(), Pretty()


def apart(op: Op, operands: Sequence[Written]) -> Sequence[Any]:
    """Returns the operands of a call, bars within bars in brackets: `||x||` would be a norm."""
    inner = operands[0] if op.name == "abs" else None
    doubled = isinstance(inner, Written) and inner.text.startswith(("|", r"\left|")) and inner.text.endswith("|")
    return [inner.bracketed] if doubled and inner else operands
