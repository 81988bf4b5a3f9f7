"""Which node a tensor stands for, by the place of its elements in memory: views and changes in place are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from cgviz.ops import places
from cgviz.ops.pieces import broadcast_to
from cgviz.ops.rearranging import reshaped
from cgviz.ops.stopping import stop_gradient
from cgviz.reading.tracing.tape import Tape
from cgviz.reading.tracing.tracer import Tracer, operand

Geometry = tuple[int, tuple[int, ...], tuple[int, ...]]  # offset, lengths, strides


def geometry(tensor: torch.Tensor) -> Geometry:
    return tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride())


def numbers(tensor: torch.Tensor) -> Any:
    """Returns a tensor's elements as an array of float64 of its own."""
    return np.array(tensor.detach().cpu().to(torch.float64).resolve_conj().numpy(), copy=True)


@dataclass
class MemoryEntry:
    """The node of a part of memory, as of a version; made when it is first needed where it is a function."""

    node: int | Callable[[], int]
    version: int
    depth: int = 0


@dataclass
class Storage:
    """The memory of some tensors: its entries by geometry, and the flat node of all of it after it was changed."""

    kept: list[torch.Tensor]
    root: Geometry
    size: int
    entries: dict[Geometry, MemoryEntry] = field(default_factory=dict)
    version: int = 0
    flat: Callable[[], int] | None = None


