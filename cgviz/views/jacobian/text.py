"""The document of a matrix: title, grid or heat map, how it came about, what backpropagation does."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table, Title
from cgviz.documents.grid import Column
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line
from cgviz.text.numbers import DIGITS
from cgviz.views.jacobian import words
from cgviz.views.jacobian.beside import beside
from cgviz.views.jacobian.blocks import blocks
from cgviz.views.jacobian.facts import Facts
from cgviz.views.jacobian.grid import cell, grid
from cgviz.views.jacobian.latex import formula

PROSE, NARROWEST = 80, 30
MOST_ROWS, MOST_COLUMNS, MOST_DOTTED = 100, 40, 40


def document(facts: Facts, writing: Writing) -> Document:
    """Returns the document of a matrix."""
    title = words.title(facts, writing)
    symbolic = [Prose([(said, "local")], is_math=True) for said in symbols(facts, writing)]
    mark = words.NO_PATH if facts.matrix.blanks and max(facts.matrix.shape) <= MOST_DOTTED else ""
    told = [words.zeros(facts, mark), words.how(facts), *words.corners(facts, writing)]
    said = [Prose([(writing.clean(sentence), "")]) for sentence in told if sentence]
    sides = Prose([(words.sides(facts, writing), "muted")])
    head = Title([(title, "name")])
    return Document(
        [head, *symbolic, GAP, matrix(facts, writing), GAP, sides, *said, *instead(facts, writing)], title, PROSE
    )


def matrix(facts: Facts, writing: Writing) -> Block:
    """Returns the matrix: numbers or a heat map in a terminal, elsewhere a table or one formula."""
    if not facts.matrix.entries.size:
        return Prose([("(there are no entries: an axis has length 0)", "muted")])
    if writing.display:
        return Prose([(writing.display.math(formula(facts, writing.digits or DIGITS)), "")], is_math=True)
    return Drawn(lambda width, paint: matrix_lines(facts, writing, width, paint), lambda: table(facts, writing))


def table(facts: Facts, writing: Writing) -> Table:
    """Returns the matrix as a table; of many rows and columns, no more than a page holds."""
    matrix = facts.matrix
    heads = [writing.name(label) for block in matrix.columns for label in block.labels][:MOST_COLUMNS]
    left = [writing.name(label) for block in matrix.rows for label in block.labels][:MOST_ROWS]
    rows = [
        [(label, "name"), *((cell(matrix, i, j, writing)[0], "") for j in range(len(heads)))]
        for i, label in enumerate(left)
    ]
    high, wide = matrix.shape
    cut = high > MOST_ROWS or wide > MOST_COLUMNS
    more = f"the first {len(left)} of {high} rows and {len(heads)} of {wide} columns" if cut else ""
    return Table([Column(""), *(Column(heading, right=True) for heading in heads)], rows, more)


def matrix_lines(facts: Facts, writing: Writing, width: int | None, theme: Theme | None) -> list[Line]:
    return grid(facts.matrix, writing, width) or blocks(facts.matrix, writing, max(width or PROSE, NARROWEST), theme)


def symbols(facts: Facts, writing: Writing) -> list[str]:
    """Returns `∂q/∂x = W`, a line for each input for which one op says it."""
    found = []
    for block, symbol in zip(facts.inputs, facts.symbols, strict=False):
        if symbol is not None:
            left = words.slope(facts, writing, [block])
            found.append(f"{left} = {writing.formula(symbol)}")
    return found


def instead(facts: Facts, writing: Writing) -> Iterator[Block]:
    """Yields the paragraphs on what backpropagation does instead, one for each input."""
    if facts.of.index == facts.run.graph.output and not facts.of.shape and not facts.second:
        yield from (GAP, Prose([(words.is_gradient(facts, writing), "")]))
        return
    for product in facts.products:
        told = beside(facts, product, writing)
        if not told:
            continue
        source = writing.name(facts.run.graph.nodes[product.source].shown)
        yield from (GAP, Prose([(f"Backpropagation needs no matrix for the gradient of {source}:", "name")]))
        yield from (Prose([(line, "name")], "  ", is_math=True) for line in told)
