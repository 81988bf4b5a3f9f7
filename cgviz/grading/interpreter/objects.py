"""What a student's file is made of while it runs: frames, functions, classes and their objects."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cgviz.grading.interpreter.machine import Machine

Values = dict[str, Any]


class Frame:
    """The names of a module, a function's call, a class's body or a comprehension; `up` is the scope around it."""

    __slots__ = ("code", "names", "number", "owner", "top", "up")

    def __init__(self, names: Values, up: Frame | None, code: Function | None = None, number: int = 0) -> None:
        self.names, self.up, self.code, self.number = names, up, code, number
        self.top: Frame = self if up is None else up.top
        self.owner: Class | None = None


class Function:
    """A function of the student's, with the frame in which it was defined."""

    def __init__(self, machine: Machine, node: Any, frame: Frame, defaults: list[Any], named: Values) -> None:
        self.machine, self.node, self.frame = machine, node, frame
        self.defaults, self.named_defaults = defaults, named
        self.name: str = getattr(node, "name", "<lambda>")
        self.owner: Class | None = None
        self.held: Values = {}

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self.machine.call(self, args, named)


class BoundFunction:
    """A method of an object, or of a class."""

    def __init__(self, function: Any, owner: Any) -> None:
        self.function, self.owner = function, owner

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self.function(self.owner, *args, **named)


class MarkedValue:
    """A function under `@property`, `@staticmethod` or `@classmethod`."""

    def __init__(self, kind: str, function: Any) -> None:
        self.kind, self.function = kind, function

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self.function(*args, **named)


class Class:
    """A class of the student's; `order` are itself and the classes that it inherits from."""

    def __init__(self, machine: Machine, name: str, bases: tuple[Any, ...], held: Values) -> None:
        self.machine, self.name, self.held = machine, name, held
        self.bases = bases
        above = [each for base in bases if isinstance(base, Class) for each in base.order]
        self.order: list[Class] = [self, *dict.fromkeys(above)]
        self.python = tuple(base for base in bases if isinstance(base, type))
        self.kinds = {kind for each in self.order for kind in each.bases if isinstance(kind, str)}

    def find(self, name: str) -> Any:
        """Returns what the class holds under a name; None where it holds nothing."""
        for each in self.order:
            if name in each.held:
                return each.held[name]
        return None

    def __call__(self, *args: Any, **named: Any) -> Any:
        made = Instance(self)
        begin = self.find("__init__")
        if begin is not None:
            begin(made, *args, **named)
        elif "dataclass" in self.held.get("__kinds__", ()):
            fill(made, args, named)
        elif args and any(issubclass(each, BaseException) for each in self.python):
            made.held["args"] = args
        elif (args or named) and not self.kinds:
            raise TypeError(f"{self.name}() takes no arguments")
        return made


NUMBERS = count(1)


class Instance:
    """An object of a class of the student's."""

    __array_ufunc__ = None

    def __init__(self, kind: Class) -> None:
        self.kind, self.number = kind, next(NUMBERS)
        self.held: Values = {}

    def special(self, name: str) -> Any:
        return self.kind.find(name)

    def __call__(self, *args: Any, **named: Any) -> Any:
        found = self.special("__call__") or (self.special("forward") if self.kind.kinds else None)
        if found is None:
            raise TypeError(f"{self.kind.name!r} object is not callable")
        return found(self, *args, **named)

    def __hash__(self) -> int:
        found = self.special("__hash__")
        return self.number if found is None else hash(found(self))

    def __eq__(self, other: object) -> Any:
        found = self.special("__eq__")
        return self is other if found is None else found(self, other)

    def __ne__(self, other: object) -> Any:
        found = self.special("__ne__")
        return not self == other if found is None else found(self, other)

    def __bool__(self) -> bool:
        found = self.special("__bool__") or self.special("__nonzero__") or self.special("__len__")
        return True if found is None else bool(found(self))

    def __repr__(self) -> str:
        found = self.special("__repr__") or self.special("__str__")
        return f"<{self.kind.name} object>" if found is None else str(found(self))

    def __str__(self) -> str:
        found = self.special("__str__") or self.special("__repr__")
        return f"<{self.kind.name} object>" if found is None else str(found(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __iter__(self) -> Iterator[Any]:
        found, item = self.special("__iter__"), self.special("__getitem__")
        if found is not None:
            made = found(self)
            return iter(made) if not isinstance(made, Instance) else made  # type: ignore[return-value]
        if item is None:
            raise TypeError(f"{self.kind.name!r} object is not iterable")
        return by_index(self, item)


def by_index(owner: Instance, item: Callable[..., Any]) -> Iterator[Any]:
    for index in range(100_000):
        try:
            made = item(owner, index)
        except IndexError:
            return
        yield made


def fill(made: Instance, args: tuple[Any, ...], named: Values) -> None:
    """Fills the fields of a dataclass."""
    fields = [name for each in reversed(made.kind.order) for name in each.held.get("__fields__", ())]
    given = dict(zip(fields, args, strict=False)) | named
    for name in fields:
        made.held[name] = given[name] if name in given else made.kind.find(name)


def binary(name: str) -> Callable[..., Any]:
    def apply(self: Instance, *others: Any) -> Any:
        found = self.special(name)
        return NotImplemented if found is None else found(self, *others)

    return apply


def needed(name: str, says: str) -> Callable[..., Any]:
    def apply(self: Instance, *others: Any) -> Any:
        found = self.special(name)
        if found is None:
            raise TypeError(f"{self.kind.name!r} object {says}")
        return found(self, *others)

    return apply


OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor"
for word in OPERATORS.split():
    for form in ("__{}__", "__r{}__", "__i{}__"):
        setattr(Instance, form.format(word), binary(form.format(word)))
for word in ("lt", "le", "gt", "ge"):
    setattr(Instance, f"__{word}__", binary(f"__{word}__"))
NEEDED = {
    "neg": "has no minus", "pos": "has no plus", "abs": "has no absolute value", "invert": "has no ~",
    "len": "has no length", "getitem": "is not subscriptable", "setitem": "does not support item assignment",
    "delitem": "does not support item deletion", "contains": "is no container", "float": "is no number",
    "int": "is no number", "index": "is no whole number", "next": "is no iterator", "enter": "is no context",
    "exit": "is no context",
}  # fmt: skip
for word, says in NEEDED.items():
    setattr(Instance, f"__{word}__", needed(f"__{word}__", says))


class Module:
    """A module that the interpreter knows: names and what stands for them; `unknown` says what is not among them."""

    def __init__(self, name: str, held: Values) -> None:
        self.name, self.held = name, held


class Super:
    """`super()`: methods of the classes above `kind`, on the object."""

    def __init__(self, kind: Class, owner: Any) -> None:
        self.kind, self.owner = kind, owner

    def find(self, name: str) -> Any:
        order = (self.owner.kind if isinstance(self.owner, Instance) else self.owner).order
        for each in order[order.index(self.kind) + 1 :]:
            if name in each.held:
                return each.held[name]
        return None


def assigned_names(body: list[ast.stmt]) -> set[str]:
    """Returns the names that statements assign to, those of functions within left out."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            found |= {each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr)}
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        todo.extend(ast.iter_child_nodes(node))
    return found
