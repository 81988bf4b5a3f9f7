"""A hand-written backward pass as a report: each gradient right, or wrong and why."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cgviz.analysis.own import Finding
from cgviz.documents.document import GAP, Block, Document, Entry, Prose
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.runs.run import Run
from cgviz.values.arrays import is_array
from cgviz.views.table.heading import head


def report(run: Run, name: str, found: Sequence[Finding]) -> Report:
    """Returns the report on the gradients that `name` returns."""
    return Report(make=lambda writing: document(run, name, found, writing), data=lambda: as_json(name, found))


def document(run: Run, name: str, found: Sequence[Finding], writing: Writing) -> Document:
    wrong = [each for each in found if not each.is_right]
    good = "" if writing.plain else "✓ "
    bad = "" if writing.plain else "✗ "
    told = (
        (f"{bad}{len(wrong)} of {len(found)} gradients of {name} are wrong.", "gradient")
        if wrong
        else (f"{good}Every gradient of {name} is right.", "value")
    )
    blocks: list[Block] = [head(run, writing), GAP, Prose([told]), GAP]
    for each in found:
        line = [("right", "value")] if each.is_right else [(writing.clean(f"wrong: {each.cause}"), "gradient")]
        blocks.append(Entry(writing.gradient(each.name), [line]))
    return Document(blocks, f"The backward pass of {name}")


def as_json(name: str, found: Sequence[Finding]) -> str:
    rows = [
        {"name": f.name, "right": f.is_right, "cause": f.cause, "ours": plain(f.ours), "theirs": plain(f.theirs)}
        for f in found
    ]
    return json.dumps({"kind": "own", "of": name, "right": all(f.is_right for f in found), "gradients": rows}, indent=2)


def plain(value: object) -> object:
    return value.tolist() if is_array(value) else value  # type: ignore[attr-defined]
