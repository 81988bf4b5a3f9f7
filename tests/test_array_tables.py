"""Tables of programs with arrays: grids, summaries, sentences and every format, with numpy as the witness."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import subprocess
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from reports import table
from tools import need

import cgviz
from cgviz.cli import main
from cgviz.documents.writing import spelling_for, unicode_spelling
from cgviz.errors import UsageError
from cgviz.runs.modes import mode_of
from cgviz.runs.run import Run
from cgviz.text.grids import aligned, grid
from cgviz.text.summaries import Summary, lines, strip
from cgviz.views.table.rows import rows

LINEAR = "q = W @ x\nf = sum(q**2)"
W, X = [[0.1, 0.5], [-0.3, 0.8]], [0.2, 0.4]
WIDE = """\
q = W x
f(W, x) = sum(q²)   at W = [[0.1, 0.5], [−0.3, 0.8]], x = [0.2, 0.4]

#   stage   = forward   shape               value          gradient   = backward (upstream × local)   gate
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    W       input       2×2           ⎡ 0.1  0.5⎤    ⎡0.088  0.176⎤   dq xᵀ
                                      ⎣−0.3  0.8⎦    ⎣0.104  0.208⎦
    x       input       (2,)           [0.2  0.4]   [−0.112  0.636]   Wᵀ dq
1   q       W x         (2,)         [0.22  0.26]      [0.44  0.52]   dqsqr ⊙ 2·q                     matmul: swaps
2   qsqr    q²          (2,)     [0.0484  0.0676]            [1  1]   df·𝟏                            square: scales
3   f       sum(qsqr)   scalar             0.1160                 1   seed                            sum: distributes

∇f = [∂f/∂W, ∂f/∂x] = [[[0.088, 0.176], [0.104, 0.208]], [−0.112, 0.636]]
move W along −dW by a small step h and f falls by ‖dW‖²·h = 0.0928·h (steepest element W[1, 1]); move x along −dx by a
small step h and f falls by ‖dx‖²·h = 0.417·h (steepest element x[1]).
dW stands for ∂f/∂W.
"""
PLAIN = """\
q = W @ x
f(W, x) = sum(q**2)   at W = [[0.1, 0.5], [-0.3, 0.8]], x = [0.2, 0.4]

#  stage  = forward  shape              value          gradient  = backward
---------------------------------------------------------------------------------
   W      input      2x2        [[ 0.1  0.5]   [[0.088  0.176]   outer(dq, x)
                                 [-0.3  0.8]]   [0.104  0.208]]
   x      input      (2,)          [0.2  0.4]   [-0.112  0.636]  W.T @ dq
1  q      W @ x      (2,)        [0.22  0.26]      [0.44  0.52]  dqsqr*2*q
2  qsqr   q**2       (2,)    [0.0484  0.0676]            [1  1]  spread(df, (2,))
3  f      sum(qsqr)  scalar            0.1160                 1  seed

grad f = [df/dW, df/dx] = [[[0.088, 0.176], [0.104, 0.208]], [-0.112, 0.636]]
"""
SHAPES: list[tuple[int, ...]] = [
    (2, 2),
    (3, 4),
    (8, 8),
    (30, 100),
    (0, 3),
    (2, 3, 4),
    (1, 1),
    (5,),
    (3, 1),
]
FORMATS = ("rich", "json", "csv", "markdown", "latex")


@pytest.fixture(scope="module")
def linear() -> Run:
    return cgviz.run(LINEAR, W=W, x=X)


def weighted(shape: tuple[int, ...], seed: int = 0) -> tuple[Run, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Returns the run of f = Σ w x², and its w and x."""
    made = np.random.default_rng(seed)
    w, x = made.normal(size=shape), made.normal(size=shape)
    return cgviz.run("f = sum(w*x**2)", w=w, x=x), w, x


def at_width(run: Run, width: int | None, encoding: str = "utf-8") -> str:
    return run.table().plain(spelling_for(encoding), width)


def numbers(text: str) -> list[float]:
    """Returns the numbers of a text, which are rounded to four digits."""
    return [float(word) for word in re.findall(r"-?\d[\d.]*(?:e-?\d+)?|nan|-?inf", text.replace("−", "-"))]


