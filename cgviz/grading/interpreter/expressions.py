"""Python's expressions as closures: each takes a frame and gives a value."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cgviz.grading.interpreter import limits
from cgviz.grading.interpreter.objects import Frame, Function, assigned_names
from cgviz.grading.interpreter.signals import UNKNOWN, Known, UnreadError

if TYPE_CHECKING:
    from cgviz.grading.interpreter.machine import Machine

Code = Callable[[Frame], Any]
MISSING = object()

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: limits.times, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: limits.percent, ast.Pow: limits.raised, ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor, ast.LShift: limits.shifted,
    ast.RShift: operator.rshift,
}  # fmt: skip
IN_PLACE: dict[type[ast.operator], Callable[[Any, Any], Any]] = BINARY | {
    ast.Add: operator.iadd, ast.Sub: operator.isub, ast.Div: operator.itruediv, ast.FloorDiv: operator.ifloordiv,
    ast.MatMult: operator.imatmul, ast.BitAnd: operator.iand, ast.BitOr: operator.ior, ast.BitXor: operator.ixor,
}  # fmt: skip
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


def old_division(one: Any, two: Any) -> Any:
    """`/` of Python 2: of whole numbers it is a whole number."""
    if is_whole(one) and is_whole(two):
        return one // two
    return one / two


def is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) or (isinstance(value, np.ndarray) and value.dtype.kind in "iu")


imul: Callable[[Any, Any], Any] = operator.imul
ipow: Callable[[Any, Any], Any] = operator.ipow


def multiplied_in_place(one: Any, two: Any) -> Any:
    return limits.times(one, two) if isinstance(one, (str, list, int)) else imul(one, two)


IN_PLACE[ast.Mult] = multiplied_in_place
IN_PLACE[ast.Pow] = lambda one, two: ipow(one, two) if isinstance(one, np.ndarray) else limits.raised(one, two)


class Expressions:
    """Makes closures of expressions; `local` are the names of the function whose body is read, None at the top.

    around  the statement whose closure is being made;  depth  how many comprehensions are around the expression
    """

    around: ast.stmt | None = None
    depth = 0

    def __init__(self, machine: Machine, local: frozenset[str] | None = None) -> None:
        self.machine, self.local = machine, local

    def code(self, node: ast.expr) -> Code:
        made = getattr(self, f"on_{type(node).__name__.lower()}", None)
        if made is None:
            return refusing(f"{type(node).__name__} is not read")
        return made(node)  # type: ignore[no-any-return]

    def on_constant(self, node: ast.Constant) -> Code:
        value = node.value
        if isinstance(value, int) and value.bit_length() > limits.LARGEST_NUMBER:
            return refusing("this whole number is too large")
        return lambda frame: value

    def on_name(self, node: ast.Name) -> Code:
        name, builtins = node.id, self.machine.builtins
        if self.local is not None and name in self.local:

            def local(frame: Frame) -> Any:
                try:
                    return frame.names[name]
                except KeyError:
                    message = f"local variable {name!r} is read before it is assigned"
                    raise UnboundLocalError(message) from None

            return local

        def anywhere(frame: Frame) -> Any:
            at: Frame | None = frame
            while at is not None:
                found = at.names.get(name, MISSING)
                if found is not MISSING:
                    return found
                at = at.up
            found = builtins.get(name, MISSING)
            if found is MISSING:
                return self.machine.missing(name, frame)
            return found

        return anywhere

    def on_binop(self, node: ast.BinOp) -> Code:
        left, right, apply = self.code(node.left), self.code(node.right), BINARY[type(node.op)]
        if self.machine.python2 and isinstance(node.op, ast.Div):
            apply = old_division
        if not isinstance(node.op, ast.MatMult):
            apply = limits.spread(apply)
        return lambda frame: apply(left(frame), right(frame))

    def on_unaryop(self, node: ast.UnaryOp) -> Code:
        inner, apply = self.code(node.operand), UNARY[type(node.op)]
        return lambda frame: apply(inner(frame))

    def on_boolop(self, node: ast.BoolOp) -> Code:
        parts, ends = [self.code(each) for each in node.values], isinstance(node.op, ast.Or)

        def run(frame: Frame) -> Any:
            value: Any = None
            for part in parts:
                value = part(frame)
                if bool(value) == ends:
                    return value
            return value

        return run

    def on_compare(self, node: ast.Compare) -> Code:
        first, rest = self.code(node.left), [self.code(each) for each in node.comparators]
        tests = [COMPARED[type(op)] for op in node.ops]
        if len(tests) == 1:
            test, second = tests[0], rest[0]
            return lambda frame: test(first(frame), second(frame))

        def run(frame: Frame) -> Any:
            left, made = first(frame), True
            for test, code in zip(tests, rest, strict=True):
                right = code(frame)
                made = test(left, right)
                if not made:
                    return made
                left = right
            return made

        return run

    def on_ifexp(self, node: ast.IfExp) -> Code:
        test, yes, no = self.code(node.test), self.code(node.body), self.code(node.orelse)
        return lambda frame: yes(frame) if test(frame) else no(frame)

    def on_attribute(self, node: ast.Attribute) -> Code:
        inner, name, get = self.code(node.value), node.attr, self.machine.get
        return lambda frame: get(inner(frame), name)

    def on_subscript(self, node: ast.Subscript) -> Code:
        inner, key = self.code(node.value), self.code(node.slice)
        item = self.machine.item
        return lambda frame: item(inner(frame), key(frame))

    def on_slice(self, node: ast.Slice) -> Code:
        ends = [
            self.code(each) if each is not None else (lambda frame: None)
            for each in (node.lower, node.upper, node.step)
        ]
        first, last, step = ends
        return lambda frame: slice(first(frame), last(frame), step(frame))

    def on_tuple(self, node: ast.Tuple) -> Code:
        parts = self.listed(node.elts)
        return lambda frame: tuple(parts(frame))

    def on_list(self, node: ast.List) -> Code:
        return self.listed(node.elts)

    def on_set(self, node: ast.Set) -> Code:
        parts = self.listed(node.elts)
        return lambda frame: set(parts(frame))

    def listed(self, nodes: list[ast.expr]) -> Callable[[Frame], list[Any]]:
        if any(isinstance(each, ast.Starred) for each in nodes):
            made = [
                (isinstance(e, ast.Starred), self.code(e.value if isinstance(e, ast.Starred) else e)) for e in nodes
            ]

            def run(frame: Frame) -> list[Any]:
                found: list[Any] = []
                for many, code in made:
                    found.extend(code(frame)) if many else found.append(code(frame))
                return found

            return run
        parts = [self.code(each) for each in nodes]
        return lambda frame: [part(frame) for part in parts]

    def on_dict(self, node: ast.Dict) -> Code:
        pairs = [
            (None if key is None else self.code(key), self.code(value))
            for key, value in zip(node.keys, node.values, strict=True)
        ]

        def run(frame: Frame) -> dict[Any, Any]:
            found: dict[Any, Any] = {}
            for key, value in pairs:
                if key is None:
                    found.update(value(frame))
                else:
                    found[key(frame)] = value(frame)
            return found

        return run

    def on_call(self, node: ast.Call) -> Code:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return self.above(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("locals", "globals"):
            return lambda frame: dict(frame.names)
        function, args = self.code(node.func), self.listed(node.args)
        named = [(each.arg, self.code(each.value)) for each in node.keywords]
        tick = self.machine.tick
        if not named:

            def plain(frame: Frame) -> Any:
                tick()
                return function(frame)(*args(frame))

            return plain

        def run(frame: Frame) -> Any:
            tick()
            called, given, keywords = function(frame), args(frame), {}
            for name, value in named:
                if name is None:
                    keywords.update(value(frame))
                else:
                    keywords[name] = value(frame)
            return called(*given, **keywords)

        return run

    def above(self, node: ast.Call) -> Code:
        args = [self.code(each) for each in node.args]
        return lambda frame: self.machine.above(frame, [arg(frame) for arg in args])

    def on_lambda(self, node: ast.Lambda) -> Code:
        return self.function(node)

    def function(self, node: Any) -> Code:
        """Returns what makes a function of a `def` or a `lambda`."""
        args = node.args
        defaults = [self.code(each) for each in args.defaults]
        named = {
            arg.arg: self.code(value) for arg, value in zip(args.kwonlyargs, args.kw_defaults, strict=True) if value
        }

        def make(frame: Frame) -> Function:
            given = {name: code(frame) for name, code in named.items()}
            return Function(self.machine, node, frame, [code(frame) for code in defaults], given)

        return make

    def on_listcomp(self, node: ast.ListComp) -> Code:
        return self.comprehension(node.generators, [node.elt], list)

    def on_setcomp(self, node: ast.SetComp) -> Code:
        return self.comprehension(node.generators, [node.elt], set)

    def on_generatorexp(self, node: ast.GeneratorExp) -> Code:
        made = self.comprehension(node.generators, [node.elt], list)
        return lambda frame: iter(made(frame))

    def on_dictcomp(self, node: ast.DictComp) -> Code:
        return self.comprehension(node.generators, [node.key, node.value], dict)

    def comprehension(self, generators: list[ast.comprehension], parts: list[ast.expr], kind: type) -> Code:
        """Returns a comprehension, walked at once."""
        names = assigned_names([ast.Expr(each.target) for each in generators])
        inside = type(self)(self.machine, frozenset(names))
        inside.around, inside.depth = self.around, self.depth + 1
        loops = [
            (
                inside.target(each.target),
                (inside if i else self).code(each.iter),
                [inside.code(test) for test in each.ifs],
            )
            for i, each in enumerate(generators)
        ]
        codes, tick = [inside.code(part) for part in parts], self.machine.tick

        def walk(frame: Frame, outer: Frame, depth: int, found: list[Any]) -> None:
            if depth == len(loops):
                found.append(codes[0](frame) if len(codes) == 1 else (codes[0](frame), codes[1](frame)))
                return
            assign, over, tests = loops[depth]
            for value in iter(over(outer if depth == 0 else frame)):
                tick()
                assign(frame, value)
                if all(test(frame) for test in tests):
                    walk(frame, outer, depth + 1, found)

        def run(frame: Frame) -> Any:
            found: list[Any] = []
            inner = Frame({}, frame, frame.code, frame.number)
            walk(inner, frame, 0, found)
            return found if kind is list else kind(found)

        return run

    def target(self, node: ast.expr, statement: ast.stmt | None = None) -> Callable[[Frame, Any], None]:
        """Returns what assigns a value to a target; statements know how."""
        raise NotImplementedError

    def on_starred(self, node: ast.Starred) -> Code:
        return refusing("* is not read here")

    def on_joinedstr(self, node: ast.JoinedStr) -> Code:
        parts = [self.code(each) for each in node.values]
        return lambda frame: "".join(str(part(frame)) for part in parts)

    def on_formattedvalue(self, node: ast.FormattedValue) -> Code:
        value = self.code(node.value)
        spec = self.code(node.format_spec) if node.format_spec is not None else (lambda frame: "")
        turns: dict[int, Callable[[Any], str]] = {114: repr, 115: str, 97: ascii}
        turned = turns.get(node.conversion)
        return lambda frame: limits.formatted(turned(value(frame)) if turned else value(frame), spec(frame))

    def on_yield(self, node: ast.Yield) -> Code:
        value = self.code(node.value) if node.value is not None else (lambda frame: None)

        def run(frame: Frame) -> None:
            frame.names.setdefault("<yielded>", []).append(value(frame))
            if len(frame.names["<yielded>"]) > 10_000:
                raise UnreadError("this generator does not end")

        return run

    def on_yieldfrom(self, node: ast.YieldFrom) -> Code:
        value = self.code(node.value)
        return lambda frame: frame.names.setdefault("<yielded>", []).extend(value(frame))


def refusing(message: str) -> Code:
    def run(frame: Frame) -> Any:
        raise UnreadError(message)

    return run


def taken(value: Any, names: list[str | None]) -> list[Any]:
    """Returns the parts into which a value is unpacked; of a cache that is known by names, by those."""
    if isinstance(value, Known):
        return [value.take(name) for name in names]
    return [UNKNOWN] * len(names) if value is UNKNOWN else list(value)
