"""A gradient check as a report: a row per node, a column per witness, and a verdict in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from cgviz.analysis.checks import Checked, CheckedRow, Reading, Sweep
from cgviz.analysis.checks.bands import AGREES, BANDS, CLOSE, KINK, NOTHING, UNDECIDED
from cgviz.analysis.checks.digits import Loss, losses
from cgviz.analysis.checks.rules import Fault
from cgviz.analysis.checks.witnesses import LONG
from cgviz.documents.document import GAP, Block, Document, Drawn, Prose, Table
from cgviz.documents.grid import TableColumn
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as named
from cgviz.ops.matrices import SYMMETRIC
from cgviz.runs.corners import flag_at
from cgviz.text.fold import Span
from cgviz.text.numbers import DIGITS, counted
from cgviz.values.arrays import element_name, element_of
from cgviz.views.table.heading import head
from cgviz.views.table.json import number, pretty

HEADINGS = {
    **{"differences": "central", "complex": "complex", "mpmath": "mpmath", "sympy": "sympy"},
    **{"PyTorch": "PyTorch", "JAX": "JAX"},
}
MEANINGS = {
    "differences": "central differences, the step chosen by their own error",
    "complex": "complex step in float64",
    "mpmath": "differences of the program to 50 digits",
    "sympy": "sympy's derivative",
    "PyTorch": "PyTorch's own backward pass",
    "JAX": "JAX's own backward pass",
}
ARRAYS = (
    "Arrays are compared element by element, and the worst element counts; complex steps, mpmath and sympy are asked "
    "of the program opened into single numbers."
)
MOST_NOTES = 8
VERSION = 1


def report(found: Checked, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the report of a check."""
    return Report(lambda writing: document(found, writing), lambda: pretty(as_data(found)) + "\n", digits, theme)


def show_sweeps(sweeps: list[Sweep], *, digits: int = DIGITS, theme: str | Theme = "light") -> None:
    """Prints how the relative error of differences changes with their step, a plot for each node."""
    from cgviz.views.check.plot import plots

    Report(
        lambda writing: Document([Drawn(lambda width, _: plots(sweeps, writing, width))]), lambda: "", digits, theme
    ).show()


def sweeps_chart(sweeps: list[Sweep], format: str = "svg", *, theme: str = "light") -> bytes:
    """Returns the same plots as a picture, one below the other."""
    from cgviz.drawing.canvas import written
    from cgviz.views.check.chart import chart

    return written(chart(sweeps, named(theme)), format)


def document(found: Checked, writing: Writing) -> Document:
    """Returns the document of a check."""
    verdict = [Prose(said) for said in sentences(found, writing)]
    blocks = [head(found.run, writing), GAP, table(found, writing), *notes(found, writing), GAP, *verdict]
    return Document(blocks, "A gradient check")


def table(found: Checked, spelling: Writing) -> Block:
    if not found.rows:
        return Prose([("nothing to check: the program has neither inputs nor stages", "muted")])
    columns = [TableColumn("#", right=True), TableColumn("node", least=10), TableColumn("gradient", right=True)]
    columns += [TableColumn(HEADINGS[witness], right=True) for witness in found.witnesses]
    columns.append(TableColumn("verdict", least=11))
    return Table(columns, [cells(found, row, spelling) for row in found.rows])


def cells(found: Checked, row: CheckedRow, spelling: Writing) -> list[Span]:
    graph = found.run.graph
    number = graph.numbers.get(row.index)
    blank = [(mark("–", spelling), "muted")] * len(found.witnesses)
    return [
        (f"({number})" if number else "", "muted"),
        (spelling.name(graph.nodes[row.index].shown), "name"),
        (spelling.number(row.analytic), "gradient"),
        *([cell(reading, spelling) for reading in row.readings] or blank),
        (f"{mark(row.band.mark, spelling)} {row.band.word}{spelling.clean(which(found, row))}", row.band.role),
    ]


def which(found: Checked, row: CheckedRow) -> str:
    """Returns the element that a verdict other than "agrees" is about, ` W[0, 1]`."""
    if row.band in (AGREES, UNDECIDED, NOTHING) or not row.worst or not row.worst.place:
        return ""
    return f" {element_name(found.run.graph.nodes[row.index].shown, row.worst.place)}"


def cell(reading: Reading, spelling: Writing) -> Span:
    """Returns the relative error against one witness; a dash where it says nothing."""
    if reading.band is KINK or math.isnan(reading.relative):
        return mark(reading.band.mark, spelling), reading.band.role
    if reading.noise:
        return "noise", "muted"
    return error_text(reading.relative, spelling), "" if reading.band is AGREES else reading.band.role


def error_text(relative: float, spelling: Writing) -> str:
    """Returns a relative error to one digit: `2e−13`, `0.3`, `0`."""
    if relative == 0 or not math.isfinite(relative) or relative >= 0.01:
        return spelling.number(float(f"{relative:.1g}"), padded=False)
    return spelling.clean(f"{relative:.0e}".replace("e-0", "e-").replace("-", "−"))


def mark(sign: str, spelling: Writing) -> str:
    return ("^" if sign == "∧" else spelling.sign(sign)) if spelling.plain else sign


def notes(found: Checked, spelling: Writing) -> list[Block]:
    """Returns what the columns are, and why a witness was silent, each reason once with the nodes that it is about."""
    columns = "; ".join(f"{HEADINGS[witness]}: {MEANINGS[witness]}" for witness in found.witnesses)
    told = f"Relative errors against {columns}. noise: no more than rounding."
    if found.run.graph.has_arrays:
        told += f" {ARRAYS}"
    blocks: list[Block] = [GAP, Prose([(told, "muted")])]
    reasons = list(reasons_by_text(found, spelling))
    for text, names in reasons[:MOST_NOTES]:
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        blocks.append(Prose([(spelling.clean(f"{shown}: {text}"), "muted")], mark("–", spelling) + " "))
    if len(reasons) > MOST_NOTES:
        blocks.append(Prose([(f"and {len(reasons) - MOST_NOTES} more notes in --format json", "muted")]))
    return blocks


def reasons_by_text(found: Checked, spelling: Writing) -> Iterator[tuple[str, list[str]]]:
    """Yields each note and the names of the nodes that it is about; the more telling ones first."""
    texts: dict[str, list[str]] = {}
    for row in sorted(found.rows, key=lambda row: -BANDS.index(row.band)):
        name = spelling.name(found.run.graph.nodes[row.index].shown)
        if row.note:
            texts.setdefault(row.note, []).append(name)
        for reading in row.readings:
            if reading.note and (reading.witness != "sympy" or row.band not in (AGREES, CLOSE) or reading.note == LONG):
                texts.setdefault(f"{HEADINGS[reading.witness]}, {reading.note}", []).append(name)
    yield from texts.items()


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
    worst = max(
        (
            reading.relative
            for row in compared
            for reading in row.readings
            if not reading.noise and math.isfinite(reading.relative)
        ),
        default=0.0,
    )
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


def first_wrong(found: Checked, row: CheckedRow, spelling: Writing) -> list[Span]:
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


def as_data(found: Checked) -> dict[str, Any]:
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


def row_of(found: Checked, row: CheckedRow) -> dict[str, Any]:
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
