"""The forward pass, the backward pass, and the run that holds what they give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgviz.errors import EvaluationError, UsageError, quoted
from cgviz.graph import CONSTANT, MANY, NONE, ONE, Graph
from cgviz.naming import named
from cgviz.numbers import DIGITS, number
from cgviz.staging import staged

if TYPE_CHECKING:
    from cgviz.steps import Step

Locals = tuple[float | None, ...]


def forward(graph: Graph, inputs: Mapping[str, float]) -> list[float]:
    """Returns the value of every node, in order. `inputs` gives every input by name.

    Never raises on numbers: IEEE values are carried on.
    """
    values = [node.value or 0.0 for node in graph.nodes]
    for index in graph.inputs:
        values[index] = inputs[graph.nodes[index].name]
    for index, (function, _, _, first, second) in enumerate(graph.plan):
        if second >= 0:
            values[index] = function(values[first], values[second])  # type: ignore[misc]
        elif second == ONE:
            values[index] = function(values[first])  # type: ignore[misc]
        elif second == MANY:
            values[index] = function(*[values[arg] for arg in first])  # type: ignore[misc]
    return values


def backward(graph: Graph, values: Sequence[float], seed: float = 1.0) -> list[float]:
    """Returns ∂output/∂node for every node: one sweep over the nodes, last to first, arguments first to last.

    A node that no gradient reaches (the output does not need it, or it is on a branch not taken) has 0 and hands
    nothing on. Source: Griewank & Walther, Evaluating Derivatives, section 3.2 (adjoint recursion).
    """
    gradients: list[float | None] = [None] * len(values)
    gradients[graph.output] = seed
    plan = graph.plan
    for index in range(graph.output, -1, -1):
        upstream = gradients[index]
        if upstream is None:
            continue
        _, rule, slopes, first, second = plan[index]
        try:
            if second >= 0:
                one, two = slopes or rule(values[index], values[first], values[second])  # type: ignore[misc]
                if one is not None:
                    so_far = gradients[first]
                    gradients[first] = upstream * one if so_far is None else so_far + upstream * one
                if two is not None:
                    so_far = gradients[second]
                    gradients[second] = upstream * two if so_far is None else so_far + upstream * two
                continue
            if second == NONE:
                continue
            args = (first,) if second == ONE else first
            partials = slopes or rule(values[index], *[values[arg] for arg in args])  # type: ignore[misc]
        except (ArithmeticError, ValueError):
            node = graph.nodes[index]
            args, partials = node.args, node.op.local(values[index], *[values[arg] for arg in node.args])
        for arg, partial in zip(args, partials):  # noqa: B905 - the hot loop; the lengths agree by the ops' test
            if partial is not None:
                so_far = gradients[arg]
                gradients[arg] = upstream * partial if so_far is None else so_far + upstream * partial
    return [0.0 if gradient is None else gradient for gradient in gradients]


def gradient(graph: Graph, inputs: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """Returns the output's value and its gradient by input name: the lean pass, nothing else is kept."""
    values = forward(graph, inputs)
    gradients = backward(graph, values)
    return values[graph.output], {graph.nodes[i].name: gradients[i] for i in graph.inputs}


@dataclass(frozen=True)
class Contribution:
    """What one edge adds to the gradient of its source: `upstream * local`.

    source and target are node indices; `slot` is the argument of the target that the edge feeds.
    """

    source: int
    target: int
    slot: int
    upstream: float | None
    local: float | None
    value: float | None


@dataclass(frozen=True)
class Trouble:
    """The first stage that made a number that is not finite: which, in which pass, and why."""

    index: int
    where: str
    reason: str


