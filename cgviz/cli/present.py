"""How every command presents its report: on the terminal, as text in a format, in a file by its ending."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cgviz.cli import options, streams
from cgviz.documents.formats import ENDINGS, FORMATS, OLDER
from cgviz.drawing.pictures import CHARTS
from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from cgviz.documents.report import Report

WHAT = "As its ending says: .txt .md .tex .html .json. - is standard output."


class Target(NamedTuple):
    """Where a report goes and how it is written: -o, --format, --standalone, as they were given.

    `more` are the formats of files by endings that a command has beside those of every report.
    """

    output: str | None = None
    format: str | None = None
    standalone: bool = False
    more: Mapping[str, str] = MappingProxyType({})

    @property
    def ending(self) -> str:
        return os.path.splitext(self.output or "")[1].lower()

    @property
    def chosen(self) -> str:
        """The format that is asked for. Raises UsageError for a file whose ending says none."""
        if self.format or self.output in (None, "-"):
            return self.format or "terminal"
        known = {**ENDINGS, **self.more}
        if self.ending not in known:
            file = quoted(str(self.output), 200)
            raise UsageError(f"{file} does not say which format; give it {' '.join(known)}, or give --format")
        return known[self.ending]

    def check(self) -> None:
        """Raises CgvizError where a file cannot be written, or does not say its format: asked before the work."""
        from cgviz.text.output import check

        if self.standalone and self.chosen not in ("latex", "html"):
            raise UsageError("--standalone is for LaTeX; give --format latex or a FILE that ends in .tex")
        if self.chosen and self.output not in (None, "-"):
            check(str(self.output))

    def present(self, report: Report) -> None:
        """Prints a report, or writes it to a file."""
        to_stream = self.output in (None, "-")
        if to_stream and self.chosen in ("terminal", *OLDER):
            with streams.printing():
                report.show()
            return
        text = report.write(self.chosen, standalone=self.standalone or self.chosen == "html")
        if to_stream:
            streams.say(text)
        else:
            streams.deliver(str(self.output), text.encode("utf-8"))

    def present_with(self, report: Report, draw: Callable[[str], bytes]) -> None:
        """Prints a report and draws its picture into the file, where that is one of CHARTS; else as `present`."""
        if self.ending not in CHARTS:
            return self.present(report)
        self._replace(output=None).present(report)
        streams.deliver(str(self.output), draw(CHARTS[self.ending]))


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
    """Returns the options of a command whose output is a report and nothing else; its function gets them as `to`."""
    return target_options(f"Write {what} to FILE. {WHAT}", *more)


def target_options(help: str, *more: str, endings: Mapping[str, str] = MappingProxyType({})) -> options.Decorator:
    """Returns -o, --format and --standalone, which the command's function gets as the Target `to`."""
    known = {**endings, **{f".{name}": name for name in more}}
    return options.together(
        options.output(help), format_option(*more), standalone_option(), lambda command: with_target(command, known)
    )


def with_target(command: Callable[..., Any], endings: Mapping[str, str]) -> Callable[..., Any]:
    """Returns the function of a command that gets -o, --format and --standalone as one Target, `to`."""

    @wraps(command)
    def gathered(*args: Any, output: str | None, format: str | None, standalone: bool, **others: Any) -> Any:
        return command(*args, to=Target(output, format, standalone, endings), **others)

    return gathered
