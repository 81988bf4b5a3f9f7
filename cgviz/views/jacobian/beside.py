"""The paragraph beside a Jacobian: the same gradient without the matrix, by the steps of the backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cgviz.analysis.costs import Edge
from cgviz.analysis.products import Product
from cgviz.documents.writing import Writing
from cgviz.ops.rearranging import transpose
from cgviz.runs.run import Run
from cgviz.text.formula import Formula
from cgviz.text.numbers import DIGITS, number
from cgviz.values.arrays import Value, numpy
from cgviz.views.jacobian.facts import Facts
from cgviz.views.jacobian.words import counted, gradient

MOST_STEPS = 6


def beside(facts: Facts, product: Product, spelling: Writing) -> list[str]:
    """Returns the lines for one input: by the matrix, by the steps, whether they agree with the gradient, the costs."""
    if not product.edges:
        return []
    nodes = facts.run.graph.nodes
    source, target = nodes[product.source].shown, nodes[product.target].shown
    lines = []
    if product.upstream is not None:
        lines.append(f"{gradient(target, spelling)} = {shown(product.upstream, spelling)}")
        lines.append(f"{by_matrix(facts, target, spelling)} = {shown(product.by_matrix, spelling)}")
    lines += steps(facts, product, spelling)
    return [*lines, *agreement(facts, product, spelling, source, target), *costs(facts, product, spelling, target)]


def by_matrix(facts: Facts, target: str, spelling: Writing) -> str:
    """Returns `dqᵀ J`, in denominator layout `J dq`; the layout turns the matrix, not the gradient."""
    name = gradient(target, spelling)
    if facts.matrix.transposed:
        return f"J{spelling.notation.apart}{name}"
    upstream = Formula(name, shape=None)
    left = transpose(upstream) if facts.of.shape else upstream
    return f"{spelling.formula(left)}{spelling.notation.apart}J"


def steps(facts: Facts, product: Product, spelling: Writing) -> list[str]:
    """Returns a line for each step, `dx = Wᵀ dq = [−0.112, 0.636]`, the middle of many left out."""
    lines = [step(facts.run, product.edges, place, spelling) for place in chosen(len(product.edges))]
    left = len(product.edges) - len(lines)
    if left:
        lines.insert(MOST_STEPS - 1, f"{spelling.ellipsis} {counted(left, 'more step')}")
    if product.upstream is not None:
        name = gradient(facts.run.graph.nodes[product.source].shown, spelling)
        lines[-1] += f" = {shown(product.by_steps, spelling)}" if single(product) else ""
        if not single(product):
            lines.append(f"{name} = {shown(product.by_steps, spelling)}")
    return lines


def single(product: Product) -> bool:
    return len(product.edges) == 1


def chosen(count: int) -> list[int]:
    return [i for i in range(count) if count <= MOST_STEPS + 1 or i < MOST_STEPS - 1 or i == count - 1]


def step(run: Run, edges: Sequence[Edge], place: int, spelling: Writing) -> str:
    """Returns one step of the backward pass: `dx = Wᵀ dq`, with a plus where something has arrived before."""
    target, slot = edges[place]
    graph = run.graph
    source = graph.nodes[target].args[slot]
    earlier = {graph.nodes[t].args[s] for t, s in edges[:place]}
    handed = run.handed_formula(target, slot)
    sign = spelling.notation.adds if source in earlier else "="
    name = gradient(graph.nodes[source].shown, spelling)
    return f"{name} {sign} {spelling.formula(handed) if handed is not None else 0}"


def agreement(facts: Facts, product: Product, spelling: Writing, source: str, target: str) -> list[str]:
    output = spelling.name(facts.run.graph.nodes[facts.run.graph.output].shown)
    if product.upstream is None:
        if facts.run.taken[product.target]:
            return [f"(for numbers give --upstream, the gradient of {output})"]
        return [f"(no gradient arrives at {spelling.name(target)}: {output} does not need it)"]
    if not same(product.by_matrix, product.by_steps):
        return ["the two differ by more than rounding: numbers that are not finite, or that cancel"]
    if product.alone and same(product.by_matrix, product.whole):
        return [
            f"the same numbers, and the gradient of {spelling.name(source)}: every path to {output} leads through "
            f"{spelling.name(target)}"
        ]
    whole = shown(product.whole, spelling)
    return [
        f"the same numbers; other paths from {spelling.name(source)} to {output} contribute as well: together "
        f"{gradient(source, spelling)} = {whole}"
    ]


def same(one: Any, other: Any) -> bool:
    np = numpy()
    flat = np.ravel(other)
    scale = max([1e-300, *np.abs(flat[np.isfinite(flat)])])
    return bool(np.allclose(np.ravel(one), flat, rtol=1e-9, atol=1e-9 * scale, equal_nan=True))


def costs(facts: Facts, product: Product, spelling: Writing, target: str) -> list[str]:
    if facts.of.size == 1 or product.steps_cost is None or product.build_cost is None:
        return []
    passes, steps = counted(facts.of.size, "backward pass"), "step" if single(product) else "steps"
    built = f"by the matrix {product.matrix_cost:,}, and {product.build_cost:,} to build it in {passes}"
    return [f"multiplications: {product.steps_cost:,} by the {steps}; {built}"]


def shown(value: Value, spelling: Writing) -> str:
    """Returns a value in one line."""
    return spelling.clean(number(value, spelling.digits or DIGITS))
