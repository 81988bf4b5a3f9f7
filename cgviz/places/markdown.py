"""An extension of Python-Markdown, which MkDocs reads: fences whose language is cgviz become pictures and reports.

    markdown_extensions:
      - tables
      - cgviz.places.markdown

The picture of a fence stands in the page itself, so that no file has to be carried along.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from cgviz.places.weave import WovenFigure, woven

BEFORE_FENCES = 27  # fenced_code and superfences come at 25, the cleaning of the text at 30
PROLOGUE = re.compile(r"^<\?xml[^>]*\?>\s*")


class Programs(Preprocessor):
    """Weaves the lines of a text."""

    def run(self, lines: list[str]) -> list[str]:
        text = woven("\n".join(lines) + "\n", self.placed)
        return text.split("\n")

    def placed(self, figure: WovenFigure) -> str:
        """Returns what stands for a picture: it is put aside, since Markdown is not to touch it."""
        drawn = PROLOGUE.sub("", figure.content.decode())
        kept = f'<figure class="cgviz">{drawn}<figcaption>{escape(figure.title)}</figcaption></figure>'
        return f"\n{self.md.htmlStash.store(kept)}\n"


class CgvizExtension(Extension):
    """The extension."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's own name
        md.preprocessors.register(Programs(md), "cgviz", BEFORE_FENCES)


def makeExtension(**settings: Any) -> CgvizExtension:  # noqa: N802
    """Returns the extension, as Python-Markdown asks for it."""
    return CgvizExtension(**settings)
