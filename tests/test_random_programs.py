"""Random programs against witnesses that share no code with the passes: mpmath, sympy's derivative, PyTorch."""

from __future__ import annotations

import importlib.util
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SMOOTH, SPELLINGS, Tree, inputs, trees, with_library

import cgviz
from cgviz.runs.run import Run

DIGITS = 50
STEP = mpmath.mpf(10) ** -15
SETTINGS = [("stage", True), ("stage", False), ("gate", True), ("gate", False)]


def runs(tree: Tree, point: dict[str, float]) -> list[Run]:
    """Returns the run of a tree at both levels of detail, with equal subexpressions shared and not."""
    at = {name: point[name] for name in tree.names}
    return [cgviz.run(tree.text, at, detail=detail, share=share) for detail, share in SETTINGS]


def tolerance(run: Run) -> float:
    """Returns how far rounding may lead: 1e-10 of the largest number that the run met."""
    contributions = [edge.value or 0.0 for edges in run.contributions for edge in edges]
    return 1e-10 * max(1.0, *(abs(value or 0.0) for value in run.values), *map(abs, contributions))


def check(found: list[Run], value: float, gradient: dict[str, float]) -> None:
    for run in found:
        assert run.value == pytest.approx(value, rel=1e-10, abs=tolerance(run)), run.bare.program
        assert run.gradient == pytest.approx(gradient, rel=1e-10, abs=tolerance(run)), run.bare.program


def stands_on_a_corner(run: Run) -> bool:
    return any(flag in ("tie", "kink") for flags in run.flags for flag in flags)


@settings(max_examples=120)
@given(trees(), inputs())
def test_against_central_differences_of_50_digits(tree: Tree, point: dict[str, float]) -> None:
    found = runs(tree, point)
    if any(map(stands_on_a_corner, found)):
        return
    with mpmath.workdps(DIGITS):
        at = {name: mpmath.mpf(number) for name, number in point.items()}

        def shifted(name: str, by: Any) -> Any:
            return with_library(tree, {**at, name: at[name] + by}, mpmath)

        slopes = {name: float((shifted(name, STEP) - shifted(name, -STEP)) / (2 * STEP)) for name in tree.names}
        check(found, float(with_library(tree, at, mpmath)), slopes)


@settings(max_examples=60)
@given(trees(SMOOTH, leaves=6), inputs())
def test_against_sympys_derivative(tree: Tree, point: dict[str, float]) -> None:
    symbols = {name: sympy.Symbol(name, real=True) for name in sorted(tree.names)}
    if not symbols:
        return
    expression = with_library(tree, symbols, sympy)
    numbers = [mpmath.mpf(point[name]) for name in symbols]
    witnesses = [expression, *(sympy.diff(expression, symbol) for symbol in symbols.values())]
    with mpmath.workdps(DIGITS):
        value, *slopes = [float(sympy.lambdify(list(symbols.values()), part, "mpmath")(*numbers)) for part in witnesses]
    check(runs(tree, point), value, dict(zip(symbols, slopes, strict=True)))


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
@settings(max_examples=60)
@given(trees(), inputs())
def test_against_pytorch(tree: Tree, point: dict[str, float]) -> None:
    import torch

    class Library:
        """PyTorch's functions under the names that sympy and mpmath have for them."""

        Max, Min = staticmethod(torch.maximum), staticmethod(torch.minimum)

        def mpf(self, number: float) -> Any:
            return torch.tensor(float(number), dtype=torch.float64)

        def __getattr__(self, name: str) -> Any:
            return getattr(torch, name)

    at = {name: torch.tensor(point[name], dtype=torch.float64, requires_grad=True) for name in sorted(tree.names)}
    out = with_library(tree, at, Library())
    if out.requires_grad:
        out.backward()
    slopes = {name: 0.0 if tensor.grad is None else float(tensor.grad) for name, tensor in at.items()}
    check(runs(tree, point), float(out.detach()), slopes)


@settings(max_examples=60)
@given(trees(), inputs(), st.randoms(use_true_random=False))
def test_names_for_the_parts_change_nothing(tree: Tree, point: dict[str, float], random: Any) -> None:
    """A program in which some operations are statements of their own has the value and gradient of the expression."""
    lines: list[str] = []

    def operation(kind: str, operands: Any) -> str:
        text = SPELLINGS[kind].format(*operands)
        if random.random() < 0.4:
            lines.append(f"part{len(lines)} = {text}")
            return f"part{len(lines) - 1}"
        return text

    last = tree.fold(str, operation)
    whole = "\n".join([*lines, last])
    at = {name: point[name] for name in tree.names}
    one, other = cgviz.run(tree.text, at), cgviz.run(whole, at)
    assert other.value == pytest.approx(one.value, rel=1e-12, abs=tolerance(one))
    assert other.gradient == pytest.approx(one.gradient, rel=1e-10, abs=tolerance(one))