# grids


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (8, 8), (2, 3, 4), (1, 3), (1, 1), (3, 1), (7,), (2, 1, 2, 3)])
def test_a_grid_shows_every_element_in_order_in_lines_of_one_width(shape: tuple[int, ...], plain: bool) -> None:
    value = np.random.default_rng(1).normal(size=shape) * 10
    lines = grid(value, plain=plain)
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == max(1, math.prod(shape[:-1]))
    assert numbers(" ".join(lines)) == pytest.approx(value.ravel().tolist(), rel=6e-4)


def test_the_plain_grid_is_nested_as_numpy_nests() -> None:
    value = np.arange(12.0).reshape(2, 2, 3)
    ours = " ".join(" ".join(grid(value, plain=True)).split())
    theirs = " ".join(str(value.astype(int)).split())
    assert re.sub(r"\s*([\[\]])\s*", r"\1", ours) == re.sub(r"\s*([\[\]])\s*", r"\1", theirs)


def test_columns_of_numbers_stand_at_the_right() -> None:
    assert grid(np.array([[1.0, -22.5], [-300.0, 4.25]])) == ["⎡   1  −22.50⎤", "⎣−300    4.25⎦"]


def test_decimals_are_shared_as_far_as_digits_go() -> None:
    assert aligned(np.array([0.1, 0.25, 0.0])) == ["0.10", "0.25", "0"]
    assert aligned(np.array([12.5, 0.01799])) == ["12.50", "0.01799"]
    assert aligned(np.array([np.nan, -np.inf, 1e30, 0.5])) == ["nan", "−inf", "1e30", "0.5"]


@pytest.mark.parametrize("width", range(12, 60, 5))
def test_a_vector_is_folded_or_does_not_fit(width: int) -> None:
    value = np.arange(9.0) / 7
    lines = grid(value, 4, width)
    assert all(len(line) <= width for line in lines)
    if lines:
        assert numbers(" ".join(lines)) == pytest.approx(value.tolist(), rel=6e-4)


def test_what_is_large_or_too_wide_is_no_grid() -> None:
    assert grid(np.zeros((100, 100))) == []
    assert grid(np.ones((3, 4)) / 3, 4, 20) == []
    assert grid(np.zeros((0, 3))) == ["[]"]


# summaries


@pytest.mark.parametrize("shape", [(100, 100), (10, 1000), (3,)])
def test_a_summary_agrees_with_numpy(shape: tuple[int, ...]) -> None:
    value = np.random.default_rng(2).normal(size=shape)
    made = Summary(value)
    assert (made.least, made.most) == (value.min(), value.max())
    assert made.mean == pytest.approx(value.mean())
    assert made.norm == pytest.approx(np.linalg.norm(value))
    assert made.counts == np.histogram(value, 12)[0].tolist()
    shown = lines(made)
    assert shown[0].split() == ["×".join(map(str, shape)), "float64"]
    assert numbers(shown[1]) == pytest.approx([value.mean(), np.linalg.norm(value)], rel=6e-4)
    assert all(len(line) <= 40 for line in shown)


def test_a_summary_of_huge_and_tiny_elements_neither_overflows_nor_vanishes() -> None:
    huge, tiny = Summary(1e307 * (np.arange(100) / 99)), Summary(np.array([3e-200, 4e-200]))
    assert huge.norm == pytest.approx(1e307 * np.linalg.norm(np.arange(100) / 99))
    assert huge.mean == pytest.approx(5e306)
    assert tiny.norm == pytest.approx(5e-200)
    assert sum(huge.counts) == 100


def test_elements_that_are_not_finite_are_counted_and_left_out() -> None:
    made = Summary(np.array([1.0, np.nan, 3.0, np.inf, -np.inf]))
    assert (made.nans, made.infinite, made.least, made.mean, made.most) == (1, 2, 1.0, 2.0, 3.0)
    assert lines(made)[-1].split() == ["1", "nan,", "2", "inf"]
    assert lines(Summary(np.full(3, np.nan))) == ["3 float64", "3 nan    "]


