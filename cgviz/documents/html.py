"""A document in HTML: a fragment with its own colours, light or dark as its reader's screen, or a page of its own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from cgviz.documents.document import Block, Document, Drawn, Entry, Equations, Gap, Head, Prose, Table, Title, words
from cgviz.documents.equations import Equation, Part, Term
from cgviz.documents.mathml import Mathml, MathmlHand
from cgviz.documents.writing import Writing, typeset_spelling
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
EQUATIONS = """.cgviz .lines { display: grid; grid-template-columns: max-content max-content 1fr; column-gap: .45rem;
  row-gap: .55rem; align-items: baseline; margin: .8rem 0; } .cgviz math { font-size: 1.12rem; }
.cgviz .lines > .number { color: var(--muted); font-size: .85rem; text-align: right; padding-right: .5rem; }
.cgviz .lines > .symbol { text-align: right; } .cgviz .lines > .wide { grid-column: 2 / 4; text-align: left; }
.cgviz .sides { display: flex; flex-wrap: wrap; column-gap: .35rem; row-gap: .35rem; align-items: baseline;
  min-width: 0; }
.cgviz .side { display: inline-flex; flex-wrap: wrap; align-items: baseline; column-gap: .2rem; row-gap: .45rem;
  max-width: 100%; overflow-x: auto; overflow-y: hidden; }
.cgviz .note { color: var(--soft); } .cgviz :is(.note, .flag) { font-size: .85rem; padding-left: .8rem; }
.cgviz mtable.cases mtd { text-align: left; }
@media print { .cgviz h2 { break-after: avoid; } .cgviz :is(.number, .symbol) { break-inside: avoid; } }
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


def writing(digits: int) -> Writing:
    return typeset_spelling(digits)._replace(hand=MathmlHand)


def printed(document: Document, theme: Theme, standalone: bool = False) -> str:
    """Returns the fragment, its style with it; `standalone`, a whole page."""
    body = "\n".join(line for block in document.blocks for line in written(block))
    title = escape(printable(plain(document.title))) or "cgviz"
    head = f"<h1>{title}</h1>\n" if standalone and document.is_titled else ""
    equations = f"\n{EQUATIONS.strip()}" if any(isinstance(block, Equations) for block in document.blocks) else ""
    made = f'<style>{style(theme)}{equations}</style>\n<div class="cgviz">\n{head}{body}\n</div>'
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
        yield f"<h2>{f'{block.number}. ' if block.number else ''}{line(block.pieces)}</h2>"
    elif isinstance(block, Prose):
        kind = ' class="item"' if block.lead.strip() else ' class="math"' if block.is_math else ""
        yield f"<p{kind}>{inline(block.lead.strip() and block.lead)}{line(block.pieces)}</p>"
    elif isinstance(block, Entry):
        yield f"<dl><dt>{inline(block.word)}</dt>{entry(block)}</dl>"
    elif isinstance(block, Table):
        yield from table(block)
    elif isinstance(block, Drawn):
        yield from table(block.table()) if block.table else [preset(block.lines(None, None))]
    elif isinstance(block, Equations):
        yield f'<div class="lines">\n{chr(10).join(map(equation, block.lines))}\n</div>'
    elif not isinstance(block, Gap):
        raise TypeError(block)


def equation(each: Equation) -> str:
    """Returns the three cells of a line: its stage's number, its symbol, its sides."""
    number = f'<div class="number">{f"({each.number})" if each.number else ""}</div>'
    remarks = [(each.note, "note")] * bool(each.note) + [(flag, "flag") for flag in each.flags]
    lead = '<mo form="infix">=</mo>' if each.symbol else ""
    sides = "".join(side(part, lead) for part in each.parts)
    sides += "".join(f'<span class="{kind}">{escape(printable(said))}</span>' for said, kind in remarks)
    if not each.symbol:
        return f'{number}<div class="wide sides">{sides}</div>'
    return f'{number}<div class="symbol">{math(each.symbol)}</div><div class="sides">{sides}</div>'


def side(part: Part, lead: str) -> str:
    """Returns one side: a formula for each term, so that the browser may break the line between them."""
    last = len(part.terms) - 1
    terms = []
    for i, each in enumerate(part.terms):
        before = lead if i == 0 else Mathml.plus if part.joint == "+" else ""
        terms.append(math(before + term(each) + ("<mo>,</mo>" if part.joint == "," and i < last else "")))
    return f'<span class="side">{"".join(terms)}</span>'


def term(spans: Term) -> str:
    return "".join(f'<mrow class="{role}">{text}</mrow>' if role else text for text, role in spans)


def math(inner: str) -> str:
    return f'<math displaystyle="true"><mrow>{inner}</mrow></math>'


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
