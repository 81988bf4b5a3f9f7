"""What the layout decides on its way, in digests: orders, cuts, estimates and worths, also of what is not drawn in the end.

A picture shows only the candidate that won. Here all candidates stand with what they promise and come to, orders of
random ranks with a count of crossings by pairs as witness, and pictures in which an author moved, noted and hid things.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

import pytest

from cgviz.drawing.diagram import diagram, fold, free, repeats, search, spread
from cgviz.drawing.diagram.axes import Axes
from cgviz.drawing.diagram.figure import Figure, Note
from cgviz.drawing.diagram.ghosts import ghost_of
from cgviz.drawing.diagram.groups import groups_of
from cgviz.drawing.diagram.layers import Layers
from cgviz.drawing.diagram.paper import paper
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.sweeps import arrange
from cgviz.drawing.theme import theme
from tests.held import digest, hold, number
from tests.test_drawing_tables import program, run_of, told

TABLE = "layouts.txt"
PAPERS = ("slide", "column", "9x14cm", "30cm")


def rounded(value: Any) -> str:
    """Returns a digest of nested numbers, which may differ in their last digits."""
    return digest(number(value))


def made_pen(random: Random, count: int) -> Pen:
    return Pen(run_of(program(random, count)), theme("light"), 4)


@pytest.mark.parametrize("seed", range(16))
def test_every_candidate_of_a_layout(seed: int) -> None:
    random = Random(100 + seed)
    pen, page = made_pen(random, 2 + seed % 9), paper(PAPERS[seed % 4])
    groups = tuple(groups_of(pen.graph, {"a": [pen.graph.nodes[pen.graph.stages[0]].name]})) if seed % 5 == 4 else ()
    wishes = search.Wishes(near=bool(seed % 3), ghosts=bool(seed % 4), groups=groups)
    every = list(search.candidates(pen, ("card", "circuit")[seed % 2], page, wishes))
    lines = []
    for one in every:
        hopes = (search.promise(one, page), search.hope(one, page), search.are_twins(one, every[0]))
        folded = one.fold.rows, one.fold.scale, *one.fold.size
        lines.append(f"{one.axes} {number(folded)} {rounded(list(one.fold.row.values()))} {number(hopes)}")
    for one in search.finalists(every, page)[:3]:
        values = [
            (value, *search.size_of(found.laid, found.axes), found.scale)
            for value, found in search.looks(pen, one, page, wishes)
        ]
        lines.append(f"{one.axes} {number(values)}")
    hold(TABLE, f"candidates {seed}", lines)


@pytest.mark.parametrize("seed", range(6))
def test_other_ways_to_fold(seed: int) -> None:
    random = Random(200 + seed)
    pen, page = made_pen(random, 5 + 3 * seed), paper(PAPERS[seed % 4])
    axes, ghost = Axes(("LR", "TB")[seed % 2]), ghost_of(pen)
    (scene, *_) = search.scenes(pen, "card", True)
    ghosts = {box.key: (made.width, made.height) for box in scene.boxes for made in [ghost(box, "")]}
    known = fold.sizes(scene, axes, ghosts)
    lines = [rounded([list(map(float, one)) for one in (known.along, known.lead, known.across)])]
    stages = [key for key, start in zip(known.keys, known.is_start, strict=True) if not start]
    parts = [stages[: 2 + seed], stages[2 + seed :]]
    for size in ((page.width, page.height), (150.0, 400.0), (900.0, 90.0)):
        for stop in (0.4, 1.5):
            ways = [fold.coarse(scene, axes, known, size, stop), fold.folds_of_blocks(axes, known, size, stop, parts)]
            ways += [fold.in_lines(axes, known, size, parts)]
            lines += [f"{one.rows} {number((one.scale, *one.size))} {rounded(list(one.row.values()))}" for one in ways]
    hold(TABLE, f"folds {seed}", lines)


def random_layers(random: Random, ranks: int, most: int) -> Layers:
    """Returns ranks of boxes and passing wires with random edges from each rank to the next."""
    rows: list[list[int]] = []
    items = 0
    for _ in range(ranks):
        size = random.randint(1, most)
        rows.append(list(range(items, items + size)))
        items += size
    boxes = items - random.randint(0, items // 3)
    before: list[list[int]] = [[] for _ in range(items)]
    after: list[list[int]] = [[] for _ in range(items)]
    for row, above in zip(rows[1:], rows, strict=False):
        for item in row:
            for end in random.sample(above, min(len(above), random.choice((0, 1, 1, 2, 2, 3)))):
                before[item].append(end)
                after[end].append(item)
    layers = Layers([list(row) for row in rows], before, after, [(5.0, 5.0)] * items, boxes)
    layers.other = [random.sample(row, len(row)) for row in rows]
    return layers


def crossings(layers: Layers) -> int:
    """Counts crossings pair by pair."""
    wires = [(layers.at[a], layers.at[b]) for row in layers.rows for a in row for b in layers.after[a]]
    ranks = [n for n, row in enumerate(layers.rows) for a in row for _ in layers.after[a]]
    pairs = combinations(zip(ranks, wires, strict=True), 2)
    return sum(m == n and (a - c) * (b - d) < 0 for (m, (a, b)), (n, (c, d)) in pairs)


@pytest.mark.parametrize("seed", range(24))
def test_orders_of_ranks(seed: int) -> None:
    random = Random(300 + seed)
    layers = random_layers(random, 2 + seed % 6, 3 + seed % 8)
    layers.number()
    before, gains = crossings(layers), [layers.gains(n) for n in range(len(layers.rows))]
    least = arrange(layers)
    assert least == crossings(layers) <= before
    hold(TABLE, f"order {seed}", [f"{before} {least} {rounded(gains)} {rounded(layers.rows)}"])


def test_a_large_order() -> None:
    layers = random_layers(Random(9), 25, 50)
    least = arrange(layers)
    hold(TABLE, "a large order", [f"{len(layers.before)} items {least} {rounded(layers.rows)}"])


def test_things_on_a_line() -> None:
    lines = []
    for seed in range(40):
        random = Random(seed)
        count = random.randint(1, 6)
        wants = [random.uniform(-50, 50) for _ in range(count)]
        gaps = [random.uniform(0, 30) for _ in range(count - 1)]
        weights = [random.choice((0.5, 1.0, 8.0)) for _ in range(count)]
        found = spread.spread(wants, gaps, weights if seed % 2 else None)
        room = sum(gaps) + random.uniform(0, 40)
        inside = spread.within(found, gaps, -room / 2, room / 2)
        for places in (found, inside):
            assert all(b - a >= gap - 1e-9 for a, b, gap in zip(places, places[1:], gaps, strict=False))
        assert -room / 2 - 1e-9 <= inside[0] <= inside[-1] <= room / 2 + 1e-9
        lines.append(f"{number(found)} {number(inside)}")
    hold(TABLE, "things on a line", lines)


def test_free_room_in_a_picture() -> None:
    lines = []
    for seed in range(20):
        random = Random(seed)
        whole = (-20.0, 10.0, random.uniform(60, 900), random.uniform(60, 500))
        rooms = []
        for _ in range(random.randint(0, 7)):
            left, bottom = random.uniform(-60, 700), random.uniform(-20, 400)
            rooms.append((left, bottom, left + random.uniform(5, 300), bottom + random.uniform(5, 200)))
        space = free.Free(whole, rooms)
        for width, height in ((40.0, 20.0), (150.0, 90.0), (16.0, 8.0)):
            middle = space.place(width, height)
            lines.append(f"{number(middle)}")
            if middle:
                own = (middle[0] - width / 2, middle[1] - height / 2, middle[0] + width / 2, middle[1] + height / 2)
                assert not any(a < own[2] and c > own[0] and b < own[3] and d > own[1] for a, b, c, d in rooms)
    large = free.Free((0.0, 0.0, 3000.0, 2000.0), [(0.0, 0.0, 2500.0, 1990.0)])
    hold(TABLE, "free room", [*lines, f"{large.cell:.5g} {large.columns} {large.rows} {number(large.place(100, 100))}"])


def test_what_repeats() -> None:
    lines = []
    for seed in range(40):
        random = Random(seed)
        unit = random.choices("abcd", k=random.randint(1, 4))
        looks = (
            random.choices("abcd", k=random.randint(0, 4))
            + unit * random.randint(1, 5)
            + random.choices("abcd", k=random.randint(0, 9))
        )
        given = [random.random() < 0.4 for _ in looks]
        start, period, length = repeats.stretch(looks)
        assert all(looks[at] == looks[at + period] for at in range(start, start + length - period))
        lines.append(f"{''.join(looks)} {start} {period} {length} {repeats.aligned(given, period)}")
    hold(TABLE, "what repeats", lines)


def author(random: Random, names: list[str]) -> Figure:
    """Returns the decisions of an author who tries everything."""
    one, other, third = random.sample(names, 3) if len(names) > 2 else (names * 3)[:3]
    side = random.choice(("right of", "left of", "above", "below"))
    notes = random.sample(
        (Note(one, "a remark"), Note(other, "a longer remark that takes two lines or more"), Note(third, "seen")),
        random.randint(0, 3),
    )
    return Figure(
        pin=random.choice(({}, {one: f"{side} {other}"}, {one: (random.randint(0, 500), random.randint(0, 300))})),
        shift=random.choice(({}, {third: (random.randint(-90, 90), random.randint(-90, 90))})),
        notes=tuple(notes),
        legend=random.choice(("auto", "always", "never")),
        edges=random.choice(("symbols", "numbers", "both", "none")),
        hide=tuple(
            random.sample(
                ("values", "gradients", "names", "formulas", "stage numbers", "footnotes"),
                random.choice((0, 0, 0, 1, 2)),
            )
        ),
        groups=random.choice(({}, {}, {"first group": names[-2:]})),
        colours=random.choice(({}, {one: "#d9f99d"})),
    )


@pytest.mark.parametrize("seed", range(30))
def test_a_picture_that_an_author_changed(seed: int) -> None:
    random = Random(400 + seed)
    run = run_of(program(random, 2 + seed % 5))
    drawn = [node.name for node in run.graph.nodes if node.name]
    look = {
        "style": ("card", "circuit")[seed % 2],
        "direction": (None, "LR", "TB")[seed % 3],
        "wires": ("curved", "orthogonal", "straight")[seed // 2 % 3],
        "fit": (None, "slide", "column", "7cm")[seed // 3 % 4],
        "quick": seed % 4 > 0,
    }
    hold(TABLE, f"author {seed}", whole(run, look | {"figure": author(random, drawn)}, seed))


def whole(run: Any, look: dict[str, Any], seed: int) -> Iterator[str]:
    yield from told(diagram(run, **look), (380.0, 240.0) if seed % 6 == 0 else None)
