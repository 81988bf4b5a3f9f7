"""Opaque stages: ops without a record here, which their framework computes and differentiates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cgviz.ops.op import Op
from cgviz.records import record
from cgviz.values.arrays import Shape, numpy, settled

Forward = Callable[..., Any]
Backward = Callable[[Any, Sequence[Any], int], Any]
Tangent = Callable[[Sequence[Any], Sequence[Any]], Any]


@record
class Foreign:
    """What a framework does at one op: functions of numpy's arrays.

    forward   (*operands) to the output
    backward  (upstream, operands, slot) to the gradient of one operand, the framework's own
    tangent   (tangents, operands) to the tangent of the output
    """

    forward: Forward
    backward: Backward
    tangent: Tangent


def opaque(name: str, framework: str, shape: Shape, count: int, foreign: Foreign) -> Op:
    """Returns the record of an op that only a framework knows, of `count` operands and an output of this shape."""
    backs = [handed_back(name, framework, foreign, slot, count) for slot in range(count)]

    def spell(notation: Any, *operands: Any) -> Any:
        return notation.along(name, notation.comma.join(map(str, operands)), "")

    return Op(
        name=f"{name} (opaque)",
        arity=(count, count),
        forward=lambda *xs: settled(foreign.forward(*xs)),
        shapes=lambda *_: shape,
        vjp=lambda up, out, *xs: tuple(back(up, *xs) for back in backs),
        jvp=lambda tangents, out, *xs: foreign.tangent(tangents, xs),
        glyph="opaque",
        stem=stem_of(name),
        spell=spell,
        by=f"{framework}'s own rule",
        gate="opaque",
        says=f"is opaque: {framework} computes its value and its gradient, and no rule is shown",
        corners=f"as {framework} has them",
        analytic=False,
        source=f"{framework}, {name}",
        parameter=(name, shape, count),
    )


def stem_of(name: str) -> str:
    """Returns what the names of its stages begin with."""
    plain = "".join(c for c in name.rpartition(".")[2] if c.isalnum() or c == "_").strip("_")
    return plain if plain.isidentifier() else "opaque"


def handed_back(name: str, framework: str, foreign: Foreign, slot: int, count: int) -> Op:
    """Returns the op (upstream, *operands) to what one operand gets."""

    def refuse(*_: Any) -> Any:
        raise TypeError(f"{framework}'s rule for {name} is not differentiated again")

    def forward(up: Any, *xs: Any) -> Any:
        return settled(numpy().asarray(foreign.backward(up, xs, slot), dtype=float))

    def spell(notation: Any, up: Any, *xs: Any) -> Any:
        inner = notation.comma.join(map(str, (up, *xs)))
        return notation.along(f"{name}_vjp", inner, f"slot={slot}" if count > 1 else "")

    return Op(
        name=f"{name} vjp (opaque)",
        arity=(1 + count, 1 + count),
        forward=forward,
        shapes=lambda up, *shapes: shapes[slot],
        vjp=refuse,
        glyph="opaque",
        stem="opaque",
        spell=spell,
        by=f"{framework}'s own rule",
        gate="opaque",
        says="is opaque",
        source=f"{framework}, {name}",
        parameter=(name, slot),
    )
