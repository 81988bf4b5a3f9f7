"""The syntax tree of a listing, of Python 3 or of a Python 2 that differs in `print`, `except` and division."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from cgviz.grading.listing import Listing

STARTS = (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENCODING)
EXCEPT = re.compile(r"^(\s*except\s+[\w.]+|\s*except\s*\([\w., ]+\))\s*,\s*(\w+)\s*:")
RAISE = re.compile(r"^(\s*raise\s+\w+)\s*,\s*(.+?)\s*$")
OLD_NAMES = re.compile(r"\b(xrange|iteritems|itervalues|raw_input|has_key|unicode)\b")


@dataclass(frozen=True)
class Source:
    """A tree, and whether its whole numbers are divided as in Python 2."""

    tree: ast.Module
    python2: bool


def source(listing: Listing) -> Source:
    """Returns the tree of a listing. Raises UnreadableError, which says where Python cannot read it."""
    try:
        return Source(tree_of(listing.text), is_old(listing.text))
    except SyntaxError as error:
        first = error
    except (RecursionError, MemoryError, ValueError):
        raise listing.refuse("nested too deep to be read", 0, 1) from None
    spaced = listing.text.expandtabs()
    for text in (spaced, renewed(listing.text), renewed(spaced)):
        try:
            return Source(tree_of(text), text != spaced or is_old(text))
        except (SyntaxError, RecursionError, MemoryError, ValueError):
            continue
    raise where(listing, first)


def tree_of(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                setattr(node, field, [plain(each) for each in inner])
        for starred in (target for target in targets if isinstance(target, ast.Starred)):
            told = "a star on the left of = stands in a list or a tuple"  # Python says so when it compiles the tree
            raise SyntaxError(told, ("", starred.lineno, starred.col_offset + 1, None))
    return tree


def plain(node: ast.stmt) -> ast.stmt:
    """Returns a statement that is nothing but `(name := value)` as the assignment that it is."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.NamedExpr):
        return ast.copy_location(ast.Assign([node.value.target], node.value.value), node.value)
    return node


def is_old(text: str) -> bool:
    """Tells whether a text that Python 3 reads is Python 2's all the same."""
    if re.search(r"from\s+__future__\s+import[^\n]*division", text) or "past.builtins" in text:
        return False
    return bool(OLD_NAMES.search(re.sub(r"#.*|'[^'\n]*'|\"[^\"\n]*\"", "", text)))


def where(listing: Listing, error: SyntaxError) -> Exception:
    line = min(max(error.lineno or 1, 1), len(listing.lines))
    start = listing.starts[line - 1] + max((error.offset or 1) - 1, 0)
    start = min(start, listing.starts[line - 1] + len(listing.lines[line - 1]))
    message = (error.msg or "invalid syntax").split("(<unknown>")[0].strip()[:120]
    old = " (nor as Python 2)" if "print" in message else ""
    return listing.refuse(f"Python cannot read this{old}: {message}", start, start + 1)


def renewed(text: str) -> str:
    """Returns a text of Python 2 with the prints, excepts and raises of Python 3, line by line in their places."""
    lines = [RAISE.sub(r"\1(\2)", EXCEPT.sub(r"\1 as \2:", line.replace("<>", "!="))) for line in text.split("\n")]
    lines = [re.sub(r"`([^`\n]+)`", r"repr(\1)", line) for line in lines]
    for (row, start), (last, end) in reversed(list(prints("\n".join(lines)))):
        lines[last] = f"{lines[last][:end]}){lines[last][end:]}"
        rest = lines[row][start:]
        lines[row] = f"{lines[row][:start]}({rest[1:] if rest[:1] == ' ' else rest}"
    return "\n".join(lines)


def prints(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yields where the operands of each print statement begin (behind the word) and end."""
    begun: tuple[int, int] | None = None
    fresh, depth, end = True, 0, (0, 0)
    tokens = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            tokens.append(token)
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    for at, token in enumerate(tokens):
        depth += (token.string in "([{" and token.type == tokenize.OP) - (
            token.string in ")]}" and token.type == tokenize.OP
        )
        closes = token.type in (tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER) or (
            token.string == ";" and not depth
        )
        if begun is not None and closes:
            yield begun, end
            begun = None
        if fresh and token.type == tokenize.NAME and token.string == "print" and at + 1 < len(tokens):
            after = tokens[at + 1]
            if after.string not in ("(", "=", ".", ",", ")") and after.type not in (*STARTS, tokenize.ENDMARKER):
                begun = (token.end[0] - 1, token.end[1])
        fresh = token.type in STARTS or token.string in (";", ":")
        end = (token.end[0] - 1, token.end[1])
