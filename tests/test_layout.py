"""The parts of the layout search, each against a count or a rule that is none of its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise, permutations, product
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

import cgviz
from cgviz.drawing.diagram import diagram
from cgviz.drawing.diagram.along import ARROW, PAD
from cgviz.drawing.diagram.axes import Axes
from cgviz.drawing.diagram.card import Cards
from cgviz.drawing.diagram.figure import Figure
from cgviz.drawing.diagram.fold import Fold, Sizes, folds, sizes
from cgviz.drawing.diagram.layers import FAR as REACH
from cgviz.drawing.diagram.layers import Layers, gains_any
from cgviz.drawing.diagram.moves import halfway
from cgviz.drawing.diagram.notes import FAR, places
from cgviz.drawing.diagram.paper import SLIDE
from cgviz.drawing.diagram.parts import nearest
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import SIZE, Box, Text, Words
from cgviz.drawing.diagram.search import FINALISTS, Candidate, finalists
from cgviz.drawing.diagram.svg_texts import spans
from cgviz.drawing.diagram.sweeps import arrange, is_upside_down
from cgviz.drawing.theme import theme


def layers(seed: int, upper: int = 4, lower: int = 4, wires: int = 8) -> Layers:
    """Returns two ranks with random wires between them."""
    random, size = Random(seed), upper + lower
    before: list[list[int]] = [[] for _ in range(size)]
    after: list[list[int]] = [[] for _ in range(size)]
    for a, b in random.sample([(a, upper + b) for a in range(upper) for b in range(lower)], wires):
        after[a].append(b)
        before[b].append(a)
    rows = [list(range(upper)), list(range(upper, size))]
    found = Layers(rows, before, after, [(5.0, 5.0)] * size, size)
    found.other = [row[::-1] for row in rows]
    found.number()
    return found


def counted(rows: list[list[int]], after: list[list[int]]) -> int:
    """Returns how many wires between two ranks cross: every pair of them is looked at."""
    place = {item: at for row in rows for at, item in enumerate(row)}
    wires = [(place[a], place[b]) for a in rows[0] for b in after[a]]
    return sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(wires, 2))


def test_wires_cross_almost_as_seldom_as_they_can() -> None:
    more = []
    for seed in range(16):
        made = layers(seed)
        assert made.crossings() == counted(made.rows, made.after)
        orders = (permutations(row) for row in made.rows)
        least = min(counted([list(a), list(b)], made.after) for a, b in product(*orders))
        found = arrange(made)
        assert found == counted(made.rows, made.after)
        more.append(found - least)
    assert more.count(0) >= 10
    assert max(more) <= 2


@pytest.mark.parametrize("seed", range(6))
def test_what_an_exchange_gains_is_what_is_counted_before_and_after(seed: int) -> None:
    made = layers(seed, wires=9)
    for n, row in enumerate(made.rows):
        gains = made.gains(n)
        assert all(gains[i][j] == -gains[j][i] for i, j in product(range(len(row)), repeat=2))
        near = (gained for i, line in enumerate(gains) for gained in line[i + 1 : i + 1 + REACH])
        assert gains_any(made.sums(n)) == any(gained > 0 for gained in near)
        for i in range(len(row) - 1):
            before = counted(made.rows, made.after)
            made.swap(row, i)
            assert gains[i][i + 1] == before - counted(made.rows, made.after)
            made.swap(row, i)


def test_operands_stand_in_the_order_in_which_they_are_written() -> None:
    made = Layers([[1, 0], [2]], [[], [], [0, 1]], [[2], [2], []], [(5.0, 5.0)] * 3, 3)
    made.number()
    assert is_upside_down(made)
    made.rows[0].reverse()
    made.number()
    assert not is_upside_down(made)


def scene_of(program: str, **values: float) -> Any:
    return Cards(Pen(cgviz.run(program, values), theme("light"), 4)).scene(SimpleNamespace(stage=2, input=2))  # type: ignore[arg-type]


def test_a_lead_is_as_long_as_its_texts() -> None:
    scene = scene_of("f = x*y + z", x=2.0, y=3.0, z=1.0)
    found = sizes(scene, Axes("LR"), {box.key: (10.0, 10.0) for box in scene.boxes})
    for box, lead in zip(scene.boxes, found.lead, strict=True):
        wide = [wire.beside.width for wire in scene.into[box.key] if wire.beside]
        assert lead == pytest.approx(ARROW + (max(wide) + 2 * PAD if wide else 0.0))
    assert {round(lead) for lead in found.lead} > {round(ARROW)}


def test_a_picture_in_one_piece_is_scaled_by_its_tighter_side() -> None:
    scene = scene_of("f = sin(x)", x=2.0)
    found = sizes(scene, Axes("LR"), {box.key: (10.0, 10.0) for box in scene.boxes})
    (wide,), (high,) = (list(folds(scene, Axes("LR"), found, page, 9.0, None)) for page in ((100, 1e6), (1e6, 100)))
    assert wide.scale == pytest.approx(100 / wide.size[0])
    assert high.scale == pytest.approx(100 / high.size[1])


def test_the_best_and_no_twins_are_laid_out() -> None:
    scene = cast("Any", SimpleNamespace(boxes=(1, 2, 3)))
    none = cast("Sizes", None)

    def one(scale: float, **row: int) -> Candidate:
        return Candidate(scene, Axes("LR"), Fold(row, scale), none, None, False)

    best = SLIDE.good / SIZE
    twins = [one(best, a=0, b=1), one(0.995 * best, a=0, b=1)]
    others = [one(0.97 * best, a=0, b=n) for n in (2, 3)]
    assert finalists([one(0.5 * best, a=0, b=2), *others, *twins[::-1]], SLIDE) == [twins[0], *others]
    assert len(finalists([one(best, a=0, b=1, **{f"c{n}": 0}) for n in range(9)], SLIDE)) == FINALISTS


def test_texts_of_a_moved_wire_stand_beside_it() -> None:
    made = diagram(cgviz.run("f = x*y", {"x": 2.0, "y": 3.0}), style="circuit", figure=Figure(shift={"x": [0, -90]}))
    plan, axes = made.layout.plan, made.layout.axes
    (wire,) = (wire for wire in made.layout.scene.wires if wire.source == "n0")
    x, y = axes.point(halfway(plan.path[wire.key]))
    above, below = ((text, axes.point(at)) for text, at in plan.texts[wire.key])
    for (text, (u, v)), side in ((above, 1), (below, -1)):
        if abs(v - y) > 1e-6:
            assert (u, v) == pytest.approx((x, y + side * (text.height / 2 + 5)))
        else:
            assert (u, v) == pytest.approx((x - side * (text.width / 2 + 5), y))


def test_the_nodes_around_one_are_as_many_as_there_may_be() -> None:
    graph = cgviz.run("v1 = sin(x)\nv2 = sin(v1)\nv3 = sin(v2)\nv4 = sin(v3)\nv5 = sin(v4)", {"x": 1.0}).graph
    middle = graph.inputs[0] + 3
    assert nearest(graph, middle, 5) == ({middle + n for n in (-2, -1, 0, 1, 2)}, 2)
    assert nearest(graph, middle, 4) == ({middle - 1, middle, middle + 1}, 1)
    found, far = nearest(graph, middle, 100)
    assert (len(found), far) == (6, 3)


def test_a_note_stands_off_its_node_the_nearest_place_first() -> None:
    note, target = (
        Box(key=key, width=wide, height=high, inside=(), fill="", line="", classes="", words=Words(""))
        for key, wide, high in (("a", 40.0, 20.0), ("b", 60.0, 30.0))
    )
    found = list(places(note, target, (100.0, 50.0)))
    assert found[0] == pytest.approx((100.0, 50.0 + 25 + FAR[0]))
    rings = [max((abs(x - 100) / (50 + far)) ** 2 + (abs(y - 50) / (25 + far)) ** 2 for x, y in found[n : n + 24])
             for far, n in zip(FAR, range(0, len(found), 24), strict=True)]  # fmt: skip
    assert rings == pytest.approx([1.0] * len(FAR))


def test_scripts_are_shifted_there_and_back() -> None:
    text = Text("x₁+y", "#000000", 10.0, kind="formula")
    assert [span.partition(">")[0] for span in spans(text)] == [
        '<tspan font-style="italic"',
        '<tspan dy="1.70" font-size="7"',
        '<tspan dy="-1.70"',
        '<tspan font-style="italic"',
    ]


@pytest.mark.parametrize(
    ("hide", "shown"),
    [((), "(1) f"), (("names",), "(1) "), (("stage numbers",), "f"), (("names", "stage numbers"), "")],
)
def test_what_stands_beneath_a_gate(hide: tuple[str, ...], shown: str) -> None:
    made = diagram(cgviz.run("f = x*y", {"x": 2.0, "y": 3.0}), style="circuit", figure=Figure(hide=hide))
    box = next(box for box in made.layout.scene.boxes if box.circle)
    assert "".join(text.text for line in box.caption for text in line) == shown


def test_ranks_come_together_where_wires_have_room_beside_them() -> None:
    run = cgviz.run("a = sin(x)\nb = cos(x)\nc = exp(x)\nf = a*b + c", {"x": 0.5})
    layout = diagram(run, style="circuit", fold=False, direction="LR").layout
    for wire in layout.scene.wires:
        path = layout.plan.path[wire.key]
        assert all(b[0] >= a[0] - 1e-6 for a, b in pairwise(path[::3]))
    wide = replace(layout, margin=0.0).room
    assert wide[2] - wide[0] < 640
