"""Figures that fit their page: sizes, rows, groups, parts, an author's file, the camera of decks."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

import cgviz
from cgviz.cli import main
from cgviz.drawing.diagram import diagram, parts
from cgviz.drawing.diagram.figure import Figure, Note
from cgviz.drawing.diagram.figure_file import read
from cgviz.drawing.diagram.fold import cut
from cgviz.drawing.diagram.free import Free
from cgviz.drawing.diagram.groups import groups_of
from cgviz.drawing.diagram.levels import levels
from cgviz.drawing.diagram.moves import around
from cgviz.drawing.diagram.notes import taken
from cgviz.drawing.diagram.paper import CM, paper
from cgviz.drawing.diagram.repeats import repeats
from cgviz.drawing.diagram.rows import Laid
from cgviz.drawing.diagram.scene import Text
from cgviz.drawing.diagram.typography import runs
from cgviz.drawing.diagram.words import name_of
from cgviz.errors import RenderError, UsageError
from cgviz.graph.lookup import find
from cgviz.players.deck import DeckLook, drawn, frames, pages, trouble
from cgviz.players.deck.formats import LEAST
from cgviz.players.deck.pages import book as pdf_deck
from cgviz.players.deck.sheet import sheet
from cgviz.reading.shipped import sample
from cgviz.runs.steps import Backward

SVG = "{http://www.w3.org/2000/svg}"
NET = """x_1 = 0.5; x_2 = -1; w_1 = 0.3; w_2 = 0.8; b_1 = 0.1; v = 1.2; b_2 = -0.3; y = 1
# group layer 1: z_1, h_1
z_1 = w_1*x_1 + w_2*x_2 + b_1
h_1 = tanh(z_1)
# group layer 2: z_2, p
z_2 = v*h_1 + b_2
p = sigmoid(z_2)
L = -(y*log(p) + (1 - y)*log(1 - p))"""
CHAIN = "v0 = x\n" + "\n".join(f"v{n} = sin(v{n - 1})" for n in range(1, 90))


@pytest.fixture(scope="module")
def net() -> cgviz.Run:
    return cgviz.run(NET)


@pytest.mark.parametrize("style", ["card", "circuit"])
@pytest.mark.parametrize(("fit", "wide", "high"), [("column", 12 * CM, 18 * CM), ("8x5cm", 8 * CM, 5 * CM)])
def test_a_picture_is_no_larger_than_its_page(net: cgviz.Run, style: str, fit: str, wide: float, high: float) -> None:
    made = diagram(net, style=style, fit=fit)
    root = ET.fromstring(made.draw("svg"))
    margin = 20 * made.layout.fit + 2
    assert float(root.get("width", "").removesuffix("pt")) <= wide + margin
    assert float(root.get("height", "").removesuffix("pt")) <= high + margin


def test_sizes_of_pages() -> None:
    assert paper("12cm").width == pytest.approx(12 * CM)
    assert (paper("800x600px").width, paper("800x600px").height) == (600, 450)
    assert paper("slide", "24px").least == 18
    for wrong in ("a4ish", "0cm", "12x", "-3cm"):
        with pytest.raises(UsageError, match="no page"):
            paper(wrong)


def test_a_line_says_that_texts_are_too_small(net: cgviz.Run) -> None:
    assert "less than 20 pt" in diagram(net, fit="4x3cm", min_text="20pt").trouble
    assert diagram(net, fit="slide", min_text="1px").trouble == ""


def test_rows_are_cut_as_a_paragraph_is() -> None:
    segments = [[(10.0 * n, 5.0, 0) for n in range(1, 7 - i)] for i in range(6)]
    assert cut(6, segments, longest=30, highest=1000) == [0, 3]
    assert cut(6, segments, longest=30, highest=20) is None


def test_inputs_stand_near_their_use(net: cgviz.Run) -> None:
    scene = diagram(net, fold=False, ghosts="never").layout.scene
    rank = levels(scene)
    for box in scene.boxes:
        if box.rank == "source":
            assert rank[box.key] == min(rank[wire.target] for wire in scene.out[box.key]) - 1


def test_names_are_set_as_mathematics() -> None:
    told = [(run.text, run.level, run.slanted) for run in runs("w₁·x_train²", "formula")]
    assert told == [
        ("w", 0, True),
        ("1", -1, False),
        ("·", 0, False),
        ("x", 0, True),
        ("train", -1, False),
        ("2", 1, False),
    ]
    told = [(run.text, run.level) for run in runs("a^[1](i)·x̃ᵢⱼ", "formula")]  # the font has no ⱼ: it is set as a j
    assert told == [("a", 0), ("[1](i)", 1), ("·", 0), ("x̃", 0), ("ij", -1)]
    assert Text("θ₁", "", kind="name").width < Text("θ1", "", kind="name").width


def test_a_legend_stands_where_it_costs_nothing(net: cgviz.Run) -> None:
    bare, full = (diagram(net, fit="slide", figure=Figure(legend=legend)) for legend in ("never", "auto"))
    assert full.smallest == pytest.approx(bare.smallest)
    legend = full.layout.scene.box["legend"]
    said = [text.text for text in legend.texts]
    assert {"value", "gradient ∂L/∂·", "× local derivative", "input"} <= set(said)
    middle = full.layout.centre("legend")
    room = around(middle, (legend.width, legend.height))
    others = list(taken(Laid(bare.layout.scene, bare.layout.plan), bare.layout.axes))
    assert all(room[2] < a or c < room[0] or room[3] < b or d < room[1] for a, b, c, d in others)
    assert "legend" not in diagram(net).layout.scene.box
    assert "legend" not in diagram(net, fit="slide", figure=Figure(hide=["legend"])).layout.scene.box
    assert "legend" in diagram(net, figure=Figure(legend="always")).layout.scene.box


def test_free_room_is_found_at_a_corner_or_not_at_all() -> None:
    free = Free((0, 0, 160, 80), [(0, 0, 100, 80), (100, 0, 160, 30)])
    assert free.place(48, 40) == (160 - 24, 80 - 20)
    assert free.place(64, 40) is None
    assert Free((0, 0, 160, 80), [(0, 0, 160, 80)]).place(8, 8) is None


def test_what_is_shortened_stands_whole_in_a_footnote() -> None:
    long = "the_first_" + "very_" * 6 + "long_name"
    run = cgviz.run(f"f = {long}*y", {long: 2.0, "y": 3.0})
    made = diagram(run, fit="column")
    name = next(text.text for text in made.layout.scene.box["n0"].texts if text.kind == "name")
    whole = name_of(run.graph.nodes[0])
    assert len(name) < len(whole)
    assert name.endswith("…¹")
    assert [text.text for text in made.layout.scene.box["footnotes"].texts] == [f"¹ {whole}"]
    bottom = made.layout.room[1]
    assert bottom < made.layout.centre("footnotes")[1] < made.layout.centre("n0")[1]
    assert "¹" not in diagram(run, figure=Figure(hide=["footnotes"])).draw("svg").decode()


def test_groups_are_framed_and_hold_their_members(net: cgviz.Run) -> None:
    made = diagram(net)
    assert [frame.title for frame in made.layout.frames] == ["layer 1", "layer 2"]
    for frame in made.layout.frames:
        left, bottom, right, top = frame.room
        for box in made.layout.scene.boxes:
            x, y = made.layout.centre(box.key)
            assert (box.key in frame.members) == (left < x < right and bottom < y < top)
    root = ET.fromstring(made.draw("svg"))
    groups = [g for g in root.iter(f"{SVG}g") if g.get("class") == "group"]
    ids = {g.get("id") for g in root.iter(f"{SVG}g")}
    assert all(set(str(group.get("data-members")).split()) <= ids for group in groups)


def test_a_collapsed_group_is_one_node_with_what_comes_out_of_it(net: cgviz.Run) -> None:
    scene = diagram(net, collapse=["layer 1"]).layout.scene
    box = next(box for box in scene.boxes if "collapsed" in box.classes)
    said = [text.text.strip() for text in box.texts]
    assert said[:2] == ["layer 1", "4 stages"]
    assert "−0.5005" in said
    with pytest.raises(UsageError, match="no group 'layer 3'"):
        diagram(net, collapse=["layer 3"])


def test_a_group_that_would_close_a_circle_is_refused() -> None:
    run = cgviz.run("# group g: a, c\nx = 2\na = x + 1\nb = a*3\nc = a*b")
    with pytest.raises(UsageError, match="cannot be one node"):
        diagram(run, collapse=["g"])


def test_around_a_node(net: cgviz.Run) -> None:
    scene = diagram(net, around="h_1", depth=1).layout.scene
    names = {text.text for box in scene.boxes for text in box.texts if text.kind == "name"}
    assert {"h₁", "z₁"} <= names
    assert "p" not in names


def test_a_large_graph_is_drawn_in_part_and_a_line_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "c.cg"
    file.write_text(CHAIN)
    assert main(["render", str(file), "--x", "0.5", "-o", str(tmp_path / "c.svg")]) == 0
    assert "--all draws all" in capsys.readouterr().err
    run = cgviz.run(CHAIN, x=0.5)
    assert len(diagram(run, everything=False).layout.scene.boxes) < 60 < len(diagram(run).layout.scene.boxes)


def test_a_figure_survives_its_file(tmp_path: Path) -> None:
    figure = Figure(
        order=("x_2", "x_1"), hide=("names",), edges="both", groups={"a b": ["L"]}, roles={"data": ["x_1"]},
        colours={"L": "#aabbcc"}, shift={"L": [1, 2.5]}, window={"room": "900x400", "quick": True},
        spellings={"w_1": r"\omega_1"}, notes=(Note("L", 'a "b"'),),
    )  # fmt: skip
    file = tmp_path / "f.toml"
    file.write_text(figure.toml)
    assert read(str(file)).toml == figure.toml


@pytest.mark.parametrize(
    "wrong",
    [
        "colour = 1",
        'hide = ["x"]',
        "[shift]\nL = [1]",
        "notes = 3",
        "a b",
        '[window]\nstyle = "pie"',
        '[colours]\nL="red"',
    ],
)
def test_a_figure_that_says_what_there_is_not(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "f.toml"
    file.write_text(wrong)
    with pytest.raises(UsageError):
        read(str(file))


def test_the_authors_hand(net: cgviz.Run) -> None:
    plain = diagram(net)
    moved = diagram(net, figure=Figure(shift={"L": [7, 30]}))
    key = f"n{net.graph.output}"
    (x, y), (u, v) = plain.layout.centre(key), moved.layout.centre(key)
    assert (u - x, v - y) == pytest.approx((7, -30))
    figure = Figure(hide=("data gradients",), roles={"data": ["x_1"]}, edges="numbers", notes=(Note("p", "likely"),))
    svg = re.sub(r"</?tspan[^>]*>", "", diagram(net, figure=figure).draw("svg").decode())
    assert ">likely</text>" in svg
    assert ">−0.1919</text>" not in svg
    assert ">−0.1919</text>" in plain.draw("svg").decode()


@pytest.mark.parametrize("style", ["card", "circuit"])
@pytest.mark.parametrize(("where", "way"), [("right of p", (1, 0)), ("below  z_2", (0, -1)), ("above layer 1", (0, 1))])
def test_a_node_is_pinned_beside_another_one(style: str, where: str, way: tuple[int, int], net: cgviz.Run) -> None:
    """It stands on that side of it, on nothing else; a whole group is a node as well."""
    layout = diagram(net, style=style, collapse=("layer 1",), figure=Figure(pin={"L": where})).layout
    name, own = where.split(maxsplit=2)[-1].removeprefix("of ").strip(), f"n{net.graph.output}"
    name = "layer 1" if where.endswith("layer 1") else name
    titles = {box.words.title: box.key for box in layout.scene.boxes if "collapsed" in box.classes}
    (x, y), (u, v) = layout.centre(own), layout.centre(titles.get(name) or f"n{net.index(name)}")
    assert ((x > u + 0.1) - (x < u - 0.1), (y > v + 0.1) - (y < v - 0.1)) == way
    box = layout.scene.box[own]
    for other in layout.scene.boxes:
        if other.key not in (own, "end"):
            a, b = layout.centre(other.key)
            apart = abs(a - x) >= (box.width + other.width) / 2 or abs(b - y) >= (box.height + other.height) / 2
            assert apart, other.key


def test_a_pin_that_is_no_place() -> None:
    for where in ("right p", "beside p", [1, 2, 3], "below "):
        with pytest.raises(UsageError, match=r"no pair of numbers like .* or words such as"):
            Figure(pin={"L": where}).but()  # type: ignore[dict-item]
    with pytest.raises(UsageError, match="nobody"):
        diagram(cgviz.run(NET), figure=Figure(pin={"L": "right of nobody"}))


def test_no_text_of_a_deck_is_under_14_points_and_nothing_moves_but_the_camera() -> None:
    program = "\n".join([NET, "q = L**2 + exp(L)*h_1 + tanh(z_2*z_1)"])
    run = cgviz.run(program)
    made = sheet(drawn(run, DeckLook()), frames(run, "stage"), DeckLook())
    assert made.camera
    assert 13 * made.scale >= LEAST
    for at, page in enumerate(made.pages):
        assert page.unit == made.page.unit
        assert made.moves[at] == (made.page.left - page.left, made.page.top - page.top)


# the author's hand, continued


ROLES = f"# data: x_1, x_2, y\n# parameters: w_1, w_2, b_1, v, b_2\n{NET}"


def test_roles_are_declared_in_the_program() -> None:
    run = cgviz.run(ROLES)
    boxes = diagram(run, figure=Figure(hide=("data gradients",))).layout.scene.box
    classes = {run.graph.nodes[int(key[1:])].name: box.classes.split() for key, box in boxes.items() if key[0] == "n"}
    assert "data" in classes["x_1"]
    assert "parameter" in classes["w_1"]
    assert not {"data", "parameter"} & {word for name in ("h_1", "L") for word in classes[name]}
    told = {name: {t.kind for t in boxes[f"n{run.index(name)}"].texts} for name in ("x_1", "w_1")}
    assert "gradient" not in told["x_1"]
    assert "gradient" in told["w_1"]


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_a_callout_tells_what_a_wire_hands_back(net: cgviz.Run, style: str) -> None:
    made = diagram(net, style=style, figure=Figure(notes=(Note("z_1 -> h_1"), Note("h_1", "saturates"))))
    notes = {box.key: box for box in made.layout.scene.boxes if box.rank == "note"}
    said = " ".join(text.text for text in notes["note0"].texts)
    step = next(s for s in net.steps if getattr(s, "edge", None) and s.edge.target == net.index("h_1"))
    assert said.replace("  ", " ") == step.caption()
    rooms = [at_box(made, box.key) for box in made.layout.scene.boxes]
    for note in notes:
        left, bottom, right, top = at_box(made, note)
        near = [r for r in rooms if r[0] < right and r[2] > left and r[1] < top and r[3] > bottom]
        assert near == [at_box(made, note)]


def at_box(made: object, key: str) -> tuple[float, float, float, float]:
    layout = made.layout  # type: ignore[attr-defined]
    (x, y), box = layout.centre(key), layout.scene.box[key]
    return x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2


@pytest.mark.parametrize("wrong", [Note("h_1"), Note("x_1 -> L"), Note("q -> L")])
def test_notes_that_point_at_nothing(net: cgviz.Run, wrong: Note) -> None:
    with pytest.raises(UsageError):
        diagram(net, figure=Figure().but(notes=(wrong,)))


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_what_is_pinned_far_away_is_still_on_its_page(net: cgviz.Run, style: str) -> None:
    made = diagram(net, style=style, fit="12cm", figure=Figure(pin={"L": (900, 40)}))
    root = ET.fromstring(made.draw("svg"))
    assert float(root.get("width", "").removesuffix("pt")) <= 12 * CM + 12
    layout = made.layout
    for wire in layout.scene.wires:
        if wire.target == f"n{net.index('L')}":
            tip = layout.axes.point(layout.plan.tip[wire.key])
            left, bottom, right, top = at_box(made, wire.target)
            assert left - 1 <= tip[0] <= right + 1
            assert bottom - 1 <= tip[1] <= top + 1


@pytest.mark.parametrize(
    "text", ['order = "x"', "groups = 3", "[groups]\na = 1", "[colours]\nx = 1", '[[notes]]\nx = "a"']
)
def test_a_figure_file_that_is_none_is_one_line(net: cgviz.Run, text: str, tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_text(text)
    with pytest.raises(UsageError):
        diagram(net, figure=path)


def test_tikz_has_an_authors_colours_and_joins_its_nodes(net: cgviz.Run) -> None:
    drawn = diagram(net, fit="12cm", figure=Figure(colours={"h_1": "#d9f99d"}, notes=(Note("h_1", "saturates"),)))
    text = drawn.draw("tikz").decode()
    assert "fill={rgb,255:red,217;green,249;blue,157}" in text
    nodes = set(re.findall(r"\\(?:node\[cg[^(]*\]|coordinate) \(([\w-]+)\)", text))
    wires = [line for line in text.splitlines() if line.startswith(r"\draw[cg wire")]
    assert len(wires) == len(drawn.layout.scene.wires)
    for wire in wires:
        found = re.findall(r"\]([\w-]+?)(?:\.center)?\)", wire)
        assert len(found) == 2
        assert set(found) <= nodes


@pytest.mark.parametrize(
    ("page", "size", "least"),
    [
        ("24x18cm", (24 * CM, 18 * CM), 18.0),
        ("12cm", (12 * CM, 6.75 * CM), 8.0),
        ("slide", (1440.0, 810.0), 14 * 1.5),
        ("column", (12 * CM, 6.75 * CM), 6.0),
    ],
)
def test_a_deck_is_made_for_its_page(page: str, size: tuple[float, float], least: float, net: cgviz.Run) -> None:
    """Its pages have that size, and texts on them at least the size that can be read there."""
    told = "" if page in ("slide", "column") else f"{least:g}pt"
    look = DeckLook(fit=page, min_text=told or None, figure=Figure(colours={"h_1": "#d9f99d"}))
    made = sheet(drawn(net, look), frames(net, "pass"), look)
    assert made.size == pytest.approx(size, abs=1)
    assert 13 * made.scale >= least
    assert made.drawing.layout.scene.box[f"n{net.index('h_1')}"].fill == "#d9f99d"
    pdf = PdfReader(io.BytesIO(pdf_deck(made.drawing, made.shown[:1], look, iter)))
    assert tuple(map(float, pdf.pages[0].mediabox[2:])) == pytest.approx(size, abs=1.5)


def test_a_deck_whose_texts_are_too_small_says_so_and_what_helps(net: cgviz.Run) -> None:
    with pytest.raises(UsageError, match="no page"):
        DeckLook(fit="large")
    look = DeckLook(fit="12cm", min_text="11pt", camera="whole")
    said = trouble(drawn(net, look), look)
    assert re.search(r"the smallest text is [\d.]+ pt on the page of 12cm, less than 11 pt: try --camera follow", said)
    followed = replace(look, camera="follow")
    assert trouble(drawn(net, followed), followed) == ""
    assert trouble(drawn(net, DeckLook()), DeckLook()) == ""


def test_groups_and_notes_are_under_the_camera_of_a_deck() -> None:
    """A row is of one group or of none; what a wire hands back is told when it does."""
    run = cgviz.run(f"# group loss: L\n{NET}")
    figure = Figure(notes=(Note("h_1", "saturates"), Note("z_1 -> h_1")))
    look = DeckLook(camera="follow", figure=figure)
    shown = frames(run, "stage")
    made = sheet(drawn(run, look), shown, look)
    assert made.camera
    assert [frame.title for frame in made.drawing.layout.frames] == ["layer 1", "layer 2", "loss"]
    h_1 = run.index("h_1")
    back = [step for step, each in enumerate(run.steps, 1) if isinstance(each, Backward) and each.edge.target == h_1]
    svgs = [file.decode() for _, file in pages.svg(made.drawing, shown, look, iter)]
    for frame, svg in zip(shown, svgs, strict=True):
        assert "saturates" in svg
        assert ("note1-wire" in svg) == (frame.step >= back[0])
    at = next(at for at, frame in enumerate(shown) if any(step.index == h_1 for step in frame.active))
    here = made.camera.seen(made.drawing.layout, made.pages[at])
    assert "note0" in {box.key for box in here.scene.boxes}
    assert "layer 1" in {frame.title for frame in here.frames}
    assert f"n{h_1}" in here.scene.box


# what repeats

RNN = "\n".join(
    [
        "w = 0.5; u = 0.3; b = 0.1; h0 = 0.1; y = 1",
        *(f"x{n} = 0.{n}" for n in range(1, 13)),
        *(f"h{n} = tanh(w*x{n} + u*h{n - 1} + b)" for n in range(1, 13)),
        "L = (h12 - y)**2",
    ]
)


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_steps_of_an_unrolled_network_are_one_node_with_a_count(style: str) -> None:
    run = cgviz.run(RNN)
    made = diagram(run, style=style, collapse=("repeats",))
    box = next(box for box in made.layout.scene.boxes if "collapsed" in box.classes)
    said = " ".join(text.text for text in box.texts)
    assert "h2 … h12" in said
    assert "11 × 4 stages" in said
    assert "11 inputs" in said
    assert {f"n{run.index(name)}" for name in ("h1", "L", "w", "x1")} <= made.layout.scene.box.keys()


def test_what_repeats_is_found_by_its_structure() -> None:
    graph = cgviz.read("\n".join(["v0 = x", *(f"v{n} = sin(v{n - 1})" for n in range(1, 400))]))
    (chain,) = repeats(graph)
    assert (chain.times, len(chain.members)) == (399, 399)
    other = cgviz.read("a = sin(x); b = cos(a); c = sin(b); d = exp(c); f = log(d)")
    assert repeats(other) == []
    layers = "\n".join(f"# group L{n}: z{n}, h{n}\nz{n} = w{n}*h{n - 1}\nh{n} = tanh(z{n})" for n in range(1, 9))
    graph = cgviz.read(f"h0 = x\n{layers}\nf = h8*2")
    (group,) = repeats(graph, groups_of(graph))
    assert (group.title, group.times, len(group.inputs)) == ("L1 … L8", 8, 8)


def test_a_picture_of_thousands_of_nodes_makes_few_boxes() -> None:
    run = cgviz.run("v0 = x\n" + "\n".join(f"v{n} = sin(v{n - 1})" for n in range(1, 3000)), x=1)
    made = diagram(run, everything=False)
    assert len(made.layout.scene.boxes) < 5
    assert "repeats" in made.left_out


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_wires_of_right_angles_keep_apart(style: str) -> None:
    made = diagram(cgviz.run(sample("mazur").text), style=style, wires="orthogonal", fit="slide").layout
    runs: list[tuple[str, int, float, float, float]] = []
    for wire in made.scene.wires:
        points = made.plan.path[wire.key]
        for a, b in zip(points[::3], points[3::3], strict=False):
            if max(abs(a[0] - b[0]), abs(a[1] - b[1])) > 4.1:  # no corner
                flat = 0 if abs(a[1] - b[1]) < 0.01 else 1
                assert abs(a[1 - flat] - b[1 - flat]) < 0.01
                runs.append((wire.source, flat, a[1 - flat], *sorted((a[flat], b[flat]))))
    for n, (source, flat, at, low, high) in enumerate(runs):
        for other, way, place, first, last in runs[:n]:
            if other != source and way == flat and first < high - 1 and low < last - 1:
                assert abs(at - place) > 1
    lines = diagram(cgviz.run(sample("mazur").text), style=style, wires="straight", fit="slide").layout
    assert {key: path[0] for key, path in lines.plan.path.items()} == {k: p[0] for k, p in made.plan.path.items()}
    with pytest.raises(UsageError, match="no wires 'round'"):
        diagram(cgviz.run("x*y"), wires="round")


def test_a_picture_larger_than_what_readers_open_is_one_line(
    net: cgviz.Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for format in ("png", "pdf"):
        with pytest.raises(RenderError, match=f"this {format.upper()} would be [\\d,]+ x [\\d,]+ p.*; write .svg"):
            diagram(net).draw(format, scale=20)


def test_a_pdf_has_a_title(net: cgviz.Run) -> None:
    drawn = diagram(net, title="Netz: θ₁ → L").draw("pdf")
    read = PdfReader(io.BytesIO(drawn), strict=True)
    assert read.metadata is not None
    assert read.metadata.title == "Netz: θ₁ → L"
    assert len(read.pages) == 1


@pytest.mark.parametrize(
    ("said", "line", "message"),
    [
        ('hide = []\norder = ["x_1", "nobody"]', 2, "no node 'nobody'"),
        ('order = ["h_1"]\n[colours]\nh_1 = "green"', 3, "is no #rrggbb"),
        ('edges = "both"\ncollapse = ["layer 9"]', 2, "no group 'layer 9'; there are 'layer 1', 'layer 2'"),
        ('[[notes]]\nat = "h_1"\ntext = "a"\n[[notes]]\nat = "x_1 -> p"', 5, "no wire runs from"),
        ('[shift]\n# L moves\nL = [1, "a"]', 3, "no pair of numbers"),
        ("\n[window]\nroom = 3", 3, "the window of a figure"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(
    said: str, line: int, message: str, tmp_path: Path, net: cgviz.Run
) -> None:
    path = tmp_path / "f.toml"
    path.write_text(said, "utf-8")
    with pytest.raises(UsageError) as caught:
        diagram(net, figure=path)
    assert re.match(rf"'.*f\.toml', line {line}: .*{re.escape(message)}", str(caught.value))


def test_what_is_widely_used_leads_nowhere_else() -> None:
    text = "a0 = x*y\n" + "\n".join(f"a{n} = sin(a{n - 1})*x - y/3" for n in range(1, 60))
    graph = cgviz.read(text)
    near = {graph.nodes[index].name for index in parts.around(graph, find(graph, "a9"), 4)}
    assert {"a8", "a10", "x"} <= near
    assert "a30" not in near
    assert "a30" in {graph.nodes[index].name for index in parts.around(graph, find(graph, "x"), 4)}
