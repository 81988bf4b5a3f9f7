"""The four witnesses of a gradient, asked one node at a time; each answers with a reading."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

from cgviz.analysis.checks.bands import AGREES, FINE, KINK, NOTHING, UNDECIDED, WRONG, Band, band, relative_error
from cgviz.analysis.checks.complex_step import ComplexStep
from cgviz.analysis.checks.differences import Difference, Downstream, Element, difference, downstream_of
from cgviz.analysis.checks.exact import Exact, ExactSlope, rounded
from cgviz.analysis.checks.scalars import Scalars, from_stage
from cgviz.analysis.checks.symbolic import InSympy
from cgviz.graph.nodes import INPUT
from cgviz.ops.rearranging import size
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.values.arrays import Shape, Value, element_name, element_of, numpy, places

EPSILON = 2.0**-52
ROUNDINGS = 16
MOST_COMPLEX, MOST_FOR_SYMPY = 15_000, 250
LONG = "not asked, the program is long"
MOST_SINGLE, FEW = 20_000, 3
SLACK, KINK_SLACK = 1e-9, 1e-4
NOISY = 64
OFF_SMOOTH = {"kink": "on a kink", "edge": "at the edge of the domain", "steep": "a jump or an infinite slope"}


@record
class Reading:
    """What a witness says of one gradient.

    value  its slope, nan where it has none     error  its own estimate of how far that is off
    relative  the relative error of the gradient against it; `noise` where it is within rounding
    note   why there is no slope, or what it met on its way
    place  of an array, the element that it is about: the one that is worst
    """

    witness: str
    value: float
    relative: float
    band: Band
    error: float = 0.0
    noise: bool = False
    note: str = ""
    place: tuple[int, ...] = ()


class Witnesses:
    """All witnesses of one run, and what they share; of an array so many `elements` are compared."""

    def __init__(self, run: Run, elements: int = 1) -> None:
        self.run, self.elements = run, elements
        self.graph = run.graph
        self.complex_left = MOST_COMPLEX
        self.stages_left = MOST_SINGLE

    def read(self, witness: str, index: int) -> Reading:
        if witness == self.run.framework:
            return by_framework(self, index)
        if self.graph.has_arrays:
            return in_arrays(self, witness, index)
        return WITNESSES[witness](self, index)

    def compared(self, witness: str, index: int, value: float, error: float = 0.0, note: str = "") -> Reading:
        """Returns a reading; a difference that rounding alone can make is none, and at a kink nothing is compared."""
        analytic = self.run.gradients[index] or 0.0
        relative = math.nan if math.isnan(value) else relative_error(analytic, value)
        noise = relative > FINE and abs(analytic - value) <= error + self.rounding[index]
        judged = UNDECIDED if noise else band(relative)
        if judged.disagrees and self.slope(index).kind in OFF_SMOOTH:
            return Reading(witness, value, math.nan, NOTHING, error, note=OFF_SMOOTH[self.slope(index).kind])
        if judged.disagrees and not math.isfinite(self.run.value or 0.0):
            return Reading(witness, value, math.nan, NOTHING, error, note="the output is not finite")
        return Reading(witness, value, relative, judged, error, noise, note)

    def name(self, index: int) -> str:
        """Returns a stage as messages call it: `stage (3) r`."""
        return f"stage ({self.graph.numbers[index]}) {self.graph.nodes[index].shown}"

    @cached_property
    def rounding(self) -> list[float]:
        """For every node, how much rounding in the backward pass alone may move its gradient."""
        size = [0.0] * len(self.graph)
        size[self.graph.output] = 1.0
        for index in range(self.graph.output, -1, -1):
            if size[index]:
                for slot, arg in enumerate(self.graph.nodes[index].args):
                    size[arg] += size[index] * abs(self.run.locals[index][slot] or 0.0)
        return [ROUNDINGS * EPSILON * each if math.isfinite(each) else 0.0 for each in size]

    @cached_property
    def largest(self) -> list[float]:
        """For every node the largest gradient that the backward pass has met when it comes to it."""
        np, found, largest = numpy(), [0.0] * len(self.graph), 0.0
        for index in range(self.graph.output, -1, -1):
            size = float(np.max(np.abs(self.run.gradients[index]), initial=0.0))
            largest = max(largest, size if math.isfinite(size) else 0.0)
            found[index] = largest
        return found

    @cached_property
    def floats(self) -> Downstream:
        if self.graph.has_arrays:
            return downstream_of(self.run)
        return Downstream(self.graph, self.run.values, lambda op: op.forward)

    @cached_property
    def complex_step(self) -> ComplexStep:
        return ComplexStep(self.graph, self.run.values)

    @cached_property
    def exact(self) -> Exact:
        return Exact(self.graph, self.run.values)

    @cached_property
    def scalars(self) -> Opened:
        """The program opened into single numbers."""
        return Opened(Scalars(self.run))

    def following(self, index: int) -> Opened | None:
        """Returns what follows a stage, opened into single numbers; None where that is too much."""
        if index not in self.opened:
            self.opened[index] = None
            if not self.scalars.scalars.why and self.stages_left > 0 and index != self.graph.output:
                self.opened[index] = made = Opened(Scalars(from_stage(self.run, index)))
                self.stages_left -= len(made.scalars.run.bare)
        return self.opened[index]

    @cached_property
    def opened(self) -> dict[int, Opened | None]:
        return {}

    @cached_property
    def in_sympy(self) -> InSympy:
        return InSympy(self.graph, self.run.values)

    @cached_property
    def slopes(self) -> dict[int, ExactSlope]:
        """The slopes by mpmath that were asked for, by node."""
        return {}

    @cached_property
    def differences(self) -> dict[int, Difference]:
        """The central differences that were asked for, by node."""
        return {}

    def slope(self, index: int) -> ExactSlope:
        if index not in self.slopes:
            self.slopes[index] = self.exact.slope(index, self.run.gradients[index] or 0.0)
        return self.slopes[index]


class Opened:
    """A program of single numbers and its witnesses."""

    def __init__(self, scalars: Scalars) -> None:
        self.scalars, self.witnesses = scalars, Witnesses(scalars.run)


def by_framework(of: Witnesses, index: int) -> Reading:
    """Returns what PyTorch or JAX, from which the program came, finds for an input itself: the worst element."""
    node, framework = of.graph.nodes[index], of.run.framework
    theirs = of.run.own.get(node.name) if node.op is INPUT else None
    if theirs is None:
        return Reading(framework, math.nan, math.nan, NOTHING)
    found = [of_framework(of, index, place, theirs) for place in places(node.shape or (), size(node.shape or ()))]
    return max(found, key=badness, default=Reading(framework, math.nan, math.nan, NOTHING, note="it has no elements"))


def of_framework(of: Witnesses, index: int, place: Shape, theirs: Value) -> Reading:
    analytic, value = element_of(of.run.gradients[index], place), element_of(theirs, place)
    relative = relative_error(analytic, value)
    noise = relative > FINE and abs(analytic - value) <= NOISY * EPSILON * of.largest[index]
    return Reading(of.run.framework, value, relative, UNDECIDED if noise else band(relative), noise=noise, place=place)


def in_arrays(of: Witnesses, witness: str, index: int) -> Reading:
    """Returns the reading of the worst of some elements of a node, evenly spaced."""
    node, read, most = of.graph.nodes[index], of_element, of.elements
    if witness != "differences":
        single = of.scalars if node.op is INPUT else of.following(index)
        if single is None or single.scalars.why:
            told = single.scalars.why if single and node.op is INPUT and witness == "mpmath" else ""
            return Reading(witness, math.nan, math.nan, NOTHING, note=told)
        read, most = partial(in_single, witness, single), most if node.op is INPUT else min(most, FEW)
    found = [read(of, index, place) for place in places(node.shape or (), most)]
    return max(found, key=badness, default=Reading(witness, math.nan, math.nan, NOTHING, note="it has no elements"))


def in_single(witness: str, single: Opened, of: Witnesses, index: int, place: Shape) -> Reading:
    """Returns the reading of one element of a node in a program opened into single numbers.

    What rounding in the arrays alone can make decides nothing.
    """
    at = single.scalars.at[of.graph.nodes[index].name, place]
    found = replace(WITNESSES[witness](single.witnesses, at), place=place)
    gap = abs(element_of(of.run.gradients[index], place) - found.value)
    if found.band.disagrees and gap <= NOISY * EPSILON * of.largest[index]:
        return replace(found, band=UNDECIDED, noise=True)
    return found


def badness(reading: Reading) -> tuple[float, float]:
    """Returns how bad a reading of one element is; one that decides nothing is worse than one that agrees."""
    rank = AGREES.rank + 0.5 if reading.band is UNDECIDED else reading.band.rank
    return rank, reading.relative if reading.relative == reading.relative else 0.0


def of_element(of: Witnesses, index: int, place: Shape) -> Reading:
    """Returns the reading of one element by central differences; on a kink, by the slopes of its two sides."""
    analytic = element_of(of.run.gradients[index], place)
    moved = Element(of.floats, index, place, 1.0 if of.run.seed is None else of.run.seed)
    found = moved.slope()
    if math.isnan(found.value):
        return off_element(of, moved, analytic, found)
    relative = relative_error(analytic, found.value)
    noise = relative > FINE and abs(analytic - found.value) <= found.error + NOISY * EPSILON * of.largest[index]
    judged = UNDECIDED if noise else band(relative)
    return Reading("differences", found.value, relative, judged, found.error, noise, "", place)


def off_element(of: Witnesses, moved: Element, analytic: float, found: Difference) -> Reading:
    """Returns the reading of an element on a kink: right is what lies between the slopes of its two sides."""
    name = element_name(of.graph.nodes[moved.index].shown, moved.place)
    sides = moved.sides() if found.crossed else None
    if sides is None:
        stage = of.name(min(found.crossed)) if found.crossed else ""
        why = f"{name}: every step crosses the jump of {stage}" if stage else f"{name}: not finite"
        return Reading("differences", math.nan, math.nan, NOTHING, note=why, place=moved.place)
    low, high = min(sides), max(sides)
    slack = KINK_SLACK * max(abs(low), abs(high), 1e-6)
    judged = KINK if low - slack <= analytic <= high + slack else WRONG
    note = f"{name}, a kink: {sides[0]:.4g} on the left, {sides[1]:.4g} on the right"
    relative = math.nan if judged is KINK else math.inf
    return Reading("differences", math.nan, relative, judged, note=note, place=moved.place)


def by_differences(of: Witnesses, index: int) -> Reading:
    found = of.differences[index] = difference(of.floats, index)
    if math.isnan(found.value):
        why = f"every step crosses the kink of {of.name(min(found.crossed))}" if found.crossed else "not finite"
        return Reading("differences", math.nan, math.nan, NOTHING, note=why)
    crossed = {stage: step for stage, step in found.crossed.items() if step > found.step}
    note = "; ".join(f"a step of {step:.1g} crosses the kink of {of.name(stage)}" for stage, step in crossed.items())
    return of.compared("differences", index, found.value, found.error, note)


def by_complex_step(of: Witnesses, index: int) -> Reading:
    of.complex_left -= len(of.graph) - index
    if of.complex_left < 0:
        return Reading("complex", math.nan, math.nan, NOTHING, note=LONG)
    obstacle = of.complex_step.obstacle(index)
    note = f"{of.graph.nodes[obstacle].op.name} is not analytic" if obstacle >= 0 else ""
    value = of.complex_step.slope(index)
    return of.compared("complex", index, value, note=note)


def by_mpmath(of: Witnesses, index: int) -> Reading:
    """mpmath's slope; on a kink the gradient must be one of the slopes between those of the two sides."""
    slope = of.slope(index)
    analytic = of.run.gradients[index] or 0.0
    bent = slope.kind == "bent" and not close(analytic, rounded(slope.value))
    if not bent and (slope.exists or not slope.kind):
        error = rounded(slope.error) if slope.exists else 0.0
        return of.compared("mpmath", index, rounded(slope.value), error, "" if slope.kind else "not finite")
    verdict, note = off_smooth(slope, analytic)
    return Reading("mpmath", math.nan, math.nan if verdict is not WRONG else math.inf, verdict, note=note)


