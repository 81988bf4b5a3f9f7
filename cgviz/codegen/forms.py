"""What a person writes in code for what the rules say of arrays: gates of code alone, which languages spell.

A rule says `spread` for what was summed, `place` for what was picked; a person says `np.full_like(x, df)`, or lets
broadcasting do it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.op import Op
from cgviz.ops.rearranging import Key
from cgviz.values.arrays import Shape


def unreachable(*_: Any) -> Any:
    raise AssertionError("a gate of code is written, not computed")


def like(name: str, **fields: Any) -> Op:
    """Returns a gate of code: `(value, x)` to a value in the shape of x."""
    return Op(name=name, arity=(2, 2), forward=unreachable, vjp=unreachable, shapes=lambda value, x: x, **fields)


full_like, broadcast_like, reshape_like = map(like, ("full_like", "broadcast_like", "reshape_like"))
sum_like = like("sum_like")
ones_like = Op(name="ones_like", forward=unreachable, vjp=unreachable, shapes=lambda x: x)

handed = Op(
    name="handed",
    arity=(2, 2),
    forward=unreachable,
    vjp=unreachable,
    spell=lambda notation, local, upstream: notation.handed(local, upstream),
)
"""A local derivative and the upstream gradient, as lecture code writes their product: `(local) * upstream`."""


@cache
def place_like(key: Key) -> Op:
    """Returns the gate that puts a value where x[key] stands, among zeros in the shape of x."""
    return like("place", parameter=key)


@cache
def eye(count: int) -> Op:
    """Returns the identity matrix."""
    return Op(name="eye", arity=(0, 0), forward=unreachable, vjp=unreachable, parameter=count, shapes=square(count))


def square(count: int) -> Any:
    def shapes(*_: Shape) -> Shape:
        return (count, count)

    return shapes


VIEWS = frozenset(("x[...]", "transpose", "reshape", "reshape_like", "broadcast_like", "spread", "copy"))
"""The gates whose output may share its memory with their input."""
