"""What values of a student's file have under a name, and how they are put there: arrays, objects, classes, modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cgviz.grading.interpreter import libraries, pytorch, tensors
from cgviz.grading.interpreter.objects import BoundFunction, Class, Function, Instance, MarkedValue, Module, Super
from cgviz.grading.interpreter.signals import UNKNOWN, Known, UnreadError
from cgviz.reading.tracing.tracer import Tracer


class StudentError(Exception):
    """An exception of a class of the student's own."""

    def __init__(self, held: Instance) -> None:
        super().__init__(repr(held))
        self.held = held


class Attributes:
    """Attributes, elements and kinds of values."""

    lenient: bool

    def get(self, owner: Any, name: str, *default: Any) -> Any:
        """Returns `owner.name`. Raises AttributeError, UnreadError."""
        try:
            return self.attribute(owner, name)
        except AttributeError:
            if default:
                return default[0]
            raise

    def attribute(self, owner: Any, name: str) -> Any:
        kind = type(owner)
        if kind in PLAIN:
            return PLAIN[kind](owner, name)
        if kind is Instance:
            return self.of_object(owner, name)
        if kind is Class:
            return self.of_class(owner, name)
        if kind is Super:
            return self.of_super(owner, name)
        if isinstance(owner, StudentError):
            return self.of_object(owner.held, name)
        if isinstance(owner, np.generic) and name in pytorch.METHODS and name not in libraries.METHODS[np.generic]:
            return pytorch.attribute(np.asarray(owner).view(tensors.Tensor), name)
        return libraries.attribute(owner, name)

    def of_object(self, owner: Instance, name: str) -> Any:
        found = owner.kind.find(name)
        if isinstance(found, MarkedValue):
            if found.kind == "property":
                return found.function(owner)
            return BoundFunction(found.function, owner.kind) if found.kind == "class" else found.function
        if name in owner.held:
            return owner.held[name]
        if isinstance(found, Function):
            return BoundFunction(found, owner)
        if found is not None or any(name in each.held for each in owner.kind.order):
            return found
        if name == "__class__":
            return owner.kind
        if name == "__dict__":
            return owner.held
        later = owner.kind.find("__getattr__")
        if later is not None:
            return later(owner, name)
        if owner.kind.kinds:
            return self.of_torch(owner, name)
        raise AttributeError(f"{owner.kind.name!r} object has no attribute {name!r}")

    def of_torch(self, owner: Instance, name: str) -> Any:
        if name in ("train", "eval", "to", "zero_grad"):
            return lambda *_, **__: owner
        if name == "training":
            return True
        raise AttributeError(f"{owner.kind.name!r} object has no attribute {name!r}")

    def of_class(self, owner: Class, name: str) -> Any:
        if name == "__name__":
            return owner.name
        found = owner.find(name)
        if isinstance(found, MarkedValue):
            return BoundFunction(found.function, owner) if found.kind == "class" else found.function
        if found is None and not any(name in each.held for each in owner.order):
            found = pytorch.class_attribute(owner, name)
            if found is None:
                raise AttributeError(f"type object {owner.name!r} has no attribute {name!r}")
        return found

    def of_super(self, owner: Super, name: str) -> Any:
        found = owner.find(name)
        if found is None:
            if name in ("__init__", "__init_subclass__"):
                return libraries.nothing
            raise AttributeError(f"'super' object has no attribute {name!r}")
        if not isinstance(found, MarkedValue):
            return BoundFunction(found, owner.owner)
        return found.function if found.kind == "static" else BoundFunction(found.function, owner.owner)

    def put(self, owner: Any, name: str, value: Any) -> None:
        """`owner.name = value`."""
        if isinstance(owner, Instance):
            found = owner.kind.find("__setattr__")
            if found is None:
                owner.held[name] = value
            else:
                found(owner, name, value)
        elif isinstance(owner, (Function, Class, tensors.Context)):
            owner.held[name] = value
        elif isinstance(owner, tensors.Tensor) and name in ("grad", "data", "requires_grad"):
            if name == "grad":
                owner.grad = value
            elif name == "data":
                owner[...] = value
        elif type(owner) is np.ndarray and name == "shape":
            owner.shape = value
        elif owner is UNKNOWN or isinstance(owner, Module):
            raise UnreadError(f"{name} of something that is not known here")
        else:
            raise AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}")

    def item(self, owner: Any, key: Any) -> Any:
        try:
            return owner[key]
        except IndexError:
            if self.lenient and isinstance(owner, (np.ndarray, list, tuple)):
                return owner[wholly(key)]
            raise
        except TypeError:
            if self.lenient and isinstance(owner, (list, tuple, dict)) and isinstance(key, (float, np.ndarray)):
                return owner[int(key)]
            if isinstance(owner, Class):
                raise UnreadError("a class is not subscripted here") from None
            raise

    def put_item(self, owner: Any, key: Any, value: Any) -> None:
        try:
            owner[key] = value
        except IndexError:
            if self.lenient and isinstance(owner, np.ndarray):
                owner[wholly(key)] = value
            else:
                raise

    def has(self, owner: Any, name: str) -> bool:
        try:
            self.attribute(owner, name)
        except AttributeError:
            return False
        return True

    def type_of(self, value: Any, *more: Any) -> Any:
        if more:
            raise UnreadError("type() with three arguments is not read")
        return value.kind if isinstance(value, Instance) else type(value)

    def is_instance(self, value: Any, kinds: Any) -> bool:
        if value is UNKNOWN or kinds is UNKNOWN:
            raise UnreadError("this is not known here")
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            if isinstance(kind, Class):
                if isinstance(value, Instance) and kind in value.kind.order:
                    return True
            elif isinstance(kind, str):
                if isinstance(value, Instance) and kind in value.kind.kinds:
                    return True
            elif isinstance(kind, type):
                if isinstance(value, kind):
                    return True
            elif getattr(kind, "__name__", "") == "tensor" and isinstance(value, tensors.Tensor):
                return True
        return False

    def catches(self, kind: Any, error: Exception) -> bool:
        kinds = kind if isinstance(kind, tuple) else (kind,)
        for each in kinds:
            if isinstance(each, type) and isinstance(error, each):
                return True
            if isinstance(each, Class) and isinstance(error, StudentError) and each in error.held.kind.order:
                return True
        return False

    def raise_(self, made: Any) -> None:
        if isinstance(made, Class):
            made = made()
        if isinstance(made, Instance):
            raise StudentError(made)
        if isinstance(made, type) and issubclass(made, Exception):
            raise made
        if isinstance(made, Exception):
            raise made
        raise UnreadError("this exception is not known here")


