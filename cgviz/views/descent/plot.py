"""The loss curve as lines of text, with its axes."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.analysis.learning import Descent
from cgviz.drawing.charts.axis import Axis, axis
from cgviz.views.descent.dots import Pen, drawn
from cgviz.views.descent.thinned import thinned

HEIGHT, NARROWEST, WIDEST = 12, 16, 100
Line = list[tuple[str, str]]


def plot(descent: Descent, name: str, width: int, pen: Pen) -> Iterator[Line]:
    """Yields lines of (text, role), none wider than `width` where that leaves room for a curve at all."""
    places = thinned(descent, WIDEST * 2)
    if len(places) < 2:
        return
    y, x = axis(place.mean for place in places), Axis(0.0, max(1.0, float(descent.reached[0])), whole=True)
    ticks = y.ticks(4)
    labels = dict(zip((round((1 - y.place(tick)) * (HEIGHT - 1)) for tick in ticks), y.labels(ticks), strict=True))
    margin = max(map(len, labels.values()), default=0) + 1
    room = max(NARROWEST, min(width, WIDEST) - margin - 2)
    points = [(x.place(place.step), y.place(place.mean)) for place in places]
    yield [(f"{name}{' (log scale)' if y.log else ''}", "name")]
    for row, letters in enumerate(drawn(points, room, HEIGHT, pen)):
        label = labels.get(row, "")
        yield [(f"{label:>{margin}} ", "soft"), (pen.tick if label else pen.upright, "muted"), (letters, "value")]
    yield from along(x, margin, room, pen)


def along(x: Axis, margin: int, room: int, pen: Pen) -> Iterator[Line]:
    """Yields the axis of steps and its numbers."""
    ticks = x.ticks(max(2, room // 12))
    marks, numbers = [pen.flat] * room, " " * (margin + room + 8)
    for tick, label in zip(ticks, x.labels(ticks), strict=True):
        at = round(x.place(tick) * (room - 1))
        begin = max(0, min(margin + 2 + at - len(label) // 2, margin + 2 + room - len(label)))
        if numbers[max(0, begin - 1) : begin + len(label) + 1].strip():
            continue
        marks[at] = pen.mark
        numbers = numbers[:begin] + label + numbers[begin + len(label) :]
    yield [(" " * (margin + 1), ""), (pen.corner + "".join(marks), "muted")]
    ending = numbers.rstrip()
    said = f"{ending}  step" if len(ending) + 6 <= margin + 2 + room else ending
    yield [(said, "soft")]
