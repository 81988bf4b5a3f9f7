"""`cgviz grade`: right passes are right, one slip is found in its line and named, and no file can crash or hang it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import SCALAR
from hypothesis import given, settings

import cgviz
from cgviz.cli import main
from cgviz.codegen import code
from cgviz.documents.writing import unicode_spelling
from cgviz.errors import CgvizError
from cgviz.grading import grade
from cgviz.grading.interpreter.limits import times
from cgviz.grading.interpreter.signals import UnreadError
from cgviz.grading.listing import UnreadableError, listing, notebook, plain
from cgviz.grading.report import Grade
from cgviz.reading.shipped import sample
from cgviz.runs.run import Run
from cgviz.views.grade import report
from tests.mutations import mutants, some
from tests.strategies import NAMES, Tree, inputs, trees

FORWARD = sample("staged-code").text
BACKWARD = """\
dnum = invden
dinvden = num
dden = (-1.0 / (den**2)) * dinvden
dsigx = (1) * dden
dxpysqr = (1) * dden
dxdpy = (2 * xpy) * dxpysqr
dx = (1) * dxpy
dy = (1) * dxpy
dx += ((1 - sigx) * sigx) * dsigx # Notice +=
dx += (1) * dnum
dsigy = (1) * dnum
dy += ((1 - sigy) * sigy) * dsigy
"""
FINITE = [each.name for each in SCALAR if each.name not in ("division-by-zero", "branch")]


def graded(program: str, text: str, **values: float) -> Grade:
    return grade(cgviz.run(program, **values), plain(text))


def staged(text: str) -> Grade:
    return graded(sample("staged").text, text)


def first(text: str) -> tuple[str, str] | None:
    """Returns the code of the first wrong line and the cause."""
    found = staged(text).first
    return found and (found.code, found.cause)


@pytest.mark.parametrize("text", [FORWARD + BACKWARD, BACKWARD], ids=["whole", "backward only"])
def test_the_lecture_is_right_and_its_typo_is_noted(text: str) -> None:
    made = staged(text)
    assert made.all_right
    assert (made.score, made.right) == (1.0, 9)
    assert [each.note for each in made.lines if each.note] == ["dxdpy is probably a misspelling of dxpy"]


def test_the_chain_rule_of_the_lecture() -> None:
    text = "x = -2; y = 5; z = -4\nq = x + y\nf = q * z\ndfd_z = q\ndfd_q = z\ndfd_x = 1.0 * dfdq\ndfd_y = 1.0 * dfdq\n"
    made = graded("q = x + y; f = q*z", text, x=-2, y=5, z=-4)
    assert made.all_right
    assert [each.theirs for each in made.gradients] == [3, -4, -4, -4]
    assert made.lines[2].note == "dfdq is not assigned; dfd_q is meant"


@pytest.mark.parametrize("spelling", ["d{}", "d_{}", "dfd{}", "df_d{}", "dfd_{}", "grad_{}", "{}_grad", "dL_d{}"])
def test_spellings_of_a_gradient(spelling: str) -> None:
    q, x, y, z = map(spelling.format, "qxyz")
    made = graded("q = x + y; f = q*z", f"{z} = q\n{q} = z\n{x} = {q}\n{y} = {q}", x=-2, y=5, z=-4)
    assert made.all_right
    assert {each.name for each in made.gradients} == set("qxyz")


@pytest.mark.parametrize("name", [each.name for each in SCALAR])
@pytest.mark.parametrize("detail", ["stage", "gate"])
def test_the_code_of_every_sample_is_right(name: str, detail: str) -> None:
    run = cgviz.run(sample(name).text, detail=detail)
    forms = ({}, {"teach": True}) if detail == "stage" else ({"stable": True, "function": True},)
    for form in forms:
        made = grade(run, plain(code(run, **form)))
        assert made.all_right, made.first
        assert made.score == made.own_score == 1


@settings(max_examples=20)
@given(tree=trees(leaves=8), values=inputs())
def test_the_code_of_random_programs_is_right(tree: Tree, values: dict[str, float]) -> None:
    run = run_of(tree, values)
    if run is None:
        return
    for form in ({}, {"teach": True}, {"stable": True}):
        made = grade(run, plain(code(run, **form)))
        assert made.all_right, (code(run, **form), made.first)


def run_of(tree: Tree, values: dict[str, float]) -> Run | None:
    named = {name: values[name] for name in NAMES if name in tree.names}
    if not named:
        return None
    run = cgviz.run(tree.text, named)
    return None if run.trouble else run


ODD = {
    "dx*x + sin(dx)*x": {"x": 2.0, "dx": 3.0},
    "dx*x + ddx*dx": {"x": 2.0, "dx": 3.0, "ddx": 1.5},
    "σ_y*beta + lambda*node": {"σ_y": 2.0, "beta": 3.0, "lambda": 2.0, "node": 1.0},
    "c = x*y; c = c + x; c = c*c; f = c*y": {"x": 2.0, "y": 3.0},
    "x = x + 1; f = x*y": {"x": 2.0, "y": 3.0},
    "w_1*x_1 + w1*x1": {"w_1": 1.0, "x_1": 2.0, "w1": 3.0, "x1": 4.0},
    "a = x*y; b = a*z; f = a + 1": {"x": 2.0, "y": 3.0, "z": 4.0},
    "x*x*x*x*x*x": {"x": 1.1},
    "x": {"x": 3.0},
    "sigmoid(x*y) + x": {},
    "; ".join(["a0 = x*y", *(f"a{i} = a{i - 1} + x" for i in range(1, 200))]): {"x": 1.1, "y": 0.9},
}


@pytest.mark.parametrize("program", ODD, ids=lambda program: program[:30])
def test_the_code_of_odd_programs_is_right(program: str) -> None:
    run = cgviz.run(program, ODD[program])
    assert grade(run, plain(code(run))).all_right


CATALOGUE = [
    ("dx += (1) * dnum", "dx = (1) * dnum", "overwrites"),
    ("dx = (1) * dxpy", "dx += (1) * dxpy", "adds-to-nothing"),
    ("dden = (-1.0 / (den**2)) * dinvden", "dden = (-1.0 / (den**2))", "upstream-forgotten"),
    ("dsigx = (1) * dden", "dsigx = (1) * dinvden", "wrong-upstream"),
    ("dsigx = (1) * dden", "dsigx = -dden", "sign"),
    ("dnum = invden", "dnum = num", "swapped"),
    ("((1 - sigx) * sigx) * dsigx", "((1 - x) * x) * dsigx", "input-for-output"),
    ("(2 * xpy) * dxpysqr", "xpy * dxpysqr", "factor-forgotten"),
    ("(2 * xpy) * dxpysqr", "(2 * xpy**2) * dxpysqr", "exponent"),
    ("(-1.0 / (den**2))", "(-1.0 / den)", "square-forgotten"),
    ("dx += (1) * dnum\n", "", "branch-forgotten"),
    ("dx += (1) * dnum\n", "dx += (1) * dnum\ndx += (1) * dnum\n", "counted-twice"),
    ("dinvden = num\n", "", "missing-gradient"),
    ("dnum = invden", "df = 2\ndnum = invden", "seed"),
    ("dy += ((1 - sigy) * sigy) * dsigy", "dy += (1 - sigy) * dsigy", "factor-forgotten"),
    ("dy += ((1 - sigy) * sigy) * dsigy", "dy += dsigy", "local-forgotten"),
    ("((1 - sigx) * sigx)", "((1 + sigx) * sigx)", "sign"),
]


@pytest.mark.parametrize(("right", "wrong", "cause"), CATALOGUE, ids=[cause for _, _, cause in CATALOGUE])
def test_the_catalogue(right: str, wrong: str, cause: str) -> None:
    assert right in BACKWARD
    made = staged(BACKWARD.replace(right, wrong))
    assert made.first is not None
    assert made.first.cause == cause
    assert not made.all_right
    assert sum(bool(each.cause) for each in made.lines) == 1


def test_a_line_read_before_its_gradient_is_there_is_out_of_order() -> None:
    lines = BACKWARD.replace("dxdpy", "dxpy").splitlines()
    moved = [*lines[:2], lines[3], lines[2], *lines[4:]]
    assert first("\n".join(moved)) == ("dsigx = (1) * dden", "order")


def test_a_sum_read_before_it_is_complete_is_out_of_order() -> None:
    made = graded("a = x*y; f = a*x + a*a", "da = x\ndx = a\ndx += y*da\ndy = x*da\nda += 2*a\n", x=2, y=3)
    assert made.first is not None
    assert (made.first.code, made.first.cause) == ("dx += y*da", "order")


def test_what_follows_from_a_mistake_is_no_mistake_of_its_own() -> None:
    made = staged(BACKWARD.replace("(den**2)", "den"))
    assert [each.line for each in made.lines if each.cause] == [3]
    assert {each.follows for each in made.lines if each.line in (4, 5, 6, 7, 8, 9, 12)} == {3}
    assert made.score == pytest.approx(3 / 9)
    assert made.own_score == pytest.approx(8 / 9)


def test_the_caret_stands_under_the_culprit() -> None:
    made = staged(BACKWARD.replace("sigx) * dsigx", "sigx) * dsigy"))
    assert made.first is not None
    assert made.listing.text[made.first.start : made.first.end] == "dsigy"


def test_other_stages_than_the_programs() -> None:
    text = """
