"""The Python interface: what a user can get wrong is a CgvizError, whatever it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sympy

import cgviz

np = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2", "is str, not a number"),
        (None, "is NoneType, not a number"),
        (1 + 2j, "is complex, not a number"),
        (10**400, "is too large for a float64"),
        ([[1, 2], [3]], "is no array of numbers: its rows differ in length"),
        (["a", 2], "is no array of numbers: its elements are"),
        (np.array([1j, 2]), "is no array of numbers: its elements are complex128"),
        ([1, None], "is no array of numbers"),
        (sympy.Symbol("z"), "is Symbol, not a number"),
    ],
)
def test_a_value_that_is_no_number_is_said(value: Any, message: str) -> None:
    with pytest.raises(cgviz.UsageError, match=message):
        cgviz.run("x*y", x=value, y=1)


@pytest.mark.parametrize("value", [np.float64(0.5), sympy.Rational(1, 2), np.array(0.5), 0.5])
def test_whatever_is_a_number_is_taken(value: Any) -> None:
    assert cgviz.run("x + x", x=value).value == 1.0


@pytest.mark.parametrize("option", [{"detail": "atom"}, {"ties": "last"}])
def test_an_option_of_a_run_that_there_is_not(option: dict[str, str]) -> None:
    with pytest.raises(cgviz.UsageError, match=next(iter(option.values()))):
        cgviz.run("x*y", **option)  # type: ignore[arg-type]


@pytest.mark.parametrize("option", [{"scale": -1.0}, {"scale": float("nan")}, {"scale": 1e6}, {"digits": 0}])
def test_an_option_of_a_picture_that_there_is_not(option: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(cgviz.UsageError, match=r"scale|digits"):
        cgviz.run("x*y").render(tmp_path / "f.svg", **option)
    assert not os.listdir(tmp_path)


def test_a_table_has_some_digits() -> None:
    with pytest.raises(cgviz.UsageError, match="from 1 to 17, not 99"):
        cgviz.run("x*y").table("markdown", digits=99)


def test_graphs_and_runs_are_short_in_a_shell() -> None:
    run = cgviz.run("(x+y)*z", x=-2, y=5, z=-4)
    assert repr(run.bare) == "<Graph '(x+y)*z': 3 inputs, 2 stages>"
    assert repr(run) == "<Run of <Graph '(x+y)*z': 3 inputs, 2 stages> at x=-2, y=5, z=-4, value -12>"
