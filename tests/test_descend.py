"""Descending: against PyTorch and NumPy, to the bit again, on bad data, interrupted, diverging, and as pictures."""

from __future__ import annotations

import importlib.util
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest
from command import run
from PIL import Image

import cgviz
from cgviz.analysis import learning
from cgviz.analysis.learning import OPTIMIZERS, Descent, DescentPlan, Problem, Settings, descend, problem, read_sheet
from cgviz.analysis.learning.descent import batches, per_epoch
from cgviz.analysis.learning.problem import bind
from cgviz.analysis.learning.surface import around
from cgviz.cli.commands import descend as command
from cgviz.documents.writing import ascii_spelling, unicode_spelling
from cgviz.drawing.canvas import written as written_as
from cgviz.drawing.canvas.svg import svg as written_as_svg
from cgviz.drawing.charts.axis import ChartAxis, axis
from cgviz.drawing.theme import THEMES
from cgviz.errors import UsageError
from cgviz.reading.shipped import FOLDER, data_set, data_sets, sample
from cgviz.views.descent import curve, history, report
from cgviz.views.descent.path import levels
from tests.command import heed_interrupts, run_in_text

CGVIZ = [sys.executable, "-m", "cgviz"]
LINE = "(w*x + b - y)**2"
BANANA = "(x-1)**2 + 10*(y-x**2)**2"
NAN = float("nan")
with_contourpy = pytest.mark.skipif(not importlib.util.find_spec("contourpy"), reason="contourpy draws contours")


def on(program: str, data: str | None, wrt: str, **given: float) -> learning.Problem:
    sheet = None if data is None else read_sheet(data)
    return problem(cgviz.read(program), given, wrt.split(","), sheet)


def written(task: Problem, descent: Descent, width: int, plain: bool = False) -> str:
    made = report(task.objective, descent)
    return made.plain(ascii_spelling() if plain else unicode_spelling(), width)


def plan(optimizer: str = "sgd", steps: int = 50, lr: float = 0.05, **more: Any) -> DescentPlan:
    return DescentPlan(OPTIMIZERS[optimizer], Settings(lr=lr), steps, **more)


# Witnesses


@pytest.mark.parametrize("batch", [None, 32, 1])
@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_fifty_steps_are_those_of_torch(name: str, batch: int | None) -> None:
    torch = pytest.importorskip("torch")
    made = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, lr=0.05),
    }[name]
    task = problem(cgviz.read(sample("logistic-regression").text), {}, ["w1", "w2", "b"], read_sheet(data_set("moons")))
    ours = descend(task.objective, task.start, plan(name, batch=batch, seed=3, every=1))
    points = torch.tensor(np.loadtxt(FOLDER / "data" / "moons.csv", delimiter=",", skiprows=1))
    theta = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = made([theta])
    for step, rows in enumerate(islice(batches(200, batch, 3), 50)):
        some = points if rows is None else points[rows]
        margin = some[:, 2] * (some[:, :2] @ theta[:2] + theta[2])
        loss = -torch.nn.functional.logsigmoid(margin).mean()
        optimizer.zero_grad()
        loss.backward()
        assert abs(ours.losses[step] - loss.item()) < 1e-12
        assert abs(ours.norms[step] - theta.grad.norm().item()) < 1e-12
        optimizer.step()
        assert np.abs(np.array(list(ours.kept[step + 1].values())) - theta.detach().numpy()).max() < 1e-12


def test_full_batch_comes_to_the_least_squares() -> None:
    task = on(LINE, data_set("line"), "w,b")
    end = descend(task.objective, task.start, plan(steps=2000, lr=0.1)).reached[1]
    x, y = np.loadtxt(FOLDER / "data" / "line.csv", delimiter=",", skiprows=1).T
    np.testing.assert_allclose([end["w"], end["b"]], np.polyfit(x, y, 1), rtol=1e-9)


