"""The run as JSON, version 1, for other programs: full precision, and nothing that JSON cannot say."""

from __future__ import annotations

import json
import math
from typing import Any

from cgviz.documents.writing import is_short
from cgviz.graph.nodes import CONSTANT, Node
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.formula import PRETTY
from cgviz.text.summaries import Summary
from cgviz.values.arrays import Value, every_finite, is_array
from cgviz.values.axes import Axis
from cgviz.views.table.rows import by_name, flowing

VERSION = 1
LINE = 120
LARGEST_WHOLE = 1e15
MOST_ELEMENTS = 10_000  # of an array that is written out; a larger one is summed up


def table(run: Run, mode: Mode = REVERSE) -> str:
    """Returns the JSON of a run in ASCII, which every encoding can carry; what fits on a line stands on one."""
    return pretty(document(run, mode)) + "\n"


def document(run: Run, mode: Mode = REVERSE) -> dict[str, Any]:
    """Returns the run as what the JSON Schema `run-v1` describes; every node has a tangent in forward mode."""
    graph, output = run.graph, run.graph.nodes[run.graph.output]
    spelled = by_name(run)
    made = {
        "cgviz": VERSION,
        "program": graph.program,
        "detail": graph.detail,
        "inputs": [input_of(run, index) for index in graph.inputs],
        "stages": [stage_of(run, spelled, index) for index in graph.stages],
        "output": {"name": output.name, "shape": shape(output), "value": number(run.value)},
        "gradient": {graph.nodes[index].name: number(run.gradients[index]) for index in graph.inputs},
    }
    return with_tangents(made, run, mode) if mode.forward else made


def with_tangents(made: dict[str, Any], run: Run, mode: Mode) -> dict[str, Any]:
    """Returns the document with a tangent for every node, and with respect to what they are."""
    graph, tangents = run.graph, run.tangents(mode.source)
    told = zip((*made["inputs"], *made["stages"]), (*graph.inputs, *graph.stages), strict=True)
    for node, index in told:
        node["tangent"] = number(tangents[index])
    made["output"]["tangent"] = number(tangents[graph.output])
    return made | {"mode": mode.name, "wrt": graph.nodes[mode.source].name}


def input_of(run: Run, index: int) -> dict[str, Any]:
    node = run.graph.nodes[index]
    return {
        "name": node.name,
        "label": PRETTY.name(node.shown),
        "shape": shape(node),
        "given": run.given.get(node.name, "none"),
        "value": number(run.values[index]),
        "gradient": number(run.gradients[index]),
        "contributions": contributions(run, index),
        "flags": list(run.flags[index]),
    }


def stage_of(run: Run, spelled: Run, index: int) -> dict[str, Any]:
    """Returns one stage; `spelled` is the run whose formulas are program text."""
    node = run.graph.nodes[index]
    return {
        "number": run.graph.numbers[index],
        "name": node.name,
        "label": PRETTY.name(node.shown),
        "op": node.op.name,
        "formula": spelled.graph.formula(index).text,
        "shape": shape(node),
        "value": number(run.values[index]),
        "gradient": number(run.gradients[index]),
        "operands": [operand(run, spelled, index, slot) for slot in range(len(node.args))],
        "contributions": contributions(run, index),
        "gate": node.op.gate,
        "flags": list(run.flags[index]),
    }


def operand(run: Run, spelled: Run, index: int, slot: int) -> dict[str, Any]:
    """Returns one argument of a stage: a constant folded into the gate, or a node and what flows back to it."""
    node = run.graph.nodes[run.graph.nodes[index].args[slot]]
    if node.op is CONSTANT:
        return {"slot": slot, "constant": constant(node.value)}
    edge = run.contribution(index, slot)
    if run.graph.nodes[index].op.vjp is not None:
        handed = spelled.handed_formula(index, slot)
        vjp = None if handed is None else {"formula": handed.text}
        return {"slot": slot, "name": node.name, "local": None, "vjp": vjp, "contribution": number(edge.value)}
    formula = spelled.local_formula(index, slot)
    written = formula.text if formula is not None and is_short(formula) else None
    local = None if formula is None else {"formula": written, "value": number(edge.local)}
    return {"slot": slot, "name": node.name, "local": local, "contribution": number(edge.value)}


def contributions(run: Run, index: int) -> list[dict[str, Any]]:
    """Returns the terms of a node's gradient, in the order in which the backward pass adds them."""
    nodes = run.graph.nodes
    edges = flowing(run, index)
    return [{"via": nodes[edge.target].name, "slot": edge.slot, "value": number(edge.value)} for edge in edges]


def shape(node: Node) -> list[int | str] | None:
    """Returns the shape of a node as a list, a length that is a name as text; None where nobody knows it."""
    return None if node.shape is None else [str(n) if isinstance(n, Axis) else n for n in node.shape]


def number(value: Value | None) -> Any:
    """Returns a number as JSON can say it: "inf", "-inf" and "nan" are strings.

    An array is nested lists, one of more than 10 000 elements what sums it up.
    """
    if value is None:
        return None
    if is_array(value):
        if value.size > MOST_ELEMENTS:
            return summed_up(Summary(value))
        return value.tolist() if every_finite(value) else [number(each) for each in value]
    return float(value) if math.isfinite(value) else str(float(value))


def summed_up(made: Summary) -> dict[str, Any]:
    """Returns a large array in short; elements that are not finite are counted, and left out of the other numbers."""
    named = {"min": made.least, "mean": made.mean, "max": made.most, "norm": made.norm}
    told = {"shape": list(made.shape), "dtype": made.dtype} | {name: number(each) for name, each in named.items()}
    beyond = made.nans + made.infinite
    return told | ({"nonfinite": beyond} if beyond else {})


def fields(record: object, names: str) -> dict[str, Any]:
    """Returns those fields of a record that JSON can say as they are, by their names, which blanks separate."""
    return {name: getattr(record, name) for name in names.split()}


def constant(value: Value) -> Any:
    """Returns a folded constant; a whole number without a point."""
    if is_array(value):
        return number(value)
    return int(value) if abs(value) < LARGEST_WHOLE and value == int(value) else number(value)


def pretty(value: Any, indent: int = 0, lead: int = 0) -> str:
    """Returns JSON text in which whatever fits on a line (after `lead` characters) stands on one; so does any row."""
    flat = json.dumps(value)
    if len(flat) + indent + lead <= LINE or not isinstance(value, dict | list) or not value or is_row(value):
        return flat
    inner = indent + 2
    if isinstance(value, dict):
        keys = [json.dumps(key) + ": " for key in value]
        items = [key + pretty(item, inner, len(key) + 1) for key, item in zip(keys, value.values(), strict=True)]
    else:
        items = [pretty(item, inner, 1) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + ",".join(f"\n{' ' * inner}{item}" for item in items) + f"\n{' ' * indent}{closing}"


def is_row(value: Any) -> bool:
    """Tells whether a value is a list of numbers only."""
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
