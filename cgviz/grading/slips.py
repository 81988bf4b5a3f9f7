"""The catalogue of slips as changes of a statement: each would mend a line, one tried after the other.

A change of an expression is found by walking the syntax tree; what stands in the student's file is never changed, the
interpreter runs the mended statement in its place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole

NUMPY = "<np>"
MOST = 400
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
TWINS = {
    "sum": "mean", "mean": "sum", "max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum", "exp": "log",
    "log": "exp", "sin": "cos", "cos": "sin", "tanh": "sigmoid", "sigmoid": "tanh", "argmax": "argmin", "zeros_like": "ones_like",
    "ones_like": "zeros_like", "zeros": "ones", "ones": "zeros", "hstack": "vstack", "vstack": "hstack", "sqrt": "square",
    "argmin": "argmax", "abs": "", "sinh": "cosh", "cosh": "sinh", "std": "var", "var": "std",
}  # fmt: skip
SUMS = ("sum", "mean", "max", "min", "prod", "var", "std", "argmax", "argmin", "norm", "amax", "cumsum", "any", "all")
ALONG = (*SUMS, "concatenate", "stack", "repeat", "expand_dims", "split", "take", "softmax", "cat", "unsqueeze", "flip")
JOINING = ("concatenate", "hstack", "vstack", "stack", "cat", "column_stack", "dstack")


@dataclass(frozen=True)
class Slip:
    """A change that mends a file: its cause, what to do in words, and what stands in the place of which statements.

    culprit  the part that is changed, None for the whole statement
    """

    cause: str
    says: str
    changes: Mapping[ast.stmt, list[ast.stmt]]
    culprit: ast.AST | None = None
    statement: ast.stmt | None = None


@dataclass
class Place:
    """A statement and what is around it while it runs.

    values   names that it can read, and their values
    within   the statements around it, innermost last; `block` the statements among which it stands
    asked    the shapes of the inputs, by name;  slope tells the gradient that a name is a spelling of
    """

    statement: ast.stmt
    values: dict[str, Any]
    block: list[ast.stmt]
    within: list[ast.stmt]
    function: Any = None
    inputs: dict[str, Any] = field(default_factory=dict)
    gradients: set[str] = field(default_factory=set)

    def is_slope(self, name: str) -> bool:
        bare = name.rpartition(".")[2]
        return bare in self.gradients or bare in ("dout", "upstream", "grad_output", "gout", "g", "delta", "grad") or (
            bare.startswith(("d_", "grad", "delta")) and len(bare) > 2
        )


def slips(place: Place) -> list[list[Slip]]:
    """Returns the slips that could have led to a statement, in tiers: likely ones first."""
    node = place.statement
    tiers: list[list[Slip]] = []
    for sources in TIERS:
        tiers.append([slip for source in sources for slip in source(place)])
    if isinstance(node, (ast.AugAssign, ast.Assign, ast.Expr)) and place.within:
        tiers[-1].append(Slip("extra-line", "this line does not belong here: an extra factor, or it counts twice", {node: []}, None, node))
    return tiers


# trees


def parts(node: ast.stmt) -> list[ast.expr]:
    """Returns the expressions of a statement that are read, outermost first; of a block, those of its head."""
    heads: list[ast.AST] = []
    match node:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Expr(value=value):
            heads = [value]
        case ast.AnnAssign(value=value) | ast.Return(value=value):
            heads = [value] if value is not None else []
        case ast.For(iter=over):
            heads = [over]
        case ast.If(test=test) | ast.While(test=test):
            heads = [test]
    if isinstance(node, ast.Assign):
        heads += [each.slice for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Subscript)]
    if isinstance(node, ast.AugAssign):
        heads += [each.slice for each in ast.walk(node.target) if isinstance(each, ast.Subscript)]
    return [each for head in heads for each in ast.walk(head) if isinstance(each, ast.expr)]


def changed(node: ast.AST, old: ast.AST, new: ast.AST) -> Any:
    """Returns a tree with another part in the place of `old`; only the way to it is copied."""
    if node is old:
        return new
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST) and not isinstance(value, ast.expr_context) and holds(value, old):
            return with_field(node, name, changed(value, old, new))
        if isinstance(value, list) and not (name in ("body", "orelse", "finalbody", "handlers") and isinstance(node, ast.stmt)):
            for i, each in enumerate(value):
                if isinstance(each, ast.AST) and holds(each, old):
                    return with_field(node, name, [*value[:i], changed(each, old, new), *value[i + 1 :]])
    return node


def holds(node: ast.AST, part: ast.AST) -> bool:
    return any(each is part for each in ast.walk(node))


def with_field(node: ast.AST, name: str, value: Any) -> Any:
    made = type(node)(**{field: getattr(node, field, None) for field in node._fields})
    setattr(made, name, value)
    return ast.copy_location(made, node)


def edit(place: Place, old: ast.expr, new: ast.expr, cause: str, says: str) -> Slip:
    node = place.statement
    return Slip(cause, says, {node: [changed(node, old, new)]}, old, node)


def value_of(node: ast.stmt) -> ast.expr | None:
    return getattr(node, "value", None)


def name(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def numpy(function: str, *args: ast.expr, **named: Any) -> ast.expr:
    keywords = [ast.keyword(key, ast.Constant(value) if not isinstance(value, ast.expr) else value) for key, value in named.items()]
    return ast.Call(ast.Attribute(ast.Name(NUMPY, ast.Load()), function, ast.Load()), list(args), keywords)


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, op, right)


def turned(node: ast.expr) -> ast.expr:
    return ast.Attribute(node, "T", ast.Load())


def written(node: ast.AST) -> str:
    """Returns a part as it is written, in short."""
    text = ast.unparse(node).replace(NUMPY, "np")
    return text if len(text) <= 40 else "this"


def function_name(node: ast.expr) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def loads(place: Place) -> list[ast.expr]:
    """Returns names, attributes and elements that a statement reads as values: not functions, not indices' keys."""
    every = parts(place.statement)
    called = {id(each.func) for each in every if isinstance(each, ast.Call)}
    called |= {id(each.func.value) for each in every if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
               and isinstance(each.func.value, ast.Name) and each.func.value.id in ("np", "numpy", "torch", "F", "math", "jnp", NUMPY)}
    inner = {id(each.value) for each in every if isinstance(each, ast.Attribute)}
    return [
        each for each in every
        if isinstance(each, (ast.Name, ast.Attribute)) and id(each) not in called and (isinstance(each, ast.Attribute) or id(each) not in inner
           or not isinstance(place.values.get(each.id), object.__class__))
    ]  # fmt: skip


