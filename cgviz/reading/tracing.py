"""An ordinary Python function becomes a graph: it is run once on tracers, which record what is done to them."""

from __future__ import annotations

import inspect
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from cgviz.errors import UsageError
from cgviz.graph.nodes import CONSTANT, INPUT, Graph, Node
from cgviz.ops.arithmetic import (
    add,
    copy,
    divide,
    multiply,
    pow_,
    power,
    product,
    reciprocal,
    signed_sum,
    subtract,
)
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.operators import Operators
from cgviz.reading.collecting import uncollected

MOST_NAMED_LINES = 2000
UFUNCS = {"negative": "neg", "absolute": "abs", "true_divide": "divide", "float_power": "pow"}


class Tape:
    """What was recorded, column by column: op, arguments and value of every node, names where they are known."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.args: list[tuple[int, ...]] = []
        self.values: list[float] = []
        self.add_op, self.add_args, self.add_value = self.ops.append, self.args.append, self.values.append
        self.names: dict[int, tuple[str, str]] = {}
        self.constants: dict[float, int] = {}
        self.bound: dict[str, int] = {}

    def push(self, op: Op, args: tuple[int, ...], value: float) -> Tracer:
        index = len(self.values)
        self.ops.append(op)
        self.args.append(args)
        self.values.append(value)
        return Tracer(self, index, value)

    def input(self, name: str, value: float) -> Tracer:
        self.names[len(self.values)] = (name, "")
        self.bound[name] = len(self.values)
        return self.push(INPUT, (), value)

    def place(self, value: Any) -> int:
        """Returns the index of an operand: a tracer of this tape, or a number as a constant."""
        if isinstance(value, Tracer):
            if value.tape is not self:
                raise UsageError("a value of one traced function is used in another")
            return value.index
        number = float(value)
        index = self.constants.get(number)
        if index is None:
            index = self.constants[number] = self.push(CONSTANT, (), number).index
        return index

    def record(self, op: Op, args: Sequence[Any]) -> Tracer:
        places = tuple([self.place(arg) for arg in args])
        if op.fixed and self.ops[places[0]] is not CONSTANT:
            raise UsageError(op.needs_number())
        return self.push(op, places, op.forward(*[self.values[place] for place in places]))

    def name(self, variable: str, tracer: Tracer) -> None:
        """Enters that `tracer` was bound to a local variable; the first name of a value stays."""
        if self.bound.get(variable) == tracer.index:
            return
        self.bound[variable] = tracer.index
        if tracer.index in self.names or tracer.tape is not self:
            return
        taken = {name for name, _ in self.names.values()}
        name, count = variable, 1
        while name in taken:
            count += 1
            name = f"{variable}_{count}"
        self.names[tracer.index] = (name, variable + "′" * (count - 1) if 1 < count < 5 else "")


def binary(op: Op, swapped: bool = False) -> Callable[[Tracer, Any], Any]:
    """Returns the method of a Tracer for an operator with two operands; two tracers are the fast lane."""
    forward = op.forward

    def method(self: Tracer, other: Any) -> Any:
        tape = self.tape
        if type(other) is Tracer and other.tape is tape and not swapped:
            value = forward(self.value, other.value)
            tape.add_op(op)
            tape.add_args((self.index, other.index))
            tape.add_value(value)
            return Tracer(tape, len(tape.values) - 1, value)
        if isinstance(other, (int, float, Tracer)) or hasattr(other, "__float__"):
            place = tape.place(other)
            value = tape.values[place]
            if swapped:
                return tape.push(op, (place, self.index), forward(value, self.value))
            return tape.push(op, (self.index, place), forward(self.value, value))
        return NotImplemented

    return method


added_to = binary(add, swapped=True)


def comparison(compare: Callable[[float, float], bool]) -> Callable[[Tracer, Any], bool]:
    def method(self: Tracer, other: Any) -> bool:
        return compare(self.value, other.value if isinstance(other, Tracer) else other)

    return method


class Tracer(Operators):
    """A number that records what is done to it. Compares by its value, so loops and branches run as usual."""

    __slots__ = ("index", "tape", "value")

    def __init__(self, tape: Tape, index: int, value: float) -> None:
        self.tape, self.index, self.value = tape, index, value

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> Tracer:
        return self.tape.record(op, args)

    __add__ = binary(add)
    __sub__, __rsub__ = binary(subtract), binary(subtract, swapped=True)
    __mul__, __rmul__ = binary(multiply), binary(multiply, swapped=True)
    __truediv__, __rtruediv__ = binary(divide), binary(divide, swapped=True)
    __pow__, __rpow__ = binary(pow_), binary(pow_, swapped=True)
    __lt__, __le__ = comparison(operator.lt), comparison(operator.le)
    __gt__, __ge__ = comparison(operator.gt), comparison(operator.ge)
    __eq__, __ne__ = comparison(operator.eq), comparison(operator.ne)
    __hash__ = object.__hash__

    def __radd__(self, other: Any) -> Any:
        """other + self; the integer 0 that `sum()` starts with is left out of the figure."""
        return self if type(other) is int and other == 0 else added_to(self, other)

    def __bool__(self) -> bool:
        return self.value != 0

    def __float__(self) -> float:
        raise UsageError("float(), and so math.exp(), would lose the gradient; use cgviz.exp() and its like")

    __int__ = __index__ = __float__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """numpy's functions, by their names: `np.exp(x)`, `np.float64(2) * x`."""
        name = ufunc.__name__
        op = REGISTRY.get(UFUNCS.get(name, name))
        if op is None or method != "__call__" or options:
            raise UsageError(f"numpy's {name} cannot be traced; `cgviz ops` lists what can")
        return self.tape.record(op, inputs)

    def __repr__(self) -> str:
        return f"Tracer({self.value!r})"


