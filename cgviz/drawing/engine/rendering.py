"""DOT becomes a picture: SVG, PDF or PNG bytes, the same ones for the same text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cgviz.drawing.engine import inprocess, process
from cgviz.drawing.engine.pdf import undated
from cgviz.errors import RenderError

Render = Callable[[str, tuple[str, ...], Mapping[str, str], bool], list[bytes]]
RENDERERS = {"svg": "svg:svg:core", "pdf": "pdf", "png": "png", "dot": "dot:dot:core"}  # cairo's SVG drops ids
DPI = {"svg": 72, "pdf": 72, "png": 96}


def draw(
    dot: str, format: str, *, engine: str = "auto", scale: float = 1.0, positioned: bool = False, title: str = ""
) -> bytes:
    """Returns the picture of a DOT text in `format`: svg, pdf, png (or dot, with positions).

    engine      "inprocess" (the Graphviz in pygraphviz), "dot" (the system's process) or "auto": whichever is there
    scale       enlarges the picture; at 1 a point is a point, and 4/3 pixels of a PNG
    title       that of a PDF
    positioned  the DOT holds positions already and is drawn without a new layout (or it says so by layout="nop2")

    Raises RenderError.
    """
    if format not in RENDERERS:
        raise RenderError(f"no picture format {format!r}; there are svg, pdf, png")
    attributes = {"dpi": f"{DPI[format] * scale:g}", "margin": "0"} if format in DPI else {}
    drawn = chosen(engine)(dot, (RENDERERS[format],), attributes, positioned)[0]
    return undated(drawn, title) if format == "pdf" else drawn


def chosen(engine: str) -> Render:
    """Returns the function that draws with `engine`; raises RenderError where it is not installed."""
    if engine in ("auto", "inprocess") and inprocess.available():
        return inprocess.render
    if engine in ("auto", "dot") and process.available():
        return process.render
    missing = {"inprocess": "pygraphviz is not installed", "dot": "there is no `dot` on the PATH"}
    why = missing.get(engine, "neither pygraphviz nor a `dot` on the PATH is there")
    raise RenderError(f"{why}: install pygraphviz (its wheel carries Graphviz) or Graphviz itself; see cgviz doctor")


def layout(dot: str, *, engine: str = "auto") -> str:
    """Returns the positions of nodes and edges as Graphviz's `plain` text, in inches, y upwards.

    One line per part: `node NAME X Y WIDTH HEIGHT ...`, `edge TAIL HEAD N X1 Y1 ... XN YN ...`, first `graph`, last
    `stop`. https://graphviz.org/docs/outputs/plain/. Raises RenderError.
    """
    return chosen(engine)(dot, ("plain",), {}, False)[0].decode()
