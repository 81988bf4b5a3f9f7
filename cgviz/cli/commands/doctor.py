"""`cgviz doctor`: what this machine draws with, and what to do where something is missing."""

from __future__ import annotations

import click

from cgviz.cli import streams
from cgviz.cli.options import debug_option

HELP = """Tell what draws on this machine, and what to do if it cannot.

Engine, fonts and packages are shown with their versions. The exit status is 1 where something is missing.
"""


@click.command(help=HELP, params=[debug_option()])
def command() -> None:
    from cgviz.drawing.engine import doctor

    findings = doctor()
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        streams.say(f"{'ok' if finding.ok else '!!'}  {finding.name:<{width}}  {finding.value}")
        if finding.remedy:
            streams.say(f"    {'':<{width}}  -> {finding.remedy}")
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)
