"""Names that a program does not have yet: for what is assigned to a name again, and for an output without one."""

from __future__ import annotations

from collections.abc import Collection

PRIMES = ("", "′", "″", "‴", "⁗")


class Fresh:
    """Finds names that are not `taken`, and takes them."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.primes: dict[str, int] = {}

    def again(self, name: str) -> tuple[str, str]:
        """Returns a name for what is assigned to `name` anew, and its label: `c_2` and `c′` the second time."""
        count = 2
        while f"{name}_{count}" in self.taken:
            count += 1
        self.taken.add(f"{name}_{count}")
        primes = self.primes[name] = self.primes.get(name, 0) + 1
        return f"{name}_{count}", name + PRIMES[primes] if primes < len(PRIMES) else ""

    def output(self, current: Collection[str]) -> str:
        """Returns the name of an output without one: f, out, out2, out3 ..."""
        count, name = 1, "f"
        while name in self.taken or name in current:
            name = "out" if count == 1 else f"out{count}"
            count += 1
        return name
