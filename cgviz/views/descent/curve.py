"""The loss of a descent, step by step, as SVG."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as named
from cgviz.learning import Descent, Objective
from cgviz.text.numbers import DIGITS
from cgviz.views.descent.frame import Frame, line
from cgviz.views.descent.scale import Axis, axis
from cgviz.views.descent.thinned import Place, thinned
from cgviz.views.descent.words import caption, change, elided

PLACES, LUCKY = 280, 10


def curve(
    objective: Objective,
    descent: Descent,
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> bytes:
    """Returns the picture: the loss over the steps, logarithmic where it spans decades.

    Where more steps than fit are drawn, a band from the least to the largest loss lies about their mean.
    """
    places = thinned(descent, PLACES)
    y = heights(places)
    x = Axis(0.0, max(1.0, float(descent.reached[0])), whole=True)
    name = elided(objective.graph.nodes[objective.graph.output].shown)
    said = caption(descent, objective.examples, digits)
    what = f"{name} (log scale)" if y.log else name
    frame = Frame(
        x, y, "step", what, f"{name} over the steps", [said, change(descent, digits)], named(theme), background
    )
    return frame.written(drawn(frame, places), f"{said}; {change(descent, digits)}.")


def heights(places: list[Place]) -> Axis:
    """Returns the axis of the losses: of lucky batches none far below the means, and 0 where that is near."""
    means = [place.mean for place in places]
    lowest, highest = min(means, default=0.0), max((place.most for place in places), default=1.0)
    least = [max(place.least, lowest / LUCKY) if lowest > 0 else place.least for place in places]
    found = axis([*least, highest])
    near = not found.log and 0 < found.low < found.high / 2
    return Axis(0.0 if near else found.low, found.high, found.log)


def drawn(frame: Frame, places: list[Place]) -> Iterator[str]:
    """Yields the band and the line of the means; a single place is a dot."""
    colour = frame.theme.value
    if any(place.least < place.most for place in places):
        low = frame.y.low
        outline = [(place.step, place.most) for place in places]
        outline += [(place.step, max(low, place.least)) for place in reversed(places)]
        at = " ".join(f"{x:.2f},{y:.2f}" for x, y in (frame.spot(*point) for point in outline))
        yield f'<polygon class="band" fill="{colour}" fill-opacity="0.18" points="{at}"/>\n'
    points = [frame.spot(place.step, place.mean) for place in places]
    if points:
        yield line(points, colour, 2, ' stroke-linejoin="round" class="loss"')
        x, y = points[-1]
        yield f'<circle class="end" cx="{x:.2f}" cy="{y:.2f}" r="3.5" fill="{colour}"/>\n'
