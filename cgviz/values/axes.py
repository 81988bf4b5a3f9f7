"""Lengths that have names: an array whose size is not known yet has the shape (N, D).

An `Axis` is a number that no real axis has: a prime of its own for every name. Shape rules compare and multiply it as
any other length, and what they come to is read back as a text: `N*D`, `N + 1`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FIRST, APART = 100_003, 100
NEAR = 16
USUAL = "BNMTSLCHWDKEFPQ"
STANDS_FOR: dict[str, int] = {}
"""The number that stands for each name, the same in the whole process: ops are kept by the shapes that they have.

No two of them come to the sum of two others, nor near it, so that a sum has one spelling.
"""


class Axis(int):
    """A length called by a name; it equals other lengths of that name, and no number."""

    def __new__(cls, of: str | int) -> Axis:
        return super().__new__(cls, number_of(of) if isinstance(of, str) else of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Axis) and int(self) == int(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(("axis", int(self)))

    def __str__(self) -> str:
        return spelled(int(self)) or "?"

    __repr__ = __str__

    def __format__(self, _: str) -> str:
        return str(self)

    def __add__(self, other: int) -> Axis:
        return Axis(int(self) + int(other)) if isinstance(other, int) else NotImplemented

    def __sub__(self, other: int) -> Axis:
        return Axis(int(self) - int(other)) if isinstance(other, int) else NotImplemented

    def __mul__(self, other: int) -> Axis:
        return Axis(int(self) * int(other)) if isinstance(other, int) else NotImplemented

    def __floordiv__(self, other: int) -> int:
        return settled_length(int(self) // int(other))

    __radd__, __rmul__ = __add__, __mul__

    def __reduce__(self) -> tuple[Any, ...]:
        return Axis, (str(self),)


def number_of(name: str) -> int:
    """Returns the prime that stands for a name."""
    if name not in STANDS_FOR:
        number, known = max(STANDS_FOR.values(), default=FIRST - APART) + APART, list(STANDS_FOR.values())
        taken = [one + other for at, one in enumerate(known) for other in known[at:]]
        while not is_prime(number) or any(abs(number + one - sum_) <= NEAR for one in known for sum_ in taken):
            number += 1
        STANDS_FOR[name] = number
    return STANDS_FOR[name]


def is_prime(number: int) -> bool:
    return all(number % factor for factor in range(2, int(number**0.5) + 1))


def usual(name: str) -> tuple[int, str]:
    """Returns by what names are put in order, whichever was met first: examples, then places, then features."""
    return (USUAL.find(name[0]) % (len(USUAL) + 1), name)


def spelled(number: int) -> str:
    """Returns a number made of those of names as they make it: `N`, `2*N*D`, `N + M`, `N - 1`; "" for any other."""
    names = {STANDS_FOR[name]: name for name in sorted(STANDS_FOR, key=usual)}
    if number in names:
        return names[number]
    factors, rest = [], number
    for value, name in names.items():
        while rest and rest % value == 0:
            factors.append(name)
            rest //= value
    if factors and rest < FIRST:
        return "*".join([str(rest)] * (rest > 1) + factors)
    for value, name in names.items():
        if number - value in names:
            return f"{name} + {names[number - value]}"
    for value, name in names.items():
        more = number - value
        if more and abs(more) <= NEAR:
            return f"{name} {'+' if more > 0 else '-'} {abs(more)}"
    return ""


def settled_length(length: int) -> int:
    """Returns a length that arithmetic or NumPy made as an axis, where it is made of named ones."""
    if isinstance(length, Axis) or length < FIRST - NEAR or not spelled(length):
        return length
    return Axis(length)


def settled_shape(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(map(settled_length, shape))


def is_open(shape: Sequence[int] | None) -> bool:
    """Tells whether a shape has a length that is not a number yet."""
    return shape is not None and any(isinstance(length, Axis) for length in shape)


def parsed(text: str) -> tuple[int, ...]:
    """Returns the shape that is written `N,D`, `(N, 3)`, `N` or `()`. Raises ValueError with what is wrong."""
    inner = text.strip()
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1]
    parts = [part.strip() for part in inner.split(",")]
    if parts[-1] == "":
        parts.pop()
    return tuple(map(length_of, parts))


def length_of(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    if text.isidentifier():
        return Axis(text)
    raise ValueError(f"{text!r} is no length: a whole number or a name, as in (N, 3)")


def fitted(declared: Mapping[str, Sequence[int]], shapes: Mapping[str, Sequence[int]]) -> str:
    """Returns "" where shapes are as they were declared, one number for each name; else what does not fit."""
    known: dict[int, tuple[int, str]] = {}
    for name, wanted in declared.items():
        have = shapes[name]
        if len(have) != len(wanted):
            return f"{name} has {len(have)} axes, not {len(wanted)}"
        for length, axis in zip(have, wanted, strict=True):
            before = known.setdefault(axis, (length, name)) if isinstance(axis, Axis) else (int(axis), name)
            if before[0] != length:
                said = f", and {axis} is {before[0]} in {before[1]}" if isinstance(axis, Axis) else ""
                return f"an axis of {name} has length {length}, not {axis}{said}"
    return ""
