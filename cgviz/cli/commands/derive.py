"""`cgviz derive`: the derivation of the gradient, step by step, as a lecturer writes it on the board."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.errors import UsageError, printable, quoted

if TYPE_CHECKING:
    from cgviz.runs.run import Run

FORMATS = ("terminal", "markdown", "latex", "html")
ENDINGS = {".txt": "terminal", ".md": "markdown", ".tex": "latex", ".html": "html", ".htm": "html"}
HELP = """Derive the gradient line by line, as on a blackboard.

The stages, every local derivative with its rule, the chain rule from the output down, and sympy's closed form for
contrast.

\b
  cgviz derive "q = x + y; f = q*z" --x -2 --y 5 --z -4
  cgviz derive @staged --wrt x
  cgviz derive @staged -o staged.tex --standalone
  cgviz derive "x*sigmoid(y)" --format markdown

Each line is symbol = formula = numbers = result. Without values for its inputs a program is derived in symbols.
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.output("Write the derivation to FILE, as its ending says: .txt .md .tex .html. - is standard output.")
@click.option("--format", type=click.Choice(FORMATS), help="How it is written.  [default: terminal]")
@click.option("--wrt", metavar="NAME", help="Derive with respect to the input NAME alone.")
@click.option("--standalone", is_flag=True, help="LaTeX: a document that compiles as it stands, not a fragment.")
@options.digits()
@options.theme()
def command(
    request: Request,
    output: str | None,
    format: str | None,
    wrt: str | None,
    standalone: bool,
    digits: int,
    theme: str,
) -> None:
    from cgviz.text.output import check
    from cgviz.views.derivation import derivation

    format = format or format_of(output)
    if standalone and format not in ("latex", "html"):
        raise UsageError("--standalone is for LaTeX; give --format latex or a FILE that ends in .tex")
    if output not in (None, "-"):
        check(output)
    run = request.run()
    if output in (None, "-") and format == "terminal":
        print_derivation(run, wrt, digits, theme)
    else:
        deliver(derivation(run, format, wrt=wrt, digits=digits, theme=theme, standalone=standalone), output)
    run.require_finite()


def deliver(text: str, output: str | None) -> None:
    """Prints the text, or writes it to a file."""
    from cgviz.text.output import write

    if output is None or output == "-":
        streams.say(text)
        return
    write(output, text.encode("utf-8"))
    streams.note(f"wrote {printable(output)}")


def print_derivation(run: Run, wrt: str | None, digits: int, theme: str) -> None:
    """Prints the derivation on standard output, for a person."""
    from cgviz.views.derivation import show

    with streams.printing():
        show(run, wrt=wrt, digits=digits, theme=theme)


def format_of(output: str | None) -> str:
    """Returns the format that a file's ending asks for. Raises UsageError for an ending that is none of them."""
    if output in (None, "-"):
        return "terminal"
    ending = os.path.splitext(output)[1].lower()
    if ending not in ENDINGS:
        raise UsageError(f"{quoted(output)} does not say which format; give it {' '.join(ENDINGS)}, or give --format")
    return ENDINGS[ending]
