"""JavaScript of a graph: its forward pass and its local derivatives, written from the records of its ops.

The forward pass is each op in JavaScript's notation; a local derivative is the record's own rule, run on formulas and
written in the same notation. `library()` holds the functions that JavaScript's Math lacks.
"""

from cgviz.codegen.browser.corners import corners
from cgviz.codegen.browser.notation import UnwrittenGateError
from cgviz.codegen.browser.program import library, program

__all__ = ["UnwrittenGateError", "corners", "library", "program"]
