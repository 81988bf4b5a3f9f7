"""Grading: a hand-written backward pass against the run. The student's file is parsed and evaluated, never executed."""

from __future__ import annotations

from cgviz.grading.causes import Causes
from cgviz.grading.expected import Expected
from cgviz.grading.listing import Listing
from cgviz.grading.matching import account
from cgviz.grading.near import RIGHT, Tolerance
from cgviz.grading.points import Point, points
from cgviz.grading.reading import Line, Reading
from cgviz.grading.report import Grade
from cgviz.grading.statements import Assignment, assignments
from cgviz.grading.tape import Tape
from cgviz.grading.verdicts import verdicts
from cgviz.runs import Run


def grade(run: Run, listing: Listing, *, tolerance: float = RIGHT, ties: str = "split") -> Grade:
    """Returns the grade of a student's backward pass for the program of `run`.

    Raises UnreadableError for what is no plain arithmetic, EvaluationError where the program itself has no numbers.
    """
    made = assignments(listing)
    tape = Tape(run.graph, points(run, literals(run, made)), ties)
    reading = Reading(tape, made)
    expected = Expected(reading)
    close = Tolerance(tolerance)
    close.corner = any({"tie", "kink"} & set(flags) for flags in run.flags)
    by_key: dict[str, list[tuple[int, Line]]] = {}
    for number, line in enumerate(reading.lines):
        by_key.setdefault(line.key, []).append((number, line))
    accounts = {key: account(key, lines, expected, close) for key, lines in by_key.items()}
    Causes(accounts, expected, close).blame()
    return verdicts(run, listing, expected, accounts, close)


def literals(run: Run, made: list[Assignment]) -> Point:
    """Returns the inputs to which the student's file gives numbers."""
    names = {run.bare.nodes[i].name for i in run.bare.inputs}
    found: Point = {}
    for each in made:
        name = each.target if each.target in names else each.target.rstrip("_")
        if name in names and name not in found and each.value.op is None and isinstance(each.value.leaf, float):
            found[name] = each.value.leaf
        elif name in names and name not in found and is_negated(each):
            found[name] = -each.value.args[0].leaf
    return found


def is_negated(each: Assignment) -> bool:
    op = each.value.op
    return op is not None and op.name == "neg" and isinstance(each.value.args[0].leaf, float)
