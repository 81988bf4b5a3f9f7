"""The diagram: nothing overlaps, everything is named, the same program gives the same bytes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import sympy
from outlines import spots

import cgviz
from cgviz.drawing import engine
from cgviz.drawing.diagram import DIRECTIONS, STYLES, diagram, format_of, picture
from cgviz.drawing.diagram.axes import Axes, Point
from cgviz.drawing.diagram.plan import Plan
from cgviz.drawing.diagram.scene import Scene
from cgviz.drawing.diagram.spread import spread, within
from cgviz.drawing.diagram.words import name_of
from cgviz.drawing.theme import THEMES
from cgviz.errors import UsageError
from cgviz.graph.nodes import CONSTANT
from cgviz.reading import shipped
from cgviz.runs.run import Run
from cgviz.text.numbers import number

SVG = "{http://www.w3.org/2000/svg}"
LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
HOSTILE = [
    "x[b]",
    "x < y",
    "node",
    "graph",
    "lambda",
    "dx",
    "a\\nb",
    '"',
    "&",
    "<b>",
    "\\N",
    "&lt;",
    "a;b",
    "x:y",
    "%s",
    "é½",
]
SAMPLES = {sample.name: sample.text for sample in shipped.samples()}
PROGRAMS = {
    **SAMPLES,
    "gates of the lecture": "f = 1/(1 + exp(-(x*2 - 3/y)))**2 - 1",
    "long names": "a_very_long_name_of_an_input*another_name_that_never_ends + a_very_long_name_of_an_input",
    "many terms": " + ".join(f"w{i}*x{i % 3}" for i in range(9)),
    "many factors": "*".join(f"w{i}" for i in range(7)) + " + w0",
    "unused": "a = x*y; b = a + 1; c = sigmoid(b); f = a*z",
    "unicode": "σ(α·β + γ₁) + exp(θ)/Ω",
    "constant": "2*3 + 1",
    "input": "x",
    "power tower": "x**x**x + x",
    "crossing": "a = x1*y3; b = x2*y2; c = x3*y1; f = a*c + b*a + c*x1 + y3",
}
Rectangle = tuple[float, float, float, float]


def run_of(program: str, detail: str = "stage") -> Run:
    """Returns a run with values for every input that has none."""
    symbolic = cgviz.run(program, detail=detail)
    if not symbolic.symbolic:
        return symbolic
    names = [symbolic.graph.nodes[i].name for i in symbolic.graph.inputs]
    return cgviz.run(program, {name: 0.37 * (i + 1) - 1 for i, name in enumerate(names)}, detail=detail)


@pytest.fixture(scope="module")
def lecture() -> Run:
    return cgviz.run(LECTURE, x=3, y=-4)


def planned_scene(run: Run, style: str, direction: str, **wishes: Any) -> tuple[Scene, Axes, Plan]:
    made = diagram(run, style=style, direction=direction, **wishes).layout
    return made.scene, made.axes, made.plan


def scene_of(run: Run, style: str) -> Scene:
    return diagram(run, style=style).layout.scene


def rectangles(scene: Scene, axes: Axes, plan: Plan) -> dict[str, Rectangle]:
    """Returns the room of every box, caption and text as (left, bottom, right, top)."""
    found = {}

    def enter(name: str, centre: Point, width: float, height: float) -> None:
        x, y = axes.point(centre)
        found[name] = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    for box in scene.boxes:
        enter(box.key, plan.centre[box.key], box.width, box.height)
        if box.caption:
            enter(f"{box.key} caption", plan.caption[box.key], *axes.size(*axes.lines(box.caption)))
    for key, texts in plan.texts.items():
        for i, (text, centre) in enumerate(texts):
            enter(f"{key} text {i} {text.text}", centre, text.width, text.height)
    return found


def overlaps(a: Rectangle, b: Rectangle, slack: float = 0.1) -> bool:
    return a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack


def points_on(path: list[Point], steps: int = 12) -> Iterator[Point]:
    for start in range(0, len(path) - 1, 3):
        a, b, c, d = path[start : start + 4]
        for n in range(steps + 1):
            t = n / steps
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (sum(w * p[k] for w, p in zip(weights, (a, b, c, d), strict=True)) for k in (0, 1))
            yield x, y


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_overlaps(name: str, style: str) -> None:
    stages, (one, other) = run_of(PROGRAMS[name]), DIRECTIONS
    bare, gates = Run(stages.bare, None), run_of(PROGRAMS[name], "gate")
    both = ((stages, one), (bare, other)) if style == "card" else ((stages, other), (gates, one))
    for run, direction in both:
        scene, axes, plan = planned_scene(run, style, direction)
        rooms = rectangles(scene, axes, plan)
        assert_nothing_overlaps(rooms)
        assert_wires_keep_clear(scene, axes, plan, rooms)


def assert_nothing_overlaps(rooms: dict[str, Rectangle]) -> None:
    ordered = sorted(rooms.items(), key=lambda item: item[1][0])
    for n, (one, a) in enumerate(ordered):
        for other, b in ordered[n + 1 :]:
            if b[0] > a[2]:
                break
            assert not overlaps(a, b), f"{one} overlaps {other}"


def assert_wires_keep_clear(scene: Scene, axes: Axes, plan: Plan, rooms: dict[str, Rectangle]) -> None:
    """No wire crosses a text, also not its own, and none crosses a box."""
    ordered = sorted(rooms.items(), key=lambda item: item[1][0])
    lefts, widest = [room[0] for _, room in ordered], max(room[2] - room[0] for room in rooms.values())
    for wire in (*scene.wires, *scene.trunks):
        for x, y in map(axes.point, points_on(plan.path[wire.key])):
            for name, room in ordered[bisect_left(lefts, x - widest) : bisect_left(lefts, x)]:
                crosses = name not in (wire.source, wire.target) and overlaps((x, y, x, y), room, slack=0.5)
                assert not crosses, f"{wire.key} crosses {name}"


@pytest.mark.parametrize("style", STYLES)
def test_inputs_at_the_left_and_output_at_the_right(lecture: Run, style: str) -> None:
    scene, _, plan = planned_scene(lecture, style, "LR", inputs="left", fold=False)
    along = {key: place[0] for key, place in plan.centre.items()}
    inputs = [along[box.key] for box in scene.boxes if box.rank == "source"]
    output = next(along[box.key] for box in scene.boxes if box.rank == "sink")
    assert set(inputs) == {min(along.values())}
    assert output == max(along.values())


def test_inputs_stand_as_written_where_no_more_wires_cross() -> None:
    run = cgviz.run("1/(1+exp(-(w0*x0 + w1*x1 + w2)))", detail="gate")
    scene, _, plan = planned_scene(run, "circuit", "LR", inputs="left", fold=False)
    names = sorted((plan.centre[box.key][1], box.texts[0].text) for box in scene.boxes if box.rank == "source")
    assert [name for _, name in names] == ["w0", "x0", "w1", "x1", "w2"]


@pytest.mark.parametrize("style", STYLES)
def test_all_texts_are_inside_the_picture(lecture: Run, style: str) -> None:
    from cgviz.drawing.engine import text_width

    root = ET.fromstring(picture(lecture, style=style))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    shift = re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", next(root.iter(f"{SVG}g")).get("transform", ""))
    assert shift
    for text in root.iter(f"{SVG}text"):
        wide = text_width(text.text or "", float(text.get("font-size", "")), text.get("font-weight") == "bold")
        x, y = left_of(text, wide) + float(shift[1]), float(text.get("y", "")) + float(shift[2])
        assert 0 <= x <= x + wide <= width
        assert 9 <= y <= height - 3


def test_texts_of_a_card_keep_off_its_sides(lecture: Run) -> None:
    from cgviz.drawing.engine import text_width

    root = ET.fromstring(picture(lecture))
    cards = [group for group in root.iter(f"{SVG}g") if {"stage", "input"} & {*group.get("class", "").split()}]
    assert len(cards) == 10
    for card in cards:
        outline = [x for x, _ in spots(card.find(f"{SVG}path").get("d", ""))]  # type: ignore[union-attr]
        for text in card.iter(f"{SVG}text"):
            if len(text):
                continue  # scripts are smaller than the text
            bold = text.get("font-weight") == "bold"
            wide = text_width("".join(text.itertext()), float(text.get("font-size", "")), bold)
            assert min(outline) + 7 < left_of(text, wide)
            assert left_of(text, wide) + wide < max(outline) - 7


def left_of(text: ET.Element, width: float) -> float:
    """Returns the left end of a text, whichever end it hangs by."""
    return (
        float(text.get("x", "")) - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
    )


def test_card_shows_every_number_of_the_run(lecture: Run) -> None:
    shown = texts(picture(lecture))
    for index, node in enumerate(lecture.graph.nodes):
        assert {node.shown, number(lecture.values[index]), number(lecture.gradients[index])} <= shown
    assert {"× 2·xpy", "× −1/den2", "× (1 − sigx)·sigx", "= num·invden"} <= shown


def texts(svg: bytes) -> set[str]:
    """Returns what the texts of a picture say, scripts as plain digits."""
    return {"".join(text.itertext()).strip() for text in ET.fromstring(svg).iter(f"{SVG}text")}


def names_in_pieces(svg: bytes) -> set[str]:
    """Returns the names in Graphviz's picture, where letters that are slanted are a text of their own."""
    pieces: dict[str, str] = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if "name" in group.get("class", "").split():
            owner = group.findtext(f"{SVG}title", "").partition("-")[0]
            pieces[owner] = pieces.get(owner, "") + "".join(text.text or "" for text in group.iter(f"{SVG}text"))
    return {*pieces.values()}


