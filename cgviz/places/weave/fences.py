"""The fences of a Markdown text whose language is cgviz: where they stand, what they hold, what they ask for.

```cgviz x=3 y=-4 style=circuit show=picture,table
(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)
```
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from cgviz.errors import CgvizError, UsageError
from cgviz.places.words import Words, words_of

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})(?P<head>[^\n`]*)\n(?P<body>.*?)^[ \t]*(?P=ticks)[`~]*[ \t]*$\n?",
    re.DOTALL | re.MULTILINE,
)
HOLDS = re.compile(r"[ \t]*([-*+:]|\d+[.)]|!!!|\?\?\?\+?|===\S*|\[\^[^\]]*\]:)[ \t]")  # what indented text belongs to
OURS = re.compile(r"[ \t]*(?P<brace>\{?)\.?cgviz\b(?P<words>.*)")


@dataclass(frozen=True)
class Fence:
    """A fence: its program, its words, its place in the text (offsets), and the line on which it begins."""

    program: str
    words: Words
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
