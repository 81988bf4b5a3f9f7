"""What is said of wrong lines in backward passes that a function of Python's is, and of files in processes of their own."""

from __future__ import annotations

import ast
import importlib.util
import json
import multiprocessing
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.errors import EvaluationError
from cgviz.grading import confined, handwritten
from cgviz.grading.exercise import Exercise
from cgviz.grading.handwritten import HandSearch, Point, source_of, wrong_lines
from cgviz.grading.listing import plain
from cgviz.grading.submissions import Submission
from tests.held import asked, hold, number

PASSES = '''
import functools
import numpy as np

def right(up, x, w):
    a = np.tanh(x @ w)
    da = up * 2 * a
    dz = da * (1 - a**2)
    dw = x.T @ dz
    return dz @ w.T, dw

def sign(up, x, w):
    a = np.tanh(x @ w)
    dz = up * 2 * a * (1 + a**2)
    return dz @ w.T, x.T @ dz

def two(up, x, w):
    a = np.tanh(x @ w)
    dz = up * 2 * a * (1 - a**2)
    dx = dz @ w.T * 2
    dw = -x.T @ dz
    return dx, dw

def parts(up, x, w):
    a = np.tanh(x @ w)
    da = up * 2 * a
    d_z = np.cos(da) ** 3 + a**5 * 7
    return d_z @ w.T, x.T @ d_z

def raises(up, x, w):
    a = np.tanh(x @ w)
    dz = up * 2 * a * (1 - a**2)
    return dz @ w, x.T @ dz

def blocks(up, x, w):
    """Loops, conditions and what is tried."""
    a = np.tanh(x @ w)
    dw = np.zeros_like(w)
    if up > 0:
        dz = up * 2 * a * (1 - a**2)
    else:
        dz = 0 * a
    for i in range(x.shape[0]):
        try:
            dw = np.outer(x[i], dz[i])
        finally:
            i += 0
    else:
        dx = dz @ w.T
    while False:
        pass
    return dx, dw

def made(scale):
    def closed(up, x, w, *, half=0.5):
        a = np.tanh(x @ w)
        dz = up * scale * a * (1 - a**2)
        dw = x.T @ dz * half
        return dz @ w.T, dw
    return closed

closed = made(2)

def kept(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)
    return inner

@kept
def decorated(up, x, w, n=3):
    a = np.tanh(x @ w)
    dz = up * 2 * a * (1 - a**2)
    return dz @ w.T / n, x.T @ dz

short = lambda up, x, w: (x, w)
'''
X, W = np.array([[0.4, -1.2, 0.7], [1.5, 0.3, -0.8]]), np.array([[0.5, -0.4], [0.2, 0.8], [-1.1, 0.3]])


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("hand") / "passes.py"
    path.write_text(PASSES, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("passes", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def point(x: np.ndarray, w: np.ndarray) -> Point:
    run = cgviz.run("z = x @ w; a = tanh(z); L = sum(a**2)", x=x, w=w)
    stages = {node.name: run.gradients[at] for at, node in enumerate(run.graph.nodes) if node.name and node.is_stage}
    return Point({"x": x, "w": w}, 1.0, dict(run.gradient), stages)


def handed_back(backward: Callable[..., Any], at: Point) -> Mapping[str, Any] | None:
    try:
        with np.errstate(all="ignore"):
            return dict(zip("xw", backward(at.upstream, **at.inputs), strict=True))
    except Exception:
        return None


@pytest.mark.parametrize("name", ["right", "sign", "two", "parts", "raises", "blocks", "closed", "decorated", "short"])
def test_a_function_written_by_hand(name: str, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handwritten, "MOST_RUNS", 200)
    monkeypatch.setattr(handwritten, "MOST_SECONDS", 1e3)
    made, points = source_of(getattr(module, name), np), [point(X, W), point(X * 1.1, W * 0.9)]
    lines = [f"source {made is not None}"]
    if made is not None:
        search = HandSearch(made, points, handed_back)
        best = search.best()
        lines.append(
            f"right {sorted(search.right)}, wrong {sorted(search.wrong)}, run {[node.lineno for node in search.ran]}, last {sorted(search.last)}"
        )
        lines.append(
            f"{search.runs} runs"
            + (f", right then {sorted(best.right)}, odd {best.odd}, tier {best.tier}, rank {best.rank}" if best else "")
        )
        lines.append(f"odd {sorted(search.odd_stages(search.last))}, parting {search.parting()}")
        place = search.place(search.ran[0])
        lines.append(
            f"place: gradients {sorted(place.gradients)}, elements {place.elements}, changed {sorted(place.changed)}, within {len(place.within)}, block {len(place.block)}"
        )
        lines += [str(each) for each in wrong_lines(made, points, handed_back)]
    hold("parts.txt", f"by hand: {name}", lines)


def test_what_is_the_same_by_hand() -> None:
    pairs: list[tuple[Any, Any]] = [(1.0, None), (1.0, 1.0), (1.0, 1 + 9e-7), (1.0, 1 + 2e-6), (0.0, 9e-10), (0.0, 2e-9), (np.ones(2), np.ones(3)), (np.ones(2), [1, 1]), (np.ones(2), np.array([1, 2]))]  # fmt: skip
    lines = [f"{number(ours)} {number(theirs)}: {handwritten.is_same(ours, theirs)}" for ours, theirs in pairs]
    tensor = SimpleNamespace(detach=lambda: SimpleNamespace(cpu=lambda: SimpleNamespace(numpy=lambda: np.ones(2))))
    lines += [f"{type(handwritten.plain(value)).__name__}" for value in (tensor, np.ones(2), np.float64(2), 3, "a")]
    lines.append(
        f"{[source_of(each, np) is not None for each in (len, np.sum, Path, point, lambda: 1, json.dumps, ast.NodeVisitor().visit)]}"
    )
    hold("parts.txt", "the same by hand", lines)


# processes of their own


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: list[str] = []

    def limited(kind: int, most: tuple[int, int]) -> None:
        if kind == 3:
            raise ValueError("no")
        set_to.append(f"{kind}: {most if kind != 2 else most[0] - confined.in_use() >> 29} {most[0] == most[1]}")

    fake = SimpleNamespace(RLIMIT_CPU=1, RLIMIT_AS=2, RLIMIT_FSIZE=3, RLIMIT_CORE=4, RLIMIT_NOFILE=5, setrlimit=limited)
    monkeypatch.setitem(sys.modules, "resource", fake)
    monkeypatch.setattr(sys, "setrecursionlimit", lambda most: set_to.append(f"recursion {most}"))
    monkeypatch.setattr(sys, "getrecursionlimit", lambda: 1000)
    confined.confine(2.5)
    monkeypatch.setitem(sys.modules, "resource", None)
    confined.confine(2.5)
    set_to.append(f"in use {2**20 < confined.in_use() < 2**42}")
    hold("parts.txt", "limits", set_to)


def test_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []

    class Answer:
        def __init__(self, says: Any) -> None:
            self.says, self.sent = says, 0

        def poll(self, _: float) -> bool:
            if isinstance(self.says, Exception):
                raise self.says
            return self.says is not None

        def recv(self) -> Any:
            return self.says

        def send(self, found: Any) -> None:
            self.sent += 1
            if self.sent == 1 and self.says == "late":
                raise ValueError("not to be sent")
            lines.append(f"sent {type(found).__name__} {found}")

        def close(self) -> None:
            lines.append("closed")

    process = SimpleNamespace(
        kill=lambda: lines.append("killed"), join=lambda seconds: lines.append(f"joined {seconds}")
    )
    monkeypatch.setattr(confined, "monotonic", lambda: 10.0)
    for says, due in ((None, 11.0), (None, 10.0), (None, 9.0), ("a grade", 11.0), (EOFError(), 11.0)):
        found = confined.answered(confined.Running(1, process, Answer(says), due), 2.5)  # type: ignore[arg-type]
        lines.append(f"{says!r} due {due}: {type(found).__name__} {found}")
    monkeypatch.setattr(confined.os, "_exit", lambda code: lines.append(f"exit {code}"))
    monkeypatch.setattr(confined, "confine", lambda seconds: lines.append(f"confined {seconds}"))
    exercise = Exercise(run=cgviz.run("f = x*y", x=2.0, y=3.0))
    for says in ("", "late"):
        for raised in (None, EvaluationError("said\nmore"), MemoryError(), ValueError("v" * 300)):

            def listing(raised: Exception | None = raised) -> Any:
                if raised is not None:
                    raise raised
                return plain("dx = y\ndy = x\n")

            confined.child(Answer(says), exercise, SimpleNamespace(listing=listing), 2.5)  # type: ignore[arg-type]
    hold("parts.txt", "answers", [line.partition(" Grade(")[0] for line in lines])


def test_two_at_a_time() -> None:
    exercise = Exercise(run=cgviz.run("f = x*y", x=2.0, y=3.0))
    texts = ["dx = y\ndy = x\n", "dx = y\ndy = -x\n", "dx = = 1", "import os\nos._exit(3)\ndx = y\n"]
    handed_in = [Submission(f"{at}.py", content=text.encode()) for at, text in enumerate(texts)]
    found = dict(confined.graded(exercise, handed_in, jobs=2))
    lines = [f"{at}: {found[at].score if not isinstance(found[at], Exception) else found[at]}" for at in sorted(found)]  # type: ignore[union-attr]
    lines += [asked(lambda each=each: confined.graded_one(exercise, each).score) for each in handed_in[1:3]]
    lines.append(f"left {len(multiprocessing.active_children())}")
    hold("parts.txt", "two at a time", [line.partition("\n")[0] for line in lines])
