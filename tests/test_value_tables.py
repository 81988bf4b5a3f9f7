"""What values do, function by function: wide numbers against exact fractions, lengths with names, IEEE arithmetic.

Where there is no other source the answers stand in a table, so that nothing changes unseen.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest

from cgviz.ops import activation, arithmetic, piecewise, products
from cgviz.values import arrays, axes, ieee, wide
from tests.held import asked, hold, number

TABLE = "values.txt"
LINE = (
    -math.inf,
    -1e300,
    -3.0,
    -2.0,
    -1.0,
    -0.5,
    -5e-324,
    -0.0,
    0.0,
    1e-310,
    0.5,
    1.0,
    2.0,
    3.0,
    1e300,
    math.inf,
    math.nan,
)
EDGE = (2.0**-1000, 2.0**-1001, 2.0**999, 2.0**1000, 2.0**1001, 0.0, 1.0, -3.0, 1e-310, 1e300, -1e300, 5e-324)


def numbers(random: Random, count: int, spread: int = 300) -> list[float]:
    return [
        random.choice((1, -1)) * random.uniform(1, 9) * 10.0 ** random.randint(-spread, spread) for _ in range(count)
    ]


def is_near(found: float, exact: Fraction, size: Fraction | None = None) -> bool:
    """Tells whether a number is exact to 13 digits of the size of what was summed; beyond the range it is infinite."""
    size = abs(exact) if size is None else size
    if abs(exact) >= Fraction(2) ** 1024:
        return found == (math.inf if exact > 0 else -math.inf)
    return abs(Fraction(found) - exact) <= max(size / 10**13, Fraction(1, 2**1074))


@pytest.mark.parametrize("seed", range(8))
def test_wide_numbers_are_exact(seed: int) -> None:
    random = Random(seed)
    with arrays.quiet():
        for _ in range(20):
            are_exact(random)


def are_exact(random: Random) -> None:
    xs, ys = numbers(random, 4), numbers(random, 4)
    xs[random.randrange(4)] *= random.choice((1, 1, 0))
    exact = [Fraction(x) for x in xs]
    assert is_near(wide.product_of(xs), math.prod(exact))
    assert is_near(float(wide.multiplied(*map(np.float64, xs))), math.prod(exact))
    assert is_near(wide.sum_of(xs), sum(exact), sum(map(abs, exact)))
    one, other = wide.Wide(np.array(xs)), wide.Wide(np.array(ys))
    pairs = list(zip(exact, map(Fraction, ys), strict=True))
    for got, (a, b) in zip((one * other).value, pairs, strict=True):
        assert is_near(float(got), a * b)
    for got, (a, b) in zip((one + other).value, pairs, strict=True):
        assert is_near(float(got), a + b, abs(a) + abs(b))
    for over in (1, 3):
        got = (one * other).sum(0, over=over)
        assert np.shape(got.mantissa) == ()
        assert is_near(float(got.value), sum(a * b for a, b in pairs) / over, sum(abs(a * b) for a, b in pairs))
    kept = one.sum(0, keepdims=True)
    assert np.shape(kept.mantissa) == np.shape(kept.power) == (1,)
    for at, got in enumerate(wide.running(np.array(xs + ys)).value, 1):
        assert is_near(float(got), math.prod(map(Fraction, (xs + ys)[:at])))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "shapes",
    [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)), ((2, 2, 3), (2, 3, 2)), ((2, 2, 3), (3,))],
)
def test_wide_matrix_products_are_exact(shapes: Any, seed: int) -> None:
    random = Random(seed)
    a, b = (np.reshape(numbers(random, math.prod(shape), (40, 160, 290)[seed % 3]), shape) for shape in shapes)
    if seed == 5:
        a = a * 0.0
    with arrays.quiet():
        found = {"@": wide.matrix_product(a, b), "brought in": wide.brought_in(a, b)}
        found["einsum"] = (
            wide.contracted(
                ("ij"[2 - min(a.ndim, 2) :], "jk"[: min(b.ndim, 2)]), "ik"[2 - min(a.ndim, 2) : min(b.ndim, 2)], (a, b)
            )
            if max(a.ndim, b.ndim) < 3
            else found["@"]
        )
    exact = np.vectorize(Fraction, otypes=[object])
    whole, sizes = np.matmul(exact(a), exact(b)), np.matmul(exact(abs(a)), exact(abs(b)))
    for how, got in found.items():
        assert np.shape(got) == np.shape(whole)
        for place in np.ndindex(np.shape(whole)):
            # a row and a column are brought near 1 as a whole: what is far smaller than their largest may be lost
            if how == "einsum" or seed % 3 == 0:
                assert is_near(float(got[place]), whole[place] if place else whole, sizes[place] if place else sizes), (
                    how
                )


def test_where_products_are_looked_at_again() -> None:
    lines = [
        f"roomy {number(pair)} {wide.is_roomy([np.array(pair)])} {wide.is_roomy([np.array(pair), np.array(pair)])}"
        for pair in itertools.combinations(EDGE, 2)
    ]
    for pair in itertools.product(EDGE, repeat=2):
        with arrays.quiet():
            row, column = np.array([pair]), np.array([[2.0**-30], [1.0]])
            lines.append(
                f"{number(pair)}: {number(wide.brought_in(row, column))} {number(wide.brought_in(row, row.T))} {wide.top(row, -1)[0, 0]}"
            )
            lines.append(
                f"{wide.product_of(pair):.6g} {wide.sum_of(pair):.6g} {asked(wide.multiplied, *map(np.float64, pair))}"
            )
    hold(TABLE, "where products are looked at again", lines)


def test_large_products_and_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    with wide.plain():
        assert wide.product_of((1e200, 1e200, 1e-300)) == math.inf
        assert wide.sum_of((1.7e308, 1.7e308, -1.7e308)) == math.inf
        assert wide.is_roomy([np.array([1e300])])
        wide.within(lambda: calls.append("plain"), lambda: calls.append("beyond"))
    assert calls == ["plain"]
    assert wide.sum_of((1.7e308, 1.7e308, -1.7e308)) == pytest.approx(1.7e308)
    monkeypatch.setattr(wide, "MOST_TERMS", 36)
    assert wide.contracted(("ij", "jk"), "ik", (np.ones((7, 1)), np.ones((1, 6)))) is None
    assert wide.contracted(("i", "j"), "ij", (np.ones(6), np.ones(6))).shape == (6, 6)
    assert wide.contracted(("ii", "i"), "", (np.diag([1e200, 2.0]), np.array([1e-200, 3.0]))) == pytest.approx(7.0)
    assert not wide.IS_PLAIN.get()


def test_what_never_raises() -> None:
    lines = []
    for a, b in itertools.product(LINE, repeat=2):
        x, y = ieee.Ieee(a), ieee.Ieee(b)
        ways = [x + y, x - y, x * y, x / y, x**y, -x, a + y, a - y, a * y, a / y, a**y]
        assert all(type(each) is ieee.Ieee for each in ways)
        lines.append(number([ieee.divide(a, b), ieee.power(a, b), *ways]))
        with arrays.quiet():
            assert number(float(np.float64(a) / np.float64(b))) == number(ieee.divide(a, b))
            assert number(float(np.power(a, b))) == number(ieee.power(a, b)) or b == 0.5  # where NumPy takes the root
    for x in (*LINE, ieee.SMALLEST_NORMAL, -ieee.SMALLEST_NORMAL, ieee.SMALLEST_NORMAL / 2):
        answers = [ieee.total(f, 7.0, -7.0)(x) for f in (math.exp, math.log, math.sqrt, math.sin)]
        lines.append(f"{x} {ieee.is_normal(x)} {arrays.is_sound(x)} {number(answers)}")
    hold(TABLE, "what never raises", lines)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axes, "STANDS_FOR", {})


@pytest.mark.usefixtures("named")
def test_lengths_with_names() -> None:
    names = [axes.Axis(name) for name in ("N", "D", "hidden", "M", "K", "q_1")]
    found = [int(each) for each in names]
    assert all(axes.is_prime(each) and each > axes.FIRST - 1 for each in found)
    sums = sorted(a + b for a, b in itertools.combinations_with_replacement(found, 2))
    assert all(b - a > axes.NEAR for a, b in itertools.pairwise(sums))
    assert [axes.is_prime(n) for n in range(2, 30)] == [all(n % k for k in range(2, n)) for n in range(2, 30)]
    lines = [str(found)]
    for one, other in itertools.product(names[:4], repeat=2):
        made = [
            one + other,
            one * other,
            other * one * 3,
            one + 1,
            1 + one,
            one - 1,
            one - 16,
            one + 16,
            one + 17,
            3 * one,
            one * one,
            one * other + 1,
        ]
        lines.append(
            f"{one} {other}: {', '.join(map(str, made))} | {one == other} {one != other} {one // 2} {(one * other) // other} {one - other}"
        )
    for number_ in (
        0,
        5,
        99_000,
        found[0],
        found[0] - 16,
        found[0] - 17,
        found[0] * 7,
        found[0] * found[1],
        found[1] + found[0],
        100_003 * 100_003,
    ):
        lines.append(f"{number_} {axes.spelled(number_)!r} {type(axes.settled_length(number_)).__name__}")
    lines.append(
        f"{sorted('NDhMKxBTQP', key=axes.usual)} {axes.settled_shape((3, found[1], found[0] + 1))} {axes.Axis('N'):5} {hash(names[0]) == hash(axes.Axis('N'))}"
    )
    for shape in (None, (), (2,), (names[0],), (2, names[1])):
        lines.append(f"{shape} {axes.is_open(shape)} {arrays.shape_text(shape)}")
    for text in ("N,D", "(N, 3)", "N", "()", "(N,)", "3", "", "(2,3", "N D", "N,,D", "-1", "N,", "½", "(N), 3"):
        lines.append(f"{text!r} {asked(lambda text=text: str(axes.parsed(text)))}")
    for shapes in (
        {"x": (4, 3), "y": (4,)},
        {"x": (4, 3), "y": (5,)},
        {"x": (4, 3, 1), "y": (4,)},
        {"x": (4, 2), "y": (4,)},
        {"x": (1, 3), "y": (4,)},
    ):
        lines.append(f"{shapes} {axes.fitted({'x': (names[0], 3), 'y': (names[0],)}, shapes)!r}")
    hold(TABLE, "lengths with names", lines)


SHAPES: list[tuple[int, ...]] = [(), (1,), (3,), (2, 3), (1, 3), (2, 1), (4, 2, 3), (4, 1, 1), (0,), (2, 0)]


def test_broadcasting() -> None:
    lines = []
    for a, b in itertools.product(SHAPES, repeat=2):
        try:
            whole = np.broadcast_shapes(a, b)
        except ValueError:
            whole = None
        found = asked(lambda a=a, b=b: str(arrays.broadcast((a, b))))
        assert (found == str(whole)) if whole is not None else found.startswith("ValueError"), (a, b)
        if whole is not None:
            value = np.arange(float(math.prod(whole))).reshape(whole)
            back = arrays.folded(value if whole else 2.0, a)
            assert np.shape(back) == a
            assert np.allclose(back, [np.sum(value[tuple(place)]) for place in [[]]] if not a and whole else back)
            assert math.isclose(float(np.sum(back)), float(np.sum(value)) if whole else 2.0)
            lines.append(
                f"{a} {b} {arrays.summed_axes(whole, a)} {number(back)} {arrays.own_place(a, (1,) * len(whole)) if len(a) <= len(whole) else ''}"
            )
        for most in (1, 2, 5):
            lines.append(str(list(arrays.places(a, most))))
        assert np.shape(arrays.spread(1.5, a)) == np.shape(arrays.zero(a)) == np.shape(arrays.one(a)) == a
        assert np.all(arrays.one(a) == 1.0)
        assert np.all(arrays.zero(a) == 0.0)
    assert np.array_equal(arrays.spread(np.array([[1.0], [2.0]]), (2, 3)), [[1, 1, 1], [2, 2, 2]])
    assert not arrays.spread(1.5, (2, 3)).flags.writeable
    hold(TABLE, "broadcasting", lines)


def test_arrays_by_element() -> None:
    lines = []
    odd = np.array([[1.0, math.inf], [math.nan, -2.0]])
    for value in (None, 1.0, math.inf, math.nan, np.array([1.0, 2.0]), odd, odd[0], np.zeros(0)):
        lines.append(f"{number(value)} {arrays.every_finite(value)} {arrays.first_odd(value)} {arrays.is_array(value)}")
    for made in ([1, 2.5], [[1], [2]], [[1], [2, 3]], "ab", [True], [1j], [None], 3):
        lines.append(f"{made} {asked(arrays.as_array, made)}")
    values = (5e-324, ieee.SMALLEST_NORMAL / 2, ieee.SMALLEST_NORMAL, 1e-300, 1.0, 1e308, math.inf, math.nan, 0.0)
    for a, b in itertools.product(values, repeat=2):
        signs = [arrays.is_sound(np.array([s * a, t * b])) for s, t in ((1, 1), (-1, 1), (1, -1), (-1, -1))]
        assert signs == [ieee.is_normal(a) and ieee.is_normal(b)] * 4
    many = np.ones(arrays.LOOKED_AT_ONCE + 5)
    for place in (0, arrays.LOOKED_AT_ONCE - 1, arrays.LOOKED_AT_ONCE, len(many) - 1):
        assert arrays.is_sound(many)
        many[place] = 0.0
        assert not arrays.is_sound(many)
        many[place] = 1.0
    mask, other = np.array([True, False]), np.array([True, True])
    for a, b in itertools.product((None, mask, other), repeat=2):
        lines.append(f"{a} {b} both {arrays.both(a, b)} either {arrays.either(a, b)}")
    hold(TABLE, "arrays by element", lines)


OPS = {
    "sum": arithmetic.signed_sum(1, -1), "product": products.product(3), "max": piecewise.maximum, "relu": activation.relu, "power": arithmetic.power(3),
    "pow": arithmetic.pow_, "quotient": arithmetic.divide,
}  # fmt: skip


@pytest.mark.parametrize("name", OPS)
def test_what_is_handed_back(name: str) -> None:
    op, lines = OPS[name], []
    least = op.arity[0] if op.arity[1] is None or op.arity[0] else 1
    one = (np.array([[1.0, 0.0, -2.0], [3.0, 1e-310, 2.0]]), np.array([1.0, 0.0, 5.0]), np.array([[2.0], [0.0]]))
    two = (
        np.array([[1e200, 1e-200, 0.5], [0.0, -1e300, 1.0]]),
        np.array([1e150, 1e-150, math.inf]),
        np.array([[1e-100], [math.nan]]),
    )
    for args in (one, two, (2.0, *one[1:]), (*one[:2], 0.0)):
        args = args[:least]
        with arrays.quiet():
            out = arrays.on_elements(op, args)
        shape = np.shape(out)
        for up in (
            arrays.one(shape),
            arrays.spread(1e-300, shape),
            np.linspace(-1, 2, math.prod(shape)).reshape(shape) if shape else 2.0,
        ):
            for reached in (None, np.arange(math.prod(shape)).reshape(shape) % 2 == 0, np.zeros(shape, bool)):
                flow = up if reached is None else np.where(reached, up, 0.0)  # nothing comes where nothing is reached
                handed = list(arrays.handed_back(op, flow, reached, out, args)) if shape else []
                lines.append(
                    "; ".join(
                        f"{number(part)} {mask if mask is None else mask.astype(int).tolist()}" for part, mask in handed
                    )
                )
        lines.append(f"{number(out)} {arrays.corner(op, out, args)!r} {asked(partial(arrays.slopes, op), out, args)}")
    hold(TABLE, f"handed back by {name}", lines)


def test_corners_of_large_arrays() -> None:
    x = np.ones(250_000)
    assert arrays.looked_at_every(x) == 2
    assert arrays.looked_at_every(x[:99_999]) == arrays.looked_at_every(x[:5]) == 1
    x[0] = 0.0
    assert arrays.corner(activation.relu, x, (x,)) == "kink"
    x[0], x[1] = 1.0, 0.0
    assert arrays.corner(activation.relu, x, (x,)) == ""
    assert arrays.corner(activation.relu, np.zeros(9), (-np.ones(9),)) == "dead"
