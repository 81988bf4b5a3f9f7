"""Reports as text, as a test asks for them."""

from __future__ import annotations

from typing import Any

from rich.console import Console

import cgviz
from cgviz.views import derivation as derivations
from cgviz.views import table as tables


def table(run: cgviz.Run, format: str = "terminal", **look: Any) -> str:
    return tables.report(run, **look).write(format)


def derivation(run: cgviz.Run, format: str = "terminal", standalone: bool = False, **look: Any) -> str:
    return derivations.report(run, **look).write(format, standalone=standalone or format == "html")


def show(run: cgviz.Run, console: Console | None = None, **look: Any) -> None:
    made = tables.report(run, **look)
    made.show() if console is None else made.print(console)
