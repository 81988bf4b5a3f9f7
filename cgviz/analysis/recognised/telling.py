"""Recognised results told of a gradient: textbooks write it shorter than the chain rule does, as p − y.

The table says at the operand of which stage a result stands, and its short form, plain arithmetic that runs on numbers
and on formulas alike. A result is told only where it is proved: at the program's own numbers and at
points around them the gradient is that form, to rounding. Where it holds only because the elements of a target sum to
1, that is said.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from cgviz.analysis.recognised.table import PICKED, RESULTS, Told
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.softmax import softmax
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.text.formula import Formula
from cgviz.text.names import Name
from cgviz.text.spelling import Spelling
from cgviz.values.arrays import Value, every_finite, is_array, numpy, quiet

MOST_NODES, MOST_ELEMENTS, POINTS = 200, 4096, 3
CLOSE = 1e-9
FACTORS = tuple(range(1, 1001))


SOURCES = {result.told: result.source for result in reversed(RESULTS) if result.told is not None}
TOLD = [told for told in reversed(SOURCES) if told is not PICKED]


@record
class Recognised:
    """The gradient of node `index` in its short form, the row that it is, and on what condition it holds."""

    index: int
    formula: Formula
    known: Told
    condition: str = ""

    @property
    def source(self) -> str:
        return SOURCES[self.known]


def recognised(run: Run, wanted: Sequence[int] | None = None) -> dict[int, Recognised]:
    """Returns the recognised results of a run, by node; none for a program that is large, or without known shapes.

    None where there is no numpy, in a browser: the proof compares columns of numbers.
    """
    graph = run.graph
    if (
        find_spec("numpy") is None
        or len(graph) > MOST_NODES
        or any(node.shape is None for node in graph)
        or run.upstream is not None
    ):
        return {}
    size = sum(math.prod(node.shape or ()) for node in graph)
    if size > MOST_ELEMENTS or (run.symbolic and graph.has_arrays):
        return {}
    try:
        tried = points(run)
    except (ArithmeticError, ValueError):
        return {}
    if not tried:
        return {}
    asked = range(len(graph)) if wanted is None else wanted
    found = (one(run, tried, index) for index in asked if run.taken[index] and index != graph.output)
    return {each.index: each for each in found if each is not None}


@record
class NearPoint:
    """Values and gradients at one point; `moved` are the inputs that were moved to get there, None for all of them."""

    values: Sequence[Value | None]
    gradients: Sequence[Value | None]


def points(run: Run) -> list[list[NearPoint]]:
    """Returns points around the run's own: all inputs moved, and for each input all but that one."""
    base = dict(run.inputs or {run.graph.nodes[i].name: 0.35 + 0.11 * k for k, i in enumerate(run.graph.inputs)})
    names = list(base)
    kept = [None, *names] if len(names) <= 12 else [None]
    made = []
    for still in kept:
        at = [base] if not run.symbolic else []
        at += [{name: value if name == still else moved(value, k, i) for i, (name, value) in enumerate(base.items())}
               for k in range(1, POINTS + 1)]  # fmt: skip
        made.append([point(run, inputs) for inputs in at])
    return [each for each in made if all(each)] and made


def moved(value: Value, k: int, i: int) -> Value:
    """Returns a value near another one: every element by up to a tenth of its size and a little more."""
    if not is_array(value):
        return value * (1 + 0.05 * math.sin(3 * k + i)) + 0.02 * math.sin(5 * k + 2 * i + 1)
    place = numpy().arange(value.size).reshape(value.shape)
    return value * (1 + 0.05 * numpy().sin(3 * k + i + place)) + 0.02 * numpy().sin(5 * k + 2 * i + 1.7 * place)


def point(run: Run, inputs: dict[str, Value]) -> NearPoint:
    at = replace(run, inputs=inputs)
    return NearPoint(at.values, at.gradients)


def one(run: Run, tried: list[list[NearPoint]], index: int) -> Recognised | None:
    """Returns the first result of the table that the gradient of a node is proved to be."""
    everywhere, *but_one = tried
    for known, out, target in candidates(run.graph, index):
        numbers = run.graph.nodes
        factor = ratio(everywhere, known, index, out, target)
        condition = ""
        if factor is None and target is not None and numbers[target].op is INPUT and numbers[target].shape and but_one:
            factor = ratio(but_one[run.graph.inputs.index(target)], known, index, out, target)
            condition = f"as {sums(numbers[target])} to 1"
        if factor is not None:
            return Recognised(index, written(run.graph, known, index, out, target, factor), known, condition)
    return picked(run, everywhere, index)


def sums(node: Node) -> str:
    return f"each row of {node.shown} sums" if len(node.shape or ()) > 1 else f"{node.shown} sums"