def test_the_mean_gradient_is_that_of_central_differences() -> None:
    task = on("t = tanh(w*x + b); (t - y)**2 * s", data_set("line"), "b,w", s=0.5)
    at = {"b": 0.3, "w": -0.7}
    loss, gradient = task.objective.loss_and_gradient(at, None)
    assert loss == task.objective.loss(at)
    assert list(gradient) == ["b", "w"]
    for name, slope in gradient.items():
        up, down = (task.objective.loss({**at, name: at[name] + h}) for h in (1e-6, -1e-6))
        assert slope == pytest.approx((up - down) / 2e-6, rel=1e-7)


def test_without_data_it_descends_on_the_expression() -> None:
    task = on(BANANA, None, "x,y", x=-1, y=1)
    found = descend(task.objective, task.start, plan("momentum", steps=3000, lr=0.005))
    assert found.reached[1] == pytest.approx({"x": 1, "y": 1}, abs=1e-6)
    assert found.before is not None
    assert found.before.gradient == {"x": -4.0, "y": 0.0}  # 2(x-1) - 40x(y-x²), 20(y-x²)


PROGRAMS = [
    "(w @ x + b - y)**2",
    "-log(sigmoid(y*(x @ w + b)))",
    "max(0, 1 - y*(w @ x + b)) + 0.1*sum(w*w)",
    "h = relu(V @ x + c); (w @ h + b - y)**2",
    "z = V @ x + c; logsumexp(z) - z[k]",
    "z = V @ x + c; -log(softmax(z)[0]) + norm(z)*y",
    "d = x - w; dot(d, d) + mean(x*w*y) + max(V @ x)",
    "sum(outer(x, w)) * b + y",
    "sum([y, b, x[0]]**2) + concat(x, w) @ concat(w, x)",
    "x @ outer(x, c) @ w + transpose(outer(x, w), (1, 0))[0] @ c + sum(reshape(outer(x, c), (4,))[1:3]**2) * y",
    "det(outer(x, w) + V) * b + y",
    "sum(V, axis=0) @ x * y + sum(x*y + c)",
    "0*y + b*b",
    "max(y, b)*exp(b*y) - min(y, b, k) + where(y < b, y, b*k)",
    "(w*x + b)[0]*y - sigmoid(x)@w + y**2*b",
]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("rows", [None, [3], list(range(5, 25))])
def test_many_examples_at_once_are_what_they_are_one_by_one(program: str, rows: list[int] | None) -> None:
    chance = np.random.default_rng(1)
    lines = "".join(f"{a},{b},{c},{k}\n" for (a, b, c), k in zip(chance.normal(size=(40, 3)), [0, 1] * 20, strict=True))
    start = {"w": [0.3, -0.2], "V": [[0.1, 0.4], [-0.6, 0.2]], "c": [0.05, -0.1], "b": 0.7}
    graph = cgviz.read(program)
    names = [graph.nodes[index].name for index in graph.inputs]
    given = {name: np.array(value) for name, value in start.items() if name in names}
    task = problem(graph, given, list(given), read_sheet("x1,x2,y,k\n" + lines))
    together = task.objective.loss_and_gradient(task.start, rows)
    single = getattr(task.objective, "single", None)
    assert (single is not None) == ("det" not in program)
    apart = (single or task.objective).loss_and_gradient(task.start, rows)
    assert together[0] == pytest.approx(apart[0], rel=1e-13)
    for name in given:
        np.testing.assert_allclose(together[1][name], apart[1][name], rtol=1e-11, atol=1e-14)
        assert np.shape(together[1][name]) == np.shape(given[name])


def test_a_vector_model_descends_as_torch_does() -> None:
    torch = pytest.importorskip("torch")
    program = "z = V @ tanh(W @ x + a) + b; logsumexp(z) - z[y]"
    chance = np.random.default_rng(2)
    start = {"W": chance.normal(size=(5, 2)), "a": np.zeros(5), "V": chance.normal(size=(3, 5)), "b": np.zeros(3)}
    task = problem(cgviz.read(program), start, list(start), read_sheet(data_set("spiral")))
    found = descend(task.objective, task.start, plan("adam", lr=0.02))
    points = torch.tensor(np.loadtxt(FOLDER / "data" / "spiral.csv", delimiter=",", skiprows=1))
    W, a, V, b = (torch.tensor(value, requires_grad=True) for value in start.values())
    optimizer = torch.optim.Adam([W, a, V, b], lr=0.02)
    for step in range(50):
        scores = torch.tanh(points[:, :2] @ W.T + a) @ V.T + b
        loss = torch.nn.functional.cross_entropy(scores, points[:, 2].long())
        assert abs(found.losses[step] - loss.item()) < 1e-12
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for name, theirs in zip(start, (W, a, V, b), strict=True):
        np.testing.assert_allclose(found.reached[1][name], theirs.detach().numpy(), atol=1e-11)