def seen(place: Place, node: ast.expr) -> Any:
    """Returns the value of a name or attribute, None where it is not known."""
    return place.values.get(ast.unparse(node)) if isinstance(node, (ast.Name, ast.Attribute)) else None


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def is_value(value: Any) -> bool:
    return isinstance(value, (float, np.floating, np.ndarray)) or (isinstance(value, (int, np.integer)) and not isinstance(value, bool))


# the catalogue


def bookkeeping(place: Place) -> Iterator[Slip]:
    """`=` for `+=`, `+=` for `=`, and elements that occur twice."""
    node = place.statement
    match node:
        case ast.Assign(targets=[ast.Name() | ast.Subscript() | ast.Attribute() as target], value=value):
            added = ast.copy_location(ast.AugAssign(target, ast.Add(), value), node)
            base = target.id if isinstance(target, ast.Name) else ""
            if not (isinstance(target, ast.Name) and base not in place.values):
                says = f"this overwrites what {written(target)} already holds: write +="
                yield Slip("overwrites", says, {node: [added]}, None, node)
                says = f"{says}; it is a sum over all passes of the loop"
                if isinstance(target, ast.Name) and place.within and any(isinstance(each, (ast.For, ast.While)) for each in place.within):
                    loop = next(each for each in place.within if isinstance(each, (ast.For, ast.While)))
                    zero = ast.copy_location(ast.Assign([target], ast.Constant(0.0)), node)
                    yield Slip("overwrites", says, {loop: [zero, loop], node: [added]}, None, node)
        case ast.AugAssign(target=ast.Name() | ast.Attribute() | ast.Subscript() as target, op=ast.Add(), value=value):
            fresh = ast.copy_location(ast.Assign([target], value), node)
            yield Slip("adds", f"{written(target)} holds something already: write =, not +=", {node: [fresh]}, None, node)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript) and isinstance(node.op, (ast.Add, ast.Sub)):
        value = node.value if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.value)
        at = ast.Attribute(ast.Attribute(ast.Name(NUMPY, ast.Load()), "add", ast.Load()), "at", ast.Load())
        read = changed(node.target, node.target, with_field(node.target, "ctx", ast.Load()))
        made = ast.Expr(ast.Call(at, [read.value, read.slice, value], []))
        says = "an element that is repeated in the index is added once, and overwrites: use np.add.at"
        yield Slip("overwrites", says, {node: [ast.copy_location(made, node)]}, None, node)


def sums(place: Place) -> Iterator[Slip]:
    """Sums along another axis, kept or not, forgotten, or one too many; a mean for a sum."""
    node = place.statement
    for part in parts(node):
        called = function_name(part)
        if isinstance(part, ast.Call) and called in ALONG:
            yield from axes(place, part, called)
    value = value_of(node)
    if value is None or isinstance(node, (ast.Return, ast.Expr)):
        return
    whole = [value, *(each for each in parts(node) if isinstance(each, ast.BinOp) and each is not value)][:6]
    for part in whole:
        if function_name(part) in ("sum", "mean", "zeros_like", "zeros", "len"):
            continue
        for named in ({"axis": 0}, {"axis": 1}, {}, {"axis": 1, "keepdims": True}, {"axis": 0, "keepdims": True}, {"axis": -1, "keepdims": True}):
            inside = ", ".join(f"{key}={value}" for key, value in named.items())
            says = f"what was broadcast forward is summed backward: np.sum(...{', ' * bool(inside)}{inside}); the shape is another one else"
            yield edit(place, part, numpy("sum", part, **named), "sum-missing", says)


def axes(place: Place, part: ast.Call, called: str) -> Iterator[Slip]:
    method = isinstance(part.func, ast.Attribute) and not (
        isinstance(part.func.value, ast.Name) and part.func.value.id in ("np", "numpy", "torch", "jnp", "F")
    )
    named = {each.arg: each for each in part.keywords}
    spelled = "dim" if "dim" in named or "keepdim" in named else "axis"
    keeping = "keepdim" if spelled == "dim" else "keepdims"
    position = 0 if method else 1
    old = named[spelled].value if spelled in named else part.args[position] if len(part.args) > position else None
    keeps = keeping in named and getattr(named[keeping].value, "value", False) is True
    rest = [each for each in part.keywords if each.arg not in (spelled, keeping)]
    args = part.args[: position] if spelled not in named and len(part.args) > position else part.args
    was = "all axes" if old is None else f"{spelled}={written(old)}"
    options: list[Any] = [0, 1, None, -1, 2, (0, 1), (0, 2), (1, 2), (0, 2, 3), (2, 3), (0, 1, 2), 3]
    for kept in (keeps, not keeps):
        for axis in [MISSING, *options] if kept != keeps else options:
            if axis is not MISSING and (called not in SUMS and kept):
                continue
            keywords = list(rest)
            chosen = old if axis is MISSING else None if axis is None else ast.parse(repr(axis), mode="eval").body
            if chosen is not None:
                keywords.append(ast.keyword(spelled, chosen))
            elif axis is None and called not in SUMS:
                continue
            if kept:
                keywords.append(ast.keyword(keeping, ast.Constant(True)))
            made = ast.copy_location(ast.Call(part.func, args, keywords), part)
            if axis is MISSING:
                says = f"keep the axis of length 1, {keeping}=True: else it is broadcast along another axis" if kept else f"{keeping}=False belongs here: the shape is another one"
                yield edit(place, part, made, "keepdims", says)
            else:
                now = "all axes" if axis is None else f"{spelled}={axis}" + (f", {keeping}=True" if kept and not keeps else "")
                yield edit(place, part, made, "axis", f"the {called} goes along {now}, not along {was}" + ("" if "axis" in now + was or "axes" in now + was else " (the axis)"))
    if called in ("sum", "mean"):
        other = "mean" if called == "sum" else "sum"
        function = with_field(part.func, "attr", other) if isinstance(part.func, ast.Attribute) else ast.Name(other, ast.Load())
        says = f"a {other} belongs here, not a {called}: " + ("divide by the number of examples" if other == "mean" else "it divides once too often, by an extra factor")
        yield edit(place, part, with_field(part, "func", function), "mean", says)
        inner = part.func.value if method and isinstance(part.func, ast.Attribute) else part.args[0] if part.args else None
        if inner is not None:
            yield edit(place, part, inner, "extra-sum", f"there is nothing to {called} here")


