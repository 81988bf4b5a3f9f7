"""The table: the lecture's numbers in every format, what each width shows, sentences, and text that is no markup."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sympy
from reports import show, table
from rich.cells import cell_len
from rich.console import Console
from tools import need

import cgviz
from cgviz.documents.formats import FORMATS
from cgviz.documents.formats import FORMATS as OFFERED
from cgviz.documents.writing import spelling_for
from cgviz.errors import UsageError
from cgviz.runs.run import Run

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
WIDE = """\
f(x, y) = (x + σ(y)) / (σ(x) + (x + y)²)   at x = 3, y = −4

#   stage    = forward         value   gradient   = backward (upstream × local)             gate
──────────────────────────────────────────────────────────────────────────────────────────────────────────────
    x        input                 3      2.060   dxpy·1 + dsigx·(1 − sigx)·sigx + dnum·1   sums 3 branches
    y        input                −4      1.592   dxpy·1 + dsigy·(1 − sigy)·sigy            sums 2 branches
1   sigy     σ(y)            0.01799     0.5121   dnum·1                                    sigmoid: scales
2   num      x + sigy          3.018     0.5121   df·invden                                 add: distributes
3   sigx     σ(x)             0.9526    −0.7916   dden·1                                    sigmoid: scales
4   xpy      x + y                −1      1.583   dxpysqr·2·xpy                             add: distributes
5   xpysqr   xpy²                  1    −0.7916   dden·1                                    square: scales
6   den      sigx + xpysqr     1.953    −0.7916   dinvden·(−1/den²)                         add: distributes
7   invden   1/den            0.5121      3.018   df·num                                    reciprocal: scales
8   f        num·invden        1.546          1   seed                                      multiply: swaps

∇f = [∂f/∂x, ∂f/∂y] = [2.060, 1.592]
raise x by a tiny h and f rises by 2.06·h; raise y by a tiny h and f rises by 1.592·h.
dx stands for ∂f/∂x.
"""
NARROW = """\
f(x, y) = (x + σ(y)) / (σ(x) + (x + y)²)   at x = 3, y = −4

#  stage   = forward        value  gradient  = backward (upstream × local)
────────────────────────────────────────────────────────────────────────────────
   x       input                3     2.060  dxpy·1 + dsigx·(1 − sigx)·sigx
                                             + dnum·1
   y       input               −4     1.592  dxpy·1 + dsigy·(1 − sigy)·sigy
1  sigy    σ(y)           0.01799    0.5121  dnum·1
2  num     x + sigy         3.018    0.5121  df·invden
3  sigx    σ(x)            0.9526   −0.7916  dden·1
4  xpy     x + y               −1     1.583  dxpysqr·2·xpy
5  xpysqr  xpy²                 1   −0.7916  dden·1
6  den     sigx + xpysqr    1.953   −0.7916  dinvden·(−1/den²)
7  invden  1/den           0.5121     3.018  df·num
8  f       num·invden       1.546         1  seed

