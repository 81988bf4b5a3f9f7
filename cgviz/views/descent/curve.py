"""The loss of a descent, step by step, as a chart."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.analysis.learning import Descent, Objective
from cgviz.drawing.canvas.sheet import Disc, Part, Path, Sheet
from cgviz.drawing.charts.axis import ChartAxis, axis
from cgviz.drawing.charts.frame import ChartFrame
from cgviz.drawing.theme import Theme
from cgviz.drawing.theme import theme as named
from cgviz.text.numbers import DIGITS
from cgviz.views.descent.plot import StepPlace, thinned
from cgviz.views.descent.written import caption, change, elided

PLACES, LUCKY = 280, 10


def curve(
    objective: Objective,
    descent: Descent,
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> Sheet:
    """Returns the picture: the loss over the steps, logarithmic where it spans decades.

    Where more steps than fit are drawn, a band from the least to the largest loss lies about their mean.
    """
    places = thinned(descent, PLACES)
    y = heights(places)
    x = ChartAxis(0.0, max(1.0, float(descent.reached[0])), whole=True)
    name = elided(objective.graph.nodes[objective.graph.output].shown)
    said = caption(descent, objective.examples, digits)
    what = f"{name} (log scale)" if y.log else name
    frame = ChartFrame(
        x, y, "step", what, f"{name} over the steps", [said, change(descent, digits)], named(theme), background
    )
    return frame.sheet(list(drawn(frame, places)), f"{said}; {change(descent, digits)}.")


def heights(places: list[StepPlace]) -> ChartAxis:
    """Returns the axis of the losses: of lucky batches none far below the means, and 0 where that is near."""
    means = [place.mean for place in places]
    lowest, highest = min(means, default=0.0), max((place.most for place in places), default=1.0)
    least = [max(place.least, lowest / LUCKY) if lowest > 0 else place.least for place in places]
    found = axis([*least, highest])
    near = not found.log and 0 < found.low < found.high / 2
    return ChartAxis(0.0 if near else found.low, found.high, found.log)


def drawn(frame: ChartFrame, places: list[StepPlace]) -> Iterator[Part]:
    """Yields the band and the line of the means; a single place is a dot."""
    colour = frame.theme.value
    if any(place.least < place.most for place in places):
        low = frame.y.low
        outline = [(place.step, place.most) for place in places]
        outline += [(place.step, max(low, place.least)) for place in reversed(places)]
        yield Path([[frame.spot(*point) for point in outline]], fill=colour, opacity=0.18, kind="band")
    points = [frame.spot(place.step, place.mean) for place in places]
    if points:
        yield Path([points], colour, 2, kind="loss")
        yield Disc(*points[-1], 3.5, colour, kind="end")
