"""Small functions of the student's: each becomes the term that it returns, its local variables put in their places."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from cgviz.grading import array_keys
from cgviz.grading.expressions import Expressions, Helper
from cgviz.grading.spots import Spot
from cgviz.grading.term import Term, applied
from cgviz.ops.op import REGISTRY

MOST_PATHS = 1000
IGNORED = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assert, ast.Pass, ast.Global, ast.Nonlocal)


class Functions:
    """Reads the functions of one listing."""

    def __init__(self, reads: Expressions) -> None:
        self.reads, self.paths = reads, 0

    def helper(self, args: ast.arguments, body: list[ast.stmt], node: ast.AST) -> Helper:
        if args.vararg or args.kwarg or args.kwonlyargs:
            raise self.reads.refuse(node, "a helper function takes plain arguments")
        params = tuple(arg.arg for arg in (*args.posonlyargs, *args.args))
        indices = frozenset(params) & indexing(body)
        if args.defaults or indices:
            names = params[len(params) - len(args.defaults) :]
            defaults = {n: array_keys.constant(self.reads, d) for n, d in zip(names, args.defaults, strict=True)}
            return Helper(params, Term(), self.body_of(params, body, node), defaults, indices)
        return Helper(params, self.returned(body, {param: Term(param) for param in params}, node))

    def body_of(
        self, params: tuple[str, ...], body: list[ast.stmt], node: ast.AST
    ) -> Callable[[Mapping[str, Any]], Term]:
        """Returns what reads the body of a helper for the axes and indices that it is called with."""
        known: dict[Any, Term] = {}

        def read(statics: Mapping[str, Any]) -> Term:
            key = tuple(statics.items())
            if key not in known:
                known[key] = self.returned(body, {p: Term(p) for p in params if p not in statics}, node)
            return known[key]

        return read

    def returned(self, body: list[ast.stmt], names: Mapping[str, Term], node: ast.AST) -> Term:
        """Returns what a helper returns, its local variables put in their places. Raises UnreadableError."""
        self.paths += 1
        if self.paths > MOST_PATHS:
            raise self.reads.refuse(node, "too many branches in helper functions")
        names = dict(names)
        for i, statement in enumerate(body):
            match statement:
                case ast.Return(value=ast.expr() as value):
                    return self.reads.term(value, names)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    names[name] = self.reads.term(value, names)
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=place)], value=value):
                    if name not in names or array_keys.is_mask(place):
                        raise self.reads.refuse(statement, "a helper function assigns to elements by an index")
                    key = array_keys.key_of(self.reads, place)
                    names[name] = Spot(key, None, self.reads.term(value, names), False).whole(names[name])
                case ast.If(test=test, body=inner, orelse=orelse):
                    rest = body[i + 1 :]
                    options = (
                        self.returned([*inner, *rest], names, node),
                        self.returned([*orelse, *rest], names, node),
                    )
                    return applied(REGISTRY["where"], self.reads.term(test, names), *options)
                case _ if not isinstance(statement, IGNORED):
                    raise self.reads.refuse(statement, "a helper function holds assignments and a return")
        raise self.reads.refuse(node, "this helper function returns nothing")


def indexing(body: list[ast.stmt]) -> set[str]:
    """Returns the names that a function takes for indices."""
    slices = [each.slice for part in body for each in ast.walk(part) if isinstance(each, ast.Subscript)]
    return {each.id for part in slices for each in ast.walk(part) if isinstance(each, ast.Name)}
