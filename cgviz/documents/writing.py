"""How a report writes mathematics: for the eye, in ASCII where an encoding cannot say σ, typeset, as program text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple
from unicodedata import normalize

from cgviz.errors import printable
from cgviz.ops.arithmetic import divide
from cgviz.ops.op import POWER, PRODUCT, QUOTIENT, SUM
from cgviz.text.formula import PRETTY, TEXT, Formula, Notation, Pretty, with_digits
from cgviz.text.notations import MARKED, Marked
from cgviz.text.numbers import DIGITS, exact, number
from cgviz.text.plain import ascii_text
from cgviz.text.runs import plain
from cgviz.text.written import Written
from cgviz.values.arrays import Shape, Value, is_array
from cgviz.values.arrays import shape_text as shape_of

SAMPLE = "σ−·×²⁹½∇∂…─√≤′"
LONGEST_NAME, LONGEST_LOCAL, LONGEST_FORMULA = 40, 100, 400
MOST_LEAVES = 400
SIGNS, BLANKS = " [-+−·⊙/=] ", " "
MOST_ELEMENTS = 16  # of a matrix that is set in full


class Slope(str):
    """∂f/∂q as a leaf of a formula: it is written already."""


class Slopes(Notation):
    """What a notation adds for formulas in which slopes stand."""

    def leaf(self, leaf: str | Value) -> Written:
        return Written(leaf, POWER, self.brackets) if isinstance(leaf, Slope) else super().leaf(leaf)

    def symbol(self, name: str) -> Written:
        return super().symbol(elided(name))


class OnALine(Slopes):
    """Slopes and quotients with a slash: one over the other needs brackets, `(∂f/∂q)/3`."""

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        return super().quotient(Written(top.bracketed) if isinstance(top.text, Slope) else top, bottom)


class Eye(OnALine, Pretty):
    """For the eye."""


class Ascii(OnALine):
    """Program text, for an encoding without σ and −."""

    by = " * "

    def name(self, name: str) -> str:
        return ascii_text(super().name(elided(name)))

    def number(self, value: float) -> str:
        return ascii_text(Pretty.number(self, value))  # type: ignore[arg-type]


class Hand:
    """A notation and the few signs that stand outside formulas; this one is for the eye."""

    spelled: type[Notation] = Eye
    partial, nabla, dots = "∂", "∇", "…"
    brackets = ("[", "]")
    call = ("(", ")")
    maps = " ↦ "
    most: int | None = None
    """How many elements of an array are written out; None: as many as a line of text shows."""

    def __init__(self, digits: int) -> None:
        self.notation = self.spelled()
        self.rounded = with_digits(self.spelled, digits)
        self.notation.most = self.rounded.most = self.most or self.rounded.most

    def name(self, name: str) -> str:
        return self.notation.name(name)

    def formula(self, formula: Formula, within: int = SUM) -> str:
        """Returns a formula; a comparison, in brackets."""
        return formula.write(self.notation).within(within)

    def numbers(self, formula: Formula, within: int = SUM) -> str:
        """Returns a formula of numbers, rounded."""
        return formula.write(self.rounded).within(within)

    def number(self, value: Value) -> str:
        return self.numbers(Formula(value))

    def slope(self, output: str, name: str) -> str:
        """Returns ∂output/∂name."""
        return f"{self.partial}{self.name(output)}/{self.partial}{self.name(name)}"

    def gradient(self, output: str) -> str:
        return f"{self.nabla}{self.name(output)}"

    def function(self, name: str, inputs: Sequence[str]) -> str:
        """Returns `f(x, y)`."""
        inside = self.notation.comma.join(map(self.name, inputs))
        return self.name(name) + (f"{self.call[0]}{inside}{self.call[1]}" if inputs else "")

    def equal(self, name: str, text: str) -> str:
        return f"{self.name(name)} = {text}"

    @property
    def by(self) -> str:
        return self.notation.by

    def factor(self, formula: Formula) -> str:
        """Returns a formula as the second factor of a product."""
        return self.formula(formula, PRODUCT)

    def term(self, formula: Formula, first: bool) -> str:
        """Returns a formula as a term of a sum."""
        return self.formula(formula, SUM if first else QUOTIENT)

    def upstream(self, value: Value, first: bool = True) -> str:
        """Returns a number that begins a term of a sum."""
        return self.numbers(Formula(value), SUM if first else QUOTIENT)

    def local(self, value: Value) -> str:
        """Returns a number as the second factor of a product: `(−0.2623)`."""
        return self.numbers(Formula(value), POWER)


class AsciiHand(Hand):
    """What an encoding has that knows neither ∂ nor ∇."""

    spelled = Ascii
    partial, nabla, dots = "d", "grad ", "..."
    maps = " -> "


def elided(name: str) -> str:
    """Returns a name, its middle left out where it is very long, with nothing unprintable."""
    if len(name) <= LONGEST_NAME and name.isprintable():
        return name
    name = printable(name).replace("\n", "\\n")
    half = LONGEST_NAME // 2 - 1
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[-half:]}"


class Writing(NamedTuple):
    """A notation, the precision of numbers, and the few signs that stand outside formulas.

    head    the notation of the function at the head, which gives a wide fraction room
    digits  significant digits of a number; None is full precision
    whole   nothing is left out of the middle of what is very long
    plain   the encoding has ASCII only: signs are spelled, and brackets are not made of pieces
    hand    how equations are written that stand by themselves
    display how a table writes mathematics, where that is otherwise than in a sentence
    nested  the rows of an array in a table stand in brackets as a program nests them
    """

    notation: Notation
    head: Notation
    digits: int | None = DIGITS
    whole: bool = False
    encoding: str = "utf-8"
    nabla: str = "∇"
    partial: str = "∂"
    ellipsis: str = "…"
    times: str = "×"
    rule: str = "─"
    minus: str = "−"
    brackets: tuple[str, str] = ("[", "]")
    plain: bool = False
    hand: type[Hand] = Hand
    display: Writing | None = None
    nested: bool = False

    def math(self, text: str) -> str:
        """Returns a formula as a piece of a sentence or a cell."""
        return text

    def matrix(self, value: Value) -> str:
        """Returns an array as one formula; "" where it stands in lines of its own."""
        return ""

    def clean(self, text: str) -> str:
        """Returns text of the user with what cannot be shown as escapes: control characters, unknown letters."""
        if (text.isascii() and text.isprintable()) or (self.notation is MARKED and plain(text).isprintable()):
            return text
        shown = self.sign(printable(text.replace("\n", r"\n")))
        return shown.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def sign(self, text: str) -> str:
        """Returns signs of our own as the encoding can say them."""
        return ascii_text(text) if self.plain else text

    def name(self, name: str) -> str:
        """Returns a name, its middle left out where it is very long."""
        return self.clean(self.elided(self.notation.name(name), LONGEST_NAME))

    def gradient(self, name: str) -> str:
        """Returns how the gradient of a node is called: `dname`."""
        return self.clean(self.elided(self.notation.gradient(name), LONGEST_NAME))

    def slope(self, output: str, name: str) -> str:
        """Returns `∂f/∂x`."""
        return f"{self.partial}{self.name(output)}/{self.partial}{self.name(name)}"

    def tangent(self, name: str, wrt: str, dotted: bool = False) -> str:
        """Returns how a tangent is called: `∂den/∂x`; `ẋ` where it is dotted, a letter, and can be written."""
        return dot(self.clean(name)) if dotted and len(name) == 1 and not self.plain else self.slope(name, wrt)

    def moving(self, name: str, wrt: str, dotted: bool, shape: Shape | None) -> Formula:
        """Returns a tangent as an operand of a formula."""
        if dotted and self.tangent(name, wrt, True) != self.slope(name, wrt):
            return Formula(self.tangent(name, wrt, True), shape=shape)
        above, below = (Formula(self.partial + self.name(each), shape=shape) for each in (name, wrt))
        return Formula(op=divide, args=(above, below), shape=shape)

    def carried(self, formula: Formula) -> str:
        """Returns the tangent of a stage in terms of those of its operands."""
        return self.clean(self.elided(formula.write(self.notation).text, LONGEST_FORMULA))

    def formula(self, formula: Formula, head: bool = False) -> str:
        """Returns a formula, its middle left out where it is very long."""
        return self.clean(self.elided(formula.write(self.head if head else self.notation).text, LONGEST_FORMULA))

    def term(self, target: str, source: str, local: Formula) -> str:
        """Returns `upstream · local` for the edge from source to target, a very long local derivative by its name."""
        times = self.notation.elementwise if local.shape else self.notation.times
        return self.gradient(target) + times + self.local(target, source, local, PRODUCT)

    def local(self, target: str, source: str, local: Formula, binds: int) -> str:
        """Returns a local derivative as a factor, in brackets where it binds looser; a very long one by its name."""
        if not is_short(local):
            return self.slope(target, source)
        return self.clean(self.elided(local.write(self.notation).within(binds), LONGEST_LOCAL))

    def handed(self, target: str, formula: Formula, alone: bool) -> str:
        """Returns what an edge that has to do with arrays hands back, as a term of a sum, or as all there is."""
        written = formula.write(self.notation)
        return self.clean(self.elided(written.text if alone else written.within(QUOTIENT), LONGEST_FORMULA))

    def shape(self, shape: Shape | None) -> str:
        """Returns a shape: `2×3`, "scalar" for (), "?" where nobody knows it."""
        return self.sign(shape_of(shape))

    def number(self, value: Value | None, padded: bool = True) -> str:
        """Returns a number; `padded` keeps the trailing zeros that a column needs. An array is written in short."""
        if is_array(value):
            return self.sign(number(value, self.digits or DIGITS))
        if self.digits is None:
            return "" if value is None else exact(value)
        return self.sign(number(value, self.digits, padded=padded))

    def elided(self, text: str, most: int) -> str:
        """Returns `text`, or its two ends with an ellipsis between them: cut between terms, no bracket left open."""
        if self.whole or len(text) <= most:
            return text
        head, tail = most // 2, len(text) - most // 2
        deep = list(accumulate((char in "([{") - (char in ")]}") for char in text))
        for sign in (SIGNS, BLANKS, re.escape(self.notation.times)):
            found = [(match.start(), match.end()) for match in re.finditer(sign, text)]
            before = {deep[at]: end for at, end in found if most // 8 < at < head}
            after = {deep[at]: at for at, _ in reversed(found) if tail <= at < tail + most * 3 // 8}
            for depth in sorted(before.keys() & after.keys()):
                return text[: before[depth]] + self.ellipsis + text[after[depth] :]
        return text[:head] + self.ellipsis + text[tail:]


class RoomyFractions(Notation):
    """Gives a fraction of more than two words blanks round its slash: `(x + σ(y)) / (σ(x) + (x + y)²)`."""

    def quotient(self, top: Written, bottom: Written) -> tuple[str, int]:
        text, binds = self.joined(" / " if " " in top.text + bottom.text else "/", [top, bottom])
        return text, min(binds, QUOTIENT)


class RoomyPretty(RoomyFractions, Pretty):
    """The same for the eye."""


class RoomyMarked(RoomyFractions, Marked):
    """The same, typeset."""


def typeset_spelling(digits: int = DIGITS) -> Writing:
    """Returns the spelling for what sets letters and scripts itself: text with marks, which printers take apart."""
    return Writing(MARKED, RoomyMarked(), digits, whole=True)


def unicode_spelling(digits: int = DIGITS) -> Writing:
    """Returns the spelling for the eye."""
    return Writing(PRETTY, RoomyPretty(), digits)


def ascii_spelling(digits: int = DIGITS, encoding: str = "ascii") -> Writing:
    """Returns the spelling for an encoding without σ and −: program text."""
    return Writing(
        TEXT, RoomyFractions(), digits, False, encoding, "grad ", "d", "...", "*", "-", "-", plain=True, hand=AsciiHand
    )


def exact_spelling() -> Writing:
    """Returns the spelling for other programs: program text, numbers in full precision."""
    return Writing(TEXT, TEXT, digits=None, whole=True, ellipsis="...")


def spelling_for(encoding: str, digits: int = DIGITS) -> Writing:
    """Returns the best spelling that an output's encoding can say."""
    try:
        SAMPLE.encode(encoding)
    except UnicodeEncodeError:
        return ascii_spelling(digits, encoding)
    except LookupError:
        return ascii_spelling(digits)
    return unicode_spelling(digits)


def dot(name: str) -> str:
    """Returns a letter with Newton's dot above it."""
    return normalize("NFC", name + "\u0307")


def is_short(formula: Formula) -> bool:
    """Tells whether a formula has few enough leaves to be worth writing; looks at no more than that."""
    todo, seen = [formula], 0
    while todo and seen <= MOST_LEAVES:
        args = todo.pop().args
        if len(args) > MOST_LEAVES:
            return False
        seen += 1
        todo.extend(args)
    return seen <= MOST_LEAVES
