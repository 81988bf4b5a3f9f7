"""Where what is written would leave the range of floats on its way to a number of the run: another order, or a note.

A run keeps products and sums in range (`values/wide.py`); code multiplies as it is written.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cgviz.ops.arithmetic import signed_sum
from cgviz.text.formula import Formula
from cgviz.values import arrays, wide
from cgviz.values.arrays import Value, is_array, numpy, quiet
from cgviz.values.ieee import Ieee

if TYPE_CHECKING:
    from cgviz.codegen.program import ProgramWriter
    from cgviz.ops.op import Op, Rule
    from cgviz.runs.run import Run

SAFE = 1e100
"""Three numbers between this and one over it stay in range together, whatever is done with them."""
DIGITS, TESTED = 1e-6, 1e-9
Slopes = tuple[Formula | None, ...]


class Whole(Formula):
    """What a stage hands back to one argument, the upstream gradient within."""

    __slots__ = ()


def is_zero(local: Formula) -> bool:
    return local.op is None and not local.shape and local.leaf == 0


def taught(op: Op, out: Value, operands: Sequence[Value]) -> tuple[float | None, ...]:
    """Returns the local derivatives of the rule as taught, multiplied out in IEEE arithmetic."""
    if any(map(is_array, (out, *operands))):
        with quiet():
            return arrays.as_arrays(op.partials, (out, *operands))  # type: ignore[no-any-return]
    return op.partials(Ieee(out), *map(Ieee, operands))


def differ(ours: Value | None, theirs: Value | None) -> bool:
    """Tells whether a number is another one, not only by its last digits."""
    if ours is None or theirs is None:
        return False
    if is_array(ours) or is_array(theirs):
        return not bool(numpy().allclose(ours, theirs, rtol=DIGITS, atol=sys.float_info.min, equal_nan=True))
    if ours != ours or theirs != theirs:
        return bool(ours == ours or theirs == theirs)
    return not math.isclose(ours, theirs, rel_tol=DIGITS, abs_tol=sys.float_info.min)


def is_safe(*values: Value | None) -> bool:
    """Tells whether numbers, three at a time, cannot leave the range of floats."""
    np = numpy() if any(map(is_array, values)) else None
    if np is None:
        return all(value is not None and 1 / SAFE < abs(value) < SAFE for value in values)
    sizes = [np.abs(value) for value in values if value is not None]
    return all(bool(np.all((size > 1 / SAFE) & (size < SAFE))) for size in sizes)


def evaluated(formula: Formula, run: Run) -> Value:
    """Returns what a formula of the variables of nodes comes to at the values of a run, computed as it is written."""
    if formula.op is not None:
        return plainly(formula.op, [evaluated(arg, run) for arg in formula.args])
    leaf: Any = formula.leaf
    if not isinstance(leaf, str):
        return float(leaf)
    if not leaf.startswith("#"):
        return math.pi if leaf == "pi" else math.e
    return run.gradients[int(leaf[2:])] if leaf.startswith("#d") else run.values[int(leaf[1:])]


def plainly(op: Op, args: Sequence[Value]) -> Value:
    """Returns what an op gives without a thought of the range of floats."""
    with wide.plain():
        return arrays.on_elements(op, args) if op.vjp is not None or any(map(is_array, args)) else op.forward(*args)


def in_order(formula: Formula, run: Run) -> Formula:
    """Returns a product or a sum of numbers in an order in which it stays in range at the values of a run."""
    op = formula.op
    if op is None or op.family not in ("product", "sum"):
        return formula
    is_product = op.family == "product"
    signs = (1,) * len(formula.args) if is_product else op.parameter
    values = [sign * evaluated(arg, run) for sign, arg in zip(signs, formula.args, strict=True)]
    left, so_far, order = list(range(len(values))), float(is_product), list[int]()
    while left:
        falls = abs(so_far) >= 1 if is_product else so_far >= 0
        at = (min if falls else max)(left, key=lambda i: abs(values[i]) if is_product else values[i])
        so_far = so_far * values[at] if is_product else so_far + values[at]
        left.remove(at)
        order.append(at)
    made = op if is_product else signed_sum(*(signs[i] for i in order))
    return Formula(op=made, args=tuple(formula.args[i] for i in order))


def stage_in_range(formula: Formula, run: Run, index: int) -> Formula:
    """Returns the right side of a stage of numbers, in another order where it leaves the range of floats as it is."""
    if run.symbolic or len(formula.args) < 3 or not differ(evaluated(formula, run), run.values[index]):
        return formula
    return in_order(formula, run)


def handed_in_range(writer: ProgramWriter, slopes: Slopes, target: int) -> Slopes:
    """Returns the local derivatives of a stage of numbers; in the place of one whose product with the upstream gradient
    leaves the range of floats, where that need not be, the whole of what is handed back."""
    run, upstream = writer.run, writer.upstream(target)
    rule = writer.graph.nodes[target].op.scaled
    if upstream is None or rule is None or run.symbolic or not run.taken[target]:
        return slopes
    found, wholes = list(slopes), Slopes()
    for slot, got, wanted in handed(writer, slopes, target):
        if differ(got, wanted):
            wholes = wholes or rule(upstream, Formula(f"#{target}"), *writer.operands(target))
            made = in_order(wholes[slot] or Formula(0), run)
            found[slot] = Whole(made.leaf, made.op, made.args)
    return tuple(found)


def handed(writer: ProgramWriter, slopes: Slopes, target: int) -> Iterator[tuple[int, Value, Value | None]]:
    """Yields of each slot what the code hands back and what the run does, None where the run hands nothing on."""
    run, node = writer.run, writer.graph.nodes[target]
    upstream = run.gradients[target]
    if node.op.slopes is not None or (node.op.stable is None and node.op.scaled is None):
        return  # the rule of the run is that of the code
    if len(node.args) <= 3 and is_safe(run.values[target], upstream, *(run.values[arg] for arg in node.args)):
        return
    for slot, slope in enumerate(slopes):
        if slope is not None and writer.moving[node.args[slot]]:
            value = evaluated(slope, run)
            yield slot, value if isinstance(slope, Whole) else value * upstream, run.contribution(target, slot).value


def handed_by_arrays(writer: ProgramWriter, target: int) -> Iterator[tuple[int, Value, Value | None]]:
    """Yields the same of a stage that has to do with arrays."""
    run, node = writer.run, writer.graph.nodes[target]
    out, upstream, operands = run.values[target], run.gradients[target], [run.values[arg] for arg in node.args]
    if is_safe(out, upstream, *operands) and node.op.vjp is None:
        return
    for slot, part in parts_of(writer, target, upstream, out, operands):
        yield slot, part, run.contribution(target, slot).value


def parts_of(
    writer: ProgramWriter, target: int, upstream: Any, out: Value, operands: Sequence[Value]
) -> Iterator[tuple[int, Value]]:
    """Yields of each slot what the code of a stage of arrays hands back at these numbers."""
    node, rule = writer.graph.nodes[target], writer.rule(target)
    if node.op.vjp is not None:
        parts = by_rule(rule, upstream, out, *operands)
    else:
        with wide.plain(), quiet():
            slopes = arrays.as_arrays(rule, (out, *operands))
            parts = tuple(None if slope is None else upstream * slope for slope in slopes)
    for slot, (part, arg) in enumerate(zip(parts, node.args, strict=True)):
        if part is not None and writer.moving[arg]:
            yield slot, arrays.folded(part, writer.graph.nodes[arg].shape or ())


def stage_of(writer: ProgramWriter, index: int, operands: Sequence[Value]) -> Value:
    """Returns what the code of a stage of arrays computes of these operands."""
    op = writer.graph.nodes[index].op
    if op.helper.get(writer.values.framework):
        return arrays.on_elements(op, operands)  # by a function of our own, with the care of the run
    if op.ranged and leaves_range(writer.run, index):
        with wide.plain(), quiet():
            return op.ranged(*operands)
    return plainly(op, operands)


def leaves_range(run: Run, index: int) -> bool:
    """Tells whether a stage, as it is usually written, misses the run's value of it."""
    operands = [run.values[arg] for arg in run.bare.nodes[index].args]
    return not run.symbolic and differ(plainly(run.bare.nodes[index].op, operands), run.values[index])


