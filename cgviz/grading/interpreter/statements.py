"""Python's statements as closures: each takes a frame and gives None, or says how a block ends."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cgviz.grading.interpreter import libraries
from cgviz.grading.interpreter.expressions import IN_PLACE, Code, Expressions, old_division, taken
from cgviz.grading.interpreter.objects import Class, Frame, Instance, assigned_names
from cgviz.grading.interpreter.signals import UNKNOWN, Known, UnreadError

if TYPE_CHECKING:
    from cgviz.grading.interpreter.machine import Machine

Assign = Callable[[Frame, Any], None]
BREAK, CONTINUE = object(), object()


class Returned:
    """How a block ends that returns."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Statements(Expressions):
    """Makes closures of statements."""

    declared: dict[str, str]

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
        return made(node)  # type: ignore[no-any-return]

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

    # assignment

    def do_assign(self, node: ast.Assign) -> Code:
        value, targets = self.code(node.value), [self.target(each, node) for each in node.targets]
        if len(targets) == 1:
            only = targets[0]
            return lambda frame: only(frame, value(frame))

        def run(frame: Frame) -> None:
            made = value(frame)
            for assign in targets:
                assign(frame, made)

        return run

    def do_annassign(self, node: ast.AnnAssign) -> Code:
        if node.value is None:
            name = node.target.id if isinstance(node.target, ast.Name) else ""
            return lambda frame: frame.names.setdefault("__fields__", []).append(name) if frame.owner else None
        value, assign = self.code(node.value), self.target(node.target, node)

        def run(frame: Frame) -> None:
            if frame.owner is not None and isinstance(node.target, ast.Name):
                frame.names.setdefault("__fields__", []).append(node.target.id)
            assign(frame, value(frame))

        return run

    def target(self, node: ast.expr, statement: ast.stmt | None = None) -> Assign:
        """Returns what assigns a value to a target."""
        match node:
            case ast.Name(id=name):
                return self.to_name(name, statement)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return self.to_many(parts, statement)
            case ast.Attribute(value=inner, attr=name):
                return self.to_attribute(self.code(inner), name, statement)
            case ast.Subscript(value=inner, slice=key):
                return self.to_item(node, self.code(inner), self.code(key), statement)
        raise SyntaxError("this cannot be assigned to")

    def to_name(self, name: str, statement: ast.stmt | None) -> Assign:
        bound, where = self.machine.bound, self.declared.get(name)

        def assign(frame: Frame, value: Any) -> None:
            names = frame.names
            if where is not None:
                names = self.machine.scope(frame, name, where)
            names[name] = bound(name, value, statement, frame)

        return assign

    def to_many(self, parts: list[ast.expr], statement: ast.stmt | None) -> Assign:
        starred = [i for i, part in enumerate(parts) if isinstance(part, ast.Starred)]
        targets = [self.target(p.value if isinstance(p, ast.Starred) else p, statement) for p in parts]
        names = [part.id if isinstance(part, ast.Name) else None for part in parts]

        def assign(frame: Frame, value: Any) -> None:
            values = taken(value, names)
            if starred:
                at, rest = starred[0], len(values) - len(parts) + 1
                values = [*values[:at], values[at : at + rest], *values[at + rest :]]
            if len(values) != len(targets):
                raise ValueError(f"{len(values)} values are unpacked into {len(targets)} names")
            for each, part in zip(targets, values, strict=True):
                each(frame, part)

        return assign

    def to_attribute(self, inner: Code, name: str, statement: ast.stmt | None) -> Assign:
        machine = self.machine
        put, noted = machine.put, machine.noted

        def assign(frame: Frame, value: Any) -> None:
            owner = inner(frame)
            if machine.shaken is not None and statement is not None:
                value = machine.shaken(value, statement)
            put(owner, name, value)
            noted(name, value, statement, frame, owner)

        return assign

    def to_item(self, node: ast.Subscript, inner: Code, key: Code, statement: ast.stmt | None) -> Assign:
        machine, root = self.machine, root_of(node)

        def assign(frame: Frame, value: Any) -> None:
            owner, place = inner(frame), key(frame)
            machine.put_item(owner, place, value)
            machine.noted_item(root, owner, place, value, statement, frame)

        return assign

    def do_augassign(self, node: ast.AugAssign) -> Code:
        apply = IN_PLACE[type(node.op)]
        if self.machine.python2 and isinstance(node.op, ast.Div):
            apply = divided_in_place
        value = self.code(node.value)
        match node.target:
            case ast.Name():
                old, assign = self.code(ast.Name(node.target.id, ast.Load())), self.to_name(node.target.id, node)
                return lambda frame: assign(frame, apply(old(frame), value(frame)))
            case ast.Attribute(value=inner, attr=name):
                return self.augmented_attribute(self.code(inner), name, apply, value, node)
            case ast.Subscript(value=inner, slice=key):
                return self.augmented_item(node, self.code(inner), self.code(key), apply, value)
        raise SyntaxError("this cannot be assigned to")

    def augmented_attribute(self, inner: Code, name: str, apply: Any, value: Code, node: ast.stmt) -> Code:
        machine = self.machine

        def run(frame: Frame) -> None:
            owner = inner(frame)
            made = apply(machine.get(owner, name), value(frame))
            if machine.shaken is not None:
                made = machine.shaken(made, node)
            machine.put(owner, name, made)
            machine.noted(name, made, node, frame, owner)

        return run

    def augmented_item(self, node: ast.AugAssign, inner: Code, key: Code, apply: Any, value: Code) -> Code:
        machine, root = self.machine, root_of(node.target)

        def run(frame: Frame) -> None:
            owner, place = inner(frame), key(frame)
            made = apply(machine.item(owner, place), value(frame))
            machine.put_item(owner, place, made)
            machine.noted_item(root, owner, place, made, node, frame)

        return run

    def do_delete(self, node: ast.Delete) -> Code:
        targets = node.targets

        def run(frame: Frame) -> None:
            for each in targets:
                if isinstance(each, ast.Name):
                    frame.names.pop(each.id, None)

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

        def run(frame: Frame) -> Any:
            try:
                end = body(frame)
            except Exception as error:
                if isinstance(error, UnreadError):
                    raise
                for kind, name, code in handlers:
                    if kind is None or self.machine.catches(kind(frame), error):
                        self.machine.recovered()
                        if name:
                            frame.names[name] = getattr(error, "held", error)
                        end = code(frame)
                        break
                else:
                    raise
            else:
                end = end if end is not None else orelse(frame)
            last = final(frame)
            return last if last is not None else end

        return run

    def do_raise(self, node: ast.Raise) -> Code:
        made = self.code(node.exc) if node.exc is not None else (lambda frame: RuntimeError("raised again"))
        return lambda frame: self.machine.raise_(made(frame))

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


def divided_in_place(one: Any, two: Any) -> Any:
    return old_division(one, two) if not isinstance(one, np.ndarray) else one.__itruediv__(two)


def root_of(node: ast.expr) -> str | None:
    """Returns the name in which an assignment to elements ends: `dx` of `dx[0][i]`, `grads` of `grads["W"][0]`."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        if isinstance(node, ast.Attribute):
            return node.attr
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def changed_by(node: ast.expr) -> list[str]:
    """Returns the names of arrays that a call for its own sake changes: `np.add.at(dW, ...)`, `out=dz`."""
    if not isinstance(node, ast.Call):
        return []
    found = [each.value for each in node.keywords if each.arg == "out"]
    if isinstance(node.func, ast.Attribute):
        inner = node.func.value
        found += node.args[:1] if node.func.attr in ("at", "copyto", "put", "fill_diagonal") else [inner]
    return [name for name in map(root_of, found) if name]


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
