"""Stages that are written in a way that overflows or loses digits, and the same written safely: a table of texts.

A pattern is read by the program's own reader and looked for in the graph; `u` and `v` stand for any node.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import permutations
from typing import Any

from cgviz.analysis.diagnosis.along import along, exponentials, log_of_sum, operand, softmax_of
from cgviz.graph.nodes import CONSTANT, INPUT, Graph
from cgviz.graph.shapes import shaped
from cgviz.records import record
from cgviz.runs.passes import forward
from cgviz.runs.run import Run
from cgviz.values.arrays import is_array, numpy, shape_of

MOST_SUGGESTIONS = 40
Binding = tuple[Mapping[str, int], frozenset[int]]


@record
class Rewrite:
    """A pattern and the same written safely.

    why     what goes wrong    at  a point where it does
    guard   it changes the value where the pattern has none (a pole), so it is offered only where that happened
    """

    pattern: str
    safe: str
    why: str
    at: Mapping[str, float]
    guard: bool = False


REWRITES = (
    Rewrite("log(sigmoid(u))", "logsigmoid(u)", "σ underflows far below 0, and log 0 is −inf", {"u": -800.0}),
    Rewrite("log(1 - sigmoid(u))", "logsigmoid(-u)", "1 − σ is 0 above 37, and log 0 is −inf", {"u": 800.0}),
    Rewrite("log(1 + exp(u))", "softplus(u)", "exp overflows above 709.78", {"u": 800.0}),
    Rewrite("log(1 - exp(u))", "log(-expm1(u))", "1 − exp cancels near 0", {"u": -1e-18}),
    Rewrite("log(exp(u))", "u", "exp overflows above 709.78", {"u": 800.0}),
    Rewrite("log(u/v)", "log(u) - log(v)", "the quotient leaves the range of floats", {"u": 1e-200, "v": 1e200}),
    Rewrite("log(u*v)", "log(u) + log(v)", "the product leaves the range of floats", {"u": 1e-200, "v": 1e-200}),
    Rewrite("log(1 + u)", "log1p(u)", "1 + u drops the digits of a small u", {"u": 1e-17}),
    Rewrite("exp(u)/(1 + exp(u))", "sigmoid(u)", "exp overflows above 709.78: inf/inf", {"u": 800.0}),
    Rewrite("exp(u)/(exp(u) + exp(v))", "sigmoid(u - v)", "exp overflows: inf/inf", {"u": 800.0, "v": 799.0}),
    Rewrite("(exp(u) - exp(-u))/(exp(u) + exp(-u))", "tanh(u)", "exp overflows: inf/inf", {"u": 800.0}),
    Rewrite("1/(1 + exp(-u))", "sigmoid(u)", "exp overflows, and its slope is 0 times inf", {"u": -800.0}),
    Rewrite("1/(1 + exp(u))", "sigmoid(-u)", "exp overflows, and its slope is 0 times inf", {"u": 800.0}),
    Rewrite("1 - sigmoid(u)", "sigmoid(-u)", "1 − σ cancels far above 0", {"u": 40.0}),
    Rewrite("1 - erf(u)", "erfc(u)", "1 − erf cancels above 1", {"u": 7.0}),
    Rewrite("1 - cos(u)", "2*sin(u/2)**2", "1 − cos cancels near 0", {"u": 1e-9}),
    Rewrite("exp(u) - 1", "expm1(u)", "exp − 1 cancels near 0", {"u": 1e-17}),
    Rewrite("sqrt(u**2 + v**2)", "hypot(u, v)", "a square overflows, or underflows to 0", {"u": 1e200, "v": 1e200}),
    Rewrite("sqrt(u**2)", "abs(u)", "the square overflows, and √ has no slope at 0", {"u": 0.0}),
    Rewrite("sqrt(u) - sqrt(v)", "(u - v)/(sqrt(u) + sqrt(v))", "the roots cancel", {"u": 1e16 + 2, "v": 1e16}),
    Rewrite("u**2 - v**2", "(u - v)*(u + v)", "the squares cancel, or overflow", {"u": 1e8 + 1, "v": 1e8}),
    Rewrite("1/u", "where(u == 0, 0, 1/where(u == 0, 1, u))", "division by zero", {"u": 0.0}, True),
    Rewrite("log(u)", "log(max(u, 1e-30))", "log has no value at 0 and below", {"u": 0.0}, True),
    Rewrite("sqrt(u)", "where(u > 0, sqrt(where(u > 0, u, 1)), 0)", "√ has no slope at 0", {"u": 0.0}, True),
    Rewrite(
        "u**v", "where(u > 0, where(u > 0, u, 1)**v, where(v == 0, 1, 0))", "a pole at 0", {"u": 0.0, "v": -1.0}, True
    ),
    Rewrite("exp(u)", "exp(min(u, 700))", "exp overflows above 709.78", {"u": 800.0}, True),
)


@record
class Suggestion:
    """A stage written anew: `text` is one or more statements that stand in its place, `was` how it is written now.

    needed  something is wrong with it at these numbers    inside  the stages that it is made of
    """

    index: int
    text: str
    was: str
    why: str
    needed: bool
    guard: bool
    inside: frozenset[int]


def suggestions(run: Run, origins: frozenset[int], ill: frozenset[int]) -> tuple[Suggestion, ...]:
    """Returns the stages of `run` that can be written more safely, those that need it here first.

    origins  the stages that made a number that is not finite    ill  those, where it spread, and other symptoms
    """
    found: list[Suggestion] = []
    for index in run.graph.stages:
        if run.taken[index]:
            made = suggested(run, index, origins, ill)
            found += [made] if made else []
    swallowed = {inner for each in found if not each.guard for inner in each.inside - {each.index}}
    kept = [each for each in found if each.index not in swallowed]
    return tuple(sorted(kept, key=lambda each: (not each.needed, each.index))[:MOST_SUGGESTIONS])


def suggested(run: Run, index: int, origins: frozenset[int], ill: frozenset[int]) -> Suggestion | None:
    """Returns the first rewriting that fits one stage, or None."""
    graph = run.graph
    for terms, why in (log_of_sum(graph, index), softmax_of(graph, index)):
        if terms:
            inside = frozenset((index, *graph.nodes[index].args, *exponentials(graph, index)))
            return Suggestion(index, terms, "", why, bool(inside & ill), False, inside)
    safe = along(graph, index)
    if safe is not None:
        text, inside = f"{graph.nodes[index].name} = {safe.formula.text}", frozenset(safe.inside)
        return Suggestion(index, text, "", safe.why, bool(inside & ill), False, inside)
    for rewrite in REWRITES:
        if rewrite.guard and index not in origins:
            continue
        bound = matched(graph, index, rewrite.pattern)
        if bound is None:
            continue
        named, inside = bound
        if rewrite.guard and not keeps(run, index, rewrite, named):
            continue
        text = f"{graph.nodes[index].name} = {filled(graph, rewrite.safe, named)}"
        was = filled(graph, rewrite.pattern, named)
        return Suggestion(index, text, was, rewrite.why, bool(inside & ill), rewrite.guard, inside)
    return None


def keeps(run: Run, index: int, rewrite: Rewrite, named: Mapping[str, int]) -> bool:
    """Tells whether a guard leaves the value of a stage as it is, where that is finite."""
    value: Any = run.values[index]
    given = {name: run.values[place] for name, place in named.items()}
    safe = read_pattern(rewrite.safe)
    if is_array(value):
        safe = shaped(safe, {name: shape_of(each) for name, each in given.items()})
        sound = numpy().isfinite(value)
        return bool((forward(safe, given)[safe.output][sound] == value[sound]).all())
    if not math.isfinite(value):
        return True
    return bool(forward(safe, given)[safe.output] == value)


def filled(graph: Graph, safe: str, named: Mapping[str, int]) -> str:
    """Returns a safe form with the operands' names in the places of u and v."""
    return re.sub(r"\b[uv]\b", lambda letter: operand(graph, named[letter[0]]), safe)


