"""Python's expressions become terms; what a backward pass does not need is refused where it stands."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cgviz.errors import quoted
from cgviz.grading import array_forms, array_keys, calls
from cgviz.grading.listing import Listing, UnreadableError
from cgviz.grading.term import Term, applied, renamed
from cgviz.ops.op import REGISTRY, Op

LARGEST, LARGEST_FILE, DEEPEST = 20_000, 2_000_000, 20
Build = Callable[[list[Term]], Term]

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "pow",
}
COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
SAID: dict[type[ast.AST], str] = {
    ast.BitXor: "`^` is not a power in Python; write `**`",
    ast.Attribute: "an attribute is not read",
    ast.Lambda: "a lambda is read only where it is given a name",
    ast.NamedExpr: "`:=` is not read; write the assignment on a line of its own",
    ast.Await: "await is not read",
    ast.JoinedStr: "a text is no number",
}


@dataclass(frozen=True)
class Helper:
    """A small function of the student's: its parameters, and what it returns as a term in them.

    Where some parameters are no numbers but an axis or an index, `read` gives the body for what they are; `defaults`
    are the values of those that may be left out, `indices` those that its body takes for indices.
    """

    params: tuple[str, ...]
    body: Term
    read: Callable[[Mapping[str, Any]], Term] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    indices: frozenset[str] = frozenset()


@dataclass
class Expressions:
    """Reads the expressions of one listing; `helpers` are the functions that it has defined so far,
    `statics` the values of the axes and indices that are parameters of the one whose body is read."""

    listing: Listing
    helpers: dict[str, Helper] = field(default_factory=dict)
    statics: Mapping[str, Any] = field(default_factory=dict)
    total: int = 0
    depth: int = 0

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Returns the offsets at which a node begins and ends; Python counts columns in bytes."""
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return start, self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def offset(self, line: int, column: int) -> int:
        text = self.listing.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode("utf-8", "ignore"))
        return self.listing.starts[line - 1] + column

    def refuse(self, node: ast.AST, message: str) -> UnreadableError:
        return self.listing.refuse(message, *self.place(node))

    def term(self, node: ast.expr, names: Mapping[str, Term] | None = None) -> Term:
        """Returns the term of an expression. Walks with a stack of its own. Raises UnreadableError.

        `names` are the terms that stand for parameters and local variables of a function.
        """
        done: list[Term] = []
        todo: list[ast.expr | tuple[ast.expr, Build, int]] = [node]
        while todo:
            item = todo.pop()
            if isinstance(item, tuple):
                where, build, count = item
                operands = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(self.bounded(where, build(operands)))
                continue
            inner, build = self.parts(item, names or {})
            todo.append((item, build, len(inner)))
            todo.extend(reversed(inner))
        self.total += done[0].size
        if self.total > LARGEST_FILE:
            raise self.refuse(node, "the file is too large to be graded")
        return done[0]

    def bounded(self, node: ast.expr, term: Term) -> Term:
        if term.size > LARGEST:
            raise self.refuse(node, "this expression is too large")
        start, end = self.place(node)
        return replace(term, start=start, end=end)

    def parts(self, node: ast.expr, names: Mapping[str, Term]) -> tuple[Sequence[ast.expr], Build]:
        """Returns the operands of an expression, and what makes its term of theirs. Raises UnreadableError."""
        read = array_forms.form(self, node)
        if read is not None:
            return read
        match node:
            case ast.Constant(value=bool() | int() | float() as held):
                return (), lambda _: Term(as_float(held))
            case ast.Constant(value=held):
                raise self.refuse(node, f"a {type(held).__name__} is no number")
            case ast.Name(id=name):
                return (), lambda _: names.get(name) or Term(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return (left, right), lambda args: applied(REGISTRY[BINARY[type(op)]], *args)
            case ast.BinOp(op=op):
                raise self.refuse(node, SAID.get(type(op), f"the operator {type(op).__name__} is not read"))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return (operand,), lambda args: applied(REGISTRY["neg"], *args)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return (operand,), lambda args: args[0]
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return (operand,), lambda args: applied(REGISTRY["equal"], args[0], Term(0.0))
            case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in COMPARED for op in ops):
                return (left, *others), lambda args: compared([COMPARED[type(op)] for op in ops], args)
            case ast.BoolOp(op=op, values=values):
                return values, both if isinstance(op, ast.And) else either
            case ast.IfExp(test=ast.Name(id=name), body=body, orelse=orelse) if name in self.statics:
                return (body if self.statics[name] else orelse,), lambda args: args[0]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return (test, body, orelse), lambda args: applied(REGISTRY["where"], *args)
            case ast.Call():
                return self.call(node)
            case ast.Attribute():
                found = calls.dotted(node)
                if found and found[0] in calls.MODULES and found[1] in calls.CONSTANTS:
                    return (), lambda _: Term(calls.CONSTANTS[found[1]])
        raise self.refuse(node, SAID.get(type(node), f"{type(node).__name__} is not read; write plain arithmetic"))

    def call(self, node: ast.Call) -> tuple[Sequence[ast.expr], Build]:
        found = calls.dotted(node.func)
        if found is None:
            raise self.refuse(node.func, "only functions by their names are read")
        if not found[0] and found[1] in self.helpers and self.helpers[found[1]].read is not None:
            return self.bound(node, self.helpers[found[1]])
        if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
            raise self.refuse(node, f"{quoted(found[1])} takes its numbers one after the other here")
        module, name = found
        if not module and name in self.helpers:
            return self.helped(node, name)
        if not calls.is_known(module, name):
            raise self.refuse(node.func, calls.unknown(module, name, tuple(self.helpers)))
        op = calls.function(module, name)
        if not (calls.takes(op, len(node.args)) if op else len(node.args) == 1):
            raise self.refuse(node, f"{quoted(name)} does not take {len(node.args)} arguments")
        return node.args, lambda args: applied(op, *args) if op else args[0]

    def bound(self, node: ast.Call, helper: Helper) -> tuple[Sequence[ast.expr], Build]:
        """Returns the call of a helper with parameters that are an axis or an index."""
        named = {each.arg or "": each.value for each in node.keywords}
        given = dict(zip(helper.params, node.args, strict=False)) | named
        fixed = {name: arg for name, arg in given.items() if name in helper.defaults or name in helper.indices}
        missing = [name for name in helper.params if name not in given and name not in helper.defaults]
        if missing or not given.keys() <= set(helper.params) or len(node.args) > len(helper.params):
            raise self.refuse(node, f"this helper takes {', '.join(helper.params)}")
        statics = {**helper.defaults, **{name: array_keys.static(self, arg) for name, arg in fixed.items()}}
        outer, self.statics, self.depth = self.statics, statics, self.depth + 1
        if self.depth > DEEPEST or helper.read is None:
            raise self.refuse(node, "helper functions call each other too deep")
        body = helper.read(statics)
        self.statics, self.depth = outer, self.depth - 1
        names = [name for name in given if name not in fixed]

        def build(args: list[Term]) -> Term:
            if body.size * (1 + max((arg.size for arg in args), default=0)) > LARGEST * 10:
                raise self.refuse(node, "this expression is too large")
            terms = dict(zip(names, args, strict=True))
            return renamed(body, lambda leaf: terms.get(leaf.leaf, leaf))

        return [given[name] for name in names], build

    def helped(self, node: ast.Call, name: str) -> tuple[Sequence[ast.expr], Build]:
        helper = self.helpers[name]
        if len(node.args) != len(helper.params):
            raise self.refuse(node, f"{quoted(name)} takes {len(helper.params)} arguments, not {len(node.args)}")
        op = REGISTRY.get(name)
        if op is not None and is_the(op, helper):
            return node.args, lambda args: applied(op, *args)

        def build(args: list[Term]) -> Term:
            uses = 1 + max((arg.size for arg in args), default=0)
            if helper.body.size * uses > LARGEST * 10:
                raise self.refuse(node, "this expression is too large")
            given = dict(zip(helper.params, args, strict=True))
            return renamed(helper.body, lambda leaf: given.get(leaf.leaf, leaf))

        return node.args, build


