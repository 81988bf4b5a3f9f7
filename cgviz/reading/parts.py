"""Arrays in an expression: written out, `[a, b]`, and their parts, `x[0]`, `W[:, 1]`, `x[i]`, `W.T`, `x.sum()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cgviz.errors import quoted
from cgviz.ops.indexing import indexed
from cgviz.ops.making import size
from cgviz.ops.op import REGISTRY
from cgviz.ops.places import SLOT, picked_at, put_at
from cgviz.reading import statics
from cgviz.reading.applying import Applier
from cgviz.reading.arguments import Arguments, Lengths, Operand, Several
from cgviz.reading.brackets import closing, parted
from cgviz.reading.calls import lookup
from cgviz.reading.pending import POWER, Bracket, Pending, settled
from cgviz.reading.tokens import Token

TURNS = {"T": "transpose", "mT": "swapaxes"}


class Parts(Applier):
    """Reads arrays that are written out, and takes parts of arrays."""

    def read(self, tokens: Sequence[Token]) -> Any:
        """Returns the expression of `tokens`, which end with an "end". Raises ExpressionError."""
        raise NotImplementedError

    def array(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        """Begins an array that is written out, `[a, b]`; ends it at once where it is empty."""
        if tokens[at].kind == "]":
            values.append(self.called(REGISTRY["stack"], [], token))
            return at + 1, False
        stack.append(Bracket("[", token))
        return at, True

    def part(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        """Handles what takes a part of the operand before it: `x[0]`, `W[:, 1]`, `x[i]`, `W.T`, `x.sum(axis=0)`."""
        self.reduce(POWER + 1, values, stack)
        if token.kind == ".":
            return self.method(tokens, at, token, values, stack)
        if tokens[at - 2].kind == "number":
            raise self.error("a number has no elements to index; a product is 2*[1, 2]", token)
        try:
            key, end = statics.key(tokens, at)
        except statics.NotStaticError:
            end = closing(tokens, at)
            if tokens[end].kind != "]" or len(parted(tokens[at:end])) == 1:
                stack.append(Bracket("index", token))
                return at, True
            values[-1] = self.picked(settled(values[-1]), tokens[at:end], token)
            return end + 1, False
        if isinstance(values[-1], Several):
            values[-1] = self.one_of(values[-1], key, token)
            return end, False
        values[-1] = self.called(indexed(key), [settled(values[-1])], token)
        return end, False

    def one_of(self, several: Several, key: tuple[Any, ...], token: Token) -> Any:
        if isinstance(several, Lengths):
            if len(key) != 1 or not isinstance(key[0], int):
                raise self.error("of a shape one length is read here, as in x.shape[0]", token)
            return several.length(key[0])
        if len(key) != 1 or not isinstance(key[0], int) or not -len(several.nodes) <= key[0] < len(several.nodes):
            raise self.error(f"{quoted(several.name)} has {len(several.nodes)} outputs here", token)
        if several.nodes[key[0]] is None:
            raise self.error(f"this output of {quoted(several.name)} is indices, which are not read", token)
        return several.nodes[key[0]]

    def places(self, inner: Sequence[Token], token: Token) -> tuple[tuple[Any, ...], list[Any]]:
        """Returns a key with a slot for each place that is computed, and those places."""
        key: list[Any] = []
        found: list[Any] = []
        for part in parted(inner):
            if not part:
                continue
            try:
                at, end = statics.key_part([*part, part[-1]._replace(kind="]")], 0)
                if end != len(part):
                    raise statics.NotStaticError
                key.append(at)
            except statics.NotStaticError:
                if self.depth > 50:
                    raise self.error("nested too deep; give the inner parts names, a line each", token) from None
                self.depth += 1
                found.append(self.read([*part, part[-1]._replace(kind="end", text="")]))
                self.depth -= 1
                key.append(SLOT)
        return tuple(key), found

    def picked(self, array: Any, inner: Sequence[Token], token: Token) -> Any:
        """Returns `x[arange(4), y]`, whose places are computed."""
        key, found = self.places(inner, token)
        return self.called(picked_at(key), [array, *found], token)

    def put(self, array: Any, inner: Sequence[Token], value: Any, token: Token) -> Any:
        """Returns what `x[key] = value` makes of an array."""
        key, found = self.places(inner, token)
        return self.called(put_at(key), [array, value, *found], token)

    def lengths(self, array: Any, token: Token) -> Lengths:
        """Returns the shape of an array, a gate for each length that is taken."""
        return Lengths(lambda axis, of=None: self.called(size(axis, of), [array], token))

    def method(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        name, after = tokens[at], tokens[min(at + 1, len(tokens) - 1)]
        if name.text in TURNS and after.kind != "(":
            values[-1] = self.called(REGISTRY[TURNS[name.text]], [settled(values[-1])], name)
            return at + 1, False
        if name.text in ("shape", "size") and after.kind != "(":
            array = settled(values[-1])
            values[-1] = self.lengths(array, name) if name.text == "shape" else self.called(size(), [array], name)
            return at + 1, False
        if name.text == "size" and tokens[at + 2].kind == ")":
            values[-1] = self.lengths(settled(values[-1]), name)
            return at + 3, False
        if name.text in ("values", "indices") and isinstance(values[-1], Several):
            values[-1] = self.one_of(values[-1], (int(name.text == "indices"),), name)
            return at + 1, False
        call = lookup("method", name.text) if name.kind == "name" and after.kind == "(" else None
        if call is None:
            message = "of attributes and methods only .T, .shape, .size and functions, as in x.sum(), are read here"
            raise self.error(message, token)
        if name.text in ("max", "min") and tokens[at + 2].kind in ("number", "-") and taken(tokens, at + 1):
            message = f"PyTorch's values, or an element of NumPy's array? Write x.{name.text}(dim=1)[0], or "
            message += f"a{name.text}(x, axis=1)[0]"
            raise self.error(message, name)
        if name.text in ("std", "var") and not is_told(self.text, tokens[at + 2 : closing(tokens, at + 2)]):
            message = f"PyTorch's {name.text} divides by n - 1, NumPy's by n: write x.{name.text}(ddof=1), or ddof=0"
            raise self.error(message, name)
        arguments = Arguments(self.text, call, name)
        arguments.found.append(("", Operand(settled(values.pop()))))
        stack.append(Bracket("(", name, None, arguments))
        return at + 2, True


def is_told(text: str, inside: Sequence[Token]) -> bool:
    """Tells whether a keyword of one library, or NumPy's name in the program, says whose method is meant."""
    keyed = any(token.kind == "=" for token in inside)
    return keyed or any(name in text for name in ("np.", "numpy"))


def taken(tokens: Sequence[Token], at: int) -> bool:
    """Tells whether a part is taken of what the bracket at `at` gives: `x.max(1)[0]`."""
    return tokens[closing(tokens, at + 1) + 1].kind == "["
