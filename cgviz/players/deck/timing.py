"""How long each frame of a deck that plays by itself is seen."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.players.deck.frames import Frame

LAST = 3


def durations(shown: Sequence[Frame], seconds: float) -> list[float]:
    """Returns the seconds of every frame: longer where there is more to read, and at the end, before it begins anew."""
    found = [seconds * max(1, len(frame.captions)) for frame in shown]
    found[-1] = LAST * seconds
    return found
