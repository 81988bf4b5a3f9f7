"""Recognised results: stretches of a program whose gradient has a short form that everybody knows, such as p − y.

`table.RESULTS` is the one table; `found` says where they stand in a graph, and `Found.gradient` what the short form is;
`recognised` tells them of a run's gradients, where they are proved.
"""

from cgviz.analysis.recognised.found import FoundResult, found
from cgviz.analysis.recognised.table import RESULTS, Result
from cgviz.analysis.recognised.telling import Recognised, recognised

__all__ = ["RESULTS", "FoundResult", "Recognised", "Result", "found", "recognised"]
