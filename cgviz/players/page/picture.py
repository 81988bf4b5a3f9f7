"""The picture of a page: the diagram with room for any number, colours that follow the page's, texts of the run."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any

from cgviz.drawing.diagram import Diagram, diagram
from cgviz.drawing.diagram.known import KnownSteps, known
from cgviz.drawing.diagram.roomy import roomy
from cgviz.drawing.fonts import FONT
from cgviz.drawing.theme import LIGHT, THEMES, Theme
from cgviz.errors import printable
from cgviz.runs.run import Run
from cgviz.text.numbers import number

SVG = "{http://www.w3.org/2000/svg}"
ET.register_namespace("", SVG[1:-1])
PLACEHOLDER = re.compile("#0a0b([0-9a-f]{2})")
COLOURS = [field.name for field in fields(Theme) if str(getattr(LIGHT, field.name)).startswith("#")]
ROOMS = {"LR": "1300x400", "TB": "400x560"}  # a laptop's window, a phone's
ENDS = ("low", "middle", "high")  # of the colours of a heat map
GROUP = re.compile(r"(?P<prefix>.*-)(?:(?P<kind>[nt])(?P<node>\d+)|e(?P<target>\d+)-(?P<slot>\d+)|(?P<end>e-end))")


@dataclass(frozen=True)
class Picture:
    """An inline SVG in one style and direction, for a room; the ids of its parts begin with `prefix`."""

    style: str
    direction: str
    fit: str
    prefix: str
    svg: str
    quick: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """What the page's script is told of it."""
        names = ("style", "direction", "fit", "prefix", "quick")
        return {name: getattr(self, name) for name in names}


def picture(run: Run, style: str, direction: str, digits: int, fit: str = "") -> Picture:
    """Returns the diagram of `run` in a style, for the page; `fit` is the room that it should fill, as `1300x400`."""
    drawn = laid_out(run, style, direction, digits, fit)
    root = ET.fromstring(drawn.draw("svg"))
    when = known(run)
    for group in root.iter(f"{SVG}g"):
        fill(group, run, when, digits)
    for element in list(root.iter()):
        undress(element)
    about = {"role": "group", "aria-label": drawn.words.title, "class": f"picture {style} {direction}"}
    root.attrib = {"viewBox": root.get("viewBox", ""), **about}
    svg = coloured(ET.tostring(root, encoding="unicode"))
    return Picture(style, direction, room(direction, fit), drawn.prefix, svg)


def sketch(run: Run, style: str, direction: str, digits: int, fit: str = "") -> Picture:
    """Returns the same in less time: the page's script writes the numbers, so they are left as they were laid out."""
    drawn = replace(laid_out(run, style, direction, digits, fit, quick=True), quiet=True)
    text = drawn.draw("svg").decode()
    opening, rest = text[text.index("viewBox=") :].split(">", 1)
    box = opening.split('"')[1]
    about = f'role="group" aria-label="{escape(printable(drawn.words.title))}" class="picture {style} {direction}"'
    body = rest[rest.index("<g id=") :].replace(f' font-family="{FONT}"', "")
    svg = f'<svg xmlns="{SVG[1:-1]}" viewBox="{box}" {about}>{body}'
    return Picture(style, direction, room(direction, fit), drawn.prefix, coloured(svg), quick=True)


def laid_out(run: Run, style: str, direction: str, digits: int, fit: str, quick: bool = False) -> Diagram:
    """Returns the diagram with room for any number."""
    look = {"style": style, "direction": direction, "digits": digits, "fit": room(direction, fit), "quick": quick}
    return diagram(roomy(run), theme=placeholders(), **look)  # type: ignore[arg-type]


def room(direction: str, fit: str) -> str:
    """Returns the room that a picture should fill: the one that is asked for, or the usual one."""
    return fit or ROOMS[direction]


def coloured(svg: str) -> str:
    """Returns a picture whose colours are those of the page."""
    return PLACEHOLDER.sub(lambda match: f"var(--{css(COLOURS[int(match[1], 16)])})", svg)


def placeholders() -> Theme:
    """Returns a theme that gives every meaning a colour of its own, by which the finished picture tells them apart."""
    return replace(LIGHT, name="page", **{name: f"#0a0b{place:02x}" for place, name in enumerate(COLOURS)})  # type: ignore[arg-type]


def palettes() -> Iterator[tuple[str, str]]:
    """Yields every theme's name and its colours as CSS variables."""
    for theme in THEMES.values():
        ends = [
            f"--{scale}-{end}:{colour};"
            for scale, tones in theme.scales.items()
            for end, colour in zip(ENDS, tones, strict=True)
        ]
        yield theme.name, "".join([*(f"--{css(name)}:{getattr(theme, name)};" for name in COLOURS), *ends])


def css(name: str) -> str:
    return name.replace("_", "-")


def fill(group: ET.Element, run: Run, when: KnownSteps, digits: int) -> None:
    """Puts the run's own numbers and steps in place of the wide ones; they hang by the ends by which those hang."""
    match = GROUP.fullmatch(group.get("id", ""))
    if not match:
        return
    for text in group.iter(f"{SVG}text"):
        kind = (text.get("class") or "").split(" ")[0]
        if kind not in ("value", "gradient", "contribution", "local"):
            continue
        value, step = fact(match, kind, run, when)
        text.set("class", kind if step is None else f"{kind} step-{step}")
        if kind != "local":
            text.text = number(value, digits)


def fact(match: re.Match[str], kind: str, run: Run, when: KnownSteps) -> tuple[float | None, int | None]:
    """Returns what a text of a group says, and the step from which it is known."""
    if match["target"] is None:
        index = run.graph.output if match["end"] else int(match["node"])
        return (run.values if kind == "value" else run.gradients)[index], getattr(when, kind).get(index)
    target, slot = int(match["target"]), int(match["slot"])
    if kind == "value":
        source = run.graph.nodes[target].args[slot]
        return run.values[source], when.value.get(source)
    return run.contribution(target, slot).value, when.edge.get((target, slot))


def undress(element: ET.Element) -> None:
    """Takes away what the page says itself: fonts by its style sheet, titles by its labels."""
    element.attrib.pop("font-family", None)
    for child in list(element):
        if child.tag in (f"{SVG}title", f"{SVG}desc"):
            element.remove(child)
