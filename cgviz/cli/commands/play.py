"""`cgviz play`: the steps of a run on the whole screen, or one after another."""

from __future__ import annotations

import os
import sys

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request

HELP = """Step through a program in the terminal: forward, then backward.

\b
  cgviz play "(x+y)*z" --x -2 --y 5 --z -4
  cgviz play @staged --theme light
  cgviz play @staged --plain

Arrow keys step; space plays; ? shows all keys. Inputs can be changed while it runs, and a quiz asks for the
gradients. Where standard output is no terminal, the steps are printed one after another, as with --plain.
"""


@click.command(cls=ProgramCommand, help=HELP)
@click.option("--plain", is_flag=True, help="Print the steps, a line each, for a pipe or a screen reader.")
@options.digits()
@options.theme("dark")
def command(request: Request, plain: bool, digits: int, theme: str) -> None:
    from cgviz.players import play

    run = request.run()
    if plain or not is_screen():
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        with streams.printing():
            sys.stdout.writelines(f"{line}\n" for line in play.plain(run, digits=digits, encoding=encoding))
    else:
        play.play(run, digits=digits, theme=theme)
    run.require_finite()


def is_screen() -> bool:
    """Tells whether there is a whole screen to draw on, and somebody who can press keys."""
    keyboard = sys.stdin is not None and sys.stdin.isatty()
    return streams.is_terminal() and keyboard and os.environ.get("TERM") != "dumb"
