"""The table in Markdown, as GitHub reads it. What the user wrote stands in code spans, so that none of it is markup."""

from __future__ import annotations

from cgviz.documents.markdown import code, prose
from cgviz.documents.markdown import row as row_of
from cgviz.documents.writing import Writing, unicode_spelling
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS
from cgviz.views.table.heading import beside, heading, place
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import foot

TANGENT, GRADIENT = ("tangent", "= forward (local × tangent)"), ("gradient", "= backward (upstream × local)")
HEADINGS = ("#", "stage", "= forward", "shape", "value", *TANGENT, *GRADIENT, "gate")
RULES = ("--:", ":--", ":--", ":--", "--:", "--:", ":--", "--:", ":--", ":--")


def table(run: Run, digits: int = DIGITS, mode: Mode = REVERSE) -> str:
    """Returns head, table, ∇f and the sensitivity sentence."""
    spelling = unicode_spelling(digits)
    dropped = [*["value"] * run.symbolic, *["shape"] * (not run.graph.has_arrays)]
    dropped += [*TANGENT * (not mode.forward), *GRADIENT * (not mode.reverse)]
    kept = [i for i, heading in enumerate(HEADINGS) if heading not in dropped]
    headings = [heading if heading != "= forward" or not mode.forward else "= formula" for heading in HEADINGS]
    body = [cells(row, run.symbolic) for row in rows(run, spelling, mode)]
    lines = [*head(run, spelling), "", *(row_of([parts[i] for i in kept]) for parts in (headings, RULES, *body))]
    return "\n".join([*lines, *feet(run, spelling, mode), ""])


def head(run: Run, spelling: Writing) -> list[str]:
    """Returns the statements, each on a line of its own."""
    *before, last = map(code, heading(run, spelling))
    where = place(run, spelling)
    note = beside(run)
    last = f"{last} at {code(where[3:])}" if where else last
    lines = [*before, last, prose(note)] if note else [*before, last]
    return [*(f"{line}  " for line in lines[:-1]), lines[-1]]


def feet(run: Run, spelling: Writing, mode: Mode) -> list[str]:
    """Returns the sentences under the table; a line of mathematics is code."""
    lines = []
    for pieces in foot(run, spelling, mode):
        is_formula = pieces[0][0].startswith((spelling.nabla, spelling.partial))
        whole = "".join(text for text, _ in pieces)
        said = "".join(code(text) if role == "name" else prose(text) for text, role in pieces)
        lines += ["", code(whole) if is_formula else said]
    return lines


def cells(row: Row, symbolic: bool) -> tuple[str, ...]:
    forward = code(row.forward) if row.number else row.forward
    value = number(row, "value")
    tangent, gradient = (
        code(getattr(row, role)) if symbolic else number(row, role) for role in ("tangent", "gradient")
    )
    sums = [code(" + ".join(terms)) for terms in (row.carried, row.backward)]
    start = row.number, code(row.name), forward, row.shape
    return *start, value, tangent, sums[0], gradient, sums[1], prose(row.notes)


def number(row: Row, role: str) -> str:
    """Returns a number, or the lines of an array: code spans with a break between them."""
    array = row.arrays.get(role)
    if array is None:
        return str(getattr(row, role))
    rows = [code(row.rstrip()) for row in array.nested()] or [prose(row.rstrip()) for row in array.lines()]
    return "<br>".join(rows)