MISSING = object()


def upstream(place: Place) -> Iterator[Slip]:
    """The upstream gradient is left out, or another one is read."""
    node, value = place.statement, value_of(place.statement)
    if value is None or isinstance(node, ast.Return):
        heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value] if value is not None else []
    else:
        heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
    if not isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)):
        return
    slopes = [key for key, held in place.values.items() if place.is_slope(key) and is_value(held)]
    target = written(node.targets[0]) if isinstance(node, ast.Assign) else written(node.target) if isinstance(node, ast.AugAssign) else ""
    for head in heads:
        read = {ast.unparse(each) for each in ast.walk(head) if isinstance(each, (ast.Name, ast.Attribute))}
        for key in slopes[:14]:
            if key in read or key == target:
                continue
            for made in (binary(head, ast.Mult(), name(key)), binary(name(key), ast.MatMult(), head), binary(head, ast.MatMult(), name(key)),
                         numpy("dot", name(key), turned(head)), numpy("dot", turned(head), name(key))):  # fmt: skip
                yield edit(place, head, made, "upstream-forgotten", f"multiply by the upstream gradient, {key} (chain rule)")


def signs(place: Place) -> Iterator[Slip]:
    node, value = place.statement, value_of(place.statement)
    every = parts(node)
    for part in every:
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub):
            yield edit(place, part, part.operand, "sign", f"the minus before {written(part.operand)} does not belong here: turn the sign round")
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub)):
            other = ast.Sub() if isinstance(part.op, ast.Add) else ast.Add()
            word = "minus" if isinstance(part.op, ast.Add) else "plus"
            yield edit(place, part, binary(part.left, other, part.right), "sign", f"a {word} belongs before {written(part.right)}: the sign is wrong")
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
            yield edit(place, part, binary(part.right, part.op, part.left), "sign", "the two sides of the minus are the wrong way round: the sign is wrong")
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        made = with_field(node, "op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
        word = "-=" if isinstance(node.op, ast.Add) else "+="
        yield Slip("sign", f"the sign is wrong: write {word} (plus and minus)", {node: [made]}, None, node)
    if value is not None and not isinstance(node, ast.Expr):
        heads = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
        for head in heads:
            yield edit(place, head, ast.UnaryOp(ast.USub(), head), "sign", "a minus is missing: turn the sign round")
    for part in every:
        if part is not value and isinstance(part, (ast.BinOp, ast.Call, ast.Name, ast.Attribute, ast.Subscript)) and is_operand(part, every):
            yield edit(place, part, ast.UnaryOp(ast.USub(), part), "sign", f"a minus is missing before {written(part)}: the sign is wrong")


def is_operand(part: ast.expr, every: list[ast.expr]) -> bool:
    """Tells whether a part is an operand of arithmetic, or an argument."""
    for each in every:
        if isinstance(each, ast.BinOp) and part in (each.left, each.right):
            return True
        if isinstance(each, ast.UnaryOp) and each.operand is part:
            return True
        if isinstance(each, ast.Call) and part in each.args:
            return True
    return False


def turns(place: Place) -> Iterator[Slip]:
    """Factors that stand the wrong way round."""
    every = parts(place.statement)
    for part in every:
        if isinstance(part, ast.Attribute) and part.attr == "T":
            yield edit(place, part, part.value, "transposed", f"{written(part.value)} is turned round here: take the .T away (no transpose)")
    for part in every:
        factors: list[ast.expr] = []
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.MatMult):
            factors = [part.left, part.right]
        elif function_name(part) in ("dot", "matmul", "mm") and isinstance(part, ast.Call):
            factors = list(part.args[-2:])
            if isinstance(part.func, ast.Attribute) and len(part.args) == 1:
                factors = [part.func.value, part.args[0]]
        for each in factors:
            if not (isinstance(each, ast.Attribute) and each.attr == "T"):
                says = f"{written(each)} stands the wrong way round here: its transpose, .T, belongs here"
                yield edit(place, each, turned(each), "transposed", says)
        if len(factors) == 2:
            left, right = factors
            says = "the factors are the wrong way round: swap them (the transpose is the other one)"
            yield edit(place, part, binary(right, ast.MatMult(), left), "swapped", says)
            for one, two in ((turn(right), turn(left)), (turn(left), turn(right)), (turn(right), left), (right, turn(left))):
                yield edit(place, part, binary(one, ast.MatMult(), two), "transposed", "the factors stand the wrong way round: look at .T and the order")
    value = value_of(place.statement)
    heads = [] if value is None else value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
    for head in heads:
        if not isinstance(head, ast.Constant):
            yield edit(place, head, turned(head), "transposed", "this is the transpose of what it ought to be: .T, the other way round")
    for part in every:
        if function_name(part) == "outer" and isinstance(part, ast.Call) and len(part.args) == 2:
            yield edit(place, part, with_field(part, "args", part.args[::-1]), "transposed", "the factors of outer are the wrong way round (transpose)")
        if function_name(part) == "einsum" and isinstance(part, ast.Call) and part.args and isinstance(part.args[0], ast.Constant):
            yield from letters(place, part.args[0])


