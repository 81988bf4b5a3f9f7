"""A slide of text: its title and its lines, out of Markdown, broken to fit a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cgviz.drawing.engine import text_width

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
LARGEST, SMALLEST, LEADING, INDENT = 26.0, 10.0, 1.45, 1.2  # points; lines and indents in sizes of the text


class Line(NamedTuple):
    """A paragraph (level 0), an item of a list of that level, or a line of code, which is never broken."""

    text: str
    level: int = 0
    code: bool = False

    @property
    def marked(self) -> str:
        return f"• {self.text}" if self.level else self.text


@dataclass(frozen=True)
class Passage:
    """What a slide of text says."""

    title: str
    lines: tuple[Line, ...]

    def broken(self, width: float, height: float) -> tuple[float, list[tuple[float, str]]]:
        """Returns the largest size at which the lines fit a room, and each with how far it is indented."""
        size = LARGEST
        while True:
            found = [(INDENT * size * line.level, piece) for line in self.lines for piece in folded(line, width, size)]
            if LEADING * size * len(found) <= height or size <= SMALLEST:
                return size, found
            size *= 0.94


def folded(line: Line, width: float, size: float) -> Iterator[str]:
    room, now = width - INDENT * size * line.level, ""
    if line.code:
        yield line.text
        return
    for word in line.marked.split():
        longer = f"{now} {word}".strip()
        if now and text_width(longer, size) > room:
            yield now
            longer = word
        now = longer
    yield now


def passage(markdown: str) -> Passage:
    """Returns what a slide says in plain text: its first heading is its title."""
    title, lines, level, within = "", list[Line](), 0, ""
    for token in MARKDOWN.parse(markdown):
        level += {"bullet_list_open": 1, "ordered_list_open": 1, "bullet_list_close": -1, "ordered_list_close": -1}.get(
            token.type, 0
        )
        if token.type.endswith("_open"):
            within = token.type
        if token.type in ("fence", "code_block"):
            lines += [Line(text, code=True) for text in token.content.splitlines()]
        elif token.type == "inline" and within == "heading_open" and not title:
            title = plain(token)
        elif token.type == "inline" and within == "td_open" and lines and lines[-1].code:
            lines[-1] = Line(f"{lines[-1].text}    {plain(token)}", code=True)
        elif token.type == "inline":
            lines.append(Line(plain(token), level, code=within in ("th_open", "td_open")))
    return Passage(title, tuple(lines))


def plain(token: Token) -> str:
    """Returns the text of a paragraph without its marks."""
    said = {"softbreak": " ", "hardbreak": " "}
    return "".join(said.get(one.type, one.content) for one in token.children or () if one.type != "html_inline")
