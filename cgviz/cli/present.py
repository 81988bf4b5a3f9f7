"""How every command presents its report: on the terminal, as text in a format, in a file by its ending."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.documents.formats import ENDINGS, FORMATS, OLDER
from cgviz.errors import UsageError, printable, quoted

if TYPE_CHECKING:
    from cgviz.documents.report import Report

WHAT = "As its ending says: .txt .md .tex .html .json. - is standard output."


def format_option(*more: str) -> options.Decorator:
    """Returns `--format`, with the formats that a command has beside those of every report."""
    return click.option(
        "--format",
        type=click.Choice((*FORMATS, *more, *OLDER)),
        metavar=f"[{'|'.join((*FORMATS, *more))}]",
        help="How it is written.  [default: terminal, or as FILE ends]",
    )


def standalone_option() -> options.Decorator:
    return click.option(
        "--standalone", is_flag=True, help="LaTeX: a document that compiles as it stands, not a fragment."
    )


def report_options(what: str, *more: str) -> options.Decorator:
    """Returns the options of a command whose output is a report and nothing else: -o, --format, --standalone."""

    def together(command: Any) -> Any:
        decorators = (options.output(f"Write {what} to FILE. {WHAT}"), format_option(*more), standalone_option())
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return together


def check(
    output: str | None, format: str | None, standalone: bool = False, endings: dict[str, str] | None = None
) -> None:
    """Raises CgvizError where a file cannot be written, or does not say its format: asked before the work."""
    from cgviz.text.output import check as writable

    chosen = chosen_format(output, format, endings)
    if standalone and chosen not in ("latex", "html"):
        raise UsageError("--standalone is for LaTeX; give --format latex or a FILE that ends in .tex")
    if output not in (None, "-"):
        writable(str(output))


def chosen_format(output: str | None, format: str | None, endings: dict[str, str] | None = None) -> str:
    """Returns the format that is asked for. Raises UsageError for a file whose ending says none."""
    if format or output in (None, "-"):
        return format or "terminal"
    known = {**ENDINGS, **(endings or {})}
    ending = os.path.splitext(str(output))[1].lower()
    if ending not in known:
        raise UsageError(
            f"{quoted(str(output), 200)} does not say which format; give it {' '.join(known)}, or give --format"
        )
    return known[ending]


def present(
    report: Report,
    output: str | None = None,
    format: str | None = None,
    standalone: bool = False,
    endings: dict[str, str] | None = None,
) -> None:
    """Prints a report, or writes it to a file."""
    from cgviz.text.output import write

    chosen = chosen_format(output, format, endings)
    if output in (None, "-") and chosen in ("terminal", *OLDER):
        with streams.printing():
            report.show()
        return
    text = report.write(chosen, standalone=standalone or chosen == "html")
    if output in (None, "-"):
        streams.say(text)
        return
    write(str(output), text.encode("utf-8"))
    streams.note(f"wrote {printable(str(output))}")
