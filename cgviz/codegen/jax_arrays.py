"""Arrays in JAX, which never change in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cgviz.codegen.array_language import Arrays, lengths_saved
from cgviz.codegen.array_notation import ArrayCode, Literal
from cgviz.codegen.jax import DOUBLE, Jax, JaxCode, called
from cgviz.codegen.language import indented
from cgviz.codegen.layout import checks, results
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.program import CodeProgram
from cgviz.codegen.python import listed
from cgviz.ops.rearranging import Key
from cgviz.text.written import Written


class JaxArrayCode(ArrayCode, JaxCode):
    framework = "jax"
    functions: Mapping[str, str | CodeForm] = JaxCode.functions
    filled_by: ClassVar[tuple[str, str]] = ("jnp.array({0})", "jnp.zeros({0})")
    zeros = "jnp.zeros({0})"
    places = "jnp.asarray({0}, int)"

    def place(self, operand: Written) -> str:
        found = super().place(operand)
        return f"jnp.array({found})" if isinstance(operand, Literal) else found

    def key(self, key: Key) -> str:
        return ""


class JaxArrays(Arrays, Jax):
    notation: type[Code] = JaxArrayCode
    zeros = "jnp.zeros({1})"
    mutable = False
    spares = True

    def lengths(self, made: CodeProgram, body: list[str], saved: list[int]) -> tuple[list[str], list[int]]:
        return lengths_saved(made, body, saved)

    def given(self, number: str) -> str:
        return number

    def used(self, made: CodeProgram, test: bool) -> list[str]:
        lines = [*self.inputs(made), *self.called(made, called(made))]
        lines += [self.show(label, name) for label, name, _ in results(made)]
        if test:
            lines += [*checks(made, self, test), "", "# JAX's own backward pass", *self.called(made, "plain")]
            lines += self.own_checks(made)
        return ['if __name__ == "__main__":', *indented([DOUBLE, *lines])]

    def called(self, made: CodeProgram, function: str) -> list[str]:
        """Returns the call of a function and of its backward pass."""
        upstream = self.notation({}).literal(1.0 if made.run.upstream is None else made.run.upstream)
        seed = upstream if upstream.startswith("jnp.") else f"jnp.array({upstream})"
        forward = f"{made.output}, back = jax.vjp({', '.join([function, *made.inputs])})"
        return [forward, *([f"{listed(made.gradients)} = back({seed})"] if made.inputs else [])]

    def check(self, name: str, expected: str) -> str:
        same = ", equal_nan=True" * ("nan" in expected)
        return f"assert jnp.allclose({name}, {expected}, rtol=1e-9, atol=1e-9{same})"
