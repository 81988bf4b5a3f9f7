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

from cgviz.drawing.diagram import diagram, fold, free, parts, repeats, search, spread, view, wires
from cgviz.drawing.diagram.axes import Axes
from cgviz.drawing.diagram.figure import Figure, Note
from cgviz.drawing.diagram.ghosts import ghost_of
from cgviz.drawing.diagram.groups import groups_of
from cgviz.drawing.diagram.layers import Layers
from cgviz.drawing.diagram.paper import paper
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import Scene
from cgviz.drawing.diagram.sweeps import arrange
from cgviz.drawing.theme import theme
from tests.held import asked, digest, hold, number
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


def test_wires_of_right_angles() -> None:
    """Turns of random wires between random boxes: none inside a box, none on the line of another source."""
    lines = []
    for seed in range(40):
        random = Random(seed)
        rooms = [
            (a, a + random.uniform(5, 60), c, c + random.uniform(5, 60))
            for a, c in [(random.uniform(0, 200), random.uniform(0, 100)) for _ in range(3)]
        ]
        runs = wires.Runs(rooms)
        for _ in range(5):
            start, end = (
                (random.uniform(0, 90), random.uniform(0, 100)),
                (random.uniform(80, 250), random.choice((random.uniform(0, 100), 50.0))),
            )
            at = runs.turn(start, end, random.choice("abc"))
            path = wires.rounded([start, (at, start[1]), (at, end[1]), end])
            assert path[0] == start
            assert path[-1] == end
            assert len(path) % 3 == 1
            lines.append(f"{at:.5g} {rounded(path)} {rounded(wires.line([start, (at, start[1]), end]))}")
        lines.append(f"{rounded(runs.along)} {rounded(runs.across)}")
    near = wires.rounded([(0.0, 0.0), (10.0, 0.0), (10.0, 0.8), (20.0, 0.8), (20.0, 30.0), (20.0, 31.5)])
    hold(TABLE, "wires of right angles", [*lines, number(near)])


@pytest.mark.parametrize("seed", range(5))
def test_what_is_drawn_of_a_graph(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST", 20)
    random = Random(500 + seed)
    pen, lines = made_pen(random, (4, 9, 14, 24, 30)[seed]), []
    (scene, *_), graph = search.scenes(pen, "card", True), pen.graph
    names = [graph.nodes[index].name for index in graph.stages]
    cut = len(names) // 3
    for groups in ({}, {"one": names[:cut], "two": names[cut:-1]}, {"end": names[-2:], "first": names[:1]}):
        for how in (
            {},
            {"everything": False},
            {"collapse": ("all",)},
            {"collapse": ("repeats",)},
            {"collapse": ("one",)},
            {"around_node": names[0]},
            {"around_node": names[-1], "depth": 3},
            {"around_node": "x", "depth": 1},
        ):
            lines.append(
                f"{list(groups)} {how}: {asked(lambda groups=groups, how=how: drawn(view.view(pen, groups=groups, **how), scene))}"
            )
    for most in (2, 5, 12):
        found, far = parts.nearest(graph, graph.output, most)
        assert len(found) <= most
        lines.append(f"nearest {most}: {sorted(found)} {far}")
    hold(TABLE, f"drawn of a graph {seed}", lines)


def drawn(seen: view.DiagramView, scene: Scene) -> str:
    """Returns what is drawn: nodes, groups, and what stands on the way into them."""
    only = seen.only
    if only is None and not seen.single:
        return f"all, framed {[(group.title, sorted(group.members)) for group in seen.framed]} {seen.notice}"
    told = f"{only and (digest(str(sorted(only.nodes))), digest(str(sorted(only.home.items()))))} {seen.notice}"
    shaped = seen.shape(scene)
    boxes = [(box.key, box.words.description.splitlines()[:2]) for box in shaped.boxes if box.key.startswith("c")]
    wired = digest(str([(wire.source, wire.target) for wire in shaped.wires]))
    groups = [
        (group.title, len(group.members), group.times, sorted(group.inputs)) for group in (*seen.single, *seen.framed)
    ]
    return f"{told} {len(shaped.boxes)} boxes {wired} {len(shaped.trunks)} {groups} {boxes}"


@pytest.mark.parametrize("seed", range(6))
def test_rows_that_fit_a_window(seed: int) -> None:
    random = Random(600 + seed)
    pen, lines = made_pen(random, 4 + seed), []
    names = [pen.graph.nodes[index].name for index in pen.graph.stages]
    groups = groups_of(pen.graph, {"first": names[:2], "second": names[3:5]}) if seed % 2 else []
    for window in ((300.0, 200.0), (500.0, 120.0)):
        found = search.in_view(pen, "card", window, search.Wishes(near=bool(seed % 3), groups=tuple(groups)))
        rooms, size = found.laid.rooms(found.axes), search.size_of(found.laid, found.axes)
        lines.append(
            f"{window} {number(size)} {found.laid.crossings} {rounded(rooms)} {rounded(sorted(found.laid.plan.centre.items()))}"
        )
    hold(TABLE, f"window {seed}", lines)
