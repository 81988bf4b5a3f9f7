"""The errors that a user can cause: each says what was met, where, and what would work.

CgvizError               exit status 2
├── ExpressionError      the program's text cannot be read; points at the place with a caret
├── UsageError           an option, a value or a file on the command line is wrong
├── EvaluationError      exit status 1: the numbers cannot be computed
└── RenderError          exit status 1: the picture cannot be drawn or written
"""

from __future__ import annotations

import re

LONGEST_MESSAGE = 1000
WINDOW = 72


class CgvizError(Exception):
    """What every error of cgviz is; `str()` of it is the text for the user, without a traceback.

    Messages name options as they are typed, `--y VALUE`: `typed` is that text, for the command line. `str()` speaks
    Python, `y=...`.
    """

    exit_code = 2

    @property
    def typed(self) -> str:
        return str(self.args[0])

    def __str__(self) -> str:
        return in_python(self.typed)

    def __init__(self, message: str) -> None:
        super().__init__(shorten(printable(message), LONGEST_MESSAGE - 4 * WINDOW))


class ExpressionError(CgvizError):
    """The text of a program cannot be read.

    `text` is the whole program, `start` and `end` the offsets of what was met; `str()` shows the line
    (a window of it when it is long) with carets under the place.
    """

    def __init__(self, message: str, text: str = "", start: int | None = None, end: int | None = None) -> None:
        super().__init__(message)
        self.text, self.start, self.end = text, start, end

    @property
    def typed(self) -> str:
        return f"{self.args[0]}{self.pointed}"

    def __str__(self) -> str:
        return in_python(str(self.args[0])) + self.pointed

    @property
    def pointed(self) -> str:
        """The line of the program with carets under the place; "" where no place is known."""
        if self.start is None or not self.text.strip():
            return ""
        return f"\n{underlined(self.text, self.start, self.end or self.start + 1)}"


class UsageError(CgvizError):
    """An option, a value or a file named on the command line (or an argument of a call) is wrong."""


class EvaluationError(CgvizError):
    """The numbers cannot be computed."""

    exit_code = 1


class RenderError(CgvizError):
    """The picture cannot be drawn or written."""

    exit_code = 1


OPTION = re.compile(r"(?<![\w-])--([A-Za-z_][\w-]*)(?:[ =](VALUE|all|gate|stage|-?[0-9][\w.+-]*))?")


def in_python(message: str) -> str:
    """Returns a message with keyword arguments in the place of options: `give y=...` for `give --y VALUE`.

    A command that is named as a whole, `cgviz jacobian --wrt x`, stays.
    """

    def spoken(match: re.Match[str]) -> str:
        name, value = match[1].replace("-", "_"), match[2]
        worth = "..." if value in (None, "VALUE") else value if value[-1].isdigit() else f'"{value}"'
        return f"{name}={worth}" if value else f"{name}="

    clauses = re.split("([;:,] )", message)
    return "".join(clause if "cgviz " in clause else OPTION.sub(spoken, clause) for clause in clauses)


def shorten(text: str, most: int) -> str:
    """Returns `text`, its middle replaced by an ellipsis where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


def quoted(text: str, most: int = 40) -> str:
    """Returns a piece of the user's text between quotes, shortened, on one line, with nothing unprintable."""
    return f"'{shorten(printable(text).replace(chr(10), ' '), most)}'"


def printable(text: str) -> str:
    """Returns `text` with every control character and lone surrogate written as an escape; newlines stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def underlined(text: str, start: int, end: int) -> str:
    """Returns the line of `text` that holds offset `start`, indented, with carets under `start:end`."""
    start = min(max(start, 0), len(text))
    head = text.rfind("\n", 0, start) + 1
    tail = text.find("\n", start)
    line, column = text[head : tail if tail >= 0 else len(text)], start - head
    width = max(1, min(end, head + len(line)) - start)
    left = max(0, min(column - WINDOW // 3, len(line) - WINDOW))
    window = line[left : left + WINDOW]
    before, after = "..." if left else "", "..." if left + WINDOW < len(line) else ""
    shown = "".join(c if c.isprintable() else " " for c in window)
    pad = cells(before + shown[: column - left])
    marks = "^" + "~" * (min(cells(shown[column - left : column - left + width]), WINDOW) - 1)
    return f"  {before}{shown}{after}\n  {' ' * pad}{marks}"


def cells(text: str) -> int:
    """Returns how many terminal columns `text` takes (wide characters two, combining marks none)."""
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
