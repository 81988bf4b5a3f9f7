"""The catalogue of slips as changes of a statement: each would mend a line, one tried after the other.

A change of an expression is found by walking the syntax tree; what stands in the student's file is never changed, the
interpreter runs the mended statement in its place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cgviz.grading.slips.bookkeeping import aliases, bookkeeping, moves, orders, shared
from cgviz.grading.slips.loops import loops
from cgviz.grading.slips.masks import masks, strict
from cgviz.grading.slips.meant import (
    earlier,
    inner_factors,
    outputs,
    pairs,
    recomputed,
    unlabelled,
    unmasked,
    windows,
    within_sums,
)
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.products import operators, turns
from cgviz.grading.slips.rules import (
    complements,
    counted,
    extra,
    factors,
    functions,
    numbers,
    powers,
    signs,
    slopes,
    strides,
)
from cgviz.grading.slips.shapes import axes, shapes
from cgviz.grading.slips.sums import divided, regularisation, sums
from cgviz.grading.slips.values import contributions, elsewhere, inner_contributions, names, products, twins, upstream

TIERS = (
    (bookkeeping, shared, sums, signs, turns, numbers, loops, operators, strict, extra), (names,),
    (upstream, masks, powers, slopes, divided, regularisation, functions, contributions),
    (elsewhere, orders, aliases, moves, shapes, complements, strides, counted, outputs, recomputed, within_sums,
     windows),
    (inner_factors, earlier, pairs, factors, inner_contributions, twins), (products, axes),
)  # fmt: skip

MISSING = (unmasked, unlabelled)


def copies(place: Place) -> Iterator[Slip]:
    """Yields what mends a file only where an array has two names."""
    yield from shared(place)


def slips(place: Place, tier: int) -> Iterator[Slip]:
    """Yields the slips of a tier that could have led to a statement; the first tiers are the likely ones.

    Behind the tiers are statements that are missing after one that is right.
    """
    for source in TIERS[tier] if tier < len(TIERS) else MISSING:
        yield from (slip for slip in source(place) if id(slip.culprit) not in place.settled)
    node = place.statement
    if tier == len(TIERS) - 2 and isinstance(node, (ast.AugAssign, ast.Assign, ast.Expr)) and place.within:
        says = "this line does not belong here: an extra factor, or it counts twice"
        yield Slip("extra-line", says, {node: []}, None, node)
