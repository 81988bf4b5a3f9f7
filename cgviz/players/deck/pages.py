"""A folder of frames, a numbered file each: SVG, PDF or PNG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cgviz.drawing.diagram import Diagram
from cgviz.players.deck.film import film
from cgviz.players.deck.formats import Each, Look
from cgviz.players.deck.frames import Frame
from cgviz.players.deck.sheet import sheet

Pages = Iterator[tuple[str, bytes]]


def svg(drawing: Diagram, shown: Sequence[Frame], look: Look, each: Each) -> Pages:
    """Yields the frames as SVG, cut from one drawing."""
    whole = film(sheet(drawing, shown, look))
    for at, frame in enumerate(each(shown)):
        yield name(frame, shown, "svg"), whole.frame(at).encode()


def pdf(drawing: Diagram, shown: Sequence[Frame], look: Look, each: Each) -> Pages:
    """Yields the frames as PDF, a page each."""
    return drawn(drawing, shown, look, each, "pdf")


def png(drawing: Diagram, shown: Sequence[Frame], look: Look, each: Each) -> Pages:
    """Yields the frames as PNG, 1080 pixels high."""
    return drawn(drawing, shown, look, each, "png", 1.5)


def drawn(drawing: Diagram, shown: Sequence[Frame], look: Look, each: Each, format: str, scale: float = 1.0) -> Pages:
    layout = sheet(drawing, shown, look)
    for at, frame in enumerate(each(shown)):
        yield name(frame, shown, format), layout.page_of(at, format, scale)


def name(frame: Frame, shown: Sequence[Frame], format: str) -> str:
    """Returns the name of a frame's file; all have as many digits as the last."""
    digits = max(2, len(str(shown[-1].number)))
    return f"frame-{frame.number:0{digits}}.{format}"
