"""Every registered op in one test each: numbers against mpmath, totality, the record, the formulas, the conventions."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import mpmath
import pytest

import cgviz
from cgviz.errors import UsageError
from cgviz.ops import bessel, gamma, integrals
from cgviz.ops.listing import rows
from cgviz.ops.op import REGISTRY, Op, ops, register
from cgviz.ops.refused import REFUSED
from cgviz.text.formula import Formula
from cgviz.values.ieee import Ieee

OPS = [op for op in ops() if op.vjp is None]  # the structural ones: tests/test_arrays.py
BY_MPMATH = {op for module in (gamma, bessel, integrals) for op in vars(module).values() if isinstance(op, Op)}
FLAGS = {"", "tie", "kink", "dead", "saturated"}
MODERATE = [1e-9, 0.1, 0.3, 0.75, 1 + 1e-9, 1.4616321449683622, 2.5, 7.3, 20.5, 41.3, 100.5]
EXTREME = [
    *[1e-300, 1e-160, 1e-4, 1 - 1e-9, 1 - 2**-53, 1 + 2**-52, 26.0, 700.0, 711.0, 800.0],
    *[1e5 + 0.5, 1e155, 1e300],
]
ROOTS_OF_SLOPES = [-0.7517915246935645, -1.2784645427610738]  # of gelu and silu
NASTY = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e308, -1e308, 5e-324, 800.0, -800.0, 1, -3, 0.5, 99.5, -99.7]
FEW_NASTY = [0.0, math.inf, math.nan, -1e308, 5e-324, -3, 0.5]
REQUIRED = ("forward", "partials", "by", "gate", "says", "corners", "source")

every_op = pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)


def both_signs(numbers: Sequence[float]) -> list[float]:
    return [*numbers, *(-number for number in numbers)]


def counts(op: Op) -> set[int]:
    """Returns the numbers of arguments to try."""
    least, most = op.arity
    return {least, least + 2} if most is None else {least, most}


def points(op: Op) -> Iterator[tuple[float, ...]]:
    """Yields arguments in the op's domain and off its corners, extreme ones included."""
    line = both_signs(MODERATE if op in BY_MPMATH else MODERATE + EXTREME) + ROOTS_OF_SLOPES
    plane = both_signs([0.1, 2.5, 30.0] if op in BY_MPMATH else [1e-300, 0.1, 0.9999999, 2.5, 30.0, 1e300])
    for count in counts(op):
        if op.fixed:
            every: Any = itertools.product((0, 1, 2.5, -3), line[::4])
        else:
            every = itertools.product({1: line, 2: plane}.get(count, [-2.5, -1e-9, 0.3, 1e300]), repeat=count)
        if count == 2 and not op.fixed:
            every = [args for i, args in enumerate(every) if (i // len(plane) + i) % 2]  # every other pair
        for args in every:
            if not op.domain(*args) and op.corner(op.forward(*args), *args) not in ("tie", "kink"):
                yield args


def exact(op: Op, args: Sequence[Any]) -> Any:
    """Returns the op's definition in mpmath; None where it is not real, or mpmath cannot say."""
    try:
        value = mpmath.mp.convert(op.in_mpmath(mpmath.mp, *args))
    except (ArithmeticError, ValueError, mpmath.libmp.NoConvergence):
        return None
    return value if isinstance(value, mpmath.mpf) and mpmath.isfinite(value) else None


def slope(op: Op, args: tuple[float, ...], slot: int) -> Any:
    """Returns the central difference of the definition in one argument, with digits to spare."""
    spread = sum(abs(math.log10(abs(arg))) for arg in args if arg)
    room = 120 if max(map(abs, args)) < 8 else 450  # the digits that e^−|arg| and a little more ask for
    with mpmath.workdps(70 if op in BY_MPMATH else room + 2 * int(spread)):
        step = min(abs(mpmath.mpf(args[slot])), 1) * mpmath.mpf(10) ** (-22 if op in BY_MPMATH else -30)
        ends = [[mpmath.mpf(arg) + (i == slot) * side * step for i, arg in enumerate(args)] for side in (1, -1)]
        above, below = (exact(op, end) for end in ends)
        return None if above is None or below is None else (above - below) / (2 * step)


def agree(got: float, witness: Any, relative: float = 1e-12) -> bool:
    """Tells whether a float is the witness to 1e-12, silently 0 or inf where that is no normal float64."""
    if abs(witness) < sys.float_info.min:
        return abs(got) <= sys.float_info.min
    if abs(witness) > sys.float_info.max:
        return math.isinf(got) and (got > 0) == (witness > 0)
    return bool(abs(got - witness) <= relative * abs(witness))


@every_op
def test_numbers_agree_with_mpmath(op: Op) -> None:
    seen = 0
    for args in points(op):
        value = op.forward(*map(float, args))
        with mpmath.workdps(60):
            witness = exact(op, [mpmath.mpf(arg) for arg in args])
        if witness is None:
            continue
        assert agree(value, witness), f"{op.name}{args} = {value}, not {mpmath.nstr(witness, 17)}"
        for slot, local in enumerate(op.local(value, *map(float, args))):
            witness = None if local is None else slope(op, args, slot)
            if local is not None and witness is not None and not beyond_floats(op, args):
                seen += 1
                assert agree(local, witness), f"{op.name}{args}, slot {slot}: {local}, not {mpmath.nstr(witness, 17)}"
    assert seen >= 8 or op.gate == "stops"


def beyond_floats(op: Op, args: tuple[float, ...]) -> bool:
    """Tells whether an exponent is so large that every float near it is even: y − 1 is no odd number then."""
    return op.name == "pow" and args[0] < 0 and abs(args[1]) > 2**53


@every_op
def test_the_taught_rule_gives_the_stable_numbers_where_both_are_sound(op: Op) -> None:
    for args in itertools.chain.from_iterable(itertools.product((0.3, 0.7, 1.5), repeat=n) for n in counts(op)):
        out = op.forward(*args)
        args = (*operands(op)[:1], *args[1:]) if None in op.partials(1.0, *args) else args
        if op.domain(*args) or op.corner(out, *args) in ("tie", "kink") or not math.isfinite(out):
            continue
        taught = op.partials(Ieee(out), *map(Ieee, args))
        assert len(taught) == len(args)
        for rule, local in zip(taught, op.local(out, *args), strict=True):
            if local is not None:
                assert float(rule) == pytest.approx(local, rel=1e-11, abs=1e-300)


@every_op
def test_an_op_is_total(op: Op) -> None:
    """Whatever the floats: a float comes out, one local derivative per argument, a known flag, a reason in words."""
    for count in counts(op):
        for args in itertools.product(NASTY if count < 3 and op not in BY_MPMATH else FEW_NASTY, repeat=count):
            value = op.forward(*args)
            assert isinstance(value, (float, int))
            locals_ = op.local(value, *args)
            assert len(locals_) == count
            assert all(local is None or isinstance(local, (float, int)) for local in locals_)
            assert op.corner(value, *args) in FLAGS
            if all(map(math.isfinite, args)) and math.isnan(value):
                assert op.domain(*args), f"{op.name}{args} is nan for no reason"


# the record


def missing(op: Op) -> list[str]:
    """Returns what a record lacks."""
    absent = [field for field in REQUIRED if not getattr(op, field)]
    if not op.stem.isidentifier():
        absent.append("a stem that can begin a name")
    if op.says and not op.says.split()[0].endswith("s"):
        absent.append("a sentence that begins with a verb")
    if op.corners == "none" and op.rule:
        absent.append("corners, which its rule speaks of")
    return absent


def test_every_record_is_complete() -> None:
    assert {op.name: missing(op) for op in OPS if missing(op)} == {}


@pytest.mark.parametrize("field", ["by", "says", "corners", "source", "gate"])
def test_a_record_that_lacks_a_field_is_found_out(field: str) -> None:
    assert missing(replace(REGISTRY["tanh"], **{field: ""}))  # type: ignore[arg-type]


def test_names_are_registered_once() -> None:
    with pytest.raises(ValueError, match="'exp' is registered twice"):
        register(replace(REGISTRY["exp"]))


def test_the_list_of_ops_has_a_row_for_each() -> None:
    listed = {row.name: row for row in rows()}
    assert list(listed) == [op.name for op in ops()]
    assert listed["sigmoid"].formula == "σ(x)"
    assert listed["sigmoid"].derivatives == ("(1 − f)·f",)
    assert listed["max"].derivatives == ("[x = f]", "[y = f]")
    assert listed["asin"].derivatives == ("1/√(1 − x²)",)
    assert listed["besselj"].derivatives == ("", "(besselj(n − 1, x) − besselj(n + 1, x))/2")
    assert listed["log2"].derivatives == ("1/(x·log(2))",)


# as written


def operands(op: Op) -> list[float]:
    first = 2.0 if op.fixed else 1.0 if op.name == "where" else 0.6
    return [first, 0.7, 0.8, 0.9][: 2 if op.arity[1] is None else op.arity[0]]


@every_op
def test_formula_and_rule_are_read_back_as_the_same_numbers(op: Op) -> None:
    """The text of the output and of every local derivative is a program, and computes what the record computes."""
    at = operands(op)
    names = [f"v{i}" for i in range(len(at))]
    leaves = [Formula(at[0]) if op.fixed and i == 0 else Formula(name) for i, name in enumerate(names)]
    values = dict(zip(names, at, strict=True))
    out = op.forward(*at)
    written = Formula(op=op, args=tuple(leaves)).text
    assert evaluated(written, values) == pytest.approx(out, rel=1e-12, nan_ok=True)
    for rule, local in zip(op.partials(Formula("out"), *leaves), op.local(out, *at), strict=True):
        if isinstance(rule, Formula) and local is not None and math.isfinite(local):
            assert evaluated(rule.text, {**values, "out": out}) == pytest.approx(local, rel=1e-11)


def evaluated(text: str, values: dict[str, float]) -> float | None:
    symbolic = cgviz.run(text)
    return cgviz.run(text, {name: values[name] for name in symbolic.gradient}).value


def test_latex_is_balanced() -> None:
    for op in OPS:
        leaves = [Formula(name) for name in "xyzw"[: len(operands(op))]]
        for formula in (Formula(op=op, args=tuple(leaves)), *op.partials(Formula("f"), *leaves)):
            latex = formula.latex if isinstance(formula, Formula) else "0"
            assert latex, op.name
            assert latex.count("{") == latex.count("}"), latex
            assert latex.count(r"\left") == latex.count(r"\right"), latex


@every_op
def test_an_op_survives_the_way_through_sympy(op: Op) -> None:
    from cgviz.reading import build
    from cgviz.reading.walk import graph_of_sympy

    numbers = [build.number("2")] if op.fixed else []
    node = build.call(op, [*numbers, *map(build.symbol, "xyz"[: len(operands(op)) - len(numbers)])])
    graph = graph_of_sympy(node)
    assert graph.nodes[graph.output].op in (op, REGISTRY["copy"])


@pytest.mark.parametrize("name", ["softplus", "silu", "gelu", "sigmoid", "logsigmoid"])
def test_gates_compute_the_same(name: str) -> None:
    for x in (-3.0, 0.4, 2.0):
        stage, gate = cgviz.run(f"{name}(x)", x=x), cgviz.run(f"{name}(x)", x=x, detail="gate")
        assert len(gate.graph.stages) > 1
        assert gate.value == pytest.approx(stage.value, rel=1e-14)
        assert gate.gradient["x"] == pytest.approx(stage.gradient["x"], rel=1e-13)


def test_an_op_is_called_on_whatever_its_arguments_are() -> None:
    tanh, power = REGISTRY["tanh"], REGISTRY["pow"]
    assert tanh(1) == math.tanh(1)
    assert type(tanh(Ieee(1.0))) is Ieee
    assert tanh(Formula("x")).text == "tanh(x)"
    assert power(2, Formula("x")).text == "2**x"
    assert mpmath.almosteq(power(2, mpmath.mpf(0.5)), mpmath.sqrt(2))
    assert REGISTRY["max"](1, Ieee(3.0), 2.0) == 3
    with pytest.raises(TypeError, match="tanh"):
        tanh("1")


# digits


def test_stable_numbers() -> None:
    def local(name: str, *args: float) -> Any:
        return REGISTRY[name].local(REGISTRY[name].forward(*args), *args)[0]

    assert local("sigmoid", 40) == pytest.approx(4.248354255291589e-18, rel=1e-13)
    assert local("tanh", 20) == pytest.approx(1.6993417021166355e-17, rel=1e-13)
    assert REGISTRY["softplus"].forward(800) == 800
    assert REGISTRY["softplus"].forward(-800) == 0
    assert REGISTRY["expm1"].forward(1e-20) == 1e-20
    assert REGISTRY["log1p"].forward(1e-20) == 1e-20
    assert REGISTRY["logsigmoid"].forward(-800) == -800
    assert local("logsigmoid", -800) == 1
    assert local("sigmoid", 800) == local("tanh", 800) == 0


def test_what_would_take_long_is_refused_with_the_reason() -> None:
    assert REGISTRY["factorial"].forward(1e9) == math.inf
    for name, args in [("polygamma", (1e6, 1.5)), ("besselj", (1e9, 1e9)), ("besselk", (1e5, 2.0))]:
        op = REGISTRY[name]
        assert math.isnan(op.forward(*args))
        assert "is not computed" in op.domain(*args)
        assert str(op.local(math.nan, *args)[1]) == "nan"


@pytest.mark.parametrize("program", ["besselj(n, x)", "bessely(n, x)", "polygamma(n, x)"])
def test_an_order_is_a_number(program: str) -> None:
    with pytest.raises(cgviz.CgvizError, match=r"has no derivative in its order; give a number"):
        cgviz.run(program)


@pytest.mark.parametrize(("program", "reason"), [("floor(x)", "flat between its jumps"), ("zeta(x)", "closed form")])
def test_what_is_no_op_is_refused_with_the_reason(program: str, reason: str) -> None:
    with pytest.raises(cgviz.ExpressionError, match=reason):
        cgviz.run(program)


def test_what_is_refused_is_no_op() -> None:
    assert not REFUSED.keys() & REGISTRY.keys()


# conventions at corners


def gradient(program: str, **inputs: float) -> list[float | None]:
    return list(cgviz.run(program, inputs).gradient.values())


def flag(program: str, **inputs: float) -> tuple[str, ...]:
    run = cgviz.run(program, inputs)
    return run.flags[run.graph.output]


def test_relu_is_flat_at_its_kink() -> None:
    assert [gradient("relu(x)", x=x) for x in (-1, 0, 1)] == [[0], [0], [1]]
    assert [flag("relu(x)", x=x) for x in (-1, 0, 1)] == [("dead",), ("kink",), ()]


def test_the_absolute_value_is_flat_at_its_kink() -> None:
    assert [gradient("|x|", x=x) for x in (-2, 0, 2)] == [[-1], [0], [1]]
    assert flag("|x|", x=0) == ("kink",)
    assert abs(Formula("x")).pretty == "|x|"


def test_clip_passes_1_at_its_bounds() -> None:
    assert [gradient("clip(x, -1, 2)", x=x) for x in (-2, -1, 0, 2, 3)] == [[0], [1], [1], [1], [0]]
    assert [flag("clip(x, -1, 2)", x=x) for x in (-2, -1, 0, 2)] == [("dead",), ("kink",), (), ("kink",)]
    assert gradient("clip(x, a, b)", x=5, a=0, b=2) == [0, 0, 1]
    assert gradient("clip(x, a, b)", x=-5, a=0, b=2) == [0, 1, 0]


def test_ties_are_split_evenly() -> None:
    assert gradient("max(x, y)", x=2, y=2) == [0.5, 0.5]
    assert gradient("min(x, y, z, w)", x=1, y=1, z=1, w=4) == [1 / 3, 1 / 3, 1 / 3, 0]
    assert gradient("max(x, x)", x=2) == [1]
    assert flag("max(x, y)", x=2, y=2) == ("tie",)
    assert flag("max(x, y)", x=2, y=1) == ()


def test_ties_by_other_policies() -> None:
    def ties(policy: str) -> list[float | None]:
        return list(cgviz.run("max(x, y)", x=2, y=2, ties=policy).gradient.values())

    assert ties("first") == [1, 0]
    assert ties("both") == [1, 1]
    assert ties("split") == [0.5, 0.5]
    maximum = REGISTRY["max"]
    assert maximum.ties is not None
    assert maximum.ties("split") is maximum
    assert maximum.ties("first") is maximum.ties("first")
    with pytest.raises(UsageError, match="'last'"):
        maximum.ties("last")


def test_where_hands_nothing_to_the_branch_not_taken() -> None:
    run = cgviz.run("where(x > 0, log(x), 1/x)", x=-2)
    assert (run.value, run.gradient) == (-0.5, {"x": -0.25})
    assert run.trouble is None
    assert gradient("where(c, a, b)", c=1, a=5, b=7) == [0, 1, 0]
    assert [p and p.pretty for p in REGISTRY["where"].partials(*map(Formula, "fcab"))] == [None, "c", "1 − c"]


def test_comparisons_are_1_or_0_and_flat() -> None:
    signs = {"<": (1, 0, 0), "<=": (1, 1, 0), ">": (0, 0, 1), ">=": (0, 1, 1), "==": (0, 1, 0), "!=": (1, 0, 1)}
    for sign, expected in signs.items():
        runs = [cgviz.run(f"x {sign} y", x=x, y=1) for x in (0, 1, 2)]
        assert tuple(run.value for run in runs) == expected
        assert all(run.gradient == {"x": 0, "y": 0} for run in runs)
    assert flag("x < y", x=1, y=1) == ("kink",)
    assert REGISTRY["greater"](Formula("x"), 0).pretty == "x > 0"
    assert (Formula("u") * REGISTRY["relu"].partials(None, Formula("x"))[0]).pretty == "u·[x > 0]"


def test_slopes_of_the_small_side() -> None:
    assert [gradient("leaky_relu(x)", x=x) for x in (-1, 0, 1)] == [[0.01], [0.01], [1]]
    assert gradient("leaky_relu(x, s)", x=-3, s=0.2) == [0.2, -3]
    assert gradient("elu(x, a)", x=0, a=2) == [2, 0]
    assert (flag("elu(x)", x=0), flag("elu(x, a)", x=0, a=2)) == ((), ("kink",))


def test_saturation_is_flagged() -> None:
    for program in ("sigmoid(x)", "tanh(x)", "erf(x)"):
        assert flag(program, x=20) == ("saturated",)
        assert flag(program, x=0.5) == ()
    assert flag("softplus(x)", x=-800) == ("dead",)


def test_powers_at_their_corners() -> None:
    assert gradient("x**y", x=-2, y=3)[0] == 12
    assert math.isnan(gradient("x**y", x=-2, y=3)[1] or 0)
    assert gradient("x**y", x=0, y=2) == [0, 0]
    assert gradient("x*y*z", x=0, y=0, z=3) == [0, 0, 0]


def test_conventions_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    pairs = {
        "relu(x)": torch.relu,
        "abs(x)": torch.abs,
        "leaky_relu(x)": torch.nn.functional.leaky_relu,
        "elu(x)": torch.nn.functional.elu,
        "clip(x, 0, 1)": lambda x: torch.clamp(x, 0, 1),
        "sign(x)": torch.sign,
        "max(x, 0)": lambda x: torch.maximum(x, torch.zeros(())),
    }
    for program, function in pairs.items():
        for at in (-1.0, 0.0, 1.0):
            x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
            function(x).backward()
            assert gradient(program, x=at) == [pytest.approx(x.grad.item())], program
