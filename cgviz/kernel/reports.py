"""Reports of a run for the kernel: those of the library, by their names, in any of their formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cgviz.documents.report import Report
from cgviz.kernel.requests import Options
from cgviz.runs.run import Run


def table(run: Run, how: Options) -> Report:
    """The table of all stages."""
    made: Report = run.table(digits=how.digits, theme=how.theme)
    return made


def derive(run: Run, how: Options) -> Report:
    """The derivation of the gradient, line by line."""
    return run.derive(how.wrt or None, digits=how.digits, theme=how.theme)


def paths(run: Run, how: Options) -> Report:
    """The paths from an input to the output, the largest first."""
    return run.paths(how.wrt or None, digits=how.digits, theme=how.theme)


def explain(run: Run, how: Options) -> Report:
    """One node under the magnifying glass: `options.node`, else the output."""
    return run.explain(how.node or run.graph.nodes[run.graph.output].name, digits=how.digits, theme=how.theme)


def check(run: Run, how: Options) -> Report:
    """Every gradient against independent witnesses."""
    return run.check(digits=how.digits, theme=how.theme)


def diagnose(run: Run, how: Options) -> Report:
    """Where bad numbers began, corners, and safe spellings."""
    return run.diagnose(digits=how.digits, theme=how.theme)


def jacobian(run: Run, how: Options) -> Report:
    """How every element of the output moves with every element of the inputs."""
    return run.jacobian(how.node or None, how.wrt or None, digits=how.digits, theme=how.theme)


REPORTS: dict[str, Callable[[Run, Options], Report]] = {
    each.__name__: each for each in (table, derive, paths, explain, check, diagnose, jacobian)
}


def written(found: Report, how: Options) -> dict[str, Any]:
    """Returns a report in the format that is wanted, HTML without one. Raises UsageError."""
    format = how.format or "html"
    return {"format": format, "text": found.write(format)}
