"""What grading found: a verdict for every line and every gradient, the first wrong line, and the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cgviz.grading.listing import Listing
from cgviz.values.arrays import Value


@dataclass(frozen=True)
class LineVerdict:
    """One line of the backward pass.

    gradient   the name of the stage or input whose gradient it changes
    theirs     that gradient after the line, in the student's own run; ours, as it ought to be; at the run's inputs
    verdict    right, close or wrong
    follows    the line whose mistake makes this right line's number wrong; None where there is none
    cause      a word of the catalogue, "" where the line has no mistake of its own; `says` what to do
    note       what is odd and no mistake: a name misspelt
    start, end the place of the culprit in the text
    mended     the line as it would be right, "" where that is not known
    """

    line: int
    where: str
    code: str
    gradient: str
    theirs: Value | None
    ours: Value | None
    verdict: str
    follows: int | None = None
    cause: str = ""
    says: str = ""
    note: str = ""
    start: int = 0
    end: int = 0
    mended: str = ""


@dataclass(frozen=True)
class GradientVerdict:
    """One gradient at the end: right, close, wrong or missing; `own` tells whether none of its own lines is wrong."""

    name: str
    theirs: Value | None
    ours: Value | None
    verdict: str
    follows: int | None = None
    own: bool = True


@dataclass(frozen=True)
class Grade:
    """The grade of one listing; `notes` are facts about the whole of it."""

    listing: Listing
    lines: tuple[LineVerdict, ...]
    gradients: tuple[GradientVerdict, ...]
    notes: tuple[str, ...] = ()
    credits: Mapping[str, float] = field(default_factory=dict)

    @property
    def right(self) -> int:
        return sum(each.verdict == "right" for each in self.gradients)

    @property
    def expected(self) -> int:
        return len(self.gradients)

    @property
    def score(self) -> float:
        """Right gradients over expected ones, each by its points."""
        return self.share([each.verdict == "right" for each in self.gradients])

    def share(self, counted: list[bool]) -> float:
        points = [self.credits.get(each.name, 1.0) for each in self.gradients]
        whole = sum(points)
        return sum(each for each, counts in zip(points, counted, strict=True) if counts) / whole if whole else 1.0

    @property
    def own_score(self) -> float:
        """The same where what only follows from an earlier mistake counts as right."""
        return self.share([each.own for each in self.gradients])

    @property
    def first(self) -> LineVerdict | None:
        """The first line with a mistake of its own."""
        return min((each for each in self.lines if each.cause), key=lambda each: (each.line, each.start), default=None)

    @property
    def all_right(self) -> bool:
        return self.first is None and self.right == self.expected
