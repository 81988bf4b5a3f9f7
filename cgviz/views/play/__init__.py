"""The terminal player: the steps of a run, forward and back, on the whole screen or one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.numbers import DIGITS
from cgviz.views.play.plain import plain

if TYPE_CHECKING:
    from cgviz.runs import Run
    from cgviz.theme import Theme

__all__ = ["plain", "play"]


def play(run: Run, *, digits: int = DIGITS, theme: str | Theme = "dark") -> None:
    """Plays `run` on the whole screen of the terminal until the user leaves. Raises UsageError for an unknown theme."""
    from cgviz.theme import theme as theme_of
    from cgviz.views.play.app import Player

    Player(run, digits, theme_of(theme)).run()