def test_circuit_shows_contributions_and_their_total(lecture: Run) -> None:
    x = lecture.graph.inputs[0]
    dot = diagram(lecture, style="circuit").dot
    assert len(lecture.contributions[x]) == 3
    for value in [*(edge.value for edge in lecture.contributions[x]), lecture.gradients[x]]:
        assert f">{number(value)}<" in dot


@pytest.mark.parametrize(
    ("program", "glyph"),
    [("x + 1", "+1"), ("-x", "×−1"), ("2*x", "×2"), ("x/2", "÷2"), ("x - 3", "−3"), ("3 - x", "3−"), ("x**2", "x²")],
)
def test_constants_are_folded_into_their_gate(program: str, glyph: str) -> None:
    run = cgviz.run(program, x=5)
    scene = scene_of(run, "circuit")
    assert [box.texts[0].text for box in scene.boxes if "stage" in box.classes] == [glyph]


@pytest.mark.parametrize("name", SAMPLES)
def test_symbolic_state_has_no_numbers(name: str) -> None:
    run, style = run_of(SAMPLES[name]), STYLES[len(name) % 2]
    scene = scene_of(Run(run.bare, None), style)
    kinds = {text.kind for box in scene.boxes for text in box.texts}
    for wire in (*scene.wires, *scene.trunks):
        kinds |= {text.kind for text in (wire.before, wire.after, wire.beside) if text}
    assert not kinds & {"value", "contribution"}
    assert "∂" in diagram(Run(run.bare, None), style=style).dot


