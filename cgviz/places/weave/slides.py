"""A lecture in Markdown as one deck: headings and text are slides, every program is one, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from cgviz.errors import CgvizError, UsageError
from cgviz.kernel.program import value_of
from cgviz.places.weave.fences import Fence, fences
from cgviz.players.deck import Each, Look, frames
from cgviz.players.deck.reveal import book, section
from cgviz.reading.api import read
from cgviz.runs.run import Run
from cgviz.runs.starting import start

SLIDE = '<section class="text">\n{}</section>\n'


def lecture(text: str, look: Look, granularity: str = "edge", each: Each = iter) -> bytes:
    """Returns the deck as one HTML file: reveal.js, which loads nothing.

    A heading of the first or second level begins a slide, and so does a rule (---). Raises UsageError, naming the
    line, where a program cannot be shown.
    """
    return book(title_of(text), "".join(sections(text, look, granularity, each)), look)


def sections(text: str, look: Look, granularity: str, each: Each) -> Iterator[str]:
    done = 0
    for fence in fences(text):
        yield from slides(text[done : fence.start])
        done = fence.end
        try:
            run = run_of(fence)
            chosen = Look(**{**vars(look), **fence_look(fence)})
            shown = frames(run, granularity, None, None, digits=chosen.digits)
            yield section(run, shown, chosen, each).decode()
        except CgvizError as error:
            raise UsageError(f"line {fence.line}: {error}") from error
    yield from slides(text[done:])


def fence_look(fence: Fence) -> dict[str, Any]:
    """Returns the look that a fence asks for, as far as a deck has it."""
    return {name: value for name, value in fence.words.look.items() if name in ("style", "direction", "digits")}


def run_of(fence: Fence) -> Run:
    """Returns the run of a fence's program. Raises CgvizError."""
    words = fence.words
    how: dict[str, Any] = {name: words.options[name] for name in ("detail", "ties") if name in words.options}
    graph = read(fence.program, given=tuple(words.inputs), **how)
    return start(graph, {name: value_of(name, given) for name, given in words.inputs.items()})


def slides(text: str) -> Iterator[str]:
    """Yields a slide for each part of a text between headings and rules."""
    from markdown_it import MarkdownIt

    part: list[str] = []
    writer = MarkdownIt("commonmark", {"html": True}).enable("table")

    def made() -> Iterator[str]:
        if "".join(part).strip():
            yield SLIDE.format(writer.render("\n".join(part)))
        part.clear()

    for line in text.splitlines():
        if line.startswith(("# ", "## ")) or line.strip() == "---":
            yield from made()
        if line.strip() != "---":
            part.append(line)
    yield from made()


def title_of(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.startswith("# ")), "# Backpropagation")
    return escape(heading[2:].strip())
