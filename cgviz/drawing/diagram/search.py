"""Finds the layout of a run that fits its page: a few candidates are laid out, and the best one is kept.

Candidates differ in direction, in how cards break their lines, in where they are cut into rows, and in ghosts. What
counts is the smallest text at its final size, up to where nobody wants it larger; then crossings, length and bends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.card import FORMS, Cards, Form
from cgviz.drawing.diagram.circuit import scene as circuit
from cgviz.drawing.diagram.fold import Fold, folds, sizes
from cgviz.drawing.diagram.ghosts import ghost_of
from cgviz.drawing.diagram.paper import Paper
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.rows import Folding, Laid, box_of, laid_out
from cgviz.drawing.diagram.scene import SIZE, Scene
from cgviz.drawing.diagram.score import blemishes

FINALISTS = 5
LARGE, HUGE = 90, 300  # boxes, from which fewer candidates are tried
NEARLY = 0.80  # a candidate estimated at less of the best is not laid out


@dataclass(frozen=True)
class Wishes:
    """What is asked of a layout; None is what the search decides. A quick one is the first by its estimate."""

    direction: str | None = None
    near: bool = True
    ghosts: bool = True
    fold: bool = True
    quick: bool = False


@dataclass(frozen=True)
class Candidate:
    """A scene, a direction, the rows it is cut into, and the scale that it is estimated to reach."""

    scene: Scene
    axes: Axes
    fold: Fold


@dataclass(frozen=True)
class Found:
    """The layout that was chosen, and how much it may be enlarged."""

    laid: Laid
    axes: Axes
    scale: float


def search(pen: Pen, style: str, paper: Paper, wishes: Wishes) -> Found:
    """Returns the best layout of a run for a page."""
    ghost = ghost_of(pen)
    best: tuple[float, Found] | None = None
    for candidate in finalists(list(candidates(pen, style, paper, wishes)), paper)[: 1 if wishes.quick else None]:
        folding = Folding(candidate.fold.row, wishes.near, wishes.ghosts)
        laid = laid_out(candidate.scene, candidate.axes, folding, ghost)
        width, height = size_of(laid, candidate.axes)
        scale = paper.scale(width, height, SIZE)
        worth = value(scale * SIZE, laid, candidate, paper)
        if best is None or worth > best[0]:
            best = worth, Found(laid, candidate.axes, scale)
    assert best
    return best[1]


def candidates(pen: Pen, style: str, paper: Paper, wishes: Wishes) -> Iterator[Candidate]:
    """Yields everything that may be tried, with its estimate."""
    ghost = ghost_of(pen)
    directions = [wishes.direction] if wishes.direction else ["LR", "TB"]
    for scene in scenes(pen, style, wishes.quick):
        ghosts = {box.key: (made.width, made.height) for box in scene.boxes for made in [ghost(box, "")]}
        for direction in directions:
            axes = Axes(direction)
            if not wishes.fold:
                yield Candidate(scene, axes, Fold(dict.fromkeys(scene.box, 0), 1.0))
                continue
            known = sizes(scene, axes, ghosts)
            stop = paper.good / SIZE
            for fold in folds(scene, axes, known, (paper.width, paper.height), stop):
                yield Candidate(scene, axes, fold)


def scenes(pen: Pen, style: str, quick: bool) -> Iterator[Scene]:
    """Yields the scene in each form; a quick search has one."""
    if style == "circuit":
        yield circuit(pen)
        return
    cards = Cards(pen)
    forms: Sequence[Form] = FORMS if len(pen.drawn) <= LARGE and not quick else FORMS[:1]
    yield from (cards.scene(form) for form in forms)


def finalists(every: list[Candidate], paper: Paper) -> list[Candidate]:
    """Returns the candidates that are laid out: those with the best estimates, of each direction at least one."""
    every.sort(key=lambda candidate: (-min(candidate.fold.scale, paper.good / SIZE), candidate.fold.rows))
    size = len(every[0].scene.boxes)
    most = 1 if size > HUGE else 2 if size > LARGE else FINALISTS
    return [one for one in every if one.fold.scale >= NEARLY * every[0].fold.scale][:most]


def value(text: float, laid: Laid, candidate: Candidate, paper: Paper) -> float:
    """Returns how good a layout is, in hundredths of the size of its smallest text."""
    size = min(text, paper.good)
    return 100 * log(size / paper.good) - blemishes(laid, candidate.axes, candidate.fold.rows)


def size_of(laid: Laid, axes: Axes) -> Point:
    """Returns the width and height of everything."""
    left, bottom, right, top = box_of(laid, axes)
    return right - left, top - bottom
