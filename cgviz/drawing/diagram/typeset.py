"""The texts of a diagram as LaTeX sets them: names, formulas and numbers in mathematics, the user's text as text."""

from __future__ import annotations

from cgviz.drawing.diagram.layout import Layout
from cgviz.drawing.diagram.scene import Text
from cgviz.text.numbers import number
from cgviz.text.typeset import Typeset, words


def typeset(layout: Layout, key: str, text: Text) -> str:
    """Returns what a text that belongs to the part `key` says, in LaTeX. What was shortened is set as text."""
    said = MEANINGS[text.kind](layout, key, text) if text.kind in MEANINGS and "…" not in text.text else None
    said = words(text.text.strip()) if said is None else said
    if text.bold:
        said = rf"\boldmath\textbf{{{said}}}"
    return rf"\textit{{{said}}}" if text.slanted else said


def name(layout: Layout, key: str, text: Text) -> str:
    return f"${Typeset().name(layout.run.graph.nodes[layout.node(key)].shown)}$"


def formula(layout: Layout, key: str, text: Text) -> str | None:
    """Returns the formula of a stage; None where a text is one line of it, or a blank."""
    whole = layout.run.graph.formula(layout.node(key))
    if text.text.strip() != f"= {whole.pretty}":
        return None
    return f"${{}} = {whole.write(Typeset()).text}$"


def local(layout: Layout, key: str, text: Text) -> str | None:
    found = layout.run.local_formula(layout.node(key), layout.slot(key))
    return rf"${{}}\times {found.write(Typeset()).factor}$" if found else None


def value(layout: Layout, key: str, text: Text) -> str | None:
    """Returns the value of the node that a box, a trunk or a wire carries."""
    return in_numbers(layout, layout.run.values[source(layout, key)], text)


def gradient(layout: Layout, key: str, text: Text) -> str | None:
    if layout.run.symbolic:
        return slope(layout, key, text)
    return in_numbers(layout, layout.run.gradients[source(layout, key)], text)


def contribution(layout: Layout, key: str, text: Text) -> str | None:
    return in_numbers(layout, layout.run.contribution(layout.node(key), layout.slot(key)).value, text)


def slope(layout: Layout, key: str, text: Text) -> str | None:
    """Returns the caption of a gradient as ∂f/∂x; None for other captions."""
    if not text.text.startswith("∂"):
        return None
    nodes = layout.run.graph.nodes
    return f"${Typeset().slope(nodes[layout.run.graph.output].shown, nodes[source(layout, key)].shown)}$"


def source(layout: Layout, key: str) -> int:
    """Returns the node whose value is on a wire, or the one of a box or trunk."""
    index = layout.node(key)
    is_wire = key.startswith("e") and "-" in key and key[1].isdigit()
    return layout.run.graph.nodes[index].args[layout.slot(key)] if is_wire else index


def in_numbers(layout: Layout, found: float | None, text: Text) -> str | None:
    """Returns a number; None where a blank stands in its place."""
    if text.text != number(found, layout.digits):
        return None
    return f"${number(found, layout.digits, latex=True)}$"


MEANINGS = {
    "name": name, "formula": formula, "local": local, "value": value, "gradient": gradient,
    "contribution": contribution, "caption": slope,
}  # fmt: skip
