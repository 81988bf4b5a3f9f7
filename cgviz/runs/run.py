"""The run: a graph with its inputs, and everything that the passes give (`cgviz.run` makes one)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from cgviz.errors import EvaluationError, UsageError, quoted
from cgviz.graph.lookup import find
from cgviz.graph.naming import Wording, named, spellings_from, worded
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.graph.shapes import Measure, alike, shaped
from cgviz.graph.staging import staged, with_divisions
from cgviz.ops.arithmetic import reciprocal
from cgviz.ops.rearranging import fold, fold_open
from cgviz.ops.rearranging import listed as listed_shape
from cgviz.runs.door import Door
from cgviz.runs.passes import backward, forward, quickly
from cgviz.runs.tangents import tangents
from cgviz.runs.trouble import Trouble, explained, found
from cgviz.text.formula import Formula, gradient_name
from cgviz.values import arrays, axes
from cgviz.values.arrays import Shape, Value, every_finite, handed_back, is_array, shape_of, shape_text
from cgviz.values.ieee import SMALLEST_NORMAL, is_normal

if TYPE_CHECKING:
    from cgviz.runs.steps import Step

Locals = tuple[Value | None, ...]


@dataclass(frozen=True)
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

    def __missing__(self, key: str) -> Any:
        name = "_".join(re.findall(r"\w+", str(key)))
        if name in self:
            return self[name]
        raise KeyError(key)


@dataclass(frozen=True)
class Run(Door):
    """A graph with its inputs: all values, local derivatives, contributions and gradients.

    `bare` is the graph before its stages were named; its nodes have the same indices as those of `graph`.

    In the symbolic state (`inputs` is None) there are no numbers: values and gradients are all None.
    `given` tells for each input where its value is from: "cli", "default" or "none".
    A value is a float, or an array where the node's shape is not (); `upstream` is the gradient of the output that the
    backward pass begins with, in the output's shape: 1 where none is given. `wording` is how its views call things.
    """

    wordless: ClassVar[bool] = False  # whether its pictures need no words for those who cannot see them
    bare: Graph
    inputs: Mapping[str, Value] | None
    given: Mapping[str, str] = field(default_factory=dict)
    upstream: Value | None = None
    wording: Wording = field(default_factory=Wording)

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

    @property
    def value(self) -> Value | None:
        """The output's value."""
        if self._found is not None and "values" not in self.__dict__:
            return self._found[0]
        return self.values[self.bare.output]

    @cached_property
    def _found(self) -> tuple[Value, dict[str, Value]] | None:
        """The output's value and the gradient of the inputs, where a compiled graph has found them already."""
        return None

    @property
    def gradient(self) -> dict[str, Value | None]:
        """∇f: the gradient of every input, by name, in the order of first appearance."""
        if self._found is not None and "gradients" not in self.__dict__:
            return ByPath(self._found[1])
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


def start(
    graph: Graph,
    given: Mapping[str, Value],
    *,
    source: str = "cli",
    upstream: Value | None = None,
    shapes: Mapping[str, Shape] | None = None,
) -> Run:
    """Returns the run of `graph` with the values in `given` over the program's defaults; symbolic without any.

    `upstream` is the gradient of the output, in its shape; `shapes` are those of inputs without values, lengths of
    which may be names (`cgviz.values.axes`), over those that the program says. Raises UsageError for a name that is no
    input, where some inputs have a value and others not, and where the output is an array without an upstream
    gradient; ExpressionError where shapes do not fit.
    """
    made = read_in(graph, given, source, shapes)
    shape = made.bare.nodes[made.bare.output].shape
    seed = seed_for(made, shape, upstream)
    run = made if seed is None else replace(made, upstream=seed)
    found = None if run.inputs is None else quickly(run.bare, run.inputs, seed)
    if found is None:
        return in_range(run)
    run.__dict__["_found"] = found
    return run


def run_again(graph: Graph, given: Mapping[str, Value]) -> Run | None:
    """Returns the run of a graph of numbers that has been run often; None where it has not, or a value is no float."""
    sizes, made = graph.kept.get("shaped", (None, graph))
    if sizes is None or made.has_arrays or not made.asked or made.asked[-1] is None or sizes.keys() != given.keys():
        return None
    if not all(type(value) is float or type(value) is int for value in given.values()):
        return None
    inputs = {name: float(given[name]) for name in sizes}
    found = quickly(made, inputs)
    if found is None:
        return None
    run = Run(made, inputs, dict.fromkeys(inputs, "cli"))
    run.__dict__["_found"] = found
    return run


def seed_for(run: Run, shape: Shape | None, upstream: Value | None) -> Value | None:
    """Returns the upstream gradient, repeated to the output's shape. Raises UsageError where none fits."""
    if run.symbolic:
        return None
    name = run.bare.nodes[run.bare.output].name or "the output"
    own = listed_shape(shape or ())
    if upstream is None and shape:
        why = f"{name} has shape {own}, and a gradient starts from one number"
        raise UsageError(f"{why}: give --upstream, an array of that shape, or reduce it, as in sum({name})")
    if upstream is None:
        return None
    given = shape_of(upstream) or ()
    try:
        fits = arrays.broadcast([shape or (), given]) == (shape or ())
    except ValueError:
        fits = False
    if not fits:
        raise UsageError(f"--upstream has shape {listed_shape(given)}, which does not fit {name}, whose shape is {own}")
    return arrays.spread(upstream, shape or ())


def without_seed(
    graph: Graph, given: Mapping[str, Value], source: str = "cli", shapes: Mapping[str, Shape] | None = None
) -> Run:
    """Returns the run with its shapes, whatever the shape of the output: its backward pass has no upstream gradient."""
    return in_range(read_in(graph, given, source, shapes))


