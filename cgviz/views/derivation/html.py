"""The derivation as one HTML file with MathML: no script, no network, light or dark as its reader's screen."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from cgviz.documents.html import palette
from cgviz.drawing.theme import Theme
from cgviz.errors import printable
from cgviz.runs.run import Run
from cgviz.views.derivation.board import Line, Part, Section, Term
from cgviz.views.derivation.mathml import Mathml, MathmlHand
from cgviz.views.derivation.written import sections

PAGE_STYLE = """
html { color-scheme: light dark; }
body.cgviz { margin: 2rem auto; }
@media print { body.cgviz { margin: 0; max-width: none; } h2 { break-after: avoid; }
  .number, .symbol { break-inside: avoid; } }
"""
STYLE = """.cgviz { background: var(--background); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  max-width: 72rem; margin: 0 auto; padding: 0 1.5rem;
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .4rem; }
p { margin: .3rem 0; color: var(--soft); }
math { font-size: 1.12rem; }
.lines { display: grid; grid-template-columns: max-content max-content 1fr; column-gap: .45rem; row-gap: .55rem;
  align-items: baseline; margin: .8rem 0; }
.lines > .number { color: var(--muted); font-size: .85rem; text-align: right; padding-right: .5rem; }
.lines > .symbol { text-align: right; } .lines > .wide { grid-column: 2 / 4; text-align: left; }
.sides { display: flex; flex-wrap: wrap; column-gap: .35rem; row-gap: .35rem; align-items: baseline; min-width: 0; }
.side { display: inline-flex; flex-wrap: wrap; align-items: baseline; column-gap: .2rem; row-gap: .45rem;
  max-width: 100%; overflow-x: auto; overflow-y: hidden; }
.note { color: var(--soft); font-size: .85rem; padding-left: .8rem; }
.flag { color: var(--flag); font-size: .85rem; padding-left: .8rem; }
.value { color: var(--value); } .gradient { color: var(--gradient); }
mtable.cases mtd { text-align: left; }
}
"""
EQUAL = '<mo form="infix">=</mo>'
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="cgviz">
<h1>{title}</h1>
{body}
</body>
</html>
"""


def derivation(run: Run, wrt: str | None, digits: int, theme: Theme, standalone: bool) -> str:
    """Returns the page; without `standalone` what stands in it, with its style."""
    hand = MathmlHand(Mathml, digits)
    body = [part for i, each in enumerate(sections(run, hand, wrt), 1) for part in written(i, each)]
    title = escape(printable(f"The gradient of {run.graph.nodes[run.graph.output].shown}, derived"))
    made = "\n".join(body)
    own = palette(theme) + STYLE  # nested in the fragment's class: nothing else on a page is dressed by it
    if standalone:
        return PAGE.format(title=title, style=own + PAGE_STYLE, body=made)
    return f'<style>{own}</style>\n<div class="cgviz">\n{made}\n</div>\n'


def written(number: int, section: Section) -> Iterator[str]:
    yield f"<h2>{number}. {prose(section.title)}</h2>"
    if section.intro:
        yield f"<p>{prose(section.intro)}</p>"
    if section.lines:
        yield '<div class="lines">'
        yield from map(line, section.lines)
        yield "</div>"
    for sentence in section.ends:
        yield f"<p>{prose(sentence)}</p>"


def line(each: Line) -> str:
    """Returns the three cells of a line: its stage's number, its symbol, its sides."""
    number = f'<div class="number">{f"({each.number})" if each.number else ""}</div>'
    remarks = [f'<span class="note">{prose(each.note)}</span>'] * bool(each.note)
    remarks += [f'<span class="flag">{prose(flag)}</span>' for flag in each.flags]
    lead = EQUAL if each.symbol else ""
    sides = "".join([*(side(part, lead) for part in each.parts), *remarks])
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


def prose(text: str) -> str:
    return escape(printable(text))
