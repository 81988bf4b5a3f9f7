"""cgviz shows backpropagation: an expression's computational graph with every value and every gradient.

>>> import cgviz
>>> cgviz.run("(x+y)*z", x=-2, y=5, z=-4).gradient["x"]
-4.0
>>> print(cgviz.table("x*y", {"x": 2, "y": 3}).markdown.splitlines()[0])
`f(x, y) = x·y` at `x = 2, y = 3`

Stability: the names in `dir(cgviz)`, their arguments, the attributes of a Run, of its nodes and of a Report, and the
JSON of a version ("cgviz": 1) stay; what is in the modules beneath may change with any release.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cgviz.documents.report import Report
    from cgviz.errors import CgvizError, EvaluationError, ExpressionError, RenderError, UsageError
    from cgviz.graph.nodes import Graph
    from cgviz.reading.api import from_jax, from_torch, read, run, trace
    from cgviz.reading.commands import (
        check,
        code,
        deck,
        derive,
        descend,
        diagnose,
        explain,
        forward,
        grade,
        hessian,
        jacobian,
        page,
        paths,
        play,
        render,
        table,
        worksheet,
    )
    from cgviz.runs.run import Run

COMMANDS = (
    "table", "code", "derive", "explain", "paths", "forward", "check", "diagnose", "grade", "jacobian", "hessian",
    "descend", "render", "deck", "page", "worksheet", "play",
)  # fmt: skip
"""The commands that take a program: each is a method of `Run`, and a function of a program here."""

PUBLIC = {
    "run": "reading.api", "read": "reading.api", "trace": "reading.api",
    "from_torch": "reading.api", "from_jax": "reading.api", "Graph": "graph.nodes", "Run": "runs.run",
    "CgvizError": "errors", "ExpressionError": "errors", "UsageError": "errors",
    "EvaluationError": "errors", "RenderError": "errors", "Report": "documents.report",
} | dict.fromkeys(COMMANDS, "reading.commands")  # fmt: skip
__all__ = [
    "CgvizError",
    "EvaluationError",
    "ExpressionError",
    "Graph",
    "RenderError",
    "Report",
    "Run",
    "UsageError",
    "check",
    "code",
    "deck",
    "derive",
    "descend",
    "diagnose",
    "explain",
    "forward",
    "from_jax",
    "from_torch",
    "grade",
    "hessian",
    "jacobian",
    "page",
    "paths",
    "play",
    "read",
    "render",
    "run",
    "table",
    "trace",
    "worksheet",
]


def __getattr__(name: str) -> Any:
    """Imports what is asked for: `import cgviz` alone loads no sympy. An op's name gives the op (`cgviz.exp`)."""
    if name in PUBLIC:
        found = globals()[name] = getattr(import_module(f"cgviz.{PUBLIC[name]}"), name)
        return found
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
