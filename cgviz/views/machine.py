"""What is on this machine as reports: the samples that ship, and what draws here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cgviz.documents.document import Block, Document, Drawn, Prose
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing

if TYPE_CHECKING:
    from cgviz.drawing.engine.checkup import Finding
    from cgviz.reading.shipped import Sample


def samples_report(found: Sequence[Sample]) -> Report:
    """Returns the list of the samples, one line each."""
    width = max(len(one.name) for one in found)

    def listed(writing: Writing) -> Document:
        lines = [
            Prose([(writing.clean(one.summary), "")], f"@{one.name:<{width}}  ".rstrip() + "  " * bool(one.summary))
            for one in found
        ]
        return Document(lines, "The samples", measure=200)

    data = json.dumps([{"name": one.name, "summary": one.summary} for one in found], indent=2) + "\n"
    return Report(listed, lambda: data)


def sample_report(one: Sample) -> Report:
    """Returns the text of one sample."""
    lines = one.text.rstrip("\n").split("\n")

    def as_it_is(writing: Writing) -> Document:
        return Document([Drawn(lambda *_: [[(writing.sign(line), "")] for line in lines], words=one.text)], one.name)

    return Report(as_it_is, lambda: json.dumps({"name": one.name, "text": one.text}, indent=2) + "\n")


def doctor_report(findings: Sequence[Finding]) -> Report:
    """Returns what was found of engine, fonts and packages, and what to do where something is missing."""
    width = max(len(finding.name) for finding in findings)

    def checked(writing: Writing) -> Document:
        blocks: list[Block] = []
        for finding in findings:
            lead = f"{'ok' if finding.ok else '!!'}  {finding.name:<{width}}  "
            blocks.append(Prose([(writing.clean(finding.value), "" if finding.ok else "flag")], lead))
            if finding.remedy:
                remedy = writing.clean(f"-> {finding.remedy}")
                blocks.append(Prose([(remedy, "")], " " * (width + 6), is_near=True))
        return Document(blocks, "What draws on this machine", measure=200)

    return Report(checked, lambda: json.dumps([finding._asdict() for finding in findings], indent=2) + "\n")
