"""Generated code: it is run, in every language that is on the machine, and finds the run's numbers."""

from __future__ import annotations

import math
import random
import re
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from examples import SCALAR
from tools import need

import cgviz
from cgviz.cli import main
from cgviz.codegen import LANGUAGES, code, language_of
from cgviz.codegen.notation import UnwrittenCodeError
from cgviz.errors import EvaluationError, UsageError
from cgviz.ops.op import Op, ops

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
AT = {"x": 3.0, "y": -4.0}
CORNERS = {
    "lambda*math + dx*int - x": {"lambda": 2.0, "math": 3.0, "dx": -1.0, "int": 4.0, "x": 0.5},
    "fn*let + fn/do - ef*module*np": {"fn": 2.0, "let": 3.0, "do": -1.0, "ef": 4.0, "module": 0.5, "np": 1.5},
    "exp(log*max)*torch - sigmoid(o)": {"log": 0.5, "max": 0.25, "torch": 2.0, "o": 1.0},
    "σ1*é + µ**2": {"σ1": 0.5, "é": 2.0, "μ": 3.0},
    "where(x > y, x*y, x - y) + (x <= y)*3": {"x": 0.5, "y": 2.0},
    "where(x, y, z)": {"x": 2.0, "y": 3.0, "z": 4.0},
    "max(x, y, z, 1)*min(x, y, z)": {"x": 3.0, "y": 3.0, "z": 2.0},
    "max(x, x)": {"x": 2.0},
    "pi*x + e*y - pi/4": {"x": 2.0, "y": 3.0},
    "x*x*y*x": {"x": 0.0, "y": 3.0},
    "a = x*y; b = sin(x); f = a + z*0": {"x": 2.0, "y": 3.0, "z": 1.0},
    "a = x + 1; x": {"x": 2.0},
    "p = x": {"x": 2.0},
    "-x**2 - -(x**2)*y**-1 + 2**x + x**y + (x*y)**1.5": {"x": 2.0, "y": 3.0},
    "log(x, 3) + leaky_relu(-x, 0.2) + elu(-x, 2) + relu(0*x) + abs(-x) + sign(x) + clip(x, 0, 1)": {"x": 2.0},
    "hypot(x, y) + atan2(x, y) + 1e30*x - 1e-30*y": {"x": 2.0, "y": 3.0},
}
REFUSED = re.compile(r"^\w+ has no form in Python; [\w, ]+$")
FUNCTIONS = (
    "sigmoid exp sin cos tanh relu softplus silu atan asinh sech expm1 cosh abs logsigmoid leaky_relu elu".split()
)


def expression(dice: random.Random, depth: int) -> str:
    """Returns a random expression."""
    if depth == 0:
        return dice.choice(["x", "y", "z", "0.5", "3", "pi"])
    one, two, three = (expression(dice, depth - 1) for _ in range(3))
    forms = [f"({one} {sign} {two})" for sign in "+-*/"] + [f"{dice.choice(FUNCTIONS)}({one})"] * 4
    forms += [f"({one})**{dice.choice(['2', '3', '-1'])}", f"max({one}, {two}, {three})", f"-({one})"]
    forms += [f"where({one} < {two}, {two}, {three})", f"min({one}, {two})", f"({one})*({two})*({three})"]
    return dice.choice(forms)


def is_sound(run: cgviz.Run) -> bool:
    """Tells whether every number of a run is finite, and none so large that the taught form loses its digits."""
    return all(math.isfinite(v) and abs(v) < 1e3 for v in [*run.values, *run.gradients] if v is not None)


def random_runs(count: int) -> list[cgviz.Run]:
    dice = random.Random(7)
    found: list[cgviz.Run] = []
    while len(found) < count:
        text = expression(dice, dice.choice([2, 3, 4]))
        names = [name for name in "xyz" if re.search(rf"\b{name}\b", text)]
        run = cgviz.run(text, {name: dice.choice([0.3, -0.6, 1.25, 2.0]) for name in names})
        if names and is_sound(run):
            found.append(run)
    return found


def runs() -> list[cgviz.Run]:
    """Returns the samples, the corners and random programs: all that is finite."""
    shipped = [cgviz.run(sample.text) for sample in SCALAR]
    made = [cgviz.run(program, values) for program, values in CORNERS.items()]
    return [run for run in [*shipped, *made, *random_runs(30)] if not run.symbolic and is_sound(run)]


