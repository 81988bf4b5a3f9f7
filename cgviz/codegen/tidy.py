"""Formulas of arrays as a person writes them: without what broadcasting does by itself, and without factors 1."""

from __future__ import annotations

from collections.abc import Callable

from cgviz.codegen.forms import broadcast_like, eye, full_like, in_shape_of_last, reshape_like
from cgviz.ops.arithmetic import neg
from cgviz.ops.indexing import indexed
from cgviz.ops.making import ONES_LIKE
from cgviz.ops.rearranging import reshaped, spread, transposed
from cgviz.ops.reductions import total
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape, broadcast, summed_axes

PLACED = "{goal}"
"""What stands in the forms of a gate that puts values among zeros."""


def tidy(formula: Formula, prepared: Callable[[Formula], Formula]) -> Formula:
    """Returns a formula that means the same, each gate `prepared` for a language.

    Walks with a stack of its own: depth is no limit.
    """
    done: list[Formula] = []
    todo: list[tuple[Formula, bool]] = [(formula, False)]
    while todo:
        item, opened = todo.pop()
        if item.op is None:
            done.append(identity_matrix(item))
        elif not opened:
            todo.append((item, True))
            todo.extend((arg, False) for arg in reversed(item.args))
        else:
            first = len(done) - len(item.args)
            args = tuple(done[first:])
            del done[first:]
            done.append(prepared(tidied(Formula(op=item.op, args=args, shape=item.shape))))
    return done[0]


def tidied(formula: Formula) -> Formula:
    """Returns a formula whose operands are tidy."""
    assert formula.op is not None
    if formula.op.name in RULES:
        return RULES[formula.op.name](formula)
    if formula.op.vjp is None:
        return without_spreads(formula)
    return Formula(op=formula.op, args=tuple(map(with_axes, formula.args)), shape=formula.shape)


def shape(formula: Formula) -> Shape:
    return formula.shape or ()


def identity_matrix(leaf: Formula) -> Formula:
    """Returns the matrix that rules call I as a gate of its length."""
    if not isinstance(leaf.leaf, str) or leaf.leaf != "I":
        return leaf
    return Formula(op=eye(shape(leaf)[0]), shape=leaf.shape)


def is_number(formula: Formula, number: float) -> bool:
    return formula.op is None and not shape(formula) and not isinstance(formula.leaf, str) and formula.leaf == number


# what broadcasting does by itself


def without_spreads(formula: Formula) -> Formula:
    """Returns an elementwise formula, an operand that was repeated to its shape left as it is where others have it.

    What has only operands that were all repeated in the same way is computed first, and repeated then.
    """
    spreads = [arg.op for arg in formula.args if is_spread(arg)]
    if spreads and len(set(spreads)) == 1 and all(is_spread(arg) or not shape(arg) for arg in formula.args):
        bare = tuple(arg.args[0] if is_spread(arg) else arg for arg in formula.args)
        inner = Formula(op=formula.op, args=bare, shape=broadcast(map(shape, bare)))
        return Formula(op=spreads[0], args=(inner,), shape=formula.shape)
    args = list(formula.args)
    for slot, arg in enumerate(args):
        if is_spread(arg):
            args[slot] = narrow(arg)
            if broadcast(map(shape, args)) != shape(formula):
                args[slot] = with_axes(arg)
    return Formula(op=formula.op, args=tuple(args), shape=formula.shape)


def is_spread(formula: Formula) -> bool:
    return formula.op is not None and formula.op.name == "spread"


def with_axes(formula: Formula) -> Formula:
    """Returns a spread whose operand has its new axes already; anything else as it is."""
    return spread(shape(formula))(narrow(formula)) if is_spread(formula) else formula


def narrow(repeated: Formula) -> Formula:
    """Returns what a spread repeats, with the axes of length 1 that broadcasting needs: `lse[:, None]`."""
    assert repeated.op is not None
    (value,), (_, axes) = repeated.args, repeated.op.parameter
    rank = len(shape(value)) + len(axes)
    inside = [axis for axis in axes if any(i not in axes for i in range(axis))]
    if not shape(value) or not inside:
        return value
    if inside == list(range(rank - len(inside), rank)):
        trailing: Formula = indexed((Ellipsis, *(None,) * len(inside)))(value)
        return trailing
    lead = len(axes) - len(inside)
    key = tuple(None if axis in inside else ("slice", None, None, None) for axis in range(lead, rank))
    made: Formula = indexed(key)(value)
    return made