def test_batches_deal_every_example_once_an_epoch() -> None:
    dealt = list(islice(batches(10, 4, 0), 9))
    assert [len(rows or ()) for rows in dealt] == [4, 4, 2] * 3
    for epoch in range(3):
        assert sorted(row for rows in dealt[3 * epoch : 3 * epoch + 3] for row in rows or ()) == list(range(10))
    assert dealt[0] != dealt[3]
    assert per_epoch(10, 4) == 3


def test_the_same_seed_gives_the_same_bits_and_another_others() -> None:
    task = on(LINE, data_set("line"), "w,b")
    first, again, other = (descend(task.objective, task.start, plan(batch=8, seed=seed)) for seed in (1, 1, 2))
    assert history(task.objective, first) == history(task.objective, again)
    assert first.reached != other.reached


# Data


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n  \n", "is empty"),
        ("x,y\n", "no rows"),
        ("1,2\n3,4\n", "has no header: line 1 names the columns, as in x,y, and '1' is no name"),
        ("nan\n1\n", "has no header"),
        ("x,y\n1,2\n1,2,3\n", "line 3: 3 cells, and the header has 2"),
        ("x,y\n1,2\n\n1\n", "line 4: 1 cell, and the header has 2"),
        ("x,y\n1,2\n1,two\n", "line 3, column 'y': 'two' is not a number"),
        ("x,y\n1,1_0\n", "line 2, column 'y': '1_0' is not a number"),
        ("x,y\n1,\n", "line 2, column 'y': the cell is empty"),
        ("x,y\n1,nan\n", "line 2, column 'y': 'nan' is not a finite number"),
        ("x,y\n1e999,2\n", "line 2, column 'x': '1e999' is not a finite number"),
        ("x,y,x\n1,2,3\n", "two columns are called 'x'"),
        ("µ,y,μ\n1,2,3\n", "two columns are called 'μ'"),
        ('x,y\n"1,2\n', "that is no CSV"),
        ("u,v\n1,2\n", "no column of the data is an input of the program; it has 'u', 'v'"),
        ("x,y,w\n1,2,3\n", "wrt=: 'w' is a column of the data"),
        ("x,y,s\n1,2,3\n", "'s' has two values: a column of the data, and s="),
        ("x\n1\n", "no value for 'y': 'y' is neither a column of the data nor in wrt=; give y=..."),
        ("x_0,x_1,y\n1,2,3\n", "the loss of an example is one number, and 'f' has the shape (2,); reduce it"),
    ],
)
def test_bad_data_is_one_clear_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        on("(s*w*x + b - y)**2", text, "w,b", s=1.0)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffx,y\n1,2\n3,4\n",
        "x;y\r\n1;2\r\n3;4\r\n",
        "x\ty\n1\t2\n\n3\t4",
        "# line\nx,y\n1,2 # first\n3,4\n",
        ' x , "y"\n 1 , 2 \n 3,"4"\n',
        ",day,x,y\n0,mon,1,2\n1,tue,3,4\n",
    ],
)
def test_data_are_read_as_they_come(text: str) -> None:
    task = on(LINE, text, "w,b")
    assert task.objective.loss({"w": 0.0, "b": 0.0}) == (4 + 16) / 2
    assert any("ignored" in note and "'day'" in note for note in task.notes) == ("day" in text)


