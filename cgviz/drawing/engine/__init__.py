"""The drawing engine: DOT text in, bytes out. It knows nothing of graphs, runs or styles."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cgviz.drawing.engine.draw import draw
from cgviz.drawing.engine.layout import layout
from cgviz.drawing.fonts.metrics import text_width

if TYPE_CHECKING:
    from cgviz.drawing.engine.checkup import Finding, doctor
    from cgviz.drawing.engine.embed import embed_font
    from cgviz.drawing.engine.outline import outline_text

__all__ = ["Finding", "doctor", "draw", "embed_font", "layout", "outline_text", "text_width"]

SELDOM = {"Finding": "checkup", "doctor": "checkup", "embed_font": "embed", "outline_text": "outline"}


def __getattr__(name: str) -> Any:
    """Loads what few drawings need when it is first asked for."""
    if name in SELDOM:
        return getattr(import_module(f"{__name__}.{SELDOM[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