def without_ones(formula: Formula) -> Formula:
    """Returns a product without factors 1, unless they give it its shape."""
    kept = tuple(arg for arg in formula.args if not is_number(arg, 1))
    formula = without_spreads(formula)
    if len(kept) == 1:
        return kept[0]
    return formula


# gates that do nothing, or that have a plainer form


def unless_same(formula: Formula) -> Formula:
    """Returns the operand of a gate that leaves its shape as it is."""
    return formula.args[0] if formula.args[0].shape == formula.shape else formula


def is_turned(formula: Formula) -> bool:
    """Tells whether a formula is the transpose of a matrix."""
    return formula.op is not None and formula.op.name == "transpose" and len(shape(formula)) == 2


def turned(formula: Formula) -> Formula:
    """Returns a transpose of a matrix as such, of a vector left out, of more axes with their order."""
    assert formula.op is not None
    (x,), axes = formula.args, formula.op.parameter
    if x.op is not None and x.op.name == "transpose" and axes is None and x.op.parameter is None:
        return x.args[0]
    if x.op is not None and x.op.name == "matmul" and axes is None and is_turned(x.args[0]):
        first, second = x.args
        return Formula(op=x.op, args=(turned(transposed()(second)), first.args[0]), shape=formula.shape)
    if formula.shape is None or (len(shape(x)) == 2 and axes is None):
        return formula
    if len(shape(x)) < 2:
        return x
    order = tuple(reversed(range(len(shape(x))))) if axes is None else axes
    return Formula(op=transposed() if order == (1, 0) else transposed(order), args=(x,), shape=formula.shape)


def summed(formula: Formula) -> Formula:
    """Returns the sum over what was broadcast as a plain sum along axes."""
    assert formula.op is not None
    (x,), (wide, goal) = formula.args, formula.op.parameter
    if wide == goal:
        return x
    axes = summed_axes(wide, goal)
    lead = len(wide) - len(goal)
    if goal == ():
        made: Formula = total()(x)
        return made
    axis = axes[0] if len(axes) == 1 else axes
    if lead == 0 or len(axes) == lead:
        made = total(axis, lead == 0)(x)
        return made
    made = reshaped(goal)(total(axes)(x))
    return made


RULES: dict[str, Callable[[Formula], Formula]] = {
    "multiply": without_ones,
    "reshape": unless_same,
    "spread": unless_same,
    "transpose": turned,
    "fold": summed,
    "handed": without_spreads,
}


# a whole right side


def chained(local: Formula, upstream: Formula | None, taught: bool) -> tuple[Formula, Formula | None]:
    """Returns a local derivative and its upstream gradient; of a local derivative 1 or −1 the gradient alone."""
    if upstream is None or taught or not (is_number(local, 1) or is_number(local, -1)):
        return local, upstream
    return (upstream if is_number(local, 1) else Formula(op=neg, args=(upstream,), shape=upstream.shape)), None


def in_shape_of(formula: Formula, x: Formula) -> Formula:
    """Returns a tidy formula for the gradient of the variable x: where it has the shape of x, by `x.shape`."""
    op = formula.op
    if op is None or not shape(x):
        return formula
    value = formula.args[0] if formula.args else formula
    if op.name == "reshape":
        return Formula(op=reshape_like, args=(value, x), shape=x.shape)
    if PLACED in "".join(map(str, op.code.values())):
        return Formula(op=in_shape_of_last(op), args=(*formula.args, x), shape=x.shape)
    if op.name != "spread":
        return formula
    if is_number(value, 1):
        return Formula(op=ONES_LIKE, args=(x,), shape=x.shape)
    if not shape(value):
        return Formula(op=full_like, args=(value, x), shape=x.shape)
    return Formula(op=broadcast_like, args=(narrow(formula), x), shape=x.shape)
