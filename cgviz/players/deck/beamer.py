r"""A deck as a Beamer document: the picture once, in TikZ, and overlays that show what is known; nothing moves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cgviz.documents.tex import latex_spelling
from cgviz.documents.writing import Writing, unicode_spelling
from cgviz.drawing import diagram
from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.tikz import CLOSING, MACROS, OPENING, body, colours, curve, named, written
from cgviz.drawing.diagram.tikz import shown as always
from cgviz.drawing.diagram.tikz_cells import spot
from cgviz.errors import UsageError, quoted
from cgviz.players.deck.camera import Camera, window
from cgviz.players.deck.extras import active, frame_of
from cgviz.players.deck.formats import HEIGHT, DeckLook, Each
from cgviz.players.deck.frames import DeckFrame, so_far
from cgviz.players.deck.page import HEAD, Page, width_of
from cgviz.runs.run import Run
from cgviz.runs.steps import Forward
from cgviz.text.numbers import number
from cgviz.text.typeset import Typeset, words
from cgviz.views.table.heading import heading, place
from cgviz.views.table.sentence import gradient_line

ASPECTS = {"16:9": (160.0, 90.0), "4:3": (128.0, 96.0)}  # the millimetres of a slide of Beamer's
MILLIMETRE, AROUND = 72 / 25.4, 111.5  # in points; what stands above and below the picture
SIDE, FOOT = 10.0, 62.0  # the margin, and the room of the captions
THICK, LARGEST = 3.0, 1.3
PREAMBLE = r"""\documentclass{beamer}
\geometry{papersize={%(across)gmm,%(down)gmm}}
%% made by cgviz; pdflatex, lualatex and xelatex set it as it stands
\usepackage{amsmath,tikz}
\usefonttheme[onlymath]{serif}
\setbeamertemplate{navigation symbols}{}
\setbeamersize{text margin left=%(side)gbp, text margin right=%(side)gbp}
%% the speaker notes: \setbeameroption{show notes on second screen=right}"""
COLOURS = r"""\setbeamercolor{background canvas}{bg=cg%(behind)s}
\setbeamercolor{normal text}{fg=cgink}
\setbeamercolor{frametitle}{fg=cgsoft, bg=}
\usebeamercolor[fg]{normal text}"""
CAPTIONS = r"""\providecommand\cgtall[2]{\resizebox*{!}{\ifdim\totalheight>#1 #1\else\totalheight\fi}{#2}}%%
\providecommand\cgcaption[1]{\begin{minipage}[t][%(foot)gbp][c]{\linewidth}\centering#1\end{minipage}}
\providecommand\cglines[1]{\cgtall{%(foot)gbp}{\begin{tabular}{@{}c@{}}#1\end{tabular}}}
\providecommand\cgline[1]{\cgfit{0.98\linewidth}{#1}}"""


def deck(made: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each = iter) -> bytes:
    """Returns the document; where `look.include` names a PDF deck, its pages are shown instead of TikZ."""
    across, down = ASPECTS.get(look.aspect) or (ASPECTS["4:3"][1] * width_of(look.aspect) / HEIGHT, ASPECTS["4:3"][1])
    wide, tall = across * MILLIMETRE, down * MILLIMETRE - AROUND
    opening = PREAMBLE % {"across": across, "down": down, "side": 0 if look.include else SIDE}
    middle = (
        included(look.include, each(shown)) if look.include else drawn(made, shown, look, (wide - 2 * SIDE, tall), each)
    )
    return "\n".join([opening, *middle, r"\end{document}", ""]).encode()


def drawn(
    made: Diagram, shown: Sequence[DeckFrame], look: DeckLook, room: tuple[float, float], each: Each
) -> Iterator[str]:
    """Yields the lines of a document with one frame, whose overlays are the frames of the run."""
    wide, layout = width_of(look.aspect), made.layout
    unit = 1 / layout.fit
    left, bottom, right, top = layout.room
    scale = min(room[0] / (right - left), room[1] / (top - bottom), LARGEST)
    yield from colours(layout.theme)
    yield from ground(look)
    yield MACROS
    yield CAPTIONS % {"foot": FOOT}
    yield r"\begin{document}"
    yield r"\begin{frame}[t]"
    yield from (rf"\frametitle<{at}>{{{words(frame.title)}}}" for at, frame in enumerate(shown, 1))
    yield rf"\begin{{minipage}}[t][{room[1]:g}bp][c]{{\linewidth}}\centering"
    if made.laid:
        scale = min(room[0] / (unit * window(wide)[0]), room[1] / (unit * window(wide)[1]))
        pages = Camera(made.laid, layout, wide).pages(shown)
        for at, (x, y) in enumerate(aims(pages), 1):
            yield rf"\only<{at}>{{\gdef\cgx{{{x:.2f}bp}}\gdef\cgy{{{y:.2f}bp}}}}%"
    yield rf"\scalebox{{{scale:.4f}}}{{%"
    yield OPENING
    if made.laid:
        half = unit * window(wide)[0] / 2, unit * window(wide)[1] / 2
        yield rf"\clip ({-half[0]:.2f},{-half[1]:.2f}) rectangle ({half[0]:.2f},{half[1]:.2f});"
        yield r"\begin{scope}[overlay, xshift=\cgx, yshift=\cgy]"
    yield from (line for line in body(layout, lambda step, drawing: veiled(step, drawing, shown)) if line)
    for at, frame in enumerate(each(shown), 1):
        yield from (rf"\only<{at}>{{{line}}}" for line in seen_once(layout, frame))
    if made.laid:
        yield r"\end{scope}"
    yield CLOSING + r"}\end{minipage}\par"
    yield r"\cgcaption{%"
    yield from (
        rf"\only<{at}>{{\cglines{{{captions(layout.run, frame, look)}}}}}%" for at, frame in enumerate(shown, 1)
    )
    yield "}"
    yield from notes(shown)
    yield r"\end{frame}"


def aims(pages: Iterable[Page]) -> Iterator[tuple[float, float]]:
    """Yields by how much the diagram is shifted so that what a page shows is in the middle."""
    for page in pages:
        x, y = page.middle[0], page.top + page.unit * (HEAD + window(0.0)[1] / 2)
        yield -x, y


def ground(look: DeckLook) -> Iterator[str]:
    """Yields the colours of the slide."""
    name = "background"
    if look.background.startswith("#"):
        name = "behind"
        yield rf"\definecolor{{cgbehind}}{{HTML}}{{{diagram.checked(look.background)[1:7].upper()}}}"
    yield COLOURS % {"behind": name}


def veiled(step: int, drawing: str, shown: Sequence[DeckFrame]) -> str:
    """Returns a drawing that is there on all slides, and seen from the one on which `step` has happened."""
    at = frame_of(step, shown)
    if at == len(shown):
        return ""
    return rf"\visible<{at + 1}->{{{drawing}}}" if at else drawing


def seen_once(layout: Layout, frame: DeckFrame) -> Iterator[str]:
    """Yields what only one slide shows: the stage and the wires that are active, gradients that still grow."""
    names = named(layout.theme)
    for key, step in active(frame.active, layout.scene).items():
        forward = isinstance(step, Forward)
        look = f"cg{names[layout.theme.value if forward else layout.theme.gradient]}, line width={THICK:g}bp"
        box = layout.scene.box.get(key)
        if box is None:
            arrow = "" if key in layout.scene.trunk else "cg wire, " if forward else "cg back, "
            yield curve(layout.path(key), arrow + look)
            continue
        shape = "cg gate" if box.circle else "cg box"
        size = f"minimum width={box.width:.2f}bp, minimum height={box.height:.2f}bp"
        yield rf"\node[{shape}, {size}, draw={look}] at {spot(layout.centre(key))} {{}};"
    yield from growing(layout, so_far(layout.run, frame.step))


def growing(layout: Layout, sums: Mapping[int, float]) -> Iterator[str]:
    """Yields running sums in the place of the gradients that they become."""
    parts = [(box.key, layout.inside(box)) for box in layout.scene.boxes]
    parts += [(trunk.key, layout.beside(trunk)) for trunk in layout.scene.trunks]
    for key, places in parts:
        total = sums.get(layout.node(key))
        for label in places if total is not None else ():
            if label.line[0].kind == "gradient":
                text = replace(label.line[0], text=number(total, layout.digits))
                yield written(layout, key, label._replace(line=(text,)), always)


def captions(run: Run, frame: DeckFrame, look: DeckLook) -> str:
    """Returns the captions of a frame, a line each."""
    lines = formulas(run, frame, look.digits)
    size = r"\large" if len(lines) < 3 else r"\normalsize"
    return r"\\[2pt]".join(rf"\cgline{{\rmfamily{size} {line}}}" for line in lines)


def notes(shown: Iterable[DeckFrame]) -> Iterator[str]:
    yield from (rf"\note<{at}>{{{words(frame.narration)}}}" for at, frame in enumerate(shown, 1))


def included(pdf: str, shown: Iterable[DeckFrame]) -> Iterator[str]:
    """Yields the lines of a document that shows the pages of a PDF deck of the same frames."""
    if re.search(r'[\\{}%#^~"\x00-\x1f\x7f]', pdf):
        raise UsageError(f"LaTeX cannot include a file called {quoted(pdf)}; give it a plain name")
    frames = list(shown)
    yield r"\begin{document}"
    yield r"\begin{frame}[plain,c]"
    yield r"\centering\vbox to 0.99\textheight{\vss\hbox to \linewidth{\hss%"
    for at in range(1, len(frames) + 1):
        yield rf"\includegraphics<{at}>[page={at},width=\paperwidth]{{\detokenize{{{pdf}}}}}%"
    yield r"\hss}\vss}"
    yield from notes(frames)
    yield r"\end{frame}"


def formulas(run: Run, frame: DeckFrame, digits: int) -> list[str]:
    """Returns the captions of a frame, a line of LaTeX each."""
    known = {step.caption(digits): step.caption(digits, Typeset) for step in frame.active} | whole(run, digits)
    return [f"${known[caption]}$" if caption in known else words(caption) for caption in frame.captions]


def whole(run: Run, digits: int) -> dict[str, str]:
    """Returns in LaTeX what captions say about the whole run: the function, its inputs, its value, its gradient."""
    typeset = Typeset()
    eye, latex = unicode_spelling(digits), latex_spelling(digits)._replace(notation=typeset, head=typeset)
    found = dict(zip(heading(run, eye), heading(run, latex), strict=True))
    found[place(run, eye)] = rf"\text{{at }} {place(run, latex)[3:]}"
    found[said(run, eye)] = said(run, latex)
    output = run.graph.nodes[run.graph.output].shown
    value = number(run.value, digits, latex=True)
    return found | {f"{output} = {number(run.value, digits)}": f"{typeset.name(output)} = {value}"}


def said(run: Run, spelling: Writing) -> str:
    return "".join(text for text, _ in gradient_line(run, spelling))