def turn(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else turned(node)


def letters(place: Place, text: ast.Constant) -> Iterator[Slip]:
    """Letters of an einsum that are swapped."""
    ins, arrow, out = str(text.value).replace(" ", "").partition("->")
    groups = ins.split(",")
    for i, group in enumerate(groups):
        for j in range(len(group) - 1):
            for k in range(j + 1, len(group)):
                swapped = list(group)
                swapped[j], swapped[k] = swapped[k], swapped[j]
                made = ",".join([*groups[:i], "".join(swapped), *groups[i + 1 :]]) + arrow + out
                says = f"the letters {group} of the einsum stand the wrong way round: {''.join(swapped)} (the transpose)"
                yield edit(place, text, ast.Constant(made), "transposed", says)
    every = sorted(set(ins) - {","})
    for j in range(len(out)):
        for letter in every:
            made = f"{ins}->{out[:j]}{letter}{out[j + 1 :]}"
            yield edit(place, text, ast.Constant(made), "transposed", "the letters of the einsum are other ones: look at the shape of the result")
    for i, group in enumerate(groups):
        for j in range(len(group)):
            for letter in every:
                made = ",".join([*groups[:i], group[:j] + letter + group[j + 1 :], *groups[i + 1 :]]) + arrow + out
                yield edit(place, text, ast.Constant(made), "transposed", f"the letters {group} of the einsum are other ones: the index {letter} belongs there")


def masks(place: Place) -> Iterator[Slip]:
    """Masks that are left out, turned round, or taken of something else."""
    node, value = place.statement, value_of(place.statement)
    every = parts(node)
    for part in every:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and type(part.ops[0]) in FLIPPED:
            flipped = with_field(part, "ops", [FLIPPED[type(part.ops[0])]()])
            yield edit(place, part, flipped, "mask", f"the mask {written(part)} is the wrong way round: the other half (> for <, compare) belongs here")
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, (ast.Invert, ast.Not)):
            yield edit(place, part, part.operand, "mask", "the mask is inverted here: take the ~ away, it does not belong here")
    targets = [each.slice for t in getattr(node, "targets", [getattr(node, "target", None)]) if t is not None
               for each in ast.walk(t) if isinstance(each, ast.Subscript)]  # fmt: skip
    for key in targets:
        if isinstance(key, (ast.Name, ast.Attribute)):
            yield edit(place, key, ast.UnaryOp(ast.Invert(), key), "mask", f"the mask {written(key)} is to be inverted: ~{written(key)}, the other half, belongs here")
    kept = [key for key, held in place.values.items() if is_array(held) and not place.is_slope(key)][:16]
    heads = [] if value is None else list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)):
        for head in heads:
            for key in kept:
                positive = ast.Compare(name(key), [ast.Gt()], [ast.Constant(0)])
                says = f"relu hands nothing back where {key} is not above 0: multiply by the mask ({key} > 0)"
                yield edit(place, head, binary(head, ast.Mult(), positive), "mask-forgotten", says)
    for part in loads(place):
        held = seen(place, part)
        if is_array(held) and held.dtype.kind == "f" and is_operand(part, every):
            positive = ast.Compare(part, [ast.Gt()], [ast.Constant(0)])
            says = f"the slope of relu is 1 or 0, not {written(part)}: the mask ({written(part)} > 0) belongs here"
            yield edit(place, part, positive, "mask-forgotten", says)


def names(place: Place) -> Iterator[Slip]:
    """Another value is read than the one that is meant."""
    every = loads(place)
    for part in every:
        held, text = seen(place, part), ast.unparse(part)
        for key, other in place.values.items():
            if key == text or not alike(held, other, place, text, key) or key.endswith(".T"):
                continue
            cause = "wrong-upstream" if place.is_slope(key) and place.is_slope(text) else "wrong-value"
            says = f"{key}, not {text}, belongs here"
            if cause == "wrong-upstream":
                says = f"the upstream gradient here is {key}, not {text}: {key} belongs here"
            yield edit(place, part, name(key), cause, says)
    for part in parts(place.statement):
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant) and isinstance(part.slice.value, str):
            owner = place.values.get(ast.unparse(part.value))
            for key in owner if isinstance(owner, dict) else ():
                if isinstance(key, str) and key != part.slice.value:
                    says = f"{written(with_field(part, 'slice', ast.Constant(key)))}, not {written(part)}, belongs here"
                    yield edit(place, part.slice, ast.Constant(key), "wrong-value", says)
    value = value_of(place.statement)
    if isinstance(place.statement, ast.Assign) and value is not None and function_name(value):
        for key, other in place.values.items():
            if is_array(other) and not place.is_slope(key) and isinstance(value, ast.Call) and not isinstance(value.func, ast.Attribute):
                pass


def alike(held: Any, other: Any, place: Place, text: str, key: str) -> bool:
    """Tells whether one value may be meant where another is read."""
    if held is None:
        return is_value(other)
    if is_array(held):
        return is_array(other) and (other.ndim == held.ndim or other.ndim + 1 == held.ndim or other.ndim == held.ndim + 1)
    if is_value(held):
        return is_value(other) and not is_array(other)
    return type(held) is type(other) and type(held) in (tuple, list, dict) and len(held) == len(other)


def powers(place: Place) -> Iterator[Slip]:
    """Exponents, squares that are forgotten, and slopes of a function in its input for its output."""
    every = parts(place.statement)
    for part in every:
        power = part.right if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow) else None
        if function_name(part) in ("power", "pow") and isinstance(part, ast.Call) and len(part.args) == 2:
            power = part.args[1]
        if power is not None:
            value, minus = power, 1.0
            if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
                value, minus = value.operand, -1.0
            if isinstance(value, ast.Constant) and isinstance(value.value, (int, float)):
                c = minus * value.value
                for other in dict.fromkeys((2.0, c - 1, c + 1, 3.0, -c, 0.5, -0.5, -1.5, c + 2, c - 2, 1.0, -2.0)):
                    if other != c:
                        whole = int(other) if float(other).is_integer() else other
                        constant = ast.Constant(abs(whole)) if whole >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-whole))
                        yield edit(place, power, constant, "exponent", f"the exponent is {whole:g}, not {c:g}: the local derivative is another one")
    for part in every:
        if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call)) and is_operand(part, every) and not isinstance(part, ast.Constant):
            squared = binary(part, ast.Pow(), ast.Constant(2))
            below = any(isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div) and each.right is part for each in every)
            says = "1/u has the slope -1/u^2: square the denominator" if below else f"the square of {written(part)} belongs to the slope: the local derivative lacks it"
            yield edit(place, part, squared, "square-forgotten", says)
            cubed = binary(part, ast.Pow(), ast.Constant(3))
            yield edit(place, part, cubed, "exponent", f"{written(part)} stands there to the third power: the exponent of the slope")
            root = numpy("sqrt", part)
            yield edit(place, part, root, "root", f"the square root of {written(part)} belongs here, sqrt: an extra factor else")


