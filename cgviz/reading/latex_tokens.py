"""LaTeX pieces become tokens of the language, by a stack of spans: depth is no danger, nothing is read twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from cgviz.errors import ExpressionError, quoted
from cgviz.reading import latex_macros as macros
from cgviz.reading.latex_below import KEY, key
from cgviz.reading.latex_cases import rows, split
from cgviz.reading.latex_cases import within as inner
from cgviz.reading.latex_pieces import Piece, touches, touching_digit
from cgviz.reading.latex_rows import inner_product, length, product
from cgviz.reading.latex_series import Series
from cgviz.reading.latex_slash import below
from cgviz.reading.latex_spans import EMPTY, Env, Item, Span, around, called, synthetic, within
from cgviz.reading.latex_statements import is_equals
from cgviz.reading.latex_sums import BOUNDED, SERIES
from cgviz.reading.tokens import NO_DERIVATIVE, OPERATORS, SUPERSCRIPTS, Token


class Translator(Series):
    """Turns ranges of pieces into tokens."""

    def tokens(self, start: int, end: int, env: Env = EMPTY) -> list[Token]:
        """Returns the tokens of a part of a statement, without an "end". A name before a bracket is a call or a factor.

        Along axes everything is element by element: there factors side by side are multiplied by `*`.
        """
        made: list[Token] = []
        stack: list[Item] = [Span(start, end, top=True, env=env)]
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
                items = self.step(item)
                for inner in items:
                    if isinstance(inner, Span) and inner.env is None:
                        inner.env = item.env
                if item.env is not None and item.env.axes:
                    items = by_elements(items, made)
                stack.extend(reversed(items))
                item.fed = True
        return [token._replace(kind="name") if token.kind == "call" else token for token in made]

    def step(self, span: Span) -> list[Item]:
        """Reads what begins at the span's next piece, moves the span behind it, and returns what to write."""
        piece = self.pieces[span.at]
        if self.names.begins(span.at):
            if found := self.calls.lowered(span):
                return found
            return product(self.indices, span) or self.calls.name(span)
        if piece.kind == "digit" or (piece.text == "." and touching_digit(self.pieces, span.at + 1)):
            return self.number(span)
        if piece.kind == "open":
            return product(self.indices, span) or self.bracket(span)
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
        if piece.text in SERIES or (piece.text in BOUNDED and self.is_bounded(span)):
            return self.series(span)
        if piece.text in ("arg", "argmax", "argmin") and self.follows(span, ("max", "min", "argmax", "argmin")):
            is_max = self.follows(span, ("max", "argmax"))
            why = macros.NO_ARGMAX if is_max else macros.NO_ARGMIN
            raise self.error(f"'\\{piece.text}' cannot be read: {why}", piece)
        if piece.text in macros.REFUSED:
            raise self.error(f"'\\{piece.text}' cannot be read: {self.refusal(piece.text)}", piece)
        if piece.text in macros.FUNCTIONS:
            span.at += 1
            return self.calls.function(span, piece, macros.FUNCTIONS[piece.text])
        if piece.text == "operatorname":
            return self.calls.operator(span)
        if piece.text in macros.OPERATORS:
            return self.operator(span, macros.OPERATORS[piece.text])
        raise self.unknown(piece)

    def refusal(self, name: str) -> str:
        derivative = macros.REFUSED[name] == macros.NO_ARROW and "\\partial" in self.text
        return NO_DERIVATIVE if derivative else macros.REFUSED[name]

    def follows(self, span: Span, names: Collection[str]) -> bool:
        """Tells whether the piece at the span, or the one after it, is one of these macros."""
        return any(piece.text in names for piece in self.pieces[span.at : min(span.at + 2, span.end)])

    def character(self, span: Span) -> list[Item]:
        piece = self.pieces[span.at]
        if piece.text == "^":
            return self.power(span)
        if piece.text in SUPERSCRIPTS:
            return self.operator(span, "super")
        if piece.text == ";" and not span.top:
            return self.operator(span, ",")
        if piece.text == "/" and (end := below(self.names, span.at, span.end, self.calls.is_call)):
            start, span.at = span.at + 1, end
            return [Token("/", "/", piece.start, piece.end), *around(piece, [Span(start, end)])]
        if piece.text in "+-*/!,<>√" or piece.text in OPERATORS:
            return self.operator(span, OPERATORS.get(piece.text, piece.text))
        if piece.text == "mid" and self.separates(span):
            return self.operator(span, ",")
        if piece.text == KEY and not (span.env and span.env.axes):
            span.at += 1
            return [*key(self.text, piece)]
        if piece.text == "_":
            raise self.error("a subscript stands after a name and before a power: x_1, x_{12}^2", piece)
        raise self.error(f"{quoted(self.spelling(piece))} is not expected here", piece)

    def separates(self, span: Span) -> bool:
        """Tells whether a bar stands between the arguments of a function of the program: `N(x | m, s)`."""
        at = span.at
        while at and not (self.pieces[at].kind == "open" and self.pieces[at].partner > span.at):
            at -= 1
        return any(name.end == at and self.calls.is_function(name) for name in self.indices.found.values())

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
        if at < span.end and self.text[first.start : last.end] == "1" and self.calls.holds_condition(at):
            span.at = self.pieces[at].partner + 1
            return self.calls.condition(self.pieces[at], at + 1, self.pieces[at].partner, span.env or EMPTY)
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
        if piece.text in ("matrix", "det"):
            return self.matrix(piece, inside, span)
        if piece.text == "{" and inside.at == inside.end:
            return []
        if piece.text == "‖":
            return self.norm(span, piece, inside)
        if piece.text == "⟨":
            return inner_product(self.indices, span.env or EMPTY, piece, inside)
        if piece.text == "[" and (sign := self.calls.listing(inside)):
            return self.joined(span, piece, inside, sign)
        if self.is_positive_part(span, piece):
            span.at = self.names.extent(span.at + 1)
            zero = [Token("number", "0", piece.start, piece.end), synthetic(",", piece)]
            return [called("max", piece), synthetic("(", piece), *zero, inside, synthetic(")", piece)]
        if piece.text == "|" and self.is_doubled(inside):
            return self.norm(span, piece, Span(inside.at + 1, inside.end - 1))
        bracketed = within(piece, self.pieces[piece.partner], inside)
        mark = "bars " if piece.text == "|" else "raised " if self.may_be_matrix(span, inside) else ""
        return [called(mark, piece), *bracketed] if mark else bracketed

    def may_be_matrix(self, span: Span, inside: Span) -> bool:
        """Tells whether a power, no inverse and no transpose, stands behind a bracket in which there are capitals."""
        if span.at >= span.end or self.pieces[span.at].text != "^" or (span.env is not None and span.env.axes):
            return False
        if not any(piece.text.isupper() for piece in self.pieces[inside.at : inside.end]):
            return False
        exponent = [each for each in self.pieces[span.at + 1 : self.names.extent(span.at + 1)] if each.kind != "close"]
        return not self.calls.is_inverse(span.at) and not self.names.is_transpose(exponent)

    def is_doubled(self, inside: Span) -> bool:
        """Tells whether what stands between bars are bars, and touch them: the norm `||x||` as it is typed."""
        inner, closer = self.pieces[inside.at], self.pieces[inside.end]
        is_all = inner.text == "|" and inner.partner == inside.end - 1
        return is_all and touches(self.pieces, inside.at) and self.pieces[inside.end - 1].end == closer.start

    def joined(self, span: Span, piece: Piece, inside: Span, sign: str) -> list[Item]:
        """Reads `[h_{t-1}, x_t]`, numbers or vectors one after the other; a `^T` behind says that it is a column."""
        if span.env is not None and span.env.axes:
            raise self.error("a list in brackets within a sum over an index is not read", piece)
        if span.at + 1 < span.end and self.pieces[span.at].text == "^":
            end = self.names.extent(span.at + 1)
            if self.names.is_transpose([part for part in self.pieces[span.at + 1 : end] if part.kind != "close"]):
                span.at = end
        return [called(f"joined {sign}", piece), *within(piece, self.pieces[piece.partner], inside)]

    def is_positive_part(self, span: Span, piece: Piece) -> bool:
        """Tells whether a bracket is [x]_+."""
        after = [part.text for part in self.pieces[span.at : span.at + 4]]
        return piece.text in ("(", "[", "\\{") and (after[:2] == ["_", "+"] or after[:3] == ["_", "{", "+"])

    def norm(self, span: Span, piece: Piece, inside: Span) -> list[Item]:
        """Reads `\\|x\\|_2`: a vector's length, a matrix' Frobenius norm."""
        kind = ""
        if span.at < span.end and self.pieces[span.at].text == "_":
            start, span.at = span.at + 1, self.names.extent(span.at + 1)
            kind = self.names.words(start, span.at).lower()
            kind = {"2": "2", "1": "1", "f": "F", "infty": "inf", "fro": "F"}.get(kind, "?")
            if kind == "?":
                raise self.error("norms are read with 1, 2, F and \\infty below", piece, self.pieces[span.at - 1])
        if span.env is not None and span.env.axes:
            return length(self.indices, span.env, piece, inside, kind)
        return [called(f"length {kind}", piece), *within(piece, self.pieces[piece.partner], inside)]

    def matrix(self, piece: Piece, inside: Span, span: Span) -> list[Item]:
        """Reads the rows of a matrix; one column is a vector, one row a vector transposed."""
        if span.env is not None and span.env.axes:
            raise self.error("a matrix within a sum over an index is not read", piece)
        rows = [self.columns(first, last) for first, last in split(self.pieces, inside.at, inside.end)]
        if not rows or any(len(row) != len(rows[0]) for row in rows):
            raise self.error("the rows of this matrix differ in length", piece)
        is_vector = len(rows[0]) == 1 or len(rows) == 1
        lists = [self.listed(piece, row) for row in ([[cell for row in rows for cell in row]] if is_vector else rows)]
        made = lists[0] if is_vector else self.brackets(piece, lists)
        turned = [synthetic("T", piece)] if len(rows) == 1 and len(rows[0]) > 1 else []
        made = around(piece, made)
        return [called("det", piece), *made] if piece.text == "det" else [*made, *turned]

    def columns(self, start: int, end: int) -> list[Span]:
        edges = [at for at, _ in inner(self.pieces, start, end) if self.pieces[at].text == "&"]
        return [Span(a, b) for a, b in zip([start, *(at + 1 for at in edges)], [*edges, end], strict=True)]

    def listed(self, piece: Piece, cells: Sequence[Span]) -> list[Item]:
        return self.brackets(piece, [[cell] for cell in cells])

    def brackets(self, piece: Piece, parts: Sequence[Sequence[Item]]) -> list[Item]:
        """Returns parts in square brackets, commas between them."""
        joined = [item for part in parts for item in (synthetic(",", piece), *part)][1:]
        return [synthetic("[", piece), *joined, synthetic("]", piece)]

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
        span.at = self.argument_end(middle)
        if self.is_differential(start, middle) and self.is_differential(middle, span.at):
            raise self.error(NO_DERIVATIVE, piece, self.pieces[span.at - 1])
        top, bottom = around(piece, [Span(start, middle)]), around(piece, [Span(middle, span.at)])
        return around(piece, [*top, synthetic("/", piece), *bottom])

    def argument_end(self, at: int) -> int:
        """Returns the index after the argument at `at`; refuses one sign that a digit touches: TeX takes it alone."""
        end = self.names.extent(at)
        first = self.pieces[at]
        is_sign = first.kind in ("letter", "digit") and end < len(self.pieces) and touches(self.pieces, end)
        if is_sign and self.is_digit(end, after_point=False):
            message = f"only the first sign, {first.text}, is the argument here: put all of it in braces, {{..}}"
            raise self.error(message, first, self.pieces[end])
        return end

    def is_differential(self, start: int, end: int) -> bool:
        """Tells whether half of a fraction is `d`, `dx` or `dy`, and d no name that the program uses otherwise."""
        dressed = (*macros.WORDS, "{", "rm")
        written = "".join(piece.text for piece in self.pieces[start:end] if piece.text not in dressed)
        return written[:1] == "d" and len(written) <= 2 and "d" not in self.calls.variables

    def root(self, span: Span) -> list[Item]:
        piece, option = self.pieces[span.at], span.at + 1
        start = self.names.after_option(option)
        span.at = self.argument_end(start)
        radicand = around(piece, [Span(start, span.at)])
        degree = self.calls.written(option + 1, start - 1)
        if start == option or degree in ("2", "3"):
            return [called("cbrt" if degree == "3" else "sqrt", piece), *radicand]
        one = Token("number", "1", piece.start, piece.end)
        inverse = [one, synthetic("/", piece), *around(piece, [Span(option + 1, start - 1)])]
        return around(piece, [*radicand, synthetic("**", piece), *around(piece, inverse)])

    def power(self, span: Span) -> list[Item]:
        piece, start = self.pieces[span.at], span.at + 1
        end = self.argument_end(start)
        first, before = self.pieces[start], self.pieces[max(0, start - 2)]
        if first.kind == "char":
            raise self.error("put the exponent in braces, ^{..}", piece, first)
        if end < span.end and self.pieces[end].text == "^":
            raise self.error("a second exponent; put the first power in brackets", self.pieces[end])
        braced = int(first.text == "{")
        inside = self.pieces[start + braced : end - braced] if end - start < 9 else []
        is_turned = (
            "".join(each.text for each in inside) in ("-T", "−T", "-top", "−top") and "T" not in self.names.known
        )
        if is_turned and (before.kind == "close" or before.text.isupper()):
            raise self.error("an inverse, transposed: write (A^{-1})^T", piece, inside[1])
        is_index = bool(inside) and inside[0].text == "[" and inside[0].partner + 1 < len(self.pieces)
        if is_index and self.pieces[inside[0].partner + 1].text == "^":
            raise self.error("an index in brackets and more: write a^{[1]T}, or {a^{[1]}}^2", piece, inside[-1])
        if self.names.is_transpose(inside):
            if span.env is not None and span.env.axes:
                message = "within a sum a transpose is read between two names, w^T x_i, and norms as \\|x_i - y_i\\|^2"
                raise self.error(message, piece, first)
            span.at = end
            return [Token("T", "^T", piece.start, self.pieces[end - 1].end)]
        span.at = end
        is_operand = before.kind in ("letter", "close") or before.text in macros.GREEK
        if self.calls.written(start, end) in ("-1", "−1") and is_operand and before.text != "e":
            return [Token("inverse", "^{-1}", piece.start, self.pieces[end - 1].end)]
        return [Token("**", "^", piece.start, piece.end), *around(piece, [Span(start, end)])]

    # errors

    def spelling(self, piece: Piece) -> str:
        return self.text[piece.start : piece.end]

    def unknown(self, piece: Piece) -> ExpressionError:
        tables = (macros.GREEK, macros.FUNCTIONS, macros.OPERATORS, macros.FRACTIONS, macros.WORDS, macros.ACCENTS)
        near = get_close_matches(piece.text[:40], [name for table in tables for name in table], n=1)
        hint = f"; did you mean '\\{near[0]}'?" if near else ""
        return self.error(f"the macro {quoted(self.spelling(piece))} is not one that is read here{hint}", piece)


BEGINS, ENDS = frozenset({"name", "call", "number", "("}), frozenset({"name", "number", ")", "]", "!", "super", "T"})


def by_elements(items: list[Item], before: Sequence[Token]) -> list[Item]:
    """Returns what is read along axes: dots and blanks between factors multiply element by element."""
    made: list[Item] = []
    for item in items:
        is_sign = isinstance(item, Token) and item.kind in ("·", "×", "⊙", " ")
        made.append(item._replace(kind="*") if is_sign and isinstance(item, Token) else item)
    first = made[0] if made else None
    if isinstance(first, Token) and first.kind in BEGINS and before and before[-1].kind in ENDS:
        return [Token("*", "*", first.start, first.start), *made]
    return made
