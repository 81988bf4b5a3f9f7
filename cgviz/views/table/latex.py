r"""The table as a LaTeX tabular in mathematics, for a document with \usepackage{booktabs,amsmath}."""

from __future__ import annotations

from cgviz.formula import escaped
from cgviz.numbers import DIGITS
from cgviz.runs import Run
from cgviz.summaries import lines as lines_of
from cgviz.views.table.block import Block
from cgviz.views.table.heading import heading, place
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import gradient_line
from cgviz.views.table.spelling import Spelling
from cgviz.views.table.tex import fits_matrix, latex_spelling

COLUMNS = "rlllrrll"
BACKWARD = r"${}=$ backward (upstream $\times$ local)"
HEADINGS = (r"\#", "stage", "${}=$ forward", "shape", "value", "gradient", BACKWARD, "gate")
WORDS_ONLY = 0  # columns, in which there is no room for bars
SIGNS = {"−": "$-$", "σ": r"$\sigma$", "²": "$^2$", "·": r"$\cdot$", "½": r"$\frac12$", "′": "$'$", "×": r"$\times$"}


def table(run: Run, digits: int = DIGITS) -> str:
    """Returns the tabular, the function above it and ∇f below it, as lines of displayed mathematics."""
    spelling = latex_spelling(digits)
    *before, last = heading(run, spelling)
    where = place(run, spelling)
    head = display([*before, rf"{last} \qquad \text{{at }} {where[3:]}" if where else last])
    slopes = "".join(text for text, _ in gradient_line(run, spelling))
    return "\n".join([*head, *tabular(run, spelling), *(display([slopes]) if slopes else []), ""])


def tabular(run: Run, spelling: Spelling) -> list[str]:
    """Returns the lines of the tabular; without values the column of values is left out, without arrays that of shapes."""
    left_out = {"value": run.symbolic, "shape": not run.graph.has_arrays}
    kept = [i for i, heading in enumerate(HEADINGS) if not left_out.get(heading)]
    body = [cells(row) for row in rows(run, spelling)]
    heading, *lines = [" & ".join(line[i] for i in kept) for line in (HEADINGS, *body)]
    opening = rf"\begin{{tabular}}{{{''.join(COLUMNS[i] for i in kept)}}}"
    middle = [r"  \toprule", rf"  {heading} \\", r"  \midrule", *(rf"  {line} \\" for line in lines), r"  \bottomrule"]
    return [opening, *middle, r"\end{tabular}"]


def display(formulas: list[str]) -> list[str]:
    """Returns formulas as displayed mathematics, one per line."""
    *before, last = formulas
    return [r"\begin{gather*}", *(rf"  {formula} \\" for formula in before), f"  {last}", r"\end{gather*}"]


def cells(row: Row) -> tuple[str, ...]:
    """Returns the cells of a row, mathematics between dollars."""
    forward = math(row.forward) if row.number else row.forward
    terms = " + ".join(row.backward)
    backward = math(terms) if row.backward[0] not in ("seed", "nothing") else terms
    value, gradient = map(number, (row.value, row.gradient), row.arrays)
    return row.number, math(row.name), forward, text(row.shape), value, gradient, backward, text(row.notes)


def number(written: str, array: Block | None) -> str:
    """Returns a number or a matrix; of an array that is too large for one the lines that sum it up."""
    if array is None or fits_matrix(array.value):
        return math(written)
    lines = r" \\ ".join(text(line.rstrip()) for line in lines_of(array.summary, array.digits, WORDS_ONLY))
    return rf"\begin{{tabular}}{{@{{}}r@{{}}}} {lines} \end{{tabular}}"


def math(formula: str) -> str:
    return f"${formula}$" if formula else ""


def text(words: str) -> str:
    """Returns words as LaTeX text."""
    return "".join(SIGNS.get(c, escaped(c)) for c in words)
