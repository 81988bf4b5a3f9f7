"""Functions applied: what an applied name means, its arguments, those that are known when the program is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from cgviz.errors import quoted
from cgviz.graph.marks import mark
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.refused import REFUSED
from cgviz.reading import build, statics
from cgviz.reading.arguments import STATIC, Arguments, Operand
from cgviz.reading.calls import Call, lookup
from cgviz.reading.pending import Bracket, Definition, Notes, Pending, settled
from cgviz.reading.reducing import Reducer
from cgviz.reading.slips import never_closed, unexpected
from cgviz.reading.tokens import Token
from cgviz.reading.words import SPELLED, capitalised, of_library


class Applier(Reducer):
    """Applies functions: ours, those of the libraries, those that the program defines.

    functions  the functions that the program defines
    budget     how many more tokens they may expand to, one count for the whole program
    """

    def __init__(
        self,
        text: str,
        functions: dict[str, Definition] | None = None,
        budget: list[int] | None = None,
        notes: Notes | None = None,
    ) -> None:
        super().__init__(text, notes)
        self.functions = {} if functions is None else functions
        self.budget = [100_000] if budget is None else budget
        self.depth = 0

    def expanded(self, function: Definition, args: list[Any], token: Token) -> Any:
        """Returns the body of a function of the program, its parameters standing for `args`."""
        raise NotImplementedError

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
        near.sort(key=lambda other: sorted(other) != sorted(name))  # first the one of the same letters
        times = " @ " if name[:1].isupper() and name[:1].isascii() else "*"
        name = name[:40]
        hint = f"; a product is {name}{times}(...), a function of your own needs its equation, {name}(t) = ...;"
        hint += " `cgviz ops` lists the others"
        if near:
            hint = f"; did you mean {' or '.join(map(quoted, near))}?"
        if name in ("float", "int"):
            hint = "; numbers are written as they are"
        if name in ("eval", "exec", "open", "__import__", "getattr", "lambda"):
            hint = "; a program is mathematics: it runs no code and reads no files"
        raise self.error(f"unknown function {quoted(name)}{hint}", token)

    def float(self, tokens: Sequence[Token], at: int, values: list[Any]) -> int:
        """Reads `float("-inf")`. Returns where its bracket ends."""
        sign, _, word = tokens[at].text[1:-1].strip().lower().rpartition("-")
        if word not in ("inf", "infinity") or sign or tokens[at + 1].kind != ")":
            raise self.error("of float(...) only float('inf') and float('-inf') are read; write the number", tokens[at])
        made = build.CONSTANTS["inf"]
        values.append(build.negative(made) if "-" in tokens[at].text else made)
        return at + 2

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
        stack.append(Bracket("argument", pending.token))
        if parameter.kind == "list" and tokens[start].kind == "(":
            stack.append(Bracket("tuple", tokens[start]))
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
                what = f"the {name} of {pending.token.text}" if name else f"this argument of {pending.token.text}"
                raise self.error(f"{what} is a whole number, or several in brackets", tokens[at]) from None
            if name:
                keywords[name] = found
            else:
                positional.append(found)
            if tokens[at].kind == ",":
                at += 1
            elif tokens[at].kind != ")":
                raise (
                    unexpected(self.text, tokens[at]) if tokens[at].kind != "end" else never_closed(self.text, pending)
                )
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