import numpy as np
def s(t): return 1/(1+np.exp(-t))
top = x + s(y)
bottom = s(x) + (x + y)**2
f = top / bottom
dtop = 1/bottom
dbottom = -top/bottom**2
k = s(x)*(1 - s(x))
dx = dtop + dbottom*(k + 2*(x+y))
dy = dtop*s(y)*(1-s(y)) + dbottom*2*(x + y)
"""
    made = staged(text)
    assert made.all_right
    assert {each.name for each in made.gradients} == {"top", "bottom", "x", "y"}
    wrong = staged(text.replace("k = s(x)*(1 - s(x))", "k = s(x)*(1 + s(x))"))
    assert wrong.first is not None
    assert wrong.first.gradient == "x"


OWN = """\
import math
z = w*x + b
e = math.exp(-z)
s = 1/(1 + e)
ds = 1
de = -s**2 * ds
dz = -e * de
dw, dx, db = x*dz, w*dz, dz
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line", "cause"),
    [
        ("-e * de", "e * de", 7, "sign"),
        ("-s**2", "-s", 6, "square-forgotten"),
        ("w*dz, dz", "x*dz, dz", 8, "swapped"),
        ("1/(1 + e)", "1/(1 - e)", 4, "sign"),
        ("de = -s**2 * ds", "de = -s**2 * ds / (x - x)", 6, "mean-twice"),
    ],
)
def test_stages_of_the_students_own_have_gradients_too(right: str, wrong: str, line: int, cause: str) -> None:
    """exp(-z) is a stage that the program, which knows sigmoid, has not; the tuple is three lines in one."""
    program, values = "sigmoid(w*x + b)", {"w": 2.0, "x": -1.0, "b": 0.5}
    made = graded(program, OWN, **values)
    assert made.all_right
    assert [each.name for each in made.gradients] == ["s", "e", "z", "w", "x", "b"]
    spoilt = graded(program, OWN.replace(right, wrong), **values).first
    assert spoilt is not None
    assert (spoilt.line, spoilt.cause) == (line, cause)


