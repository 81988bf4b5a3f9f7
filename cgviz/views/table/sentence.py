"""What the gradient means, in a sentence per input: "raise x by a tiny h and f rises by 2.06·h"."""

from __future__ import annotations

import math

from cgviz.documents.writing import Writing
from cgviz.runs.corners import counts, flag_at, is_felt, met
from cgviz.runs.modes import REVERSE, Mode, passes_needed
from cgviz.runs.run import Run
from cgviz.text.summaries import Summary
from cgviz.values.arrays import Value, every_finite, is_array, numpy

MOST_INPUTS, MOST_SENTENCES = 8, 6
STEPS = ("h", "t", "eps", "step")
Piece = tuple[str, str]
"""A piece of text and its role: "name", "gradient" or ""."""
STILL: Piece = (" does not change to first order", "")


def foot(run: Run, spelling: Writing, mode: Mode = REVERSE) -> list[list[Piece]]:
    """Returns the sentences under the table of a mode: the slopes, what they mean, and what each mode needs."""
    told = [slopes(run, spelling), sensitivity(run, spelling), meaning(run, spelling)] if mode.reverse else []
    if mode.forward:
        told += [tangent_line(run, spelling, mode), [(spelling.clean(passes_needed(run)), "")]]
    return [pieces for pieces in told if pieces]


def slopes(run: Run, spelling: Writing) -> list[Piece]:
    """Returns ∇f, as one formula where tables have mathematics of their own."""
    shown = spelling.display
    pieces = gradient_line(run, shown or spelling)
    return [(shown.math("".join(text for text, _ in pieces)), "")] if shown and pieces else pieces


def meaning(run: Run, spelling: Writing) -> list[Piece]:
    """Returns what `dx` stands for, where the table calls gradients otherwise than ∂f/∂x."""
    graph, shown = run.graph, spelling.display or spelling
    if not graph.inputs or is_seeded(run):
        return []
    name = graph.nodes[graph.inputs[0]].shown
    called, slope = shown.gradient(name), shown.slope(graph.nodes[graph.output].shown, name)
    return [] if called == slope else [(f"{shown.math(called)} stands for {shown.math(slope)}.", "muted")]


def tangent_line(run: Run, spelling: Writing, mode: Mode) -> list[Piece]:
    """Returns `∂f/∂x = 2.060 by one forward pass, begun with ẋ = 1, ẏ = 0`."""
    nodes = run.graph.nodes
    wrt, inputs = nodes[mode.source].shown, [i for i in run.graph.inputs if i != mode.source]
    pieces: list[Piece] = [(spelling.slope(nodes[run.graph.output].shown, wrt), "")]
    if not run.symbolic:
        number = spelling.number(run.tangents(mode.source)[run.graph.output])
        pieces += [(" = ", ""), (number, "tangent")]
    held = [f"{spelling.tangent(nodes[i].shown, wrt, True)} = 0" for i in inputs[:MOST_INPUTS]]
    held += [f"{spelling.ellipsis} = 0"] if len(inputs) > MOST_INPUTS else []
    seeds = ", ".join([f"{spelling.tangent(wrt, wrt, not nodes[mode.source].is_stage)} = 1", *held])
    return [*pieces, (f" by one forward pass, begun with {seeds}", "")]


def gradient_line(run: Run, spelling: Writing) -> list[Piece]:
    """Returns `∇f = [∂f/∂x, ∂f/∂y] = [2.060, 1.592]`; nothing where there are no inputs."""
    graph = run.graph
    if not graph.inputs:
        return []
    output = graph.nodes[graph.output].shown
    shown = graph.inputs if len(graph.inputs) <= MOST_INPUTS else graph.inputs[: MOST_INPUTS - 1]
    more = [] if len(shown) == len(graph.inputs) else [f"{spelling.ellipsis} ({len(graph.inputs) - len(shown)} more)"]
    left, right = spelling.brackets
    if is_seeded(run):
        slopes, start = [spelling.gradient(graph.nodes[i].shown) for i in shown], ""
    else:
        slopes = [spelling.slope(output, graph.nodes[i].shown) for i in shown]
        start = f"{spelling.nabla}{spelling.name(output)} = "
    pieces: list[Piece] = [(f"{start}{left}{', '.join(slopes + more)}{right}", "")]
    if not run.symbolic:
        numbers = [spelling.number(run.gradients[i]) for i in shown]
        pieces += [(f" = {left}", ""), (", ".join(numbers + more), "gradient"), (right, "")]
    return pieces


def is_seeded(run: Run) -> bool:
    """Tells whether the backward pass began with another upstream gradient than 1, so that ∇f is not what it gives."""
    return is_array(run.seed) or run.seed not in (None, 1.0)


def sensitivity(run: Run, spelling: Writing) -> list[Piece]:
    """Returns a sentence for each input, in one line; only those of the largest gradients where there are many."""
    if run.symbolic or not run.graph.inputs:
        return []
    return Sentences(run, spelling).all()


