"""The diagram as a Mermaid flowchart, for pages that draw `mermaid` blocks: Mermaid itself chooses the places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.pen import LONGEST_FORMULA, Pen
from cgviz.drawing.diagram.scene import Text
from cgviz.drawing.theme import Theme

if TYPE_CHECKING:
    from cgviz.drawing.diagram import Diagram, How

UNSAFE = re.compile(r"[^\w .,=+−×·/()²³∂σ√…-]")
SIZE = 14.0


def write(made: Diagram, how: How) -> bytes:
    """Returns the picture in a language that lays it out anew."""
    return mermaid(made.layout.pen, made.layout.axes.direction).encode()


def mermaid(pen: Pen, direction: str) -> str:
    """Returns the flowchart: nodes with formula, value and gradient, edges with their local derivatives."""
    body = [*(node(pen, index) for index in pen.drawn), *edges(pen), *looks(pen.theme), *highlights(pen)]
    return "\n".join([f"flowchart {direction}", *(f"  {line}" for line in body), ""])


def node(pen: Pen, index: int) -> str:
    """Returns a node: its name and formula, then its value, its gradient and what is remarkable, a line each."""
    graph, run = pen.graph, pen.run
    head = bold(pen.name(index, SIZE))
    if graph.nodes[index].is_stage:
        head = f"{shown(pen.stage_number(index))} {head} {shown(pen.formula(index, SIZE, LONGEST_FORMULA)[0])}"
    lines = [head]
    if not run.symbolic:
        lines.append(coloured(pen.value(index, SIZE)))
    if graph.reached[index] and pen.mode.reverse:
        caption = "" if run.symbolic else f"{escaped(words.partial(run, index))} = "
        lines.append(caption + coloured(pen.gradient(index, SIZE)))
    if pen.mode.forward:
        caption = "" if run.symbolic else f"{escaped(words.rate(run, index, pen.mode.source))} = "
        lines.append(f"tangent {caption}{coloured(pen.tangent(index, SIZE))}")
    flag = pen.flags(index)
    lines += [shown(flag)] if flag else []
    kind = "output" if index == graph.output else "stage" if graph.nodes[index].is_stage else "input"
    return f'n{index}("{"<br/>".join(lines)}"):::{kind}'


def edges(pen: Pen) -> Iterator[str]:
    """Yields the edges; one on which no gradient flows is dotted."""
    for target, slot in pen.edges:
        source = pen.graph.nodes[target].args[slot]
        line = "-->" if pen.flows(target, slot) else "-.->"
        yield f'n{source} {line}|"{shown(pen.local(target, slot, SIZE))}"| n{target}'


def looks(theme: Theme) -> Iterator[str]:
    """Yields the classes of nodes, in the theme's colours."""
    for kind in ("input", "stage", "output"):
        fill, line = (getattr(theme, f"{kind}_{part}") for part in ("fill", "line"))
        yield f"classDef {kind} fill:{fill},stroke:{line},color:{theme.ink}"
    yield f"linkStyle default stroke:{theme.edge},color:{theme.local}"


def highlights(pen: Pen) -> Iterator[str]:
    """Yields the looks of the nodes and edges that stand out, and of those that fade."""
    if pen.light is None:
        return
    thick = f"stroke:{pen.theme.gradient},stroke-width:3px"
    lit = [str(place) for place, edge in enumerate(pen.edges) if edge in pen.light.edges]
    faded = [f"n{index}" for index in pen.drawn if index not in pen.light.nodes]
    yield f"classDef lit {thick}"
    yield f"class {','.join(f'n{index}' for index in sorted(pen.light.nodes))} lit"
    if lit:
        yield f"linkStyle {','.join(lit)} {thick}"
    if faded:
        yield f"classDef faded stroke:{pen.theme.pale},color:{pen.theme.pale}"
        yield f"class {','.join(faded)} faded"


def bold(text: Text) -> str:
    return f"<b>{shown(text)}</b>"


def coloured(text: Text) -> str:
    return f"<font color='{text.colour}'>{shown(text)}</font>"


def shown(text: Text) -> str:
    return escaped(text.text.strip())


def escaped(text: str) -> str:
    """Returns text in which whatever Mermaid or HTML could read as its own is an entity code."""
    return UNSAFE.sub(lambda found: f"#{ord(found[0])};", text)
