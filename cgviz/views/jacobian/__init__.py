"""A Jacobian or a Hessian: a grid of numbers or a heat map, and what backpropagation does instead of building it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cgviz.analysis.blocks import Jacobian
from cgviz.analysis.products import Edge, Product
from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table, Title
from cgviz.documents.grid import TableColumn
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.ops.rearranging import transpose
from cgviz.runs.run import Run
from cgviz.text.fold import Line
from cgviz.text.formula import Formula
from cgviz.text.notations import LATEX
from cgviz.text.numbers import DIGITS, checked, number
from cgviz.values.arrays import Value, numpy
from cgviz.views.jacobian.facts import (
    MOST_NAMES,
    NO_PATH,
    MatrixFacts,
    corners,
    counted,
    gradient,
    how,
    is_gradient,
    sides,
    symbols,
    title,
    zeros,
)
from cgviz.views.jacobian.terminal import blocks, cell, grid

PROSE, NARROWEST = 80, 30
MOST_ROWS, MOST_COLUMNS, MOST_DOTTED = 100, 40, 40
MOST_STEPS = 6
MOST, ENDS = 20, 4
COLUMNS_OF_AMSMATH = 10
__all__ = ["picture", "report"]


def report(facts: MatrixFacts, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the report of a matrix."""
    from cgviz.views.jacobian.json import as_data
    from cgviz.views.table.json import pretty

    return Report(lambda writing: document(facts, writing), lambda: pretty(as_data(facts)) + "\n", digits, theme)


