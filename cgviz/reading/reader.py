"""An expression's tokens become unevaluated sympy: operator precedence with an explicit stack, so depth is no danger.

Chains of + and − (and of · and /) at one bracket level are collected and become one flat sum (or product).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from cgviz.errors import ExpressionError, quoted
from cgviz.graph.juxtaposed import BARS, INVERTED, length, mark
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.places import SLOT, picked_at, put_at
from cgviz.ops.rearranging import indexed
from cgviz.ops.refused import REFUSED
from cgviz.reading import build, statics
from cgviz.reading.arguments import STATIC, Arguments, Operand, Several
from cgviz.reading.calls import Call, bare, lookup
from cgviz.reading.latex_macros import APPLIED, NO_DOTS
from cgviz.reading.mended import LETTERS
from cgviz.reading.tokens import RAISED, Token

DEEPEST = 4000
CHOICE, COMPARISON, BOTH, SUM, PRODUCT, PREFIX, POWER = 1, 2, 3, 4, 5, 6, 7
BARRIER = 0
BINARY = {"&": BOTH, "+": SUM, "-": SUM, "**": POWER} | dict.fromkeys("*/@·× ", PRODUCT)
ELEMENTS = frozenset("*/")
COMPARISONS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}
KEYWORDS = frozenset(
    "True False None and or not in is for while import from def class return with assert del try yield".split()
)
OPENERS = {")": "(", "]": "[", "|": "|", "‖": "‖"}
ALSO_OPENS = {"index": "]", "argument": ")", "tuple": ")"}
STATEMENTS = frozenset("for while import from def class return with assert del try yield".split())
NO_COMPREHENSION = "a comprehension is not read: write sum(w*x), or w @ x"
ONLY_STATEMENTS = "of Python assignments, expressions and a function are read; cgviz.trace runs anything else"
NO_COLON = "':' is not part of an expression here (slices stand in brackets, x[1:3]; no lambdas or annotations)"
TURNS = {"T": "transpose", "mT": "swapaxes"}
NAMED = {"end": "the end", "number": "a number", "name": "a name"}


@dataclass
class Notes:
    """What sympy does not keep of a program, by the id of a node.

    places  the offsets of its operators in the text
    joints  how the factors of a product are joined, a character for each gap; none where `*` and `/` do it all
    """

    places: dict[int, int | Sequence[int]] = field(default_factory=dict)
    joints: dict[int, str] = field(default_factory=dict)


class Chain:
    """A sum or product that is still being read: (sign, term) or (factor, divides) pairs.

    `operators` are the offsets of its operators, `joints` their kinds; `notes` is where they are entered for the node
    that is made.
    """

    __slots__ = ("joints", "kind", "notes", "operators", "pairs")

    def __init__(self, kind: int, pairs: list[Any], operator: Pending, notes: Notes) -> None:
        self.kind, self.pairs, self.notes = kind, pairs, notes
        self.operators: int | list[int] = operator.token.start  # most chains have but one
        self.joints: str | list[str] = operator.kind

    def made(self, node: Any) -> Any:
        """Returns the node that the chain has become, its operators' places entered."""
        self.notes.places[id(node)] = self.operators
        if self.kind == PRODUCT and not ELEMENTS.issuperset(self.joints):
            self.notes.joints[id(node)] = "".join(self.joints)[max(0, len(self.pairs) - len(node.args)) :]
        return node

    def add(self, pair: Any, operator: Pending) -> Chain:
        """Returns the chain itself, longer by a pair and its operator."""
        self.pairs.append(pair)
        if self.kind == PRODUCT:
            if isinstance(self.joints, str):
                self.joints = [self.joints]
            self.joints.append(operator.kind)
        if isinstance(self.operators, int):
            self.operators = [self.operators]
        self.operators.append(operator.token.start)
        return self


