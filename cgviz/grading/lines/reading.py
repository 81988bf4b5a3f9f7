"""The lines of a straight file's backward pass, each computed with right numbers in all that it reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cgviz.grading.attempts import Attempt
from cgviz.grading.elements import Misfit, minus, plus
from cgviz.grading.exercise import Exercise
from cgviz.grading.interpreter.objects import Frame
from cgviz.grading.interpreter.signals import UNKNOWN, UnreadError
from cgviz.grading.lines.names import LineNames
from cgviz.grading.lines.stages import Stages
from cgviz.grading.lines.systems import Atom, Vector
from cgviz.grading.lines.walk import CrookedError, LineStep, LineWalk, handed_on, is_mask, scales, target_of, whole
from cgviz.grading.places import offset
from cgviz.grading.truth import Truth, number_of
from cgviz.ops.rearranging import listed
from cgviz.values.arrays import Value, is_array, shape_of

Place = tuple[int, int]
NO_NUMBER = "this is no number"
SYMBOLS: dict[Any, str] = {ast.Mult: "*", ast.MatMult: "@", ast.Add: "+", ast.Sub: "−", ast.Div: "/"}


@dataclass(eq=False)
class Line:
    """An assignment to the gradient of `key`, and what was found of it.

    steps    the statement; before it those that it ends, since it changes in place what they have begun
    slopes   the gradients that it reads, by their names in the file; `own` where it reads the one that it sets
    change   what it adds to the gradient at every point, `before` what was there, `held` the names that it reads
    mask     the elements that are assigned to, None for all
    lost     names that mean nothing
    atoms    the contributions that it brings; `cause` its own mistake, at `place`; `says` in words
    stands   what a plain number stands for elsewhere: it is right where it was computed
    """

    steps: list[LineStep]
    key: str
    number: int
    adds: bool
    slopes: dict[str, str]
    before: Vector
    change: Vector
    held: list[dict[str, Any]]
    own: bool = False
    mask: Any = None
    lost: list[str] = field(default_factory=list)
    typo: bool = False
    sets: bool = True
    atoms: list[Atom] = field(default_factory=list)
    right: bool = False
    cause: str = ""
    says: str = ""
    place: Place = (0, 0)
    stands: Vector = ()
    noted: str = ""
    written: list[ast.stmt] = field(default_factory=list)

    @property
    def node(self) -> ast.stmt:
        return self.steps[-1].node

    @property
    def origin(self) -> list[ast.stmt]:
        """The statements as they stand in the file; a misspelt name is mended in `steps`."""
        return self.written or [step.node for step in self.steps]

    @property
    def value(self) -> ast.expr:
        return self.node.value  # type: ignore[attr-defined, no-any-return]

    @property
    def target(self) -> str:
        return self.steps[-1].target

    @property
    def guarded(self) -> bool:
        return self.steps[0].guarded

    @property
    def is_plain(self) -> bool:
        """Whether it is made of plain numbers alone."""
        return not any(step.loads for step in self.steps) or all(
            each.id in ("np", "numpy", "math", "torch") for step in self.steps for each in step.loads
        )

    @property
    def handed(self) -> str:
        """The key of the gradient that it hands on as it is, "" where it does something."""
        return self.slopes.get(handed_on(self.node), "") if len(self.steps) == 1 else ""

    def blame(self, cause: str, says: str, place: Place) -> None:
        if not self.cause:
            self.right, self.cause, self.says, self.place = False, cause, says, place


class Pass:
    """One file walked at every point. `means` are names that stand for another gradient since they were masked."""

    def __init__(self, attempt: Attempt, exercise: Exercise, right: Truth) -> None:
        assert exercise.run is not None
        if attempt.tensors:
            raise CrookedError
        self.attempt, self.exercise, self.points = attempt, exercise, right.points
        self.listing = attempt.listing
        graph, tree = exercise.run.graph, attempt.source.tree
        forward = [node.name for node in graph.nodes if node.name]
        self.names = LineNames(tree, forward, exercise.program_inputs, graph.nodes[graph.output].name)
        self.stages = Stages(exercise.run, self.points, self.names)
        self.walk = LineWalk(attempt.machine, tree)
        self.lines: list[Line] = []
        self.means: dict[str, str] = {}
        self.through: dict[str, dict[str, str]] = {}
        self.running: dict[str, list[Value]] = {}
        self.own: list[LineStep] = []
        attempt.stand_by()
        self.forward(repair=False)
        if not self.stages.has_right_output():
            self.forward(repair=True)
        base = self.frame(0).names
        self.stages.trace(self.walk, self.own, base, exercise.run.upstream)
        self.frames = [self.frame(k) for k in range(len(self.points))]
        self.backward()

    def frame(self, k: int) -> Frame:
        return Frame({"__name__": "homework", **self.attempt.known(self.points[k])}, None)

    # the forward pass

    def is_backward(self, step: LineStep, tainted: set[str]) -> bool:
        if step.target and (self.names.gradient(step.target) or self.names.meant(step.target)):
            return True
        return any(each.id in tainted or self.names.gradient(each.id) for each in step.loads)

    def forward(self, repair: bool) -> None:
        """Runs the student's forward statements; with `repair`, the program's values take the place of wrong ones."""
        frames = [self.frame(k) for k in range(len(self.points))]
        tainted, self.own = set[str](), []
        self.stages.made, self.stages.wrong = {}, {}
        for step in self.walk.steps(frames[0]):
            if self.is_backward(step, tainted):
                tainted |= step.assigned
                continue
            self.own.append(step)
            for frame in frames:
                self.attempted(step, frame)
            values = tuple(number_of(frame.names.get(step.target)) for frame in frames)
            if not step.target or any(each is UNKNOWN for each in values):
                continue
            if repair and self.stages.is_wrong(step.target, values):
                self.stages.wrong[step.target] = step, values
                values = self.stages.program.values[self.stages.known[self.names.value(step.target)]]
                for frame, value in zip(frames, values, strict=True):
                    frame.names[step.target] = value
            self.stages.made[step.target] = step, values

    def attempted(self, step: LineStep, frame: Frame) -> None:
        try:
            self.walk.run(step.node, frame)
        except CrookedError:
            raise
        except Exception:
            for name in step.assigned:
                frame.names[name] = UNKNOWN

    # the backward pass

    def key_of(self, name: str) -> str | None:
        return self.means.get(name) or self.names.gradient(name)

    def backward(self) -> None:
        for step in self.walk.steps(self.frames[0]):
            key = self.key_of(step.target) or self.names.meant(step.target) if step.target else None
            slopes = self.slopes_in(step)
            if key is None:
                self.side_step(step, slopes)
            else:
                self.line(step, key, slopes)

    def side_step(self, step: LineStep, slopes: dict[str, str]) -> None:
        """Runs a statement on the way: a forward stage, or what a later line reads."""
        names = step.assigned
        if slopes and any(self.names.gradient(name) for name in names):
            raise CrookedError
        for k, frame in enumerate(self.frames):
            self.lay(slopes, k)
            self.attempted(step, frame)
            self.stages.repair(step, frame.names, k)
        for name in names:
            self.through[name] = slopes

    def slopes_in(self, step: LineStep) -> dict[str, str]:
        """Returns the gradients that a statement reads, by name, also those of which a value on the way was made."""
        found: dict[str, str] = {}
        for each in step.loads:
            key = self.key_of(each.id)
            if key is not None and self.stages.gradient(key) is not None:
                found[each.id] = key
            else:
                found |= self.through.get(each.id, {})
        return found

    def lay(self, slopes: Mapping[str, str], k: int, key: str | None = None) -> None:
        """Binds gradients to their right values, but for that of `key`."""
        for name, of in slopes.items():
            if of != key:
                self.frames[k].names[name] = fresh((self.stages.gradient(of) or ())[k])

    def line(self, step: LineStep, key: str, slopes: dict[str, str]) -> None:
        """Adds the line that a statement is, run at every point."""
        if self.stages.gradient(key) is None:
            raise CrookedError
        begun: list[Line] = []
        mask = self.elements(step, key)
        masked = mask is not None and is_mask(self.place_of(step))
        if masked or (self.stages.has_arrays and not step.guarded and scales(step.node, step.target)):
            slopes = {step.target: key, **slopes}
            key, begun = self.relabelled(step, key)
            mask = None
        elif mask is None:
            self.means.pop(step.target, None)
            key = self.names.gradient(step.target) or key
        own = key in slopes.values()
        adds = isinstance(step.node, ast.AugAssign) and isinstance(step.node.op, (ast.Add, ast.Sub)) and mask is None
        line = Line([step], key, len(self.lines), adds, slopes, (), (), [], own, mask)
        line.typo = self.names.gradient(step.target) is None and step.target not in self.means
        if begun:
            self.end(line, begun)
        elif (own and not adds) or mask is not None:
            line.sets = False
        line.sets = line.sets and not line.adds
        self.compute(line, begun)
        self.lines.append(line)

    def end(self, line: Line, begun: list[Line]) -> None:
        """Makes a line the end of what lines before it have begun: their sum stands for what it changes."""
        for each in begun:
            self.lines.remove(each)
        line.steps = [step for each in begun for step in each.steps] + line.steps
        line.slopes = {n: k for each in (*begun, line) for n, k in each.slopes.items() if k != line.key}
        line.adds, line.own = begun[0].adds, False

    def relabelled(self, step: LineStep, key: str) -> tuple[str, list[Line]]:
        """Returns of which gradient a line is that changes one in its place, and the lines that it ends.

        `dh[z <= 0] = 0` turns the gradient of h into that of z, as relu does: from here on dh means that of z. After
        `dz = dh`, `dz[z <= 0] = 0` ends what that line began: the two are one.
        """
        before = [each for each in self.lines if each.key == key]
        inner = self.stages.inside(key)
        if before and (not inner or self.stages.inside(before[-1].handed) == key):
            last = max((i for i, each in enumerate(before) if each.sets), default=0)
            return key, before[last:]
        if inner:
            self.means[step.target] = inner
        return inner or key, []

    def place_of(self, step: LineStep) -> Any:
        """Returns the index of the elements to which a statement assigns."""
        target = target_of(step.node)
        try:
            return self.walk.run(target.slice, self.frames[0]) if target.value is whole(target) else Ellipsis
        except CrookedError:
            raise
        except Exception:
            return Ellipsis

    def elements(self, step: LineStep, key: str) -> Any:
        """Returns a mask of the elements to which a statement assigns; None for the whole."""
        target = target_of(step.node)
        if not isinstance(target, ast.Subscript):
            return None
        mask = np.zeros(np.shape(self.stages.zero(key)[0]), bool)
        with suppress(IndexError, TypeError, ValueError):
            mask[self.place_of(step)] = True
        return mask

    def compute(self, line: Line, begun: list[Line]) -> None:
        """Runs a line at every point, with right numbers in all that it reads."""
        zero = self.stages.zero(line.key)
        running = self.running.setdefault(line.key, [*zero])
        found = []
        for k, frame in enumerate(self.frames):
            before = begun[0].before[k] if begun else running[k]
            self.lay(line.slopes, k, line.key)
            if not begun and (line.adds or line.own or line.mask is not None) and line.target not in self.means:
                frame.names[line.target] = fresh(running[k])
            elif line.target in frame.names:
                frame.names[line.target] = fresh(frame.names[line.target])
            line.held.append(self.snapshot(line, k))
            change, after = self.value(line.steps[-1], line, frame, running[k])
            if begun or not line.adds:
                change = change if line.sets and not line.adds else minus(after, before)
            found.append((before, change))
            running[k] = before if isinstance(after, Misfit) else after
            frame.names[line.target] = running[k]
        line.before, line.change = tuple(b for b, _ in found), tuple(c for _, c in found)
        for each in begun:
            line.held = [{**own, **early} for own, early in zip(line.held, each.held, strict=True)]

    def snapshot(self, line: Line, k: int) -> dict[str, Any]:
        names = self.frames[k].names
        read = {each.id for each in line.steps[-1].loads} | {line.target}
        return {name: fresh(names[name]) if name == line.target else names[name] for name in read if name in names}

    def value(self, step: LineStep, line: Line, frame: Frame, before: Value) -> tuple[Value, Value]:
        """Returns what a statement adds to a gradient, or sets it to, and the gradient after it."""
        node: Any = step.node
        plain = isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)) and line.mask is None
        try:
            if plain:
                made = number(self.walk.run(node.value, frame))
                made = -made if isinstance(node.op, ast.Sub) else made
                return made, plus(before, made)
            self.walk.run(node, frame)
            made = number(frame.names.get(step.target))
            return made, made
        except (CrookedError, UnreadError):
            raise CrookedError from None
        except NameError as error:
            line.lost = line.lost or re.findall(r"'(\w+)'", str(error))[:1]
            made = Misfit(str(error))
        except Exception as error:
            made = Misfit(self.why(node.value, frame, error))
        return made, made

    def why(self, value: ast.expr, frame: Frame, error: Exception) -> str:
        """Returns why an expression has no value: the innermost operation whose operands do not fit."""
        if str(error) == NO_NUMBER:
            return NO_NUMBER
        for part in reversed([each for each in ast.walk(value) if isinstance(each, (ast.BinOp, ast.Call))]):
            try:
                self.walk.run(part, frame)
            except CrookedError:
                raise
            except Exception:
                pair = [part.left, part.right] if isinstance(part, ast.BinOp) else part.args[:2]
                shapes = [
                    listed(shape_of(self.walk.run(each, frame)) or ()) for each in pair if not raises(self, each, frame)
                ]
                name = SYMBOLS.get(type(getattr(part, "op", None)), ast.unparse(getattr(part, "func", part)))
                if len(shapes) == 2 and isinstance(error, ValueError):
                    return f"{name}: the shapes {' and '.join(shapes)} do not fit together"
                break
        return f"Python stops here: {type(error).__name__}: {str(error).splitlines()[0][:80] if str(error) else ''}"

    # in the text

    def spot(self, node: ast.AST) -> Place:
        """Returns the offsets at which a part of the text begins and ends."""
        found: Any = node
        return (
            offset(self.listing, found.lineno, found.col_offset),
            offset(self.listing, found.end_lineno, found.end_col_offset),
        )

    def sign(self, line: Line) -> Place:
        """Returns the offsets of the sign between the target and the value."""
        end, value = self.spot(target_of(line.node))[1], self.spot(line.value)[0]
        text = self.listing.text[end:value].split("=")[0]
        begin = end + len(text) - len(text.lstrip(" "))
        return begin, end + len(text) + 1

    def named(self, line: Line, name: str) -> Place:
        """Returns where a name stands in a line; of a name that it reads by way of another, its value."""
        every = (each for step in reversed(line.steps) for each in step.loads if each.id == name)
        return self.spot(next(every, line.value))


def raises(made: Pass, node: ast.expr, frame: Frame) -> bool:
    try:
        made.walk.run(node, frame)
    except CrookedError:
        raise
    except Exception:
        return True
    return False


def fresh(value: Any) -> Any:
    return value.copy() if is_array(value) else value


def number(value: Any) -> Value:
    """Returns a number or an array of numbers. Raises TypeError for what is none."""
    made = number_of(value)
    if made is UNKNOWN:
        raise TypeError(NO_NUMBER)
    return made
