"""Finishes Graphviz's SVG: alternative text, titles, descriptions, and classes for every number.

Graphviz writes one element to a line and no group within a node or an edge, so text is enough and much faster than
a tree; the user's own text cannot look like markup in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from cgviz.drawing.diagram.scene import Text, Words
from cgviz.drawing.diagram.svg import PROLOGUE, described
from cgviz.errors import printable

GROUP = '<g id="'
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
TITLE = re.compile(r"<title>.*?</title>\n?", re.DOTALL)
EMPTY = re.compile(r"<text [^>]*>\s*</text>\n?")


@dataclass(frozen=True)
class Part:
    """What belongs to one group of the SVG: its words, and the texts in it in their order."""

    words: Words
    texts: Sequence[Text]


def finished(svg: bytes, picture: Words, parts: Mapping[str, Part]) -> bytes:
    """Returns the SVG with the words of the whole `picture`, and with those of its `parts` by id."""
    start = svg.index(b"<svg")
    head, *groups = COMMENT.sub("", svg[start:].decode()).replace("&#45;", "-").split(GROUP)
    label = escape(printable(f"{picture.title}. {picture.description}"))
    opening = f'<svg role="img" aria-label="{label}"{head[4:]}'.rstrip()
    done = (part_of(group, parts) for group in groups)
    return "".join([PROLOGUE, opening, "\n", described(picture), *done]).encode()


def part_of(group: str, parts: Mapping[str, Part]) -> str:
    """Returns a group, told from its id on, with the words and classes of its part."""
    name, rest = group.split('"', 1)
    opening, body = rest.split("\n", 1)
    body = TITLE.sub("", body, count=1)
    part = parts.get(name)
    if part is None:
        return f'{GROUP}{name}"{opening}\n{body}'
    first, *texts = EMPTY.sub("", body).split("<text ")
    named = (f'<text class="{text.classes}" {element}' for text, element in zip(part.texts, texts, strict=True))
    return "".join([f'{GROUP}{name}"{opening}\n', described(part.words), first, *named])