class Memory:
    """The nodes of tensors. `depth` counts the decompositions that are under way: what is made inside has no gradient
    of PyTorch's own, and is not taken for detached."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.storages: dict[int, Storage] = {}
        self.moving: list[bool] = []
        self.stopped: dict[int, int] = {}
        self.depth = 0

    def storage(self, tensor: torch.Tensor) -> Storage:
        """Returns the memory of a tensor; one that was never met holds constants."""
        key = tensor.untyped_storage()._cdata
        found = self.storages.get(key)
        if found is None:
            size = tensor.untyped_storage().nbytes() // max(1, tensor.element_size())
            found = self.storages[key] = Storage([tensor], geometry(tensor), size)
        return found

    def enter(self, tensor: torch.Tensor, node: int | Callable[[], int]) -> None:
        """Enters the node of a tensor that was made just now."""
        storage = self.storage(tensor)
        storage.kept.append(tensor)
        storage.entries[geometry(tensor)] = MemoryEntry(node, storage.version, self.depth)

    def settle(self, tensor: torch.Tensor) -> None:
        """Enters that a tensor made in a decomposition is now the output of an op of PyTorch's."""
        entry = self.storage(tensor).entries.get(geometry(tensor))
        if entry is not None:
            entry.depth = self.depth

    def holds(self, tensor: torch.Tensor) -> bool:
        """Tells whether the node of a tensor has its value."""
        entry = self.storage(tensor).entries.get(geometry(tensor))
        if entry is None or entry.version != self.storage(tensor).version:
            return False
        if callable(entry.node):
            return True
        have, want = np.asarray(self.tape.values[entry.node]), numbers(tensor)
        return have.shape == want.shape and bool(np.allclose(have, want, rtol=1e-3, atol=1e-6, equal_nan=True))

    def known(self, value: Any) -> int | None:
        """Returns the node that a tensor stands for now, where it has one; nothing is made for it."""
        if not isinstance(value, torch.Tensor) or not value.dtype.is_floating_point:
            return None
        storage = self.storages.get(value.untyped_storage()._cdata)
        entry = None if storage is None else storage.entries.get(geometry(value))
        if storage is None or entry is None or entry.version != storage.version or callable(entry.node):
            return None
        return entry.node

    def tracer(self, tensor: torch.Tensor) -> Tracer:
        """Returns the tracer of a tensor: its node, with the gradient stopped where the tensor is detached."""
        if not tensor.dtype.is_floating_point:
            return operand(self.tape, numbers(tensor))
        storage, where = self.storage(tensor), geometry(tensor)
        entry = storage.entries.get(where)
        if entry is None or entry.version != storage.version:
            entry = storage.entries[where] = MemoryEntry(self.derived(storage, tensor), storage.version, self.depth)
            storage.kept.append(tensor)
        if callable(entry.node):
            entry.node = entry.node()
        node = entry.node
        inside = bool(self.depth and entry.depth) or in_backward()
        if not tensor.requires_grad and not inside and self.moves(node):
            node = self.stop(node)
        return Tracer(self.tape, node, self.tape.values[node])

    def stop(self, node: int) -> int:
        if node not in self.stopped:
            self.stopped[node] = self.tape.record(stop_gradient, [node]).index
        return self.stopped[node]

    def moves(self, node: int) -> bool:
        """Tells whether a node is computed from something that is differentiated."""
        from cgviz.graph.nodes import INPUT

        for index in range(len(self.moving), len(self.tape.values)):
            op, args = self.tape.ops[index], self.tape.args[index]
            self.moving.append(op is INPUT or (op is not stop_gradient and any(self.moving[arg] for arg in args)))
        return self.moving[node]

    def derived(self, storage: Storage, tensor: torch.Tensor) -> int:
        """Returns the node of a part of memory that was changed through another tensor, or that holds constants."""
        flat = self.flat(storage)
        if flat is None:
            return operand(self.tape, numbers(tensor)).index
        where = geometry(tensor)
        if where[0] == 0 and tensor.is_contiguous() and tensor.numel() == storage.size:
            return self.tape.record(reshaped(tuple(tensor.shape)), [flat]).index  # type: ignore[no-any-return]
        at = operand(self.tape, elements_of(storage, where).reshape(-1)).index
        picked = self.tape.record(places.picked_at((places.SLOT,)), [flat, at])
        return self.tape.record(reshaped(tuple(tensor.shape)), [picked.index]).index  # type: ignore[no-any-return]

    def flat(self, storage: Storage) -> int | None:
        """Returns the node of all elements of a memory in their order; None where nothing of it is known."""
        if storage.flat is not None:
            found = storage.flat()
            storage.flat = lambda: found
            return found
        for where, entry in storage.entries.items():
            offset, lengths, _ = where
            if entry.version == storage.version and offset == 0 and is_whole(where, storage.size):
                node = entry.node() if callable(entry.node) else entry.node
                entry.node = node
                return self.tape.record(reshaped((-1,)), [node]).index if len(lengths) != 1 else node
        return None

    def write(self, tensor: torch.Tensor, made: Tracer) -> None:
        """Enters what was written into a tensor in place; other tensors of the same memory change with it."""
        storage, where = self.storage(tensor), geometry(tensor)
        if made.shape != tuple(tensor.shape):
            made = self.tape.record(broadcast_to(tuple(tensor.shape)), [made.index])
        node = made.index
        if is_whole(where, storage.size):
            flat: Callable[[], int] = lambda: self.tape.record(reshaped((-1,)), [node]).index  # noqa: E731
        else:
            old = self.flat(storage)
            if old is None:
                whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage(), 0, (storage.size,), (1,))
                old = operand(self.tape, numbers(whole)).index
            row = self.tape.record(reshaped((-1,)), [node]).index
            at = operand(self.tape, elements_of(storage, where).reshape(-1)).index
            put = self.tape.record(places.put_at((places.SLOT,)), [old, row, at]).index
            flat = lambda: put  # noqa: E731
        storage.version += 1
        storage.flat = flat
        storage.entries[where] = MemoryEntry(node, storage.version, self.depth)
        storage.kept.append(tensor)


def in_backward() -> bool:
    """Tells whether a backward pass is being recorded itself, whose saved tensors have no gradient of their own."""
    return torch.is_grad_enabled() and torch._C._current_graph_task_id() != -1


def is_whole(where: Geometry, size: int) -> bool:
    """Tells whether a part is all elements of a memory in their order."""
    offset, lengths, strides = where
    step = 1
    for n, stride in zip(reversed(lengths), reversed(strides), strict=True):
        if n != 1 and stride != step:
            return False
        step *= n
    return offset == 0 and step == size


def elements_of(storage: Storage, where: Geometry) -> Any:
    """Returns where in memory each element of a part stands."""
    offset, lengths, strides = where
    return torch.arange(storage.size).as_strided(lengths, strides, offset).numpy().astype(float)
