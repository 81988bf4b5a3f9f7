"""What a gradient check found, in sentences: that all agree, or the first stage that does not and why."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cgviz.analysis.checks import Checked, Row
from cgviz.analysis.checks.bands import CLOSE, KINK, NOTHING, UNDECIDED
from cgviz.analysis.checks.digits import Loss, losses
from cgviz.analysis.checks.rules import Fault
from cgviz.documents.writing import Writing
from cgviz.ops.matrices import SYMMETRIC
from cgviz.runs.corners import flag_at
from cgviz.text.fold import Span
from cgviz.values.arrays import element_name, element_of


def sentences(found: Checked, spelling: Writing) -> Iterator[list[Span]]:
    """Yields the verdict, then what was left out, each as pieces with roles."""
    if found.rows:
        yield agreement(found) if found.agrees else disagreement(found, spelling)
    if found.agrees and found.run.graph.has_arrays:
        yield from ([(lost(found, loss, spelling), "flag")] for loss in losses(found.run))
    yield from (
        [(f"{node.shown}: {SYMMETRIC}.", "flag")] for node in found.run.graph.nodes if node.op.rule is SYMMETRIC
    )
    kinks = found.count(KINK)
    if kinks:
        yield [(f"{counted(kinks, 'gradient')} on a kink or tie: a slope between those of its two sides.", "flag")]
    if found.left_out:
        yield [(left_out(found), "flag")]


def agreement(found: Checked) -> list[Span]:
    compared = [row for row in found.rows if row.band not in (NOTHING, UNDECIDED)]
    undecided = found.count(UNDECIDED)
    worst = max((reading.relative for row in compared for reading in row.readings if is_error(reading)), default=0.0)
    close = sum(row.band is CLOSE for row in compared)
    text = f"{'All ' if len(compared) > 1 else ''}{counted(len(compared), 'gradient')} compared agree"
    if len(compared) == 1:
        text = "1 gradient compared agrees"
    open_still = f"{counted(undecided, 'gradient')} not decided: what the witnesses say is within rounding"
    if not compared:
        return [(f"{open_still}." if undecided else "No gradient could be compared.", "flag")]
    more = f"; {close} only to within 1e-4" if close else ""
    said: list[Span] = [(f"{text}: the largest relative error is {worst:.1g}{more}.", "value")]
    return [*said, (f" {open_still}.", "flag")] if undecided else said


def is_error(reading: object) -> bool:
    return not reading.noise and math.isfinite(reading.relative)  # type: ignore[attr-defined]


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def disagreement(found: Checked, spelling: Writing) -> list[Span]:
    """Returns which gradient is wrong, and the stage that is to blame: a rule, lost digits, or a kink."""
    pieces: list[Span] = []
    wrong = [row for row in found.rows if row.band.disagrees]
    if wrong:
        many = f"{len(wrong)} of {counted(len(found.rows), 'gradient')} disagree" + ("s" if len(wrong) == 1 else "")
        pieces.append((f"{many}. ", "gradient"))
    if found.first:
        pieces += first_wrong(found, found.first, spelling)
    return pieces + cause(found, spelling)


def first_wrong(found: Checked, row: Row, spelling: Writing) -> list[Span]:
    reading = max(row.readings, key=lambda reading: reading.band.rank)
    name = spelling.name(element_name(found.run.graph.nodes[row.index].shown, reading.place))
    says = f"{spelling.number(reading.value, padded=False)}" if not math.isnan(reading.value) else reading.note
    told = f" by backpropagation, {says} by {reading.witness}. "
    return [
        (f"Going backward, {name} is the first: ", ""),
        (spelling.number(element_of(row.analytic, reading.place), padded=False), "gradient"),
        (spelling.clean(told), ""),
    ]


def cause(found: Checked, spelling: Writing) -> list[Span]:
    index = found.stage
    if index is None:
        return []
    stage = stage_text(found, index, spelling)
    node = found.run.graph.nodes[index]
    if found.fault:
        if node.op.vjp is not None:
            return [(f"The rule of {stage} is wrong: {handed_wrong(found, found.fault, spelling)}.", "gradient")]
        slope = spelling.slope(node.shown, found.run.graph.nodes[node.args[found.fault.slot]].shown)
        rule = spelling.number(found.fault.rule, padded=False)
        truth = spelling.number(found.fault.truth, padded=False)
        right = found.fault.note or f"it is {truth}"
        at = f" at {spelling.name(element_name(node.shown, found.fault.place))}" if found.fault.place else ""
        said = f"it says {slope} = {rule}{at}, but {spelling.clean(right)}"
        return [(f"The rule of {stage} is wrong: {said}.", "gradient")]
    if found.loss:
        return [(f"Every rule is right at its own numbers: {lost(found, found.loss, spelling)}", "flag")]
    if found.run.trouble:
        told = spelling.clean(found.run.explain_trouble())
        return [(f"A number is not finite, {told}. cgviz diagnose follows it.", "flag")]
    flag = flag_at(found.run, index)
    if flag:
        convention = f" ({spelling.clean(node.op.rule)})" if node.op.rule else ""
        return [(f"No rule is wrong by itself: {stage} is at a {flag}{convention}, where a rule is a choice.", "flag")]
    return [(f"It is handed on by {stage}.", "flag")]


def lost(found: Checked, loss: Loss, spelling: Writing) -> str:
    value, truth = (spelling.number(each, padded=False) for each in (loss.value, loss.truth))
    stage = stage_text(found, loss.index, spelling)
    return f"{loss.digits:.0f} of 16 digits are lost in {stage}, {value} instead of {truth}."


def handed_wrong(found: Checked, fault: Fault, spelling: Writing) -> str:
    """Returns what a rule hands back to one element, and what is right."""
    nodes = found.run.graph.nodes
    source = spelling.name(element_name(nodes[nodes[fault.index].args[fault.slot]].shown, fault.place or ()))
    rule, truth = (spelling.number(each, padded=False) for each in (fault.rule, fault.truth))
    return f"it hands {rule} back to {source}, but {truth} is right"


def stage_text(found: Checked, index: int, spelling: Writing) -> str:
    """Returns `stage (3) diff = 1 − cosx`, or an input by its name."""
    node = found.run.graph.nodes[index]
    if not node.is_stage:
        return f"input {spelling.name(node.shown)}"
    formula = spelling.formula(found.run.graph.formula(index))
    return f"stage ({found.run.graph.numbers[index]}) {spelling.name(node.shown)} = {formula}"


def left_out(found: Checked) -> str:
    total = len(found.rows) + len(found.left_out)
    rules = found.rules
    local = f"; all {rules.compared} local derivatives were compared" if not rules.left_out else ""
    if found.run.graph.has_arrays and local:
        local = f"; all {rules.compared} rules were compared, of arrays at some elements"
    return f"The program is long: {len(found.rows)} of {total} nodes were compared, evenly spread{local}."
