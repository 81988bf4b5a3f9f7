"""The chain rule, generalised: the paths of a graph along which a change of one node reaches the output.

The gradient is the sum, over all paths, of the product of the local derivatives along each. There may be 10³⁰ of
them: they are counted without being walked (`counts`), and only the few that weigh most are found (`search`).
"""

from __future__ import annotations

from cgviz.analysis.paths.counts import Counts, counts
from cgviz.analysis.paths.light import Light, influence, light_of
from cgviz.analysis.paths.search import listed
from cgviz.analysis.paths.web import Edge, Path, Web, check_scalars

__all__ = ["Counts", "Edge", "Light", "Path", "Web", "check_scalars", "counts", "influence", "light_of", "listed"]