def picture(
    facts: MatrixFacts,
    format: str = "svg",
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> bytes:
    """Returns the matrix as a heat map in one of CHARTS. Raises UsageError, RenderError."""
    from cgviz.drawing.canvas import written
    from cgviz.drawing.diagram import checked as checked_background
    from cgviz.drawing.theme import theme as named
    from cgviz.views.jacobian.heat import drawn

    colours = named(theme)
    behind = colours.background if background == "filled" else checked_background(background)
    return written(drawn(facts, checked(digits), colours, behind), format)


def document(facts: MatrixFacts, writing: Writing) -> Document:
    """Returns the document of a matrix."""
    called = title(facts, writing)
    symbolic = [Prose([(said, "local")], is_math=True) for said in symbols(facts, writing)]
    mark = NO_PATH if facts.matrix.blanks and max(facts.matrix.shape) <= MOST_DOTTED else ""
    told = [zeros(facts, mark), how(facts), *corners(facts, writing)]
    said = [Prose([(writing.clean(sentence), "")]) for sentence in told if sentence]
    rows = Prose([(sides(facts, writing), "muted")])
    head = Title([(called, "name")])
    return Document(
        [head, *symbolic, GAP, matrix(facts, writing), GAP, rows, *said, *instead(facts, writing)], called, PROSE
    )


def matrix(facts: MatrixFacts, writing: Writing) -> Block:
    """Returns the matrix: numbers or a heat map in a terminal, elsewhere a table or one formula."""
    if not facts.matrix.entries.size:
        return Prose([("(there are no entries: an axis has length 0)", "muted")])
    if writing.display:
        return Prose([(writing.display.math(latex_formula(facts, writing.digits or DIGITS)), "")], is_math=True)
    return Drawn(lambda width, paint: matrix_lines(facts, writing, width, paint), lambda: table(facts, writing))


def table(facts: MatrixFacts, writing: Writing) -> Table:
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
    return Table([TableColumn(""), *(TableColumn(heading, right=True) for heading in heads)], rows, more)


def matrix_lines(facts: MatrixFacts, writing: Writing, width: int | None, theme: Theme | None) -> list[Line]:
    return grid(facts.matrix, writing, width) or blocks(facts.matrix, writing, max(width or PROSE, NARROWEST), theme)


def instead(facts: MatrixFacts, writing: Writing) -> Iterator[Block]:
    """Yields the paragraphs on what backpropagation does instead, one for each input."""
    if facts.of.index == facts.run.graph.output and not facts.of.shape and not facts.second:
        yield from (GAP, Prose([(is_gradient(facts, writing), "")]))
        return
    for product in facts.products:
        told = beside(facts, product, writing)
        if not told:
            continue
        source = writing.name(facts.run.graph.nodes[product.source].shown)
        yield from (GAP, Prose([(f"Backpropagation needs no matrix for the gradient of {source}:", "name")]))
        yield from (Prose([(line, "name")], "  ", is_math=True) for line in told)


def beside(facts: MatrixFacts, product: Product, spelling: Writing) -> list[str]:
    """Returns the lines for one input: by the matrix, by the steps, whether they agree with the gradient, the costs."""
    if not product.edges:
        return []
    nodes = facts.run.graph.nodes
    source, target = nodes[product.source].shown, nodes[product.target].shown
    lines = []
    if product.upstream is not None:
        lines.append(f"{gradient(target, spelling)} = {shown(product.upstream, spelling)}")
        lines.append(f"{by_matrix(facts, target, spelling)} = {shown(product.by_matrix, spelling)}")
    lines += steps(facts, product, spelling)
    return [*lines, *agreement(facts, product, spelling, source, target), *costs(facts, product)]


def by_matrix(facts: MatrixFacts, target: str, spelling: Writing) -> str:
    """Returns `dqᵀ J`, in denominator layout `J dq`; the layout turns the matrix, not the gradient."""
    name = gradient(target, spelling)
    if facts.matrix.transposed:
        return f"J{spelling.notation.apart}{name}"
    upstream = Formula(name, shape=None)
    left = transpose(upstream) if facts.of.shape else upstream
    return f"{spelling.formula(left)}{spelling.notation.apart}J"


def steps(facts: MatrixFacts, product: Product, spelling: Writing) -> list[str]:
    """Returns a line for each step, `dx = Wᵀ dq = [−0.112, 0.636]`, the middle of many left out."""
    lines = [step(facts.run, product.edges, place, spelling) for place in chosen(len(product.edges))]
    left = len(product.edges) - len(lines)
    if left:
        lines.insert(MOST_STEPS - 1, f"{spelling.ellipsis} {counted(left, 'more step')}")
    if product.upstream is not None:
        name = gradient(facts.run.graph.nodes[product.source].shown, spelling)
        lines[-1] += f" = {shown(product.by_steps, spelling)}" if single(product) else ""
        if not single(product):
            lines.append(f"{name} = {shown(product.by_steps, spelling)}")
    return lines


def single(product: Product) -> bool:
    return len(product.edges) == 1


def chosen(count: int) -> list[int]:
    return [i for i in range(count) if count <= MOST_STEPS + 1 or i < MOST_STEPS - 1 or i == count - 1]


def step(run: Run, edges: Sequence[Edge], place: int, spelling: Writing) -> str:
    """Returns one step of the backward pass: `dx = Wᵀ dq`, with a plus where something has arrived before."""
    target, slot = edges[place]
    graph = run.graph
    source = graph.nodes[target].args[slot]
    earlier = {graph.nodes[t].args[s] for t, s in edges[:place]}
    handed = run.handed_formula(target, slot)
    sign = spelling.notation.adds if source in earlier else "="
    name = gradient(graph.nodes[source].shown, spelling)
    return f"{name} {sign} {spelling.formula(handed) if handed is not None else 0}"


def agreement(facts: MatrixFacts, product: Product, spelling: Writing, source: str, target: str) -> list[str]:
    output = spelling.name(facts.run.graph.nodes[facts.run.graph.output].shown)
    if product.upstream is None:
        if facts.run.taken[product.target]:
            return [f"(for numbers give --upstream, the gradient of {output})"]
        return [f"(no gradient arrives at {spelling.name(target)}: {output} does not need it)"]
    if not same(product.by_matrix, product.by_steps):
        return ["the two differ by more than rounding: numbers that are not finite, or that cancel"]
    if product.alone and same(product.by_matrix, product.whole):
        return [
            f"the same numbers, and the gradient of {spelling.name(source)}: every path to {output} leads through "
            f"{spelling.name(target)}"
        ]
    whole = shown(product.whole, spelling)
    return [
        f"the same numbers; other paths from {spelling.name(source)} to {output} contribute as well: together "
        f"{gradient(source, spelling)} = {whole}"
    ]


def same(one: Any, other: Any) -> bool:
    np = numpy()
    flat = np.ravel(other)
    scale = max([1e-300, *np.abs(flat[np.isfinite(flat)])])
    return bool(np.allclose(np.ravel(one), flat, rtol=1e-9, atol=1e-9 * scale, equal_nan=True))


def costs(facts: MatrixFacts, product: Product) -> list[str]:
    if facts.of.size == 1 or product.steps_cost is None or product.build_cost is None:
        return []
    passes, steps = counted(facts.of.size, "backward pass"), "step" if single(product) else "steps"
    built = f"by the matrix {product.matrix_cost:,}, and {product.build_cost:,} to build it in {passes}"
    return [f"multiplications: {product.steps_cost:,} by the {steps}; {built}"]


def shown(value: Value, spelling: Writing) -> str:
    """Returns a value in one line."""
    return spelling.clean(number(value, spelling.digits or DIGITS))


def latex_formula(facts: MatrixFacts, digits: int = DIGITS) -> str:
    """Returns one formula: the derivative, what it is in symbols, the matrix, its layout."""
    symbol = facts.symbols[0] if len(facts.symbols) == 1 else None
    symbols = [symbol.latex] if symbol is not None else []
    high, wide = facts.matrix.shape
    layout = "" if facts.second else rf" \quad \text{{({facts.matrix.layout} layout, ${high} \times {wide}$)}}"
    body = " = ".join([latex_slope(facts), *symbols, latex_matrix(facts.matrix, digits)])
    wider = rf"\setcounter{{MaxMatrixCols}}{{{MOST + 1}}}" if min(wide, MOST) > COLUMNS_OF_AMSMATH else ""
    return f"{wider}{body}{layout}"


def latex_slope(facts: MatrixFacts) -> str:
    every = [LATEX.name(block.name) for block in facts.inputs]
    names = ", ".join(every if len(every) <= MOST_NAMES else [*every[: MOST_NAMES // 2], r"\ldots", every[-1]])
    below = names if len(facts.inputs) == 1 else rf"\left({names}\right)"
    of = LATEX.name(facts.of.name)
    if facts.second:
        return rf"\frac{{\partial^{{2}} {of}}}{{\partial {{{below}}}^{{2}}}}"
    return rf"\frac{{\partial {of}}}{{\partial {below}}}"


def latex_matrix(matrix: Jacobian, digits: int) -> str:
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
