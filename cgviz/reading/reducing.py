"""Operators and functions applied: what stands on the reader's stacks becomes nodes of sympy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cgviz.errors import ExpressionError
from cgviz.graph.marks import INVERTED
from cgviz.ops.op import REGISTRY, Op
from cgviz.reading import build
from cgviz.reading.pending import (
    BOTH,
    COMPARISON,
    POWER,
    PREFIX,
    PRODUCT,
    SUM,
    Chain,
    Negated,
    Notes,
    Pending,
    prefixed,
    settled,
    signed,
)
from cgviz.reading.tokens import Token

COMPARISONS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}


class Reducer:
    """Applies the operators that wait on a stack to the values before them.

    text     the program, for carets
    notes    what is kept of the text beside the sympy nodes
    singles  arrays of one element, `[x + y]`, each with that element, by id: among operators that is what is meant
    """

    def __init__(self, text: str, notes: Notes | None = None) -> None:
        self.text = text
        self.notes = Notes() if notes is None else notes
        self.singles: dict[int, tuple[Any, Any]] = {}

    def reduce(self, binds: int, values: list[Any], stack: list[Pending]) -> None:
        """Applies the operators on the stack that bind at least as tightly as `binds`."""
        while stack and stack[-1].binds >= binds:
            pending = stack.pop()
            if pending.binds == PREFIX:
                values.append(prefixed(pending.kind, settled(self.single(values.pop()))))
                continue
            right, left = values.pop(), values.pop()
            if self.singles and pending.kind != "@":
                left, right = self.single(left), self.single(right)
            if pending.binds == SUM:
                values.append(self.added(left, right, pending))
            elif pending.kind == "@":
                values.append(self.called(REGISTRY["matmul"], [settled(left), settled(right)], pending.token))
            elif pending.binds == PRODUCT:
                values.append(self.multiplied(left, right, pending))
            elif pending.binds == POWER:
                values.append(self.powered(settled(left), settled(right), pending))
            elif pending.binds == BOTH:
                both = [settled(left), settled(right)]
                if not any(map(build.is_condition, both)):
                    raise self.error("'&' stands between conditions, as in (x > 0) & (y > 0)", pending.token)
                values.append(self.called(REGISTRY["logical_and"], both, pending.token))
            elif pending.binds == COMPARISON:
                op = REGISTRY[COMPARISONS[pending.kind]]
                values.append(self.called(op, [settled(left), settled(right)], pending.token))
            else:
                chosen = [settled(left), values.pop(), settled(right)]
                values.append(self.called(REGISTRY["where"], chosen, pending.token))

    def powered(self, base: Any, exponent: Any, operator: Pending) -> Any:
        """Returns base ** exponent; `A^-1` is what mathematics means by it, of a matrix its inverse."""
        if operator.token.text == "^" and build.is_literal(exponent) and exponent == build.MINUS_ONE:
            return self.called(INVERTED, [base], operator.token)
        return build.raised(base, exponent)

    def single(self, value: Any) -> Any:
        """Returns the x + y of `[x + y]z`, in which square brackets group; any other value as it is."""
        return self.singles[id(value)][1] if id(value) in self.singles else value

    def added(self, left: Any, right: Any, operator: Pending) -> Chain:
        """Returns left ± right, in the chain that `left` is already when it stands at this bracket level."""
        sign = 1 if operator.kind == "+" else -1
        inner, term = signed(right) if sign > 0 else (1, settled(right))
        if type(left) is Chain and left.kind == SUM:
            return left.add((sign * inner, term), operator)
        return Chain(SUM, [signed(left), (sign * inner, term)], operator, self.notes)

    def multiplied(self, left: Any, right: Any, operator: Pending) -> Chain:
        """Returns left · right or left / right, in the chain that `left` is already."""
        factor = (settled(right), operator.kind == "/")
        if type(left) is Chain and left.kind == PRODUCT:
            return left.add(factor, operator)
        head = (left if type(left) is Negated else settled(left), False)
        return Chain(PRODUCT, [head, factor], operator, self.notes)

    def called(self, op: Op, args: Sequence[Any], token: Token) -> Any:
        """Returns `op(*args)`, its place entered."""
        node = build.call(op, args)
        self.notes.places[id(node)] = token.start
        return node

    def error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, self.text, token.start, token.end)
