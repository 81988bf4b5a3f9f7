"""Calls of NumPy's functions and of the methods of arrays: `np.outer(a, b)`, `x.sum(axis=0)`, `np.zeros_like(x)`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cgviz.errors import quoted
from cgviz.grading import array_ops, calls
from cgviz.grading.array_keys import constant, shape_in
from cgviz.grading.term import Term, applied
from cgviz.ops.joining import joined, stacked
from cgviz.ops.matrices import matmul, outer
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.rearranging import as_shape, reshaped, spread, transposed
from cgviz.ops.reductions import AMAX, AMIN

if TYPE_CHECKING:
    from cgviz.grading.expressions import Expressions

Build = Callable[[list[Term]], Term]
Form = tuple[Sequence[ast.expr], Build]
SAME_METHODS = frozenset("copy astype item tolist detach clone numpy float double".split())
REDUCTIONS = {"max": AMAX, "min": AMIN, "amax": AMAX, "amin": AMIN} | {
    name: REGISTRY[name] for name in ("sum", "mean", "logsumexp", "softmax", "log_softmax", "norm", "trace", "average")
}
METHODS = SAME_METHODS | frozenset("dot matmul reshape ravel flatten transpose squeeze sum mean max min trace".split())
LIKE = {"zeros_like": 0.0, "ones_like": 1.0, "empty_like": 0.0}
FILLED = {"zeros": 0.0, "ones": 1.0, "empty": 0.0}
JOINS = {"concatenate": 0, "concat": 0, "hstack": -1, "vstack": 0}
LEFT_OUT = frozenset(("dtype", "copy", "order", "initial"))
SAID = dict.fromkeys(("einsum", "tensordot", "vdot", "inner"), "write @, np.dot, np.outer or np.sum")


def listed_term(reads: Expressions, node: ast.expr, args: list[Term]) -> Term:
    if not args:
        raise reads.refuse(node, "an array without elements is not read")
    return applied(stacked(len(args)), *args)


def called(reads: Expressions, node: ast.Call) -> Form | None:
    """Returns the form of a call of a method of an array, or of one of NumPy's functions of arrays."""
    if isinstance(node.func, ast.Call):
        return on_each(reads, node, node.func)
    found = calls.dotted(node.func)
    module, name = found or ("", "")
    if isinstance(node.func, ast.Attribute) and (found is None or module not in calls.MODULES):
        name = node.func.attr
        if name not in METHODS:
            return None
        return applied_to(reads, node, name, [node.func.value, *node.args], method=True)
    if (module and module not in calls.MODULES) or (not module and (name in reads.helpers or name in ("max", "min"))):
        return None
    return applied_to(reads, node, name, list(node.args), method=False)


def on_each(reads: Expressions, node: ast.Call, made: ast.Call) -> Form | None:
    """Returns the form of `np.vectorize(math.erf)(x)`."""
    maker, inner = calls.dotted(made.func), calls.dotted(made.args[0]) if made.args else None
    op = calls.function(*inner) if inner and calls.is_known(*inner) else None
    if maker is None or maker[1] != "vectorize" or op is None or not calls.takes(op, len(node.args)):
        return None
    return node.args, lambda args: applied(op, *args)


def applied_to(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], method: bool) -> Form | None:
    given = {each.arg or "": each.value for each in node.keywords if each.arg not in LEFT_OUT}
    if any(isinstance(arg, ast.Starred) for arg in args) or "" in given or not args:
        return None
    if method and name in SAME_METHODS:
        return args[:1], lambda made: made[0]
    if name in REDUCTIONS:
        return reduction(reads, node, REDUCTIONS[name], args, given)
    if name in SAID:
        raise reads.refuse(node, f"{quoted(name)} is not read; {SAID[name]}")
    make = FORMS.get(name)
    if make is not None:
        return make(reads, node, name, args, given)
    if given:
        raise reads.refuse(node, f"{quoted(name)} takes its numbers one after the other here")
    return None


def reduction(reads: Expressions, node: ast.Call, op: Op, args: list[ast.expr], given: Mapping[str, ast.expr]) -> Form:
    """Returns the form of a sum, mean ... whose axis may stand second, or by its name."""
    if op.name == "norm" and len(args) > 1:
        raise reads.refuse(node, "the length of a vector is read, and no other norm: give no second argument")
    try:
        statics = dict(zip(op.statics, [constant(reads, arg) for arg in args[1:]], strict=False))
        statics |= {{"dim": "axis", "keepdim": "keepdims"}.get(k, k): constant(reads, v) for k, v in given.items()}
        made = op.options(**statics) if op.options and statics else op
    except (TypeError, ValueError):
        raise reads.refuse(node, f"{quoted(op.name)} is read with `axis` and `keepdims`") from None
    return args[:1], lambda terms: applied(made, *terms)


