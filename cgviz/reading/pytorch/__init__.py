"""PyTorch in: a module or a function runs once while its ops are recorded as ours, with their values and gradients.

What PyTorch's dispatcher runs below autograd is seen op by op (ATen). Each becomes ops of ours where there is a rule
and the values agree; else PyTorch's own decomposition is followed; else the op is one opaque stage, whose value and
gradient are PyTorch's. Modules are groups, parameters are inputs by their paths.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cgviz.errors import UsageError
from cgviz.reading.tracing import Recorded

try:
    import torch
except ImportError as error:  # the extra is not installed
    raise UsageError("from_torch needs PyTorch, which is not installed (the extra cgviz[torch])") from error

from cgviz.collecting import uncollected
from cgviz.graph.nodes import INPUT
from cgviz.reading.pytorch.memory import numbers
from cgviz.reading.pytorch.recorder import Recorder
from cgviz.reading.tracing import flattened, library, one_output, returned_shape, structures
from cgviz.reading.tracing.frames import local_names
from cgviz.reading.tracing.graph import graph_of
from cgviz.reading.tracing.tape import Tape
from cgviz.reading.tracing.tracer import Tracer
from cgviz.values.arrays import settled

Path = tuple[Any, ...]


def recorded(
    function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any], upstream: Any = None
) -> Recorded:
    """Returns what a module or a function does at these inputs, its buffers left as they were. Raises UsageError."""
    tape = Tape(Tracer, library)
    recorder = Recorder(tape)
    paths, leaves = entered(recorder, function, args, keywords)
    named = local_names(tape, getattr(function, "forward", function), recorder.memory.known)
    with uncollected(), torch.enable_grad(), kept(function), watched(recorder, function), recorder.following(), named:
        result = function(*args, **keywords)
    output, seed = one_output(tape, called(function), traced(recorder, result), plain(upstream))
    values = {tape.names[i][0]: tape.values[i] for i, op in enumerate(tape.ops) if op is INPUT}
    with uncollected():
        graph = graph_of(tape, output)
    used = {graph.nodes[index].name for index in graph.inputs}
    values = {name: value for name, value in values.items() if name in used}
    witness = gradients(result, plain(upstream), {name: tensor for name, tensor in leaves.items() if name in used})
    return Recorded(graph, values, seed, returned_shape(traced(recorder, result)), paths, (), witness, "PyTorch")


def gradients(result: Any, upstream: Any, leaves: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """Returns the gradients that PyTorch computes itself, of the inputs that it differentiates, by their names."""
    outs = [t for t in flattened(result) if isinstance(t, torch.Tensor)]
    ups = [None] * len(outs) if upstream is None else flattened(upstream)
    pairs = [(t, up) for t, up in zip(outs, ups, strict=False) if t.requires_grad]
    moving = {name: tensor for name, tensor in leaves.items() if tensor.requires_grad}
    if not pairs or not moving or any(up is None and t.dim() for t, up in pairs):
        return {}
    seeds = [
        torch.ones_like(t) if up is None else torch.as_tensor(up, dtype=t.dtype).expand(t.shape) for t, up in pairs
    ]
    try:
        found = torch.autograd.grad([t for t, _ in pairs], list(moving.values()), seeds, allow_unused=True)
    except RuntimeError:
        return {}
    return {n: numbers(t) * 0 if g is None else numbers(g) for (n, t), g in zip(moving.items(), found, strict=True)}


def called(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def plain(upstream: Any) -> Any:
    """Returns an upstream gradient with numbers in the place of tensors."""
    if isinstance(upstream, torch.Tensor):
        return numbers(upstream)
    if isinstance(upstream, Mapping):
        return {key: plain(part) for key, part in upstream.items()}
    return type(upstream)(map(plain, upstream)) if isinstance(upstream, (list, tuple)) else upstream


def traced(recorder: Recorder, result: Any) -> Any:
    """Returns what was returned with tracers in the place of tensors."""
    if isinstance(result, torch.Tensor):
        return recorder.memory.tracer(result)
    if isinstance(result, Mapping):
        return {key: traced(recorder, part) for key, part in result.items()}
    if isinstance(result, (list, tuple)):
        return tuple(traced(recorder, part) for part in result)
    return result


# inputs


def entered(
    recorder: Recorder, function: Any, args: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    """Enters arguments, parameters and buffers as inputs; returns by name their paths, as PyTorch writes them, and
    their tensors."""
    found: list[tuple[Path, torch.Tensor]] = []
    for path, value in arguments(function, args, keywords):
        for inner, leaf in structures.leaves(value, path) if not isinstance(value, torch.Tensor) else [(path, value)]:
            if isinstance(leaf, torch.Tensor):
                found.append((inner, leaf))
    modules: dict[int, tuple[str, ...]] = {}
    if isinstance(function, torch.nn.Module):
        for name, tensor in [*function.named_parameters(), *function.named_buffers()]:
            found.append((path := tuple(name.split(".")), tensor))
            modules[id(tensor)] = tuple(".".join(path[:depth]) for depth in range(1, len(path)))
    paths: dict[str, str] = {}
    tensors: dict[str, torch.Tensor] = {}
    met: set[int] = set()
    for path, tensor in found:
        if tensor.is_complex():
            raise UsageError(f"{structures.written(path)} is complex; cgviz computes with real numbers")
        if not tensor.dtype.is_floating_point or id(tensor) in met:
            continue
        met.add(id(tensor))
        name = structures.identifier(path)
        while name in paths:
            name += "_"
        paths[name] = ".".join(map(str, path)) if path[0] not in signature_of(function) else structures.written(path)
        tensors[name] = tensor
        recorder.tape.group = modules.get(id(tensor), ())
        recorder.memory.enter(tensor, recorder.tape.input(name, settled(numbers(tensor))).index)
    recorder.tape.group = ()
    return paths, tensors


def signature_of(function: Any) -> list[str]:
    try:
        return list(inspect.signature(getattr(function, "forward", function)).parameters)
    except (TypeError, ValueError):
        return []


def arguments(function: Any, args: Sequence[Any], keywords: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Yields (path, value) of every argument, by the names of the parameters."""
    try:
        bound = inspect.signature(getattr(function, "forward", function)).bind(*args, **keywords)
    except (TypeError, ValueError) as error:
        if isinstance(error, TypeError) and "signature" not in str(error):
            raise UsageError(f"{called(function)}(): {error}") from None
        yield from (((f"x{i}",), value) for i, value in enumerate(args))
        yield from (((name,), value) for name, value in keywords.items())
        return
    yield from structures.flat(bound)


