"""The bodies of pasted Python: assignments and branches as one expression, what is assigned written out in it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from cgviz.errors import ExpressionError
from cgviz.reading.tokens import Token, tokens

TRACE = "cgviz.trace(function, ...) runs it, and so does `cgviz render file.py:function`"
NO_LOOP = f"a loop is not read from text: write its sum as sum(w*x) or w @ x, or let it run: {TRACE}"
REFUSED = {
    ast.For: NO_LOOP, ast.While: NO_LOOP,
    ast.ClassDef: f"a class is not read from text: {TRACE}",
    ast.With: f"`with` is not read from text: {TRACE}",
    ast.Try: f"`try` is not read from text: {TRACE}",
    ast.AsyncFunctionDef: f"`async` is not read from text: {TRACE}",
}  # fmt: skip
ONLY = f"here a name is assigned or a value returned; a choice is written y = a if condition else b: {TRACE}"
SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"
}  # fmt: skip
PASSED_OVER = frozenset(
    "print backward zero_grad manual_seed seed set_printoptions show plot grid item draw_dot".split()
)
NOTED = frozenset({"label", "grad", "data", "requires_grad"})  # attributes that are no part of the mathematics
MOST_TOKENS = 20_000
Local = dict[str, list[Token]]


@dataclass
class Branches:
    """A text that is Python, with the places of its statements.

    shifts  how long the prompt before each line is
    known   the names that have a value so far: parameters, and what was assigned outside any branch
    """

    text: str
    shifts: Sequence[int]
    known: set[str] = field(default_factory=set)
    budget: int = 200

    def __post_init__(self) -> None:
        self.lines = [0]
        for line in self.text.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)

    # bodies

    def followed(self, body: Sequence[ast.stmt], local: Local) -> list[Token] | None:
        """Returns what a body returns, None where it ends without that; `local` gets what it assigns."""
        for at, statement in enumerate(body):
            if isinstance(statement, ast.Return):
                return None if statement.value is None else self.inlined(self.expression(statement.value), local)
            if is_passed_over(statement):
                continue
            if not isinstance(statement, ast.If):
                self.assigned(statement, local)
            elif (returned := self.branch(statement, body[at + 1 :], local)) is not None:
                return returned
        return None

    def branch(self, statement: ast.If, rest: Sequence[ast.stmt], local: Local) -> list[Token] | None:
        """Returns `where(test, a, b)`, a and b what is returned on either way; None where both only assign."""
        self.budget -= 1
        if self.budget < 0:
            raise self.error(f"this function has too many ways through its branches: {TRACE}", statement)
        test = self.inlined(self.expression(statement.test), local)
        returns = any(isinstance(node, ast.Return) for node in ast.walk(statement))
        ways = []
        for body in (statement.body, statement.orelse):
            own = dict(local)
            ways.append((self.followed([*body, *rest] if returns else body, own), own))
        (one, yes), (other, no) = ways
        if not returns:
            self.merge(statement, test, local, yes, no)
            return None
        if one is None or other is None:
            raise self.error(f"on one way of this branch nothing is returned: {TRACE}", statement)
        return self.where(statement, test, one, other)

    def merge(self, statement: ast.If, test: list[Token], local: Local, yes: Local, no: Local) -> None:
        """Enters what either way of a branch assigns; no tokens for a name that has a value on one way only."""
        for name in dict.fromkeys([*yes, *no]):
            before = local.get(name) or ([self.name(statement, name)] if name in self.known else [])
            one, other = yes.get(name, before), no.get(name, before)
            if one is not other:
                local[name] = self.where(statement, test, one, other) if one and other else []

    def where(self, place: ast.stmt, test: list[Token], one: list[Token], other: list[Token]) -> list[Token]:
        head = [self.name(place, "where")._replace(end=self.range(place)[0] + 2), self.sign("(", place)]
        comma = self.sign(",", place)
        return [*head, *test, comma, *one, comma, *other, self.sign(")", place)]

    def assigned(self, statement: ast.stmt, local: Local) -> None:
        """Enters `y = ...`, `y += ...` of a body."""
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if not isinstance(target, ast.Name) or value is None or isinstance(statement, (ast.For, ast.AsyncFor)):
            raise self.error(refusal(statement) or ONLY, statement)
        made = self.bracketed(self.inlined(self.expression(value), local), statement)
        if isinstance(statement, ast.AugAssign):
            sign = SIGNS.get(type(statement.op))
            if sign is None:
                raise self.error("this sign before '=' is not read: write y = y ...", statement)
            before = self.inlined([self.name(target, target.id)], local)
            made = self.bracketed([*before, self.sign(sign, value), *made], statement)
        local[target.id] = made

    def inlined(self, made: Sequence[Token], local: Local) -> list[Token]:
        """Returns tokens with what the body assigned in the place of its names."""
        found = [p for token in made for p in (local.get(token.text, [token]) if token.kind == "name" else [token])]
        lost = next((token for token in made if token.kind == "name" and local.get(token.text) == []), None)
        if lost is not None:
            message = f"{lost.text!r} has a value on one way of a branch only"
            raise ExpressionError(message, self.text, lost.start, lost.end)
        if len(found) > MOST_TOKENS:
            raise ExpressionError(f"this function is too long once written out: {TRACE}", self.text, 0, 1)
        return found

    # places

    def expression(self, value: ast.expr) -> list[Token]:
        start, end = self.range(value)
        for node in ast.walk(value):
            if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
                raise self.error(NO_LOOP, node)
            if isinstance(node, ast.Lambda):
                raise self.error("a lambda stands alone after '=': f = lambda x: ...", node)
        return tokens(self.text, start, end)[:-1]

    def bracketed(self, made: Sequence[Token], place: ast.stmt) -> list[Token]:
        return [self.sign("(", place), *made, self.sign(")", place)]

    def range(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        start = self.offset(node.lineno, node.col_offset)
        return start, self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def offset(self, line: int, column: int) -> int:
        """Returns the place in the text of a column that Python counts in bytes of UTF-8."""
        start = self.lines[line - 1] + self.shifts[line - 1]
        row = self.text[start : self.lines[line] - 1]
        return start + (column if row.isascii() else len(row.encode()[:column].decode()))

    def name(self, node: ast.stmt | ast.expr | ast.arg, text: str) -> Token:
        start = self.offset(node.lineno, node.col_offset)
        return Token("name", text, start, start + len(text))

    def sign(self, kind: str, node: ast.stmt | ast.expr) -> Token:
        start = self.offset(node.lineno, node.col_offset)
        return Token(kind, kind, start, start + 1)

    def end(self, node: ast.stmt | ast.expr) -> Token:
        at = self.range(node)[1]
        return Token("end", ";", at, at)

    def error(self, message: str, node: ast.expr | ast.stmt) -> ExpressionError:
        start, end = self.range(node)
        return ExpressionError(message, self.text, start, min(end, self.lines[node.lineno] - 1))


def is_passed_over(statement: ast.stmt) -> bool:
    """Tells whether a statement has nothing to do with the mathematics: an import, a docstring, a print, `__main__`."""
    if isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test):
        return True
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Assert)):
        return True
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):
        return statement.targets[0].attr in NOTED
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if any(isinstance(node, ast.Attribute) and node.attr == "grad" for node in ast.walk(value)):
        return True
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) or value.value is Ellipsis
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    return (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) in PASSED_OVER


def refusal(statement: ast.stmt) -> str:
    """Returns why a statement is not read, "" for one that may be."""
    if isinstance(statement, ast.ClassDef) and any(ast.unparse(base).endswith("Module") for base in statement.bases):
        return "a module of PyTorch is not read from text: cgviz.from_torch(module, x) runs it"
    return REFUSED.get(type(statement), "")
