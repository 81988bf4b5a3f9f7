"""Indices in LaTeX: which letters run over the axes of arrays, and what a name with indices stands for.

`\\sum_{i=1}^{3} w_i x_i` is written out, its names w_1, w_2 ...; `\\sum_i w_i x_i` and `\\sum_{i=1}^{n}` run over a
whole axis of the arrays w and x. An index that stands on both sides of an equation is one: element by element.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from cgviz.errors import CgvizError, ExpressionError
from cgviz.reading.latex_macros import FRACTIONS
from cgviz.reading.latex_names import Name, Names, Range
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_spans import EMPTY, Env, Item, called, synthetic
from cgviz.reading.latex_sums import BOUNDED, Bounds, bounds, term_end
from cgviz.reading.tokens import Token
from cgviz.text.spelling import Spelling

COUNTS = frozenset("nNmM")


@dataclass
class Indices:
    """What a program's indices mean.

    bound   the letters that run over an axis; `free` those that stand on both sides of an equation
    arrays  the identifiers of the names that are indexed by one of them; `first` is the number of their first element
    counts  for the letter over a sum, as the n of \\sum_{i=1}^{n}: (n, the array, its axis, how many more n is)
    """

    text: str
    pieces: Sequence[Piece]
    names: Names
    given: frozenset[str] = frozenset()
    bound: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)
    arrays: set[str] = field(default_factory=set)
    counts: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    found: dict[int, Name] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    first: int = 1

    def survey(self, assigned: Collection[str], skipped: Collection[Range]) -> None:
        """Meets every sum and every name of the program before anything is read; `skipped` are not read at all."""
        series: list[tuple[int, Bounds]] = []
        beyond, at = dict(skipped), 0
        while at < len(self.pieces):
            if at in beyond:
                at = beyond[at]
                continue
            piece = self.pieces[at]
            if piece.kind == "macro" and piece.text in BOUNDED:
                try:
                    found = self.bounds(at)
                except CgvizError:
                    at += 1
                    continue
                if found.literal is None and found.letters:
                    series.append((at, found))
                    self.bound |= {*found.letters}
                at = found.end
            elif self.names.begins(at):
                at = self.met(at)
            else:
                at += 1
        if not self.bound:
            return
        self.first = 0 if any(found.lower == 0 for _, found in series) else 1
        self.spread()
        for at, found in series:
            self.count(at, found, assigned)

    def met(self, at: int) -> int:
        """Enters the name at `at`; returns where it ends."""
        try:
            name = self.found[at] = self.names.read(at)
        except CgvizError:
            return at + 1
        return name.end

    def spread(self) -> None:
        """Finds the arrays, by the indices that run over an axis, and then the free indices of those arrays."""
        for _ in range(3):
            for name in self.found.values():
                letters = self.letters(name)
                base = self.base(name)
                if letters and any(letter in self.bound or letter in self.free for letter in letters):
                    self.arrays.add(base)
                if base in self.arrays:
                    self.free |= {letter for letter in letters if letter and letter not in self.bound}

    def letters(self, name: Name) -> tuple[str, ...]:
        """Returns the indices of a name that are single letters, "" for any other."""
        found = self.single(name)
        return (name.raised, *found) if name.raised in self.bound else tuple(found)

    def base(self, name: Name, env: Env = EMPTY) -> str:
        """Returns the identifier of a name without its indices; a raised one is an index where a sum binds it."""
        is_index = name.raised in self.bound or name.raised in env.numbers
        spelling = name.base if is_index else replace(name.base, sup=name.spelling.sup)
        return self.names.identifier(spelling)

    def bounds(self, at: int) -> Bounds:
        """Returns what stands under and over the sum at `at`; an index that is not written is the one that it bears."""
        found = bounds(self.text, self.pieces, self.names, at)
        if found.letters or self.pieces[at].text not in ("sum", "prod"):
            return found
        end = term_end(self.pieces, found.end, len(self.pieces))
        borne = self.borne(found.end, end)
        return replace(found, letters=(*borne,)) if len(borne) == 1 else found

    def borne(self, start: int, end: int) -> set[str]:
        """Returns the single letters that names between two places bear as indices, those of inner sums left out."""
        found, inner, at = set[str](), set[str](), start
        while at < end:
            if self.pieces[at].text in BOUNDED and self.pieces[at].kind == "macro":
                below = bounds(self.text, self.pieces, self.names, at)
                inner |= {*below.letters}
                at = below.end
            elif self.names.begins(at):
                name = self.names.read(at)
                found |= {letter for letter in (name.raised, *self.single(name)) if letter}
                at = name.end
            else:
                at += 1
        return found - inner

    def single(self, name: Name) -> list[str]:
        """Returns the parts of a subscript that are one letter, "" for any other."""
        inner = [self.pieces[a:b] for a, b in name.items]
        return [part[0].text if len(part) == 1 and part[0].kind == "letter" else "" for part in inner]

    def before(self, at: int) -> Range:
        """Returns the n of a `\\frac{1}{n}` right before the sum at `at`, which is a mean then."""
        end = at - 1
        while end > 0 and (self.pieces[end].kind == "close" or self.pieces[end].text in ("*", "cdot")):
            end -= 1
        is_half = end > 2 and self.pieces[end].text in COUNTS and self.pieces[end].kind == "letter"
        digits = [piece for piece in self.pieces[max(end - 6, 0) : end] if piece.text not in ("{", "}")]
        return (end, end + 1) if is_half and any(p.text in ("/", *FRACTIONS) for p in digits) else (at, at)

    def count(self, at: int, bounds: Bounds, assigned: Collection[str]) -> None:
        """Enters the letter over a sum as the length of an axis, where an input bears the index."""
        start, end = bounds.over if bounds.over != (0, 0) else self.before(at)
        over = [piece for piece in self.pieces[start:end] if piece.text != "{"]
        over = [piece for piece in over if piece.kind != "close"]
        if not over or over[0].kind != "letter" or len(bounds.letters) != 1:
            return
        name = self.found.get(start + (self.pieces[start].text == "{")) or self.names.read(
            start + (self.pieces[start].text == "{")
        )
        tail = "".join(piece.text for piece in self.pieces[name.end : end] if piece.kind not in ("close", "open"))
        first = bounds.lower or 0 if bounds.lower is not None else 1
        more = {"": first - 1, "-1": first, "−1": first}.get(tail)
        identifier = self.names.identifier(name.spelling)
        if more is None or identifier in self.arrays or (bounds.over == (0, 0) and identifier in self.given):
            return
        after = [one for place, one in sorted(self.found.items()) if place > at]
        for one in [*after, *self.found.values()]:
            letters, base = self.letters(one), self.base(one)
            if bounds.letters[0] in letters and base not in assigned:
                self.counts.setdefault(identifier, (base, letters.index(bounds.letters[0]), more))
                return

    def mentions(self, start: int, end: int, letter: str) -> bool:
        """Tells whether a name between two places bears an index."""
        return any(start <= at < end and letter in self.letters(name) for at, name in self.found.items())

    # names

    def written(self, name: Name, env: Env) -> list[Item]:
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
        plain = token.text.isidentifier() and env.axes
        if plain:
            self.ranked(name, token.text, 0)
        return [called("index ", piece), synthetic("(", piece), token, synthetic(")", piece)] if plain else [token]

    def refuse_shifted(self, name: Name, env: Env) -> None:
        """Raises ExpressionError for the x_{i+1} of a sum over a whole axis: no element of x for every i."""
        for start, end in name.items:
            inner = self.pieces[start:end]
            signs = any(piece.text in ("+", "-", "−") for piece in inner)
            if signs and any(piece.kind == "letter" and piece.text in env.axes for piece in inner):
                shown = self.names.source(name.start, name.end)
                message = (
                    f"{shown} within a sum over all of an axis: write a number over the sum, \\sum_{{i=1}}^{{3}}, or "
                )
                message += "slices in text, sum((x[1:] - x[:-1])**2)"
                raise ExpressionError(message, self.text, self.pieces[name.start].start, inner[-1].end)

    def is_given(self, name: Name, base: str) -> bool:
        full = self.names.identifier(name.spelling)
        return base in self.given and full not in self.given

    def parts(self, name: Name, env: Env) -> list[int | str]:
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

    def numbered(self, name: Name, parts: Sequence[int | str]) -> Spelling:
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

    def element(self, name: Name, base: str, parts: Sequence[int | str]) -> list[Item]:
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
                    message = f"a place that is computed chooses of {base} here: give it one name, or write it as a "
                    message += f"sum, \\sum_k t_k {base}_k, t being 1 at that place and 0 elsewhere"
                raise ExpressionError(message, self.text, piece.start, last.end)
            key.append(synthetic(",", piece))
        return [Token("name", base, piece.start, last.end), synthetic("[", piece), *key[:-1], synthetic("]", piece)]

    def along(self, name: Name, base: str, parts: Sequence[int | str], env: Env) -> list[Item]:
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
        if len(axes) < len(parts):
            made += self.key(piece, [":" if isinstance(part, str) else str(part - self.first) for part in parts])
        order = [env.axes.index(axis) for axis in axes]
        if order != sorted(order):
            if len(axes) > 2:
                raise ExpressionError("the order of these indices is not read", self.text, piece.start, last.end)
            made.append(synthetic("T", piece))
        behind = env.axes[min(order) :]
        if len(behind) > len(axes):
            made += self.key(piece, [":" if axis in axes else "None" for axis in behind])
        return made

    def ranked(self, name: Name, identifier: str, rank: int) -> None:
        """Raises ExpressionError where a name stands for arrays of two ranks, as x beside the rows x_i."""
        if self.ranks.setdefault(identifier, rank) != rank:
            first, last = self.pieces[name.start], self.pieces[name.end - 1]
            shown = self.names.source(name.start, name.end)
            message = (
                f"{shown} stands here with another number of indices than {identifier} elsewhere: give it another name"
            )
            raise ExpressionError(message, self.text, first.start, last.end)

    def key(self, piece: Piece, parts: Sequence[str]) -> list[Item]:
        kinds = {":": ":", "None": "name"}
        inner = [Token(kinds.get(part, "number"), part, piece.start, piece.end) for part in parts]
        joined = [token for each in inner for token in (synthetic(",", piece), each)][1:]
        return [synthetic("[", piece), *joined, synthetic("]", piece)]
