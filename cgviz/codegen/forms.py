"""What a person writes in code for what the rules say of arrays: gates of code alone, which languages spell.

A rule says `spread` for what was summed, `place` for what was picked; a person says `np.full_like(x, df)`, or lets
broadcasting do it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.op import Op
from cgviz.values.arrays import Shape


def unreachable(*_: Any) -> Any:
    raise AssertionError("a gate of code is written, not computed")


def like(name: str, **fields: Any) -> Op:
    """Returns a gate of code: `(value, x)` to a value in the shape of x."""
    return Op(name=name, arity=(2, 2), forward=unreachable, vjp=unreachable, shapes=lambda value, x: x, **fields)


full_like = like("full_like", code=coded("np.full_like({1}, {0})", "{0.atom}.expand_as({1})"))
broadcast_like = like("broadcast_like", code=coded("np.broadcast_to({0}, {1.atom}.shape)", "{0.atom}.expand_as({1})"))
reshape_like = like("reshape_like", code=coded("np.reshape({0}, {1.atom}.shape)"))
sum_like = like("sum_like", code={"torch": "{0.atom}.sum_to_size({1.atom}.shape)"})

handed = Op(
    name="handed",
    arity=(2, 2),
    forward=unreachable,
    vjp=unreachable,
    spell=lambda notation, local, upstream: notation.handed(local, upstream),
)
"""A local derivative and the upstream gradient, as lecture code writes their product: `(local) * upstream`."""


class InShapeOf(Op):
    """A gate that makes what another one does, among zeros in the shape of one more operand, the last."""


@cache
def in_shape_of_last(op: Op) -> Op:
    """Returns the gate that makes among zeros in the shape of a variable what `op` makes of a shape."""
    least = op.arity[0] + 1
    return InShapeOf(
        name=op.name,
        code=op.code,
        helper=op.helper,
        arity=(least, least),
        forward=unreachable,
        vjp=unreachable,
        shapes=lambda *shapes: shapes[-1],
        parameter=op.parameter,
    )


@cache
def eye(count: int) -> Op:
    """Returns the identity matrix."""
    torch = "torch.eye({op.parameter}, dtype={like}.dtype, device={like}.device)"
    return Op(
        name="eye",
        code=coded("np.eye({op.parameter})", torch),
        arity=(0, 0),
        forward=unreachable,
        vjp=unreachable,
        parameter=count,
        shapes=square(count),
    )


def square(count: int) -> Any:
    def shapes(*_: Shape) -> Shape:
        return (count, count)

    return shapes


VIEWS = frozenset(("x[...]", "transpose", "reshape", "reshape_like", "broadcast_like", "spread", "copy"))
"""The gates whose output may share its memory with their input."""
