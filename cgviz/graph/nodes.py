"""The graph: a flat tuple of nodes in topological order, and the builder that makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum
from functools import cached_property, lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple

from cgviz.collecting import uncollected
from cgviz.errors import quoted
from cgviz.ops.op import Op
from cgviz.ops.products import product
from cgviz.records import record
from cgviz.text.formula import Formula
from cgviz.text.names import Name, plain_spelling
from cgviz.text.spelling import Spelling
from cgviz.text.written import gives_row
from cgviz.values.arrays import Shape, Value, is_array, on_elements


def unreachable(*_: float) -> float:
    raise AssertionError("inputs and constants are not computed")


INPUT = Op(name="input", arity=(0, 0), forward=unreachable, partials=lambda out: (), gate="sums", source="")
RECORDED = "recorded"
CONSTANT = Op(name="constant", arity=(0, 0), forward=unreachable, partials=lambda out: (), source="")
times = product(2)


class Node(NamedTuple):
    """One value of the graph: an input, a constant, or a stage (an op applied to earlier nodes).

    args      indices of earlier nodes; repeats are kept (`x*x` has two edges)
    name      an identifier; "" until naming has found one for a stage
    label     the name in print (`c′` for the second `c`), a `cgviz.text.names.Name` where its spelling is not what its
              letters say; "" where it is the name
    given     the user wrote this name, so the stage is never merged or fused away
    shape     () for a scalar; None where it is not known, since an input has no value; of an input of a program as
              it was read, the shape that the program says it has
    value     a constant's value, an input's default
    formula   how a constant was written (`pi/4`)
    places    the offsets of the operators in the program's text (one alone is no list), for messages about shapes
    group     the path of the group that it stands in, outermost first: the modules of imported code
    """

    op: Op
    args: tuple[int, ...] = ()
    name: str = ""
    label: str = ""
    given: bool = False
    shape: Shape | None = ()
    value: Value | None = None
    formula: Formula | None = None
    places: int | Sequence[int] = ()
    group: tuple[str, ...] = ()

    @property
    def is_stage(self) -> bool:
        return self.op is not INPUT and self.op is not CONSTANT

    @property
    def shown(self) -> Name:
        """The name as it is printed, which knows its spelling."""
        label = self.label or self.name
        return label if isinstance(label, Name) else name_in_print(label)

    @property
    def spelling(self) -> Spelling:
        """How the name looks as mathematics: letters, marks and scripts."""
        return plain_spelling(self.shown)


name_in_print = lru_cache(maxsize=4096)(Name)
"""A name in print of its letters, made once: every view asks for it."""

row: Callable[[tuple[Any, ...]], Node] = partial(tuple.__new__, Node)
"""A node of all its fields: a third of the time of `Node(...)`, where there are very many."""


class Kind(Enum):
    """How the passes treat a node: by how many operands it has, and whether plain floats will do."""

    LEAF = "an input or a constant: nothing is computed"
    UNARY = "one operand, a float"
    BINARY = "two operands, floats"
    SUM = "two floats, added"
    DIFFERENCE = "two floats, subtracted"
    PRODUCT = "two floats, multiplied"
    TERMS = "any number of floats, each added or subtracted"
    MANY = "any number of floats"
    FACTORS = "several floats, multiplied"
    SCALED = "floats, and a local derivative that may leave the range of floats"
    ARRAY = "something to do with arrays"


LEAF, UNARY, BINARY, SUM, DIFFERENCE, PRODUCT, TERMS, MANY, FACTORS, SCALED, ARRAY = Kind
LINEAR: dict[tuple[float, ...], Kind] = {(1, 1): SUM, (1, -1): DIFFERENCE}
Planned = tuple[Kind, Any, Any, Any, Any]
"""A node as the passes want it: its kind, forward function, derivative rule (of TERMS the slopes) and two operands.

