"""A student's file as a list of assignments. It is parsed, never run: whatever is no arithmetic is refused or ignored.

Ignored are imports, comments, texts, `print` and other calls for their own sake, assertions, `if __name__ ...`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cgviz.errors import quoted
from cgviz.grading import array_keys, calls
from cgviz.grading.array_ops import length
from cgviz.grading.expressions import BINARY, Expressions
from cgviz.grading.functions import IGNORED, Functions
from cgviz.grading.listing import Listing
from cgviz.grading.spots import Spot
from cgviz.grading.term import Term, applied
from cgviz.ops.indexing import indexed
from cgviz.ops.op import REGISTRY

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
    spot        of an assignment to elements, `target[...] = value`: which ones
    """

    target: str
    value: Term
    adds: bool
    start: int
    end: int
    target_place: tuple[int, int]
    sign_place: tuple[int, int]
    guarded: bool = False
    spot: Spot | None = None


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
        self.functions = Functions(self.reads)

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
            if isinstance(value, ast.Attribute) and value.attr == "shape":
                yield from self.lengths(node, target.elts, value.value)
                return
            if not isinstance(value, (ast.Tuple, ast.List)) or len(value.elts) != len(target.elts):
                raise self.reads.refuse(node, "a tuple is read where both sides have as many parts")
            made = [each for pair in zip(target.elts, value.elts, strict=True) for each in self.assigned(node, *pair)]
            yield from at_once(made, self.reads)
            return
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and is_place(target.slice):
            yield self.into(node, target, self.reads.term(value), adds=False)
            return
        if not isinstance(target, ast.Name):
            raise self.reads.refuse(target, "only plain names are assigned to; give each gradient a name of its own")
        if is_drawn(value):
            return
        if isinstance(value, ast.Lambda):
            self.reads.helpers[target.id] = self.functions.helper(value.args, [ast.Return(value.body)], value)
            return
        yield self.assignment(node, target, self.reads.term(value), adds=False)

    def lengths(self, node: ast.stmt, targets: list[ast.expr], of: ast.expr) -> Iterator[Assignment]:
        """Yields the assignments of `n, d = x.shape`."""
        for axis, target in enumerate(targets):
            if isinstance(target, ast.Name):
                yield self.assignment(node, target, applied(length(axis), self.reads.term(of)), adds=False)

    def into(self, node: ast.stmt, target: ast.Subscript, value: Term, adds: bool) -> Assignment:
        """Returns an assignment to some elements: the value is the whole array as it is then."""
        assert isinstance(target.value, ast.Name)
        old = Term(target.value.id, None, (), *self.reads.place(target.value))
        if array_keys.is_mask(target.slice):
            spot = Spot(None, self.reads.term(target.slice), value, adds)
        else:
            spot = Spot(array_keys.key_of(self.reads, target.slice), None, value, adds)
        return replace(self.assignment(node, target, spot.whole(old), adds=False), spot=spot)

    def assignment(self, node: ast.stmt, target: ast.expr, value: Term, adds: bool) -> Assignment:
        start, end = self.reads.place(node)
        first, last = self.reads.place(target)
        text, sign = self.reads.listing.text, last
        while text[sign : sign + 1] == " ":
            sign += 1
        width = 2 if text[sign + 1 : sign + 2] == "=" else 1
        named = target.value if isinstance(target, ast.Subscript) else target
        assert isinstance(named, ast.Name)
        return Assignment(named.id, value, adds, start, end, (first, last), (sign, sign + width))

    def augmented(self, node: ast.AugAssign) -> Assignment:
        if isinstance(node.target, ast.Subscript) and isinstance(node.target.value, ast.Name):
            return self.augmented_spot(node, node.target)
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

    def augmented_spot(self, node: ast.AugAssign, target: ast.Subscript) -> Assignment:
        """Returns `x[key] += value`, and `x[mask] *= value`."""
        value, kind = self.reads.term(node.value), type(node.op)
        if kind not in BINARY or not is_place(target.slice):
            raise self.reads.refuse(node, "only plain names are assigned to")
        if kind in (ast.Add, ast.Sub):
            return self.into(node, target, applied(REGISTRY["neg"], value) if kind is ast.Sub else value, adds=True)
        assert isinstance(target.value, ast.Name)
        old = Term(target.value.id, None, (), *self.reads.place(target.value))
        if not array_keys.is_mask(target.slice):
            old = applied(indexed(array_keys.key_of(self.reads, target.slice)), old)
        return self.into(node, target, applied(REGISTRY[BINARY[kind]], old, value), adds=False)

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
            self.reads.helpers[node.name] = self.functions.helper(node.args, node.body, node)
            return
        self.inlined.add(node.name)
        for statement in node.body:
            yield from self.statement(statement)


def is_place(node: ast.expr) -> bool:
    """Tells whether an index names elements of an array; a text does not."""
    return not (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))


def is_drawn(node: ast.expr) -> bool:
    """Tells whether a value is drawn at random or loaded from a file: the program's own is meant."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        node = node.func.value
    found = calls.dotted(node.func) if isinstance(node, ast.Call) else None
    return found is not None and ("random" in found[0].split(".") or found[1] in ("load", "loadtxt", "default_rng"))


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
