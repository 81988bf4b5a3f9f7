"""The one place where sympy becomes a graph: an iterative walk over a tree that may be evaluated or not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sympy
from sympy import Add, Mul, Pow, Symbol

from cgviz.errors import ExpressionError, quoted
from cgviz.graph.marks import ELEMENTS, beside
from cgviz.graph.nodes import CONSTANT, INPUT, Builder, Graph, Node
from cgviz.ops import arithmetic
from cgviz.ops.arithmetic import copy, divide, neg, power, reciprocal, signed_sum
from cgviz.ops.op import REGISTRY, Op, ops
from cgviz.ops.products import product
from cgviz.reading.pending import Notes
from cgviz.reading.program import Program, Statement
from cgviz.text.formula import Formula
from cgviz.text.identifiers import identifier
from cgviz.text.names import Name
from cgviz.text.parsing import spelled, word
from cgviz.values.arrays import settled, shape_of

INFINITE = float("inf")
MOST_NODES = 2_000_000
Combine = Callable[[Sequence[int]], int]


def graph_of(program: Program, share: bool = True) -> Graph:
    """Returns the graph of a program, as it was written: not yet staged, stages without a name of their own."""
    walk = Walk(share)
    walk.notes = program.notes
    for entry in program.inputs:
        walk.names[entry.name] = walk.builder.input(entry.name, entry.label, entry.default, entry.shape)
    for statement in program.statements:
        index = walk.tree(statement.expression)
        index = walk.names[statement.name] = walk.named(statement, index)
    if walk.builder.nodes[index].op.name in ("argmax", "argmin"):
        what = walk.builder.nodes[index].op.name
        raise ExpressionError(f"{what} is a place: piecewise constant, its derivative is 0 wherever it has one")
    made = walk.builder.finish(index, program.text)
    counts = {name: count for name, count in program.counts.items() if walk.is_input(name) and walk.is_input(count[0])}
    return replace(made, counts=counts, beside=program.beside) if counts or program.beside else made


def graph_of_sympy(expression: Any, share: bool = True) -> Graph:
    """Returns the graph of a sympy expression; its free symbols are the inputs, its value is the output `f`."""
    walk = Walk(share)
    index = walk.tree(expression)
    walk.identify()
    output = walk.named(Statement("f" if "f" not in walk.names else "out", "", expression), index)
    return walk.builder.finish(output)


class Walk:
    """Turns trees into nodes of one builder. `names` tells which node a symbol stands for."""

    def __init__(self, share: bool) -> None:
        self.builder = Builder(share)
        self.names: dict[str, int] = {}
        self.symbols: dict[str, Symbol] = {}
        self.notes = Notes()
        self.here: Any = None

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
                self.here = node
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
                self.here = item
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

    def product(self, args: Sequence[int], divides: Sequence[bool], joints: str) -> int:
        """Returns args multiplied, left to right, those that divide as divisors by a constant."""
        factors: list[int] = []
        gaps = ""
        for arg, by, gap in zip(args, divides, " " + joints, strict=False):
            if not by:
                gaps += gap if factors else ""
                factors.append(arg)
            elif not factors:
                factors = [self.apply(reciprocal, [arg])]
            else:
                factors, gaps = [self.apply(divide, [self.multiplied(factors, gaps), arg])], ""
        return self.multiplied(factors, gaps)

    def multiplied(self, factors: Sequence[int], gaps: str) -> int:
        """Returns the product of factors; it is marked where they stand side by side and could be arrays."""
        if len(factors) == 1:
            return factors[0]
        nodes = [self.builder.nodes[factor] for factor in factors]
        arrays = sum(node.op is not CONSTANT or bool(node.shape) for node in nodes)
        is_marked = arrays > 1 and bool(gaps.strip("*/⊙"))
        return self.apply(beside(gaps) if is_marked else product(len(factors)), factors)

    def plan_power(self, base: Any, exponent: Any) -> tuple[Sequence[Any], Combine]:
        if base is sympy.E:
            return (exponent,), lambda args: self.apply(REGISTRY["exp"], args)
        return (base, exponent), self.power

    def power(self, args: Sequence[int]) -> int:
        base, exponent = args
        node = self.builder.nodes[exponent]
        if node.op is CONSTANT and not node.shape and node.value == -1:
            return self.apply(reciprocal, [base])
        if node.op is not CONSTANT or node.value is None or node.shape or self.builder.nodes[base].op is CONSTANT:
            return self.apply(arithmetic.pow_, args)
        if node.value == 0.5:
            return self.apply(REGISTRY["sqrt"], [base])
        return self.apply(power(node.value, node.formula), [base])

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
            spellings = (each for each in (spelled(own), word(own)) if each.text not in shown)
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

    def apply(self, op: Op, args: Sequence[int]) -> int:
        """Returns a new stage; constants alone are folded into one constant, as long as that is finite."""
        nodes = self.builder.nodes
        if op.fixed and nodes[args[0]].op is not CONSTANT:
            raise ExpressionError(op.needs_number())
        if not args or (nodes[args[0]].op is CONSTANT and all(nodes[arg].op is CONSTANT for arg in args)):
            folded = self.folded(op, [nodes[arg] for arg in args])
            if folded is not None:
                return folded
        return self.builder.apply(op, args, places=self.notes.places.get(id(self.here), ()))

    def folded(self, op: Op, nodes: Sequence[Node]) -> int | None:
        """Returns the constant that constants make; None where it is not finite, or takes an op for arrays."""
        values = [node.value for node in nodes]
        if not nodes or any(is_made(node) for node in nodes):
            return self.made(op, nodes)
        if op.sized is not None and len({node.shape for node in nodes}) <= 1:
            return self.builder.constant(op.forward(*values))
        if op.vjp is not None or any(node.shape for node in nodes):
            return None
        value = op.forward(*values)
        if value - value != 0:
            return None
        operands = [node.formula or Formula(node.value) for node in nodes]
        plain = op is neg and operands[0].op is None and not isinstance(operands[0].leaf, str)
        return self.builder.constant(value, None if plain else Formula(op=op, args=tuple(operands)))

    def made(self, op: Op, nodes: Sequence[Node]) -> int | None:
        """Returns the constant that an op makes of arrays that were made, `tril(ones((3, 3)))`, or of inf; None where
        shapes do not fit."""
        operands = tuple(node.formula or Formula(node.value, shape=node.shape) for node in nodes)
        try:
            value = settled(op(*(node.value for node in nodes)))
        except (ValueError, TypeError):
            return None
        return self.builder.constant(value, Formula(op=op, args=operands, shape=shape_of(value)))

    def named(self, statement: Statement, index: int) -> int:
        """Returns the node of a statement: `index` under its name; a new node where that has a name already."""
        node = self.builder.nodes[index]
        if not node.is_stage or isinstance(statement.expression, Symbol):
            node = Node(copy, (index,))
        if node.given or node.op is copy:
            return self.builder.push(node._replace(name=statement.name, label=statement.label, given=True))
        self.builder.nodes[index] = Node(node.op, node.args, statement.name, statement.label, True, *node[5:])
        return index


def is_made(node: Node) -> bool:
    """Tells whether a constant was made by a function, `eye(3)`, or is infinite."""
    return node.formula is not None and (bool(node.shape) or node.value in (INFINITE, -INFINITE))


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
