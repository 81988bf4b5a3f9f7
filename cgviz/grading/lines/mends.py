"""What would mend a wrong line: its value changed as a whole, else a slip of the catalogue undone in its expression."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from cgviz.grading.elements import Misfit, is_zero, plus
from cgviz.grading.interpreter.objects import Frame
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.lines.accounts import Account, summed
from cgviz.grading.lines.names import likeness
from cgviz.grading.lines.reading import Line, Pass, fresh
from cgviz.grading.lines.systems import Atom, Vector
from cgviz.grading.lines.walk import CrookedError
from cgviz.grading.near import agree, same
from cgviz.grading.slips.masks import masks
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.products import operators, turns
from cgviz.grading.slips.rules import complements, extra, functions, numbers, powers, signs
from cgviz.grading.slips.sums import sums
from cgviz.grading.slips.trees import binary, changed, name, parts
from cgviz.grading.surroundings import differs, visible
from cgviz.grading.truth import number_of
from cgviz.ops.rearranging import size
from cgviz.values.arrays import Shape, Value, broadcast, folded, is_array, shape_of, summed_axes

MOST_TRIES, MOST_NAMES, MOST_WORK = 3000, 40, 40_000_000
FACTORS, EXPONENTS = (2.0, 3.0, 0.5, 4.0), (2, 3, 4)
RULED = ("derivative", "function", "wrong-value", "extra-factor")  # causes beside which the rule is said


@dataclass(frozen=True)
class Changed:
    """What a line adds changed as a whole, `by` that and a number, or a vector of what stands at every point."""

    cause: str
    says: str
    by: Callable[[Any, Any], Value]
    other: Any = None

    def value(self, change: Vector, k: int) -> Value:
        return self.by(change[k], self.other[k] if isinstance(self.other, tuple) else self.other)


class Mends:
    """Looks for what mends the lines of one file."""

    def __init__(self, made: Pass, tolerance: float) -> None:
        self.made, self.stages, self.tolerance = made, made.stages, tolerance
        self.tries = self.work = 0
        self.most = 0

    def mend(self, made: Account, line: Line, wanted: list[Atom], rule: Callable[[Sequence[Atom]], str]) -> None:
        """Blames a line for the first slip that, undone, makes it bring what is wanted."""
        self.most = self.tries + MOST_TRIES
        search = LineSearch(self, made, line, wanted)
        for each in search.every():
            if self.tries > self.most or self.work > MOST_WORK:
                return
            self.tries += 1
            self.work += sum(map(np.size, made.total[:1]))
            found = search.brought(each)
            if found is None:
                continue
            line.atoms = found
            spot: Any = getattr(each, "culprit", None)
            place = self.made.spot(spot if hasattr(spot, "lineno") else line.value)
            if each.cause == "typo":
                line.right, line.noted, line.place = True, each.says, place
                line.written, line.steps = line.origin, search.steps(each)
                return
            says = f"{each.says}; {rule(found)}" if each.cause in RULED else each.says
            line.blame(each.cause, says, place)
            return


class LineSearch:
    """The mends of one line, likely ones first."""

    def __init__(self, mends: Mends, made: Account, line: Line, wanted: list[Atom]) -> None:
        self.mends, self.made, self.line, self.wanted = mends, made, line, wanted
        self.stages, self.tolerance = mends.stages, mends.tolerance
        self.goals = [atom.value for atom in wanted]
        if len(wanted) > 1:
            self.goals.append(summed(self.goals, ()))
        self.shape = shape_of(line.change[0]) or ()
        self.goal = shape_of(made.total[0]) or ()
        self.sources = list(dict.fromkeys((id(a.system), a.source) for a in wanted))
        self.frames: dict[int, dict[str, Any]] = {}

    @property
    def points(self) -> range:
        return range(len(self.line.change))

    # trying

    def brought(self, each: Changed | Slip) -> list[Atom] | None:
        """Returns the contributions that a line brings with a mend; None where it is no better."""
        last = self.points[-1]
        found = self.value(each, last)
        if found is None or isinstance(found, Misfit):
            return None
        hopeful = [i for i, goal in enumerate(self.goals) if same(found, self.due(goal, last, each), self.tolerance)]
        if not hopeful:
            return None
        values = [self.value(each, k) for k in self.points]
        if any(value is None for value in values):
            return None
        for i in hopeful:
            due = [self.due(self.goals[i], k, each) for k in self.points]
            if agree(values, due, self.tolerance):
                return self.wanted[i : i + 1] or list(self.wanted)
        return None

    def due(self, goal: Vector, k: int, each: Changed | Slip) -> Value:
        """Returns what a mended line ought to come to: the gradient after it, or what it adds."""
        if isinstance(each, Changed) or self.line.sets:
            return goal[k]
        return plus(self.line.before[k], goal[k])

    def value(self, each: Changed | Slip, k: int) -> Value | None:
        if isinstance(each, Changed):
            try:
                with np.errstate(all="ignore"):
                    return number(each.value(self.line.change, k))
            except (ValueError, TypeError, IndexError):
                return None
        frame, walk = Frame({n: fresh(v) for n, v in self.names(k).items()}, None), self.mends.made.walk
        try:
            for step in self.line.steps:
                for node in each.changes.get(step.node, [step.node]):
                    walk.run(node, frame) if node is step.node else walk.run_once(node, frame)
        except CrookedError:
            raise
        except Exception:
            return None
        return number(frame.names.get(self.line.target))

    def names(self, k: int) -> dict[str, Any]:
        """Returns what the line could read at a point, gradients with their right values."""
        if k not in self.frames:
            made = self.mends.made
            found = dict(made.frames[k].names)
            for each in [*found, *(f"d{name}" for name, _ in self.slopes())]:
                key = made.names.gradient(each)
                gradient = self.stages.gradient(key) if key else None
                if gradient is not None:
                    found[each] = gradient[k]
            self.frames[k] = {**found, **self.line.held[k]}
            if not self.line.sets or self.line.adds:
                self.frames[k][self.line.target] = self.line.before[k]
        return self.frames[k]

    def steps(self, slip: Changed | Slip) -> list[Any]:
        """Returns the steps of the line with a slip undone."""
        from dataclasses import replace

        changes = slip.changes if isinstance(slip, Slip) else {}
        return [replace(step, node=changes[step.node][0]) if step.node in changes else step for step in self.line.steps]

    # what there is to read

    def slopes(self) -> Iterator[tuple[str, Vector]]:
        """Yields the gradients that a line could read: those of which the file speaks, then all others."""
        names, own = self.mends.made.names, self.stages.bound if self.stages.own is not None else {}
        spoken = dict.fromkeys(names.gradient(name) or "" for name in names.assigned)
        near = [atom.name for atom in self.wanted]
        others = dict.fromkeys([*filter(spoken.__contains__, near), *spoken, *near, *own, *self.stages.known])
        for key in islice(filter(None, others), MOST_NAMES):
            gradient = self.stages.gradient(key) if key != self.line.key else None
            if gradient is not None and not (self.stages.has_arrays and all(map(is_zero, gradient))):
                yield key, gradient

    def values(self) -> Iterator[tuple[str, Vector]]:
        """Yields the forward values that a line could read: those of its stage, then all others."""
        found: dict[str, Vector] = {}
        for atom in self.wanted:
            for index in (atom.source, *atom.system.operands(atom.source)):
                found.setdefault(atom.system.name(index), atom.system.values[index])
        for key, (_, values) in self.stages.made.items():
            found.setdefault(key, values)
        for key, index in self.stages.known.items():
            found.setdefault(key, self.stages.program.values[index])
        found.pop("", None)
        yield from islice(found.items(), MOST_NAMES)

    def spelled(self, key: str) -> str:
        """Returns how the file calls the gradient of a value."""
        return next((n for n in self.mends.made.names.assigned if self.mends.made.names.gradient(n) == key), f"d{key}")

    # the mends

    def every(self) -> Iterator[Changed | Slip]:
        arrays, places = self.stages.has_arrays, [self.place(step.node) for step in self.line.steps]
        read = [n for n, key in self.line.slopes.items() if key != self.line.key]
        yield from self.typos()
        if arrays:
            yield from self.means()
            yield from self.folds()
        turned = Changed("sign", "turn the sign round", lambda change, _: -change)
        if self.is_fixed():
            yield turned
        yield from self.upstream_twice() if read else self.upstream_forgotten()
        yield turned
        for place in places:
            if arrays:
                yield from sums(place)
                yield from turns(place)
                yield from operators(place)
                yield from masks(place)
            yield from powers(place)
        if arrays:
            yield from self.turned()
        for factor in FACTORS:
            says = f"the factor {factor:g} is missing, which the exponent brings down"
            yield Changed("factor-forgotten", says, operator.mul, factor)
        yield from self.other_slopes()
        yield from self.other_values()
        yield from self.factors()
        for place in places:
            for source in (extra, numbers, signs, operators, complements, functions):
                yield from source(place)
        yield from self.no_factor()

    def is_fixed(self) -> bool:
        """Tells whether the value of a line is made of what is the same at every point: numbers, lengths."""
        read = [each.id for each in ast.walk(self.line.value) if isinstance(each, ast.Name)]
        first, *others = self.line.held
        return not any(differs(first[name], other.get(name)) for name in read if name in first for other in others)

    def place(self, node: ast.stmt) -> Place:
        values = {n: v for n, v in visible(Frame(self.names(0), None)).items() if n != self.line.target}
        near = [each.id for step in self.line.steps for each in step.loads] + [n for n, _ in self.values()]
        values = {n: values[n] for n in dict.fromkeys([*near, *values]) if n in values}
        slopes = {n for n in values if self.mends.made.names.gradient(n)} | {self.line.target}
        return Place(node, dict(islice(values.items(), MOST_NAMES)), [node], [], gradients=slopes)

    def leaves(self, wanted: Callable[[str], bool]) -> Iterator[tuple[ast.stmt, ast.Name]]:
        for step in self.line.steps:
            for each in parts(step.node):
                if isinstance(each, ast.Name) and wanted(each.id):
                    yield step.node, each

    def exchanged(self, node: ast.stmt, old: ast.expr, new: ast.expr, cause: str, says: str) -> Slip:
        return Place(node, {}, [], []).edit(old, new, cause, says)

    def typos(self) -> Iterator[Slip]:
        for lost in self.line.lost:
            for node, each in self.leaves(lambda name: name == lost):  # noqa: B023 - used up at once
                near = [self.spelled(key) for key, _ in self.slopes() if likeness(lost, f"d{key}") >= 0.6]
                near += [key for key, _ in self.values() if likeness(lost, key) >= 0.6]
                for other in near[:6]:
                    says = f"{lost} is probably a misspelling: write {other}"
                    yield self.exchanged(node, each, name(other), "typo", says)

    def means(self) -> Iterator[Changed | Slip]:
        """Yields the factor 1/n of a mean, and one too many of them."""
        nodes = self.stages.program.nodes
        if not any(node.op.name in ("mean", "divide", "reciprocal") for node in nodes):
            return
        counts = {n for node in nodes for n in (*(node.shape or ()), size(node.shape or ()))}
        means = "mean" in ast.unparse(self.line.node)
        for n in sorted(counts - {0, 1})[:20]:
            says = f"the mean of {n} has the slope 1/{n}: divide by {n}"
            yield Changed("mean-forgotten", says, operator.truediv, n)
            for node, each in self.leaves(self.line.slopes.__contains__):
                yield self.exchanged(node, each, binary(each, ast.Div(), ast.Constant(n)), "mean-forgotten", says)
            if n not in EXPONENTS and not means:  # told from a factor that an exponent brings down, a mean for a sum
                says = f"this is divided by {n} once too often, or should not be"
                yield Changed("mean-twice", says, operator.mul, n)

    def folds(self) -> Iterator[Changed]:
        """Yields the sum over the axes along which an operand was broadcast, and one that keeps its axes."""
        wide, wanted, change = self.shape, self.goal, self.line.change
        if wide == wanted or isinstance(change[0], Misfit):
            return
        if size(wide) == size(wanted) and bare(wide) == bare(wanted):
            says = f"keep the axis of length 1, keepdims=True: the shape is {wanted}"
            yield Changed("keepdims", says, lambda each, _: np.reshape(each, wanted))
        if narrows(wide, wanted):
            axes = summed_axes(wide, wanted)
            along = f", axis={axes[0] if len(axes) == 1 else tuple(axes)}" if len(axes) < len(wide) else ""
            says = f"what was broadcast forward is summed backward: np.sum(...{along})"
            yield Changed("sum-missing", says, lambda each, _: folded(each, wanted))
        elif narrows(wanted, wide):
            says = f"every element gets this; repeat it to the shape {wanted}, as in np.ones_like"
            yield Changed("spread-missing", says, lambda each, _: np.broadcast_to(each, wanted))

    def upstream_forgotten(self) -> Iterator[Changed]:
        """Yields the products of a line that reads no gradient with one."""
        for key, slope in self.slopes():
            says = f"multiply by the upstream gradient, {self.spelled(key)}"
            yield Changed("upstream-forgotten", says, operator.mul, slope)
            if is_array(slope[0]):
                says = f"bring in the upstream gradient, {self.spelled(key)}"
                for product in PRODUCTS:
                    yield Changed("upstream-forgotten", says, product, slope)

    def upstream_twice(self) -> Iterator[Slip]:
        """Yields edits of a line in which an upstream gradient is a factor more than once."""
        read = list(self.leaves(self.line.slopes.__contains__))
        for node, each in reversed(read):
            if sum(other.id == each.id for _, other in read) > 1:
                says = f"{each.id} is a factor once, not twice"
                yield self.exchanged(node, each, ast.Constant(1.0), "upstream-twice", says)

    def no_factor(self) -> Iterator[Slip]:
        for node, each in self.leaves(self.line.slopes.__contains__):
            yield self.exchanged(node, each, ast.Constant(1.0), "extra-factor", f"{each.id} is no factor here")

    def turned(self) -> Iterator[Changed]:
        if len(self.shape) == 2:
            yield Changed("transposed", "this is the transpose of what it ought to be", lambda each, _: each.T)

    def other_slopes(self) -> Iterator[Slip]:
        """Yields edits in which another gradient is read."""
        for key, _ in self.slopes():
            other = self.spelled(key)
            for node, each in self.leaves(self.line.slopes.__contains__):
                old = self.line.slopes[each.id]
                if old == key:
                    continue
                cause, says = "wrong-upstream", f"the upstream gradient here is {other}, not {each.id}"
                if self.stages.inside(old) == key:
                    cause = "mask-forgotten"
                    says = f"relu hands nothing back where {key} is not above 0: {other}, not {each.id}, is masked"
                yield self.exchanged(node, each, name(other), cause, says)

    def other_values(self) -> Iterator[Slip]:
        """Yields edits in which another forward value is read, at one place, then wherever it is read."""
        known = dict(self.values())
        leaves = list(self.leaves(lambda each: each in known))
        for new in known:
            for node, each in leaves:
                if each.id == new or not new.isidentifier():
                    continue
                cause, says = self.meaning(each.id, new)
                yield self.exchanged(node, each, name(new), cause, says)
                same_ = [other for at, other in leaves if other.id == each.id and at is node]
                if len(same_) > 1:
                    made = node
                    for other in same_:
                        made = changed(made, other, name(new))
                    yield Slip(cause, says, {node: [made]}, each, node)

    def meaning(self, old: str, new: str) -> tuple[str, str]:
        """Returns the cause, and words, for another value that belongs in the place of one."""
        for atom in self.wanted:
            operands = [atom.system.name(i) for i in atom.system.operands(atom.source)]
            if old in operands and new == atom.name:
                return "input-for-output", f"the rule is in terms of the output {new}, not of the input {old}"
            if new in operands and old == atom.name:
                return "output-for-input", f"the rule is in terms of the input {new}, not of the output {old}"
            if {old, new} <= set(operands):
                return "swapped", f"each operand gets the other one: {new}, not {old}"
        return "wrong-value", f"{new}, not {old}, belongs here"

    def factors(self) -> Iterator[Changed]:
        """Yields factors of the local derivative that are left out."""
        for key, values in self.values():
            zero = any(bool(np.any(np.asarray(each) == 0)) for each in values)
            forms: dict[str, Callable[[Any], Any]] = {key: lambda v: v, f"(1 - {key})": lambda v: 1 - v}
            forms |= {} if zero else {f"1/{key}": lambda v: 1 / v}
            for text, form in (forms | {f"{key}**2": lambda v: v * v}).items():
                says = f"the factor {text} of the local derivative is missing"
                yield Changed("factor-forgotten", says, operator.mul, tuple(map(form, values)))


PRODUCTS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda change, slope: np.outer(slope, change),
    lambda change, slope: change @ slope,
    lambda change, slope: slope @ change,
    lambda change, slope: np.transpose(change) @ slope,
    lambda change, slope: slope @ np.transpose(change),
)


def number(value: Any) -> Value | None:
    made = number_of(value)
    return None if made is UNKNOWN else made


def bare(lengths: Shape) -> Shape:
    return tuple(n for n in lengths if n != 1)


def narrows(wide: Shape, narrow: Shape) -> bool:
    """Tells whether a value of shape `narrow` can be broadcast to `wide`."""
    with suppress(ValueError):
        return broadcast([wide, narrow]) == wide
    return False
