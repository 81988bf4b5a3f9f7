"""The one number formatter."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgviz.text.numbers import exact, number


@pytest.mark.parametrize(
    ("value", "plain", "padded"),
    [
        (3.0, "3", "3"),
        (2.06, "2.06", "2.060"),
        (-0.79159, "−0.7916", "−0.7916"),
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (12345.0, "12345", "12345"),
        (9999.6, "10000", "10000"),
        (123456.7, "123457", "123457"),
        (1234567.0, "1.235e6", "1.235e6"),
        (3e40, "3e40", "3.000e40"),
        (-1e-20, "−1e−20", "−1.000e−20"),
        (5e-324, "4.941e−324", "4.941e−324"),
        (math.inf, "inf", "inf"),
        (-math.inf, "−inf", "−inf"),
        (math.nan, "nan", "nan"),
        (None, "", ""),
    ],
)
def test_number(value: float | None, plain: str, padded: str) -> None:
    assert number(value) == plain
    assert number(value, padded=True) == padded


def test_latex() -> None:
    assert number(-1.5e-9, latex=True) == r"-1.5\times 10^{-9}"
    assert number(-math.inf, latex=True) == r"-\infty"


@given(st.floats(min_value=-1e300, max_value=1e300), st.integers(1, 17))
def test_a_number_reads_back_to_its_digits(value: float, digits: int) -> None:
    read = float(number(value, digits).replace("−", "-"))
    assert math.isclose(read, value, rel_tol=10.0 ** (1 - digits), abs_tol=5e-324)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exact_reads_back(value: float) -> None:
    assert float(exact(value)) == value
