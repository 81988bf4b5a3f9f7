"""`cgviz samples`: the programs that ship, one line each, or the text of one."""

from __future__ import annotations

import click

from cgviz.cli.options import debug_option
from cgviz.cli.present import Target, report_options

HELP = """List the programs that ship with cgviz, or print one.

\b
  cgviz samples
  cgviz samples staged
  cgviz render @staged
"""


@click.command(help=HELP, params=[debug_option()])
@click.argument("name", required=False)
@report_options("the list")
def command(name: str | None, to: Target) -> None:
    from cgviz.reading.shipped import sample, samples
    from cgviz.views.machine import sample_report, samples_report

    to.check()
    to.present(samples_report(samples()) if name is None else sample_report(sample(name.removeprefix("@"))))
