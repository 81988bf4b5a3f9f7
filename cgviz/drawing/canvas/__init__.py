"""A sheet on which charts and heat maps are drawn, and its writers: one module for each format, of its name."""

from __future__ import annotations

import os
from importlib import import_module

from cgviz.drawing.canvas.sheet import Sheet
from cgviz.drawing.pictures import CHARTS
from cgviz.errors import UsageError, quoted


def format_of(path: str) -> str:
    """Returns the format that a file's ending asks for. Raises UsageError for an ending that is none of them."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in CHARTS:
        raise UsageError(f"{quoted(path)} does not end in {', '.join(CHARTS)}")
    return CHARTS[ending]


def written(sheet: Sheet, format: str) -> bytes:
    """Returns the file of a sheet, its font inside. Raises UsageError for a format that is none of CHARTS."""
    if format not in CHARTS.values():
        raise UsageError(f"no picture format {quoted(format)}; there are {', '.join(CHARTS.values())}")
    content: bytes = import_module(f"cgviz.drawing.canvas.{format}").written(sheet)
    return content
