"""Both passes of a graph of numbers as one straight line of Python, for a graph that is run again and again.

The arithmetic and its order are those of the passes, so the numbers are the same bit for bit. Where one leaves the
range of floats the line gives up, and the passes go on, which know what to do. The text that is compiled holds names of
our own only (`v7`, `g7`), numbers, and the functions of the records under names of our own.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from cgviz.graph.nodes import CONSTANT, Graph, Node
from cgviz.ops.exponential import exp
from cgviz.ops.op import Op
from cgviz.ops.piecewise import greater_equal, where
from cgviz.ops.products import HALF, roof
from cgviz.values.arrays import Value, is_long_product
from cgviz.values.ieee import SMALLEST_NORMAL

Found = tuple[Value, tuple[Value, ...]]
Line = Callable[[Iterable[Value], Value], Found]
"""The values of the inputs, in their order, and the seed, to the output's value and the gradient of each input.

Raises ArithmeticError or ValueError where a number leaves the range of floats.
"""

INFIX = {"add": " + ", "multiply": " * "}
COMPARED = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="}


def sigmoid_by_one(x: Any) -> Any:
    """Returns the sigmoid by e^−|x| alone, which its slope needs, too: whatever the sign is, `forward` has no other."""
    shrunk = exp(-abs(x))
    return where(greater_equal(x, 0), 1, shrunk) / (1 + shrunk)


SPELLED_OUT = {"sigmoid": sigmoid_by_one}
"""Ops that are written out: their `forward` form; the `careful` one is the `stable` one, operation by operation."""
PLAIN = {"exp": math.exp, "sinh": math.sinh, "cosh": math.cosh, "expm1": math.expm1}
"""What `math` computes where it does not raise: the records' own functions carry on there."""


LOW, HIGH = repr(SMALLEST_NORMAL), repr(sys.float_info.max)


def roomy(out: str, factors: Sequence[str]) -> str:
    """Returns the condition `is_roomy` of a product of several factors."""
    low, high = repr(2.0**-HALF), repr(roof(len(factors)))
    small = [f"-{high} < {factor} < {high}" for factor in dict.fromkeys(factors)]
    return f"({low} < {out} or {out} < -{low}) and {' and '.join(small)}"


GIVES_UP = "raise ArithmeticError"
"""At a reciprocal out of range: the passes of a run make one gate of the division."""


def off_range(*texts: str) -> str:
    """Returns the condition under which one of some numbers is no normal one."""
    return " or ".join(f"not ({LOW} <= {text} <= {HIGH} or -{HIGH} <= {text} <= -{LOW})" for text in texts)


class UnwrittenError(Exception):
    """A graph, or a rule, is no straight line."""


class StraightSource:
    """The text of an expression of floats under Python's operators, as a derivative rule builds it."""

    __slots__ = ("text", "writer")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str, writer: Writer) -> None:
        self.text, self.writer = text, writer

    def made(self, text: str) -> StraightSource:
        return type(self)(f"({text})", self.writer)

    def other(self, other: Any) -> str:
        return other.text if isinstance(other, StraightSource) else self.writer.factor(other)

    def __add__(self, other: Any) -> StraightSource:
        return self.made(f"{self.text} + {self.other(other)}")

    def __radd__(self, other: Any) -> StraightSource:
        return self.made(f"{self.other(other)} + {self.text}")

    def __sub__(self, other: Any) -> StraightSource:
        return self.made(f"{self.text} - {self.other(other)}")

    def __rsub__(self, other: Any) -> StraightSource:
        return self.made(f"{self.other(other)} - {self.text}")

    def __mul__(self, other: Any) -> StraightSource:
        return self.made(f"{self.text} * {self.other(other)}")

    def __rmul__(self, other: Any) -> StraightSource:
        return self.made(f"{self.other(other)} * {self.text}")

    def __truediv__(self, other: Any) -> StraightSource:
        return self.made(f"{self.text} / {self.other(other)}")

    def __rtruediv__(self, other: Any) -> StraightSource:
        return self.made(f"{self.other(other)} / {self.text}")

    def __pow__(self, other: Any) -> StraightSource:
        return self.made(
            f"{self.text} ** {other.text if isinstance(other, StraightSource) else self.writer.number(other)}"
        )

    def __neg__(self) -> StraightSource:
        return self.made(f"-{self.text}")

    def __abs__(self) -> StraightSource:
        return self.made(f"abs({self.text})")

    def cgviz_apply(self, op: Op, args: Sequence[Any]) -> StraightSource:
        return type(self)(self.writer.applied(op, [self.other(arg) for arg in args]), self.writer)

    def refuse(self, *_: Any) -> Any:
        raise UnwrittenError("a rule that looks at numbers is called, not written")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = refuse
    __bool__ = __float__ = __int__ = __index__ = refuse


