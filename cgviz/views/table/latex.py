r"""The table as a LaTeX tabular in mathematics, for a document with \usepackage{booktabs,amsmath}."""

from __future__ import annotations

from cgviz.formula import escaped
from cgviz.numbers import DIGITS
from cgviz.runs import Run
from cgviz.views.table.heading import heading, place
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import gradient_line
from cgviz.views.table.spelling import Spelling, latex_spelling

COLUMNS = "rllrrll"
HEADINGS = (r"\#", "stage", "${}=$ forward", "value", "gradient", r"${}=$ backward (upstream $\times$ local)", "gate")
VALUE = HEADINGS.index("value")
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
    """Returns the lines of the tabular; without values the column of values is left out."""
    kept = [i for i in range(len(HEADINGS)) if not (run.symbolic and i == VALUE)]
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
    return row.number, math(row.name), forward, math(row.value), math(row.gradient), backward, text(row.notes)


def math(formula: str) -> str:
    return f"${formula}$" if formula else ""


def text(words: str) -> str:
    """Returns words as LaTeX text."""
    return "".join(SIGNS.get(c, escaped(c)) for c in words)
