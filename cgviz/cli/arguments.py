"""The arguments of a command are sorted before click sees them: options, values of inputs, and the program's text.

Only an exact option of the command, `--IDENT` or `--IDENT=VALUE` is an option. Anything else that begins with a
minus sign (`-x**2`, `-(a+b)`, `--x*y`) is the program or, after an option, its value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cgviz.errors import ExpressionError, UsageError, quoted
from cgviz.reading.tokens import PATTERN
from cgviz.text.identifiers import name


class OptionSpelling(NamedTuple):
    """What an option's spelling means: its `--long` form, whether it takes a value, and may come more than once."""

    canonical: str
    takes_value: bool = True
    many: bool = False
    is_input: bool = False


class Met(NamedTuple):
    """An option among the arguments, as it was written; `value` is None where no `=VALUE` is attached."""

    written: str
    spelling: OptionSpelling
    value: str | None


class Sorted(NamedTuple):
    """The arguments of a command: `options` for click, `inputs` as (name, text of the value), `words` the rest."""

    options: list[str]
    inputs: list[tuple[str, str]]
    words: list[str]


def sort(arguments: Sequence[str], spellings: Mapping[str, OptionSpelling]) -> Sorted:
    """Returns the arguments sorted. Raises UsageError for a missing value and for an option given twice.

    >>> options = {"-o": Spelling("--output"), "--show": Spelling("--show", takes_value=False)}
    >>> sort(["-x*y", "--x", "-4", "-o", "f.svg"], options)
    Sorted(options=['--output=f.svg'], inputs=[('x', '-4')], words=['-x*y'])
    """
    found, seen = Sorted([], [], []), set[str]()
    rest = list(reversed(arguments))
    while rest:
        argument = rest.pop()
        if argument == "--":
            found.words.extend(reversed(rest))
            break
        met = option(argument, spellings)
        if met is None:
            found.words.append(argument)
            continue
        if met.spelling.canonical in seen and not met.spelling.many:
            raise UsageError(f"{shown(met.written)} is given twice")
        seen.add(met.spelling.canonical)
        add(found, met.spelling, value_of(met, rest, spellings))
    return found


def option(argument: str, spellings: Mapping[str, OptionSpelling]) -> Met | None:
    """Returns the option that an argument is, or None where it is a program or a value."""
    written, equals, value = argument.partition("=")
    if equals and (value.startswith("=") or not written.startswith("--")):
        return None
    spelling = spellings.get(written) or an_input(written)
    return None if spelling is None else Met(written, spelling, value if equals else None)


def an_input(written: str) -> OptionSpelling | None:
    """Returns what `--NAME` means for any NAME that is a name in the language of programs."""
    found = identifier(written[2:]) if written.startswith("--") else None
    return None if found is None else OptionSpelling(f"--{found}", is_input=True)


def identifier(written: str) -> str | None:
    """Returns a name in its one spelling (NFKC), or None for what is no name."""
    match = PATTERN.fullmatch(written)
    if match is None or match.lastgroup not in ("name", "word"):
        return None
    try:
        return name(written)
    except ExpressionError:
        return None


def value_of(met: Met, rest: list[str], spellings: Mapping[str, OptionSpelling]) -> str | None:
    """Returns the value of an option, taken off `rest` where it is not attached; None for one that takes none."""
    called = shown(met.written)
    if not met.spelling.takes_value:
        if met.value is not None:
            raise UsageError(f"{called} takes no value")
        return None
    if met.value is not None:
        if not met.value:
            raise UsageError(f"{called}= needs a value after the equals sign")
        return met.value
    if not rest:
        raise UsageError(f"{called} needs a value after it")
    if rest[-1] == "--" or option(rest[-1], spellings):
        raise UsageError(f"{called} needs a value after it, not the option {shown(rest[-1])}")
    return rest.pop()


def add(found: Sorted, spelling: OptionSpelling, value: str | None) -> None:
    if spelling.is_input:
        found.inputs.append((spelling.canonical[2:], value or ""))
    else:
        found.options.append(spelling.canonical if value is None else f"{spelling.canonical}={value}")


def shown(argument: str) -> str:
    """Returns an argument as a message names it: bare where it is short and plain, else quoted and shortened."""
    return argument if len(argument) <= 40 and argument.isprintable() and " " not in argument else quoted(argument)