@pytest.mark.parametrize("style", STYLES)
def test_hostile_names_appear_whole(style: str) -> None:
    total = sympy.Add(*(sympy.Symbol(name) for name in HOSTILE), evaluate=False)
    run = cgviz.run(total, {name: i for i, name in enumerate(HOSTILE)})
    made = diagram(run, style=style)
    shown = texts(made.draw("svg"))
    names = {name_of(node) for node in run.graph.nodes if node.op is not CONSTANT}
    assert {name.replace("\n", "\\n") for name in names} <= shown
    assert {name.replace("\n", "\\n") for name in names} <= names_in_pieces(engine.draw(made.dot, "svg"))
    assert made.draw("pdf").startswith(b"%PDF")
    assert made.draw("png").startswith(b"\x89PNG")


def test_dot_text_draws_the_same_picture(lecture: Run) -> None:
    made = diagram(lecture)
    drawn = engine.draw(made.draw("dot").decode(), "svg")
    theirs, ours = (
        [spots(path.get("d", "")) for path in ET.fromstring(svg).iter(f"{SVG}path")]
        for svg in (drawn, made.draw("svg"))
    )
    for axis in (0, 1):
        along = [[[spot[axis] for spot in path] for path in paths] for paths in (theirs, ours)]
        spans = [sorted(max(each) - min(each) for each in paths) for paths in along]
        assert spans[0] == pytest.approx(spans[1], abs=1.5)


