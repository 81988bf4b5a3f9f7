"""The chain rule from the output down, in the order of the backward pass; where a value fans out, a sum."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.analysis.recognised import Recognised, recognised
from cgviz.documents.equations import Equation, Part, Term, equation, part
from cgviz.documents.writing import Hand, Slope
from cgviz.ops.op import QUOTIENT, SUM
from cgviz.runs.run import Contribution
from cgviz.text.formula import Formula
from cgviz.views.derivation.flow import BoardSection, Flow, is_short, plain, spoken
from cgviz.views.derivation.stages import BROADCAST, MOST_TERMS, shape_of, vector

Short = dict[int, Formula]
"""Gradients that are a single name or number, by node: they stand for themselves in the next line."""


def chain(flow: Flow, hand: Hand) -> BoardSection:
    """Returns the gradients of all nodes that matter, the output's first, and ∇f at the end."""
    graph = flow.run.graph
    output = graph.nodes[graph.output].shown
    number = str(graph.numbers.get(graph.output, ""))
    given = flow.seeded and flow.run.symbolic
    value = 1.0 if flow.run.seed is None else flow.run.seed
    note = "the upstream gradient that was given" if flow.seeded else "the seed"
    seed = equation(hand.slope(flow.end, output), [part(hand.number(value), "gradient")] * (not given), number, note)
    lines = [seed, *backward(flow, hand), *unreached(flow, hand), *gradient(flow, hand)]
    fans = any(flow.kept[i] and len(flow.edges(i)) > 1 for i in range(len(graph)))
    intro = "Where a value fans out, the contributions of its branches add up." if fans else ""
    return BoardSection(f"Backward: the chain rule, from {output} down", tuple(lines), intro)


def backward(flow: Flow, hand: Hand) -> Iterator[Equation]:
    """Yields the line of each node when its last contribution arrives."""
    graph = flow.run.graph
    short: Short = {}
    known = {} if flow.seeded else recognised(flow.run, [i for i, kept in enumerate(flow.kept) if kept])
    edges = {i: flow.edges(i) for i in range(len(graph)) if flow.kept[i]}
    told: set[int] = set()
    for target in reversed(graph.stages):
        if not flow.run.taken[target]:
            continue
        for slot, arg in flow.slots(target):
            found = edges[arg]
            if found and (found[-1].target, found[-1].slot) == (target, slot):
                yield gradient_of(flow, hand, arg, found, short, known.get(arg))
            elif not found and arg not in told:
                told.add(arg)
                yield nothing(flow, hand, arg, str(graph.numbers[target]), flow.stopped(target, slot))


def gradient_of(
    flow: Flow, hand: Hand, index: int, edges: list[Contribution], short: Short, known: Recognised | None
) -> Equation:
    """Returns one gradient: by the chain rule, or as the sum of its contributions; last the short form it is known by.

    The short form is written where what stands in it does.
    """
    run, nodes = flow.run, flow.run.graph.nodes
    symbol = hand.slope(flow.end, nodes[index].shown)
    value = run.gradients[index]
    parts = single(flow, hand, edges[0], short) if len(edges) == 1 else summed(flow, hand, edges)
    result = part(hand.number(value), "gradient") if value is not None else None
    flags = [*conventions(flow, edges), spoken(value)]
    repeated = any(run.is_broadcast(edge.target, edge.slot) for edge in edges)
    notes = f"{len(edges)} branches" if len(edges) > 1 else "", BROADCAST if repeated else "", shape_of(flow, index)
    told = f"which is the {known.known.name}{f', {known.condition}' if known.condition else ''}" if known else ""
    note = ", ".join(filter(None, (*notes, told)))
    if known:
        parts = [*parts, part(hand.formula(known.formula))]
    return equation(symbol, [*parts, result], str(run.graph.numbers[edges[-1].target]), note, flags)


def single(flow: Flow, hand: Hand, edge: Contribution, short: Short) -> list[Part | None]:
    """Returns `∂f/∂q · ∂q/∂x`, `z · 1`, `z` or the numbers; of the output's own operands the local derivative."""
    local = flow.run.local_formula(edge.target, edge.slot)
    numbers = part_of(in_numbers(flow, hand, edge, first=True)) if edge.value is not None else None
    if not flow.is_number(edge.target, edge.slot):
        return [part_of(in_formulas(flow, hand, edge, short.get(edge.target))), numbers]
    if is_end(flow, edge):
        if local.op is None:
            short[edge.source] = local
        return [part(hand.formula(local)) if is_written(flow, edge) else None]
    upstream = short.get(edge.target)
    if upstream is None:
        return [part_of(in_slopes(flow, hand, edge)), part_of(in_formulas(flow, hand, edge)), numbers]
    factors = [part_of(in_slopes(flow, hand, edge)), part_of(in_formulas(flow, hand, edge, upstream))]
    if local.op is None and local.leaf == 1:
        short[edge.source] = upstream
        return [*factors, part(hand.formula(upstream))]
    return [*factors, numbers]


def summed(flow: Flow, hand: Hand, edges: list[Contribution]) -> list[Part | None]:
    """Returns the contributions as slopes, as local derivatives, and as numbers; of a great many the numbers only."""
    if len(edges) > MOST_TERMS:
        return [part(hand.dots)]
    slopes = Part(tuple(in_slopes(flow, hand, edge, i == 0) for i, edge in enumerate(edges)))
    formulas = Part(tuple(in_formulas(flow, hand, edge, first=i == 0) for i, edge in enumerate(edges)))
    if flow.run.symbolic:
        return [slopes, formulas]
    return [slopes, formulas, Part(tuple(in_numbers(flow, hand, edge, i == 0) for i, edge in enumerate(edges)))]