def numbers(place: Place) -> Iterator[Slip]:
    """Numbers that are written out."""
    every = parts(place.statement)
    inside = {id(each) for part in every if isinstance(part, (ast.Subscript, ast.Slice)) for each in ast.walk(part.slice if isinstance(part, ast.Subscript) else part)}
    for part in every:
        if not is_number(part) or not isinstance(part, ast.Constant):
            continue
        c = part.value
        for other in dict.fromkeys((2 * c, c / 2, 1, 2, 0, -c, c + 1, c - 1, 0.5, -1, 3)):
            if other == c:
                continue
            whole = int(other) if float(other).is_integer() and isinstance(c, int) else other
            if id(part) in inside:
                yield edit(place, part, constant_of(whole), "index", f"the index is {whole:g}, not {c:g}: another element belongs here (off by one?)")
            else:
                yield edit(place, part, constant_of(whole), "wrong-number", f"the number here is {whole:g}, not {c:g}: the factor is another one, a constant of the rule")
    for part in every:
        if isinstance(part, ast.Call) and function_name(part) in ("clip", "clamp"):
            bounds = [each for each in part.args if is_number(each) or isinstance(each, ast.Name)]
            for one in bounds:
                for two in bounds:
                    if one is not two:
                        says = f"the lower bound of the clip is -{written(two)}, the constant of the other end: it cuts off what is negative else"
                        yield edit(place, one, ast.UnaryOp(ast.USub(), two), "wrong-number", says)
    value = value_of(place.statement)
    if value is not None and is_number(value):
        yield edit(place, value, ast.Constant(1.0), "seed", "the seed is 1: the pass begins with the gradient of the output itself, = 1")


def constant_of(value: Any) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def regularisation(place: Place) -> Iterator[Slip]:
    """The gradient of a penalty: left out, or by another factor."""
    node, value = place.statement, value_of(place.statement)
    if not isinstance(node, (ast.Assign, ast.AugAssign)) or value is None:
        return
    rates = [key for key in place.values if key.lower().rpartition(".")[2] in ("reg", "lambd", "lam", "lambda_", "l2", "weight_decay", "alpha", "wd", "reg_strength", "l2_reg", "lmbda")]
    read = {ast.unparse(each) for each in ast.walk(value) if isinstance(each, (ast.Name, ast.Attribute))}
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    weights = [key for key, held in place.values.items() if is_array(held) and not place.is_slope(key)]
    for rate in rates[:2]:
        for weight in weights[:12]:
            for factor in (2.0, 1.0, 0.5):
                penalty = binary(binary(ast.Constant(factor), ast.Mult(), name(rate)), ast.Mult(), name(weight))
                if weight in read and rate in read:
                    continue
                text = f"{factor:g} * {rate} * {weight}" if factor != 1 else f"{rate} * {weight}"
                says = f"the penalty, too, uses {weight}: its contribution {text} is missing from the sum (regularisation)"
                yield edit(place, value, binary(value, ast.Add(), penalty), "regularisation-missing", says)
    if any(rate in read for rate in rates):
        for part in parts(node):
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult) or part is value:
                for factor in (2.0, 0.5):
                    says = f"the factor of the penalty is {factor:g} times this: the 2 of the square (regularisation)"
                    if part is value or any(rate in ast.unparse(part) for rate in rates):
                        yield edit(place, part, binary(ast.Constant(factor), ast.Mult(), part), "regularisation", says)
    del target


def divided(place: Place) -> Iterator[Slip]:
    """The 1/n of a mean: left out, or once too often."""
    node, value = place.statement, value_of(place.statement)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)) and value is not None:
        heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
        every = [*heads, *(each for each in parts(node) if isinstance(each, (ast.BinOp, ast.Call)) and each not in heads)][:8]
        for head in every:
            for text in counts(place):
                says = f"the mean has the slope 1/n: divide by the number of examples, {text}"
                yield edit(place, head, binary(head, ast.Div(), name(text)), "mean-forgotten", says)
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Div, ast.Mult)):
        says = "this is divided once too often, or should not be: the factor does not belong here"
        yield Slip("mean-twice", says, {node: []}, None, node)
    for part in parts(node):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div):
            says = f"the divisor {written(part.right)} does not belong here: this is divided once too often (an extra factor, twice)"
            yield edit(place, part, part.left, "mean-twice", says)


def counts(place: Place) -> list[str]:
    """Returns how the lengths of arrays are written: names of whole numbers, then `x.shape[0]`."""
    found = [key for key, held in place.values.items() if is_whole(held) and not isinstance(held, (bool, np.ndarray)) and held > 1 and "." not in key]
    for key, held in place.values.items():
        if is_array(held) and "." not in key:
            found += [f"{key}.shape[{axis}]" for axis in range(held.ndim) if held.shape[axis] > 1]
            found += [f"{key}.size"] if held.ndim > 1 else []
    sizes: dict[Any, str] = {}
    for text in found:
        base, _, rest = text.partition(".")
        held = place.values[base]
        size = held.size if rest == "size" else held.shape[int(rest[6:-1])] if rest else held
        sizes.setdefault(int(size), text)
    return list(sizes.values())[:8]


