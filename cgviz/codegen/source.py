"""Source code that knows its language: text like any other, in the formats of a report as well."""

from __future__ import annotations

import json
from html import escape
from os import PathLike
from pathlib import Path


class CodeSource(str):
    """A program as text, `lang` its language."""

    lang: str

    def __new__(cls, text: str, lang: str) -> CodeSource:
        made = super().__new__(cls, text)
        made.lang = lang
        return made

    @property
    def text(self) -> str:
        return str(self)

    @property
    def markdown(self) -> str:
        """A fenced block."""
        kind = {"numpy": "python", "torch": "python", "jax": "python"}.get(self.lang, self.lang)
        return f"```{kind}\n{self.rstrip()}\n```\n"

    @property
    def latex(self) -> str:
        """A verbatim environment."""
        return f"\\begin{{verbatim}}\n{self.rstrip()}\n\\end{{verbatim}}\n"

    @property
    def html(self) -> str:
        return f"<pre><code>{escape(self)}</code></pre>\n"

    @property
    def json(self) -> str:
        return json.dumps({"lang": self.lang, "source": str(self)}, indent=2) + "\n"

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes the program into a file; returns its path."""
        from cgviz.text.output import write

        where = Path(path)
        write(where, self.encode("utf-8"))
        return where

    def _repr_html_(self) -> str:
        return self.html

    def _repr_markdown_(self) -> str:
        return self.markdown
