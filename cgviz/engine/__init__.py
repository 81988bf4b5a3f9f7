"""The drawing engine: DOT text in, bytes out. It knows nothing of graphs, runs or styles."""

from cgviz.engine.draw import draw
from cgviz.engine.effort import effort, notice
from cgviz.engine.layout import layout
from cgviz.fonts.metrics import text_width

__all__ = ["draw", "effort", "layout", "notice", "text_width"]
