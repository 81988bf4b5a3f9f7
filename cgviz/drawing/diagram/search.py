"""Finds the layout of a run that fits its page: a few candidates are laid out, and the best one is kept.

Candidates differ in direction, in how cards break their lines, in where they are cut into rows, and in ghosts. What
counts is the smallest text at its final size, up to where nobody wants it larger; then crossings, length and bends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from math import log
from operator import itemgetter

from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.card import FORMS, NARROW, Cards, Form
from cgviz.drawing.diagram.fold import Fold, Sizes, coarse, folds, folds_of_blocks, in_lines, sizes
from cgviz.drawing.diagram.ghosts import ghost_of
from cgviz.drawing.diagram.groups import Group, blocks
from cgviz.drawing.diagram.paper import Paper
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.rows import APART, Folding, Laid, box_of, laid_out
from cgviz.drawing.diagram.scene import SIZE, Scene
from cgviz.drawing.diagram.score import blemishes, of_rows
from cgviz.records import record

FINALISTS = 5
LARGE, HUGE = 90, 250  # boxes, from which fewer candidates are tried
NEARLY = 0.80  # a candidate estimated at less of the best is not laid out
FOR_NOTES = 60.0  # between rows, where an author writes beside them
MARGIN = 1.1  # how much larger a layout may be than its estimate
ALIKE = 0.01  # estimates closer than this are of layouts that look the same


@record
class Wishes:
    """What is asked of a layout; None is what the search decides. A quick one is the first by its estimate.

    groups  those that are framed; shape: what makes of a scene the part of it that is drawn
    """

    direction: str | None = None
    near: bool = True
    ghosts: bool = True
    fold: bool = True
    quick: bool = False
    groups: tuple[Group, ...] = ()
    shape: Callable[[Scene], Scene] | None = None


@record
class Candidate:
    """A scene, a direction, the rows it is cut into, and the scale that it is estimated to reach.

    by_level  whether it is cut in the order of ranks, not of stages; corrects: it is cut anew once its size is known
    """

    scene: Scene
    axes: Axes
    fold: Fold
    sizes: Sizes
    by_level: bool | None
    corrects: bool
    titles: Mapping[int, str] = field(default_factory=dict)


@record
class Found:
    """The layout that was chosen, and how much it may be enlarged."""

    laid: Laid
    axes: Axes
    scale: float


def search(pen: Pen, style: str, paper: Paper, wishes: Wishes) -> Found:
    """Returns the best layout of a run for a page."""
    first, *others = finalists(list(candidates(pen, style, paper, wishes)), paper)[: 1 if wishes.quick else None]
    best, found = max(looks(pen, first, paper, wishes), key=itemgetter(0))
    for candidate in others:
        if hope(candidate, paper) > best:
            worth, look = max(looks(pen, candidate, paper, wishes), key=itemgetter(0))
            best, found = (worth, look) if worth > best else (best, found)
    return found


def looks(pen: Pen, candidate: Candidate, paper: Paper, wishes: Wishes) -> Iterator[tuple[float, Found]]:
    """Yields the layout of a candidate, and the one for which the page is corrected by what the first one took."""
    folding = Folding(candidate.fold.row, wishes.near, wishes.ghosts, candidate.titles)
    laid = laid_out(candidate.scene, candidate.axes, folding, ghost_of(pen))
    yield judged(laid, candidate, paper)
    if wishes.quick or not candidate.corrects or paper.scale(*size_of(laid, candidate.axes), SIZE) * SIZE >= paper.good:
        return
    along, across = candidate.axes.size(*size_of(laid, candidate.axes))
    length, height = candidate.fold.size
    room = candidate.axes.size(paper.width, paper.height)
    corrected = candidate.axes.size(room[0] * length / along, room[1] * height / across)
    scene, axes, stop = candidate.scene, candidate.axes, paper.good / SIZE
    for fold in folds(scene, axes, candidate.sizes, corrected, stop, candidate.by_level):
        if fold.row != candidate.fold.row:
            laid = laid_out(scene, axes, replace(folding, row=fold.row), ghost_of(pen))
            yield judged(laid, replace(candidate, fold=fold), paper)


def judged(laid: Laid, candidate: Candidate, paper: Paper) -> tuple[float, Found]:
    scale = paper.scale(*size_of(laid, candidate.axes), SIZE)
    return value(scale * SIZE, laid, candidate, paper), Found(laid, candidate.axes, scale)


def candidates(pen: Pen, style: str, paper: Paper, wishes: Wishes) -> Iterator[Candidate]:
    """Yields everything that may be tried, with its estimate."""
    ghost = ghost_of(pen)
    ghosts: dict[str, Point] = {}  # of every form the same
    directions = [wishes.direction] if wishes.direction else ["LR", "TB"]
    for scene in scenes(pen, style, wishes.quick, paper.height > paper.width):
        scene = wishes.shape(scene) if wishes.shape else scene
        huge = wishes.fold and not wishes.groups and len(scene.boxes) > HUGE
        if not huge and not ghosts:
            ghosts = {box.key: (made.width, made.height) for box in scene.boxes for made in [ghost(box, "")]}
        for axes in map(Axes, directions):
            known = sizes(scene, axes, ghosts)
            page = paper.width, paper.height
            if wishes.groups and wishes.fold:
                yield grouped(scene, axes, known, page, paper.good / SIZE, wishes.groups)
                continue
            if huge:
                yield Candidate(scene, axes, coarse(scene, axes, known, page, paper.good / SIZE), known, True, False)
                continue
            for by_level in (None, False, True) if wishes.fold else (None,):
                for fold in folds(scene, axes, known, page, paper.good / SIZE, by_level):
                    yield Candidate(scene, axes, fold, known, by_level, by_level is not None)


def grouped(scene: Scene, axes: Axes, known: Sizes, page: Point, stop: float, groups: Sequence[Group]) -> Candidate:
    """Returns the scene in rows each of which belongs to one group, or to none."""
    parts = blocks(scene, groups)
    fold = folds_of_blocks(axes, known, page, stop, [keys for _, keys in parts])
    return Candidate(scene, axes, fold, known, None, False, titles_of(fold, parts))


def titles_of(fold: Fold, parts: Sequence[tuple[Group | None, list[str]]]) -> dict[int, str]:
    """Returns the titles of the rows that belong to a group."""
    return {fold.row[key]: group.title for group, keys in parts if group for key in keys}


def scenes(pen: Pen, style: str, quick: bool, tall: bool = False, more: tuple[Form, ...] = ()) -> Iterator[Scene]:
    """Yields the scene in each form, and in some `more`; a quick search has one, on a tall page two."""
    if style == "circuit":
        from cgviz.drawing.diagram.circuit import scene as circuit

        yield circuit(pen)
        return
    cards = Cards(pen)
    forms: Sequence[Form] = FORMS if len(pen.drawn) <= LARGE and not quick else FORMS[: 1 + tall]
    yield from (cards.scene(form) for form in (*forms, *more))


def in_view(pen: Pen, style: str, window: Point, wishes: Wishes) -> Found:
    """Returns a layout in rows of one group, or of none, that each fit a window of that size, where they can."""
    best: tuple[float, Found] | None = None
    axes, ghost = Axes("LR"), ghost_of(pen)
    for scene in scenes(pen, style, quick=len(pen.drawn) > LARGE, more=(NARROW,)):
        scene = wishes.shape(scene) if wishes.shape else scene
        ghosts = {box.key: (made.width, made.height) for box in scene.boxes for made in [ghost(box, "")]}
        parts = blocks(scene, wishes.groups)
        room, before = window, None
        for _ in range(3):
            fold = in_lines(axes, sizes(scene, axes, ghosts), room, [keys for _, keys in parts])
            if fold == before:
                break
            before = fold
            apart = APART + (FOR_NOTES if pen.figure.notes else 0.0)
            folding = Folding(fold.row, wishes.near, wishes.ghosts, titles_of(fold, parts), apart)
            laid = laid_out(scene, axes, folding, ghost)
            rooms = laid.rooms(axes)
            over = max(max((c - a) / window[0], (d - b) / window[1]) for a, b, c, d in rooms)
            worth = -10 * max(over - 1.0, 0.0) - 0.1 * len(rooms) - 0.01 * laid.crossings
            if best is None or worth > best[0]:
                best = worth, Found(laid, axes, 1.0)
            if over <= 1.0:
                break
            room = room[0] * 0.9, room[1] * 0.9
    assert best
    return best[1]


def finalists(every: list[Candidate], paper: Paper) -> list[Candidate]:
    """Returns the candidates that are laid out: those with the best estimates, none twice."""
    every.sort(key=lambda one: (-promise(one, paper), one.fold.rows))
    size = len(every[0].scene.boxes)
    most = 1 if size > HUGE else 3 if size > LARGE else FINALISTS
    least = promise(every[0], paper) + log(NEARLY) * 100
    found: list[Candidate] = []
    for one in every:
        if promise(one, paper) < least or len(found) == most:
            break
        if not any(are_twins(one, other) for other in found):
            found.append(one)
    return found


def are_twins(one: Candidate, other: Candidate) -> bool:
    """Tells whether two candidates differ in the form of a few cards at most: they are cut alike, and as large."""
    alike = abs(one.fold.scale - other.fold.scale) <= ALIKE * other.fold.scale
    return one.axes == other.axes and one.fold.row == other.fold.row and alike


def promise(one: Candidate, paper: Paper) -> float:
    """Returns how good a candidate promises to be, as `value` does."""
    size = one.fold.scale * SIZE
    folded = of_rows(min(one.fold.rows, 4))
    return 100 * log(min(size / paper.good, 1.0)) + 100 * min(log(size / paper.least), 0.0) - folded


def hope(one: Candidate, paper: Paper) -> float:
    """Returns how good a candidate can be at best: larger than its estimate, without a blemish."""
    scale = min(one.fold.scale * MARGIN, max(one.fold.scale, paper.good / SIZE))
    return promise(replace(one, fold=replace(one.fold, scale=scale)), paper)


def value(text: float, laid: Laid, candidate: Candidate, paper: Paper) -> float:
    """Returns how good a layout is, in hundredths of the size of its smallest text."""
    size = min(text, paper.good)
    return (
        100 * log(size / paper.good)
        + 100 * min(log(text / paper.least), 0.0)
        - blemishes(laid, candidate.axes, candidate.fold.rows)
    )


def size_of(laid: Laid, axes: Axes) -> Point:
    """Returns the width and height of everything."""
    left, bottom, right, top = box_of(laid, axes)
    return right - left, top - bottom
