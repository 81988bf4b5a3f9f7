"""Records do what frozen data classes do; the witness is the data class of the same fields."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from cgviz.records import record


@record
class Ours:
    a: int
    b: str = "b"
    c: list[int] = field(default_factory=list)
    d: int = field(default=3, compare=False, repr=False)


@record
class Longer(Ours):
    e: float = 1.5

    def __post_init__(self) -> None:
        if self.e < 0:
            raise ValueError("e")


@record(eq=False, kw_only=True)
class Alone:
    a: int
    b: int = 2


def witness(cls: Any, **how: bool) -> Any:
    """Returns the data class of the same name and fields that the library of Python makes."""
    types = {part.name: part.type for part in fields(cls)}
    made: dict[str, Any] = {"__annotations__": types, "__qualname__": cls.__qualname__}
    for part in fields(cls):
        made[part.name] = field(
            default=part.default, default_factory=part.default_factory, compare=part.compare, repr=part.repr
        )
    return dataclass(frozen=True, **how)(type(cls.__name__, (), made))


@pytest.mark.parametrize(
    ("values", "named"),
    [((1,), {}), ((1, "x"), {"d": 4}), ((1, "x", [2], 3), {}), ((), {"c": [1], "b": "", "a": 0})],
)
def test_a_record_is_a_data_class(values: Any, named: Any) -> None:
    theirs = witness(Ours)(*values, **named)
    ours = Ours(*values, **named)
    assert repr(ours) == repr(theirs)
    assert asdict(ours) == asdict(theirs)
    assert asdict(replace(ours, a=7)) == asdict(replace(theirs, a=7))
    assert ours == replace(ours, d=99) != replace(ours, a=8)
    assert ours != theirs
    assert copy.deepcopy(ours) == pickle.loads(pickle.dumps(ours)) == ours
    with pytest.raises(TypeError, match="unhashable"):
        hash(ours)
    empty: Any = ()
    assert hash(replace(ours, c=empty)) == hash(replace(theirs, c=empty))
    match ours:
        case Ours(a, b):
            assert (a, b) == (ours.a, ours.b)


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), ((1, 2, 3, 4, 5), {}), ((1,), {"z": 1}), ((), {"b": "x"}), ((), {"b": "x", "z": 1})]
)
def test_other_arguments_are_refused_by_both(values: Any, named: Any) -> None:
    for cls in (Ours, witness(Ours)):
        with pytest.raises(TypeError, match="Ours"):
            cls(*values, **named)


def test_a_record_does_not_change() -> None:
    one = Ours(1)
    with pytest.raises(FrozenInstanceError):
        one.a = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del one.a
    assert one.c is not Ours(1).c


def test_fields_are_inherited_and_looked_at_afterwards() -> None:
    assert Longer(1, "x", [], 3, 2.5) == Longer(a=1, b="x", e=2.5) != Ours(1, "x")
    with pytest.raises(ValueError, match="e"):
        Longer(1, e=-1.0)


def test_one_without_eq_is_equal_to_itself_only() -> None:
    assert Alone(a=1) != Alone(a=1)
    assert len({Alone(a=1), Alone(a=1)}) == 2
    made: list[Any] = [Alone, witness(Alone, kw_only=True, eq=False)]
    for cls in made:
        with pytest.raises(TypeError):
            cls(1)
