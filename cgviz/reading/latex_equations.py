"""A LaTeX statement as an equation: what it assigns, as a name or a function, and which of its forms is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cgviz.errors import CgvizError, ExpressionError
from cgviz.reading.latex_macros import FUNCTIONS
from cgviz.reading.latex_names import LatexNames
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_scripts import LatexName, Range
from cgviz.reading.latex_statements import is_equals, is_layout
from cgviz.reading.tokens import NO_DERIVATIVE
from cgviz.records import record
from cgviz.text.identifiers import LONGEST_NAME
from cgviz.text.spelling import Spelling

SIGNS = frozenset("+-−")
CLOSERS = {"(": ")", "[": "]", "{": "", "\\{": "}"}
SQUARED = frozenset("σ s χ R r v d ε".split())
RAISED = (
    "a superscript on the left is an index, not a power: for a layer write a^{(2)} or a^{[2]}, for an index a_2, "
    "here and wherever it stands"
)


@record
class EquationHead:
    """The left side of an equation: a name, and the range of its parameters where it is written as a function."""

    name: LatexName
    parameters: Range | None
    index: tuple[str, ...] = ()


@record
class WrittenEquation:
    """A statement: the heads of its left sides, outermost first, the range of the form that is read, the others."""

    heads: tuple[EquationHead, ...]
    body: Range
    skipped: tuple[Range, ...] = ()


def parts(pieces: Sequence[Piece], start: int, end: int) -> list[Range]:
    """Returns the ranges between the "=" of a statement, layout at their ends left out."""
    edges = [at for at, _ in outer(pieces, start, end) if is_equals(pieces[at])]
    found = zip([start, *(at + 1 for at in edges)], [*edges, end], strict=True)
    return [trimmed(pieces, a, b) for a, b in found]


def outer(pieces: Sequence[Piece], start: int, end: int) -> Iterator[Range]:
    """Yields (index, end) of the pieces of a range outside all brackets."""
    at = start
    while at < end:
        after = pieces[at].partner + 1 if pieces[at].kind == "open" else at + 1
        yield at, after
        at = after


def trimmed(pieces: Sequence[Piece], start: int, end: int) -> Range:
    while start < end and is_layout(pieces[start]):
        start += 1
    while start < end and (is_layout(pieces[end - 1]) or pieces[end - 1].text == ":"):
        end -= 1
    return start, end


def head(names: LatexNames, start: int, end: int) -> EquationHead | None:
    """Returns what stands left of "=", `y`, `f(x, y)`, `\\sigma(z)_i`; None where it is no name."""
    pieces = names.pieces
    if start >= end or not (names.begins(start) or pieces[start].text == "operatorname"):
        return None
    name = names.read(start)
    at, parameters = name.end, None
    if at < end and pieces[at].kind == "open" and pieces[at].text in ("(", "["):
        parameters = (at + 1, pieces[at].partner)
        at = pieces[at].partner + 1
    index: tuple[str, ...] = ()
    if parameters and at < end and pieces[at].text == "_":
        after = names.extent(at + 1)
        index = tuple(piece.text for piece in pieces[at + 1 : after] if piece.kind == "letter")
        at = after
    return EquationHead(name, parameters, index) if at == end else None


def equation(text: str, names: LatexNames, start: int, end: int) -> WrittenEquation:
    """Returns the equation in a range: of several forms the last that is no number alone.

    Raises ExpressionError where the left side is no name.
    """
    pieces = names.pieces
    forms = parts(pieces, start, end)
    heads: list[EquationHead] = []
    while len(forms) > 1:
        found = head(names, *forms[0])
        if found is None:
            break
        heads.append(found)
        forms = forms[1:]
    if not heads and len(forms) > 1 and is_titled(names, *forms[0]) and not is_number(pieces, *forms[-1]):
        heads, forms = [titled(names, *forms[0])], forms[-1:]
    if not heads and len(forms) > 1:
        raise no_name(text, names, *forms[0])
    if any(a >= b for a, b in forms):
        at = min(forms[-1][0], len(pieces)) - 1
        raise ExpressionError("a formula is expected after '='", text, pieces[at].start, pieces[at].end)
    written = [form for form in forms if not is_number(pieces, *form)] or forms
    return WrittenEquation(tuple(heads), written[-1], tuple(form for form in forms if form != written[-1]))


def is_titled(names: LatexNames, start: int, end: int) -> bool:
    """Tells whether a left side is a function of a name or its negative, `\\log p(x)`, `-D`, `\\|x\\|_2`: a title."""
    start += names.pieces[start].text in SIGNS
    if start >= end:
        return False
    first = names.pieces[start]
    is_function = first.kind == "macro" and first.text in FUNCTIONS
    return first.text == "‖" or is_function or head(names, start, end) is not None


def titled(names: LatexNames, start: int, end: int) -> EquationHead:
    """Returns the head of a left side that is a title, as one word: `log p(x)`."""
    written, at = "", start
    while at < end:
        piece = names.pieces[at]
        if names.begins(at):
            name = names.read(at)
            written, at = written + name.spelling.text, name.end
            continue
        if piece.text == "operatorname":
            after = names.extent(at + 1)
            written, at = written + names.words(at + 1, after), after
            continue
        is_function = piece.kind == "macro" and piece.text in FUNCTIONS
        sign = CLOSERS.get(piece.text, piece.text) if piece.kind == "close" else piece.text.replace("\\", "")
        written += f"{sign} " if is_function else sign
        at += 1
    written = written.replace("-", "−").strip()[:LONGEST_NAME]
    return EquationHead(LatexName(Spelling(written, "upright"), start, end, ""), None)


def no_name(text: str, names: LatexNames, start: int, end: int) -> ExpressionError:
    """Returns the error for a left side that is no name."""
    pieces = names.pieces
    first, last = pieces[start], pieces[max(start, end - 1)]
    message = "a name stands left of '=', or a function such as f(x)"
    written = {piece.text for piece in pieces[start:end]}
    if {"partial", "nabla"} & written or text[first.start : first.end + 8].startswith(("\\frac{d", "\\frac {d")):
        message = NO_DERIVATIVE
    elif names.begins(start) and "^" in written:
        message = RAISED
    return ExpressionError(message, text, first.start, last.end)


def is_number(pieces: Sequence[Piece], start: int, end: int) -> bool:
    return start < end and all(piece.kind == "digit" or piece.text in "+-−." for piece in pieces[start:end])


def multiple(names: LatexNames, start: int, end: int) -> str:
    """Returns the letters that stand side by side left of "=" where they are several, as in `xpy = x + y`, else ""."""
    at, letters = start, ""
    while at < end and names.begins(at) and (at == start or names.joined(at)) and len(letters) < LONGEST_NAME:
        if names.pieces[at].kind == "open":
            return ""
        part, at = names.atom(at)
        letters += part
    return letters if letters.isidentifier() and len(letters.rstrip("0123456789")) > 1 else ""


def raised_marks(names: LatexNames, start: int, end: int) -> tuple[set[str], set[str]]:
    """Returns the letters that mark layers and the identifiers whose square is a name, by a left side z^l or σ^2."""
    pieces = names.pieces
    if start >= end or not names.begins(start):
        return set(), set()
    try:
        name = names.read(start)
        after = names.extent(name.end + 1) if name.end < end and pieces[name.end].text == "^" else 0
    except CgvizError:
        return set(), set()
    if after and after < end and pieces[after].text == "_" and names.extent(after + 1) == end:
        end = after
    if not after or after != end:
        return set(), set()
    inner = [piece for piece in pieces[name.end + 1 : after] if piece.text not in ("{", "}")]
    inner = [piece for piece in inner if piece.kind not in ("open", "close")]
    letters = {piece.text for piece in inner if piece.kind == "letter"}
    if letters and all(piece.kind in ("letter", "digit") or piece.text in "+-−" for piece in inner):
        return letters - {"T"}, set()
    is_square = [piece.text for piece in inner] == ["2"] and name.spelling.letters in SQUARED
    return set(), {name.spelling.identifier} if is_square else set()