def product(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    exactly(reads, node, name, args, 2)
    op = REGISTRY["dot"] if name == "dot" else REGISTRY["multiply"] if name == "multiply" else matmul
    return args, lambda terms: applied(op, *terms)


def outer_product(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    exactly(reads, node, name, args, 2)
    flat = reshaped((-1,))
    return args, lambda terms: applied(outer, *(applied(flat, term, start=term.start, end=term.end) for term in terms))


def like(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    exactly(reads, node, name, args, 1)
    return args, lambda terms: applied(array_ops.full_like(LIKE[name]), *terms)


def filled(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    """Returns the form of `np.zeros((2, 3))`, or `np.zeros(W.shape)`."""
    number = Term(FILLED[name])
    if isinstance(args[0], ast.Attribute) and args[0].attr == "shape":
        return (args[0].value,), lambda terms: applied(array_ops.full_like(number.leaf), *terms)
    shape = shape_in(reads, args)
    return (), lambda _: applied(spread(shape), number)


def full(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    exactly(reads, node, name, args, 2)
    if name == "full_like" or (isinstance(args[0], ast.Attribute) and args[0].attr == "shape"):
        first = args[0].value if isinstance(args[0], ast.Attribute) and args[0].attr == "shape" else args[0]
        return (args[1], first), lambda terms: applied(array_ops.spread_like, *terms)
    shape = shape_in(reads, args[:1])
    return args[1:], lambda terms: applied(spread(shape), *terms)


def shaped(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    """Returns the form of `reshape` and `broadcast_to`, to a shape in numbers or that of an array."""
    rest = [*args[1:], *given.values()]
    if not rest:
        raise reads.refuse(node, f"{quoted(name)} takes a shape")
    if isinstance(rest[0], ast.Attribute) and rest[0].attr == "shape":
        op = array_ops.reshape_like if name == "reshape" else array_ops.spread_like
        return (args[0], rest[0].value), lambda terms: applied(op, *terms)
    shape = shape_in(reads, rest)
    made = reshaped(shape) if name == "reshape" else spread(shape)
    return args[:1], lambda terms: applied(made, *terms)


def flat(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    return args[:1], lambda terms: applied(reshaped((-1,)), *terms)


def turned(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    order = tuple(constant(reads, arg) for arg in [*args[1:], *given.values()])
    axes = as_shape(order) if order and order != (None,) else None
    return args[:1], lambda terms: applied(transposed(axes), *terms)


def axis_of(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    """Returns the form of `expand_dims` and `squeeze`."""
    rest = [constant(reads, arg) for arg in [*args[1:], *given.values()]]
    axis = rest[0] if rest else None
    if name == "expand_dims" and not isinstance(axis, int):
        raise reads.refuse(node, "expand_dims takes one axis")
    op = array_ops.widened(axis) if name == "expand_dims" else array_ops.squeezed(axis)
    return args[:1], lambda terms: applied(op, *terms)


def unary(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    exactly(reads, node, name, args, 1)
    op = array_ops.diag if name.startswith("diag") else array_ops.length(0)
    return args, lambda terms: applied(op, *terms)


def identity(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    exactly(reads, node, name, args, 1)
    match args[0]:
        case ast.Call(func=ast.Name(id="len"), args=[ast.expr() as source]):
            ones = array_ops.full_like(1.0)
            return (source,), lambda terms: applied(array_ops.diag, applied(ones, *terms))
        case ast.Subscript(value=ast.Attribute(value=source, attr="shape"), slice=ast.Constant(value=0)):
            ones = array_ops.full_like(1.0)
            return (source,), lambda terms: applied(array_ops.diag, applied(ones, *terms))
    shape = shape_in(reads, [ast.copy_location(ast.Tuple([args[0], args[0]], ast.Load()), args[0])])
    return (), lambda _: applied(array_ops.diag, applied(spread(shape[:1]), Term(1.0)))


def joins(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    axis = constant(reads, given["axis"]) if "axis" in given else constant(reads, args[1]) if args[1:] else JOINS[name]
    if not isinstance(args[0], (ast.List, ast.Tuple)) or not args[0].elts or not isinstance(axis, int):
        raise reads.refuse(node, f"{quoted(name)} takes a list of arrays")
    return args[0].elts, lambda terms: applied(joined(axis), *terms)


def literal(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], given: Any) -> Form:
    """Returns the form of `np.array([...])`, whose rows may be tuples, too."""
    exactly(reads, node, name, args, 1)
    if isinstance(args[0], ast.Tuple):
        return args[0].elts, lambda terms: listed_term(reads, node, terms)
    return args, lambda terms: terms[0]


def exactly(reads: Expressions, node: ast.Call, name: str, args: list[ast.expr], count: int) -> None:
    if len(args) != count:
        raise reads.refuse(node, f"{quoted(name)} takes {count} arguments, not {len(args)}")


FORMS: dict[str, Callable[..., Form]] = {
    **dict.fromkeys(("dot", "matmul", "multiply"), product),
    **dict.fromkeys(LIKE, like),
    **dict.fromkeys(FILLED, filled),
    **dict.fromkeys(("full", "full_like"), full),
    **dict.fromkeys(("reshape", "broadcast_to"), shaped),
    **dict.fromkeys(("ravel", "flatten"), flat),
    **dict.fromkeys(("expand_dims", "squeeze"), axis_of),
    **dict.fromkeys(("diag", "diagflat", "len"), unary),
    **dict.fromkeys(("eye", "identity"), identity),
    **dict.fromkeys(JOINS, joins),
    **dict.fromkeys(("array", "asarray", "tensor"), literal),
    "outer": outer_product,
    "transpose": turned,
}
