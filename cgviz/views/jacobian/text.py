"""The whole page of a matrix for a terminal: title, grid or heat map, how it came about, what backpropagation does."""

from __future__ import annotations

from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line, fold, split
from cgviz.text.numbers import DIGITS
from cgviz.views.jacobian import words
from cgviz.views.jacobian.beside import beside
from cgviz.views.jacobian.blocks import blocks
from cgviz.views.jacobian.facts import Facts
from cgviz.views.jacobian.grid import grid
from cgviz.views.table.page import text
from cgviz.views.table.spelling import Spelling, unicode_spelling

PROSE, NARROWEST = 80, 30


def written(facts: Facts, digits: int = DIGITS) -> str:
    """Returns the page as plain text."""
    return text(page(facts, unicode_spelling(digits)))


def page(facts: Facts, spelling: Spelling, width: int | None = None, theme: Theme | None = None) -> list[Line]:
    """Returns the lines of the page in `width` columns; with a theme its heat map is in colour."""
    wide = max(width or PROSE, NARROWEST)
    body = matrix_lines(facts, spelling, width, theme)
    lines = said(words.title(facts, spelling), wide, "name")
    lines += [line for formula in symbols(facts, spelling) for line in said(formula, wide, "local")]
    lines += [[], *body, []]
    mark = words.NO_PATH if any(words.NO_PATH in span for line in body for span, _ in line) else ""
    lines += said(words.sides(facts, spelling), wide, "muted")
    for sentence in (words.zeros(facts, mark), words.how(facts), *words.corners(facts, spelling)):
        lines += said(spelling.clean(sentence), wide, "")
    return lines + instead(facts, spelling, wide)


def matrix_lines(facts: Facts, spelling: Spelling, width: int | None, theme: Theme | None) -> list[Line]:
    if not facts.matrix.entries.size:
        return [[("(there are no entries: an axis has length 0)", "muted")]]
    return grid(facts.matrix, spelling, width) or blocks(facts.matrix, spelling, max(width or PROSE, NARROWEST), theme)


def said(sentence: str, width: int, role: str, indent: str = "") -> list[Line]:
    """Returns a sentence folded, none for an empty one."""
    lines = fold(split([(sentence, role)]), width - 2 * len(indent)) if sentence else []
    return [[(indent + "  " * (i > 0 and bool(indent)), ""), *line] for i, line in enumerate(lines)]


def symbols(facts: Facts, spelling: Spelling) -> list[str]:
    """Returns `∂q/∂x = W`, a line for each input for which one op says it."""
    found = []
    for block, formula in zip(facts.inputs, facts.symbols, strict=False):
        if formula is not None:
            left = words.slope(facts, spelling, [block])
            found.append(f"{left} = {spelling.formula(formula)}")
    return found


def instead(facts: Facts, spelling: Spelling, width: int) -> list[Line]:
    """Returns the paragraphs on what backpropagation does instead, one for each input."""
    lines: list[Line] = []
    if facts.of.index == facts.run.graph.output and not facts.of.shape and not facts.second:
        return [[], *said(words.is_gradient(facts, spelling), width, "")]
    for product in facts.products:
        told = beside(facts, product, spelling)
        if not told:
            continue
        source = spelling.name(facts.run.graph.nodes[product.source].shown)
        head = f"Backpropagation needs no matrix for the gradient of {source}:"
        lines += [[], *said(head, width, "name")]
        for line in told:
            lines += said(line, width, "", "  ")
    return lines
