"""Names and functions in LaTeX, and how far their arguments go: `\\sigma(x)`, `\\sin^2 2x`, `\\max\\{a, b\\}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cgviz.errors import ExpressionError, quoted
from cgviz.ops.op import REGISTRY
from cgviz.reading import latex_macros as macros
from cgviz.reading.latex_names import Name, Names
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_spans import Item, Span, around, called, synthetic, within
from cgviz.reading.tokens import Token

FEW = 6


@dataclass
class Calls:
    """Reads names and function macros; each method moves the span on and returns what to write.

    functions  the names that the program defines as functions; `variables` those that it assigns or that have values
    """

    text: str
    pieces: Sequence[Piece]
    names: Names
    functions: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()

    def name(self, span: Span) -> list[Item]:
        """Reads a name, and the bracket after it where it is a function."""
        first, name = self.pieces[span.at], self.names.read(span.at)
        span.at = name.end
        last = self.pieces[name.end - 1]
        if self.applied(name, name.end, span.end):
            follower = self.pieces[name.end]
            span.at = follower.partner + 1
            inside = Span(name.end + 1, follower.partner)
            head = Token("call", self.function_name(name), first.start, last.end)
            return [head, *within(follower, self.pieces[follower.partner], inside)]
        raised = name.end < span.end and self.pieces[name.end].text == "^"
        if raised and self.applied(name, self.names.extent(name.end + 1), span.end):
            message = "a power or an inverse of a function: put the whole call in brackets"
            raise self.error(message, first, self.pieces[name.end])
        return [Token("name", name.text, first.start, last.end)]

    def applied(self, name: Name, at: int, end: int) -> bool:
        """Tells whether the bracket at `at` holds the arguments of `name`."""
        if at >= end or self.pieces[at].kind != "open" or self.pieces[at].text not in ("(", "["):
            return False
        return self.is_function(name) or any(p.text == "," for p in self.own(at + 1, self.pieces[at].partner))

    def own(self, at: int, end: int) -> Iterator[Piece]:
        """Yields the pieces of a range outside its inner brackets."""
        while at < end:
            yield self.pieces[at]
            at = self.pieces[at].partner + 1 if self.pieces[at].kind == "open" else at + 1

    def is_function(self, name: Name) -> bool:
        """Tells whether a bracket after `name` holds arguments; after other letters it is a factor."""
        if name.text in self.functions:
            return True
        if name.text in self.variables:
            return False
        return not name.letter or name.text in macros.APPLIED or name.letter in macros.FUNCTION_LETTERS

    def function_name(self, name: Name) -> str:
        if name.text in self.functions:
            return name.text
        return macros.APPLIED.get(name.text) or registered(name.text)

    def times(self, name: Token, bracket: Token) -> Token:
        """Returns the `*` between a name and a bracket that holds no arguments of it."""
        if name.text in REGISTRY and name.text not in {*macros.GREEK.values(), *self.variables}:
            message = f"{quoted(name.text)} is a function: put its argument in brackets, {name.text}(...)"
            raise ExpressionError(message, self.text, name.start, name.end)
        return Token("*", "*", bracket.start, bracket.end)

    def operator(self, span: Span) -> list[Item]:
        """Reads `\\operatorname{relu}` and its argument."""
        piece, at = self.pieces[span.at], span.at + 1
        if at < span.end and self.pieces[at].text == "*":
            at += 1
        span.at = self.names.extent(at)
        name = self.names.words(at, span.at)
        return self.function(span, piece, name if name in self.functions else registered(name))

    def function(self, span: Span, piece: Piece, name: str) -> list[Item]:
        """Reads what stands after a function's name: `\\sin^2 x`, `\\log_2(x)`, `\\max\\{a, b\\}`."""
        power: list[Item] = []
        base: tuple[int, int] | None = None
        while span.at < span.end and self.pieces[span.at].kind == "char" and self.pieces[span.at].text in "^_":
            mark, start = self.pieces[span.at].text, span.at + 1
            span.at = self.names.extent(start)
            if mark == "^":
                power = self.power(piece, start, span.at)
            elif name == "log":
                base = start, span.at
            else:
                raise self.error(f"a subscript of '\\{piece.text}' cannot be read", piece, self.pieces[start])
        argument = self.argument(span, piece)
        call = self.logarithm(piece, argument, *base) if base else [called(name, piece), *argument]
        return [*around(piece, call), *power] if power else call

    def power(self, piece: Piece, start: int, end: int) -> list[Item]:
        """Returns `** (exponent)` for the exponent of a function's name. Raises ExpressionError for an inverse."""
        if self.written(start, end) == "-1":
            message = f"'\\{piece.text}^{{-1}}' is an inverse function; write \\arc{piece.text} or 1/\\{piece.text}(..)"
            raise self.error(message, piece, self.pieces[end - 1])
        return [synthetic("**", piece), *around(piece, [Span(start, end)])]

    def logarithm(self, piece: Piece, argument: list[Item], start: int, end: int) -> list[Item]:
        """Returns a logarithm to the base that stands at `start`."""
        base = self.written(start, end)
        if base in ("2", "10"):
            return [called(f"log{base}", piece), *argument]
        top = [called("log", piece), *argument]
        bottom = [called("log", piece), *around(piece, [Span(start, end)])]
        return around(piece, [*top, synthetic("/", piece), *bottom])

    def written(self, start: int, end: int) -> str:
        """Returns pieces as they are spelled, without the braces around them; "" where they are more than a few."""
        return "".join(p.text for p in self.pieces[start:end] if p.text != "{") if end - start <= FEW else ""

    def argument(self, span: Span, piece: Piece) -> list[Item]:
        """Returns the argument of a function in brackets: what is bracketed after it, else as far as a product goes."""
        first = self.pieces[span.at] if span.at < span.end else None
        if first is None or first.kind != "open" or first.text == "{":
            return around(piece, [Span(span.at, span.end, bare=span)])
        start, span.at = span.at, first.partner + 1
        inside = Span(start, span.at) if first.text in ("|", "cases") else Span(start + 1, first.partner)
        return within(first, self.pieces[first.partner], inside)

    def ends_bare(self, span: Span) -> bool:
        """Tells whether an argument without brackets ends before the next piece: at an operator or a function."""
        piece = self.pieces[span.at]
        if not span.fed:
            return False
        divides = piece.text == "/" or macros.OPERATORS.get(piece.text) == "/"
        if divides or (piece.kind == "open" and piece.text != "{"):
            raise self.error("how far does the function's argument go? put it in brackets", piece)
        if piece.kind == "macro":
            return piece.text in macros.OPERATORS or piece.text in macros.FUNCTIONS or piece.text == "operatorname"
        return piece.kind in ("row", "gap") or (piece.kind == "char" and piece.text not in "^!√")

    def hand_back(self, span: Span) -> None:
        """Lets the owner of a bare argument go on after it."""
        if span.bare is None:
            return
        if not span.fed:
            raise self.error("the argument of a function is missing after this", self.pieces[span.at - 1])
        span.bare.at = span.at

    def error(self, message: str, first: Piece, last: Piece | None = None) -> ExpressionError:
        return ExpressionError(message, self.text, first.start, (last or first).end)


def registered(name: str) -> str:
    """Returns a function's name as it is registered: `relu` for ReLU."""
    bare = name.lower().replace("_", "")
    return name if name in REGISTRY else next((known for known in REGISTRY if known.replace("_", "") == bare), name)
