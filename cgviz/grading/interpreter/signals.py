"""How the interpreter says that it does not know something, and that it has had enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn


class UnreadError(Exception):
    """Something is not known here: whatever it was to give is unknown, and the file goes on."""


class Stopped(BaseException):
    """A budget is spent: steps, depth. No `except` of a student's catches it."""


class Trained(BaseException):
    """A parameter is updated by its gradient: the pass that is judged is over."""


class Unknown:
    """The value of what is not known; whoever computes with it gets an UnreadError."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "<unknown>"

    def refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise UnreadError("this is made of something that is not known here")


REFUSED = (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul and rand or ror "
    "xor rxor lshift rlshift rshift rrshift neg pos invert abs eq ne lt le gt ge bool len iter next getitem setitem "
    "call contains int float index array array_ufunc array_function"
)
for each in REFUSED.split():
    setattr(Unknown, f"__{each}__", Unknown.refuse)
UNKNOWN = Unknown()


class Known:
    """A cache that somebody else filled: whatever is taken out of it by a name is the value of that name."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def take(self, name: Any) -> Any:
        return self.values.get(name, UNKNOWN) if isinstance(name, str) else UNKNOWN

    def __getitem__(self, key: Any) -> Any:
        return self.take(key)
