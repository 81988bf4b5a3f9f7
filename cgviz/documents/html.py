"""A document in HTML: a fragment with its own colours, light or dark as its reader's screen, or a page of its own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from cgviz.documents.document import Block, Document, Drawn, Entry, Gap, Head, Prose, Table, Title, words
from cgviz.drawing.theme import DARK, LIGHT, Theme
from cgviz.errors import printable
from cgviz.text.fold import Line
from cgviz.text.runs import BOLD, END, ITALIC, MARKS, SUB, SUP, plain

ROLES = frozenset({"value", "gradient", "local", "flag", "muted", "name"})
PALETTE = """.cgviz { LIGHT }
@media (prefers-color-scheme: dark) { .cgviz { DARK } }
:is([data-jp-theme-light="true"], .vscode-light, [theme="light"]) .cgviz { LIGHT }
:is([data-jp-theme-light="false"], .vscode-dark, [theme="dark"], .dark) .cgviz { DARK }
"""
STYLE = """.cgviz { color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-x: auto; }
.cgviz .head, .cgviz i, .cgviz .math { font-family: "STIX Two Text", Cambria, Georgia, serif; }
.cgviz h2 { font-size: 1.05rem; margin: 1.4em 0 .3em; } .cgviz p { margin: .3em 0; max-width: 48em; }
div.cgviz table { border-collapse: collapse; margin: .8em 0; color: inherit; }
div.cgviz tbody tr:nth-child(n) { background: none; } .cgviz th { text-align: left; font-weight: 600; }
.cgviz th, .cgviz td { padding: .2em .9em .2em 0; border-bottom: 1px solid var(--muted); vertical-align: top; }
.cgviz td { white-space: pre-wrap; } .cgviz .right { text-align: right; font-variant-numeric: tabular-nums; }
.cgviz dl { display: grid; grid-template-columns: max-content 1fr; column-gap: 1em; row-gap: .2em; margin: .6em 0; }
.cgviz dt, .cgviz .muted { color: var(--soft); } .cgviz dd { margin: 0; grid-column: 2; }
.cgviz .value { color: var(--value); } .cgviz .gradient, .cgviz .local { color: var(--gradient); }
.cgviz .flag { color: var(--flag); } .cgviz sub, .cgviz sup { line-height: 0; font-size: 72%; }
.cgviz .item { padding-left: 1.2em; text-indent: -1.2em; }
"""
COLOURS = ("background", "ink", "soft", "muted", "value", "gradient", "flag")
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>html {{ color-scheme: light dark; }} body {{ margin: 2rem auto; max-width: 64rem; padding: 0 1.2rem; }}</style>
</head>
<body>
{body}
</body>
</html>
"""


def html(document: Document, theme: Theme, standalone: bool = False) -> str:
    """Returns the fragment, its style with it; `standalone`, a whole page."""
    body = "\n".join(line for block in document.blocks for line in written(block))
    made = f'<style>{style(theme)}</style>\n<div class="cgviz">\n{body}\n</div>'
    title = escape(printable(plain(document.title))) or "cgviz"
    return PAGE.format(title=title, body=made) if standalone else made + "\n"


def style(theme: Theme) -> str:
    """Returns the style sheet. Notebooks paint tables of their own accord, so that ours take no colour from them."""
    return (palette(theme) + STYLE).strip()


def palette(theme: Theme) -> str:
    """Returns the colours of a fragment as a rule; the light theme is dark on a dark screen or in a dark notebook."""
    dark = DARK if theme is LIGHT else theme
    return PALETTE.replace("LIGHT", colours(theme)).replace("DARK", colours(dark))


def colours(theme: Theme) -> str:
    return "; ".join(f"--{name}: {getattr(theme, name)}" for name in COLOURS)


def written(block: Block) -> Iterator[str]:
    if isinstance(block, Head):
        statements = "<br>\n".join(inline(statement) for statement in block.statements)
        where = f" &ensp; {inline(block.where)}" if block.where else ""
        note = f"<br>\n{inline(block.note)}" if block.note else ""
        yield f'<p class="head">{statements}{where}{note}</p>'
    elif isinstance(block, Title):
        yield f"<h2>{line(block.pieces)}</h2>"
    elif isinstance(block, Prose):
        kind = ' class="item"' if block.lead.strip() else ' class="math"' if block.is_math else ""
        yield f"<p{kind}>{inline(block.lead.strip() and block.lead)}{line(block.pieces)}</p>"
    elif isinstance(block, Entry):
        yield f"<dl><dt>{inline(block.word)}</dt>{entry(block)}</dl>"
    elif isinstance(block, Table):
        yield from table(block)
    elif isinstance(block, Drawn):
        yield from table(block.table) if block.table else [preset(block.lines(None))]
    elif not isinstance(block, Gap):
        raise TypeError(block)


def entry(block: Entry) -> str:
    if block.is_set:
        return f"<dd>{preset(list(block.lines))}</dd>"
    kind = ' class="math"' if block.is_math else ""
    return "".join(f"<dd{kind}>{line(pieces)}</dd>" for pieces in block.lines)


def preset(lines: list[Line]) -> str:
    return f"<pre>{escape(chr(10).join(plain(words(line)).rstrip() for line in lines))}</pre>"


def table(block: Table) -> Iterator[str]:
    kinds = [' class="right"' if column.right else "" for column in block.columns]
    heads = "".join(
        f"<th{kind}>{inline(column.heading)}</th>" for column, kind in zip(block.columns, kinds, strict=True)
    )
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    for row in block.rows:
        cells = "".join(f"<td{kind}>{line([cell])}</td>" for cell, kind in zip(row, kinds, strict=True))
        yield f"<tr>{cells}</tr>"
    yield "</tbody>\n</table>"
    if block.more:
        yield f"<p>{inline(block.more)}</p>"


def line(pieces: Line) -> str:
    return "".join(
        f'<span class="{role}">{inline(text)}</span>' if role in ROLES else inline(text)
        for text, role in pieces
        if text
    )


TAGS = {ITALIC: "i", BOLD: "b", SUB: "sub", SUP: "sup"}


def inline(text: str) -> str:
    """Returns marked text: letters in italics, scripts lowered and raised."""
    made, opened = [], list[str]()
    for piece in MARKS.split(text):
        if piece in TAGS:
            opened.append(TAGS[piece])
            made.append(f"<{opened[-1]}>")
        elif piece == END:
            made.append(f"</{opened.pop()}>" if opened else "")
        else:
            made.append(escape(piece).replace("\n", "<br>"))
    return "".join(made) + "".join(f"</{tag}>" for tag in reversed(opened))
