"""A LaTeX text as pieces: what carries no meaning is left out, every bracket knows its partner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.latex_below import lowered
from cgviz.reading.latex_macros import (
    BARS,
    BLANKS,
    CASES,
    CLOSE,
    DRESS,
    GAPS,
    LAYOUTS,
    MATRICES,
    NOTES,
    OPEN,
    ROWS,
    SIZES,
    WIDE,
    WORDS,
)  # fmt: skip
from cgviz.reading.latex_tables import tabled
from cgviz.reading.latex_typed import applied, related


class Piece(NamedTuple):
    """kind is "macro", "letter", "digit", "open", "close", "row" (of a table, or a formula's end), "gap" or "char".

    `text` of an open or close is its opener's spelling (`(`, `[`, `{`, `\\{`, `|`, or "cases"); `partner` the
    index of the other one.
    """

    kind: str
    text: str
    start: int
    end: int
    partner: int = -1


def pieces(text: str) -> list[Piece]:
    """Returns the pieces of `text`. Raises ExpressionError at a bracket without its partner."""
    return paired(text, tabled(undressed(text, one_sided(Formulas(text).pieces()))))


def one_sided(found: list[Piece]) -> list[Piece]:
    """Returns the pieces without the brackets of `\\left\\{ ... \\right.`, an array in them as cases."""
    for at in reversed([at for at, piece in enumerate(found) if piece.kind == "close" and piece.text == "."]):
        start, depth = at - 1, 0
        while start >= 0 and (depth or found[start].kind not in ("open", "layout")):
            depth += (found[start].kind in ("close", "endlayout")) - (found[start].kind in ("open", "layout"))
            start -= 1
        if start < 0:
            continue
        inner = found[start + 1 : at]
        if inner and inner[0].text == inner[-1].text == "matrix":
            inner = [inner[0]._replace(text="cases"), *inner[1:-1], inner[-1]._replace(text="cases")]
        found = [*found[:start], *inner, *found[at + 1 :]]
    return found


def undressed(text: str, found: list[Piece]) -> list[Piece]:
    """Returns the pieces without what only dresses: braces under a part and their words, boxes, signs over an "="."""
    found = applied(related(bare_words(fractions(switched(lowered(text, found))))))
    if not any(piece.kind == "macro" and piece.text in DRESS for piece in found):
        return found
    kept: list[Piece] = []
    at = 0
    while at < len(found):
        piece = found[at]
        at += 1
        if piece.kind != "macro" or piece.text not in DRESS:
            kept.append(piece)
        elif piece.text in ("underset", "overset", "stackrel", "textcolor", "colorbox"):
            at = group_end(found, at)
        elif piece.text in ("underbrace", "overbrace"):
            end = group_end(found, at)
            kept += undressed(text, found[at:end])
            at = end
            while at < len(found) and found[at].text in ("_", "^"):
                at = group_end(found, at + 1)
    return kept


def switched(found: list[Piece]) -> list[Piece]:
    """Returns the pieces, the `{\\rm loss}` of older texts as `\\mathrm{loss}`."""
    made = list(found)
    for at in range(len(found) - 1):
        opener, macro = found[at : at + 2]
        if macro.kind == "macro" and macro.text in SWITCHES and opener.text == "{" and opener.kind == "open":
            made[at] = macro._replace(text=SWITCHES[macro.text], start=opener.start)
            made[at + 1] = opener._replace(start=macro.end, end=macro.end)
    return made


SWITCHES = {"rm": "mathrm", "bf": "mathbf", "cal": "mathcal", "it": "mathit", "sf": "mathsf", "tt": "mathtt"}


def bare_words(found: list[Piece]) -> list[Piece]:
    """Returns the pieces without braces that hold a group of words and nothing else: `{\\text{ for }}`."""
    dropped = set[int]()
    for at in range(len(found) - 3):
        opener, macro = found[at : at + 2]
        if opener.text == "{" and opener.kind == "open" and macro.kind == "macro" and macro.text in SAID:
            end = group_end(found, at + 2)
            is_all = end < len(found) and found[end].text == "{" and found[end].kind == "close"
            dropped |= {at, end} if is_all else set()
    return [piece for at, piece in enumerate(found) if at not in dropped]


def fractions(found: list[Piece]) -> list[Piece]:
    """Returns the pieces, `{a \\over b}` as `\\frac{a}{b}`."""
    for at in reversed([at for at, piece in enumerate(found) if piece.kind == "macro" and piece.text == "over"]):
        start, depth = at, 0
        while start and depth >= 0:
            start -= 1
            depth += (found[start].kind == "close") - (found[start].kind == "open")
        if depth >= 0 or found[start].text != "{":
            continue
        over, opener = found[at], found[start]
        close, begin = (Piece(kind, "{", over.start, over.end) for kind in ("close", "open"))
        macro = Piece("macro", "frac", opener.start, opener.end)
        whole = [macro, opener, *found[start + 1 : at], close, begin]
        found = [*found[:start], *whole, *found[at + 1 :]]
    return found


SAID = frozenset({"text", "textrm", "textit", "textbf", "textnormal", "mbox"})


def group_end(found: Sequence[Piece], at: int) -> int:
    """Returns the index after the group, the letter or the macro with its group at `at`."""
    if at < len(found) and found[at].kind == "macro" and at + 1 < len(found) and found[at + 1].text == "{":
        at += 1
    depth = 0
    for here in range(at, len(found)):
        depth += (found[here].kind == "open") - (found[here].kind == "close")
        if depth <= 0:
            return here + 1
    return len(found)


def walked(text: str) -> Iterator[Any]:
    """Yields the tokens of pylatexenc, one after the other: nothing is expanded, nothing is executed."""
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerEndOfStream
    from pylatexenc.macrospec import LatexContextDb

    walker = LatexWalker(text, latex_context=LatexContextDb())
    state = walker.make_parsing_state()
    at = 0
    while True:
        try:
            token = walker.get_token(at, environments=False, parsing_state=state)
        except LatexWalkerEndOfStream:
            break
        yield token
        at = token.pos + token.len
    if text.rstrip()[at:].endswith("\\"):
        raise ExpressionError("the text ends in a lone backslash", text, len(text.rstrip()) - 1)


ALIGNED = re.compile(r"&\s*(?::=|=|\\equiv)\s*&?")
EDGES = frozenset({"$", "$$", "\\[", "\\]", "\\(", "\\)"})


class Formulas:
    """Walks a text's tokens and keeps count of the `$` and `\\[` that formulas stand between."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = walked(text)
        self.delimiter: Piece | None = None
        self.delimited = False
        self.outside: Piece | None = None
        self.aligned: list[bool] = []

    def pieces(self) -> list[Piece]:
        """Returns the pieces; where formulas stand between `$`, the words between them are left out."""
        found = list(self.all())
        if not (self.delimited and self.outside):
            return found
        inside, kept = False, list[Piece]()
        for piece in found:
            is_edge = piece.kind == "row" and piece.text in EDGES
            inside = not inside if is_edge else inside
            if inside or is_edge:
                kept.append(piece)
        return kept

    def all(self) -> Iterator[Piece]:
        within, last = 0, ""  # braces open since a \\text{ began, whose $ are no formula's
        for token in self.tokens:
            piece = plain(token)
            if piece.text == "{" and piece.kind in ("open", "close") and (within or last in WORDS):
                within += 1 if piece.kind == "open" else -1
            last = piece.text if piece.kind == "macro" else ""
            if within and token.tok.startswith("mathmode"):
                continue
            if token.tok.startswith("mathmode"):
                self.switch(piece)
            elif piece.kind not in ("blank", "row", "gap") and piece.text not in ",.;:" and not self.delimiter:
                self.outside = self.outside or piece
            if piece.kind == "macro":
                piece = self.meant(piece)
            if piece.kind != "blank":
                yield piece
        if self.delimiter:
            raise self.error(f"the {quoted(self.delimiter.text)} is never closed", self.delimiter)

    def switch(self, piece: Piece) -> None:
        """Opens or closes a formula."""
        opener = {"\\]": "\\[", "\\)": "\\("}.get(piece.text)
        if self.delimiter is None and opener is None:
            self.delimiter, self.delimited = piece, True
        elif self.delimiter is not None and self.delimiter.text == (opener or piece.text):
            self.delimiter = None
        else:
            raise self.error(f"the {quoted(piece.text)} does not belong here", piece)

    def meant(self, piece: Piece) -> Piece:
        """Returns the piece that a macro is: a bracket, a row, a gap, a blank, or itself."""
        name = piece.text
        if name in ("left", "right", *SIZES):
            return self.delimited_by(piece)
        if name in ("begin", "end"):
            return self.environment(piece)
        if name in NOTES:
            return piece._replace(kind="blank", end=self.group()[1])
        if name in WIDE:
            return piece._replace(kind="gap", end=self.group()[1])
        return piece

    def delimited_by(self, piece: Piece) -> Piece:
        """Returns the bracket after \\left, \\right or \\big."""
        found = next((plain(token) for token in self.tokens), None)
        if found is not None and found.text == "." and piece.text == "right":
            return found._replace(kind="close", start=piece.start)
        if found is None or found.kind not in ("open", "close", "bar"):
            what = "the end" if found is None else quoted(self.text[found.start : found.end])
            raise self.error(f"a bracket is expected after '\\{piece.text}', not {what}", found or piece)
        kind = {"left": "open", "right": "close"}.get(piece.text, found.kind)
        return found._replace(kind=kind, start=piece.start)

    def environment(self, piece: Piece) -> Piece:
        """Returns the open or close of `cases`, or a row for an environment that only lays out."""
        name, end = self.group()
        bare = name.rstrip("*")
        opens = piece.text == "begin"
        if bare in CASES:
            return Piece("open" if opens else "close", "cases", piece.start, end)
        if bare in LAYOUTS or (bare == "array" and self.is_aligned(opens, end)):
            bare, end = "layout" if bare == "array" else bare, self.columns(end) if opens and bare == "array" else end
            return Piece("layout" if opens else "endlayout", bare, piece.start, end)
        if bare in MATRICES:
            end = self.columns(end) if opens and bare == "array" else end
            return Piece("open" if opens else "close", "det" if bare == "vmatrix" else "matrix", piece.start, end)
        raise self.error(f"the environment {quoted(name)} cannot be read; cases, align, matrices can", piece)

    def is_aligned(self, opens: bool, end: int) -> bool:
        """Tells whether an array sets equations under each other: `q & = & x + y`."""
        if opens:
            body = self.text[end : self.text.find("\\end{array}", end)]
            self.aligned.append(ALIGNED.search(body) is not None)
            return self.aligned[-1]
        return self.aligned.pop() if self.aligned else False

    def columns(self, end: int) -> int:
        """Returns where the `{cc}` of an array ends."""
        return self.group()[1]

    def group(self) -> tuple[str, int]:
        """Returns the text of the group that follows, and where it ends."""
        first = next(self.tokens, None)
        if first is None or first.tok != "brace_open":
            raise ExpressionError("'{' is expected here", self.text, first.pos if first else len(self.text) - 1)
        for token in self.tokens:
            if token.tok == "brace_close":
                return self.text[first.pos + 1 : token.pos].strip(), token.pos + token.len
        raise ExpressionError("'{' is never closed", self.text, first.pos)

    def error(self, message: str, piece: Piece) -> ExpressionError:
        return ExpressionError(message, self.text, piece.start, piece.end)


def plain(token: Any) -> Piece:
    """Returns a token of pylatexenc as a piece, by its own spelling alone."""
    text, start = token.arg, token.pos
    end = start + token.len - len(token.post_space)
    if token.tok == "macro":
        spelling = "\\" + text
        kinds: Iterable[tuple[str, Any]] = (("blank", BLANKS), ("row", ROWS), ("gap", GAPS))
        kind = next((kind for kind, names in kinds if text in names), "macro")
    elif token.tok == "comment":
        return Piece("blank", "", start, end)
    elif token.tok.startswith("mathmode") or text == "\n\n":
        return Piece("row", text, start, end)
    else:
        spelling, kind = text, "letter" if text.isalpha() else "digit" if text in "0123456789" else "char"
    if spelling in OPEN:
        return Piece("open", OPEN[spelling], start, end)
    if spelling in CLOSE:
        return Piece("close", CLOSE[spelling], start, end)
    if spelling in BARS:
        return Piece("bar", BARS[spelling], start, end)
    return Piece("blank" if text == "~" else kind, text, start, end)


def paired(text: str, found: list[Piece]) -> list[Piece]:
    """Returns the pieces with every bracket's partner; a bar opens or closes by what stands before it."""
    opened: list[int] = []
    for at, piece in enumerate(found):
        kind = piece.kind
        if kind == "bar":
            closes = opened and found[opened[-1]].text == piece.text and ends_operand(found[at - 1])
            kind = "close" if closes else "open"
        if kind in ("open", "layout"):
            opened.append(at)
        elif kind in ("close", "endlayout"):
            while opened and found[opened[-1]].text in ("|", "‖") and found[opened[-1]].text != piece.text:
                if not any(found[other].text == piece.text for other in opened):
                    break
                alone = opened.pop()
                found[alone] = found[alone]._replace(kind="char", text="mid")
            if not opened or found[opened[-1]].text != piece.text:
                raise mismatch(text, found[opened[-1]] if opened else None, piece)
            other = opened.pop()
            found[other] = found[other]._replace(partner=at)
            piece = piece._replace(partner=other)
        found[at] = piece._replace(kind=kind)
    if opened:
        raise mismatch(text, found[opened[-1]], None)
    return [p._replace(kind="row") if p.kind in ("layout", "endlayout") else p for p in found]


def ends_operand(piece: Piece) -> bool:
    """Tells whether an operand can end with `piece`, so that a bar after it closes."""
    if piece.kind == "macro":
        from cgviz.reading.latex_macros import FUNCTIONS, OPERATORS

        return piece.text not in FUNCTIONS and piece.text not in OPERATORS
    return piece.kind in ("letter", "digit", "close") or piece.text in ("!", "'", "′")


def mismatch(text: str, opener: Piece | None, closer: Piece | None) -> ExpressionError:
    """Returns the error for a bracket without its partner."""
    if opener is None:
        assert closer is not None
        shown = quoted(text[closer.start : closer.end])
        return ExpressionError(f"{shown} closes nothing", text, closer.start, closer.end)
    shown = quoted(text[opener.start : opener.end])
    if closer is None:
        return ExpressionError(f"{shown} is never closed", text, opener.start, opener.end)
    met = quoted(text[closer.start : closer.end])
    return ExpressionError(f"{shown} is closed by {met}", text, opener.start, closer.end)


def touches(pieces: Sequence[Piece], at: int) -> bool:
    return pieces[at - 1].end == pieces[at].start


def touching_digit(pieces: Sequence[Piece], at: int) -> bool:
    return at < len(pieces) and pieces[at].kind == "digit" and touches(pieces, at)
