"""The one place where sympy becomes a graph: an iterative walk over a tree that may be evaluated or not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sympy
from sympy import Add, Mul, Pow, Symbol

from cgviz.errors import ExpressionError, printable, quoted
from cgviz.graph.marks import ELEMENTS
from cgviz.graph.nodes import INPUT, Graph
from cgviz.ops.arithmetic import neg, signed_sum
from cgviz.ops.op import REGISTRY, Op, ops
from cgviz.ops.products import product
from cgviz.reading.combining import MOST_NODES, Combining
from cgviz.reading.pending import Notes
from cgviz.reading.program import Program
from cgviz.text.formula import Formula
from cgviz.text.identifiers import identifier
from cgviz.text.names import Name
from cgviz.text.parsing import spelled, word

Combine = Callable[[Sequence[int]], int]


def graph_of(program: Program, share: bool = True) -> Graph:
    """Returns the graph of a program, as it was written: not yet staged, stages without a name of their own."""
    walk = Walk(share)
    walk.notes = program.notes
    for entry in program.inputs:
        walk.names[entry.name] = walk.builder.input(entry.name, entry.label, entry.default, entry.shape)
    for statement in program.statements:
        name, label, expression = statement
        index = walk.named(name, label, walk.tree(expression), isinstance(expression, Symbol))
        walk.names[name] = index
    if walk.builder.nodes[index].op.name in ("argmax", "argmin"):
        what = walk.builder.nodes[index].op.name
        raise ExpressionError(f"{what} is a place: piecewise constant, its derivative is 0 wherever it has one")
    made = walk.finished(index, program.text)
    counts = {name: count for name, count in program.counts.items() if walk.is_input(name) and walk.is_input(count[0])}
    return replace(made, counts=counts, beside=program.beside) if counts or program.beside else made


def graph_of_sympy(expression: Any, share: bool = True) -> Graph:
    """Returns the graph of a sympy expression; its free symbols are the inputs, its value is the output `f`."""
    walk = Walk(share)
    index = walk.tree(expression)
    walk.identify()
    output = walk.named("f" if "f" not in walk.names else "out", "", index, isinstance(expression, Symbol))
    return walk.builder.finish(output)


class Walk(Combining):
    """Turns trees into nodes of one builder. `names` tells which node a symbol stands for."""

    def __init__(self, share: bool) -> None:
        super().__init__(share)
        self.names: dict[str, int] = {}
        self.symbols: dict[str, Symbol] = {}
        self.notes = Notes()

    def is_input(self, name: str) -> bool:
        return name in self.names and self.builder.nodes[self.names[name]].op is INPUT

    def tree(self, root: Any) -> int:
        """Returns the node for a tree."""
        done: dict[int, int] = {}
        results: list[int] = []
        todo: list[Any] = [root]
        while todo:
            item = todo.pop()
            kind = type(item)
            if kind is Symbol:
                results.append(self.symbol(item))
                continue
            if kind is tuple:
                node, combine, count = item
                args = results[len(results) - count :]
                del results[len(results) - count :]
                self.places = self.notes.places.get(id(node), ())
                index = combine(args)
                if self.builder.share:
                    done[id(node)] = index
                results.append(index)
                continue
            known = done.get(id(item))
            if known is not None:
                results.append(known)
                continue
            children, combine = self.plan(item)
            symbols = [child for child in children if type(child) is Symbol]
            if len(symbols) == len(children):
                self.places = self.notes.places.get(id(item), ())
                index = combine([self.symbol(symbol) for symbol in symbols])
                if children and self.builder.share:
                    done[id(item)] = index
                results.append(index)
                continue
            if len(self.builder.nodes) > MOST_NODES:
                raise ExpressionError(f"the expression has more than {MOST_NODES} operations")
            todo.append((item, combine, len(children)))
            todo.extend(reversed(children))
        return results[0]

    def plan(self, node: Any) -> tuple[Sequence[Any], Combine]:
        """Returns the children of a sympy node and how their nodes are combined."""
        if isinstance(node, Add):
            return self.plan_sum(node.args)
        if isinstance(node, Mul):
            return self.plan_product(node.args, self.notes.joints.get(id(node), ""))
        if isinstance(node, Pow):
            return self.plan_power(*node.args)
        if isinstance(node, (sympy.Number, sympy.NumberSymbol)):
            return (), lambda _: self.number(node)
        if isinstance(node, Symbol):
            return (), lambda _: self.symbol(node)
        return self.plan_call(node)

    def plan_sum(self, terms: Sequence[Any]) -> tuple[Sequence[Any], Combine]:
        pairs = [unsigned(term) for term in terms]
        return [term for _, term in pairs], partial(self.apply, signed_sum(*[sign for sign, _ in pairs]))

    def plan_product(self, factors: Sequence[Any], joints: str = "") -> tuple[Sequence[Any], Combine]:
        negative = is_minus_one(factors[0])
        if negative:
            factors, joints = factors[1:], joints[1:]
        divides = [type(factor) is Pow and is_constant_divisor(factor) for factor in factors]
        if not joints and not negative and True not in divides:
            return factors, partial(self.apply, product(len(factors)))
        children = [factor.args[0] if by else factor for factor, by in zip(factors, divides, strict=True)]

        def combine(args: Sequence[int]) -> int:
            index = self.product(args, divides, joints or ELEMENTS * len(args))
            return self.apply(neg, [index]) if negative else index

        return children, combine

    def plan_power(self, base: Any, exponent: Any) -> tuple[Sequence[Any], Combine]:
        if base is sympy.E:
            return (exponent,), lambda args: self.apply(REGISTRY["exp"], args)
        return (base, exponent), self.power

    def plan_call(self, node: Any) -> tuple[Sequence[Any], Combine]:
        op = known_op(node)
        if op is None:
            from cgviz.reading.foreign import foreign

            return foreign(self, node)
        return node.args, lambda args: self.apply(op, args)

    def symbol(self, node: Symbol) -> int:
        """Returns the input or stage that a symbol stands for. Raises ExpressionError where that is not clear."""
        known = self.symbols.setdefault(node.name, node)
        if known is not node and known != node:
            raise ExpressionError(f"two different symbols are called {quoted(node.name)}; give each a name of its own")
        if not node.name:
            raise ExpressionError("a symbol without a name cannot be shown; give it one")
        index = self.names.get(node.name)
        if index is None:
            index = self.names[node.name] = self.builder.input(node.name)
        return index

    def identify(self) -> None:
        """Gives every input the identifier nearest to its name, x_2 where there is an x; its spelling stays its own."""
        nearest = {name: identifier(name) for name in self.names}
        names = {name: index for name, index in self.names.items() if nearest[name] == name}
        shown = {spelled(name).text for name in names}
        for own, index in self.names.items():
            if own in names and names[own] == index:
                continue
            tries = (nearest[own] if count == 1 else f"{nearest[own]}_{count}" for count in itertools.count(1))
            name = next(each for each in tries if each not in names)
            names[name] = index
            told = printable(own)
            spellings = (each for each in (spelled(told), word(told)) if each.text not in shown)
            spelling = next(spellings, None)
            shown.add(spelled(name).text if spelling is None else spelling.text)
            label = "" if spelling is None or spelling == spelled(name) else Name(name, spelling)
            self.builder.nodes[index] = self.builder.nodes[index]._replace(name=name, label=label)
        self.names = names

    def number(self, node: Any) -> int:
        """Returns a constant. Raises ExpressionError for what is no real, finite number."""
        if node is sympy.pi or node is sympy.E:
            return self.builder.constant(float(node), Formula("pi" if node is sympy.pi else "e"))
        try:
            value = node.p / node.q if isinstance(node, sympy.Rational) else float(node)
        except OverflowError:
            value = float("inf")
        if value != value or value in (float("inf"), float("-inf")):
            raise ExpressionError(f"{quoted(str(node))} is not a finite number of a float64")
        if isinstance(node, sympy.Rational) and node.q != 1:
            return self.builder.constant(value, Formula(float(node.p)) / Formula(float(node.q)))
        return self.builder.constant(value)


def is_minus_one(node: Any) -> bool:
    return isinstance(node, sympy.Integer) and node.p == -1


def unsigned(term: Any) -> tuple[int, Any]:
    """Returns a term of a sum as (sign, term without it)."""
    if type(term) is Symbol:
        return 1, term
    if isinstance(term, Mul) and is_minus_one(term.args[0]) and len(term.args) == 2:
        return -1, term.args[1]
    return (-1, -term) if isinstance(term, sympy.Number) and is_negative(term) else (1, term)


def is_negative(number: Any) -> bool:
    return bool(number.p < 0) if isinstance(number, sympy.Rational) else float(number) < 0


def is_constant_divisor(factor: Any) -> bool:
    """Tells whether a factor is 1/c for a literal c."""
    if not isinstance(factor, Pow) or not is_minus_one(factor.args[1]):
        return False
    return isinstance(factor.args[0], (sympy.Number, sympy.NumberSymbol))


def sympy_ops() -> Mapping[str, Op]:
    """Returns the op for each of sympy's own classes, by the class's name."""
    return {op.sympy: op for op in ops() if op.sympy and op.sympy not in ("Add", "Mul", "Pow")}


SYMPY_OPS: dict[str, Op] = {}


def known_op(node: Any) -> Op | None:
    """Returns the op that a sympy function stands for, or None."""
    kind = type(node)
    own = getattr(kind, "cgviz_op", None)
    if isinstance(own, Op):
        return own
    if not SYMPY_OPS:
        SYMPY_OPS.update(sympy_ops())
    op = SYMPY_OPS.get(kind.__name__)
    if op is None or getattr(sympy, kind.__name__, None) is not kind:
        return None
    least, most = op.arity
    return op if least <= len(node.args) <= (len(node.args) if most is None else most) else None
