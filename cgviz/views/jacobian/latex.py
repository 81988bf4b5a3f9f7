r"""The matrix as displayed mathematics in LaTeX, for a document with \usepackage{amsmath}."""

from __future__ import annotations

from cgviz.analysis.blocks import Jacobian
from cgviz.text.notations import LATEX
from cgviz.text.numbers import DIGITS, number
from cgviz.views.jacobian.facts import Facts
from cgviz.views.jacobian.words import MOST_NAMES

MOST, ENDS = 20, 4
COLUMNS_OF_AMSMATH = 10


def formula(facts: Facts, digits: int = DIGITS) -> str:
    """Returns one formula: the derivative, what it is in symbols, the matrix, its layout."""
    symbol = facts.symbols[0] if len(facts.symbols) == 1 else None
    symbols = [symbol.latex] if symbol is not None else []
    high, wide = facts.matrix.shape
    layout = "" if facts.second else rf" \quad \text{{({facts.matrix.layout} layout, ${high} \times {wide}$)}}"
    body = " = ".join([slope(facts), *symbols, matrix(facts.matrix, digits)])
    wider = rf"\setcounter{{MaxMatrixCols}}{{{MOST + 1}}}" if min(wide, MOST) > COLUMNS_OF_AMSMATH else ""
    return f"{wider}{body}{layout}"


def slope(facts: Facts) -> str:
    every = [LATEX.name(block.name) for block in facts.inputs]
    names = ", ".join(every if len(every) <= MOST_NAMES else [*every[: MOST_NAMES // 2], r"\ldots", every[-1]])
    below = names if len(facts.inputs) == 1 else rf"\left({names}\right)"
    of = LATEX.name(facts.of.name)
    if facts.second:
        return rf"\frac{{\partial^{{2}} {of}}}{{\partial {{{below}}}^{{2}}}}"
    return rf"\frac{{\partial {of}}}{{\partial {below}}}"


def matrix(matrix: Jacobian, digits: int) -> str:
    """Returns the entries; of more than 20 rows or columns the first and the last ones."""
    high, wide = matrix.shape
    if not high or not wide:
        return r"\begin{bmatrix} \; \end{bmatrix}"
    rows, columns = kept(high), kept(wide)
    lines = [" & ".join(entry(matrix, i, j, digits) for j in columns) for i in rows]
    return "\\begin{bmatrix}\n    " + " \\\\\n    ".join(lines) + "\n  \\end{bmatrix}"


def kept(count: int) -> list[int]:
    """Returns the places that are written; −1 stands for dots."""
    return list(range(count)) if count <= MOST else [*range(ENDS), -1, *range(count - ENDS, count)]


def entry(matrix: Jacobian, i: int, j: int, digits: int) -> str:
    if i < 0 or j < 0:
        return r"\ddots" if i == j else r"\vdots" if i < 0 else r"\cdots"
    return number(float(matrix.entries[i, j]), digits, latex=True)
