"""A document in Markdown, as GitHub reads it; what the user wrote stands in code spans, none of it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cgviz.documents.aligned import AlignedRow, Setter
from cgviz.documents.document import Block, Document, Drawn, Entry, Equations, Gap, Head, Prose, Table, Title, words
from cgviz.documents.equations import Equation
from cgviz.documents.tex import MarkHand, plain_text
from cgviz.documents.writing import Writing, unicode_spelling
from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line

ROOM = 76.0
COLOURS = {"value": "green", "gradient": "red", "muted": "gray", "flag": "orange"}


def writing(digits: int) -> Writing:
    return unicode_spelling(digits)._replace(hand=MarkHand, nested=True)


def printed(document: Document, theme: Theme, standalone: bool = False) -> str:
    """Returns the document; it is the same in every theme, and alone."""
    return markdown(document)


def markdown(document: Document) -> str:
    """Returns the blocks with an empty line between those that are paragraphs of their own."""
    parts: list[str] = []
    near = False
    for block in document.blocks:
        if isinstance(block, Gap):
            near = False
            continue
        lines = list(written(block))
        joined = isinstance(block, Entry) or (isinstance(block, Prose) and (block.is_near or block.lead.strip()))
        if parts and not (near and joined):
            parts.append("")
        parts += lines
        near = isinstance(block, (Entry, Prose))
    return "\n".join([*parts, ""])


BULLETS = ("-", "•", "–")


def written(block: Block) -> Iterator[str]:
    if isinstance(block, Head):
        *before, last = map(code, block.statements)
        yield from (f"{statement}  " for statement in before)
        last += f" at {code(block.where.removeprefix('at '))}" if block.where else ""
        yield f"{last}  \n{prose(block.note)}" if block.note else last
    elif isinstance(block, Title):
        title = prose(words(block.pieces)) if block.number else mixed(block.pieces)
        yield f"### {block.number}. {title}" if block.number else f"**{title}**"
    elif isinstance(block, Prose):
        said = code(words(block.pieces)) if block.is_math else mixed(block.pieces)
        lead = block.lead.strip()
        told = said if lead in BULLETS else f"{prose(lead)} {said}"
        yield f"- {told}" if lead else f"  {said}" if block.is_near else said
    elif isinstance(block, Entry):
        yield from entry(block)
    elif isinstance(block, Table):
        yield from table(block)
    elif isinstance(block, Equations):
        yield displays(block.lines)
    elif isinstance(block, Drawn):
        yield from table(block.table()) if block.table else fenced(block.lines(None, None))


def displays(lines: Sequence[Equation]) -> str:
    """Returns equations as displayed mathematics, which GitHub and Jupyter set as it stands."""
    setter = Setter(ROOM, coloured, lambda text, role: coloured(rf"\text{{{plain_text(text)}}}", role))
    rows = (" \\\\\n".join(map(aligned, block)) for block in setter.blocks(lines))
    return "\n\n".join(f"$$\n\\begin{{aligned}}\n{each}\n\\end{{aligned}}\n$$" for each in rows)


def coloured(text: str, role: str) -> str:
    r"""Returns mathematics in a colour, in a form that MathJax 2 and 3 and KaTeX read alike."""
    return rf"{{\color{{{COLOURS[role]}}}{{{text}}}}}"


def aligned(each: AlignedRow) -> str:
    """Returns a row whose number has a column of its own at the left."""
    number = rf"\text{{({each.number})}}" if each.number else ""
    return f"{number} && {each.symbol} &{each.rest}"


def entry(block: Entry) -> Iterator[str]:
    if block.is_set:
        yield from (f"- *{block.word}*:", "", *("      " + words(line) for line in block.lines))
        return
    first, *rest = (code(words(line)) if block.is_math else mixed(line) for line in block.lines)
    yield f"- *{block.word}*: {first}"
    yield from (f"  - {line}" for line in rest)


def table(block: Table) -> Iterator[str]:
    yield row([prose(column.heading) for column in block.columns])
    yield row(["--:" if column.right else ":--" for column in block.columns])
    for cells in block.rows:
        yield row([cell(*each) for each in cells])
    if block.more:
        yield from ("", prose(block.more))


def cell(text: str, role: str) -> str:
    """Returns a cell, line by line; the rows of an array are code."""
    is_array = text.startswith("[")
    return "<br>".join(code(line.rstrip()) if is_array else mixed([(line.rstrip(), role)]) for line in text.split("\n"))


def fenced(lines: Sequence[Line]) -> list[str]:
    return ["```text", *(words(line).rstrip() for line in lines), "```"]


def mixed(line: Line) -> str:
    """Returns a sentence in which names and formulas are code."""
    return "".join(code(text) if role in ("name", "formula") and text else prose(text) for text, role in line)


def row(parts: Sequence[str]) -> str:
    return f"| {' | '.join(part.replace('|', chr(92) + '|') for part in parts)} |"


def code(text: str) -> str:
    """Returns a code span; its fence is longer than any run of backticks in the text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def prose(text: str) -> str:
    """Returns text in which no character is Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>&#~$@])", r"\\\1", text)
