"""The gradient check: its witnesses agree with each other and with every op's rule, and a wrong rule is found."""

from __future__ import annotations

import json
import math
import random
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from hypothesis import given, settings

import cgviz
from cgviz.analysis.checks import WITNESSES, check, sweep
from cgviz.analysis.checks.bands import (
    AGREES,
    CLOSE,
    KINK,
    NOTHING,
    SUSPECT,
    UNDECIDED,
    WRONG,
    Band,
    band,
    relative_error,
)
from cgviz.analysis.checks.differences import Downstream, difference, necks
from cgviz.analysis.checks.exact import Exact
from cgviz.analysis.checks.report import Checked, CheckedRow, choice
from cgviz.analysis.own import TRIANGLE, judged
from cgviz.cli import main
from cgviz.graph.nodes import Graph
from cgviz.ops.op import REGISTRY, Op, ops
from cgviz.runs.run import Run
from cgviz.runs.starting import without_seed
from cgviz.views.check import report, sweeps_chart
from tests.array_cases import FAMILIES, Case
from tests.strategies import Tree, inputs, trees
from tests.test_language_ops import CASES, SYMMETRIC, graph_of, weights

STAGED = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"


def checked(program: str, **inputs: float) -> Checked:
    return check(cgviz.run(program, inputs))


def row(found: Checked, name: str) -> CheckedRow:
    return next(row for row in found.rows if found.run.graph.nodes[row.index].name == name)


def with_rule(run: Run, name: str, **changes: Any) -> Run:
    """Returns a run in which the op of one stage has another record."""
    nodes = tuple(
        node._replace(op=replace(node.op, slopes=None, **changes)) if named.name == name else node
        for node, named in zip(run.bare.nodes, run.graph.nodes, strict=True)
    )
    return Run(replace(run.bare, nodes=nodes), run.inputs, run.given)


# every witness, on programs with known derivatives


def test_the_lectures_function_agrees_with_all_witnesses() -> None:
    found = checked(STAGED, x=3, y=-4)
    assert found.agrees
    assert [each.band for each in found.rows] == [AGREES] * 10
    for each in found.rows:
        assert [reading.witness for reading in each.readings] == list(WITNESSES)
        assert all(reading.relative < 1e-10 for reading in each.readings)
    assert [reading.value for reading in row(found, "x").readings] == [pytest.approx(by_hand(3, -4), rel=1e-10)] * 4


def by_hand(x: float, y: float) -> float:
    """∂f/∂x as the lecture writes it out."""
    bottom = 1 / (math.exp(-x) + 1) + (x + y) ** 2
    top = (x + 1 / (math.exp(-y) + 1)) * (math.exp(-x) / (math.exp(-x) + 1) ** 2 + 2 * (x + y))
    return 1 / bottom - top / bottom**2


@pytest.mark.parametrize(
    ("program", "at", "truth"),
    [
        ("sin(x)*exp(x)", 2.0, math.exp(2) * (math.sin(2) + math.cos(2))),
        ("log(x)", 1e-300, 1e300),
        ("tanh(x)*1e-9", 1e-30, 1e-9),
        ("x**3", -1e5, 3e10),
        ("1/x", 1e-30, -1e60),
        ("sqrt(x)", 1e-20, 0.5e10),
        ("besselj(1, x)", 1.5, 0.5 * (0.511827671736 - 0.232087679)),
        ("x*x", 0.0, 0.0),
    ],
)
def test_each_witness_by_itself_finds_the_slope(program: str, at: float, truth: float) -> None:
    for witness in WITNESSES:
        reading = check(cgviz.run(program, x=at), [witness]).rows[0].readings[0]
        tolerance = max(1e-7 * abs(truth), 10 * reading.error, 1e-10 if "bessel" in program else 0)
        if not math.isnan(reading.value):
            assert abs(reading.value - truth) <= tolerance, (witness, reading)
        else:
            assert witness == "sympy", reading.note


