"""The run: a graph with its inputs, and everything that the passes give (`cgviz.run` makes one)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from cgviz.errors import EvaluationError, UsageError
from cgviz.graph.lookup import find
from cgviz.graph.naming import Wording, named, spellings_from, worded
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.graph.shapes import alike
from cgviz.ops.rearranging import fold, fold_open
from cgviz.records import record
from cgviz.runs.door import Door
from cgviz.runs.passes import backward, forward
from cgviz.runs.tangents import tangents
from cgviz.runs.trouble import Trouble, explained, found
from cgviz.text.formula import Formula
from cgviz.text.gradients import gradient_name
from cgviz.values import arrays
from cgviz.values.arrays import Value, every_finite, handed_back, is_array, shape_text

if TYPE_CHECKING:
    from cgviz.runs.steps import Step

Locals = tuple[Value | None, ...]


@record
class Contribution:
    """What one edge adds to the gradient of its source: `upstream * local`, summed where the source was broadcast.

    source and target are node indices; `slot` is the argument of the target that the edge feeds. A structural op
    (a matrix product, a sum) has no local derivative but a vjp: there `local` is None and `value` is not.
    """

    source: int
    target: int
    slot: int
    upstream: Value | None
    local: Value | None
    value: Value | None


class ByPath(dict[str, Any]):
    """Gradients by the names of inputs; `params["W1"]` and `body.0.weight` are found as `params_W1` and the like."""

    __slots__ = ()

    def __missing__(self, key: str) -> Any:
        name = "_".join(re.findall(r"\w+", str(key)))
        if name in self:
            return self[name]
        raise KeyError(key)


@record
class Run(Door):
    """A graph with its inputs: all values, local derivatives, contributions and gradients.

    `bare` is the graph before its stages were named; its nodes have the same indices as those of `graph`.

    In the symbolic state (`inputs` is None) there are no numbers: values and gradients are all None.
    `given` tells for each input where its value is from: "cli", "default" or "none".
    A value is a float, or an array where the node's shape is not (); `upstream` is the gradient of the output that the
    backward pass begins with, in the output's shape: 1 where none is given. `wording` is how its views call things.
    `own` are the gradients of inputs that a `framework` computes itself, PyTorch or JAX, by their names.
    """

    wordless: ClassVar[bool] = False  # whether its pictures need no words for those who cannot see them
    bare: Graph
    inputs: Mapping[str, Value] | None
    given: Mapping[str, str] = field(default_factory=dict)
    upstream: Value | None = None
    wording: Wording = field(default_factory=Wording)
    framework: str = ""
    own: Mapping[str, Value] = field(default_factory=dict)

    def __repr__(self) -> str:
        """The program, its inputs and its value in short: a graph is too long to be read as one line."""
        at = ", ".join(f"{name}={in_short(value)}" for name, value in list((self.inputs or {}).items())[:8])
        made = f" at {at}, value {in_short(self.value)}" if self.value is not None else ""
        return f"<Run of {self.bare!r}{made}>"

    @cached_property
    def graph(self) -> Graph:
        """The graph, every stage with its name. Naming waits until somebody reads it; a lean gradient needs none."""
        return worded(named(self.bare), self.wording)

    @property
    def symbolic(self) -> bool:
        """Whether there are no numbers: a program without values for its inputs."""
        return self.inputs is None

    @cached_property
    def values(self) -> list[Value | None]:
        """The value of every node, by index; None is not computed."""
        if self.inputs is None:
            return [node.value if node.op is CONSTANT else None for node in self.bare.nodes]
        return list(forward(self.bare, self.inputs))

    @cached_property
    def gradients(self) -> list[Value | None]:
        """∂output/∂node for every node, by index, in the node's shape; None is not computed."""
        if self.inputs is None:
            return [None] * len(self.bare)
        return list(backward(self.bare, self.values, self.upstream, masks=self._masks))

    @cached_property
    def _masks(self) -> dict[int, Any]:
        """The elements that a gradient reaches, of the arrays of which it does not reach all."""
        return {}

    def used(self, index: int) -> Value | None:
        """Returns the value of a node; the elements of an array on which no gradient reaches it are 0.

        The output does not depend on those: they are on the branch of a `where` that was not taken.
        """
        value, mask = self.values[index], None if self.symbolic else self.gradients and self._masks.get(index)
        return value if mask is None else arrays.numpy().where(mask, value, 0.0)

    def tangents(self, wrt: str | int | None = None) -> list[Value | None]:
        """Returns ∂node/∂wrt for every node, by index: forward mode from an input or a stage, named or by its index.

        None stands for the first input, in the list for what is not computed. Raises UsageError for no such name, and
        for an array: a tangent is with respect to one number.
        """
        source = wrt if isinstance(wrt, int) else self.index(wrt)
        node = self.graph.nodes[source]
        if node.shape:
            why = f"a tangent is with respect to one number, and {node.shown} is an array"
            raise UsageError(f"{why}; cgviz jacobian --wrt {node.name} shows how every element moves every other")
        if source not in self._tangents:
            none: list[Value | None] = [None] * len(self.bare)
            self._tangents[source] = none if self.symbolic else [*tangents(self.bare, self.values, {source: 1.0})]
        return self._tangents[source]

    @cached_property
    def _tangents(self) -> dict[int, list[Value | None]]:
        """The forward passes that were asked for, by the node that each begins with."""
        return {}

    def index(self, meant: str | None = None) -> int:
        """Returns the index of an input or stage by its name, label or number (None: of the first input).

        Raises UsageError, naming what is close, where there is none.
        """
        if meant is not None:
            return find(self.graph, meant)
        if not self.graph.inputs:
            raise UsageError("the program has no inputs, so there is nothing to differentiate with respect to")
        return self.graph.inputs[0]

    @property
    def seeded(self) -> bool:
        """Whether the backward pass begins with a gradient that arrives: one was given, or the output is an array."""
        return self.upstream is not None or (self.symbolic and bool(self.bare.nodes[self.bare.output].shape))

    @property
    def seed(self) -> Value | None:
        """What the backward pass begins with: the gradient of the output."""
        return None if self.symbolic else self.gradients[self.bare.output]

    @cached_property
    def value(self) -> Value | None:
        """The output's value."""
        return self.values[self.bare.output]

    @cached_property
    def gradient(self) -> dict[str, Value | None]:
        """∇f: the gradient of every input, by name, in the order of first appearance."""
        return ByPath((self.bare.nodes[i].name, self.gradients[i]) for i in self.bare.inputs)

    @cached_property
    def locals(self) -> list[Locals]:
        """For every node the local derivative in each argument; None where there is none or it is not computed."""
        every: list[Locals] = []
        for node, value in zip(self.graph.nodes, self.values, strict=True):
            operands = [self.values[arg] for arg in node.args]
            if not node.is_stage or self.symbolic or node.op.vjp is not None:
                every.append((None,) * len(node.args))
            elif node.shape:
                every.append(arrays.slopes(node.op, value, operands))
            else:
                every.append(node.op.local(value, *operands))  # type: ignore[arg-type]
        return every

    def local_formula(self, index: int, slot: int) -> Any:
        """Returns the local derivative of a stage in one argument as a Formula, or None where there is none."""
        formulas = self._local_formulas.get(index)
        if formulas is None:
            node = self.graph.nodes[index]
            if node.op.vjp is not None:
                return None
            partials = node.op.partials(self.graph.operand(index), *map(self.graph.operand, node.args))
            formulas = tuple(p if p is None or isinstance(p, Formula) else Formula(p) for p in partials)
            self._local_formulas[index] = formulas
        return formulas[slot]

    def handed_formula(
        self, index: int, slot: int, numbers: bool = False, upstream: Formula | None = None
    ) -> Formula | None:
        """Returns what a stage hands back to one argument as a Formula of its gradient, or None where nothing flows.

        `dnum·invden` and, of a structural op, its vjp: `dq xᵀ`; where the argument was broadcast, the sum over the
        axes that it was repeated along. With `numbers`, values stand in the place of names; `upstream` is the
        gradient of the stage where it is not to be called `dq`.
        """
        node = self.graph.nodes[index]
        every = [index, *node.args]
        if numbers:
            formulas = [Formula(self.values[i], shape=self.graph.nodes[i].shape) for i in every]
            upstream = upstream or Formula(self.gradients[index], shape=node.shape)
        else:
            formulas = [self.graph.operand(i) for i in every]
            upstream = upstream or Formula(gradient_name(node.shown), shape=node.shape)
        if node.op.vjp is not None:
            handed: Formula | None = node.op.vjp(upstream, *formulas)[slot]
            return handed
        local = node.op.partials(*formulas)[slot]
        if local is None:
            return None
        product: Formula = upstream * local
        narrow = self.graph.nodes[node.args[slot]].shape
        if node.shape and narrow is not None and narrow != node.shape:
            summed: Formula = fold(node.shape, narrow)(product)
            return summed
        if self.is_broadcast(index, slot):
            gathered: Formula = fold_open(product)
            return gathered
        return product

    def carried_formula(self, index: int, rates: Sequence[Formula | None]) -> Formula:
        """Returns the tangent of a stage of a structural op, given those of its operands (None: it does not move)."""
        node = self.graph.nodes[index]
        still = [Formula(0, shape=self.graph.nodes[arg].shape) for arg in node.args]
        moving = tuple(zero if rate is None else rate for zero, rate in zip(still, rates, strict=True))
        if node.op.jvp is None:
            return Formula(op=node.op, args=moving)
        made: Formula = node.op.jvp(moving, self.graph.operand(index), *map(self.graph.operand, node.args))
        return made

    def is_broadcast(self, target: int, slot: int) -> bool:
        """Tells whether an argument was repeated to the shape of a stage that works element by element.

        Where shapes are not known: whether it may have been.
        """
        node, operand = self.graph.nodes[target], self.graph.nodes[self.graph.nodes[target].args[slot]]
        if node.op.vjp is not None:
            return False
        if self.symbolic and (node.shape is None or operand.shape is None):
            return self._alike[target] != self._alike[node.args[slot]]
        return bool(node.shape) and operand.shape != node.shape

    @cached_property
    def _alike(self) -> list[int]:
        """For each node a node that has its shape, whatever the shapes of the inputs are."""
        return alike(self.bare)

    @cached_property
    def _local_formulas(self) -> dict[int, tuple[Any, ...]]:
        """The formulas that were asked for, by stage: a rule gives those of all arguments at once."""
        return {}

    @cached_property
    def taken(self) -> tuple[bool, ...]:
        """For each node, whether a gradient reaches it: the output needs it, by a branch that was taken."""
        taken = [False] * len(self.graph)
        taken[self.graph.output] = True
        for index in range(self.graph.output, -1, -1):
            if taken[index]:
                for slot, arg in enumerate(self.graph.nodes[index].args):
                    if self.flows(index, slot):
                        taken[arg] = True
        return tuple(taken)

    def flows(self, target: int, slot: int) -> bool:
        """Tells whether a gradient passes an edge: not towards a condition, nor into a branch that was not taken."""
        if self.graph.nodes[target].op.vjp is not None:
            return self.handed_formula(target, slot) is not None
        if self.symbolic:
            return self.local_formula(target, slot) is not None
        if self.graph.nodes[target].op.reaches and self.graph.nodes[target].shape:
            return self._handed(target)[slot] is not None
        return self.locals[target][slot] is not None

    def contribution(self, target: int, slot: int) -> Contribution:
        """Returns what the edge into `slot` of node `target` hands back."""
        node = self.graph.nodes[target]
        source, local = node.args[slot], self.locals[target][slot]
        upstream = self.gradients[target] if self.taken[target] else None
        if upstream is not None and (node.shape or node.op.vjp is not None):
            return Contribution(source, target, slot, upstream, local, self._handed(target)[slot])
        if local is None or upstream is None:
            return Contribution(source, target, slot, upstream, local, None)
        operands = self.operands(target) if node.op.scaled else ()
        value = arrays.moved(node.op, slot, local, upstream, self.values[target], operands)
        return Contribution(source, target, slot, upstream, local, value)

    def operands(self, index: int) -> list[Value | None]:
        """Returns the values of the arguments of a node."""
        return [self.values[arg] for arg in self.graph.nodes[index].args]

    def _handed(self, target: int) -> tuple[Value | None, ...]:
        """Returns what a stage that has to do with arrays hands back to each argument."""
        found = self._handed_back.get(target)
        if found is None:
            node, operands = self.graph.nodes[target], [self.values[arg] for arg in self.graph.nodes[target].args]
            upstream = self.gradients[target]
            parts = handed_back(node.op, upstream, self._masks.get(target), self.values[target], operands)
            found = self._handed_back[target] = tuple(part for part, _ in parts)
        return found

    @cached_property
    def _handed_back(self) -> dict[int, tuple[Value | None, ...]]:
        return {}

    @cached_property
    def contributions(self) -> list[list[Contribution]]:
        """For every node the contributions to its gradient, in the order in which the backward pass adds them."""
        return [[self.contribution(target, slot) for target, slot in edges] for edges in self.graph.edges_out]

    @cached_property
    def flags(self) -> list[tuple[str, ...]]:
        """For every node its flags, of the closed list tie, kink, nonfinite, dead, saturated.

        A node that the output does not need is dead.
        """
        return [self._flags(index) for index in range(len(self.graph))]

    def _flags(self, index: int) -> tuple[str, ...]:
        node, value = self.graph.nodes[index], self.values[index]
        if self.symbolic or value is None or node.op is CONSTANT:
            return () if self.graph.reached[index] else ("dead",)
        flags = []
        if node.is_stage and every_finite(value):
            flags.append(arrays.corner(node.op, value, [self.values[arg] for arg in node.args]))
        if not every_finite(value) or not every_finite(self.gradients[index]):
            flags.append("nonfinite")
        if not self.graph.reached[index]:
            flags.append("dead")
        return tuple(dict.fromkeys(filter(None, flags)))

    @cached_property
    def trouble(self) -> Trouble | None:
        """The first stage that made a value, or else a gradient, that is not finite; None when all are finite."""
        return found(self)

    def explain_trouble(self) -> str:
        """Returns the line for the user: `stage (7) invden = 1/den: division by zero, den = 0`; "" without trouble."""
        return explained(self)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The one sequence of steps that every player replays."""
        from cgviz.runs.steps import steps

        return tuple(steps(self))

    def worded(self, names: str = "code", gradient: str = "d", spellings: Mapping[str, str] | None = None) -> Run:
        r"""Returns the run with other words in all its views: how stages, gradients and single nodes are called.

        names      "code" (`xpy`) or "math": stages without a name of their own by what they compute, `x + y`
        gradient   "d" for dq, "partial" for ∂L/∂q, "bar" for q̄, "delta" for δq
        spellings  how a name is written, as LaTeX or Unicode: {"w_1": r"\omega_1"}

        Raises UsageError for a choice that there is not, an unknown name, and what is not the spelling of one name.
        """
        for name in spellings or {}:
            self.index(name)
        return replace(self, wording=Wording(names, gradient, spellings_from(spellings or {})))

    def require_finite(self) -> Run:
        """Returns the run itself; raises EvaluationError where a number is not finite."""
        if self.trouble:
            raise EvaluationError(self.explain_trouble())
        return self


def in_short(value: Value) -> str:
    return f"{shape_text(value.shape)} array" if is_array(value) else f"{value:g}"
