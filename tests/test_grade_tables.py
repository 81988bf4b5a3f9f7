"""What grading says of many spoilt files, against a table to be read: the line, its cause, the remedy, every gradient.

The slips are made by rule in right files of several styles, so that they are nobody's choice. That a slip is found where
it is, `test_grade`, `test_grade_arrays` and `test_grade_slips` say beside Python itself.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.codegen import code
from cgviz.grading import grade, judge
from cgviz.grading.class_summary import summarized
from cgviz.grading.exercise import Exercise
from cgviz.grading.hints import hinted
from cgviz.grading.listing import plain
from cgviz.grading.points import points
from cgviz.grading.report import Grade
from cgviz.grading.selecting import selected
from cgviz.grading.submissions import submissions
from cgviz.reading.shipped import sample
from tests import array_passes, mutations
from tests.held import asked, hold, number
from tests.searches import WatchedSearch, searched
from tests.test_grade import BACKWARD, CATALOGUE, FORWARD
from tests.test_grade_arrays import run_of
from tests.test_grade_slips import EXERCISES
from tests.test_grade_slips import asked as exercise_of
from tests.test_grade_students import CALL, COURSE, LAYER, LAYER_CALL, LOOPS, TORCH, TORCH_CALL, affine

RULES: tuple[tuple[str, str], ...] = (
    (r"\.T\b", ""), (r"axis=0", "axis=1"), (r"axis=1", "axis=0"), (r" \+= ", " = "), (r" = (?=d\w+[^,]*$)", " += "), (r" - ", " + "),
    (r" \+ (?=\w)", " - "), (r" \* ", " / "), (r" \* [\w.]+(?=\)|$)", ""), (r", keepdims=True", ""), (r" \*\* 2|\*\*2", ""), (r"<= 0", "< 0"),
    (r"\((\w+) \* (\w+)\)", r"(\1 + \2)"), (r"(\w+) @ (\w+)", r"\2 @ \1"), (r"\b2 \* ", ""), (r"\[:, j\]", "[:, i]"), (r"\[i, j\]", "[j, i]"),
    (r"\bnp\.sum\((\w+), axis=0\)", r"\1"), (r"\.dot\(w\.T\)", ".dot(w)"), (r"return (.+), (\w+)$", r"return \2, \1"), (r"\bdout\b", "out"), (r"\bdnum\b", "dden"),
    (r"zeros_like\((\w+)\)", r"ones_like(\1)"), (r"np\.outer\((.+), (.+)\)", r"np.outer(\2, \1)"), (r"reversed\((.+)\):", r"\1:"), (r"1 - ", ""), (r"= (\w+)\.shape", r"= \1.size"),
)  # fmt: skip
FILES = {"course": (COURSE, CALL), "loops": (LOOPS, CALL), "layer": (LAYER, LAYER_CALL), "torch": (TORCH, TORCH_CALL)}


def slips(text: str, begin: int, count: int, seed: int) -> list[tuple[int, str]]:
    """Returns the file with one line changed by a rule, left out or doubled, and the line, so many of all that there are."""
    lines = text.split("\n")
    made: list[tuple[int, str]] = []
    for at in range(begin, len(lines)):
        line = lines[at]
        if not line.strip() or line.lstrip().startswith(("def ", "class ", "#", "@", "for ", "import", '"""')):
            continue
        changed = [re.sub(rule, by, line, count=1) for rule, by in RULES if re.search(rule, line)]
        for new in [*changed, "pass".rjust(len(line) - len(line.lstrip()) + 4), f"{line}\n{line}"]:
            made.append((at + 1, "\n".join([*lines[:at], new, *lines[at + 1 :]])))
    return Random(seed).sample(made, min(count, len(made)))


def told(made: Grade) -> Iterator[str]:
    """Yields the verdicts that say something, the gradients and the score."""
    for each in made.lines:
        if each.cause or each.note or each.verdict != "right":
            culprit = made.listing.text[each.start : each.end]
            yield f"{each.line} {each.where}: {each.code} | d{each.gradient} {number(each.theirs)} for {number(each.ours)} | {each.verdict}"
            rest = [
                each.cause,
                each.says,
                each.note,
                culprit and f"at {culprit!r}",
                each.mended and f"right: {each.mended}",
            ]
            rest.append("" if each.follows is None else f"follows {each.follows}")
            yield "  " + " | ".join(filter(None, rest))
    yield ", ".join(
        f"{each.name} {each.verdict}{'' if each.follows is None else f' after {each.follows}'}{'' if each.own else ' itself'}"
        for each in made.gradients
    )
    others = [
        f"{each.line} d{each.gradient}"
        for each in made.lines
        if not each.cause and not each.note and each.verdict == "right"
    ]
    yield f"{made.right} of {made.expected}, {made.score:.4g}, own {made.own_score:.4g}; right lines {', '.join(others) or 'none'}"
    yield from made.notes


