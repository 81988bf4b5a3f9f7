"""The judge that reads terms: a file of assignments, each line judged with right numbers in all that it reads."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cgviz.errors import EvaluationError
from cgviz.grading.causes import Causes
from cgviz.grading.elements import Misfit
from cgviz.grading.expected import Expected
from cgviz.grading.listing import Listing
from cgviz.grading.matching import account
from cgviz.grading.near import RIGHT, Tolerance
from cgviz.grading.points import Point, points
from cgviz.grading.reading import Line, Reading
from cgviz.grading.report import Grade
from cgviz.grading.spellings import Spellings
from cgviz.grading.statements import Assignment, assignments
from cgviz.grading.tape import Tape
from cgviz.grading.term import Term, leaves, value
from cgviz.grading.verdicts import verdicts
from cgviz.runs.corners import has_corner
from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.values.arrays import is_array


def by_terms(
    run: Run, listing: Listing, *, tolerance: float = RIGHT, ties: str = "split", data: Collection[str] = ()
) -> Grade:
    """Returns the grade of a file that is a straight line of assignments.

    Raises UnreadableError for what is no plain arithmetic, EvaluationError where the program itself has no numbers.
    """
    made = assignments(listing)
    given = literals(run, made)
    run = begun(run, given)
    tape = Tape(run.graph, points(run, literals(run, made), held(run, made)), ties, run.upstream)
    reading = Reading(tape, made, listing)
    expected = Expected(reading)
    close = Tolerance(tolerance)
    close.corner = has_corner(run)
    by_key: dict[str, list[tuple[int, Line]]] = {}
    for number, line in enumerate(reading.lines):
        by_key.setdefault(line.key, []).append((number, line))
    accounts = {key: account(key, lines, expected, close) for key, lines in by_key.items()}
    Causes(accounts, expected, close).blame()
    return verdicts(run, listing, expected, accounts, close, data, literals(run, made))


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
        elif name in names and name not in found and run.bare.has_arrays | is_literal(each.value):
            held = value(each.value, lambda leaf: None) if not any(leaves(each.value)) else None
            if held is not None and not isinstance(held, Misfit):
                found[name] = held
    return found


def is_literal(term: Term) -> bool:
    return term.op is not None and term.op.name == "stack"


def held(run: Run, made: list[Assignment]) -> set[str]:
    """Returns the inputs of a program with arrays that are data: labels of 0 and 1, and those without a gradient in the
    student's file. `softmax(o) - y` is right for labels alone, so they are not moved."""
    if not run.bare.has_arrays or run.inputs is None:
        return set()
    names, output = [run.bare.nodes[i].name for i in run.bare.inputs], run.graph.nodes[run.graph.output].name
    spell = Spellings([*names, output], [output])
    asked = {spell.gradient(each.target) for each in made}
    return {name for name, value in run.inputs.items() if name not in asked or are_labels(value)}


def are_labels(value: Any) -> bool:
    return is_array(value) and bool(((value == 0) | (value == 1)).all())


def begun(run: Run, given: Point) -> Run:
    """Returns a run of arrays without values at those in the student's file: its shapes are not known without.

    Raises EvaluationError where the file does not give them all.
    """
    names = [run.bare.nodes[i].name for i in run.bare.inputs]
    arrays = run.bare.has_arrays or any(map(is_array, given.values()))
    if not run.symbolic or not arrays:
        return run
    missing = [name for name in names if name not in given]
    if missing:
        wanted = " ".join(f"--{name} ..." for name in missing[:8])
        raise EvaluationError(f"arrays have no shape without values; give {wanted}")
    return start(run.bare, {name: given[name] for name in names})


def is_negated(each: Assignment) -> bool:
    op = each.value.op
    return op is not None and op.name == "neg" and isinstance(each.value.args[0].leaf, float)