def test_parts_have_ids_classes_titles_and_descriptions(lecture: Run) -> None:
    root = ET.fromstring(picture(lecture))
    groups = {group.get("id", ""): group for group in root.iter(f"{SVG}g")}
    assert len(groups) == len(list(root.iter(f"{SVG}g")))
    prefixes = {name.partition("-")[0] for name in groups}
    assert len(prefixes) == 1
    (prefix,) = prefixes
    assert re.fullmatch(r"cg[0-9a-f]{8}", prefix)
    for group in groups.values():
        if group.get("class") != "graph":
            assert group.findtext(f"{SVG}title")
            assert group.findtext(f"{SVG}desc")
    xpy = groups[f"{prefix}-n{next(i for i, node in enumerate(lecture.graph) if node.name == 'xpy')}"]
    assert xpy.findtext(f"{SVG}title") == "(4) xpy = x + y"
    assert (xpy.findtext(f"{SVG}desc") or "").startswith("value −1; ∂f/∂xpy = 1.583; the gate distributes")
    assert set((xpy.get("class") or "").split()) == {"node", "stage", "step-4"}
    assert not list(root.iter(f"{SVG}a"))


def test_numbers_know_their_step(lecture: Run) -> None:
    root = ET.fromstring(picture(lecture))
    steps = lecture.steps
    shown = {(text.get("class"), text.text) for text in root.iter(f"{SVG}text")}
    for n, step in enumerate(steps, 1):
        kind = "value" if n <= len(lecture.graph.stages) else None
        if kind:
            assert (f"value step-{n}", number(step.value)) in shown
    assert (f"gradient step-{len(lecture.graph.stages) + 1}", "1") in shown
    last = max(n for n, step in enumerate(steps, 1) if step.index == lecture.graph.inputs[0])
    assert (f"gradient step-{last}", number(lecture.gradient["x"])) in shown


def test_alternative_text(lecture: Run) -> None:
    root = ET.fromstring(picture(lecture))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == f"Computational graph of {LECTURE}"
    assert root.findtext(f"{SVG}desc") == (
        "At x = 3, y = −4 the value of f is 1.546; the gradient is ∂f/∂x = 2.06, ∂f/∂y = 1.592."
    )


def test_ids_tell_programs_apart() -> None:
    one, other = (set(re.findall(r'id="([^"]+)"', picture(cgviz.run(p, x=2)).decode())) for p in ("x*x", "x+x"))
    assert one
    assert not one & other


def test_two_edges_between_the_same_nodes() -> None:
    scene, _, plan = planned_scene(cgviz.run("x*x", x=3), "card", "LR")
    assert len(scene.wires) == 2
    first, second = (plan.tip[wire.key] for wire in scene.wires)
    assert first != second


def test_flags_are_shown() -> None:
    assert ">tie<" in diagram(cgviz.run("max(x, y)", x=2, y=2)).dot
    assert ">division by zero<" in diagram(cgviz.run("x/(x + y)", x=2, y=-2), style="circuit").dot
    assert ">does not reach f<" in diagram(cgviz.run("a = x + 1; f = x*x", x=2)).dot


def test_branch_not_taken_is_dashed() -> None:
    scene = scene_of(cgviz.run("where(x > 0, log(x), x**2)", x=-1.5), "card")
    assert [wire.dashed for wire in scene.into[scene.boxes[-1].key]] == [True, True, False]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("style", STYLES)
