"""The files that a command reads and writes: none is both, no two outputs are one, and none is replaced unasked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import click

from cgviz.errors import UsageError, quoted
from cgviz.text.files import is_same


class InFile(click.types.StringParamType):
    """The type of an option or word that names a file to read."""

    name = "file"


class OutFile(click.types.StringParamType):
    """The type of an option that names a file, or a folder, to write; - is standard output."""

    name = "file"


IN_FILE, OUT_FILE = InFile(), OutFile()


def check_files(params: Sequence[click.Parameter], values: Mapping[str, Any], inputs: Iterable[str]) -> None:
    """Raises UsageError where a command would write over what it reads, or write two things into one file.

    values  what the options were given, by name; `inputs` are the files that it reads beside those of its options
    """
    read = [*inputs, *named(params, values, InFile)]
    written = named(params, values, OutFile)
    for target in written:
        source = next((path for path in read if is_file(path) and is_same(target, path)), None)
        if source is not None:
            raise UsageError(f"{quoted(target, 200)} is read by this command; write to a file of another name")
    check_apart(written)


def check_apart(targets: Sequence[str]) -> None:
    """Raises UsageError where two of the files to be written are the same one."""
    for one, other in combinations(targets, 2):
        if is_same(one, other):
            called = quoted(one, 200) if one == other else f"{quoted(one, 200)} and {quoted(other, 200)}"
            raise UsageError(f"two outputs would go to the same file, {called}; give each a file of its own")


def named(params: Sequence[click.Parameter], values: Mapping[str, Any], kind: type) -> list[str]:
    """Returns the files that the options of one kind name; no stream is a file."""
    given = [values.get(param.name or "") for param in params if isinstance(param.type, kind)]
    paths = [path for each in given for path in (each if isinstance(each, (list, tuple)) else [each])]
    return [path for path in paths if path and path != "-" and is_file(path)]


def is_file(path: str) -> bool:
    from cgviz.text.output import is_stream

    try:
        return not is_stream(path)
    except (OSError, ValueError):
        return False  # what is no path is told where it is read or written


def check_unasked(path: str, option: str = "-o") -> None:
    """Raises UsageError where a file that nobody named would be replaced that cgviz did not write.

    option  what names it; "" where nothing does, since it lies beside another
    """
    from cgviz.text.signature import is_foreign

    if is_foreign(path):
        remedy = f"{option} {path} replaces it, or name another" if option else "move it, or -o writes elsewhere"
        raise UsageError(f"{quoted(path)} is there, and cgviz did not write it; {remedy}")
