"""What the languages that have arrays share: inputs in variables of their own, and functions line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cgviz.codegen.layout import values
from cgviz.codegen.program import CodeProgram, Helper
from cgviz.codegen.python import Python, unpacked
from cgviz.ops.rearranging import listed
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape
from cgviz.values.axes import Axis, settled_length

if TYPE_CHECKING:
    from cgviz.codegen.program import ProgramWriter


class Length:
    """The number of elements of variable `index` along some of its `rank` axes, counted from the last, −1; a product
    of such is one, too."""

    index: int
    axes: tuple[int, ...]
    rank: int

    def __rmul__(self, other: Any) -> Any:
        return self * other if isinstance(other, int) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Length) and other.index == self.index:
            axes = tuple(sorted(self.axes + other.axes))
            return length(settled_length(number(self) * number(other)), self.index, axes, self.rank)
        if not isinstance(other, int):
            return NotImplemented
        return self if other == 1 else settled_length(number(self) * number(other))


class KnownLength(Length, int):
    """A number that knows whose length it is."""


class OpenLength(Length, Axis):
    """A length with a name that knows whose it is."""


def number(length: Any) -> int:
    return int(length)


def length(value: int, index: int, axes: tuple[int, ...], rank: int) -> Any:
    made = OpenLength(int(value)) if isinstance(value, Axis) else KnownLength(value)
    made.index, made.axes, made.rank = index, axes, rank
    return made


def lengths(shape: Shape | None, index: int) -> Shape | None:
    """Returns the shape of a variable, every length its own."""
    return shape and tuple(length(n, index, (axis - len(shape),), len(shape)) for axis, n in enumerate(shape))


def checked_axes(program: CodeProgram) -> list[str]:
    """Returns the assertion that inputs have the axes that the lines rely on."""
    nodes = program.graph.nodes
    pairs = [(program.names.variables[i], nodes[i].shape or ()) for i in program.checked]
    if not pairs:
        return []
    ranks = " and ".join(f"{name}.ndim == {len(shape)}" for name, shape in pairs)
    said = ", ".join(f"{name} {listed(shape)}" for name, shape in pairs)
    return [f'assert {ranks}, "written for the axes of {said}"']


def bound_lengths(program: CodeProgram, body: list[str], known: Iterable[int]) -> tuple[list[str], list[int]]:
    """Returns the assignments of the lengths whose names stand in a body, `N, D = X.shape`, and the variables among
    those known from which they are taken."""
    words = set(re.findall(r"(?<![.\w])[^\W\d]\w*", "\n".join(line.partition("#")[0] for line in body)))
    found, used, named = list[str](), list[int](), set[str]()
    for index in known:
        names = [str(n) if isinstance(n, Axis) else "_" for n in program.graph.nodes[index].shape or ()]
        if any(name in words - named for name in names):
            named |= set(names)
            found.append(f"{unpacked(names)} = {program.names.variables[index]}.shape")
            used.append(index)
    return found, used


def lengths_saved(program: CodeProgram, body: list[str], saved: list[int]) -> tuple[list[str], list[int]]:
    """Returns the assignments of the lengths that a backward pass names, and what is saved with the arrays for that."""
    every = [index for index in (*saved, *program.graph.inputs) if program.graph.nodes[index].shape]
    lines, used = bound_lengths(program, body, every)
    return lines, [*[index for index in dict.fromkeys(used) if index not in saved], *saved]


class Arrays(Python):
    """A language of arrays.

    zeros    the gradient of an array `{0}` of shape `{1}` that none reaches
    mutable  `+=` changes an array in place
    spares   what the backward pass reads costs something: the shape of a stage is that of an earlier node
    leads    its transposes and its sums allow for more axes before those of the program
    """

    zeros = ""
    mutable = True
    spares = False
    leads = False

    @property
    def writer(self) -> type[ProgramWriter]:  # type: ignore[override]
        from cgviz.codegen.arrays import ArrayWriter

        return ArrayWriter

    def prepared(self, formula: Formula) -> Formula:
        """Returns a formula of one gate as the language can have it."""
        return formula

    def helper(self, helper: Helper) -> list[str]:
        return list(helper.source) or super().helper(helper)

    def inputs(self, program: CodeProgram) -> list[str]:
        """Returns the assignments of the inputs."""
        pairs = zip(program.parameters, values(program, self), strict=True)
        return [line for name, value in pairs for line in f"{name} = {value}".splitlines()]

    def calling(self, program: CodeProgram, values: list[str]) -> list[str]:
        return [*self.inputs(program), *super().calling(program, list(program.parameters))]

    def entered(self, program: CodeProgram, body: list[str]) -> list[str]:
        """Returns the check of the axes that the body relies on, and the names of lengths that stand in it."""
        return [*checked_axes(program), *bound_lengths(program, body, program.graph.inputs)[0]]
