"""The words behind a fence or a cell magic: `x=3 y=-4 style=circuit show=table`, or as on the command line `--x 3`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cgviz.errors import UsageError, quoted

OPTIONS = (
    "show", "as", "title", "style", "theme", "direction", "digits", "fit", "detail", "ties", "lang", "node", "wrt",
    "background", "to", "min_text", "collapse", "around", "depth", "order", "hide", "edges",
)  # fmt: skip
LOOK = ("style", "theme", "direction", "digits", "fit", "background")


@dataclass(frozen=True)
class FenceWords:
    """Values of inputs, and options, by their names."""

    inputs: Mapping[str, str]
    options: Mapping[str, str]

    @property
    def look(self) -> dict[str, Any]:
        """The options of a picture."""
        found: dict[str, Any] = {name: self.options[name] for name in LOOK if name in self.options}
        if "digits" in found:
            found["digits"] = whole("digits", found["digits"])
        return found


def words_of(texts: Iterable[str]) -> FenceWords:
    """Returns what words say: `name=value`, `--name value` or `--name=value`. Raises UsageError."""
    inputs: dict[str, str] = {}
    options: dict[str, str] = {}
    waiting = ""
    for text in texts:
        if waiting:
            name, value, waiting = waiting, text, ""
        elif text.startswith("--") and "=" not in text:
            waiting = text[2:].replace("-", "_")
            continue
        else:
            name, equals, value = text.removeprefix("--").partition("=")
            name = "min_text" if name == "min-text" else name
            if not equals or not name.isidentifier():
                raise UsageError(f"{quoted(text)} is no NAME=VALUE, such as x=3 or style=circuit")
        (options if name in OPTIONS else inputs)[name] = value
    if waiting:
        raise UsageError(f"--{waiting} has no value")
    return FenceWords(inputs, options)


def whole(name: str, text: str) -> int:
    if not text.isdigit():
        raise UsageError(f"{name} is a whole number, not {quoted(text)}")
    return int(text)
