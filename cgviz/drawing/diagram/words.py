"""What a diagram says in words: titles and descriptions of its parts, and the text for those who do not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from cgviz.drawing.diagram.known import KnownSteps
from cgviz.drawing.diagram.scene import Words
from cgviz.drawing.diagram.summary import in_words
from cgviz.errors import shorten
from cgviz.graph.nodes import Node
from cgviz.graph.statements import statements
from cgviz.ops.op import POWER
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.formula import PRETTY
from cgviz.text.names import printed
from cgviz.text.spelling import Spelling
from cgviz.values.arrays import Shape, summed_axes

if TYPE_CHECKING:
    from cgviz.analysis.paths import Light

LONGEST = 300
LONGEST_NAME = 24
FLAGS = {"nonfinite": "not finite"}


def brief(text: str, most: int) -> str:
    """Returns `text`, an ellipsis at its end where it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def name_of(node: Node) -> str:
    """Returns the name of a node as a diagram shows it: `θ₁`, `x̂`."""
    name = node.shown
    if name.spelling is None:
        return printed(str(name))
    return name.spelling.text if isinstance(name.spelling, Spelling) else str(name)


def partial(run: Run, index: int, most: int = LONGEST_NAME) -> str:
    """Returns how the gradient of a node is written: `∂f/∂xpy`."""
    nodes = run.graph.nodes
    of, by = (brief(name_of(nodes[i]), most) for i in (run.graph.output, index))
    return f"∂{of}/∂{by}"


def rate(run: Run, index: int, source: int, most: int = LONGEST_NAME) -> str:
    """Returns how the tangent of a node is written: `∂den/∂x`, `ẋ` for an input of one letter."""
    node, wrt = run.graph.nodes[index], run.graph.nodes[source].shown
    if not node.is_stage and len(node.shown) == 1:
        return normalize("NFC", node.shown + "\u0307")
    return f"∂{brief(node.shown, most)}/∂{brief(wrt, most)}"


def flags(run: Run, index: int) -> str:
    """Returns in a word or two what is remarkable about a node: `tie`, `division by zero`, `does not reach f`."""
    if not run.graph.reached[index]:
        return f"does not reach {brief(run.graph.nodes[run.graph.output].shown, 12)}"
    if run.trouble and run.trouble.index == index:
        return run.trouble.reason.partition(", ")[0]
    return ", ".join(FLAGS.get(flag, flag) for flag in run.flags[index])


def of_box(run: Run, index: int, digits: int, mode: Mode = REVERSE) -> Words:
    """Returns what a node says: its stage; then value, gradient, tangent, what the gate does, what is remarkable."""
    if run.wordless:
        return Words("")
    graph, node = run.graph, run.graph.nodes[index]
    title = str(node.shown)
    if node.is_stage:
        title = f"({graph.numbers[index]}) {node.shown} = {graph.pretty(index)}"
    facts = []
    if not run.symbolic:
        facts = [f"value {in_words(run.values[index], digits)}"]
        if graph.reached[index] and mode.reverse:
            facts.append(f"{partial(run, index, LONGEST)} = {in_words(run.gradients[index], digits)}")
        if mode.forward:
            tangent = in_words(run.tangents(mode.source)[index], digits)
            facts.append(f"tangent {rate(run, index, mode.source, LONGEST)} = {tangent}")
    if node.is_stage and node.op.says and mode.reverse:
        facts.append(f"the gate {node.op.says}")
    remarkable = flags(run, index)
    if remarkable:
        facts.append(remarkable + (f" ({node.op.rule})" if node.op.rule and run.flags[index] else ""))
    return Words(shorten(title, LONGEST), shorten("; ".join(facts), LONGEST))


def of_wire(run: Run, target: int, slot: int, known: KnownSteps, digits: int, mode: Mode = REVERSE) -> Words:
    """Returns what an edge says: from where to where, and the caption of its backward step."""
    if run.wordless:
        return Words("")
    nodes = run.graph.nodes
    source = nodes[nodes[target].args[slot]]
    title = shorten(f"{source.shown} → {nodes[target].shown}", LONGEST)
    if not mode.reverse:
        return Words(title, shorten(carried(run, target, slot, mode), LONGEST))
    step = known.backward.get((target, slot))
    said = step.caption(digits) if step else "no gradient flows back here"
    return Words(title, shorten(said, LONGEST))


def of_rule(run: Run, target: int, slot: int) -> str:
    """Returns how an edge hands an array back: `dW = dq xᵀ`, `× −1, summed over axis 0`; "" where nothing flows."""
    nodes = run.graph.nodes
    source = nodes[nodes[target].args[slot]]
    local = run.local_formula(target, slot)
    if local is not None:
        return f"× {local.write(PRETTY).factor}, {summed(nodes[target].shape, source.shape)}"
    handed = run.handed_formula(target, slot)
    return f"d{source.shown} = {handed.pretty}" if handed is not None else ""


def summed(wide: Shape | None, narrow: Shape | None) -> str:
    """Returns in words over which axes a gradient is summed: what was broadcast forward is summed backward."""
    if not wide or narrow is None:
        return "summed where broadcast"
    axes = summed_axes(wide, narrow)
    if len(axes) == len(wide):
        return "summed"
    return f"summed over {'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))}"


def carried(run: Run, target: int, slot: int, mode: Mode) -> str:
    """Returns what an edge adds to the tangent of its target: `∂den/∂x gets 1 · ∂sigx/∂x`."""
    if not run.flows(target, slot):
        return "no tangent passes here"
    local, node = run.local_formula(target, slot), run.graph.nodes[target]
    to, of = (rate(run, index, mode.source, LONGEST) for index in (target, node.args[slot]))
    if local is None:
        return f"{to} gets {of} through {node.op.name}"
    return f"{to} gets {local.write(PRETTY).within(POWER)} · {of}"


def of_picture(run: Run, digits: int, mode: Mode = REVERSE) -> Words:
    """Returns the alternative text: `Computational graph of f = ...` and its numbers in a sentence or two."""
    graph = run.graph
    name = graph.nodes[graph.output].shown
    lines = (line.partition("#")[0].strip() for line in graph.program.splitlines())
    if "\\" in graph.program:
        lines = (f"{name_of(graph.nodes[i])} = {formula.pretty}" for i, formula in statements(graph))
    program = "; ".join(filter(None, lines))
    title = f"Computational graph of {shorten(program, 160)}" if program else f"Computational graph of {name}"
    beside = f" R{graph.read_without[1:]}." if graph.beside else ""
    if run.symbolic:
        return Words(title, f"{len(graph.stages)} stages; no values are given.{beside}")
    at = listed([f"{graph.nodes[i].shown} = {in_words(run.values[i], digits)}" for i in graph.inputs])
    slopes = listed([f"{partial(run, i)} = {in_words(run.gradients[i], digits)}" for i in graph.inputs])
    told = f"{'At ' + at + ' the' if at else 'The'} value of {name} is {in_words(run.value, digits)}"
    if slopes and mode.reverse:
        told += f"; the gradient is {slopes}"
    if mode.forward:
        tangent = in_words(run.tangents(mode.source)[graph.output], digits)
        told += f"; the tangent {rate(run, graph.output, mode.source)} is {tangent}"
    return Words(title, f"{told}.{beside}")


def highlighted(description: str, light: Light | None) -> str:
    """Returns a description that also says what is highlighted."""
    return description if light is None else f"{description} Highlighted: {light.says}."


def listed(items: list[str], most: int = 8) -> str:
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
