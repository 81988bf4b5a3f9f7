"""The values of which a straight file may have gradients: the program's nodes, and the student's own stages."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cgviz.grading.interpreter.objects import Frame
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.lines.names import LineNames
from cgviz.grading.lines.systems import Atom, System, Vector
from cgviz.grading.lines.walk import CrookedError, LineStep, LineWalk
from cgviz.grading.near import agree
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.arithmetic import pow_, power
from cgviz.ops.op import Op
from cgviz.reading.tracing import library
from cgviz.reading.tracing.standing_in import of_numbers
from cgviz.reading.tracing.tape import Tape
from cgviz.reading.tracing.tracer import Tracer, operand
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, is_array, shape_of, zero


class Stages:
    """Finds the value that a name means, in the student's own graph first, then in the program's.

    made     the student's forward statements, in order, each with its values at every point; `wrong` are those that
             are not what the program computes
    """

    def __init__(self, run: Run, points: Sequence[Mapping[str, Value]], names: LineNames) -> None:
        self.run, self.points, self.names = run, points, names
        self.program = System(run.graph, points, run.upstream, {})
        self.known = {node.name: i for i, node in enumerate(run.graph.nodes) if node.name}
        self.own: System | None = None
        self.bound: dict[str, int] = {}
        self.made: dict[str, tuple[LineStep, Vector]] = {}
        self.wrong: dict[str, tuple[LineStep, Vector]] = {}

    # the student's forward pass

    def is_wrong(self, name: str, values: Vector) -> bool:
        """Tells whether a student's stage bears the name of one of the program's, and is not what that computes."""
        index = self.known.get(self.names.value(name))
        if index is None or self.program.nodes[index].op is INPUT:
            return False
        return not agree(values, self.program.values[index])

    def repair(self, step: LineStep, names: dict[str, Any], k: int) -> None:
        """Puts the program's value in the place of a wrong one."""
        if step.target in self.wrong and self.wrong[step.target][0].node is step.node:
            names[step.target] = self.made[step.target][1][k]

    def output(self) -> str:
        """Returns the student's own output: by its name, else the last stage of the same value; "" where none is."""
        wanted = self.program.values[self.run.graph.output]
        named = [name for name in self.made if self.known.get(self.names.value(name)) == self.run.graph.output]
        alike = [name for name, (_, values) in self.made.items() if agree(values, wanted)]
        return next(reversed(named), "") or next(reversed(alike), "")

    def has_right_output(self) -> bool:
        name = self.output()
        return not name or agree(self.made[name][1], self.program.values[self.run.graph.output])

    def trace(
        self, walk: LineWalk, steps: Sequence[LineStep], names: Mapping[str, Any], upstream: Value | None
    ) -> None:
        """Records the student's stages as a graph of their own, wrong ones replaced by the program's."""
        name = self.output()
        if not name or not self.has_right_output():
            return
        recorded = RecordedStages(walk, names, self)
        module = walk.machine.modules["math"]
        before, module.held = module.held, recorded.functions(module.held)
        for step in steps:
            recorded.add(step)
        module.held = before
        index = recorded.bound.get(name)
        if index is None:
            return
        graph = recorded.graph(index, self.run)
        own = System(graph, self.points, upstream, {}, recorded.owner)
        sound = {n: i for n, i in recorded.bound.items() if n in self.made and agree(own.values[i], self.made[n][1])}
        if name in sound:
            self.own, self.bound = own, sound
            for each, at in sound.items():
                own.names.setdefault(at, each)

    # looking up

    def places(self, key: str) -> list[tuple[System, int]]:
        """Returns the system and the node of a name: the student's first, then the program's."""
        known, found = self.known.get(self.names.value(key)), list[tuple[System, int]]()
        is_input = known is not None and known in self.run.graph.inputs
        if self.own is not None:
            own = self.own.graph
            index = (
                own.inputs[self.run.graph.inputs.index(known)]
                if is_input and known is not None
                else self.bound.get(key)
            )
            if index is not None and own.reached[index]:
                found.append((self.own, index))
        if known is not None and self.run.graph.reached[known]:
            found.append((self.program, known))
        if not found:
            like = self.alike(key)
            found += [(self.program, index) for index in (like, known) if index is not None][:1]
        return found

    def alike(self, key: str) -> int | None:
        """Returns the program's node that has the value of a student's stage; the name is that node's from now on."""
        if key not in self.made:
            return None
        values, reached = self.made[key][1], self.run.graph.reached
        stages = [i for i in self.run.graph.stages if reached[i] and agree(self.program.values[i], values)]
        if stages:
            self.program.names.setdefault(stages[0], key)
        return stages[0] if stages else None

    def gradient(self, key: str) -> Vector | None:
        found = self.places(key)
        return found[0][0].slopes[found[0][1]] if found else None

    def options(self, key: str) -> list[list[Atom]]:
        """Returns the ways in which a gradient may be put together."""
        return [system.atoms[index] for system, index in self.places(key)]

    def zero(self, key: str) -> Vector:
        """Returns nothing, in the shape of a gradient."""
        return tuple(zero(shape_of(each) or ()) for each in self.gradient(key) or (0.0,) * len(self.points))

    def is_output(self, key: str) -> bool:
        system = self.own or self.program
        return any(each is system and index == system.graph.output for each, index in self.places(key))

    def inside(self, key: str) -> str:
        """Returns the name of the value that a relu, or the like, is applied to; "" for any other stage."""
        for system, index in self.places(key)[:1]:
            node = system.nodes[index]
            if node.op.switch is not None:
                args = [arg for arg in dict.fromkeys(node.args) if system.nodes[arg].op is not CONSTANT]
                named = [system.name(arg) or self.named(system, arg) for arg in reversed(args)]
                return next(filter(None, named), "")
        return ""

    def named(self, system: System, index: int) -> str:
        """Returns the program's name of a value that has none in a system."""
        like = (i for i in self.run.graph.stages if agree(self.program.values[i], system.values[index]))
        return next((self.program.name(i) for i in like), "")

    @property
    def has_arrays(self) -> bool:
        return self.run.graph.has_arrays


