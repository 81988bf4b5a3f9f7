"""The derivation as JSON, version 1: its sections, and each line as symbol and sides, in the letters of a terminal."""

from __future__ import annotations

import json
from typing import Any

from cgviz.documents.equations import Equation, plain
from cgviz.documents.hand import Hand
from cgviz.runs.run import Run
from cgviz.views.derivation.document import sections

VERSION = 1


def derivation(run: Run, wrt: str | None, digits: int) -> str:
    """Returns the JSON, in ASCII."""
    made = [
        {
            "title": section.title,
            "intro": section.intro,
            "lines": [line_of(line) for line in section.lines],
            "ends": list(section.ends),
        }
        for section in sections(run, Hand(digits), wrt)
    ]
    found = {"cgviz": VERSION, "program": run.graph.program, "detail": run.graph.detail, "wrt": wrt, "sections": made}
    return json.dumps(found, indent=2) + "\n"


def line_of(line: Equation) -> dict[str, Any]:
    """Returns `symbol = sides[0] = sides[1] ...`, the stage that it belongs to, and what is said beside it."""
    return {
        "stage": int(line.number) if line.number else None,
        "symbol": line.symbol,
        "sides": [plain(part) for part in line.parts],
        "note": line.note,
        "flags": list(line.flags),
    }
