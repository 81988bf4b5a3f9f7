"""Finishes Graphviz's SVG: alternative text, titles, descriptions, and classes for every number."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cgviz.views.diagram.scene import Text, Words

SVG = "http://www.w3.org/2000/svg"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ET.register_namespace("", SVG)


@dataclass(frozen=True)
class Part:
    """What belongs to one group of the SVG: its words, and the texts in it in their order."""

    words: Words
    texts: Sequence[Text]


def finished(svg: bytes, picture: Words, parts: Mapping[str, Part]) -> bytes:
    """Returns the SVG with the words of the whole `picture`, and with those of its `parts` by id."""
    root = ET.fromstring(svg)
    for group in list(root.iter(tag("g"))):
        unwrap(group)
        for title in group.findall(tag("title")):
            group.remove(title)
        part = parts.get(group.get("id", ""))
        if part:
            describe(group, part.words)
            for element, text in zip(texts(group), part.texts, strict=False):
                element.set("class", text.classes)
    root.set("role", "img")
    root.set("aria-label", f"{picture.title}. {picture.description}")
    describe(root, picture)
    return (HEAD + ET.tostring(root, encoding="unicode") + "\n").encode()


def tag(name: str) -> str:
    return f"{{{SVG}}}{name}"


def unwrap(group: ET.Element) -> None:
    """Takes what stands in a link without a target, which is how Graphviz writes a tooltip, out of it."""
    children: list[ET.Element] = []
    for child in group:
        link = child.find(tag("a"))
        children += list(link) if link is not None and child.get("id", "").startswith("a_") else [child]
    group[:] = children


def describe(element: ET.Element, words: Words) -> None:
    """Puts a title and a description first in an element."""
    for place, (name, text) in enumerate((("title", words.title), ("desc", words.description))):
        if text:
            made = ET.Element(tag(name))
            made.text, made.tail = text, "\n"
            element.insert(place, made)


def texts(group: ET.Element) -> Iterator[ET.Element]:
    return (element for element in group.iter(tag("text")) if (element.text or "").strip())
