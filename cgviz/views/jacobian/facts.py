"""What the views of a matrix read: the run, the matrix, its symbols, and what backpropagation does instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.analysis.blocks import Block, Jacobian
from cgviz.analysis.hessians import Hessian, hessian
from cgviz.analysis.jacobians import Each, jacobian
from cgviz.analysis.products import Product, in_symbols, products
from cgviz.errors import UsageError
from cgviz.graph.lookup import find
from cgviz.ops.whole import turned
from cgviz.runs.corners import flag_at
from cgviz.runs.run import Run
from cgviz.text.formula import Formula


@dataclass(frozen=True)
class Facts:
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
) -> Facts:
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
    return Facts(run, known, matrix, symbols, tuple(products(run, matrix, seeded)), seeded=seeded)


def of_hessian(run: Run, of: str | None, wrt: str | None, mode: str = "auto", *, each: Each = iter) -> Facts:
    """Returns the facts about ∂²of/∂wrt². Raises UsageError likewise, and where `of` is no single number."""
    target = None if of is None else find(run.graph, of)
    second = hessian(run, found(run, wrt), target, mode, each)
    return Facts(run, second.of, second.matrix, second=second)


def found(run: Run, wrt: str | None) -> Sequence[int]:
    """Returns the nodes that are named between commas, each once; all inputs where none is named."""
    names = [name for name in (wrt or "").split(",") if name.strip()]
    if wrt is None and not run.graph.inputs:
        raise UsageError("the program has no inputs; --wrt names a stage")
    if wrt is not None and not names:
        raise UsageError("--wrt names at least one node, as in --wrt x or --wrt W,b")
    return list(dict.fromkeys(find(run.graph, name) for name in names)) if names else run.graph.inputs
