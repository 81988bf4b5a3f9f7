"""`cgviz play`: the steps of a run on the whole screen, or one after another."""

from __future__ import annotations

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
    from cgviz.views import play

    run = request.run()
    if plain or not (streams.is_terminal() and is_keyboard()):
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        with streams.printing():
            sys.stdout.writelines(f"{line}\n" for line in play.plain(run, digits=digits, encoding=encoding))
        run.require_finite()
    else:
        play.play(run, digits=digits, theme=theme)


def is_keyboard() -> bool:
    """Tells whether somebody can press keys."""
    return sys.stdin is not None and sys.stdin.isatty()
