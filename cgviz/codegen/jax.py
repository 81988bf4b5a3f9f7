"""JAX: the staged program as a function with a `custom_vjp`, and a plain version that JAX differentiates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cgviz.codegen.language import indented
from cgviz.codegen.layout import checks, results, values
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.numpy import NumpyCode
from cgviz.codegen.program import CodeLine, CodeProgram
from cgviz.codegen.python import Python, listed, unpacked
from cgviz.codegen.torch import Torch, variables

DOUBLE = 'jax.config.update("jax_enable_x64", True)'
SCIPY = "beta digamma erf erfc erfinv gamma polygamma"


def renamed(form: str | CodeForm) -> str | CodeForm:
    """Returns a form of NumPy's as JAX has it."""
    if isinstance(form, str):
        return form.replace("np.", "jnp.")
    return CodeForm(form.template.replace("np.", "jnp."), form.binds)


class JaxCode(NumpyCode):
    language = "JAX"
    functions: Mapping[str, str | CodeForm] = {name: renamed(form) for name, form in NumpyCode.functions.items()} | {
        **{name: f"jax.scipy.special.{name}" for name in SCIPY.split()},
        "loggamma": "jax.scipy.special.gammaln",
        "sigmoid": "jax.nn.sigmoid",  # whose own derivatives have no kink at 0, as a form by cases would
        "logsigmoid": "jax.nn.log_sigmoid",
        "softplus": "jax.nn.softplus",
        "stop_gradient": "jax.lax.stop_gradient",
        "where": CodeForm("jnp.where({truth[0]}, {1}, {2})"),
        "max": CodeForm("jnp.maximum({0}, {1})"),
        "min": CodeForm("jnp.minimum({0}, {1})"),
    }
    constants: Mapping[str, str] = {"pi": "jnp.pi", "e": "jnp.e"}
    special = ("jnp.inf", "-jnp.inf", "jnp.nan")
    truth_value = "jnp.where({0}, 1.0, 0.0)"
    powers = CodeForm("jnp.power({0}, {1})")


def called(made: CodeProgram) -> str:
    """Returns the name of the function."""
    return made.options.name or "staged"


class Jax(Torch):
    title: str = "JAX"
    notation: type[Code] = JaxCode
    words: str = f"{Python.words} jax jnp saved"
    zero = "jnp.zeros(())"
    wraps = False
    flushes = True
    framework = "jax"
    head: tuple[str, ...] = ("import jax", "import jax.numpy as jnp")

    def imports(self, body: str) -> tuple[str, ...]:
        return self.head

    def assignment(self, line: CodeLine) -> str:
        return Python.assignment(self, line)

    def staged(self, made: CodeProgram) -> list[str]:
        name, given = called(made), ", ".join(made.inputs)
        backward = [*self.guarded(made), self.returned(made)]
        lengths, kept = self.lengths(made, backward, sorted(made.read))
        saved = tuple(variables(made, kept))
        forward = [*self.forward(made), f"return {made.output}, {listed(saved)}"]
        loads = [f"{unpacked(saved)} = saved"] if saved else []
        return [
            *["@jax.custom_vjp", f"def {name}({given}):", f"    return {name}_fwd({given})[0]", "", ""],
            *[f"def {name}_fwd({given}):", *indented([*self.entered(made, forward), *forward]), "", ""],
            *[f"def {name}_bwd(saved, {made.seed}):", *indented([*loads, *lengths, *backward]), "", ""],
            f"{name}.defvjp({name}_fwd, {name}_bwd)",
        ]

    def returned(self, made: CodeProgram) -> str:
        text = super().returned(made)
        return text if len(made.inputs) > 1 else f"return ({text.removeprefix('return ')},)"

    def guarded(self, made: CodeProgram) -> list[str]:
        """Returns the backward pass; of an input that nothing flows back to JAX makes zeros itself."""
        return self.backward(replace(made, backward=tuple(group for group in made.backward if not group.idle)))

    def used(self, made: CodeProgram, test: bool) -> list[str]:
        numbers = list(values(made, self))
        lines = [self.answered(made, called(made), numbers)]
        lines += [self.show(label, name) for label, name, _ in results(made)]
        if test:
            lines += [*checks(made, self, test), "", "# JAX's own backward pass", self.answered(made, "plain", numbers)]
            lines += self.own_checks(made)
        return ['if __name__ == "__main__":', *indented([DOUBLE, *lines])]

    def given(self, number: str) -> str:
        return f"jnp.float64({number})"

    def answered(self, made: CodeProgram, function: str, numbers: list[str]) -> str:
        if made.run.upstream is not None:
            call = f"{made.output}, back = jax.vjp({', '.join([function, *numbers])})"
            return f"{call}\n{listed(made.gradients)} = back({self.notation({}).real(made.run.upstream)})"
        every = f"argnums={tuple(range(len(numbers)))}"
        answers = f"{made.output}, {listed(made.gradients)}"
        return f"{answers} = jax.value_and_grad({function}, {every})({', '.join(numbers)})"
