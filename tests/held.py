"""Tables of expected answers in tests/golden, a block of lines for each key: `make golden` writes them anew.

A number stands there to six digits, so that the last ones may differ with the library of the machine.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cgviz.values.arrays import quiet

GOLDEN = Path(__file__).parent / "golden"
NAMES = """
ops.numbers ops.arrays drawings layouts values checks slopes grades parts searches reports names descents stacked sheets
"""
TABLES = [f"{name}.txt" for name in NAMES.split()]
HEAD = "=== "
LARGE = 12


@cache
def blocks(path: Path) -> dict[str, str]:
    """Returns the blocks of a table by their keys; what is written is written from here."""
    parts = re.split(rf"^{HEAD}(.*)\n", path.read_text(encoding="utf-8") if path.exists() else "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def hold(table: str, key: str, lines: Iterable[str]) -> None:
    """Compares lines with what the table has under a key."""
    assert table in TABLES
    path, found = GOLDEN / table, "".join(f"{line.rstrip()}\n" for line in lines)
    known = blocks(path)
    if os.environ.get("CGVIZ_GOLDEN") == "write" and known.get(key) != found:
        known[key] = found
        path.write_text("".join(f"{HEAD}{name}\n{text}" for name, text in known.items()), encoding="utf-8")
    assert known.get(key) == found, f"{key} of {table} differs; `make golden` and read the diff"


def digest(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:12]


def number(value: Any) -> str:
    """Returns a number to six digits, arrays by element; a large array by its shape and a digest."""
    if value is None or isinstance(value, (str, bool)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(number, value))})"
    if np.ndim(value):
        rows = [number(each) for each in np.asarray(value)]
        made = f"[{' '.join(rows)}]"
        return made if np.size(value) <= LARGE else f"{np.shape(value)} {digest(made)}"
    made = f"{float(value):.6g}"
    return "0" if made == "-0" else made


def asked(function: Callable[..., Any], *args: Any) -> str:
    """Returns what a function answers, or what it raises."""
    try:
        with quiet():
            return number(function(*args))
    except Exception as error:  # whatever a rule raises is part of what it says
        return f"{type(error).__name__}: {error}"
