"""Generated code at corners: it runs, and prints what the table says."""

from __future__ import annotations

import io
import math
import re
import subprocess
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from tools import need

import cgviz
from cgviz.codegen import code
from cgviz.errors import EvaluationError

CORNERS = [
    ("x**n", {"x": 0.0, "n": 2.0}),
    ("x**n + y", {"x": 0.0, "n": 1.0, "y": 0.0}),
    ("0**x", {"x": 2.0}),
    ("x**0.5 + sqrt(x)", {"x": 0.0}),
    ("sqrt(relu(cos(y*y)))", {"y": 1.57}),
    ("1/x + log(x)*y", {"x": 0.0, "y": 2.0}),
    ("exp(1000*x)/y", {"x": 1.0, "y": -0.0}),
    ("x/y", {"x": 3.0, "y": 1e200}),
    ("hypot(x, y) + abs(x)", {"x": 0.0, "y": 0.0}),
    ("max(x, y) + relu(x)", {"x": 0.0, "y": 0.0}),
    ("atanh(x) + log1p(-x) + sinh(-1e4*x)", {"x": 1.0}),
    ("(x*y*z)*w + 0**z", {"x": 1e200, "y": 1e200, "z": 1e-300, "w": 1e-300}),
    ("x*y/z + (x + x - 1.6e308)", {"x": 1.5e308, "y": 1e-200, "z": 1e200}),
    ("logaddexp(x, y)*x**n", {"x": 800.0, "y": 0.0, "n": 0.0}),
    ("0**x", {"x": 0.0}),
    ("x**y + 1**y", {"x": 1.0, "y": math.inf}),
    ("x**y", {"x": -1.0, "y": -math.inf}),
    ("logaddexp(x, y)", {"x": math.inf, "y": math.inf}),
    ("logaddexp(x, y)", {"x": -math.inf, "y": -math.inf}),
    ("1 - tanh(x)**2 + log(1 + exp(y))", {"x": 20.0, "y": -40.0}),
]


def numbers(text: str) -> list[float]:
    """Returns the numbers that a program prints."""
    names = {"Infinity": "inf", "NaN": "nan"}
    found = re.findall(r"= *(\S+)$", text, re.M)
    return [float(re.sub("Infinity|NaN", lambda m: names[m[0]], number)) for number in found]


