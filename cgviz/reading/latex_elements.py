"""Names with indices as tokens: `z[1]` for z_2, an array along the axes of a sum, the places that an index takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cgviz.errors import ExpressionError
from cgviz.reading.latex_indices import Indices
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_scripts import LatexName
from cgviz.reading.latex_spans import Env, Item, around, called, number, synthetic
from cgviz.reading.latex_sums import Bounds, Condition, Side, side
from cgviz.reading.tokens import Token
from cgviz.text.spelling import Spelling


class Elements(Indices):
    """Writes the names of a program whose indices are known."""

    def along_axes(self, at: int, bounds: Bounds, end: int, env: Env) -> tuple[Env, list[Condition]]:
        """Returns what the indices mean under the sum at `at` over whole axes, and on which of its terms there is a
        condition. Raises ExpressionError for bounds that are no whole axis and no condition."""
        letters, conditions = bounds.letters, list(bounds.conditions)
        bearers = {**env.bearers, **self.bearers(bounds.end, end, letters)}
        starts, shifts, first = dict(env.starts), dict(env.shifts), self.first
        low, high = self.shifts(bounds.end, end, letters[0])
        if low or high:
            shifts[letters[0]] = low, high
        if bounds.lower is not None and len(letters) == 1:
            starts[letters[0]] = first = bounds.lower if bounds.lower in (0, 1) else self.first
            if bounds.lower != first - low:
                conditions.append(Condition(Side(letters[0]), ">=", Side("", bounds.lower)))
        is_all = not conditions and (bounds.over == (0, 0) or -bounds.top.more == high + 1 - first)
        if (low or high) and not (is_all and len(letters) == 1):
            message = "the places that x_{i+1} or x_{i-1} needs are not all within this sum: sum where they are, "
            message += "\\sum_{i=1}^{n-1}, or use slices in text, sum((x[1:] - x[:-1])**2)"
            raise ExpressionError(message, self.text, self.pieces[at].start, self.pieces[bounds.end - 1].end)
        if at in self.partial and not (low or high) and letters[0] not in self.compared:
            message = (
                "this sum leaves terms out that another sum over the same letter has: write numbers for its bounds"
            )
            raise ExpressionError(message, self.text, self.pieces[at].start, self.pieces[bounds.end - 1].end)
        inner = replace(env, axes=(*env.axes, *letters), starts=starts, shifts=shifts, bearers=bearers)
        return inner, conditions

    def numbers(self, one: Side, env: Env, piece: Piece, start: int) -> list[Item]:
        """Returns the numbers of an index, along its axis, as one side of a condition: `i`, `i+1`, 2."""
        if one.letter in env.numbers or not one.letter:
            return number(env.numbers.get(one.letter, 0) + one.more, piece)
        if one.letter not in env.axes:
            message = f"nothing binds the index {one.letter}: put it under a sum, or on the left side"
            raise ExpressionError(message, self.text, piece.start, piece.end)
        name = env.bearers.get(one.letter) or next(iter(env.bearers.values()), None)
        letter = one.letter if one.letter in env.bearers else next(iter(env.bearers), "")
        if name is None or one.letter in env.shifts:
            message = f"the index {one.letter} itself is no array: give an array of its values a name"
            raise ExpressionError(message, self.text, piece.start, piece.end)
        token = Token("name", self.base(name), piece.start, piece.end)
        axis = [part for part in self.parts(name, env) if part != ""].index(letter)
        made: list[Item] = [
            called(f"places {axis} {start}", piece),
            synthetic("(", piece),
            token,
            synthetic(")", piece),
        ]
        behind = env.axes[env.axes.index(one.letter) :]
        if len(behind) > 1:
            made += self.key(piece, [":" if each == one.letter else "None" for each in behind])
        more = [synthetic("+" if one.more > 0 else "-", piece), *number(abs(one.more), piece)] if one.more else []
        return around(piece, [*made, *more]) if more else made

    def written(self, name: LatexName, env: Env) -> list[Item]:
        """Returns the tokens of a name: an element, an array along its axes, or a name of its own."""
        piece, last = self.pieces[name.start], self.pieces[name.end - 1]
        parts = self.parts(name, env)
        self.refuse_shifted(name, env)
        base = self.base(name, env) if parts else ""
        axes = [part for part in parts if isinstance(part, str) and part in env.axes]
        if env.hidden and not axes and base in self.arrays and any(isinstance(part, str) for part in parts):
            self.element(name, base, parts)
        if env.hidden:
            base, parts = (base, parts) if axes else (self.names.identifier(name.spelling), [])
            return self.along(name, base, [*parts, *env.hidden], env)
        if axes:
            return self.along(name, base, parts, env)
        before = [part for part in parts if isinstance(part, int) and part < self.first]
        if parts and not before and (base in self.arrays or self.is_given(name, base)) and not env.axes:
            return self.element(name, base, parts)
        numbers = any(isinstance(part, int) for part in parts) and bool(env.numbers)
        spelling = self.numbered(name, parts) if numbers else name.spelling
        token = Token("name", self.names.identifier(spelling), piece.start, last.end)
        is_constant = token.text in ("e", "pi") and token.text not in self.given
        plain = token.text.isidentifier() and env.axes and not is_constant
        if plain:
            self.ranked(name, token.text, 0)
        return [called("index ", piece), synthetic("(", piece), token, synthetic(")", piece)] if plain else [token]

    def refuse_shifted(self, name: LatexName, env: Env) -> None:
        """Raises ExpressionError for the x_{i+1} of a sum over a whole axis: no element of x for every i."""
        for start, end in name.items:
            inner = self.pieces[start:end]
            signs = any(piece.text in ("+", "-", "−") for piece in inner)
            if signs and any(piece.kind == "letter" and piece.text in {*env.axes} - {*env.shifts} for piece in inner):
                shown = self.names.source(name.start, name.end)
                message = (
                    f"{shown} within a sum over all of an axis: write a number over the sum, \\sum_{{i=1}}^{{3}}, or "
                )
                message += "slices in text, sum((x[1:] - x[:-1])**2)"
                raise ExpressionError(message, self.text, self.pieces[name.start].start, inner[-1].end)

    def is_given(self, name: LatexName, base: str) -> bool:
        full = self.names.identifier(name.spelling)
        return base in self.given and full not in self.given and full not in self.assigned

    def parts(self, name: LatexName, env: Env) -> list[int | str]:
        """Returns the indices of a name: a number, a letter, ":" or "" for what is none."""
        found: list[int | str] = []
        if name.raised in self.bound or name.raised in env.numbers:
            found.append(env.numbers.get(name.raised, name.raised))
        for start, end in name.items:
            found.append(self.part(start, end, env))
        return found

    def part(self, start: int, end: int, env: Env) -> int | str:
        """Returns one index: i, 2, i+1 where i is a number."""
        texts = [piece.text for piece in self.pieces[start:end]]
        if texts == [":"]:
            return ":"
        if (one := side(self.pieces[start:end])) is not None and one.letter in env.shifts:
            return one.letter
        values: list[int] = []
        signs: list[int] = []
        digits = ""
        for text in [*texts, "+"]:
            if text.isdecimal():
                digits += text
                continue
            if digits:
                values.append(int(digits[:9]))
                digits = ""
            if text in env.numbers:
                values.append(env.numbers[text])
            elif text in ("+", "-", "−"):
                signs.append(1 if text == "+" else -1)
            else:
                return texts[0] if len(texts) == 1 else ""
        if len(values) != len(signs):
            return ""
        return sum(sign * value for sign, value in zip([1, *signs], values, strict=False))

    def numbered(self, name: LatexName, parts: Sequence[int | str]) -> Spelling:
        """Returns the spelling of w_i where i is 2: w_2."""
        raised, rest = (parts[0], parts[1:]) if len(parts) > len(name.items) else ("", parts)
        spelling = name.spelling
        if isinstance(raised, int):
            spelling = replace(spelling, sup=(Spelling("("), Spelling(str(raised)), Spelling(")")))
        if any(isinstance(part, int) for part in rest):
            sub: list[Spelling] = []
            for at, part in enumerate(rest):
                sub += [Spelling(",")] if at else []
                sub.append(Spelling(str(part) if part != "" else "x"))
            spelling = replace(spelling, sub=tuple(sub), glued=False)
        return spelling

    def element(self, name: LatexName, base: str, parts: Sequence[int | str]) -> list[Item]:
        """Returns `z[1]` for z_2, `X[:, 0]` for X_{:,1}. Raises ExpressionError for an index that nothing binds."""
        piece, last = self.pieces[name.start], self.pieces[name.end - 1]
        key: list[Item] = []
        for part in parts:
            if isinstance(part, int) and part >= self.first:
                key += [Token("number", str(part - self.first), piece.start, last.end)]
            elif part == ":":
                key += [synthetic(":", piece)]
            else:
                message = f"nothing binds the index {part!r} of {base}: put what a sum runs over in brackets; "
                message += f"one fixed element gets a name of its own, {base}_{{\\text{{{part}}}}}"
                if not part:
                    message = (
                        f"a place that is computed chooses of {base} here: in text it is {base}[y], counted from 0; "
                    )
                    message += f"or give it one name, or a sum, \\sum_k t_k {base}_k, t being 1 at that place, else 0"
                raise ExpressionError(message, self.text, piece.start, last.end)
            key.append(synthetic(",", piece))
        return [Token("name", base, piece.start, last.end), synthetic("[", piece), *key[:-1], synthetic("]", piece)]

    def along(self, name: LatexName, base: str, parts: Sequence[int | str], env: Env) -> list[Item]:
        """Returns an array along the axes that its indices run over, the others in their places: `x[:, None]`."""
        piece, last = self.pieces[name.start], self.pieces[name.end - 1]
        axes = [part for part in parts if isinstance(part, str)]
        if len({*axes}) < len(axes) or any(axis not in env.axes for axis in axes):
            message = f"the indices {', '.join(axes) or '?'} of {base} are not all bound by a sum or by the left side"
            raise ExpressionError(message, self.text, piece.start, last.end)
        env.met.update(axes)
        self.ranked(name, base, len(parts))
        letters = "".join(part[0] if isinstance(part, str) else "1" for part in parts)
        made: list[Item] = [called(f"index {letters}", piece), synthetic("(", piece)]
        array: list[Item] = [Token("name", base, piece.start, last.end)]
        array = [called("inv", piece), synthetic("(", piece), *array, synthetic(")", piece)] if env.inverse else array
        made += [*array, synthetic(")", piece)]
        slices = [self.slice(name, at, part, env) for at, part in enumerate(parts)]
        if len(axes) < len(parts) or {*slices} != {":"}:
            made += self.key(piece, slices)
        order = [env.axes.index(axis) for axis in axes]
        if order != sorted(order):
            if len(axes) > 2:
                raise ExpressionError("the order of these indices is not read", self.text, piece.start, last.end)
            made.append(synthetic("T", piece))
        behind = env.axes[min(order) :]
        if len(behind) > len(axes):
            made += self.key(piece, [":" if axis in axes else "None" for axis in behind])
        return made

    def slice(self, name: LatexName, at: int, part: int | str, env: Env) -> str:
        """Returns the key of one index along an axis: ":", a place, or of x_{i+1} beside x_i "1:"."""
        if isinstance(part, int):
            return str(part - self.first)
        if part not in env.shifts:
            return ":"
        items = [None, *name.items] if name.raised in self.bound or name.raised in env.numbers else [*name.items]
        item = items[at] if at < len(items) else None
        one = side(self.pieces[item[0] : item[1]]) if item else None
        low, high = env.shifts[part]
        more = one.more if one else 0
        return f"{more - low or ''}:{more - high or ''}"

    def ranked(self, name: LatexName, identifier: str, rank: int) -> None:
        """Raises ExpressionError where a name stands for arrays of two ranks, as x beside the rows x_i."""
        if self.ranks.setdefault(identifier, rank) != rank:
            first, last = self.pieces[name.start], self.pieces[name.end - 1]
            shown = self.names.source(name.start, name.end)
            message = (
                f"{shown} stands here with another number of indices than {identifier} elsewhere: give it another name"
            )
            raise ExpressionError(message, self.text, first.start, last.end)

    def key(self, piece: Piece, parts: Sequence[str]) -> list[Item]:
        kinds = {":": ":", "-": "-", "None": "name"}
        made: list[Item] = []
        for part in parts:
            signs = re.findall(r"\d+|None|\D", part)
            made += [synthetic(",", piece), *(Token(kinds.get(s, "number"), s, piece.start, piece.end) for s in signs)]
        return [synthetic("[", piece), *made[1:], synthetic("]", piece)]
