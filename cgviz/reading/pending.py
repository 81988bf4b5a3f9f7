"""What stands on the stacks while an expression is read: operators that wait, chains of terms or factors, signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cgviz.errors import ExpressionError, quoted
from cgviz.ops.op import REGISTRY, Op
from cgviz.reading import build
from cgviz.reading.arguments import Arguments, Lengths, Several
from cgviz.reading.tokens import Token
from cgviz.records import record

CHOICE, COMPARISON, BOTH, SUM, PRODUCT, PREFIX, POWER = 1, 2, 3, 4, 5, 6, 7
BARRIER = 0
ELEMENTS = frozenset("*/⊙")
ROOTS = {"√": "sqrt", "∛": "cbrt"}


@dataclass
class Notes:
    """What sympy does not keep of a program, by the id of a node.

    places  the offsets of its operators in the text
    joints  how the factors of a product are joined, a character for each gap; none where `*` and `/` do it all
    """

    places: dict[int, int | Sequence[int]] = field(default_factory=dict)
    joints: dict[int, str] = field(default_factory=dict)


@record
class Definition:
    """A function that the program defines, `σ(t) = ...`: expanded where it is applied."""

    name: str
    parameters: tuple[str, ...]
    body: Sequence[Token]


class Chain:
    """A sum or product that is still being read: (sign, term) or (factor, divides) pairs.

    `operators` are the offsets of its operators, `joints` their kinds; `notes` is where they are entered for the node
    that is made.
    """

    __slots__ = ("joints", "kind", "notes", "operators", "pairs")

    def __init__(self, kind: int, pairs: list[Any], operator: Pending, notes: Notes) -> None:
        self.kind, self.pairs, self.notes = kind, pairs, notes
        self.operators: int | list[int] = operator.token.start  # most chains have but one
        self.joints: str | list[str] = operator.kind

    def made(self, node: Any) -> Any:
        """Returns the node that the chain has become, its operators' places entered."""
        self.notes.places[id(node)] = self.operators
        if self.kind == PRODUCT and self.joints != "*" and not ELEMENTS.issuperset(self.joints):
            self.notes.joints[id(node)] = "".join(self.joints)[max(0, len(self.pairs) - len(node.args)) :]
        return node

    def add(self, pair: Any, operator: Pending) -> Chain:
        """Returns the chain itself, longer by a pair and its operator."""
        self.pairs.append(pair)
        if self.kind == PRODUCT:
            if isinstance(self.joints, str):
                self.joints = [self.joints]
            self.joints.append(operator.kind)
        if isinstance(self.operators, int):
            self.operators = [self.operators]
        self.operators.append(operator.token.start)
        return self


class Negated:
    """A value after a unary minus: as the first term of a sum it is a term with a sign."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Pending:
    """An operator or an opening bracket on the stack."""

    __slots__ = ("binds", "kind", "token")
    function: Op | Definition | None = None
    arguments: Arguments | None = None
    is_call = False
    count = 0

    def __init__(self, binds: int, kind: str, token: Token) -> None:
        self.binds, self.kind, self.token = binds, kind, token


class Bracket(Pending):
    """A bracket on the stack; one after a function's name counts its commas."""

    __slots__ = ("arguments", "count", "function", "is_call")

    def __init__(
        self,
        kind: str,
        token: Token,
        function: Op | Definition | None = None,
        arguments: Arguments | None = None,
    ) -> None:
        super().__init__(BARRIER, kind, token)
        self.function, self.arguments, self.count = function, arguments, 0
        self.is_call = function is not None or arguments is not None


def prefixed(kind: str, value: Any) -> Any:
    """Returns −value or √value; the negative of a literal is a literal."""
    if kind in ROOTS:
        return build.call(REGISTRY[ROOTS[kind]], [value])
    return -value if build.is_literal(value) else Negated(value)


def settled(value: Any) -> Any:
    """Returns a finished sympy node for a value that may still be a chain."""
    kind = type(value)
    if kind not in UNSETTLED:
        return value
    if kind is Several and value.only is not None:
        return value.only
    if kind is Lengths:
        raise ExpressionError("a shape is no number: take a length, x.shape[0], or name them, N, D = x.shape")
    if kind is Several:
        raise ExpressionError(
            f"{quoted(value.name)} has {len(value.nodes)} outputs: name them, a, b = ..., or take one, [0]"
        )
    if kind is Chain and value.kind == SUM:
        return value.made(build.total(value.pairs))
    sign, term = signed(value)
    return term if sign > 0 else build.negative(term)


def signed(value: Any) -> tuple[int, Any]:
    """Returns a value as (sign, node): `−a·b` is −(a·b)."""
    kind = type(value)
    if kind not in UNSETTLED:
        return 1, value
    if kind is Negated:
        return -1, value.value
    if kind is Chain and value.kind == PRODUCT:
        pairs = value.pairs
        if type(pairs[0][0]) not in UNSETTLED:
            return 1, value.made(build.product(pairs))
        sign, head = signed(pairs[0][0])
        return sign, value.made(build.product([(head, False), *pairs[1:]]))
    return 1, settled(value) if kind is Chain else value


UNSETTLED = frozenset({Chain, Negated, Several, Lengths})