def comes_out(writer: ProgramWriter) -> bool:
    """Tells whether the code of arrays, run on its own numbers from the inputs on, finds what the run found."""
    run, nodes, np = writer.run, writer.graph.nodes, numpy()
    values, gradients = list(run.values), [arrays.zero(node.shape or ()) for node in nodes]
    for index in writer.graph.stages:
        values[index] = stage_of(writer, index, [values[arg] for arg in nodes[index].args])
    gradients[writer.graph.output] = run.gradients[writer.graph.output]
    for target in reversed(writer.graph.stages):
        if run.taken[target]:
            args = nodes[target].args
            parts = parts_of(writer, target, gradients[target], values[target], [values[arg] for arg in args])
            for slot, part in parts:
                gradients[args[slot]] = gradients[args[slot]] + part
    inputs = (gradients[index] for index in writer.graph.inputs)
    wanted = (run.gradients[index] for index in writer.graph.inputs)
    pairs = zip((values[writer.graph.output], *inputs), (run.values[writer.graph.output], *wanted), strict=True)
    return all(bool(np.allclose(*pair, rtol=TESTED, atol=TESTED)) for pair in pairs)


def by_rule(rule: Rule, *numbers: Any) -> tuple[Value | None, ...]:
    """Returns what a vjp hands back, without a thought of the range of floats."""
    with wide.plain(), quiet():
        return rule(*(numpy().float64(each) if type(each) is float else each for each in numbers))


