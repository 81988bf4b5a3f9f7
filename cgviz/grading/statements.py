"""A student's file as a list of assignments. It is parsed, never run: whatever is no arithmetic is refused or ignored.

Ignored are imports, comments, texts, `print` and other calls for their own sake, assertions, `if __name__ ...`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cgviz.errors import quoted
from cgviz.grading.expressions import BINARY, Expressions, Helper
from cgviz.grading.listing import Listing
from cgviz.grading.term import Term, applied
from cgviz.op import REGISTRY

MOST_PATHS = 1000
IGNORED = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assert, ast.Pass, ast.Global, ast.Nonlocal)
SAID: dict[type[ast.AST], str] = {
    ast.For: "a loop is not read; write the assignments one after the other",
    ast.While: "a loop is not read; write the assignments one after the other",
    ast.ClassDef: "a class is not read; write assignments",
    ast.With: "`with` is not read; write assignments",
    ast.Try: "`try` is not read; write assignments",
    ast.Delete: "`del` is not read",
    ast.Match: "`match` is not read; write a conditional expression",
}


@dataclass(frozen=True, eq=False)
class Assignment:
    """One assignment `target = value`; with `adds`, `target += value`.

    start, end  the place of the whole statement, of its target, and of its sign
    guarded     it stands under an `if`: the value is a choice between a new one and what was there
    """

    target: str
    value: Term
    adds: bool
    start: int
    end: int
    target_place: tuple[int, int]
    sign_place: tuple[int, int]
    guarded: bool = False


def assignments(listing: Listing) -> list[Assignment]:
    """Returns the assignments of a listing, in order. Raises UnreadableError, which says where."""
    return Statements(listing, parsed(listing)).all()


def parsed(listing: Listing) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(listing.text)
    except SyntaxError as error:
        line = min(max(error.lineno or 1, 1), len(listing.lines))
        start = listing.starts[line - 1] + max((error.offset or 1) - 1, 0)
        start = min(start, listing.starts[line - 1] + len(listing.lines[line - 1]))
        message = (error.msg or "invalid syntax").split("(<unknown>")[0].strip()[:120]
        raise listing.refuse(f"Python cannot read this: {message}", start, start + 1) from None
    except (RecursionError, MemoryError, ValueError):
        raise listing.refuse("nested too deep to be read", 0, 1) from None


class Statements:
    """Walks the statements of a module."""

    def __init__(self, listing: Listing, module: ast.Module) -> None:
        self.reads = Expressions(listing)
        self.module = module
        self.called = {
            node.func.id for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        self.inlined: set[str] = set()
        self.paths = 0

    def all(self) -> list[Assignment]:
        return [made for statement in self.module.body for made in self.statement(statement)]

    def statement(self, node: ast.stmt) -> Iterator[Assignment]:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from self.assigned(node, target, value)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    yield from self.assigned(node, target, value)
            case ast.AugAssign():
                yield self.augmented(node)
            case ast.If(test=test, body=body, orelse=orelse):
                yield from self.branches(test, body, orelse)
            case ast.FunctionDef():
                yield from self.function(node)
            case ast.Return() if self.inlined:
                pass
            case _ if not isinstance(node, IGNORED):
                message = SAID.get(type(node), f"{type(node).__name__} is not read; write assignments")
                raise self.reads.refuse(node, message)

    def assigned(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> Iterator[Assignment]:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in self.inlined:
            return
        if isinstance(target, (ast.Tuple, ast.List)):
            if not isinstance(value, (ast.Tuple, ast.List)) or len(value.elts) != len(target.elts):
                raise self.reads.refuse(node, "a tuple is read where both sides have as many parts")
            made = [each for pair in zip(target.elts, value.elts, strict=True) for each in self.assigned(node, *pair)]
            yield from at_once(made, self.reads)
            return
        if not isinstance(target, ast.Name):
            raise self.reads.refuse(target, "only plain names are assigned to; give each gradient a name of its own")
        if isinstance(value, ast.Lambda):
            self.reads.helpers[target.id] = self.helper(value.args, [ast.Return(value.body)], value)
            return
        yield self.assignment(node, target, self.reads.term(value), adds=False)

    def assignment(self, node: ast.stmt, target: ast.Name, value: Term, adds: bool) -> Assignment:
        start, end = self.reads.place(node)
        first, last = self.reads.place(target)
        text, sign = self.reads.listing.text, last
        while text[sign : sign + 1] == " ":
            sign += 1
        width = 2 if text[sign + 1 : sign + 2] == "=" else 1
        return Assignment(target.id, value, adds, start, end, (first, last), (sign, sign + width))

    def augmented(self, node: ast.AugAssign) -> Assignment:
        if not isinstance(node.target, ast.Name):
            raise self.reads.refuse(node.target, "only plain names are assigned to")
        value, kind = self.reads.term(node.value), type(node.op)
        if kind not in BINARY:
            raise self.reads.refuse(node, f"the operator {kind.__name__} is not read")
        if kind is ast.Sub:
            value = applied(REGISTRY["neg"], value)
        adds = kind in (ast.Add, ast.Sub)
        if not adds:
            value = applied(
                REGISTRY[BINARY[kind]], Term(node.target.id, None, (), *self.reads.place(node.target)), value
            )
        return self.assignment(node, node.target, value, adds)

    def branches(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> Iterator[Assignment]:
        """Yields the assignments under an `if`, each a choice between its value and what was there."""
        if is_main(test):
            for statement in body:
                yield from self.statement(statement)
            return
        condition = self.reads.term(test)
        for statements, taken in ((body, True), (orelse, False)):
            for statement in statements:
                for made in self.statement(statement):
                    yield guarded(made, condition, taken)

    def function(self, node: ast.FunctionDef) -> Iterator[Assignment]:
        """Enters a helper; a function that is the pass itself is read as if its lines stood in the open."""
        if node.name in self.called and returns_one(node):
            self.reads.helpers[node.name] = self.helper(node.args, node.body, node)
            return
        self.inlined.add(node.name)
        for statement in node.body:
            yield from self.statement(statement)

    def helper(self, args: ast.arguments, body: list[ast.stmt], node: ast.AST) -> Helper:
        if args.vararg or args.kwarg or args.kwonlyargs or args.defaults:
            raise self.reads.refuse(node, "a helper function takes plain arguments")
        params = tuple(arg.arg for arg in (*args.posonlyargs, *args.args))
        return Helper(params, self.returned(body, {param: Term(param) for param in params}, node))

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


def is_main(test: ast.expr) -> bool:
    """Tells whether a condition is `__name__ == "__main__"`, or `True`."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def returns_one(node: ast.FunctionDef) -> bool:
    """Tells whether a function returns a single number everywhere."""
    returns = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
    many = (ast.Tuple, ast.List, ast.Dict)
    return bool(returns) and not any(each.value is None or isinstance(each.value, many) for each in returns)


def guarded(made: Assignment, condition: Term, taken: bool) -> Assignment:
    before = Term(0.0 if made.adds else made.target, None, (), *made.target_place)
    options = (made.value, before) if taken else (before, made.value)
    start, end = made.value.start, made.value.end
    return replace(made, value=applied(REGISTRY["where"], condition, *options, start=start, end=end), guarded=True)


def at_once(made: list[Assignment], reads: Expressions) -> list[Assignment]:
    """Returns the assignments of a tuple; refused where one reads what another has just changed."""
    from cgviz.grading.term import leaves

    changed: set[str] = set()
    for each in made:
        for leaf in leaves(each.value):
            if leaf.leaf in changed:
                message = f"{quoted(leaf.leaf)} is read and changed in one tuple; write two lines"
                raise reads.listing.refuse(message, leaf.start, leaf.end)
        changed.add(each.target)
    return made