def factors(place: Place) -> Iterator[Slip]:
    """A factor is left out, or one too many."""
    node, value = place.statement, value_of(place.statement)
    every = parts(node)
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.MatMult)):
            for kept, gone in ((part.left, part.right), (part.right, part.left)):
                says = f"the factor {written(gone)} does not belong here: it is an extra factor, one too many"
                yield edit(place, part, kept, "extra-factor", says)
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub)):
            for kept, gone in ((part.left, part.right), (part.right, part.left)):
                says = f"{written(gone)} does not belong into this sum: it is counted already, twice"
                yield edit(place, part, kept, "counted-twice", says)
    if not isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)) or value is None:
        return
    heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
    for head in [*heads, *(each for each in every if isinstance(each, ast.BinOp) and each not in heads)][:6]:
        for factor in (2.0, 0.5, 3.0):
            says = f"the factor {factor:g} is missing, which the exponent brings down: multiply by it (the local derivative, its slope)"
            yield edit(place, head, binary(ast.Constant(factor), ast.Mult(), head), "factor-forgotten", says)
        for key, held in list(place.values.items())[:30]:
            if not is_value(held) or (is_array(head) and not is_array(held)):
                continue
            says = f"the factor {key} of the local derivative is missing: multiply by it"
            yield edit(place, head, binary(head, ast.Mult(), name(key)), "factor-forgotten", says)
            says = f"the factor 1/{key} of the local derivative is missing: divide by {key}"
            yield edit(place, head, binary(head, ast.Div(), name(key)), "factor-forgotten", says)
            complement = binary(ast.Constant(1), ast.Sub(), name(key))
            says = f"the factor (1 - {key}) of the local derivative is missing, the slope is in terms of the output"
            yield edit(place, head, binary(head, ast.Mult(), complement), "factor-forgotten", says)
            if isinstance(held, (float, np.floating, int)) or (isinstance(held, np.ndarray) and held.size):
                rooted = numpy("sqrt", name(key))
                yield edit(place, head, binary(head, ast.Div(), rooted), "factor-forgotten", f"the factor 1/sqrt({key}) is missing: divide by it")
            complement = binary(ast.Constant(1), ast.Sub(), binary(name(key), ast.Pow(), ast.Constant(2)))
            says = f"the factor (1 - {key}**2) is missing: the slope of tanh, the local derivative"
            yield edit(place, head, binary(head, ast.Mult(), complement), "factor-forgotten", says)
    for part in every:
        if isinstance(part, ast.Call) and function_name(part) and part.args and isinstance(part.func, (ast.Name, ast.Attribute)) and is_operand(part, every):
            yield edit(place, part, part.args[0], "extra-function", f"{function_name(part)} does not belong here: an extra factor")


def operators(place: Place) -> Iterator[Slip]:
    every = parts(place.statement)
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div, ast.MatMult)):
            options: list[tuple[ast.operator, str, str]] = {
                ast.Mult: [(ast.Div(), "operator", "divide here, do not multiply: the factor is the other way round"), (ast.MatMult(), "matrix-product", "a matrix product belongs here: write @")],
                ast.Div: [(ast.Mult(), "operator", "multiply here, do not divide: the factor is the other way round")],
                ast.MatMult: [(ast.Mult(), "elementwise", "element by element: write * here")],
            }[type(part.op)]  # type: ignore[index]
            for op, cause, says in options:
                yield edit(place, part, binary(part.left, op, part.right), cause, says)
            if isinstance(part.op, ast.Div):
                yield edit(place, part, binary(part.right, ast.Div(), part.left), "swapped", "the two sides of the division are the wrong way round: an operand for the other one")
            if isinstance(part.op, ast.MatMult):
                yield edit(place, part, numpy("outer", part.left, part.right), "matrix-product", "an outer product belongs here: np.outer")
        if function_name(part) in ("dot", "matmul") and isinstance(part, ast.Call):
            pair = part.args if len(part.args) == 2 else [part.func.value, *part.args] if isinstance(part.func, ast.Attribute) else []
            if len(pair) == 2:
                yield edit(place, part, binary(pair[0], ast.Mult(), pair[1]), "elementwise", "element by element: write * here")
        if isinstance(part, ast.Compare) and len(part.ops) == 1:
            yield edit(place, part, ast.UnaryOp(ast.Invert(), part), "mask", "the condition is the wrong way round: the mask")


def loops(place: Place) -> Iterator[Slip]:
    """Loops and slices that begin or end one off, or run the other way."""
    node = place.statement
    off = "off by one: the loop leaves out an element, the first or the last"
    if isinstance(node, ast.For):
        yield from backwards(place, node)
    for part in parts(node):
        if function_name(part) in ("range", "xrange") and isinstance(part, ast.Call):
            ends = range_ends(part)
            for one, two in ((0, 1), (-1, 0), (0, -1), (1, 0), (1, 1), (-1, -1)):
                first = binary(ends[0], ast.Add(), constant_of(one)) if one else ends[0]
                last = binary(ends[1], ast.Add(), constant_of(two)) if two else ends[1]
                made = ast.copy_location(ast.Call(part.func, [first, last, *part.args[2:]], []), part)
                says = f"{off}: {written(part)} {'begins' if one else 'ends'} one {'too late' if one < 0 or two > 0 else 'off'}"
                yield edit(place, part, made, "off-by-one", says)
        if isinstance(part, ast.Slice):
            yield from bounds(place, part)
        if isinstance(part, ast.Subscript) and not isinstance(part.slice, (ast.Slice, ast.Tuple, ast.Constant)):
            for step in (-1, 1):
                moved = binary(part.slice, ast.Add(), constant_of(step))
                belongs = with_field(part, "slice", moved)
                says = f"{written(belongs)}, not {written(part)}, belongs here: off by one in the index"
                yield edit(place, part.slice, moved, "off-by-one", says)
                if isinstance(part.slice, ast.BinOp):
                    says = f"{written(part.value)}[{written(part.slice.left)}] belongs here: off by one in the index"
                    yield edit(place, part.slice, part.slice.left, "off-by-one", says)
    for part in parts(node):
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice):
            yield edit(place, part, part.value, "off-by-one", f"the slice leaves out elements, the first or the last: {written(part.value)} belongs here whole")


def range_ends(part: ast.Call) -> tuple[ast.expr, ast.expr]:
    return (ast.Constant(0), part.args[0]) if len(part.args) == 1 else (part.args[0], part.args[1])


def backwards(place: Place, node: ast.For) -> Iterator[Slip]:
    over = node.iter
    says = "the loop runs in the wrong order: the backward pass walks from the last to the first step, reversed"
    for made in (
        over.args[0] if function_name(over) == "reversed" and isinstance(over, ast.Call) and over.args else None,
        over.value if isinstance(over, ast.Subscript) else None,
        ast.Call(ast.Name("reversed", ast.Load()), [ast.Call(ast.Name("list", ast.Load()), [over], [])], []),
    ):
        if made is not None:
            yield edit(place, over, made, "order", says)
    if function_name(over) == "sorted" and isinstance(over, ast.Call):
        reverse = next((each for each in over.keywords if each.arg == "reverse"), None)
        flipped = [each for each in over.keywords if each is not reverse]
        if reverse is None or not getattr(reverse.value, "value", True):
            flipped = [*flipped, ast.keyword("reverse", ast.Constant(True))]
        yield edit(place, over, with_field(over, "keywords", flipped), "order", says)


