r"""The table as a LaTeX tabular in mathematics, for a document with \usepackage{booktabs,amsmath}."""

from __future__ import annotations

from cgviz.formula import escaped
from cgviz.numbers import DIGITS
from cgviz.passes import Run
from cgviz.views.table.heading import heading, place
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import gradient_line
from cgviz.views.table.spelling import latex_spelling

OPENING = r"\begin{tabular}{rllrrll}"
HEADINGS = r"\# & stage & ${}=$ forward & value & gradient & ${}=$ backward (upstream $\times$ local) & gate \\"
SIGNS = {"−": "$-$", "σ": r"$\sigma$", "²": "$^2$", "·": r"$\cdot$", "½": r"$\frac12$", "′": "$'$", "×": r"$\times$"}


def table(run: Run, digits: int = DIGITS) -> str:
    """Returns the tabular, the function above it and ∇f below it, as lines of displayed mathematics."""
    spelling = latex_spelling(digits)
    *before, last = heading(run, spelling)
    where = place(run, spelling)
    head = display([*before, rf"{last} \qquad \text{{at }} {where[3:]}" if where else last])
    body = [rf"  {line(row, run.symbolic)} \\" for row in rows(run, spelling)]
    slopes = "".join(text for text, _ in gradient_line(run, spelling))
    tabular = [OPENING, r"  \toprule", f"  {HEADINGS}", r"  \midrule", *body, r"  \bottomrule", r"\end{tabular}"]
    return "\n".join([*head, *tabular, *(display([slopes]) if slopes else []), ""])


def display(formulas: list[str]) -> list[str]:
    return [
        r"\begin{gather*}",
        *(f"  {text}{end}" for text, end in zip(formulas, ends(formulas), strict=True)),
        r"\end{gather*}",
    ]


def ends(formulas: list[str]) -> list[str]:
    return [r" \\"] * (len(formulas) - 1) + [""]


def line(row: Row, symbolic: bool) -> str:
    """Returns the cells of a row, mathematics between dollars."""
    forward = math(row.forward) if row.number else row.forward
    terms = " + ".join(row.backward)
    backward = math(terms) if row.backward[0] not in ("seed", "nothing") else terms
    return " & ".join(
        [row.number, math(row.name), forward, math(row.value), math(row.gradient), backward, text(row.notes)]
    )


def math(formula: str) -> str:
    return f"${formula}$" if formula else ""


def text(words: str) -> str:
    """Returns words as LaTeX text."""
    return "".join(SIGNS.get(c, escaped(c)) for c in words)
