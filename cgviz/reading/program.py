"""A program's text as statements: what is an input, what is a stage, what is the output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from cgviz.errors import ExpressionError, quoted
from cgviz.ops.op import REGISTRY
from cgviz.reading import build, python, statics
from cgviz.reading.arguments import Lengths, Several
from cgviz.reading.continued import joined
from cgviz.reading.counting import lengths_assigned
from cgviz.reading.fresh import Fresh
from cgviz.reading.latex_macros import NO_DOTS
from cgviz.reading.latex_order import ordered
from cgviz.reading.pending import Definition, Notes, settled
from cgviz.reading.primes import raised_names, without_primes
from cgviz.reading.prose import LONGEST, has_number, tidied
from cgviz.reading.reader import Reader
from cgviz.reading.statements import (
    Survey,
    in_order,
    is_assignment,
    is_declaration,
    is_definition,
    item,
    literal,
    split,
    targets,
)
from cgviz.reading.tokens import Token, tokens
from cgviz.reading.worded import worded
from cgviz.reading.words import wants_brackets, why_no_variable
from cgviz.records import record
from cgviz.text.names import Name
from cgviz.text.parsing import spelled
from cgviz.text.spelling import Spelling
from cgviz.values import axes
from cgviz.values.arrays import Shape, Value

LEFT_OUT = "this heading of a long program leaves statements out; the rows of its table have them all"


class Input(NamedTuple):
    """An input of the program: its name, how it is printed, the default and the shape that the program gives it."""

    name: str
    label: str = ""
    default: Value | None = None
    shape: Shape = ()


class Statement(NamedTuple):
    """`name = expression`, the expression as unevaluated sympy over the names of inputs and earlier statements."""

    name: str
    label: str
    expression: Any


@record
class Program:
    """A program as sympy. The last statement is the output; inputs stand in the order of first appearance.

    notes   what sympy does not keep of the text
    counts  inputs that are the length of an axis of another: name to (that one, its axis, how many more)
    beside  what stands beside the formulas in the text and was left out
    """

    text: str
    statements: tuple[Statement, ...]
    inputs: tuple[Input, ...]
    notes: Notes = field(default_factory=Notes)
    counts: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    beside: tuple[str, ...] = ()


def read(text: str, given: Iterable[str] = ()) -> Program:
    """Returns the program in `text`. `given` are the names that the caller has values for.

    What cannot be read is tried without the prose in it. Raises ExpressionError, which points at the place.
    """
    if not text.strip():
        raise ExpressionError('the program is empty; give an expression such as "x*y"')
    if has_number(text) and (bare := tidied(text)):
        return replace(as_typed(bare[0], given, in_print=True), text=text, beside=bare[1])
    try:
        return as_typed(text, given)
    except ExpressionError:
        if len(text) > LONGEST:
            raise
        bare = tidied(text) or (text, ())
        try:
            made = as_typed(bare[0], given, in_print=True)
        except ExpressionError:
            made = None
        if made is None:
            raise
    return replace(made, text=text, beside=bare[1])


def as_typed(text: str, given: Iterable[str], in_print: bool = False) -> Program:
    """Returns the program in a text without prose; of one that is in print equations may stand in any order."""
    pasted = python.statements(text) if python.is_python(text) else None
    every, spellings = without_primes(text, tokens(text) if pasted is None else pasted[0])
    spellings |= raised_names(text, every)
    if pasted is None and "\n" in text:
        every = joined(text, every)
    shaped = {line[0].text for line in split(every) if is_declaration(line)} if ":" in text else set()
    scope = Scope(text, frozenset(given) | shaped, spellings=spellings)
    scope.parameters = () if pasted is None else pasted[1]
    scope.seen = worded(text, every, scope.given, scope.parameters, in_print)
    if not in_print:
        return scope.read(scope.seen.every)
    return scope.read([token for line in ordered(scope.seen.lines) for token in line])


@dataclass
class Scope:
    """The names of a program while it is read, statement by statement."""

    text: str
    given: frozenset[str]
    current: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, Definition] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    names: Fresh = field(default_factory=lambda: Fresh(set()))
    assigned: set[str] = field(default_factory=set)
    declared: frozenset[str] | set[str] = frozenset()
    parameters: Sequence[str] = ()
    spellings: Mapping[str, Spelling] = field(default_factory=dict)
    counts: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    seen: Survey | None = None

    def read(self, every: Sequence[Token]) -> Program:
        """Returns the program of `every` token, closed by an "end": the door that text and LaTeX share."""
        survey = self.survey(every)
        lines = survey.lines
        if not lines:
            raise ExpressionError("the program holds no expression, only blanks and comments", self.text, 0, 1)
        lines = in_order(lines)
        self.names = Fresh(survey.names | self.given)
        self.assigned = {line[0].text for line in lines if is_assignment(line)}
        applied = {line[0].text for line in lines if is_definition(line)}
        known = REGISTRY.keys() | applied | survey.after_dot
        factors = frozenset((survey.unapplied | self.given | self.assigned) - known)
        valued = frozenset(self.given | self.assigned)
        self.reader = reader = Reader(self.text, self.variable, factors, self.functions, valued=valued)
        self.declared = self.given | self.assigned | {*self.parameters}
        lines = lines[::-1]
        self.seen, survey = None, Survey(())
        if isinstance(every, list):
            every.clear()  # tokens take more memory than what they become: each is let go when it has been read
        while len(lines) > 1:
            self.statement(lines.pop())
        self.output(lines.pop())
        self.inputs = {name: self.inputs[name] for name in self.parameters if name in self.inputs} | self.inputs
        inputs = tuple(self.inputs.values())
        del self.reader  # which holds what it has read, in a circle
        return Program(self.text, tuple(self.statements), inputs, reader.notes, self.counts)

    def survey(self, every: Sequence[Token]) -> Survey:
        """Returns what the tokens hold; the one made before, where they are the same."""
        if self.seen is None or self.seen.every is not every:
            self.seen = Survey(every)
        return self.seen

    def label(self, name: str) -> str:
        """Returns how a name is spelled where that is not what its letters say: a `Name`, or ""."""
        spelling = self.spellings.get(name)
        return Name(name, spelling) if spelling is not None and spelling != spelled(name) else ""

    def variable(self, token: Token) -> Any:
        """Returns the symbol that a name stands for at this point; a name met first is an input."""
        name = token.text
        symbol = self.current.get(name)
        if symbol is None:
            if name in build.CONSTANTS and name not in self.given and name not in self.assigned:
                return build.CONSTANTS[name]
            why = wants_brackets(name) if name in self.functions else ""
            why = why or why_no_variable(name, self.text[token.end : token.end + 1] == "[")
            if why and name not in self.declared:
                message = f"{why}; a variable of that name needs a value or a statement"
                raise ExpressionError(message, self.text, token.start, token.end)
            symbol = self.current[name] = build.symbol(name)
            self.inputs[name] = Input(name, self.label(name))
        return symbol

    def statement(self, line: Sequence[Token]) -> None:
        """Enters a statement that is not the last."""
        if is_assignment(line):
            self.assign(line)
        elif is_definition(line):
            self.define(line)
        elif is_declaration(line):
            self.declare(line)
        elif targets(line):
            self.unpack(line)
        elif item(line):
            self.change(line)
        else:
            message = "this expression is not used: give it a name (`name = ...`); only the last line may go without"
            message = LEFT_OUT if line[0].kind == "..." else message
            raise ExpressionError(message, self.text, line[0].start, line[-2].end)

    def output(self, line: Sequence[Token]) -> None:
        """Enters the last statement."""
        if is_definition(line):
            target, parameters, body = self.signature(line)
            parameters = taken_whole(parameters, body)
            self.declared = self.declared | {parameter.text for parameter in parameters}
            for parameter in parameters:
                self.variable(parameter)
            first = {p.text: self.inputs[p.text] for p in parameters if p.text in self.inputs}
            self.inputs = {**first, **self.inputs}
            self.enter(target, self.reader.read(body))
        elif is_assignment(line):
            if line[1].kind == "=" and self.literal(line[2:]) is not None:
                message = (
                    f"the program ends without an output: add an expression after {quoted(line[0].text + ' = ...')}"
                )
                raise ExpressionError(message, self.text, line[0].start, line[-2].end)
            self.assign(line)
        elif item(line):
            self.change(line)
        else:
            expression = settled(self.reader.read(line))
            self.statements.append(Statement(self.names.output(self.current), "", expression))

    def declare(self, line: Sequence[Token]) -> None:
        """Enters `X: (N, D)`, the shape of an input."""
        self.variable(line[0])
        known = self.inputs.get(line[0].text)
        where = line[2].start, line[-2].end
        if known is None or known.default is not None:
            message = f"{quoted(line[0].text)} is no input without a value here, so its shape is known"
            raise ExpressionError(message, self.text, line[0].start, where[1])
        try:
            shape = axes.parsed(self.text[where[0] : where[1]])
        except ValueError as error:
            raise ExpressionError(f"a shape is lengths and names in brackets: {error}", self.text, *where) from None
        self.inputs[known.name] = known._replace(shape=shape)

    def assign(self, line: Sequence[Token]) -> None:
        """Enters `c = ...`; `c += d` is `c = c + (d)`."""
        target, body = line[0], line[2:]
        if line[1].kind != "=":
            if target.text not in self.current and (target.text in self.given or target.text in self.parameters):
                self.variable(target)
            if target.text not in self.current:
                message = f"{quoted(target.text)} has no value yet that {quoted(line[1].text)} could change"
                raise ExpressionError(message, self.text, target.start, line[1].end)
            operator = line[1]._replace(kind=line[1].kind[0])
            opening, closing = (body[at]._replace(kind=kind) for at, kind in ((0, "("), (-1, ")")))
            body = [target, operator, opening, *body[:-1], closing, body[-1]]
        value = self.literal(body)
        if value is None:
            self.count(line, [target])
            self.enter(target, self.reader.read(body))
            return
        name, label = self.fresh(target.text)
        self.inputs[name] = Input(name, label, value)
        self.stands(target.text, name)

    def count(self, line: Sequence[Token], names: Sequence[Token]) -> None:
        """Enters which names are lengths of an array as it is now, for `arange(N)`."""
        for name in names:
            self.reader.lengths_known.pop(name.text, None)
        for counted, (array, axis) in lengths_assigned(line, names).items():
            self.reader.lengths_known[counted] = self.variable(array), axis

    def unpack(self, line: Sequence[Token]) -> None:
        """Enters `a, b = split(x, 2)`, a statement for each output."""
        names = targets(line)
        self.count(line, names)
        found = self.reader.read(line[2 * len(names) :])
        if isinstance(found, Lengths):
            found = found.all(len(names))
        if isinstance(found, Several) and found.only is not None:
            message = f"of the outputs of {quoted(found.name)} one is indices, which are not read: take the first, [0]"
            raise ExpressionError(message, self.text, line[0].start, line[2 * len(names) - 2].end)
        if not isinstance(found, Several) or len(found.nodes) != len(names):
            count = len(found.nodes) if isinstance(found, Several) else 1
            message = f"{len(names)} names for {count} output{'s' * (count != 1)}"
            raise ExpressionError(message, self.text, line[0].start, line[2 * len(names) - 2].end)
        for target, node in zip(names, found.nodes, strict=True):
            self.enter(target, node)

    def change(self, line: Sequence[Token]) -> None:
        """Enters `m[i, j] = 0`: the array as it is then, under the same name; `m[i] += 1` likewise."""
        target, close = line[0], item(line)
        if target.text not in self.current and target.text not in self.given:
            message = f"{quoted(target.text)} has no value yet that could be changed"
            raise ExpressionError(message, self.text, target.start, line[close].end)
        body, sign = line[close + 2 :], line[close + 1]
        if sign.kind != "=":
            opening, closing = body[0]._replace(kind="("), body[-1]._replace(kind=")")
            body = [*line[: close + 1], sign._replace(kind=sign.kind[0]), opening, *body[:-1], closing, body[-1]]
        array = self.variable(target)
        self.enter(target, self.reader.put(array, line[2:close], self.reader.read(body), line[1]))

    def literal(self, body: Sequence[Token]) -> Value | None:
        """Returns the value of a statement that is one number, or an array of numbers, else None."""
        if body[0].kind == "name":
            return None
        return statics.array(self.text, body) if body[0].kind == "[" else literal(body)

    def enter(self, target: Token, expression: Any) -> None:
        expression = settled(expression)
        name, label = self.fresh(target.text)
        self.statements.append(Statement(name, label, expression))
        self.stands(target.text, name)

    def stands(self, typed: str, name: str) -> None:
        """Lets a name stand for an input or a statement from here on."""
        self.current[typed] = self.reader.known[typed] = build.symbol(name)

    def fresh(self, name: str) -> tuple[str, str]:
        """Returns a name for what is assigned to `name`, and its label: `c_2` and `c′` the second time."""
        if name not in self.current:
            return name, self.label(name)
        return self.names.again(name)

    def define(self, line: Sequence[Token]) -> None:
        name, parameters, body = self.signature(line)
        dots = next((token for token in body if token.kind == "..."), None)
        if dots:
            raise ExpressionError(NO_DOTS, self.text, dots.start, dots.end)
        self.functions[name.text] = Definition(name.text, tuple(p.text for p in parameters), body)

    def signature(self, line: Sequence[Token]) -> tuple[Token, list[Token], Sequence[Token]]:
        """Returns name, parameters and body of `name(a, b) = body`."""
        close = next(i for i, token in enumerate(line) if token.kind == ")")
        inside = line[2:close]
        if [token.kind for token in inside[-2:]] == [",", "..."]:
            inside = inside[:-2]
        parameters = list(inside[::2])
        well_formed = all(token.kind == "name" for token in parameters) and all(t.kind == "," for t in inside[1::2])
        if not well_formed or (inside and len(inside) % 2 == 0):
            message = "the parameters of a function are names with commas between them"
            raise ExpressionError(message, self.text, line[1].start, line[close].end)
        if len({token.text for token in parameters}) < len(parameters):
            raise ExpressionError("a parameter is named twice", self.text, line[1].start, line[close].end)
        return line[0], parameters, line[close + 2 :]


def taken_whole(parameters: list[Token], body: Sequence[Token]) -> list[Token]:
    """Returns parameters without those of which the body has elements only: the w of `f(w, x) = w_0*x_0`."""
    names = {token.text for token in body if token.kind == "name"}
    kept = [p for p in parameters if p.text in names or not any(name.startswith(f"{p.text}_") for name in names)]
    return kept if kept else parameters if not names else []
