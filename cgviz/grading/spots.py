"""Assignments to some elements of an array: `dx[0] += g` brings a contribution, `dh[z <= 0] = 0` lets a relu pass."""

from __future__ import annotations

from dataclasses import dataclass

from cgviz.grading.array_ops import put
from cgviz.grading.term import Term, applied
from cgviz.ops.indexing import indexed, placed
from cgviz.ops.op import REGISTRY
from cgviz.ops.rearranging import Key
from cgviz.values.arrays import Shape


@dataclass(frozen=True, eq=False)
class Spot:
    """Elements that are assigned to: those of `key`, or those where `mask` holds; they get `value`, or it is added."""

    key: Key | None
    mask: Term | None
    value: Term
    adds: bool

    def whole(self, old: Term) -> Term:
        """Returns the array as it is after the assignment; `old` as it was."""
        if self.mask is not None:
            value = applied(REGISTRY["add"], old, self.value) if self.adds else self.value
            return applied(REGISTRY["where"], self.mask, value, old, start=old.start, end=self.value.end)
        assert self.key is not None
        value = applied(REGISTRY["add"], applied(indexed(self.key), old), self.value) if self.adds else self.value
        return applied(put(self.key), old, value, start=self.value.start, end=self.value.end)

    def alone(self, value: Term, shape: Shape) -> Term:
        """Returns what `x[key] += value` adds to x: the value in its place among zeros."""
        assert self.key is not None
        return applied(placed(self.key, shape), value)
