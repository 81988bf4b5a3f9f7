"""A hand-written backward pass as a report: each gradient right, or wrong and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from cgviz.analysis.own import OwnFinding
from cgviz.documents.document import GAP, Block, Document, Entry, Prose
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.grading.handwritten import Wrong
from cgviz.runs.run import Run
from cgviz.values.arrays import is_array
from cgviz.views.table.heading import head


def report(run: Run, name: str, found: Sequence[OwnFinding], lines: Sequence[Wrong] = ()) -> Report:
    """Returns the report on the gradients that `name` returns, and on the lines of it that are wrong."""
    return Report(
        make=lambda writing: document(run, name, found, lines, writing), data=lambda: as_json(name, found, lines)
    )


def document(run: Run, name: str, found: Sequence[OwnFinding], lines: Sequence[Wrong], writing: Writing) -> Document:
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
        right = [("right", "value"), (f": {each.note}" if each.note else "", "muted")]
        line = right if each.is_right else [(writing.clean(f"wrong: {each.cause}"), "gradient")]
        blocks.append(Entry(writing.gradient(each.name), [line]))
    for wrong_line in lines:
        blocks += [GAP, *on_line(wrong_line, writing)]
    return Document(blocks, f"The backward pass of {name}")


def on_line(wrong: Wrong, writing: Writing) -> Iterator[Block]:
    """Yields what is said of a line that is wrong: the line, what it ought to be, and why."""
    yield Prose([(f"line {wrong.line}: ", "muted"), (writing.clean(wrong.code), "name")])
    if wrong.mended:
        mended = f"with {writing.clean(wrong.mended)}"
        yield Prose([(mended, "value"), (f", right: {', '.join(wrong.gradients)}", "muted")])
    yield Prose([(writing.clean(wrong.says), "")])


def as_json(name: str, found: Sequence[OwnFinding], lines: Sequence[Wrong]) -> str:
    rows = [
        {"name": f.name, "right": f.is_right, "cause": f.cause, "note": f.note}
        | {"ours": plain(f.ours), "theirs": plain(f.theirs)}
        for f in found
    ]
    return json.dumps(
        {
            "kind": "own",
            "of": name,
            "right": all(f.is_right for f in found),
            "gradients": rows,
            "lines": [asdict(each) for each in lines],
        },
        indent=2,
    )


def plain(value: object) -> object:
    return value.tolist() if is_array(value) else value  # type: ignore[attr-defined]
