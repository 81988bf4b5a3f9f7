"""Every op as a row of `cgviz ops`: how it is written, its local derivatives, what it does, where it is from."""

from __future__ import annotations

from inspect import signature

from cgviz.ops.op import Op, ops
from cgviz.records import record

OUT, UPSTREAM = "f", "df"


@record
class OpRow:
    """What the list of ops says about one: `formula` is `f` in terms of its arguments, which `derivatives` are in.

    A derivative in an argument to which nothing flows (a condition, an order) is "". A structural op has in their place
    what it hands back, in the gradient `df` of its output.
    """

    name: str
    aliases: tuple[str, ...]
    glyph: str
    formula: str
    derivatives: tuple[str, ...]
    gate: str
    corners: str
    source: str


def rows() -> list[OpRow]:
    """Returns a row for every registered op, in the order of registration."""
    return [row(op) for op in ops()]


def row(op: Op) -> OpRow:
    from cgviz.text.formula import Formula  # imported late, because formulas stand on the ops

    unknown = None if op.vjp is not None else ()
    args = tuple(Formula(name, shape=unknown) for name in arguments(op))
    out = Formula(OUT, shape=unknown)
    rule = op.vjp(Formula(UPSTREAM, shape=unknown), out, *args) if op.vjp is not None else op.partials(out, *args)
    partials = (p if isinstance(p, Formula) or p is None else Formula(p) for p in rule)
    slopes = tuple("" if partial is None else partial.pretty for partial in partials)
    formula = Formula(op=op, args=args).pretty
    return OpRow(op.name, op.aliases, op.glyph, formula, slopes, op.gate, op.corners, op.source)


def arguments(op: Op) -> tuple[str, ...]:
    """Returns the names of the arguments that must be given, as the rule has them; x, y where it takes any number."""
    rule, before = (op.partials, 1) if op.vjp is None else (op.vjp, 2)
    parameters = list(signature(rule).parameters.values())[before:]
    names = tuple(parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL)
    least, most = op.arity
    return names[:least] or (("x", "y") if most is None else ("x", "y", "z")[:least])
