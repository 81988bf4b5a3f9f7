"""What is said of the first wrong line: its mend, else where Python stops, else the first wrong gradient."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cgviz.grading.ends import Ends, found
from cgviz.grading.interpreter.machine import Failure
from cgviz.grading.listing import Listing
from cgviz.grading.places import code_at, offset, place
from cgviz.grading.slips.place import Slip
from cgviz.grading.slips.trees import NUMPY
from cgviz.grading.surroundings import differs
from cgviz.grading.suspects import ASSIGNS, Suspects

KINDS = {"NameError": "unknown-name", "UnboundLocalError": "unknown-name", "ValueError": "shape"}
ELSEWHERE = "the gradient is made here, or of what is made here: a local derivative is another one"


@dataclass(frozen=True)
class Blame:
    """The first wrong line: its cause, what to do, where the culprit stands, and the line as it would be right."""

    line: int
    cause: str
    says: str
    code: str
    start: int
    end: int
    gradient: str = ""
    mended: str = ""


def blame_at(listing: Listing, node: ast.stmt, cause: str, says: str, gradient: str, line: int = 0) -> Blame:
    start, end = place(listing, node)
    return Blame(line or node.lineno, cause, says, code_at(listing, node), start, end, gradient)


def blame_of(listing: Listing, slip: Slip, failure: Failure | None, gradient: str) -> Blame:
    """Returns the blame of the line that a slip mends."""
    node: Any = slip.statement
    spot: Any = slip.culprit if hasattr(slip.culprit, "lineno") else node
    start, end = place(listing, node)
    if spot is not node:
        start = offset(listing, spot.lineno, spot.col_offset)
        end = max(offset(listing, spot.end_lineno, spot.end_col_offset), start + 1)
    shown = "; ".join(ast.unparse(each) for each in slip.changes.get(node, ()) if not hasattr(each, "body"))
    says = slip.says
    if failure is not None and failure.line:
        says = f"{says} (Python stops in line {failure.line}: {failure.message})"
    line, mended = max(spot.lineno, node.lineno), shown.replace(NUMPY, "np")
    return Blame(line, slip.cause, says, code_at(listing, node), start, end, gradient, mended)


def blames(suspects: Suspects, got: Ends, gradient: str) -> Iterator[Blame | None]:
    """Yields who is to be blamed where no mend was found, the surest first."""
    listing, posts = suspects.attempt.listing, suspects.posts
    yield of_failure(listing, got.outcome.failure, gradient)
    if posts.first is not None:
        yield blame_at(listing, posts.first, *posts.why(), gradient)
    yield of_gradient(suspects, got)
    if got.outcome.unread:
        return  # it may be any of the lines that are not read
    plain = [node for node in suspects.order if isinstance(node, ASSIGNS) and id(node) in suspects.exact]
    ends = [node for node in suspects.order if isinstance(node, ast.Return)]
    last = max(plain or ends, key=lambda each: each.lineno, default=None)
    yield None if last is None else blame_at(listing, last, "local-derivative", ELSEWHERE, gradient)


def of_failure(listing: Listing, failure: Failure | None, gradient: str) -> Blame | None:
    if failure is None or not failure.line or failure.statement is None:
        return None
    kind = failure.message.partition(":")[0]
    says = f"Python stops here: {failure.message}"
    if kind == "NameError":
        says += "; it is never assigned: is another name meant?"
    return blame_at(listing, failure.statement, KINDS.get(kind, "raises"), says, gradient, failure.line)


def of_gradient(suspects: Suspects, got: Ends) -> Blame | None:
    """Returns the line that gives a wrong gradient its value."""
    for name in (name for name in got.verdicts if name in got.wrong and got.theirs[name] is not None):
        for event in reversed(suspects.base.events):
            value = found(event.value)
            if value is None or id(event.statement) not in suspects.around.blocks or differs(value, got.theirs[name]):
                continue
            ours, cause = np.shape(got.ours[name]), "local-derivative"
            says = f"{event.name} is not the gradient: a local derivative on the way to it is another one"
            if np.shape(value) != ours:
                cause, says = "shape", f"{event.name} has shape {np.shape(value)}; {name} has {ours}"
            return blame_at(suspects.attempt.listing, event.statement, cause, says, name)
    return None
