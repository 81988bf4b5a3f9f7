"""Decks: the steps of a run as slides, one layout in all of them, in every format that lecturers use."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.players.deck.formats import ASPECTS, FILES, FOLDERS, Each, Format, Look, format_of, maker
from cgviz.players.deck.frames import GRANULARITIES, Frame, frames
from cgviz.runs.run import Run

__all__ = [
    "ASPECTS", "FILES", "FOLDERS", "GRANULARITIES", "Each", "Format", "Frame", "Look", "deck", "format_of", "frames",
]  # fmt: skip


def deck(
    run: Run, format: Format, shown: tuple[Frame, ...], look: Look, each: Each = iter
) -> bytes | Iterator[tuple[str, bytes]]:
    """Returns the deck of the frames `shown`: a file's bytes, or for a folder its files one after another.

    Raises UsageError for a look that there is not, RenderError where it cannot be drawn.
    """
    return maker(format)(run, shown, look, each)
