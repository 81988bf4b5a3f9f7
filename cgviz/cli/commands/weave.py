"""`cgviz weave`: Markdown with programs in it becomes Markdown with pictures in it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cgviz.cli import options, streams
from cgviz.cli.options import debug_option
from cgviz.errors import CgvizError, UsageError, printable, quoted
from cgviz.text.numbers import counted

FORMATS = ("svg", "png", "pdf")
HELP = """Turn the programs in a Markdown file into pictures, tables and derivations.

\b
  cgviz weave lecture.md -o out/
  cgviz weave lecture.md -o out/ --to png

A fence whose language is cgviz is a program. Its words are values of inputs and what is shown of it:

\b
  ```cgviz x=3 y=-4 style=circuit show=picture,table
  (x + sigmoid(y))/(sigmoid(x) + (x+y)**2)
  ```

show=    picture (the default), program, table, derive, code, paths, explain, check, diagnose, with commas; further
words are style, theme, direction, fit, min-text, collapse, around, order, hide, edges, digits, title, lang, node, wrt,
to. Pictures lie beside the text in the folder.
Everything else stays as it is: for Marp, Slidev, Quarto, Jekyll and whatever reads Markdown.
"""


@click.command(help=HELP, params=[debug_option()])
@click.argument("file", metavar="FILE")
@options.output("Write the text and its pictures into this folder.  [default: woven]")
@click.option("--to", **options.one_of(FORMATS, "svg"), help="The format of pictures.")
@click.option(
    "--fit", metavar="SIZE", default="", help="The page of pictures whose fence says no fit=: slide, column, 12cm."
)
@click.option("--min-text", metavar="SIZE", default="", help="The smallest text there; a line says if it is missed.")
def command(file: str, output: str | None, to: str, fit: str, min_text: str) -> None:
    from cgviz.cli.source import from_file
    from cgviz.places.weave import WovenFigure, woven
    from cgviz.text.output import write

    source, folder = Path(file), Path(output or "woven")
    check_target(source, folder)
    figures: dict[str, bytes] = {}

    def place(figure: WovenFigure) -> str:
        name = f"{source.stem}-{figure.number}.{figure.ending}"
        figures[name] = figure.content
        if figure.note:
            streams.note(f"{name}: {figure.note}")
        return f"![{figure.title.replace('[', '(').replace(']', ')')}]({name})"

    try:
        text = woven(from_file(file).text, place, to, fit=fit, min_text=min_text)
    except CgvizError as error:
        raise type(error)(f"{printable(file)}, {error}") from error
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in figures.items():
        write(folder / name, content)
    write(folder / source.name, text.encode())
    streams.note(f"wrote {printable(str(folder / source.name))} and {counted(len(figures), 'picture')}")


def check_target(source: Path, folder: Path) -> None:
    """Raises UsageError where the text would be written over itself, or the folder is a file."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{quoted(str(folder), 200)} is no folder")
    if os.path.realpath(source) == os.path.realpath(folder / source.name):
        raise UsageError(f"{quoted(str(source), 200)} would be written over; give another folder with -o")
