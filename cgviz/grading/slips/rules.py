"""Slips of local derivatives: signs, exponents, numbers, factors, functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from cgviz.grading.interpreter.expressions import is_whole
from cgviz.grading.slips.place import Place, Slip
from cgviz.grading.slips.trees import (
    binary,
    constant_of,
    edit,
    function_name,
    heads_of,
    is_array,
    is_number,
    is_operand,
    is_value,
    name,
    numpy,
    parts,
    target_of,
    value_of,
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


def signs(place: Place) -> Iterator[Slip]:
    node, value = place.statement, value_of(place.statement)
    inside = in_index(parts(node))
    every = [part for part in parts(node) if id(part) not in inside]
    for part in every:
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub):
            yield edit(
                place,
                part,
                part.operand,
                "sign",
                f"the minus before {written(part.operand)} does not belong here: turn the sign round",
            )
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub)):
            other = ast.Sub() if isinstance(part.op, ast.Add) else ast.Add()
            word = "minus" if isinstance(part.op, ast.Add) else "plus"
            yield edit(
                place,
                part,
                binary(part.left, other, part.right),
                "sign",
                f"a {word} belongs before {written(part.right)}: the sign is wrong",
            )
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
            yield edit(
                place,
                part,
                binary(part.right, part.op, part.left),
                "sign",
                "the two sides of the minus are the wrong way round: the sign is wrong",
            )
    chosen = {id(arg) for part in every if function_name(part) in CHOOSING for arg in getattr(part, "args", ())}
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        made = with_field(node, "op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
        word = "-=" if isinstance(node.op, ast.Add) else "+="
        yield Slip("sign", f"the sign is wrong: write {word} (plus and minus)", {node: [made]}, None, node)
    if value is not None:
        for head in heads_of(node):
            bare = isinstance(head, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node, ast.Return)
            kept = not isinstance(getattr(node, "targets", [None])[0], ast.Subscript)
            if bare and kept and not place.is_slope(target_of(node)) and not place.is_slope(written(head)):
                continue  # what is unpacked, or put into a cache
            yield edit(place, head, ast.UnaryOp(ast.USub(), head), "sign", "a minus is missing: turn the sign round")
    for part in every:
        if (
            part is not value
            and id(part) not in chosen
            and isinstance(part, (ast.BinOp, ast.Call, ast.Name, ast.Attribute, ast.Subscript))
            and is_operand(part, every)
        ):
            yield edit(
                place,
                part,
                ast.UnaryOp(ast.USub(), part),
                "sign",
                f"a minus is missing before {written(part)}: the sign is wrong",
            )


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
                        constant = (
                            ast.Constant(abs(whole)) if whole >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-whole))
                        )
                        yield edit(
                            place,
                            power,
                            constant,
                            "exponent",
                            f"the exponent is {whole:g}, not {c:g}: the local derivative is another one",
                        )
    for part in every:
        if (
            isinstance(part, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call))
            and is_operand(part, every)
            and not isinstance(part, ast.Constant)
        ):
            squared = binary(part, ast.Pow(), ast.Constant(2))
            below = any(
                isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div) and each.right is part for each in every
            )
            says = (
                "1/u has the slope −1/u²: square the denominator"
                if below
                else f"the square of {written(part)} belongs to the slope: the local derivative lacks it"
            )
            yield edit(place, part, squared, "square-forgotten", says)
            cubed = binary(part, ast.Pow(), ast.Constant(3))
            yield edit(
                place,
                part,
                cubed,
                "exponent",
                f"{written(part)} stands there to the third power: the exponent of the slope",
            )
            root = numpy("sqrt", part)
            yield edit(
                place,
                part,
                root,
                "root",
                f"the square root of {written(part)} belongs here, sqrt: an extra factor else",
            )


def in_index(every: list[ast.expr]) -> set[int]:
    """Returns the parts that stand in an index, a slice or a range."""
    spots = [part.slice for part in every if isinstance(part, ast.Subscript)]
    spots += [part for part in every if isinstance(part, ast.Slice) or function_name(part) in ("range", "xrange")]
    return {id(each) for spot in spots for each in ast.walk(spot)}


def in_exponent(every: list[ast.expr]) -> set[int]:
    """Returns the parts that stand in an exponent."""
    spots = [part.right for part in every if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow)]
    spots += [part.args[-1] for part in every if isinstance(part, ast.Call) and function_name(part) in ("power", "pow")
              and part.args]  # fmt: skip
    return {id(each) for spot in spots for each in ast.walk(spot)}


def slopes(place: Place) -> Iterator[Slip]:
    """The slopes s(1 - s) and 1 - t**2 of which a part is left out."""
    for head in heads_of(place.statement):
        for part in ast.walk(head):
            if not isinstance(part, (ast.Name, ast.Attribute)) or not is_value(place.values.get(ast.unparse(part))):
                continue
            text = written(part)
            one = binary(ast.Constant(1), ast.Sub(), part)
            says = f"the factor (1 - {text}) of the local derivative is missing: the slope is in terms of the output"
            yield edit(place, head, binary(head, ast.Mult(), one), "factor-forgotten", says)
            says = f"the factor {text} of the local derivative is missing: multiply by it, the slope"
            yield edit(place, head, binary(head, ast.Mult(), part), "factor-forgotten", says)


def numbers(place: Place) -> Iterator[Slip]:
    """Numbers that are written out."""
    every = parts(place.statement)
    inside, raised = in_index(every), in_exponent(every)
    begun = value_of(place.statement)
    if begun is not None and is_number(begun) and place.is_slope(target_of(place.statement)):
        says = "the seed is 1: the pass begins with the gradient of the output itself, = 1"
        yield edit(place, begun, ast.Constant(1.0), "seed", says)
    for part in every:
        if not is_number(part) or not isinstance(part, ast.Constant):
            continue
        c: Any = part.value
        if abs(c) > LARGEST:
            continue
        for other in dict.fromkeys((2 * c, c / 2, 1, 2, 0, -c, c + 1, c - 1, 0.5, -1, 3)):
            if other == c:
                continue
            whole = int(other) if float(other).is_integer() and isinstance(c, int) else other
            if id(part) in inside:
                yield edit(
                    place,
                    part,
                    constant_of(whole),
                    "index",
                    (
                        f"the index is {whole:g}, not {c:g}: off by one, "
                        "another element belongs here, the first or the last"
                    ),
                )
            elif id(part) in raised:
                says = f"the exponent is another one: {whole:g} here, not {c:g} (the local derivative of the power)"
                yield edit(place, part, constant_of(whole), "exponent", says)
            else:
                yield edit(
                    place,
                    part,
                    constant_of(whole),
                    "wrong-number",
                    f"the number here is {whole:g}, not {c:g}: the factor is another one, a constant of the rule",
                )
    for part in every:
        if isinstance(part, ast.Call) and function_name(part) in ("clip", "clamp"):
            bounds = [each for each in part.args if is_number(each) or isinstance(each, ast.Name)]
            for one in bounds:
                for two in bounds:
                    if one is not two:
                        says = (
                            f"the lower bound of the clip is -{written(two)}, the "
                            "constant of the other end: it cuts off what is negative else"
                        )
                        yield edit(place, one, ast.UnaryOp(ast.USub(), two), "wrong-number", says)
    value = value_of(place.statement)
    if value is not None and is_number(value):
        yield edit(
            place,
            value,
            ast.Constant(1.0),
            "seed",
            "the seed is 1: the pass begins with the gradient of the output itself, = 1",
        )


def factors(place: Place) -> Iterator[Slip]:
    """A factor is left out, or one too many."""
    node, _value = place.statement, value_of(place.statement)
    every = parts(node)
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub)):
            for kept, gone in ((part.left, part.right), (part.right, part.left)):
                says = f"{written(gone)} does not belong into this sum: it is counted already, twice"
                yield edit(place, part, kept, "counted-twice", says)
    heads = heads_of(node)
    inner = [each for each in every if isinstance(each, ast.BinOp) and each not in heads]
    for head in [*heads, *inner[: max(6 - len(heads), 0)]]:
        for factor in (2.0, 0.5, 3.0):
            says = (
                f"the factor {factor:g} is missing, which the exponent brings "
                "down: multiply by it (the local derivative, its slope)"
            )
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
                yield edit(
                    place,
                    head,
                    binary(head, ast.Div(), rooted),
                    "factor-forgotten",
                    f"the factor 1/sqrt({key}) is missing: divide by it",
                )
            complement = binary(ast.Constant(1), ast.Sub(), binary(name(key), ast.Pow(), ast.Constant(2)))
            says = f"the factor (1 - {key}**2) is missing: the slope of tanh, the local derivative"
            yield edit(place, head, binary(head, ast.Mult(), complement), "factor-forgotten", says)


def strides(place: Place) -> Iterator[Slip]:
    """A factor that all parts of a tuple of whole numbers lack: `hs, ws = i, j` for `i * stride, j * stride`."""
    node, heads = place.statement, heads_of(place.statement)
    if len(heads) < 2 or not isinstance(node, ast.Assign):
        return
    for text in [*(key for key, held in place.values.items() if is_whole(held)), *place.keys]:
        for op, word in ((ast.Mult(), "multiply by it"), (ast.FloorDiv(), "divide by it")):
            made = with_field(node, "value", ast.Tuple([binary(head, op, name(text)) for head in heads], ast.Load()))
            says = f"the factor {text} is missing from the index, the place of the window: {word} (a stride)"
            yield Slip("index", says, {node: [made]}, None, node)


def counted(place: Place) -> Iterator[Slip]:
    """A number of examples that lacks a factor: `m = N` for `m = N*H*W`."""
    node, heads = place.statement, heads_of(place.statement)
    if not isinstance(node, ast.Assign) or len(heads) != 1 or not isinstance(heads[0], (ast.Name, ast.BinOp)):
        return
    if not is_whole(place.values.get(target_of(node))) or isinstance(place.values[target_of(node)], np.ndarray):
        return
    whole = [key for key, held in place.values.items() if is_whole(held) and not isinstance(held, (bool, np.ndarray))]
    whole = [key for key in whole if place.values[key] > 1 and key != target_of(node)][:10]
    for chosen in [*combinations(whole, 1), *combinations(whole, 2)]:
        made: ast.expr = heads[0]
        for key in chosen:
            made = binary(made, ast.Mult(), name(key))
        says = (
            f"{target_of(node)} lacks the factor {' * '.join(chosen)}: {written(made)} are counted, in the mean as well"
        )
        yield edit(place, heads[0], made, "factor-forgotten", says)


def functions(place: Place) -> Iterator[Slip]:
    for part in parts(place.statement):
        called = function_name(part)
        other = TWINS.get(called)
        if isinstance(part, ast.Call) and other:
            function = (
                with_field(part.func, "attr", other)
                if isinstance(part.func, ast.Attribute)
                else ast.Name(other, ast.Load())
            )
            yield edit(
                place,
                part,
                with_field(part, "func", function),
                "function",
                f"{other}, not {called}, belongs here: the local derivative is that of {other}",
            )


def complements(place: Place) -> Iterator[Slip]:
    every = parts(place.statement)
    one = ast.Constant(1)
    for part in every:
        if is_operand(part, every) and isinstance(part, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call)):
            says = f"1 minus {written(part)} belongs here: the slope is in terms of it, the local derivative"
            yield edit(place, part, binary(one, ast.Sub(), part), "derivative", says)
            says = f"{written(part)} minus 1 belongs here: the local derivative of the logarithm, its slope"
            yield edit(place, part, binary(part, ast.Sub(), one), "derivative", says)
            squared = binary(one, ast.Sub(), binary(part, ast.Pow(), ast.Constant(2)))
            yield edit(
                place,
                part,
                squared,
                "derivative",
                f"1 minus the square of {written(part)} belongs here: the slope of tanh, the local derivative",
            )
        if (
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.Mult)
            and ast.dump(part.left) == ast.dump(part.right)
        ):
            yield edit(
                place,
                part,
                part.left,
                "exponent",
                "the square does not belong here: the local derivative, its exponent",
            )
        if (
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.Mult)
            and isinstance(part.right, ast.BinOp)
            and isinstance(part.right.op, ast.Sub)
        ):
            tanh = binary(one, ast.Sub(), binary(part.right.right, ast.Pow(), ast.Constant(2)))
            yield edit(
                place,
                part,
                tanh,
                "derivative",
                "the local derivative is that of tanh here, 1 minus the square: another slope",
            )
            also = binary(part.left.left, ast.Mult(), tanh) if isinstance(part.left, ast.BinOp) else tanh
            yield edit(
                place,
                part,
                also,
                "derivative",
                "the local derivative is that of tanh here, 1 minus the square: another slope",
            )


def extra(place: Place) -> Iterator[Slip]:
    """A function that does not belong there: abs(x) for x."""
    every = parts(place.statement)
    heads = heads_of(place.statement)
    for part in every:
        called = function_name(part)
        alone = isinstance(part, ast.Call) and called and len(part.args) == 1 and not part.keywords
        if alone and (is_operand(part, every) or part in heads):
            inner = part.args[0]  # type: ignore[attr-defined]
            says = f"{called} does not belong here: {written(inner)} itself belongs here, it is an extra factor"
            yield edit(place, part, inner, "extra-function", says)
    for part in every:
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.MatMult)):
            for kept, gone in ((part.left, part.right), (part.right, part.left)):
                says = f"the factor {written(gone)} does not belong here: it is an extra factor, one too many"
                yield edit(place, part, kept, "extra-factor", says)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div):
            says = (
                f"the divisor {written(part.right)} does not belong here: "
                "this is divided once too often (an extra factor, twice)"
            )
            yield edit(place, part, part.left, "mean-twice", says)