def of_module(owner: Module, name: str) -> Any:
    found = owner.held.get(name, UNKNOWN)
    if found is UNKNOWN:
        raise UnreadError(f"{owner.name}.{name} is not known here")
    return found


def of_function(owner: Any, name: str) -> Any:
    if name == "__name__" and isinstance(owner, Function):
        return owner.name
    if name in owner.held:
        return owner.held[name]
    raise AttributeError(f"there is no attribute {name!r}")


def of_picked(owner: tensors.Picked, name: str) -> Any:
    return getattr(owner, name) if name in ("values", "indices") else libraries.attribute(owner, name)


def unknown(owner: Any, name: str) -> Any:
    raise UnreadError(f"{name} of something that is not known here")


def traced(owner: Tracer, name: str) -> Any:
    """Returns what an array that records what is done to it has under a name. Raises AttributeError."""
    if name in ("T", "mT", "shape", "ndim", "size"):
        return getattr(owner, name)
    found = owner.tape.library.method(owner, name)
    if found is None:
        raise AttributeError(f"there is no attribute {name!r}")
    return found


def wholly(key: Any) -> Any:
    """Returns an index whose numbers are whole, where they are."""
    if isinstance(key, tuple):
        return tuple(map(wholly, key))
    if isinstance(key, (float, np.floating)) and key == int(key):
        return int(key)
    if isinstance(key, np.ndarray) and key.dtype.kind == "f" and bool((key == np.floor(key)).all()):
        return key.astype(int)
    return key


PLAIN: dict[type, Callable[[Any, str], Any]] = {
    np.ndarray: libraries.attribute, Module: of_module, type(UNKNOWN): unknown, tensors.Tensor: pytorch.attribute,
    Tracer: traced, tensors.Picked: of_picked, tensors.Context: of_function, Function: of_function, Known: Known.take,
    property: unknown,
}  # fmt: skip