class RecordedStages:
    """The forward statements run once on values that record what is done to them."""

    def __init__(self, walk: LineWalk, names: Mapping[str, Any], stages: Stages) -> None:
        self.walk, self.stages = walk, stages
        self.tape = Tape(Tracer, library)
        run, point = stages.run, stages.points[0]
        inputs = {
            name: self.tape.input(name, point[name]) for name in (run.bare.nodes[i].name for i in run.bare.inputs)
        }
        self.frame = Frame({**names, **inputs}, None)
        self.bound: dict[str, int] = {}
        self.owner: list[int] = list(range(len(self.tape.ops)))
        self.program: list[Any] = []
        self.inputs = inputs

    def add(self, step: LineStep) -> None:
        first = len(self.tape.ops)
        try:
            self.walk.run(step.node, self.frame)
        except CrookedError:
            raise
        except Exception:
            self.frame.names[step.target] = UNKNOWN
            return
        if step.target in self.stages.wrong and self.stages.wrong[step.target][0].node is step.node:
            self.frame.names[step.target] = self.of_program(step.target)
        made = self.frame.names.get(step.target)
        last = made.index if isinstance(made, Tracer) else -1
        self.owner += [last if last >= first else i for i in range(first, len(self.tape.ops))]
        if last >= 0:
            self.bound[step.target] = last

    def functions(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the functions of `math`, such that take values that record."""
        read = {
            each.attr for each in ast.walk(self.walk.tree) if isinstance(each, ast.Attribute)
        } | self.stages.names.read
        return {n: of_numbers(n, f) if n in read and callable(f) else f for n, f in known.items()}

    def of_program(self, name: str) -> Any:
        """Returns what the program computes under a name, recorded as well."""
        if not self.program:
            for node in self.stages.run.graph.nodes:
                args = [self.program[arg] for arg in node.args]
                made = (
                    self.inputs.get(node.name)
                    if node.op is INPUT
                    else node.value
                    if node.op is CONSTANT
                    else node.op(*args)
                )
                self.program.append(made)
        return operand(self.tape, self.program[self.stages.known[self.stages.names.value(name)]])

    def graph(self, output: int, run: Run) -> Graph:
        nodes = []
        for index, op in enumerate(self.tape.ops):
            value, args = self.tape.values[index], self.tape.args[index]
            shape = np.shape(value) if is_array(value) else ()
            name = self.tape.names.get(index, ("",))[0] if op is INPUT else ""
            held = value if op is CONSTANT else None
            nodes.append(Node(*self.fitting(op, args), name=name, shape=shape, value=held))
        self.owner += range(len(self.owner), len(nodes))
        inputs = tuple(self.inputs[run.bare.nodes[i].name]._index for i in run.bare.inputs)
        return Graph(tuple(nodes), output, inputs)

    def fitting(self, op: Op, args: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        """Returns the op that the program would have here: a constant power, ties as they are split."""
        if op is pow_ and self.tape.ops[args[1]] is CONSTANT and not is_array(self.tape.values[args[1]]):
            return power(self.tape.values[args[1]]), args[:1]
        return op, args
