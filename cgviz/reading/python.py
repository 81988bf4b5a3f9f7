"""Pasted Python as a program: imports, comments and prints are passed over, `def` and `lambda` become signatures.

The text is parsed by Python's own parser and never run. What is left is the language's own statements.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import field

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.tokens import Token, tokens
from cgviz.records import dataclass

KEYWORDS = "import|from|def|async|return|for|while|print|class|if|with|try|assert|del|raise"
SIGNS_OF_PYTHON = re.compile(
    rf"^[ \t]*(?:{KEYWORDS}|@\w|>>>|\.\.\.)(?![\w=.+*/^-]|[ \t]*=[^=])"
    r"|\blambda\b|\"\"\"|'''|\.backward\(\)|=\s*[\w.]*\b(?:Value|Tensor|tensor|array|asarray|Variable)\(",
    re.MULTILINE,
)
STATEMENT = re.compile(r"^[ \t]*(?:import|from|def|class|for|while|return|with|try)\b", re.MULTILINE)
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
LEAVES = frozenset("Value Tensor tensor array asarray Variable constant as_tensor float float64 float32".split())
PASSED_OVER = frozenset(
    "print backward zero_grad manual_seed seed set_printoptions show plot grid item draw_dot".split()
)
LONGEST = 200_000
TRACE = "cgviz.trace(function, ...) runs it, and so does `cgviz render file.py:function`"
NO_LOOP = f"a loop is not read from text: write its sum as sum(w*x) or w @ x, or let it run: {TRACE}"
REFUSED = {
    ast.For: NO_LOOP, ast.While: NO_LOOP,
    ast.If: f"a branch is not read from text: write a if c else b, or let it run: {TRACE}",
    ast.ClassDef: f"a class is not read from text: {TRACE}",
    ast.With: f"`with` is not read from text: {TRACE}",
    ast.Try: f"`try` is not read from text: {TRACE}",
    ast.AsyncFunctionDef: f"`async` is not read from text: {TRACE}",
}  # fmt: skip


def is_python(text: str) -> bool:
    """Tells whether a text holds what only Python has."""
    return SIGNS_OF_PYTHON.search(text) is not None


def statements(text: str) -> tuple[list[Token], list[str]] | None:
    """Returns the tokens of a pasted Python text as statements, and the parameters of its function in their order.

    None where Python itself cannot parse the text. Raises ExpressionError for what is not read from text.
    """
    lines = text.split("\n")
    if PROMPT.search(text):
        lines = [line if PROMPT.match(line) else "" for line in lines]
    shifts = [match.end() if (match := PROMPT.match(line)) else 0 for line in lines]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = "\n".join(line[shift:] for line, shift in zip(lines, shifts, strict=True))
            tree = ast.parse(source) if len(source) <= LONGEST else None
    except SyntaxError as error:
        if not STATEMENT.search(text):
            return None
        at = sum(len(line) + 1 for line in text.split("\n")[: max(error.lineno or 1, 1) - 1])
        message = f"this is Python that Python itself cannot parse ({error.msg}); of Python, assignments and functions"
        raise ExpressionError(f"{message} are read", text, min(at, len(text) - 1), None) from None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None if tree is None else Paste(text, shifts).read(tree.body)


@dataclass
class Paste:
    """A text that is Python, while its statements become tokens with their places in the text.

    shifts  how long the prompt before each line is
    """

    text: str
    shifts: Sequence[int]
    parameters: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = [0]
        for line in self.text.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)

    def read(self, body: Sequence[ast.stmt]) -> tuple[list[Token], list[str]]:
        every: list[Token] = []
        kept = [statement for statement in body if not is_passed_over(statement)]
        main = self.main(kept)
        for statement in kept:
            if isinstance(statement, ast.FunctionDef) and statement is main:
                every += self.opened(statement)
            else:
                every += self.statement(statement)
        if not every:
            message = "this Python holds no assignment, expression or function that could be read"
            raise ExpressionError(f"{message}; {TRACE}", self.text, 0, 1)
        return [*every, Token("end", "", len(self.text), len(self.text))], self.parameters

    def main(self, body: Sequence[ast.stmt]) -> ast.stmt | None:
        """Returns the function that is the program: the last statement, where that is a `def`."""
        return body[-1] if body and isinstance(body[-1], ast.FunctionDef) else None

    def opened(self, function: ast.FunctionDef) -> list[Token]:
        """Returns the body of the function that is the program; its defaults are the values of its parameters."""
        every = self.defaults(function.args)
        self.parameters = [argument.arg for argument in parameters(function.args)]
        body = [statement for statement in function.body if not is_passed_over(statement)]
        if not body or not isinstance(body[-1], ast.Return):
            raise self.error(f"the function {quoted(function.name)} returns nothing that could be drawn", function)
        for statement in body[:-1]:
            every += self.statement(statement)
        last = body[-1]
        assert isinstance(last, ast.Return)
        if last.value is None or isinstance(last.value, ast.Tuple):
            raise self.error("a program has one output: return one number or array", last)
        made = [*self.expression(last.value), self.end(last)]
        is_named = isinstance(last.value, ast.Name) or function.name in {*self.parameters, *(t.text for t in every)}
        head = [] if is_named else [self.name(function, function.name), self.sign("=", last)]
        return [*every, *head, *made]

    def defaults(self, arguments: ast.arguments) -> list[Token]:
        """Returns `y = 2` for each parameter with a default."""
        found: list[Token] = []
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
        pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
        for argument, default in pairs:
            if isinstance(default, ast.Constant) and not isinstance(default.value, (int, float)):
                continue
            found += [self.name(argument, argument.arg), self.sign("=", default), *self.expression(default)]
            found.append(self.end(default))
        return found

    def statement(self, statement: ast.stmt) -> list[Token]:
        """Returns one statement as tokens. Raises ExpressionError for what is not read."""
        why = REFUSED.get(type(statement))
        if why is not None:
            raise self.error(why, statement)
        if isinstance(statement, ast.FunctionDef):
            return self.definition(statement, statement.name, statement.args, statement.body)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            return self.assignment(statement.targets[0], statement.value, statement)
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            return self.assignment(statement.target, statement.value, statement)
        if isinstance(statement, ast.AugAssign):
            start, end = self.range(statement)
            return tokens(self.text, start, end)
        if isinstance(statement, ast.Expr):
            return [*self.expression(statement.value), self.end(statement)]
        if isinstance(statement, ast.Return):
            raise self.error("'return' stands in a function", statement)
        name = type(statement).__name__.lower()
        raise self.error(
            f"{quoted(name)} is not read from text; only assignments and functions are: {TRACE}", statement
        )

    def assignment(self, target: ast.expr, value: ast.expr, statement: ast.stmt) -> list[Token]:
        if isinstance(value, ast.Lambda) and isinstance(target, ast.Name):
            body: list[ast.stmt] = [ast.copy_location(ast.Return(value.body), value.body)]
            return self.definition(statement, target.id, value.args, body)
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = zip(target.elts, value.elts, strict=True)
            return [token for one, other in pairs for token in self.assignment(one, other, statement)]
        if not isinstance(target, ast.Name):
            raise self.error("a name stands left of '=' in a program, one at a time", target)
        return [self.name(target, target.id), self.sign("=", value), *self.expression(leaf(value)), self.end(statement)]

    def definition(self, place: ast.stmt, name: str, arguments: ast.arguments, body: Sequence[ast.stmt]) -> list[Token]:
        """Returns `name(a, b) = body`, what the body assigns written out in it."""
        kept = [statement for statement in body if not is_passed_over(statement)]
        if not kept or not isinstance(kept[-1], ast.Return) or kept[-1].value is None:
            raise self.error(f"the function {quoted(name)} does not end with `return`: {TRACE}", place)
        local: dict[str, list[Token]] = {}
        for statement in kept[:-1]:
            if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
                raise self.error(REFUSED.get(type(statement)) or f"only assignments are read here: {TRACE}", statement)
            made = self.expression(statement.value)
            local[statement.targets[0].id] = self.bracketed(inlined(made, local), statement)
        inner = inlined(self.expression(kept[-1].value), local)
        names = [argument.arg for argument in parameters(arguments)]
        inside = [token for each in names for token in (self.sign(",", place), self.name(place, each))][1:]
        head = [self.name(place, name), self.sign("(", place), *inside, self.sign(")", place), self.sign("=", place)]
        return [*head, *inner, self.end(place)]

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


def parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)


def is_passed_over(statement: ast.stmt) -> bool:
    """Tells whether a statement has nothing to do with the mathematics: an import, a docstring, a print."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Assert)):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) or value.value is Ellipsis
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    return (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) in PASSED_OVER


def leaf(value: ast.expr) -> ast.expr:
    """Returns the number or list in `Value(2.0)`, `torch.tensor([1., 2.])`; anything else as it is."""
    if isinstance(value, ast.Call) and value.args:
        called = value.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        if name in LEAVES and is_literal(value.args[0]):
            return value.args[0]
    return value


def is_literal(value: ast.expr) -> bool:
    if isinstance(value, ast.UnaryOp):
        return is_literal(value.operand)
    if isinstance(value, (ast.List, ast.Tuple)):
        return isinstance(value, ast.List) and all(map(is_literal, value.elts))
    return isinstance(value, ast.Constant) and isinstance(value.value, (int, float))


def inlined(made: Sequence[Token], local: dict[str, list[Token]]) -> list[Token]:
    """Returns tokens with what the function assigned in the place of its names."""
    return [part for token in made for part in (local.get(token.text, [token]) if token.kind == "name" else [token])]
