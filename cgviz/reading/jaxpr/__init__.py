"""JAX in: a function becomes a jaxpr, which is read into our ops at its arguments.

Primitives that have a rule here, and whose values agree, become ops; others are opaque stages, whose value and gradient
are JAX's. Loops and branches run as they do at these arguments; jitted functions are groups.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cgviz.errors import UsageError

try:
    import jax
except ImportError as error:  # the extra is not installed
    raise UsageError("from_jax needs JAX, which is not installed (the extra cgviz[jax])") from error

import jax.numpy as jnp
import numpy as np

from cgviz.collecting import uncollected
from cgviz.graph.nodes import INPUT
from cgviz.reading.jaxpr.reader import JaxprReader
from cgviz.reading.tracing import Recorded, library, one_output, returned_shape, structures
from cgviz.reading.tracing.graph import graph_of
from cgviz.reading.tracing.tape import Tape
from cgviz.reading.tracing.tracer import Tracer
from cgviz.values.arrays import settled


def recorded(
    function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any], upstream: Any = None
) -> Recorded:
    """Returns what a function of JAX does at these arguments. Raises UsageError."""
    called = str(getattr(function, "__name__", type(function).__name__))
    leaves, tree = jax.tree_util.tree_flatten_with_path((tuple(args), dict(keywords)))
    chosen = [i for i, (_, leaf) in enumerate(leaves) if is_array(leaf)]

    def of_arrays(*arrays: Any) -> Any:
        every = [leaf for _, leaf in leaves]
        for i, array in zip(chosen, arrays, strict=True):
            every[i] = array
        positional, named = jax.tree_util.tree_unflatten(tree, every)
        return function(*positional, **named)

    given = [leaves[i][1] for i in chosen]
    try:
        closed, shape = jax.make_jaxpr(of_arrays, return_shape=True)(*given)
    except jax.errors.ConcretizationTypeError as error:
        why = "Python's if and for run on numbers; use jax.lax.cond, or cgviz.trace with numpy"
        raise UsageError(f"{called}() cannot be made a jaxpr: {why}: {str(error).splitlines()[0]}") from None
    except (TypeError, ValueError) as error:
        raise UsageError(f"{called}() cannot be made a jaxpr: {str(error).splitlines()[0]}") from None
    tape = Tape(Tracer, library)
    reader = JaxprReader(tape)
    paths: dict[str, str] = {}
    values = [entered(tape, reader, paths, path_of(function, leaves[i][0]), leaves[i][1]) for i in chosen]
    with uncollected():
        outputs = reader.run(closed.jaxpr, closed.consts, values)
    result = jax.tree_util.tree_unflatten(jax.tree_util.tree_structure(shape), outputs)
    output, seed = one_output(tape, called, result, upstream)
    with uncollected():
        graph = graph_of(tape, output)
    found = {tape.names[i][0]: tape.values[i] for i, op in enumerate(tape.ops) if op is INPUT}
    names = {
        i: tape.names[value.index][0] for i, value in zip(chosen, values, strict=True) if isinstance(value, Tracer)
    }
    witness = gradients(of_arrays, [leaves[i][1] for i in chosen], [names.get(i, "") for i in chosen], upstream)
    return Recorded(graph, found, seed, returned_shape(result), paths, (), witness, "JAX")


def gradients(function: Any, given: Sequence[Any], names: Sequence[str], upstream: Any) -> dict[str, Any]:
    """Returns the gradients that JAX computes itself, by the names of the inputs; none where it does not."""
    moving = [i for i, name in enumerate(names) if name]

    def of_moving(*xs: Any) -> Any:
        every = list(given)
        for i, x in zip(moving, xs, strict=True):
            every[i] = x
        return function(*every)

    try:
        out, back = jax.vjp(of_moving, *(jnp.asarray(given[i]) for i in moving))
        ups = jax.tree.map(jnp.ones_like, out) if upstream is None else upstream
        seeds = jax.tree.map(lambda o, up: jnp.broadcast_to(jnp.asarray(up, o.dtype), o.shape), out, ups)
        found = back(seeds)
    except (TypeError, ValueError):  # a while_loop, an output of whole numbers
        return {}
    return {names[i]: np.asarray(slope, dtype=float) for i, slope in zip(moving, found, strict=True)}


def is_array(leaf: Any) -> bool:
    """Tells whether a leaf is traced: an array or a float; whole numbers, flags and functions are held fixed."""
    return isinstance(leaf, (float, jax.Array, np.ndarray, np.generic))


def entered(tape: Tape, reader: JaxprReader, paths: dict[str, str], path: structures.Path, leaf: Any) -> Any:
    """Returns a leaf as an input, where it is made of floats; else as it is."""
    if jnp.issubdtype(getattr(leaf, "dtype", float), jax.dtypes.extended):  # the key of random numbers
        return leaf
    if jnp.issubdtype(jnp.result_type(leaf), jnp.complexfloating):
        raise UsageError(f"{structures.written(path)} is complex; cgviz computes with real numbers")
    if not jnp.issubdtype(jnp.result_type(leaf), jnp.floating):
        return np.asarray(leaf)
    name = structures.identifier(path)
    while name in paths:
        name += "_"
    paths[name] = structures.written(path)
    short = structures.short(path)
    return tape.input(name, settled(np.array(leaf, dtype=float)), short if len(path) > 1 and short != name else "")


def path_of(function: Any, keys: Any) -> structures.Path:
    """Returns a path of JAX's as ours: the name of the parameter, then keys, places and attributes."""
    which, first, *rest = keys
    if which.idx == 0:
        names = parameters(function)
        head: Any = names[first.idx] if first.idx < len(names) else f"x{first.idx}"
    else:
        head = first.key
    return (head, *(key_of(key) for key in rest))


def parameters(function: Any) -> list[str]:
    try:
        kinds = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in kinds if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def key_of(key: Any) -> Any:
    if hasattr(key, "name"):
        return (structures.ATTRIBUTE, key.name)
    return key.idx if hasattr(key, "idx") else key.key
