"""The fences of a Markdown text whose language is cgviz: where they stand, what they hold, what they ask for.

```cgviz x=3 y=-4 style=circuit show=picture,table
(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)
```
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from cgviz.errors import CgvizError, UsageError
from cgviz.places.words import Words, words_of
from cgviz.records import dataclass

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})[ \t]*(?P<language>\{?\.?cgviz\b)(?P<words>[^\n`]*)\n"
    r"(?P<body>.*?)^[ \t]*(?P=ticks)[`~]*[ \t]*$\n?",
    re.DOTALL | re.MULTILINE,
)


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
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        try:
            said = match["words"].strip().removesuffix("}") if match["language"][0] == "{" else match["words"]
            words = words_of(shlex.split(said))
        except (CgvizError, ValueError) as error:
            raise UsageError(f"line {line}: {error}") from error
        body = "\n".join(each.removeprefix(match["indent"]) for each in match["body"].splitlines())
        yield Fence(body, words, match.start(), match.end(), line, match["indent"])
