"""Markdown with programs in it: every fence becomes pictures, tables, derivations; all else stays as it is."""

from __future__ import annotations

from cgviz.places.weave.weaving import Fence, WovenFigure, fences, woven

__all__ = ["Fence", "WovenFigure", "fences", "woven"]
