"""Right backward passes spoilt in one place, by rule: what a student gets wrong, and the cause that should be named."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

ASSIGNMENT = re.compile(r"^(?P<target>\w+) (?P<sign>\+?=) (?P<value>.+?)(?P<mark>\s*#\(\d+\).*)?$")
NAME = re.compile(r"(?<![\w.])[^\W\d]\w*(?![\w.(])")


class Mutant(NamedTuple):
    """A spoilt text: the number of the line that is wrong now, and the causes that are true of it."""

    text: str
    line: int
    causes: frozenset[str]
    kind: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yields every mutant of a pass as `cgviz code` writes it."""
    lines = source.split("\n")
    begin = lines.index("# backward pass")
    body = [i for i in range(begin, len(lines)) if ASSIGNMENT.match(lines[i])]
    written = {m["target"] for i in body if (m := ASSIGNMENT.match(lines[i]))}
    for i in body:
        match = ASSIGNMENT.match(lines[i])
        assert match is not None
        for kind, new, causes in spoilt(match, written, lines):
            yield Mutant("\n".join([*lines[:i], new, *lines[i + 1 :]]), i + 1, frozenset(causes.split()), kind)
        if match["sign"] == "+=":
            twice = [*lines[: i + 1], lines[i], *lines[i + 1 :]]
            yield Mutant("\n".join(twice), i + 2, frozenset(["counted-twice"]), "twice")
            before = max(j for j in body if j < i and lines[j].startswith(f"{match['target']} "))
            after = [j for j in body if j > i and lines[j].startswith(f"{match['target']} ")]
            gone = [*lines[:i], "", *lines[i + 1 :]]
            yield Mutant("\n".join(gone), 1 + max([before, *after]), frozenset(["branch-forgotten"]), "forgotten")


def spoilt(match: re.Match[str], written: set[str], lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yields (kind, line, causes) for every way to spoil one line."""
    target, sign, value = match["target"], match["sign"], match["value"]

    def line(new: str, sign: str = sign) -> str:
        return f"{target} {sign} {new}"

    if sign == "+=":
        yield "overwrites", line(value, "="), "overwrites"
    else:
        yield "adds", line(value, "+="), "adds-to-nothing branch-forgotten"
    yield "sign", line(f"-({value})"), "sign"
    upstream = re.search(r" \* (d\w+)$", value)
    if upstream:
        rest = value[: upstream.start()]
        yield "no upstream", line(rest), "upstream-forgotten"
        yield "upstream twice", line(f"{value} * {upstream[1]}"), "upstream-twice extra-factor"
        yield "no local", line(upstream[1]), "local-forgotten"
        for other in sorted(written - {upstream[1], target})[:3]:
            yield "wrong upstream", line(f"{rest} * {other}"), "wrong-upstream order missing-gradient swapped"
    names = sorted(set(NAME.findall(value)) - written - {"if", "else", "not", "and", "or"})
    forward = [m["target"] for each in lines[: lines.index("# backward pass")] if (m := ASSIGNMENT.match(each))]
    for name in names:
        for other in [each for each in forward if each != name][:4]:
            causes = "wrong-value swapped input-for-output output-for-input"
            yield "value", line(re.sub(rf"(?<![\w.]){name}(?!\w)", other, value)), causes
    for power in re.finditer(r"\*\*(\d+)", value):
        causes = "exponent square-forgotten wrong-number factor-forgotten"
        yield "exponent", line(value[: power.start()] + f"**{int(power[1]) + 1}" + value[power.end() :]), causes
        yield "no exponent", line(value[: power.start()] + value[power.end() :]), causes
    for number in re.finditer(r"(?<![\w.*])(2|3) \* ", value):
        causes = "factor-forgotten wrong-number exponent"
        yield "no factor", line(value[: number.start()] + value[number.end() :]), causes
    if "1 - " in value:
        yield "plus", line(value.replace("1 - ", "1 + ", 1)), "sign"
        yield "no complement", line(value.replace("1 - ", "", 1)), "derivative factor-forgotten"


def some(source: str, count: int, seed: int) -> list[Mutant]:
    """Returns at most so many mutants, chosen by a seed."""
    every = list(mutants(source))
    return every if len(every) <= count else random.Random(seed).sample(every, count)
