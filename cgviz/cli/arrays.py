"""Arrays on the command line: `[[1, 2], [3, 4]]` as a literal, or `@weights.npy`, `@points.csv`, `@values.json`."""

from __future__ import annotations

import io
import json
import os
from math import prod
from tokenize import TokenError
from typing import Any

from cgviz.errors import UsageError, quoted
from cgviz.text.files import called, read_file
from cgviz.text.tables import read_sheet
from cgviz.values.arrays import Value, as_array, every_finite, is_array, numpy, settled

ENDINGS = (".npy", ".csv", ".json")
MOST_BYTES, MOST_TEXT, MOST_AXES = 2**30, 2**26, 32


def literal(name: str, text: str) -> Value:
    """Returns the array that `text` writes: JSON, or elements that are constant expressions (`[pi/4, 1/3]`).

    Raises UsageError.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        from cgviz.reading.constants import constant

        return checked(name, constant(name, text), quoted(text), infinite=True)
    return checked(name, found, quoted(text))


def from_file(name: str, path: str) -> Value:
    """Returns the array in a file, whose ending tells the format; nothing in it is executed. Raises UsageError."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in ENDINGS:
        raise UsageError(f"the value of {quoted(name)}: {quoted(path)} does not end in {', '.join(ENDINGS)}")
    most = MOST_BYTES if ending == ".npy" else MOST_TEXT
    content = read_file(path, most)
    if len(content) > most:
        raise UsageError(f"{called(path)} is larger than {most // 2**20} MiB")
    readers = {".npy": from_npy, ".csv": from_csv, ".json": from_json}
    return checked(name, readers[ending](content, called(path)), called(path))


def from_npy(content: bytes, file: str) -> Any:
    """Returns the array in a .npy file. What its header promises is compared with the file before anything is made."""
    stream = io.BytesIO(content)
    try:
        shape, dtype = npy_header(stream)
        count, held = prod(shape), len(content) - stream.tell()
        if dtype.hasobject:
            raise UsageError(f"cannot read {file}: it holds Python objects (a pickle)")
        if dtype.kind not in "biuf" or any(n < 0 for n in shape) or len(shape) > MOST_AXES:
            raise UsageError(f"cannot read {file}: it is no .npy file of numbers")
        if count * dtype.itemsize != held:
            needs = f"{count} numbers of {dtype.itemsize} bytes"
            raise UsageError(f"cannot read {file}: its header names {needs}, and it holds {held} bytes of them")
        stream.seek(0)
        return numpy().load(stream, allow_pickle=False)
    except (ValueError, TypeError, OSError, EOFError, SyntaxError, TokenError, OverflowError, MemoryError):
        raise UsageError(f"cannot read {file}: it is no .npy file of numbers") from None


def npy_header(stream: io.BytesIO) -> tuple[tuple[int, ...], Any]:
    """Returns the shape and the dtype that a .npy file begins with. Raises ValueError."""
    form = numpy().lib.format
    version = form.read_magic(stream)
    readers = {(1, 0): form.read_array_header_1_0, (2, 0): form.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"version {version}")
    shape, _, dtype = readers[version](stream)
    return shape, dtype


def from_json(content: bytes, file: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        why = "its lists are nested too deep" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"{file} is no JSON: {why}") from None


def from_csv(content: bytes, file: str) -> Any:
    """Returns the rows of a CSV as a matrix; one column, or one row, as a vector; a first line of names is left out."""
    from cgviz.cli.source import decoded

    rows = read_sheet(decoded(content, file, MOST_TEXT), file, named=False).matrix()
    return [row[0] for row in rows] if len(rows[0]) == 1 else rows[0] if len(rows) == 1 else rows


def checked(name: str, found: Any, shown: str, infinite: bool = False) -> Value:
    """Returns what was found as a value. Raises UsageError where it is no array of finite numbers."""
    try:
        value = settled(as_array(found))
    except (TypeError, ValueError, OverflowError) as error:
        why = "its rows differ in length" if isinstance(error, ValueError) else "it holds something else than numbers"
        raise UsageError(f"the value of {quoted(name)}, {shown}, is no array of numbers: {why}") from None
    if not every_finite(value) and not (infinite and is_array(value) and not numpy().isnan(value).any()):
        raise UsageError(f"the value of {quoted(name)}, {shown}, holds a number that is not finite")
    return value
