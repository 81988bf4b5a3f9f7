"""A grade for an autograder, and a class as CSV, JSON and text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from cgviz.documents.writing import unicode_spelling
from cgviz.errors import CgvizError, cells, printable
from cgviz.grading.class_summary import summarized
from cgviz.grading.hints import CAUSE, LINE, hinted
from cgviz.grading.report import Grade
from cgviz.views.grade import VERSION, as_data, report

DIGITS = 6
COLUMNS = ("file", "score", "own_score", "right", "expected", "first_wrong", "cause", "says", "error")


def gradescope(found: Grade | CgvizError, hints: int = 2, credits: Mapping[str, float] = MappingProxyType({})) -> str:
    """Returns the JSON: a score per gradient by its points, and what the hints let be said."""
    if isinstance(found, CgvizError):
        whole = sum(credits.values()) or 1.0
        test = {"name": "grading", "score": 0.0, "max_score": whole, "status": "failed", "output": found.typed}
        return json.dumps({"score": 0.0, "output": found.typed, "tests": [test]}, indent=2) + "\n"
    told = hinted(found, hints)
    tests: list[dict[str, Any]] = []
    for each in told.gradients:
        most = float(told.credits.get(each.name, 1.0))
        if not most:
            continue
        right = each.verdict == "right"
        tests.append(
            {
                "name": f"gradient of {each.name}",
                "score": most if right else 0.0,
                "max_score": most,
                "status": "passed" if right else "failed",
                "output": each.verdict if hints >= LINE else "",
            }
        )
    text = report(found, digits=DIGITS, hints=hints).plain(unicode_spelling(DIGITS), 100)
    return json.dumps({"score": sum(test["score"] for test in tests), "output": text, "tests": tests}, indent=2) + "\n"


def class_csv(graded: Sequence[tuple[str, Grade | CgvizError]], hints: int = 2) -> str:
    """Returns the rows of a class."""
    graded = [(name, found if isinstance(found, CgvizError) else hinted(found, hints)) for name, found in graded]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([safe(name), *row(found)] for name, found in graded)
    return text.getvalue()


def row(found: Grade | CgvizError) -> list[str]:
    if isinstance(found, CgvizError):
        return ["", "", "", "", "", "", "", safe(found.typed.partition("\n")[0])]
    first = found.first
    counts = [f"{found.score:.4g}", f"{found.own_score:.4g}", str(found.right), str(found.expected)]
    return [*counts, first.where if first else "", first.cause if first else "", safe(first.says) if first else "", ""]


def class_text(graded: Sequence[tuple[str, Grade | CgvizError]], hints: int = 2) -> str:
    """Returns a class for a person: a row per student, then which mistake was made how often."""
    wide = max((cells(printable(name)) for name, _ in graded), default=4)
    lines = [
        one_line(printable(name), found if isinstance(found, CgvizError) else hinted(found, hints), wide)
        for name, found in graded
    ]
    made = summarized(graded)
    said = f"{made.right} of {made.students} are all right; the mean score is {made.mean:.2f}"
    lines += ["", f"{said}; {made.refused} could not be graded." if made.refused else f"{said}."]
    if made.gradients:
        lines.append("wrong or missing: " + ", ".join(f"{name} {count}" for name, count in made.gradients))
    if made.causes and hints >= CAUSE:
        lines.append("first mistakes: " + ", ".join(f"{name} {count}" for name, count in made.causes))
    return "\n".join(lines) + "\n"


def one_line(name: str, found: Grade | CgvizError, wide: int) -> str:
    pad = " " * (wide - cells(name))
    if isinstance(found, CgvizError):
        return f"{name}{pad}  not graded: {printable(found.typed.partition(chr(10))[0])}"
    first = f"  {found.first.where}: {found.first.cause}" if found.first else ""
    return f"{name}{pad}  {found.right} of {found.expected}{first}"


def safe(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula, and no terminal for a command."""
    shown = printable(text).replace("\n", "\\n")
    return f"'{shown}" if shown.lstrip().startswith(("=", "+", "-", "@")) else shown


def class_json(graded: Sequence[tuple[str, Grade | CgvizError]], hints: int = 2) -> str:
    """Returns the JSON of a class: a grade or an error per student, and the summary."""
    students = [one_of_class(name, found, hints) for name, found in graded]
    return (
        json.dumps({"cgviz_class": VERSION, "students": students, "summary": asdict(summarized(graded))}, indent=2)
        + "\n"
    )


def one_of_class(name: str, found: Grade | CgvizError, hints: int) -> dict[str, Any]:
    if isinstance(found, CgvizError):
        return {"file": name, "score": None, "error": found.typed.partition("\n")[0]}
    return {**as_data(hinted(found, hints)), "file": name}
