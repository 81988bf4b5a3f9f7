"""The table in Markdown, as GitHub reads it. What the user wrote stands in code spans, so that none of it is markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cgviz.numbers import DIGITS
from cgviz.runs import Run
from cgviz.views.table.block import Block
from cgviz.views.table.heading import heading, place
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import gradient_line, sensitivity
from cgviz.views.table.spelling import Spelling, unicode_spelling

HEADINGS = ("#", "stage", "= forward", "shape", "value", "gradient", "= backward (upstream × local)", "gate")
RULES = ("--:", ":--", ":--", ":--", "--:", "--:", ":--", ":--")


def table(run: Run, digits: int = DIGITS) -> str:
    """Returns head, table, ∇f and the sensitivity sentence."""
    spelling = unicode_spelling(digits)
    left_out = {"value": run.symbolic, "shape": not run.graph.has_arrays}
    kept = [i for i, heading in enumerate(HEADINGS) if not left_out.get(heading)]
    body = [cells(row, run.symbolic) for row in rows(run, spelling)]
    lines = [*head(run, spelling), "", *(line([parts[i] for i in kept]) for parts in (HEADINGS, RULES, *body))]
    return "\n".join([*lines, *foot(run, spelling), ""])


def head(run: Run, spelling: Spelling) -> list[str]:
    """Returns the statements, each on a line of its own."""
    *before, last = map(code, heading(run, spelling))
    where = place(run, spelling)
    return [*(f"{statement}  " for statement in before), f"{last} at {code(where[3:])}" if where else last]


def foot(run: Run, spelling: Spelling) -> list[str]:
    slopes = "".join(text for text, _ in gradient_line(run, spelling))
    sentences = "".join(code(text) if role == "name" else prose(text) for text, role in sensitivity(run, spelling))
    return [part for text in (code(slopes) if slopes else "", sentences) if text for part in ("", text)]


def cells(row: Row, symbolic: bool) -> tuple[str, ...]:
    forward = code(row.forward) if row.number else row.forward
    value, gradient = map(number, (row.value, code(row.gradient) if symbolic else row.gradient), row.arrays)
    backward = code(" + ".join(row.backward))
    return row.number, code(row.name), forward, row.shape, value, gradient, backward, prose(row.notes)


def number(text: str, array: Block | None) -> str:
    """Returns a number, or the lines of an array: code spans with a break between them."""
    if array is None:
        return text
    rows = [code(row.rstrip()) for row in array.nested()] or [prose(row.rstrip()) for row in array.lines()]
    return "<br>".join(rows)


def line(parts: Sequence[str]) -> str:
    return f"| {' | '.join(part.replace('|', chr(92) + '|') for part in parts)} |"


def code(text: str) -> str:
    """Returns a code span; its fence is longer than any run of backticks in the text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def prose(text: str) -> str:
    """Returns text in which no character is Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>&#~$@])", r"\\\1", text)
