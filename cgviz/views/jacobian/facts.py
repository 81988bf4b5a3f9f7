"""A matrix of derivatives, ready to be shown, and the sentences about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.analysis.blocks import Block, Jacobian
from cgviz.analysis.hessians import Hessian, hessian, way
from cgviz.analysis.jacobians import Each, jacobian
from cgviz.analysis.products import Product, in_symbols, products
from cgviz.documents.writing import Writing
from cgviz.errors import UsageError
from cgviz.graph.lookup import find
from cgviz.ops.whole import turned
from cgviz.runs.corners import ACROSS, flag_at
from cgviz.runs.corners import corners as table
from cgviz.runs.run import Run
from cgviz.text.formula import Formula
from cgviz.text.gradients import gradient_name
from cgviz.values.arrays import element_name, numpy

NO_PATH = "·"
MOST_NAMES, MOST_CORNERS = 8, 8


@dataclass(frozen=True)
class MatrixFacts:
    """A matrix of derivatives, ready to be shown.

    of        the node that was differentiated
    symbols   for each input the Jacobian as a formula, in the layout at hand, or None
    products  for each input its product with the upstream gradient; none of a Hessian
    second    the Hessian, where the matrix is one
    seeded    the gradients of the run begin from a number
    """

    run: Run
    of: Block
    matrix: Jacobian
    symbols: tuple[Formula | None, ...] = ()
    products: tuple[Product, ...] = ()
    second: Hessian | None = None
    seeded: bool = True

    @property
    def inputs(self) -> tuple[Block, ...]:
        return self.matrix.inputs


def of_jacobian(
    run: Run,
    of: str | None,
    wrt: str | None,
    mode: str = "auto",
    layout: str = "numerator",
    *,
    seeded: bool = True,
    each: Each = iter,
) -> MatrixFacts:
    """Returns the facts about ∂of/∂wrt; `of` is the output where it is None, `wrt` names nodes between commas,
    all inputs where it is None.

    Raises UsageError for a node that there is not, in the symbolic state, and for what would be too large.
    """
    graph = run.graph
    target = graph.output if of is None else find(graph, of)
    sources = found(run, wrt)
    matrix = jacobian(run, target, sources, mode, layout, each)
    tied = flag_at(run, target) == "tie"  # the taught formula says nothing of ties
    symbols = tuple(None if tied else in_symbols(graph, target, source) for source in sources)
    if matrix.transposed:
        symbols = tuple(None if formula is None else turned(formula) for formula in symbols)
    known = Block(target, graph.nodes[target].shown, graph.nodes[target].shape or ())
    return MatrixFacts(run, known, matrix, symbols, tuple(products(run, matrix, seeded)), seeded=seeded)


def of_hessian(run: Run, of: str | None, wrt: str | None, mode: str = "auto", *, each: Each = iter) -> MatrixFacts:
    """Returns the facts about ∂²of/∂wrt². Raises UsageError likewise, and where `of` is no single number."""
    target = None if of is None else find(run.graph, of)
    second = hessian(run, found(run, wrt), target, mode, each)
    return MatrixFacts(run, second.of, second.matrix, second=second)


def found(run: Run, wrt: str | None) -> Sequence[int]:
    """Returns the nodes that are named between commas, each once; all inputs where none is named."""
    names = [name for name in (wrt or "").split(",") if name.strip()]
    if wrt is None and not run.graph.inputs:
        raise UsageError("the program has no inputs; --wrt names a stage")
    if wrt is not None and not names:
        raise UsageError("--wrt names at least one node, as in --wrt x or --wrt W,b")
    return list(dict.fromkeys(find(run.graph, name) for name in names)) if names else run.graph.inputs


def title(facts: MatrixFacts, spelling: Writing) -> str:
    """Returns `∂q/∂x, numerator layout: 2×3`; of a Hessian `∂²f/∂x²: 3×3`."""
    high, wide = facts.matrix.shape
    size = f"{high}{spelling.times if spelling.times != '*' else 'x'}{wide}"
    if facts.second:
        return f"{second(facts, spelling)}: {size}"
    return f"{slope(facts, spelling, facts.inputs)}, {facts.matrix.layout} layout: {size}"


def slope(facts: MatrixFacts, spelling: Writing, inputs: Sequence[Block]) -> str:
    name = spelling.name(facts.of.name)
    return f"{spelling.partial}{name}/{spelling.partial}{together(inputs, spelling)}"


def second(facts: MatrixFacts, spelling: Writing) -> str:
    squared = spelling.clean("²")
    name = spelling.name(facts.of.name)
    return f"{spelling.partial}{squared}{name}/{spelling.partial}{together(facts.inputs, spelling)}{squared}"


def together(inputs: Sequence[Block], spelling: Writing) -> str:
    names = [spelling.name(each.name) for each in inputs]
    if len(names) > MOST_NAMES:
        names[MOST_NAMES // 2 : -1] = [spelling.ellipsis]
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def sides(facts: MatrixFacts, spelling: Writing) -> str:
    """Returns what rows and columns are."""
    rows, columns = (listed([spelling.name(each.name) for each in side]) for side in both(facts))
    order = ", in row-major order" if any(len(each.shape) > 1 for side in both(facts) for each in side) else ""
    if facts.second:
        return f"rows and columns: the elements of {rows}{order}; it is symmetric"
    return f"rows: the elements of {rows}; columns: those of {columns}{order}"


def listed(names: Sequence[str]) -> str:
    """Returns `x, y and z`, of many the first few."""
    *before, last = (
        names if len(names) <= MOST_NAMES else [*names[: MOST_NAMES - 1], f"{len(names) - MOST_NAMES + 1} more"]
    )
    return f"{', '.join(before)} and {last}" if before else last


def both(facts: MatrixFacts) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    return facts.matrix.rows, facts.matrix.columns


def how(facts: MatrixFacts) -> str:
    """Returns how many passes it took, in which mode, and why."""
    matrix = facts.matrix
    if matrix.mode == "differences" and facts.second:
        return (
            f"central differences of the gradient ({counted(matrix.passes, 'backward pass')}), good to about 9 digits: "
            f"{facts.second.why}"
        )
    inputs = listed([each.name for each in facts.inputs])
    of, other = (
        ("the gradient" if facts.second else facts.of.name),
        "forward" if matrix.mode == "reverse" else "reverse",
    )
    per = of if matrix.mode == "reverse" else inputs
    scalar = matrix.passes == 1 and (facts.second is None)
    said = f"{matrix.mode} mode: {counted(matrix.passes, 'pass')}" + ("" if scalar else f", one per element of {per}")
    if matrix.asked:
        return f"{said}, as asked for; {other} mode would need {matrix.other}"
    return f"{said}; {other} mode would need {'as many' if matrix.other == matrix.passes else matrix.other}"


def counted(count: int, what: str) -> str:
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"


def zeros(facts: MatrixFacts, mark: str = "") -> str:
    """Returns how many entries are 0 whatever the numbers are, how many only here, how many are not finite."""
    matrix = facts.matrix
    count, every = matrix.entries.size, matrix.blanks
    if matrix.is_apart:
        names = " or ".join(each.name for each in facts.inputs)
        if facts.second:
            return f"every entry is 0: the gradient of {facts.of.name} does not move with {names}"
        return f"every entry is 0: {facts.of.name} does not depend on {names}"
    if count == 1 and (every or matrix.zeros):
        return f"the only entry is 0 {'whatever the values' if every else 'at these values'}"
    said = []
    if every:
        shown = f" ({mark})" if mark else ""
        entries = f"{every:,} of {count:,} entries ({percent(every, count)})"
        said.append(f"{entries} {'is' if every == 1 else 'are'} 0 whatever the values{shown}")
    if matrix.zeros > every:
        more = matrix.zeros - every
        which = f"{more:,} more" if every else f"{more:,} of {count:,} entries ({percent(more, count)})"
        said.append(f"{which} {'is' if more == 1 else 'are'} 0 at these values")
    wild = int(count - numpy().isfinite(matrix.entries).sum())
    if wild:
        said.append(f"{wild:,} of {count:,} {'is' if wild == 1 else 'are'} not finite")
    return ", ".join(said)


def percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.0f}%" if share in (0, 100) or 1 <= share <= 99 else f"{share:.2g}%" if share < 1 else "over 99%"


def corners(facts: MatrixFacts, spelling: Writing) -> list[str]:
    """Returns a sentence for each stage on the way that stands on a kink or a tie."""
    graph, second = facts.run.graph, facts.second
    found = []
    for corner in table(facts.run, way(graph, [each.index for each in facts.inputs], facts.of.index))[:MOST_CORNERS]:
        node = graph.nodes[corner.index]
        where = f", at {element_name(spelling.name(node.shown), corner.place)}" if corner.place else ""
        what = f"({graph.numbers[corner.index]}) {spelling.name(node.shown)} stands on a {corner.flag}{where}"
        bend = "" if second is None else f"; {ACROSS if second.across else corner.bend}"
        found.append(f"{what}: {corner.rule}{bend}")
    return found


def gradient(name: str, spelling: Writing) -> str:
    return spelling.name(gradient_name(name))


def is_gradient(facts: MatrixFacts, spelling: Writing) -> str:
    name = spelling.name(facts.of.name)
    shape = "column" if facts.matrix.transposed else "row"
    return (
        f"{name} is one number: its Jacobian is its gradient, laid out as a {shape}, and one backward pass gives it "
        "whatever the number of inputs (cgviz table)"
    )


def symbols(facts: MatrixFacts, spelling: Writing) -> list[str]:
    """Returns `∂q/∂x = W`, a line for each input for which one op says it."""
    found = []
    for block, symbol in zip(facts.inputs, facts.symbols, strict=False):
        if symbol is not None:
            left = slope(facts, spelling, [block])
            found.append(f"{left} = {spelling.formula(symbol)}")
    return found
