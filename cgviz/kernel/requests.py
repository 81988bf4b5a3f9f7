"""A request, checked: nothing in it is believed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, fields
from typing import Any

from cgviz.drawing.pictures import DIRECTIONS, STYLES
from cgviz.drawing.theme import THEMES
from cgviz.errors import UsageError, quoted
from cgviz.records import record
from cgviz.text.numbers import DIGITS, MOST_DIGITS

VERSION = 1
MOST_INPUTS = 2000


@record
class Options:
    """How a program is read and shown; the names and meanings of the command line's options."""

    detail: str = "stage"
    ties: str = "split"
    share: bool = True
    latex: bool | None = None
    expand: str = ""
    upstream: Any = None
    digits: int = DIGITS
    style: str = "card"
    theme: str = "light"
    direction: str = ""
    fit: str = ""
    min_text: str = ""
    collapse: str = ""
    around: str = ""
    depth: str = ""
    order: str = ""
    hide: str = ""
    edges: str = ""
    background: str = "transparent"
    format: str = ""
    lang: str = "python"
    node: str = ""
    wrt: str = ""
    fill: bool = True


PICTURE = ("fit", "min_text", "collapse", "around", "depth", "order", "hide", "edges")
"""The options of a picture that its commands have as well; lists of names have commas between them."""
CHOICES = {
    "detail": ("stage", "gate"),
    "ties": ("split", "first", "both"),
    "style": STYLES,
    "theme": tuple(THEMES),
    "direction": ("", *DIRECTIONS),
}


@record
class KernelRequest:
    """A program, values for inputs (numbers, arrays as lists, or constant expressions), what is wanted, and how."""

    program: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    want: tuple[str, ...] = ("program", "numbers")
    options: Options = field(default_factory=Options)


def request_of(sent: Any, answers: Collection[str]) -> KernelRequest:
    """Returns the request that was sent; what it may want is one of `answers`. Raises UsageError."""
    if not isinstance(sent, Mapping):
        raise UsageError("a request is a JSON object")
    if sent.get("cgviz") != VERSION:
        raise UsageError(f'this kernel speaks version {VERSION}: a request begins with "cgviz": {VERSION}')
    program, inputs, want = sent.get("program", ""), sent.get("inputs") or {}, sent.get("want", ["program", "numbers"])
    if not isinstance(program, str):
        raise UsageError("the program of a request is a text")
    if not isinstance(inputs, Mapping) or len(inputs) > MOST_INPUTS:
        raise UsageError(f"the inputs of a request are an object of at most {MOST_INPUTS} names and values")
    if not isinstance(want, list) or not all(isinstance(each, str) for each in want):
        raise UsageError("what a request wants is a list of names")
    for each in want:
        if each not in answers:
            raise UsageError(f"there is no answer {quoted(each)}; there are {', '.join(answers)}")
    return KernelRequest(program, dict(inputs), tuple(want), options_of(sent.get("options") or {}))


def options_of(sent: Any) -> Options:
    """Returns the options that were sent over the defaults. Raises UsageError."""
    if not isinstance(sent, Mapping):
        raise UsageError("the options of a request are an object")
    known = {each.name: getattr(Options, each.name, None) for each in fields(Options)}
    for name, value in sent.items():
        if name not in known:
            raise UsageError(f"there is no option {quoted(str(name))}; there are {', '.join(known)}")
        if name in CHOICES and value not in CHOICES[name]:
            raise UsageError(f"{name} is one of {', '.join(CHOICES[name])}, not {quoted(str(value))}")
        if isinstance(known[name], str) and not isinstance(value, str):
            raise UsageError(f"the option {name} is a text")
    made = Options(**sent)
    if not isinstance(made.digits, int) or not 1 <= made.digits <= MOST_DIGITS:
        raise UsageError(f"digits are a whole number from 1 to {MOST_DIGITS}")
    return made
