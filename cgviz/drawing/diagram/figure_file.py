"""A figure's file: read, and what is wrong with it told by its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from cgviz.drawing.diagram.figure import Figure, Note, checked
from cgviz.errors import UsageError, quoted

FIELDS = {"at", "text"}
NAMED = re.compile(r"'([^']+)'")
TABLES = {"colour": "[colours]", "place": "[shift] [pin]", "note": "[[notes]]", "role": "[roles]", "group": "[groups]"}
"""Where in a file to look first for what an error is about, by a word in it."""


def figure_of(figure: Figure | str | PathLike[str] | None) -> Figure:
    """Returns a figure, that in a file, or one in which nothing is decided."""
    return figure if isinstance(figure, Figure) else read(fspath(figure)) if figure else Figure()


def read(path: str) -> Figure:
    """Returns the figure in a file. Raises UsageError where it is no TOML, or says what no figure can."""
    import tomllib

    try:
        told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{quoted(path)} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{quoted(path)} is no TOML: {error}") from None
    with blamed(path):
        known = sorted({one.name for one in fields(Figure)} - {"path"})
        for name in told:
            if name not in known:
                raise UsageError(f"a figure has no {quoted(name)}; it has {', '.join(known)}")
        notes = told.pop("notes", [])
        is_list = isinstance(notes, list) and all(isinstance(note, dict) for note in notes)
        if not is_list or not all({"at"} <= set(note) <= FIELDS for note in notes):
            raise UsageError("a note has `at` and `text`")
        for name, value in told.items():
            if problem := misread(name, value):
                raise UsageError(f"{quoted(name)} is {problem}")
        remarks = tuple(Note(str(note["at"]), str(note.get("text", ""))) for note in notes)
        return checked(Figure(**told, notes=remarks, path=path))


@contextmanager
def blamed(path: str) -> Iterator[None]:
    """Tells an error about what a figure's file says with the file and its line; a path of "" is no file."""
    try:
        yield
    except UsageError as error:
        line = line_of(path, str(error)) if path else 0
        if not line:
            raise
        raise UsageError(f"{quoted(path)}, line {line}: {error}") from error


def line_of(path: str, says: str) -> int:
    """Returns the line of a file, from 1, that an error is about: which holds what it quotes; 0 where none does."""
    lines = [line.partition("#")[0] for line in Path(path).read_text(encoding="utf-8").splitlines()]
    first = [table for word, tables in TABLES.items() if word in says for table in tables.split()]
    begins = [n for n, line in enumerate(lines) if line.strip() in first]
    for name in [*NAMED.findall(says), *(table.strip("[]") for table in first)]:
        whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        for start in (*begins, 0):
            found = next((n for n, line in enumerate(lines[start:], start + 1) if whole.search(line)), 0)
            if found:
                return found
    return 0


def misread(name: str, value: Any) -> str:
    """Returns what the value of an entry should be, "" where it is that."""
    if name in ("edges", "legend"):
        return "" if isinstance(value, str) else "a word"
    if name in ("order", "collapse", "hide"):
        return "" if is_names(value) else 'a list of names, such as ["x", "w"]'
    if not isinstance(value, dict):
        return f"a table: [{name}], then a line for each name"
    if name in ("groups", "roles") and not all(map(is_names, value.values())):
        return 'a table of lists of names, such as "layer 1" = ["z_1"]'
    if name in ("spellings", "colours") and not all(isinstance(each, str) for each in value.values()):
        return "a table of texts"
    return ""


def is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
