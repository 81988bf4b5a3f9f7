"""The names of rows and columns in a picture, as many as there is room for."""

from __future__ import annotations

from cgviz.analysis.blocks import Block
from cgviz.errors import printable
from cgviz.views.jacobian.pixels import MOST_PIXELS

LONGEST_LABEL = 24


def some_labels(blocks: tuple[Block, ...]) -> list[str]:
    """Returns the labels of all elements, of many those of the first and last of each block."""
    places = [(b, p) for b in blocks for p in (range(b.size) if b.size <= MOST_PIXELS else (0, b.size - 1))]
    return [label(block, place) for block, place in places]


def label(block: Block, place: int) -> str:
    text = printable(block.label(place))
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL // 2]}…{text[-LONGEST_LABEL // 2 + 1 :]}"


def spread_labels(blocks: tuple[Block, ...], pixels: int, size: float, room: float) -> list[tuple[float, str]]:
    """Returns (middle in pixels, label) of as many elements as have room, `room` apart at least."""
    every = sum(block.size for block in blocks)
    elements = [(block, place) for block in blocks for place in range(block.size)]
    step = max(1, round(room * every / (size * pixels) + 0.499))
    return [((i + 0.5) * pixels / every, label(*elements[i])) for i in range(0, every, step)]
