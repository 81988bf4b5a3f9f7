"""The function as given, the vector of its partial derivatives, the stages forward, and every local derivative."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cgviz.documents.equations import Equation, Part, Term, equation, part
from cgviz.documents.writing import Hand, Slope
from cgviz.graph.nodes import CONSTANT
from cgviz.graph.statements import statements
from cgviz.ops.rearranging import listed
from cgviz.runs.trouble import forward_reason
from cgviz.text.formula import Formula
from cgviz.values.arrays import every_finite
from cgviz.views.derivation.flow import BoardSection, Flow, Taught, is_short, plain, spoken

BROADCAST = "broadcast forward, summed backward"
BY_ARRAYS = " A gate for whole arrays turns the gradient that arrives into what it hands back."
MOST_LEAVES, MOST_TERMS, MOST_NAMES, MOST_STATEMENTS = 240, 24, 8, 12


def given(flow: Flow, hand: Hand) -> BoardSection:
    """Returns f as it was given, where it stands, and ∇f."""
    graph = flow.run.graph
    output = graph.nodes[graph.output].shown
    formulas = dict(statements(graph))
    final = formulas.pop(graph.output, graph.operand(graph.output))
    first = list(formulas.items())[: None if len(formulas) <= MOST_STATEMENTS else MOST_STATEMENTS - 2]
    lines = [equation(hand.name(graph.nodes[i].shown), [whole(hand, each)]) for i, each in first]
    if len(first) < len(formulas):
        lines.append(Equation("", (part(hand.dots),), note=f"{len(formulas) - len(first)} more statements"))
    names = [graph.nodes[i].shown for i in graph.inputs]
    head = hand.function(output, names if len(names) <= MOST_NAMES else [])
    lines.append(equation(head, [whole(hand, final)]))
    lines += place(flow, hand)
    if graph.inputs:
        lines.append(equation(hand.gradient(flow.end), [vector(hand, [hand.slope(flow.end, name) for name in names])]))
    asked = "" if flow.wanted == graph.inputs else f"Here: the derivative with respect to {names_of(flow)}."
    if flow.seeded:
        told = f"{output} goes on into {flow.end}, whose gradient with respect to {output} is given."
        asked = " ".join(filter(None, (told, asked)))
    asked = " ".join(filter(None, (said_first(flow.run.graph.read_without), asked)))
    return BoardSection(
        f"The function and its gradient{'' if graph.inputs else ': it has no inputs'}", tuple(lines), asked
    )


def said_first(note: str) -> str:
    return f"{note[0].upper()}{note[1:]}." if note else ""


def names_of(flow: Flow) -> str:
    return ", ".join(flow.run.graph.nodes[i].shown for i in flow.wanted)


def whole(hand: Hand, formula: Formula) -> Part:
    """Returns a formula of the program; dots where it is too long to be read."""
    return part(hand.formula(formula) if is_short(formula, MOST_LEAVES) else hand.dots)


def place(flow: Flow, hand: Hand) -> list[Equation]:
    """Returns `x = 3, y = −4`."""
    run, nodes = flow.run, flow.run.graph.nodes
    if run.symbolic or not run.graph.inputs:
        return []
    found = [
        ((hand.equal(nodes[i].shown, ""), ""), (hand.number(plain(run.values[i])), "value")) for i in run.graph.inputs
    ]
    return [Equation("", (Part(shortened(found, hand), ","),))]


def vector(hand: Hand, terms: list[str], role: str = "") -> Part:
    """Returns `[a, b]`."""
    kept = list(shortened([((term, role),) for term in terms], hand))
    left, right = hand.brackets
    kept[0] = ((left, ""), *kept[0])
    kept[-1] = (*kept[-1], (right, ""))
    return Part(tuple(kept), ",")


def shortened(terms: Sequence[Term], hand: Hand) -> tuple[Term, ...]:
    """Returns terms; of a great many the first and the last."""
    if len(terms) <= MOST_TERMS:
        return tuple(terms)
    return (*terms[: MOST_TERMS // 2], ((hand.dots, ""),), *terms[-2:])


def forward(flow: Flow, hand: Hand) -> BoardSection:
    """Returns the stages in order: symbol = formula = numbers = result."""
    graph = flow.run.graph
    return BoardSection("Forward: the stages, in order", tuple(stage(flow, hand, index) for index in graph.stages))


def stage(flow: Flow, hand: Hand, index: int) -> Equation:
    run, graph = flow.run, flow.run.graph
    node, formula, value = graph.nodes[index], graph.formula(index), run.values[index]
    parts: list[Part | None] = [part(hand.formula(formula))]
    if not is_short(formula):
        parts = []
    elif value is not None:
        args = tuple(Formula(plain(run.values[arg]), shape=graph.nodes[arg].shape) for arg in node.args)
        parts.append(part(hand.numbers(Formula(op=node.op, args=args))))
    if value is not None:
        parts.append(part(hand.number(value), "value"))
    notes = ["" if is_short(formula) else f"{node.op.name} of {len(node.args)} operands", shape_of(flow, index)]
    notes.append(repeated(flow, index))
    note = ", ".join(filter(None, notes))
    return equation(hand.name(node.shown), parts, str(graph.numbers[index]), note, remarks(flow, index))


def shape_of(flow: Flow, index: int) -> str:
    """Returns `shape (2, 3)` of an array."""
    shape = flow.run.graph.nodes[index].shape
    return f"shape {listed(shape)}" if shape else ""


def repeated(flow: Flow, index: int) -> str:
    """Returns `b broadcast as a row`: which operands a stage repeats to its own shape."""
    run, node = flow.run, flow.run.graph.nodes[index]
    if node.shape is None:
        return ""
    found = [run.graph.nodes[arg] for slot, arg in enumerate(node.args) if run.is_broadcast(index, slot)]
    named = {each.shown: " as a row" if len(each.shape or ()) == 1 else "" for each in found if each.op is not CONSTANT}
    return ", ".join(f"{name} broadcast{how}" for name, how in named.items())


def remarks(flow: Flow, index: int) -> list[str]:
    """Returns what is special about the value of a stage."""
    run, graph = flow.run, flow.run.graph
    found = []
    if not every_finite(run.values[index]):
        found.append(f"{spoken(run.values[index])}: {forward_reason(run, index)}")
    if not graph.reached[index]:
        found.append(f"does not reach {graph.nodes[graph.output].shown}")
    elif not run.taken[index]:
        found.append("only decides, or is on a branch that is not taken: no gradient flows to it")
    return found


def local_derivatives(flow: Flow, hand: Hand) -> BoardSection:
    """Returns every local derivative that matters, with the rule that gives it."""
    lines = [line for index in flow.run.graph.stages if flow.kept[index] for line in of_stage(flow, hand, index)]
    intro = "Each stage in each of its operands, the other operands held fixed." if lines else "There are none."
    graph = flow.run.graph
    if any(flow.kept[i] and graph.nodes[i].op.vjp is not None for i in graph.stages):
        intro += BY_ARRAYS
    return BoardSection("Local derivatives", tuple(lines), intro)


def of_stage(flow: Flow, hand: Hand, index: int) -> list[Equation]:
    """Returns a line per operand; two edges from one node tell which operand they are."""
    uses = Counter(flow.run.graph.nodes[index].args)
    taught = flow.taught(index)
    return [local(flow, hand, index, slot, taught, uses[arg] > 1) for slot, arg in flow.slots(index)]


def local(flow: Flow, hand: Hand, index: int, slot: int, taught: Taught, twice: bool) -> Equation:
    run, nodes = flow.run, flow.run.graph.nodes
    node, number = nodes[index], str(flow.run.graph.numbers[index])
    symbol = hand.slope(node.shown, nodes[node.args[slot]].shown)
    which = f"as operand {slot + 1}" if twice else ""
    if not run.flows(index, slot):
        return equation(symbol, [], number, which, [flow.stopped(index, slot)])
    if node.op.vjp is not None:
        return handed(flow, hand, index, slot, which)
    formula, value = run.local_formula(index, slot), run.locals[index][slot]
    written = [part(hand.formula(formula)), numbers_of(hand, taught, slot)] if is_short(formula) else []
    if taught.differs[slot]:
        written = [] if flow.is_convention(index, slot) else written[:1]
    result = part(hand.number(value)) if value is not None else None
    repeated = BROADCAST if run.is_broadcast(index, slot) else ""
    note = ", ".join(filter(None, (node.op.by, which, "element by element" if node.shape else "", repeated)))
    return equation(symbol, [*written, result], number, note, [*flow.corner(index), spoken(value)])


def handed(flow: Flow, hand: Hand, index: int, slot: int, which: str) -> Equation:
    """Returns what a structural op makes of the gradient that arrives: `∂f/∂q ↦ ∂f/∂q xᵀ`."""
    run, nodes = flow.run, flow.run.graph.nodes
    node, upstream = nodes[index], hand.slope(flow.end, nodes[index].shown)
    formula = run.handed_formula(index, slot, upstream=Formula(Slope(upstream), shape=node.shape))
    text = hand.formula(formula) if formula is not None and is_short(formula) else hand.dots
    to = f"to {nodes[node.args[slot]].shown}"
    note = ", ".join(filter(None, (to, which, node.op.by)))
    return Equation(
        "", (part(f"{upstream}{hand.maps}{text}"),), str(run.graph.numbers[index]), note, tuple(flow.corner(index))
    )


def numbers_of(hand: Hand, taught: Taught, slot: int) -> Part | None:
    formula = taught.formulas[slot]
    return None if formula is None else part(hand.numbers(formula))
