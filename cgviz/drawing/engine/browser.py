"""Graphviz in the browser: WebAssembly beside Python, which the page has loaded and named `cgvizGraphviz`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from cgviz.drawing.engine.messages import failure
from cgviz.errors import RenderError

PROGRAMS = {False: "dot", True: "nop2"}  # by "does it hold positions"
BINARY = ("pdf", "png")


def available() -> bool:
    """Returns whether this is Python in a browser, with Graphviz beside it."""
    return sys.platform == "emscripten" and function() is not None


def function() -> Any:
    """Returns the page's `cgvizGraphviz(dot, format, program, attributes)`; None where there is none."""
    from importlib import import_module

    return getattr(import_module("js"), "cgvizGraphviz", None)


def render(dot: str, formats: tuple[str, ...], attributes: Mapping[str, str], positioned: bool) -> list[bytes]:
    """Returns one drawing of `dot` per format; see `inprocess.render`. Raises RenderError, with what Graphviz said."""
    if any(form in BINARY for form in formats):
        raise RenderError("Graphviz in the browser draws no PDF or PNG; save the SVG, or the page's own PNG")
    told = "\n".join(f"{name}={value}" for name, value in attributes.items())
    drawn = []
    for form in formats:
        text, said = function()(dot, form.partition(":")[0], PROGRAMS[positioned], told).to_py()
        trouble = failure(said, complete=bool(text))
        if trouble:
            raise trouble
        drawn.append(text.encode())
    return drawn
