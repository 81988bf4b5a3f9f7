"""What a pen writes of arrays: their shapes, their pictures, and how an edge hands one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.lines import broken, one_line
from cgviz.drawing.diagram.paragraph import paragraph
from cgviz.drawing.diagram.scene import SIZE, Text
from cgviz.values.arrays import Value, is_array, shape_text

if TYPE_CHECKING:
    from cgviz.drawing.diagram.cells import Grid
    from cgviz.drawing.diagram.pen import Pen

LONGEST_RULE = 24
SHORT = 5  # letters of a line to write an element on


def pictured(pen: Pen, index: int, value: Value, text: Text, blank: bool = False) -> Text:
    """Returns the picture of an array of node `index` in the place and the look of a text; of a number the text.

    blank  the text is a line to write on, of which every element gets one
    """
    if not is_array(value):
        return text
    from cgviz.drawing.diagram.entries import Look
    from cgviz.drawing.diagram.grids import blank_grid, grid

    if blank:
        look = Look(pen.theme, text.colour, pen.digits, blank=text.text[:SHORT])
        return blank_grid(value, text.kind, look, text.step) or text if text.text else text
    name = pen.graph.nodes[index].shown
    about = f"value of {name}" if text.kind == "value" else words.partial(pen.run, index, words.LONGEST)
    if text.kind == "tangent":
        about = f"tangent {words.rate(pen.run, index, pen.mode.source, words.LONGEST)}"
    look = Look(pen.theme, text.colour, pen.digits, text.slanted)
    wide = pen.wide.values[index] if pen.wide else None
    alike = [wide] if pen.wide else [value, pen.run.values[index], pen.run.gradients[index]]
    return grid(value, text.kind, look, step=text.step, words=one_line(about), alike=alike, wide=wide)


def shape_of(pen: Pen, index: int) -> str:
    """Returns the shape of a node in words: "" of a number, and where nobody knows."""
    shape = pen.graph.nodes[index].shape
    return shape_text(shape) if shape else ""


def beside_name(pen: Pen, index: int) -> list[Text]:
    """Returns what stands beside the name of an array: its shape."""
    says = shape_of(pen, index)
    return [Text(f"  {says}", pen.colour(index, pen.theme.muted), SIZE, kind="shape")] if says else []


def flowing(pen: Pen, target: int, slot: int) -> Text | None:
    """Returns the shape of the array that flows along an edge, None of a number."""
    says = shape_of(pen, pen.graph.nodes[target].args[slot])
    return Text(says, pen.edge_colour(target, slot, pen.theme.muted), SIZE, kind="shape") if says else None


def beneath_shape(pen: Pen, index: int, value: Text) -> Text:
    """Returns the value of a node, the picture of an array beneath its shape."""
    if not value.is_picture:
        return value
    from cgviz.drawing.diagram.grids import headed

    return headed(cast("Grid", value), shape_of(pen, index), pen.colour(index, pen.theme.muted))


def has_rule(pen: Pen, target: int, slot: int) -> bool:
    """Tells whether an edge has a rule for arrays: that of a structural op, or a sum over what was broadcast."""
    return pen.graph.nodes[target].op.vjp is not None or pen.run.is_broadcast(target, slot)


def rule(pen: Pen, target: int, slot: int, size: float) -> Text:
    """Returns what an edge hands back: `dW = dq xᵀ`; `× −1, summed over axis 0` where its source was broadcast."""
    says = words.of_rule(pen.run, target, slot)
    colour = pen.theme.local if says and pen.flows(target, slot) else pen.theme.muted
    says = one_line(says) if says else "no gradient"
    step = pen.known.edge.get((target, slot))
    text = Text(says, pen.edge_colour(target, slot, colour), size, kind="local rule", step=step)
    return paragraph(text, pen.marked_short(broken(says, LONGEST_RULE), says))