def is_end(flow: Flow, edge: Contribution) -> bool:
    """Tells whether an edge leads into the output itself, where what arrives is 1 and is left out."""
    return edge.target == flow.run.graph.output and not flow.seeded


def handed_back(
    flow: Flow, hand: Hand, edge: Contribution, upstream: Formula | None, first: bool, numbers: bool = False
) -> str:
    """Returns what an edge hands back through a structural op, or summed where it was broadcast: `∂f/∂q xᵀ`."""
    node, value = flow.run.graph.nodes[edge.target], None
    if is_end(flow, edge):
        value = Formula(1.0)
    elif not numbers:
        value = upstream or Formula(Slope(hand.slope(flow.end, node.shown)))
    if value is not None:
        value = Formula(value.leaf, value.op, value.args, node.shape)
    formula = flow.run.handed_formula(edge.target, edge.slot, numbers, value)
    if formula is None or not is_short(formula):
        return hand.dots
    return hand.numbers(formula, SUM if first else QUOTIENT) if numbers else hand.term(formula, first)


def is_written(flow: Flow, edge: Contribution) -> bool:
    """Tells whether a local derivative is written as its formula: not where that is long, nor at a tie or kink."""
    formula = flow.run.local_formula(edge.target, edge.slot)
    return is_short(formula) and not flow.is_convention(edge.target, edge.slot)


def conventions(flow: Flow, edges: list[Contribution]) -> list[str]:
    """Returns the conventions on which a gradient rests directly."""
    found = (flow.corner(edge.target) for edge in edges if flow.is_convention(edge.target, edge.slot))
    return list(dict.fromkeys(said for each in found for said in each))


def part_of(term: Term) -> Part:
    return Part((term,))


def in_slopes(flow: Flow, hand: Hand, edge: Contribution, first: bool = True) -> Term:
    """Returns `∂f/∂q · ∂q/∂x`."""
    graph = flow.run.graph
    target, source = (graph.nodes[i].shown for i in (edge.target, edge.source))
    if is_end(flow, edge) or not flow.is_number(edge.target, edge.slot):
        return in_formulas(flow, hand, edge, first=first)
    return ((hand.slope(flow.end, target) + hand.by + hand.slope(target, source), ""),)


def in_formulas(
    flow: Flow, hand: Hand, edge: Contribution, upstream: Formula | None = None, first: bool = True
) -> Term:
    """Returns `∂f/∂q · 1`; `upstream` is the gradient of q where that is a single name."""
    graph, local = flow.run.graph, flow.run.local_formula(edge.target, edge.slot)
    if not flow.is_number(edge.target, edge.slot):
        return ((handed_back(flow, hand, edge, upstream, first), ""),)
    if not is_written(flow, edge):
        target, source = graph.nodes[edge.target].shown, graph.nodes[edge.source].shown
        written = alone = hand.slope(target, source)
    else:
        written, alone = hand.factor(local), hand.term(local, first)
    if is_end(flow, edge):
        return ((alone, ""),)
    slope = hand.slope(flow.end, graph.nodes[edge.target].shown)
    return ((f"{hand.formula(upstream) if upstream else slope}{hand.by}{written}", ""),)


def in_numbers(flow: Flow, hand: Hand, edge: Contribution, first: bool) -> Term:
    """Returns `−4 · 1`, the gradient that arrives in its colour."""
    if not flow.is_number(edge.target, edge.slot):
        return ((handed_back(flow, hand, edge, None, first, numbers=True), ""),)
    local = edge.local if edge.local is not None else 0.0
    if is_end(flow, edge):
        return ((hand.upstream(local, first), ""),)
    upstream = edge.upstream if edge.upstream is not None else 0.0
    return (hand.upstream(upstream, first), "gradient"), (hand.by + hand.local(local), "")


def nothing(flow: Flow, hand: Hand, index: int, number: str, reason: str) -> Equation:
    value = flow.run.gradients[index]
    symbol = hand.slope(flow.end, flow.run.graph.nodes[index].shown)
    return equation(symbol, [part(hand.number(0.0 if value is None else value), "gradient")], number, "", [reason])


def unreached(flow: Flow, hand: Hand) -> Iterator[Equation]:
    """Yields the wanted inputs to which nothing flows and of which nothing has been said."""
    run, graph = flow.run, flow.run.graph
    for index in flow.wanted:
        if not graph.reached[index]:
            output = graph.nodes[graph.output].shown
            yield nothing(flow, hand, index, "", f"{graph.nodes[index].shown} does not reach {output}")
        elif not run.taken[index] and not any(run.taken[target] for target, _ in graph.edges_out[index]):
            yield nothing(flow, hand, index, "", "nothing flows back: no branch from here is taken")


def gradient(flow: Flow, hand: Hand) -> list[Equation]:
    """Returns `∇f = [∂f/∂x, ∂f/∂y] = [2.060, 1.592]`, where all of it is wanted."""
    run, graph = flow.run, flow.run.graph
    if flow.wanted != graph.inputs or not graph.inputs:
        return []
    slopes = vector(hand, [hand.slope(flow.end, graph.nodes[i].shown) for i in graph.inputs])
    numbers = None
    if not run.symbolic:
        numbers = vector(hand, [hand.number(plain(run.gradients[i])) for i in graph.inputs], "gradient")
    return [equation(hand.gradient(flow.end), [slopes, numbers])]
