"""The legend of a picture: once, where there is room, it says what its colours mean; and the footnotes beneath it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.footnotes import mark_of
from cgviz.drawing.diagram.lines import one_line
from cgviz.drawing.diagram.notes import taken
from cgviz.drawing.diagram.paper import Paper
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.rows import Laid, box_of
from cgviz.drawing.diagram.scene import LEFT, LINE_HEIGHT, SIZE, Box, Text, TextPlace, Words
from cgviz.records import record

if TYPE_CHECKING:
    from cgviz.drawing.diagram.free import Room

ROW, GAP, AIR, BELOW = LINE_HEIGHT * SIZE + 2, 16.0, 12.0, 12.0
SWATCH, HIGH, BESIDE = 18.0, 11.0, 5.0  # a small box in the look of those that it stands for
MANY = 250  # boxes; in larger pictures nobody looks for room
TOTAL = "bold: total over all uses"


@record
class LegendEntry:
    """What a legend says of one thing: a text in its colour, behind a box in its look where it is a box."""

    text: Text
    sample: Box | None = None

    @property
    def width(self) -> float:
        return self.text.width + (SWATCH + BESIDE if self.sample else 0.0)


def explained(laid: Laid, axes: Axes, pen: Pen, paper: Paper | None, margin: float) -> Laid:
    """Returns a layout with its footnotes and its legend; `paper` is the page to which it is fitted."""
    if pen.footnotes and pen.footnotes.whole:
        left, bottom, right, _ = box_of(laid, axes)
        used = {mark_of(text.text) for text in texts_of(laid)}
        box = pen.footnotes.box(pen.theme, right - left, used)
        if box:
            laid = put(laid, axes, [(box, (left + box.width / 2, bottom - BELOW - box.height / 2))])
    wanted = "never" if pen.hides("legend") else pen.figure.legend
    if wanted == "never" or (wanted == "auto" and paper is None):
        return laid
    return with_legend(laid, axes, pen, paper, margin, always=wanted == "always")


def texts_of(laid: Laid) -> Iterator[Text]:
    """Yields all texts in boxes and beside wires; of a text in several lines, each."""
    found = [
        text for box in laid.scene.boxes for line in (*(p.line for p in box.inside), *box.caption) for text in line
    ]
    found += [text for texts in laid.plan.texts.values() for text, _ in texts]
    for text in found:
        yield from getattr(text, "texts", [text])


def with_legend(laid: Laid, axes: Axes, pen: Pen, paper: Paper | None, margin: float, always: bool) -> Laid:
    """Returns a layout with its legend, where that is free; else beneath it, if the picture is no smaller for it."""
    from cgviz.drawing.diagram.free import Free

    entries = list(entries_of(laid, pen))
    whole = box_of(laid, axes)
    if len(laid.scene.boxes) <= MANY:
        free = Free(whole, ((a - AIR, b - AIR, c + AIR, d + AIR) for a, b, c, d in taken(laid, axes)))
        for rows in shapes(entries):
            middle = free.place(*size_of(rows))
            if middle:
                return put(laid, axes, list(drawn(rows, middle, pen)))
    rows = flowing(entries, whole[2] - whole[0])
    width, height = size_of(rows)
    if always or (paper and not shrinks(whole, height, paper, margin)):
        middle = whole[0] + width / 2, whole[1] - BELOW - height / 2
        return put(laid, axes, list(drawn(rows, middle, pen)))
    return laid


def shrinks(whole: Room, height: float, paper: Paper, margin: float) -> bool:
    """Tells whether a picture is smaller on its page where something so high stands beneath it."""
    wide, high = whole[2] - whole[0] + 2 * margin, whole[3] - whole[1] + 2 * margin
    return paper.scale(wide, high + BELOW + height, SIZE) < min(paper.scale(wide, high, SIZE), paper.good / SIZE)


def entries_of(laid: Laid, pen: Pen) -> Iterator[LegendEntry]:
    """Yields what is to be explained of what stands in a picture."""
    theme, scene = pen.theme, laid.scene
    output = words.brief(one_line(words.name_of(pen.graph.nodes[pen.graph.output])), words.LONGEST_NAME)
    kinds = {text.kind for text in texts_of(laid)}
    said = {
        "value": ("value", theme.value),
        "gradient": (f"gradient ∂{output}/∂·", theme.gradient),
        "tangent": ("tangent", theme.tangent),
        "local": ("× local derivative", theme.local),
        "local rule": ("what an edge hands back", theme.local),
    }
    yield from (LegendEntry(Text(*said[kind], SIZE, kind="legend")) for kind in said if kind in kinds | pictures(laid))
    if any(trunk.after for trunk in scene.trunks):
        yield LegendEntry(Text(TOTAL, theme.soft, SIZE, True, kind="legend"))
    samples: dict[str, Box] = {}
    for box in scene.boxes:
        look = look_of(box)
        if look:
            samples.setdefault(look, box)
    yield from (LegendEntry(Text(says, theme.soft, SIZE, kind="legend"), box) for says, box in sorted(samples.items()))


def pictures(laid: Laid) -> set[str]:
    """Returns what the pictures of arrays show."""
    found = {grid.kind for box in laid.scene.boxes for grid, _ in box.insets}
    return found | {text.kind for texts in laid.plan.texts.values() for text, _ in texts if text.is_picture}


def look_of(box: Box) -> str:
    """Returns what a legend says of boxes that look like one; "" where that is plain."""
    roles = {"data", "constant", "parameter"} & set(box.classes.split())
    if roles:
        return min(roles)
    return {"source": "input", "ghost": "stands elsewhere"}.get(box.rank, "")


def shapes(entries: Sequence[LegendEntry]) -> Iterator[list[list[LegendEntry]]]:
    """Yields the rows in which a legend may stand: one, two, three, or a row for each entry."""
    counts = dict.fromkeys(min(count, len(entries)) for count in (1, 2, 3, len(entries)))
    for count in counts:
        size = -(-len(entries) // max(count, 1))
        yield [list(entries[n : n + size]) for n in range(0, len(entries), max(size, 1))]


def flowing(entries: Sequence[LegendEntry], wide: float) -> list[list[LegendEntry]]:
    """Returns the rows of a legend that is so wide at most."""
    rows: list[list[LegendEntry]] = [[]]
    for entry in entries:
        if rows[-1] and size_of([[*rows[-1], entry]])[0] > wide:
            rows.append([])
        rows[-1].append(entry)
    return rows


def size_of(rows: Sequence[Sequence[LegendEntry]]) -> Point:
    wide = max((sum(entry.width for entry in row) + GAP * (len(row) - 1) for row in rows), default=0.0)
    return wide, ROW * len(rows)


def drawn(rows: Sequence[Sequence[LegendEntry]], middle: Point, pen: Pen) -> Iterator[tuple[Box, Point]]:
    """Yields the boxes of a legend, each with its middle: its texts, and the small boxes before some of them."""
    width, height = size_of(rows)
    places, samples = [], []
    for n, row in enumerate(rows):
        x, y = -width / 2, height / 2 - ROW * (n + 0.5)
        for entry in row:
            if entry.sample:
                samples.append((entry.sample, (middle[0] + x + SWATCH / 2, middle[1] + y)))
                x += SWATCH + BESIDE
            places.append(TextPlace((entry.text,), x, y, LEFT, entry.text.width))
            x += entry.text.width + GAP
    yield (
        Box(
            key="legend", width=width, height=height, inside=tuple(places), fill="transparent", line="transparent",
            classes="legend", words=Words("legend"), rank="aside",
        ),
        middle,
    )  # fmt: skip
    for n, (box, at) in enumerate(samples):
        bare = {"inside": (), "caption": (), "insets": (), "rules": (), "circle": False}
        look = replace(box, width=SWATCH, height=HIGH, **bare)  # type: ignore[arg-type]
        yield replace(look, key=f"legend{n}", classes="legend", rank="aside", words=Words("")), at


def put(laid: Laid, axes: Axes, boxes: Sequence[tuple[Box, Point]]) -> Laid:
    """Returns a layout with further boxes in their places."""
    laid.plan.centre.update({box.key: axes.place(middle) for box, middle in boxes})
    return replace(laid, scene=replace(laid.scene, boxes=(*laid.scene.boxes, *(box for box, _ in boxes))))