POINTS = ((0.37, 0.61, 0.8), (1.7, 2.3, 2.9), (-0.6, 1.2, 0.5))


@pytest.mark.parametrize("op", [op for op in ops() if op.vjp is None], ids=lambda op: op.name)
def test_no_rule_of_any_op_is_called_wrong(op: Op) -> None:
    """And an op that says it is analytic gives its derivative by a complex step."""
    for point in POINTS:
        point = ((2.0,) if op.fixed else ()) + point
        values = point[: max(op.arity[0], 1)]
        names = [f"t{i}" for i in range(len(values))]
        if op.fixed:
            names[0] = "2"
        program = f"{op.name}({', '.join(names)})" if op.name in REGISTRY else None
        assert program
        inputs = {name: value for name, value in zip(names, values, strict=True) if name != "2"}
        run = cgviz.run(program, inputs)
        if run.trouble:
            continue
        found = check(run)
        assert found.agrees, (op.name, values, found.rows)
        for each in found.rows:
            silent = [
                reading for reading in each.readings if reading.witness == "complex" and math.isnan(reading.value)
            ]
            assert not silent or silent[0].note or not op.analytic or op.fixed, (op.name, values, silent)


FORMS = [case for family in FAMILIES.values() for case in family(MagicMock()) if all(map(all, case.shapes))]


def is_rounding(row: CheckedRow) -> bool:
    """Whether what no witness decides of is a gradient that is 0 but for rounding."""
    return row.band is UNDECIDED and float(np.min(np.abs(row.analytic))) < 1e-12


@pytest.mark.parametrize("op", [op for op in ops() if op.vjp is not None], ids=lambda op: op.name)
def test_no_rule_of_any_op_for_arrays_is_called_wrong_and_a_wrong_one_is(op: Op) -> None:
    """Some forms of it, its axes and shapes; every gradient that it hands back is compared."""
    for at, (case, run) in enumerate(forms_of(op)):
        if run.trouble or not np.size(run.value):
            continue
        found = check(run)
        assert found.agrees, (case, found.rows)
        flowing = [row for row in found.rows if row.note == ""]
        assert all(row.band in (AGREES, KINK) or is_rounding(row) for row in flowing), (case, found.rows)
        assert found.rules.compared
        if at % 2:
            continue
        honest = run.bare.nodes[run.bare.output].op
        rule = honest.stable or honest.vjp

        def wrong(*args: Any, rule: Any = rule) -> tuple[Any, ...]:
            return tuple(None if part is None else 1.01 * part for part in rule(*args))

        name = run.graph.nodes[run.graph.output].name
        planted = check(replace(with_rule(run, name, stable=wrong), upstream=run.upstream), ["differences"])
        if any(np.any(np.abs(run.gradients[i]) > 1e-6) for i in run.graph.inputs) and not run.flags[run.graph.output]:
            assert not planted.agrees, case
            assert planted.stage == run.graph.output


