"""The SVG of all frames over one another, in pieces that know when they are seen; and how it plays by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.engine import embed_font
from cgviz.players.deck.extras import frame_of
from cgviz.players.deck.formats import DeckLook, Each
from cgviz.players.deck.frames import DeckFrame, durations
from cgviz.players.deck.sheet import CAMERA, DeckSheet, sheet

GROUP = re.compile(r'<g id="([^"]*)"')
STEP = re.compile(r'<text class="[^"]*\bstep-(\d+)"')
PICTURE = re.compile(r'<g id="[^"]*" class="grid [^"]*\bstep-(\d+)"')  # of an array: its cells are in it
UNSEEN = ('fill="none" stroke="none"',)
PAN = 0.5  # seconds in which the camera moves
STYLE = "<style>\n@media (prefers-reduced-motion: no-preference) {{\n{rules}\n}}\n</style>\n"
RULE = ".{name} {{ animation: {name} {whole:g}s step-end infinite }}\n@keyframes {name} {{ {frames} }}"


@dataclass(frozen=True)
class FilmPiece:
    """Some lines of the SVG: all that is always seen between two changes, or one element that is not.

    start, end  it is seen in these frames, counted from 0, `end` not included
    extra       it stands over the diagram and is no part of it
    """

    svg: str
    start: int
    end: int
    extra: bool = False

    def seen(self, at: int) -> bool:
        return self.start <= at < self.end

    def marked(self, attributes: str) -> str:
        """Returns the element with more attributes; its own class stays."""
        return re.sub(r"^<(\w+)", rf"<\1 {attributes}", self.svg)

    def classed(self, name: str) -> str:
        """Returns the element with one more class."""
        return self.svg.replace('class="', f'class="{name} ', 1)


@dataclass(frozen=True)
class Film:
    """The pieces of a deck in drawing order, over `count` frames; `moves` of the camera against its first place."""

    pieces: tuple[FilmPiece, ...]
    count: int
    moves: tuple[Point, ...] = ()

    def played(self, show: Callable[[FilmPiece], str]) -> str:
        """Returns the SVG, `show` telling how a piece is written that is not seen all the time."""
        return "".join(piece.svg if self.always(piece) else show(piece) for piece in self.pieces)

    def always(self, piece: FilmPiece) -> bool:
        return piece.start == 0 and piece.end == self.count

    def frame(self, at: int) -> str:
        """Returns one frame: what is not yet known is there but hidden, what belongs to other frames is not there."""

        def show(piece: FilmPiece) -> str:
            if piece.seen(at):
                return piece.svg
            return "" if piece.extra else piece.marked('visibility="hidden"')

        return self.moved(self.played(show), at)

    def moved(self, svg: str, at: int) -> str:
        """Returns the SVG with its camera as in a frame."""
        place = "{:.2f} {:.2f}".format(*self.moves[at])
        return re.sub(r'(<g class="camera[^"]*" transform="translate\()0 0', rf"\g<1>{place}", svg, count=1)


def film(sheet: DeckSheet) -> Film:
    """Returns the film of a deck, with the part of the font that it uses."""
    return Film(tuple(pieces(sheet, embed_font(sheet.everything()).decode())), len(sheet.shown), tuple(sheet.moves))


def pieces(sheet: DeckSheet, svg: str) -> Iterator[FilmPiece]:
    spans = sheet.spans
    count, plain, fleeting, extra = len(sheet.shown), list[str](), list[str](), False
    span = (0, count)
    for line in svg.splitlines(keepends=True):
        group, known, picture = GROUP.match(line), STEP.match(line), PICTURE.match(line)
        if fleeting:
            fleeting += [] if extra and any(look in line for look in UNSEEN) else [line]
            if line == "</g>\n":
                yield FilmPiece("".join(fleeting), *span, extra)
                fleeting = []
        elif (group and group[1] in spans) or known or picture:
            yield FilmPiece("".join(plain), 0, count)
            plain = []
            if known:
                yield FilmPiece(line, frame_of(int(known[1]), sheet.shown), count)
            elif group:
                extra, fleeting = not picture, [line]
                span = (frame_of(int(picture[1]), sheet.shown), count) if picture else spans[group[1]]
        else:
            plain.append(line)
    yield FilmPiece("".join(plain), 0, count)


def playing_deck(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> bytes:
    """Returns the picture; it stands still, on the last frame, for whoever prefers reduced motion."""
    layout = sheet(drawing, shown, look)
    whole = film(layout)
    seconds = durations(list(each(shown)), look.seconds)
    svg = whole.played(lambda piece: played_piece(piece, whole, layout.prefix))
    svg = whole.moved(svg.replace(CAMERA, CAMERA.replace('"camera"', f'"camera {layout.prefix}camera"'), 1), -1)
    before, end, after = svg.rpartition("</svg>")
    return f"{before}{style(whole, layout.prefix, seconds)}{end}{after}".encode()


def played_piece(piece: FilmPiece, whole: Film, prefix: str) -> str:
    """Returns a piece of the class of all that is seen in the same frames; at rest it is as in the last frame."""
    marked = FilmPiece(piece.classed(name(piece, prefix)), 0, 0)
    return marked.svg if piece.end == whole.count else marked.marked('visibility="hidden"')


def name(piece: FilmPiece, prefix: str) -> str:
    return f"{prefix}{piece.start}-{piece.end}"


def style(whole: Film, prefix: str, seconds: Sequence[float]) -> str:
    """Returns the rules that show every piece in its frames."""
    ends = [100 * sum(seconds[:at]) / sum(seconds) for at in range(whole.count + 1)]
    rules = {}
    for piece in whole.pieces:
        if not whole.always(piece):
            states = [(0.0, "hidden")] * (piece.start > 0) + [(ends[piece.start], "visible")]
            states += [(ends[piece.end], "hidden")] * (piece.end < whole.count)
            frames = " ".join(f"{at:.4g}% {{ visibility: {state} }}" for at, state in states)
            rules[name(piece, prefix)] = RULE.format(name=name(piece, prefix), whole=sum(seconds), frames=frames)
    if len(set(whole.moves)) > 1:
        rules["camera"] = panning(whole, f"{prefix}camera", ends, sum(seconds))
    return STYLE.format(rules="\n".join(rules.values()))


def panning(whole: Film, name: str, ends: Sequence[float], seconds: float) -> str:
    """Returns the rules that move the camera from frame to frame, smoothly and in a short time."""
    frames = []
    for at, (x, y) in enumerate(whole.moves):
        begin = min(ends[at] + (PAN if at else 0.0) * 100 / seconds, ends[at + 1])
        frames += [f"{mark:.4g}% {{ transform: translate({x:.2f}px,{y:.2f}px) }}" for mark in (begin, ends[at + 1])]
    return f".{name} {{ animation: {name} {seconds:g}s linear infinite }}\n@keyframes {name} {{ {' '.join(frames)} }}"