ROOTS = {"√": "sqrt", "∛": "cbrt"}
SPELLED = {**APPLIED, "log_2": "log2", "log_10": "log10"}
LOGARITHMS = {"sigmoid": "logsigmoid", "gamma": "loggamma"}


class Negated:
    """A value after a unary minus: as the first term of a sum it is a term with a sign."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Pending:
    """An operator or an opening bracket on the stack; a bracket after a function's name counts its commas."""

    __slots__ = ("arguments", "binds", "count", "function", "kind", "token")

    def __init__(
        self,
        binds: int,
        kind: str,
        token: Token,
        function: Op | Definition | None = None,
        arguments: Arguments | None = None,
    ) -> None:
        self.binds, self.kind, self.token, self.function, self.count = binds, kind, token, function, 0
        self.arguments = arguments


@dataclass(frozen=True)
class Definition:
    """A function that the program defines, `σ(t) = ...`: expanded where it is applied."""

    name: str
    parameters: tuple[str, ...]
    body: Sequence[Token]


class Reader:
    """Reads expressions of one program.

    text       the program, for carets
    variable   a name to the sympy node that it stands for
    factors    names that are variables even where a bracket follows: `x(y+1)` is a product
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
    ) -> None:
        self.text, self.variable, self.factors = text, variable, factors
        self.functions = {} if functions is None else functions
        self.notes = Notes() if notes is None else notes
        self.budget = [100_000] if budget is None else budget
        self.depth = 0
        self.bars: tuple[Any, int, int] = None, 0, 0
        self.singles: dict[int, Token] = {}

    def read(self, tokens: Sequence[Token]) -> Any:
        """Returns the expression of `tokens`, which end with an "end". Raises ExpressionError."""
        values: list[Any] = []
        stack: list[Pending] = []
        wants_operand = True
        at = 0
        while True:
            token = tokens[at]
            at += 1
            if len(stack) > DEEPEST:
                raise self.error("nested too deep; give the inner parts names, a line each", token)
            if wants_operand:
                at, wants_operand = self.operand(tokens, at, token, values, stack)
            elif token.kind in BINARY:
                self.binary(token.kind, BINARY[token.kind], token, values, stack)
                wants_operand = True
            elif token.kind == "end":
                return self.finish(token, values, stack)
            elif self.begins_operand(token, stack):
                self.adjacent(tokens[at - 2], token)
                self.binary(" ", PRODUCT, token, values, stack)
                at -= 1
                wants_operand = True
            elif token.kind == "[" or token.kind == ".":
                at, wants_operand = self.part(tokens, at, token, values, stack)
            else:
                wants_operand = self.after_operand(tokens[at - 2], token, values, stack)

    # operands

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
            stack.append(Pending(BARRIER, kind, token))
        elif kind == "[":
            return self.array(tokens, at, token, values, stack)
        elif kind == "-" or kind == "√" or kind == "∛":
            stack.append(Pending(PREFIX, kind, token))
        elif kind == "super" and token.text == "³" and tokens[at].kind == "√":
            stack.append(Pending(PREFIX, "∛", token))
            return at + 1, True
        elif kind != "+":
            raise self.expected_operand(token, stack)
        return at, True

    def named(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        after = tokens[at]
        if token.text in KEYWORDS or token.text in ("if", "else"):
            more = f"; {ONLY_STATEMENTS}" if token.text in STATEMENTS else ""
            raise self.error(f"{quoted(token.text)} is a keyword of Python, not a name{more}", token)
        if after.kind == "(" and token.text == "float" and tokens[at + 1].kind == "text":
            return self.float(tokens, at + 1, values), False
        if after.kind == "name" and token.text in ("log", "ln") and (of := self.logarithm(after, tokens[at + 1])):
            stack.append(Pending(BARRIER, "(", after, of))
            return at + 2, True
        if after.kind == "(" and token.text not in self.factors:
            function = self.function(token)
            if isinstance(function, Call):
                stack.append(Pending(BARRIER, "(", token, None, Arguments(self.text, function, token)))
                return at + 1, True
            if tokens[at + 1].kind == ")":
                values.append(self.applied(function, [], token))
                return at + 2, False
            stack.append(Pending(BARRIER, "(", token, function))
            return at + 1, True
        values.append(self.variable(token))
        return at, False

    def logarithm(self, name: Token, after: Token) -> Op | None:
        """Returns the op that `log σ(...)` and `log Γ(...)` are."""
        if after.kind != "(" or name.text in self.factors or name.text in self.functions:
            return None
        return REGISTRY.get(LOGARITHMS.get(SPELLED.get(name.text, name.text), ""))

    def float(self, tokens: Sequence[Token], at: int, values: list[Any]) -> int:
        """Reads `float("-inf")`. Returns where its bracket ends."""
        sign, _, word = tokens[at].text[1:-1].strip().lower().rpartition("-")
        if word not in ("inf", "infinity") or sign or tokens[at + 1].kind != ")":
            raise self.error("of float(...) only float('inf') and float('-inf') are read; write the number", tokens[at])
        made = build.CONSTANTS["inf"]
        values.append(build.negative(made) if "-" in tokens[at].text else made)
        return at + 2

    # calls of libraries

    def argument(
        self,
        tokens: Sequence[Token],
        at: int,
        pending: Pending,
        arguments: Arguments,
        values: list[Any],
        stack: list[Pending],
    ) -> tuple[int, bool]:
        """Reads an argument that is known now, or begins one that is an expression."""
        if tokens[at].kind == ")":
            stack.pop()
            values.append(arguments.finish(self.writer(pending.token)))
            return at + 1, False
        parameter, start = arguments.parameter(tokens, at)
        if parameter.kind in STATIC and not (parameter.name == "other" and tokens[start].kind == "name"):
            end = arguments.static(tokens, start, parameter)
            return (end + 1, True) if tokens[end].kind == "," else (end, True)
        stack.append(Pending(BARRIER, "argument", pending.token))
        if parameter.kind == "list" and tokens[start].kind == "(":
            stack.append(Pending(BARRIER, "tuple", tokens[start]))
            start += 1
        return start, True

    def entered(self, values: list[Any], stack: list[Pending]) -> None:
        """Enters an argument that has been read into its call, which is the top of the stack then."""
        stack.pop()
        arguments = stack[-1].arguments
        assert arguments is not None
        arguments.found.append((arguments.keyword, Operand(settled(values.pop()))))

    def writer(self, token: Token) -> Callable[[Op, Sequence[Any]], Any]:
        return lambda op, args: self.called(op, args, token)

    # arrays

    def array(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        """Begins an array that is written out, `[a, b]`; ends it at once where it is empty."""
        if tokens[at].kind == "]":
            values.append(self.called(REGISTRY["stack"], [], token))
            return at + 1, False
        stack.append(Pending(BARRIER, "[", token))
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
            if not end or not is_several(tokens[at:end]):
                stack.append(Pending(BARRIER, "index", token))
                return at, True
            values[-1] = self.picked(settled(values[-1]), tokens[at:end], token)
            return end + 1, False
        if isinstance(values[-1], Several):
            values[-1] = self.one_of(values[-1], key, token)
            return end, False
        values[-1] = self.called(indexed(key), [settled(values[-1])], token)
        return end, False

    def one_of(self, several: Several, key: tuple[Any, ...], token: Token) -> Any:
        if len(key) != 1 or not isinstance(key[0], int) or not -len(several.nodes) <= key[0] < len(several.nodes):
            raise self.error(f"{quoted(several.name)} has {len(several.nodes)} outputs here", token)
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

    def method(
        self, tokens: Sequence[Token], at: int, token: Token, values: list[Any], stack: list[Pending]
    ) -> tuple[int, bool]:
        name, after = tokens[at], tokens[min(at + 1, len(tokens) - 1)]
        if name.text in TURNS and after.kind != "(":
            values[-1] = self.called(REGISTRY[TURNS[name.text]], [settled(values[-1])], name)
            return at + 1, False
        call = lookup("method", name.text) if name.kind == "name" and after.kind == "(" else None
        if call is None:
            raise self.error("of attributes and methods only .T and functions, as in x.sum(), are read here", token)
        arguments = Arguments(self.text, call, name)
        arguments.found.append(("", Operand(settled(values.pop()))))
        stack.append(Pending(BARRIER, "(", name, None, arguments))
        return at + 2, True

    def is_static(self, tokens: Sequence[Token], at: int, pending: Pending) -> bool:
        """Tells whether an argument is one that is known when the program is read: a keyword, an axis, a shape."""
        if not isinstance(pending.function, Op):
            return False
        if tokens[at].kind == "name" and tokens[at + 1].kind == "=":
            return True
        op = pending.function
        return bool(op.statics) and op.operands is not None and pending.count >= op.operands

    def static_arguments(self, tokens: Sequence[Token], at: int, values: list[Any], stack: list[Pending]) -> int:
        """Applies a function whose last arguments begin at `at`: axis=0, a shape. Returns where its bracket ends."""
        pending = stack.pop()
        op = pending.function
        assert isinstance(op, Op)
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        while tokens[at].kind != ")":
            name, token = "", tokens[at]
            if token.kind == "name" and tokens[at + 1].kind == "=":
                name, at = statics.ALSO.get(token.text, token.text), at + 2
            if (name and name not in op.statics) or (keywords and not name):
                takes = f"; it takes {', '.join(op.statics)}" if op.statics else ""
                raise self.error(
                    f"{quoted(pending.token.text)} has no argument {quoted(token.text)} here{takes}", token
                )
            try:
                found, at = statics.value(tokens, at)
            except statics.NotStaticError:
                what = f"{name} of {pending.token.text}" if name else f"this argument of {pending.token.text}"
                raise self.error(f"the {what} is a whole number, or several in brackets", tokens[at]) from None
            if name:
                keywords[name] = found
            else:
                positional.append(found)
            if tokens[at].kind == ",":
                at += 1
            elif tokens[at].kind != ")":
                raise self.unexpected(tokens[at]) if tokens[at].kind != "end" else self.never_closed(pending)
        first = len(values) - pending.count
        args = [settled(value) for value in values[first:]]
        del values[first:]
        try:
            chosen = op.options(*positional, **keywords) if op.options else op
        except (ValueError, TypeError) as error:
            why = f": {error}" if isinstance(error, ValueError) else " takes fewer arguments"
            raise self.error(f"{quoted(pending.token.text)}{why}", pending.token) from None
        values.append(self.applied(chosen, args, pending.token))
        return at + 1

    def called(self, op: Op, args: Sequence[Any], token: Token) -> Any:
        """Returns `op(*args)`, its place entered."""
        node = build.call(op, args)
        self.notes.places[id(node)] = token.start
        return node

    def function(self, token: Token) -> Op | Definition | Call:
        """Returns what an applied name means. Raises ExpressionError with the closest names."""
        if " " in token.text:
            return mark(token.text)
        module, _, name = token.text.rpartition(".")
        known: Op | Definition | Call | None = None
        if not module:
            known = self.functions.get(name) or REGISTRY.get(SPELLED.get(name, name))
        if isinstance(known, Op) and known.options is not None:
            known = of_library(name) or known
        known = known or lookup(module, name) or capitalised(name)
        if known is not None:
            return known
        if name in REFUSED:
            raise self.error(f"{quoted(name)} {REFUSED[name]}", token)
        names = [*self.functions, *REGISTRY]
        near = get_close_matches(name[:40], names, n=2, cutoff=0.65)
        hint = f"; a product is {name[:40]}*(...), and `cgviz ops` lists the functions"
        if near:
            hint = f"; did you mean {' or '.join(map(quoted, near))}?"
        if name in ("float", "int"):
            hint = "; numbers are written as they are"
        if name in ("eval", "exec", "open", "__import__", "getattr", "lambda"):
            hint = "; a program is mathematics: it runs no code and reads no files"
        raise self.error(f"unknown function {quoted(name)}{hint}", token)

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
            values[-1] = self.raised_digits(token, values[-1])
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
        raise self.unexpected(token)

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
        if token.kind == "name" and token.text in KEYWORDS:
            use = NO_COMPREHENSION if token.text in ("for", "in") else "use where(c, a, b)"
            raise self.error(f"{quoted(token.text)} is not part of an expression; {use}", token)
        if before.kind != "name" or before.text in self.factors or before.text in LETTERS:
            return
        if before.text in REGISTRY or before.text in self.functions:
            message = f"{quoted(before.text)} is a function: put its argument in brackets, {before.text}(...)"
            raise self.error(message, before)

    def raised_digits(self, token: Token, base: Any) -> Any:
        try:
            exponent = int(token.text.translate(RAISED))
        except ValueError:
            raise self.error(f"{quoted(token.text)} is not an exponent", token) from None
        return build.raised(settled(base), build.integer(exponent))

    def binary(self, kind: str, binds: int, token: Token, values: list[Any], stack: list[Pending]) -> None:
        self.reduce(binds + (binds == POWER), values, stack)
        stack.append(Pending(binds, kind, token))

    def comma(self, token: Token, values: list[Any], stack: list[Pending]) -> bool:
        self.reduce(BARRIER + 1, values, stack)
        if stack and stack[-1].kind == "argument":
            self.entered(values, stack)
            return True
        if stack and stack[-1].kind == "index":
            raise self.error("a place that is computed stands alone in its brackets, as in x[i]", token)
        if not stack or (stack[-1].function is None and stack[-1].kind not in ("[", "tuple")):
            message = "',' is only for the arguments of a function and the elements of an array"
            raise self.error(f"{message}; statements have ';' between them, or a new line each", token)
        values[-1] = settled(values[-1])
        stack[-1].count += 1
        return True

    def choice(self, token: Token, values: list[Any], stack: list[Pending]) -> bool:
        self.reduce(CHOICE + 1, values, stack)
        if token.text == "if":
            values[-1] = settled(values[-1])
            stack.append(Pending(BARRIER, "if", token))
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
            raise self.never_closed(top)
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
            self.singles[id(values[-1])] = top.token
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

    def applied(self, function: Op | Definition, args: list[Any], token: Token) -> Any:
        """Returns a function applied. Raises ExpressionError for a wrong number of arguments."""
        if isinstance(function, Op):
            if function.lists and len(args) == 1:
                args = list(build.elements(args[0]) or args)
            function = function.sized(len(args)) if function.sized else function
            least, most = function.arity
        else:
            least = most = len(function.parameters)
        if not least <= len(args) <= (len(args) if most is None else most):
            takes = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            plural = "" if takes.endswith("1") and most in (1, None) else "s"
            raise self.error(f"{quoted(token.text)} takes {takes} argument{plural}, not {len(args)}", token)
        if isinstance(function, Op):
            return self.called(function, args, token)
        return self.expanded(function, args, token)

    def expanded(self, function: Definition, args: list[Any], token: Token) -> Any:
        """Returns the body of a function of the program, its parameters standing for `args`."""
        self.budget[0] -= len(function.body)
        if self.depth > 50 or self.budget[0] < 0:
            raise self.error(f"{quoted(function.name)} expands without end; a function cannot apply itself", token)
        bound = dict(zip(function.parameters, args, strict=True))
        outer = {name: body for name, body in self.functions.items() if name not in bound}

        def variable(name: Token) -> Any:
            return bound[name.text] if name.text in bound else self.variable(name)

        inner = Reader(self.text, variable, self.factors | frozenset(bound), outer, self.budget, self.notes)
        inner.depth = self.depth + 1
        return inner.read(function.body)

    def finish(self, token: Token, values: list[Any], stack: list[Pending]) -> Any:
        self.reduce(BARRIER + 1, values, stack)
        if stack:
            raise self.never_closed(stack[-1])
        return values[-1] if isinstance(values[-1], Several) and len(values) == 1 else settled(values[-1])

    # reducing

    def reduce(self, binds: int, values: list[Any], stack: list[Pending]) -> None:
        """Applies the operators on the stack that bind at least as tightly as `binds`."""
        while stack and stack[-1].binds >= binds:
            pending = stack.pop()
            if pending.binds == PREFIX:
                values.append(prefixed(pending.kind, settled(values.pop())))
                continue
            right, left = values.pop(), values.pop()
            if self.singles and pending.kind != "@":
                self.refuse_single(left, right)
            if pending.binds == SUM:
                values.append(self.added(left, right, pending))
            elif pending.kind == "@":
                values.append(self.called(REGISTRY["matmul"], [settled(left), settled(right)], pending.token))
            elif pending.binds == PRODUCT:
                values.append(self.multiplied(left, right, pending))
            elif pending.binds == POWER:
                values.append(build.raised(settled(left), settled(right)))
            elif pending.binds == BOTH:
                values.append(self.called(REGISTRY["logical_and"], [settled(left), settled(right)], pending.token))
            elif pending.binds == COMPARISON:
                op = REGISTRY[COMPARISONS[pending.kind]]
                values.append(self.called(op, [settled(left), settled(right)], pending.token))
            else:
                chosen = [settled(left), values.pop(), settled(right)]
                values.append(self.called(REGISTRY["where"], chosen, pending.token))

    def refuse_single(self, left: Any, right: Any) -> None:
        """Raises ExpressionError where square brackets round one expression group rather than make an array."""
        for value in (left, right):
            token = self.singles.get(id(value))
            if token is not None:
                message = "square brackets make an array; round ones group: (x + y)*z"
                raise self.error(message, token)

    def added(self, left: Any, right: Any, operator: Pending) -> Chain:
        """Returns left ± right, in the chain that `left` is already when it stands at this bracket level."""
        sign = 1 if operator.kind == "+" else -1
        inner, term = signed(right) if sign > 0 else (1, settled(right))
        if type(left) is Chain and left.kind == SUM:
            return left.add((sign * inner, term), operator)
        return Chain(SUM, [signed(left), (sign * inner, term)], operator, self.notes)

    def multiplied(self, left: Any, right: Any, operator: Pending) -> Chain:
        """Returns left · right or left / right, in the chain that `left` is already."""
        factor = (settled(right), operator.kind == "/")
        if type(left) is Chain and left.kind == PRODUCT:
            return left.add(factor, operator)
        head = (left if type(left) is Negated else settled(left), False)
        return Chain(PRODUCT, [head, factor], operator, self.notes)

    # errors

    def error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, self.text, token.start, token.end)

    def never_closed(self, pending: Pending) -> ExpressionError:
        if pending.kind == "if":
            return self.error("'if' without 'else': write a if condition else b", pending.token)
        what = {"|": "|", "‖": "‖", "[": "[", "index": "["}.get(pending.kind, "(")
        token = pending.token
        if pending.function is not None or pending.arguments is not None or pending.kind == "argument":
            return self.error(f"the bracket after {quoted(token.text)} is never closed", token)
        return self.error(f"{quoted(what)} is never closed", token)

    def expected_operand(self, token: Token, stack: list[Pending]) -> ExpressionError:
        if token.kind == "end":
            if stack and stack[-1].binds > BARRIER:
                return self.error(f"the expression ends after {quoted(stack[-1].token.text)}", stack[-1].token)
            if stack:
                return self.never_closed(stack[-1])
            return self.error("an expression is missing here", token)
        if token.kind == ":":
            return self.error(NO_COLON, token)
        if token.kind == "...":
            return self.error(NO_DOTS, token)
        if token.kind == "text":
            return self.error("text in quotes is not part of an expression", token)
        if token.kind in (")", "]", ",") and stack and stack[-1].binds == BARRIER:
            return self.error(f"an operand is missing before {quoted(token.text)}", token)
        return self.error(f"a number, a name or a bracket is expected, not {quoted(token.text)}", token)

    def unexpected(self, token: Token) -> ExpressionError:
        why = {
            "=": "'=' inside an expression; '==' compares",
            ":=": "':=' inside an expression; put the assignment on a line of its own",
            ":": NO_COLON,
            "text": "text in quotes is not part of an expression",
            "...": NO_DOTS,
            "//": "'//' (floor division) has no useful derivative; use '/'",
        }
        default = f"{quoted(token.text)} is not expected here"
        if token.kind.endswith("=") and len(token.kind) == 2:
            default = f"{quoted(token.kind)} is not supported; write x = x {token.kind[0]} ..."
        return self.error(why.get(token.kind, default), token)


def of_library(name: str) -> Call | None:
    """Returns a function of an array that is more than one op of ours, `norm` and `split`, as the libraries call it."""
    from cgviz.reading.operations import COMPOSED

    found = bare(name)
    if found is None:
        return None
    begins = found.parameters[0].kind == "static" if len(found.parameters) > 1 else False
    return found if found.means in COMPOSED or (begins and found.parameters[1].kind == "operands") else None


def closing(tokens: Sequence[Token], at: int) -> int:
    """Returns where the bracket closes in which `at` stands; 0 where it is never closed."""
    depth = 0
    for place in range(at, len(tokens)):
        kind = tokens[place].kind
        depth += (kind in ("[", "(")) - (kind in ("]", ")"))
        if depth < 0:
            return place if kind == "]" else 0
    return 0


def parted(tokens: Sequence[Token]) -> list[list[Token]]:
    """Returns tokens between commas."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind in ("[", "(")) - (token.kind in ("]", ")"))
        if token.kind == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def is_several(tokens: Sequence[Token]) -> bool:
    """Tells whether an index has several parts, so that its places are read one by one."""
    return len(parted(tokens)) > 1


