"""Plain programs become graphs at once, without tokens and trees: names, numbers, + - * / **, brackets, functions.

Most lines of a long program are plain. A text with anything else in it, or with what could be read otherwise, is left
to the reader whole (`Unsure`): it finds every error, and of a plain text the same graph, node for node, by test.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from itertools import chain

from cgviz.graph.marks import ELEMENTS
from cgviz.graph.nodes import CONSTANT, Graph, times
from cgviz.ops.arithmetic import copy, neg, signed_sum
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.products import product
from cgviz.reading.combining import MOST_NODES, Combining
from cgviz.reading.fresh import Fresh
from cgviz.reading.glued import is_two
from cgviz.reading.prose import has_number, is_turned
from cgviz.reading.python import KEYWORDS, is_python
from cgviz.reading.tokens import NUMBER
from cgviz.reading.worded import DERIVATIVE
from cgviz.reading.words import OTHERWISE, SPELLED, of_library, why_no_variable
from cgviz.text.formula import Formula
from cgviz.text.identifiers import LONGEST_NAME

BLANK = r"[ \t\r\f\v]*+(?:\#[^\n]*+)?+"
NAME = f"[A-Za-z_][A-Za-z_0-9]{{0,{LONGEST_NAME - 1}}}+"
PIECE = re.compile(rf"{BLANK}(?:({NAME})|({NUMBER}))?+{BLANK}(\*\*|[-+*/^(),\n;]|=(?!=)|\Z)|.")
"""An operand, where there is one, and the sign behind it."""
ANY_NAME = re.compile(rf"\b{NAME}(?![ \t]*\()", re.ASCII)
TARGET = re.compile(rf"({NAME})[ \t]*=(?:[ \t]*(-?[ \t]*{NUMBER})[ \t]*(?=[\n;]|\Z))?")
"""What a statement assigns to, and the value where it is one."""
COMMENT = re.compile("#[^\n]*")
NOTHING: list[int] = []
OVER_D = re.compile(r"/\s*d")
MEANS_MORE = frozenset({*OTHERWISE, *KEYWORDS.split("|"), "lambda"})
POWERS = frozenset({"**", "^"})
ENDS = frozenset({"\n", ";", ""})
DEEPEST = 50
LITERAL, NAMED, OPEN, MADE = range(4)  # an operand: a number, a name, −x or 1/2, which no bracket closes, any other
Piece = re.Match[str]


class Unsure(Exception):  # noqa: N818 - nothing is wrong: the reader knows
    """This text is not plain."""


def read_plain(text: str, given: Collection[str], share: bool = True) -> Graph | None:
    """Returns the graph of a plain program as it is written, not yet staged; None for any other text."""
    if not text.isascii() or ".e" in text or ".E" in text or has_number(text) or is_turned(text):
        return None
    if (OVER_D.search(text) and DERIVATIVE.search(text)) or ("#" in text and is_python(text)):
        return None
    plain = Plain(text, share)
    try:
        plain.enter_names(given)
        return plain.finished(plain.statements(), text)
    except (Unsure, StopIteration, ArithmeticError):
        return None


class Plain(Combining):
    """Reads the pieces of a text, and writes each operation as soon as its last operand has been read.

    where   which node a name stands for so far; an input stands there from the beginning
    values  the inputs that a statement gives a value: from that statement on they stand in `where`
    piece   the last piece of the expression that was read last; `kind` is what that expression was
    """

    given: Collection[str]
    names: Mapping[str, object]
    targets: Mapping[str, str]
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

    def enter_names(self, given: Collection[str]) -> None:
        """Enters the inputs, which stand before all stages: names that no statement assigns, or as a value."""
        text = COMMENT.sub("", self.text) if "#" in self.text else self.text
        names = self.names = dict.fromkeys(ANY_NAME.findall(text))
        targets = self.targets = dict(TARGET.findall(text)) if "=" in text else {}
        self.given = given
        if not names.keys().isdisjoint(MEANS_MORE):
            raise Unsure
        enter, where = self.builder.input, self.where
        for name in [name for name in names if targets.get(name, name)] if targets else names:
            if name in targets:
                value = float("".join(targets[name].split()))
                self.values[name] = enter(name, "", value)
            elif name in given or name[1:].isdigit() or self.is_variable(name):  # x12
                where[name] = enter(name)

    def is_variable(self, name: str) -> bool:
        """Tells whether a name is an input, or pi. Raises Unsure where it could be a function, or two names."""
        if len(name) == 1 and name != "e":
            return True
        if name in ("e", "inf") or why_no_variable(name, False) or is_two(self.text, name, self.declared, self.taken):
            raise Unsure
        return name != "pi"

    @cached_property
    def declared(self) -> set[str]:
        """The names that have a value or are assigned."""
        return {*self.given, *self.targets}

    @cached_property
    def taken(self) -> set[str]:
        """All names that the program has."""
        return {*self.given, *self.names}

    @cached_property
    def fresh(self) -> Fresh:
        return Fresh({*self.taken})

    # statements

    def statements(self) -> int:
        """Reads all statements; returns the node of the output."""
        index, last, before = -1, "", ""
        for piece in self.pieces:
            name, number, sign = piece.groups()
            if sign == "=" and name is not None:
                index, last, sign = self.assigned(name), name, self.piece[3]
                if sign not in ENDS or len(self.builder.nodes) > MOST_NODES:
                    raise Unsure
            elif name is not None or number is not None or sign not in ENDS:
                return self.output(piece, index, last, before)
            before = sign
            if not sign:
                break
        return self.ended(index, "")

    def assigned(self, name: str) -> int:
        """Reads what is assigned to a name; returns its node, or -1 where it is a number and no output."""
        if name in self.values:
            return self.value(name)
        op, args = self.expression(self.pieces)
        new, label = self.fresh.again(name) if name in self.where else (name, "")
        index = self.where[name] = self.entered(new, label, op, args)
        node = self.builder.nodes[index]
        return -1 if node.op is copy and self.builder.nodes[node.args[0]].op is CONSTANT else index

    def value(self, name: str) -> int:
        piece = next(self.pieces)
        self.piece = piece if piece[2] else next(self.pieces)
        if name in self.where:
            raise Unsure
        self.where[name] = self.values.pop(name)
        return -1

    def output(self, piece: Piece, index: int, last: str, before: str) -> int:
        """Reads an expression without a name, which ends the program, after the sign `before`; returns its node."""
        name, number, sign = piece.groups()
        if name != last or sign not in ENDS:
            if last and sign == "-" and before != ";" and not (name or number):  # the line before may go on
                raise Unsure
            op, args = self.expression(chain([piece], self.pieces))
            index, sign = self.entered(self.fresh.output(()), "", op, args), self.piece[3]
        return self.ended(index, sign)

    def entered(self, name: str, label: str, op: Op | None, args: list[int]) -> int:
        """Returns the node of a statement."""
        if self.kind == LITERAL:
            raise Unsure
        return self.named(name, label, args[0], self.kind == NAMED) if op is None else self.apply(op, args, name, label)

    def ended(self, index: int, sign: str) -> int:
        """Returns the node of the output, when nothing is left to be read."""
        if index < 0 or sign not in ENDS or self.values or any(p[1] or p[2] or p[3] not in ENDS for p in self.pieces):
            raise Unsure
        return index

    # expressions

    def expression(self, pieces: Iterator[Piece]) -> tuple[Op | None, list[int]]:
        """Reads a sum of products; returns the operation that ends it and its operands, which is not written yet.

        No operation is an operand alone, of a certain `kind`. `piece` is the last one, with the sign behind all.
        """
        where, numbers = self.where, self.numbers
        signs: list[int] = []
        terms: list[int] = []
        joined: list[int] = []  # the places of + and −
        factors = crossed = NOTHING  # of this term so far, and the places of its * and /
        below = NOTHING  # which factors are numbers below a slash
        sign, divides, turned = 1, False, False
        for piece in pieces:
            name, number, joint = piece.groups()
            if name is not None and joint != "(":
                node, kind = where.get(name), NAMED
                if node is None:
                    node, kind = self.pi(name), LITERAL
            elif number is None:
                node, kind, sign = self.operand(piece, sign, terms, crossed)
                piece = self.piece
                joint = piece[3]
                if node < 0:  # −1*x is a negative
                    factors, crossed, turned = [], [piece.start(3)], True
                    continue
            elif joint == "/" and not crossed and float(number) == 1:  # 1/x is no product
                factors, crossed, divides = [], [piece.start(3)], True
                continue
            else:
                node, kind = numbers.get(number), LITERAL
                if node is None:
                    node = self.number(number)
            if joint == "**" or joint == "^":
                node, kind = self.raised(node, kind, name, joint), MADE
                piece = self.piece
                joint = piece[3]
            if divides:
                if kind == LITERAL and (factors or joint == "*" or joint == "/"):
                    below = [*below, len(factors)]
                else:
                    self.places = () if factors or joint == "*" or joint == "/" else at(crossed)
                    node, kind = self.power([node, self.number("-1")]), OPEN if kind == LITERAL else MADE
            if joint == "*" or joint == "/":
                if crossed:
                    factors.append(node)
                    crossed.append(piece.start(3))
                else:
                    factors, crossed = [node], [piece.start(3)]
                divides = joint == "/"
                continue
            if crossed:
                factors.append(node)
                if len(factors) > 1:
                    self.places = crossed if len(crossed) > 1 else crossed[0]
                    two = len(factors) == 2 and not below
                    node = self.apply(times, factors) if two else self.multiplication(factors, below)
                    kind = MADE
                if turned:
                    is_term = bool(terms) or joint == "+" or joint == "-"
                    node, kind, sign = self.turned(node, sign, len(factors), crossed, is_term)
                factors = crossed = below = NOTHING
                divides = turned = False
            signs.append(sign)
            terms.append(node)
            if joint != "+" and joint != "-":
                break
            joined.append(piece.start(3))
            sign = 1 if joint == "+" else -1
        else:
            raise Unsure
        self.piece, self.kind = piece, kind
        if len(terms) > 1:
            self.places, self.kind = at(joined), MADE
            return signed_sum(*signs), terms
        if sign < 0:
            self.places, self.kind = (), OPEN
            return neg, terms
        return None, terms

    def operand(self, piece: Piece, sign: int, terms: list[int], crossed: list[int]) -> tuple[int, int, int]:
        """Reads an operand that begins with a bracket, a function or a minus; returns its node, its kind and the sign
        of the term."""
        name, number, joint = piece.groups()
        if joint == "-" and name is None and (sign > 0 or terms):
            piece = self.piece = next(self.pieces)
            name, number, joint = piece.groups()
            if number is not None:
                return self.negative(number, joint, sign, terms, crossed)
            if terms or crossed:
                raise Unsure
            sign = -1
        if joint == "(":
            return *(self.bracket() if name is None else self.applied(name, piece.start(1))), sign
        if name is None or name not in self.where:
            raise Unsure
        return self.where[name], NAMED, sign

    def negative(
        self, number: str, joint: str, sign: int, terms: list[int], crossed: list[int]
    ) -> tuple[int, int, int]:
        """Returns the same for a number with a minus of its own: −3 + x subtracts 3, −3*x is a product with −3.

        The −1 of −1*x is no node, −1.
        """
        is_factor = bool(crossed) or joint in ("*", "/")
        if number == "1" and joint == "*" and not crossed:
            return -1, LITERAL, sign
        if joint in POWERS or float(number) == 0 or (float(number) == 1 and is_factor and not crossed):
            raise Unsure
        if is_factor or not (terms or joint in ("+", "-")):
            return self.number(f"-{number}"), LITERAL, sign
        if sign < 0:
            raise Unsure
        return self.number(number), LITERAL, -1

    def turned(self, node: int, sign: int, count: int, crossed: list[int], is_term: bool) -> tuple[int, int, int]:
        """Returns node, kind and sign of a term −1*x, where `count` factors stand behind the −1."""
        if count == 1 and is_term and sign > 0:
            return node, MADE, -1
        self.places = at(crossed)
        return self.apply(neg, [node]), OPEN if count == 1 else MADE, sign

    def multiplication(self, factors: list[int], below: list[int]) -> int:
        if below:
            return self.product(factors, [slot in below for slot in range(len(factors))], ELEMENTS * len(factors))
        return self.apply(product(len(factors)), factors)

    def raised(self, base: int, kind: int, name: str | None, mark: str) -> int:
        """Reads the exponent of a power, a name or a number; returns the power's node."""
        piece = next(self.pieces)
        sign = ""
        if piece[3] == "-" and not (piece[1] or piece[2]):
            piece, sign = next(self.pieces), "-"
        exponent, number, joint = piece.groups()
        is_function = kind == NAMED and name in REGISTRY
        is_odd = sign and (number is None or kind == LITERAL or mark == "^" or float(number) == 0)
        if joint in POWERS or is_function or exponent == "T" or is_odd:
            raise Unsure
        index = self.where.get(exponent) if number is None else self.number(sign + number)
        if index is None:
            raise Unsure
        self.places, self.piece = (), piece
        return self.power([base, index])

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
        return self.closed(node), self.kind

    def applied(self, name: str, place: int) -> tuple[int, int]:
        """Reads the arguments of a function, and the sign behind its bracket; returns its node and its kind."""
        op = self.functions.get(name) or self.function(name)
        args = [self.inside()]
        while self.piece[3] == ",":
            args.append(self.inside())
        least, most = op.arity
        if self.piece[3] != ")" or not least <= len(args) <= (most or len(args)):
            raise Unsure
        self.places = place
        return self.closed(self.apply(op, args)), MADE

    def inside(self) -> int:
        """Reads an expression in a bracket, up to a comma or the bracket's end; returns its node."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unsure
        op, args = self.expression(self.pieces)
        self.depth -= 1
        return args[0] if op is None else self.apply(op, args)

    def closed(self, node: int) -> int:
        """Reads the sign behind a bracket; returns the bracket's node."""
        self.piece = next(self.pieces)
        if self.piece[1] or self.piece[2]:
            raise Unsure
        return node

    def function(self, name: str) -> Op:
        """Returns the op of numbers that a name applies."""
        op = REGISTRY.get(SPELLED.get(name, name)) if name in REGISTRY else None
        if op is None or op.vjp is not None or op.fixed or op.sized or op.lists or name in self.declared:
            raise Unsure
        if op.options and (op.operands is not None or of_library(name)):
            raise Unsure
        self.functions[name] = op
        return op


def at(places: list[int]) -> int | list[int]:
    """Returns places as nodes keep them: one alone is no list."""
    return places[0] if len(places) == 1 else places
