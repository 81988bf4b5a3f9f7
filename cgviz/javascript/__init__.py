"""JavaScript of a graph: its forward pass and its local derivatives, written from the records of its ops.

The forward pass is each op in JavaScript's notation; a local derivative is the record's own rule, run on formulas and
written in the same notation. `library()` holds the functions that JavaScript's Math lacks.
"""

from cgviz.javascript.corners import corners
from cgviz.javascript.library import library
from cgviz.javascript.notation import UnwrittenError
from cgviz.javascript.program import program

__all__ = ["UnwrittenError", "corners", "library", "program"]
