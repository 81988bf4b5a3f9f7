"""reveal.js: one slide with one inline SVG, whose parts are fragments; alone, or with the engine as one whole file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.words import brief
from cgviz.drawing.theme import theme as theme_of
from cgviz.players.deck.film import Film, FilmPiece, film
from cgviz.players.deck.formats import HEIGHT, DeckLook, Each
from cgviz.players.deck.frames import DeckFrame
from cgviz.players.deck.page import width_of
from cgviz.players.deck.sheet import DeckSheet, sheet

LONGEST = 60  # letters of what a frame is called
VENDOR = Path(__file__).parent / "vendor"
PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n'
SECTION = """<section class="cgviz" aria-label="{title}" data-frames="{frames}">
<style>.reveal section.cgviz .fragment {{ transition: none }}
.reveal section.cgviz .camera {{ transition: transform 0.6s ease }}</style>
{notes}{svg}{camera}</section>
"""
FOLLOW = """<script>
(function () {{
  const section = document.currentScript.parentNode, moves = {moves};
  function look() {{
    const seen = [...section.querySelectorAll(".fragment.visible")].map((part) => +part.dataset.fragmentIndex);
    const [x, y] = moves[Math.min(Math.max(-1, ...seen) + 1, moves.length - 1)];
    section.querySelector(".camera").style.transform = "translate(" + x + "px," + y + "px)";
  }}
  window.addEventListener("load", function () {{
    for (const name of ["ready", "slidechanged", "fragmentshown", "fragmenthidden"]) Reveal.on(name, look);
    if (Reveal.isReady()) look();
  }});
}})();
</script>
"""
KEYS = (Path(__file__).parent / "overview.js").read_text(encoding="utf-8")
"""Home and End go to the first and the last frame of a slide; Esc and O show all frames, to choose one."""
NOTES = '<aside class="notes">{}</aside>'

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<!-- reveal.js, {licence} -->
<style>
{css}
</style>
<style>
html, body, .reveal-viewport {{ margin: 0; background: {background}; }}
.reveal {{ color: {muted}; }}
.reveal .slides section {{ padding: 0; }}
.reveal .slides section > svg {{ display: block; width: 100%; height: 100%; }}
.reveal .slides section.text {{ padding: 6% 8%; text-align: left; color: {ink};
  font: 28px/1.45 "Cgviz Sans", Inter, Helvetica, Arial, sans-serif; }}
.reveal .slides section.text :is(h1, h2) {{ font-size: 46px; line-height: 1.2; margin: 0 0 0.7em; }}
.reveal .slides section.text :is(p, ul, ol, table, pre) {{ margin: 0 0 0.7em; }}
.reveal .slides section.text :is(td, th) {{ padding: 0.1em 0.8em; border-bottom: 1px solid {muted}; }}
.reveal .controls {{ color: {muted}; }}
.reveal .progress {{ color: {muted}; height: 2px; }}
.frames {{ position: fixed; inset: 0; z-index: 40; overflow: auto; padding: 3vh 4vw;
  background: {background}; color: {ink};
  font: 16px/1.4 "Cgviz Sans", Inter, Helvetica, Arial, sans-serif; }}
.frames[hidden] {{ display: none; }}
.frames h2 {{ font-size: 18px; margin: 1em 0 0.4em; }}
.frames ol {{ columns: 15em; margin: 0; padding: 0; list-style: none; }}
.frames button {{ all: unset; display: block; box-sizing: border-box; width: 100%; padding: 0.2em 0.6em;
  cursor: pointer; border-radius: 4px; break-inside: avoid; }}
.frames button:is(:hover, :focus, [aria-current]) {{ outline: 2px solid {muted}; }}
</style>
</head>
<body>
<div class="reveal"><div class="slides">
{section}</div></div>
<script>
{script}
</script>
<script>
{notes}
</script>
<script>
Reveal.initialize({{
  width: {width}, height: {height}, margin: 0, maxScale: 8, center: false, transition: "none",
  hash: true, fragmentInURL: true, plugins: [RevealNotes], keyboard: {{
    36: () => jump(first()), 35: () => jump(last()), 27: () => overview(), 79: () => overview()
  }}
}});
{keys}</script>
</body>
</html>
"""


def deck(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> bytes:
    """Returns a whole deck as one HTML file that loads nothing."""
    layout = sheet(drawing, shown, look)
    return book(escape(layout.words.title), slide(layout, each), look, layout.size)


def book(title: str, sections: str, look: DeckLook, size: tuple[float, float] | None = None) -> bytes:
    """Returns an HTML file of several slides that loads nothing; `title` and `sections` are HTML."""
    code = {name: (VENDOR / name).read_text(encoding="utf-8") for name in ("reveal.js", "reveal.css", "notes.js")}
    width, height = size or (round(width_of(look.aspect)), round(HEIGHT))
    theme = theme_of(look.theme)
    page = PAGE.format(
        title=title,
        licence=" ".join((VENDOR / "LICENSE").read_text(encoding="utf-8").split()),
        css=code["reveal.css"],
        background=theme.background if look.background == "filled" else look.background,
        muted=theme.muted,
        ink=theme.ink,
        section=sections,
        script=inert(code["reveal.js"]),
        notes=inert(code["notes.js"]),
        width=width,
        height=height,
        keys=KEYS,
    )
    return page.encode()


def section(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> bytes:
    """Returns the slide alone, to be pasted into a deck that is there."""
    return slide(sheet(drawing, shown, look), each).encode()


def slide(layout: DeckSheet, each: Each) -> str:
    whole = film(layout)
    said = [NOTES.format(escape(frame.narration)) for frame in each(layout.shown)]
    notes = [f"{said[0]}\n", *(spoken(text, index) for index, text in enumerate(said[1:]))]
    svg = whole.played(lambda piece: fragment(piece, whole)).removeprefix(PROLOGUE)
    camera = FOLLOW.format(moves=[[round(x, 2), round(y, 2)] for x, y in whole.moves]) if layout.camera else ""
    frames = escape(json.dumps(list(map(called, layout.shown)), ensure_ascii=False))
    return SECTION.format(frames=frames, title=escape(layout.words.title), svg=svg, notes="".join(notes), camera=camera)


def called(frame: DeckFrame) -> str:
    """Returns how a frame is called where all of them are shown: what it computes, else its title."""
    return brief(frame.captions[0], LONGEST) if frame.active and frame.captions else frame.title


def spoken(notes: str, index: int) -> str:
    """Returns the notes of a step as its first fragment, which is where the speaker view looks for them."""
    return f'<span class="fragment" data-fragment-index="{index}" hidden>{notes}</span>\n'


def fragment(piece: FilmPiece, whole: Film) -> str:
    """Returns a piece as fragments: the step from frame 0 to frame 1 is the fragment with index 0."""
    comes, goes = f'data-fragment-index="{piece.start - 1}"', piece.end - 1
    if piece.start == 0:
        return faded(piece.svg, goes)
    if piece.end == whole.count:
        return FilmPiece(piece.classed("fragment"), 0, 0).marked(comes)
    if piece.end == piece.start + 1:
        return FilmPiece(piece.classed("fragment current-visible"), 0, 0).marked(comes)
    return f'<g class="fragment" {comes}>\n{faded(piece.svg, goes)}</g>\n'


def faded(svg: str, index: int) -> str:
    return f'<g class="fragment fade-out" data-fragment-index="{index}">\n{svg}</g>\n'


def inert(script: str) -> str:
    """Returns a script that cannot end the element in which it stands."""
    return script.replace("</script", r"<\/script")
