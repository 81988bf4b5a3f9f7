"""The run: a graph with its inputs, and everything that the passes give (`cgviz.run` makes one)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgviz.errors import EvaluationError, UsageError, quoted
from cgviz.formula import Formula
from cgviz.graph import CONSTANT, Graph
from cgviz.naming import named
from cgviz.numbers import DIGITS
from cgviz.passes import backward, forward, tangents
from cgviz.trouble import Trouble, explained, found

if TYPE_CHECKING:
    from cgviz.steps import Step

Locals = tuple[float | None, ...]


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
class Run:
    """A graph with its inputs: all values, local derivatives, contributions and gradients.

    `bare` is the graph before its stages were named; its nodes have the same indices as those of `graph`.

    In the symbolic state (`inputs` is None) there are no numbers: values and gradients are all None.
    `given` tells for each input where its value is from: "cli", "default" or "none".
    """

    bare: Graph
    inputs: Mapping[str, float] | None
    given: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """The program, its inputs and its value in short: a graph is too long to be read as one line."""
        at = ", ".join(f"{name}={value:g}" for name, value in list((self.inputs or {}).items())[:8])
        made = f" at {at}, value {self.value:g}" if self.value is not None else ""
        return f"<Run of {self.bare!r}{made}>"

    @cached_property
    def graph(self) -> Graph:
        """The graph, every stage with its name. Naming waits until somebody reads it; a lean gradient needs none."""
        return named(self.bare)

    @property
    def symbolic(self) -> bool:
        """Whether there are no numbers: a program without values for its inputs."""
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

    def tangents(self, wrt: str | int | None = None) -> list[float | None]:
        """Returns ∂node/∂wrt for every node, by index: forward mode from an input or a stage, named or by its index.

        None stands for the first input, in the list for what is not computed. Raises UsageError for no such name.
        """
        source = wrt if isinstance(wrt, int) else self.index(wrt)
        if source not in self._tangents:
            none: list[float | None] = [None] * len(self.bare)
            self._tangents[source] = none if self.symbolic else [*tangents(self.bare, self.values, source)]  # type: ignore[arg-type]
        return self._tangents[source]

    @cached_property
    def _tangents(self) -> dict[int, list[float | None]]:
        """The forward passes that were asked for, by the node that each begins with."""
        return {}

    def index(self, name: str | None = None) -> int:
        """Returns the index of the input or stage of that name (None: of the first input). Raises UsageError."""
        if name is None:
            if not self.graph.inputs:
                raise UsageError("the program has no inputs, so there is nothing to differentiate with respect to")
            return self.graph.inputs[0]
        nodes = [(node, i) for i, node in enumerate(self.graph.nodes) if node.op is not CONSTANT]
        names = {node.shown: i for node, i in nodes} | {node.name: i for node, i in nodes}
        if name not in names:
            inputs = [self.graph.nodes[i].name for i in self.graph.inputs]
            raise UsageError(f"{quoted(name)} is no input or stage of the program{closest(name, [*names], inputs)}")
        return names[name]

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
        every: list[Locals] = []
        for node, value in zip(self.graph.nodes, self.values, strict=True):
            if not node.is_stage or self.symbolic:
                every.append((None,) * len(node.args))
            else:
                every.append(node.op.local(value, *(self.values[arg] for arg in node.args)))  # type: ignore[arg-type]
        return every

    def local_formula(self, index: int, slot: int) -> Any:
        """Returns the local derivative of a stage in one argument as a Formula, or None where there is none."""
        formulas = self._local_formulas.get(index)
        if formulas is None:
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
                    if self.flows(index, slot):
                        taken[arg] = True
        return tuple(taken)

    def flows(self, target: int, slot: int) -> bool:
        """Tells whether a gradient passes an edge: not towards a condition, nor into a branch that was not taken."""
        if self.symbolic:
            return self.local_formula(target, slot) is not None
        return self.locals[target][slot] is not None

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
        flags = []
        if node.is_stage and math.isfinite(value):
            flags.append(node.op.corner(value, *(self.values[arg] for arg in node.args)))
        if not math.isfinite(value) or not math.isfinite(self.gradients[index] or 0.0):
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
        embed_font, engine. Raises UsageError for an unknown ending and for an option's value that there is not,
        RenderError where it cannot be drawn.
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


def closest(name: str, names: Sequence[str], inputs: Sequence[str] | None = None) -> str:
    """Returns `; did you mean 'x'?` or the list of the inputs, which are all names unless they are given."""
    from difflib import get_close_matches

    near = get_close_matches(name[:60], names[:2000], n=1, cutoff=0.6)
    if near:
        return f"; did you mean {quoted(near[0])}?"
    inputs = names if inputs is None else inputs
    return f"; its inputs are {listed(inputs)}" if inputs else "; it has no inputs"
