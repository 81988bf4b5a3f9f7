"""The grade as Gradescope's autograders write it: results.json, a test per gradient."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cgviz.documents.writing import unicode_spelling
from cgviz.errors import CgvizError
from cgviz.grading.hints import LINE, hinted
from cgviz.grading.report import Grade
from cgviz.views.grade.report import report

DIGITS = 6


def results(found: Grade | CgvizError, hints: int, credits: Mapping[str, float]) -> str:
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