def read_in(
    graph: Graph, given: Mapping[str, Value], source: str = "cli", shapes: Mapping[str, Shape] | None = None
) -> Run:
    """Returns the run with its shapes; divisions are as they were read, whatever their numbers."""
    names = [graph.nodes[i].name for i in graph.inputs]
    known = frozenset(names)
    for name in (*given, *(shapes or ())):
        if name not in known:
            raise UsageError(f"{quoted(name)} is not an input of the program{closest(name, names)}")
    defaults = {graph.nodes[i].name: graph.nodes[i].value for i in graph.inputs}
    values = counted(graph, {name: given.get(name, defaults[name]) for name in names})
    missing = [name for name in names if values[name] is None]
    origin = {name: source if name in given else "none" if values[name] is None else "default" for name in names}
    first = graph.written or graph
    declared = {node.name: node.shape for node in map(first.nodes.__getitem__, first.inputs) if node.shape}
    declared |= shapes or {}
    if declared and missing and not given:
        sizes = {name: declared.get(name, shape_of(values[name]) or ()) for name in names}
        graph = staged(graph, graph.detail, inputs=sizes) if graph.written is not None else graph
        return Run(shaped(graph, sizes), None, origin)
    if missing and len(missing) == len(names) and not given:
        unknown = dict.fromkeys(names) if graph.has_arrays else {}
        return Run(shaped(graph, unknown) if unknown else graph, None, origin)
    if missing:
        raise UsageError(f"no value for {listed(missing)}; give {' '.join(f'--{name} VALUE' for name in missing[:8])}")
    sizes = {name: shape_of(value) or () for name, value in values.items()}
    if wrong := axes.fitted(declared, sizes):
        raise UsageError(wrong)
    numbers = {name: arrays.settled(value) for name, value in values.items()}
    return Run(fitted_to(graph, sizes, numbers), numbers, origin)


def counted(graph: Graph, values: dict[str, Value | None]) -> dict[str, Value | None]:
    """Returns the values, those of lengths taken from their arrays: the n of a sum over n elements.

    Raises UsageError where one is given that is not the array's.
    """
    for name, (array, axis, more) in graph.counts.items():
        value = values.get(array)
        shape = () if value is None else shape_of(value) or ()
        if axis >= len(shape):
            continue
        length = float(shape[axis] + more)
        if values[name] is None:
            values[name] = length
        elif shape_of(values[name]) or values[name] != length:
            raise UsageError(f"{name} is where the sum over {array} ends: {length:g} here; leave it out")
    return values


def fitted_to(graph: Graph, sizes: Mapping[str, Shape], numbers: Mapping[str, Value]) -> Graph:
    """Returns the graph with all shapes for inputs of these shapes; the one that was made for them before.

    A graph with a mask is made for the values: they tell how many elements it picks.
    """
    known = graph.kept.get("shaped")
    if known is None or known[0] != sizes or any(node.op.name == "masked" for node in known[1].nodes):
        measure = measured(numbers)
        made = graph if graph.written is None else staged(graph, graph.detail, inputs=sizes)
        if made.whole is not None:
            shaped(made.whole, sizes, measure)  # whose places in the text are better known
        known = graph.kept["shaped"] = (sizes, shaped(made, sizes, measure))
    found: Graph = known[1]
    return found


def measured(numbers: Mapping[str, Value]) -> Measure:
    """Returns how a node is computed from those before it, at the values of the inputs."""

    def measure(nodes: Sequence[Node], index: int) -> Value:
        inputs = tuple(i for i, node in enumerate(nodes) if node.op is INPUT)
        return forward(Graph(tuple(nodes), index, inputs), numbers)[index]

    return measure


def in_range(run: Run) -> Run:
    """Returns the run with each division as one gate whose reciprocal has no normal float64: 0.001/1.3e-310."""
    graph = run.bare
    if run.inputs is None:
        return run
    divisions = graph.kept.get("reciprocals")
    if divisions is None:
        nodes = graph.nodes
        divisions = graph.kept["reciprocals"] = [i for i in graph.stages if is_division(nodes[i])]
    poor = {i for i in divisions if is_poor(graph.nodes[i], run.values, i)}
    if not poor:
        return run
    sizes = {name: shape_of(value) for name, value in run.inputs.items()}
    return replace(run, bare=shaped(with_divisions(graph, poor), sizes, measured(run.inputs)))


def is_division(node: Node) -> bool:
    return node.op is reciprocal and not node.given


def is_poor(node: Node, values: Sequence[Value], index: int) -> bool:
    """Tells whether a reciprocal is one of a number, or of an element, whose reciprocal is out of range."""
    x, out = values[node.args[0]], values[index]
    if not is_array(x):
        return x != 0 and math.isfinite(x) and not is_normal(out)
    np, size = arrays.numpy(), abs(out)
    return bool(((x != 0) & np.isfinite(x) & ~((size >= SMALLEST_NORMAL) & (size < np.inf))).any())


def listed(names: Sequence[str], most: int = 8) -> str:
    """Returns names in quotes, shortened where there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(quoted, names[:most])) + more


def closest(name: str, names: Sequence[str]) -> str:
    """Returns `; did you mean 'x'?` or the list of what there is."""
    from difflib import get_close_matches

    near = get_close_matches(name[:60], names[:2000], n=1, cutoff=0.6)
    if near:
        return f"; did you mean {quoted(near[0])}?"
    return f"; its inputs are {listed(names)}" if names else "; it has no inputs"
