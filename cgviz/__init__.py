"""cgviz shows backpropagation: an expression's computational graph with every value and every gradient.

>>> import cgviz
>>> cgviz.run("(x+y)*z", x=-2, y=5, z=-4).gradient["x"]
-4.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cgviz.errors import CgvizError, EvaluationError, ExpressionError, RenderError, UsageError
    from cgviz.graph.nodes import Graph
    from cgviz.reading.api import read, run, trace
    from cgviz.runs.run import Run

PUBLIC = {
    "run": "reading.api", "read": "reading.api", "trace": "reading.api", "Graph": "graph.nodes", "Run": "runs.run",
    "CgvizError": "errors", "ExpressionError": "errors", "UsageError": "errors",
    "EvaluationError": "errors", "RenderError": "errors",
}  # fmt: skip
__all__ = [
    "CgvizError",
    "EvaluationError",
    "ExpressionError",
    "Graph",
    "RenderError",
    "Run",
    "UsageError",
    "read",
    "run",
    "trace",
]


def __getattr__(name: str) -> Any:
    """Imports what is asked for: `import cgviz` alone loads no sympy. An op's name gives the op (`cgviz.exp`)."""
    if name in PUBLIC:
        return getattr(import_module(f"cgviz.{PUBLIC[name]}"), name)
    if not name.startswith("_"):
        import cgviz.ops  # noqa: F401 - registers them
        from cgviz.ops.op import REGISTRY

        if name in REGISTRY:
            return REGISTRY[name]
    raise AttributeError(f"module 'cgviz' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Adds the cell magic `%%cgviz` to a notebook: `%load_ext cgviz`."""
    from cgviz.places.notebook.magic import load

    load(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
