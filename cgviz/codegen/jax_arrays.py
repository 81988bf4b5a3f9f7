"""Arrays in JAX, which never change in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cgviz.codegen.array_language import Arrays
from cgviz.codegen.array_notation import ArrayCode
from cgviz.codegen.jax import DOUBLE, Jax, JaxCode, called
from cgviz.codegen.language import indented
from cgviz.codegen.layout import checks, results
from cgviz.codegen.notation import Code, Form
from cgviz.codegen.numpy_arrays import NumpyArrayCode
from cgviz.codegen.program import Program
from cgviz.codegen.python import listed
from cgviz.ops.rearranging import Key, written_key


class JaxArrayCode(ArrayCode, JaxCode):
    framework = "jax"
    functions: Mapping[str, str | Form] = JaxCode.functions
    structural: ClassVar[Mapping[str, str]] = {
        **{name: text.replace("np.", "jnp.") for name, text in NumpyArrayCode.structural.items()},
        **{name: f"jax.nn.{name}({{0}}{{options}})" for name in ("softmax", "log_softmax")},
        "logsumexp": "jax.scipy.special.logsumexp({0}{options})",
        "pick": "{0.atom}[jnp.asarray({1}, int)]",
        "one_hot": "jnp.eye({op.parameter})[jnp.asarray({0}, int)]",
        "place": "jnp.zeros_like({1}).at[{key}].set({0})",
    }
    filled_by: ClassVar[tuple[str, str]] = ("jnp.array({0})", "jnp.zeros({0})")

    def key(self, key: Key) -> str:
        return written_key(key)


class JaxArrays(Arrays, Jax):
    notation: type[Code] = JaxArrayCode
    zeros = "jnp.zeros({1})"
    mutable = False
    spares = True

    def given(self, number: str) -> str:
        return number

    def used(self, made: Program, test: bool) -> list[str]:
        lines = [*self.inputs(made), *self.called(made, called(made))]
        lines += [self.show(label, name) for label, name, _ in results(made)]
        if test:
            lines += [*checks(made, self, test), "", "# JAX's own backward pass", *self.called(made, "plain")]
            lines += self.own_checks(made)
        return ['if __name__ == "__main__":', *indented([DOUBLE, *lines])]

    def called(self, made: Program, function: str) -> list[str]:
        """Returns the call of a function and of its backward pass."""
        upstream = self.notation({}).literal(1.0 if made.run.upstream is None else made.run.upstream)
        seed = upstream if upstream.startswith("jnp.") else f"jnp.array({upstream})"
        forward = f"{made.output}, back = jax.vjp({', '.join([function, *made.inputs])})"
        return [forward, *([f"{listed(made.gradients)} = back({seed})"] if made.inputs else [])]

    def check(self, name: str, expected: str) -> str:
        return f"assert jnp.allclose({name}, {expected}, rtol=1e-9, atol=1e-9)"