def test_a_wrong_forward_stage_is_named_and_replaced() -> None:
    made = staged((FORWARD + BACKWARD).replace("den = sigx + xpysqr", "den = sigx - xpysqr"))
    assert made.first is not None
    assert (made.first.cause, made.first.gradient) == ("forward", "den")
    assert made.right == made.expected


def test_luck_is_not_right() -> None:
    made = graded("f = x**2", "dx = x*x", x=2)
    assert made.first is not None
    assert made.lines[0].verdict == "wrong"
    assert made.lines[0].theirs == made.lines[0].ours == 4


@pytest.mark.parametrize("before", ["", "class A:\n    pass\n", "del q\n", "async def go():\n    pass\n"])
def test_right_numbers_that_are_written_out_are_right_wherever_they_stand(before: str) -> None:
    assert graded("x*y", f"{before}dx = -4.0\ndy = 3.0", x=3.0, y=-4.0).all_right
    made = graded("x*y", f"{before}dx = -4.0\ndy = 3.5", x=3.0, y=-4.0)
    assert [each.verdict for each in made.gradients] == ["right", "wrong"]


def test_a_misspelt_name_is_noted_where_it_is_read() -> None:
    made = staged(BACKWARD.replace("dxdpy", "dxpy").replace("* dsigx", "* dsgix"))
    assert made.all_right
    assert [each.note for each in made.lines if each.note] == ["dsgix is probably a misspelling: write dsigx"]
    lost = staged(BACKWARD.replace("dsigy = (1) * dnum", "dsigy = -whatever"))
    assert lost.first is not None
    assert lost.first.cause == "unknown-name"


