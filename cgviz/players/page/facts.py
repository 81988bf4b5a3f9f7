"""What the page's script is told about a run: the graph in words, its steps, its numbers."""

from __future__ import annotations

import math
from typing import Any

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.lines import one_line
from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import POWER
from cgviz.players.page.holes import template
from cgviz.runs.run import Run
from cgviz.runs.steps import Forward, Seed, Step
from cgviz.text.formula import Pretty, with_digits
from cgviz.text.numbers import WHOLE

Facts = dict[str, Any]


def facts(run: Run, digits: int) -> Facts:
    """Returns the facts as plain lists and texts.

    `steps` are those of the symbolic run: all that there can be at any inputs. The script leaves out those on which
    nothing flows, as the run does.
    """
    graph = run.graph
    return {
        "digits": digits,
        "whole": WHOLE,
        "output": graph.output,
        "inputs": graph.inputs,
        "nodes": [node(run, index, digits) for index in range(len(graph))],
        "steps": [step(one) for one in Run(run.bare, None).steps],
        "values": [plain(value) for value in run.values],
        "slopes": [[plain(slope) for slope in slopes] for slopes in run.locals],
    }


def node(run: Run, index: int, digits: int) -> Facts:
    graph, one = run.graph, run.graph.nodes[index]
    if not one.is_stage:
        name = graph.operand(index).pretty if one.op is CONSTANT else one_line(one.shown)
        return {"name": name, "constant": one.op is CONSTANT, "args": []}
    derivatives = [local(run, index, slot, digits) for slot in range(len(one.args))]
    return {
        "name": one_line(one.shown),
        "number": graph.numbers[index],
        "args": one.args,
        "formula": one_line(graph.formula(index).pretty),
        "template": template(graph, index, digits),
        "locals": [factor for factor, _ in derivatives],
        "slopes": [alone for _, alone in derivatives],
        "gate": f"{one.op.name.replace('_', ' ')}: {one.op.gate}",
        "says": one.op.says,
        "flags": flags(run, index),
    }


def local(run: Run, index: int, slot: int, digits: int) -> tuple[str | None, str | None]:
    """Returns a local derivative as a factor, and as it stands alone; None where there is none."""
    formula = run.local_formula(index, slot)
    if formula is None:
        return None, None
    written = formula.write(with_digits(Pretty, digits))
    return one_line(written.within(POWER)), one_line(written.text)


def flags(run: Run, index: int) -> str:
    """Returns what is remarkable about a node at the run's inputs, with the rule that was used."""
    said, rule = words.flags(run, index), run.graph.nodes[index].op.rule
    return one_line(f"{said}: {rule}" if said and rule and run.flags[index] else said)


def step(one: Step) -> list[Any]:
    if isinstance(one, Forward):
        return ["forward", one.index]
    if isinstance(one, Seed):
        return ["seed", one.index]
    return ["backward", one.edge.source, one.edge.target, one.edge.slot]


def plain(value: float | None) -> float | str | None:
    """Returns a number as JSON can say it; what is not finite as JavaScript's words for it."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
