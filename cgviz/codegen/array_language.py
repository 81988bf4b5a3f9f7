"""What the languages that have arrays share: inputs in variables of their own, and functions line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgviz.codegen.layout import values
from cgviz.codegen.program import Helper, Program
from cgviz.codegen.python import Python
from cgviz.text.formula import Formula

if TYPE_CHECKING:
    from cgviz.codegen.program import Writer


class Arrays(Python):
    """A language of arrays.

    zeros    the gradient of an array `{0}` of shape `{1}` that none reaches
    mutable  `+=` changes an array in place
    """

    zeros = ""
    mutable = True

    @property
    def writer(self) -> type[Writer]:  # type: ignore[override]
        from cgviz.codegen.arrays import ArrayWriter

        return ArrayWriter

    def prepared(self, formula: Formula) -> Formula:
        """Returns a formula of one gate as the language can have it."""
        return formula

    def helper(self, helper: Helper) -> list[str]:
        return list(helper.source) or super().helper(helper)

    def inputs(self, program: Program) -> list[str]:
        """Returns the assignments of the inputs."""
        pairs = zip(program.inputs, values(program, self), strict=True)
        return [line for name, value in pairs for line in f"{name} = {value}".splitlines()]

    def calling(self, program: Program, values: list[str]) -> list[str]:
        return [*self.inputs(program), *super().calling(program, list(program.inputs))]
