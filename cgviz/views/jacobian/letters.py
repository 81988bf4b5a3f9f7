"""A Jacobian of inputs that have shapes and no values: its formula, and what backpropagation does instead of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cgviz.analysis.products import Edge, in_symbols, steps_between
from cgviz.documents.document import GAP, Block, Document, Prose, Title
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing, exact_spelling
from cgviz.drawing.theme import Theme
from cgviz.graph.lookup import find
from cgviz.ops.op import PRODUCT
from cgviz.ops.whole import turned
from cgviz.runs.run import Run
from cgviz.text.formula import Formula
from cgviz.values.arrays import Shape
from cgviz.views.jacobian import chosen, step
from cgviz.views.jacobian.facts import counted, found
from cgviz.views.table.json import VERSION, pretty, shape

WIDTH, MOST_FACTORS = 80, 6


def report(
    run: Run, of: str | None, wrt: str | None, layout: str = "numerator", *, digits: int, theme: str | Theme = "light"
) -> Report:
    """Returns the report of ∂of/∂wrt, for each input that is named. Raises UsageError for a node that there is not."""
    target = run.graph.output if of is None else find(run.graph, of)
    sources = found(run, wrt)

    return Report(
        lambda writing: document(run, target, sources, layout, writing),
        lambda: as_json(run, target, sources, layout),
        digits,
        theme,
    )


def document(run: Run, of: int, sources: Sequence[int], layout: str, writing: Writing) -> Document:
    nodes = run.graph.nodes
    name = writing.name(nodes[of].shown)
    body: list[Block] = []
    for source in sources:
        body += [GAP, *about(run, of, source, layout == "denominator", writing)]
    title = f"The Jacobian of {name} in symbols, {layout} layout: the inputs have no values"
    return Document([Title([(title, "name")]), *body], title, WIDTH)


def about(run: Run, of: int, source: int, transposed: bool, writing: Writing) -> Iterator[Block]:
    """Yields the size of one Jacobian, its formula where one is read, and the steps of the backward pass."""
    nodes = run.graph.nodes
    left = f"{writing.partial}{writing.name(nodes[of].shown)}/{writing.partial}{writing.name(nodes[source].shown)}"
    times = writing.times if writing.times != "*" else "x"
    yield Prose([(f"{left} is {f' {times} '.join(sides(run, of, source, transposed, writing))}", "name")])
    edges = steps_between(run, source, of)
    if not edges:
        yield Prose([("no gradient flows there: all entries are 0", "")])
        return
    formula = product_of(run, of, source, transposed, writing)
    if formula is not None:
        yield Prose([(f"{left} = {writing.clean(formula)}", "local")], is_math=True)
    yield Prose([("Backpropagation needs no matrix:", "")])
    for place in chosen(len(edges)):
        yield Prose([(step(run, edges, place, writing), "name")], "  ", is_math=True)
    if len(edges) > len(chosen(len(edges))):
        yield Prose([(counted(len(edges) - len(chosen(len(edges))), "step") + " between them left out", "muted")], "  ")


def sides(run: Run, of: int, source: int, transposed: bool, writing: Writing) -> list[str]:
    """Returns how many rows and columns a Jacobian has, by the lengths of the two nodes."""
    return [count(run.graph.nodes[i].shape or (), writing) for i in ((source, of) if transposed else (of, source))]


def product_of(run: Run, of: int, source: int, transposed: bool, writing: Writing) -> str | None:
    """Returns a Jacobian as the product of those of the stages on the way; None where nobody reads it so."""
    factors = list(chain(run, steps_between(run, source, of)))
    if not 0 < len(factors) <= MOST_FACTORS:
        return None
    ordered = [turned(each) for each in reversed(factors)] if transposed else factors
    kept = [each for each in ordered if each.leaf != "I"] or ordered[:1]
    least = PRODUCT if len(kept) > 1 else 0
    return writing.notation.apart.join(each.write(writing.notation).within(least) for each in kept)


def as_json(run: Run, of: int, sources: Sequence[int], layout: str) -> str:
    """Returns the same as JSON, version 1 of `symbols`."""
    nodes, transposed, writing = run.graph.nodes, layout == "denominator", exact_spelling()

    def node(index: int) -> dict[str, Any]:
        return {"name": nodes[index].name, "label": nodes[index].shown, "shape": shape(nodes[index])}

    def block(source: int) -> dict[str, Any]:
        edges = steps_between(run, source, of)
        return node(source) | {
            "size": sides(run, of, source, transposed, writing),
            "formula": product_of(run, of, source, transposed, writing) if edges else None,
            "steps": [step(run, edges, place, writing) for place in range(len(edges))],
        }

    made = {"cgviz": VERSION, "program": run.graph.program, "detail": run.graph.detail, "kind": "jacobian in symbols"}
    return pretty(made | {"of": node(of), "wrt": [block(each) for each in sources], "layout": layout}) + "\n"


def chain(run: Run, edges: tuple[Edge, ...]) -> Iterator[Formula]:
    """Yields the Jacobians of the stages from the last to the first, where one path leads there; none elsewhere."""
    targets = [target for target, _ in edges]
    made = [in_symbols(run.graph, target, run.graph.nodes[target].args[slot]) for target, slot in edges]
    if len(set(targets)) == len(targets) and all(each is not None for each in made):
        yield from (each for each in made if each is not None)


def count(shape: Shape, writing: Writing) -> str:
    """Returns how many elements an array of a shape has: `N·D`."""
    return writing.clean("·".join(map(str, shape))) if shape else "1"
