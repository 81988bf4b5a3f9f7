"""Python's assignments as closures: to names, elements, attributes, and to several at once."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from cgviz.grading.interpreter.expressions import IN_PLACE, Code, Expressions, old_division, taken
from cgviz.grading.interpreter.objects import Frame, Instance
from cgviz.grading.interpreter.signals import UNKNOWN

Assign = Callable[[Frame, Any], None]


class Assignments(Expressions):
    """Makes closures of assignments; `declared` are the names that a function declares global or nonlocal."""

    declared: dict[str, str]

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

    def on_namedexpr(self, node: ast.NamedExpr) -> Code:
        value, assign, depth = self.code(node.value), self.to_name(node.target.id, self.around), self.depth

        def run(frame: Frame) -> Any:
            made, home = value(frame), frame
            for _ in range(depth):
                home = home.up or home
            assign(home, made)
            return home.names.get(node.target.id, made)

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
            noted(name, value, statement, frame)

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
            machine.noted(name, made, node, frame)

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
        deletions = [self.deletion(each) for each in node.targets]

        def run(frame: Frame) -> None:
            for delete in deletions:
                delete(frame)

        return run

    def deletion(self, node: ast.expr) -> Code:
        match node:
            case ast.Name(id=name):
                return lambda frame: delete_name(frame, name)
            case ast.Subscript(value=inner, slice=key):
                owner, at = self.code(inner), self.code(key)
                return lambda frame: delete_item(owner(frame), at(frame))
            case ast.Attribute(value=inner, attr=name):
                owner = self.code(inner)
                return lambda frame: delete_attribute(owner(frame), name)
        return lambda frame: None


def delete_name(frame: Frame, name: str) -> None:
    frame.names.pop(name, None)


def delete_item(owner: Any, key: Any) -> None:
    if owner is not UNKNOWN:
        del owner[key]


def delete_attribute(owner: Any, name: str) -> None:
    if isinstance(owner, Instance):
        if name not in owner.held:
            raise AttributeError(name)
        del owner.held[name]


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