def as_float(held: float) -> float:
    try:
        return float(held)
    except OverflowError:
        return math.inf


def compared(names: Sequence[str], args: list[Term]) -> Term:
    pairs = [applied(REGISTRY[name], *args[i : i + 2]) for i, name in enumerate(names)]
    return both(pairs)


def both(terms: list[Term]) -> Term:
    """Returns `a and b and ...`: the first that is 0, else the last."""
    made = terms[-1]
    for term in reversed(terms[:-1]):
        made = applied(REGISTRY["where"], term, made, term)
    return made


def either(terms: list[Term]) -> Term:
    made = terms[-1]
    for term in reversed(terms[:-1]):
        made = applied(REGISTRY["where"], term, term, made)
    return made


def is_the(op: Op, helper: Helper) -> bool:
    """Tells whether a helper that bears the name of an op computes the same, on a few numbers."""
    from cgviz.grading.term import value

    if not calls.takes(op, len(helper.params)) or helper.body.size > 200:
        return False
    for first in (0.7, -1.3, 2.1, -0.2):
        given = {param: first + 0.9 * i for i, param in enumerate(helper.params)}
        if not set(leaf_names(helper.body)) <= given.keys():
            return False
        ours, theirs = op.forward(*given.values()), value(helper.body, given.__getitem__)
        if not (abs(ours - theirs) <= 1e-9 * max(1.0, abs(ours)) or (ours != ours and theirs != theirs)):
            return False
    return True


def leaf_names(term: Term) -> list[str]:
    from cgviz.grading.term import leaves

    return [leaf.leaf for leaf in leaves(term)]
