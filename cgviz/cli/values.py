"""`--NAME VALUE`: which names may have a value, and what number a value is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from cgviz.cli.arguments import identifier
from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Graph
from cgviz.text.parsing import parse_spelling
from cgviz.values import axes
from cgviz.values.arrays import Shape, Value, every_finite

PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def gathered(pairs: Iterable[tuple[str, str]], settings: Iterable[str]) -> dict[str, str]:
    """Returns the text of every value by name, from `--NAME VALUE` and `--set NAME=VALUE`. Raises UsageError."""
    found: dict[str, str] = {}
    for name, text in [*pairs, *map(setting, settings)]:
        if name in found:
            raise UsageError(f"the input {quoted(name)} is given twice")
        found[name] = text
    return found


def setting(text: str) -> tuple[str, str]:
    """Returns NAME and VALUE of `--set NAME=VALUE`. Raises UsageError."""
    written, equals, value = text.partition("=")
    name = named(written)
    if name is None or not equals or not value.strip():
        raise UsageError(f"--set takes NAME=VALUE, as in --set x=3, not {quoted(text)}")
    return name, value


def named(written: str) -> str | None:
    r"""Returns the identifier of a name as it is typed, also in LaTeX: `x`, `θ₁`, `\hat{y}`; None where it is none."""
    name = written.strip()
    if not any(sign in name for sign in "\\{"):
        return identifier(name)
    try:
        return parse_spelling(name).identifier
    except UsageError:
        return None


def shape(text: str) -> tuple[str, Shape]:
    """Returns NAME and shape of `--shape NAME=N,D`. Raises UsageError."""
    written, equals, lengths = text.partition("=")
    name = named(written)
    if name is None or not equals or not lengths.strip():
        raise UsageError(f"--shape takes NAME=LENGTHS, as in --shape X=N,D, not {quoted(text)}")
    try:
        return name, axes.parsed(lengths)
    except ValueError as error:
        raise UsageError(f"--shape {name}: {error}") from None


def value(name: str, text: str) -> Value:
    """Returns the value of an input: a number, a constant expression, or an array. Raises UsageError."""
    written = text.strip()
    if written.startswith("@") or "[" in written:
        from cgviz.cli import arrays

        return arrays.from_file(name, written[1:]) if written[0] == "@" else arrays.literal(name, written)
    return number(name, text)


SEVERAL = re.compile(r"[(\[]?\s*([+−-]?[\d.]+(?:e[+-]?\d+)?(?:\s*[,;]\s*|\s+))+[+−-]?[\d.]+\s*[)\]]?")
WITH_COMMA = re.compile(r"[+-]?\d+,\d+")
UNFINISHED = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?")


def number(name: str, text: str) -> Value:
    """Returns the value of an input: a number or a constant expression. Raises UsageError.

    >>> number("x", "pi/4")
    0.7853981633974483
    """
    if WITH_COMMA.fullmatch(text):
        point = text.replace(",", ".")
        raise UsageError(
            f"the value of {quoted(name)}, {quoted(text)}, has a comma: {point} is a number, [{text}] an array"
        )
    if SEVERAL.fullmatch(text):
        written = ", ".join(re.findall(r"[^\s,;()\[\]]+", text))
        raise UsageError(f"the value of {quoted(name)}, {quoted(text)}, is several numbers: write [{written}]")
    if UNFINISHED.fullmatch(text):
        start = text.rstrip("+-eE")
        raise UsageError(f"the value of {quoted(name)}, {quoted(text)}, ends after its e: {start}e3, or {start}*e")
    if PLAIN.fullmatch(text):
        value: Value = float(text)
    else:
        from cgviz.reading.constants import constant

        value = constant(name, text)
    if not every_finite(value):
        raise UsageError(f"the value of {quoted(name)}, {quoted(text)}, is not a finite number")
    return value


def check_names(graph: Graph, names: Iterable[str], options: Collection[str]) -> None:
    """Raises UsageError for a name that is no input of the program, saying what it is or what was meant.

    `options` are the options of the command, with their dashes.
    """
    inputs = [graph.nodes[index].name for index in graph.inputs]
    for name in names:
        if name not in inputs:
            raise UsageError(f"{quoted(name)} {what_it_is(graph, name, inputs, options)}")


def what_it_is(graph: Graph, name: str, inputs: list[str], options: Collection[str]) -> str:
    from cgviz.cli.group import commands_with
    from cgviz.graph.naming import named

    stages = {node.name for node in named(graph) if node.is_stage}
    takes = f"its inputs are {', '.join(inputs[:8])}{' ...' * (len(inputs) > 8)}" if inputs else "it has no inputs"
    if name in stages:
        return f"is computed by the program and takes no value; {takes}"
    elsewhere = commands_with(f"--{name}")
    if elsewhere:
        return f"is no input of the program, and --{name} is an option of {both(elsewhere)}; {takes}"
    known = [*inputs[:2000], *(option.lstrip("-") for option in options)]
    near = get_close_matches(name[:60], known, n=1, cutoff=0.6)
    return f"is no input of the program; {f'did you mean --{near[0]}?' if near else takes}"


def both(names: list[str]) -> str:
    """Returns `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def check_hidden(graph: Graph, names: Collection[str], options: Collection[str]) -> None:
    """Raises UsageError where the input that lacks a value bears the name of an option: `--set` is its way.

    `cgviz table "digits*x" --x 2 --digits 3` says how many digits are shown.
    """
    for index in graph.inputs:
        node = graph.nodes[index]
        if names and node.name not in names and node.value is None and f"--{node.name}" in options:
            message = f"no value for {quoted(node.name)}; --{node.name} is an option of this command"
            raise UsageError(f"{message}, so give --set {node.name}=VALUE")
