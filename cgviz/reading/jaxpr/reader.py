"""A jaxpr is run equation by equation: on tracers where something is differentiated, by JAX itself elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cgviz.errors import CgvizError
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.indexing import indexed
from cgviz.ops.joining import stacked
from cgviz.ops.op import Op
from cgviz.reading.calls import BindingError
from cgviz.reading.jaxpr.primitives import CALLED, WITH_ITSELF, UnknownPrimitiveError, rule_of
from cgviz.reading.opaque import Foreign, opaque
from cgviz.reading.tracing.tape import Tape
from cgviz.reading.tracing.tracer import Tracer, operand
from cgviz.runs.passes import backward
from cgviz.values.arrays import is_array

CALLS = {
    "pjit": "jaxpr", "jit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr", "remat": "jaxpr",
    "remat2": "jaxpr", "checkpoint": "jaxpr", "custom_lin": "jaxpr", "xla_call": "call_jaxpr",
}  # fmt: skip
OWN_RULES = {
    "custom_jvp_call": ("call_jaxpr",),
    "custom_vjp_call": ("call_jaxpr", "fun_jaxpr"),
    "custom_vjp_call_jaxpr": ("fun_jaxpr", "call_jaxpr"),
}
MOST_STEPS = 100_000


class JaxprReader:
    """Runs jaxprs on values: a tracer for what is a float, numpy's arrays for whole numbers and booleans."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.counts: dict[tuple[str, ...], int] = {}

    def run(self, jaxpr: Any, consts: Sequence[Any], args: Sequence[Any]) -> list[Any]:
        """Returns the outputs of a jaxpr."""
        known: dict[Any, Any] = {}

        def read(atom: Any) -> Any:
            return self.value(atom.val) if hasattr(atom, "val") else known[atom]

        known.update(zip(jaxpr.constvars, map(self.value, consts), strict=True))
        known.update(zip(jaxpr.invars, args, strict=True))
        for equation in jaxpr.eqns:
            found = self.equation(equation, [read(atom) for atom in equation.invars])
            known.update(zip(equation.outvars, found, strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def closed(self, jaxpr: Any, args: Sequence[Any]) -> list[Any]:
        if hasattr(jaxpr, "jaxpr"):
            return self.run(jaxpr.jaxpr, jaxpr.consts, args)
        return self.run(jaxpr, (), args)

    def value(self, value: Any) -> Any:
        """Returns a constant: a float as a tracer, anything else as numpy's."""
        if isinstance(value, Tracer):
            return value
        if jnp.issubdtype(value.dtype if hasattr(value, "dtype") else np.result_type(value), jax.dtypes.extended):
            return value
        if jnp.issubdtype(jnp.result_type(value), jnp.floating):
            return operand(self.tape, np.asarray(value, dtype=float) if np.ndim(value) else float(value))
        return np.asarray(value)

    def is_still(self, value: Any) -> bool:
        """Tells whether a value is a constant."""
        return not isinstance(value, Tracer) or self.tape.ops[value.index] is CONSTANT

    def equation(self, equation: Any, values: list[Any]) -> list[Any]:
        """Returns the outputs of one equation."""
        name, params = equation.primitive.name, equation.params
        if name in CALLS:
            whole = self.whole(equation, values) if params.get("name") in CALLED else None
            return whole or self.grouped(params.get("name", ""), lambda: self.closed(params[CALLS[name]], values))
        if name in OWN_RULES:
            return self.with_own_rule(equation, values)
        if name == "scan":
            return self.scan(values, **params)
        if name == "while":
            return self.loop(values, **params)
        if name == "cond":
            place = int(np.asarray(plain(values[0])))
            return self.closed(params["branches"][place], values[1:])
        if all(map(self.is_still, values)):
            return self.by_jax(equation, values)
        if any(np.issubdtype(np.dtype(var.aval.dtype), np.complexfloating) for var in equation.outvars):
            raise CgvizError(f"JAX's {name} gives complex numbers here; cgviz computes with real numbers")
        return self.ours(equation, values) or self.opaque(equation, values)

    def grouped(self, name: str, run: Any) -> list[Any]:
        """Returns what a jitted function gives, its stages in a group of its name."""
        before = self.tape.group
        if name and not name.startswith(("_", "<")):
            group = (*before, name)
            self.counts[group] = self.counts.get(group, 0) + 1
            again = f" ({self.counts[group]})" if self.counts[group] > 1 else ""
            self.tape.group = (*before, name + again)
        try:
            return run()  # type: ignore[no-any-return]
        finally:
            self.tape.group = before

    # one primitive

    def by_jax(self, equation: Any, values: Sequence[Any]) -> list[Any]:
        """Returns what JAX itself makes of constants."""
        out = self.bound(equation, [cast(v, a.aval) for v, a in zip(values, equation.invars, strict=True)])
        return [self.value(each) for each in out]

    def bound(self, equation: Any, values: Sequence[Any]) -> list[Any]:
        bound = equation.primitive.get_bind_params(equation.params)
        subfuns, params = bound if isinstance(bound, tuple) else ((), bound)
        out = equation.primitive.bind(*subfuns, *values, **params)
        return list(out) if equation.primitive.multiple_results else [out]

    def ours(self, equation: Any, values: Sequence[Any]) -> list[Any] | None:
        """Returns the outputs by our rule, where there is one that fits and its values are JAX's; else None."""
        name = equation.primitive.name
        rule = rule_of(name)
        if rule is None:
            return None
        params = dict(equation.params)
        if name in WITH_ITSELF:
            params["primitive"] = equation.primitive
        return self.by_rule(rule, equation, values, params)

    def whole(self, equation: Any, values: list[Any]) -> list[Any] | None:
        """Returns what a function of linear algebra gives as one stage, where its gradient is JAX's."""
        if all(map(self.is_still, values)):
            return None
        mark = len(self.tape.values)
        made = self.by_rule(CALLED[equation.params["name"]], equation, values, {})
        return made if made and self.is_derivative(equation, values, made, mark) else None

    def by_rule(self, rule: Any, equation: Any, values: Sequence[Any], params: Any) -> list[Any] | None:
        """Returns the outputs by a rule, where it fits and its values are JAX's."""
        name = equation.primitive.name
        try:
            made = rule(*values, **params)
        except (UnknownPrimitiveError, BindingError, CgvizError, TypeError, ValueError, IndexError, KeyError):
            return None
        found = list(made) if isinstance(made, list) else [made]
        wanted = self.bound(equation, [cast(v, a.aval) for v, a in zip(values, equation.invars, strict=True)])
        if len(found) != len(wanted):
            return None
        wanted = [np.tril(each) for each in wanted] if name == "cholesky" else wanted  # what is above is anything
        for have, want in zip(found, wanted, strict=True):
            rough = 1e-9 if np.asarray(want).dtype == np.float64 else 1e-3
            if np.shape(plain(have)) != np.shape(want) or not np.allclose(
                plain(have), want, rough, rough, equal_nan=True
            ):
                return None
        return [
            have if jnp.issubdtype(want.dtype, jnp.floating) else np.asarray(want)
            for have, want in zip(found, wanted, strict=True)
        ]

    def opaque(self, equation: Any, values: Sequence[Any]) -> list[Any]:
        """Returns the outputs as opaque stages, whose values and gradients JAX computes."""
        out = self.bound(equation, [cast(v, a.aval) for v, a in zip(values, equation.invars, strict=True)])
        avals = [atom.aval for atom in equation.invars]
        return [self.output(equation, values, avals, place, np.asarray(each)) for place, each in enumerate(out)]

    def output(self, equation: Any, values: Sequence[Any], avals: Sequence[Any], place: int, value: Any) -> Any:
        if not np.issubdtype(value.dtype, np.floating):
            return value
        moving = [i for i, v in enumerate(values) if isinstance(v, Tracer)]
        fixed = [cast(v, a) for v, a in zip(values, avals, strict=True)]

        def run(*xs: Any) -> Any:
            every = list(fixed)
            for i, x in zip(moving, xs, strict=True):
                every[i] = jnp.asarray(x, dtype=avals[i].dtype)
            return self.bound(equation, every)[place]

        def backward(up: Any, xs: Sequence[Any], slot: int) -> Any:
            out, back = jax.vjp(run, *(jnp.asarray(x, dtype=avals[i].dtype) for i, x in zip(moving, xs, strict=True)))
            return np.asarray(back(jnp.broadcast_to(jnp.asarray(up, dtype=out.dtype), out.shape))[slot])

        def tangent(ways: Sequence[Any], xs: Sequence[Any]) -> Any:
            at = [jnp.asarray(x, dtype=avals[i].dtype) for i, x in zip(moving, xs, strict=True)]
            along = [
                jnp.broadcast_to(jnp.asarray(way, dtype=x.dtype), x.shape) for way, x in zip(ways, at, strict=True)
            ]
            return np.asarray(jax.jvp(run, tuple(at), tuple(along))[1], dtype=float)

        foreign = Foreign(lambda *xs: np.asarray(run(*xs), dtype=float), backward, tangent)
        op = opaque(equation.primitive.name, "JAX", value.shape, len(moving), foreign)
        number = np.asarray(value, dtype=float) if value.shape else float(value)
        return self.tape.push(op, tuple(values[i].index for i in moving), number)

    # rules of the user's own

    def with_own_rule(self, equation: Any, values: list[Any]) -> list[Any]:
        """Returns the outputs of a custom_jvp or custom_vjp: opaque, but where its rule is the derivative of what it
        computes."""
        params = equation.params
        jaxpr = next(params[key] for key in OWN_RULES[equation.primitive.name] if key in params)
        if all(map(self.is_still, values)):
            return self.closed(jaxpr, values)
        mark = len(self.tape.values)
        name = str(params.get("name", "") or getattr(params.get("jvp_jaxpr_fun", None), "__name__", ""))
        found = self.grouped(
            name if name.isidentifier() and "jvp" not in name else "", lambda: self.closed(jaxpr, values)
        )
        if self.is_derivative(equation, values, found, mark):
            return found
        return self.opaque(equation, values)

    def is_derivative(self, equation: Any, values: Sequence[Any], found: Sequence[Any], mark: int) -> bool:
        """Tells whether JAX's gradient of an equation is the one of the stages that were recorded for it."""
        moving = [i for i, v in enumerate(values) if isinstance(v, Tracer)]
        avals = [atom.aval for atom in equation.invars]
        fixed = [cast(v, a) for v, a in zip(values, avals, strict=True)]

        def run(*xs: Any) -> Any:
            every = list(fixed)
            for i, x in zip(moving, xs, strict=True):
                every[i] = x
            return tuple(self.bound(equation, every))

        outs, back = jax.vjp(run, *(fixed[i] for i in moving))
        random = np.random.default_rng(0)
        ups = [random.normal(size=out.shape) for out in outs]
        seeds = tuple(
            jnp.asarray(up, dtype=out.dtype)
            if jnp.issubdtype(out.dtype, jnp.floating)
            else np.zeros(out.shape, jax.dtypes.float0)
            for up, out in zip(ups, outs, strict=True)
        )
        wanted = back(seeds)
        have = [np.zeros(np.shape(plain(values[i]))) for i in moving]
        for up, out in zip(ups, found, strict=True):
            if isinstance(out, Tracer):
                for place, part in enumerate(self.handed(mark, [values[i] for i in moving], out, up)):
                    have[place] = have[place] + part
        rough = 1e-9 if all(np.asarray(w).dtype == np.float64 for w in wanted) else 1e-3
        return all(np.allclose(a, b, rough, rough) for a, b in zip(have, wanted, strict=True))

    def handed(self, mark: int, inputs: Sequence[Tracer], out: Tracer, up: Any) -> list[Any]:
        """Returns the gradients of `out` in the inputs through the nodes that were recorded from `mark` on."""
        tape, place = self.tape, {}
        nodes: list[Node] = []
        values: list[Any] = []

        def add(index: int, node: Node) -> None:
            place[index] = len(nodes)
            nodes.append(node)
            values.append(tape.values[index])

        for tracer in inputs:
            if tracer.index not in place:
                add(tracer.index, Node(INPUT, shape=tracer.shape, name=f"x{tracer.index}"))
        for index in range(mark, len(tape.values)):
            self.copy(index, place, add)
        if out.index not in place:
            return [np.zeros(tracer.shape) for tracer in inputs]
        graph = Graph(tuple(nodes), place[out.index], ())
        found = backward(graph, values, up if out.shape else float(up), place[out.index])
        seen: set[int] = set()
        parts = []
        for tracer in inputs:
            parts.append(np.zeros(tracer.shape) if tracer.index in seen else found[place[tracer.index]])
            seen.add(tracer.index)
        return parts

    def copy(self, index: int, place: dict[int, int], add: Any) -> None:
        tape = self.tape
        for arg in tape.args[index]:
            if arg not in place:
                add(arg, still(tape, arg))
        if index in place:
            return
        op = tape.ops[index]
        if op in (INPUT, CONSTANT):
            add(index, still(tape, index))
        else:
            add(index, Node(op, tuple(place[arg] for arg in tape.args[index]), shape=np.shape(tape.values[index])))

    # loops

    def scan(
        self, values: Sequence[Any], jaxpr: Any, length: int, reverse: bool, num_consts: int, num_carry: int, **_: Any
    ) -> list[Any]:
        consts, carry = list(values[:num_consts]), list(values[num_consts : num_consts + num_carry])
        rows = values[num_consts + num_carry :]
        gathered: list[list[Any]] = []
        for i in reversed(range(length)) if reverse else range(length):
            out = self.closed(jaxpr, [*consts, *carry, *(self.row(each, i) for each in rows)])
            carry, ys = out[:num_carry], out[num_carry:]
            gathered.append(ys)
        if reverse:
            gathered.reverse()
        count = len(jaxpr.out_avals) - num_carry
        return [*carry, *(self.stack([ys[k] for ys in gathered], jaxpr.out_avals[num_carry + k]) for k in range(count))]

    def row(self, value: Any, i: int) -> Any:
        return indexed((i,))(value) if isinstance(value, Tracer) else value[i]

    def stack(self, rows: Sequence[Any], aval: Any) -> Any:
        if not jnp.issubdtype(aval.dtype, jnp.floating):
            return np.stack([np.asarray(row) for row in rows]) if rows else np.zeros((0, *aval.shape), aval.dtype)
        if not rows:
            return operand(self.tape, np.zeros((0, *aval.shape)))
        return stacked(len(rows))(*(operand(self.tape, row) for row in rows))

    def loop(
        self, values: Sequence[Any], cond_jaxpr: Any, body_jaxpr: Any, cond_nconsts: int, body_nconsts: int, **more: Any
    ) -> list[Any]:
        asked, done = values[:cond_nconsts], values[cond_nconsts : cond_nconsts + body_nconsts]
        carry = list(values[cond_nconsts + body_nconsts :])
        for _ in range(MOST_STEPS):
            if not np.asarray(plain(self.closed(cond_jaxpr, [*asked, *carry])[0])):
                return carry
            carry = self.closed(body_jaxpr, [*done, *carry])
        raise CgvizError(f"a while_loop runs more than {MOST_STEPS} times")


def still(tape: Tape, index: int) -> Node:
    value = tape.values[index]
    return Node(CONSTANT, value=value, shape=value.shape if is_array(value) else ())


def plain(value: Any) -> Any:
    """Returns a value as numbers."""
    return value.current if isinstance(value, Tracer) else value


def cast(value: Any, aval: Any) -> Any:
    """Returns a value as JAX's array of the type that an equation has."""
    if jnp.issubdtype(aval.dtype, jax.dtypes.extended):
        return value
    return jnp.asarray(plain(value), dtype=aval.dtype)


__all__ = ["JaxprReader", "Op", "plain"]
