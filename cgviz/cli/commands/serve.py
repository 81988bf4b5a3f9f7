"""`cgviz serve`: the playground on this machine, with Python behind it."""

from __future__ import annotations

import click

from cgviz.cli import streams
from cgviz.cli.options import debug_option

HELP = """Open the playground in the browser: type expressions, see pictures.

\b
  cgviz serve
  cgviz serve --no-open --port 8765

The page is the one of `cgviz site`; what computes is this Python, arrays included. It is served on 127.0.0.1 alone, to
whoever has the link with its token; no file of this machine is. Ctrl-C stops it.
"""


@click.command(help=HELP, params=[debug_option()])
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port.  [default: one that is free]")
@click.option("--seconds", type=click.FloatRange(1, 3600), default=30.0, show_default=True, help="An answer's limit.")
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the system's browser.")
def command(port: int, seconds: float, opens: bool) -> None:
    from cgviz.places.serve import Server

    server = Server(port, seconds)
    streams.say(server.link)
    streams.note("the playground is served at the link above; Ctrl-C stops it")
    if opens:
        import webbrowser

        webbrowser.open(server.link)
    server.run()
