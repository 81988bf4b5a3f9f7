"""An expression's tokens become unevaluated sympy: operator precedence with an explicit stack, so depth is no danger.

Chains of + and − (and of · and /) at one bracket level are collected and become one flat sum (or product).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cgviz.errors import quoted
from cgviz.graph.marks import BARS, INVERTED, length, mark
from cgviz.ops.op import REGISTRY, Op
from cgviz.reading import build
from cgviz.reading.arguments import Arguments, Several
from cgviz.reading.brackets import closing
from cgviz.reading.calls import Call
from cgviz.reading.counting import counted
from cgviz.reading.parts import Parts
from cgviz.reading.pending import (
    BARRIER,
    BOTH,
    CHOICE,
    COMPARISON,
    POWER,
    PREFIX,
    PRODUCT,
    SUM,
    Bracket,
    Definition,
    Notes,
    Pending,
    settled,
)
from cgviz.reading.reducing import COMPARISONS
from cgviz.reading.slips import (
    NO_COMPREHENSION,
    ONLY_STATEMENTS,
    expected_operand,
    never_closed,
    unexpected,
)
from cgviz.reading.tokens import RAISED, Token
from cgviz.reading.words import KEYWORDS, LETTERS, OTHERWISE, SPELLED, SPOKEN, STATEMENTS, wants_brackets

DEEPEST = 4000
LOGARITHMS = {"sigmoid": "logsigmoid", "gamma": "loggamma"}
BINARY = {"&": BOTH, "+": SUM, "-": SUM, "**": POWER} | dict.fromkeys("*/@·×⊙ ", PRODUCT)
OPENERS = {")": "(", "]": "[", "|": "|", "‖": "‖"}
ALSO_OPENS = {"index": "]", "argument": ")", "tuple": ")"}


class Reader(Parts):
    """Reads expressions of one program.

    text       the program, for carets
    variable   a name to the sympy node that it stands for
    factors    names that are variables even where a bracket follows: `x(y+1)` is a product
    valued     names that have a value or a statement: variables, also where a function has the name
    functions  the functions that the program defines
    notes      what is kept of the text beside the sympy nodes
    """

    def __init__(
        self,
        text: str,
        variable: Callable[[Token], Any],
        factors: frozenset[str] = frozenset(),
        functions: dict[str, Definition] | None = None,
        budget: list[int] | None = None,
        notes: Notes | None = None,
        valued: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(text, functions, budget, notes)
        self.variable, self.factors, self.valued = variable, factors, valued
        self.bars: tuple[Any, int, int] = None, 0, 0
        self.known: dict[str, Any] = {}
        self.lengths_known: dict[str, tuple[Any, int]] = {}

    def read(self, tokens: Sequence[Token]) -> Any:
        """Returns the expression of `tokens`, which end with an "end". Raises ExpressionError."""
        values: list[Any] = []
        stack: list[Pending] = []
        known = self.known
        wants_operand = True
        at = 0
        while True:
            token = tokens[at]
            kind, name, _, _ = token
            at += 1
            if len(stack) > DEEPEST:
                raise self.error("nested too deep; give the inner parts names, a line each", token)
            if wants_operand:
                is_bracket = tokens[at][0] == "(" if kind == "name" else True
                if is_bracket or name in OTHERWISE or (stack and stack[-1].is_call):
                    at, wants_operand = self.operand(tokens, at, token, values, stack)
                    continue
                symbol = known.get(name)
                if symbol is None:
                    symbol = known[name] = self.variable(token)
                values.append(symbol)
                wants_operand = False
            elif kind in BINARY:
                binds = BINARY[kind]
                if stack and stack[-1].binds >= binds:
                    self.reduce(binds + (binds == POWER), values, stack)
                stack.append(Pending(binds, kind, token))
                wants_operand = True
            elif kind == "end":
                return self.finish(token, values, stack)
            elif self.begins_operand(token, stack) or (kind == "[" and groups(tokens, at)):
                self.adjacent(tokens[at - 2], token)
                if token.start == tokens[at - 2].end and at > 3 and tokens[at - 3].kind == "/":
                    self.refuse_below(tokens, at - 3)
                self.reduce(PRODUCT, values, stack)
                stack.append(Pending(PRODUCT, " ", token))
                at -= 1
                wants_operand = True
            elif kind == "[" or kind == ".":
                at, wants_operand = self.part(tokens, at, token, values, stack)
            else:
                wants_operand = self.after_operand(tokens[at - 2], token, values, stack)

    def operand(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        kind = token.kind
        if stack and stack[-1].arguments is not None and kind != "end":
            return self.argument(tokens, at - 1, stack[-1], stack[-1].arguments, values, stack)
        return self.begun(tokens, at, token, values, stack)

    def begun(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        """Begins an operand: a name, a number, a bracket, a sign."""
        kind = token.kind
        if stack and stack[-1].function is not None and self.is_static(tokens, at - 1, stack[-1]):
            return self.static_arguments(tokens, at - 1, values, stack), False
        if kind == "name":
            return self.named(tokens, at, token, values, stack)
        if kind == "number":
            values.append(self.number(token))
            if tokens[at].kind == "name" and tokens[at].start == token.end and token.text == "0":
                raise self.error("numbers are decimal here; '0' cannot be followed by a name", tokens[at])
            return at, False
        if kind == "(" or kind == "|" or kind == "‖":
            stack.append(Bracket(kind, token))
        elif kind == "[":
            return self.array(tokens, at, token, values, stack)
        elif kind == "-" or kind == "√" or kind == "∛":
            stack.append(Pending(PREFIX, kind, token))
        elif kind == "super" and token.text == "³" and tokens[at].kind == "√":
            stack.append(Pending(PREFIX, "∛", token))
            return at + 1, True
        elif kind != "+":
            raise expected_operand(self.text, token, stack)
        return at, True

    def named(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        after = tokens[at]
        if token.text in KEYWORDS or token.text in ("if", "else"):
            more = "; write a if condition else b" if token.text in ("if", "else") else ""
            more = f"; {ONLY_STATEMENTS}" if token.text in STATEMENTS else more
            raise self.error(f"{quoted(token.text)} is a keyword of Python, not a name{more}", token)
        if after.kind == "(" and token.text == "float" and tokens[at + 1].kind == "text":
            return self.float(tokens, at + 1, values), False
        if after.kind == "name" and token.text in ("log", "ln") and (of := self.logarithm(after, tokens[at + 1])):
            stack.append(Bracket("(", after, of))
            return at + 2, True
        if after.kind == "(" and token.text not in self.factors:
            function = self.function(token)
            if isinstance(function, Call) and function.means == "arange" and (found := self.counted(tokens, at, token)):
                values.append(found[0])
                return found[1], False
            if isinstance(function, Call):
                stack.append(Bracket("(", token, None, Arguments(self.text, function, token)))
                return at + 1, True
            if tokens[at + 1].kind == ")":
                values.append(self.applied(function, [], token))
                return at + 2, False
            stack.append(Bracket("(", token, function))
            return at + 1, True
        values.append(self.variable(token))
        return at, False

    def counted(self, tokens: Sequence[Token], at: int, token: Token) -> tuple[Any, int] | None:
        """Returns the places along an axis that `arange(len(y))` counts, and where its bracket ends."""
        found = counted(tokens, at, self.lengths_known)
        if found is None:
            return None
        array, axis = (
            self.lengths_known[found[0]] if isinstance(found[0], str) else (self.variable(found[0][0]), found[0][1])
        )
        return self.called(mark(f"places {axis} 0"), [array], token), found[1]

    def logarithm(self, name: Token, after: Token) -> Op | None:
        """Returns the op that `log σ(...)` and `log Γ(...)` are."""
        if after.kind != "(" or name.text in self.factors or name.text in self.functions:
            return None
        return REGISTRY.get(LOGARITHMS.get(SPELLED.get(name.text, name.text), ""))

    def number(self, token: Token) -> Any:
        try:
            return build.number(token.text)
        except OverflowError:
            raise self.error("a number too large for a float64 (the largest is 1.8e308)", token) from None

    # after an operand

    def after_operand(self, before: Token, token: Token, values: list[Any], stack: list[Pending]) -> bool:
        """Handles what may follow an operand; returns whether another operand is wanted."""
        kind = token.kind
        if kind in COMPARISONS:
            self.reduce(COMPARISON + 1, values, stack)
            if stack and stack[-1].binds == COMPARISON:
                raise self.error("comparisons cannot be chained; compare two things at a time", token)
            stack.append(Pending(COMPARISON, kind, token))
            return True
        if kind == "super" and (token.text != "⁻¹" or before.kind == "number"):
            values[-1] = self.raised_digits(token, self.single(values[-1]))
            return False
        if kind in ("T", "inverse", "super"):
            self.reduce(POWER + 1, values, stack)
            op = REGISTRY["transpose"] if kind == "T" else INVERTED
            values[-1] = self.called(op, [settled(values[-1])], token)
            return False
        if kind == "!" and before.kind == "!":
            raise self.error("'!!' (double factorial) is not supported; (x!)! takes the factorial twice", token)
        if kind == "!":
            values[-1] = build.call(REGISTRY["factorial"], [settled(values[-1])])
            return False
        if kind == ",":
            return self.comma(token, values, stack)
        if kind in OPENERS:
            return self.close(self.opening(token, values, stack), token, values, stack)
        if kind == "name" and token.text in ("if", "else"):
            return self.choice(token, values, stack)
        raise unexpected(self.text, token)

    def begins_operand(self, token: Token, stack: list[Pending]) -> bool:
        """Tells whether `token`, met after an operand, begins another: an implicit product."""
        if token.kind == "|":
            barriers = [pending.kind for pending in reversed(stack) if pending.binds == BARRIER]
            return not barriers or barriers[0] != "|"
        if token.kind == "‖":
            barriers = [pending.kind for pending in reversed(stack) if pending.binds == BARRIER]
            return not barriers or barriers[0] != "‖"
        if token.kind == "name":
            return token.text not in ("if", "else")
        return token.kind in ("(", "number", "√", "∛")

    def adjacent(self, before: Token, token: Token) -> None:
        """Raises ExpressionError where two operands side by side are a slip rather than a product."""
        if before.kind == "number" and token.kind == "number":
            raise self.error("two numbers side by side; an operator is missing between them", token)
        if token.kind == "number":
            raise self.error("a number behind a factor: write * before it, or ** if it is a power", token)
        if token.kind == "name" and token.text in KEYWORDS:
            use = NO_COMPREHENSION if token.text in ("for", "in") else "use where(c, a, b)"
            raise self.error(f"{quoted(token.text)} is not part of an expression; {use}", token)
        if before.text in self.valued:
            return
        for word in (token, before):
            if word.kind == "name" and word.text in SPOKEN and word.text not in self.valued:
                raise self.error(f"{quoted(word.text)} is a word here? Write {SPOKEN[word.text]}", word)
        if before.text == "σ" and token.kind == "name":
            raise self.error(f"is σ the sigmoid? Write σ({token.text}); of a number σ, σ*{token.text}", before)
        if before.kind != "name" or before.text in self.factors or before.text in LETTERS:
            return
        if before.text in REGISTRY or before.text in self.functions:
            raise self.error(wants_brackets(before.text), before)

    def refuse_below(self, tokens: Sequence[Token], slash: int) -> None:
        """Raises ExpressionError for `(x − μ)²/2σ²`, two things to two readers; `1/2x` is a half."""
        over, under, beside = tokens[slash - 1], tokens[slash + 1], tokens[slash + 2]
        is_half = over.kind == "number" and under.kind == "number" and tokens[slash - 2].kind not in ("**", "super")
        if is_half or beside.kind != "name" or under.kind not in ("name", "number"):
            return
        first, second = under.text, beside.text
        message = f"does {quoted(second)} stand below the slash? Write /({first}*{second}), or /{first}*{second}"
        raise self.error(message, tokens[slash])

    def raised_digits(self, token: Token, base: Any) -> Any:
        try:
            exponent = int(token.text.translate(RAISED))
        except ValueError:
            raise self.error(f"{quoted(token.text)} is not an exponent", token) from None
        return build.raised(settled(base), build.integer(exponent))

    def comma(self, token: Token, values: list[Any], stack: list[Pending]) -> bool:
        self.reduce(BARRIER + 1, values, stack)
        if stack and stack[-1].kind == "argument":
            self.entered(values, stack)
            return True
        if stack and stack[-1].kind == "index":
            raise self.error("a place that is computed stands alone in its brackets, as in x[i]", token)
        top = stack[-1] if stack else None
        if not isinstance(top, Bracket) or (top.function is None and top.kind not in ("[", "tuple")):
            message = "',' is only for the arguments of a function and the elements of an array"
            raise self.error(f"{message}; statements have ';' between them, or a new line each", token)
        values[-1] = settled(values[-1])
        top.count += 1
        return True

    def choice(self, token: Token, values: list[Any], stack: list[Pending]) -> bool:
        self.reduce(CHOICE + 1, values, stack)
        if token.text == "if":
            values[-1] = settled(values[-1])
            stack.append(Bracket("if", token))
            return True
        self.reduce(BARRIER + 1, values, stack)
        if not stack or stack[-1].kind != "if":
            raise self.error("'else' without 'if'", token)
        stack[-1] = Pending(CHOICE, "else", token)
        values[-1] = settled(values[-1])
        return True

    # closing

    def opening(self, token: Token, values: list[Any], stack: list[Pending]) -> Pending:
        self.reduce(BARRIER + 1, values, stack)
        if not stack:
            raise self.error(f"{quoted(token.text)} closes nothing", token)
        top = stack.pop()
        if top.kind != OPENERS[token.kind] and ALSO_OPENS.get(top.kind) != token.kind:
            raise never_closed(self.text, top)
        return top

    def close(self, top: Pending, token: Token, values: list[Any], stack: list[Pending]) -> bool:
        if top.kind == "argument":
            stack.append(top)
            self.entered(values, stack)
            arguments = stack.pop().arguments
            assert arguments is not None
            values.append(arguments.finish(self.writer(top.token)))
            return False
        if top.kind == "index":
            place = settled(values.pop())
            values[-1] = self.called(REGISTRY["pick"], [settled(values[-1]), place], top.token)
            return False
        if top.function is None and top.kind not in ("[", "tuple"):
            value = settled(values[-1])
            values[-1] = value if top.kind == "(" else self.barred(top, token, value)
            return False
        first = len(values) - top.count - 1
        args = [settled(value) for value in values[first:]]
        del values[first:]
        values.append(self.applied(top.function or REGISTRY["stack"], args, top.token))
        if top.kind == "[" and len(args) == 1 and build.elements(args[0]) is None and not build.is_literal(args[0]):
            self.singles[id(values[-1])] = values[-1], args[0]
        return False

    def barred(self, top: Pending, token: Token, value: Any) -> Any:
        """Returns what stands between bars: |x|, or ‖x‖, which may be typed as ||x||."""
        inner, start, end = self.bars
        doubled = value is inner and top.token.end == start and end == token.start
        if top.kind == "‖" or doubled:
            return self.called(length(""), value.args if doubled else [value], top.token)
        made = self.called(BARS, [value], top.token)
        self.bars = made, top.token.start, token.end
        return made

    def expanded(self, function: Definition, args: list[Any], token: Token) -> Any:
        """Returns the body of a function of the program, its parameters standing for `args`."""
        self.budget[0] -= len(function.body)
        if self.depth > 50 or self.budget[0] < 0:
            raise self.error(f"{quoted(function.name)} expands without end; a function cannot apply itself", token)
        bound = dict(zip(function.parameters, args, strict=True))
        outer = {name: body for name, body in self.functions.items() if name not in bound}

        def variable(name: Token) -> Any:
            return bound[name.text] if name.text in bound else self.variable(name)

        valued = self.valued | frozenset(bound)
        inner = Reader(self.text, variable, self.factors | frozenset(bound), outer, self.budget, self.notes, valued)
        inner.depth = self.depth + 1
        return inner.read(function.body)

    def finish(self, token: Token, values: list[Any], stack: list[Pending]) -> Any:
        self.reduce(BARRIER + 1, values, stack)
        if stack:
            raise never_closed(self.text, stack[-1])
        return values[-1] if isinstance(values[-1], Several) and len(values) == 1 else settled(values[-1])


def groups(tokens: Sequence[Token], at: int) -> bool:
    """Tells whether the square bracket before `at` groups: it has names in it and stands after a number, or `½`."""
    if not any(token.kind == "name" for token in tokens[at : closing(tokens, at)]):
        return False
    at -= 2
    if tokens[at].kind != ")":
        return tokens[at].kind == "number"
    while at and tokens[at - 1].kind in ("number", "/"):
        at -= 1
    return at > 0 and tokens[at - 1].kind == "(" and (at < 2 or tokens[at - 2].kind != "name")
