"""The diagnosis: origins and spread, symptoms, others' answers at corners, and safe spellings that are equal."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from unittest.mock import MagicMock

import mpmath
import numpy as np
import pytest

import cgviz
from cgviz.analysis.diagnosis import Diagnosis, diagnose
from cgviz.analysis.diagnosis.rewrites import REWRITES, Rewrite, read_pattern
from cgviz.cli import main
from cgviz.ops.op import Answer, Op, ops
from cgviz.runs.passes import gradient
from cgviz.views.diagnose import report
from cgviz.views.table.rows import by_name
from tests.array_programs import INPUTS, program


def diagnosed(program: str, **inputs: Any) -> Diagnosis:
    return diagnose(cgviz.run(program, inputs))


def names(found: Diagnosis, indices: list[int]) -> list[str]:
    return [found.run.graph.nodes[index].name for index in indices]


# where it began, how it spread


def test_an_overflow_is_followed_forward_and_backward() -> None:
    found = diagnosed("log(1 + exp(x))*y", x=800, y=2)
    spread = found.spread
    assert names(found, [origin.index for origin in spread.forward]) == ["expx"]
    assert [names(found, [hop.source, hop.target]) for hop in spread.forward_hops] == [
        ["expx", "sum"],
        ["sum", "logsum"],
        ["logsum", "f"],
    ]
    assert names(found, [origin.index for origin in spread.backward]) == ["f", "expx"]
    assert math.isnan(spread.backward[1].value)
    assert not found.healthy


def test_a_division_by_zero_reaches_both_inputs() -> None:
    found = diagnosed("x/(x + y)", x=0, y=0)
    assert [names(found, [hop.target, hop.source]) for hop in found.spread.backward_hops] == [
        ["den", "x"],
        ["den", "y"],
    ]
    assert found.spread.forward[0].reason == "division by zero, den = 0"


def test_a_branch_not_taken_is_no_trouble_and_is_told_apart() -> None:
    found = diagnosed("where(x > 0, log(x), y)", x=-1, y=2)
    assert found.healthy
    assert not found.spread.forward
    assert names(found, [origin.index for origin in found.spread.idle]) == ["logx"]


def test_every_edge_of_the_spread_carries_what_is_not_finite() -> None:
    found = diagnosed("a = exp(x); b = a - a; c = b*y; f = c + 1/z", x=1000, y=1, z=0)
    values = found.run.values
    assert len(found.spread.forward) == 2
    for hop in found.spread.forward_hops:
        assert not math.isfinite(values[hop.source] or 0)
        assert not math.isfinite(values[hop.target] or 0)
    for hop in found.spread.backward_hops:
        assert not math.isfinite(found.run.gradients[hop.target] or 0)
        assert not math.isfinite(hop.value)


def test_an_infinite_input_is_an_origin() -> None:
    found = diagnosed("x*y + z/x", x=math.inf, y=0, z=1)
    assert names(found, [origin.index for origin in found.spread.forward]) == ["x"]
    assert "x = inf: given as an input" in report(found).text


def test_finite_numbers_are_healthy() -> None:
    found = diagnosed("x*y", x=2, y=3)
    assert found.healthy
    assert not found.symptoms
    assert not found.corners
    assert not found.suggestions


# symptoms


@pytest.mark.parametrize(
    ("program", "inputs", "kinds"),
    [
        ("exp(x)", {"x": 800.0}, ["overflow"]),
        ("exp(x)", {"x": -800.0}, ["underflow"]),
        ("sigmoid(x)", {"x": 20.0}, ["saturated"]),
        ("relu(x)", {"x": -1.0}, ["dead"]),
        ("1 - cos(x)", {"x": 1e-9}, ["digits"]),
        ("(x + 1e9) - x", {"x": 1e-3}, []),
        ("(x + 1e16) - 1e16", {"x": 1.2345}, ["digits"]),
        ("x*y", {"x": 1e200, "y": 1e200}, ["overflow"]),
        ("sin(x)", {"x": 1.0}, []),
        ("x*1e-200*y", {"x": 1e-200, "y": 1e200}, ["underflow"]),
        ("sin(x)*1e-320", {"x": 1.0}, ["underflow", "underflow", "underflow"]),
        ("x**3 + x*y", {"x": 0.0, "y": 0.0}, []),
    ],
)
def test_symptoms(program: str, inputs: dict[str, float], kinds: list[str]) -> None:
    assert [symptom.kind for symptom in diagnosed(program, **inputs).symptoms] == kinds


def test_an_overflow_says_the_true_value() -> None:
    text = diagnosed("exp(x)", x=800).symptoms[0].text
    assert text.startswith(mpmath.nstr(mpmath.exp(800), 4).replace("e+", "e"))


# what others answer

ANSWERED = [(op, answer) for op in ops() for answer in op.answers]


def called(answer: Answer) -> str:
    return f"{answer.calls[0] or answer.calls[1]}{answer.args}[{answer.slot}]"


def same(one: float, two: float) -> bool:
    return one == two or (math.isnan(one) and math.isnan(two)) or one == pytest.approx(two, rel=1e-12)


def function(name: str) -> Callable[..., Any]:
    module, _, own = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), own)
    return found


@pytest.mark.parametrize(("op", "answer"), ANSWERED, ids=[called(answer) for _, answer in ANSWERED])
def test_pytorch_answers_as_the_record_says(op: Op, answer: Answer) -> None:
    torch = pytest.importorskip("torch")
    if answer.torch is None:
        assert not answer.calls[0]
        assert not hasattr(torch, op.name)
        return
    arguments = [torch.tensor(arg, dtype=torch.float64, requires_grad=True) for arg in answer.args]
    given = [arguments[0], *answer.args[1:]] if "elu" in answer.calls[0] else arguments
    function(answer.calls[0])(*given).backward()
    assert same(arguments[answer.slot].grad.item(), answer.torch)


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")
@pytest.mark.parametrize(("op", "answer"), ANSWERED, ids=[called(answer) for _, answer in ANSWERED])
def test_jax_answers_as_the_record_says(op: Op, answer: Answer) -> None:
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    assert answer.jax is not None
    assert same(float(jax.grad(function(answer.calls[1]), argnums=answer.slot)(*answer.args)), answer.jax)


@pytest.mark.parametrize(("op", "answer"), ANSWERED, ids=[called(answer) for _, answer in ANSWERED])
def test_sympy_answers_as_the_record_says(op: Op, answer: Answer) -> None:
    import sympy

    if answer.sympy is None:
        assert not answer.calls[2] or len(answer.args) > 1, "of two arguments at 0 it depends on which comes first"
        return
    x, y = sympy.symbols("x y", real=True)
    expressions = {
        "Abs(x)": sympy.Abs(x),
        "sign(x)": sympy.sign(x),
        "Max(x, 0)": sympy.Max(x, 0),
        "Max(x, y)": sympy.Max(x, y),
        "Min(x, y)": sympy.Min(x, y),
        "Min(Max(x, -1), 1)": sympy.Min(sympy.Max(x, -1), 1),
        "sqrt(x)": sympy.sqrt(x),
        "cbrt(x)": sympy.cbrt(x),
        "log(x)": sympy.log(x),
    }
    at = dict(zip((x, y), answer.args[: len(op.answers[0].args)], strict=False))
    whole = {symbol: int(value) for symbol, value in at.items()}
    found = expressions[answer.calls[2]].diff((x, y)[answer.slot]).subs(whole)
    assert (str(found) if isinstance(answer.sympy, str) else float(found)) == answer.sympy


def test_every_corner_of_a_run_is_listed_with_its_rule() -> None:
    found = diagnosed("relu(x) + abs(x) + max(x, y) + clip(y, 0, 1) + sqrt(y) + leaky_relu(x)", x=0, y=0)
    listed = {found.run.graph.nodes[corner.index].op.name: corner for corner in found.corners}
    assert set(listed) == {"relu", "abs", "max", "clip", "sqrt", "leaky_relu"}
    assert listed["relu"].rule == "relu'(0) = 0"
    assert listed["max"].flag == "tie"
    assert [answer.jax for answer in listed["abs"].answers] == [1.0]
    assert [answer.slot for answer in listed["max"].answers] == [0, 1]
    assert [answer.jax for answer in listed["clip"].answers] == [0.5]


# safe spellings

SOUND = {False: ({"u": 0.7, "v": 0.3}, {"u": 2.5, "v": 1.25}), True: ({"u": 0.7, "v": 0.3}, {"u": 2.5, "v": -1.25})}


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: rewrite.pattern)
def test_a_safe_spelling_is_finite_where_the_pattern_fails(rewrite: Rewrite) -> None:
    pattern, safe = read_pattern(rewrite.pattern), read_pattern(rewrite.safe)
    known = {safe.nodes[index].name for index in safe.inputs}
    value, slopes = gradient(safe, {name: at for name, at in rewrite.at.items() if name in known})
    assert math.isfinite(value)
    assert all(map(math.isfinite, slopes.values()))
    was, before = gradient(pattern, dict(rewrite.at))
    fails = not (math.isfinite(was) and all(map(math.isfinite, before.values())))
    assert fails or abs(was - value) > 1e-9 * abs(value), "the point shows what goes wrong"


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: rewrite.pattern)
def test_a_safe_spelling_is_equal_where_both_are_sound(rewrite: Rewrite) -> None:
    pattern, safe = read_pattern(rewrite.pattern), read_pattern(rewrite.safe)
    for point in SOUND[rewrite.guard]:
        if rewrite.pattern == "log(1 - exp(u))":
            point = {"u": -point["u"]}
        results = []
        for graph in (pattern, safe):
            own = {graph.nodes[index].name for index in graph.inputs}
            results.append(gradient(graph, {name: at for name, at in point.items() if name in own}))
        (was, before), (value, slopes) = results
        assert value == pytest.approx(was, rel=1e-12)
        assert slopes == {name: pytest.approx(slope, rel=1e-11) for name, slope in before.items()}


@pytest.mark.parametrize(
    ("program", "inputs", "text"),
    [
        ("log(1 + exp(x))", {"x": 800.0}, "f = softplus(x)"),
        ("s = sigmoid(x); log(s)", {"x": -800.0}, "f = logsigmoid(x)"),
        ("exp(x + y)/(exp(x + y) + 1)", {"x": 800.0, "y": 1.0}, "f = sigmoid(xpy)"),
        ("log(exp(a) + exp(b))", {"a": 1.0, "b": 900.0}, "top = max(a, b); f = top + log(exp(a - top) + exp(b - top))"),
        ("y*(1 - cos(x))", {"x": 1e-9, "y": 2.0}, "diff = 2*sin(x/2)**2"),
        ("x/(x + y)", {"x": 0.0, "y": 0.0}, "invden = where(den == 0, 0, 1/where(den == 0, 1, den))"),
        ("sqrt(x)", {"x": 0.0}, "f = where(x > 0, sqrt(where(x > 0, x, 1)), 0)"),
        ("sqrt(x*x + y**2)", {"x": 1.0, "y": 2.0}, ""),
        ("sqrt(x**2 + y**2)", {"x": 1.0, "y": 2.0}, "f = hypot(x, y)"),
        ("log(1 + 2)*exp(x)", {"x": 1.0}, ""),
    ],
)
def test_a_stage_is_written_anew_and_the_program_reads_it(program: str, inputs: dict[str, float], text: str) -> None:
    found = diagnosed(program, **inputs)
    assert [suggestion.text for suggestion in found.suggestions] == ([text] if text else [])
    if text:
        sound = {name: 0.4 + i for i, name in enumerate(inputs)}
        anew = cgviz.run(rewritten(found), sound)
        assert anew.value == pytest.approx(cgviz.run(program, sound).value, rel=1e-12)
        assert cgviz.run(rewritten(found), inputs).trouble is None


def rewritten(found: Diagnosis) -> str:
    """Returns the whole program, stage by stage, with every suggestion in its place."""
    graph = by_name(found.run).graph
    anew = {suggestion.index: suggestion.text for suggestion in found.suggestions}
    return "\n".join(anew.get(i, f"{graph.nodes[i].name} = {graph.formula(i).text}") for i in graph.stages)


def test_a_guard_is_offered_only_where_it_keeps_the_value() -> None:
    assert not diagnosed("x**y", x=-2, y=2).suggestions, "the value 4 would become 0"
    assert [each.guard for each in diagnosed("x**y", x=0, y=0).suggestions] == [True]


def test_softmax_of_three_takes_the_largest_out() -> None:
    found = diagnosed("exp(a)/(exp(a) + exp(b) + exp(c))", a=800, b=799, c=1)
    anew = cgviz.run(rewritten(found), {"a": 800, "b": 799, "c": 1})
    assert anew.value == pytest.approx(1 / (1 + math.exp(-1)), rel=1e-12)
    assert anew.trouble is None


# the command


def test_the_command_exits_1_where_a_number_is_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "x/(x+y)", "--x", "0", "--y", "0"]) == 1
    out = capsys.readouterr().out
    assert "stage (2) invden = 1/den: division by zero" in out
    assert "it spreads: invden → f" in out
    assert main(["diagnose", "abs(x)", "--x", "0"]) == 0
    assert "|x|'(0) = 0" in capsys.readouterr().out


def test_the_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "log(1+exp(x))+abs(y)", "--x", "800", "--y", "0", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["forward"]["began"][0]["stage"] == "expx"
    assert not found["healthy"]
    assert found["corners"][0]["answers"] == [{"slot": 0, "torch": 0.0, "jax": 1.0, "sympy": 0.0}]
    assert found["suggestions"][0]["needed"] is True


def test_without_numbers_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "x*y"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_the_page_keeps_to_its_width(columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    main(["diagnose", "s = sigmoid(x); f = log(s) + sqrt(z) + abs(z) + 1/lambda", *"--x -800 --z 0 --lambda 0".split()])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


def test_long_programs_are_diagnosed() -> None:
    count = 2000
    program = "; ".join(["a0 = x/y", *(f"a{i} = a{i - 1} + 1" for i in range(1, count))])
    found = diagnosed(program, x=1, y=0)
    assert len(found.spread.forward_hops) >= count - 1
    assert "division by zero" in report(found).text


# arrays


def test_the_element_where_it_began_is_named() -> None:
    found = diagnosed("sum(sqrt(x)/y)", x=[4.0, -1.0, 0.0], y=[1.0, 2.0, 0.0])
    assert [(names(found, [o.index]), o.place, o.count) for o in found.spread.forward] == [
        (["sqrtx"], (1,), 1),
        (["invy"], (2,), 1),
    ]
    assert found.spread.forward[0].reason == "root of a negative number at sqrtx[1], x[1] = −1"
    text = " ".join(report(found).text.split())
    assert "(1) sqrtx[1] = nan: root of a negative number" in text
    assert "(2) invy[2] = inf: division by zero at invy[2], y[2] = 0" in text


def test_an_element_that_goes_wrong_by_itself_began_there_though_another_came_from_before() -> None:
    found = diagnosed("sum(sqrt(x))", x=[[math.inf, 1.0], [1.0, -4.0]])
    assert [(names(found, [o.index]), o.place) for o in found.spread.forward] == [(["x"], (0, 0)), (["sqrtx"], (1, 1))]
    assert names(found, [hop.target for hop in found.spread.forward_hops][:1]) == ["sqrtx"]


def test_the_operand_of_a_broadcast_element_is_named_by_its_own_place() -> None:
    found = diagnosed("sum(A / c)", A=[[1.0, 2.0], [3.0, 4.0]], c=[[2.0], [0.0]])
    assert found.spread.forward[0].reason == "division by zero at invc[1, 0], c[1, 0] = 0"
    assert found.spread.forward[0].place == (1, 0)
    product = diagnosed("sum(A * c)", A=[[1.0, 1e200], [3.0, 4.0]], c=[1.0, 1e200])
    assert product.spread.forward[0].reason == "overflow at Ac[0, 1], A[0, 1] = 1e200, c[1] = 1e200"


@pytest.mark.parametrize(
    ("program", "inputs", "reason"),
    [
        ("sum(W @ x)", {"W": [[1e300]], "x": [1e300]}, "overflow at Wx[0]"),
        ("mean(x)", {"x": []}, "a mean of no elements"),
        ("x[i]", {"x": [1.0, 2.0], "i": 7.0}, "there is no place 7 in an array of 2"),
        ("sum(inv(A))", {"A": [[1.0, 2.0], [2.0, 4.0]]}, "a singular matrix has no inverse"),
    ],
)
def test_a_structural_op_says_why(program: str, inputs: dict[str, Any], reason: str) -> None:
    found = diagnosed(program, **inputs)
    assert found.spread.forward[0].reason.startswith(reason)
    assert reason in report(found).text


def test_kinks_and_ties_of_arrays_are_counted() -> None:
    found = diagnosed(
        "sum(relu(x)) + sum(max(x, y)) + max(y) + norm(z)", x=[0.0, 2, 0, 3], y=[5.0, 2, 0, 5], z=[0.0, 0]
    )
    listed = {found.run.graph.nodes[corner.index].op.name: corner for corner in found.corners}
    assert {name: (corner.flag, corner.place, corner.count) for name, corner in listed.items()} == {
        "relu": ("kink", (0,), 2),
        "max": ("tie", (1,), 2),
        "amax": ("tie", (), 1),
        "norm": ("kink", (), 1),
    }
    assert listed["max"].locals == (0.5, 0.5)
    assert [answer.jax for answer in listed["relu"].answers] == [0.0]
    text = report(found).text
    assert "kink: relu'(0) = 0, at relux[0] and 1 more element" in text
    assert "kink: at the origin the gradient is taken as 0" in text


def test_overflow_of_elements_is_a_symptom() -> None:
    found = diagnosed("sum(exp(x))", x=[[800.0, 1.0], [-800.0, 2.0]])
    assert [symptom.kind for symptom in found.symptoms] == ["overflow"]
    assert found.symptoms[0].text.startswith("expx[0, 0]: 2.726e347 is beyond")
    assert found.symptoms[0].text.endswith("; and 1 more")


BIG = [[800.0, 1.0, -900.0], [2.0, 3.0, 1000.0]]


@pytest.mark.parametrize(
    ("program", "inputs", "texts"),
    [
        ("log(sum(exp(x)))", {"x": BIG[0]}, ["f = logsumexp(x)"]),
        ("sum(log(sum(exp(A), axis=1)))", {"A": BIG}, ["logsum = logsumexp(A, axis=1)"]),
        ("sum(log(sum(exp(A), axis=0, keepdims=True)))", {"A": BIG}, ["logsum = logsumexp(A, axis=0, keepdims=True)"]),
        ("sum(log(softmax(A, axis=0)))", {"A": BIG}, ["logsoftA = log_softmax(A, axis=0)"]),
        ("p = softmax(x); -log(p[1])", {"x": BIG[0]}, ["logp_1 = log_softmax(x)[1]"]),
        ("p = softmax(x); -log(p[i])", {"x": BIG[0], "i": 2.0}, ["logpickpi = log_softmax(x)[i]"]),
        ("sqrt(sum(x**2))", {"x": [0.0, 0.0]}, ["f = norm(x)"]),
        ("sum(sqrt(sum(A**2, axis=1)))", {"A": [[0.0, 0.0], [1e200, 1.0]]}, ["sqrtsum = norm(A, axis=1)"]),
        ("sum((exp(x)/sum(exp(x)))**2)", {"x": BIG[0]}, ["quot = softmax(x)"]),
        ("sum((exp(A)/sum(exp(A), axis=1, keepdims=True))**2)", {"A": BIG}, ["quot = softmax(A, axis=1)"]),
        ("sum(log(1 + exp(A)))", {"A": BIG}, ["logsum = softplus(A)"]),
        ("sum(x / y)", {"x": [1.0, 2.0], "y": [0.0, 1.0]}, ["invy = where(y == 0, 0, 1/where(y == 0, 1, y))"]),
        ("sum(log(softmax(A) + 1))", {"A": BIG}, ["logsum = log1p(softA)"]),
        ("sum(sqrt(1 + A**2))", {"A": [[1.0]]}, []),
        ("log(sum(exp(x) + 1))", {"x": [1.0]}, []),
        ("sum(exp(A)/sum(exp(A), axis=1, keepdims=True)*2)", {"A": [[1.0]]}, []),
    ],
)
def test_arrays_are_written_anew(program: str, inputs: dict[str, Any], texts: list[str]) -> None:
    """The rewritten program is equal where both are sound, and finite where it was not."""
    found = diagnosed(program, **inputs)
    shown = [suggestion.text for suggestion in found.suggestions]
    assert [text.partition(" = ")[2] for text in shown] == [text.partition(" = ")[2] for text in texts]
    if texts:
        sound = {
            name: 0.3 + 0.1 * np.arange(np.size(v)).reshape(np.shape(v)) for name, v in inputs.items() if name != "i"
        }
        sound |= {"i": 1.0} if "i" in inputs else {}
        anew, before = cgviz.run(rewritten(found), sound), cgviz.run(program, sound)
        assert anew.value == pytest.approx(before.value, rel=1e-12)
        for name, gradient in before.gradient.items():
            np.testing.assert_allclose(anew.gradient[name], gradient, rtol=1e-10)
        assert cgviz.run(rewritten(found), inputs).trouble is None


@pytest.mark.parametrize(
    ("program", "inputs", "lost"),
    [
        ("p = exp(z)/sum(exp(z)); -log(p[0])", {"z": [0.0, 800.0, 3.0]}, ()),
        ("log(prod(v))", {"v": [1e-200, 1e-200, 3.0]}, ()),
        ("log(p*q)", {"p": 1e-200, "q": 1e-200}, ()),
        ("-log(1 - sigmoid(x))", {"x": 800.0}, ()),
        ("log(x)*y", {"x": 0.0, "y": 2.0}, ("x",)),
        ("x/y", {"x": 1.0, "y": 0.0}, ("x", "y")),
    ],
)
def test_advice_is_followed_by_a_run_that_shows_what_comes_back(
    program: str, inputs: dict[str, Any], lost: tuple[str, ...]
) -> None:
    run = cgviz.run(program, inputs)
    found = diagnose(run)
    assert found.followed is not None
    assert found.followed.healthy
    assert sorted(found.followed.lost) == sorted(lost)
    assert all(np.any(g) for name, g in found.followed.run.gradient.items() if name not in lost)
    assert ("no gradient comes back" if lost else "every gradient is kept") in " ".join(report(found).text.split())


def test_a_guard_on_arrays_is_offered_only_where_it_keeps_every_value() -> None:
    assert not diagnosed("sum(x**y)", x=[-2.0, 0.0], y=[2.0, -1.0]).suggestions, "the value 4 would become 0"
    assert [each.guard for each in diagnosed("sum(x**y)", x=[2.0, 0.0], y=[2.0, -1.0]).suggestions] == [True]


def test_the_command_diagnoses_arrays(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    arguments = [
        "diagnose",
        "h = relu(W @ x); p = softmax(h); -log(p[1])",
        "--W",
        "[[900, 0], [0, 0]]",
        "--x",
        "[1, 2]",
    ]
    assert main([*arguments, "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["corners"][0]["element"] == [1]
    assert document["corners"][0]["count"] == 1
    assert document["suggestions"][0]["text"].endswith("= log_softmax(h)[1]")
    for columns in (40, 80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert main(arguments) == 1
        assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e200])
def test_any_program_of_arrays_is_diagnosed(scale: float) -> None:
    for seed in range(8):
        made = program(seed, MagicMock())
        random = np.random.default_rng(seed)
        graph = cgviz.read(made.text, given=tuple(INPUTS))
        given = {graph.nodes[i].name: scale * random.normal(size=INPUTS[graph.nodes[i].name]) for i in graph.inputs}
        found = diagnose(cgviz.run(graph, {n: v if np.ndim(v) else float(v) for n, v in given.items()}))
        assert report(found).text
        assert json.loads(report(found).json)["healthy"] == found.healthy
        assert found.healthy or found.spread.forward or found.spread.backward, made.text


def test_an_element_on_a_branch_not_taken_is_no_trouble() -> None:
    """As of single numbers: its nan is told apart, and the exit status is 0."""
    found = diagnosed("sum(where(x > 0, log(x), 0)*y)", x=[2.0, -1.0, 0.0], y=3.0)
    assert found.healthy
    assert not found.spread.forward
    assert not found.spread.forward_hops
    assert not found.suggestions
    assert [(names(found, [o.index]), o.place) for o in found.spread.idle] == [(["logx"], (1,))]
    assert "(the output does not use it)" in " ".join(report(found).text.split())
    both = diagnosed("sum(where(x < 5, log(x), 0)) + sum(where(x > 0, 1/x, 0))", x=[6.0, 0.0, -1.0])
    assert not both.healthy
    assert [(names(both, [o.index]), o.place) for o in both.spread.forward] == [(["logx"], (1,))]
    assert both.run.explain_trouble().endswith("log(x): log of zero at logx[1], x[1] = 0")
