"""What the gradient means, in a sentence per input: "raise x by a tiny h and f rises by 2.06·h"."""

from __future__ import annotations

import math

from cgviz.modes import REVERSE, Mode, passes_needed
from cgviz.runs import Run
from cgviz.views.table.spelling import Spelling

MOST_INPUTS, MOST_SENTENCES = 8, 6
CORNERS = ("tie", "kink")
STEPS = ("h", "t", "eps", "step")

Piece = tuple[str, str]
"""A piece of text and its role: "name", "gradient" or ""."""


def foot(run: Run, spelling: Spelling, mode: Mode = REVERSE) -> list[list[Piece]]:
    """Returns the sentences under the table of a mode: the slopes, what they mean, and what each mode needs."""
    told = [gradient_line(run, spelling), sensitivity(run, spelling)] if mode.reverse else []
    if mode.forward:
        told += [tangent_line(run, spelling, mode), [(spelling.clean(passes_needed(run)), "")]]
    return [pieces for pieces in told if pieces]


def tangent_line(run: Run, spelling: Spelling, mode: Mode) -> list[Piece]:
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


def gradient_line(run: Run, spelling: Spelling) -> list[Piece]:
    """Returns `∇f = [∂f/∂x, ∂f/∂y] = [2.060, 1.592]`; nothing where there are no inputs."""
    graph = run.graph
    if not graph.inputs:
        return []
    output = graph.nodes[graph.output].shown
    shown = graph.inputs if len(graph.inputs) <= MOST_INPUTS else graph.inputs[: MOST_INPUTS - 1]
    more = [] if len(shown) == len(graph.inputs) else [f"{spelling.ellipsis} ({len(graph.inputs) - len(shown)} more)"]
    slopes = [spelling.slope(output, graph.nodes[i].shown) for i in shown]
    left, right = spelling.brackets
    pieces: list[Piece] = [(f"{spelling.nabla}{spelling.name(output)} = {left}{', '.join(slopes + more)}{right}", "")]
    if not run.symbolic:
        numbers = [spelling.number(run.gradients[i]) for i in shown]
        pieces += [(f" = {left}", ""), (", ".join(numbers + more), "gradient"), (right, "")]
    return pieces


def sensitivity(run: Run, spelling: Spelling) -> list[Piece]:
    """Returns a sentence for each input, in one line; only those of the largest gradients where there are many."""
    if run.symbolic or not run.graph.inputs:
        return []
    return Sentences(run, spelling).all()


class Sentences:
    """The sentences of one run."""

    def __init__(self, run: Run, spelling: Spelling) -> None:
        self.run, self.spelling, self.graph = run, spelling, run.graph
        self.output = self.name(self.graph.output)
        names = {node.name for node in self.graph.nodes}
        self.step = next((step for step in STEPS if step not in names), STEPS[0])
        self.corner = corners(run)

    def all(self) -> list[Piece]:
        inputs, value = self.graph.inputs, self.run.value or 0.0
        if not math.isfinite(value):
            return [self.output, (f" is {self.spelling.number(value)} here, so no slope can be told.", "")]
        pieces: list[Piece] = []
        if len(inputs) > MOST_SENTENCES:
            pieces.append((f"the {MOST_SENTENCES} largest of {len(inputs)} slopes: ", ""))
            inputs = tuple(sorted(inputs, key=self.size, reverse=True)[:MOST_SENTENCES])
        for index in inputs:
            pieces += [*self.sentence(index), ("; ", "")]
        return [*pieces[:-1], (".", "")]

    def size(self, index: int) -> float:
        gradient = abs(self.run.gradients[index] or 0.0)
        return math.inf if math.isnan(gradient) else gradient

    def sentence(self, index: int) -> list[Piece]:
        gradient, corner = self.run.gradients[index] or 0.0, self.corner[index]
        if not self.graph.reached[index]:
            return [self.output, (" does not depend on ", ""), self.name(index)]
        if not math.isfinite(gradient):
            return [self.name(index), (" has no slope: its gradient is ", ""), self.number(gradient)]
        return self.slope(index, gradient) if corner is None else self.withheld(index, corner)

    def slope(self, index: int, gradient: float) -> list[Piece]:
        start = [("raise ", ""), self.name(index), (f" by a tiny {self.step} and ", ""), self.output]
        if gradient == 0:
            return [*start, (" does not change to first order", "")]
        amount, role = self.number(abs(gradient), self.spelling.notation.times + self.step)
        return [*start, (f" {'rises' if gradient > 0 else 'falls'} by ", ""), (amount, role)]

    def withheld(self, index: int, corner: int) -> list[Piece]:
        """Returns why the gradient is no slope: a corner on the way, where the number is a convention."""
        flag = next(flag for flag in self.run.flags[corner] if flag in CORNERS)
        rule = self.spelling.clean(self.graph.nodes[corner].op.rule)
        reason = [self.name(index), (" has no slope: ", ""), self.name(corner), (f" stands on a {flag}", "")]
        number = self.number(self.run.gradients[index] or 0.0)
        return [*reason, (f" ({rule}), so " if rule else ", so ", ""), number, (" is a convention, not a slope", "")]

    def name(self, index: int) -> Piece:
        return self.spelling.name(self.graph.nodes[index].shown), "name"

    def number(self, value: float, unit: str = "") -> Piece:
        return self.spelling.number(value, padded=False) + unit, "gradient"


def corners(run: Run) -> list[int | None]:
    """Returns for every node the tie, kink or jump that a small change of it meets on its way to the output.

    A change that an edge scales by 0, and one that meets a corner to which the output is blind (its gradient is 0),
    does not go on to first order. Nor does one on a branch not taken; one in a condition does where it jumps.
    """
    graph = run.graph
    met: list[int | None] = [None] * len(graph)
    heard = [False] * len(graph)
    heard[graph.output] = True
    for index in range(graph.output, -1, -1):
        if not heard[index]:
            continue
        at_corner = stands_on_corner(run, index)
        for slot, arg in enumerate(graph.nodes[index].args):
            local = run.locals[index][slot]
            heard[arg] |= local is not None or run.local_formula(index, slot) is None
            if arg in at_corner:
                met[arg] = index
            elif met[arg] is None and local:
                met[arg] = met[index]
    return met


def stands_on_corner(run: Run, index: int) -> set[int]:
    """Returns the operands that put a node on a tie, a kink or a jump which the output feels; none elsewhere.

    At a tie or kink these are the operands that equal the node itself; at a jump (a gate that is flat on both sides)
    all of them.
    """
    if not any(flag in CORNERS for flag in run.flags[index]):
        return set()
    args = set(run.graph.nodes[index].args)
    if is_flat(run, index):
        return args
    if run.gradients[index] == 0:
        return set()
    return {arg for arg in args if run.values[arg] == run.values[index]} or args


def is_flat(run: Run, index: int) -> bool:
    """Tells whether the derivative rule of a node is 0 everywhere."""
    slopes = (run.local_formula(index, slot) for slot in range(len(run.graph.nodes[index].args)))
    return all(slope is not None and slope.op is None and slope.leaf == 0 for slope in slopes)
