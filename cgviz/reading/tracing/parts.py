"""Parts of traced arrays: a view that is written into its whole, and places in a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cgviz.ops import places
from cgviz.ops.op import Op
from cgviz.reading.tracing.tape import cannot
from cgviz.values.arrays import numpy

if TYPE_CHECKING:
    from cgviz.reading.tracing.tracer import Tracer


class View:
    """How a part of an array is read from it, and written into it."""

    __slots__ = ("back", "key", "op", "version", "whole")

    def __init__(self, whole: Tracer, version: int, op: Op, back: Op | None, key: Any) -> None:
        self.whole, self.version, self.op, self.back, self.key = whole, version, op, back, key

    def is_old(self) -> bool:
        """Tells whether the whole was changed since; asks those that it is a part of first."""
        _ = self.whole.index
        return self.version != self.whole.version

    def read(self) -> Tracer:
        self.version = self.whole.version
        return self.whole.tape.record(self.op, [self.whole.index])  # type: ignore[no-any-return]

    def write(self, part: Tracer) -> None:
        """Writes a changed part into the whole."""
        tape, whole = self.whole.tape, self.whole
        if self.back is not None:
            made = tape.record(self.back, [part._index])
        else:
            made = tape.record(places.put_at(self.key if self.key != () else (Ellipsis,)), [whole.index, part._index])
        whole.replace(made)
        self.version = whole.version


def add_places(x: Tracer, found: Any, mask: bool, parts: list[Any], arrays: list[Any]) -> None:
    """Enters an array of places; a mask as the places that it picks."""
    np = numpy()
    if mask:
        for each in np.nonzero(np.asarray(found) != 0):
            parts.append(places.SLOT)
            arrays.append(each.astype(float))
        return
    found = np.asarray(found)
    if not found.ndim:
        parts.append(int(found))
        return
    if found.dtype.kind == "f" and not np.all(found == np.floor(found)):
        raise cannot("an array is indexed by whole numbers")
    parts.append(places.SLOT)
    arrays.append(found.astype(float))


def check_places(x: Tracer, parts: Any, arrays: Sequence[Any]) -> None:
    np = numpy()
    try:
        np.broadcast_to(0.0, x.shape)[places.plain(parts, [np.asarray(a).astype(int) for a in arrays])]
    except IndexError as error:
        raise IndexError(str(error)) from None