def held(key: str, text: str, asked_for: Any, table: str = "grades.txt") -> None:
    """Compares what grading says, or raises."""
    answer: list[str] = []
    WatchedSearch.last = None
    raised = asked(lambda: answer.extend(told(asked_for(text))))
    if WatchedSearch.last is not None:
        answer += searched(WatchedSearch.last)
    hold(table, key, answer or [raised])


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.grading.mending.Search", WatchedSearch)
    monkeypatch.setattr("cgviz.grading.mending.MOST_SECONDS", 1e3)  # so that no slow machine tells another story


@pytest.mark.parametrize("at", range(12))
def test_slips_in_a_pass_of_numbers(at: int) -> None:
    run = cgviz.run(sample("staged").text)
    for line, text in slips(FORWARD + BACKWARD, FORWARD.count("\n"), 48, 1)[at::12]:
        held(f"staged, line {line}: {text.splitlines()[line - 1]}", text, lambda text: grade(run, plain(text)))
    right, wrong, cause = CATALOGUE[at]
    held(f"staged, {cause}", BACKWARD.replace(right, wrong), lambda text: grade(run, plain(text)))


@pytest.mark.parametrize("name", ["mazur", "griewank", "kink-relu", "cross-entropy", "tie-max", "logistic-loss"])
def test_slips_in_written_code(name: str) -> None:
    run = cgviz.run(sample(name).text)
    for at, mutant in enumerate(mutations.some(code(run), 5, 3)):
        held(f"{name} {at}, {mutant.kind} in line {mutant.line}", mutant.text, lambda text: grade(run, plain(text)))


@pytest.mark.parametrize("name", array_passes.PASSES)
def test_slips_in_a_pass_of_arrays(name: str) -> None:
    made = array_passes.PASSES[name]
    run = run_of(made.program)
    for at, mutant in enumerate(array_passes.some(made, 3, 4)):
        held(f"{name} {at}, line {mutant.line}", made.forward + mutant.text, lambda text: grade(run, plain(text)))


@pytest.mark.parametrize("name", FILES)
def test_slips_in_a_students_file(name: str) -> None:
    text, call = FILES[name]
    for line, spoilt in slips(text, 8, 6, 5):
        key = f"{name}, line {line}: {' '.join(spoilt.splitlines()[line - 1 : line + 1])}"
        held(key, spoilt, lambda text: affine(text, call))


@pytest.mark.parametrize("at", range(len(EXERCISES)))
def test_slips_in_a_file_beside_a_right_one(at: int) -> None:
    text = list(EXERCISES)[at]
    for line, spoilt in slips(text, 8, 6, 6):
        key = f"file {at}, line {line}: {' '.join(spoilt.splitlines()[line - 1 : line + 1])}"
        held(key, spoilt, lambda spoilt: judge(exercise_of(text), plain(spoilt)))