class Writer:
    """Writes the lines of a graph, and collects the functions that they call, by our own names.

    `unit` writes them for a seed of 1, by which nothing need be multiplied.
    """

    takes = "values, seed"
    below: Collection[int] = frozenset()

    def __init__(self, graph: Graph, unit: bool = True) -> None:
        self.graph, self.unit = graph, unit
        self.bound: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.parts: dict[str, str] = {}
        self.pending: list[str] = []
        self.sharing = False

    def name(self, function: Any) -> str:
        """Returns our own name of a function or a number that has no text."""
        if id(function) not in self.names:
            self.names[id(function)] = f"f{len(self.names)}"
            self.bound[self.names[id(function)]] = function
        return self.names[id(function)]

    def part_of(self, text: str) -> str:
        """Returns the name of a part of an expression: a new one, or the one that it has."""
        if text not in self.parts:
            self.parts[text] = f"t{len(self.parts)}"
            self.pending.append(f"{self.parts[text]} = {text}")
        return self.parts[text]

    def taken(self) -> list[str]:
        """Returns the lines of parts that have not been written yet."""
        lines, self.pending = self.pending, []
        return lines

    def number(self, value: float) -> str:
        if not isinstance(value, (int, float)):
            raise UnwrittenError("no number")
        if not math.isfinite(value):
            return "inf" if value > 0 else "nan" if value != value else "(-inf)"
        return repr(value) if value >= 0 and math.copysign(1.0, value) > 0 else f"({value!r})"

    def factor(self, value: float) -> str:
        """Returns a number that stands beside an operator: a float, which is what it becomes there."""
        return self.number(float(value) if isinstance(value, int) and abs(value) < 1 << 53 else value)

    def operand(self, index: int) -> str:
        node = self.graph.nodes[index]
        return self.number(float(node.value or 0.0)) if node.op is CONSTANT else f"v{index}"

    def call(self, op: Op, args: Sequence[str]) -> str:
        """Returns the text of an op's output."""
        if op.name in INFIX:
            return f"({INFIX[op.name].join(args)})"
        if op.name in ("subtract", "signed_sum"):
            signs = "".join(f" {'+' if sign > 0 else '-'} {arg}" for sign, arg in zip(op.parameter, args, strict=True))
            return f"({'-' if op.parameter[0] < 0 else ''}{signs[3:]})"
        if op.name == "neg":
            return f"(-{args[0]})"
        if op.name == "copy":
            return args[0]
        if op.name in ("reciprocal", "divide"):
            return f"({args[0]} / {args[1]})" if len(args) > 1 else f"(1.0 / {args[0]})"
        if op.name in ("square", "power"):
            return f"{self.name(math.pow)}({args[0]}, {self.number(op.parameter)})"
        if op.name in SPELLED_OUT:
            sharing, self.sharing = self.sharing, True
            made: StraightSource = SPELLED_OUT[op.name](*(StraightSource(arg, self) for arg in args))
            self.sharing = sharing
            return made.text
        return f"{self.name(PLAIN.get(op.name, op.forward))}({', '.join(args)})"

    def applied(self, op: Op, args: Sequence[str]) -> str:
        """Returns the text of an op inside a rule; what it computes has a name of its own where it may be shared."""
        if op.name == "where":
            return f"({args[1]} if {args[0]} else {args[2]})"
        if op.name in COMPARED:
            return f"({args[0]} {COMPARED[op.name]} {args[1]})"
        text = self.call(op, args)
        return self.part_of(text) if self.sharing and op.name not in INFIX else text

    # the passes

    def lines(self) -> Iterator[str]:
        graph, reached = self.graph, self.graph.reached
        names = "".join(f"v{index}, " for index in graph.inputs)
        yield f"{names}= values" if names else "pass"
        for index in graph.stages:
            if reached[index]:
                node = graph.nodes[index]
                line = f"v{index} = {self.call(node.op, list(map(self.operand, node.args)))}"
                yield from (*self.taken(), line, *self.mended(index, node))
        yield from self.backward()

    def mended(self, index: int, node: Node) -> Iterator[str]:
        """Yields how a sum or a product of several operands is found where it leaves the range on its way."""
        args = list(map(self.operand, node.args))
        if len(args) < 3 or node.op.family not in ("product", "sum"):
            return
        off = f"not -{HIGH} <= v{index} <= {HIGH}"
        if node.op.family == "product":
            yield f"k{index} = {roomy(f'v{index}', args)}"
            off = f"not k{index}"
        yield f"if {off}: v{index} = {self.name(node.op.forward)}({', '.join(args)})"

    def backward(self) -> Iterator[str]:
        graph = self.graph
        upstream = {graph.output: "seed"}
        for index in range(graph.output, -1, -1):
            node = graph.nodes[index]
            if index not in upstream or not node.is_stage:
                continue
            yield from self.through(index, upstream)
        found = "".join(f"{self.gradient(index, upstream)}, " for index in graph.inputs)
        yield f"return {self.operand(graph.output)}, ({found})"

    def through(self, index: int, upstream: dict[int, str]) -> Iterator[str]:
        """Yields the lines of what a node hands back; `upstream` says by which name each gradient goes so far."""
        nodes, node = self.graph.nodes, self.graph.nodes[index]
        before, parts = self.handed(index, node, upstream[index])
        yield from (*self.taken(), *before)
        for arg, part in zip(node.args, parts, strict=True):
            if part is None or nodes[arg].op is CONSTANT:
                continue
            part = self.narrowed(index, arg, part)
            if part == upstream[index] and arg not in upstream and arg not in self.below:
                upstream[arg] = part  # which is final: its own node is done
            else:
                yield self.added(arg, part, upstream)

    def added(self, arg: int, part: str, upstream: dict[int, str]) -> str:
        """Returns the line that adds a contribution to a gradient."""
        so_far, upstream[arg] = upstream.get(arg), f"g{arg}"
        return f"g{arg} = {part}" if so_far is None else f"g{arg} = {so_far} + {part}"

    def gradient(self, index: int, upstream: dict[int, str]) -> str:
        """Returns the gradient of an input; none may reach it."""
        return upstream.get(index) or self.none(index)

    def handed(self, index: int, node: Node, upstream: str) -> tuple[list[str], Sequence[str | None]]:
        """Returns lines that come first, and what a node hands back to each argument: None where nothing flows."""
        op = node.op
        before, slopes = self.slopes(index, node)
        if op.scaled is None:
            return before, [None if slope is None else self.part(index, upstream, slope) for slope in slopes]
        several, args = is_long_product(op), ", ".join(map(self.operand, node.args))
        names = slopes if several else [f"s{slot}" for slot in range(len(slopes))]
        parts = [f"h{slot}" for slot in range(len(slopes))]
        before += [f"{name} = {text}" for name, text in zip(names, slopes, strict=True) if name != text]
        before += [f"{part} = {self.part(index, upstream, name)}" for part, name in zip(parts, names, strict=True)]
        off = f"not k{index}" if several else off_range(*names)  # no slope of a roomy product leaves the range
        anew = f"{', '.join(parts)}, = {self.name(op.handed)}({upstream}, v{index}, ({args},))"
        return [*before, f"if {off}: {GIVES_UP if op.name == 'reciprocal' else anew}"], parts

    def none(self, index: int) -> str:
        """Returns the gradient of an input that none reaches."""
        return "0.0"

    def narrowed(self, index: int, arg: int, part: str) -> str:
        """Returns what node `arg` gets of what node `index` hands back."""
        return part

    def part(self, index: int, upstream: str, slope: Any) -> str:
        """Returns upstream · slope, which is one of them where the other is 1."""
        if not isinstance(slope, str):
            return upstream if slope == 1 else f"-{upstream}" if slope == -1 else f"{upstream} * {self.number(slope)}"
        return slope if self.unit and upstream == "seed" and self.is_whole(index, slope) else f"{upstream} * {slope}"

    def is_whole(self, index: int, slope: str) -> bool:
        """Tells whether a slope of the output is a gradient as it stands: as large, and no value that is read again."""
        return True

    def slopes(self, index: int, node: Node) -> tuple[list[str], Sequence[Any]]:
        """Returns lines that come first, and the local derivatives: texts, numbers, None where nothing flows."""
        op = node.op
        if op.slopes is not None:
            return [], op.slopes
        several = is_long_product(op)
        rule = op.careful if several and op.careful else op.stable or op.partials
        every = [StraightSource(self.operand(i), self) for i in (index, *node.args)]
        self.sharing = True
        try:
            written = op.careful if op.name in SPELLED_OUT and op.careful is not None else rule
            found = [each.text if isinstance(each, StraightSource) else each for each in written(*every)]
            before = self.taken()
        except (UnwrittenError, TypeError, AttributeError):
            self.forget()
            found = [f"s{slot}" for slot in range(len(node.args))]
            before = [f"{', '.join(found)}, = {self.name(rule)}({', '.join(each.text for each in every)})"]
        self.sharing = False
        return before, found

    def forget(self, before: int = 0) -> None:
        """Takes back the parts that have not been written yet, but for the first so many."""
        gone = {line.partition(" = ")[0] for line in self.pending[before:]}
        del self.pending[before:]
        self.parts = {text: name for text, name in self.parts.items() if name not in gone}


def compiled(writer: Writer) -> Line:
    lines = [*writer.lines()]  # which bind what they call
    made: Line = defined(writer.takes, lines, inf=math.inf, nan=math.nan, **writer.bound)
    return made


def defined(takes: str, lines: Iterable[str], **scope: Any) -> Any:
    """Returns the function of these lines; all the names in them are our own, and in `scope` what they stand for."""
    body = "\n ".join(lines)
    exec(compile(f"def line({takes}):\n {body}\n", "<passes>", "exec"), scope)
    return scope.pop("line")
