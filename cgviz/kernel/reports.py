"""Reports of a run for the kernel: each in every format, HTML as a fragment that a page takes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cgviz.errors import UsageError, quoted
from cgviz.kernel.requests import Options, Request
from cgviz.runs.run import Run

if TYPE_CHECKING:
    from cgviz.documents.report import Report


def table(run: Run, asked: Request) -> Report:
    """The table of all stages."""
    made: Report = run.table(digits=asked.options.digits)
    return made


def derive(run: Run, asked: Request) -> Report:
    """The derivation of the gradient, line by line."""
    return run.derive(asked.options.wrt or None, digits=asked.options.digits)


def paths(run: Run, asked: Request) -> Report:
    """The paths from an input to the output, the largest first."""
    return run.paths(asked.options.wrt or None, digits=asked.options.digits)


def check(run: Run, asked: Request) -> Report:
    """Every gradient against independent witnesses."""
    return run.check(digits=asked.options.digits)


def diagnose(run: Run, asked: Request) -> Report:
    """Where bad numbers began, corners, and safe spellings."""
    return run.diagnose(digits=asked.options.digits)


def explain(run: Run, asked: Request) -> Report:
    """One node under the magnifying glass: `options.node`, else the output."""
    return run.explain(asked.options.node or run.graph.nodes[run.graph.output].name, digits=asked.options.digits)


REPORTS: dict[str, Callable[[Run, Request], Report]] = {
    "table": table,
    "derive": derive,
    "paths": paths,
    "check": check,
    "diagnose": diagnose,
    "explain": explain,
}


def written(found: Report, how: Options) -> dict[str, Any]:
    """Returns a report in the format that is wanted."""
    format = how.format or "html"
    if format not in found.formats:
        raise UsageError(f"there is no format {quoted(format)}; there are {', '.join(found.formats)}")
    return {"format": format, "text": found.write(format)}