def candidates(graph: Graph, index: int) -> Iterator[tuple[Told, int, int | None]]:
    """Yields each row that a node may be a case of, with the stage and the target."""
    ahead = behind(graph, index)
    targets = [
        i
        for i, node in enumerate(graph.nodes)
        if node.op is not CONSTANT and i not in ahead and node.shape == graph.nodes[index].shape
    ]
    users = {graph.nodes[target].op.name: target for target, _ in sorted(graph.edges_out[index], reverse=True)}
    near = {*users.values(), *(after for i in users.values() for after, _ in graph.edges_out[i])}
    for known in TOLD:
        outs = [users[name] for name in known.stages if name in users] if known.stages else [index]
        if any(graph.nodes[i].op.name in known.begins for i in near):
            outs += [i for i in sorted(ahead) if i > index and graph.nodes[i].shape == graph.nodes[index].shape]
        for out in outs:
            if not known.needs_target:
                yield known, out, None
                continue
            if not known.stages and not graph.nodes[index].is_stage:
                continue
            yield from ((known, out, target) for target in targets)


def behind(graph: Graph, index: int) -> set[int]:
    """Returns a node and all that is computed from it or that it is computed from."""
    found = {index}
    for i in range(index + 1, len(graph)):
        if any(arg in found for arg in graph.nodes[i].args):
            found.add(i)
    todo = [index]
    while todo:
        for arg in graph.nodes[todo.pop()].args:
            if arg not in found:
                found.add(arg)
                todo.append(arg)
    return found


def ratio(tried: Sequence[NearPoint], known: Told, index: int, out: int, target: int | None) -> float | None:
    """Returns the constant c with gradient = c · form at all points, where c or 1/c is a small whole number."""
    gradients: list[Any] = []
    forms: list[Any] = []
    for at in tried:
        gradient, value = at.gradients[index], at.values[out]
        y = None if target is None else at.values[target]
        if gradient is None or value is None or not every_finite(gradient):
            return None
        with quiet() if is_array(value) or is_array(y) else nullcontext():
            form = known.form(value, at.values[index], y)
        if not every_finite(form):
            return None
        gradients.append(gradient)
        forms.append(form)
    if any(map(is_array, (*gradients, *forms))):
        return ratio_of_columns(*(numpy().concatenate([*map(numpy().ravel, part)]) for part in (gradients, forms)))
    return ratio_of_numbers(gradients, forms)


def ratio_of_numbers(gradients: Sequence[float], forms: Sequence[float]) -> float | None:
    scale = sum(form * form for form in forms)
    if not scale or not max(forms) - min(forms) > CLOSE:
        return None
    factor = sum(map(operator.mul, gradients, forms)) / scale
    least = CLOSE * max(map(abs, gradients))
    for gradient, form in zip(gradients, forms, strict=True):
        if not abs(gradient - factor * form) <= least + CLOSE * abs(factor * form):
            return None
    return rounded(factor)


def ratio_of_columns(gradients: Any, forms: Any) -> float | None:
    scale = float((forms * forms).sum())
    if not scale or not numpy().ptp(forms) > CLOSE:
        return None
    factor = float((gradients * forms).sum()) / scale
    if not numpy().allclose(gradients, factor * forms, rtol=CLOSE, atol=CLOSE * float(numpy().abs(gradients).max())):
        return None
    return rounded(factor)


def rounded(factor: float) -> float | None:
    """Returns a factor as c or 1/c of a whole number up to 1000, or None."""
    size = abs(factor)
    whole = round(size) if size >= 1 else round(1 / size) if size > 1e-4 else 0
    if not 1 <= whole <= FACTORS[-1]:
        return None
    exact = float(whole) if size >= 1 else 1 / whole
    return math.copysign(exact, factor) if math.isclose(size, exact, rel_tol=1e-8) else None


def written(graph: Graph, known: Told, index: int, out: int, target: int | None, factor: float) -> Formula:
    """Returns the short form as a formula."""
    value, at = graph.operand(out), graph.operand(index)
    y = None if target is None else graph.operand(target)
    form: Formula = known.form(value, at, y)
    if factor == -1 and not known.stages:
        return minus(y, value)
    whole = round(1 / abs(factor)) if abs(factor) < 1 else round(abs(factor))
    signed: Formula = -form if factor < 0 else form
    if whole == 1:
        return signed
    made: Formula = signed / whole if abs(factor) < 1 else signed * whole if factor < 0 else whole * form
    return made


def minus(a: Any, b: Any) -> Formula:
    made: Formula = a - b
    return made


def picked(run: Run, tried: Sequence[NearPoint], index: int) -> Recognised | None:
    """Returns p − eₖ, the gradient of −log softmax(z)[k]: what softmax gives, without 1 at the label."""
    graph, shape = run.graph, run.graph.nodes[index].shape or ()
    users = [target for target, _ in graph.edges_out[index] if graph.nodes[target].op.name in PICKED.stages]
    if len(shape) != 1 or not users:
        return None
    rest = [softmax()(numpy().asarray(at.values[index])) - numpy().asarray(at.gradients[index]) for at in tried]
    place = int(rest[0].argmax())
    if not all(numpy().allclose(each, numpy().eye(shape[0])[place], atol=CLOSE) for each in rest):
        return None
    named = next((target for target in users if graph.nodes[target].op.name == "softmax"), None)
    given = softmax()(graph.operand(index)) if named is None else graph.operand(named)
    unit = Formula(Name(f"e_{place}", Spelling("e", "bold", sub=(Spelling(str(place)),))), shape=shape)
    return Recognised(index, minus(given, unit), PICKED, f"e_{place} has 1 at [{place}], else 0")