def test_bars_rise_with_their_counts() -> None:
    assert strip([0, 1, 50, 100]) == "▁▂▅█"
    assert strip([0, 1, 50, 100], plain=True) == "_.=#"


# the page


def test_the_table_of_a_linear_layer(linear: Run) -> None:
    assert at_width(linear, 120) == WIDE
    assert table(linear, "rich").splitlines()[:-2] == WIDE.splitlines()[:-2]


def test_in_ascii_it_is_program_text(linear: Run) -> None:
    shown = at_width(linear, 84, "ascii")
    assert shown.isascii()
    assert shown.startswith(PLAIN)
    assert "falls by ||dW||^2*h = 0.0928*h (steepest element W[1, 1])" in " ".join(shown.split())


@pytest.mark.parametrize("width", [20, 33, 40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_line_is_wider_than_the_terminal(shape: tuple[int, ...], width: int) -> None:
    run, _, _ = weighted(shape)
    for encoding in ("utf-8", "ascii"):
        shown = at_width(run, width, encoding)
        assert max(map(len, shown.splitlines())) <= max(width, 22)
        assert "shape" in shown
        assert len(shown.splitlines()) < 200


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (8, 8), (2, 3, 4), (5,), (3, 1), (1, 1)], ids=str)
def test_small_arrays_are_written_out(shape: tuple[int, ...]) -> None:
    run, w, x = weighted(shape)
    value, gradient = next(iter(rows(run, unicode_spelling()))).arrays.values()
    assert numbers(" ".join(value.lines())) == pytest.approx(w.ravel().tolist(), rel=6e-4)
    assert numbers(" ".join(gradient.lines())) == pytest.approx((x**2).ravel().tolist(), rel=6e-4)
    assert all(line.strip() in at_width(run, None) for line in gradient.lines())


def test_very_many_elements_are_summed_up_in_a_moment() -> None:
    x = np.random.default_rng(3).normal(size=300_000)
    run = cgviz.run("r = relu(2*x)\nf = sum(r**2)", x=x)
    assert run.gradient["x"] is not None
    began = time.process_time()
    shown = at_width(run, 120)
    assert time.process_time() - began < 2  # about 0.1 on the machine it was written on
    assert len(shown) < 5000
    assert f"min {x.min():.4g}".replace("-", "−") in shown
    assert "looked at: hands nothing back" in " ".join(shown.split())
    assert all(len(table(run, format)) < 20_000 for format in FORMATS)


def test_broadcast_and_structural_edges_say_what_they_hand_back() -> None:
    run = cgviz.run("z = A*b\nf = sum(z)", A=np.ones((2, 3)), b=np.ones(3))
    told = {row.name: row.backward for row in rows(run, unicode_spelling())}
    assert told["A"] == ("dz ⊙ b",)
    assert told["b"] == ("sum(dz ⊙ A, axis=0)",)
    assert {row.name: row.shape for row in rows(run, unicode_spelling())} == {
        "A": "2×3",
        "b": "(3,)",
        "z": "2×3",
        "f": "scalar",
    }


def test_a_term_of_several_is_bracketed_where_it_must() -> None:
    run = cgviz.run("s = log_softmax(x)\nf = sum(s*t) + sum(x*t)", x=np.arange(3.0), t=np.ones(3))
    terms = next(row for row in rows(run, unicode_spelling()) if row.name == "x").backward
    assert len(terms) == 2
    assert any(term.startswith("(ds − ") and term.endswith(")") for term in terms)


def test_without_values_shapes_are_unknown() -> None:
    run = cgviz.run(LINEAR)
    shown = at_width(run, 120)
    assert [row.shape for row in rows(run, unicode_spelling())] == ["?", "?", "?", "?", "scalar"]
    assert "dq xᵀ" in shown
    assert "Wᵀ dq" in shown
    assert "value" not in shown
    assert shown.rstrip().endswith("∇f = [∂f/∂W, ∂f/∂x]\ndW stands for ∂f/∂W.")
    for format in FORMATS:
        assert table(run, format)


