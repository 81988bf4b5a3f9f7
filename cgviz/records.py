"""The standard library's `dataclass`, made in a fifth of the time: a drawing loads a hundred of them.

The library compiles every method of every class; here `__init__` is compiled, and the others are closures over the
fields. `fields`, `replace` and `field` are the library's own, and so are classes with slots.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]


def made(cls: Any, frozen: bool, eq: bool, kw_only: bool) -> Any:
    """Returns a class with the methods of a dataclass, those left alone that it has of its own."""
    has_hash = cls.__dict__.get("__hash__") is not None
    made = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    names = [field.name for field in dataclasses.fields(made)]
    methods = {"__init__": initialiser(made), "__repr__": representation(names)}
    if eq:
        methods |= compared(cls, names)
        methods["__hash__"] = methods["__hash__"] if frozen else None
    if frozen:
        methods |= closed(cls, frozenset(names))
    for name, method in methods.items():
        if not (has_hash if name == "__hash__" else name in cls.__dict__):
            setattr(made, name, method)
    return made


def initialiser(cls: Any) -> Any:
    """Returns `__init__`, compiled from the names of the fields alone."""
    scope: dict[str, Any] = {"put": object.__setattr__, "ABSENT": dataclasses.MISSING}
    parameters: dict[bool, list[str]] = {False: [], True: []}
    lines = []
    for at, field in enumerate(dataclasses.fields(cls)):
        name, default = field.name, ""
        if field.default is not dataclasses.MISSING:
            scope[f"d{at}"], default = field.default, f"=d{at}"
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"d{at}"], default = field.default_factory, "=ABSENT"
        if field.init:
            parameters[bool(field.kw_only)].append(name + default)
        value = f"d{at}() if {name} is ABSENT else {name}" if default == "=ABSENT" and field.init else name
        if field.init or default == "=ABSENT":
            lines.append(f"put(self, {name!r}, {value if field.init else f'd{at}()'})")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    named = ["*", *parameters[True]] if parameters[True] else []
    head = ", ".join(["self", *parameters[False], *named])
    exec(f"def __init__({head}):\n " + "\n ".join(lines or ["pass"]), scope)
    method = scope["__init__"]
    method.__qualname__ = f"{cls.__qualname__}.__init__"
    method.__annotations__ = {field.name: field.type for field in dataclasses.fields(cls) if field.init}
    return method


def representation(names: list[str]) -> Any:
    def shown(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def compared(cls: Any, names: list[str]) -> dict[str, Any]:
    """Returns the methods that compare by all fields."""
    found = attrgetter(*names) if names else lambda _: ()
    of = found if len(names) != 1 else lambda record: (found(record),)

    def equal(self: Any, other: Any) -> Any:
        return of(self) == of(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(of(self))

    return {"__eq__": equal, "__hash__": hashed}


def closed(cls: Any, names: frozenset[str]) -> dict[str, Any]:
    """Returns the methods that keep the fields of a frozen class as they are."""

    def put(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def drop(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return {"__setattr__": put, "__delattr__": drop}


if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, eq=True, kw_only=False, slots=False):
        """See the standard library's."""
        if slots:
            return dataclasses.dataclass(frozen=frozen, eq=eq, kw_only=kw_only, slots=True)
        return made(cls, frozen, eq, kw_only) if cls else lambda cls: made(cls, frozen, eq, kw_only)