def bounds(place: Place, part: ast.Slice) -> Iterator[Slip]:
    """Other ends of a slice."""
    ends = [each for other in parts(place.statement) if isinstance(other, ast.Slice) for each in (other.lower, other.upper) if each is not None]
    says = "the slice begins or ends at another place: off by one, another element or window belongs here"
    for lower, upper in (
        (None, part.upper), (part.lower, None), (None, part.lower), (part.upper, None),
    ):  # fmt: skip
        if (lower, upper) != (part.lower, part.upper):
            yield edit(place, part, ast.Slice(lower, upper, part.step), "off-by-one", says)
    for which in ("lower", "upper"):
        old = getattr(part, which)
        for step in (1, -1):
            base = old if old is not None else ast.Constant(0) if which == "lower" else None
            if base is not None:
                yield edit(place, part, with_field(part, which, binary(base, ast.Add(), constant_of(step))), "off-by-one", says)
        for key, held in place.values.items():
            if is_whole(held) and not isinstance(held, np.ndarray) and "." not in key and old is not None and ast.unparse(old) != key:
                yield edit(place, part, with_field(part, which, name(key)), "index", says)
        for other in ends:
            if old is not None and other is not old:
                yield edit(place, part, with_field(part, which, other), "index", says)
    wholes = [key for key, held in place.values.items() if is_whole(held) and not isinstance(held, (np.ndarray, bool)) and "." not in key]
    if part.lower is not None and part.upper is not None:
        for key in wholes:
            for factor in [*wholes, *sorted({f'{o}["{k}"]' for o, v in place.values.items() if isinstance(v, dict) for k in v if isinstance(k, str)})]:
                made = binary(name(key), ast.Mult(), name(factor))
                if ast.unparse(part.lower) == key:
                    ended = swap_names(part.upper, key, made)
                    says2 = f"the window begins at {written(made)}: the stride is a factor of the index"
                    yield edit(place, part, ast.Slice(made, ended, part.step), "index", says2)


def swap_names(node: ast.expr, key: str, made: ast.expr) -> ast.expr:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id == key:
            return changed(node, each, made)  # type: ignore[no-any-return]
    return node


def contributions(place: Place) -> Iterator[Slip]:
    """A contribution is not in the sum."""
    node, value = place.statement, value_of(place.statement)
    if not isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)) or value is None:
        return
    target = written(node.targets[0]) if isinstance(node, ast.Assign) else written(node.target) if isinstance(node, ast.AugAssign) else ""
    heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
    inner = [each for each in loads(place) if each not in heads and is_value(seen(place, each))]
    for head in [*heads, *inner][:8]:
        read = {ast.unparse(each) for each in ast.walk(head)} if head in heads else {ast.unparse(head)}
        for key, held in place.values.items():
            if is_array(held) and key not in read and key != target or (isinstance(held, float) and place.is_slope(key) and key not in read):
                says = f"a value that is used twice sums its branches: the contribution of {key} is missing from the sum, add it"
                yield edit(place, head, binary(head, ast.Add(), name(key)), "branch-forgotten", says)


def functions(place: Place) -> Iterator[Slip]:
    for part in parts(place.statement):
        called = function_name(part)
        other = TWINS.get(called)
        if isinstance(part, ast.Call) and other:
            function = with_field(part.func, "attr", other) if isinstance(part.func, ast.Attribute) else ast.Name(other, ast.Load())
            yield edit(place, part, with_field(part, "func", function), "function", f"{other}, not {called}, belongs here: the local derivative is that of {other}")


def orders(place: Place) -> Iterator[Slip]:
    """Parts of a tuple, of a list that is joined, or arguments that stand in another order; targets that do."""
    node = place.statement
    for part in parts(node):
        listed = part.elts if isinstance(part, (ast.Tuple, ast.List)) else part.args if isinstance(part, ast.Call) else []
        if not 2 <= len(listed) <= 8:
            continue
        for i in range(len(listed)):
            for j in range(i + 1, len(listed)):
                swapped = list(listed)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                made = with_field(part, "args" if isinstance(part, ast.Call) else "elts", swapped)
                says = f"{written(listed[i])} and {written(listed[j])} stand in the wrong order: swap them, each belongs in the other's place"
                yield edit(place, part, made, "order", says)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], (ast.Tuple, ast.List)):
        elements = node.targets[0].elts
        for i in range(min(len(elements), 8)):
            for j in range(i + 1, min(len(elements), 8)):
                swapped = list(elements)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                made = with_field(node, "targets", [with_field(node.targets[0], "elts", swapped)])
                says = f"{written(elements[i])} and {written(elements[j])} are unpacked in the wrong order: swap them"
                yield Slip("order", says, {node: [made]}, None, node)


def complements(place: Place) -> Iterator[Slip]:
    every = parts(place.statement)
    one = ast.Constant(1)
    for part in every:
        if is_operand(part, every) and isinstance(part, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call)):
            says = f"1 minus {written(part)} belongs here: the slope is in terms of it, the local derivative"
            yield edit(place, part, binary(one, ast.Sub(), part), "derivative", says)
            squared = binary(one, ast.Sub(), binary(part, ast.Pow(), ast.Constant(2)))
            yield edit(place, part, squared, "derivative", f"1 minus the square of {written(part)} belongs here: the slope of tanh, the local derivative")
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult) and ast.dump(part.left) == ast.dump(part.right):
            yield edit(place, part, part.left, "exponent", "the square does not belong here: the local derivative, its exponent")
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult) and isinstance(part.right, ast.BinOp) and isinstance(part.right.op, ast.Sub):
            tanh = binary(one, ast.Sub(), binary(part.right.right, ast.Pow(), ast.Constant(2)))
            yield edit(place, part, tanh, "derivative", "the local derivative is that of tanh here, 1 minus the square: another slope")
            also = binary(part.left.left, ast.Mult(), tanh) if isinstance(part.left, ast.BinOp) else tanh
            yield edit(place, part, also, "derivative", "the local derivative is that of tanh here, 1 minus the square: another slope")


