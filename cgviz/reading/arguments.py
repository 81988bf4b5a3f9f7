"""A call of a library in a text: its arguments sorted by the table of call names, its operation written in sympy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cgviz.errors import ExpressionError, quoted
from cgviz.ops.op import Op
from cgviz.ops.operators import Operators
from cgviz.reading import build, statics
from cgviz.reading.brackets import DEEPER
from cgviz.reading.calls import BindingError, Call, Parameter, bind, op_of
from cgviz.reading.tokens import Token

HARMLESS = frozenset({"any", "device", "ndmin"})
WHOLE = frozenset("int int_ int8 int16 int32 int64 uint8 long short bool bool_ integer LongTensor IntTensor".split())
STATIC = frozenset({"static", "statics", "refused", "ignored"})


class WrittenArgument(Operators):
    """A sympy node under Python's operators, so that an operation of the table writes what it does."""

    __slots__ = ("call", "node")
    shape = None  # not known while a text is read

    def __init__(self, node: Any, call: Callable[[Op, Sequence[Any]], Any]) -> None:
        self.node, self.call = node, call

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> WrittenArgument:
        return WrittenArgument(self.call(op, [self.operand(arg) for arg in args]), self.call)

    def operand(self, arg: Any) -> Any:
        return arg.node if isinstance(arg, WrittenArgument) else build.number(repr(float(arg)))


class Arguments:
    """The arguments of one call while they are read, each as (keyword or "", value)."""

    def __init__(self, text: str, call: Call, token: Token) -> None:
        self.text, self.call, self.token = text, call, token
        self.found: list[tuple[str, Any]] = []
        self.keyword = ""

    def parameter(self, tokens: Sequence[Token], at: int) -> tuple[Parameter, int]:
        """Returns the parameter of the argument that begins at `at`, and where its value begins."""
        token = tokens[at]
        self.keyword = token.text if token.kind == "name" and tokens[at + 1].kind == "=" else ""
        if self.keyword:
            found, at = self.call.keyword(self.keyword), at + 2
        else:
            found = self.call.at(sum(not name for name, _ in self.found))
        if found is not None:
            return found, at
        takes = f"; it takes {', '.join(self.call.statics)}" if self.call.statics else ""
        name = self.keyword or token.text
        raise self.error(f"{quoted(self.call.name)} has no argument {quoted(name)} here{takes}", token)

    def static(self, tokens: Sequence[Token], at: int, parameter: Parameter) -> int:
        """Enters an argument that is known when the program is read. Returns where it ends."""
        token = tokens[at]
        if parameter.kind == "ignored":
            end = skipped(tokens, at)
            if token.text == "True" or (token.kind == "number" and parameter.name not in HARMLESS):
                raise self.error(f"{quoted(self.call.name)} is read without {parameter.spelled!r}", token)
            if any(each.text.strip("'\"").rpartition(".")[2] in WHOLE for each in tokens[at:end]):
                self.refuse_whole(token)
            self.found.append((self.keyword, None))
            return end
        try:
            value, end = statics.value(tokens, at)
            if tokens[end].kind not in (",", ")"):
                raise statics.NotStaticError
        except statics.NotStaticError:
            if parameter.kind == "refused":
                raise self.error(f"{quoted(self.call.name)} is read without {parameter.spelled!r}", token) from None
            name = f"the {parameter.name} of" if self.keyword else "this argument of"
            message = f"{name} {self.call.name} is a number or a shape that is known when the program is read"
            message += ": write it out, as in arange(3), or arange(len(y))" if self.call.means == "arange" else ""
            raise self.error(message, token) from None
        self.found.append((self.keyword, value))
        return end

    def refuse_whole(self, token: Token) -> None:
        """Raises ExpressionError where numbers become whole numbers, unless they are: 1 or 0 of a comparison."""
        operand = self.found[0][1] if self.found else None
        if not isinstance(operand, Operand) or not build.is_condition(operand.node):
            message = "whole numbers: rounding is flat between its jumps, so no gradient passes it; leave it out where"
            raise self.error(f"{message} they are whole already", token)

    def finish(self, called: Callable[[Op, Sequence[Any]], Any]) -> Any:
        """Returns the sympy node of the call. Raises ExpressionError."""
        from cgviz.reading.operations import operation

        wrapped = [(name, self.wrapped(value, called)) for name, value in self.found]
        positional = [value for name, value in wrapped if not name]
        try:
            bound = bind(self.call, positional, {name: value for name, value in wrapped if name})
            made_of_nothing = not bound.operands and not bound.optional and op_of(bound)
            if made_of_nothing:
                return called(made_of_nothing, [])
            made = operation(bound)
        except BindingError as error:
            raise self.error(f"{quoted(self.call.name)} {error}", self.token) from None
        if callable(made):
            return Lengths(lambda axis, of=None: made(axis, of).node)
        if isinstance(made, (tuple, list)) and all(isinstance(each, WrittenArgument) for each in made):
            return Several(tuple(each.node for each in made), self.call.name)
        if isinstance(made, (tuple, list)) and sum(each is not None for each in made) == 1:
            return Several(tuple(each and each.node for each in made), self.call.name)
        if isinstance(made, (tuple, list)):
            what = f"{quoted(self.call.name)} gives {len(made)} outputs here; a program takes one"
            raise self.error(f"{what}: {axis_only(self.call.name)}", self.token)
        return made.node if isinstance(made, WrittenArgument) else build.number(repr(float(made)))

    def wrapped(self, value: Any, called: Callable[[Op, Sequence[Any]], Any]) -> Any:
        """Returns an operand as the operations take it; the elements of a list that is written out one by one."""
        if not isinstance(value, Operand):
            return value
        elements = build.elements(value.node)
        parameter_is_list = any(parameter.kind == "list" for parameter in self.call.parameters)
        if parameter_is_list and elements is not None:
            return [WrittenArgument(element, called) for element in elements]
        return WrittenArgument(value.node, called)

    def error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, self.text, token.start, token.end)


class Several:
    """The outputs of a call that has several, `split(x, 2)`: they are named one by one, or one is taken, `[0]`.

    None stands for indices, as those of `torch.sort(x)`, which hand nothing back.
    """

    __slots__ = ("name", "nodes")

    def __init__(self, nodes: tuple[Any, ...], name: str) -> None:
        self.nodes, self.name = nodes, name

    @property
    def only(self) -> Any:
        """The one output that is no indices, or None."""
        known = [node for node in self.nodes if node is not None]
        return known[0] if len(known) == 1 < len(self.nodes) else None


class Lengths(Several):
    """The shape of an array: a length is taken, `[0]`, or all of them are named, `N, D = x.shape`."""

    __slots__ = ("length",)

    def __init__(self, length: Callable[..., Any]) -> None:
        super().__init__((), "shape")
        self.length = length

    def all(self, count: int) -> Several:
        """Returns every length, of an array with `count` axes."""
        return Several(tuple(self.length(axis, count) for axis in range(count)), self.name)


class Operand:
    """A sympy node among the arguments, apart from the numbers and shapes."""

    __slots__ = ("node",)

    def __init__(self, node: Any) -> None:
        self.node = node


def skipped(tokens: Sequence[Token], at: int) -> int:
    """Returns where an argument ends that changes nothing here, `dtype=np.float64`."""
    depth = 0
    while tokens[at].kind != "end" and (depth or tokens[at].kind not in (",", ")")):
        depth += DEEPER.get(tokens[at].kind, 0)
        at += 1
    return at


def axis_only(name: str) -> str:
    return f"write a{name}(x, axis=...)" if name in ("max", "min") else "take one of them"