∇f = [∂f/∂x, ∂f/∂y] = [2.060, 1.592]
raise x by a tiny h and f rises by 2.06·h; raise y by a tiny h and f rises by
1.592·h.
dx stands for ∂f/∂x.
"""


@pytest.fixture
def lecture() -> Run:
    return cgviz.run(LECTURE, x=3, y=-4)


def at_width(run: Run, width: int | None, encoding: str = "utf-8") -> str:
    return run.table().plain(spelling_for(encoding), width)


def printed(run: Run, width: int, **options: Any) -> str:
    """Returns what a console of that width gets."""
    stream = io.StringIO()
    show(run, Console(file=stream, width=width, **options))
    return stream.getvalue()


def flat(page: str) -> str:
    """Returns a page on one line."""
    return " ".join(page.split())


# widths


def test_the_lecture_at_120_columns(lecture: Run) -> None:
    assert at_width(lecture, 120) == WIDE
    assert table(lecture) == WIDE
    assert printed(lecture, 120) == WIDE


def test_the_lecture_at_80_columns(lecture: Run) -> None:
    assert at_width(lecture, 80) == NARROW
    assert printed(lecture, 80) == NARROW


def test_the_backward_column_goes_under_its_rows(lecture: Run) -> None:
    lines = at_width(lecture, 60).splitlines()
    assert "    dx = dxpy·1 + dsigx·(1 − sigx)·sigx + dnum·1" in lines
    assert "6   den      sigx + xpysqr     1.953    −0.7916" in lines


def test_the_narrowest_stacks(lecture: Run) -> None:
    assert "(6) den = sigx + xpysqr\n  value 1.953\n  gradient −0.7916\n  dden = " in at_width(lecture, 30)
    assert at_width(lecture, 1) == at_width(lecture, 20)


PROGRAMS: list[tuple[Any, dict[str, float]]] = [
    (LECTURE, {"x": 3, "y": -4}),
    (LECTURE, {}),
    ("max(x, y)*relu(z)", {"x": 2, "y": 2, "z": 0}),
    ("weight_of_the_first_layer*input_number_one*1e-300", {"weight_of_the_first_layer": 1, "input_number_one": 2e-9}),
    ("+".join(f"sin({i}.125*x{i})" for i in range(40)), {f"x{i}": i for i in range(40)}),
    ("*".join(f"x{i}" for i in range(60)), {f"x{i}": 1 for i in range(60)}),
    (sympy.Symbol("変" * 70) * sympy.Symbol("n" * 300), {"変" * 70: 1, "n" * 300: 2}),
]


@pytest.mark.parametrize(("program", "values"), PROGRAMS, ids=range(len(PROGRAMS)))
def test_no_line_is_wider_than_the_console(program: Any, values: dict[str, float]) -> None:
    run = cgviz.run(program, values)
    for width in (20, 33, *range(40, 201, 19), 200):
        for line in at_width(run, width).splitlines():
            assert cell_len(line) <= width, line
            assert line == line.rstrip()


@pytest.mark.parametrize(("program", "values"), PROGRAMS[:1] + PROGRAMS[2:6], ids=range(5))
def test_every_number_is_whole_at_every_width(program: Any, values: dict[str, float]) -> None:
    run = cgviz.run(program, values)
    number = spelling_for("utf-8").number
    for width in (20, 30, 40, 60, 80, 120):
        words = set(re.split(r"[\s=\[\],]+", at_width(run, width)))
        for index in (*run.graph.inputs, *run.graph.stages):
            assert {number(run.values[index]), number(run.gradients[index])} <= words


def test_flags_stay_where_the_gate_column_goes() -> None:
    run = cgviz.run("max(x, y)*z + relu(u)", x=2, y=2, z=3, u=0)
    for width in (40, 60, 70, 120):
        shown = flat(at_width(run, width))
        assert "split evenly" in shown
        assert "kink: relu'(0) = 0" in shown


# colour, encodings, pipes


def test_values_are_green_and_gradients_red(lecture: Run) -> None:
    colours = printed(lecture, 120, force_terminal=True, color_system="standard")
    assert "\x1b[32m3.018\x1b[0m" in colours
    assert "\x1b[31m0.5121\x1b[0m" in colours
    assert re.sub(r"\x1b\[[\d;]*m", "", colours) == WIDE
    assert not re.search(r"\x1b\[(3[07]|9\d|4\d|10\d)", colours)


def test_another_theme_is_seen(lecture: Run) -> None:
    stream = io.StringIO()
    show(lecture, Console(file=stream, width=120, force_terminal=True, color_system="standard"), theme="colorblind")
    assert "\x1b[34m3.018\x1b[0m" in stream.getvalue()
    with pytest.raises(UsageError):
        show(lecture, Console(file=stream), theme="neon")


def test_no_color_leaves_no_colour(lecture: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[3\d", printed(lecture, 120, force_terminal=True))


def test_a_pipe_gets_plain_whole_lines(
    lecture: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    show(lecture)
    assert capsys.readouterr().out == WIDE
    monkeypatch.setenv("COLUMNS", "80")
    show(lecture)
    assert capsys.readouterr().out == NARROW


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "no such encoding"])
def test_an_encoding_without_sigma_gets_program_text(encoding: str) -> None:
    shown = at_width(cgviz.run("σ(α)*x**2", {"α": -1, "x": 2}), 120, encoding)
    assert shown.isascii()
    assert shown.startswith("f(alpha, x) = sigmoid(alpha)*x**2   at alpha = -1, x = 2\n")
    assert "grad f = [df/dalpha, df/dx] = [0.7864, 1.076]" in shown


def test_the_text_formats_load_no_rich() -> None:
    code = (
        "import sys, cgviz; made = cgviz.run('x*y', x=1, y=2).table(); made.show();"
        "[made.write(f) for f in ('json', 'csv', 'markdown', 'latex')]; print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.stdout.splitlines()[-1] == "False"


# sentences


@pytest.mark.parametrize(
    ("program", "values", "sentence"),
    [
        ("x*y", {"x": 4, "y": -3}, "raise x by a tiny h and f falls by 3·h; raise y by a tiny h and f rises by 4·h."),
        ("x**2", {"x": 0}, "raise x by a tiny h and f does not change to first order."),
        ("h*2", {"h": 1}, "raise h by a tiny t and f rises by 2·t."),
        ("max(x, y)", {"x": 2, "y": 1}, "f rises by 1·h; raise y by a tiny h and f does not change to first order."),
        ("max(x, y)", {"x": 2, "y": 2}, "x has no slope: f stands on a tie"),
        ("max(x, y)", {"x": 2, "y": 2}, "so 0.5 is a convention, not a slope;"),
        ("max(x, y, z)", {"x": 2, "y": 2, "z": 1}, "raise z by a tiny h and f does not change to first order."),
        (
            "relu(x) + y",
            {"x": 0, "y": 1},
            "x has no slope: relux stands on a kink (relu'(0) = 0), so 0 is a convention",
        ),
        ("abs(x)", {"x": 0}, "x has no slope: f stands on a kink"),
        ("relu(x**2)", {"x": 0}, "raise x by a tiny h and f does not change to first order."),
        ("relu(relu(x) - 5)", {"x": 0}, "raise x by a tiny h and f does not change to first order."),
        ("where(x > 0, x**2, 3)", {"x": 0}, "stands on a kink (at equality"),
        ("where(x > 0, x**2, relu(x - 1))", {"x": 1}, "raise x by a tiny h and f rises by 2·h."),
        ("(x > 0)*x", {"x": 0}, "stands on a kink (at equality"),
        ("clip(x, 0, 1)", {"x": 1}, "x has no slope: f stands on a kink"),
        ("1/x", {"x": 0}, "f is inf here, so no slope can be told."),
        ("sqrt(x)*y", {"x": 0, "y": 2}, "x has no slope: its gradient is inf;"),
        ("q = 2*z; x*y", {"x": 1, "y": 2, "z": 3}, "f does not depend on z"),
    ],
)
def test_the_sentence(program: str, values: dict[str, float], sentence: str) -> None:
    assert sentence in flat(at_width(cgviz.run(program, values), 200))


def test_of_many_inputs_the_largest_slopes_are_told() -> None:
    shown = flat(
        at_width(cgviz.run("+".join(f"{i}*x{i}" for i in range(1, 21)), {f"x{i}": 1 for i in range(1, 21)}), 200)
    )
    assert "the 6 largest of 20 slopes: raise x20 by a tiny h and f rises by 20·h; raise x19" in shown
    assert "∂f/∂x7, … (13 more)]" in shown


# heads


@pytest.mark.parametrize(
    ("program", "head"),
    [
        ("1/2x", "f(x) = (1/2)·x"),
        ("-x**2", "f(x) = −x²"),
        ("q = x + y; f = q*z", "q = x + y\nf(x, y, z) = q·z"),
        ("c = x + y; c = c*c; c - 1", "c = x + y\nc′ = c·c\nf(x, y) = c′ − 1"),
        ("g(b, a) = a/(1 + exp(b))", "g(b, a) = a / (1 + exp(b))"),
        ("2 + 3", "f = 2 + 3"),
    ],
)
def test_the_head_echoes_how_the_text_was_read(program: str, head: str) -> None:
    assert at_width(cgviz.run(program), 120).startswith(f"{head}\n")


def test_heads_of_large_programs_stay_short() -> None:
    doubled = "\n".join(["a = x + x"] + ["a = a + a"] * 100)
    assert "… (93 more statements)" in at_width(cgviz.run(doubled, x=1), 80)
    expression = "x"
    for _ in range(12):
        expression = f"({expression} + {expression})"
    head = at_width(cgviz.run(expression, x=1), 80).partition("\n\n")[0]
    assert len(head) < 500


def test_symbols_only() -> None:
    shown = at_width(cgviz.run("x*y"), 80).splitlines()
    assert "value" not in shown[2]
    assert shown[4].split() == ["x", "input", "dx", "df·y"]
    assert shown[-2:] == ["∇f = [∂f/∂x, ∂f/∂y]", "dx stands for ∂f/∂x."]


def test_many_branches_are_counted() -> None:
    run = cgviz.run("+".join(f"sin({i}*x)" for i in range(2, 32)), x=1)
    assert "… (26 more)" in at_width(run, 120)
    assert "sums 30 branches" in at_width(run, 120)


# text of the user is text

ODD = ["x[b]", "[red]", "[/]", ":smile:", "a|b", "d`e", "=1+1", "@x", "<b>", "a\nb", "$x$", "\x1b[31m"]


def odd_run() -> Run:
    total = sympy.Add(*map(sympy.Symbol, ODD), evaluate=False)
    return cgviz.run(total, dict.fromkeys(ODD, 1.0))


def test_names_are_no_rich_markup() -> None:
    shown = printed(odd_run(), 200, force_terminal=True, color_system="standard")
    for name in ODD[:9]:
        assert f"\x1b[1m{name}\x1b[0m" in shown
    assert "\x1b[1ma\\nb\x1b[0m" in shown
    assert "\\x1b[31m" in shown


def test_names_are_no_markdown() -> None:
    lines = table(odd_run(), "markdown").splitlines()
    body = [line for line in lines if line.startswith("|")]
    assert len(body) == 2 + len(ODD) + 1
    assert {len(re.split(r"(?<!\\)\|", line)) for line in body} == {9}
    assert any(r"`a\|b`" in line for line in body)
    assert any("`` d`e ``" in line for line in body)


def test_cells_are_no_formulas() -> None:
    text = table(odd_run(), "csv")
    assert text.count("\r\n") == text.count("\n")
    rows = list(csv.reader(io.StringIO(text)))
    assert {len(row) for row in rows} == {9}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    negative = list(csv.DictReader(io.StringIO(table(cgviz.run("-x", x=2), "csv"))))
    assert (negative[1]["formula"], negative[1]["value"], negative[0]["gradient"]) == ("'-x", "-2", "-1")


# the other formats


def test_csv_holds_full_precision(lecture: Run) -> None:
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(table(lecture, "csv")))}
    assert list(rows) == ["x", "y", "sigy", "num", "sigx", "xpy", "xpysqr", "den", "invden", "f"]
    assert float(rows["x"]["gradient"]) == lecture.gradient["x"]
    assert float(rows["sigy"]["value"]) == lecture.values[2]
    assert rows["x"]["backward"] == "dxpy*1 + dsigx*(1 - sigx)*sigx + dnum*1"
    assert (rows["x"]["kind"], rows["den"]["kind"], rows["den"]["number"]) == ("input", "stage", "6")


def test_markdown(lecture: Run) -> None:
    lines = table(lecture, "markdown").splitlines()
    assert lines[0] == "`f(x, y) = (x + σ(y)) / (σ(x) + (x + y)²)` at `x = 3, y = −4`"
    assert "| 7 | `invden` | `1/den` | 0.5121 | 3.018 | `df·num` | reciprocal: scales |" in lines
    assert lines[-3].startswith("raise `x` by a tiny h and `f` rises by 2.06·h;")


def test_latex(lecture: Run) -> None:
    lines = re.sub(r"\\textcolor\{\w+\}\{(.*?)\}(?= &| \\\\)", r"\1", table(lecture, "latex")).splitlines()
    assert any(r"\begin{tabular}{@{}rllrrll@{}}" in line for line in lines)
    wanted = (
        r"  7 & $\mathrm{invden}$ & $\frac{1}{\mathrm{den}}$ & $0.5121$ & $3.018$ & $\mathrm{d}f \cdot \mathrm{num}$ &"
    )
    assert any(line.startswith(wanted) for line in lines)


def test_latex_compiles(tmp_path: Path) -> None:
    need("pdflatex")
    runs = [
        cgviz.run(LECTURE, x=3, y=-4),
        cgviz.run("max(α_1, weight_of)*relu(z) + |x|", {"α_1": 2, "weight_of": 2, "z": 0, "x": 0}),
        cgviz.run("c = 1/x; c = c*1e-20; unused = c; where(x > 0, c, exp(800*x))", x=0),
        cgviz.run("atan2(lambda, φ)**y"),
        odd_run(),
    ]
    body = "\n\n".join(table(run, "latex") for run in runs)
    packages = r"\usepackage{booktabs,amsmath,xcolor}"
    document = rf"\documentclass{{article}}{packages}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "t.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="latin-1", timeout=60)
    assert done.returncode == 0, done.stdout[-2000:]


def test_formats_are_those_that_the_command_line_offers() -> None:
    assert tuple(FORMATS) == tuple(OFFERED)
    with pytest.raises(UsageError, match="unknown format 'xml'; there are terminal, markdown"):
        table(cgviz.run("x"), "xml")


def test_digits(lecture: Run) -> None:
    assert "2.0595698" in table(lecture, digits=8)
    assert "2.0595698" in table(lecture, "latex", digits=8)
    assert "2.0595697955721652" in table(lecture, "csv", digits=2)


def test_the_same_run_gives_the_same_text(lecture: Run) -> None:
    for name in FORMATS:
        assert table(lecture, name) == table(cgviz.run(LECTURE, x=3, y=-4), name)
