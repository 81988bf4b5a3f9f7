"""A lecture in Markdown as one deck: headings and text are slides, every program is one, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from cgviz.drawing.diagram import Diagram
from cgviz.drawing.diagram.figure import Figure
from cgviz.errors import CgvizError, UsageError
from cgviz.kernel.answers import names_in
from cgviz.kernel.program import value_of
from cgviz.places.weave import printed
from cgviz.places.weave.fences import Fence, fences
from cgviz.places.weave.passages import MARKDOWN
from cgviz.players.deck import Each, Frame, Look, drawn, frames, trouble
from cgviz.players.deck.reveal import book, section
from cgviz.reading.api import read
from cgviz.runs.run import Run
from cgviz.runs.starting import start

Note = Callable[[str], object]
SLIDE = '<section class="text">\n{}</section>\n'


@dataclass(frozen=True)
class Shown:
    """A program of a lecture, laid out, with the frames that show it."""

    drawing: Diagram
    frames: tuple[Frame, ...]
    look: Look


def lecture(
    text: str, format: str, look: Look, granularity: str = "edge", each: Each = iter, note: Note = str
) -> bytes:
    """Returns the deck as one file: "html" (reveal.js, which loads nothing), "pdf" or "pptx".

    note  takes a line for the author, of a program whose texts are too small

    A heading of the first or second level begins a slide, and so does a rule (---). Raises UsageError, naming the
    line, where a program cannot be shown.
    """
    written = {"html": html, "pdf": printed.pdf, "pptx": printed.pptx}[format]
    return written(parts(text, look, granularity, note), title_of(text), look, each)


def html(found: Iterable[str | Shown], title: str, look: Look, each: Each) -> bytes:
    """Returns the deck as one HTML file."""
    made = (
        SLIDE.format(MARKDOWN.render(part))
        if isinstance(part, str)
        else section(part.drawing, part.frames, part.look, each).decode()
        for part in found
    )
    return book(escape(title), "".join(made), look)


def parts(text: str, look: Look, granularity: str, note: Note) -> Iterator[str | Shown]:
    """Yields the lecture's slides of text, in Markdown, and its programs."""
    done = 0
    for fence in fences(text):
        yield from slides(text[done : fence.start])
        done = fence.end
        try:
            run = run_of(fence)
            chosen = replace(look, **fence_look(fence))
            drawing = drawn(run, chosen)
            if said := trouble(drawing, chosen):
                note(f"line {fence.line}: {said}")
            yield Shown(drawing, frames(run, granularity, None, None, digits=chosen.digits), chosen)
        except CgvizError as error:
            raise UsageError(f"line {fence.line}: {error}") from error
    yield from slides(text[done:])


def fence_look(fence: Fence) -> dict[str, Any]:
    """Returns the look that a fence asks for, as far as a deck has it. Raises UsageError."""
    found = {name: value for name, value in fence.words.look.items() if name in ("style", "direction", "digits")}
    said = fence.words.options
    if "collapse" in said:
        found["collapse"] = names_in(said["collapse"])
    if "around" in said:
        depth = said.get("depth", "")
        found |= {"around": said["around"], "depth": int(depth) if depth.isdigit() else None}
    if said.keys() & {"order", "hide", "edges"}:
        figure = Figure(order=names_in(said.get("order", "")))
        found["figure"] = figure.but(hide=names_in(said.get("hide", "")), edges=said.get("edges", ""))
    return found


def run_of(fence: Fence) -> Run:
    """Returns the run of a fence's program. Raises CgvizError."""
    words = fence.words
    how: dict[str, Any] = {name: words.options[name] for name in ("detail", "ties") if name in words.options}
    graph = read(fence.program, given=tuple(words.inputs), **how)
    return start(graph, {name: value_of(name, given) for name, given in words.inputs.items()})


def slides(text: str) -> Iterator[str]:
    """Yields the part of a text for each slide: from heading to heading, and from rule to rule."""
    part: list[str] = []
    for line in [*text.splitlines(), "---"]:
        if line.startswith(("# ", "## ")) or line.strip() == "---":
            if "".join(part).strip():
                yield "\n".join(part)
            part.clear()
        if line.strip() != "---":
            part.append(line)


def title_of(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.startswith("# ")), "# Backpropagation")
    return heading[2:].strip()
