"""Plain programs become graphs at once, without tokens and trees: names, numbers, + - * / **, brackets, functions.

Most lines of a long program are plain. A text with anything else in it, or with what could be read otherwise, is left
to the reader whole (`Unsure`): it finds every error, and of a plain text the same graph, node for node, by test.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable

from cgviz.graph.marks import ELEMENTS
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.arithmetic import neg, signed_sum
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.products import product
from cgviz.reading.combining import MOST_NODES, Combining
from cgviz.reading.fresh import Fresh
from cgviz.reading.glued import is_two
from cgviz.reading.prose import has_number
from cgviz.reading.python import is_python
from cgviz.reading.worded import DERIVATIVE
from cgviz.reading.words import OTHERWISE, SPELLED, of_library, why_no_variable
from cgviz.text.formula import Formula
from cgviz.text.identifiers import LONGEST_NAME

BLANK = r"(?:[ \t\r\f\v]++|\#[^\n]*+)*+"
NAME = "[A-Za-z_][A-Za-z_0-9]*+"
NUMBER = r"(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
PIECE = re.compile(rf"{BLANK}(?:({NAME})|({NUMBER}))?+{BLANK}(\*\*|[-+*/^(),\n;]|=(?!=)|\Z)|.")
"""An operand, where there is one, and the sign behind it."""
ANY_NAME = re.compile(rf"(?<![\w.]){NAME}(?![ \t]*\()")
TARGET = re.compile(rf"(?:^|[\n;])[ \t]*({NAME})[ \t]*=")
VALUE = re.compile(rf"(?:^|[\n;])[ \t]*({NAME})[ \t]*=[ \t]*(-?)[ \t]*({NUMBER})[ \t]*(?=[\n;]|\Z)")
COMMENT = re.compile("#[^\n]*")
POWERS = frozenset({"**", "^"})
ENDS = frozenset({"\n", ";", ""})
DEEPEST = 50
LITERAL, NAMED, OPEN, MADE = range(4)  # an operand: a number, a name, −x or 1/2, which no bracket closes, any other
Piece = re.Match[str]


class Unsure(Exception):  # noqa: N818 - nothing is wrong: the reader knows
    """This text is not plain."""


def read_plain(text: str, given: Collection[str], share: bool = True) -> Graph | None:
    """Returns the graph of a plain program as it is written, not yet staged; None for any other text."""
    if not text.isascii() or has_number(text) or is_python(text) or ("/" in text and DERIVATIVE.search(text)):
        return None
    plain = Plain(text, share)
    try:
        plain.enter_names({*given})
        return plain.builder.finish(plain.statements(), text)
    except (Unsure, StopIteration, ArithmeticError):
        return None


class Plain(Combining):
    """Reads the pieces of a text, and writes each operation as soon as its last operand has been read.

    where   which node a name stands for so far; an input stands there from the beginning
    values  the inputs that a statement gives a value: from that statement on they stand in `where`
    piece   the last piece of the expression that was read last; `kind` is what that expression was
    """

    fresh: Fresh
    declared: set[str]
    piece: Piece
    kind = MADE

    def __init__(self, text: str, share: bool) -> None:
        super().__init__(share)
        self.text = text
        self.pieces = PIECE.finditer(text)
        self.where: dict[str, int] = {}
        self.values: dict[str, int] = {}
        self.numbers: dict[str, int] = {}
        self.functions: dict[str, Op] = {}
        self.depth = 0

    # names

    def enter_names(self, given: set[str]) -> None:
        """Enters the inputs, which stand before all stages: names that no statement assigns, or as a value."""
        text = COMMENT.sub("", self.text) if "#" in self.text else self.text
        names = dict.fromkeys(ANY_NAME.findall(text))
        targets = {*TARGET.findall(text)}
        values = {name: float(sign + number) for name, sign, number in VALUE.findall(text)} if targets else {}
        if not OTHERWISE.isdisjoint(names) or len(max(names, key=len, default="")) > LONGEST_NAME:
            raise Unsure
        self.declared = given | targets
        self.check([name for name in names if name not in self.declared], names)
        for name in names:
            if name in values:
                self.values[name] = self.builder.input(name, default=values[name])
            elif name not in targets and (name != "pi" or name in given):
                self.where[name] = self.builder.input(name)
        self.fresh = Fresh(given.union(names))

    def check(self, inputs: Iterable[str], names: Collection[str]) -> None:
        """Raises Unsure where an input without a value could be a function, a constant or two names."""
        known = self.declared.union(names)
        for name in inputs:
            if name in ("e", "inf") or why_no_variable(name, False) or is_two(self.text, name, self.declared, known):
                raise Unsure

    # statements

    def statements(self) -> int:
        """Reads all statements; returns the node of the output."""
        index, last = -1, ""
        for piece in self.pieces:
            name, number, sign = piece.groups()
            if sign == "=" and name is not None:
                index, last = self.assigned(name), name
                sign = self.piece[3]
                if sign not in ENDS or len(self.builder.nodes) > MOST_NODES:
                    raise Unsure
            elif name is not None or number is not None or sign not in ENDS:
                return self.output(piece, index, last)
            if sign == "":
                break
        if index < 0 or self.values:
            raise Unsure
        return index

    def assigned(self, name: str) -> int:
        """Reads what is assigned to a name; returns its node, or -1 where it is a number and no output."""
        if name in self.values:
            return self.value(name)
        index = self.expression(next(self.pieces))
        if self.kind == LITERAL:
            raise Unsure
        is_number = self.builder.nodes[index].op is CONSTANT
        new, label = self.fresh.again(name) if name in self.where else (name, "")
        index = self.where[name] = self.named(new, label, index, self.kind == NAMED)
        return -1 if is_number else index

    def value(self, name: str) -> int:
        piece = next(self.pieces)
        self.piece = piece if piece[2] else next(self.pieces)
        if name in self.where:
            raise Unsure
        self.where[name] = self.values.pop(name)
        return -1

    def output(self, piece: Piece, index: int, last: str) -> int:
        """Reads an expression without a name, which ends the program; returns its node."""
        name, number, sign = piece.groups()
        is_repeated = name == last and sign in ENDS
        if not is_repeated:
            if last and sign == "-" and not (name or number):
                raise Unsure
            index = self.expression(piece)
            sign = self.piece[3]
            if self.kind == LITERAL:
                raise Unsure
            index = self.named(self.fresh.output(()), "", index, self.kind == NAMED)
        if index < 0 or sign not in ENDS or self.values or any(not is_blank(piece) for piece in self.pieces):
            raise Unsure
        return index

    # expressions

    def expression(self, piece: Piece) -> int:
        """Reads a sum of products, the first piece of which is here; returns its node."""
        where, numbers = self.where, self.numbers
        signs: list[int] = []
        terms: list[int] = []
        joined: list[int] = []  # the places of + and −
        factors: list[int] = []
        below: list[bool] = []  # of each factor whether it is a number below a slash
        crossed: list[int] = []  # the places of * and / in this term
        sign, divides = 1, False
        while True:
            name, number, joint = piece.groups()
            if name is not None and joint != "(":
                node, kind = where.get(name), NAMED
                if node is None:
                    node, kind = self.pi(name), LITERAL
            elif number is not None:
                if joint == "/" and not crossed and float(number) == 1:  # 1/x is no product
                    crossed, divides, piece = [piece.start(3)], True, next(self.pieces)
                    continue
                node, kind = numbers.get(number), LITERAL
                if node is None:
                    node = self.number(number)
            elif joint == "(":
                node, kind = self.bracket() if name is None else self.applied(name, piece.start(1))
                piece = self.piece
                joint = piece[3]
            elif joint == "-":
                piece = next(self.pieces)
                if sign < 0 and not terms:
                    raise Unsure
                if piece[2] is None:
                    sign = self.negated(terms, crossed)
                    continue
                joint, kind = piece[3], LITERAL
                node, sign = self.negative(piece[2], joint, sign, terms, crossed)
            else:
                raise Unsure
            if joint == "**" or joint == "^":
                node, kind = self.raised(node, kind, name, joint), MADE
                piece = self.piece
                joint = piece[3]
            goes_on = joint == "*" or joint == "/"
            if divides and (kind != LITERAL or not (factors or goes_on)):
                self.places = () if factors or goes_on else at(crossed)
                node, kind = self.power([node, self.number("-1")]), OPEN if kind == LITERAL else MADE
            if goes_on:
                factors.append(node)
                below.append(divides and kind == LITERAL)
                crossed.append(piece.start(3))
                divides = joint == "/"
            else:
                if crossed:
                    factors.append(node)
                    below.append(divides and kind == LITERAL)
                    kind = kind if len(factors) == 1 else MADE
                    node = self.multiplication(factors, below, crossed)
                    factors, below, crossed, divides = [], [], [], False
                if joint != "+" and joint != "-":
                    break
                terms.append(node)
                signs.append(sign)
                joined.append(piece.start(3))
                sign = 1 if joint == "+" else -1
            piece = next(self.pieces)
        self.piece, self.kind = piece, kind
        if terms:
            self.places, self.kind = at(joined), MADE
            return self.apply(signed_sum(*signs, sign), [*terms, node])
        if sign < 0:
            self.places, self.kind = (), OPEN
            return self.apply(neg, [node])
        return node

    def multiplication(self, factors: list[int], below: list[bool], crossed: list[int]) -> int:
        self.places = at(crossed)
        if True in below:
            return self.product(factors, below, ELEMENTS * len(factors))
        return factors[0] if len(factors) == 1 else self.apply(product(len(factors)), factors)

    def raised(self, base: int, kind: int, name: str | None, mark: str) -> int:
        """Reads the exponent of a power, a name or a number; returns the power's node."""
        piece = next(self.pieces)
        sign = ""
        if piece[3] == "-" and not (piece[1] or piece[2]):
            piece, sign = next(self.pieces), "-"
        exponent, number, joint = piece.groups()
        is_function = kind == NAMED and name in REGISTRY
        is_odd = sign and (exponent or kind == LITERAL or mark == "^")
        if joint in POWERS or is_function or exponent == "T" or is_odd:
            raise Unsure
        index = self.where.get(exponent) if number is None else self.number(sign + number)
        if index is None:
            raise Unsure
        self.places, self.piece = (), piece
        return self.power([base, index])

    def negated(self, terms: list[int], crossed: list[int]) -> int:
        """Returns the sign of a term that begins with a minus, which only the first of a sum may."""
        if terms or crossed:
            raise Unsure
        return -1

    def negative(self, number: str, joint: str, sign: int, terms: list[int], crossed: list[int]) -> tuple[int, int]:
        """Returns the node of a number behind a minus of its own, and the sign of its term: −3 + x subtracts 3."""
        is_factor = bool(crossed) or joint in ("*", "/")
        if joint in POWERS or float(number) == 0 or (float(number) == 1 and is_factor and not crossed):
            raise Unsure
        if is_factor or not (terms or joint in ("+", "-")):
            return self.number(f"-{number}"), sign
        if sign < 0:
            raise Unsure
        return self.number(number), -1

    def number(self, text: str) -> int:
        """Returns the constant that a number is."""
        value = float(text)
        if value - value != 0:
            raise Unsure
        index = self.numbers[text] = self.builder.constant(value)
        return index

    def pi(self, name: str) -> int:
        """Returns the constant of a name that is no variable."""
        if name != "pi" or name in self.declared:
            raise Unsure
        return self.builder.constant(math.pi, Formula("pi"))

    # brackets and functions

    def bracket(self) -> tuple[int, int]:
        """Reads what stands in a bracket, and the sign behind it; returns its node and its kind."""
        node = self.inside()
        if self.piece[3] != ")" or self.kind in (LITERAL, OPEN):
            raise Unsure
        self.close()
        return node, self.kind

    def applied(self, name: str, place: int) -> tuple[int, int]:
        """Reads the arguments of a function, and the sign behind its bracket; returns its node and its kind."""
        op = self.functions.get(name) or self.function(name)
        args = [self.inside()]
        while self.piece[3] == ",":
            args.append(self.inside())
        least, most = op.arity
        if self.piece[3] != ")" or not least <= len(args) <= (most or len(args)):
            raise Unsure
        self.close()
        self.places = place
        return self.apply(op, args), MADE

    def inside(self) -> int:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unsure
        node = self.expression(next(self.pieces))
        self.depth -= 1
        return node

    def close(self) -> None:
        """Takes the sign behind a bracket."""
        self.piece = next(self.pieces)
        if self.piece[1] or self.piece[2]:
            raise Unsure

    def function(self, name: str) -> Op:
        """Returns the op of numbers that a name applies."""
        op = REGISTRY.get(SPELLED.get(name, name)) if name in REGISTRY else None
        if op is None or op.vjp is not None or op.fixed or op.sized or op.lists:
            raise Unsure
        if op.options and (op.operands is not None or of_library(name)):
            raise Unsure
        self.functions[name] = op
        return op


def at(places: list[int]) -> int | list[int]:
    """Returns places as nodes keep them: one alone is no list."""
    return places[0] if len(places) == 1 else places


def is_blank(piece: Piece) -> bool:
    return not (piece[1] or piece[2]) and piece[3] in ENDS
