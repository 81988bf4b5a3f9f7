"""The microscope: opened stages against the closed graph and PyTorch, their names, and what does not open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.cli import main
from cgviz.errors import UsageError
from cgviz.ops.op import ops
from cgviz.runs.expanding.elements import MOST
from cgviz.runs.expanding.rewriting import suffix
from cgviz.runs.run import Run

# ruff: noqa: N803 - the letters of matrices
SHAPES = {
    "A": (2, 3), "B": (3, 2), "C": (2, 3), "S": (3, 3), "D": (2, 2), "x": (3,), "y": (3,), "v": (2,), "u": (1,),
    "col": (2, 1), "row": (1, 3), "T": (2, 3, 2), "L": (12,), "s": (),
}  # fmt: skip

PROGRAMS = [
    "q = A @ x; f = sum(q**2)",
    "q = v @ A; f = sum(q * x)",
    "f = x @ y",
    "q = A @ B; f = sum(sin(q))",
    "q = A.T @ C; f = sum(q**2)",
    "q = T @ v; f = sum(q**2)",
    "q = x @ T; f = sum(exp(q))",
    "q = S @ T; f = sum(tanh(q))",
    "q = u @ row; f = sum(q**3)",
    "q = col @ row; f = sum(q**2)",
    "f = dot(x, y)**2 + sum(dot(A, x))",
    "q = outer(x, v); f = sum(q * B)",
    "f = sum(A * row + col * x - s)",
    "q = sum(A**2, axis=0); f = sum(q * x)",
    "q = sum(A, axis=1, keepdims=True); f = sum(A / q)",
    "q = mean(T, axis=(0, 2)); f = sum(q**2)",
    "m = mean(x); d = x - m; f = mean(d**2)",
    "q = max(A, axis=1); f = sum(q * v)",
    "q = min(T, axis=(0, 1)); f = sum(q * v) + max(x)",
    "q = max(round3, axis=0, keepdims=True); f = sum(q**2)",
    "q = sum(col, axis=1) + sum(row, axis=0)[0]; f = sum(q**2)",
    "f = norm(A) * norm(x) + sum(norm(A, axis=1))",
    "q = softmax(A); f = sum(q * C)",
    "q = softmax(A, axis=0); f = -log(q[1, 2])",
    "q = log_softmax(S, axis=1); f = q[0, 0] + q[1, 2]",
    "f = logsumexp(x) + sum(logsumexp(A, axis=0))",
    "f = trace(D @ D.T) * det(D)",
    "f = det(S) + det(A @ B)",
    "q = inv(S); f = sum(q * S.T) + sum(inv(D)[0])",
    "q = A.T; r = reshape(q, (2, 3)); f = sum(r * A)",
    "q = concat([x, v]); r = q[1:4]; f = sum(r**2) + q[-1]",
    "q = transpose(T, (2, 0, 1))[1]; f = sum(q @ x)",
    "q = [s, x[0], 2*x[1]]; f = sum(q * x)",
    "q = relu(A) + abs(C); f = sum(clip(q, -0.5, 0.5)) + sum(where(A > 0, A, C))",
    "q = sigmoid(A @ x); r = max(q, v); f = sum(r / (1 + q**2))",
    "z = L * 2; f = sum(z**2) + L[11]",
    "q = A @ x; r = A @ x; f = sum(q * r)",
    "q = x; r = q * [1, 2, 3]; f = sum(x[None, :] * v[:, None]) + sum(r)",
    "h = tanh(A @ x); p = softmax(h); f = -log(p[1])",
    "g = x[0]; f = g*2 + sum(x**2)",
    "s = x[0]*y[0]; f = s**2 + x @ y",
    "q = x * y; f = x @ y + q[0]",
    "g = x @ y; q = x * y; f = g * sum(q)",
    "f = x @ y; q = x * y; r = x * y; g = sum(q) * sum(r) + f + x[0]*y[0]",
    "q = [s, s] * 2; f = sum(q * v) + s * 2",
    "q = prod(A, axis=0); f = prod(x) + sum(q**2)",
    "q = var(A, axis=1); f = sum(q) * std(x) + var(x, ddof=1)",
    "f = norm(x, 1) + norm(y, 3) + norm(x, inf)",
    "q = tril(S) + triu(S, 1); f = sum(q**2) + sum(diag(S) * x) + sum(diag(y) @ x)",
    "q = pad(x, 1); r = roll(q, 2); f = sum(r[1:4] * y)",
    "q = einsum('ij,jk->ik', A, B); f = sum(q**2)",
    "q = cross(x, y); f = sum(q * x) + q[0]",
    "q = solve(S @ S.T + 3, x); f = sum(q**2)",
    "f = logdet(D @ D.T)",
    "q = take_along_axis(A, [[1], [2]], axis=1); f = sum(q**2) + x[s - s + 1] + sum(one_hot(2, 3) * y)",
    "q = kron(D, v); f = sum(q**2)",
    "q = A @ x",
    "q = A * 2",
    "q = A.T",
]


def inputs_of(program: str) -> dict[str, Any]:
    random = np.random.default_rng(7)
    drawn = {name: random.normal(size=shape) for name, shape in SHAPES.items()}
    drawn["round3"] = np.array([[1.0, 2.0, 2.0], [1.0, 3.0, 2.0]])
    names = [node.name for node in cgviz.read(program, given=tuple(drawn)).nodes if node.op.name == "input"]
    return {name: drawn[name] for name in names}


def runs_of(program: str, expand: str | list[str], **options: Any) -> tuple[Run, Run]:
    """Returns the closed run and the opened one."""
    inputs = inputs_of(program)
    closed = cgviz.run(program, **inputs, **({} if program.count(";") else upstream(program, inputs)), **options)
    seeds = {} if closed.upstream is None else {"upstream": closed.upstream}
    return closed, cgviz.run(program, **inputs, **seeds, expand=expand, **options)


def upstream(program: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Returns the upstream gradient of a program whose output may be an array."""
    try:
        cgviz.run(program, **inputs)
    except UsageError:
        return {"upstream": {"q = A @ x": [1.0, -2.0], "q = A * 2": SEED, "q = A.T": SEED.T}[program]}
    return {}