def forms_of(op: Op) -> list[tuple[Any, Run]]:
    """Returns a few forms of an op, each with its run; none of what reads half of a symmetric matrix."""
    forms = [case for case in FORMS if stage_of(case).name == op.name]
    found: list[tuple[Any, Run]] = [(case, weighed(case)) for case in forms[:: max(1, len(forms) // 8)][::2]]
    other = next((case for case in CASES if case.op.name == op.name and case.name not in SYMMETRIC), None)
    if other is not None:
        graph, inputs = graph_of(other)
        found.append((other, cgviz.run(graph, inputs, upstream=weights(graph.nodes[graph.output].shape or ()))))
    return found


def stage_of(case: Case) -> Op:
    graph = weighed(case).bare
    return graph.nodes[graph.output].op


@cache
def weighed(case: Case) -> Run:
    """Returns the run of one form of an op, with an upstream gradient in which no two elements are alike."""
    inputs = case.inputs()
    graph = cgviz.read(case.text, given=tuple(inputs))
    shape = np.shape(without_seed(graph, inputs).value)
    return cgviz.run(graph, inputs, upstream=np.random.default_rng(5).normal(size=shape) if shape else 0.7)


@settings(max_examples=10)
@given(trees(), inputs())
def test_random_programs_agree(tree: Tree, values: dict[str, float]) -> None:
    program, given_values = tree.text, {name: values[name] for name in tree.names}
    run = cgviz.run(program, given_values)
    if run.trouble is None:
        found = check(run)
        assert not found.rules.faults
        for each in (each for each in found.rows if run.taken[each.index]):
            exact = next(reading for reading in each.readings if reading.witness == "mpmath")
            assert exact.band in (AGREES, KINK, NOTHING) or found.loss, (program, given_values, each)


# a wrong rule


@pytest.mark.parametrize(
    ("stage", "slot", "factor"),
    [("sigy", 0, 1.01), ("den", 1, -1.0), ("invden", 0, 0.5), ("f", 0, 1.001), ("xpysqr", 0, 2)],
)
def test_a_planted_wrong_rule_is_named(stage: str, slot: int, factor: float) -> None:
    honest = cgviz.run(STAGED, x=3, y=-4)
    index, op = next((i, node.op) for i, node in enumerate(honest.graph.nodes) if node.name == stage)

    def wrong(out: float, *args: float) -> tuple[float | None, ...]:
        return tuple(p * factor if i == slot and p else p for i, p in enumerate(op.local(out, *args)))

    run = with_rule(honest, stage, stable=wrong)
    found = check(run)
    assert not found.agrees
    assert found.stage == index
    assert found.fault is not None
    assert found.fault.slot == slot
    assert found.fault.rule == pytest.approx(factor * found.fault.truth)
    assert row(found, "f").band is AGREES
    text = report(found).text
    number, name = run.graph.numbers[index], run.graph.nodes[index].name
    assert f"The rule of stage ({number}) {name} = " in " ".join(text.split())


def test_of_two_wrong_rules_the_first_in_backward_order_is_named() -> None:
    run = cgviz.run(STAGED, x=3, y=-4)
    numbers = {node.name: run.graph.numbers[i] for i, node in enumerate(run.graph.nodes) if node.is_stage}
    for stage in ("sigy", "invden"):
        run = with_rule(run, stage, stable=lambda out, x: (7.0,))
    found = check(run)
    assert [run.graph.numbers[fault.index] for fault in found.rules.faults] == [numbers["invden"], numbers["sigy"]]
    assert found.stage == found.rules.faults[0].index


def test_a_wrong_forward_function_disagrees() -> None:
    run = with_rule(cgviz.run("exp(x)*y", x=1, y=2), "expx", forward=lambda x: 1 + x)
    assert not check(run).agrees


# kinks, jumps, edges, non-finite numbers


def test_on_a_tie_the_gradient_is_between_the_slopes_of_its_sides() -> None:
    found = checked("max(x, y)", x=2, y=2)
    assert found.agrees
    assert [each.band for each in found.rows] == [KINK, KINK, AGREES]
    notes = [reading.note for reading in row(found, "x").readings]
    assert all(math.isnan(reading.relative) for reading in row(found, "x").readings)
    assert "every step crosses the kink of stage (1) f" in notes
    assert "a kink: 0 on the left, 1 on the right" in notes


def test_conventions_that_add_up_to_what_is_no_slope_disagree() -> None:
    """relu(x) − relu(−x) is x, whose slope is 1; with relu'(0) = 0 on both branches backpropagation says 0."""
    found = checked("relu(x) - relu(-x)", x=0)
    assert row(found, "x").band is WRONG
    assert not found.rules.faults
    assert "relu'(0) = 0" in report(found).text


def test_a_gradient_beyond_both_slopes_of_a_kink_is_as_wrong_as_can_be() -> None:
    found = check(with_rule(cgviz.run("relu(x)", x=0), "f", stable=lambda out, x: (3.0,)))
    judged = {each.witness: (each.band, each.relative) for each in row(found, "x").readings}
    assert judged["mpmath"] == (WRONG, math.inf)


@pytest.mark.parametrize(
    ("program", "band", "says"),
    [
        ("sum(relu(x))", KINK, "x[0], a kink: 0 on the left, 1 on the right"),
        ("sum(relu(x) - relu(-x))", WRONG, "x[0], a kink: 1 on the left, 1 on the right"),
        ("sum(where(x < 0, x - 1, x + 1))", NOTHING, "every step crosses the jump"),
        ("sum(cbrt(x))", NOTHING, "x[0]: "),
    ],
)
def test_an_element_on_a_corner_is_judged_by_its_two_sides(program: str, band: Band, says: str) -> None:
    reading = check(cgviz.run(program, x=[0.0])).rows[0].readings[0]
    assert reading.band is band
    assert says in reading.note


def test_both_shares_of_a_tie_are_too_much() -> None:
    assert not check(cgviz.run("max(x, x)", x=1, ties="both")).agrees
    assert check(cgviz.run("max(x, x)", x=1, ties="split")).agrees


def test_a_step_that_crosses_a_kink_is_made_smaller_and_said() -> None:
    run = cgviz.run("abs(x) + y", x=1e-4, y=1)
    index = run.graph.inputs[0]
    found = difference(Downstream(run.graph, run.values, lambda op: op.forward), index)
    assert found.value == pytest.approx(1.0)
    assert found.crossed
    assert found.step < 1e-4
    assert check(run).agrees


@pytest.mark.parametrize(
    ("program", "inputs", "name"),
    [
        ("sqrt(x)", {"x": 0.0}, "x"),
        ("cbrt(x)", {"x": 0.0}, "x"),
        ("where(x < 0, x - 1, x + 1)", {"x": 0.0}, "x"),
        ("log(x)", {"x": -1.0}, "x"),
        ("exp(x)*x", {"x": 1000.0}, "x"),
    ],
)
def test_where_there_is_no_slope_nothing_is_called_wrong(program: str, inputs: dict[str, float], name: str) -> None:
    found = checked(program, **inputs)
    assert not row(found, name).band.disagrees, row(found, name)


def test_a_condition_is_not_compared() -> None:
    found = checked("where(c > 0, x, y)", c=1, x=2, y=3)
    assert [row(found, name).band for name in "cxy"] == [NOTHING, AGREES, NOTHING]
    assert "nothing flows here" in row(found, "c").note


def test_lost_digits_are_told_from_a_wrong_rule() -> None:
    found = checked("(1 - cos(x))/x**2", x=1e-8)
    assert not found.agrees
    assert not found.rules.faults
    assert found.loss is not None
    assert found.run.graph.nodes[found.loss.index].name == "diff"
    assert "16 of 16 digits are lost in stage (2) diff" in " ".join(report(found).text.split())


def test_a_number_that_is_not_finite_is_told_from_a_wrong_rule() -> None:
    found = check(cgviz.run("sigmoid(x)", x=-800, detail="gate"))
    assert not found.agrees
    assert not found.rules.faults
    assert "A number is not finite, stage (2) expnegx = exp(negx): overflow" in " ".join(report(found).text.split())


def test_very_many_operands_are_bounded_work() -> None:
    found = check(cgviz.run(f"max({', '.join(f'm{i}' for i in range(300))})", {f"m{i}": 1.0 for i in range(300)}))
    assert found.agrees
    assert {each.band for each in found.rows} == {KINK, AGREES}
    assert 0 < found.rules.compared < 20


# bands


@pytest.mark.parametrize(
    ("error", "word"),
    [(0.0, AGREES), (1e-7, AGREES), (1.1e-7, CLOSE), (1e-4, CLOSE), (2e-4, SUSPECT), (1e-2, SUSPECT), (0.02, WRONG)],
)
def test_bands_are_the_courses(error: float, word: object) -> None:
    assert band(error) is word


def test_relative_error() -> None:
    assert relative_error(0.0, 0.0) == 0 == relative_error(math.inf, math.inf)
    assert relative_error(1.0, 3.0) == pytest.approx(2 / 3)
    assert relative_error(1e308, -1e308) == 2
    assert relative_error(math.inf, 1.0) == math.inf
    assert band(math.nan) is NOTHING


# long programs


def test_three_hundred_stages_are_all_compared() -> None:
    chosen, left_out = choice(cgviz.run(chain(300), x=0.3))
    assert (len(chosen), left_out) == (301, ())
    found = checked(chain(60), x=0.3)
    assert len(found.rows) == 61
    assert not found.left_out
    assert found.agrees


def test_of_a_very_long_program_some_are_compared_and_all_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choice(cgviz.run(chain(1500), x=0.3))[1]
    monkeypatch.setattr("cgviz.analysis.checks.report.WORK", 5_000)
    found = checked(chain(200), x=0.3)
    assert found.agrees
    assert found.left_out
    assert found.rules.compared == 200
    assert row(found, "x")
    assert "The program is long" in report(found).text


def test_a_program_that_doubles_at_each_stage_does_not_swell_in_sympy() -> None:
    program = "; ".join(["a0 = x*x", *(f"a{i} = a{i - 1}*a{i - 1}" for i in range(1, 40))])
    assert checked(program, x=1.0000001).agrees


def chain(length: int) -> str:
    return "; ".join(["a0 = x", *(f"a{i} = sin(a{i - 1})" for i in range(1, length))])


@pytest.mark.parametrize("program", ["3", "x = 2; 1/3 + 0*x", "a = x; f = y", "lambda + dx*node", "c = x; c = c*c"])
def test_odd_programs_are_checked(program: str) -> None:
    graph = cgviz.read(program)
    inputs = {graph.nodes[index].name: 1.5 + i for i, index in enumerate(graph.inputs)}
    found = check(cgviz.run(graph, inputs))
    assert found.agrees
    assert report(found).text


# the sweep


def test_the_sweep_shows_truncation_and_rounding() -> None:
    run = cgviz.run("sin(x)*exp(x)", x=2)
    made = sweep(run, run.graph.inputs[0])
    ahead, central, complex_step = made.series
    by_step = {round(math.log10(step / 2) * 4): i for i, step in enumerate(made.steps)}
    steep = [math.log10(series.errors[by_step[-8]] / series.errors[by_step[-12]]) for series in (ahead, central)]
    assert steep == [pytest.approx(1, abs=0.1), pytest.approx(2, abs=0.1)], "errors fall as h and as h squared"
    assert 1e-9 < made.best(ahead)[0] < 1e-6 < made.best(central)[0] < 1e-4  # type: ignore[index]
    assert max(complex_step.errors[by_step[-40] :]) < 1e-14 < 1e-4 < central.errors[by_step[-56]]


def test_the_svg_of_a_sweep_is_well_formed_and_deterministic() -> None:
    run = cgviz.run("abs(x)*exp(σ_1) + a_b", {"x": 2, "σ_1": 0.5, "a_b": 1})
    sweeps = [sweep(run, index) for index in run.graph.inputs]
    drawn = sweeps_chart(sweeps)
    root = ET.fromstring(drawn)
    assert drawn == sweeps_chart(sweeps)
    assert root.tag.endswith("svg")
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"forward difference", "central difference", "step h", "relative error"} <= set(texts)
    assert sum("by step h" in (text or "") for text in texts) == 3
    assert texts.count("complex step") == 2, "abs is not analytic"


# the command


def test_the_command_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", STAGED, "--x", "3", "--y", "-4"]) == 0
    out = capsys.readouterr().out
    assert "(1)  sigy" in out
    assert "All 10 gradients compared agree" in out
    assert main(["check", "(1-cos(x))/x**2", "--x", "1e-8"]) == 1


def test_the_json_names_the_stage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "relu(x)-relu(-x)", "--x", "0", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["agrees"] is False
    assert document["stage"] == "relux"
    assert document["rows"][0]["witnesses"]["mpmath"]["slope"] == 1.0
    assert document["rows"][0]["witnesses"]["differences"]["slope"] is None


def test_errors_are_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments in (["x*y"], ["x", "--x", "1", "-o", "f.svg"], ["x", "--x", "1", "--sweep", "--wrt", "q"]):
        assert main(["check", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(cgviz.errors.UsageError):
        check(cgviz.run("x", x=1), ["oracle"])


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_the_page_keeps_to_its_width(columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    main(["check", "max(x, y)*z_12 + abs(lambda)", *"--x 2 --y 2 --z_12 3 --lambda 0".split()])
    main(["check", "sin(x)*exp(x)", "--x", "2", "--sweep"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


def test_the_sweep_is_written_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sweep.svg"
    assert main(["check", "x*y", "--x", "2", "--y", "3", "--sweep", "--wrt", "y", "-o", str(path)]) == 0
    assert re.search("∂f/∂y", path.read_text(encoding="utf-8"))
    assert "∂f/∂x" not in path.read_text(encoding="utf-8")


# arrays

LAYERS = "q = W @ x; h = tanh(q + b); s = softmax(V @ h); loss = -log(s[1])"
LAYER_INPUTS = {
    "W": [[0.1, 0.5, -0.2], [-0.3, 0.8, 0.4]], "x": [0.2, 0.4, -1.0], "b": [0.1, -0.1], "V": [[1.0, 2.0], [0.5, -1.0]],
}  # fmt: skip


def test_every_array_is_compared_element_by_element() -> None:
    found = check(cgviz.run(LAYERS, LAYER_INPUTS))
    assert found.agrees
    assert {each.band for each in found.rows} == {AGREES}
    for each in found.rows:
        central, *others = each.readings
        assert central.relative < 1e-8
        is_output = each.index == found.run.graph.output
        for other in others:
            told = not is_output and other.witness in ("complex", "mpmath")
            assert other.relative < 1e-12 if told else math.isnan(other.value) or other.relative < 1e-12
    assert "are asked of the program opened into single numbers" in " ".join(report(found).text.split())


@pytest.mark.parametrize(
    ("program", "inputs", "band"),
    [
        ("sum(v*1e-320)", {"v": [1.0, 2.0]}, AGREES),
        ("sum(v**2)", {"v": [1e-310, 1e-200]}, AGREES),
        ("sum(sin(v)*1e-290)", {"v": [1.0]}, AGREES),
        ("softmax(v)[0]", {"v": [800.0, 3.0, -800.0]}, AGREES),
        ("max(0, v)**2", {"v": 0.0}, KINK),
        ("sum(relu(v)**2)", {"v": [0.0, 1.0]}, KINK),
    ],
)
def test_what_no_float_can_tell_is_told_by_mpmath(program: str, inputs: dict[str, Any], band: Band) -> None:
    found = check(cgviz.run(program, inputs), ["complex", "mpmath"])
    assert found.rows[0].band is band
    assert all(each.note for each in found.rows[0].readings if math.isnan(each.relative) and each.band is not KINK)


def test_digits_that_a_program_of_arrays_loses_are_said_where_its_gradients_agree() -> None:
    found = check(cgviz.run("s = logsumexp(z); L = s - z[0]", z=[40.5, 0]))
    assert found.agrees
    assert "16 of 16 digits are lost in stage (3) L" in report(found).text
    assert "digits are lost" not in report(check(cgviz.run("sum(z**2)", z=[40.5, 0]))).text


@pytest.mark.parametrize(("stage", "slot", "place"), [("q", 0, (1, 2)), ("q", 1, (2,)), ("s", 0, (0,)), ("h", 0, (1,))])
def test_a_planted_wrong_rule_for_arrays_is_named(stage: str, slot: int, place: tuple[int, ...]) -> None:
    """One element of what a stage hands back is wrong; that stage is named, and the element."""
    honest = cgviz.run(LAYERS, LAYER_INPUTS)
    index, op = next((i, node.op) for i, node in enumerate(honest.bare.nodes) if node.name == stage)
    structural = op.vjp is not None

    def off(part: Any) -> Any:
        made = np.array(part, dtype=float)
        made[place] = made[place] * 1.5 + 0.01
        return made

    def wrong(*args: Any) -> tuple[Any, ...]:
        rule = (op.stable or op.vjp) if structural else (lambda out, x: (1 - out**2,))
        return tuple(off(part) if i == slot else part for i, part in enumerate(rule(*args)))  # type: ignore[misc]

    run = with_rule(honest, stage, **({"stable": wrong} if structural else {"stable": None, "careful": wrong}))
    found = check(run)
    assert not found.agrees
    assert found.stage == index
    assert found.fault is not None
    assert (found.fault.slot, found.fault.place) == (slot, place)
    source = run.graph.nodes[run.graph.nodes[index].args[slot]].name
    element = f"{source}[{', '.join(map(str, place))}]"
    text = " ".join(report(found).text.split())
    assert f"The rule of stage ({run.graph.numbers[index]}) {stage} = " in text
    assert (f"back to {element}, but" if structural else f"at {stage}[{place[0]}], but it is") in text
    bad = row(found, source)
    assert bad.band is WRONG
    assert bad.worst is not None
    assert bad.worst.place == place
    assert f"✗ wrong {element}" in report(found).text


def test_an_element_on_a_kink_lies_between_its_sides() -> None:
    found = checked("sum(relu(x)) + max(x)", x=[0.0, 3.0, 3.0, -1.0])
    assert found.agrees
    assert row(found, "x").band is KINK
    assert "a kink" in report(found).text
    wrong = check(with_rule(cgviz.run("sum(relu(x))", x=[0.0, 1.0]), "relux", careful=lambda out, x: (2.0 * (x >= 0),)))
    assert not wrong.agrees


def test_of_a_large_array_some_elements_are_compared_and_it_is_said() -> None:
    random = np.random.default_rng(0)
    found = check(cgviz.run("sum(tanh(W @ x)**2)", W=random.normal(size=(60, 50)), x=random.normal(size=50)))
    assert found.agrees
    text = " ".join(report(found).text.split())
    assert re.search(r"W: \d+ of 3000 elements were compared, evenly spaced", text)
    assert "…] (60×50)" in text


@pytest.mark.parametrize(
    ("program", "inputs"),
    [
        ("sum(x)", {"x": []}),
        ("sum(sqrt(x))", {"x": [0.0, -1.0, 4.0]}),
        ("sum(where(x > 0, log(x), 0))", {"x": [0.0, 1.0]}),
        ("max(x)", {"x": [math.nan, 1.0]}),
        ("sum(x / y)", {"x": [1.0, 2.0], "y": 0.0}),
        ("sum((x > 0)*x + (x >= 1.5))", {"x": [0.0, 1.5]}),
        ("x[i]", {"x": [1.0, 2.0], "i": 1.0}),
        ("norm(x)", {"x": [0.0, 0.0]}),
        ("det(A)", {"A": [[1.0, 2.0], [2.0, 4.0]]}),
        ("sum(inv(A))", {"A": [[1.0, 2.0], [2.0, 4.0]]}),
        ("sum(besselj(2, x))", {"x": [1.0, 2.0]}),
        ("sum(A) + 2*s**3", {"A": [[[1.0]]], "s": 2.0}),
    ],
)
def test_odd_arrays_are_checked(program: str, inputs: dict[str, Any]) -> None:
    found = check(cgviz.run(program, inputs))
    assert found.agrees, report(found).text
    assert json.loads(report(found).json)["agrees"]


def test_the_sweep_moves_single_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", "sum(s*x**3)", "--s", "2", "--x", "[1, 2]", "--sweep"]
    assert main([*arguments, "--wrt", "s"]) == 0
    assert "central difference" in capsys.readouterr().out
    assert main([*arguments, "--wrt", "x"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_page_of_arrays_keeps_to_its_width(columns: int, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    options = [word for name, value in LAYER_INPUTS.items() for word in (f"--{name}", str(value))]
    assert main(["check", LAYERS, *options]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


def test_stages_of_arrays_are_told_by_mpmath_too() -> None:
    """What rounds away in central differences is still decided at a stage, and a wrong gradient of one is found."""
    found = check(cgviz.run("h = v**2; s = h*1e-320; sum(s)", v=[1.0, 2.0]))
    told = {each.readings[2].band for each in found.rows if each.index != found.run.graph.output}
    assert told == {AGREES}
    run = cgviz.run(LAYERS, LAYER_INPUTS)
    stage = next(index for index in run.graph.stages if run.graph.nodes[index].name == "h")
    run.gradients[stage] = run.gradients[stage] * (1 + 1e-5)
    wrong = next(each for each in check(run, ["mpmath"]).rows if each.index == stage)
    assert wrong.band is CLOSE


def test_a_matrix_that_counts_as_symmetric_moves_as_one() -> None:
    run = cgviz.run("sum(cholesky(A)*[[1, 0], [2, 3]]) + sum(eigvalsh(2*A)*[1, 2])", A=[[4.0, 1.0], [1.0, 3.0]])
    assert "the matrix counts as symmetric" in str(run.check().text)
    assert check(run).agrees
    alone = cgviz.run("sum(cholesky(A)*[[1, 0], [2, 3]])", A=[[4.0, 1.0], [1.0, 3.0]])
    lower = np.tril(alone.gradient["A"]) + np.tril(alone.gradient["A"], -1)
    assert [each.note for each in judged(alone, {"A": lower})] == [TRIANGLE]
    assert judged(alone, {"A": 2 * lower})[0].cause
    odd = cgviz.run("sum(cholesky(A))", A=[[4.0, 2.0], [1.0, 3.0]])
    assert "not symmetric" in odd.explain_trouble()


def test_slopes_go_from_neck_to_neck() -> None:
    chance = random.Random(5)
    lines, names = ["w = x*y"], ["x", "y", "w"]
    for i in range(40):
        one, two = (chance.choice(names[-3:]) for _ in range(2))
        lines.append(f"v{i} = sin({one})*{two} + {one}" if i % 7 else f"v{i} = tanh({one})")
        names.append(f"v{i}")
    run = cgviz.run("\n".join(lines), x=0.5, y=0.25)
    graph, found = run.graph, necks(run.graph)
    exact, loose = Exact(graph, run.values), Downstream(graph, run.values, lambda op: op.forward)
    for index in filter(graph.reached.__getitem__, range(graph.output)):
        behind = [node for node in range(index + 1, len(graph)) if graph.output not in without(graph, index, node)]
        assert found[index] == min(behind)
        assert math.isclose(exact.slope(index, math.nan).value, exact.by_necks(index), rel_tol=1e-15)
        moved = loose.output(index, run.values[index] + 0.1, found[index])
        assert loose.output(found[index], moved) == loose.output(index, run.values[index] + 0.1)


def without(graph: Graph, index: int, node: int) -> set[int]:
    """Returns what a node reaches in a graph in which another one is taken out."""
    found, todo = set[int](), [index]
    while todo:
        for target, _ in graph.edges_out[todo.pop()]:
            if target not in found and target != node:
                found.add(target)
                todo.append(target)
    return found


def test_of_a_long_program_sympy_is_not_asked_and_that_is_said() -> None:
    found = checked(chain(300), x=0.3)
    assert found.agrees
    assert "sympy, not asked, the program is long" in report(found).text