def loses_digits(run: Run, target: int) -> bool:
    """Tells whether the vjp of a stage, as it is taught, misses what the run hands back there."""
    node = run.bare.nodes[target]
    if run.symbolic or not run.taken[target] or node.op.vjp is None:
        return False
    parts = by_rule(node.op.vjp, run.gradients[target], run.values[target], *(run.values[arg] for arg in node.args))
    found = ((slot, part) for slot, part in enumerate(parts) if part is not None)
    return any(
        differ(part, run.contribution(target, slot).value) and not is_noise(run, target, slot) for slot, part in found
    )


def is_noise(run: Run, target: int, slot: int) -> bool:
    """Tells whether what a stage of arrays hands back in the run is rounding alone: it moves with the last digit."""
    node, np = run.bare.nodes[target], numpy()
    upstream: Any = run.gradients[target]
    operands = [run.values[arg] for arg in node.args]
    if not is_array(upstream):
        return False
    signs = np.reshape(np.where(np.arange(upstream.size) % 2, 1.0, -1.0), upstream.shape)
    moved = list(arrays.handed_back(node.op, upstream * (1 + 2.0**-50 * signs), None, run.values[target], operands))
    return differ(moved[slot][0], run.contribution(target, slot).value)


@dataclass(frozen=True)
class Miss:
    """In words, a number of the run that the code misses; `far` where by more than the last digits of a large one."""

    text: str = ""
    far: bool = True


def missing(writer: ProgramWriter) -> Miss:
    """Returns the first number of the run that the code misses by far, else the first of all; "" where none is."""
    if writer.run.symbolic:
        return Miss()
    found = [*misses(writer), *(subnormal(writer.run) if writer.language.flushes else ())]
    first = next((each for each in found if each.far), found[0] if found else Miss())
    if first.text and not first.far and writer.run.bare.has_arrays and not writer.short and not comes_out(writer):
        return Miss(first.text)
    return first


def misses(writer: ProgramWriter) -> Iterator[Miss]:
    run, nodes = writer.run, writer.graph.nodes
    masks, is_number = any(node.op.reaches for node in nodes), not run.bare.has_arrays
    for index in writer.graph.stages:
        node = nodes[index]
        if node.op.vjp is None and (len(node.args) < 3 or node.op.family not in ("product", "sum")):
            continue  # computed as it is written
        operands = [run.values[arg] for arg in node.args]
        found = evaluated(writer.right_side(index), run) if is_number else stage_of(writer, index, operands)
        if differ(found, run.values[index]):
            yield told(writer, index, writer.names.variables[index], found, run.values[index])
    for target in reversed(writer.graph.stages):
        if target in writer.short or not writer.graph.reached[target]:
            continue
        if not run.taken[target]:
            slopes = writer.locals(target) if is_number else ()
            if any(slope is not None and not math.isfinite(evaluated(slope, run)) for slope in slopes):
                yield Miss(BRANCHES)
            continue
        edges = handed(writer, writer.locals(target), target) if is_number else handed_by_arrays(writer, target)
        for slot, got, wanted in edges:
            if masks and not arrays.every_finite(got) and (wanted is None or arrays.every_finite(wanted)):
                yield Miss(BRANCHES)
            elif differ(got, wanted) and not is_noise(run, target, slot):
                what = f"what it hands back to {nodes[nodes[target].args[slot]].shown}"
                yield told(writer, target, what, got, wanted)


def subnormal(run: Run) -> list[Miss]:
    """Returns that numbers of a run are too small to have all their digits, where some are."""
    for place, value in enumerate((*run.values, *run.gradients)):
        size = numpy().abs(value)
        if numpy().any((size > 0) & (size < sys.float_info.min)):
            of, index = divmod(place, len(run.graph))
            name = f"{'d' * of}{run.graph.nodes[index].shown}"
            text = f"Numbers below 2.2e-308, as {name}, are 0 to JAX: its numbers are not those of the run then."
            return [Miss(text)]
    return []


def told(writer: ProgramWriter, index: int, what: str, ours: Value, theirs: Value) -> Miss:
    """Returns where a number of the run is another one in the code."""
    if is_array(theirs):
        ours = numpy().broadcast_to(ours, theirs.shape)
        wrong = ~numpy().isclose(ours, theirs, rtol=DIGITS, atol=0.0, equal_nan=True)
        at = tuple(numpy().argwhere(wrong)[0])
        what, ours, theirs = f"{what} at {list(map(int, at))}", ours[at], theirs[at]
    stage = f"stage ({writer.graph.numbers[index]})"
    text = f"At these inputs this code misses a number of the run: in {stage} {what} is {ours:.6g}, not {theirs:.6g}."
    return Miss(text, not abs(ours - theirs) <= TESTED * max(1.0, abs(theirs)))


BRANCHES = (
    "Both branches are computed, and a slope on the one not taken is not finite here; then this code has no gradient."
)
