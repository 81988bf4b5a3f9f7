"""A descent to look at: the curve of its loss, its path over the contours, both in the terminal, its history."""

from cgviz.views.descent.curve import curve
from cgviz.views.descent.path import path
from cgviz.views.descent.written import history, report

__all__ = ["curve", "history", "path", "report"]
