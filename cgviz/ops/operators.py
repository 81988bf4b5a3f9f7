"""Python's operators as ops, for everything that records what is done to it (formulas, tracers)."""

from __future__ import annotations

from typing import Any

from cgviz.ops import arithmetic as a


class Operators:
    """Turns `x + y`, `-x`, `x**2`, `abs(x)` into ops applied by the subclass's `cgviz_apply(op, args)`."""

    __slots__ = ()

    def cgviz_apply(self, op: Any, args: tuple[Any, ...]) -> Any:
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return self.cgviz_apply(a.add, (self, other))

    def __radd__(self, other: Any) -> Any:
        return self.cgviz_apply(a.add, (other, self))

    def __sub__(self, other: Any) -> Any:
        return self.cgviz_apply(a.subtract, (self, other))

    def __rsub__(self, other: Any) -> Any:
        return self.cgviz_apply(a.subtract, (other, self))

    def __mul__(self, other: Any) -> Any:
        return self.cgviz_apply(a.multiply, (self, other))

    def __rmul__(self, other: Any) -> Any:
        return self.cgviz_apply(a.multiply, (other, self))

    def __truediv__(self, other: Any) -> Any:
        return self.cgviz_apply(a.divide, (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return self.cgviz_apply(a.divide, (other, self))

    def __pow__(self, other: Any) -> Any:
        return a.raised(self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.cgviz_apply(a.pow_, (other, self))

    def __neg__(self) -> Any:
        return self.cgviz_apply(a.neg, (self,))

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        from cgviz.ops.piecewise import absolute

        return self.cgviz_apply(absolute, (self,))