def test_themes_colour_values_and_gradients(lecture: Run, theme: str, style: str) -> None:
    colours = THEMES[theme]
    root = ET.fromstring(picture(lecture, style=style, theme=theme, background="filled"))
    found = {(text.get("class") or "").split()[0]: text for text in root.iter(f"{SVG}text")}
    assert found["value"].get("fill") == colours.value
    assert found["gradient"].get("fill") == colours.gradient
    assert (found["gradient"].get("font-style") == "italic") == colours.slanted
    assert colours.value != colours.gradient
    assert next(root.iter(f"{SVG}polygon")).get("fill") == colours.background


def test_background_is_transparent_unless_asked_for(lecture: Run) -> None:
    first = ET.fromstring(picture(lecture)).find(f"{SVG}g/{SVG}polygon")
    assert first is None or first.get("fill") == "none"


def test_digits(lecture: Run) -> None:
    assert ">1.5456449<" in diagram(lecture, digits=8).dot


def test_scale(lecture: Run) -> None:
    once, twice = (
        float(ET.fromstring(picture(lecture, scale=scale)).get("width", "").removesuffix("pt")) for scale in (1, 2)
    )
    assert twice == pytest.approx(2 * once, rel=0.01)


@pytest.mark.parametrize(
    "option",
    [
        {"style": "cards"},
        {"theme": "solarized"},
        {"direction": "RL"},
        {"background": "a b"},
        {"background": "#12"},
        {"format": "gif"},
    ],
)
def test_options_that_there_are_not(lecture: Run, option: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="there are"):
        picture(lecture, **option)  # type: ignore[arg-type]


def test_format_of_a_file() -> None:
    assert format_of("a.b.PDF") == "pdf"
    with pytest.raises(UsageError, match="ends in"):
        format_of("picture.gif")


def test_a_wire_along_hundreds_of_stages_is_drawn() -> None:
    drawn = diagram(cgviz.run("(" * 80 + "x" + "+1)*y" * 80), ghosts="never", fold=False)
    assert '" + "' in drawn.dot
    assert drawn.draw("svg").count(b'class="edge wire') >= 160


def test_spread_keeps_order_and_distance() -> None:
    places = spread([0, 0, 10, 10.5], [4, 4, 4])
    assert all(b - a >= 4 - 1e-9 for a, b in pairwise(places))
    assert sum(places) == pytest.approx(20.5)
    assert spread([0.0, 100.0], [4.0]) == [0, 100]


def test_within_moves_inside() -> None:
    assert within([-9, 0, 30], [2, 2], -5, 5) == [-5, 0, 5]


def test_a_picture_that_is_fitted_is_no_wider_than_its_page_margin_included() -> None:
    run = cgviz.run("(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)", {"x": 3, "y": -4})
    drawn = picture(run, "svg", fit="12cm", embed_font=False).decode()
    assert float(re.findall(r'width="([\d.]+)pt"', drawn)[0]) <= 12 / 2.54 * 72 + 1


def test_the_dot_of_a_fan_out_is_drawn_where_a_ghost_stands_for_its_other_use() -> None:
    run = cgviz.run("a = x**2; b = a + 1; c = exp(b); d = c*2; e = d + 3; g = sin(e); h = g*x; h", {"x": 0.5})
    made = diagram(run, style="circuit", fold=False, direction="LR")
    (trunk,) = (trunk for trunk in made.layout.scene.trunks if trunk.source == "n0")
    assert len(made.layout.scene.out["n0"]) == 1
    assert f'id="{made.prefix}{trunk.target}"' in made.draw(embed_font=False).decode()


@pytest.mark.parametrize(
    ("wishes", "why"),
    [({"inputs": "right"}, "near, left"), ({"ghosts": "no"}, "auto, never"), ({"min_text": "9pt"}, "give its fit")],
)
def test_a_wish_that_there_is_not_is_refused(wishes: dict[str, str], why: str) -> None:
    with pytest.raises(cgviz.CgvizError, match=why):
        diagram(cgviz.run("x*y", x=1, y=2), **wishes)  # type: ignore[arg-type]
