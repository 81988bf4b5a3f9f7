"""Indices in LaTeX: which letters run over the axes of arrays, and what a name with indices stands for.

`\\sum_{i=1}^{3} w_i x_i` is written out, its names w_1, w_2 ...; `\\sum_i w_i x_i` and `\\sum_{i=1}^{n}` run over a
whole axis of the arrays w and x. An index that stands on both sides of an equation is one: element by element.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from cgviz.errors import CgvizError, ExpressionError
from cgviz.reading.latex_names import Name, Names, Range
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_spans import EMPTY, Env, Item, called, synthetic
from cgviz.reading.tokens import Token
from cgviz.text.spelling import Spelling

SERIES = frozenset({"sum", "prod"})
BOUNDED = SERIES | {"max", "min"}
MOST_TERMS = 200
WRITE_OUT = "read are \\sum_i, \\sum_{i=1}^{n} and \\sum_{i,j}; write anything else out"


@dataclass(frozen=True)
class Bounds:
    """What stands under and over a sum: its indices, and its bounds where both are numbers."""

    letters: tuple[str, ...]
    lower: int | None
    upper: int | None
    over: Range
    end: int

    @property
    def literal(self) -> range | None:
        """The numbers that the index takes, where the bounds say them."""
        if len(self.letters) == 1 and self.lower is not None and self.upper is not None:
            return range(self.lower, self.upper + 1)
        return None


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
    first: int = 1

    def survey(self, assigned: Collection[str]) -> None:
        """Meets every sum and every name of the program before anything is read."""
        series: list[tuple[int, Bounds]] = []
        at = 0
        while at < len(self.pieces):
            piece = self.pieces[at]
            if piece.kind == "macro" and piece.text in BOUNDED:
                try:
                    bounds = self.bounds(at)
                except CgvizError:
                    at += 1
                    continue
                if bounds.literal is None and bounds.letters:
                    series.append((at, bounds))
                    self.bound |= {*bounds.letters}
                at = bounds.end
            elif self.names.begins(at):
                at = self.met(at)
            else:
                at += 1
        if not self.bound:
            return
        self.first = 0 if any(bounds.lower == 0 for _, bounds in series) else 1
        self.spread()
        for at, bounds in series:
            self.count(at, bounds, assigned)

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
        inner = [self.pieces[a:b] for a, b in name.items]
        found = [part[0].text if len(part) == 1 and part[0].kind == "letter" else "" for part in inner]
        return (name.raised, *found) if name.raised in self.bound else tuple(found)

    def base(self, name: Name, env: Env = EMPTY) -> str:
        """Returns the identifier of a name without its indices; a raised one is an index where a sum binds it."""
        is_index = name.raised in self.bound or name.raised in env.numbers
        spelling = name.base if is_index else replace(name.base, sup=name.spelling.sup)
        return self.names.identifier(spelling)

    def count(self, at: int, bounds: Bounds, assigned: Collection[str]) -> None:
        """Enters the letter over a sum as the length of an axis, where an input bears the index."""
        start, end = bounds.over
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
        if more is None or identifier in self.arrays:
            return
        after = [one for place, one in sorted(self.found.items()) if place > at]
        for one in [*after, *self.found.values()]:
            letters, base = self.letters(one), self.base(one)
            if bounds.letters[0] in letters and base not in assigned:
                self.counts.setdefault(identifier, (base, letters.index(bounds.letters[0]), more))
                return

    # bounds

    def bounds(self, at: int) -> Bounds:
        """Returns the bounds of the sum at `at`. Raises ExpressionError for those that are not read."""
        under, over, end = (0, 0), (0, 0), at + 1
        while end < len(self.pieces) and self.pieces[end].kind == "char" and self.pieces[end].text in "_^":
            after = self.names.extent(end + 1)
            if self.pieces[end].text == "_":
                under = (end + 1, after)
            else:
                over = (end + 1, after)
            end = after
        letters, lower = self.under(*self.inside(*under), at)
        start, stop = self.inside(*over)
        digits = "".join(piece.text for piece in self.pieces[start:stop])
        upper = int(digits) if digits.isdecimal() and len(digits) < 9 else None
        if upper is None and start < stop and not self.names.begins(start):
            raise self.error("the upper bound of this sum is not read: a number or a name stands there", at, stop)
        return Bounds(letters, lower, upper, over, end)

    def inside(self, start: int, end: int) -> Range:
        return (start + 1, end - 1) if start < end and self.pieces[start].text == "{" else (start, end)

    def under(self, start: int, end: int, at: int) -> tuple[tuple[str, ...], int | None]:
        """Returns the indices under a sum, and where the first begins: `i`, `i=1`, `i,j`, `ij`."""
        texts = [piece.text for piece in self.pieces[start:end]]
        kinds = [piece.kind for piece in self.pieces[start:end]]
        if len(texts) >= 3 and kinds[0] == "letter" and texts[1] == "=" and all(k == "digit" for k in kinds[2:]):
            return (texts[0],), int("".join(texts[2:])[:9])
        letters = tuple(text for text in texts if text != ",")
        are_letters = all(kind == "letter" for kind, text in zip(kinds, texts, strict=True) if text != ",")
        if are_letters and len({*letters}) == len(letters):
            return letters, None
        written = self.text[self.pieces[start].start : self.pieces[end - 1].end]
        raise self.error(f"the index condition {written[:40]!r} under this sum is not read: {WRITE_OUT}", at, end)

    def mentions(self, start: int, end: int, letter: str) -> bool:
        """Tells whether a name between two places bears an index."""
        return any(start <= at < end and letter in self.letters(name) for at, name in self.found.items())

    # names

    def written(self, name: Name, env: Env) -> list[Item]:
        """Returns the tokens of a name: an element, an array along its axes, or a name of its own."""
        piece, last = self.pieces[name.start], self.pieces[name.end - 1]
        parts = self.parts(name, env)
        base = self.base(name, env) if parts else ""
        axes = [part for part in parts if isinstance(part, str) and part in env.axes]
        if axes:
            return self.along(name, base, parts, env)
        before = [part for part in parts if isinstance(part, int) and part < self.first]
        if parts and not before and (base in self.arrays or self.is_given(name, base)) and not env.axes:
            return self.element(name, base, parts)
        numbers = any(isinstance(part, int) for part in parts) and bool(env.numbers)
        spelling = self.numbered(name, parts) if numbers else name.spelling
        token = Token("name", self.names.identifier(spelling), piece.start, last.end)
        plain = token.text.isidentifier() and env.axes
        return [called("index ", piece), synthetic("(", piece), token, synthetic(")", piece)] if plain else [token]

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
                message = f"nothing binds the index {part!r} here: put what a sum runs over in brackets"
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
        letters = "".join(str(part) if isinstance(part, str) else "1" for part in parts)
        made: list[Item] = [called(f"index {letters}", piece), synthetic("(", piece)]
        made += [Token("name", base, piece.start, last.end), synthetic(")", piece)]
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

    def key(self, piece: Piece, parts: Sequence[str]) -> list[Item]:
        kinds = {":": ":", "None": "name"}
        inner = [Token(kinds.get(part, "number"), part, piece.start, piece.end) for part in parts]
        joined = [token for each in inner for token in (synthetic(",", piece), each)][1:]
        return [synthetic("[", piece), *joined, synthetic("]", piece)]

    def error(self, message: str, first: int, end: int) -> ExpressionError:
        last = self.pieces[min(max(end - 1, first), len(self.pieces) - 1)]
        return ExpressionError(message, self.text, self.pieces[first].start, last.end)
