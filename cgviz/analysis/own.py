"""Gradients that somebody wrote, judged against ours: which is wrong, by which factor, axis or missing contribution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cgviz.ops.matrices import SYMMETRIC, symmetric_part
from cgviz.records import record
from cgviz.runs.passes import backward
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, is_array, numpy, one, shape_of, shape_text, zero

TRIANGLE = "the other convention of a symmetric matrix, as good as ours"
CONVENTION = "another convention at a kink or tie, as good as ours"
CLOSE = {"rtol": 1e-6, "atol": 1e-9}


@record
class OwnFinding:
    """What is said of one gradient: `cause` is "" where it is right; `note` a remark."""

    name: str
    ours: Value
    theirs: Value | None
    cause: str
    note: str = ""

    @property
    def is_right(self) -> bool:
        return not self.cause


def judged(run: Run, theirs: Mapping[str, Value | None]) -> list[OwnFinding]:
    """Returns a finding for each input of a run, `theirs` by the names of the inputs."""
    found = []
    for index in run.graph.inputs:
        node = run.graph.nodes[index]
        if node.name in theirs:
            ours, other = run.gradients[index], theirs[node.name]
            why = cause(run, index, ours, other)
            by_triangle = (
                bool(why) and is_of_symmetric(run, index) and same(ours, symmetric_part(numpy().asarray(other)))
            )
            found.append(OwnFinding(node.shown, ours, other, *("", TRIANGLE) if by_triangle else (why, "")))
    return found


def with_conventions(found: Sequence[OwnFinding], beside: Sequence[OwnFinding]) -> list[OwnFinding]:
    """Returns findings at a kink or a tie: what is right `beside` it has another convention there, as good as ours."""
    return [
        each if each.is_right or not near.is_right else replace(each, cause="", note=CONVENTION)
        for each, near in zip(found, beside, strict=True)
    ]


def is_of_symmetric(run: Run, index: int) -> bool:
    """Tells whether an input goes only where a matrix counts as symmetric: one of its triangles may have all."""
    return all(run.graph.nodes[target].op.rule is SYMMETRIC for target, _ in run.graph.edges_out[index])


def same(a: Any, b: Any) -> bool:
    np = numpy()
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, **CLOSE))


def cause(run: Run, index: int, ours: Value, theirs: Value | None) -> str:
    """Returns what is wrong with a gradient, "" where nothing is."""
    np = numpy()
    if theirs is None:
        return "" if not np.any(ours) else "no gradient is returned"
    if same(ours, theirs):
        return ""
    theirs = np.asarray(theirs, dtype=float)
    if not np.all(np.isfinite(theirs)):
        return "it is not finite"
    for told in (by_shape, by_factor, by_upstream, by_contribution, by_local):
        why = told(run, index, np.asarray(ours), theirs)
        if why:
            return why
    if np.shape(theirs) != np.shape(ours):
        return f"its shape is {shape_text(theirs.shape)}, and that of the input {shape_text(np.shape(ours))}"
    return differing(np.asarray(ours), theirs)


def differing(ours: Any, theirs: Any) -> str:
    np = numpy()
    wrong = ~np.isclose(ours, theirs, **CLOSE)
    at = np.unravel_index(int(np.argmax(np.abs(ours - theirs))), ours.shape) if ours.ndim else ()
    place = f" at [{', '.join(map(str, map(int, at)))}]" if at else ""
    count = f"{int(wrong.sum())} of {ours.size} elements differ; " if ours.ndim else ""
    return f"{count}{theirs[at]:.6g} for {ours[at]:.6g}{place}"


def by_shape(run: Run, index: int, ours: Any, theirs: Any) -> str:
    """A transpose; a sum over a broadcast axis that is left out."""
    np = numpy()
    if ours.ndim == 2 and same(ours, theirs.T):
        return "it is transposed"
    if theirs.ndim >= ours.ndim and theirs.shape != ours.shape:
        lead = theirs.ndim - ours.ndim
        axes = (*range(lead), *(lead + i for i, n in enumerate(ours.shape) if n == 1 and theirs.shape[lead + i] != 1))
        summed = np.sum(theirs, axis=axes) if axes else theirs
        if axes and summed.size == ours.size and same(ours, summed.reshape(ours.shape)):
            named = f"axis {axes[0]}" if len(axes) == 1 else f"the axes {', '.join(map(str, axes))}"
            return f"it is not summed over {named}, along which the input was broadcast"
    if theirs.shape != ours.shape and theirs.size == ours.size and same(ours.ravel(), theirs.ravel()):
        return f"its shape is {shape_text(theirs.shape)}, and that of the input {shape_text(ours.shape)}"
    return ""


def by_factor(run: Run, index: int, ours: Any, theirs: Any) -> str:
    """A sign, a 2, the number of elements along some axis."""
    np = numpy()
    if ours.shape != theirs.shape or not np.any(ours):
        return ""
    at = np.unravel_index(int(np.argmax(np.abs(ours))), ours.shape) if ours.ndim else ()
    factor = float(theirs[at] / ours[at])
    if not same(theirs, ours * factor):
        return ""
    if factor == 0:
        return "it is 0: nothing flows to it"
    sign = "the sign is turned" if factor < 0 else ""
    size = abs(factor)
    if np.isclose(size, 1):
        return sign
    words = f"{size:.6g} times too large" if size > 1 else f"{1 / size:.6g} times too small"
    lengths = sorted({n for node in run.graph.nodes for n in node.shape or () if isinstance(n, int) and n > 1})
    if any(np.isclose(size, n) or np.isclose(size * n, 1) for n in lengths):
        words += ", the length of an axis: a mean divides by it, a sum does not"
    return f"{sign}, and it is {words}" if sign else f"it is {words}"


def by_upstream(run: Run, index: int, ours: Any, theirs: Any) -> str:
    """The upstream gradient that is not used."""
    plain = backward(run.bare, run.values, one(shape_of(run.value) or ()))[index]
    return "the upstream gradient is not used" if same(plain, theirs) and not same(plain, ours) else ""


def by_contribution(run: Run, index: int, ours: Any, theirs: Any) -> str:
    """One way of several that is left out."""
    if ours.shape != theirs.shape:
        return ""
    for each in run.contributions[index]:
        if each.value is not None and len(run.contributions[index]) > 1 and same(ours - each.value, theirs):
            return f"the contribution through {stage_name(run, each.target)} is left out"
    return ""


def by_local(run: Run, index: int, ours: Any, theirs: Any) -> str:
    """A local derivative that is left out, or taken twice, somewhere on the way."""
    for target, slot, local in locals_between(run, index):
        told = f"the local derivative of {stage_name(run, target)}, {run.local_formula(target, slot).pretty},"
        for changed, what in ((without(local), "is left out"), (local * local, "is taken twice")):
            found = with_local(run, index, target, slot, changed)
            if found is not None and same(found, theirs):
                return f"{told} {what}"
    return ""


def without(local: Any) -> Any:
    return numpy().ones_like(local) if is_array(local) else 1.0


def locals_between(run: Run, index: int) -> Iterator[tuple[int, int, Any]]:
    """Yields the local derivatives of the stages that an input reaches, last first."""
    reached = {index}
    for target in run.graph.stages:
        if reached.intersection(run.graph.nodes[target].args):
            reached.add(target)
    for target in reversed(run.graph.stages):
        if target in reached and run.graph.nodes[target].op.vjp is None:
            for slot, local in enumerate(run.locals[target]):
                if local is not None and not (isinstance(local, (int, float)) and local in (0, 1)):
                    yield target, slot, local


def with_local(run: Run, index: int, target: int, slot: int, local: Any) -> Value | None:
    """Returns the gradient of an input as it is with another local derivative at one edge."""
    from cgviz.values.arrays import folded

    source = run.graph.nodes[target].args[slot]
    upstream, edge = run.gradients[target], run.contribution(target, slot)
    if edge.value is None:
        return None
    shape = run.graph.nodes[source].shape or ()
    change = folded(upstream * local, shape) - edge.value
    if source == index:
        return run.gradients[index] + change
    if source not in run.graph.stages:
        return None
    handed = backward(run.bare, run.values, change if shape else float(change), source)[index]
    return run.gradients[index] + handed if handed is not None else zero(run.graph.nodes[index].shape or ())


def stage_name(run: Run, index: int) -> str:
    node = run.graph.nodes[index]
    return f"stage ({run.graph.numbers[index]}) {node.shown} = {run.graph.formula(index).pretty}"
