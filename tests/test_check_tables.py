"""What a check says of gradients that are spoilt by more and less, and what its parts answer, against a table.

Programs are of + − · / and roots where digits count, so that the numbers are the same on every machine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.analysis.checks import bands, digits, exact, report, scalars, witnesses
from cgviz.analysis.checks import rules as rules_of
from cgviz.analysis.checks.differences import Element, cone, difference, downstream_of, necks, scales
from cgviz.graph.nodes import Graph
from cgviz.ops.op import ops
from tests.held import asked, hold, number
from tests.test_drawing_tables import program, run_of

TABLE = "checks.txt"
PROGRAMS: dict[str, dict[str, Any]] = {
    "(x + y)*z - x/z": {"x": -2.0, "y": 5.0, "z": -4.0},
    "relu(x)*y + abs(x - 1)": {"x": 0.0, "y": 2.0},
    "max(x, y)*sqrt(z)": {"x": 2.0, "y": 2.0, "z": 4.0},
    "sqrt(x)*y": {"x": 0.0, "y": 1.0},
    "abs(x)*1e-3 + y": {"x": 0.0, "y": 1.0},
    "a = x + 1e12; (a - x)*y": {"x": 1.0, "y": 3.0},
    "1/x + y": {"x": 0.0, "y": 1.0},
    "sum(v*w)*s": {"v": np.array([1.0, -2.0, 0.5]), "w": np.array([0.25, 4.0, -1.0]), "s": 3.0},
    "sum(relu(v)*w)": {"v": np.array([0.0, 1.0, -1.0]), "w": np.array([2.0, -3.0, 0.5])},
    "sum((A @ v)**2)": {"A": np.array([[0.5, -1.5], [2.0, 1.0]]), "v": np.array([1.0, -3.0])},
    "where(x > 1, x**2, 3*x)*y": {"x": 1.0, "y": -1.0},
    "x*1e200*y": {"x": 1e150, "y": 1e-100},
}
SPOILS = (0.0, 1e-13, 3e-11, 2e-9, 5e-8, 2e-7, 3e-6, 5e-5, 2e-4, 5e-3, 0.02, 1.0, -2.0, math.nan, math.inf)


def spoilt(run: cgviz.Run, index: int, by: float) -> cgviz.Run:
    """Returns a run one of whose gradients is more by a part, and of an array one element of it."""
    made = run_again(run)
    found = made.gradients[index]
    if found is not None and np.ndim(found):
        made.gradients[index] = found = found.copy()
        last = (-1,) * found.ndim
        found[last] = found[last] * (1 + by) if found[last] else by
    elif found is not None:
        made.gradients[index] = found * (1 + by) if found else by
    return made


def run_again(run: cgviz.Run) -> cgviz.Run:
    return cgviz.run(run.graph, run.inputs)


def told(checked: report.Checked) -> str:
    """Returns the verdicts of the rows and of the witnesses, the stage to blame, and the notes."""
    rows = " ".join(
        row.band.mark + "".join(reading.band.mark + "~" * reading.noise for reading in row.readings)
        for row in checked.rows
    )
    notes = {reading.note for row in checked.rows for reading in row.readings if reading.note} | {
        row.note for row in checked.rows if row.note
    }
    places = [row.worst.place for row in checked.rows if row.worst and row.worst.place]
    return f"{rows} blames {checked.stage} {checked.culprit} {places} {sorted(notes)}"


@pytest.mark.parametrize("text", PROGRAMS)
def test_gradients_that_are_spoilt(text: str) -> None:
    run = cgviz.run(text, PROGRAMS[text])
    lines = []
    random = Random(text)
    for by in SPOILS[:: 1 + run.graph.has_arrays]:
        index = random.choice([*run.graph.inputs, *run.graph.stages])
        lines.append(
            f"{run.graph.nodes[index].shown} by {by}: {told(report.check(spoilt(run, index, by), random.sample(('differences', 'complex', 'mpmath'), 2)))}"
        )
    hold(TABLE, f"spoilt {text}", lines)


def test_verdicts() -> None:
    lines = []
    sizes = (
        0.0,
        1e-300,
        1.0,
        1 + 5e-8,
        1 + 2e-7,
        1 + 5e-5,
        1 + 3e-4,
        1.005,
        1.02,
        -1.0,
        1.7e308,
        -1.7e308,
        math.inf,
        -math.inf,
        math.nan,
    )
    for one in sizes:
        lines.append(
            f"{one}: "
            + " ".join(
                f"{number(bands.relative_error(one, two))}{bands.band(bands.relative_error(one, two)).mark}"
                for two in sizes
            )
        )
    edges = [bands.band(edge).word for edge in (bands.FINE, bands.OKAY, bands.UNCOMFORTABLE)]
    assert edges == ["agrees", "close", "suspect"]
    assert [each.disagrees for each in bands.BANDS] == [False] * 5 + [True] * 2
    hold(TABLE, "verdicts", [*lines, bands.worst([bands.CLOSE, bands.WRONG, bands.AGREES]).word, bands.worst([]).word])


def through(graph: Graph, index: int, without: int) -> bool:
    """Tells whether the output is reached from a node by a way around another one."""
    todo, seen = [index], set()
    while todo:
        one = todo.pop()
        if one == graph.output:
            return True
        for target, _ in graph.edges_out[one]:
            if target != without and target not in seen and graph.reached[target]:
                seen.add(target)
                todo.append(target)
    return False


@pytest.mark.parametrize("seed", range(12))
def test_necks_and_cones(seed: int) -> None:
    random = Random(seed)
    graph = cgviz.read(program(random, 3 + seed))
    found = necks(graph)
    for index in range(graph.output):
        if not graph.reached[index]:
            continue
        own = [
            node
            for node in range(index + 1, graph.output + 1)
            if node == graph.output or not through(graph, index, node)
        ]
        assert found[index] == own[0]
        below = {target for target, _ in graph.edges_out[index] if graph.reached[target]}
        for target in list(range(graph.output + 1)):
            below |= {after for after, _ in graph.edges_out[target] if target in below and graph.reached[after]}
        assert cone(graph, index) == sorted(below)
        assert cone(graph, index, found[index]) == [node for node in sorted(below) if node <= found[index]]


def test_differences_and_their_steps() -> None:
    lines = []
    for text, values in PROGRAMS.items():
        run = cgviz.run(text, values)
        downstream = downstream_of(run)
        for index in (*run.graph.inputs, *run.graph.stages[:-1]):
            if np.ndim(run.values[index]):
                moved = Element(downstream, index, (0,) * np.ndim(run.values[index]), 1.0)
                found, sides = moved.slope(), moved.sides()
            else:
                found, sides = difference(downstream, index), Element(downstream, index, (), 1.0).sides()
            assert downstream.output(index, run.values[index]) == run.value or not math.isfinite(run.value)
            told = f"{number(found.value)} by {found.step:.3g}, error {found.error:.0e}"
            lines.append(
                f"{text}: {run.graph.nodes[index].shown} {told} {number(list(found.crossed.items()))} {number(sides)}"
            )
    lines += [f"scales {x} {list(scales(x))}" for x in (0.0, 0.0625, 0.05, -0.07, -3.0)]
    hold(TABLE, "differences and their steps", lines)


def test_slopes_of_any_function() -> None:
    mp = exact.context()
    functions = {
        "cube": lambda x: x**3, "abs": abs, "root": lambda x: mp.sqrt(x) if x >= 0 else mp.nan, "third root": lambda x: mp.sign(x)*abs(x)**(mp.mpf(1)/3), "step": lambda x: mp.mpf(x > 0),
        "bent": lambda x: abs(x)**mp.mpf("1.05"), "bent more": lambda x: abs(x)**mp.mpf("1.5"), "pole": lambda x: 1/x if x else mp.inf, "large": lambda x: x + mp.mpf(10)**25, "steep": lambda x: x*mp.mpf(10)**12, "edge": lambda x: x if x <= 0 else mp.nan,
        "nowhere": lambda x: mp.nan, "constant": lambda x: mp.mpf(7), "half": lambda x: x if x > 0 else x/2, "small kink": lambda x: x + abs(x)*mp.mpf(10)**-13, "exp": mp.exp,
    }  # fmt: skip
    lines = []
    for name, function in functions.items():
        for x in (0, 1, -2, mp.mpf(10) ** -20, mp.mpf(10) ** 30, mp.inf):
            found = exact.slope(function, mp.mpf(x))
            lines.append(
                f"{name} at {mp.nstr(mp.mpf(x), 3)}: {found.kind!r} {[mp.nstr(each, 8) for each in found[:3]]} {mp.nstr(found.error, 2)} {mp.nstr(exact.one_sided(function, mp.mpf(x), function(mp.mpf(x))), 8)}"
            )
            says = (
                [witnesses.off_smooth(found, analytic) for analytic in (0.0, 0.5, 1.0, -1.0, 1e-10, -3.0)]
                if found.kind not in ("", "smooth")
                else []
            )
            lines += [f"  {band.word}: {note}" for band, note in says]
    for value in (
        mp.mpf(10) ** 400,
        -(mp.mpf(10) ** 400),
        mp.mpf(10) ** -400,
        mp.mpf(2) ** 20_001,
        mp.mpf(2) ** -20_001,
        mp.mpf(2) ** 19_999,
        mp.mpc(1, 0),
        mp.mpc(1, 1),
        0,
        3,
        mp.inf,
    ):
        lines.append(
            f"{mp.nstr(value, 5)} bounded {mp.nstr(exact.bounded(mp, value), 5)} rounded {exact.rounded(exact.bounded(mp, value))} within {exact.within(exact.bounded(mp, value))}"
        )
    hold(TABLE, "slopes of any function", lines)


def test_what_is_compared_where_a_program_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = []
    for seed in range(8):
        run = run_of(program(Random(seed), 6 + seed))
        for work in (0, 3, 20, 60, 150, 60_000):
            monkeypatch.setattr(report, "WORK", work)
            monkeypatch.setattr(report, "MOST_FOR_ONE", 2 * work)
            lines.append(f"{seed} {work} {report.choice(run)}")
    for text in ("sum(relu(v))", "sum(v*v)", "sum(A @ v)"):
        graph = cgviz.read(text)
        run = cgviz.run(
            text, {graph.nodes[i].name: np.ones((130, 70) if graph.nodes[i].name == "A" else 70) for i in graph.inputs}
        )
        for much in (400_000, 20_000, 500):
            monkeypatch.setattr(report, "WORK_ON_ELEMENTS", much)
            lines.append(
                f"{text} {[report.work(node) for node in run.graph.nodes]} {much} {report.elements_each(run, range(3))}"
            )
    hold(TABLE, "what is compared", lines)


def test_every_rule_at_spoilt_slopes() -> None:
    lines = []
    for text in (
        "x*y",
        "sqrt(x)*y + relu(z)",
        "x/y - z",
        "max(x, y) + abs(z)",
        "x**3 + sigmoid(y)",
        "2*x/3 + where(y > 1, 5*z, z/y)",
    ):
        names = [cgviz.read(text).nodes[i].name for i in cgviz.read(text).inputs]
        for by in (0.0, 1e-12, 1e-8, 1e-5, 0.01, math.nan):
            run = cgviz.run(text, dict(zip(names, (4.0, 2.0, 0.0), strict=False)))
            at = run.graph.stages[0]
            first, *rest = run.locals[at]
            run.locals[at] = ((first or 0.0) * (1 + by), *rest)
            lines.append(f"{text} by {by}: {asked(lambda run=run: rules_told(run))}")
    hold(TABLE, "rules", lines)


def rules_told(run: cgviz.Run) -> str:
    found = rules_of.rules(run)
    return re.sub(r"0x[0-9a-f]+|\d\.\d{6,}(e-?\d+)?", "#", f"{found}")[:700]


@pytest.mark.parametrize("seed", range(6))
def test_digits_that_are_lost(seed: int) -> None:
    random = Random(seed)
    text = f"a = x + {10 ** random.randint(0, 15)}; b = a - x*{random.randint(1, 3)}; c = b/y; d = c*c - 1; d*z - {10 ** random.randint(0, 9)}"
    run = cgviz.run(text, {"x": 0.3, "y": 7.0, "z": 0.9})
    found = [f"{loss.index} {number(loss.digits)}" for loss in digits.losses(run)]
    hold(TABLE, f"digits {seed}", [text, *found])


def test_programs_opened_into_numbers() -> None:
    lines = []
    for text in ("sum((A @ v)**2)", "sum(relu(v)*w)", "sum(v*w)*s"):
        run = cgviz.run(text, PROGRAMS[text])
        lines += opened(run)
    hold(TABLE, "opened into numbers", lines)


def opened(run: cgviz.Run) -> Iterator[str]:
    for made in (
        scalars.Scalars(run),
        *(
            scalars.from_stage(run, index) and scalars.Scalars(scalars.from_stage(run, index))
            for index in run.graph.stages[:-1]
        ),
    ):
        yield f"{made.why!r} {sorted(map(str, made.at.items()))[:12]} {len(made.run.bare)} {number(made.run.value)}"


def test_each_op_in_mpmath() -> None:
    """Every scalar op has a slope there that is its own; all but a few have one."""
    missed, without = [], []
    for op in ops():
        if op.vjp is None and op.arity[0] == op.arity[1] and not op.fixed:
            args = [0.3, 0.7, 0.45][: op.arity[0]]
            for slot, own in enumerate(op.local(op.forward(*args), *args)):
                found = exact.local_slope(op, args, slot)
                if own is not None and not found.exists:
                    without.append(f"{op.name} {slot} {found.kind}")
                elif own is not None and not witnesses.close(float(own), exact.rounded(found.value)):
                    missed.append((op.name, slot, own, found))
    assert not missed
    hold(TABLE, "ops without a slope in mpmath", without)


def test_as_many_rules_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = []
    for text in (
        "a*b*c*d + a",
        "a - b + c - d + a*b",
        " + ".join(f"x{n}" for n in range(40)),
        " * ".join(f"x{n}" for n in range(70)),
    ):
        run = run_of(text)
        for room in (0, 2, 4, 7, 50, 100_000):
            monkeypatch.setattr(rules_of, "MOST_ARGUMENTS", room)
            found = rules_of.rules(run)
            lines.append(f"{text[:20]} {len(run.graph.nodes)} {room}: {found.compared} {found.left_out}")
        lines.append(str([rules_of.slots(count) for count in (1, 2, 3, 10, 100, 1000)]))
    hold(TABLE, "room for rules", lines)


def test_a_relative_error_of_numbers_that_halve_to_nothing_is_none() -> None:
    assert bands.relative_error(5e-324, 0.0) == 0.0
