"""Decks: the steps of a run as slides, one layout in all of them, in every format that lecturers use."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.drawing.diagram import Diagram
from cgviz.players.deck.formats import ASPECTS, FILES, FOLDERS, DeckLook, Each, Format, format_of, maker
from cgviz.players.deck.frames import GRANULARITIES, DeckFrame, frames
from cgviz.players.deck.page import width_of
from cgviz.players.deck.sheet import trouble, whole_or_rows
from cgviz.runs.run import Run

__all__ = [
    "ASPECTS",
    "FILES",
    "FOLDERS",
    "GRANULARITIES",
    "DeckFrame",
    "DeckLook",
    "Each",
    "Format",
    "deck",
    "drawn",
    "format_of",
    "frames",
    "trouble",
]  # fmt: skip


def drawn(run: Run, look: DeckLook) -> Diagram:
    """Returns the diagram of a deck: as a whole where its texts are large enough on a page, else in rows for a camera.

    Raises UsageError for a look that there is not.
    """
    return whole_or_rows(run, look, width_of(look.aspect))


def deck(
    drawing: Diagram, format: Format, shown: tuple[DeckFrame, ...], look: DeckLook, each: Each = iter
) -> bytes | Iterator[tuple[str, bytes]]:
    """Returns the deck of the frames `shown`: a file's bytes, or for a folder its files one after another.

    Raises UsageError for a look that there is not, RenderError where it cannot be drawn.
    """
    return maker(format)(drawing, shown, look, each)
