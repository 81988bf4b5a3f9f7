"""Products and sums that leave the range on the way to a normal number: values and gradients against mpmath."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

import cgviz
from cgviz.ops import products
from cgviz.runs.passes import PAYS_AFTER, gradient

mp = mpmath.mp.clone()
mp.dps = 40
POWERS = (*range(-300, 301, 25), -3, 0, 3, 200, -200, -308)


def number(dice: random.Random) -> float:
    return float(dice.choice([1, -1]) * dice.uniform(1, 9) * 10.0 ** dice.choice(POWERS))


def agrees(found: Any, exact: Any, size: Any = None) -> None:
    """Fails unless a number is exact to 12 digits of the `size` of what was summed, where it is a normal one."""
    size = abs(exact) if size is None else size
    if exact == 0 or (mp.mpf(1e-307) < abs(exact) and size < mp.mpf(1e308) and abs(exact) > size / 1000):
        assert abs(mp.mpf(float(found)) - exact) <= size * mp.mpf(1e-12), (found, exact)


def product(factors: Any, start: float = 1.0) -> Any:
    made = mp.mpf(start)
    for factor in factors:
        made *= mp.mpf(float(factor))
    return made


def without(numbers: Any, place: int) -> list[float]:
    return [each for i, each in enumerate(numbers) if i != place]


@pytest.mark.parametrize("count", [3, 4, 6])
@pytest.mark.parametrize("arrays", [False, True])
def test_products_of_several_factors(count: int, arrays: bool) -> None:
    dice, names = random.Random(count), "xyzuvw"[:count]
    graph = cgviz.read("*".join(names))
    for _ in range(60):
        numbers = [number(dice) for _ in names]
        numbers[dice.randrange(count)] *= dice.choice([1, 1, 1, 0])
        up = dice.choice([1.0, number(dice)])
        if arrays:
            run = cgviz.run(graph, {n: [x, 1.0] for n, x in zip(names, numbers, strict=True)}, upstream=[up, 1.0])
            found, slopes = run.value[0], {name: slope[0] for name, slope in run.gradient.items()}
        else:
            found, slopes = gradient(graph, dict(zip(names, numbers, strict=True)), up)
        agrees(found, product(numbers))
        for i, name in enumerate(names):
            agrees(slopes[name], product(without(numbers, i), up))
    assert arrays or len(graph.asked) > PAYS_AFTER


def groups(text: str, x: Any) -> Iterator[tuple[Any, tuple[int, int]]]:
    """Yields for every element of a matrix the numbers that are multiplied with it, and its own place among them."""
    for i, j in np.ndindex(x.shape):
        if "axis=0" in text:
            yield x[:, j], (i, j)
        else:
            yield (x[i], (j, i)) if "axis=1" in text else (x.ravel(), (i * x.shape[1] + j, 0))


@pytest.mark.parametrize("text", ["prod(x)", "prod(x, axis=0)", "prod(x, axis=1, keepdims=True)"])
def test_products_along_axes(text: str) -> None:
    dice = random.Random(text)
    for _ in range(25):
        x = np.array([[number(dice) for _ in range(4)] for _ in range(2)])
        up = {"upstream": np.ones(4 if "axis=0" in text else (2, 1))} if "axis" in text else {}
        run = cgviz.run(text, {"x": x}, **up)
        for (numbers, (place, _)), slope in zip(groups(text, x), run.gradient["x"].ravel(), strict=True):
            agrees(slope, product(without(numbers, place)))


def test_running_products() -> None:
    dice = random.Random(5)
    for _ in range(40):
        x, up = (np.array([number(dice) for _ in range(5)]) for _ in range(2))
        run = cgviz.run("cumprod(x)", {"x": x}, upstream=up)
        for i in range(5):
            agrees(run.value[i], product(x[: i + 1]))
            parts = [product(without(x[: k + 1], i), up[k]) for k in range(i, 5)]
            agrees(run.gradient["x"][i], mp.fsum(parts), mp.fsum(map(abs, parts)))


@pytest.mark.parametrize(
    "text", ["a @ b", "dot(a, b)", "einsum('i,i->', a, b)", "einsum('i,i,i->', a, b, c)", "mean(a)"]
)
def test_sums_of_products(text: str) -> None:
    dice = random.Random(text)
    for _ in range(40):
        given = {name: np.array([number(dice) for _ in range(3)]) for name in "abc" if name in text}
        run = cgviz.run(text, given)
        parts = [product(each) / (3 if "mean" in text else 1) for each in zip(*given.values(), strict=True)]
        agrees(run.value, mp.fsum(parts), mp.fsum(map(abs, parts)))
        if "," in text and "->" in text:
            for i, slope in enumerate(run.gradient["a"]):
                agrees(slope, product(given[name][i] for name in given if name != "a"))


SLOPES = {
    "rsqrt(x)": lambda x: -(x ** mp.mpf(-1.5)) / 2,
    "x**3": lambda x: 3 * x * x,
    "x**-2": lambda x: -2 * x**-3,
    "x**1.5": lambda x: mp.mpf(1.5) * mp.sqrt(x),
    "1/x": lambda x: -(x**-2),
}


@pytest.mark.parametrize("text", list(SLOPES))
def test_slopes_out_of_range(text: str) -> None:
    dice, graph = random.Random(text), cgviz.read(text)
    for _ in range(40):
        x, up = abs(number(dice)), number(dice)
        exact = mp.mpf(up) * SLOPES[text](mp.mpf(x))
        agrees(cgviz.run(graph, {"x": x}, upstream=up).gradient["x"], exact)
        agrees(gradient(graph, {"x": x}, up)[1]["x"], exact)
        agrees(cgviz.run(graph, {"x": [x, 2.0]}, upstream=[up, 1.0]).gradient["x"][0], exact)


def test_sums_that_carry_over() -> None:
    much = 1.5e308
    assert cgviz.run("x + y - z", x=much, y=much, z=much).value == much
    assert cgviz.run("sum(x)", x=[much, much, -much]).value == much
    assert cgviz.run("mean(x)", x=[much, much]).value == much
    run = cgviz.run("f = x*y*z + x - y - z", x=much, y=much, z=1e-308)
    repeated = partial(gradient, run.bare, {"x": much, "y": much, "z": 1e-308})
    assert [repeated()[0] for _ in range(PAYS_AFTER + 2)] == [run.value] * (PAYS_AFTER + 2)


def test_slopes_of_a_product_beyond_all_floats_keep_their_signs() -> None:
    slopes = products.product(4).local(-np.inf, -1e200, 1e200, 1e200, 2.0)
    assert slopes == (np.inf, -np.inf, -np.inf, -np.inf)
    assert products.product(4).local(-4.0, -1e-200, 1e200, 2.0, 2.0) == (4e200, -4e-200, -2.0, -2.0)
