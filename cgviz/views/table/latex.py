r"""The table as a LaTeX tabular in mathematics, for a document with \usepackage{booktabs,amsmath}."""

from __future__ import annotations

from cgviz.documents.latex import DOCUMENT, NEEDS, tex
from cgviz.documents.writing import Writing
from cgviz.runs.modes import REVERSE, Mode, passes_needed
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS
from cgviz.text.summaries import lines as lines_of
from cgviz.text.tex import escaped
from cgviz.views.table.heading import beside, heading, place
from cgviz.views.table.rows import Row, rows
from cgviz.views.table.sentence import gradient_line, meaning
from cgviz.views.table.tex import fits_matrix, latex_spelling, with_elements

WORDS_ONLY = 0  # columns, in which there is no room for bars
COLUMNS = "rlllrrlrll"
TANGENT = ("tangent", r"${}=$ forward (local $\times$ tangent)")
GRADIENT = ("gradient", r"${}=$ backward (upstream $\times$ local)")
HEADINGS = (r"\#", "stage", "${}=$ forward", "shape", "value", *TANGENT, *GRADIENT, "gate")
WORDS = (("seed",), ("nothing",), ("held fixed",))
SIGNS = {"−": "$-$", "σ": r"$\sigma$", "²": "$^2$", "·": r"$\cdot$", "½": r"$\frac12$", "′": "$'$", "×": r"$\times$"}


def table(run: Run, digits: int = DIGITS, mode: Mode = REVERSE, standalone: bool = False) -> str:
    """Returns the tabular, the function above it and ∇f below it, as lines of displayed mathematics.

    `standalone`, a document that compiles as it stands.
    """
    spelling = latex_spelling(digits)
    *before, last = heading(run, spelling)
    where = place(run, spelling)
    head = display([*before, rf"{last} \qquad \text{{at }} {where[3:]}" if where else last])
    head += [tex(beside(run)), ""] if run.graph.beside else []
    slopes = "".join(text for text, _ in gradient_line(run, spelling)) if mode.reverse else ""
    lines = [*head, *tabular(run, spelling, mode), *(display([slopes]) if slopes else [])]
    told = "".join(said for said, _ in meaning(run, spelling)) if mode.reverse else ""
    lines += [f"${told.removesuffix('.').replace(' stands for ', '$ stands for $')}$."] if told else []
    made = "\n".join([NEEDS, *lines, *([text(passes_needed(run))] if mode.forward else []), ""])
    return f"{DOCUMENT}{made}\\end{{document}}\n" if standalone else made


def tabular(run: Run, spelling: Writing, mode: Mode) -> list[str]:
    """Returns the lines of the tabular, without the columns of what a mode, or the program, does not have."""
    dropped = [*["value"] * run.symbolic, *["shape"] * (not run.graph.has_arrays)]
    dropped += [*TANGENT * (not mode.forward), *GRADIENT * (not mode.reverse)]
    kept = [i for i, heading in enumerate(HEADINGS) if heading not in dropped]
    headings = ["${}=$ formula" if mode.forward and i == 2 else heading for i, heading in enumerate(HEADINGS)]
    body = [cells(row) for row in rows(run, spelling, mode)]
    heading, *lines = [" & ".join(line[i] for i in kept) for line in (headings, *body)]
    opening = rf"\begin{{tabular}}{{{''.join(COLUMNS[i] for i in kept)}}}"
    end = r" \\ \addlinespace" if run.graph.has_arrays and not run.symbolic else r" \\"
    middle = [r"  \toprule", rf"  {heading} \\", r"  \midrule", *(f"  {line}{end}" for line in lines), r"  \bottomrule"]
    return [opening, *middle, r"\end{tabular}"]


def display(formulas: list[str]) -> list[str]:
    """Returns formulas as displayed mathematics, one per line."""
    *before, last = formulas
    return [r"\begin{gather*}", *(rf"  {formula} \\" for formula in before), f"  {last}", r"\end{gather*}"]


def cells(row: Row) -> tuple[str, ...]:
    """Returns the cells of a row, mathematics between dollars."""
    forward = math(row.forward) if row.number else row.forward
    value, tangent, gradient = (number(row, role) for role in ("value", "tangent", "gradient"))
    carried, backward = summed(row.carried), summed(row.backward)
    start = row.number, math(row.name), forward, text(row.shape)
    return *start, value, tangent, carried, gradient, backward, text(row.notes)


def number(row: Row, role: str) -> str:
    """Returns a number or a matrix; of an array that is too large for one the lines that sum it up."""
    array = row.arrays.get(role)
    if array is None:
        return math(getattr(row, role))
    if fits_matrix(array.value):
        return math(with_elements(array.value, array.digits))
    lines = r" \\ ".join(text(line.rstrip()) for line in lines_of(array.summary, array.digits, WORDS_ONLY))
    return rf"\begin{{tabular}}{{@{{}}r@{{}}}} {lines} \end{{tabular}}"


def summed(terms: tuple[str, ...]) -> str:
    """Returns the terms of a sum as mathematics; words stand as they are."""
    said = " + ".join(terms)
    return said if terms[:1] in WORDS else math(said)


def math(formula: str) -> str:
    return f"${formula}$" if formula else ""


def text(words: str) -> str:
    """Returns words as LaTeX text."""
    return "".join(SIGNS.get(c, escaped(c)) for c in words)
