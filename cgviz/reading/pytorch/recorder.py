"""The mode under which PyTorch's ops are recorded, one by one, as they are run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten

from cgviz.errors import CgvizError
from cgviz.reading.calls import BindingError
from cgviz.reading.opaque import Foreign, opaque
from cgviz.reading.pytorch.aten import rule_of
from cgviz.reading.pytorch.common import UnknownError
from cgviz.reading.pytorch.memory import Memory, numbers
from cgviz.reading.tracing.tape import Tape, cannot
from cgviz.reading.tracing.tracer import Tracer, operand

MASKED_INDEX = frozenset(("index", "index_put", "_unsafe_index", "_unsafe_index_put"))
DRAWS = frozenset("uniform normal random bernoulli exponential poisson rand_like randn_like".split())
FILLS = DRAWS | {"fill", "zero", "set", "resize"}


def name_of(function: Any) -> str:
    """Returns the name of an op without its namespace and overload: `add` of aten.add.Tensor."""
    return str(function._schema.name).partition("::")[2]


class Recorder(TorchDispatchMode):
    """Records ops of PyTorch on a tape; `memory` tells which node a tensor stands for."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self.tape, self.memory, self.paused = tape, Memory(tape), False

    @contextmanager
    def following(self) -> Iterator[None]:
        """While it lasts, ops are recorded, and functions with a backward pass of their own are opaque stages."""
        kind = torch.autograd.function.Function
        before = kind.__dict__["apply"]
        recorder = self

        def apply(cls: Any, *args: Any, **keywords: Any) -> Any:
            return recorder.own_function(cls, before.__get__(None, cls), args, keywords)

        kind.apply = classmethod(apply)
        try:
            with self:
                yield
        finally:
            kind.apply = before

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self.paused:
            return function(*args, **kwargs)
        name = name_of(function)
        if name.endswith("_") and not name.startswith("__") and not name.endswith("__"):
            return self.in_place(function, name[:-1], args, kwargs)
        inputs = [leaf for leaf in tree_flatten((args, kwargs))[0] if isinstance(leaf, torch.Tensor)]
        if name in DRAWS or not any(leaf.dtype.is_floating_point for leaf in inputs):
            out = function(*args, **kwargs)
            self.constants(out)
            return out
        before = self.traced(name, args, kwargs)
        out = function(*args, **kwargs)
        outputs = [leaf for leaf in tree_flatten(out)[0] if isinstance(leaf, torch.Tensor)]
        if any(leaf.is_complex() for leaf in outputs):
            raise cannot(f"PyTorch's {name} gives complex numbers; cgviz computes with real numbers")
        if not any(leaf.dtype.is_floating_point for leaf in outputs):
            return out
        made = self.written(name, *before)
        if made is not None and self.agrees(out, made):
            self.enter(function, args, kwargs, out, made)
            return out
        if self.memory.depth and function.namespace == "prims":
            raise NotImplementedError("a decomposition that PyTorch does not differentiate is not followed")
        followed = self.decomposed(function, args, kwargs)
        if followed is not None:
            return followed
        self.enter(function, args, kwargs, out, None)
        return out

    # ops of ours

    def traced(self, name: str, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Returns arguments with tracers in the place of tensors."""

        def convert(leaf: Any) -> Any:
            if not isinstance(leaf, torch.Tensor):
                return leaf
            if name in MASKED_INDEX and leaf.dtype == torch.bool:
                return leaf.detach().cpu().numpy()
            return self.memory.tracer(leaf)

        return tree_map(convert, args), tree_map(convert, kwargs)

    def written(self, name: str, args: Any, kwargs: Any) -> Any:
        """Returns what an op makes of tracers, by our rule for it; None where there is none that fits."""
        rule = rule_of(name)
        if rule is None:
            return None
        options = {key: value for key, value in kwargs.items() if key not in NOT_ASKED}
        try:
            return rule(*args, **options)
        except (UnknownError, BindingError, CgvizError, TypeError, ValueError, IndexError):
            return None

    def agrees(self, out: Any, made: Any) -> bool:
        """Tells whether our values are PyTorch's."""
        outs, ours = aligned(out, made)
        for tensor, tracer in zip(outs, ours, strict=True):
            if tracer is None or not isinstance(tensor, torch.Tensor) or not tensor.dtype.is_floating_point:
                continue
            exact = 1e-9 if tensor.dtype == torch.float64 else 1e-3
            have, want = np.asarray(operand(self.tape, tracer).current), numbers(tensor)
            if have.shape != want.shape or not np.allclose(have, want, rtol=exact, atol=exact, equal_nan=True):
                return False
        return True

    def enter(self, function: Any, args: Any, kwargs: Any, out: Any, made: Any) -> None:
        """Enters the outputs of an op: our nodes for them, and opaque ones where there are none, once they are used."""
        outs, ours = aligned(out, made)
        for place, (tensor, tracer) in enumerate(zip(outs, ours, strict=True)):
            if not isinstance(tensor, torch.Tensor) or not tensor.dtype.is_floating_point:
                continue
            if tracer is not None:
                self.memory.enter(tensor, operand(self.tape, tracer).index)
            else:
                self.memory.enter(
                    tensor, self.later(function, args, kwargs, tensor, place, not isinstance(out, torch.Tensor))
                )

    def constants(self, out: Any) -> None:
        for tensor in tree_flatten(out)[0]:
            if isinstance(tensor, torch.Tensor) and tensor.dtype.is_floating_point:
                self.memory.enter(tensor, operand(self.tape, numbers(tensor)).index)

    def decomposed(self, function: Any, args: Any, kwargs: Any) -> Any:
        """Returns the output of an op by PyTorch's own decomposition, recorded; None where it has none."""
        from torch._decomp import decomposition_table

        rule = decomposition_table.get(function)
        if rule is None or self.memory.depth > 4:
            return None
        self.memory.depth += 1
        try:
            with self:
                out = rule(*args, **kwargs)
        except (NotImplementedError, RuntimeError):
            return None
        finally:
            self.memory.depth -= 1
        if out is NotImplemented:
            return None
        found = [t for t in tree_flatten(out)[0] if isinstance(t, torch.Tensor) and t.dtype.is_floating_point]
        for tensor in found:
            self.memory.settle(tensor)
        return out if all(self.memory.holds(tensor) for tensor in found) else None

    # changes in place

    def in_place(self, function: Any, name: str, args: Any, kwargs: Any) -> Any:
        target = args[0]
        lists = isinstance(target, (list, tuple))
        if lists or not target.dtype.is_floating_point:
            return function(*args, **kwargs)
        if name in FILLS or name.startswith("_"):
            out = function(*args, **kwargs)
            self.memory.write(target, operand(self.tape, numbers(target)))
            return out
        inputs = self.traced(name, args, kwargs)
        kept = tree_map(lambda leaf: leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf, (args, kwargs))
        out = function(*args, **kwargs)
        made = copied(*inputs[0][:2]) if name == "copy" else self.written(name, *inputs)
        if made is None or not self.agrees(target, made):
            functional = getattr(torch.ops.aten, name, None)
            if functional is None:
                raise CgvizError(f"PyTorch's {name}_ cannot be followed in place; write it as a new value")
            made = self.opaque_now(functional, kept, inputs, target)
        self.memory.write(target, operand(self.tape, made))
        return out

    # opaque stages

    def later(self, function: Any, args: Any, kwargs: Any, out: torch.Tensor, place: int, several: bool) -> Any:
        """Returns the function that makes the opaque node of an output when it is first used."""
        inputs, value, group = self.traced("", args, kwargs), numbers(out), self.tape.group

        def made() -> int:
            self.tape.group, before = group, self.tape.group
            try:
                return self.opaque_node(function, (args, kwargs), inputs, value, place if several else None)
            finally:
                self.tape.group = before

        return made

    def opaque_now(self, function: Any, kept: Any, inputs: Any, out: torch.Tensor) -> Tracer:
        node = self.opaque_node(function, kept, inputs, numbers(out), None)
        return Tracer(self.tape, node, self.tape.values[node])

    def opaque_node(self, function: Any, given: Any, inputs: Any, value: Any, place: int | None) -> int:
        leaves, spec = tree_flatten(given)
        tracers = tree_flatten(inputs)[0]
        moving = [i for i, leaf in enumerate(leaves) if isinstance(leaf, torch.Tensor) and leaf.dtype.is_floating_point]
        fixed = [leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves]

        def run(*tensors: torch.Tensor) -> torch.Tensor:
            every = list(fixed)
            for i, tensor in zip(moving, tensors, strict=True):
                every[i] = tensor
            args, kwargs = tree_unflatten(every, spec)
            out = function(*args, **kwargs)
            return out if place is None else tree_flatten(out)[0][place]

        called = getattr(function, "__name__", str(function)).partition(".")[0]
        return self.foreign(called, run, [fixed[i].dtype for i in moving], [tracers[i] for i in moving], value)

    def foreign(self, name: str, run: Any, dtypes: Sequence[Any], tracers: Sequence[Tracer], value: Any) -> int:
        """Returns the node of an opaque stage: PyTorch computes and differentiates it."""

        def tensors(xs: Sequence[Any], wants: bool) -> list[torch.Tensor]:
            pairs = zip(xs, dtypes, strict=True)
            return [torch.tensor(np.asarray(x), dtype=d, requires_grad=wants) for x, d in pairs]

        def forward(*xs: Any) -> Any:
            with torch.no_grad():
                return numbers(run(*tensors(xs, False)))

        def backward(up: Any, xs: Sequence[Any], slot: int) -> Any:
            with torch.enable_grad():
                given = tensors(xs, True)
                out = run(*given)
                if not out.requires_grad:
                    return np.zeros(np.shape(xs[slot]))
                upstream = torch.tensor(np.asarray(up), dtype=out.dtype).expand(out.shape)
                (found,) = torch.autograd.grad(out, given[slot], upstream, allow_unused=True)
            return np.zeros(np.shape(xs[slot])) if found is None else numbers(found)

        def tangent(ways: Sequence[Any], xs: Sequence[Any]) -> Any:
            wide = [np.broadcast_to(way, np.shape(x)) for way, x in zip(ways, xs, strict=True)]
            return numbers(
                torch.autograd.functional.jvp(run, tuple(tensors(xs, False)), tuple(tensors(wide, False)))[1]
            )

        shape = tuple(np.shape(value))
        op = opaque(name, "PyTorch", shape, len(tracers), Foreign(forward, backward, tangent))
        index = len(self.tape.values)
        self.tape.push(op, tuple(tracer.index for tracer in tracers), value if shape else float(value))
        return index

    def own_function(self, cls: Any, apply: Any, args: Any, keywords: Any) -> Any:
        """Returns the outputs of a torch.autograd.Function, each an opaque stage with its own backward pass."""
        if self.paused:
            return apply(*args, **keywords)
        inputs = tree_map(lambda leaf: self.memory.tracer(leaf) if isinstance(leaf, torch.Tensor) else leaf, args)
        given = tree_map(lambda leaf: leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf, args)
        self.paused = True
        try:
            out = apply(*args, **keywords)
        finally:
            self.paused = False
        several = not isinstance(out, torch.Tensor)
        function = named(cls, apply)
        for place, tensor in enumerate(tree_flatten(out)[0]):
            if isinstance(tensor, torch.Tensor) and tensor.dtype.is_floating_point:
                value = numbers(tensor)
                node = self.opaque_node(function, (given, {}), (inputs, {}), value, place if several else None)
                self.memory.enter(tensor, node)
        return out


def named(cls: Any, apply: Any) -> Any:
    def function(*args: Any) -> Any:
        return apply(*args)

    function.__name__ = cls.__name__
    return function


NOT_ASKED = frozenset("dtype layout device pin_memory memory_format non_blocking generator".split())


def aligned(out: Any, made: Any) -> tuple[list[Any], list[Any]]:
    """Returns the outputs of PyTorch and ours side by side; None for what ours lacks."""
    outs = list(out) if isinstance(out, (list, tuple)) else [out]
    if made is None:
        return outs, [None] * len(outs)
    ours = list(made) if isinstance(made, (list, tuple)) else [made]
    return outs, (ours + [None] * len(outs))[: len(outs)]


def copied(target: Any, source: Any) -> Any:
    return source
