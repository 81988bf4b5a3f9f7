"""Jacobians: against PyTorch and central differences, in both modes and layouts, in every format."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from cgviz.analysis.jacobians import jacobian
from cgviz.analysis.products import in_symbols, products
from cgviz.cli import main
from cgviz.documents.writing import unicode_spelling
from cgviz.errors import UsageError
from cgviz.ops.joining import joined
from cgviz.ops.op import ops
from cgviz.reading.api import as_value, read
from cgviz.runs.passes import forward
from cgviz.runs.run import Run
from cgviz.runs.starting import start, without_seed
from cgviz.text.fold import line_width
from cgviz.views.jacobian import picture, report
from cgviz.views.jacobian.facts import MatrixFacts, of_hessian, of_jacobian
from tests.tex import compiled

RANDOM = np.random.default_rng(7)
LECTURE = {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}
SQUARES = "q = W @ x\nf = sum(q**2)"


def run_of(program: str, inputs: dict[str, Any], upstream: Any = None) -> Run:
    values = {name: as_value(name, value) for name, value in inputs.items()}
    graph = read(program, given=tuple(values))
    return without_seed(graph, values) if upstream is None else start(graph, values, upstream=as_value("up", upstream))


def facts(
    program: str, of: str | None, wrt: str | None, mode: str = "auto", layout: str = "numerator", **inputs: Any
) -> MatrixFacts:
    run = run_of(program, inputs)
    return of_jacobian(run, of, wrt, mode, layout, seeded=not run.graph.nodes[run.graph.output].shape)


def entries(program: str, of: str | None, wrt: str, mode: str = "auto", **inputs: Any) -> Any:
    return facts(program, of, wrt, mode, **inputs).matrix.entries


def differences(run: Run, of: int, wrt: int, step: float = 1e-6) -> Any:
    """Central differences of node `of` in the elements of an input."""
    name, value = run.graph.nodes[wrt].name, np.asarray(run.values[wrt], dtype=float)
    columns = []
    for place in range(value.size):
        ends = []
        for by in (step, -step):
            moved = value.copy()
            moved.flat[place] += by
            given = {**(run.inputs or {}), name: moved if moved.ndim else float(moved)}
            ends.append(np.ravel(forward(run.graph, given)[of]))
        columns.append((ends[0] - ends[1]) / (2 * step))
    return np.array(columns).T.reshape(np.size(run.values[of]), value.size)


def some(*shape: int) -> Any:
    return RANDOM.uniform(0.3, 1.7, size=shape) * RANDOM.choice([-1, 1], size=shape)


PROGRAMS = [
    ("W @ x", {"W": (3, 4), "x": (4,)}),
    ("x @ W", {"W": (3, 4), "x": (3,)}),
    ("x @ y", {"x": (3,), "y": (3,)}),
    ("A @ B", {"A": (2, 3), "B": (3, 2)}),
    ("A @ B", {"A": (2, 1, 3), "B": (2, 3, 2)}),
    ("x + y", {"x": (3, 1), "y": (1, 4)}),
    ("x * y - y", {"x": (2, 3), "y": ()}),
    ("x / y", {"x": (1,), "y": (2, 1)}),
    ("softmax(x)", {"x": (2, 3)}),
    ("log_softmax(x)", {"x": (4,)}),
    ("logsumexp(x, axis=0)", {"x": (3, 2)}),
    ("sum(x, axis=1) * mean(x)", {"x": (2, 3)}),
    ("max(x, axis=0)", {"x": (3, 3)}),
    ("norm(x) * x", {"x": (3,)}),
    ("tanh(W @ x + b)", {"W": (2, 3), "x": (3,), "b": (2,)}),
    ("relu(x) + sigmoid(x)", {"x": (2, 2)}),
    ("where(x > 0, exp(x), x*y)", {"x": (5,), "y": (1,)}),
    ("max(x, y)", {"x": (3,), "y": (3,)}),
    ("outer(x, y).T", {"x": (2,), "y": (3,)}),
    ("inv(A)", {"A": (2, 2)}),
    ("det(A) * trace(A)", {"A": (3, 3)}),
    ("concat([x, x*x, y])", {"x": (2,), "y": (1,)}),
    ("reshape(x, (3, 2)) @ y", {"x": (2, 3), "y": (2,)}),
    ("x[1:] * x[:-1]", {"x": (4,)}),
    ("x[:, 1] + x[0, 0]", {"x": (2, 3)}),
    ("[x, y, x*y]", {"x": (), "y": ()}),
    ("x*y + sin(x)", {"x": (), "y": ()}),
    ("sum(x) + y", {"x": (0,), "y": ()}),
    ("x * 2", {"x": (0, 3)}),
    ("gamma(abs(x)) * erf(x)", {"x": (3,)}),
]


@pytest.mark.parametrize(("program", "shapes"), PROGRAMS, ids=[f"{p} {s}" for p, s in PROGRAMS])
def test_both_modes_agree_with_central_differences(program: str, shapes: dict[str, tuple[int, ...]]) -> None:
    run = run_of(program, {name: some(*shape) if shape else float(some()) for name, shape in shapes.items()})
    for wrt in run.graph.inputs:
        backward, tangent = (jacobian(run, run.graph.output, [wrt], mode) for mode in ("reverse", "forward"))
        expected = differences(run, run.graph.output, wrt)
        assert backward.entries == pytest.approx(expected, rel=1e-6, abs=1e-7)
        assert tangent.entries == pytest.approx(backward.entries, rel=1e-12, abs=1e-14)
        assert (tangent.blank == backward.blank).all()
        assert not np.asarray(expected)[backward.blank].any()


@pytest.mark.parametrize(("program", "shapes"), [*PROGRAMS, ("where(x > 0, x, y) + z", {"x": (), "y": (), "z": ()})])
def test_what_is_blank_at_some_numbers_is_zero_at_all(program: str, shapes: dict[str, tuple[int, ...]]) -> None:
    def at_random() -> Any:
        run = run_of(program, {name: some(*shape) if shape else float(some()) for name, shape in shapes.items()})
        return jacobian(run, run.graph.output, run.graph.inputs)

    blank = at_random().blank
    for _ in range(6):
        assert not at_random().entries[blank].any()


TORCH = [
    ("W @ x", lambda t, w, x: w @ x, {"W": (3, 2), "x": (2,)}),
    ("softmax(x, axis=0)", lambda t, x: t.softmax(x, 0), {"x": (3, 2)}),
    ("relu(x @ W)", lambda t, x, w: t.relu(x @ w), {"x": (2, 3), "W": (3, 2)}),
    ("sum((x - mean(x))**2, axis=1)", lambda t, x: ((x - x.mean()) ** 2).sum(1), {"x": (2, 3)}),
    ("x * y", lambda t, x, y: x * y, {"x": (2, 1), "y": (3,)}),
    ("max(x, axis=1)", lambda t, x: t.amax(x, 1), {"x": (2, 3)}),
    ("inv(A) @ b", lambda t, a, b: t.linalg.inv(a) @ b, {"A": (3, 3), "b": (3,)}),
    ("tanh(x)[1]", lambda t, x: t.tanh(x)[1], {"x": (3,)}),
]


@pytest.mark.parametrize(("program", "function", "shapes"), TORCH, ids=[case[0] for case in TORCH])
def test_jacobians_are_those_of_pytorch(program: str, function: Any, shapes: dict[str, tuple[int, ...]]) -> None:
    torch = pytest.importorskip("torch")
    inputs = {name: some(*shape) for name, shape in shapes.items()}
    names = list(inputs)
    tensors = tuple(torch.tensor(inputs[name], dtype=torch.float64) for name in names)
    theirs = torch.autograd.functional.jacobian(lambda *args: function(torch, *args), tensors)
    for name, expected in zip(names, theirs, strict=True):
        for mode in ("reverse", "forward"):
            ours = entries(program, None, name, mode, **inputs)
            assert ours == pytest.approx(expected.numpy().reshape(ours.shape), rel=1e-10, abs=1e-12)


def test_the_jacobians_of_the_course() -> None:
    assert entries(SQUARES, "q", "x", **LECTURE).tolist() == LECTURE["W"]
    assert entries("relu(x)", None, "x", x=[1, -2, 0, 3]).tolist() == np.diag([1.0, 0, 0, 1]).tolist()
    s = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    assert entries("softmax(x)", None, "x", x=[1, 2, 3]) == pytest.approx(np.diag(s) - np.outer(s, s))
    X, W = some(2, 3), some(3, 4)
    assert entries("Y = X @ W", "Y", "X", X=X, W=W) == pytest.approx(np.kron(np.eye(2), W.T))
    assert entries("Y = X @ W", "Y", "W", X=X, W=W) == pytest.approx(np.kron(X, np.eye(4)))


def test_a_stage_counts_as_an_input() -> None:
    program = "h = x*x\nf = h*x"
    assert entries(program, "f", "h", x=3).tolist() == [[3]]
    assert entries(program, "f", "x", x=3).tolist() == [[27]]
    assert entries(program, "f", "x,h", "forward", x=3).tolist() == [[27, 3]]
    assert entries(program, "1", "x", x=3).tolist() == [[6]]
    assert entries(program, "f", "f", x=3).tolist() == [[1]]


def test_auto_takes_the_mode_with_fewer_passes_and_says_why() -> None:
    text = report(facts(SQUARES, "q", "W", **LECTURE)).text
    assert "reverse mode: 2 passes, one per element of q; forward mode would need 4" in text
    assert (
        "forward mode: 2 passes, one per element of x; reverse mode would need 4"
        in report(facts("y = outer(x, x)", "y", "x", x=[1, 2])).text
    )
    assert "as asked for" in report(facts(SQUARES, "q", "W", "forward", **LECTURE)).text


def test_denominator_layout_is_the_transpose() -> None:
    numerator, denominator = (
        facts(SQUARES, "q", "W,x", layout=side, **LECTURE) for side in ("numerator", "denominator")
    )
    assert (denominator.matrix.entries == numerator.matrix.entries.T).all()
    assert "∂q/∂(W, x), numerator layout: 2×6" in report(numerator).text
    assert "∂q/∂(W, x), denominator layout: 6×2" in report(denominator).text
    assert "∂q/∂x = Wᵀ" in report(denominator).text
    assert "∂q/∂W = kron(I, x)\n" in report(denominator).text
    assert [p.by_matrix.tolist() for p in numerator.products] == [p.by_matrix.tolist() for p in denominator.products]


def test_labels_are_in_row_major_order() -> None:
    found = json.loads(report(facts(SQUARES, "q", "W", **LECTURE)).json)
    assert found["rows"] == ["q[0]", "q[1]"]
    assert found["columns"] == ["W[0,0]", "W[0,1]", "W[1,0]", "W[1,1]"]
    assert found["entries"] == [[0.2, 0.4, 0, 0], [0, 0, 0.2, 0.4]]
    assert (found["structural_zeros"], found["layout"], found["shape"]) == (4, "numerator", [2, 4])
    assert found["formulas"] == ["kron(I, x.T)"]


def test_zeros_of_the_structure_are_told_from_zeros_of_the_numbers() -> None:
    found = facts("relu(W @ x)", None, "x", W=[[1, 0], [-1, -1]], x=[1, 1]).matrix
    assert (found.zeros, found.blanks) == (3, 0)
    assert facts("x * y", None, "x", x=[0, 1, 2], y=[0, 1, 1]).matrix.blanks == 6
    assert facts("x[2] * x[0]", None, "x", x=[1, 2, 0]).matrix.blank.tolist() == [[False, True, False]]


def test_the_product_with_the_upstream_gradient_is_the_gradient() -> None:
    found = facts(SQUARES, "q", "x,W", **LECTURE)
    for product in found.products:
        whole = np.ravel(found.run.gradients[product.source])
        assert product.by_matrix == pytest.approx(whole)
        assert np.ravel(product.by_steps) == pytest.approx(whole)
        assert product.alone
    assert "dx = Wᵀ dq = [−0.112, 0.636]" in report(found).text
    assert "dW = dq xᵀ = [[0.088, 0.176], [0.104, 0.208]]" in report(found).text


def test_other_paths_are_said() -> None:
    found = facts("q = 3*x\nf = sum(q*x)", "q", "x", x=[1, 2])
    assert not found.products[0].alone
    assert found.products[0].by_matrix.tolist() == [3, 6]
    assert found.run.gradients[0].tolist() == [6, 12]
    assert "other paths from x to f contribute as well: together dx = [6, 12]" in " ".join(report(found).text.split())


def test_multiplications_are_counted() -> None:
    product = facts(SQUARES, "q", "x", W=some(5, 3), x=some(3)).products[0]
    assert (product.steps_cost, product.matrix_cost, product.build_cost) == (15, 15, 75)
    product = facts("Y = X @ W\nf = sum(Y)", "Y", "W", W=some(3, 2), X=some(4, 3)).products[0]
    assert (product.steps_cost, product.matrix_cost) == (4 * 3 * 2, 8 * 6)
    assert facts("y = exp(x)\nf = sum(y)", "y", "x", x=some(7)).products[0].steps_cost == 7


def test_an_array_needs_no_upstream_and_says_what_would_give_numbers() -> None:
    assert "for numbers give --upstream" in report(facts("W @ x", None, "x", **LECTURE)).text
    run = run_of("W @ x", LECTURE, upstream=[1, 2])
    found = of_jacobian(run, None, "x")
    assert found.products[0].by_matrix == pytest.approx(np.array([1, 2]) @ np.array(LECTURE["W"]))


SYMBOLS = [
    ("W @ x", "x", "W"),
    ("x @ V", "x", "Vᵀ"),
    ("relu(x)", "x", "diag([x > 0])"),
    ("softmax(x)", "x", "diag(f) − f fᵀ"),
    ("x + y", "x", "I"),
    ("x - y", "y", "−I"),
    ("x * y", "x", "diag(y)"),
    ("a * x", "x", "a·I"),
    ("a * x", "a", "x"),
    ("sum(x)", "x", "1ᵀ"),
    ("a * b", "a", "b"),
    ("x @ x", "x", "xᵀ + xᵀ"),
]


@pytest.mark.parametrize(("program", "wrt", "symbols"), SYMBOLS)
def test_one_op_is_said_in_symbols(program: str, wrt: str, symbols: str) -> None:
    every = {"W": some(2, 3), "V": some(3, 2), "x": some(3), "y": some(3), "a": 2, "b": 3}
    used = {name: value for name, value in every.items() if re.search(rf"\b{name}\b", program)}
    found = facts(program, None, wrt, **used)
    assert [formula.pretty for formula in found.symbols if formula] == [symbols]


def test_every_record_that_knows_its_jacobian_knows_the_right_one() -> None:
    """The same rule that writes the symbols is run on arrays, beside the Jacobian by passes."""
    checked = set()
    for op in ops():
        shapes = {1: [((3,),), ((2, 2),)], 2: [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2))]}
        if op.jacobian is None or op.vjp is None:
            continue
        for case in shapes[op.arity[0]]:
            try:
                op.shapes(*case)  # type: ignore[misc]
            except ValueError:
                continue
            arrays = [some(*shape) for shape in case]
            names = ["x", "y"][: len(case)]
            call = f"{names[0]} @ {names[1]}" if op.name == "matmul" else f"{op.name}({', '.join(names)})"
            run = run_of(call, dict(zip(names, arrays, strict=True)))
            for slot, whole in enumerate(op.jacobian(run.value, *arrays)):
                if whole is not None:
                    ours = jacobian(run, run.graph.output, [run.graph.inputs[slot]]).entries
                    assert np.reshape(whole, ours.shape) == pytest.approx(ours, rel=1e-10), (op, case, slot)
                    checked.add(op.name)
    assert {"matmul", "dot", "softmax", "log_softmax", "logsumexp", "sum", "mean", "inv"} <= checked


def test_a_long_chain_and_a_wide_sum() -> None:
    program = "a0 = sin(x)\n" + "\n".join(f"a{i} = a{i - 1} + y*{i}" for i in range(1, 1000))
    found = facts(program, None, "x,y", x=0.5, y=1e-6)
    assert found.matrix.entries[0] == pytest.approx([np.cos(0.5), sum(range(1000))])
    assert facts("z = x*y\nz2 = x", "z", "x", x=1, y=5).matrix.entries.tolist() == [[5]]


def test_what_is_not_finite_stays_where_it_is() -> None:
    assert entries("1/x", None, "x", x=[0, 2]).tolist() == [[-np.inf, 0], [0, -0.25]]
    assert entries("where(x > 0, log(x), x)", None, "x", "forward", x=[1, 0, -2]).tolist() == np.eye(3).tolist()
    assert (
        "2 of 4 entries (50%) are 0 whatever the values (·), 1 of 4 is not finite"
        in report(facts("1/x", None, "x", x=[0, 2])).text
    )
    found = json.loads(report(facts("sqrt(x)", None, "x", x=0)).json)
    assert found["entries"] == [["inf"]]


@pytest.mark.parametrize("program", ["x[1]*x[i]", "x[i]"])
def test_nothing_flows_to_a_place(program: str) -> None:
    for mode in ("forward", "reverse"):
        found = facts(program, None, "i", mode, x=[1, 2, 3], i=2)
        assert found.matrix.is_apart
        assert found.matrix.entries.tolist() == [[0]]


# the command


def cli(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    code = main(["jacobian", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


GIVEN = ["--W", "[[.1,.5],[-.3,.8]]", "--x", "[.2,.4]"]


def test_the_command_prints_the_grid(capsys: Any) -> None:
    code, out, err = cli(capsys, SQUARES, "--of", "q", "--wrt", "x", *GIVEN)
    assert (code, err) == (0, "")
    assert "        x[0]    x[1]\nq[0]   0.1000  0.5000\nq[1]  −0.3000  0.8000\n" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["x*yy", "--wrt", "yyy", "--x", "1", "--yy", "2"], "did you mean 'yy'?"),
        (["x*y", "--of", "9", "--wrt", "x", "--x", "1", "--y", "2"], "no stage (9)"),
        (
            ["x*y", "--wrt", "x"],
            "a Jacobian is made of numbers, and the inputs have no values; give --x VALUE --y VALUE",
        ),
        (["x*y", "--wrt", ",", "--x", "1", "--y", "2"], "--wrt names at least one node"),
        (["2+3"], "the program has no inputs"),
        (["x*y", "--x", "1", "--y", "2", "-o", "J.bmp"], "does not say which format"),
    ],
)
def test_errors_are_one_clear_line(capsys: Any, arguments: list[str], says: str) -> None:
    code, out, err = cli(capsys, *arguments)
    assert code == 2
    assert says in err
    assert err.count("\n") == 1
    assert not out


def test_too_large_is_refused_with_advice() -> None:
    with pytest.raises(UsageError, match="4,000,000 is the most"):
        facts("outer(x, x)", None, "x", x=np.ones(200))


def test_what_does_not_depend_is_said(capsys: Any) -> None:
    code, out, _ = cli(capsys, "q=x*y;f=q+z", "--of", "q", "--wrt", "z", "--x", "1", "--y", "2", "--z", "1")
    assert code == 0
    assert "every entry is 0: q does not depend on z" in out


def test_a_wide_grid_is_broken_into_panels() -> None:
    found = facts(SQUARES, "q", "W,x", **LECTURE)
    lines = ["".join(text for text, _ in line) for line in report(found).lines(unicode_spelling(), 40)]
    assert "q[0]  0.2000  0.4000       ·       ·" in lines
    assert "q[0]   0.1000  0.5000" in lines


def test_a_tie_has_no_formula() -> None:
    assert facts("max(x, y)", None, "x", x=2, y=1).symbols[0] is not None
    assert facts("max(x, y)", None, "x", x=2, y=2).symbols[0] is None


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for program, wrt in ((SQUARES, "W,x"), ("s = softmax(x)", "x"), ("y = outer(x, x)", "x")):
        run = run_of(program, {"x": some(30)} if "W" not in program else LECTURE)
        found = of_jacobian(run, None, wrt)
        assert max(map(line_width, report(found).lines(unicode_spelling(), width))) <= width


def test_a_large_matrix_is_a_map(capsys: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.where(np.arange(100) % 2, 1.0, -1.0))
    code, out, _ = cli(capsys, "relu(x)", "--x", f"@{tmp_path / 'x.npy'}")
    assert code == 0
    assert "█ is not 0, blank is 0; each half block is the largest of up to 2×2" in out
    rows = [line for line in out.splitlines() if "│" in line]
    assert len(rows) == 30
    assert all("▀" in row or "▄" in row or "█" in row for row in rows)
    assert "9,900 of 10,000 entries (99%) are 0 whatever the values, 50 more are 0" in " ".join(out.split())


@pytest.mark.parametrize(
    ("format", "theme"), [("svg", "light"), ("png", "dark"), ("pdf", "print"), ("svg", "colorblind"), ("pdf", "dark")]
)
def test_pictures_of_every_kind_and_the_same_bytes_twice(format: str, theme: str) -> None:
    found = facts(SQUARES, "q", "W,x", **LECTURE)
    one, two = (picture(found, format, theme=theme, background="filled") for _ in range(2))
    assert one == two
    assert one.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[format])


def test_the_picture_leaves_zeros_blank() -> None:
    svg = picture(facts("relu(x)", None, "x", x=[3, -1, 2]), "svg").decode()
    assert svg.count('fill="#cf1b29"/>') == 2 + 1  # two entries, and the end of the scale
    assert "x[2]" in svg
    assert "6 of 9 entries (67%) are 0 whatever the values" in svg


def test_a_picture_of_a_large_matrix_is_bounded() -> None:
    svg = picture(facts("W @ x", None, "x", W=some(300, 400), x=some(400)), "svg")
    assert len(svg) < 5_000_000
    assert b"each cell is the largest of up to 2\xc3\x973 entries" in svg


def test_files_are_written_as_their_ending_says(tmp_path: Path, capsys: Any) -> None:
    for ending, start_of in (
        (".json", b"{"),
        (".tex", b"% made by cgviz"),
        (".md", b"**"),
        (".txt", b"\xe2\x88\x82q"),
        (".svg", b"<?xml"),
    ):
        path = tmp_path / f"J{ending}"
        code, _, err = cli(capsys, SQUARES, "--of", "q", "--wrt", "x", *GIVEN, "-o", str(path))
        assert code == 0
        assert path.read_bytes().startswith(start_of)
        assert "wrote" in err


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_the_latex_compiles(layout: str, tmp_path: Path) -> None:
    cases = [
        facts(SQUARES, "q", "x", layout=layout, **LECTURE),
        facts("softmax(x)", None, "x", layout=layout, x=some(12)),
        facts("log_softmax(x_1)", None, "x_1", layout=layout, x_1=some(30)),
        facts("Y = X @ W", None, "X,W", layout=layout, X=some(2, 2), W=some(2, 2)),
        facts("Y = X @ W", None, "X", layout=layout, X=some(2, 2), W=some(2, 2)),
        facts("1/α", None, "α", layout=layout, α=0.0),
        facts("logsumexp(x)", None, "x", layout=layout, x=some(3)),
        facts("inv(A)", None, "A", layout=layout, A=some(2, 2)),
    ]
    body = "\n".join(report(case).latex for case in cases)
    assert r"\frac{\partial q}{\partial x}" in body
    assert f"({layout} layout, $2 \\times 2$)" in body
    source = (
        "\\documentclass{article}\\usepackage{amsmath,amssymb,booktabs,graphicx,xcolor}\\begin{document}\n"
        + body
        + "\\end{document}"
    )
    compiled(source, tmp_path, needs="amsmath.sty")


def schema(of: str = "matrix") -> Any:
    return json.loads((files("cgviz") / "documents" / "schema" / f"{of}-v1.schema.json").read_text(encoding="utf-8"))


def test_the_json_is_what_the_schema_says() -> None:
    cases = [
        facts(SQUARES, "q", "W,x", **LECTURE),
        facts("W @ x", None, "x", layout="denominator", **LECTURE),
        facts("1/x", None, "x", x=[0, 1]),
        facts("c = x*2; c = c*x", "c′", "c", x=3),
        facts("x * 2", None, "x", x=np.zeros((0, 3))),
        of_hessian(run_of("relu(x)*x", {"x": 0}), None, None),
        of_hessian(run_of("det(A)", {"A": [[1, 2], [2, 4]]}), None, "A"),
    ]
    for case in cases:
        jsonschema.validate(json.loads(report(case).json), schema())
    assert json.loads(report(cases[3]).json)["of"] == {"name": "c_2", "label": "c′", "shape": []}


def test_markdown_is_a_table_with_every_label() -> None:
    text = report(facts(SQUARES, "q", "x", **LECTURE)).markdown
    assert r"|  | x\[0\] | x\[1\] |" in text
    assert "| `q[1]` | −0.3000 | 0.8000 |" in text


def test_a_concatenation_along_an_axis() -> None:
    assert joined(1).vjp is not None
    found = entries("concat([A, B], axis=1)", None, "B", A=some(2, 1), B=some(2, 2))
    assert found.sum() == 4
    assert found.shape == (6, 4)


def test_symbols_only_where_one_op_connects() -> None:
    run = run_of("q = W @ x\nh = relu(q)", LECTURE)
    names = {node.name: index for index, node in enumerate(run.graph.nodes)}
    assert in_symbols(run.graph, names["h"], names["x"]) is None
    assert products(run, jacobian(run, names["h"], [names["x"]]), seeded=False)[0].edges


def test_without_values_it_is_in_symbols(capsys: Any) -> None:
    program = "x: (N,); W: (M, N); y: (M,); L = sum((tanh(W @ x) - y)**2)"
    code, out, err = cli(capsys, program, "--of", "1", "--wrt", "x,W")
    assert (code, err) == (0, "")
    assert "∂Wx/∂x is M × N" in out
    assert "∂Wx/∂x = W\n" in out
    assert "∂Wx/∂W is M × M·N" in out
    code, out, _ = cli(capsys, program, "--of", "2", "--wrt", "x", "--layout", "denominator")
    assert "is N × M" in out
    assert "= Wᵀ diag(1 − " in out
    assert "dx = Wᵀ dWx" in out
    made = json.loads(cli(capsys, program, "--of", "2", "--wrt", "x", "--format", "json")[1])
    jsonschema.validate(made, schema("symbols"))
    assert made["of"]["shape"] == ["M"]
    assert made["wrt"][0]["size"] == ["M", "N"]
    assert made["wrt"][0]["formula"] == "diag(1 - tanhWx**2) @ W"
    assert made["wrt"][0]["steps"][-1] == "dx = W.T @ dWx"
    assert (
        cli(capsys, "x: (3,); y: (4,); f = sum(x)*y[0]", "--of", "1", "--wrt", "y")[1].count("no gradient flows") == 1
    )