def record(function: Callable[..., Any], *args: Any, **inputs: Any) -> tuple[Graph, dict[str, float]]:
    """Returns the graph of what `function` does at the given inputs, and the inputs by name.

    Inputs are numbers, or lists of numbers (`x_0`, `x_1` ...). Raises UsageError where the arguments do not fit
    the function, or where it returns something else than one number.
    """
    tape = Tape()
    try:
        bound = inspect.signature(function).bind(*args, **inputs)
    except TypeError as error:
        raise UsageError(f"{getattr(function, '__name__', 'the function')}(): {error}") from None
    traced = {name: as_inputs(tape, name, value) for name, value in flat_arguments(bound)}
    for name in bound.arguments:
        bound.arguments[name] = rebound(bound, name, traced)
    with uncollected(), local_names(tape, function):
        result = function(*bound.args, **bound.kwargs)
    if not isinstance(result, (Tracer, int, float)):
        raise UsageError(f"the function returns {type(result).__name__}; it must return one number")
    values = {tape.names[i][0]: tape.values[i] for i, op in enumerate(tape.ops) if op is INPUT}
    with uncollected():
        return graph_of(tape, tape.place(result)), values


def flat_arguments(bound: inspect.BoundArguments) -> Iterator[tuple[str, Any]]:
    """Yields (name, value) of every argument, those of `*args` numbered and those of `**kwargs` by their own names."""
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            yield from ((f"{name}_{i}", item) for i, item in enumerate(value))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            yield from value.items()
        else:
            yield name, value


def rebound(bound: inspect.BoundArguments, name: str, traced: dict[str, Any]) -> Any:
    kind = bound.signature.parameters[name].kind
    if kind is inspect.Parameter.VAR_POSITIONAL:
        return tuple(traced[f"{name}_{i}"] for i in range(len(bound.arguments[name])))
    if kind is inspect.Parameter.VAR_KEYWORD:
        return {key: traced[key] for key in bound.arguments[name]}
    return traced[name]


def as_inputs(tape: Tape, name: str, value: Any) -> Any:
    """Returns tracers in the place of numbers; what is neither a number nor a list stays as it is.

    An array of numpy becomes an array of tracers (numpy is there, since the caller has made one).
    """
    if getattr(value, "ndim", 0):
        import numpy as np

        return np.array(as_inputs(tape, name, value.tolist()), dtype=object)
    if isinstance(value, (list, tuple)):
        return type(value)(as_inputs(tape, f"{name}_{i}", item) for i, item in enumerate(value))
    if isinstance(value, bool) or not (isinstance(value, (int, float)) or hasattr(value, "__float__")):
        return value
    return tape.input(name, float(value))


