"""The terminal player, driven by keys; what it shows is compared with the run, and with what is not known yet."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from screen import driven
from textual.pilot import Pilot
from textual.widgets import Input, Static

import cgviz
from cgviz.cli import main
from cgviz.errors import CgvizError, UsageError
from cgviz.players.play import entry, plain
from cgviz.players.play.app import Help, Player
from cgviz.players.play.replay import Playback, Quiz, agrees, unsolved
from cgviz.players.play.words import GRADIENT, MARK, NAME, UNKNOWN, VALUE, StageTable, question
from cgviz.reading.shipped import sample
from cgviz.runs.steps import Backward
from cgviz.text.numbers import number

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
AT = {"x": 3, "y": -4}


@pytest.fixture(scope="module")
def lecture() -> cgviz.Run:
    return cgviz.run(LECTURE, **AT)


def table(app: Player) -> list[list[str]]:
    """Returns the texts of the table, row by row."""
    stages = app.query_one(StageTable)
    return [[cell.plain for cell in stages.get_row_at(row)] for row in range(stages.row_count)]


def column(app: Player, which: int) -> dict[str, str]:
    return {row[NAME]: row[which] for row in table(app)}


def shown(app: Player, widget: str = "#caption") -> str:
    return str(app.query_one(widget, Static).visual)


async def typed(pilot: Pilot[None], text: str) -> None:
    pilot.app.query_one(Input).value = text
    await pilot.press("enter")


# the replay


@pytest.mark.parametrize("name", ["staged", "fan-out-product", "tie-max", "branch", "mazur"])
def test_the_end_of_the_replay_is_the_run(name: str) -> None:
    run = cgviz.run(sample(name).text)
    end = Playback(run).at(len(run.steps))
    assert end.values == {*run.graph.inputs, *run.graph.stages}
    for index, total in end.gradients.items():
        assert total == pytest.approx(run.gradients[index], rel=1e-12)


def test_what_is_not_known_yet_is_not_there() -> None:
    run = cgviz.run(LECTURE, **AT)
    assert Playback(run).values == set(run.graph.inputs)
    assert Playback(run).at(8).gradients == {}
    assert Playback(run).at(-3).done == 0
    assert Playback(run).at(999).done == len(run.steps)


def test_new_inputs_are_a_new_run_at_the_same_place() -> None:
    moved = Playback(cgviz.run(LECTURE, **AT)).at(12).with_inputs({"x": 1})
    assert moved.done == 12
    assert moved.run.gradient == cgviz.run(LECTURE, x=1, y=-4).gradient


def test_a_question_holds_no_numbers() -> None:
    steps = [step for step in cgviz.run(LECTURE, **AT).steps if isinstance(step, Backward)]
    assert unsolved(steps[2]) == "dden = dinvden · (−1/den²)"
    assert unsolved(steps[8]) == "dx += dsigx · ((1 − sigx)·sigx)"


# what is typed


def test_what_is_typed_becomes_numbers() -> None:
    graph = cgviz.run("x*y").graph
    assert entry.inputs("x = 3, y = −1/2", graph) == {"x": 3.0, "y": -0.5}
    assert entry.inputs("7", graph) == {"x": 7.0}
    assert entry.number("pi/4") == pytest.approx(0.7853981633974483)
    assert entry.step(" 12 ", 21) == 12


@pytest.mark.parametrize("text", ["x = ", "x = y", "x = 1/0", "x = __import__('os')", "x = nan", "x = 3 y = 4"])
def test_what_is_no_number_is_a_clear_line(text: str) -> None:
    with pytest.raises(CgvizError):
        entry.inputs(text, cgviz.run("x*y").graph)


@pytest.mark.parametrize("text", ["", "-1", "22", "abc", "1e1"])
def test_what_is_no_step(text: str) -> None:
    with pytest.raises(UsageError, match="is no step"):
        entry.step(text, 21)


def test_three_digits_are_enough() -> None:
    assert agrees(-0.792, -0.79155)
    assert agrees(0, 0)
    assert not agrees(-0.8, -0.79155)
    assert not agrees(0.792, -0.79155)
    assert not agrees(0.001, 0)


# the screen


@pytest.mark.parametrize(("theme", "size"), [("dark", (120, 40)), ("colorblind", (40, 12))])
def test_forward_and_back(size: tuple[int, int], theme: str, lecture: cgviz.Run) -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        assert set(column(app, GRADIENT).values()) == {UNKNOWN}
        assert column(app, VALUE)["x"] == "3"
        await pilot.press("right", "right", "right")
        assert column(app, VALUE)["sigx"] == "0.9526"
        assert column(app, VALUE)["xpy"] == UNKNOWN
        assert column(app, MARK)["sigx"] == "▶"
        assert column(app, MARK)["x"] == "•"
        assert "σ(3)" in shown(app)
        await pilot.press("left")
        assert column(app, VALUE)["sigx"] == UNKNOWN
        await pilot.press("end")
        assert app.replay.done == 21
        await pilot.press("right", "home", "left")
        assert app.replay.done == 0

    driven(script, lecture, size, theme)


def test_the_last_step_shows_the_run() -> None:
    run = cgviz.run(LECTURE, **AT)

    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        gradients = column(app, GRADIENT)
        for index in (*run.graph.inputs, *run.graph.stages):
            assert gradients[run.graph.nodes[index].name] == number(run.gradients[index], padded=True)

    driven(script, run)


def test_a_running_sum_is_shown_as_far_as_it_has_come(lecture: cgviz.Run) -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("g")
        await typed(pilot, "16")
        assert column(app, GRADIENT)["x"] == "1.583"
        await pilot.press("right", "right")
        assert column(app, GRADIENT)["x"] == "1.547"
        assert "so dx = 1.547" in shown(app)

    driven(script, lecture)


def test_a_new_input_updates_both_passes(lecture: cgviz.Run) -> None:
    moved = cgviz.run(LECTURE, x=1, y=-4)

    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("end", "i")
        await typed(pilot, "x = 1")
        assert column(app, VALUE)["f"] == number(moved.value, padded=True)
        assert column(app, GRADIENT)["y"] == number(moved.gradient["y"], padded=True)
        assert "at x = 1, y = −4" in shown(app, "#head")
        await pilot.press("i")
        await typed(pilot, "q = 1")
        assert "'q' is not an input" in shown(app)
        await pilot.press("escape")
        assert app.prompt == ""

    driven(script, lecture)


def test_an_input_is_nudged(lecture: cgviz.Run) -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("end", "plus", "plus", "minus", "plus")
        assert app.replay.run.inputs == {"x": 3.2, "y": -4.0}
        assert column(app, VALUE)["x"] == "3.200"
        await pilot.press("n", "minus")
        assert app.replay.run.inputs == {"x": 3.2, "y": -4.1}
        assert "y = −4.1" in shown(app)
        assert column(app, GRADIENT)["x"] == number(app.replay.run.gradient["x"], padded=True)

    driven(script, lecture)


@pytest.mark.parametrize("program", ["x*y", "2 + 3"])
def test_nothing_to_nudge(program: str) -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("plus", "n", "minus")
        assert "no number to change" in shown(app)

    driven(script, cgviz.run(program))


def test_the_quiz_marks_and_counts(lecture: cgviz.Run) -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("g")
        await typed(pilot, "9")
        await pilot.press("z", "right")
        assert column(app, GRADIENT)["num"] == "?"
        assert "0.5121" not in shown(app)
        await typed(pilot, "what")
        assert column(app, GRADIENT)["num"] == "?"
        await typed(pilot, "0.512")
        assert "✓ right" in shown(app)
        assert column(app, GRADIENT)["num"] == "0.5121"
        await pilot.press("right")
        await typed(pilot, "-3")
        assert "✗ not -3" in shown(app)
        assert app.quiz.score == "1 of 2 right"
        await pilot.press("enter")
        await typed(pilot, "")
        assert app.quiz.score == "1 of 3 right"
        await pilot.press("left")
        assert app.prompt == ""
        await pilot.press("z", "right", "right")
        assert column(app, GRADIENT)["sigx"] != "?"

    driven(script, lecture)


def test_the_quiz_takes_the_product_that_it_shows_and_the_total_that_it_makes(lecture: cgviz.Run) -> None:
    places = Playback(lecture).steps
    for done, step in enumerate(places, 1):
        if isinstance(step, Backward):
            for answer, right in ((step.edge.value, True), (step.total, True), (step.total * 1.5 + 7, False)):
                assert Quiz(on=True).mark(Playback(lecture).at(done), answer) is right
            assert ("product" in question("answer", Playback(lecture).at(done))) is step.adds


def test_the_quiz_needs_numbers() -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("z", "end")
        assert set(column(app, VALUE).values()) == {UNKNOWN}
        assert not app.prompt
        await pilot.press("i")
        await typed(pilot, "x = 2, y = 3")
        assert column(app, VALUE)["f"] == "6"

    driven(script, cgviz.run("x*y"))


def test_playing_stops_at_the_end_and_at_a_key(lecture: cgviz.Run) -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        assert app.timer is not None
        assert app.replay.done == 1
        for _ in range(30):
            app.tick()
        assert app.replay.done == len(app.replay.steps)
        assert app.timer is None
        await pilot.press("space", "space")
        assert app.timer is None
        assert app.replay.done == 0

    driven(script, lecture)


def test_help_and_colours(lecture: cgviz.Run) -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)
        await pilot.press("t")
        assert app.theme == app.look.name != "dark"

    driven(script, lecture)


def test_names_are_never_markup() -> None:
    node = cgviz.run("x*y", x=1, y=2).bare
    nodes = tuple(each._replace(label="[red]" if each.name == "x" else each.label) for each in node.nodes)
    run = cgviz.Run(cgviz.Graph(nodes, node.output, node.inputs), {"x": 1.0, "y": 2.0})

    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        assert "[red]" in column(app, NAME)
        assert "[red]" in shown(app, "#head")
        await pilot.press("g")
        await typed(pilot, "[red]")
        assert "'[red]' is no step" in shown(app)

    driven(script, run)


def test_trouble_is_told_at_the_end() -> None:
    async def script(app: Player, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        assert "division by zero" in shown(app)

    driven(script, cgviz.run("x/(x+y)", x=2, y=-2))


# one line after another


def test_plain_says_every_step() -> None:
    run = cgviz.run(LECTURE, **AT)
    first, *lines, last = plain(run)
    assert first.endswith("at x = 3, y = −4")
    assert last == "∇f = [∂f/∂x, ∂f/∂y] = [2.060, 1.592]"
    assert lines[11] == "12  backward  (7) dden = dinvden · (−1/den²) = 3.018 · (−0.2623) = −0.7916"
    assert [line.split()[0] for line in lines] == [str(n) for n in range(1, 22)]
    assert all(step.caption() in line for step, line in zip(run.steps, lines, strict=True))
    assert all(line.isascii() for line in plain(run, encoding="ascii"))


def test_the_command_is_plain_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["play", "x*y", "--x", "4", "--y", "-3"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "1  forward   (1) f = x·y = 4·(−3) = −12"
    assert main(["play", "1/x", "--x", "0", "--plain"]) == 1
    assert "division by zero" in capsys.readouterr().err


def test_plain_loads_no_textual() -> None:
    code = (
        "import sys; from cgviz.cli import main; main(['play', '@staged', '--plain']); print('textual' in sys.modules)"
    )
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=env, timeout=60)
    assert done.stdout.splitlines()[-1] == "False", done.stderr
