"""The drawing engine: DOT text in, bytes out. It knows nothing of graphs, runs or styles."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cgviz.drawing.fonts.metrics import text_width

if TYPE_CHECKING:
    from cgviz.drawing.engine.checkup import Finding, doctor
    from cgviz.drawing.engine.embed import embed_font
    from cgviz.drawing.engine.outline import outline_text
    from cgviz.drawing.engine.rendering import draw, layout

__all__ = ["Finding", "doctor", "draw", "embed_font", "layout", "outline_text", "text_width"]

HOME = {
    **{"Finding": "checkup", "doctor": "checkup", "embed_font": "embed", "outline_text": "outline"},
    **{"draw": "rendering", "layout": "rendering"},
}


def __getattr__(name: str) -> Any:
    """Loads a function when it is first asked for: few drawings need all of them."""
    if name in HOME:
        return getattr(import_module(f"{__name__}.{HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