def test_rounded_numbers_are_close() -> None:
    made = graded("q = x + y; f = q*z", "dz = q\ndq = z\ndx = -4.001\ndy = dq", x=-2, y=5, z=-4)
    assert [each.verdict for each in made.gradients] == ["right", "right", "close", "right"]


def test_another_convention_at_a_tie_is_right() -> None:
    text = "m = max(x, y)\nf = 2*m\ndm = 2\ndx = dm*(x >= y)\ndy = dm*(x < y)\n"
    assert graded("f = 2*max(x, y)", text, x=2, y=2).all_right


def test_an_if_routes_a_gradient() -> None:
    text = "dm = 2\nif x > y:\n    dx = dm\n    dy = 0\nelse:\n    dx = 0\n    dy = dm\n"
    assert graded("m = max(x, y); f = 2*m", text, x=3, y=2).all_right


def test_most_slips_are_found_and_named() -> None:
    found = [each for name in FINITE for each in slips(cgviz.run(sample(name).text), most=6, seed=2)]
    assert len(found) > 80
    assert sum(line for line, _ in found) >= 0.95 * len(found)
    assert sum(cause for _, cause in found) >= 0.8 * len(found)


COUNTS: list[tuple[bool, bool]] = []


@settings(max_examples=16)
@given(tree=trees(leaves=6), values=inputs())
def grade_random_slips(tree: Tree, values: dict[str, float]) -> None:
    run = run_of(tree, values)
    if run is not None:
        COUNTS.extend(slips(run, most=10, seed=3))


def test_most_slips_in_random_programs_are_found_and_named() -> None:
    COUNTS.clear()
    grade_random_slips()
    assert len(COUNTS) > 30
    assert sum(line for line, _ in COUNTS) >= 0.95 * len(COUNTS)
    assert sum(cause for _, cause in COUNTS) >= 0.8 * len(COUNTS)


def slips(run: Run, most: int, seed: int) -> list[tuple[bool, bool]]:
    """Returns, for slips that change a number, whether the line was found, and whether the cause was named, too.

    The witness is Python itself: it runs what `cgviz code` wrote, spoilt, here and at two inputs nearby.
    """
    source = code(run)
    right = executed(source, run)
    found = []
    for mutant in some(source, most, seed):
        if not alike(executed(mutant.text, run), right):
            first = grade(run, plain(mutant.text)).first
            in_line = first is not None and first.line == mutant.line
            found.append((in_line, in_line and first is not None and first.cause in mutant.causes))
    return found


def executed(text: str, run: Run) -> list[dict[str, float] | None]:
    """Returns the gradients of our own code, run by Python at three inputs; None where Python stops."""
    return [gradients(text, run, by) for by in (0.0, 0.013, -0.021)]


def gradients(text: str, run: Run, by: float) -> dict[str, float] | None:
    assert run.inputs is not None
    for i, (name, value) in enumerate(run.inputs.items()):
        moved = value + by * (1 + 0.37 * i) * max(abs(value), 0.5)
        text = re.sub(rf"^({name}_*) = .*$", lambda m, moved=moved: f"{m[1]} = {moved!r}", text, count=1, flags=re.M)
    space: dict[str, Any] = {}
    try:
        exec(re.sub(r"^print.*$", "", text, flags=re.M), space)
    except (NameError, ArithmeticError, ValueError, TypeError):
        return None
    return {name: float(x) for name, x in space.items() if name.startswith("d") and isinstance(x, int | float)}


