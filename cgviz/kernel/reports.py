"""Reports of a run for the kernel: each in the formats that its view has, and as HTML that a page takes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any

from cgviz.errors import UsageError, quoted
from cgviz.kernel.requests import Options, Request
from cgviz.runs.run import Run

Written = Mapping[str, Callable[[], str]]
BODY = re.compile(r"<body>\s*(?:<h1>.*?</h1>)?(.*?)</body>", re.DOTALL)


def table(run: Run, asked: Request) -> Written:
    """The table of all stages."""
    from cgviz.views.table import table

    return formats(
        lambda format: table(run, format, digits=asked.options.digits), text="rich", **same("json csv markdown latex")
    )


def derive(run: Run, asked: Request) -> Written:
    """The derivation of the gradient, line by line."""
    from cgviz.views.derivation import derivation

    how = asked.options
    made = formats(
        lambda format: derivation(run, format, wrt=how.wrt or None, digits=how.digits), text="terminal",
        **same("markdown latex"),
    )  # fmt: skip
    return {**made, "html": lambda: body(derivation(run, "html", wrt=how.wrt or None, digits=how.digits))}


def paths(run: Run, asked: Request) -> Written:
    """The paths from an input to the output, the largest first."""
    from cgviz.views.paths import paths, report

    found = report(run, asked.options.wrt or None)
    return formats(
        lambda format: paths(found, format, digits=asked.options.digits), text="rich", **same("json markdown")
    )


def check(run: Run, asked: Request) -> Written:
    """Every gradient against independent witnesses."""
    from cgviz.analysis.checks import check
    from cgviz.views.check import report

    found = check(run)
    return formats(lambda format: report(found, format, digits=asked.options.digits), text="rich", json="json")


def diagnose(run: Run, asked: Request) -> Written:
    """Where bad numbers began, corners, and safe spellings."""
    from cgviz.analysis.diagnosis import diagnose
    from cgviz.views.diagnose import diagnosis

    found = diagnose(run)
    return formats(lambda format: diagnosis(found, format, digits=asked.options.digits), text="rich", json="json")


def explain(run: Run, asked: Request) -> Written:
    """One node under the magnifying glass: `options.node`, else the output."""
    from cgviz.views.explain import explain

    node = asked.options.node or run.graph.nodes[run.graph.output].name
    return formats(
        lambda format: explain(run, node, format, digits=asked.options.digits), text="rich", **same("markdown json")
    )


REPORTS: dict[str, Callable[[Run, Request], Written]] = {
    "table": table,
    "derive": derive,
    "paths": paths,
    "check": check,
    "diagnose": diagnose,
    "explain": explain,
}


def same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


def formats(write: Callable[[str], str], **named: str) -> Written:
    """Returns the writers of a report by the kernel's names of formats, from the view's."""
    return {name: partial(write, own) for name, own in named.items()}


def written(found: Written, how: Options) -> dict[str, Any]:
    """Returns a report in the format that is wanted; HTML where a view has none is its text as it stands."""
    format = how.format or "html"
    if format == "html" and "html" not in found:
        return {"format": "html", "text": f"<pre>{escape(found['text']())}</pre>"}
    if format not in found:
        raise UsageError(f"there is no format {quoted(format)}; there are html, {', '.join(found)}")
    return {"format": format, "text": found[format]()}


def body(page: str) -> str:
    """Returns what stands in the body of a page, without its title."""
    found = BODY.search(page)
    return found[1] if found else page
