"""What stands beside the formulas of a LaTeX text and is no part of them: prose, equation numbers, ranges of an index.

It is left out, and every output says so in one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cgviz.errors import ExpressionError
from cgviz.reading.latex_macros import AND, WORDS
from cgviz.reading.latex_pieces import EDGES, Piece
from cgviz.text.letters import GREEK
from cgviz.text.parsing import spelled

STOP = frozenset(
    "is are was denotes denote means the of for where with and that which from when if let we our be being by as all "
    "every each stands here given then while so an a in on to such it they has have gives".split()
)
CONDITIONS = frozenset({"if", "for", "when", "whenever", "provided"})
COMPARES = frozenset(
    {"<", ">", "≤", "≥", "≠", "le", "leq", "ge", "geq", "lt", "gt", "ne", "neq", "leqslant", "geqslant"}
)
RANGES = frozenset("dots ldots cdots dotsc dotsb in forall subset".split())
NUMBERED = frozenset("0123456789.-abc")
TAG = re.compile(r"\\tag\*?\s*\{([^{}]*)\}")
DRESSED = re.compile(r"\\(?:text|mathrm|textrm|textbf|textit|mbox|quad|qquad)\b|[{}$~]|\\[,;: ]|&")
SIGNS = {"in": " ∈ ", "le": " ≤ ", "leq": " ≤ ", "ge": " ≥ ", "geq": " ≥ ", "forall": "∀", "ldots": "…", "dots": "…"}
SIGNS |= {"cdots": "…", "times": " × ", "top": "⊤", "mathbb": "", "mathcal": ""} | GREEK
REALS = re.compile(r"\\mathbb\s*(?:\{R\}|R)")
MARKED = re.compile(r"\\(?:hat|bar|tilde|vec)\s*(?:\{\s*\\?\w+\s*\}|\s\\?\w)")
RAISED = re.compile(r"\s*\^\s*\{([^{}]{2,})\}")
LONGEST = 60


def group_end(pieces: Sequence[Piece], at: int) -> int:
    """Returns where a macro of words ends with its group; 0 for any other piece."""
    is_group = pieces[at].kind == "macro" and pieces[at].text in WORDS
    if not is_group or at + 1 >= len(pieces) or pieces[at + 1].text != "{":
        return 0
    return pieces[at + 1].partner + 1


def spoken(text: str, pieces: Sequence[Piece], at: int) -> list[str]:
    """Returns the words of `\\text{...}` at `at` where they are prose and no name; none for anything else."""
    end = group_end(pieces, at)
    if not end:
        return []
    written = text[pieces[at + 1].end : pieces[end - 1].start].replace("$", " ").strip()
    words = re.findall(r"[^\W\d_]+", written.lower())
    if written.endswith(":") or written.startswith("(") or written.startswith(","):
        return words or [written]
    if len(written.split()) == 1 and words != [written.lower().rstrip(",.:")]:  # a name, `where1`, `e1by3`
        return []
    if len(words) == 1:
        return words if words[0] in AND | CONDITIONS | {"is"} else []
    return words if words and {words[0], words[-1]} & STOP else []


def is_number(pieces: Sequence[Piece], start: int, end: int) -> bool:
    """Tells whether a range is an equation's number, `(2.3)`, `(4a)`."""
    if end - start < 3 or pieces[start].text != "(" or pieces[start].partner != end - 1:
        return False
    inner = [piece.text for piece in pieces[start + 1 : end - 1]]
    return inner[0].isdecimal() and NUMBERED.issuperset(inner) and len(inner) < 8


def without_number(text: str, pieces: Sequence[Piece], start: int, end: int) -> int:
    """Returns where a statement ends without the number behind it, which stands apart: `& (1)`, `\\ (1)`."""
    if end - start < 4 or pieces[end - 1].kind != "close":
        return end
    opener = pieces[end - 1].partner
    if opener <= start or not is_number(pieces, opener, end):
        return end
    before = pieces[opener - 1]
    gap = text[before.end : pieces[opener].start]
    return opener if before.text == "&" or "\\ " in gap or "~" in gap or len(gap) > 2 else end


def without_set(pieces: Sequence[Piece], start: int, end: int) -> int:
    """Returns where a statement ends without the set behind it that its value is in: `W x \\in \\mathbb{R}^n`."""
    at = start
    while at < end and not (pieces[at].kind == "macro" and pieces[at].text == "in"):
        at = pieces[at].partner + 1 if pieces[at].kind == "open" else at + 1
    return at if at - start > 1 else end


def is_range(pieces: Sequence[Piece], is_equation: bool) -> bool:
    """Tells whether pieces say over what an equation goes: `\\dots`, `x \\in \\mathbb{R}`, `\\forall i`, `x > 0`.

    `m = x > 0` is an equation.
    """
    compares = frozenset[str]() if is_equation else COMPARES
    return any(piece.text in (RANGES | compares if piece.kind == "macro" else compares) for piece in pieces)


def refuse_condition(text: str, before: Sequence[str], pieces: Sequence[Piece]) -> None:
    """Raises ExpressionError for `x^2 \\text{ if } x > 0`, half of a function."""
    if pieces and before and before[0] in CONDITIONS and any(piece.text in COMPARES for piece in pieces):
        message = "a condition beside a formula is half of a function: write all of it with \\begin{cases}, or leave "
        message += "the condition out"
        raise ExpressionError(message, text, pieces[0].start, pieces[-1].end)


def around(text: str, pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Yields the ranges of a text between its formulas in `$`, but for a "where" alone."""
    edges = [0, *(at for piece in pieces if piece.text in EDGES for at in (piece.start, piece.end)), len(text)]
    for start, end in zip(edges[::4], edges[1::4], strict=False) if len(edges) > 2 else ():
        words = re.findall(r"[^\W\d_]+", text[start:end].lower())
        if words and not AND.issuperset(words):
            yield start, end


def said(text: str, ranges: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Returns what stands in ranges of a text as a reader would say it, in the order of the text, each once."""
    tags = [match.span() for match in TAG.finditer(text)]
    found = (shortened(text[start:end]) for start, end in sorted({*ranges, *tags}))
    return tuple(dict.fromkeys(part for part in found if part))


def shortened(written: str) -> str:
    written = TAG.sub(r"(\1)", written).replace("\\{", "❴").replace("\\}", "❵")
    written = MARKED.sub(lambda match: spelled(match[0]).text, written)
    plain = re.sub(r"\\([A-Za-z]+)", lambda match: SIGNS.get(match[1], match[0]), REALS.sub("ℝ", written))
    plain = RAISED.sub(r"^(\1)", plain)
    plain = DRESSED.sub(" ", plain).replace("❴", "{").replace("❵", "}")
    words = " ".join(plain.split()).strip(" ,;:").replace(" ,", ",")
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"


def joined(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yields ranges of a text, those that touch or overlap as one."""
    start, end = -1, -1
    for first, last in sorted(ranges):
        if start >= 0 and first <= end + 2:
            end = max(end, last)
            continue
        if start >= 0:
            yield start, end
        start, end = first, last
    if start >= 0:
        yield start, end
