"""Pasted Python as a program: imports, comments and prints are passed over, `def` and `lambda` become signatures.

The text is parsed by Python's own parser and never run. What is left is the language's own statements.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.python_branches import TRACE, Branches, Local, is_passed_over, refusal
from cgviz.reading.tokens import Token, tokens

KEYWORDS = "import|from|def|async|return|for|while|print|class|if|with|try|assert|del|raise"
SIGNS_OF_PYTHON = re.compile(
    rf"(?:^|;)[ \t]*(?:{KEYWORDS}|@\w|>>>|\.\.\.)(?![\w=.+*/^-]|[ \t]*=[^=])"
    r"|\blambda\b|\"\"\"|'''|\.backward\(\)|=\s*[\w.]*\b(?:Value|Tensor|tensor|array|asarray|Variable)\(",
    re.MULTILINE,
)
HINTS = (*KEYWORDS.split("|"), *"@ >>> ... lambda \"\"\" ''' .backward() Value Tensor tensor array Variable".split())
STATEMENT = re.compile(r"^[ \t]*(?:import|from|def|class|for|while|return|with|try)\b", re.MULTILINE)
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
LEAVES = frozenset("Value Tensor tensor array asarray Variable constant as_tensor float float64 float32".split())
LONGEST = 200_000


def is_python(text: str) -> bool:
    """Tells whether a text holds what only Python has."""
    return any(sign in text for sign in HINTS) and SIGNS_OF_PYTHON.search(text) is not None


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
class Paste(Branches):
    """A text that is Python, while its statements become tokens with their places in the text."""

    parameters: list[str] = field(default_factory=list)

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
        self.known |= {*self.parameters}
        body = [statement for statement in function.body if not is_passed_over(statement)]
        at = 0
        while at < len(body) and not isinstance(body[at], ast.Return):
            made = self.staged(body[at])
            if made is None:
                break
            every += made
            at += 1
        last, local = body[at] if at < len(body) else function, Local()
        if isinstance(last, ast.Return) and (last.value is None or isinstance(last.value, ast.Tuple)):
            raise self.error("a program has one output: return one number or array", last)
        made = self.followed(body[at:], local)
        if made is None:
            raise self.error(f"the function {quoted(function.name)} returns nothing that could be drawn", function)
        is_named = [token.kind for token in made] == ["name"]
        is_named |= function.name in {*self.parameters, *(t.text for t in (*every, *made))}
        head = [] if is_named else [self.name(function, function.name), self.sign("=", last)]
        return [*every, *head, *made, self.end(last)]

    def defaults(self, arguments: ast.arguments) -> list[Token]:
        """Returns `y = 2` for each parameter with a default."""
        found: list[Token] = []
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
        pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
        for argument, default in pairs:
            if isinstance(default, ast.Constant) and not isinstance(default.value, (int, float)):
                continue
            value = self.expression(default)
            if isinstance(default, ast.Constant) and isinstance(default.value, bool):
                value = [value[0]._replace(kind="number", text=str(int(default.value)))]
            found += [self.name(argument, argument.arg), self.sign("=", default), *value]
            found.append(self.end(default))
        return found

    def statement(self, statement: ast.stmt) -> list[Token]:
        """Returns one statement as tokens. Raises ExpressionError for what is not read."""
        if isinstance(statement, ast.If):
            made = self.chosen(statement)
            if made is None:
                raise self.error(f"this branch is not read from text: write a if c else b, or {TRACE}", statement)
            return made
        why = refusal(statement)
        if why:
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
        self.known.add(target.id)
        return [self.name(target, target.id), self.sign("=", value), *self.expression(leaf(value)), self.end(statement)]

    def staged(self, statement: ast.stmt) -> list[Token] | None:
        """Returns a statement before `return` as tokens; None for a branch that is no statement of its own."""
        return self.chosen(statement) if isinstance(statement, ast.If) else self.statement(statement)

    def chosen(self, statement: ast.If) -> list[Token] | None:
        """Returns `y = where(test, a, b)` for a branch that assigns; None where it does not come apart like that."""
        local = Local()
        if any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            return None
        self.branch(statement, [], local)
        every: list[Token] = []
        done = set[str]()
        for name, made in local.items():
            if not made or any(token.text in done for token in made):
                return None
            done.add(name)
            every += [self.name(statement, name), self.sign("=", statement), *made, self.end(statement)]
        self.known |= done
        return every

    def definition(self, place: ast.stmt, name: str, arguments: ast.arguments, body: Sequence[ast.stmt]) -> list[Token]:
        """Returns `name(a, b) = body`, what the body assigns written out in it."""
        outside, names = set(self.known), [argument.arg for argument in parameters(arguments)]
        self.known |= {*names}
        inner = self.followed(body, Local())
        self.known = outside
        if inner is None:
            raise self.error(f"the function {quoted(name)} does not end with `return`: {TRACE}", place)
        inside = [token for each in names for token in (self.sign(",", place), self.name(place, each))][1:]
        head = [self.name(place, name), self.sign("(", place), *inside, self.sign(")", place), self.sign("=", place)]
        return [*head, *inner, self.end(place)]


def parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)


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
