"""Names and functions in LaTeX, and how far their arguments go: `\\sigma(x)`, `\\sin^2 2x`, `\\max\\{a, b\\}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cgviz.errors import ExpressionError, quoted
from cgviz.ops.op import REGISTRY
from cgviz.reading import latex_macros as macros
from cgviz.reading.latex_below import OPTIONS, inside
from cgviz.reading.latex_beside import COMPARES
from cgviz.reading.latex_elements import Elements
from cgviz.reading.latex_names import LatexNames
from cgviz.reading.latex_pieces import Piece
from cgviz.reading.latex_scripts import LatexName, Range
from cgviz.reading.latex_spans import EMPTY, Env, Item, Span, around, called, number, synthetic, within
from cgviz.reading.latex_statements import is_equals
from cgviz.reading.latex_sums import Side, relation, side
from cgviz.reading.tokens import NO_DERIVATIVE, Token
from cgviz.reading.words import wants_brackets
from cgviz.text.spelling import Spelling

FEW = 6


@dataclass
class Calls:
    """Reads names and function macros; each method moves the span on and returns what to write.

    functions  the names that the program defines as functions; `variables` those that it assigns or that have values
    bodies     the parameters of each such function and the range of its body
    alone      the names that stand somewhere without a bracket behind them
    parameters the names in the brackets of left sides
    met        those of the functions that are applied somewhere
    """

    text: str
    pieces: Sequence[Piece]
    names: LatexNames
    indices: Elements
    functions: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    bodies: dict[str, tuple[list[str], Range]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    budget: int = 200

    def name(self, span: Span) -> list[Item]:
        """Reads a name, and the bracket after it where it is a function."""
        first, name = self.pieces[span.at], self.names.read(span.at)
        env = span.env or EMPTY
        span.at = name.end
        last = self.pieces[name.end - 1]
        follower = self.pieces[name.end] if name.end < span.end else None
        if name.spelling.face == "blackboard" and name.spelling.letters in ("E", "P"):
            raise self.error(macros.NO_MEAN, first, last)
        if follower is not None and follower.kind == "open" and is_indicator(name):
            span.at = follower.partner + 1
            return self.condition(follower, name.end + 1, follower.partner, env)
        if name.spelling.letters in ("0", "1") and not name.spelling.sub:
            return self.filled(name, first, last)
        if self.applied(name, name.end, span.end):
            assert follower is not None
            if name.spelling.primes and self.names.identifier(name.spelling) not in self.functions:
                raise self.error(f"a prime: {NO_DERIVATIVE}", first, last)
            span.at = follower.partner + 1
            inside = Span(name.end + 1, follower.partner)
            if env.axes and (along := self.along(name, inside, env)):
                return around(first, [along])
            head = Token("call", self.function_name(name), first.start, last.end)
            if head.text in self.parameters and head.text not in self.functions:
                message = (
                    f"{head.text} is a parameter, and applied as a function: add its equation, {head.text}(t) = ..."
                )
                raise self.error(message, first, last)
            made: list[Item] = [head, *within(follower, self.pieces[follower.partner], inside)]
            return [*made, *self.element(span, inside, env)]
        self.refuse_value(name, span.end)
        raised = name.end < span.end and self.pieces[name.end].text == "^"
        if raised and self.applied(name, self.names.extent(name.end + 1), span.end):
            message = "a power or an inverse of a function: put the whole call in brackets"
            raise self.error(message, first, self.pieces[name.end])
        letter = name.letter if name.spelling == Spelling(name.letter) else ""
        if letter in env.numbers:
            made = number(env.numbers[letter], first)
            is_after_digit = self.pieces[name.start - 1].kind == "digit" and name.start > 0
            return around(first, made) if is_after_digit else made
        if letter and letter in env.axes:
            if letter not in env.starts:
                message = f"the index {letter} as a number: say where it begins, \\sum_{{{letter}=1}}^{{n}}"
                raise self.error(message, first)
            return self.indices.numbers(Side(letter), env, first, env.starts[letter])
        made = self.indices.written(self.meant(name, env), env)
        if name.letter.isupper() and not env.axes and self.is_root(name.end, span.end):  # D^{-1/2} of a matrix
            made = [called("index ", first), *around(first, made)]
        elif name.letter.isupper() and not env.axes and raised and not self.is_inverse(name.end):  # A^2 may be A A
            made = [called("raised ", first), *around(first, made)]
        return [*made, synthetic("T", last)] if name.turned else made

    def is_inverse(self, at: int) -> bool:
        inner = [piece.text for piece in self.pieces[at + 1 : self.names.extent(at + 1)]]
        return "".join(inner).strip("{}") in ("-1", "−1")

    def is_root(self, at: int, end: int) -> bool:
        """Tells whether a fraction of numbers is the exponent at `at`: of a matrix that is no power of its elements."""
        if at + 1 >= end or self.pieces[at].text != "^":
            return False
        inner = [piece.text for piece in self.pieces[at + 1 : self.names.extent(at + 1)]]
        is_number = all(text.isdecimal() or text in ("{", "-", "−", "/", *macros.FRACTIONS) for text in inner)
        return is_number and any(text in ("/", *macros.FRACTIONS) for text in inner)

    def refuse_value(self, name: LatexName, end: int) -> None:
        """Raises ExpressionError for `V(s_t)`, a value of a function that is not given: no product is written so."""
        at, identifier = name.end, self.names.identifier(name.spelling)
        if at >= end or self.pieces[at].text != "(" or self.pieces[at].kind != "open":
            return
        if identifier in macros.APPLIED and identifier in self.variables:
            shown = name.spelling.text
            message = f"is {quoted(shown)} the variable or the function? A product is {shown} \\cdot (...)"
            raise self.error(message, self.pieces[name.start], self.pieces[at])
        if identifier in self.alone | self.variables:
            return
        if name.spelling.sub and (function := macros.APPLIED.get(name.spelling.letters)):
            shown = name.spelling.text
            message = (
                f"is {shown}(…) the {function} function? Write it without its index; a product is {shown} \\cdot (…)"
            )
            raise self.error(message, self.pieces[name.start], self.pieces[at])
        if name.spelling.letters in "ϕφΦ":
            message = f"{name.spelling.text}(…) is a value of a function that is not given: add its equation, "
            message += f"{name.spelling.text}(t) = ...; a product is {name.spelling.text} \\cdot (…)"
            raise self.error(message, self.pieces[name.start], self.pieces[at])
        if not self.names.begins(at + 1):
            return
        inner = self.names.read(at + 1)
        if inner.end != self.pieces[at].partner:
            return
        first, last = self.pieces[name.start], self.pieces[inner.end]
        shown = name.spelling.text
        message = f"{shown}(…) is a value of a function that is not given: add its equation, {shown}(x) = ...; "
        message += f"as a number give it a name, {shown}_1; a product is {shown} \\cdot {inner.spelling.text}"
        raise self.error(message, first, last)

    def meant(self, name: LatexName, env: Env) -> LatexName:
        """Returns a name, or what a function is applied to whose parameter it is."""
        return env.bound.get(self.names.identifier(name.spelling), name) if env.bound else name

    def along(self, name: LatexName, inside: Span, env: Env) -> Span | None:
        """Returns the body of a function of the program applied to names with indices: h(x^{(i)}), row by row."""
        identifier = self.names.identifier(name.spelling)
        if identifier not in self.bodies or self.budget < 0:
            return None
        parameters, body = self.bodies[identifier]
        found: list[LatexName] = []
        at = inside.at
        while at < inside.end and self.names.begins(at):
            found.append(self.meant(self.names.read(at), env))
            at = self.names.read(at).end
            at += at < inside.end and self.pieces[at].text == ","
        if at < inside.end or len(found) != len(parameters):
            return None
        self.budget -= 1
        self.met.add(identifier)
        return Span(*body, env=replace(env, bound=dict(zip(parameters, found, strict=True))))

    def element(self, span: Span, inside: Span, env: Env) -> list[Item]:
        """Returns the `[1]` of `\\text{softmax}(z)_2`, a part of what a function gives.

        Of `softmax(z)_i` along the axis of i it is all of it, and z in its bracket is the vector.
        """
        if span.at >= span.end or self.pieces[span.at].text != "_":
            return []
        start, span.at = span.at + 1, self.names.extent(span.at + 1)
        index, piece = self.written(start, span.at), self.pieces[start]
        if index in env.axes:
            inside.env = replace(env, axes=(), hidden="")
            behind = env.axes[env.axes.index(index) :]
            keys = [":" if letter == index else "None" for letter in behind]
            return self.indices.key(piece, keys) if len(behind) > 1 else []
        if not index.isdecimal():
            raise self.error(f"nothing binds the index {index!r} of this function", piece)
        place = Token("number", str(int(index) - self.indices.first), piece.start, piece.end)
        return [synthetic("[", piece), place, synthetic("]", piece)]

    def lowered(self, span: Span) -> list[Item]:
        """Reads an indicator whose condition stands below, `\\mathbb{1}_{[k \\ne i]}`, and moves the span behind it;
        [] for anything else."""
        at = span.at
        if self.pieces[at].kind != "macro" or self.pieces[at].text not in macros.WORDS or at + 3 >= span.end:
            return []
        below = self.names.extent(at + 1)
        if below + 1 >= span.end or self.names.words(at + 1, below) not in ("1", "I") or self.pieces[below].text != "_":
            return []
        first, end = below + 1, self.names.extent(below + 1)
        start, stop = first, end
        while self.pieces[start].kind == "open" and self.pieces[start].partner == stop - 1:
            start, stop = start + 1, stop - 1
        if start == first or not any(piece.text in COMPARES or is_equals(piece) for piece in self.pieces[start:stop]):
            return []
        span.at = end
        return self.condition(self.pieces[first], start, stop, span.env or EMPTY)

    def condition(self, bracket: Piece, start: int, stop: int, env: Env) -> list[Item]:
        """Returns a condition in a bracket as the number that it is; `k \\ne i` compares the places of two indices."""
        signs = [at for at in range(start, stop) if relation(self.pieces[at])]
        if len(signs) == 1:
            sides = [side(self.pieces[a:b]) for a, b in ((start, signs[0]), (signs[0] + 1, stop))]
            if all(one is not None and one.letter in env.axes for one in sides):
                sign = synthetic(COMPARED.get(found := relation(self.pieces[signs[0]]), found), bracket)
                left, right = (self.indices.numbers(one, env, bracket, self.indices.first) for one in sides if one)
                return around(bracket, [*left, sign, *right])
        return within(bracket, self.pieces[bracket.partner], Span(start, stop, condition=True))

    def holds_condition(self, at: int) -> bool:
        """Tells whether the piece at `at` is the bracket of `1\\{y = k\\}`, an indicator's."""
        bracket = self.pieces[at]
        if bracket.kind != "open" or bracket.text not in ("\\{", "["):
            return False
        return any(piece.text in COMPARES or is_equals(piece) for piece in self.pieces[at + 1 : bracket.partner])

    def filled(self, name: LatexName, first: Piece, last: Piece) -> list[Item]:
        """Returns the 0 of `\\mathbf{0}`. Raises ExpressionError for the vector of ones."""
        if name.spelling.letters == "0":
            return [Token("number", "0", first.start, last.end)]
        raise self.error("a vector of ones sums: write \\sum_i x_i, or \\operatorname{sum}(x)", first, last)

    def applied(self, name: LatexName, at: int, end: int) -> bool:
        """Tells whether the bracket at `at` holds the arguments of `name`."""
        if at >= end or self.pieces[at].kind != "open" or self.pieces[at].text not in ("(", "[", "\\{"):
            return False
        if self.pieces[at].text == "\\{" and name.letter:
            return False
        if name.turned:
            return False
        is_round = self.pieces[at].text == "("
        return self.is_function(name) or (is_round and bool(self.listing(Span(at + 1, self.pieces[at].partner))))

    def is_call(self, name: LatexName, end: int) -> bool:
        """Tells whether a name is applied to the bracket behind it."""
        return self.applied(name, name.end, end)

    def listing(self, inside: Span) -> str:
        """Returns the sign between the parts of a bracket, "," or ";", "" where it has but one."""
        return next((piece.text for piece in self.own(inside.at, inside.end) if piece.text in (",", ";")), "")

    def own(self, at: int, end: int) -> Iterator[Piece]:
        """Yields the pieces of a range outside its inner brackets."""
        while at < end:
            yield self.pieces[at]
            at = self.pieces[at].partner + 1 if self.pieces[at].kind == "open" else at + 1

    def is_function(self, name: LatexName) -> bool:
        """Tells whether a bracket after `name` holds arguments; after other letters it is a factor."""
        identifier = self.names.identifier(name.spelling)
        if identifier in self.functions:
            return True
        if identifier in self.variables:
            return False
        return not name.letter or identifier in macros.APPLIED or name.letter in macros.FUNCTION_LETTERS

    def function_name(self, name: LatexName) -> str:
        identifier = self.names.identifier(name.spelling)
        if identifier in self.functions:
            self.met.add(identifier)
            return identifier
        return macros.APPLIED.get(identifier) or registered(identifier)

    def times(self, name: Token, bracket: Token) -> Token:
        """Returns the `*` between a name and a bracket that holds no arguments of it."""
        if name.text in REGISTRY and name.text not in {*macros.GREEK, *self.variables}:
            raise ExpressionError(wants_brackets(name.text), self.text, name.start, name.end)
        return Token(" ", " ", bracket.start, bracket.end)

    def operator(self, span: Span) -> list[Item]:
        """Reads `\\operatorname{relu}` and its argument."""
        piece, at = self.pieces[span.at], span.at + 1
        if at < span.end and self.pieces[at].text == "*":
            at += 1
        span.at = self.names.extent(at)
        name = self.names.words(at, span.at).replace("_", "") if at < span.at else ""
        if name.lower() in ("argmax", "argmin"):
            raise self.error(f"'\\operatorname{{{name}}}' cannot be read: {macros.NO_ARGMAX}", piece)
        if name in self.functions:
            self.met.add(name)
            return self.function(span, piece, name)
        return self.function(span, piece, registered(name))

    def function(self, span: Span, piece: Piece, name: str) -> list[Item]:
        """Reads what stands after a function's name: `\\sin^2 x`, `\\log_2(x)`, `\\max\\{a, b\\}`."""
        power: list[Item] = []
        base: tuple[int, int] | None = None
        options: list[Item] = []
        if span.at < span.end and self.pieces[span.at].text == OPTIONS:
            below = self.pieces[span.at]
            options = [synthetic(",", below), *inside(self.text, below)]
            span.at += 1
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
        argument[-1:-1] = options
        if name in VECTORS and isinstance(argument[1], Span):
            argument += self.element(span, argument[1], span.env or EMPTY)
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
        start, after = span.at, 0 if first is None else first.partner + 1
        while first is not None and first.text == "{" and self.pieces[start + 1].partner == first.partner - 1:
            start, first = start + 1, self.pieces[start + 1]  # \\sin{(x)} is set as \\sin(x)
        if first is None or first.kind != "open" or first.text == "{":
            return around(piece, [Span(span.at, span.end, bare=span)])
        span.at = after
        inside = Span(start, span.at) if first.text in ("|", "cases") else Span(start + 1, first.partner)
        return within(first, self.pieces[first.partner], inside)

    def ends_bare(self, span: Span) -> bool:
        """Tells whether an argument without brackets ends before the next piece: at an operator or a function."""
        piece = self.pieces[span.at]
        if not span.fed:
            return False
        divides = piece.text == "/" or macros.OPERATORS.get(piece.text) == "/"
        before = self.pieces[span.at - 1]
        if piece.text == "(" and before.text in PROBABILITIES and piece.kind == "open":
            message = (
                f"{before.text}(…) is a value of a function that is not given: give it a name, {before.text}_i, or "
            )
            raise self.error(f"{message}its equation, {before.text}(x) = ...", before, self.pieces[piece.partner])
        is_applied = before.kind == "close" and before.text == "(" and self.names.begins(span.at)  # \\log p(x) y
        if is_applied or divides or (piece.kind == "open" and piece.text != "{"):
            raise self.error("how far does the function's argument go? put it in brackets", piece)
        if piece.kind == "macro":
            return piece.text in macros.OPERATORS or piece.text in macros.FUNCTIONS or piece.text in ENDS_BARE
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


PROBABILITIES = frozenset("pqPQπ") | {"pi"}
COMPARED = {"=": "=="}
VECTORS = frozenset({"softmax", "log_softmax", "softmin", "normalize"})
ENDS_BARE = frozenset({"operatorname", "sum", "prod", "max", "min"})


def is_indicator(name: LatexName) -> bool:
    """Tells whether a name is the 1 or I of an indicator: `\\mathbb{1}[y = k]`, `\\mathbf{1}\\{...\\}`."""
    letters, face = name.spelling.letters, name.spelling.face
    return bool(face) and (letters == "1" or (letters == "I" and face == "blackboard"))


def registered(name: str) -> str:
    """Returns a function's name as it is registered: `relu` for ReLU."""
    bare = name.lower().replace("_", "")
    return name if name in REGISTRY else next((known for known in REGISTRY if known.replace("_", "") == bare), name)