@cache
def read_pattern(pattern: str) -> Graph:
    from cgviz.reading.api import as_written

    return as_written(pattern, True, False, ())


def matched(graph: Graph, index: int, pattern: str) -> Binding | None:
    """Returns which nodes u and v are where node `index` has the form of a pattern, and the stages inside it."""
    form = read_pattern(pattern)
    return next(fits(graph, index, form, form.output, {}, frozenset()), None)


def fits(
    graph: Graph, index: int, form: Graph, place: int, named: Mapping[str, int], inside: frozenset[int]
) -> Iterator[Binding]:
    """Yields every way in which node `index` fits a place of a pattern; recursion goes as deep as the pattern."""
    part, node = form.nodes[place], graph.nodes[index]
    if part.op is INPUT:
        if named.get(part.name, index) == index:
            yield {**named, part.name: index}, inside
        return
    if part.op is CONSTANT:
        if node.op is CONSTANT and not is_array(node.value) and node.value == part.value:
            yield named, inside
        return
    if node.op is not part.op or len(node.args) != len(part.args):
        return
    for args in orders(part.op.family, part.op.parameter, node.args):
        yield from all_fit(graph, args, form, part.args, named, inside | {index})


def all_fit(
    graph: Graph,
    args: tuple[int, ...],
    form: Graph,
    places: tuple[int, ...],
    named: Mapping[str, int],
    inside: frozenset[int],
) -> Iterator[Binding]:
    if not args:
        yield named, inside
        return
    for bound, more in fits(graph, args[0], form, places[0], named, inside):
        yield from all_fit(graph, args[1:], form, places[1:], bound, more)


def orders(family: str, parameter: object, args: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yields the operands in every order that means the same: any for products and plain sums."""
    if family == "product" or (family == "sum" and len(set(parameter)) == 1):  # type: ignore[call-overload]
        return permutations(args)
    return iter((args,))
