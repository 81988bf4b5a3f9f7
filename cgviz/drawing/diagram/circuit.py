"""The circuit style of CS231n: gates as circles; beside every wire its value and what flows back on it."""

from __future__ import annotations

from dataclasses import replace

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.arrays import beneath_shape, flowing
from cgviz.drawing.diagram.lines import one_line
from cgviz.drawing.diagram.pen import BOLD, SMALL, THIN, Pen
from cgviz.drawing.diagram.scene import END, SIZE, Box, Line, Scene, Text, Wire, centred, classes, step_class
from cgviz.graph.nodes import CONSTANT
from cgviz.text.formula import Formula

GATE, PILL = 34.0, 24.0
GLYPH, NAME, NUMBER = 15.0, SIZE, SIZE
LONGEST_GLYPH = 18
BLANK = "   "


def scene(pen: Pen) -> Scene:
    """Returns the gates of a run and the wires between them. A fan-out leaves its gate as one trunk, with the total."""
    run = pen.run
    boxes = [gate(pen, index) if run.graph.nodes[index].is_stage else start(pen, index) for index in pen.drawn]
    wires = [wire(pen, target, slot) for target, slot in pen.edges]
    wires.append(last_wire(pen))
    forks = [index for index in pen.drawn if run.symbolic or pen.forks(index)]
    return Scene((*boxes, end(pen)), tuple(wires), tuple(trunk(pen, index) for index in forks), slides=False)


def gate(pen: Pen, index: int) -> Box:
    glyph = Text(glyph_of(pen, index), pen.colour(index, pen.theme.ink), GLYPH, kind="glyph")
    wide = max(GATE, glyph.width + 14)
    number = () if pen.hides("stage numbers") else (pen.stage_number(index),)
    name = () if pen.hides("names") else (pen.name(index, SMALL, pen.theme.soft, bold=False),)
    caption, flag = [(*number, *name)] if number or name else [], pen.flags(index)
    outline, thick = pen.outline(index, pen.theme.soft, 1.3)
    return Box(
        key=f"n{index}",
        width=wide if wide > GATE + 4 else GATE,
        height=GATE,
        inside=centred([(glyph,)]),
        fill=pen.theme.stage_fill,
        line=outline,
        classes=classes("stage", pen.marked(index), step_class(pen.known.value.get(index))),
        words=pen.words_of(index),
        circle=wide <= GATE + 4,
        dashed=not pen.graph.reached[index],
        thick=thick,
        caption=(*caption, *([(flag,)] if flag else []), *tangent(pen, index)),
    )


def glyph_of(pen: Pen, index: int) -> str:
    """Returns what stands in a gate: its glyph, with the constants that it takes: `+`, `×−1`, `÷2`, `max(0, ·)`."""
    node, graph = pen.graph.nodes[index], pen.graph
    if ("formula", index) in pen.blanks:
        return BLANK
    shown = [graph.operand(arg).pretty if graph.nodes[arg].op is CONSTANT else "" for arg in node.args]
    if not any(shown):
        return short(pen, one_line(node.op.glyph))
    commutes = node.op.family == "product" or {*(node.op.slopes or ())} == {1}
    if commutes and len(shown) > 2:
        return node.op.glyph.join(["", *filter(None, shown)])
    if len(shown) == 2 and not all(shown) and node.op.spell:
        return "".join([node.op.glyph, *shown] if commutes or shown[1] else [shown[0], node.op.glyph])
    operands = [graph.operand(arg) if text else Formula("·") for arg, text in zip(node.args, shown, strict=True)]
    return short(pen, one_line(Formula(op=node.op, args=tuple(operands)).pretty))


def short(pen: Pen, glyph: str) -> str:
    """Returns what stands in a gate, shortened where it is too wide."""
    return pen.marked_short([words.brief(glyph, LONGEST_GLYPH)], glyph)[0]


def start(pen: Pen, index: int) -> Box:
    """Returns the name of an input, from which its wires start."""
    outline = pen.theme.input_line
    return pill(pen, index, f"n{index}", "input", pen.theme.input_fill, outline, rank="source")


def end(pen: Pen) -> Box:
    """Returns the name of the output, at which its wire ends."""
    theme = pen.theme
    return pill(pen, pen.graph.output, END, "output", theme.output_fill, theme.output_line, rank="sink")


