"""Writes the data sets that ship, the same bytes on every machine: `python samples/data/make.py`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
Row = tuple[float | int, ...]


def noise(chance: Random) -> float:
    """Returns a number from about the normal distribution: a sum of twelve draws, less six."""
    return sum(chance.random() for _ in range(12)) - 6


def line(chance: Random, count: int = 50) -> Iterator[Row]:
    """Points about the line y = 2x + 1."""
    for i in range(count):
        x = -2 + 4 * i / (count - 1)
        yield x, 2 * x + 1 + 0.4 * noise(chance)


def moons(chance: Random, each: int = 100) -> Iterator[Row]:
    """Two half circles that reach into each other, of the classes 1 and -1."""
    for i in range(each):
        angle = math.pi * i / (each - 1)
        yield math.cos(angle) + 0.1 * noise(chance), math.sin(angle) + 0.1 * noise(chance), 1
        yield 1 - math.cos(angle) + 0.1 * noise(chance), 0.5 - math.sin(angle) + 0.1 * noise(chance), -1


def spiral(chance: Random, each: int = 30) -> Iterator[Row]:
    """Three arms of a spiral, of the classes 0, 1 and 2 (after the case study of CS231n)."""
    for arm in range(3):
        for i in range(each):
            radius = (i + 1) / each
            angle = 4 * (arm + radius) + 0.15 * noise(chance)
            yield radius * math.sin(angle), radius * math.cos(angle), arm


SETS = {"line": ("x,y", line), "moons": ("x1,x2,y", moons), "spiral": ("x1,x2,y", spiral)}


def text(name: str) -> str:
    """Returns a data set as CSV, its numbers to four places."""
    header, rows = SETS[name]
    return "\n".join([header, *(",".join(map(cell, row)) for row in rows(Random(1)))]) + "\n"


def cell(value: float | int) -> str:
    return str(value) if isinstance(value, int) else f"{value + 0.0:.4f}"


if __name__ == "__main__":
    for name in SETS:
        (HERE / f"{name}.csv").write_text(text(name), encoding="utf-8")
