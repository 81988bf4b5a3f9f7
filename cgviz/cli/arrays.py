"""Arrays on the command line: `[[1, 2], [3, 4]]` as a literal, or `@weights.npy`, `@points.csv`, `@values.json`."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

from cgviz.errors import CgvizError, UsageError, quoted
from cgviz.values.arrays import Value, as_array, every_finite, numpy, settled

ENDINGS = (".npy", ".csv", ".json")
MOST_BYTES = 2**30


def literal(name: str, text: str) -> Value:
    """Returns the array that `text` writes: JSON, or elements that are constant expressions (`[pi/4, 1/3]`).

    Raises UsageError.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = constants(name, text)
    return checked(name, found, quoted(text))


def constants(name: str, text: str) -> Any:
    """Returns the value of an array of expressions without variables; the reader of programs reads it."""
    from cgviz.reading.api import read
    from cgviz.runs.run import without_seed

    try:
        made = without_seed(read(text), {})
    except CgvizError as error:
        raise UsageError(f"the value of {quoted(name)}: {error.typed}") from error
    if made.symbolic:
        variable = made.bare.nodes[made.bare.inputs[0]].shown
        raise UsageError(
            f"the value of {quoted(name)}, {quoted(text)}, is not an array of numbers: it names {quoted(variable)}"
        )
    return made.value


def from_file(name: str, path: str) -> Value:
    """Returns the array in a file, whose ending tells the format; nothing in it is executed. Raises UsageError."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in ENDINGS:
        raise UsageError(f"the value of {quoted(name)}: {quoted(path)} does not end in {', '.join(ENDINGS)}")
    called = f"the file {quoted(path)}"
    try:
        if os.path.getsize(path) > MOST_BYTES:
            raise UsageError(f"{called} is larger than {MOST_BYTES // 2**20} MiB")
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file {quoted(path)} for the value of {quoted(name)}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {called}: {getattr(error, 'strerror', None) or error}") from error
    readers = {".npy": from_npy, ".csv": from_csv, ".json": from_json}
    return checked(name, readers[ending](content, called), called)


def from_npy(content: bytes, called: str) -> Any:
    try:
        return numpy().load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        why = (
            "it holds Python objects (a pickle)" if "pickle" in str(error).lower() else "it is no .npy file of numbers"
        )
        raise UsageError(f"cannot read {called}: {why}") from None


def from_json(content: bytes, called: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise UsageError(f"{called} is no JSON: {error}") from None


def from_csv(content: bytes, called: str) -> Any:
    """Returns the rows of a CSV as a matrix; one column, or one row, as a vector; a first line of names is left out."""
    try:
        rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{called} is no CSV: {error}") from None
    if rows and not any(map(is_number, rows[0])):
        rows = rows[1:]
    if not rows:
        raise UsageError(f"{called} holds no numbers")
    for number, row in enumerate(rows, 1):
        for cell in row:
            if not is_number(cell):
                raise UsageError(f"{called}, row {number}: {quoted(cell)} is not a number")
        if len(row) != len(rows[0]):
            raise UsageError(f"{called}, row {number}: {len(row)} cells, the rows before it have {len(rows[0])}")
    values = [[float(cell) for cell in row] for row in rows]
    return [row[0] for row in values] if len(rows[0]) == 1 else values[0] if len(values) == 1 else values


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def checked(name: str, found: Any, called: str) -> Value:
    """Returns what was found as a value. Raises UsageError where it is no array of finite numbers."""
    try:
        value = settled(as_array(found))
    except (TypeError, ValueError, OverflowError) as error:
        why = "its rows differ in length" if isinstance(error, ValueError) else "it holds something else than numbers"
        raise UsageError(f"the value of {quoted(name)}, {called}, is no array of numbers: {why}") from None
    if not every_finite(value):
        raise UsageError(f"the value of {quoted(name)}, {called}, holds a number that is not finite")
    return value
