"""Recognised results: stretches of a program whose gradient has a short form that everybody knows, such as p − y.

`table.RESULTS` is the one table; `found` says where they stand in a graph, and `Found.gradient` what the short form is.
"""

from cgviz.analysis.recognised.found import Found, found
from cgviz.analysis.recognised.table import RESULTS, Result

__all__ = ["RESULTS", "Found", "Result", "found"]
