"""`cgviz doctor`: what this machine draws with, and what to do where something is missing."""

from __future__ import annotations

import click

from cgviz.cli.options import debug_option
from cgviz.cli.present import Target, report_options

HELP = """Tell what draws on this machine, and what to do if it cannot.

Engine, fonts and packages are shown with their versions. The exit status is 1 where something is missing.
"""


@click.command(help=HELP, params=[debug_option()])
@report_options("the findings")
def command(to: Target) -> None:
    from cgviz.drawing.engine import doctor
    from cgviz.views.machine import doctor_report

    to.check()
    findings = doctor()
    to.present(doctor_report(findings))
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)
