"""The drawing engine: DOT text in, bytes out. It knows nothing of graphs, runs or styles."""

from cgviz.engine.draw import draw

__all__ = ["draw"]
