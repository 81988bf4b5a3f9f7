"""What is said of an expression that ends too early, or holds what it cannot hold."""

from __future__ import annotations

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.latex_macros import NO_DOTS
from cgviz.reading.pending import BARRIER, Pending
from cgviz.reading.tokens import Token

NO_COMPREHENSION = "a comprehension is not read: write sum(w*x), or w @ x"
ONLY_STATEMENTS = "of Python assignments, expressions and a function are read; cgviz.trace runs anything else"
NO_COLON = "':' is not part of an expression here (slices stand in brackets, x[1:3]; no lambdas or annotations)"


def error(text: str, message: str, token: Token) -> ExpressionError:
    return ExpressionError(message, text, token.start, token.end)


def never_closed(text: str, pending: Pending) -> ExpressionError:
    if pending.kind == "if":
        return error(text, "'if' without 'else': write a if condition else b", pending.token)
    what = {"|": "|", "‖": "‖", "[": "[", "index": "["}.get(pending.kind, "(")
    token = pending.token
    if pending.function is not None or pending.arguments is not None or pending.kind == "argument":
        return error(text, f"the bracket after {quoted(token.text)} is never closed", token)
    return error(text, f"{quoted(what)} is never closed", token)


def expected_operand(text: str, token: Token, stack: list[Pending]) -> ExpressionError:
    if token.kind == "end":
        if stack and stack[-1].binds > BARRIER:
            return error(text, f"the expression ends after {quoted(stack[-1].token.text)}", stack[-1].token)
        if stack:
            return never_closed(text, stack[-1])
        return error(text, "an expression is missing here", token)
    if token.kind == ":":
        return error(text, NO_COLON, token)
    if token.kind == "...":
        return error(text, NO_DOTS, token)
    if token.kind == "text":
        return error(text, "text in quotes is not part of an expression", token)
    if token.kind in (")", "]", ",") and stack and stack[-1].binds == BARRIER:
        return error(text, f"an operand is missing before {quoted(token.text)}", token)
    return error(text, f"a number, a name or a bracket is expected, not {quoted(token.text)}", token)


def unexpected(text: str, token: Token) -> ExpressionError:
    why = {
        "=": "'=' inside an expression; '==' compares",
        ":=": "':=' inside an expression; put the assignment on a line of its own",
        ":": NO_COLON,
        "text": "text in quotes is not part of an expression",
        "...": NO_DOTS,
        "//": "'//' (floor division) has no useful derivative; use '/'",
    }
    default = f"{quoted(token.text)} is not expected here"
    if token.kind.endswith("=") and len(token.kind) == 2:
        default = f"{quoted(token.kind)} is not supported; write x = x {token.kind[0]} ..."
    return error(text, why.get(token.kind, default), token)