def aliases(place: Place) -> Iterator[Slip]:
    """Two names for one array, changes in place, `out=` of another array."""
    node, value = place.statement, value_of(place.statement)
    shared = "two names share the same array, which is changed in place: take a copy, .copy()"
    if isinstance(node, (ast.Assign, ast.Return)) and value is not None:
        heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
        for head in heads:
            if isinstance(head, (ast.Name, ast.Attribute, ast.Subscript)) or function_name(head) in ("reshape", "ravel", "view", "asarray", "transpose"):
                yield edit(place, head, numpy("copy", head), "aliasing", shared)
    if isinstance(node, ast.Assign) and len(node.targets) > 1:
        apart = [ast.copy_location(ast.Assign([each], node.value), node) for each in node.targets]
        yield Slip("aliasing", "these names share the same array: give each an array of its own (a copy)", {node: apart}, None, node)
    if isinstance(node, ast.Assign) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) and isinstance(value.left, ast.List):
        pass
    if isinstance(node, ast.AugAssign) and isinstance(node.target, (ast.Name, ast.Attribute)):
        read = with_field(node.target, "ctx", ast.Load())
        apart = [ast.copy_location(ast.Assign([node.target], binary(read, node.op, node.value)), node)]
        yield Slip("aliasing", f"{written(node.target)} is changed in place, and another name shares the same array: take a copy first", {node: apart}, None, node)
    for part in parts(node):
        out = next((each for each in part.keywords if each.arg == "out"), None) if isinstance(part, ast.Call) else None
        if out is None or not isinstance(part, ast.Call):
            continue
        says = f"the result is written into {written(out.value)} (out=), which overwrites what is read later, in place"
        fresh = with_field(part, "keywords", [each for each in part.keywords if each is not out])
        yield edit(place, part, fresh, "out-argument", says)
        for key, held in place.values.items():
            if is_array(held) and key != written(out.value) and np.shape(held) == np.shape(place.values.get(written(out.value))):
                other = with_field(part, "keywords", [ast.keyword("out", name(key)) if each is out else each for each in part.keywords])
                yield edit(place, part, other, "out-argument", f"{says}; {key} is meant")
    if isinstance(node, ast.Assign) and isinstance(value, ast.BinOp) and isinstance(value.left, ast.List):
        pass


def moves(place: Place) -> Iterator[Slip]:
    """Lines that stand at another place: out of a loop, under a condition, before or after their neighbours."""
    node, block = place.statement, place.block
    if place.within and isinstance(place.within[-1], (ast.For, ast.While)) and node in block:
        loop = place.within[-1]
        rest = block[block.index(node) :]
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
            says = "this line stands inside the loop, and counts in every pass of it (twice, too often): take it out, indent it less"
            yield Slip("counted-twice", says, {**{each: [] for each in rest}, loop: [loop, *rest]}, None, node)
            yield Slip("counted-twice", says, {node: [], loop: [loop, node]}, None, node)
            says = f"{target_of(node)} is reset in every pass of the loop, which overwrites what was added (set to 0): put this line before the loop"
            yield Slip("overwrites", says, {node: [], loop: [node, loop]}, None, node)
        if len(place.within) > 1 and isinstance(place.within[-2], (ast.For, ast.While)):
            outer = place.within[-2]
            says = f"{target_of(node)} is reset in every pass of the loop, which overwrites what was added (set to 0): put this line before the loop"
            yield Slip("overwrites", says, {node: [], outer: [node, outer]}, None, node)
    if place.within and isinstance(place.within[-1], ast.If) and node in block:
        branch = place.within[-1]
        yield Slip("condition", "this line stands under a condition that leaves it out: indent it less", {node: [], branch: [branch, node]}, None, node)
    if node in block:
        at = block.index(node)
        simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.AnnAssign)
        if isinstance(node, simple):
            for to in range(at + 1, min(at + 4, len(block))):
                if isinstance(block[to], simple):
                    says = "this line comes too early: what it changes is read by a line below; move it down (the order, before it is updated in place)"
                    yield Slip("order", says, {node: [], block[to]: [block[to], node]}, None, node)
            for to in range(at - 1, max(at - 4, -1), -1):
                if isinstance(block[to], simple):
                    says = "this line comes too late: a line before it reads what it makes; move it up (the order)"
                    yield Slip("order", says, {node: [], block[to]: [node, block[to]]}, None, node)
    if isinstance(node, ast.AugAssign) and len(place.within) > 1 or (isinstance(node, ast.AugAssign) and place.within):
        says = "this changes an array in place before it is read: the order of the lines (a copy, or later)"
        yield Slip("aliasing", says, {node: []}, None, node)


def target_of(node: ast.stmt) -> str:
    target = getattr(node, "target", None) or next(iter(getattr(node, "targets", [])), None)
    return written(target) if target is not None else "this"


def shapes(place: Place) -> Iterator[Slip]:
    """Gradients that are not brought to the shape of their variable."""
    node, value = place.statement, value_of(place.statement)
    if not isinstance(node, (ast.Assign, ast.Return)) or value is None:
        return
    heads = list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]
    for head in heads:
        for key, shape in shapes_of(place).items():
            says = f"the shape is another one: bring it to that of {key}, as in .reshape({key}.shape)"
            yield edit(place, head, numpy("reshape", head, ast.parse(repr(shape), mode="eval").body), "shape", says)
        for cut in ("1:-1, 1:-1", ":, 1:-1, 1:-1", ":, :, 1:-1, 1:-1", "1:-1", ":, 1:-1", ":, :, 2:-2, 2:-2"):
            made = ast.Subscript(head, name(f"x[{cut}]").slice, ast.Load())  # type: ignore[attr-defined]
            says = "the shape is another one: the padding is to be cut off"
            yield edit(place, head, made, "shape", says)


def shapes_of(place: Place) -> dict[str, tuple[int, ...]]:
    found: dict[tuple[int, ...], str] = {}
    for key, held in {**place.inputs, **place.values}.items():
        if is_array(held):
            found.setdefault(held.shape, key)
    return {key: shape for shape, key in found.items()}


TIERS = (
    (bookkeeping, sums, signs, turns, numbers, names, loops, operators),
    (upstream, masks, powers, divided, regularisation, functions),
    (orders, aliases, moves, shapes, complements),
    (factors, contributions),
)