Of one operand the second is nothing; of several, of SCALED and of ARRAY the first is the tuple of all. A plain tuple:
no other is unpacked as fast.
"""


def planned(op: Op, count: int) -> tuple[Kind, Any, Any]:
    """Returns how the passes treat an op of floats with so many operands: what stands before those in its row."""
    slopes: Any = op.slopes
    rule = (lambda out, *args: slopes) if slopes else op.stable or op.partials
    kind = SCALED if op.scaled is not None else (LEAF, UNARY, BINARY)[count] if count < 3 else MANY
    if kind is BINARY:
        kind = PRODUCT if op is times else LINEAR.get(slopes or (), BINARY)
    elif kind is MANY and op.family == "sum" and slopes and None not in slopes:
        kind, rule = TERMS, slopes
    elif kind is SCALED and op.family == "product":
        kind = FACTORS
    return (LEAF, None, None) if kind is LEAF else (kind, op.forward, rule)


def plan_of(nodes: Sequence[Node]) -> Iterator[Planned]:
    """Yields a row for each node."""
    known: dict[tuple[Op, int], tuple[Kind, Any, Any]] = {}
    for node in nodes:
        op, args = node.op, node.args
        if args and (node.shape or op.vjp is not None):
            yield ARRAY, partial(on_elements_of, op), None, args, None
            continue
        key = op, len(args)
        head = known.get(key)
        if head is None:
            head = known[key] = planned(*key)
        if len(args) == 2 and head[0] is not SCALED:
            yield (*head, *args)
        else:
            yield (*head, args[0] if head[0] is UNARY else args, None)


def on_elements_of(op: Op, *values: Value) -> Value:
    return on_elements(op, values)


@record
class Graph:
    """A computation: `nodes` in topological order, the index of the `output`, and the `inputs` in the order of
    their first appearance. `program` is the text it was read from, `detail` its level of detail; at gate detail
    `whole` is the graph before its gates were opened. `closed` is the graph before stages for arrays were opened,
    `written` the one before products side by side were taken for what the shapes of the inputs make of them.
    `counts` are inputs that are the length of an axis: name to (the array, its axis, how many more); `beside` is what
    stood beside the formulas of the program and was left out."""

    nodes: tuple[Node, ...]
    output: int
    inputs: tuple[int, ...]
    program: str = ""
    detail: str = "stage"
    whole: Graph | None = None
    closed: Graph | None = None
    written: Graph | None = None
    counts: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    beside: tuple[str, ...] = ()

    @cached_property
    def stages(self) -> tuple[int, ...]:
        """The indices of all stages, in order; the first has number 1."""
        return tuple(i for i, node in enumerate(self.nodes) if node.is_stage)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The number of each stage: index to 1, 2, 3 ..."""
        return {index: number for number, index in enumerate(self.stages, 1)}

    @cached_property
    def reached(self) -> tuple[bool, ...]:
        """For each node, whether the output depends on it."""
        reached = [False] * len(self.nodes)
        reached[self.output] = True
        for i in range(self.output, -1, -1):
            if reached[i]:
                for arg in self.nodes[i].args:
                    reached[arg] = True
        return tuple(reached)

    @cached_property
    def edges_out(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node its fan-out: the (index, slot) pairs that use it, in the order of the backward pass."""
        out: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for i in range(len(self.nodes) - 1, -1, -1):
            for slot, arg in enumerate(self.nodes[i].args):
                out[arg].append((i, slot))
        return tuple(map(tuple, out))

    @cached_property
    def ops(self) -> frozenset[Op]:
        """The ops of its nodes, each once."""
        return frozenset(map(itemgetter(0), self.nodes))

    @cached_property
    def has_arrays(self) -> bool:
        """Whether any node is an array, or an op that is for arrays."""
        return any(op.vjp is not None for op in self.ops) or any(node.shape != () for node in self.nodes)

    def elements(self, index: int) -> list[str]:
        """Returns the names of the numbers that are picked out of an array."""
        users = sorted({target for target, _ in self.edges_out[index]})
        picks = (self.nodes[i] for i in users)
        return [node.shown for node in picks if node.shape == () and len(node.args) == 1 and node.op.family == "pick"]

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What was made of this graph before, by what was asked for: a graph is run again and again.

        Under RECORDED: the values that the nodes had when it was recorded, inputs first; None where an op is another.
        """
        return {}

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """The names of the inputs, in their order."""
        return tuple(self.nodes[i].name for i in self.inputs)

    @cached_property
    def asked(self) -> list[Any]:
        """How often a gradient was asked for, an entry each; the last is the compiled line, where there is one."""
        return []

    @cached_property
    def held(self) -> tuple[Value | None, ...]:
        """The value of every constant, by index; of an input its default, of a stage None."""
        return tuple(node.value for node in self.nodes)

    @cached_property
    def plan(self) -> tuple[Planned, ...]:
        """What the passes loop over, a row per node."""
        with uncollected():
            return tuple(plan_of(self.nodes))

    @property
    def read_without(self) -> str:
        """What was left out of the program's text, prose and numbers of equations, in a line; "" for nothing."""
        return f"read without: {'; '.join(self.beside)}" if self.beside else ""

    def __repr__(self) -> str:
        """The program and its size in short."""
        return f"<Graph {quoted(self.program)}: {len(self.inputs)} inputs, {len(self.stages)} stages>"

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def rows(self) -> tuple[bool, ...]:
        """For each node, whether it is a row, as mathematics writes it: `yᵀ A`, and what is made of it by elements."""
        found: list[bool] = []
        for op, args, _, _, _, shape, *_ in self.nodes:
            first = self.nodes[args[0]].shape if args else None
            found.append(bool(args) and gives_row(op, shape, first, [found[arg] for arg in args]))
        return tuple(found)

    def operand(self, index: int) -> Formula:
        """Returns node `index` as an operand of a formula: its name, or a constant as it was written."""
        made = operand(self.nodes[index])
        if made.shape and self.rows[index]:
            made.row = True
        return made

    def formula(self, index: int) -> Formula:
        """Returns the formula of one stage in terms of the names of its operands: `sigx + xpysqr`."""
        node = self.nodes[index]
        return Formula(op=node.op, args=tuple(map(self.operand, node.args)), shape=node.shape)

    def pretty(self, index: int) -> str:
        """Returns the formula of a stage for the eye, written once: `sigx + xpysqr`."""
        key = "pretty", index
        if key not in self.kept:
            self.kept[key] = self.formula(index).pretty
        return str(self.kept[key])

    def _repr_svg_(self) -> str:
        """The diagram in symbols, as notebooks show it."""
        from cgviz.runs.run import Run

        return Run(self, None)._repr_svg_()


def operand(node: Node) -> Formula:
    """Returns a node as an operand of a formula: its name, or a constant as it was written."""
    if node.op is CONSTANT:
        return node.formula or Formula(node.value, shape=node.shape)
    return Formula(node.shown, shape=node.shape)


class Builder:
    """Builds a graph node by node. Equal subexpressions are one node unless `share` is off.

    A node is named by `apply(..., name=...)`; two stages that the user named are never merged.
    """

    def __init__(self, share: bool = True) -> None:
        self.nodes: list[Node] = []
        self.share = share
        self.constants: dict[object, int] = {}
        self.known: dict[tuple[Op, tuple[int, ...]], int] = {}
        self.inputs: list[int] = []

    def input(self, name: str, label: str = "", default: Value | None = None, shape: Shape = ()) -> int:
        self.inputs.append(len(self.nodes))
        return self.push(row((INPUT, (), name, label, True, shape, default, None, (), ())))

    def constant(self, value: Value, formula: Formula | None = None) -> int:
        """Returns a constant; the same value written the same way is one node."""
        shape: Shape = ()
        key: object = repr(value) if formula is None else (repr(value), formula.text)
        if type(value) is not float and is_array(value):
            shape = value.shape
            key = (shape, value.tobytes() if shape else repr(value), formula.text if formula else "")
        index = self.constants.get(key)
        if index is None:
            made = row((CONSTANT, (), "", "", False, shape, value, formula, (), ()))
            index = self.constants[key] = self.push(made)
        return index

    def apply(
        self,
        op: Op,
        args: Sequence[int],
        name: str = "",
        label: str = "",
        places: int | Sequence[int] = (),
    ) -> int:
        """Returns the index of `op(*args)`: a new node, or the one that is already there."""
        args = tuple(args)
        key = op, args
        known = self.known.get(key) if self.share else None
        if known is None:
            known = self.known[key] = self.push(row((op, args, name, label, name != "", (), None, None, places, ())))
        elif name and self.nodes[known].given:
            return self.push(self.nodes[known]._replace(name=name, label=label))
        elif name:
            self.nodes[known] = self.nodes[known]._replace(name=name, label=label, given=True)
        return known

    def push(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def finish(self, output: int, program: str = "", detail: str = "stage") -> Graph:
        return Graph(tuple(self.nodes), output, tuple(self.inputs), program, detail)