def alike(one: list[dict[str, float] | None], two: list[dict[str, float] | None]) -> bool:
    for a, b in zip(one, two, strict=True):
        if a is None or b is None or a.keys() != b.keys():
            return False
        if any(abs(a[k] - b[k]) > 1e-7 * max(abs(a[k]), abs(b[k])) + 1e-12 for k in a):
            return False
    return True


HOSTILE = {
    "tower": "dx = 9**9**9**9",
    "long number": "dx = " + "1" * 100_000,
    "hexadecimal": "dx = 0x" + "f" * 500_000,
    "deep brackets": "dx = " + "(" * 5000 + "y" + ")" * 5000,
    "deep minus": "dx = " + "-" * 100_000 + "y",
    "long sum": "dx = y" + " + y" * 100_000,
    "many lines": "dx = y\n" * 300,
    "doubling": "\n".join(["t0 = y", *(f"t{i} = t{i - 1} + t{i - 1}" for i in range(1, 200)), "dx = t199"]),
    "doubling steps": "\n".join(["t0 = dy", *(f"t{i} = t{i - 1} + t{i - 1}" for i in range(1, 200)), "dx = t199"]),
    "doubling helpers": "\n".join(
        [
            "def f0(a): return a*a",
            *(f"def f{i}(a): return f{i - 1}(a)*f{i - 1}(a)" for i in range(1, 99)),
            "dx = f98(y)",
        ]
    ),
    "recursion": "def f(a): return f(a)\ndx = f(y)",
    "import": "__import__('os').system('touch owned')\ndx = y",
    "call": "dx = __import__('os').system('touch owned')",
    "open": "dx = open('owned', 'w')",
    "dunder": "dx = (1).__class__.__bases__",
    "eval": "dx = eval('1')",
    "text": "dx = 'a' * 10**9",
    "loop": "while True: dx = y",
    "list": "dx = [y for y in range(10**9)]",
    "shift": "dx = 1 << 10**9",
    "lambda": "dx = (lambda: 1)()",
    "nul": "dx = y\0",
    "surrogate": "dx = \ud800",
    "controls": "dx = y \x1b[2J",
    "form feed": "\x0c\ndx\x0c = y\u2028dy = x",
    "empty": "",
    "no gradient": "a = 3",
    "syntax": "dx = = y",
    "indented": "  dx = y",
    "tabs": "if x:\n\tdx = y\n        dy = x",
    "ifs": "def f(a):\n" + "    if a > 0: a = a\n" * 40 + "    return a\ndx = f(y)",
    "dict": "g = {}\ng['x'] = y",
    "star": "dx, *dy = y, x",
    "walrus": "dx = (t := y)",
    "xor": "dx = y^2",
    "unknown": "dx = nothing",
    "self": "dx = dx",
    "cycle": "dx = dy\ndy = dx",
    "non-ascii": "dx = 'é' + ü; dy = x",
    "async": "async def f(): pass",
    "type": "type X = int",
    "big factorial": "dx = math.gamma(1e308) * np.exp(1e308)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_file_crashes_hangs_or_runs(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cgviz.grading.mending.MOST_RUNS", 50)  # what is tried longer is no other thing
    assert 0 < len(shown(text)) <= 200 * (len(text.splitlines()) + 10)
    assert not list(tmp_path.iterdir())


