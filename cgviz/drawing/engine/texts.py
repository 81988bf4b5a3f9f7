"""The texts in an SVG picture: each with its font and its place in the file, whatever stands around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from cgviz.drawing.fonts import FAMILY
from cgviz.errors import RenderError

Style = tuple[bool, bool]  # is it bold, is it slanted


@dataclass
class TextSpan:
    """A piece of a text, with the attributes of its <tspan>; without any where it stands in none."""

    attributes: dict[str, str]
    says: str = ""


@dataclass
class SvgText:
    """A <text> element: what it says, its attributes, and the bytes `start:end` where it stands."""

    attributes: dict[str, str]
    start: int
    spans: list[TextSpan] = field(default_factory=list)
    end: int = 0

    @property
    def says(self) -> str:
        return "".join(span.says for span in self.spans)

    @property
    def size(self) -> float:
        return float(self.attributes.get("font-size", "14").removesuffix("px"))

    def style_of(self, span: TextSpan) -> Style:
        """Returns the style of a piece of it."""
        bold, slanted = self.style
        return bold or is_bold(span.attributes), slanted or is_slanted(span.attributes)

    @property
    def style(self) -> Style:
        return is_bold(self.attributes), is_slanted(self.attributes)

    @property
    def is_ours(self) -> bool:
        """Whether it is set in the project's font."""
        return self.attributes.get("font-family", "").split(",")[0].strip(" '\"") == FAMILY


def is_bold(attributes: Mapping[str, str]) -> bool:
    return attributes.get("font-weight") == "bold"


def is_slanted(attributes: Mapping[str, str]) -> bool:
    return attributes.get("font-style") == "italic"


@dataclass
class Svg:
    """A picture read: its bytes, and its texts in order."""

    data: bytes
    texts: list[SvgText]

    def replaced(self, new: Callable[[SvgText], bytes]) -> bytes:
        """Returns the picture with every text replaced, and nothing else changed."""
        return b"".join(self.pieces(new))

    def pieces(self, new: Callable[[SvgText], bytes]) -> Iterator[bytes]:
        done = 0
        for text in self.texts:
            yield self.data[done : text.start]
            yield new(text)
            done = text.end
        yield self.data[done:]


def read(svg: bytes) -> Svg:
    """Returns the picture of an SVG file (UTF-8); raises RenderError where it is no XML."""
    reader = TextReader(svg)
    try:
        reader.parser.Parse(reader.data, True)
    except expat.ExpatError as error:
        raise RenderError(f"this is no SVG: {error}") from None
    return Svg(reader.data, [text for text in reader.texts if text.says])


class TextReader:
    """Collects the texts while the parser runs through the picture."""

    def __init__(self, data: bytes) -> None:
        self.data, self.texts, self.inside, self.fresh = data, list[SvgText](), False, True
        self.family = [""]  # of the elements around
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.says

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.family.append(attributes.get("font-family", self.family[-1]))
        if tag == "text":
            self.inside = True
            inherited = {"font-family": self.family[-1], **attributes}
            self.texts.append(SvgText(inherited, self.parser.CurrentByteIndex))
        elif tag == "tspan" and self.inside:
            self.texts[-1].spans.append(TextSpan(attributes))
            self.fresh = False

    def says(self, words: str) -> None:
        if self.inside:
            spans = self.texts[-1].spans
            if self.fresh or not spans:
                spans.append(TextSpan({}))
                self.fresh = False
            spans[-1].says += words

    def end(self, tag: str) -> None:
        self.fresh = True
        self.family.pop()
        if tag == "text":
            self.inside = False
            self.texts[-1].end = self.data.index(b">", self.parser.CurrentByteIndex) + 1
