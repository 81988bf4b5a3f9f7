"""Where a statement stands in a listing, how it reads there, and a verdict on it."""

from __future__ import annotations

import ast
from typing import Any

from cgviz.grading.listing import Listing
from cgviz.grading.report import LineVerdict


def place(listing: Listing, node: Any) -> tuple[int, int]:
    """Returns the offsets at which a statement's first line begins and ends."""
    start = offset(listing, node.lineno, node.col_offset)
    if node.end_lineno == node.lineno:
        end = offset(listing, node.lineno, node.end_col_offset)
    else:
        end = listing.starts[node.lineno - 1] + len(listing.lines[node.lineno - 1])
    return start, max(end, start + 1)


def offset(listing: Listing, line: int, column: int) -> int:
    text = listing.lines[min(line, len(listing.lines)) - 1]
    if not text.isascii():
        column = len(text.encode()[:column].decode("utf-8", "ignore"))
    return listing.starts[min(line, len(listing.lines)) - 1] + min(column, len(text))


def code_at(listing: Listing, node: Any) -> str:
    """Returns a statement as it stands in the file; of a block, its first line."""
    start, end = place(listing, node)
    if node.end_lineno != node.lineno and not hasattr(node, "body"):
        end = offset(listing, node.end_lineno, node.end_col_offset)
    return " ".join(listing.text[start:end].split())


def verdict_at(listing: Listing, node: ast.stmt, at: tuple[int, int] | None = None, **found: Any) -> LineVerdict:
    """Returns the verdict on a statement, its culprit `at` offsets; `found` are the other fields."""
    start, end = at or place(listing, node)
    told: dict[str, Any] = {"line": node.lineno, "code": code_at(listing, node), "start": start, "end": end} | found
    return LineVerdict(where=listing.where(told["line"]), **told)