@dataclass(frozen=True)
class Run:
    """A graph with its inputs: all values, local derivatives, contributions and gradients.

    `bare` is the graph before its stages were named; its nodes have the same indices as those of `graph`.

    In the symbolic state (`inputs` is None) there are no numbers: values and gradients are all None.
    `given` tells for each input where its value is from: "cli", "default" or "none".
    """

    bare: Graph
    inputs: Mapping[str, float] | None
    given: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def graph(self) -> Graph:
        """The graph, every stage with its name. Naming waits until somebody reads it; a lean gradient needs none."""
        return named(self.bare)

    @property
    def symbolic(self) -> bool:
        return self.inputs is None

    @cached_property
    def values(self) -> list[float | None]:
        """The value of every node, by index; None is not computed."""
        if self.inputs is None:
            return [node.value if node.op is CONSTANT else None for node in self.bare.nodes]
        return list(forward(self.bare, self.inputs))

    @cached_property
    def gradients(self) -> list[float | None]:
        """∂output/∂node for every node, by index; None is not computed."""
        if self.inputs is None:
            return [None] * len(self.bare)
        return list(backward(self.bare, self.values))  # type: ignore[arg-type]

    @property
    def value(self) -> float | None:
        """The output's value."""
        return self.values[self.bare.output]

    @property
    def gradient(self) -> dict[str, float | None]:
        """∇f: the gradient of every input, by name, in the order of first appearance."""
        return {self.bare.nodes[i].name: self.gradients[i] for i in self.bare.inputs}

    @cached_property
    def locals(self) -> list[Locals]:
        """For every node the local derivative in each argument; None where there is none or it is not computed."""
        found: list[Locals] = []
        for node, value in zip(self.graph.nodes, self.values, strict=True):
            if not node.is_stage or self.symbolic:
                found.append((None,) * len(node.args))
            else:
                found.append(node.op.local(value, *(self.values[arg] for arg in node.args)))  # type: ignore[arg-type]
        return found

    def local_formula(self, index: int, slot: int) -> Any:
        """Returns the local derivative of a stage in one argument as a Formula, or None where there is none."""
        formulas = self._local_formulas.get(index)
        if formulas is None:
            from cgviz.formula import Formula

            node = self.graph.nodes[index]
            partials = node.op.partials(Formula(node.shown), *map(self.graph.operand, node.args))
            formulas = tuple(p if p is None or isinstance(p, Formula) else Formula(p) for p in partials)
            self._local_formulas[index] = formulas
        return formulas[slot]

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
                    if self.symbolic or self.locals[index][slot] is not None:
                        taken[arg] = True
        return tuple(taken)

    def contribution(self, target: int, slot: int) -> Contribution:
        """Returns what the edge into `slot` of node `target` hands back."""
        source = self.graph.nodes[target].args[slot]
        local = self.locals[target][slot]
        upstream = self.gradients[target] if self.taken[target] else None
        value = None if local is None or upstream is None else upstream * local
        return Contribution(source, target, slot, upstream, local, value)

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
        found = []
        if node.is_stage and math.isfinite(value):
            found.append(node.op.corner(value, *(self.values[arg] for arg in node.args)))
        if not math.isfinite(value) or not math.isfinite(self.gradients[index] or 0.0):
            found.append("nonfinite")
        if not self.graph.reached[index]:
            found.append("dead")
        return tuple(dict.fromkeys(filter(None, found)))

    @cached_property
    def trouble(self) -> Trouble | None:
        """The first stage that made a value, or else a gradient, that is not finite; None when all are finite.

        A branch not taken and a stage that the output does not need are flagged, but are no trouble.
        """
        if self.symbolic:
            return None
        for index in self.graph.stages:
            if self.taken[index] and not math.isfinite(self.values[index] or 0.0):
                return Trouble(index, "value", self._reason(index))
        for index in reversed(self.graph.stages):
            for slot, arg in enumerate(self.graph.nodes[index].args):
                edge = self.contribution(index, slot)
                if self.graph.nodes[arg].op is not CONSTANT and not math.isfinite(edge.value or 0.0):
                    return Trouble(index, "gradient", self._reason_backward(index, slot))
        for index in reversed(range(len(self.graph))):
            if not math.isfinite(self.gradients[index] or 0.0) and self.graph.nodes[index].op is not CONSTANT:
                return Trouble(index, "gradient", "the sum of its contributions overflows")
        return None

    def _arguments(self, index: int) -> str:
        """Returns `den = 0` for every named operand of a stage."""
        args = dict.fromkeys(self.graph.nodes[index].args)
        named = [arg for arg in args if self.graph.nodes[arg].op is not CONSTANT]
        return ", ".join(f"{self.graph.nodes[arg].shown} = {number(self.values[arg])}" for arg in named[:4])

    def _reason(self, index: int) -> str:
        node, value = self.graph.nodes[index], self.values[index] or 0.0
        operands = [self.values[arg] or 0.0 for arg in node.args]
        if all(map(math.isfinite, operands)):
            why = node.op.domain(*operands) or ("overflow" if math.isinf(value) else "not a real number")
        else:
            why = node.op.domain(*operands) or "an operand is not finite"
        arguments = self._arguments(index)
        return f"{why}, {arguments}" if arguments else why

    def _reason_backward(self, index: int, slot: int) -> str:
        source = self.graph.nodes[self.graph.nodes[index].args[slot]]
        local = self.local_formula(index, slot)
        what = (
            f"its local derivative {local.pretty} with respect to {source.shown} is {number(self.locals[index][slot])}"
        )
        arguments = self._arguments(index)
        if math.isfinite(self.locals[index][slot] or 0.0):
            what = f"the gradient handed to {source.shown} overflows"
        return f"{what}, {arguments}" if arguments else what

    def explain_trouble(self) -> str:
        """Returns the line for the user: `stage (7) invden = 1/den: division by zero, den = 0`; "" without trouble."""
        if self.trouble is None:
            return ""
        index = self.trouble.index
        node = self.graph.nodes[index]
        if not node.is_stage:
            return f"gradient of {node.shown}: {self.trouble.reason}"
        stage = f"stage ({self.graph.numbers[index]}) {node.shown} = {self.graph.formula(index).pretty}"
        return f"{stage}: {self.trouble.reason}{self._remedy()}"

    def _remedy(self) -> str:
        """Returns what helps where single gates overflow and the fused gate does not."""
        if self.bare.detail == "gate" and Run(staged(self.bare, "stage"), self.inputs, self.given).trouble is None:
            return "; the fused gates of --detail stage do not"
        return ""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The one sequence of steps that every player replays."""
        from cgviz.steps import steps

        return tuple(steps(self))

    def require_finite(self) -> Run:
        """Returns the run itself; raises EvaluationError where a number is not finite."""
        if self.trouble:
            raise EvaluationError(self.explain_trouble())
        return self

    def table(self, format: str | None = None, *, digits: int = DIGITS, theme: str = "light") -> str | None:
        """Prints the table; with a format ("json", "csv", "markdown", "latex", "rich") returns it as text instead.

        Raises UsageError for a format or theme that there is not.
        """
        from cgviz.views.table import show, table

        if format is not None:
            return table(self, format, digits=digits)
        show(self, digits=digits, theme=theme)
        return None

    def render(self, path: str | PathLike[str], **options: Any) -> Path:
        """Draws the graph into a file; returns its path. The format follows the ending: .svg, .pdf, .png or .dot.

        Options are those of `cgviz render`: style, theme, direction, digits, scale, background, outline_text,
        embed_font, engine. Raises UsageError for an unknown ending or option, RenderError where it cannot be drawn.
        """
        from cgviz.output import write
        from cgviz.views.diagram import format_of, picture

        where = Path(path)
        write(where, picture(self, format_of(where), **options))
        return where

    def _repr_svg_(self) -> str:
        """The diagram, as notebooks show it."""
        from cgviz.views.diagram import picture

        return picture(self, "svg", embed_font=True).decode()


def start(graph: Graph, given: Mapping[str, float], *, source: str = "cli") -> Run:
    """Returns the run of `graph` with the values in `given` over the program's defaults; symbolic without any.

    Raises UsageError for a name that is no input, and where some inputs have a value and others not.
    """
    names = [graph.nodes[i].name for i in graph.inputs]
    known = frozenset(names)
    for name in given:
        if name not in known:
            raise UsageError(f"{quoted(name)} is not an input of the program{closest(name, names)}")
    defaults = {graph.nodes[i].name: graph.nodes[i].value for i in graph.inputs}
    values = {name: given.get(name, defaults[name]) for name in names}
    missing = [name for name in names if values[name] is None]
    origin = {name: source if name in given else "none" if values[name] is None else "default" for name in names}
    if missing and len(missing) == len(names) and not given:
        return Run(graph, None, origin)
    if missing:
        raise UsageError(f"no value for {listed(missing)}; give {' '.join(f'--{name} VALUE' for name in missing[:8])}")
    return Run(graph, {name: float(value) for name, value in values.items() if value is not None}, origin)


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