def pill(pen: Pen, index: int, key: str, kind: str, fill: str, outline: str, rank: str) -> Box:
    name = pen.name(index, NAME)
    outline, thick = pen.outline(index, outline, 1.7 if kind == "output" else 1.1)
    return Box(
        key=key,
        width=max(name.width + 14, PILL + 4),
        height=PILL,
        inside=centred([(name,)]),
        fill=fill,
        line=outline,
        classes=classes(kind, pen.marked(index), step_class(pen.known.value.get(index))),
        words=pen.words_of(index),
        rank=rank,
        dashed=not pen.graph.reached[index],
        thick=thick,
        caption=tuple(tangent(pen, index)) if kind == "input" else (),
    )


def tangent(pen: Pen, index: int) -> list[Line]:
    """Returns the line beneath a gate or an input that tells its tangent; none in reverse mode."""
    if not pen.mode.forward:
        return []
    number = pen.tangent(index, NUMBER - 1)
    if pen.run.symbolic:
        return [(pen.muted(index, "tangent "), number)]
    return [(pen.muted(index, f"tangent {words.rate(pen.run, index, pen.mode.source)} = "), number)]


def wire(pen: Pen, target: int, slot: int) -> Wire:
    if pen.run.symbolic:
        return pen.wire(target, slot, beside=pen.local(target, slot, NUMBER - 1), across=flowing(pen, target, slot))
    source = pen.graph.nodes[target].args[slot]
    value = value_of(pen, source)
    if value.is_picture and pen.forks(source):
        value = pen.name(source, NUMBER, pen.theme.value, bold=False)
    value = replace(value, colour=pen.edge_colour(target, slot, value.colour))
    shows = pen.mode.reverse and not pen.hides("gradients", source)
    back = pen.contribution(target, slot, NUMBER) if shows else None
    if pen.figure.edges in ("numbers", "both") and shows and not (back and back.is_picture):
        back = told(back, pen.local(target, slot, NUMBER))
    return pen.wire(target, slot, before=None if pen.hides("values") else value, after=back)


def told(back: Text | None, local: Text) -> Text | None:
    """Returns what flows back on a wire with the local derivative by which it is made."""
    return replace(back, text=f"{back.text} ({local.text})") if back and not local.is_picture else back


def value_of(pen: Pen, index: int, bold: bool = False) -> Text:
    return beneath_shape(pen, index, pen.value(index, NUMBER, bold))


def last_wire(pen: Pen) -> Wire:
    """Returns the wire from the last gate to the output's name."""
    index, symbolic = pen.graph.output, pen.run.symbolic
    colour, thick = wire_look(pen, index, lit=pen.stands_out(index))
    shows = not symbolic and pen.mode.reverse and not pen.hides("gradients", index)
    return Wire(
        key="e-end",
        source=f"n{index}",
        target=END,
        colour=colour,
        classes=classes("wire", pen.marked(index), step_class(pen.known.value.get(index))),
        words=pen.words_of(index),
        before=None if symbolic or pen.hides("values") else value_of(pen, index),
        after=seen(pen.gradient(index, NUMBER)) if shows else None,
        thick=thick,
    )


def wire_look(pen: Pen, index: int, lit: bool) -> tuple[str, float]:
    """Returns the colour and the thickness of a wire that belongs to one node alone."""
    return (pen.theme.gradient, BOLD) if lit else (pen.colour(index, pen.theme.edge), THIN)


def trunk(pen: Pen, index: int) -> Wire:
    """Returns the piece of wire that a whole fan-out shares, with the value and the total of the gradient."""
    told = pen.graph.reached[index] and pen.mode.reverse and not pen.hides("gradients", index)
    lit = pen.light is not None and any(edge in pen.light.edges for edge in pen.graph.edges_out[index])
    colour, thick = wire_look(pen, index, lit)
    value = pen.name(index, NUMBER, pen.theme.value) if pen.run.symbolic else value_of(pen, index, bold=True)
    return Wire(
        key=f"t{index}",
        source=f"n{index}",
        target=f"j{index}",
        colour=colour,
        classes=classes("trunk", pen.mark(lit), step_class(pen.known.value.get(index))),
        words=pen.words_of(index),
        before=None if pen.hides("values") else value,
        after=seen(pen.gradient(index, NUMBER, bold=not pen.run.symbolic)) if told else None,
        thick=thick,
    )


def seen(text: Text) -> Text | None:
    """Returns a text, None where it says nothing."""
    return text if text.text else None