def capitalised(name: str) -> Op | None:
    """Returns the op that a name in capitals stands for: `ReLU`, `Sigmoid`, `LeakyReLU`."""
    if name.islower():
        return None
    bare = name.lower().replace("_", "")
    return next((op for known, op in REGISTRY.items() if known.replace("_", "") == bare), None)


def prefixed(kind: str, value: Any) -> Any:
    """Returns −value or √value; the negative of a literal is a literal."""
    if kind in ROOTS:
        return build.call(REGISTRY[ROOTS[kind]], [value])
    return -value if build.is_literal(value) else Negated(value)


def settled(value: Any) -> Any:
    """Returns a finished sympy node for a value that may still be a chain."""
    if isinstance(value, Several):
        raise ExpressionError(
            f"{quoted(value.name)} has {len(value.nodes)} outputs: name them, a, b = ..., or take one, [0]"
        )
    if type(value) is Chain and value.kind == SUM:
        return value.made(build.total(value.pairs))
    sign, term = signed(value)
    return term if sign > 0 else build.negative(term)


def signed(value: Any) -> tuple[int, Any]:
    """Returns a value as (sign, node): `−a·b` is −(a·b)."""
    if type(value) is Negated:
        return -1, value.value
    if type(value) is Chain and value.kind == PRODUCT:
        sign, head = signed(value.pairs[0][0])
        return sign, value.made(build.product([(head, False), *value.pairs[1:]]))
    return 1, settled(value) if type(value) is Chain else value
