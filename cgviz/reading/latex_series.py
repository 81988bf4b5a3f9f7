"""Sums, products and maxima in LaTeX: written out where their bounds are numbers, else along the axes of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import ge, gt, le, lt, ne

from cgviz.errors import ExpressionError
from cgviz.reading.latex_calls import Calls
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_spans import EMPTY, Env, Item, Span, around, called, synthetic
from cgviz.reading.latex_sums import MOST_TERMS, SERIES, Bounds, Condition, Side, term_end
from cgviz.reading.tokens import Token

COMPARE = {"!=": ne, "<": lt, ">": gt, "<=": le, ">=": ge}


class Series:
    """The part of a translation that reads sums."""

    def __init__(self, calls: Calls) -> None:
        self.calls, self.text, self.pieces, self.names = calls, calls.text, calls.pieces, calls.names
        self.indices = calls.indices
        self.budget = 50_000

    def is_bounded(self, span: Span) -> bool:
        """Tells whether a max or min has an index under it."""
        return span.at + 1 < span.end and self.pieces[span.at + 1].text == "_"

    def refuse_unbound(self, piece: Piece, bounds: Bounds, env: Env) -> None:
        """Raises ExpressionError for `\\sum_{j \\ne i}` where nothing binds i: of one i, or over every i as well?"""
        for each in bounds.conditions:
            own, other = each.left.letter, each.right.letter
            known = {*bounds.letters, *env.axes, *env.numbers, ""}
            if each.sign != "!=" or other in known or not own:
                continue
            message = f"does this sum run over {other} as well? Then write \\sum_{other} \\sum_{{{own} \\ne {other}}}; "
            message += f"of one {other} bind it on the left side, L_{other} = ...; a label {other} is read in text: "
            message += f"sum(s*(arange(3) != {other})) of 3 numbers s, {other} counted from 0"
            raise self.error(message, piece, self.pieces[bounds.end - 1])

    def series(self, span: Span) -> list[Item]:
        """Reads \\sum, \\prod, \\max_i: written out where its bounds are numbers, else along an axis."""
        piece, at, env = self.pieces[span.at], span.at, span.env or EMPTY
        written = self.indices.bounds(at)
        self.refuse_unbound(piece, written, env)
        bounds = resolved(written, env)
        end = self.reach(bounds, span.end)
        if end == bounds.end:
            raise self.error("the terms of this sum are missing", piece)
        span.at = end
        if bounds.literal is not None:
            return self.written_out(piece, bounds, end, env)
        name = {"sum": "sum", "prod": "prod", "max": "amax", "min": "amin"}[piece.text]
        if not bounds.letters:
            if env.axes or bounds.over != (0, 0):
                raise self.error("a sum within a sum needs an index: \\sum_j", piece)
            return [called(name, piece), *around(piece, [Span(bounds.end, end)])]
        for letter in bounds.letters:
            if letter in env.axes or letter in env.numbers:
                raise self.error(f"the index {letter} is used twice", piece)
            if not self.indices.mentions(bounds.end, end, letter):
                raise self.error(unborne(piece.text, letter), piece)
        inner, conditions = self.indices.along_axes(at, bounds, end, env)
        terms = self.masked(piece, Span(bounds.end, end, env=inner), conditions, inner)
        if not env.axes:  # over all that there is
            return [called(name, piece), *around(piece, terms)]
        axis = [synthetic(",", piece), Token("name", "axis", piece.start, piece.end), synthetic("=", piece)]
        last = [synthetic("-", piece), Token("number", "1", piece.start, piece.end)]
        for _ in bounds.letters:
            terms = [called(name, piece), synthetic("(", piece), *terms, *axis, *last, synthetic(")", piece)]
        return terms

    def masked(self, piece: Piece, terms: Span, conditions: Sequence[Condition], env: Env) -> list[Item]:
        """Returns the terms of a sum, those left out for which a condition on the indices does not hold."""
        made: list[Item] = [terms]
        for each in conditions:
            left, right = (self.indices.numbers(one, env, piece, self.indices.first) for one in (each.left, each.right))
            none: list[Item] = [Token("number", "1" if piece.text == "prod" else "0", piece.start, piece.end)]
            if piece.text in ("max", "min"):
                sign = [synthetic("-", piece)] if piece.text == "max" else []
                none = [*sign, Token("name", "inf", piece.start, piece.end)]
            test = [*left, synthetic(each.sign, piece), *right]
            comma = synthetic(",", piece)
            made = [called("where", piece), *around(piece, [*test, comma, *made, comma, *none])]
        return made

    def reach(self, bounds: Bounds, end: int) -> int:
        """Returns where the terms of a sum end: as far as its index stands, `\\sum_i a_i + b_i`, in one at least."""
        at = term_end(self.pieces, bounds.end, end)
        while bounds.end < at < end and self.pieces[at].text in ("+", "-", "−"):
            after = term_end(self.pieces, at + 1, end)
            if not self.indices.borne(at + 1, after) & {*bounds.letters}:
                break
            at = after
        return at

    def written_out(self, piece: Piece, bounds: Bounds, end: int, env: Env) -> list[Item]:
        """Returns a sum (or product) of so many terms, its index a number in each."""
        terms = bounds.literal or range(0)
        self.budget -= len(terms) * (end - bounds.end)
        if not 0 < len(terms) <= MOST_TERMS or self.budget < 0:
            raise self.error(f"a sum with numbers for bounds has 1 to {MOST_TERMS} terms here, not {len(terms)}", piece)
        letter = bounds.letters[0]
        sign = {"sum": "+", "prod": "*"}.get(piece.text, ",")
        items: list[Item] = []
        for number in terms:
            inner = replace(env, numbers={**env.numbers, letter: number})
            if not all(self.holds(each, inner, piece) for each in bounds.conditions):
                continue
            term = Span(bounds.end, end, env=inner)
            items += [synthetic(sign, piece)] if items else []
            items += [term] if sign == "," else around(piece, [term])
        made = around(piece, items)
        return [called(piece.text, piece), *made] if sign == "," else made

    def holds(self, condition: Condition, env: Env, piece: Piece) -> bool:
        """Tells whether a condition on indices that are numbers holds."""
        sides = (condition.left, condition.right)
        if any(one.letter and one.letter not in env.numbers for one in sides):
            raise self.error("a condition between an index with numbers and one without is not read", piece)
        left, right = (env.numbers.get(one.letter, 0) + one.more for one in sides)
        return bool(COMPARE[condition.sign](left, right))

    def error(self, message: str, first: Piece, last: Piece | None = None) -> ExpressionError:
        return self.calls.error(message, first, last)


def resolved(bounds: Bounds, env: Env) -> Bounds:
    """Returns the bounds of a sum where the indices around it are known: `\\sum_{j=i+1}^n`, `\\sum_{j=1}^i`."""
    outer = {*env.axes, *env.numbers}
    letters = tuple(letter for letter in bounds.letters if letter not in bounds.compared or letter not in outer)
    lower, upper, conditions = bounds.lower, bounds.upper, list[Condition]()
    letters += tuple(sorted({each.right.letter for each in bounds.conditions} - {*letters, *outer, ""}))
    one = Side(letters[0]) if len(letters) == 1 else None
    top = bounds.top
    if one is not None and top.letter in env.numbers:
        upper = env.numbers[top.letter] + top.more
    elif one is not None and top.letter in env.axes:
        conditions.append(Condition(one, "<=", top))
    for each in bounds.conditions:
        if each.left == one and each.sign == ">=" and each.right.letter in env.numbers:
            lower = env.numbers[each.right.letter] + each.right.more
        else:
            conditions.append(each)
    return replace(bounds, letters=letters, lower=lower, upper=upper, conditions=tuple(conditions))


def unborne(name: str, letter: str) -> str:
    """Returns what to do where nothing under a sum, or a maximum, bears its index."""
    if name in SERIES:
        return f"nothing after it bears the index {letter}: give what is summed that index, or put it in brackets"
    steps = " (cgviz descend steps downhill)" if name == "min" else ""
    remedy = f"give its values as an array, \\{name}_{letter} Q_{letter}, or what stands behind it alone{steps}"
    return f"nothing after it bears the index {letter}: {remedy}"
