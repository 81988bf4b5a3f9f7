"""The SVG of all frames over one another, cut into pieces that know in which frames they are seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cgviz.drawing.diagram.axes import Point
from cgviz.drawing.engine import embed_font
from cgviz.players.deck.extras import frame_of
from cgviz.players.deck.sheet import Sheet

GROUP = re.compile(r'<g id="([^"]*)"')
STEP = re.compile(r'<text class="[^"]*\bstep-(\d+)"')
PICTURE = re.compile(r'<g id="[^"]*" class="grid [^"]*\bstep-(\d+)"')  # of an array: its cells are in it
UNSEEN = ('fill="none" stroke="none"',)


@dataclass(frozen=True)
class Piece:
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

    pieces: tuple[Piece, ...]
    count: int
    moves: tuple[Point, ...] = ()

    def played(self, show: Callable[[Piece], str]) -> str:
        """Returns the SVG, `show` telling how a piece is written that is not seen all the time."""
        return "".join(piece.svg if self.always(piece) else show(piece) for piece in self.pieces)

    def always(self, piece: Piece) -> bool:
        return piece.start == 0 and piece.end == self.count

    def frame(self, at: int) -> str:
        """Returns one frame: what is not yet known is there but hidden, what belongs to other frames is not there."""

        def show(piece: Piece) -> str:
            if piece.seen(at):
                return piece.svg
            return "" if piece.extra else piece.marked('visibility="hidden"')

        return self.moved(self.played(show), at)

    def moved(self, svg: str, at: int) -> str:
        """Returns the SVG with its camera as in a frame."""
        place = "{:.2f} {:.2f}".format(*self.moves[at])
        return re.sub(r'(<g class="camera[^"]*" transform="translate\()0 0', rf"\g<1>{place}", svg, count=1)


def film(sheet: Sheet) -> Film:
    """Returns the film of a deck, with the part of the font that it uses."""
    return Film(tuple(pieces(sheet, embed_font(sheet.everything()).decode())), len(sheet.shown), tuple(sheet.moves))


def pieces(sheet: Sheet, svg: str) -> Iterator[Piece]:
    spans = sheet.spans
    count, plain, fleeting, extra = len(sheet.shown), list[str](), list[str](), False
    span = (0, count)
    for line in svg.splitlines(keepends=True):
        group, known, picture = GROUP.match(line), STEP.match(line), PICTURE.match(line)
        if fleeting:
            fleeting += [] if extra and any(look in line for look in UNSEEN) else [line]
            if line == "</g>\n":
                yield Piece("".join(fleeting), *span, extra)
                fleeting = []
        elif (group and group[1] in spans) or known or picture:
            yield Piece("".join(plain), 0, count)
            plain = []
            if known:
                yield Piece(line, frame_of(int(known[1]), sheet.shown), count)
            elif group:
                extra, fleeting = not picture, [line]
                span = (frame_of(int(picture[1]), sheet.shown), count) if picture else spans[group[1]]
        else:
            plain.append(line)
    yield Piece("".join(plain), 0, count)