def test_a_program_of_numbers_has_no_shapes() -> None:
    run = cgviz.run("x*y", x=2, y=3)
    for format in ("rich", "csv", "markdown", "latex"):
        assert "shape" not in table(run, format)


def test_heading_and_gradient_write_short_vectors_and_name_the_rest() -> None:
    run = cgviz.run("f = sum(v) + sum(u) + sum(A)", v=np.ones(6), u=np.ones(7), A=np.eye(2))
    shown = at_width(run, 200)
    assert "at v = [1, 1, 1, 1, 1, 1], u = [1, 1, 1, …] (7), A = [[1, 0], [0, 1]]" in shown
    assert "∇f = [∂f/∂v, ∂f/∂u, ∂f/∂A] = [[1, 1, 1, 1, 1, 1], [1, 1, 1, …] (7), [[1, 1], [1, 1]]]" in shown


# sentences


def test_the_step_along_the_gradient_lowers_f_by_what_the_sentence_says() -> None:
    run, w, x = weighted((3, 4))
    said = re.search(r"‖dx‖²·h = ([\d.]+)·h \(steepest element x\[(\d), (\d)\]\)", " ".join(at_width(run, 80).split()))
    assert said
    h, gradient = 1e-7, 2 * w * x
    lowered = (np.sum(w * x**2) - np.sum(w * (x - h * gradient) ** 2)) / h
    assert float(said[1]) == pytest.approx(lowered, rel=1e-3)
    assert np.unravel_index(np.abs(gradient).argmax(), (3, 4)) == (int(said[2]), int(said[3]))


def test_a_given_upstream_gradient_weighs_the_output() -> None:
    up = np.array([1.0, -2.0])
    run = cgviz.run("q = W @ x", W=W, x=X, upstream=up)
    shown = " ".join(at_width(run, 120).split())
    assert "[dW, dx] = [[[0.2, 0.4], [−0.4, −0.8]], [0.7, −1.1]]" in shown
    assert np.allclose(np.array(W).T @ up, [0.7, -1.1])
    assert "and sum(dq·q) falls by ‖dx‖²·h = 1.7·h" in shown


def test_an_element_on_a_corner_withholds_the_slope() -> None:
    run = cgviz.run("r = relu(x)\nf = sum(r*w)", x=[1, 0, -1, 2, 3, 4], w=[1, 1, 2, 3, 4, 5])
    shown = " ".join(at_width(run, 200).split())
    assert "kink at 1 of 6: relu'(0) = 0" in shown
    assert "dead at 1 of 6: hands nothing back" in shown
    assert "x has no slope: r stands on a kink at 1 of 6 (relu'(0) = 0), so dx is a convention, not a slope" in shown
    assert "steepest element w[5]" in shown


def test_a_corner_that_the_output_is_blind_to_withholds_nothing() -> None:
    run = cgviz.run("r = relu(x)\nf = sum(r*w)", x=[1, 0, 2], w=[1, 0, 3])
    assert "move x along −dx" in " ".join(at_width(run, 200).split())


def test_a_tie_of_arrays_and_of_a_reduction() -> None:
    pair = cgviz.run("f = sum(max(a, b))", a=[1, 2, 3], b=[1, 0, 5])
    assert "a has no slope" in at_width(pair, 200)
    assert "tie at 1 of 3: split evenly" in " ".join(at_width(pair, 200).split())
    whole = cgviz.run("f = max(2*a)", a=[1, 2, 2])
    assert "a has no slope" in at_width(whole, 200)


def test_sentences_of_what_does_not_move_f() -> None:
    run = cgviz.run("u = sum(c)\nf = sum(a*b) + sum(e)", a=[1, 2], b=[0, 0], c=[1, 1], e=np.zeros((0, 3)))
    shown = " ".join(at_width(run, 400).split())
    assert "change a a little and f does not change to first order" in shown
    assert "f does not depend on c" in shown
    assert "e has no elements" in shown


def test_elements_that_are_not_finite_are_flagged_and_located() -> None:
    run = cgviz.run("z = log(x)\nf = sum(z)", x=[1, 0, -1])
    shown = " ".join(at_width(run, 200).split())
    assert "[0 −inf nan]" in shown
    assert "not finite at 2 of 3" in shown
    assert "f is nan here, so no slope can be told." in shown
    assert run.explain_trouble() == "stage (1) z = log(x): log of zero at z[1], x[1] = 0"
    for format in FORMATS:
        assert table(run, format)


