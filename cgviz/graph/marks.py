"""Marks of the reader: ops that say how things stand side by side, until the shapes say what is meant."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from cgviz.graph.nodes import Graph
from cgviz.ops.arithmetic import reciprocal
from cgviz.ops.joining import stacked
from cgviz.ops.norms import NORM
from cgviz.ops.op import Op
from cgviz.ops.piecewise import absolute
from cgviz.ops.products import product
from cgviz.ops.rearranging import transpose

BESIDE, DOTTED, CROSSED, ELEMENTS, HADAMARD, DIVIDED, MATRICES = " ·×*⊙/@"
BARS = replace(absolute, sympy="")
INVERTED = replace(reciprocal, sympy="")
KINDS = (("length",), ("index",), ("joined",), ("places",), ("raised",), ("few",))


@cache
def beside(joints: str) -> Op:
    """Returns the mark of a product whose factors are joined so: a character for each gap, as `BESIDE` or `DOTTED`."""
    return replace(product(len(joints) + 1), parameter=joints, sympy="")


@cache
def length(kind: str) -> Op:
    """Returns the mark of a norm `‖x‖`: kind "" or "2", "F", "1", "inf"."""
    return replace(NORM, parameter=("length", kind))


@cache
def indexed_by(indices: str) -> Op:
    """Returns the mark of a name with indices, `W_{ij}`: an array of so many axes whose elements are meant."""
    return replace(NORM, name="index", parameter=("index", indices))


@cache
def few(ranks: str, message: str) -> Op:
    """Returns the mark of an array that may have so many axes, "012"; at any other the message refuses it."""
    return replace(NORM, parameter=("few", f"{ranks} {message}"))


def mark(written: str) -> Op:
    """Returns the mark that a reader writes as "index ij", "length 2", "raised " or "bars "."""
    kind, _, rest = written.partition(" ")
    if kind == "places":
        return counted(rest)
    if kind == "raised":
        return replace(NORM, parameter=("raised", ""))
    if kind == "joined":
        return listed_as(rest)
    if kind == "index":
        return indexed_by(rest) if rest else one_number()
    return length(rest) if kind == "length" else BARS


@cache
def listed_as(sign: str, count: int = 2) -> Op:
    """Returns the mark of `[h, x]`, sign ",", or `[h; x]`: numbers make a vector, vectors are joined to one."""
    again = lambda count: listed_as(sign, count)  # noqa: E731
    return replace(stacked(count), parameter=("joined", sign), sized=again, options=None)


@cache
def counted(axis_and_start: str) -> Op:
    """Returns the mark of the numbers that an index takes along an axis of an array: "0 1" along the first, from 1."""
    return replace(NORM, name="positions", parameter=("places", axis_and_start))


@cache
def one_number() -> Op:
    """Returns the mark of a name without an index beside names that bear one: it stands for one number."""
    return replace(NORM, name="index", parameter=("index", ""))


def is_mark(op: Op) -> bool:
    """Tells whether an op is a mark of the reader, or a transpose, which is none on a number."""
    return op is BARS or op is INVERTED or op is transpose or is_beside(op) or kind_of(op) is not None


def is_beside(op: Op) -> bool:
    return op.name == "multiply" and isinstance(op.parameter, str)


def kind_of(op: Op) -> tuple[str, str] | None:
    """Returns what a mark of one operand says, ("length", "1") or ("index", "ij"), else None."""
    parameter = op.parameter
    return parameter if isinstance(parameter, tuple) and parameter[:1] in KINDS else None


def has_marks(graph: Graph) -> bool:
    return any(map(is_mark, graph.ops))
