"""Frozen data classes that cost nothing to define: every class shares functions that go over the names of its fields.

`dataclass(frozen=True)` writes six functions as text and has Python compile them, for every class and at every start,
a fifth of the time of a command. A record is a data class for `fields`, `replace`, `asdict` and for type checkers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def record(cls: type[T]) -> type[T]: ...
@overload
def record(*, eq: bool = ..., kw_only: bool = ...) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T] | None = None, *, eq: bool = True, kw_only: bool = False) -> Any:
    """Makes a class a frozen data class; without `eq` each one is equal only to itself."""

    def made(cls: type[T]) -> type[T]:
        cls.__doc__ = cls.__doc__ or cls.__name__  # the decorator would look for the signature
        dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        parts = {"__init__": beginning(cls), "__repr__": shown, "__setattr__": refuse, "__delattr__": refuse}
        if eq:
            names = [part.name for part in fields(cls) if part.compare]  # type: ignore[arg-type]
            parts["__eq__"], parts["__hash__"] = comparing(attrgetter(*names) if names else type)
        for name, function in parts.items():
            if name not in vars(cls) or vars(cls)[name] is None:
                setattr(cls, name, function)
        return cls

    return made(cls) if cls else made


def beginning(cls: Any) -> Callable[..., None]:
    """Returns the `__init__` of a class: it takes the fields in their order, or by name."""
    parts = fields(cls)
    names = [part.name for part in parts if part.init and not part.kw_only]
    given = {part.name: part.default for part in parts if part.default is not MISSING}
    makers = [(part.name, part.default_factory) for part in parts if part.default_factory is not MISSING]
    every = frozenset(part.name for part in parts if part.init or part.name in given)
    size, most = len(every), len(names)
    afterwards = getattr(cls, "__post_init__", None)

    def begin(self: Any, /, *values: Any, **named: Any) -> None:
        own = self.__dict__
        if len(values) + len(named) != size:
            own.update(given)
        for name, value in zip(names, values):  # noqa: B905  (checked below)
            own[name] = value
        if named:
            own.update(named)
        if len(own) != size:
            own.update({name: make() for name, make in makers if name not in own})
        if len(own) != size or len(values) > most or (named and not named.keys() <= every):
            raise TypeError(f"{cls.__name__} has {sorted(every)}, not {len(values)} values and {sorted(named)}")
        if afterwards:
            afterwards(self)

    return begin


def comparing(key: Callable[[Any], Any]) -> tuple[Callable[[Any, object], bool], Callable[[Any], int]]:
    """Returns `__eq__` and `__hash__` of a class whose objects are compared by their keys."""

    def same(self: Any, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(key(self))

    return same, hashed


def shown(self: Any) -> str:
    told = ", ".join(f"{part.name}={getattr(self, part.name)!r}" for part in fields(self) if part.repr)
    return f"{type(self).__qualname__}({told})"


def refuse(self: Any, name: str, *value: Any) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__} does not change: {name!r}")
