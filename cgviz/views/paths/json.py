"""The paths as JSON, version 1: whole paths, full precision, exact counts (a string where 64 bits cannot hold one)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cgviz.analysis.paths import Path
from cgviz.analysis.paths.counts import Visits
from cgviz.documents.writing import is_short
from cgviz.runs.run import Run
from cgviz.views.paths.found import Paths
from cgviz.views.table.json import VERSION, number, pretty
from cgviz.views.table.rows import by_name

LARGEST = 2**53


def paths(report: Paths, digits: int) -> str:
    """Returns the JSON of a report in ASCII."""
    return pretty(document(report)) + "\n"


def document(report: Paths) -> dict[str, Any]:
    """Returns the report as what the JSON Schema `paths-v1` describes."""
    run, counts = report.run, report.counts
    nodes, spelled = run.graph.nodes, by_name(run)
    return {
        "cgviz": VERSION,
        "program": run.graph.program,
        "detail": run.graph.detail,
        "wrt": nodes[report.source].name,
        "output": nodes[run.graph.output].name,
        "paths": whole(counts.paths),
        "listed": [listed(run, spelled, path) for path in report.listed],
        "listed_sum": number(report.total),
        "left_out": whole(report.left_out),
        "left_out_sum": number(report.rest),
        "gradient": number(report.gradient),
        "all_inputs": {"inputs": len(run.graph.inputs), "paths": whole(counts.all_paths)},
        "edge_visits": {"wrt": visits(counts.visits), "all_inputs": visits(counts.all_visits)},
    }


def listed(run: Run, spelled: Run, path: Path) -> dict[str, Any]:
    """Returns one path: its nodes, the edges between them, and its product."""
    names = [run.graph.nodes[index].name for index in path.nodes]
    edges = [edge(run, spelled, target, slot) for target, slot in path.edges]
    return {"nodes": names, "edges": edges, "product": number(path.product)}


def edge(run: Run, spelled: Run, target: int, slot: int) -> dict[str, Any]:
    formula = spelled.local_formula(target, slot)
    local = {"formula": formula.text if is_short(formula) else None, "value": number(run.locals[target][slot])}
    return {"to": run.graph.nodes[target].name, "slot": slot, "local": local}


def visits(counted: Visits) -> dict[str, Any]:
    return {
        "naive": whole(counted.naive),
        "forward": whole(counted.forward),
        "reverse": whole(counted.reverse),
    }


def whole(count: int) -> int | str:
    """Returns a count as JSON's readers can hold it: a string of digits from 2⁵³ on."""
    return count if count < LARGEST else f"{Decimal(count):f}"
