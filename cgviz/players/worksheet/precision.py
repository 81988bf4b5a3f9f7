"""How many digits a sheet needs: so many that who works with the numbers as they are printed finds the answers."""

from __future__ import annotations

from cgviz.runs.run import Run
from cgviz.text.numbers import MOST_DIGITS
from cgviz.values.arrays import Value, handed_back, is_array, numpy

MORE = 6  # digits beyond those that were asked for, at most
NOTHING = 1e-12  # a sum that is so much less than its terms is rounding
LOST = 5.0  # units of the last digit but one by which an answer may be off


def digits_for(run: Run, digits: int) -> int:
    """Returns the digits of a sheet: those asked for, and more where numbers cancel and lose the leading ones."""
    most = min(digits + MORE, MOST_DIGITS)
    tolerance = LOST * 10.0 ** (1 - digits)
    return next((count for count in range(digits, most) if agrees(run, count, tolerance)), most)


def agrees(run: Run, digits: int, tolerance: float) -> bool:
    """Tells whether a pass in which every number is rounded to `digits` ends near the run: relative to each number."""
    graph = run.bare
    values = [rounded(value, digits) for value in run.values]
    for index in graph.stages:
        if run.taken[index]:
            node = graph.nodes[index]
            values[index] = rounded(node.op(*(values[arg] for arg in node.args)), digits)
            if not near(values[index], run.values[index], tolerance, [run.values[arg] for arg in node.args]):
                return False
    totals: dict[int, Value] = {graph.output: run.seed}
    for index in reversed(graph.stages):
        if index not in totals or not run.taken[index]:
            continue
        node = graph.nodes[index]
        operands = [values[arg] for arg in node.args]
        parts = handed_back(node.op, totals[index], None, values[index], operands)
        for slot, (arg, (part, _)) in enumerate(zip(node.args, parts, strict=True)):
            if part is not None and run.flows(index, slot):
                part = rounded(part, digits)
                totals[arg] = part if arg not in totals else rounded(totals[arg] + part, digits)
    terms = {arg: [edge.value for edge in edges] for arg, edges in enumerate(run.contributions)}
    return all(near(totals[index], run.gradients[index], tolerance, terms[index]) for index in totals)


def rounded(value: Value, digits: int) -> Value:
    """Returns a number, or every element of an array, as it is printed."""
    if value is None:
        return None
    if is_array(value):
        flat = [float(f"{each:.{digits - 1}e}") for each in value.ravel().tolist()]
        return numpy().array(flat).reshape(value.shape)
    return float(f"{value:.{digits - 1}e}")


def near(found: Value, right: Value, tolerance: float, terms: list[Value]) -> bool:
    """Tells whether an answer would be taken as right; what cancels to nothing is compared with its terms."""
    if right is None:
        return True
    scale = max((abs(each) for term in terms for each in elements(term)), default=0.0)
    pairs = zip(elements(found), elements(right), strict=True)
    return all(abs(a - b) <= tolerance * (abs(b) if abs(b) > NOTHING * scale else scale) for a, b in pairs)


def elements(value: Value) -> list[float]:
    """Returns the elements of an array, a number as the only one, nothing of what is not computed."""
    if is_array(value):
        found: list[float] = value.ravel().tolist()
        return found
    return [] if value is None else [value]
