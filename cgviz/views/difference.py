"""The difference of two programs as a report: one function? one gradient? where do they part?"""

from __future__ import annotations

import json
from typing import Any

from cgviz.analysis.difference import ProgramDifference
from cgviz.documents.document import GAP, Block, Document, Entry, Prose, Title
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.text.fold import Line
from cgviz.text.numbers import DIGITS, number
from cgviz.values.arrays import Value, is_array, shape_text
from cgviz.views.table.heading import head

MOST_SHOWN = 6


def report(found: ProgramDifference, digits: int = DIGITS) -> Report:
    """Returns the report on two programs."""
    return Report(make=lambda writing: document(found, writing), data=lambda: as_json(found), digits=digits)


def document(found: ProgramDifference, writing: Writing) -> Document:
    blocks: list[Block] = []
    for title, run in zip(("A", "B"), found.runs, strict=True):
        blocks += [Title([(title, "name")]), head(run, writing), GAP]
    where = f"at {found.points} random points" if found.points > 1 else "at these inputs"
    verdict = f"one function, one gradient, {where}" if found.is_one else f"they differ, {where}"
    sign = "" if writing.plain else "✓ " if found.is_one else "✗ "
    blocks += [Prose([(writing.clean(f"{sign}{verdict}"), "value" if found.is_one else "gradient")]), GAP]
    blocks.append(Entry("value", [told(found.value, [run.value for run in found.runs], writing)]))
    for name, same in found.gradients.items():
        both = [run.gradient[name] for run in found.runs]
        blocks.append(Entry(writing.gradient(name), [told(same, both, writing)]))
    for title, names in zip(("A", "B"), found.only, strict=True):
        if names:
            blocks.append(Entry(f"only in {title}", [[(", ".join(names), "")]]))
    if found.parting:
        name, *places = found.parting
        blocks += [GAP, Prose([(writing.clean(f"They part at {name}:"), "name")])]
        for title, run, index in zip(("A", "B"), found.runs, places, strict=True):
            line = f"{run.graph.formula(index).pretty} = {shown(run.values[index], writing.digits)}"
            blocks.append(Entry(title, [[(writing.clean(line), "")]]))
    return Document(blocks, "The difference of two programs")


def told(same: bool, both: list[Value | None], writing: Writing) -> Line:
    if same:
        return [("the same", "value")]
    return [(writing.clean(" and ".join(shown(each, writing.digits) for each in both)), "gradient")]


def shown(value: Any, digits: int | None) -> str:
    """Returns a value in short: a number, the elements of a small array, the shape of a larger one."""
    most = DIGITS if digits is None else digits
    if not is_array(value):
        return number(value, most)
    if value.size > MOST_SHOWN:
        return f"a {shape_text(value.shape)} array"
    return f"[{', '.join(number(float(x), most) for x in value.ravel())}]"


def as_json(found: ProgramDifference) -> str:
    made = {
        "kind": "difference",
        "same": found.is_one,
        "value": found.value,
        "gradient": found.gradients,
        "only": {"A": list(found.only[0]), "B": list(found.only[1])},
        "parting": found.parting[0] if found.parting else None,
        "points": found.points,
    }
    return json.dumps(made, indent=2)
