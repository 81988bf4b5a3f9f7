"""An ordinary Python function becomes a graph: it runs once on values that record what is done to them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cgviz.collecting import uncollected
from cgviz.errors import CgvizError, UsageError, quoted
from cgviz.graph.nodes import INPUT, Graph
from cgviz.ops.joining import joined, stacked
from cgviz.ops.rearranging import reshaped
from cgviz.reading.tracing import library, structures
from cgviz.reading.tracing.frames import local_names
from cgviz.reading.tracing.graph import graph_of
from cgviz.reading.tracing.standing_in import standing_in
from cgviz.reading.tracing.tape import Tape, is_library
from cgviz.reading.tracing.tracer import Tracer, operand, traced_inside
from cgviz.values.arrays import Value, is_array, numpy, settled


@dataclass(frozen=True)
class Recorded:
    """A recorded function: its graph, its inputs, the gradient that the backward pass begins with, what it returned.

    `paths` gives for each input its place in the arguments, as Python writes it; `held` what is held fixed; `witness`
    the gradients that a `framework` computes itself.
    """

    graph: Graph
    values: Mapping[str, Value]
    upstream: Value | None
    returned: Any
    paths: Mapping[str, str]
    held: tuple[str, ...]
    witness: Mapping[str, Value] = field(default_factory=dict)
    framework: str = ""


def record(function: Callable[..., Any], *args: Any, **inputs: Any) -> tuple[Graph, dict[str, float]]:
    """Returns the graph of what `function` does at the given inputs, and the inputs by name."""
    made = recorded(function, args, inputs)
    return made.graph, dict(made.values)


def recorded(
    function: Callable[..., Any], args: Sequence[Any], inputs: Mapping[str, Any], upstream: Any = None
) -> Recorded:
    """Returns what `function` does at the given inputs.

    Raises UsageError where the arguments do not fit the function, where it does what cannot be followed, and where it
    returns something else than numbers and arrays.
    """
    tape = Tape(Tracer, library)
    plain, bound = structures.arguments(function, args, inputs)
    found = [leaf for path, value in structures.flat(bound) for leaf in structures.leaves(value, path)]
    for path, value in found:
        structures.check_real(path, value)
    named, held = entered(tape, found)
    structures.replaced(bound, named)
    called = getattr(function, "__name__", type(function).__name__)
    with uncollected(), local_names(tape, plain), standing_in(tape, plain):
        result = followed(called, plain, bound)
    output, seed = one_output(tape, called, result, upstream)
    values = {tape.names[i][0]: tape.values[i] for i, op in enumerate(tape.ops) if op is INPUT}
    paths = {tape.names[tracer._index][0]: structures.written(path) for path, tracer in named.items()}
    with uncollected():
        graph = graph_of(tape, output)
    return Recorded(graph, values, seed, returned_shape(result), paths, held)


def followed(called: str, function: Callable[..., Any], bound: Any) -> Any:
    """Returns what the function returns; an exception of its own as a UsageError that names file and line."""
    try:
        return function(*bound.args, **bound.kwargs)
    except CgvizError:
        raise
    except RecursionError:
        raise UsageError(f"{called}() calls itself too deep to be followed") from None
    except Exception as error:
        places = traceback.extract_tb(error.__traceback__)
        user = [each for each in places if "/cgviz/reading/" not in each.filename.replace("\\", "/")]
        last = (user or places)[-1]
        where = f"{last.filename.replace(chr(92), '/').rpartition('/')[2]}, line {last.lineno}"
        raise UsageError(f"{called}() fails while it is followed: {type(error).__name__}: {error} ({where})") from error


def entered(
    tape: Tape, found: Sequence[tuple[structures.Path, Any]]
) -> tuple[dict[structures.Path, Tracer], tuple[str, ...]]:
    """Returns the tracers of the inputs by their paths, and what is held fixed, as Python writes it."""
    chosen = structures.differentiated(found)
    names: set[str] = set()
    shorts = [structures.short(path) for path in chosen]
    made: dict[structures.Path, Tracer] = {}
    values = dict(found)
    for path, short in zip(chosen, shorts, strict=True):
        name = structures.identifier(path)
        while name in names:
            name += "_"
        names.add(name)
        label = short if len(path) > 1 and shorts.count(short) == 1 and short != name else ""
        value = values[path]
        made[path] = tape.input(
            name, settled(numpy().array(value, dtype=float)) if is_array(value) else float(value), label
        )
    held = tuple(
        f"{structures.written(p)} = {v!r}" for p, v in found if p not in made and structures.kind_of(v) == "whole"
    )
    return made, held


def returned_shape(result: Any) -> Any:
    """Returns the structure of what was returned, with shapes in the place of values; None for one value."""
    if isinstance(result, Mapping):
        return {key: returned_shape(part) for key, part in result.items()}
    if isinstance(result, (list, tuple)):
        return tuple(map(returned_shape, result))
    return tuple(getattr(result, "shape", ()))


def flattened(result: Any) -> list[Any]:
    if isinstance(result, Mapping):
        return [leaf for part in result.values() for leaf in flattened(part)]
    if isinstance(result, (list, tuple)):
        return [leaf for part in result for leaf in flattened(part)]
    return [result]


def one_output(tape: Tape, called: str, result: Any, upstream: Any) -> tuple[int, Value | None]:
    """Returns the node of the output and its upstream gradient; several outputs are put into one array."""
    if is_array(result) and result.dtype == object:
        result = operand(tape, result)
    if not isinstance(result, (list, tuple, Mapping)):
        if not isinstance(result, (Tracer, int, float)) and not is_array(result):
            raise UsageError(f"{called}() returns {type(result).__name__}; it must return a number or an array")
        return operand(tape, result).index, None if upstream is None else seed_of(upstream)
    parts = flattened(result)
    kinds = {type(part).__name__ for part in parts if not isinstance(part, (Tracer, int, float)) and not is_array(part)}
    if kinds or not parts:
        raise UsageError(
            f"{called}() returns {type(result).__name__} with {', '.join(sorted(kinds)) or 'nothing'} in it"
        )
    if upstream is None:
        raise UsageError(
            f"{called}() returns {type(result).__name__} of {len(parts)}; give upstream=, the gradient of each, "
            f"in the same structure, or return one number"
        )
    found = [operand(tape, part) for part in parts]
    seeds = flattened(upstream)
    if len(seeds) != len(found):
        raise UsageError(f"upstream has {len(seeds)} parts; {called}() returns {len(found)}")
    np = numpy()
    wide = [np.broadcast_to(np.asarray(seed, dtype=float), part.shape) for seed, part in zip(seeds, found, strict=True)]
    if len({part.shape for part in found}) == 1 and is_flat(result):
        return tape.record(stacked(len(found)), [part.index for part in found]).index, np.stack(wide)
    rows = [tape.record(reshaped((-1,)), [part.index]) for part in found]
    joined_ = tape.record(joined(0), [row.index for row in rows])
    return joined_.index, np.concatenate([each.ravel() for each in wide])


def is_flat(result: Any) -> bool:
    return isinstance(result, (list, tuple)) and not any(isinstance(part, (list, tuple, Mapping)) for part in result)


def seed_of(upstream: Any) -> Value:
    return settled(numpy().asarray(upstream, dtype=float))


__all__ = ["Recorded", "Tape", "Tracer", "flattened", "is_library", "quoted", "record", "recorded", "traced_inside"]
