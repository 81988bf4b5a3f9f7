"""The terminal player: the steps of a run, forward and back, on the whole screen or one after another."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.documents.writing import Writing, spelling_for
from cgviz.drawing.theme import Theme
from cgviz.players.play.replay import pass_of
from cgviz.runs.run import Run
from cgviz.runs.steps import Step
from cgviz.text.numbers import DIGITS
from cgviz.views.table.heading import heading, place
from cgviz.views.table.sentence import gradient_line

__all__ = ["plain", "play"]


def play(run: Run, *, digits: int = DIGITS, theme: str | Theme = "dark") -> None:
    """Plays `run` on the whole screen of the terminal until the user leaves. Raises UsageError for an unknown theme."""
    from cgviz.drawing.theme import theme as theme_of
    from cgviz.players.play.app import Player

    Player(run, digits, theme_of(theme)).run()


def plain(run: Run, *, digits: int = DIGITS, encoding: str = "utf-8") -> Iterator[str]:
    """Yields the lines: the function, every step (its number, its pass, its stage, its caption), and ∇f."""
    spelling = spelling_for(encoding, digits)
    *before, last = heading(run, spelling)
    where = place(run, spelling)
    yield from before
    yield f"{last}  {where}".rstrip()
    if run.graph.beside:
        yield spelling.clean(run.graph.read_without)
    width = len(str(len(run.steps)))
    for number, step in enumerate(run.steps, 1):
        yield f"{number:>{width}}  {pass_of(step):<8}  {stage_of(step)}{said(step, spelling, digits)}"
    slopes = "".join(text for text, _ in gradient_line(run, spelling))
    if slopes:
        yield slopes


def stage_of(step: Step) -> str:
    return "" if step.number is None else f"({step.number}) "


def said(step: Step, spelling: Writing, digits: int) -> str:
    """Returns the caption in letters that the output's encoding has."""
    return spelling.clean(step.caption(digits))
