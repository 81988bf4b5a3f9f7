"""`cgviz samples`: the programs that ship, one line each, or the text of one."""

from __future__ import annotations

import click

from cgviz.cli import streams
from cgviz.cli.options import debug_option

HELP = """List the programs that ship with cgviz, or print one.

\b
  cgviz samples
  cgviz samples staged
  cgviz render @staged
"""


@click.command(help=HELP, params=[debug_option()])
@click.argument("name", required=False)
def command(name: str | None) -> None:
    from cgviz.reading.shipped import sample, samples

    if name is not None:
        streams.say(sample(name.removeprefix("@")).text)
        return
    width = max(len(one.name) for one in samples())
    for one in samples():
        streams.say(f"@{one.name:<{width}}  {one.summary}".rstrip())