RUNS = runs()


def expected(run: cgviz.Run) -> list[float]:
    return [run.value or 0.0, *(value or 0.0 for value in run.gradient.values())]


def numbers(printed: str) -> list[float]:
    """Returns the numbers of a program's output."""
    return [float(line.rpartition("=")[2]) for line in printed.splitlines() if " = " in line]


def close(found: list[float], wanted: list[float]) -> bool:
    pairs = zip(found, wanted, strict=True)
    return all(abs(a - b) <= 1e-12 * max(1.0, abs(b)) for a, b in pairs)


def executed(source: str, capsys: pytest.CaptureFixture[str]) -> list[float]:
    """Runs Python that we wrote ourselves; returns what it printed."""
    capsys.readouterr()
    exec(compile(source, "generated", "exec"), {"__name__": "__main__"})
    return numbers(capsys.readouterr().out)


def written(lang: str, **options: Any) -> list[tuple[cgviz.Run, str]]:
    """Returns the code of every run that the language can write, half of it as functions."""
    found = []
    for index, run in enumerate(RUNS):
        with suppress(UnwrittenCodeError):
            found.append((run, code(run, lang, function=index % 2 == 0, **options)))
    assert len(found) >= 0.8 * len(RUNS)
    return found


def test_the_lecture() -> None:
    source = code(cgviz.run(LECTURE, AT), teach=True)
    lines = [re.sub(r"\s+", " ", line) for line in source.splitlines()]
    forward, backward = lines.index("# forward pass"), lines.index("# backward pass")
    assert lines[forward + 1 : forward + 9] == [
        "sigy = sigmoid(y) #(1)",
        "num = x + sigy #(2)",
        "sigx = sigmoid(x) #(3)",
        "xpy = x + y #(4)",
        "xpysqr = xpy**2 #(5)",
        "den = sigx + xpysqr #(6)",
        "invden = 1 / den #(7)",
        "f = num * invden #(8)",
    ]
    assert lines[backward + 1 : backward + 22] == [
        "# backprop f = num * invden",
        "dnum = invden #(8)",
        "dinvden = num #(8)",
        "# backprop invden = 1 / den",
        "dden = (-1 / den**2) * dinvden #(7)",
        "# backprop den = sigx + xpysqr",
        "dsigx = (1) * dden #(6)",
        "dxpysqr = (1) * dden #(6)",
        "# backprop xpysqr = xpy**2",
        "dxpy = (2 * xpy) * dxpysqr #(5)",
        "# backprop xpy = x + y",
        "dx = (1) * dxpy #(4)",
        "dy = (1) * dxpy #(4)",
        "# backprop sigx = sigmoid(x)",
        "dx += ((1 - sigx) * sigx) * dsigx #(3)",
        "# backprop num = x + sigy",
        "dx += (1) * dnum #(2)",
        "dsigy = (1) * dnum #(2)",
        "# backprop sigy = sigmoid(y)",
        "dy += ((1 - sigy) * sigy) * dsigy #(1)",
        "",
    ]
    assert "dsigx = dden  " in code(cgviz.run(LECTURE, AT))


@pytest.mark.parametrize("stable", [False, True])
def test_python_bit_for_bit(stable: bool, capsys: pytest.CaptureFixture[str]) -> None:
    for run, source in written("python", stable=stable):
        found = executed(source, capsys)
        assert found[0] == run.value, source
        assert found == expected(run) if stable else close(found, expected(run)), source


