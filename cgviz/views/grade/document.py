"""The grade as JSON for autograders, version 1.

    {"cgviz_grade": 1, "file": "hw.py", "score": 0.75, "own_score": 0.92, "right": 9, "expected": 12,
     "all_right": false,
     "first_wrong": {"line": 18, "where": "line 18", "cause": "square-forgotten", "says": "...", "culprit": "den"},
     "lines": [{"line": 18, "where": "line 18", "code": "dden = ...", "gradient": "den", "theirs": -1.5, "ours": -0.79,
                "verdict": "wrong", "follows": null, "cause": "square-forgotten", "says": "...", "note": ""}],
     "gradients": [{"name": "den", "theirs": -1.5, "ours": -0.79, "verdict": "wrong", "follows": null}], "notes": []}

score      right gradients over expected ones
own_score  the same, what only follows from an earlier mistake counted as right
verdict    right, close, wrong; missing for a gradient without a line
follows    the number of the line whose mistake makes this number wrong, else null
first_wrong is null where there is no mistake. A number that is not finite is "inf", "-inf" or "nan"; an
array is nested lists.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cgviz.errors import CgvizError
from cgviz.grading.class_summary import summarized
from cgviz.grading.hints import hinted
from cgviz.grading.report import Grade, GradientVerdict, LineVerdict
from cgviz.values.arrays import Value, is_array

VERSION = 1


def pretty(grade: Grade) -> str:
    """Returns the JSON of a grade, in ASCII."""
    return json.dumps(document(grade), indent=2) + "\n"


def document(grade: Grade) -> dict[str, Any]:
    first = grade.first
    return {
        "cgviz_grade": VERSION,
        "file": grade.listing.name,
        "score": grade.score,
        "own_score": grade.own_score,
        "right": grade.right,
        "expected": grade.expected,
        "all_right": grade.all_right,
        "first_wrong": first and culprit(grade, first),
        "lines": [line_of(each) for each in grade.lines],
        "gradients": [gradient_of(each) for each in grade.gradients],
        "notes": list(grade.notes),
    }


def of_class(graded: Sequence[tuple[str, Grade | CgvizError]], hints: int) -> str:
    """Returns the JSON of a class: a grade or an error per student, and the summary."""
    students = [one_of_class(name, found, hints) for name, found in graded]
    return (
        json.dumps({"cgviz_class": VERSION, "students": students, "summary": asdict(summarized(graded))}, indent=2)
        + "\n"
    )


def one_of_class(name: str, found: Grade | CgvizError, hints: int) -> dict[str, Any]:
    if isinstance(found, CgvizError):
        return {"file": name, "score": None, "error": found.typed.partition("\n")[0]}
    return {**document(hinted(found, hints)), "file": name}


def culprit(grade: Grade, each: LineVerdict) -> dict[str, Any]:
    text = grade.listing.text[each.start : each.end]
    found = {"line": each.line, "where": each.where, "cause": each.cause, "says": each.says, "culprit": text}
    return {**found, "mended": each.mended} if each.mended else found


def line_of(each: LineVerdict) -> dict[str, Any]:
    return {
        "line": each.line,
        "where": each.where,
        "code": each.code,
        "gradient": each.gradient,
        "theirs": number(each.theirs),
        "ours": number(each.ours),
        "verdict": each.verdict,
        "follows": each.follows,
        "cause": each.cause,
        "says": each.says,
        "note": each.note,
    }


def gradient_of(each: GradientVerdict) -> dict[str, Any]:
    numbers = {"theirs": number(each.theirs), "ours": number(each.ours)}
    return {"name": each.name, **numbers, "verdict": each.verdict, "follows": each.follows}


def number(value: Value | None) -> Any:
    """Returns a number, or the nested lists of an array, as JSON can say it."""
    if value is not None and is_array(value):
        return [number(each) for each in value]
    return value if value is None or math.isfinite(value) else str(float(value))
