"""A fence becomes what it asks for, by the kernel: figures as files or inline, reports as Markdown."""

from __future__ import annotations

import re
import shlex
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cgviz.errors import CgvizError, EvaluationError, UsageError, quoted
from cgviz.kernel import VERSION, respond
from cgviz.kernel.reports import REPORTS
from cgviz.kernel.requests import PICTURE
from cgviz.places.words import FenceWords, words_of

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})(?P<head>[^\n`]*)\n(?P<body>.*?)^[ \t]*(?P=ticks)[`~]*[ \t]*$\n?",
    re.DOTALL | re.MULTILINE,
)
HOLDS = re.compile(r"[ \t]*([-*+:]|\d+[.)]|!!!|\?\?\?\+?|===\S*|\[\^[^\]]*\]:)[ \t]")  # what indented text belongs to
OURS = re.compile(r"[ \t]*(?P<brace>\{?)\.?cgviz\b(?P<words>.*)")
SHOWN = ("picture", "program", "code", *REPORTS)
KERNEL = ("style", "theme", "direction", "background", "detail", "ties", "lang", "node", "wrt", *PICTURE)


@dataclass(frozen=True)
class Fence:
    """A fence: its program, its words, its place in the text (offsets), and the line on which it begins."""

    program: str
    words: FenceWords
    start: int
    end: int
    line: int
    indent: str = ""


def fences(text: str) -> Iterator[Fence]:
    """Yields the fences of a text. Raises UsageError, naming the line, where the words of one are none."""
    for match in FENCE.finditer(text):  # those in other languages as well: what looks like a fence in them is none
        ours = OURS.fullmatch(match["head"])
        if not ours or is_code(text[: match.start()], match["indent"]):
            continue
        line = text.count("\n", 0, match.start()) + 1
        try:
            words = words_of(shlex.split(ours["words"].strip().removesuffix("}" if ours["brace"] else "")))
        except (CgvizError, ValueError) as error:
            raise UsageError(f"line {line}: {error}") from error
        body = "\n".join(each.removeprefix(match["indent"]) for each in match["body"].splitlines())
        yield Fence(body, words, match.start(), match.end(), line, match["indent"])


def is_code(before: str, indent: str) -> bool:
    """Tells whether what stands so far in is an indented block of code: it belongs to no list, remark or note."""
    depth = len(indent.expandtabs(4))
    if depth < 4:
        return False
    lines = (line.expandtabs(4) for line in reversed(before.splitlines()) if line.strip())
    owner = next((line for line in lines if len(line) - len(line.lstrip()) < depth), "")
    return not HOLDS.match(owner)


@dataclass(frozen=True)
class WovenFigure:
    """A picture: the place of the fence among all, what it is a picture of, its ending, its content.

    note  what its author should know, such as that its texts are too small for the page; "" where there is nothing
    """

    number: int
    title: str
    ending: str
    content: bytes
    note: str = ""


Place = Callable[[WovenFigure], str]
"""Takes a figure and returns the Markdown that shows it."""


def woven(text: str, place: Place, to: str = "svg", **look: str) -> str:
    """Returns a Markdown text whose fences have become what they ask for.

    to    the format of pictures, "svg", "png" or "pdf", where a fence does not say `to=`
    look  likewise other words: `fit`, `min_text`

    Raises UsageError or EvaluationError, naming the line of the fence.
    """
    parts, done = [], 0
    for number, fence in enumerate(fences(text), 1):
        fence = replace(fence, words=replace(fence.words, options={**look, **fence.words.options}))
        parts += [text[done : fence.start], indented(shown(fence, number, place, to), fence.indent)]
        done = fence.end
    return "".join([*parts, text[done:]])


def indented(text: str, indent: str) -> str:
    return "".join(indent + line if line.strip() else line for line in text.splitlines(keepends=True))


def shown(fence: Fence, number: int, place: Place, to: str) -> str:
    """Returns the Markdown of one fence."""
    found = []
    for name in fence.words.options.get("show", "picture").split(","):
        if name not in SHOWN:
            raise UsageError(f"line {fence.line}: there is no {quoted(name)} to show; there are {', '.join(SHOWN)}")
        found.append(piece(fence, name, number, place, to))
    return "\n".join(found)


def piece(fence: Fence, name: str, number: int, place: Place, to: str) -> str:
    """Returns the Markdown of one thing that a fence shows."""
    if name == "program":
        return fenced(fence.program, "")
    if name == "picture":
        format = fence.words.options.get("to", to)
        answer = asked(fence, name, format)
        content = b64decode(answer["base64"]) if "base64" in answer else answer["text"].encode()
        title = fence.words.options.get("title", "") or fence.program.strip().splitlines()[-1][:100]
        return place(WovenFigure(number, title, format, content, answer.get("note", ""))) + "\n"
    if name == "code":
        return fenced(asked(fence, name, "")["text"], fence.words.options.get("lang", "python"))
    return str(asked(fence, name, "markdown")["text"]).strip() + "\n"


def fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def asked(fence: Fence, want: str, format: str) -> dict[str, Any]:
    """Returns the kernel's answer. Raises what its error is, naming the line in the text."""
    options: dict[str, Any] = {name: fence.words.options[name] for name in KERNEL if name in fence.words.options}
    options |= {name: value for name, value in fence.words.look.items() if name == "digits"}
    options |= {"fill": False, "format": format}
    request = {
        "cgviz": VERSION, "program": fence.program, "inputs": dict(fence.words.inputs), "want": [want],
        "options": options,
    }  # fmt: skip
    response = respond(request)
    answer: dict[str, Any] = response["answers"].get(want, {})
    error = response["error"] or answer.get("error")
    if error:
        kind = EvaluationError if error["kind"] in ("evaluation", "render") else UsageError
        raise kind(f"line {fence.line}: {error['text']}")
    return answer
