"""Every format of a deck in one place, and the look that all of them share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from os import PathLike
from typing import Any

from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.figure import Figure
from cgviz.drawing.diagram.paper import PX, SIDE, Paper, paper
from cgviz.errors import UsageError, quoted
from cgviz.players.deck.frames import DeckFrame
from cgviz.text.numbers import DIGITS

ASPECTS = ("16:9", "4:3")
HEIGHT = 540.0  # of a slide, in the points in which everything on it is measured
LEAST = 14.0  # points of the smallest text on a slide
SCREENS = {"slide": (1920 * PX, 1080 * PX), "screen": (1366 * PX, 768 * PX)}


@dataclass(frozen=True)
class DeckLook:
    """How a deck looks.

    style, theme, direction, digits, engine  as in `cgviz.drawing.diagram.diagram`
    aspect      the shape of a page, "16:9", "4:3" or any "W:H"
    fit         the page instead: "slide", "screen", "column", "page", a size such as "24x18cm", or a width
    min_text    the least size of a text of the diagram on that page; without one on a slide 540 points high
    figure, collapse, around, depth, inputs, ghosts, wires  as in `cgviz.drawing.diagram.diagram`
    background  "filled" (the theme's), "transparent" or a colour
    seconds     how long a picture that plays by itself shows a frame
    camera      "whole": all of the diagram on every page; "follow": the row of what happens; "auto": the whole where
                texts are at least 14 points high then (or `min_text`)
    include     a PDF deck whose pages a Beamer document shows, instead of a drawing of its own
    """

    style: str = "card"
    theme: str = "light"
    direction: str | None = None
    digits: int = DIGITS
    aspect: str = "16:9"
    background: str = "filled"
    seconds: float = 1.5
    include: str = ""
    camera: str = "auto"
    engine: str = "auto"
    fit: str | None = None
    min_text: str | None = None
    figure: Figure | str | PathLike[str] | None = None
    collapse: Sequence[str] = ()
    around: str | None = None
    depth: int | None = None
    inputs: str = "near"
    ghosts: str = "auto"
    wires: str = "curved"

    def __post_init__(self) -> None:
        if self.fit:
            object.__setattr__(self, "aspect", f"{self.page.width:.6g}:{self.page.height:.6g}")

    @cached_property
    def page(self) -> Paper:
        """The whole page, and sizes of text on it; a slide 540 points high where none is asked for."""
        told = paper(self.fit or "960x540pt", self.min_text)
        if not self.fit:
            return replace(told, name="slide", least=told.least if self.min_text else LEAST)
        width, height = SCREENS.get(self.fit) or (told.width, told.height)
        if told.name == "column" or SIDE.fullmatch(told.name):
            across, down = map(float, self.aspect.split(":"))
            height = width * down / across
        projected = told.unit == "px" and not self.min_text
        return replace(told, width=width, height=height, least=LEAST * height / HEIGHT if projected else told.least)

    @property
    def drawn(self) -> dict[str, Any]:
        """The options of the diagram."""
        named = ("style", "theme", "direction", "digits", "figure", "collapse", "around", "depth")
        return {name: getattr(self, name) for name in (*named, "inputs", "ghosts", "wires")}

    @property
    def enlarged(self) -> float:
        """How much larger the page is than a slide."""
        return self.page.height / HEIGHT

    @property
    def least(self) -> float:
        """The least size of a text of the diagram, in points of a slide."""
        return self.page.least / self.enlarged


@dataclass(frozen=True)
class Format:
    """A format: the function that makes it, as `module:function` in this package.

    The function of a file is `(drawing, frames, look, each) -> bytes`, that of a folder yields `(file name, bytes)`;
    both go through the frames by `each(frames)`, which shows how far they are. `pace`: seconds a frame takes.
    """

    name: str
    maker: str
    endings: tuple[str, ...]
    about: str
    folder: bool = False
    pace: float = 0.04


FILES = (
    Format("pdf", "pages:book", (".pdf",), "one page per frame"),
    Format("html", "reveal:deck", (".html", ".htm"), "reveal.js slides in one file", pace=0.01),
    Format("section", "reveal:section", (), "a <section> for a reveal.js deck that is there", pace=0.01),
    Format("beamer", "beamer:deck", (".tex",), "a Beamer document with TikZ", pace=0.005),
    Format("pptx", "pptx:deck", (".pptx",), "PowerPoint slides with shapes and connectors", pace=0.06),
    Format("svg", "film:playing_deck", (".svg",), "a picture that plays by itself", pace=0.01),
    Format("gif", "pages:gif", (".gif",), "an animated GIF"),
    Format("apng", "pages:apng", (".png", ".apng"), "an animated PNG"),
)
FOLDERS = (
    Format("svg", "pages:svg", (), "numbered SVG files", folder=True),
    Format("pdf", "pages:pdf", (), "numbered PDF files", folder=True),
    Format("png", "pages:png", (), "numbered PNG files", folder=True),
)

Each = Callable[[Sequence[DeckFrame]], Iterable[DeckFrame]]
Maker = Callable[[Diagram, Sequence[DeckFrame], DeckLook, Each], "bytes | Iterator[tuple[str, bytes]]"]


def format_of(path: str, name: str | None = None) -> Format:
    """Returns the format of a deck that goes to `path`: the one called `name`, else the one of the file's ending.

    A path that ends in a slash, is a folder or has no ending is a folder of frames. Raises UsageError.
    """
    ending = os.path.splitext(path)[1].lower()
    folder = path.endswith(("/", os.sep)) or os.path.isdir(path) or not ending
    if name is not None:
        found = named(name, folder)
        if found is None:
            choices = ", ".join(format.name for format in (FOLDERS if folder else FILES))
            raise UsageError(f"a {'folder' if folder else 'file'} is no deck in format {quoted(name)}, but {choices}")
        return found
    if folder:
        return FOLDERS[0]
    for format in FILES:
        if ending in format.endings:
            return format
    endings = " ".join(ending for format in FILES for ending in format.endings)
    raise UsageError(
        f"the ending {quoted(ending)} is unknown; a deck ends in {endings}, or in / for a folder of frames"
    )


def named(name: str, folder: bool) -> Format | None:
    return next((format for format in (FOLDERS if folder else FILES) if format.name == name), None)


def maker(format: Format) -> Maker:
    """Returns the function that makes decks in a format."""
    module, _, function = format.maker.partition(":")
    made: Maker = getattr(import_module(f"cgviz.players.deck.{module}"), function)
    return made
