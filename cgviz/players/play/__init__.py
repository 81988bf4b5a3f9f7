"""The terminal player: the steps of a run, forward and back, on the whole screen or one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.players.play.plain import plain
from cgviz.text.numbers import DIGITS

if TYPE_CHECKING:
    from cgviz.drawing.theme import Theme
    from cgviz.runs.run import Run

__all__ = ["plain", "play"]


def play(run: Run, *, digits: int = DIGITS, theme: str | Theme = "dark") -> None:
    """Plays `run` on the whole screen of the terminal until the user leaves. Raises UsageError for an unknown theme."""
    from cgviz.drawing.theme import theme as theme_of
    from cgviz.players.play.app import Player

    Player(run, digits, theme_of(theme)).run()