class Sentences:
    """The sentences of one run."""

    def __init__(self, run: Run, spelling: Writing) -> None:
        self.run, self.spelling, self.graph = run, spelling, run.graph
        self.output = self.name(self.graph.output)
        names = {node.name for node in self.graph.nodes}
        self.step = next((step for step in STEPS if step not in names), STEPS[0])
        self.corner = met(run)
        if is_seeded(run):
            self.output = self.weighted(), "name"

    def weighted(self) -> str:
        """Returns the number whose gradients these are: the output times the upstream gradient, summed."""
        output, times = self.graph.nodes[self.graph.output].shown, self.spelling.notation.times
        product = f"{self.spelling.gradient(output)}{times}{self.spelling.name(output)}"
        return f"sum({product})" if is_array(self.run.value) else product

    def all(self) -> list[Piece]:
        inputs, value = self.graph.inputs, self.run.value
        if not every_finite(value):
            told = "not finite" if is_array(value) else self.spelling.number(value)
            return [self.name(self.graph.output), (f" is {told} here, so no slope can be told.", "")]
        pieces: list[Piece] = []
        if len(inputs) > MOST_SENTENCES:
            pieces.append((f"the {MOST_SENTENCES} largest of {len(inputs)} slopes: ", ""))
            inputs = tuple(sorted(inputs, key=self.size, reverse=True)[:MOST_SENTENCES])
        for index in inputs:
            pieces += [*self.sentence(index), ("; ", "")]
        return [*pieces[:-1], (".", "")]

    def size(self, index: int) -> float:
        gradient = magnitude(self.run.gradients[index])
        return math.inf if math.isnan(gradient) else gradient

    def sentence(self, index: int) -> list[Piece]:
        gradient: Value = self.run.gradients[index]
        corner = self.corner[index]
        if not self.graph.reached[index]:
            return [self.output, (" does not depend on ", ""), self.name(index)]
        if not every_finite(gradient):
            told = ("not finite", "gradient") if is_array(gradient) else self.number(gradient)
            return [self.name(index), (" has no slope: its gradient is ", ""), told]
        if corner is not None:
            return self.withheld(index, corner)
        if is_array(self.run.values[index]):
            return self.descent(index)
        return self.slope(index, gradient or 0.0)

    def slope(self, index: int, gradient: float) -> list[Piece]:
        start = [("raise ", ""), self.name(index), (f" by a tiny {self.step} and ", ""), self.output]
        if gradient == 0:
            return [*start, STILL]
        amount, role = self.number(abs(gradient), self.spelling.notation.times + self.step)
        return [*start, (f" {'rises' if gradient > 0 else 'falls'} by ", ""), (amount, role)]

    def descent(self, index: int) -> list[Piece]:
        """Returns what a small step against the gradient of an array does, and which element counts most."""
        value: Value = self.run.values[index]
        gradient: Value = self.run.gradients[index]
        if not value.size:
            return [self.name(index), (" has no elements", "")]
        if not is_felt(gradient):
            return [("change ", ""), self.name(index), (" a little and ", ""), self.output, STILL]
        name, role = self.gradient_of(index)
        start = [("move ", ""), self.name(index), (" along ", ""), (f"{self.spelling.minus}{name}", role)]
        falls = [(f" by a small step {self.step} and ", ""), self.output, (" falls by ", "")]
        most = (f" ({steepest(gradient, self.name(index)[0])})", "")
        return [*start, *falls, *rate(gradient, name, self.step, self.spelling), most]

    def withheld(self, index: int, corner: int) -> list[Piece]:
        """Returns why the gradient is no slope: a corner on the way, where the number is a convention."""
        flag = flag_at(self.run, corner)
        where = counts(self.run, corner).get(flag, "")
        rule = self.spelling.clean(self.graph.nodes[corner].op.rule)
        reason = [self.name(index), (" has no slope: ", ""), self.name(corner), (f" stands on a {flag}", "")]
        reason += [(f" {where}", "")] if where else []
        number = self.gradient_of(index)
        return [*reason, (f" ({rule}), so " if rule else ", so ", ""), number, (" is a convention, not a slope", "")]

    def gradient_of(self, index: int) -> Piece:
        """Returns the gradient of a node: its number, or the name of an array."""
        if is_array(self.run.values[index]):
            return self.spelling.gradient(self.graph.nodes[index].shown), "gradient"
        return self.number(self.run.gradients[index] or 0.0)

    def name(self, index: int) -> Piece:
        return self.spelling.name(self.graph.nodes[index].shown), "name"

    def number(self, value: float, unit: str = "") -> Piece:
        return self.spelling.number(value, padded=False) + unit, "gradient"


def rate(gradient: Value, name: str, step: str, spelling: Writing) -> list[tuple[str, str]]:
    """Returns `‖dW‖²·h = 0.0928·h`, the change along the gradient of that name; no number that a float cannot hold."""
    times, size = spelling.notation.times, magnitude(gradient)
    told = [(spelling.sign(f"‖{name}‖²") + times + step, "gradient")]
    square = size * size  # not size**2, which raises where it overflows
    if 0 < square < math.inf:
        told += [(" = ", ""), (spelling.number(square, padded=False) + times + step, "gradient")]
    return told


def steepest(gradient: Value, name: str) -> str:
    """Returns the element in which the output is steepest, the first of several: `steepest element W[1, 1]`."""
    sizes = numpy().abs(gradient)
    if sizes.min() == sizes.max():
        return "every element alike" if sizes.size > 1 else "its one element"
    place = numpy().unravel_index(int(sizes.argmax()), sizes.shape)
    return f"steepest element {name}[{', '.join(map(str, place))}]"


def magnitude(gradient: Value | None) -> float:
    """Returns how large a gradient is: of an array its norm; 0 where there is none, nan where it is not finite."""
    if not is_array(gradient):
        return abs(float(gradient or 0.0))
    return Summary(gradient).norm if every_finite(gradient) else math.nan
