"""LaTeX pieces become tokens of the language, by a stack of spans: depth is no danger, nothing is read twice."""

from __future__ import annotations

from difflib import get_close_matches

from cgviz.errors import ExpressionError, quoted
from cgviz.reading import latex_macros as macros
from cgviz.reading.latex_calls import Calls
from cgviz.reading.latex_cases import rows
from cgviz.reading.latex_names import touches, touching_digit
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_spans import Item, Span, around, called, synthetic, within
from cgviz.reading.latex_statements import is_equals
from cgviz.reading.tokens import OPERATORS, SUPERSCRIPTS, Token


class Translator:
    """Turns ranges of pieces into tokens."""

    def __init__(self, calls: Calls) -> None:
        self.calls, self.text, self.pieces, self.names = calls, calls.text, calls.pieces, calls.names

    def tokens(self, start: int, end: int) -> list[Token]:
        """Returns the tokens of a statement, without its "end". A name before a bracket is a call or a factor."""
        made: list[Token] = []
        stack: list[Item] = [Span(start, end, top=True)]
        while stack:
            item = stack[-1]
            if isinstance(item, Token):
                if item.kind == "(" and made and made[-1].kind == "name":
                    made.append(self.calls.times(made[-1], item))
                made.append(item)
                stack.pop()
            elif item.at >= item.end or (item.bare and self.calls.ends_bare(item)):
                stack.pop()
                self.calls.hand_back(item)
            else:
                stack.extend(reversed(self.step(item)))
                item.fed = True
        return [token._replace(kind="name") if token.kind == "call" else token for token in made]

    def step(self, span: Span) -> list[Item]:
        """Reads what begins at the span's next piece, moves the span behind it, and returns what to write."""
        piece = self.pieces[span.at]
        if self.names.begins(span.at):
            return self.calls.name(span)
        if piece.kind == "digit" or (piece.text == "." and touching_digit(self.pieces, span.at + 1)):
            return self.number(span)
        if piece.kind == "open":
            return self.bracket(span)
        if is_equals(piece):
            return self.operator(span, "==" if span.condition else "=")
        if span.top and (piece.kind in ("row", "gap") or piece.text == "&"):
            span.at += 1
            return []
        return self.macro(span) if piece.kind == "macro" else self.character(span)

    def macro(self, span: Span) -> list[Item]:
        piece = self.pieces[span.at]
        if piece.text in macros.FRACTIONS:
            return self.fraction(span)
        if piece.text == "sqrt":
            return self.root(span)
        if piece.text in macros.FUNCTIONS:
            span.at += 1
            return self.calls.function(span, piece, macros.FUNCTIONS[piece.text])
        if piece.text == "operatorname":
            return self.calls.operator(span)
        if piece.text in macros.OPERATORS:
            return self.operator(span, macros.OPERATORS[piece.text])
        raise self.unknown(piece)

    def character(self, span: Span) -> list[Item]:
        piece = self.pieces[span.at]
        if piece.text == "^":
            return self.power(span)
        if piece.text in SUPERSCRIPTS:
            return self.operator(span, "super")
        if piece.text in "+-*/!,<>√" or piece.text in OPERATORS:
            return self.operator(span, OPERATORS.get(piece.text, piece.text))
        if piece.text == "_":
            raise self.error("a subscript stands after a name and before a power: x_1, x_{12}^2", piece)
        raise self.error(f"{quoted(self.spelling(piece))} is not expected here", piece)

    def operator(self, span: Span, kind: str) -> list[Item]:
        piece = self.pieces[span.at]
        span.at += 1
        return [Token(kind, self.spelling(piece), piece.start, piece.end)]

    def number(self, span: Span) -> list[Item]:
        """Reads the digits that stand together; `1e-3` is refused, which LaTeX sets as 1·e − 3."""
        start = at = span.at
        point = False
        while at < span.end and self.is_digit(at, point) and (at == start or touches(self.pieces, at)):
            point = point or self.pieces[at].text == "."
            at += 1
        first, last = self.pieces[start], self.pieces[at - 1]
        if at + 1 < span.end and self.pieces[at].text in ("e", "E") and self.has_exponent(at + 1):
            message = "in LaTeX this is a product with e; for a power of ten write \\cdot 10^{..}"
            raise self.error(message, first, self.pieces[at + 1])
        span.at = at
        return [Token("number", self.text[first.start : last.end], first.start, last.end)]

    def is_digit(self, at: int, after_point: bool) -> bool:
        """Tells whether a number goes on at `at`; a second point does not."""
        piece = self.pieces[at]
        return piece.kind == "digit" or (piece.text == "." and not after_point and touching_digit(self.pieces, at + 1))

    def has_exponent(self, at: int) -> bool:
        """Tells whether a sign and digits, or digits alone, follow an `e` without a blank."""
        if not touches(self.pieces, at - 1) or not touches(self.pieces, at):
            return False
        return touching_digit(self.pieces, at + (self.pieces[at].text in ("+", "-")))

    # brackets, fractions, roots, powers

    def bracket(self, span: Span) -> list[Item]:
        piece = self.pieces[span.at]
        inside = Span(span.at + 1, piece.partner)
        span.at = piece.partner + 1
        if piece.text == "cases":
            return self.cases(piece, inside)
        if piece.text == "{" and inside.at == inside.end:
            return []
        bracketed = within(piece, self.pieces[piece.partner], inside)
        return [called("abs", piece), *bracketed] if piece.text == "|" else bracketed

    def cases(self, piece: Piece, inside: Span) -> list[Item]:
        """Writes the rows of `cases` as where(c, a, where(d, b, otherwise)), tried from the top."""
        items: list[Item] = []
        table = rows(self.text, self.pieces, piece, inside.at, inside.end)
        for value, condition in table[:-1]:
            comma = synthetic(",", piece)
            test = Span(*condition, condition=True)
            items += [called("where", piece), synthetic("(", piece), test, comma, Span(*value), comma]
        closing = [synthetic(")", piece)] * (len(table) - 1)
        return around(piece, [*items, Span(*table[-1][0]), *closing])

    def fraction(self, span: Span) -> list[Item]:
        piece, start = self.pieces[span.at], span.at + 1
        middle = self.names.extent(start)
        span.at = self.names.extent(middle)
        if self.is_differential(start, middle) and self.is_differential(middle, span.at):
            raise self.error(macros.NO_DERIVATIVE, piece, self.pieces[span.at - 1])
        top, bottom = around(piece, [Span(start, middle)]), around(piece, [Span(middle, span.at)])
        return around(piece, [*top, synthetic("/", piece), *bottom])

    def is_differential(self, start: int, end: int) -> bool:
        """Tells whether half of a fraction is `d`, `dx` or `dy`, and d no name that the program uses otherwise."""
        written = self.calls.written(start, end)
        return written[:1] == "d" and len(written) <= 2 and "d" not in self.calls.variables

    def root(self, span: Span) -> list[Item]:
        piece, option = self.pieces[span.at], span.at + 1
        start = self.names.after_option(option)
        span.at = self.names.extent(start)
        radicand = around(piece, [Span(start, span.at)])
        degree = self.calls.written(option + 1, start - 1)
        if start == option or degree in ("2", "3"):
            return [called("cbrt" if degree == "3" else "sqrt", piece), *radicand]
        one = Token("number", "1", piece.start, piece.end)
        inverse = [one, synthetic("/", piece), *around(piece, [Span(option + 1, start - 1)])]
        return around(piece, [*radicand, synthetic("**", piece), *around(piece, inverse)])

    def power(self, span: Span) -> list[Item]:
        piece, start = self.pieces[span.at], span.at + 1
        end = self.names.extent(start)
        first = self.pieces[start]
        if first.kind == "char":
            raise self.error("put the exponent in braces, ^{..}", piece, first)
        if first.kind == "digit" and touching_digit(self.pieces, end):
            message = "only the first digit is an exponent here: put it in braces, ^{..}"
            raise self.error(message, piece, self.pieces[end])
        if end < span.end and self.pieces[end].text == "^":
            raise self.error("a second exponent; put the first power in brackets", self.pieces[end])
        if self.transposes(span.at, start, end):
            raise self.error(f"'^T' is a transpose, and {macros.NO_ARRAY}; for a power write (..)^T", piece, first)
        span.at = end
        return [Token("**", "^", piece.start, piece.end), *around(piece, [Span(start, end)])]

    def transposes(self, at: int, start: int, end: int) -> bool:
        """Tells whether the exponent is a T that is no name of the program, over a name."""
        over_name = at > 0 and self.pieces[at - 1].kind in ("letter", "digit")
        return over_name and self.calls.written(start, end) == "T" and "T" not in self.calls.variables

    # errors

    def spelling(self, piece: Piece) -> str:
        return self.text[piece.start : piece.end]

    def unknown(self, piece: Piece) -> ExpressionError:
        tables = (macros.GREEK, macros.FUNCTIONS, macros.OPERATORS, macros.FRACTIONS, macros.WORDS, macros.ACCENTS)
        near = get_close_matches(piece.text[:40], [name for table in tables for name in table], n=1)
        hint = f"; did you mean '\\{near[0]}'?" if near else ""
        return self.error(f"the macro {quoted(self.spelling(piece))} is not one that is read here{hint}", piece)

    def error(self, message: str, first: Piece, last: Piece | None = None) -> ExpressionError:
        return self.calls.error(message, first, last)