ODD = {
    "nothing": "",
    "no gradient": "z = x * y\n",
    "no Python": "dx = = y",
    "a name that is not there": "dx = y * dq\ndy = x",
    "numbers": "dx = 3.0\ndy = 2.0",
    "numbers that are off": "dx = 3.0\ndy = 2.1",
    "almost": "dx = 3.00001\ndy = 2.0",
    "a loop that ends": "dx = 0\nfor i in range(3):\n    dx += 1\ndy = x",
    "a loop that does not end": "dx = y\nwhile True:\n    dx = dx\ndy = x",
    "an index": "g = [y, x]\ndx = g[2]\ndy = g[1]",
    "a division": "dx = y/(x - x)\ndy = x",
    "an import": "import os\ndx = y\ndy = x",
    "a text": "dx = 'y'\ndy = x",
    "an array": "import numpy as np\ndx = np.array([y, y])\ndy = x",
    "another name": "gx = y\ngy = x",
    "too many": "dx = y\ndy = x\ndz = x\ndq = 1",
    "backwards": "dy = y\ndx = x",
    "a function": "def backward(x, y):\n    return y, x\ndx, dy = backward(x, y)",
    "a function with a slip": "def backward(x, y):\n    return y, -x\ndx, dy = backward(x, y)",
    "a dictionary": "grads = {'x': y, 'y': x}",
    "a dictionary with a slip": "grads = {'x': y, 'y': y}",
    "an attribute": "class Node:\n    def __init__(self, v):\n        self.v, self.grad = v, 0\na, b = Node(x), Node(y)\na.grad += b.v\nb.grad += a.v\ndx, dy = a.grad, b.grad",
    "an assertion": "dx = y\nassert dx == 0\ndy = x",
    "misspelt": "dxx = y\ndy = x",
    "a constant for the upstream": "df = 2.0\ndx = y*df\ndy = x*df",
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file(name: str) -> None:
    run = cgviz.run("f = x*y", x=2, y=3)
    held(f"odd: {name}", ODD[name], lambda text: grade(run, plain(text)))
    if "def " in ODD[name]:
        exercise = Exercise(run=run, call="dx, dy = backward(x, y)")
        held(f"odd: {name}, by a call", ODD[name], lambda text: judge(exercise, plain(text)))


def test_points_and_data() -> None:
    values = {"x": np.array([1.0, 2.0]), "w": np.array([0.5, -1.0]), "b": 0.25}
    run = cgviz.run("z = x @ w + b; L = z**2", values)
    for text in ("dz = 2*z\ndw = x*dz\ndb = dz", "dz = 2*z\ndw = w*dz\ndb = 1", "dz = z\ndw = x*dz\ndb = dz"):
        for exercise in (
            {"data": frozenset("x")},
            {"data": frozenset("x"), "credits": {"w": 2.0, "b": 0.5}},
            {"tolerance": 0.5},
        ):
            key = f"points: {text!r} {sorted(exercise)}"
            held(key, text, lambda text, given=exercise: judge(Exercise(run=run, **given), plain(text)))


RIGHT_FILE, WRONG_FILE = "dq = z\ndz = q\ndx = dq\ndy = dq\n", "dq = z\ndz = q\ndx = dq\ndy = -dq\n"
NOTEBOOK = json.dumps({"cells": [
    {"cell_type": "markdown", "source": ["# dq = 0"]}, {"cell_type": "code", "source": ["%matplotlib inline\n", "dq = z\n", "dz = q"]},
    {"cell_type": "code", "source": "%%time\ndx = dq\n!ls\nfiles = !ls"}, {"cell_type": "code", "source": "%%bash\nrm x"}, {"cell_type": "code", "source": "?dq\ndy = dq"},
]})  # fmt: skip
MEMBERS: dict[str, str | bytes] = {
    "anna/hw.py": RIGHT_FILE, "anna/other.py": "x = 1\n", "bert/deep/er/hw.py": WRONG_FILE, "../../carl/hw.PY": RIGHT_FILE, "__MACOSX/anna/hw.py": "", ".git/hw.py": "", "dora/.hw.py": "",
    "dora/hw.ipynb": NOTEBOOK, "emil/readme.txt": "", "emil/hw.py": "dx = (", "finn/hw.py": b"\xff\xfe\x00dx", "gina/hw.py": "# coding: latin-1\n# \xe4\n".encode("latin-1") + RIGHT_FILE.encode(),
    "hans/hw.py": RIGHT_FILE.replace("\n", "\r\n"), "ida/hw.ipynb": "{}", "jan/hw.ipynb": "[", "kai/hw.py": "\ufeff" + RIGHT_FILE, "lea\\hw.py": RIGHT_FILE, "mia/hw.py": "a\x00b", "/nik/hw.py": WRONG_FILE,
}  # fmt: skip


def zipped(members: dict[str, str | bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def tarred(members: dict[str, str | bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            content = content.encode() if isinstance(content, str) else content
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("otto/hw.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return held.getvalue()


ARCHIVES = {
    "class.zip": zipped(MEMBERS),
    "class.tar.gz": tarred(MEMBERS),
    "nested.zip": zipped(
        {
            "one.zip": zipped(
                {
                    "two.zip": zipped({"three.zip": zipped({"hw.py": RIGHT_FILE}), "hw.py": RIGHT_FILE}),
                    "hw.py": WRONG_FILE,
                }
            ),
            "bad.zip": b"no archive",
        }
    ),
    "empty.zip": zipped({"readme.txt": ""}),
    "none.zip": b"no archive",
    "none.tar": b"no archive",
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_what_a_class_hands_in(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(ARCHIVES[name])
    run = cgviz.run("q = x + y; f = q*z", x=-2, y=5, z=-4)
    lines, rows = [], []
    try:
        for each in submissions(name):
            try:
                found: Any = grade(run, each.listing())
                lines.append(
                    f"{each.name} of {each.student}: {found.score:.3g}, {[line.where for line in found.lines]}"
                )
            except cgviz.CgvizError as error:
                found = error
                lines.append(f"{each.name} of {each.student}: {type(error).__name__}: {error}")
            rows.append((each.name, found))
        lines += [f"{summarized(rows)}", f"chosen {[each for each, _ in selected(rows)]}"]
    except cgviz.CgvizError as error:
        lines.append(f"{type(error).__name__}: {error}")
    hold("grades.txt", f"handed in: {name}", lines)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_hints(level: int) -> None:
    run = cgviz.run("q = x + y; f = q*z", x=-2, y=5, z=-4)
    held(f"hint {level}", WRONG_FILE, lambda text: hinted(grade(run, plain(text)), level))


def test_exercises_without_values() -> None:
    """The points at which a program without values is judged, and one whose numbers are not finite."""
    for text in (
        "f = x*y",
        "f = log(x)*sqrt(y)",
        "f = max(x, y)",
        "f = log(-1 - x**2)",
        "f = x[0]*y",
        "f = sum((A @ v)**2)",
        "f = relu(x)*y",
    ):
        for values in ({}, {"x": 2.0}, {"x": 2.0, "y": 2.0}, {"x": 0.0, "y": 0.0}):
            key = f"points of {text} {values}"
            hold(
                "grades.txt",
                key,
                [
                    asked(
                        lambda text=text, values=values: [
                            sorted(p.items()) for p in points(cgviz.run(text, values), {})
                        ]
                    )
                ],
            )
