"""The report of a gradient check as JSON, for other programs."""

from __future__ import annotations

from typing import Any

from cgviz.analysis.checks import Checked, Reading, Row
from cgviz.analysis.checks.rules import Fault
from cgviz.views.table.json import number

VERSION = 1


def document(found: Checked) -> dict[str, Any]:
    """Returns the report: a row per node, its readings by witness, and the stage that is to blame."""
    nodes = found.run.graph.nodes
    return {
        "cgviz_check": VERSION,
        "program": found.run.graph.program,
        "agrees": found.agrees,
        "stage": None if found.stage is None else nodes[found.stage].name,
        "rows": [row_of(found, row) for row in found.rows],
        "faults": [fault_of(found, fault) for fault in found.rules.faults],
        "left_out": [nodes[index].name for index in found.left_out],
    }


def row_of(found: Checked, row: Row) -> dict[str, Any]:
    node = found.run.graph.nodes[row.index]
    return {
        "number": found.run.graph.numbers.get(row.index),
        "name": node.name,
        "gradient": number(row.analytic),
        "verdict": row.band.word,
        "note": row.note,
        "witnesses": {reading.witness: reading_of(reading) for reading in row.readings},
    }


def reading_of(reading: Reading) -> dict[str, Any]:
    return {
        "slope": known(reading.value),
        "relative_error": known(reading.relative),
        "error": number(reading.error),
        "noise": reading.noise,
        "verdict": reading.band.word,
        "note": reading.note,
        **({"element": list(reading.place)} if reading.place else {}),
    }


def known(value: float) -> float | str | None:
    return None if value != value else number(value)


def fault_of(found: Checked, fault: Fault) -> dict[str, Any]:
    node = found.run.graph.nodes[fault.index]
    return {
        "stage": node.name,
        "slot": fault.slot,
        "rule": number(fault.rule),
        "truth": known(fault.truth),
        "note": fault.note,
        **({"element": list(fault.place)} if fault.place else {}),
    }