def shown(text: str) -> str:
    """Returns what a person sees of a file: its grade, or why it has none."""
    try:
        made = graded("f = x*y", text, x=3, y=4)
    except CgvizError as error:
        return str(error)
    assert 0 <= json.loads(report(made).json)["score"] <= 1
    return report(made).plain(unicode_spelling(), 60)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dx = (y", "Python cannot read this: '(' was never closed"),
        ("*dx = y", "a star on the left of = stands in a list or a tuple"),
        ("dx = y\n dy = x", "unexpected indent"),
    ],
)
def test_what_is_refused_says_where(text: str, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        graded("f = x*y", text, x=3, y=4)
    assert message in str(caught.value)
    assert "^" in str(caught.value).split("\n")[-1]


@pytest.mark.parametrize(
    "text",
    [
        "for i in range(3):\n    dx = y\ndy = x",
        "grads = {}\ngrads['x'] = y\ngrads['y'] = x",
        "dx = y\ndy = x\nplt.plot(a)",
    ],
)
def test_what_was_refused_is_read(text: str) -> None:
    assert graded("f = x*y", text, x=3, y=4).all_right


@pytest.mark.parametrize("text", ["dx = y^2\ndy = x", "dx = y\ndy = open('a')", "dx = expp(y)\ndy = x"])
def test_what_is_not_known_is_never_right(text: str) -> None:
    made = graded("f = x*y", text, x=3, y=4)
    assert not made.all_right
    assert made.right == 1


def test_a_notebook_is_its_code_cells(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": "# Homework"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import math\n", "x = 3; y = -4"]},
        {"cell_type": "code", "source": BACKWARD.replace("dx += (1) * dnum", "dx = (1) * dnum")},
    ]
    path = tmp_path / "hw.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    made = grade(cgviz.run(sample("staged").text), listing(str(path)))
    assert made.first is not None
    assert (made.first.where, made.first.cause) == ("cell 3, line 10", "overwrites")
    with pytest.raises(UnreadableError, match="not a Jupyter notebook"):
        notebook("[1, 2]")


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "right.py").write_text(BACKWARD)
        (tmp_path / "wrong.py").write_text(BACKWARD.replace("(den**2)", "den"))
        (tmp_path / "loop.py").write_text("for x in y: pass")
        (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
        (tmp_path / "notes.txt").write_text("no")
        return tmp_path

    def test_right_is_0_and_wrong_is_1(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", "@staged", str(folder / "right.py")]) == 0
        assert "9 of 9 gradients are right: nothing to mend." in capsys.readouterr().out
        assert main(["grade", "@staged", str(folder / "wrong.py")]) == 1
        out = capsys.readouterr().out
        assert "line 3: 1/u has the slope −1/u²: square the denominator." in out
        assert "  dden = (-1.0 / (den)) * dinvden" in out or "^~~" in out

    def test_what_cannot_be_read_is_2(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", "@staged", str(folder / "loop.py")]) == 1
        assert main(["grade", "@staged", str(folder / "nowhere.py")]) == 2
        assert main(["grade", "@staged", str(folder / "notes.txt")]) == 2
        assert main(["grade", "@staged"]) == 2
        assert main(["grade", "@staged", str(folder / "right.py"), "--tolerance", "2"]) == 2
        assert "Traceback" not in capsys.readouterr().err

    def test_json_for_autograders(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", "@staged", str(folder / "wrong.py"), "--format", "json"]) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["score"] == pytest.approx(1 / 3)
        assert found["first_wrong"]["cause"] == "square-forgotten"
        assert [each["follows"] for each in found["lines"]].count(3) == 8
        assert {each["name"]: each["verdict"] for each in found["gradients"]}["num"] == "right"

    def test_a_class_as_csv(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["grade", "@staged", str(folder), "--csv"]) == 1
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert [row["file"] for row in rows] == ["bytes.py", "loop.py", "right.py", "wrong.py"]
        assert [row["score"] for row in rows] == ["", "", "1", "0.3333"]
        assert rows[0]["error"].startswith("Python cannot read this") or rows[0]["error"]
        assert rows[1]["error"].startswith("there is no gradient in this file")
        assert (rows[3]["first_wrong"], rows[3]["cause"]) == ("line 3", "square-forgotten")

    @pytest.mark.parametrize("columns", ["40", "80", "120"])
    def test_a_narrow_terminal(
        self, folder: Path, columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        main(["grade", "@staged", str(folder / "wrong.py")])
        assert max(map(len, capsys.readouterr().out.splitlines())) <= max(int(columns), 80)


def test_mutants_are_many() -> None:
    run = cgviz.run(sample("staged").text)
    assert len(list(mutants(code(run)))) > 60


def test_a_text_is_not_repeated_a_number_of_times_of_numpy_either() -> None:
    with pytest.raises(UnreadError, match="too large"):
        times(np.int64(10**9), "a")
    assert times("ab", np.int64(2)) == "abab"
