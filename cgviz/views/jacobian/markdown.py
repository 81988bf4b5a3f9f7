"""The matrix as a Markdown table with the sentences of the terminal below it."""

from __future__ import annotations

from cgviz.text.numbers import DIGITS
from cgviz.views.jacobian import words
from cgviz.views.jacobian.beside import beside
from cgviz.views.jacobian.facts import Facts
from cgviz.views.jacobian.text import symbols
from cgviz.views.table.spelling import Spelling, unicode_spelling

MOST_ROWS, MOST_COLUMNS = 100, 40
SPECIAL = r"\`*_{}[]<>|#$~"


def written(facts: Facts, digits: int = DIGITS) -> str:
    """Returns the title, the table, and paragraphs."""
    spelling = unicode_spelling(digits)
    head = [f"**{escaped(words.title(facts, spelling))}**", *map(code, symbols(facts, spelling))]
    told = [words.sides(facts, spelling), words.zeros(facts, words.NO_PATH), words.how(facts)]
    told += words.corners(facts, spelling)
    parts = [*head, table(facts, spelling), *(escaped(sentence) for sentence in told if sentence)]
    if facts.of.index == facts.run.graph.output and not facts.of.shape and not facts.second:
        return "\n\n".join(part for part in [*parts, escaped(words.is_gradient(facts, spelling))] if part) + "\n"
    for product in facts.products:
        lines = beside(facts, product, spelling)
        if lines:
            name = code(spelling.name(facts.run.graph.nodes[product.source].shown))
            parts += [
                f"Backpropagation needs no matrix for the gradient of {name}:",
                "\n".join(f"- {code(x)}" for x in lines),
            ]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(facts: Facts, spelling: Spelling) -> str:
    matrix = facts.matrix
    high, wide = matrix.shape
    if high > MOST_ROWS or wide > MOST_COLUMNS or not high or not wide:
        return f"(a table of {high}×{wide} entries is left out)"
    heads = [escaped(spelling.name(label)) for block in matrix.columns for label in block.labels]
    left = [escaped(spelling.name(label)) for block in matrix.rows for label in block.labels]
    lines = [f"| | {' | '.join(heads)} |", "|---" + "|---:" * wide + "|"]
    for i, label in enumerate(left):
        cells = (
            words.NO_PATH if matrix.blank[i, j] else spelling.number(float(matrix.entries[i, j])) for j in range(wide)
        )
        lines.append(f"| **{label}** | {' | '.join(cells)} |")
    return "\n".join(lines)


def escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in SPECIAL else c for c in text)


def code(text: str) -> str:
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{text}{ticks}"