# JSON and CSV


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        json.loads((files("cgviz") / "documents" / "schema" / "run-v1.schema.json").read_text(encoding="utf-8"))
    )


def document(run: Run) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(table(run, "json"))
    return made


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_json_holds_every_element(shape: tuple[int, ...], validator: jsonschema.Draft202012Validator) -> None:
    run, _, x = weighted(shape)
    made = document(run)
    if x.size < 1000:  # longer lists are of the same kinds
        validator.validate(made)
    assert made["inputs"][1]["shape"] == list(shape)
    assert np.array_equal(np.reshape(made["inputs"][1]["value"], shape), x)
    assert np.array_equal(np.reshape(made["gradient"]["w"], shape), x**2)


@pytest.mark.parametrize(
    "run",
    [
        cgviz.run(LINEAR),
        cgviz.run("f = sum([[1, 2], [3, 4]] @ x)", x=[1, 2]),
        cgviz.run("z = log(x)\nf = sum(z)", x=[[1, 0], [-1, 2]]),
        cgviz.run("f = sum(where(m > 0, a, b))", m=[1, -1], a=[1, 2], b=[3, 4]),
        cgviz.run("q = W @ x", W=W, x=X, upstream=[1, 2]),
        cgviz.run("f = sum(softmax(A, axis=1)[0]) + norm(A) + max(A)", A=W),
    ],
    ids=lambda run: run.graph.program[:24],
)
def test_json_keeps_to_its_schema(run: Run, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(document(run))


def test_json_sums_up_what_is_large(validator: jsonschema.Draft202012Validator) -> None:
    x = np.random.default_rng(4).normal(size=(101, 100))
    x[0, 0] = np.inf
    made = document(cgviz.run("f = sum(x[1])", x=x))
    validator.validate(made)
    finite = x[np.isfinite(x)]
    summary = made["inputs"][0]["value"]
    assert summary["shape"] == [101, 100]
    assert summary["nonfinite"] == 1
    assert (summary["min"], summary["max"]) == (finite.min(), finite.max())
    assert [summary["mean"], summary["norm"]] == pytest.approx([finite.mean(), np.linalg.norm(finite)])
    broken = made | {"gradient": {"x": summary | {"median": 1}}}
    assert not validator.is_valid(broken)


def test_csv_holds_arrays_as_json(linear: Run) -> None:
    found = {row["name"]: row for row in csv.DictReader(io.StringIO(table(linear, "csv")))}
    assert json.loads(found["W"]["value"]) == W
    assert np.allclose(json.loads(found["W"]["gradient"]), 2 * np.outer(np.array(W) @ X, X))
    assert json.loads(found["q"]["shape"]) == [2]
    assert found["x"]["backward"] == "W.T @ dq"
    assert float(found["f"]["value"]) == pytest.approx(np.sum((np.array(W) @ X) ** 2))
    big = next(csv.DictReader(io.StringIO(table(weighted((200, 100))[0], "csv"))))
    assert json.loads(big["value"])["shape"] == [200, 100]
    unknown = next(csv.DictReader(io.StringIO(table(cgviz.run(LINEAR), "csv"))))
    assert (unknown["shape"], unknown["value"]) == ("null", "")


# Markdown and LaTeX


def test_markdown_has_a_line_for_every_row_of_a_matrix(linear: Run) -> None:
    shown = table(linear, "markdown")
    assert (
        "|  | `W` | input | 2×2 | `[[ 0.1  0.5]`<br>` [−0.3  0.8]]` | `[[0.088  0.176]`<br>` [0.104  0.208]]` |"
        in shown
    )
    assert "| `[0.2  0.4]` | `[−0.112  0.636]` | `Wᵀ dq` |" in shown
    lines = [line for line in shown.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    assert "(steepest element W\\[1, 1\\])" in shown


def test_markdown_sums_up_what_is_large() -> None:
    shown = table(weighted((100, 100))[0], "markdown")
    assert "100×100 float64<br>mean " in shown
    assert len(shown) < 4000


def test_latex_has_matrices(linear: Run) -> None:
    shown = table(linear, "latex")
    assert r"$\begin{bmatrix} 0.1 & 0.5 \\ -0.3 & 0.8 \end{bmatrix}$" in shown
    assert r"$\mathrm{d}q \, x^{\top}$" in shown
    assert r"2$\times$2" in shown
    assert shown.count("{") == shown.count("}")


def test_latex_compiles(tmp_path: Path, linear: Run) -> None:
    need("pdflatex")
    runs = [linear, cgviz.run(LINEAR), *(weighted(shape)[0] for shape in SHAPES)]
    runs.append(cgviz.run("z = log(x)\nf = sum(z)", x=[1, 0, -1]))
    body = "\n\n".join(table(run, "latex") for run in runs)
    head = r"\documentclass{article}\usepackage{booktabs,amsmath,xcolor}\begin{document}"
    (tmp_path / "table.tex").write_text(f"{head}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]


# the command


def test_the_command_prints_a_table_of_arrays(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    arguments = ["table", LINEAR, "--W", "[[.1,.5],[-.3,.8]]", "--x", "[.2,.4]"]
    main(arguments)
    assert capsys.readouterr().out == WIDE


def test_a_forward_pass_begins_with_one_number(linear: Run) -> None:
    with pytest.raises(UsageError, match="a tangent is with respect to one number, and x has shape"):
        mode_of(linear, "forward", "x")
    assert not mode_of(linear).forward


def test_tangents_of_arrays_agree_with_gradients(validator: jsonschema.Draft202012Validator) -> None:
    run = cgviz.run("q = s*(W @ x)\np = softmax(q)\nf = sum(q**2) + p[0] + s*det(W)", W=W, x=X, s=2)
    mode = mode_of(run, "both", "s")
    told = {row.name: row.carried for row in rows(run, unicode_spelling(), mode)}
    assert told["Wx"] == ("Ẇ x + W ẋ",)
    assert told["q"] == ("Wx·ṡ", "s·∂Wx/∂s")
    assert told["qsqr"] == ("2·q·∂q/∂s",)
    assert told["sumqsqr"] == ("sum(∂qsqr/∂s)",)
    assert told["p₀"] == ("(∂p/∂s)[0]",)
    assert told["detW"] == ("tr(detW·W⁻¹ Ẇ)",)
    made = json.loads(table(run, "json", mode=mode))
    validator.validate(made)
    assert made["output"]["tangent"] == pytest.approx(made["gradient"]["s"])
    assert np.allclose(next(stage for stage in made["stages"] if stage["name"] == "q")["tangent"], np.array(W) @ X)
    assert all(table(run, format, mode=mode) for format in FORMATS)
    assert "one pass per element of an input (7 here)" in table(run, "rich", mode=mode)
    assert r"\left(\frac{\partial p}{\partial s}\right)" in table(run, "latex", mode=mode)


def test_captions_in_ascii_have_no_escapes(capsys: pytest.CaptureFixture[str], linear: Run) -> None:
    from cgviz.players.play import plain

    lines = list(plain(linear, encoding="ascii"))
    lines += plain(cgviz.run("f = sum(inv(A)**3)", A=W), encoding="ascii")
    assert all(line.isascii() and "\\" not in line for line in lines)
    assert any("invA = A^-1 = " in line for line in lines)
    assert any("dW = dq x.T" in line for line in lines)


def test_a_vector_on_the_left_of_a_matrix_is_a_row() -> None:
    run = cgviz.run("x @ A @ x", {"x": [1, 2], "A": [[1, 2], [3, 4]]})
    heading = run.table().text.splitlines()[0]
    assert heading.startswith("f(x, A) = xᵀ A·x ")
    again = cgviz.run("xᵀ A·x", {"x": [1, 2], "A": [[1, 2], [3, 4]]})
    assert again.values[again.graph.output] == 27 == np.array([1, 2]) @ [[1, 2], [3, 4]] @ [1, 2]
    assert "x^{\\top} \\, A" in run.derive().latex
