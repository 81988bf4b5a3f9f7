"""Python's statements as closures: each takes a frame and gives None, or says how a block ends."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from cgviz.grading.interpreter import libraries
from cgviz.grading.interpreter.assignments import Assignments, changed_by
from cgviz.grading.interpreter.expressions import Code
from cgviz.grading.interpreter.matching import Patterns
from cgviz.grading.interpreter.objects import Class, Frame, Instance, assigned_names
from cgviz.grading.interpreter.signals import UNKNOWN, Known, UnreadError

if TYPE_CHECKING:
    from cgviz.grading.interpreter.machine import Machine

BREAK, CONTINUE = object(), object()


class Returned:
    """How a block ends that returns."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Statements(Assignments):
    """Makes closures of statements."""

    def __init__(
        self, machine: Machine, local: frozenset[str] | None = None, declared: dict[str, str] | None = None
    ) -> None:
        super().__init__(machine, local)
        self.declared = declared or {}

    def statement(self, node: ast.stmt) -> Code:
        made = getattr(self, f"do_{type(node).__name__.lower()}", None)
        if made is None:

            def refuse(frame: Frame) -> Any:
                raise UnreadError(f"{type(node).__name__} is not read")

            return refuse
        around, self.around = self.around, node
        code: Code = made(node)
        self.around = around
        return code

    def block(self, nodes: list[ast.stmt]) -> Code:
        """Returns what runs statements one after the other. What is not known makes unknown only what it assigns."""
        machine = self.machine
        codes, tick = machine.codes, machine.tick
        keys = [machine.enter(node, self) for node in nodes]

        def run(frame: Frame) -> Any:
            seen = machine.seen
            for key in keys:
                tick()
                if seen is not None:
                    seen(key, frame)
                try:
                    end = codes[key](frame)
                except UnreadError as error:
                    machine.passed_over(key, frame, error)
                    continue
                except Exception as error:
                    machine.failed(key, error)
                    raise
                if end is not None:
                    return end
            return None

        return run

    # control

    def do_expr(self, node: ast.Expr) -> Code:
        if isinstance(node.value, ast.Constant):
            return lambda frame: None
        value, machine = self.code(node.value), self.machine
        changed = changed_by(node.value)

        def run(frame: Frame) -> None:
            value(frame)
            if changed and machine.events is not None:
                for name in changed:
                    machine.noted_name(name, node, frame)

        return run

    def do_if(self, node: ast.If) -> Code:
        test, body, orelse = self.code(node.test), self.block(node.body), self.block(node.orelse)
        main = is_main(node.test)
        if main is not None:
            return lambda frame: body(frame) if self.machine.runs_main == main else orelse(frame)
        return lambda frame: body(frame) if test(frame) else orelse(frame)

    def do_match(self, node: ast.Match) -> Code:
        value, patterns = self.code(node.subject), Patterns(self.code, self.machine)
        cases = [
            (patterns.fits(each.pattern), self.code(each.guard) if each.guard else None, self.block(each.body))
            for each in node.cases
        ]
        assigns = {name: self.to_name(name, node) for name in assigned_names([node])}

        def run(frame: Frame) -> Any:
            made = value(frame)
            for fits, guard, body in cases:
                found: dict[str, Any] = {}
                if fits(frame, made, found):
                    for name, bound in found.items():
                        assigns[name](frame, bound)
                    if guard is None or guard(frame):
                        return body(frame)
            return None

        return run

    def do_for(self, node: ast.For) -> Code:
        over, assign = self.code(node.iter), self.target(node.target, node)
        body, orelse, machine = self.block(node.body), self.block(node.orelse), self.machine
        tick = machine.tick

        def run(frame: Frame) -> Any:
            try:
                values = iter(over(frame))
            except UnreadError as error:
                return machine.passed_once(node, frame, error, body)
            for value in values:
                tick()
                assign(frame, value)
                end = body(frame)
                if end is BREAK:
                    return None
                if end is not None and end is not CONTINUE:
                    return end
            return orelse(frame)

        return run

    def do_while(self, node: ast.While) -> Code:
        test, body, orelse, tick = (
            self.code(node.test),
            self.block(node.body),
            self.block(node.orelse),
            self.machine.tick,
        )

        def run(frame: Frame) -> Any:
            while test(frame):
                tick()
                end = body(frame)
                if end is BREAK:
                    return None
                if end is not None and end is not CONTINUE:
                    return end
            return orelse(frame)

        return run

    def do_break(self, node: ast.Break) -> Code:
        return lambda frame: BREAK

    def do_continue(self, node: ast.Continue) -> Code:
        return lambda frame: CONTINUE

    def do_return(self, node: ast.Return) -> Code:
        if node.value is None:
            return lambda frame: Returned(None)
        value = self.code(node.value)

        def run(frame: Frame) -> Returned:
            try:
                return Returned(value(frame))
            except UnreadError:
                if isinstance(node.value, (ast.Tuple, ast.List)):
                    return Returned(tuple(self.either(each)(frame) for each in node.value.elts))
                raise

        return run

    def either(self, node: ast.expr) -> Code:
        code = self.code(node)

        def run(frame: Frame) -> Any:
            try:
                return code(frame)
            except UnreadError:
                return UNKNOWN

        return run

    def do_pass(self, node: ast.stmt) -> Code:
        return lambda frame: None

    do_assert = do_global = do_nonlocal = do_pass

    def do_with(self, node: ast.With) -> Code:
        items = [
            (self.code(each.context_expr), each.optional_vars and self.target(each.optional_vars, node))
            for each in node.items
        ]
        body = self.block(node.body)

        def run(frame: Frame) -> Any:
            opened = []
            for code, assign in items:
                try:
                    made = code(frame)
                except UnreadError:
                    made = UNKNOWN
                if isinstance(made, Instance) and made.special("__enter__"):
                    opened.append(made)
                    made = made.special("__enter__")(made)
                if assign:
                    assign(frame, made)
            end = body(frame)
            for owner in reversed(opened):
                owner.special("__exit__")(owner, None, None, None)
            return end

        return run

    def do_try(self, node: ast.Try) -> Code:
        body, orelse, final = self.block(node.body), self.block(node.orelse), self.block(node.finalbody)
        handlers = [
            (None if each.type is None else self.code(each.type), each.name, self.block(each.body))
            for each in node.handlers
        ]

        def handled(frame: Frame) -> Any:
            try:
                end = body(frame)
            except UnreadError:
                raise
            except Exception as error:
                for kind, name, code in handlers:
                    if kind is None or self.machine.catches(kind(frame), error):
                        return handle(frame, name, code, error)
                raise
            return end if end is not None else orelse(frame)

        def handle(frame: Frame, name: str | None, code: Code, error: Exception) -> Any:
            self.machine.recovered()
            if name:
                frame.names[name] = getattr(error, "held", error)
            outer, self.machine.caught = self.machine.caught, error
            try:
                return code(frame)
            finally:
                self.machine.caught = outer

        def run(frame: Frame) -> Any:
            try:
                end = handled(frame)
            except Exception:
                last = final(frame)
                if last is None:
                    raise
                return last
            last = final(frame)
            return last if last is not None else end

        return run

    def do_raise(self, node: ast.Raise) -> Code:
        made = self.code(node.exc) if node.exc is not None else self.caught
        return lambda frame: self.machine.raise_(made(frame))

    def caught(self, frame: Frame) -> Exception:
        return self.machine.caught or RuntimeError("No active exception to reraise")

    # definitions

    def do_functiondef(self, node: ast.FunctionDef) -> Code:
        make, bound, where = self.function(node), self.machine.bound, self.declared.get(node.name)
        marks = [self.code(each) for each in node.decorator_list]

        def run(frame: Frame) -> None:
            made: Any = make(frame)
            if frame.owner is not None:
                made.owner = frame.owner
            for mark in reversed(marks):
                made = self.machine.decorated(mark, frame, made)
            names = frame.names if where is None else self.machine.scope(frame, node.name, where)
            names[node.name] = bound(node.name, made, node, frame)

        return run

    def do_classdef(self, node: ast.ClassDef) -> Code:
        bases = [self.either(each) for each in node.bases]
        body = Statements(self.machine).block(node.body)
        marks = [self.either(each) for each in node.decorator_list]

        def run(frame: Frame) -> None:
            found = tuple(base(frame) for base in bases)
            made = Class(self.machine, node.name, tuple(each for each in found if each is not UNKNOWN), {})
            inner = Frame(made.held, frame, frame.code, frame.number)
            inner.owner = made
            body(inner)
            kinds = [mark(frame) for mark in marks]
            if any(isinstance(each, str) and each == "dataclass" for each in kinds):
                made.held["__kinds__"] = ("dataclass",)
            if "named tuple" in found and "__fields__" in made.held:
                libraries.as_record(made)
            frame.names[node.name] = made

        return run

    # imports

    def do_import(self, node: ast.Import) -> Code:
        def run(frame: Frame) -> None:
            for each in node.names:
                name = each.name if each.asname else each.name.partition(".")[0]
                frame.names[each.asname or name] = self.machine.module(name)

        return run

    def do_importfrom(self, node: ast.ImportFrom) -> Code:
        def run(frame: Frame) -> None:
            module = self.machine.module(node.module or "")
            for each in node.names:
                if each.name == "*":
                    if module is not UNKNOWN:
                        frame.names.update(module.held)
                    continue
                name = each.asname or each.name
                found = UNKNOWN if module is UNKNOWN else module.held.get(each.name, UNKNOWN)
                if found is UNKNOWN:
                    found = self.machine.module(f"{node.module}.{each.name}")
                if found is not UNKNOWN or name not in frame.names:
                    frame.names[name] = found

        return run


def is_main(test: ast.expr) -> bool | None:
    """Tells whether a condition is `__name__ == "__main__"`; None for any other."""
    names = [each.id for each in ast.walk(test) if isinstance(each, ast.Name)]
    return True if names == ["__name__"] and isinstance(test, ast.Compare) else None


def function_scope(node: Any) -> tuple[frozenset[str], dict[str, str]]:
    """Returns the local names of a function, and what it declares global or nonlocal."""
    body = node.body if isinstance(node.body, list) else []
    declared = {
        name: "global" if isinstance(each, ast.Global) else "nonlocal"
        for part in body
        for each in ast.walk(part)
        if isinstance(each, (ast.Global, ast.Nonlocal))
        for name in each.names
    }
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, (args.vararg, args.kwarg))]
    return frozenset((assigned_names(body) | {each.arg for each in every}) - declared.keys()), declared


__all__ = ["Known", "Returned", "Statements", "function_scope"]