def test_columns_bind_by_name_and_together_to_a_vector() -> None:
    twenty = [f"x{i}" for i in range(1, 21)]
    assert bind(["y", *reversed(twenty)], ["x", "y"]).vectors == {"x": tuple(range(20, 0, -1))}
    assert bind(["x[0]", "x[1]", "y"], ["x", "y"]).vectors == {"x": (0, 1)}
    assert bind(["x₁", "x₂"], ["x"]).vectors == {"x": (0, 1)}
    assert bind(["x_1", "x_2"], ["x_1", "x_2", "x"]).numbers == {"x_1": 0, "x_2": 1}
    assert bind(["x", "x_1"], ["x"]).ignored == ("x_1",)
    assert bind(["w1", "w12"], ["w"], settled=["w"]).ignored == ("w1", "w12")


@pytest.mark.parametrize(
    ("header", "message"),
    [(["x0", "x2"], "lacks its column x_1"), (["x3", "x4"], "lacks its column x_1"), (["x1", "x_1"], "one member")],
)
def test_a_vector_with_a_gap_is_refused(header: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        bind(header, ["x"])


def test_where_parameters_start_and_what_is_said_of_it() -> None:
    task = on("w = 3; (w*x + b + c - y)**2 * k", "x,y\n1,2\n", "w,b,c", c=5.0, k=2.0)
    assert task.start == {"w": 3.0, "b": 0.0, "c": 5.0}
    assert task.notes == ("'b' starts at 0",)
    free = problem(cgviz.read("k = 2; (w*x + b - y)**2 * k"), {"k": 1.0}, None, read_sheet("x,y\n1,2\n"))
    assert free.start == {"k": 1.0, "w": 0.0, "b": 0.0}
    declared = problem(cgviz.read("# data: x, y\n(w*x + b - y)**2"), {"x": 1.0, "y": 2.0}, None, None)
    assert declared.start == {"w": 0.0, "b": 0.0}
    assert declared.notes[0] == "'x', 'y' do not move: the program says so"
    with_default = on("z = 1; (w*x - z)**2", "x\n1\n", "w")
    assert with_default.notes[0] == "no column for 'z': the program's default for every example"


def test_the_shipped_data_are_what_their_script_makes() -> None:
    spec = importlib.util.spec_from_file_location("make", FOLDER / "data" / "make.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert data_sets() == tuple(sorted(made.SETS))
    for name in data_sets():
        assert data_set(name) == made.text(name)


# Ends


def test_divergence_names_step_example_and_stage(tmp_path: Path) -> None:
    out = tmp_path / "h.json"
    done = run_in_text(
        "descend", LINE, "--data", "@line", "--lr", "50", "--steps", "1000", "--wrt", "w,b", "-o", str(out)
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("cgviz: the descent diverged at step 72, @line line 2: stage (3) f = ")
    assert "overflow" in last
    assert last.endswith("a smaller learning rate than --lr 50 may help")
    kept = json.loads(out.read_text())
    assert (kept["ended"], kept["steps"], len(kept["history"])) == ("diverged", 72, 73)
    assert kept["history"][-1]["loss"] == "inf"
    assert all(isinstance(step["loss"], float) for step in kept["history"][:-1])


def test_what_is_not_finite_at_the_start() -> None:
    done = run_in_text("descend", "log(x)", "--x", "-1")
    assert done.returncode == 1
    assert "not finite at the start: stage (1) f = log(x): log of a negative number, x = −1; start" in done.stderr
    assert run_in_text("descend", "sqrt(x)", "--x", "0").returncode == 1


def test_a_sum_that_overflows_names_the_largest_example() -> None:
    task = on("w*y", "y\n1e308\n1.5e308\n", "w", w=1.0)
    found = descend(task.objective, task.start, plan(steps=3))
    why = learning.explained(task.objective, found, lambda row: f" (row {row})")
    assert "the sum over 2 examples overflows, the largest is f = 1.5e308 (row 1)" in why


def test_a_rising_loss_is_said_and_is_no_failure() -> None:
    done = run_in_text("descend", LINE, "--data", "@line", "--lr", "1", "--steps", "5", "--wrt", "w,b")
    assert done.returncode == 0
    assert "the loss rose from 7.182 to " in done.stderr


def test_a_flat_start_is_said() -> None:
    done = run_in_text("descend", "x*y", "--steps", "3")
    assert done.returncode == 0
    assert "the gradient is 0 at the start, so nothing moves" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_keeps_what_there_is(tmp_path: Path) -> None:
    out, curve_file = tmp_path / "h.json", tmp_path / "c.svg"
    arguments = [LINE, "--data", "@line", "--wrt", "w,b", "--batch", "1", "--steps", "90000000"]
    ends = ["-o", str(out), "--curve", str(curve_file)]
    process = subprocess.Popen(
        [*CGVIZ, "descend", *arguments, *ends],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=heed_interrupts,
    )
    assert process.stderr is not None
    assert "start at 0" in process.stderr.readline()  # said just before the first step
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 130
    kept = json.loads(out.read_text())
    assert kept["ended"] == "interrupted"
    assert f"interrupted after step {kept['steps']} of 90000000" in said
    assert len(kept["history"]) == kept["steps"] + 1
    assert kept["history"][-1]["parameters"] == kept["end"]
    assert "gradient norm" in printed
    assert "interrupted" in printed
    ET.fromstring(curve_file.read_bytes())


def test_an_interruption_at_any_moment_keeps_history_and_parameters_together() -> None:
    task = on(LINE, data_set("line"), "w,b")
    whole = descend(task.objective, task.start, plan(every=1))

    def interrupt(step: int, loss: float) -> None:
        if step == 7:
            raise KeyboardInterrupt

    found = descend(task.objective, task.start, plan(every=1), interrupt)
    assert (found.ended, found.reached) == ("interrupted", (7, whole.kept[7]))
    assert found.losses == whole.losses[:8]
    assert found.norms == whole.norms[:8]
    assert found.measured(7).epoch == 7


# What is seen


def test_history_is_json_with_parameters_of_every_kth_step() -> None:
    task = on(LINE, data_set("line"), "w,b")
    found = json.loads(history(task.objective, descend(task.objective, task.start, plan(batch=20, every=10))))
    assert [step["step"] for step in found["history"] if "parameters" in step] == [0, 10, 20, 30, 40, 50]
    assert [step["epoch"] for step in found["history"][:7]] == [1, 1, 1, 2, 2, 2, 3]
    assert found["history"][-1]["epoch"] == 17
    assert found["end"] == found["history"][-1]["parameters"]
    assert (found["batch"], found["optimizer"], found["examples"]) == (20, "sgd", 50)


def test_a_very_long_history_is_thinned_and_keeps_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.views.descent.written.MOST_STEPS", 1001)
    task = on("x", None, "x", x=1.0)
    found = json.loads(history(task.objective, descend(task.objective, task.start, plan(steps=2_500, lr=1e-6))))
    steps = [record["step"] for record in found["history"]]
    assert steps[:3] == [0, 3, 6]
    assert steps[-1] == 2_500
    assert len(steps) < 1_010


@pytest.mark.parametrize("width", [30, 80, 120])
@pytest.mark.parametrize("plain", [False, True])
def test_the_report_fits_and_says_it_all(width: int, plain: bool) -> None:
    task = on(LINE, data_set("line"), "w,b")
    text = written(task, descend(task.objective, task.start, plan(lr=0.1)), width, plain=plain)
    assert text.isascii() == plain
    above, _, table = text.rpartition("\n\n")
    assert max(map(len, above.splitlines())) <= width
    assert "sgd, learning rate 0.1, all 50 examples at once, 50 steps" in " ".join(above.split())
    if width < 40:  # stacked: the first two cells of a row, the others below, each after its heading
        table = re.sub(r"\n  \w+ ", "  ", table)
    rows = {line.split("  ")[0].split(" ")[0]: line.split() for line in table.splitlines() if line}
    assert rows["w"][:3] == ["w", "0", "2.070"]
    x, y = np.loadtxt(FOLDER / "data" / "line.csv", delimiter=",", skiprows=1).T
    least = np.mean((np.polyval(np.polyfit(x, y, 1), x) - y) ** 2)
    assert rows["f"][1:] == [f"{np.mean(y**2):.4g}", f"{least:.4g}"]


def test_the_curve_falls_from_corner_to_corner() -> None:
    task = on("x", None, "x", x=1.0)  # its loss falls along a straight line
    text = written(task, descend(task.objective, task.start, plan(steps=100, lr=0.01)), 60, plain=True)
    stars = [(row, line.index("*")) for row, line in enumerate(text.splitlines()) if "*" in line]
    assert len(stars) == 12
    places = [place for _, place in stars]
    assert places == sorted(places)
    assert max(np.abs(np.diff(places, 2))) <= 2


def numbers_of(element: ET.Element) -> np.ndarray:
    return np.array([[float(part) for part in pair.split(",")] for pair in (element.get("points") or "").split()])


@pytest.mark.parametrize("theme", list(THEMES))
def test_the_curve_is_the_history(theme: str) -> None:
    task = on(LINE, data_set("line"), "w,b")
    found = descend(task.objective, task.start, plan(steps=20, lr=0.1))
    svg = ET.fromstring(written_as_svg(curve(task.objective, found, theme=theme)))
    drawn = numbers_of(next(each for each in svg.iter() if each.get("class") == "loss"))
    assert len(drawn) == 21
    losses = np.array(found.losses)
    slope, start = np.polyfit(losses, drawn[:, 1], 1)
    assert slope < 0
    np.testing.assert_allclose(drawn[:, 1], slope * losses + start, atol=0.02)
    assert {each.text for each in svg.iter() if each.get("class") == "axis"} == {"step", "f"}
    words = " ".join(each.text or "" for each in svg.iter() if each.get("class") == "caption")
    assert "learning rate 0.1" in words


def test_a_chart_is_one_drawing_in_every_format() -> None:
    """The last step's dot stands at one place: in SVG's numbers, in the pixels of PNG, in the page of PDF."""
    task = on(LINE, data_set("line"), "w,b")
    made = curve(task.objective, descend(task.objective, task.start, plan(steps=20, lr=0.1)), background="filled")
    dot = next(each for each in ET.fromstring(written_as_svg(made)).iter() if each.get("class") == "end")
    x, y = (float(dot.get(at) or 0) for at in ("cx", "cy"))
    image = Image.open(io.BytesIO(written_as(made, "png"))).convert("RGB")
    assert image.size == (2 * made.width, 2 * made.height)
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((2 * x, 2 * y))) == THEMES["light"].value  # type: ignore[misc]
    page = pypdf.PdfReader(io.BytesIO(written_as(made, "pdf"))).pages[0]
    assert tuple(map(float, page.mediabox[2:])) == (made.width, made.height)
    assert {"f over the steps", "step"} <= set(page.extract_text().splitlines())


def test_markup_in_names_stays_text() -> None:
    graph = cgviz.read("α_1 = (x - 1)**2")
    task = problem(graph, {}, ["x"], None)
    svg = ET.fromstring(written_as_svg(curve(task.objective, descend(task.objective, task.start, plan()))))
    assert "α₁" in "".join(svg.itertext()) or "α_1" in "".join(svg.itertext())


@with_contourpy
def test_the_path_lies_where_the_parameters_were(tmp_path: Path) -> None:
    out = tmp_path / "p.svg"
    arguments = [BANANA, "--wrt", "x,y", "--x", "-1", "--y", "1", "--steps", "40", "--path", str(out)]
    assert run_in_text("descend", *arguments, "--history", str(tmp_path / "h.json")).returncode == 0
    svg = ET.fromstring(out.read_bytes())
    drawn = numbers_of(next(each for each in svg.iter() if each.get("class") == "path"))
    steps = [step["parameters"] for step in json.loads((tmp_path / "h.json").read_text())["history"]]
    for column, name, sign in ((0, "x", 1), (1, "y", -1)):
        values = np.array([step[name] for step in steps])
        slope, start = np.polyfit(values, drawn[:, column], 1)
        assert slope * sign > 0
        np.testing.assert_allclose(drawn[:, column], slope * values + start, atol=0.02)
    assert sum(each.get("class") == "contour" for each in svg.iter()) > 5
    assert {"start", "end"} <= {each.text for each in svg.iter() if each.text}
    first = out.read_bytes()
    again = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([*CGVIZ, "descend", *arguments], capture_output=True, env=again, check=True)
    assert out.read_bytes() == first


@with_contourpy
def test_contours_are_where_the_loss_is_their_level() -> None:
    from cgviz.analysis.learning.surface import surface
    from cgviz.views.descent.path import contours

    task = on("x**2 + 4*y**2", None, "x,y", x=3.0, y=1.0)
    ground = surface(task.objective, descend(task.objective, task.start, plan()))
    for contour in contours(ground, [1.0, 4.0]):
        points = np.array([point for line in contour.lines for point in line])
        np.testing.assert_allclose(points[:, 0] ** 2 + 4 * points[:, 1] ** 2, contour.level, rtol=0.02)


@with_contourpy
@pytest.mark.parametrize("program", ["0*x + 0*y", "log(x) + log(y)", "exp(40*x) + y", "x + y"])
def test_any_surface_can_be_drawn(program: str, tmp_path: Path) -> None:
    out = str(tmp_path / "p.svg")
    done = run_in_text("descend", program, "--wrt", "x,y", "--x", "0.5", "--y", "0.5", "--steps", "5", "--path", out)
    assert done.returncode in (0, 1), done.stderr
    ET.fromstring(Path(out).read_bytes())


def test_levels_are_round_and_follow_the_decades() -> None:
    assert levels([1.0, 1.0]) == []
    assert levels([NAN, 2.0]) == []
    spanning = levels([10.0 ** (i / 100) for i in range(-300, 301)])
    assert 0.001 < spanning[0] < 0.005
    assert spanning[-1] > 200
    np.testing.assert_allclose(np.diff(np.log10(spanning)), 0.5, atol=0.03)  # 1, 3, 10 ...
    even = levels([i / 100 for i in range(100, 200)])
    assert 8 <= len(even) <= 16
    assert all(1 < level < 2 for level in even[1:-1])


def test_axes_have_round_ticks_with_distinct_labels() -> None:
    assert ChartAxis(0, 3, whole=True).ticks(6) == [0, 1, 2, 3]
    assert axis([0.001, 1000.0]).log
    assert axis([0.001, 1000.0]).ticks(7) == [0.001, 0.01, 0.1, 1, 10, 100, 1000]
    for low, high in ((0.0, 1.0), (-3e-8, 2e-8), (1e300, 1.7e308), (100000.0, 100000.3), (-1.7e308, 1.7e308)):
        made = axis([low, high])
        labels = made.labels(made.ticks(6))
        assert 2 <= len(labels) == len(set(labels)) <= 24
    assert axis([2.0]).place(2.0) == 0.5


# The command


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["3 + 4"], "no inputs"),
        (["x*y", "--wrt", "q"], "--wrt: 'q' is not an input of the program"),
        (["x*y", "--wrt", "x"], "no value for 'y'"),
        (["x*y", "--wrt", "x,x", "--y", "1"], "names 'x' twice"),
        (["x", "--batch", "2"], "give them with --data FILE"),
        (["x", "--steps", "2", "--epochs", "3"], "give one of them"),
        (["x", "--optimizer", "adam", "--momentum", "0.5"], "--momentum belongs to --optimizer momentum"),
        (["x", "--lr", "0"], "0 is not a positive number"),
        (["x", "--lr", "nan"], "nan is not a positive number"),
        (["x", "--momentum", "1"], "1 is not from 0 to below 1"),
        (["x", "-o", "x.gif"], "'x.gif' ends neither in .json (the history) nor in .svg, .pdf or .png (the curve)"),
        (["x", "--path", "p.svg"], "--path draws two parameters that are numbers, and there are 1"),
        (["x", "-o", "a.svg", "--curve", "b.svg"], "-o and --curve both name the curve"),
        (["x", "--history", "a", "--curve", "a"], "two outputs would go to the same file, 'a'"),
        (["x", "--data", "@mon"], "there is no data set 'mon'; did you mean @moons?"),
        (["x", "--data", "nowhere.csv"], "there is no file 'nowhere.csv'"),
        (["-", "--data", "-"], "not both"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = run_in_text("descend", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_choices_are_those_of_the_engine() -> None:
    assert tuple(OPTIMIZERS) == command.OPTIMIZERS
    data = next(param for param in command.command.params if param.name == "data")
    assert all(f"@{name}" in (getattr(data, "help", "") or "") for name in data_sets())


def test_data_from_standard_input_and_names_of_every_kind() -> None:
    done = run_in_text("descend",
        "(λ*node + dx - c)**2", "--data", "-", "--wrt", "λ,dx", "--steps", "400", "--lr", "0.1", "--history", "-",
        stdin="node,c\n0,1\n1,3\n2,5\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["end"] == pytest.approx({"λ": 2, "dx": 1}, abs=1e-3)


def test_a_long_program_descends() -> None:
    deep = "\n".join(["v0 = x", *(f"v{i} = v{i - 1} + 0.001*sin(v{i - 1})" for i in range(1, 3000)), "v2999**2"])
    task = problem(cgviz.read(deep), {"x": 0.01}, ["x"], None)
    found = descend(task.objective, task.start, plan(steps=3, lr=0.001))
    assert list(found.losses) == sorted(found.losses, reverse=True)


@with_contourpy
def test_a_diverging_path_is_drawn_until_it_goes_wild(tmp_path: Path) -> None:
    out = tmp_path / "p.svg"
    start = ["--wrt", "w,b", "--w", "-3", "--b", "4"]
    assert (
        run_in_text(
            "descend", LINE, "--data", "@line", *start, "--lr", "0.9", "--steps", "1000", "--path", str(out)
        ).returncode
        == 1
    )
    svg = ET.fromstring(out.read_bytes())
    drawn = numbers_of(next(each for each in svg.iter() if each.get("class") == "path"))
    assert 4 <= len(drawn) <= 20
    assert (np.abs(drawn[:-1] - 300) < 320).all()
    classes = [each.get("class") for each in svg.iter()]
    assert "start" in classes
    assert "end" not in classes


def test_a_diverging_vector_names_its_stage() -> None:
    done = run_in_text(
        "descend", "(w @ x - y)**2", "--data", "@moons", "--wrt", "w", "--w", "[0, 0]", "--lr", "50", "--steps", "999"
    )
    assert done.returncode == 1
    assert "the descent diverged at step " in done.stderr
    assert "Warning" not in done.stderr
    assert "w[1] " in done.stdout


@pytest.mark.parametrize(
    ("values", "interval"),
    [
        ([1.0, 3.0], (0.64, 3.36)),
        ([3.0], (1.5, 4.5)),
        ([0.5], (-0.5, 1.5)),
        ([math.inf, 2.0], (1.0, 3.0)),
        ([], (-1, 1)),
    ],
)
def test_an_axis_holds_its_numbers_with_a_margin(values: list[float], interval: tuple[float, float]) -> None:
    assert around(values) == pytest.approx(interval)


@pytest.mark.parametrize("column", ["X", "xx", "x_hat", "x̂", "x"])
def test_a_column_that_is_an_input_with_a_mark_is_told(column: str, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(f"{column},y\n1,2\n2,4\n", "utf-8")
    done = run("descend", "(w*x - y)**2", "--data", "d.csv", "--w", "0.1", "--steps", "2", cwd=tmp_path)
    told = b"call the column x, or, if 'x' is to be learned, say so with --wrt x" in done.stderr
    assert (done.returncode, told) == ((0, False) if column == "x" else (2, True)), done.stderr


@pytest.mark.parametrize("header", ["target,x", "X,y", "yhat,x", "x,price", "feature,y"])
def test_an_input_that_is_called_as_data_are_is_no_parameter_beside_a_column_that_is_no_input(header: str) -> None:
    with pytest.raises(UsageError, match=r"is no column: call the column .*, or, if '[xy]' is to be learned, say so"):
        problem(cgviz.read(LINE), {}, None, read_sheet(f"{header}\n1,2\n"))
    assert on(LINE, "x,y,id\n1,2,3\n", "w,b").start == {"w": 0.0, "b": 0.0}
    assert problem(cgviz.read(LINE), {}, None, read_sheet("x,y,id\n1,2,3\n")).start == {"w": 0.0, "b": 0.0}
