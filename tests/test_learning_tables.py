"""Descents and tables of data, against a table to be read: what is said of each, and what is refused and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.analysis.learning import OPTIMIZERS, DescentPlan, Settings, descend, problem, surface
from cgviz.analysis.learning.stacking import stacked
from cgviz.errors import CgvizError
from cgviz.graph.shapes import shaped
from cgviz.runs.passes import forward
from cgviz.text.tables import read_sheet, value_of
from tests.command import run_in_text
from tests.held import asked, hold, number

DATA = {
    "line": "x,y\n0,1\n1,3\n2,5\n3,7.5\n4,9\n",
    "vector": "x1,x2,x3,y\n1,0,2,1\n0.5,-1,1,0\n2,2,0,1\n-1,0.5,1,0\n0,1,1,1\n",
    "classes": "a;b;k\n1;2;0\n0,5;-1;1\n",
    "picked": "x1,x2,k\n1,0,0\n0.5,-1,2\n2,2,1\n",
    "one": "x,y\n2,3\n",
    "halves": "x,y\n1/2,1\n-1/4,.5\n1e-3,2E1\n",
    "odd": "x,y,who\n1,2,ann\n2,3,bob\n",
    "steep": "x,y\n1e200,1\n2e200,3\n",
    "empty cell": "x,y\n1,\n2,3\n",
    "short": "x,y\n1,2\n3\n",
    "no header": "1,2\n3,4\n",
    "twice": "x,x\n1,2\n",
    "twice, another way": "x_1,x1,y\n1,2,3\n",
    "gap": "x1,x3,y\n1,2,3\n",
}
LOSS = "(w*x + b - y)**2"
LOGISTIC = "-(y*log(sigmoid(w @ x + b)) + (1 - y)*log(1 - sigmoid(w @ x + b)))"
COMMANDS = f"""
{LOSS} --data line --wrt w,b --w 0 --b 0
{LOSS} --data line --wrt w,b --w 0 --b 0 --lr 0.05 --steps 7 --every 2
{LOSS} --data line --wrt w,b --w 0 --b 0 --lr 0.05 --batch 2 --epochs 3 --seed 4
{LOSS} --data line --wrt w,b --w 0 --b 0 --lr 0.05 --batch 2 --epochs 3 --seed 5
{LOSS} --data line --wrt w,b --w 0 --b 0 --lr 0.05 --batch 3 --steps 5
{LOSS} --data line --wrt w,b --w 0 --b 0 --optimizer adam --lr 0.5 --steps 9
{LOSS} --data line --wrt w,b --w 0 --b 0 --optimizer momentum --lr 0.01 --steps 9 --momentum 0.5
{LOSS} --data line --wrt w,b --w 0 --b 0 --lr 1 --steps 60
{LOSS} --data line --wrt w,b --w 0 --b 0 --lr 0.2 --steps 2000
{LOSS} --data line --wrt w --w 0 --b 1
{LOSS} --data line --wrt b --w 2 --b 0 --lr 0.4 --steps 30 --digits 7
{LOSS} --data line
{LOSS} --data line --wrt q
{LOSS} --data line --wrt x
{LOSS} --data line --wrt w,w
{LOSS} --data line --w 1 --y 2
{LOSS} --data one --wrt w,b --w 0 --b 0 --steps 20 --lr 0.1
{LOSS} --data halves --wrt w,b --w 0 --b 0 --steps 5
{LOSS} --data odd --wrt w,b --w 0 --b 0 --steps 5
{LOSS} --data steep --wrt w,b --w 1e-200 --b 0 --steps 5 --lr 1e-3
{LOSS} --data empty+cell --wrt w,b
{LOSS} --data short --wrt w,b
{LOSS} --data no+header --wrt w,b
{LOSS} --data twice --wrt w,b
{LOSS} --data line --wrt w,b --w 0 --b 0 --steps 0
{LOSS} --data line --wrt w,b --batch 9 --steps 3 --w 1 --b 0
(w*q+b-y)**2 --data line --wrt w,b
{LOGISTIC} --data vector --wrt w,b --w [0,0,0] --b 0 --lr 0.5 --steps 12
{LOGISTIC} --data vector --wrt w,b --w [0,0,0] --b 0 --lr 0.5 --epochs 4 --batch 2
{LOGISTIC} --data vector --wrt w,b --w [0,0] --b 0
{LOGISTIC} --data gap --wrt w,b --w [0,0,0] --b 0
{LOGISTIC} --data twice,+another+way --wrt w,b --w [0,0,0] --b 0
-log(softmax(W@x+b)[k]) --data picked --wrt W,b --W [[0,0],[0,1],[1,0]] --b [0,0,0] --lr 0.3 --steps 8
-log_softmax(W@tanh(x))[k] --data picked --wrt W --W [[0.1,0],[0,1],[1,0]] --lr 0.3 --epochs 4 --batch 2
sum(max(W@x,0)**2)+(v@x-k)**2 --data picked --wrt W,v --W [[0.1,0.5],[-1,1]] --v [1,0] --lr 0.05 --steps 6
mean((x*w-k)**2)+norm(w)*0.1 --data picked --wrt w --w [1,1] --lr 0.1 --steps 6
(a*w+b*v-k)**2 --data classes --wrt w,v --w 1 --v 0 --steps 4
(x-1)**2+10*(y-x**2)**2 --x -1 --y 1 --steps 40
(x-1)**2+10*(y-x**2)**2 --x -1 --y 1 --steps 40 --optimizer adam --lr 0.1
(x-1)**2+10*(y-x**2)**2 --x -1 --y 1 --steps 40 --optimizer momentum --lr 0.01
(x-1)**2+10*(y-x**2)**2 --x -1 --y 1 --lr 1 --steps 50
x**2 --x 3 --lr 0.1 --steps 10 --every 5
x**2 --x 3 --lr 1.0 --steps 10
sqrt(x) --x 1 --lr 1 --steps 10
log(x)+0/y --x 1 --y 0 --steps 3
relu(x) --x -1 --steps 3
x --x 1 --lr -1
x --x 1 --optimizer sgd --momentum 0.5
x*y --x 1 --steps 3
x*y --x 1 --y 2 --wrt x,z
x**2 --x 3 --batch 2
x**2 --x 3 --steps 3 --epochs 4
sum(v**2) --v [1,2,3] --steps 5 --lr 0.1
v**2 --v [1,2,3] --steps 5
sum((A@v-1)**2) --A [[1,2],[3,4]] --v [1,1] --wrt v --lr 0.01 --steps 6
"""


@pytest.mark.parametrize("line", COMMANDS.strip().splitlines())
def test_a_descent(line: str, tmp_path: Path) -> None:
    words = line.split()
    if "--data" in words:
        at = words.index("--data") + 1
        (tmp_path / "data.csv").write_text(DATA[words[at].replace("+", " ")], encoding="utf-8")
        words[at] = str(tmp_path / "data.csv")
    program = next(i for i, word in enumerate(words) if word.startswith("--"))
    made = run_in_text("descend", " ".join(words[:program]), *words[program:])
    out = f"{made.stdout}{made.stderr}".replace(str(tmp_path / "data.csv"), "data.csv")
    hold("descents.txt", line, [f"exit {made.returncode}", *out.splitlines()])


SHEETS = [
    "", "x", "x,y", "x,y\n", "x,y\n1,2", "# note\nx , y\n1, 2\n\n3,4\n", "x;y\n1,5;2\n", "x\ty\n1\t2\n", "x y\n1 2\n3 4", "1,2\n3,4",
    "x,1\n2,3", ",y\n1,2", "x,y\n1", "x,y\n1,2,3", 'a,"b c"\n1,2', 'a,"b\n1,2', "\ufeffx,y\r\n1,2\r\n", "x,nan\n1,2", "x,inf\n3,4", "x,y\n,\n1,2", "x|y\n1|2",
    "x,y\n#1,2\n3,4", "x\n1\n2\n", "1\n2\n", "_x,y2\n1,2", "x,y\n1,2\n3\n", "-1,2\nx,y", "x,+3\n1,2", "1/2,1\n2,3", "a b,c\n1,2", '"x;y";z\n1;2',
]  # fmt: skip
CELLS = [
    "",
    "1",
    "-1.5",
    "1/3",
    "1/0",
    "1e400",
    "−2",
    "1,000",
    "1,5",
    "nan",
    "-inf",
    "Infinity",
    "x",
    "1 2",
    "0x10",
    "+.5",
    "5.",
    "1e-3/2",
    " 1",
    "1//2",
    "--1",
    "1_000",
]


@pytest.mark.parametrize("named", [True, False])
def test_a_table_of_numbers(named: bool) -> None:
    for text in SHEETS:
        try:
            sheet = read_sheet(text, "the file", named)
            lines = [f"{sheet.header} {sheet.rows} {sheet.lines} {sheet.called}"]
        except CgvizError as error:
            lines = [f"{type(error).__name__}: {error}"]
        hold("sheets.txt", f"{text!r} {named}", lines)


def test_a_cell() -> None:
    hold("sheets.txt", "cells", [f"{cell!r} {value_of(cell)}" for cell in CELLS])


STACKED = """
(w @ x + b - y)**2; (x @ w - y)**2; sum((W @ x - y)**2); -log(softmax(W @ x + b)[k]); sum(V @ tanh(W @ x)); (W @ x)[0]*y + (W @ x)[k]; sum(A @ x)*y
norm(x) + sum(A*x); max(A @ x) - y; mean(A, axis=0)[0]*y; sum(sum(A, axis=-1)*x[:2]); (x @ x)*y; logsumexp(W @ x) - x[1]; sum(A.T @ x[:2]); det(M)*y
x @ (M @ x); outer(x, x)[0, 1]*y; sum(reshape(A, (3, 2)) @ u); concat(x, [y])[3]; where(y > 0, x[0], x[1]); cumsum(x)[k]; sum(A[0]*x) + A[1, 2]; log_softmax(x)[k]
sum(sort(x)*w); [y, 2*y] @ u; sum(softmax(A, axis=1)[0]*x); x[k]**2; sum(max(A, 0)); std(x)*y; w @ w; y*b; sum(A @ A.T)*y; sum(M @ x)
"""


@pytest.mark.parametrize("data", ["x y k", "A x y k", "M y", "x", "y A", "W y"])
def test_many_examples_at_once(data: str) -> None:
    """How a program of one example becomes one of many, or that it does not; and that it is the mean of their losses."""
    shapes = {
        "x": (3,),
        "y": (),
        "k": (),
        "A": (2, 3),
        "M": (3, 3),
        "W": (4, 3),
        "w": (3,),
        "b": (),
        "V": (2, 4),
        "u": (2,),
    }
    chance, count = np.random.default_rng(3), 5
    for text in STACKED.strip().replace("\n", "; ").split("; "):
        graph = cgviz.read(text, given=tuple(shapes))
        names = [graph.nodes[index].name for index in graph.inputs]
        many = {
            n: chance.integers(0, 3, count).astype(float) if n == "k" else chance.normal(size=(count, *shapes[n]))
            for n in names
            if n in data.split()
        }
        rest = {n: chance.normal(size=shapes[n]) if shapes[n] else 1.0 for n in names if n not in many}
        hold(
            "stacked.txt",
            f"{text} with {data}",
            [asked(stacked_as, graph, {n: shapes[n] for n in names}, many, rest, count)],
        )


def stacked_as(graph: Any, shapes: Any, many: Any, rest: Any, count: int) -> str:
    made = stacked(shaped(graph, shapes), many, count)
    if made is None:
        return "one after the other"
    told = "; ".join(
        f"{made.formula(index).text} {node.shape}" for index, node in enumerate(made.nodes) if node.is_stage
    )
    each = [
        forward(
            shaped(graph, shapes), {**rest, **{n: v[i] if np.ndim(v[i]) else float(v[i]) for n, v in many.items()}}
        )[graph.output]
        for i in range(count)
    ]
    found = forward(made, {**rest, **many})[made.output]
    return f"{told} {number(found)} {np.allclose(found, np.mean(each))}"


@pytest.mark.parametrize(
    "task",
    [
        ("(x-1)**2 + 10*(y-x**2)**2", {"x": -1.0, "y": 1.0}, 0.01),
        ("x**2 + y**4", {"x": 1.0, "y": 1.0}, 5.0),
        ("x + 0*y", {"x": 0.0, "y": 0.0}, 0.1),
    ],
)
def test_the_ground_of_a_descent(task: tuple[str, dict[str, float], float]) -> None:
    made = problem(cgviz.read(task[0]), task[1], ["x", "y"], None)
    for steps in (0, 1, 25):
        found = surface(
            made.objective,
            descend(made.objective, made.start, DescentPlan(OPTIMIZERS["sgd"], Settings(task[2]), steps)),
        )
        lines = [
            f"{found.names} {number(found.path[-1])} {len(found.path)} {number(found.xs[:2])} {number(found.xs[-1])} {number(found.ys[:2])} {number(found.ys[-1])} {len(found.ys)}"
        ]
        hold("descents.txt", f"ground of {task} after {steps}", [*lines, number(np.array(found.losses))])
