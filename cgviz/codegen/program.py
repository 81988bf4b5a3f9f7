"""The staged program of a run, forward and backward, line by line and in the words of one language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from cgviz.analysis.recognised import FoundResult, found
from cgviz.codegen.language import FUNCTION, Language
from cgviz.codegen.names import CodeNames, names
from cgviz.codegen.notation import Code, formulas
from cgviz.codegen.ranges import Miss, Whole, differ, handed_in_range, is_zero, missing, stage_in_range, taught
from cgviz.graph.nodes import CONSTANT, INPUT, Graph
from cgviz.ops.op import ATOM, Op, Rule
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.runs.steps import backward_edges
from cgviz.text.formula import Formula
from cgviz.values.axes import Axis


@record
class CodeOptions:
    """How the code is written.

    teach   a local derivative of 1 stays a factor, as in a lecture
    stable  local derivatives in the forms that keep their digits, where the records have some
    seeded  the output's gradient is a variable that is given, not 1
    wrt     the inputs whose gradients are wanted, by name; all where none is named
    name    what the function is called
    short   recognised results are written in their short form, not stage by stage
    """

    teach: bool = False
    stable: bool = False
    seeded: bool = False
    wrt: tuple[str, ...] = ()
    name: str = ""
    short: bool = False


@record
class CodeLine:
    """One assignment: `target = text`, or `target += text`; the number of its stage and a note beside it; whether it
    will be added to. `node` is the node whose value or gradient the target is."""

    target: str
    text: str
    number: int | None = None
    adds: bool = False
    changes: bool = False
    note: str = ""
    node: int = -1


@record
class CodeGroup:
    """The backward lines of one stage under a comment that names it; idle: nothing flows back to an input."""

    comment: str
    lines: tuple[CodeLine, ...]
    idle: bool = False


@record
class Helper:
    """A function of our own: its name, its parameters and what it returns; or its whole source, line by line."""

    name: str
    params: tuple[str, ...]
    text: str
    source: tuple[str, ...] = ()


@record
class CodeProgram:
    """All that is written, in order.

    read     the nodes whose variables the backward pass reads
    used     for each stage the nodes whose variables its right side reads
    checked  the inputs whose number of axes the lines rely on
    missed   a number of the run that these lines do not give, as where they leave the range of floats on their way
    """

    run: Run
    names: CodeNames
    options: CodeOptions
    helpers: tuple[Helper, ...]
    forward: tuple[CodeLine, ...]
    backward: tuple[CodeGroup, ...]
    read: frozenset[int]
    used: Mapping[int, frozenset[int]]
    checked: tuple[int, ...]
    missed: Miss

    @property
    def graph(self) -> Graph:
        return self.run.graph

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(self.names.variables[i] for i in self.graph.inputs)

    @cached_property
    def wanted(self) -> tuple[int, ...]:
        """The inputs whose gradients are wanted."""
        names = self.options.wrt
        return tuple(i for i in self.graph.inputs if not names or self.graph.nodes[i].name in names)

    @property
    def gradients(self) -> tuple[str, ...]:
        return tuple(map(self.names.gradient, self.wanted))

    @property
    def seed(self) -> str:
        """The variable of the gradient that arrives at the output."""
        return self.names.gradient(self.graph.output)

    @property
    def takes_seed(self) -> bool:
        """Whether the gradient that arrives is an array, which a function takes as its last argument."""
        return self.options.seeded and bool(self.graph.nodes[self.graph.output].shape)

    @property
    def function(self) -> str:
        """What the function is called."""
        return self.options.name or FUNCTION

    @property
    def parameters(self) -> tuple[str, ...]:
        """The variables that a function takes: the inputs, and the gradient that arrives where it is an array."""
        return (*self.inputs, *[self.seed] * self.takes_seed)

    @property
    def output(self) -> str:
        return self.names.variables[self.graph.output]


def program(run: Run, language: Language, options: CodeOptions) -> CodeProgram:
    """Returns the staged program of a run. Raises UnwrittenError where an op has no form in the language."""
    graph = run.graph
    if run.seeded:
        options = replace(options, seeded=True)
    reserved = language.reserved | {options.name} | axis_names(graph)
    made = written(run, language, names(graph, reserved, language.spelled), options)
    ours = {helper.name for helper in made.helpers}
    if ours.isdisjoint(made.names.all):
        return made
    return written(run, language, names(graph, reserved | ours, language.spelled), options)


def axis_names(graph: Graph) -> set[str]:
    """Returns the names of the lengths of the inputs."""
    return {str(n) for i in graph.inputs for n in graph.nodes[i].shape or () if isinstance(n, Axis)}


def written(run: Run, language: Language, named: CodeNames, options: CodeOptions) -> CodeProgram:
    """Returns the program with given names."""
    kind = language.writer or ProgramWriter
    writer = kind(run, language, named, options)
    if writer.plain:
        writer = kind(run, language, named, options, writer.inlinable())
    forward, backward = tuple(writer.forward()), tuple(writer.backward())
    checked = tuple(writer.checked()) if run.bare.has_arrays else ()
    helpers = writer.helpers()
    read, missed = frozenset(writer.slopes.read), missing(writer)
    return CodeProgram(run, named, options, helpers, forward, backward, read, writer.used, checked, missed)


class ProgramWriter:
    """Writes the stages and the local derivatives of a run's graph with given names.

    inlined  the stages that have no line of their own: they are written where they are read
    plain    lines without the numbers of their stages, and without saying which is passed back
    """

    plain = False

    def __init__(
        self,
        run: Run,
        language: Language,
        named: CodeNames,
        options: CodeOptions,
        inlined: frozenset[int] = frozenset(),
    ) -> None:
        self.run, self.graph, self.inlined = run, run.graph, inlined
        self.language, self.names, self.options = language, named, options
        self.values, self.slopes = language.notation(named.variables), language.notation(named.variables)
        self.known: dict[int, tuple[Formula | None, ...]] = {}
        self.stages: dict[int, str] = {}
        self.used: dict[int, frozenset[int]] = {}
        self.short = {each.root: each for each in found(run.graph)} if options.short else {}
        self.values.like, self.slopes.like = self.example(), named.gradient(self.graph.output)

    def example(self) -> str | int:
        """Returns the input whose kind of numbers constants are to have: the first that a gradient reaches."""
        return next((index for index in self.graph.inputs if self.run.taken[index]), "")

    def forward(self) -> Iterator[CodeLine]:
        for index in self.graph.stages:
            if index not in self.inlined:
                name = self.names.variables[index]
                yield CodeLine(name, self.stage(index), self.number(index), note=self.note(index), node=index)

    def note(self, index: int) -> str:
        """Returns what stands after a stage's number."""
        return "" if self.graph.reached[index] else f" does not reach {self.names.variables[self.graph.output]}"

    def stage(self, index: int) -> str:
        """Returns the right side of a stage."""
        if index not in self.stages:
            self.values.read = set()
            self.stages[index] = self.values.value_of(self.right_side(index))
            self.used[index] = frozenset(self.values.read)
        return self.stages[index]

    def right_side(self, index: int) -> Formula:
        return stage_in_range(Formula(op=self.graph.nodes[index].op, args=self.operands(index)), self.run, index)

    def backward(self) -> Iterator[CodeGroup]:
        """Yields the gradient that was given, a group for every stage that a gradient reaches, last to first, then
        inputs that none reaches."""
        edges, more = self.edges()
        if self.run.upstream is not None and self.language.seeds and not self.graph.nodes[self.graph.output].shape:
            name = self.names.variables[self.graph.output]
            seed = CodeLine(self.names.gradient(self.graph.output), self.values.literal(self.run.upstream))
            yield CodeGroup(f"the gradient that arrives at {name}", (seed,))
        seen: set[int] = set()
        for target, rules in edges.items():
            lines = []
            for source, local in rules:
                lines.append(self.line(target, source, local, source in seen, source in more))
                seen.add(source)
            name = self.names.variables[target]
            known = self.short.get(target)
            if known is None:
                yield CodeGroup("" if self.plain else f"backprop {name} = {self.stage(target)}", tuple(lines))
            else:
                yield CodeGroup(f"backprop {name} in short: {known.result.name}", tuple(lines))
        yield from self.unreached(seen)

    def line(self, target: int, source: int, local: Formula, adds: bool, changes: bool) -> CodeLine:
        """Returns what a stage hands back to one of its arguments, as an assignment."""
        text = self.contribution(target, local)
        return CodeLine(self.names.gradient(source), text, self.number(target), adds, changes, node=source)

    def number(self, target: int) -> int | None:
        """Returns what stands beside the lines of a stage."""
        return None if self.plain else self.graph.numbers[target]

    def edges(self) -> tuple[dict[int, list[tuple[int, Formula]]], set[int]]:
        """Returns for each stage (source, local derivative) of every edge that hands something back, and the sources
        that more than one of them reaches."""
        edges: dict[int, list[tuple[int, Formula]]] = {}
        reached, more = {self.graph.output}, set()
        wanted = self.moving
        for target, group in groupby(backward_edges(self.graph), itemgetter(0)):
            if target not in reached:
                continue
            slots = [slot for _, slot in group]
            self.carry(target, slots, edges)
            for source, local in self.handed(target, slots):
                if not wanted[source] or local is None or is_zero(local):
                    continue
                more |= {source} & reached
                reached.add(source)
                edges.setdefault(target, []).append((source, local))
        return edges, more

    def carry(self, target: int, slots: Sequence[int], edges: dict[int, list[tuple[int, Formula]]]) -> None:
        """Takes the gradient of a stage out of the lines where it is better written in those that read it."""

    def handed(self, target: int, slots: Iterable[int]) -> Iterator[tuple[int, Formula | None]]:
        """Yields each node that a stage hands something back to, and its local derivative."""
        if target in self.short:
            yield from self.in_short(self.short[target])
            return
        args = self.graph.nodes[target].args
        yield from ((args[slot], self.locals(target)[slot]) for slot in slots)

    def in_short(self, known: FoundResult) -> Iterator[tuple[int, Formula]]:
        """Yields each node that a recognised result hands something back to, and the whole of that."""
        values: dict[str, Formula | int] = {name: self.operand(index) for name, index in known.nodes.items()}
        values["up"] = self.upstream(known.root) or 1
        for name, index in known.sources.items():
            if self.graph.nodes[index].op is not CONSTANT:
                yield index, known.gradient(name, values)

    def upstream(self, target: int) -> Formula | None:
        """Returns the gradient of a stage as a variable; None for that of the output, where it is 1."""
        if target == self.graph.output and not self.options.seeded:
            return None
        return Formula(f"#d{target}", shape=self.graph.nodes[target].shape)

    def operand(self, index: int) -> Formula:
        return self.graph.operand(index) if self.graph.nodes[index].op is CONSTANT else Formula(f"#{index}")

    @cached_property
    def moving(self) -> list[bool]:
        """For each node whether it is an input whose gradient is wanted, or moves with one."""
        moves: list[bool] = []
        for node in self.graph.nodes:
            wanted = node.op is INPUT and (not self.options.wrt or node.name in self.options.wrt)
            moves.append(wanted or (node.op.gate != "stops" and any(moves[arg] for arg in node.args)))
        return moves

    def inlinable(self) -> frozenset[int]:
        """Returns the stages that are better written where they are read."""
        return frozenset()

    def checked(self) -> Iterator[int]:
        """Yields the inputs whose number of axes the lines written so far rely on."""
        yield from ()

    def locals(self, target: int) -> tuple[Formula | None, ...]:
        """Returns a stage's local derivatives: the record's rule as taught, or the form that knows of corners."""
        if target not in self.known:
            slopes = self.rule(target)(*formulas([target]), *self.operands(target))
            made = (s if s is None or isinstance(s, Formula) else Formula(s) for s in slopes)
            self.known[target] = handed_in_range(self, tuple(made), target)
        return self.known[target]

    def rule(self, target: int) -> Rule:
        """Returns the rule that is written: as taught, or the form that knows of corners."""
        op = self.graph.nodes[target].op
        return op.careful if op.careful and self.is_careful(target) else op.partials

    def is_careful(self, target: int) -> bool:
        """Tells whether the form that knows corners is wanted: always where a gate routes, else where one is met."""
        return self.options.stable or self.graph.nodes[target].op.family == "choice" or self.is_at_corner(target)

    def is_at_corner(self, target: int) -> bool:
        """Tells whether the rule as taught, multiplied out, misses the run's local derivatives."""
        op = self.graph.nodes[target].op
        if self.run.symbolic or op.slopes is not None or op.vjp is not None or not self.run.taken[target]:
            return False
        out, *operands = (self.run.values[i] for i in (target, *self.graph.nodes[target].args))
        return any(map(differ, taught(op, out, operands), self.run.locals[target]))

    def contribution(self, target: int, local: Formula) -> str:
        """Returns `(local) * upstream`, without what is 1 unless that is taught."""
        written = self.slopes.text_of(local)
        if target in self.short or isinstance(local, Whole):
            return written.text
        if target == self.graph.output and not self.options.seeded:
            return written.text
        upstream = self.names.gradient(target)
        if local.op is None and local.leaf in (1, -1) and not self.options.teach:
            return upstream if local.leaf == 1 else f"-{upstream}"
        plain = written.binds == ATOM and not (local.op is None and local.leaf == 1)
        return f"{written.text if plain else f'({written.text})'} * {upstream}"

    def unreached(self, seen: set[int]) -> Iterator[CodeGroup]:
        for index in self.graph.inputs:
            name, gradient = self.names.variables[index], self.names.gradient(index)
            if index == self.graph.output:
                if not self.options.seeded:
                    yield CodeGroup(f"the output is {name} itself", (CodeLine(gradient, self.values.number(1)),))
            elif index not in seen and (not self.options.wrt or self.graph.nodes[index].name in self.options.wrt):
                yield CodeGroup(
                    f"nothing flows back to {name}", (CodeLine(gradient, self.zero(index), node=index),), idle=True
                )

    def zero(self, index: int) -> str:
        """Returns the gradient of an input that none reaches."""
        return self.language.zero.format(self.names.variables[index])

    def operands(self, index: int) -> tuple[Formula, ...]:
        return tuple(map(self.operand, self.graph.nodes[index].args))

    def helpers(self) -> tuple[Helper, ...]:
        """Returns the functions that the lines written so far call, each after those that it calls itself."""
        defined: dict[str, Helper] = {}
        for (name, count), op in {**self.values.helpers, **self.slopes.helpers}.items():
            self.define(name, count, op, defined)
        return tuple(defined.values())

    def define(self, name: str, count: int, op: Op, found: dict[str, Helper]) -> None:
        if name in found:
            return
        params = ("x", "y", "z")[:count]
        notation: Code = self.language.notation(dict(enumerate(params)))
        assert op.composed is not None
        text = notation.text_of(op.composed(*formulas(range(count)))).text
        for (inner, operands), inner_op in notation.helpers.items():
            self.define(inner, operands, inner_op, found)
        found[name] = Helper(name, params, text)
