"""Worksheets: figure, table and backward lines of a run with blanks, and the answer key, to print or to send round."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from cgviz.players.worksheet.work import Work

__all__ = ["FORMATS", "PAPERS", "answer_key", "format_of", "key_path", "worksheet"]

FORMATS = ("pdf", "md", "ipynb")
PAPERS = ("a4", "letter")

Files = dict[str, bytes]


def worksheet(work: Work, path: str, paper: str = "a4") -> Files:
    """Returns the files of a set of worksheets by their paths: `path`, whose ending chooses the format, and the
    figures of Markdown beside it. No answers are in them. Raises UsageError for an unknown ending."""
    return made(work, path, paper, "sheets")


def answer_key(work: Work, path: str, paper: str = "a4") -> Files:
    """Returns the files of the answer key."""
    return made(work, path, paper, "key")


def made(work: Work, path: str, paper: str, what: str) -> Files:
    format = format_of(path)
    if format == "pdf":
        from cgviz.players.worksheet import pdf

        return {path: getattr(pdf, what)(work, paper)}
    if format == "ipynb":
        from cgviz.players.worksheet import notebook

        return {path: getattr(notebook, what)(work)}
    from cgviz.players.worksheet import markdown

    folder, name = os.path.split(path)
    files: Files = getattr(markdown, what)(work, os.path.splitext(name)[0])
    return {os.path.join(folder, each): content for each, content in files.items()}


def key_path(path: str) -> str:
    """Returns where the answer key of a worksheet goes if nothing else is said: `sheet-key.pdf` beside `sheet.pdf`."""
    stem, ending = os.path.splitext(path)
    return f"{stem}-key{ending}"


def format_of(path: str) -> str:
    """Returns the format that a file's ending asks for. Raises UsageError for one that is none."""
    ending = os.path.splitext(path)[1].lower()
    if ending[1:] in FORMATS:
        return ending[1:]
    met = f"the ending {quoted(ending)} is unknown" if ending else f"{quoted(path, 200)} has no ending"
    raise UsageError(f"{met}; a worksheet ends in .pdf, .md or .ipynb")
