"""The drawing engine: DOT text in, bytes out. It knows nothing of graphs, runs or styles."""

from cgviz.engine.draw import draw
from cgviz.engine.effort import effort, notice
from cgviz.engine.embed import embed_font
from cgviz.engine.layout import layout
from cgviz.engine.outline import outline_text
from cgviz.fonts.metrics import text_width

__all__ = ["draw", "effort", "embed_font", "layout", "notice", "outline_text", "text_width"]
