"""DOT becomes a picture: SVG, PDF or PNG bytes, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cgviz.engine import inprocess, process
from cgviz.errors import RenderError

Render = Callable[[str, tuple[str, ...], Mapping[str, str], bool], list[bytes]]
RENDERERS = {"svg": "svg:svg:core", "pdf": "pdf", "png": "png", "dot": "dot:dot:core"}
SCREEN_DPI = 96


def draw(dot: str, format: str, *, engine: str = "auto", scale: float = 1.0, positioned: bool = False) -> bytes:
    """Returns the picture of a DOT text in `format`: svg, pdf, png (or dot, with positions).

    engine      "inprocess" (the Graphviz in pygraphviz), "dot" (the system's process) or "auto": whichever is there
    scale       enlarges the picture
    positioned  the DOT holds positions already and is drawn without a new layout

    Raises RenderError.
    """
    if format not in RENDERERS:
        raise RenderError(f"no picture format {format!r}; there are svg, pdf, png")
    attributes = {"dpi": f"{SCREEN_DPI * scale:g}"} if format == "png" else {}
    return chosen(engine)(dot, (RENDERERS[format],), attributes, positioned)[0]


def chosen(engine: str) -> Render:
    """Returns the function that draws with `engine`; raises RenderError where it is not installed."""
    if engine in ("auto", "inprocess") and inprocess.available():
        return inprocess.render
    if engine in ("auto", "dot") and process.available():
        return process.render
    missing = {"inprocess": "pygraphviz is not installed", "dot": "there is no `dot` on the PATH"}
    why = missing.get(engine, "neither pygraphviz nor a `dot` on the PATH is there")
    raise RenderError(f"{why}: install pygraphviz (its wheel carries Graphviz) or Graphviz itself; see cgviz doctor")
