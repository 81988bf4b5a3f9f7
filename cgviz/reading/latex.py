"""LaTeX in: a formula's pieces become the same tokens as text, and the program reader does the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cgviz.errors import ExpressionError
from cgviz.ops.op import REGISTRY
from cgviz.reading.latex_beside import around, said
from cgviz.reading.latex_calls import Calls, registered
from cgviz.reading.latex_elements import Elements
from cgviz.reading.latex_equations import EquationHead, WrittenEquation, equation, multiple, outer, parts, raised_marks
from cgviz.reading.latex_equations import head as left_side
from cgviz.reading.latex_macros import WORDS
from cgviz.reading.latex_names import LatexNames
from cgviz.reading.latex_order import ordered
from cgviz.reading.latex_pieces import Piece, pieces
from cgviz.reading.latex_scripts import LatexName, Range
from cgviz.reading.latex_spans import Env
from cgviz.reading.latex_statements import statements
from cgviz.reading.latex_tokens import Translator
from cgviz.reading.latex_values import Values, calls_in, is_bar
from cgviz.reading.program import Program, Scope
from cgviz.reading.tokens import Token


def read_latex(text: str, given: Iterable[str] = ()) -> Program:
    """Returns the program in a LaTeX text. `given` are the names that the caller has values for.

    Equations may stand in any order: one that another one uses is read before it.

    Raises ExpressionError, which points at the place.
    """
    return PrintedPaper(text, frozenset(given)).program()


@dataclass
class PrintedPaper:
    """A LaTeX text while it becomes a program."""

    text: str
    given: frozenset[str]

    def program(self) -> Program:
        self.pieces = pieces(self.text)
        ranges, left_out = statements(self.text, self.pieces)
        if not ranges:
            raise ExpressionError("the LaTeX holds no formula; give one such as \\frac{x}{y}", self.text, 0, 1)
        self.names = self.vocabulary(ranges)
        equations = [equation(self.text, self.names, start, end) for start, end in ranges]
        heads = [head for each in equations for head in each.heads]
        self.names.settle([head.parameters for head in heads if head.parameters])
        spellings = [spelling for head in heads for spelling in (head.name.spelling, head.name.base)]
        targets = {self.names.identifier(spelling) for spelling in spellings}
        self.indices = Elements(self.text, self.pieces, self.names, self.given)
        left = {letter for head in heads for letter in self.indices.single(head.name)}
        self.indices.survey(targets, [form for each in equations for form in each.skipped], left)
        functions = frozenset(self.names.identifier(head.name.spelling) for head in heads if head.parameters)
        variables = frozenset(self.names.identifier(head.name.spelling) for head in heads if not head.parameters)
        variables |= self.given
        calls = Calls(self.text, self.pieces, self.names, self.indices, functions, variables, self.functions(equations))
        calls.alone = self.alone()
        within = [head.parameters for head in heads if head.parameters]
        calls.parameters = {self.names.identifier(name.spelling) for each in within for name in self.listed(*each)}
        self.translator = Translator(calls)
        bodies = [self.body(each) for each in equations]
        self.applied = calls.met
        self.plain = {a.text for body in bodies for a, b in pairwise([*body, closing(body)]) if b.kind != "("}
        lines = [line for each, body in zip(equations, bodies, strict=True) for line in self.lines(each, body)]
        lines.sort(key=lambda line: not (len(line) > 1 and line[0].text in self.applied and line[1].kind == "("))
        scope = Scope(self.text, self.given | ({"e", "pi"} & self.indices.arrays))  # e_{ij} is no constant
        known = [pair for spelled in self.names.taken.values() for pair in spelled.items()]
        scope.spellings = {name: self.names.bold.get(spelling, spelling) for spelling, name in known}
        scope.counts = self.indices.counts
        made = scope.read([token for line in ordered(lines) for token in [*line, closing(line)]])
        return replace(made, beside=said(self.text, [*left_out, *around(self.text, self.pieces)]))

    def vocabulary(self, ranges: Sequence[tuple[int, int]]) -> LatexNames:
        """Returns the reader of names, once it knows what the left sides assign."""
        first = LatexNames(self.text, self.pieces)
        layers, squares = set[str](), set[str]()
        words = {name for name in self.given if len(name.rstrip("0123456789")) > 1}
        words |= {*re.findall(r"_\{(d[A-Za-z])\}", self.text)}  # the dW of S_{dW} is one name
        lefts = [(form, end) for start, end in ranges for form in parts(self.pieces, start, end)[:-1]]
        for form, _ in lefts:
            words.add(multiple(first, *form))
            more, square = raised_marks(first, *form)
            layers |= more
            squares |= square
        layers |= {letter for letter in "lL" if letter not in self.given and not self.is_variable(letter)}
        transposing = "T" not in self.given and not self.is_variable("T")
        known = frozenset(words - {""})
        defined, values = self.defined(first, lefts)
        barred = frozenset(
            name.spelling.letters
            for _, name in calls_in(first, 0, len(self.pieces))
            if any(is_bar(self.pieces[at]) for at, _ in outer(self.pieces, name.end + 1, self.pieces[name.end].partner))
            and registered(name.spelling.identifier) not in REGISTRY
        )
        marks = frozenset(layers), frozenset(squares), transposing
        made = Values(self.text, self.pieces, known, *marks)
        made.defined, made.values, made.barred = defined, values, barred
        return made

    def defined(self, names: LatexNames, lefts: Sequence[tuple[Range, int]]) -> tuple[frozenset[str], frozenset[str]]:
        """Returns the functions that the left sides define, and the `f(x)` in their brackets.

        What is itself on the right is none, `P(A | B) = P(B | A) P(A) / P(B)`.
        """
        defined, values = set[str](), set[str]()
        for form, end in lefts:
            found = left_side(names, *form)
            if found is None or found.parameters is None:
                continue
            values |= {written for written, _ in calls_in(names, *found.parameters)}
            if all(name.spelling != found.name.spelling for _, name in calls_in(names, form[1], end)):
                defined.add(found.name.spelling.text)
        return frozenset(defined), frozenset(values)

    def is_variable(self, letter: str) -> bool:
        """Tells whether a letter stands somewhere as a name of its own: not all of a superscript, not at its end."""
        found = [at for at, piece in enumerate(self.pieces) if piece.kind == "letter" and piece.text == letter]
        return any(not self.is_raised(at) and not self.is_in_word(at) for at in found)

    def is_in_word(self, at: int) -> bool:
        """Tells whether a letter begins a word, the T of `\\operatorname{Tr}`."""
        before = [piece.text for piece in self.pieces[max(0, at - 2) : at]]
        is_word = len(before) == 2 and before[1] == "{" and (before[0] in WORDS or before[0] == "operatorname")
        return is_word and self.pieces[at + 1].kind == "letter"

    def is_raised(self, at: int) -> bool:
        """Tells whether the piece at `at` is `^T`, `^{T}`, `^{[2]T}`, `^{\\mathsf{T}}`, or in a subscript alone."""
        every = [*self.pieces, Piece("row", "", 0, 0)]
        before, after = every[at - 1] if at else every[-1], every[at + 1]
        while before.text in ("mathrm", "mathsf", "text", "textrm", "{") and at > 1 and before.kind != "close":
            at -= 1
            before = every[at - 1]
        return before.text in ("^", "_") or (before.kind == "close" and after.kind == "close")

    def axes(self, each: WrittenEquation) -> tuple[str, ...]:
        """Returns the indices that stand on the left side and run over axes."""
        known = self.indices.bound | self.indices.free
        for head in each.heads:
            letters = (*self.indices.letters(head.name), *head.index)
            inside = head.parameters or (0, 0)
            for at, name in self.indices.found.items():
                letters += self.indices.letters(name) if inside[0] <= at < inside[1] else ()
            found = tuple(letter for letter in letters if letter in known)
            if found:
                return found
        return ()

    def alone(self) -> set[str]:
        """Returns the identifiers of the names that stand somewhere without a bracket behind them."""
        found = set[str]()
        for name in self.indices.found.values():
            if name.end >= len(self.pieces) or self.pieces[name.end].text != "(":
                found.add(self.names.identifier(name.spelling))
        return found

    def functions(self, equations: Sequence[WrittenEquation]) -> dict[str, tuple[list[str], Range]]:
        """Returns what is defined as a function, `h_\\theta(x) = ...`: its parameters and the range of its body."""
        found: dict[str, tuple[list[str], Range]] = {}
        for each in equations:
            for head in each.heads:
                if head.parameters is not None:
                    names = [self.names.identifier(name.spelling) for name in self.listed(*head.parameters)]
                    found[self.names.identifier(head.name.spelling)] = names, each.body
        return found

    def body(self, each: WrittenEquation) -> list[Token]:
        axes = self.axes(each)
        shifts = {letter: self.indices.shifts(*each.body, letter) for letter in axes}
        moved = {letter: found for letter, found in shifts.items() if any(found)}
        if moved:
            self.refuse_recurrence(each)
        env = Env(axes=axes, bearers=self.indices.bearers(*each.body, axes), shifts=moved)
        return self.translator.tokens(*each.body, env)

    def refuse_recurrence(self, each: WrittenEquation) -> None:
        """Raises ExpressionError for `h_t = w h_{t-1}` along an axis, where each element needs the one before."""
        heads = {self.indices.base(head.name) for head in each.heads}
        for at, name in self.indices.found.items():
            if each.body[0] <= at < each.body[1] and self.indices.base(name) in heads:
                first, last = self.pieces[name.start], self.pieces[name.end - 1]
                message = "an element that is made of the one before it: write the steps out, h_1 = ..., h_2 = ..., or "
                raise ExpressionError(message + "trace a loop, cgviz.trace", self.text, first.start, last.end)

    def assigned(self, head: EquationHead) -> Token:
        """Returns the name that a left side assigns: of p_k along an axis the array p."""
        first, last = self.pieces[head.name.start], self.pieces[head.name.end - 1]
        letters = self.indices.letters(head.name)
        base = self.indices.base(head.name) if letters else ""
        is_array = base in self.indices.arrays
        if is_array and not all(letters):
            message = "one element of an array cannot be assigned here; give it another name"
            raise ExpressionError(message, self.text, first.start, last.end)
        return Token("name", base if is_array else self.names.identifier(head.name.spelling), first.start, last.end)

    def lines(self, each: WrittenEquation, body: list[Token]) -> Iterator[list[Token]]:
        """Yields the statements of an equation: the innermost name gets the body, the others that name."""
        if not each.heads:
            yield body
            return
        names = [self.assigned(head) for head in each.heads]
        inner = max((at for at, name in enumerate(names) if name.text in self.applied), default=-1)
        keep = [at for at, head in enumerate(each.heads) if not head.parameters or at == inner or len(names) == 1]
        keep = keep or [0]
        order = sorted(set(keep) | ({inner} if inner >= 0 else set()), reverse=True)
        last = order[0]
        yield [*self.left(each, names[last], body), *body]
        for at in order[1:]:
            source = names[last]
            yield [names[at], Token("=", "=", names[at].end, names[at].end), source]

    def left(self, each: WrittenEquation, name: Token, body: Sequence[Token]) -> list[Token]:
        """Returns `f ( x , y ) =`, without the parameters that the body does not have; `f =` where f is a variable."""
        equals = Token("=", "=", name.end, name.end)
        head = next((one for one in reversed(each.heads) if one.parameters), None)
        is_variable = name.text in self.plain and name.text not in self.applied
        if head is None or head.parameters is None or is_variable:
            return [name, equals]
        parameters = self.parameters(*head.parameters)
        inside = {token.text for token in body if token.kind == "name"}
        kept = [token for token in parameters if name.text in self.applied or token.text in inside]
        if not kept or len({token.text for token in kept}) < len(kept):
            return [name, equals]
        listed = [part for token in kept for part in (token._replace(kind=",", text=","), token)][1:]
        opening, close = (name._replace(kind=kind, text=kind) for kind in "()")
        return [name, opening, *listed, close, equals]

    def parameters(self, start: int, end: int) -> list[Token]:
        """Returns the names in the bracket of a left side; of an array's elements the array."""
        return [self.assigned(EquationHead(name, None)) for name in self.listed(start, end)]

    def listed(self, start: int, end: int) -> Iterator[LatexName]:
        """Yields the names in a bracket."""
        at = start
        while at < end:
            if self.names.begins(at):
                name = self.names.read(at)
                yield name
                at = name.end
            else:
                at += 1


def closing(line: list[Token]) -> Token:
    """Returns the "end" of a statement."""
    at = line[-1].end if line else 0
    return Token("end", ";", at, at)
