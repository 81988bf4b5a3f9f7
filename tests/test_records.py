"""Records: what the standard library's dataclasses do, compared with them."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
from dataclasses import field, replace
from typing import Any

import pytest

from cgviz import records


def classes(dataclass: Any) -> list[Any]:
    @dataclass(frozen=True)
    class Frozen:
        """Words."""

        a: int
        b: str = "x"
        c: list[int] = field(default_factory=list)
        d: int = field(default=3, kw_only=True)

    @dataclass
    class Open:
        """Words."""

        a: int
        seen: list[int] = field(default_factory=list, init=False)

        def __post_init__(self) -> None:
            self.seen.append(self.a)

    @dataclass(frozen=True, eq=False, kw_only=True)
    class Alone(Frozen):
        """Words."""

        e: float = 1.0

        def __repr__(self) -> str:
            return "own"

    @dataclass(frozen=True, slots=True)
    class Slotted:
        """Words."""

        a: int

    return [Frozen, Open, Alone, Slotted]


OURS, THEIRS = classes(records.dataclass), classes(dataclasses.dataclass)


def outcome(act: Any) -> Any:
    try:
        return act()
    except (TypeError, AttributeError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("act", [
    lambda cls: repr(cls(1)),
    lambda cls: cls(1) == cls(1) != cls(2),
    lambda cls: cls(1) in {cls(1)} if cls.__hash__ is not object.__hash__ else "by identity",
    lambda cls: hash(cls(1)),
    lambda cls: cls(),
    lambda cls: cls(1, 2, 3, 4),
    lambda cls: cls(1, e=2).e,
    lambda cls: setattr(cls(1), "a", 2),
    lambda cls: setattr(cls(1), "z", 2),
    lambda cls: delattr(cls(1), "a"),
    lambda cls: replace(cls(1), a=5).a,
    lambda cls: [each.name for each in dataclasses.fields(cls)],
    lambda cls: dataclasses.asdict(cls(1)),
    lambda cls: cls(1) == 1,
    lambda cls: list(inspect.signature(cls).parameters),
    lambda cls: cls.__match_args__,
])  # fmt: skip
@pytest.mark.parametrize("at", range(4), ids=["frozen", "open", "alone", "slotted"])
def test_a_record_does_what_a_dataclass_does(at: int, act: Any) -> None:
    found, theirs = (outcome(lambda cls=cls: act(cls)) for cls in (OURS[at], THEIRS[at]))  # type: ignore[misc]
    if isinstance(found, int) and not isinstance(found, bool) and OURS[at].__name__ == "Alone":
        return  # a hash by identity
    assert found == theirs


def test_a_record_can_be_kept() -> None:
    from cgviz.graph.naming import Wording

    assert pickle.loads(pickle.dumps(Wording())) == Wording()