@pytest.mark.parametrize("lang", ["numpy", "torch", "jax"])
def test_arrays_of_no_dimension(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip(lang)
    for run, source in written(lang, test=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert close(executed(source, capsys)[: 1 + len(run.gradient)], expected(run)), source


def compared(lang: str, sources: list[tuple[cgviz.Run, str]], printed: str) -> None:
    """Holds what a batch of programs printed, one after the other, against their runs."""
    found = numbers(printed)
    for run, source in sources:
        count = 1 + len(run.gradient)
        assert close(found[:count], expected(run)), f"{lang}\n{source}"
        del found[:count]


def of(*command: str | Path) -> str:
    """Runs a command of the machine; returns what it printed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[:3000]
    return done.stdout


def test_c(tmp_path: Path) -> None:
    need("gcc")
    sources = written("c", test=True)
    parts = []
    for index, (_, source) in enumerate(sources):
        own = {"main", "value_and_gradient", *re.findall(r"^static double (\w+)\(", source, re.MULTILINE)}
        renamed = source
        for name in sorted(own):
            renamed = re.sub(rf"(?<![\w\"]){name}\(", f"{name}_{index}(", renamed)
        parts.append(renamed)
    calls = "".join(f"main_{index}();" for index in range(len(sources)))
    (tmp_path / "all.c").write_text("\n".join([*parts, f"int main(void) {{ {calls} return 0; }}"]), encoding="utf-8")
    of(
        "gcc",
        "-std=gnu11",
        "-Wall",
        "-Werror",
        "-Wno-unused-variable",
        "-o",
        tmp_path / "all",
        tmp_path / "all.c",
        "-lm",
    )
    compared("c", sources, of(tmp_path / "all"))


def test_javascript(tmp_path: Path) -> None:
    need("node")
    sources = written("javascript", test=True)
    (tmp_path / "all.js").write_text(
        '"use strict";\n' + "\n".join(f"(() => {{\n{source}}})();" for _, source in sources), encoding="utf-8"
    )
    compared("javascript", sources, of("node", tmp_path / "all.js"))


def test_rust(tmp_path: Path) -> None:
    need("rustc")
    sources = written("rust", test=True)
    parts = [f"mod p{i} {{\n{s.replace('fn main()', 'pub fn main()')}}}" for i, (_, s) in enumerate(sources)]
    calls = "".join(f"p{index}::main();" for index in range(len(sources)))
    (tmp_path / "all.rs").write_text("\n".join([*parts, f"fn main() {{ {calls} }}"]), encoding="utf-8")
    of("rustc", "-D", "warnings", "-o", tmp_path / "all", tmp_path / "all.rs")
    compared("rust", sources, of(tmp_path / "all"))


def test_julia_by_its_looks() -> None:
    source = code(cgviz.run(LECTURE, AT), "julia", function=True, test=True)
    assert "sigmoid(x) = x >= 0.0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x))\n" in source
    assert "function value_and_gradient(x, y)\n" in source
    assert "    return f, (dx, dy)\nend\n" in source
    assert "f, (dx, dy) = value_and_gradient(3.0, -4.0)\n" in source
    assert "dden = (-1.0 / den^2) * dinvden" in source
    for run, text in written("julia"):
        assert text.count("(") == text.count(")"), run.graph.program


def test_gradients_of_torch_are_not_aliases() -> None:
    torch = pytest.importorskip("torch")
    made: dict[str, Any] = {"__name__": "made"}
    exec(code(cgviz.run("f = x + y", x=1, y=2), "torch"), made)
    x, y = (torch.tensor(at, dtype=torch.float64, requires_grad=True) for at in (1.0, 2.0))
    made["Staged"].apply(x, y).backward()
    x.grad += 1
    assert (x.grad.item(), y.grad.item()) == (2, 1)


def test_names_by_one_rule() -> None:
    source = code(cgviz.run("lambda*dx + x*σ", {"lambda": 1, "dx": 2, "x": 3, "σ": 4}))
    assert "lambda_ is lambda, dx_ is dx." in source
    assert all(line in source for line in ("dlambda_ = ", "ddx_ = ", "σ = 4.0"))
    assert "sigma is σ" in code(cgviz.run("2*σ", {"σ": 4}), "rust")
    assert "Renamed" not in code(cgviz.run(LECTURE, AT))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_symbols_make_a_function(lang: str) -> None:
    source = code(cgviz.run(LECTURE), lang)
    assert "3.0" not in source
    assert not re.search(r"\bmain *\(", source)
    assert re.search(r"[^\n]\n\Z", source)
    assert source == code(cgviz.run(LECTURE), lang)
    assert not any(line != line.rstrip() for line in source.splitlines())
    with pytest.raises(UsageError, match="give the inputs their values"):
        code(cgviz.run(LECTURE), lang, test=True)


@pytest.mark.parametrize(("ties", "shares"), [("split", [0.5, 0.5]), ("first", [1, 0]), ("both", [1, 1])])
def test_ties(ties: str, shares: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert executed(code(cgviz.run("max(x, y)", x=2, y=2, ties=ties)), capsys) == [2, *shares]


@pytest.mark.parametrize(
    ("program", "at"), [("sigmoid(x)", 40.0), ("tanh(x)", 20.0), ("erf(x)", 6.0), ("asin(x)", 1 - 1e-12), ("1/x", 1e-9)]
)
def test_stable_keeps_digits(program: str, at: float, capsys: pytest.CaptureFixture[str]) -> None:
    run = cgviz.run(program, x=at)
    source = code(run, stable=True)
    assert "stable forms" in source
    assert "stable forms" not in code(run)
    assert executed(source, capsys) == expected(run)


@pytest.mark.parametrize("op", [op for op in ops() if op.spell is None and op.vjp is None], ids=lambda op: op.name)
def test_every_op_is_written_in_python_or_refused(op: Op) -> None:
    names = "abc"[: op.arity[1] or 3]
    operands = ", ".join(["2", *names[1:]] if op.fixed else names)
    try:
        source = code(cgviz.run(f"{op.name}({operands})"))
    except UnwrittenCodeError as error:
        source = f"# {error}"
        assert REFUSED.search(str(error))  # noqa: PT017 - either is right
    compile(source, op.name, "exec")


def test_the_forms_for_code_are_the_ops() -> None:
    for op in (op for op in ops() if op.vjp is None):
        args = (1.4,) if op.name == "acosh" else (0.4, 0.6, 0.7)[: op.arity[1] or 3]
        if op.composed is not None and op.name != "factorial" and len(args) == op.arity[1]:
            assert op.composed(*args) == pytest.approx(op.forward(*args), rel=4e-16), op
        if op.careful is not None and op.stable is not None:
            careful = op.careful(op.forward(*args), *args)
            assert [c or 0 for c in careful] == [s or 0 for s in op.stable(op.forward(*args), *args)], op


def test_what_cannot_be() -> None:
    with pytest.raises(UsageError, match=r"^digamma has no form in Python; torch, jax have it$"):
        code(cgviz.run("gamma(x)", x=2))
    with pytest.raises(UsageError, match="unknown language 'cobol'; there are python, numpy"):
        code(cgviz.run("x*y"), "cobol")
    with pytest.raises(EvaluationError, match="division by zero"):
        code(cgviz.run("1/x", x=0), test=True)
    assert "Not finite at these inputs: stage (1) f = 1/x: division by zero, x = 0" in code(cgviz.run("1/x", x=0))
    assert {language_of(name).title for name in LANGUAGES} >= {"Python", "Rust"}


def test_a_program_cannot_leave_its_comment() -> None:
    for lang in LANGUAGES:
        source = code(cgviz.run("# one \\\r\nx*y # two \u2028 */ import os\\\n", latex=False, x=1, y=2), lang)
        mark = language_of(lang).comment
        head = source.split("dw stands for")[0].splitlines()
        assert all(line.startswith(mark) and not line.endswith("\\") for line in head)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", LECTURE, "--x", "3", "--y", "-4"]) == 0
    assert capsys.readouterr().out == code(cgviz.run(LECTURE, AT))
    for name, lang in (("a.py", "python"), ("a.c", "c"), ("a.rs", "rust"), ("a.js", "javascript"), ("a.jl", "julia")):
        assert main(["code", LECTURE, "--x", "3", "--y", "-4", "--teach", "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text(encoding="utf-8") == code(cgviz.run(LECTURE, AT), lang, teach=True)
    assert main(["code", "x*y", "-o", str(tmp_path / "a.f90")]) == 2
    assert "give it" in capsys.readouterr().err


def test_help_loads_nothing_heavy() -> None:
    check = "import sys; from cgviz.cli import main; main(['code', '--help']); assert 'sympy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True).returncode == 0


RUN_BY = {
    "python": test_python_bit_for_bit,
    "numpy": test_arrays_of_no_dimension,
    "torch": test_arrays_of_no_dimension,
    "jax": test_arrays_of_no_dimension,
    "c": test_c,
    "javascript": test_javascript,
    "rust": test_rust,
    "julia": test_julia_by_its_looks,
}
"""For every language the test that runs its code."""


def test_every_language_is_run_by_a_test() -> None:
    assert RUN_BY.keys() == LANGUAGES.keys()
    for lang, test in RUN_BY.items():
        marks = getattr(test, "pytestmark", [])
        listed = [lang in mark.args[1] for mark in marks if mark.name == "parametrize" and mark.args[0] == "lang"]
        assert all(listed), f"{lang} is not among those that {test.__name__} runs"