def all_the_same(command: list[str], runs: list[cgviz.Run]) -> None:
    """Checks what one program prints of all runs, with a line `--` between them."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-400:]
    for text, run in zip(done.stdout.split("--\n"), runs, strict=True):
        assert same(numbers(text), run), run.graph.program


def same(have: list[float], run: cgviz.Run) -> bool:
    want = [run.value, *run.gradient.values()]
    close = [
        math.isclose(h, w, rel_tol=1e-9, abs_tol=1e-300) or (h != h and w != w)
        for h, w in zip(have, want, strict=False)
    ]
    return len(have) == len(want) and all(close)


@pytest.fixture(scope="module")
def corners() -> list[cgviz.Run]:
    return [cgviz.run(program, at) for program, at in CORNERS]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lang", ["python", "numpy"])
def test_python_prints_the_numbers_of_the_table(lang: str, corners: list[cgviz.Run]) -> None:
    for run in corners:
        with redirect_stdout(out := io.StringIO()):
            exec(code(run, lang), {})
        assert same(numbers(out.getvalue()), run), run.graph.program


def test_javascript_prints_the_numbers_of_the_table(corners: list[cgviz.Run], tmp_path: Path) -> None:
    need("node")
    path = tmp_path / "all.js"
    path.write_text("console.log('--');\n".join(f"{{\n{code(run, 'javascript')}}}\n" for run in corners), "utf-8")
    all_the_same(["node", str(path)], corners)


def test_c_prints_the_numbers_of_the_table(corners: list[cgviz.Run], tmp_path: Path) -> None:
    need("cc")
    names = [f"of_{i}" for i in range(len(corners))]
    for name, run in zip(names, corners, strict=True):
        (tmp_path / f"{name}.c").write_text(code(run, "c").replace("int main(", f"int {name}("), encoding="utf-8")
    calls = ' puts("--");\n'.join(f"{name}();" for name in names)
    (tmp_path / "all.c").write_text(
        f"#include <stdio.h>\nint {'(), '.join(names)}();\nint main(void) {{\n{calls}\nreturn 0; }}\n"
    )
    files = [f"{name}.c" for name in (*names, "all")]
    subprocess.run(["cc", *files, "-o", "all", "-lm"], cwd=tmp_path, check=True)
    all_the_same([str(tmp_path / "all")], corners)


TIED = [
    ("relu(x)*2", {"x": 0.0}),
    ("max(x, y)", {"x": 1.0, "y": 1.0}),
    ("hypot(x, y)", {"x": 0.0, "y": 0.0}),
    ("clip(x, 0, 1)", {"x": 0.0}),
    ("x**n", {"x": 0.0, "n": 2.0}),
    ("sum(relu(v))", {"v": [0.0, 1.0]}),
    ("norm(v)", {"v": [0.0, 0.0]}),
    ("norm(v)", {"v": [1e200, 1e200]}),
    ("log(norm(v))", {"v": [1e-200, 1e-200]}),
    ("sum(norm(A, axis=1))", {"A": [[1e200, 1.0], [0.0, 0.0]]}),
    ("norm(v, inf)", {"v": [2.0, 2.0, -2.0]}),
    ("std(v)", {"v": [1e200, -1e200]}),
    ("prod(v)", {"v": [0.0, 2.0, 3.0]}),
    ("sum(cumprod(v))", {"v": [0.0, 2.0, 3.0]}),
    ("det(A)", {"A": [[1.0, 2.0], [2.0, 4.0]]}),
    ("sum(hypot(x, y))", {"x": [0.0, 3e200], "y": [0.0, 4e200]}),
    ("sum(max(x, 1)*abs(x))", {"x": [1.0, 0.0]}),
    ("sum(clip(v, 0, 1))", {"v": [0.0, 1.0, 2.0]}),
]


@pytest.mark.parametrize(("program", "at"), TIED)
def test_files_with_tests_pass_on_corners_too(program: str, at: dict[str, Any]) -> None:
    pytest.importorskip("torch")
    source = code(cgviz.run(program, at), "torch", test=True)
    exec(compile(source, "generated", "exec"), {"__name__": "__main__"})


def test_the_convention_of_the_framework_is_asserted_as_such() -> None:
    pytest.importorskip("torch")
    source = code(cgviz.run("hypot(x, y)", x=0, y=0), "torch", test=True)
    assert source.count("assert dx != dx") == 1
    assert "not compared: clip is made of" in code(cgviz.run("clip(x, 0, 1)", x=0), "torch", test=True)


MISSED = [
    ("where(x > 0, sqrt(x), 0)", {"x": 0.0}, "c", "a slope on the one not taken is not finite"),
    ("sum(where(x > 0, sqrt(x), 0))", {"x": [1.0, 0.0]}, "numpy", "a slope on the one not taken is not finite"),
    ("prod(x)", {"x": [1e155, 1e155, 1e-155, 1e-155]}, "numpy", "f is inf, not 1."),
    ("log(prod(x))", {"x": [1e-200, 1e-200, 1e200]}, "numpy", "prodx is 0, not 1e-200"),
    ("log(-log_softmax(z)[0])", {"z": [40.5, 0.0]}, "torch", "logsoftz at [0] is 0, not -2.57676e-18"),
    ("x + y", {"x": 1e-310, "y": 1.0}, "jax", "Numbers below 2.2e-308, as x, are 0 to JAX"),
]


@pytest.mark.parametrize(("program", "at", "lang", "note"), MISSED)
def test_what_code_misses_is_said_and_no_test_is_written(
    program: str, at: dict[str, Any], lang: str, note: str
) -> None:
    run = cgviz.run(program, at)
    assert note in code(run, lang)
    with pytest.raises(EvaluationError, match="no test"):
        code(run, lang, test=True)


def test_a_miss_in_the_last_digits_of_a_large_number_is_tested() -> None:
    pytest.importorskip("torch")
    run = cgviz.run("-log_softmax(z)[0]", z=[40.5, 0.0])
    assert "is 0, not -2.57676e-18" in code(run, "torch")
    assert "misses a number of the run: in stage (1)" in code(cgviz.run("x**5*y", x=1e100, y=1e-300), "numpy")
    exec(compile(code(run, "torch", test=True), "generated", "exec"), {"__name__": "__main__"})
    assert "misses" not in code(cgviz.run("sum(softmax(z)*0.3)", z=[0.3, -0.2, 0.1]), "numpy")


def test_running_sums_go_back_along_the_last_axis_of_arrays_with_more_axes() -> None:
    torch = pytest.importorskip("torch")
    source = code(cgviz.run("cumsum(x, axis=-1)", {"x": [[1.0, 2.0, 3.0]]}, upstream=[[1.0, 1.0, 1.0]]), "torch")
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated", "exec"), names)
    x = torch.ones(2, 1, 3, dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(names["Staged"].apply(x).sum(), x)
    assert found.tolist() == [[[3.0, 2.0, 1.0]]] * 2


KEPT = [
    ("softmax(z)[0]", {"z": [40.5, 0.0]}),
    ("log_softmax(z)[0]", {"z": [40.5, 0.0]}),
    ("sum(softmax(Z, axis=0)[0])", {"Z": [[40.5, 1.0], [0.0, 2.0], [-800.0, -1.0]]}),
    ("logsumexp(z)", {"z": [0.0, -40.5, -math.inf]}),
    ("logsumexp(z)", {"z": [-math.inf, -math.inf]}),
    ("det(A)", {"A": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]}),
    ("sum(det(A))", {"A": [[[0.0]], [[2.0]]]}),
    ("norm(v)", {"v": [3e-200, 4e-200]}),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("program", "at"), KEPT)
def test_numpy_keeps_the_digits_of_the_table(program: str, at: dict[str, Any]) -> None:
    run, names = cgviz.run(program, at), dict[str, Any]()
    source = code(run, "numpy")
    exec(source, names)
    assert "misses" not in source
    numpy = pytest.importorskip("numpy")
    wanted = {run.graph.nodes[run.graph.output].name: run.value, **{f"d{k}": v for k, v in run.gradient.items()}}
    for name, value in wanted.items():
        numpy.testing.assert_allclose(names[name], value, rtol=1e-6 if program == "det(A)" else 1e-12, atol=0)


def test_where_digits_are_lost_is_not_where_all_is_well() -> None:
    assert "sum_of_others" not in code(cgviz.run("softmax(z)[0]", z=[1.0, 2.0]), "numpy")
    assert "cofactors" not in code(cgviz.run("det(A)", A=[[1.0, 2.0], [2.0, 5.0]]), "numpy")


@pytest.mark.parametrize(("program", "at"), [("det(A)", [[1.0, 2.0], [2.0, 4.0]]), ("softmax(A)[0]", [40.5, 0.0])])
def test_the_careful_forms_can_be_differentiated_again(program: str, at: Any) -> None:
    torch = pytest.importorskip("torch")
    names: dict[str, Any] = {"__name__": "generated"}
    exec(code(cgviz.run(program, A=at), "torch"), names)
    given = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(names["Staged"].apply, (given,))


def test_what_jax_itself_answers_at_corners_is_asserted_as_such() -> None:
    pytest.importorskip("jax")
    source = code(cgviz.run("sum(abs(x)*max(x, 1))", x=[0.0, 1.0]), "jax", test=True)
    exec(compile(source, "generated", "exec"), {"__name__": "__main__"})
    others = [("norm(x)", [0.0, 0.0]), ("norm(x)", [1e200, 1.0]), ("det(x)", [[1.0, 2.0], [2.0, 4.0]])]
    assert all("# not compared: " in code(cgviz.run(program, x=x), "jax", test=True) for program, x in others)


def test_the_head_says_where_the_run_has_nan_and_a_library_may_not() -> None:
    assert "f is nan in the run" in code(cgviz.run("loggamma(x)", x=-1.0), "torch")
    assert "nan in the run" not in code(cgviz.run("1/x", x=0.0), "torch")