@contextmanager
def local_names(tape: Tape, function: Callable[..., Any]) -> Iterator[None]:
    """While it lasts, values that the function binds to local variables get the variables' names.

    Watches the function's own frame line by line, for the first 2000 lines that run, and at its return.
    """
    code = getattr(inspect.unwrap(function), "__code__", None)
    lines = 0

    def look(frame: FrameType) -> None:
        for variable, value in frame.f_locals.items():
            if type(value) is Tracer and variable.isidentifier():
                tape.name(variable, value)

    def in_frame(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += 1
        if event == "return" or lines <= MOST_NAMED_LINES:
            look(frame)
        elif event == "line":
            frame.f_trace_lines = False
        return in_frame

    def on_call(frame: FrameType, event: str, _: Any) -> Any:
        return in_frame if frame.f_code is code else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(before)


def graph_of(tape: Tape, output: int) -> Graph:
    """Returns the tape as a graph in the form that text has: a chain of + and − (or ·) that is used once and has no
    name is one sum (or product), a/b is a times 1/b, a constant power is an op of its own."""
    uses = [0] * len(tape.values)
    for args in tape.args:
        for arg in args:
            uses[arg] += 1
    inner = chain_links(tape, uses)
    needed = reachable(tape, output)
    place = [-1] * len(tape.values)
    nodes: list[Node] = []
    inputs: list[int] = []
    for index, op in enumerate(tape.ops):
        if index in inner or not (needed[index] or index in tape.names):
            continue
        if op is INPUT:
            inputs.append(len(nodes))
            made = Node(op)
        elif op is CONSTANT:
            made = Node(op, value=tape.values[index])
        else:
            made = stage(tape, index, inner, place, nodes)
        if index in tape.names:
            name, label = tape.names[index]
            made = made._replace(name=name, label=label, given=True)
        place[index] = len(nodes)
        nodes.append(made)
    return with_output(nodes, place[output], tuple(inputs))


def with_output(nodes: list[Node], output: int, inputs: tuple[int, ...]) -> Graph:
    """Returns the graph, its output a stage with a name: `f` where the function has none for it."""
    if not nodes[output].is_stage:
        nodes.append(Node(copy, (output,)))
        output = len(nodes) - 1
    if not nodes[output].given:
        taken = {node.name for node in nodes}
        name = next(name for name in ("f", "out", *(f"out{i}" for i in range(2, len(nodes) + 3))) if name not in taken)
        nodes[output] = nodes[output]._replace(name=name, given=True)
    return Graph(tuple(nodes), output, inputs)


def reachable(tape: Tape, output: int) -> list[bool]:
    """Returns for every node whether the output, or a value that has a name, needs it."""
    needed = [False] * len(tape.values)
    needed[output] = True
    for index in tape.names:
        needed[index] = True
    for index in range(len(needed) - 1, -1, -1):
        if needed[index]:
            for arg in tape.args[index]:
                needed[arg] = True
    return needed


def chain_links(tape: Tape, uses: Sequence[int]) -> set[int]:
    """Returns the nodes that are swallowed by the chain they begin: first operand of a like op, used once, no name."""
    ops = tape.ops
    inner: set[int] = set()
    for index, op in enumerate(ops):
        if op is add or op is subtract or op is multiply:
            first = tape.args[index][0]
            like = ops[first] is multiply if op is multiply else ops[first] is add or ops[first] is subtract
            if like and uses[first] == 1 and first not in tape.names:
                inner.add(first)
    return inner


def stage(tape: Tape, index: int, inner: set[int], place: Sequence[int], nodes: list[Node]) -> Node:
    """Returns the node of one recorded op, its arguments by their places in the graph."""
    op, args = tape.ops[index], tape.args[index]
    if op is add or op is subtract or op is multiply:
        if args[0] not in inner:
            return Node(op, (place[args[0]], place[args[1]]))
        signs, terms = unrolled(tape, index, inner)
        made = product(len(terms)) if op is multiply else signed_sum(*signs)
        return Node(made, tuple([place[term] for term in terms]))
    if op is divide and tape.ops[args[1]] is not CONSTANT:
        if tape.ops[args[0]] is CONSTANT and tape.values[args[0]] == 1:
            return Node(reciprocal, (place[args[1]],))
        nodes.append(Node(reciprocal, (place[args[1]],)))
        return Node(multiply, (place[args[0]], len(nodes) - 1))
    if op is pow_ and tape.ops[args[1]] is CONSTANT:
        return Node(power_of(tape.values[args[1]]), (place[args[0]],))
    return Node(op, tuple([place[arg] for arg in args]))


def power_of(exponent: float) -> Op:
    if exponent == -1:
        return reciprocal
    return REGISTRY["sqrt"] if exponent == 0.5 else power(exponent)


def unrolled(tape: Tape, index: int, inner: set[int]) -> tuple[list[int], list[int]]:
    """Returns signs and terms of the chain that ends in `index`, first to last."""
    signs: list[int] = []
    terms: list[int] = []
    while True:
        first, second = tape.args[index]
        signs.append(-1 if tape.ops[index] is subtract else 1)
        terms.append(second)
        if first not in inner:
            break
        index = first
    return [1, *reversed(signs)], [first, *reversed(terms)]