SEED = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]])


def same(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


def assert_agree(closed: Run, opened: Run) -> None:
    """Value, the gradients of all inputs, and those of every named stage that is still there, are the same."""
    same(opened.value, closed.value)
    assert list(opened.gradient) == list(closed.gradient)
    for name, gradient in closed.gradient.items():
        same(opened.gradient[name], gradient)
    places = {node.name: i for i, node in enumerate(opened.graph.nodes) if node.name}
    for index, node in enumerate(closed.bare.nodes):
        if node.given and node.name in places:
            there = places[node.name]
            assert opened.graph.nodes[there].shape == node.shape
            same(opened.values[there], closed.values[index])
            same(opened.gradients[there], closed.gradients[index])
        if node.given and node.is_stage and node.shape:
            for place in np.ndindex(*node.shape):
                there = places.get(node.name + suffix(node.shape, place), 0)
                if opened.graph.nodes[there].is_stage and opened.graph.nodes[there].op.name not in ("x[...]", "stack"):
                    same(opened.gradients[there], closed.gradients[index][place])  # type: ignore[index]


def assert_scalar_gates(run: Run) -> None:
    """Behind the elements of the inputs, and but for an output that is an array, every stage is a scalar gate."""
    for index in run.graph.stages:
        node = run.graph.nodes[index]
        reads = [run.graph.nodes[arg] for arg in node.args]
        if node.op.name == "x[...]":
            assert node.shape == ()
            assert reads[0].op.name == "input"
        elif node.op.name != "stack":
            assert node.shape == ()
            assert all(arg.shape == () for arg in reads)
            assert node.op.vjp is None


@pytest.mark.parametrize("program", PROGRAMS)
def test_everything_opened_agrees_with_the_closed_graph(program: str) -> None:
    closed, opened = runs_of(program, "all")
    assert_agree(closed, opened)
    assert_scalar_gates(opened)
    names = [node.name for node in opened.graph.nodes if node.name]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_stage_opened_alone_agrees_and_keeps_its_name(program: str) -> None:
    closed = runs_of(program, [])[0]
    for index in closed.graph.stages:
        node = closed.graph.nodes[index]
        if node.shape == () and all(closed.graph.nodes[arg].shape == () for arg in node.args):
            continue
        _, opened = runs_of(program, node.name)
        assert_agree(closed, opened)
        there = opened.graph.nodes[opened.index(node.name)] if node.given else None
        assert there is None or (there.op.name == "stack" if node.shape else there.shape == ())


@pytest.mark.parametrize("program", PROGRAMS[::3])
def test_gate_detail_works_on_top(program: str) -> None:
    closed, opened = runs_of(program, "all", detail="gate")
    assert_agree(closed, opened)
    assert_scalar_gates(opened)
    sums = [node for node in opened.graph.nodes if node.op.name in ("add", "subtract", "signed_sum", "multiply")]
    assert all(len(node.args) == 2 for node in sums)


def test_the_gradients_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    cases: dict[str, Any] = {
        "q = softmax(A); f = sum(q * C)": lambda A, C: (functional.softmax(A, -1) * C).sum(),
        "q = max(round3, axis=0, keepdims=True); f = sum(q**2)": lambda round3: (round3.amax(0, True) ** 2).sum(),
        "q = x @ T; f = sum(exp(q))": lambda x, T: (x @ T).exp().sum(),
        "f = det(S) + det(A @ B)": lambda S, A, B: torch.linalg.det(S) + torch.linalg.det(A @ B),
        "f = norm(A) * norm(x) + sum(norm(A, axis=1))": lambda A, x: (
            torch.linalg.norm(A) * torch.linalg.norm(x) + torch.linalg.norm(A, dim=1).sum()
        ),
        "q = sigmoid(A @ x); r = max(q, v); f = sum(r / (1 + q**2))": lambda A, x, v: (
            torch.maximum(torch.sigmoid(A @ x), v) / (1 + torch.sigmoid(A @ x) ** 2)
        ).sum(),
    }
    for program, function in cases.items():
        opened = runs_of(program, "all")[1]
        tensors = {name: torch.tensor(x, dtype=torch.float64) for name, x in inputs_of(program).items()}
        for tensor in tensors.values():
            tensor.requires_grad_()
        function(**tensors).backward()
        for name, tensor in tensors.items():
            same(opened.gradient[name], tensor.grad.numpy())


def linear(expand: str, **options: Any) -> Run:
    return cgviz.run("q = W @ x; f = sum(q**2)", W=[[0.1, 0.5], [-0.3, 0.8]], x=[0.2, 0.4], expand=expand, **options)


def formulas(run: Run) -> list[str]:
    return [f"{run.graph.nodes[i].shown} = {run.graph.formula(i).pretty}" for i in run.graph.stages]


def test_the_nine_rules_behind_a_matrix_product() -> None:
    assert formulas(linear("all")) == [
        "W₀₀ = W[0, 0]", "W₀₁ = W[0, 1]", "W₁₀ = W[1, 0]", "W₁₁ = W[1, 1]", "x₀ = x[0]", "x₁ = x[1]",
        "W00x₀ = W₀₀·x₀", "W01x₁ = W₀₁·x₁", "q₀ = W00x₀ + W01x₁",
        "W10x₀ = W₁₀·x₀", "W11x₁ = W₁₁·x₁", "q₁ = W10x₀ + W11x₁",
        "qsqr₀ = q₀²", "qsqr₁ = q₁²", "f = qsqr₀ + qsqr₁",
    ]  # fmt: skip
    assert [step.caption() for step in linear("all").steps if "dx₀" in step.caption()][:2] == [
        "dx₀ = dW10x₀ · W₁₀ = 0.52 · (−0.3) = −0.156",
        "dx₀ += dW00x₀ · W₀₀ = 0.44 · 0.1 = 0.044, so dx₀ = −0.112",
    ]


def test_an_opened_stage_is_the_stack_of_its_elements() -> None:
    assert formulas(linear("q"))[-3:] == ["q = [q₀, q₁]", "qsqr = q²", "f = sum(qsqr)"]
    matrix = cgviz.run("q = A @ A; f = sum(q)", A=[[1, 2], [3, 4]], expand="q")
    assert formulas(matrix)[-4:] == ["q₀ = [q₀₀, q₀₁]", "q₁ = [q₁₀, q₁₁]", "q = [q₀, q₁]", "f = sum(q)"]


def test_softmax_is_opened_as_it_is_taught() -> None:
    run = cgviz.run("p = softmax(z); f = -log(p[0])", z=[1.0, 2.0], expand=["p"])
    assert formulas(run) == [
        "z₀ = z[0]", "z₁ = z[1]", "expz₀ = exp(z₀)", "expz₁ = exp(z₁)", "den = expz₀ + expz₁",
        "invden = 1/den", "p₀ = expz₀·invden", "p₁ = expz₁·invden", "p = [p₀, p₁]", "p_0_2 = p[0]",
        "logp_0_2 = log(p_0_2)", "f = −logp_0_2",
    ]  # fmt: skip


def test_elements_are_shared_between_stages() -> None:
    run = cgviz.run("q = W @ x; r = W.T @ x; f = sum(q * r)", W=[[1, 2], [3, 4]], x=[5, 6], expand="all")
    assert sum(node.op.name == "x[...]" for node in run.graph.nodes) == 6
    loss = cgviz.run("f = logsumexp(z) - sum(softmax(z) * z)", z=[1.0, 2.0], expand="all")
    assert sum(node.op.name == "exp" for node in loss.graph.nodes) == 2


def test_two_named_stages_are_never_one() -> None:
    closed, opened = runs_of("q = A @ x; r = A @ x; f = sum(q * r)", "all")
    for name in ("q", "r"):
        parts = [opened.gradients[opened.index(f"{name}_{i}")] for i in range(2)]
        same(parts, closed.gradients[closed.index(name)])


def test_names_stay_clear_of_the_programs_own() -> None:
    run = cgviz.run("q₀ = s*2; q = W @ x; f = sum(q) + q₀", W=[[1, 2], [3, 4]], x=[5, 6], s=1, expand="all")
    names = [node.name for node in run.graph.nodes if node.name]
    assert len(names) == len(set(names))
    assert {"q_0", "q_0_2", "q_1"} <= set(names)
    again = cgviz.run("c = x*1; c = c*2; f = sum(c)", x=[5, 6], expand="all")
    assert [f"{node.shown}" for node in again.graph.nodes if node.shown.startswith("c") and node.name] == [
        "c₀",
        "c₁",
        "c′₀",
        "c′₁",
    ]
    assert formulas(cgviz.run("f = sum(L)", L=list(range(12)), expand="all"))[11] == "L₁₁ = L[11]"
    assert formulas(cgviz.run("f = sum(M)", M=[[0] * 11] * 2, expand="all"))[12] == "M_1_1 = M[1, 1]"


def test_the_same_program_gives_the_same_graph() -> None:
    closed = linear("")
    again = cgviz.run(closed, closed.inputs, expand=["f", "q, qsqr"])
    assert formulas(linear("all")) == formulas(linear("all")) == formulas(again)


def test_an_element_that_nothing_needs_is_there_with_gradient_0() -> None:
    run = cgviz.run("q = W @ x; f = q[0]", W=[[1, 2], [3, 4]], x=[5, 6], expand="all")
    assert run.gradients[run.index("q_1")] == 0
    assert "dead" in run.flags[run.index("q_1")]
    same(run.gradient["W"], [[5, 6], [0, 0]])


def test_what_is_already_scalar_stays_as_it_is() -> None:
    assert formulas(cgviz.run("f = x*y + sin(x)", x=1, y=2, expand="all")) == formulas(
        cgviz.run("f = x*y + sin(x)", x=1, y=2)
    )


BIG = np.ones((20, 30))


@pytest.mark.parametrize(
    ("program", "inputs", "expand", "words"),
    [
        ("q = W @ x; f = sum(q)", {"W": BIG, "x": np.ones(30)}, "q", ["'q = W @ x'", "(20, 30)", f"{MOST} elements"]),
        ("q = A @ B; f = sum(q)", {"A": np.ones((5, 9)), "B": np.ones((9, 5))}, "q", ["(5, 5)", f"than {MOST} scalar"]),
        ("f = sum(W @ x)", {"W": BIG, "x": BIG.T}, "all", ["(20, 20)"]),
        ("q = W @ x; f = sum(q)", {"W": [[1]], "x": [1]}, "qq", ["no node 'qq' in this program", "did you mean 'q'"]),
        ("q = W @ x; f = sum(q)", {"W": [[1]], "x": [1]}, "W", ["'W' is an input"]),
        ("q = W @ x; f = sum(q)", {}, "q", ["known only with values"]),
        ("q = W @ x; f = sum(q)", {}, "all", ["known only with values"]),
        ("q = x*2; f = sum(q)", {"x": np.ones(0)}, "q", ["(0,)", "no elements"]),
        ("f = det(W)", {"W": np.ones((4, 4))}, "f", ["at most 3×3"]),
        ("q = sort(x); f = sum(q)", {"x": [1, 2]}, "q", ["sort"]),
        ("y = 2*x; f = y*y", {"x": 1}, "y", ["'y' is a scalar gate already", 'detail="gate"']),
    ],
)
def test_what_does_not_open_is_said_in_one_line(
    program: str, inputs: dict[str, Any], expand: str, words: list[str]
) -> None:
    with pytest.raises(UsageError) as error:
        cgviz.run(program, inputs, expand=expand)
    assert "\n" not in str(error.value)
    assert [word for word in words if word not in str(error.value)] == [], str(error.value)


def test_all_opens_what_is_small_enough() -> None:
    closed = cgviz.run("q = W @ x; p = q[:2]; f = sum(p**2)", W=BIG, x=np.ones(30))
    opened = cgviz.run("q = W @ x; p = q[:2]; f = sum(p**2)", W=BIG, x=np.ones(30), expand="all")
    assert "q = W x" in formulas(opened)
    assert "q₁ = q[1]" in formulas(opened)
    same(opened.gradient["W"], closed.gradient["W"])


def test_where_the_taught_form_fails_the_closed_stage_is_named_as_the_remedy() -> None:
    opened = cgviz.run("p = softmax(x); f = p[0]", x=[1000.0, 1.0], expand="all")
    assert opened.explain_trouble() == (
        "stage (3) expx₀ = exp(x₀): overflow, x₀ = 1000; the closed stages, without --expand, are finite"
    )
    assert "without --expand" in cgviz.run("f = norm(x)", x=[0, 0], expand="all").explain_trouble()
    assert "without --expand" not in cgviz.run("f = sum(1/x)", x=[0, 0], expand="all").explain_trouble()


def test_very_many_operands() -> None:
    text = " + ".join(f"x*{i}" for i in range(70))
    opened = cgviz.run(f"q = {text}; f = sum(q)", x=[1.0], expand="all")
    same(opened.gradient["x"], [69 * 35])


# the command line

LINEAR = ["q = W @ x; f = sum(q**2)", "--W", "[[.1,.5],[-.3,.8]]", "--x", "[.2,.4]"]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Returns the exit status of a command, and all that it printed."""
    try:
        status = main(list(arguments))
    except SystemExit as end:
        status = int(end.code or 0)
    printed = capsys.readouterr()
    return status, printed.out + printed.err


SCALARS = ["q = [[a, b], [c, d]] @ [x, y]; f = sum(q**2)", "--expand", "all"]
SCALARS += [
    part for name, value in zip("abcdxy", ".1 .5 -.3 .8 .2 .4".split(), strict=True) for part in (f"--{name}", value)
]


def test_the_table_shows_the_nine_rules(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    status, printed = said(capsys, "table", *SCALARS)
    assert status == 0
    rows = [line.split() for line in printed.splitlines() if line[:1].isdigit()]
    assert [row[1] for row in rows] == ["ax", "by", "q₀", "cx", "dty", "q₁", "qsqr₀", "qsqr₁", "f"]
    assert [row[-1] for row in rows] == ["swaps", "swaps", "distributes"] * 2 + ["scales", "scales", "distributes"]
    assert max(map(len, printed.splitlines())) <= 100


@pytest.mark.parametrize(("style", "products", "sums"), [("circuit", "×", "+"), ("card", "a·x b·y c·x d·y", "ax + by")])
def test_pictures_show_the_gates(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, style: str, products: str, sums: str
) -> None:
    status, _ = said(capsys, "render", *SCALARS, "--style", style, "-o", str(tmp_path / "q.svg"))
    assert status == 0
    drawn = re.sub(r"<[^>]*>", "\n", (tmp_path / "q.svg").read_text(encoding="utf-8"))
    for text in products.split(" "):
        assert text in drawn
    assert sums in drawn
    assert (drawn.count("\n×\n") == 4) == (style == "circuit")


WHOLE = set(  # these have no form in scalar gates: `--expand` refuses them
    "zeros ones full arange linspace eye tri zeros_like ones_like diff masked sort topk argmax argmin cholesky "
    "eigvalsh eigvecsh svdvals cumsum cumprod size".split()
)


def test_every_structural_op_says_how_it_opens() -> None:
    structural = [op for op in ops() if op.vjp is not None]
    assert {op.name for op in structural if not (op.opens or op.moves or op.gates)} == WHOLE


def test_what_does_not_open_says_so() -> None:
    with pytest.raises(cgviz.CgvizError, match="no form in scalar gates"):
        cgviz.run("f = sort(x)", x=[1.0, 2.0], upstream=[1.0, 1.0], expand="all")


def test_the_option_is_repeatable_and_takes_commas(capsys: pytest.CaptureFixture[str]) -> None:
    explain = ["explain", LINEAR[0], "q_0", *LINEAR[1:]]
    once = said(capsys, *explain, "--expand", "q,qsqr,f")
    assert once[0] == 0
    assert "W00x₀ + W01x₁" in once[1]
    assert once == said(capsys, *explain, "--expand", "q", "--expand", " qsqr, f ,")
    status, wrong = said(capsys, *explain, "--expand", "p")
    assert status == 2
    assert "no node 'p' in this program" in wrong


@pytest.mark.parametrize("command", ["render", "table", "code", "deck", "page", "play", "explain", "derive"])
def test_every_command_has_the_option(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert "--expand NODE" in said(capsys, command, "--help")[1]


def test_descending_shows_no_gates(capsys: pytest.CaptureFixture[str]) -> None:
    status, printed = said(capsys, "descend", "(x-3)**2", "--x", "1", "--expand", "all")
    assert status == 2
    assert "--expand" in printed
