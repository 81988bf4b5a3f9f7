"""Every op as a row of `cgviz ops`: how it is written, its local derivatives, what it does, where it is from."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature

from cgviz.op import Op, ops

OUT = "f"


@dataclass(frozen=True)
class Row:
    """What the list of ops says about one: `formula` is `f` in terms of its arguments, which `derivatives` are in.

    A derivative in an argument to which nothing flows (a condition, an order) is "".
    """

    name: str
    aliases: tuple[str, ...]
    glyph: str
    formula: str
    derivatives: tuple[str, ...]
    gate: str
    corners: str
    source: str


def rows() -> list[Row]:
    """Returns a row for every registered op, in the order of registration."""
    return [row(op) for op in ops()]


def row(op: Op) -> Row:
    from cgviz.formula import Formula  # imported late, because formulas stand on the ops

    args = tuple(map(Formula, arguments(op)))
    partials = (p if isinstance(p, Formula) or p is None else Formula(p) for p in op.partials(Formula(OUT), *args))
    slopes = tuple("" if partial is None else partial.pretty for partial in partials)
    formula = Formula(op=op, args=args).pretty
    return Row(op.name, op.aliases, op.glyph, formula, slopes, op.gate, op.corners, op.source)


def arguments(op: Op) -> tuple[str, ...]:
    """Returns the names of the arguments that must be given, as the rule has them; x, y where it takes any number."""
    parameters = list(signature(op.partials).parameters.values())[1:]
    names = tuple(parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL)
    return names[: op.arity[0]] or ("x", "y")