def off_smooth(slope: ExactSlope, analytic: float) -> tuple[Band, str]:
    """Returns the verdict on a slope where the function has none, and why: a kink, an edge of its domain, a jump."""
    left, right = rounded(slope.left), rounded(slope.right)
    if slope.kind == "steep":
        return NOTHING, OFF_SMOOTH["steep"]
    if slope.kind == "edge":
        side, there = ("right", right) if math.isnan(left) or math.isinf(left) else ("left", left)
        return (KINK if close(analytic, there) else NOTHING), f"the domain ends here; from the {side} {there:.4g}"
    low, high = min(left, right), max(left, right)
    slack = SLACK * max(abs(low), abs(high))
    inside = low - slack <= analytic <= high + slack
    return (KINK if inside else WRONG), f"a kink: {left:.4g} on the left, {right:.4g} on the right"


def close(one: float, two: float) -> bool:
    return relative_error(one, two) <= SLACK


def by_sympy(of: Witnesses, index: int) -> Reading:
    """sympy's derivative, of a program that is short: loading sympy takes longer than all the rest of a long one."""
    if len(of.graph) > MOST_FOR_SYMPY:
        return Reading("sympy", math.nan, math.nan, NOTHING, note=LONG)
    value = of.in_sympy.slope(index)
    return of.compared("sympy", index, value, note=of.in_sympy.obstacle if math.isnan(value) else "")


WITNESSES: dict[str, Callable[[Witnesses, int], Reading]] = {
    "differences": by_differences,
    "complex": by_complex_step,
    "mpmath": by_mpmath,
    "sympy": by_sympy,
}
"""Every witness and how it is asked, in the order of the columns."""
