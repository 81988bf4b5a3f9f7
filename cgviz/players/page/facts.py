"""What the page's script is told about a run: the graph in words, its steps, its numbers."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from math import prod
from typing import Any

from cgviz.codegen.browser import UnwrittenGateError, corners, program
from cgviz.codegen.browser.program import has_arrays
from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.heat import counts
from cgviz.drawing.diagram.lines import one_line
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.ops.op import POWER, SIGNED
from cgviz.runs.run import Run
from cgviz.runs.steps import Forward, Seed, Step
from cgviz.text.formula import Pretty, with_digits
from cgviz.text.numbers import WHOLE
from cgviz.text.written import Written
from cgviz.values.arrays import Shape, Value, is_array

Facts = dict[str, Any]
HOLE = re.compile("(\ue002|\ue004)?\ue000(\\d+)\ue001\ue003?")
PLAIN, BRACKETED, RAISED = range(3)
KINDS = {None: PLAIN, "\ue002": BRACKETED, "\ue004": RAISED}
Template = list[str | list[int]]


def facts(run: Run, digits: int) -> Facts:
    """Returns the facts as plain lists and texts.

    `steps` are those of the symbolic run: all that there can be at any inputs. The script leaves out those on which
    nothing flows, as the run does.
    """
    graph = run.graph
    made = {
        "digits": digits,
        "whole": WHOLE,
        "output": graph.output,
        "inputs": graph.inputs,
        "nodes": [node(run, index, digits) for index in range(len(graph))],
        "steps": [step(one) for one in replace(run, inputs=None).steps],
        "values": [plain(value) for value in run.values],
        "slopes": [[None if is_array(slope) else plain(slope) for slope in slopes] for slopes in run.locals],
    }
    if graph.has_arrays:
        made["handed"] = {index: handed(run, index) for index in graph.stages if has_arrays(graph, index)}
        made["seed"] = plain(run.seed)
    return made


def handed(run: Run, index: int) -> list[Any]:
    """Returns what a stage that has to do with arrays hands back, for a page that cannot recompute it."""
    return [plain(run.contribution(index, slot).value) for slot in range(len(run.graph.nodes[index].args))]


def node(run: Run, index: int, digits: int) -> Facts:
    graph, one = run.graph, run.graph.nodes[index]
    made: Facts = {"shape": one.shape, "args": one.args}
    if len(one.shape or ()):
        made["blocks"] = counts(*rows_and_columns(one.shape or ()))
    if not one.is_stage:
        name = graph.operand(index).pretty if one.op is CONSTANT else one_line(format(one.shown))
        return made | {"name": name, "id": one.name, "constant": one.op is CONSTANT}
    derivatives = [local(run, index, slot, digits) for slot in range(len(one.args))]
    made |= {
        "name": one_line(format(one.shown)),
        "id": one.name,
        "number": graph.numbers[index],
        "formula": one_line(graph.formula(index).pretty),
        "locals": [factor for factor, _ in derivatives],
        "slopes": [alone for _, alone in derivatives],
        "gate": f"{one.op.name.replace('_', ' ')}: {one.op.gate}",
        "says": one.op.says,
        "rule": one_line(one.op.rule),
    }
    if has_arrays(graph, index):
        return made | {"hands": [hands(run, index, slot, digits) for slot in range(len(one.args))]}
    if not graph.reached[index]:
        made["unreached"] = one_line(words.flags(run, index))
    return made | {"template": template(graph, index, digits)}


def rows_and_columns(shape: Shape) -> tuple[int, int]:
    return prod(shape[:-1]), shape[-1]


def hands(run: Run, index: int, slot: int, digits: int) -> str | None:
    """Returns what an edge of a stage for arrays hands back, `dq xᵀ`; None where that is upstream · local."""
    formula = run.handed_formula(index, slot)
    if formula is None or (run.local_formula(index, slot) is not None and not run.is_broadcast(index, slot)):
        return None
    return one_line(formula.write(with_digits(Pretty, digits)).text)


def local(run: Run, index: int, slot: int, digits: int) -> tuple[str | None, str | None]:
    """Returns a local derivative as a factor, and as it stands alone; None where there is none."""
    formula = run.local_formula(index, slot)
    if formula is None:
        return None, None
    written = formula.write(with_digits(Pretty, digits))
    return one_line(written.within(POWER)), one_line(written.text)


def step(one: Step) -> list[Any]:
    if isinstance(one, Forward):
        return ["forward", one.index]
    if isinstance(one, Seed):
        return ["seed", one.index]
    return ["backward", one.edge.source, one.edge.target, one.edge.slot]


def plain(value: Value | None) -> Any:
    """Returns a number as JSON can say it, an array as its elements; what is not finite in JavaScript's words."""
    if value is not None and is_array(value):
        return [plain(each) for each in value.ravel().tolist()]
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


class Holes(Pretty):
    """Writes formulas whose operands are holes; a number in an exponent will be raised, if it can be."""

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        if exponent.text.startswith("\ue000"):
            return f"{base.atom}\ue004{exponent.text}", POWER
        return super().power(base, exponent)


def template(graph: Graph, index: int, digits: int) -> Template:
    """Returns texts and holes by turns; a hole is `[slot, kind]`: plain, BRACKETED where negative, or RAISED."""
    node, notation = graph.nodes[index], Holes()
    notation.digits = digits
    holes = [Written(f"\ue000{slot}\ue001", SIGNED, ("\ue002", "\ue003")) for slot in range(len(node.args))]
    text, parts, done = str(notation.apply(node.op, holes)), Template(), 0
    for match in HOLE.finditer(text):
        parts += [text[done : match.start()], [int(match[2]), KINDS[match[1]]]]
        done = match.end()
    return [*parts, text[done:]]


def told(run: Run, digits: int) -> tuple[dict[str, Any], str]:
    """Returns what the page's script is told: the facts of a run, and its functions as one JavaScript expression."""
    about = facts(run, digits)
    source, about["live"], about["reason"] = passes(run)
    return about, source


def passes(run: Run) -> tuple[str, bool, str]:
    """Returns both passes in JavaScript, whether there are any, and else why not."""
    try:
        return functions(program(run.graph), corners(run.graph)), True, ""
    except UnwrittenGateError as missing:
        why = f"{missing}, so the inputs stay as they are; the steps are those of the run."
        return functions("", corners(run.graph)), False, why


def functions(source: str, more: str) -> str:
    """Returns an expression whose value is an object with all functions of a program."""
    names = [name for name in ("forward", "slopes", "gates", "parts") if f" {name}" in source]
    return f"(() => {{\n{source}\n{more}\nreturn {{ {', '.join([*names, 'corners', 'domains'])} }};\n}})()"
