"""An exercise: what is asked of a student's file, and what its gradients ought to be."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cgviz.errors import UsageError, quoted
from cgviz.grading.listing import Listing
from cgviz.grading.spellings import Spellings
from cgviz.graph.nodes import CONSTANT
from cgviz.runs.corners import has_corner
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, is_array

Point = dict[str, Any]
MODULES = ("np", "numpy", "math", "torch", "F", "jnp")  # a call may read them
PLURAL = ("grad", "grads", "gradient", "gradients")


@dataclass(frozen=True)
class Exercise:
    """What a teacher asks.

    run       the program at its inputs, None where it cannot be typed
    right     a right file of the same call;  teacher  a file with `forward`, whose differences are the gradients
    own       the student's own forward pass is the witness, by differences
    call      statements that run the student's code and give the gradients their names, "" for a file by names
    inputs    values of all names that the call and the file read
    upstream  the gradient with which the backward pass begins
    data      names whose gradients are not asked for
    names     the student's own name of a gradient, by input: W1 -> theta1_grad
    credits   points a gradient, by input; 1 where nothing is said
    """

    run: Run | None = None
    right: Listing | None = None
    teacher: Listing | None = None
    own: bool = False
    call: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    upstream: Value | None = None
    data: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    credits: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = 1e-6
    ties: str = "split"
    shared: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in self.data:
            if name not in self.known:
                raise UsageError(f"{quoted(name)} is not an input of the program")

    def at(self, run: Run) -> Exercise:
        """Returns the exercise at another run's inputs."""
        return replace(self, run=run)

    @cached_property
    def corner(self) -> bool:
        """Whether the inputs stand on a tie or kink, where another convention than ours is as good."""
        run = self.run
        return run is not None and not run.symbolic and has_corner(run)

    @cached_property
    def program_inputs(self) -> list[str]:
        return [self.run.bare.nodes[i].name for i in self.run.bare.inputs] if self.run else []

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The values of the program's inputs."""
        return (self.run.inputs or {}) if self.run else {}

    @cached_property
    def known(self) -> set[str]:
        return {*self.program_inputs, *self.inputs}

    @cached_property
    def call_tree(self) -> ast.Module:
        """The call. Raises UsageError where it is no Python."""
        try:
            return ast.parse(self.call)
        except (SyntaxError, ValueError) as error:
            raise UsageError(f'--call takes Python, as in "dx, dw = backward(dout, cache)": {error}') from None

    @cached_property
    def assigned(self) -> list[str]:
        """The names that the call assigns to."""
        found = [each for each in ast.walk(self.call_tree) if isinstance(each, ast.Name)]
        found.sort(key=lambda each: (each.lineno, each.col_offset))
        return list(dict.fromkeys(each.id for each in found if isinstance(each.ctx, ast.Store)))

    @cached_property
    def free(self) -> list[str]:
        """The names that the call reads and does not give: functions, inputs, the upstream gradient."""
        found = [
            each for each in ast.walk(self.call_tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
        ]
        called = {
            each.func.id
            for each in ast.walk(self.call_tree)
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        }
        names = dict.fromkeys(each.id for each in found if each.id not in called and not hasattr(builtins, each.id))
        return [name for name in names if name not in (*self.assigned, *self.inputs, *MODULES)]

    @cached_property
    def spell(self) -> Spellings:
        """How gradients are called here."""
        output = [self.run.graph.nodes[self.run.graph.output].name] if self.run else []
        return Spellings([*self.known, *self.stages], output)

    @cached_property
    def stages(self) -> list[str]:
        """The program's stages, by name."""
        if self.run is None:
            return []
        inputs = set(self.program_inputs)
        return [n.name for n in self.run.graph.nodes if n.name and n.op is not CONSTANT and n.name not in inputs]

    @cached_property
    def asked(self) -> list[str]:
        """The inputs whose gradients are asked for; with a call, also the stages whose gradients it names."""
        named = [self.spell.gradient(name) for name in self.assigned if name not in self.known and name not in PLURAL]
        if self.run is not None:
            reached = self.reached
            found = [name for name in self.program_inputs if name in reached and name not in self.data]
            if not self.call:
                return found
            also = [name for name in named if name in self.stages and name in reached]
            return [*[name for name in found if name in named or name not in self.lengths], *dict.fromkeys(also)]
        if self.call:
            found = [name for name in dict.fromkeys(named) if name in self.known and name not in self.data]
            return found or [name for name in self.inputs if name not in self.data]
        return [name for name in self.inputs if name not in self.data and not isinstance(self.inputs[name], int)]

    @cached_property
    def lengths(self) -> set[str]:
        """Inputs that are whole numbers beside arrays: lengths, no gradient of theirs is asked for with a call."""
        values = self.values
        return {name for name, value in values.items() if not is_array(value) and any(map(is_array, values.values()))
                and float(value).is_integer() and value > 1}  # fmt: skip

    @cached_property
    def reached(self) -> set[str]:
        """The names of the program on which its output depends."""
        assert self.run is not None
        graph = self.run.graph
        found, todo = set[int](), [graph.output]
        while todo:
            index = todo.pop()
            if index not in found:
                found.add(index)
                todo += graph.nodes[index].args
        return {graph.nodes[i].name for i in found if graph.nodes[i].name}

    def label(self, name: str) -> str:
        """Returns how the gradient of an input is called: by the call, by --map, else d and its name."""
        return self.labels.get(name) or self.labelled(name)

    @cached_property
    def labels(self) -> dict[str, str]:
        return {name: self.labelled(name) for name in self.asked}

    def labelled(self, name: str) -> str:
        if name in self.names:
            return self.names[name]
        for each in self.assigned:
            if each not in self.known and self.spell.gradient(each) == name:
                return each
        return f"d{name}"