# while it runs


@contextmanager
def kept(function: Any) -> Iterator[None]:
    """Leaves the buffers of a module as they were: running means are not moved by looking at it."""
    buffers = list(function.named_buffers()) if isinstance(function, torch.nn.Module) else []
    before = [(tensor, tensor.detach().clone()) for _, tensor in buffers]
    try:
        yield
    finally:
        with torch.no_grad():
            for tensor, value in before:
                tensor.copy_(value)


@contextmanager
def watched(recorder: Recorder, function: Any) -> Iterator[None]:
    """While it lasts, the modules that run are the groups of the stages that are recorded."""
    if not isinstance(function, torch.nn.Module):
        yield
        return
    names = {module: name for name, module in function.named_modules()}
    counts: dict[str, int] = {}
    before: list[tuple[str, ...]] = []

    def enters(module: Any, _: Any) -> None:
        before.append(recorder.tape.group)
        name = names.get(module)
        if name:
            counts[name] = counts.get(name, 0) + 1
            again = f" ({counts[name]})" if counts[name] > 1 else ""
            recorder.tape.group = (*recorder.tape.group, f"{name}{again}")

    def leaves(module: Any, _: Any, result: Any) -> None:
        recorder.tape.group = before.pop()

    hooks = torch.nn.modules.module
    handles = [hooks.register_module_forward_pre_hook(enters), hooks.register_module_forward_hook(leaves)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
