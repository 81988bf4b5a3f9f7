"""Slips of local derivatives: signs, exponents, numbers, factors, functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Any

import numpy as np

from cgviz.grading.slips.place import Place, Slip, TreeRow, is_count
from cgviz.grading.slips.trees import (
    VALUED,
    binary,
    constant_of,
    function_name,
    is_array,
    is_call,
    is_number,
    is_operand,
    is_operation,
    is_value,
    name,
    numpy,
    renamed,
    with_field,
    written,
)

PAIRS = (
    "sum mean", "max min", "maximum minimum", "exp log", "sin cos", "tanh sigmoid", "argmax argmin",
    "zeros_like ones_like", "zeros ones", "hstack vstack", "sqrt square", "sinh cosh", "std var",
)  # fmt: skip
LARGEST = 1e100
CHOOSING = ("argmax", "argmin", "max", "min", "amax", "amin")
TWINS = {one: two for pair in PAIRS for one, two in (pair.split(), pair.split()[::-1])}
SEED = "the seed is 1: the pass begins with the gradient of the output itself, = 1"
NUMBERS = {
    "index": "the index is {0}, not {1}: off by one, another element belongs here, the first or the last",
    "exponent": "the exponent is another one: {0} here, not {1} (the local derivative of the power)",
    "wrong-number": "the number here is {0}, not {1}: the factor is another one, a constant of the rule",
}
SLOPE = "the slope is in terms of"
ONE, SUMS, PRODUCTS = ast.Constant(1), (ast.Add, ast.Sub), (ast.Mult, ast.MatMult)


def minus(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def complement(node: ast.expr) -> ast.expr:
    return binary(ONE, ast.Sub(), node)


def power(node: ast.expr, exponent: int) -> ast.expr:
    return binary(node, ast.Pow(), ast.Constant(exponent))


MINUS = TreeRow(
    lambda part: isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub),
    lambda part: part.operand,
    "sign", "the minus before {new} does not belong here: turn the sign round",
)  # fmt: skip
ADDED = TreeRow(
    lambda part: is_operation(part, ast.Add),
    lambda part: binary(part.left, ast.Sub(), part.right),
    "sign", "a minus belongs before {right}: the sign is wrong",
)  # fmt: skip
TAKEN = TreeRow(
    lambda part: is_operation(part, ast.Sub),
    lambda part: binary(part.left, ast.Add(), part.right),
    "sign", "a plus belongs before {right}: the sign is wrong",
)  # fmt: skip
EXCHANGED = TreeRow(
    lambda part: is_operation(part, ast.Sub),
    lambda part: binary(part.right, part.op, part.left),
    "sign", "the two sides of the minus are the wrong way round: the sign is wrong",
)  # fmt: skip


def signs(place: Place) -> Iterator[Slip]:
    node, value = place.statement, place.value
    inside = in_index(place.parts)
    every = [part for part in place.parts if id(part) not in inside]
    yield from place.rows(every, MINUS)
    yield from place.rows(every, ADDED, TAKEN)
    yield from place.rows(every, EXCHANGED)
    chosen = {id(arg) for part in every if function_name(part) in CHOOSING for arg in getattr(part, "args", ())}
    if isinstance(node, ast.AugAssign) and isinstance(node.op, SUMS):
        word = "-=" if isinstance(node.op, ast.Add) else "+="
        made = with_field(node, "op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
        yield Slip("sign", f"the sign is wrong: write {word} (plus and minus)", {node: [made]}, None, node)
    for head in place.heads:
        bare = isinstance(head, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node, ast.Return)
        kept = not isinstance(getattr(node, "targets", [None])[0], ast.Subscript)
        if bare and kept and not place.is_slope(place.target) and not place.is_slope(written(head)):
            continue  # what is unpacked, or put into a cache
        yield place.edit(head, minus(head), "sign", "a minus is missing: turn the sign round")
    for part in every:
        if part is not value and id(part) not in chosen and isinstance(part, VALUED) and is_operand(part, every):
            says = f"a minus is missing before {written(part)}: the sign is wrong"
            yield place.edit(part, minus(part), "sign", says)


def in_index(every: list[ast.expr]) -> set[int]:
    """Returns the parts that stand in an index, a slice or a range."""
    spots = [part.slice for part in every if isinstance(part, ast.Subscript)]
    spots += [part for part in every if isinstance(part, ast.Slice) or function_name(part) in ("range", "xrange")]
    return {id(each) for spot in spots for each in ast.walk(spot)}


def exponents(every: list[ast.expr]) -> list[ast.expr]:
    """Returns the exponents of powers, however they are written."""
    found = []
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow):
            found.append(part.right)
        elif is_call(part, "power", "pow") and len(part.args) == 2:  # type: ignore[attr-defined]
            found.append(part.args[1])  # type: ignore[attr-defined]
    return found


def powers(place: Place) -> Iterator[Slip]:
    """Exponents, squares that are forgotten, and slopes of a function in its input for its output."""
    every = place.parts
    for power_ in exponents(every):
        yield from other_exponents(place, power_)
    divisors = {id(each.right) for each in every if is_operation(each, ast.Div)}  # type: ignore[attr-defined]
    for part in every:
        if not isinstance(part, VALUED) or not is_operand(part, every):
            continue
        text, says = written(part), "1/u has the slope −1/u²: square the denominator"
        if id(part) not in divisors:
            says = f"the square of {text} belongs to the slope: the local derivative lacks it"
        yield place.edit(part, power(part, 2), "square-forgotten", says)
        says = f"{text} stands there to the third power: the exponent of the slope"
        yield place.edit(part, power(part, 3), "exponent", says)
        says = f"the square root of {text} belongs here, sqrt: an extra factor else"
        yield place.edit(part, numpy("sqrt", part), "root", says)


def other_exponents(place: Place, power_: ast.expr) -> Iterator[Slip]:
    negative = isinstance(power_, ast.UnaryOp) and isinstance(power_.op, ast.USub)
    held: Any = power_.operand if isinstance(power_, ast.UnaryOp) and negative else power_
    if not is_number(held) or abs(held.value) > LARGEST:
        return
    c = -held.value if negative else 1.0 * held.value
    for other in dict.fromkeys((2.0, c - 1, c + 1, 3.0, -c, 0.5, -0.5, -1.5, c + 2, c - 2, 1.0, -2.0)):
        if other != c:
            whole = int(other) if float(other).is_integer() else other
            says = f"the exponent is {whole:g}, not {c:g}: the local derivative is another one"
            yield place.edit(power_, constant_of(whole), "exponent", says)


def slopes(place: Place) -> Iterator[Slip]:
    """The slopes s(1 - s) and 1 - t**2 of which a part is left out."""
    for head in place.heads:
        for part in ast.walk(head):
            if isinstance(part, (ast.Name, ast.Attribute)) and is_value(place.values.get(ast.unparse(part))):
                text = written(part)
                for factor, shown, why in (
                    (complement(part), f"(1 - {text})", f"is missing: {SLOPE} the output"),
                    (part, text, "is missing: multiply by it, the slope"),
                ):
                    says = f"the factor {shown} of the local derivative {why}"
                    yield place.edit(head, binary(head, ast.Mult(), factor), "factor-forgotten", says)


def numbers(place: Place) -> Iterator[Slip]:
    """Numbers that are written out."""
    every, value = place.parts, place.value
    inside = in_index(every)
    raised = {id(each) for spot in exponents(every) for each in ast.walk(spot)}
    alone = value is not None and is_number(value) and not isinstance(place.statement, ast.AugAssign)
    seed = value if alone else None
    if seed is not None and place.is_slope(place.target):
        yield place.edit(seed, ast.Constant(1.0), "seed", SEED)
    for part in every:
        c: Any = getattr(part, "value", None)
        for other in others(c) if is_number(part) and abs(c) <= LARGEST else ():
            kind = "index" if id(part) in inside else "exponent" if id(part) in raised else "wrong-number"
            yield place.edit(part, constant_of(other), kind, NUMBERS[kind].format(f"{other:g}", f"{c:g}"))
    for part in every:
        if is_call(part, "clip", "clamp"):
            bounds = [each for each in part.args if is_number(each) or isinstance(each, ast.Name)]  # type: ignore[attr-defined]
            for one, two in permutations(bounds, 2):
                says = (f"the lower bound of the clip is -{written(two)}, the constant of the other end: "
                        "it cuts off what is negative else")  # fmt: skip
                yield place.edit(one, minus(two), "wrong-number", says)
    if seed is not None:
        yield place.edit(seed, ast.Constant(1.0), "seed", SEED)


def others(c: float) -> Iterator[float]:
    """Yields the numbers that may be meant where another one is written."""
    for other in dict.fromkeys((2 * c, c / 2, 1, 2, 0, -c, c + 1, c - 1, 0.5, -1, 3)):
        if other != c:
            yield int(other) if float(other).is_integer() and isinstance(c, int) else other


def factors(place: Place) -> Iterator[Slip]:
    """A factor is left out, or one too many."""
    every, heads = place.parts, place.heads
    for part in every:
        if is_operation(part, *SUMS):
            for kept, gone in ((part.left, part.right), (part.right, part.left)):  # type: ignore[attr-defined]
                says = f"{written(gone)} does not belong into this sum: it is counted already, twice"
                yield place.edit(part, kept, "counted-twice", says)
    inner = [each for each in every if isinstance(each, ast.BinOp) and each not in heads]
    for head in [*heads, *inner[: max(6 - len(heads), 0)]]:
        for factor in (2.0, 0.5, 3.0):
            says = (f"the factor {factor:g} is missing, which the exponent brings down: multiply by it "
                    "(the local derivative, its slope)")  # fmt: skip
            yield place.edit(head, binary(ast.Constant(factor), ast.Mult(), head), "factor-forgotten", says)
        for key, held in list(place.values.items())[:30]:
            if is_value(held) and (not is_array(head) or is_array(held)):
                for op, made, says in factors_by(key, np.size(held) > 0):
                    yield place.edit(head, binary(head, op, made), "factor-forgotten", says)


def factors_by(key: str, filled: bool) -> Iterator[tuple[ast.operator, ast.expr, str]]:
    """Yields the factors that a value may bring to a local derivative."""
    lacks, one = "of the local derivative is missing", name(key)
    yield ast.Mult(), one, f"the factor {key} {lacks}: multiply by it"
    yield ast.Div(), one, f"the factor 1/{key} {lacks}: divide by {key}"
    yield ast.Mult(), complement(one), f"the factor (1 - {key}) {lacks}, {SLOPE} the output"
    if filled:
        yield ast.Div(), numpy("sqrt", one), f"the factor 1/sqrt({key}) is missing: divide by it"
    says = f"the factor (1 - {key}**2) is missing: the slope of tanh, the local derivative"
    yield ast.Mult(), complement(power(one, 2)), says


def strides(place: Place) -> Iterator[Slip]:
    """A factor that all parts of a tuple of whole numbers lack: `hs, ws = i, j` for `i * stride, j * stride`."""
    node, heads = place.statement, place.heads
    if len(heads) < 2 or not isinstance(node, ast.Assign):
        return
    for text in [*place.wholes, *place.keys]:
        for op, word in ((ast.Mult(), "multiply by it"), (ast.FloorDiv(), "divide by it")):
            made = with_field(node, "value", ast.Tuple([binary(head, op, name(text)) for head in heads], ast.Load()))
            says = f"the factor {text} is missing from the index, the place of the window: {word} (a stride)"
            yield Slip("index", says, {node: [made]}, None, node)


def counted(place: Place) -> Iterator[Slip]:
    """A number of examples that lacks a factor: `m = N` for `m = N*H*W`."""
    node, heads, target = place.statement, place.heads, place.target
    if not isinstance(node, ast.Assign) or len(heads) != 1 or not isinstance(heads[0], (ast.Name, ast.BinOp)):
        return
    if not is_count(place.values.get(target)):
        return
    whole = [key for key in place.counts if place.values[key] > 1 and key != target][:10]
    for chosen in [*combinations(whole, 1), *combinations(whole, 2)]:
        made: ast.expr = heads[0]
        for key in chosen:
            made = binary(made, ast.Mult(), name(key))
        says = f"{target} lacks the factor {' * '.join(chosen)}: {written(made)} are counted, in the mean as well"
        yield place.edit(heads[0], made, "factor-forgotten", says)


def functions(place: Place) -> Iterator[Slip]:
    for part in place.parts:
        called = function_name(part)
        other = TWINS.get(called)
        if isinstance(part, ast.Call) and other:
            says = f"{other}, not {called}, belongs here: the local derivative is that of {other}"
            yield place.edit(part, renamed(part, other), "function", says)


COMPLEMENTS = (
    TreeRow(None, complement, "derivative", "1 minus {old} belongs here: " + SLOPE + " it, the local derivative"),
    TreeRow(None, lambda part: binary(part, ast.Sub(), ONE), "derivative",
        "{old} minus 1 belongs here: the local derivative of the logarithm, its slope"),
    TreeRow(None, lambda part: complement(power(part, 2)), "derivative",
        "1 minus the square of {old} belongs here: the slope of tanh, the local derivative"),
)  # fmt: skip
TANH = "the local derivative is that of tanh here, 1 minus the square: another slope"


def complements(place: Place) -> Iterator[Slip]:
    every = place.parts
    for part in every:
        if is_operand(part, every) and isinstance(part, VALUED):
            yield from place.rows([part], *COMPLEMENTS)
        if not isinstance(part, ast.BinOp) or not isinstance(part.op, ast.Mult):
            continue
        if ast.dump(part.left) == ast.dump(part.right):
            says = "the square does not belong here: the local derivative, its exponent"
            yield place.edit(part, part.left, "exponent", says)
        if isinstance(part.right, ast.BinOp) and isinstance(part.right.op, ast.Sub):
            tanh = complement(power(part.right.right, 2))
            yield place.edit(part, tanh, "derivative", TANH)
            also = binary(part.left.left, ast.Mult(), tanh) if isinstance(part.left, ast.BinOp) else tanh
            yield place.edit(part, also, "derivative", TANH)


TOO_MANY = "does not belong here: it is an extra factor, one too many"
DROPPED = (
    TreeRow(lambda part: is_operation(part, *PRODUCTS), lambda part: part.left, "extra-factor",
        "the factor {right} " + TOO_MANY),
    TreeRow(lambda part: is_operation(part, *PRODUCTS), lambda part: part.right, "extra-factor",
        "the factor {left} " + TOO_MANY),
    TreeRow(lambda part: is_operation(part, ast.Div), lambda part: part.left, "mean-twice",
        "the divisor {right} does not belong here: this is divided once too often (an extra factor, twice)"),
)  # fmt: skip


def extra(place: Place) -> Iterator[Slip]:
    """A function that does not belong there: abs(x) for x; a factor too many."""
    every, heads = place.parts, place.heads
    for part in every:
        called = function_name(part)
        alone = isinstance(part, ast.Call) and called and len(part.args) == 1 and not part.keywords
        if alone and (is_operand(part, every) or part in heads):
            inner = part.args[0]  # type: ignore[attr-defined]
            says = f"{called} does not belong here: {written(inner)} itself belongs here, it is an extra factor"
            yield place.edit(part, inner, "extra-function", says)
    yield from place.rows(every, *DROPPED)
