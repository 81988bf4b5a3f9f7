"""A directive for Sphinx: a program becomes its picture, its table, its derivation.

extensions = ["cgviz.places.sphinx"]

.. cgviz:: x=3 y=-4
   :show: picture, table

   (x + sigmoid(y))/(sigmoid(x) + (x+y)**2)
"""

from __future__ import annotations

import shlex
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import cgviz
from cgviz.errors import CgvizError
from cgviz.kernel.reports import REPORTS
from cgviz.places.weave.weaving import Fence, asked
from cgviz.places.words import OPTIONS, FenceWords, words_of

FOLDER = "_cgviz"


class CgvizDirective(SphinxDirective):
    """The directive: values of inputs behind it, options as fields, the program as its content."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = dict.fromkeys(OPTIONS, directives.unchanged)

    def run(self) -> list[nodes.Node]:
        try:
            words = words_of(shlex.split(self.arguments[0] if self.arguments else ""))
            words = FenceWords(words.inputs, {**words.options, **self.options})
            fence = Fence("\n".join(self.content), words, 0, 0, self.lineno)
            wanted = words.options.get("show", "picture").split(",")
            return [node for name in wanted for node in self.shown(fence, name.strip())]
        except (CgvizError, ValueError) as error:
            raise self.error(str(error)) from error

    def shown(self, fence: Fence, name: str) -> Iterator[nodes.Node]:
        """Yields the nodes of one thing that is shown."""
        if name == "picture":
            yield self.figure(fence)
        elif name in REPORTS:
            yield nodes.raw("", asked(fence, name, "html")["text"], format="html")
            yield nodes.raw("", asked(fence, name, "latex")["text"], format="latex")
        elif name == "program":
            yield nodes.literal_block(fence.program, fence.program)
        else:
            text = asked(fence, name, "")["text"]
            yield nodes.literal_block(text, text, language=fence.words.options.get("lang", "python"))

    def figure(self, fence: Fence) -> nodes.Node:
        """Returns the picture, drawn once for the web and once for paper beside the sources."""
        told = repr((fence.program, sorted(fence.words.inputs.items()), sorted(fence.words.options.items())))
        name = sha256(told.encode()).hexdigest()[:16]
        folder = Path(self.env.srcdir) / FOLDER
        folder.mkdir(exist_ok=True)
        for ending in ("svg", "pdf"):
            path = folder / f"{name}.{ending}"
            if not path.exists():
                answer = asked(fence, "picture", ending)
                path.write_bytes(b64decode(answer["base64"]) if "base64" in answer else answer["text"].encode())
        title = fence.words.options.get("title", "")
        image = nodes.image(uri=f"/{FOLDER}/{name}.*", alt=title or fence.program.strip())
        return nodes.figure("", image, *([nodes.caption(title, title)] if title else []))


def setup(app: Sphinx) -> dict[str, Any]:
    """Adds the directive, as Sphinx asks for it."""
    app.add_directive("cgviz", CgvizDirective)
    return {"version": cgviz.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
