"""The live page, used in a real browser: by clicks, keys and sliders; its numbers against those of the run."""

from __future__ import annotations

import json
import math
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import sympy
from browser import SHOWN
from examples import SCALAR
from strategies import SPELLINGS

import cgviz
from cgviz.cli import main
from cgviz.codegen.browser import UnwrittenGateError, library, program
from cgviz.drawing.diagram.known import known
from cgviz.errors import printable
from cgviz.ops.op import Op, ops
from cgviz.players.page import page
from cgviz.runs.run import Run
from cgviz.text.numbers import number

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
SAMPLES = {sample.name: sample.text for sample in SCALAR}
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def context(browser: Any) -> Any:
    return browser.new_context(viewport={"width": 1280, "height": 800})


@lru_cache(maxsize=1)
def lecture_page() -> bytes:
    return page(lecture())


@pytest.fixture
def opened(context: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a run from disk; fails on errors in the page and on anything that it asks a network for."""
    troubles: list[str] = []

    def open_page(run: Run, state: str = "", **look: Any) -> Any:
        file = tmp_path / "f.html"
        file.write_bytes(lecture_page() if run is lecture() and not look else page(run, **look))
        tab = context.new_page()
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("request", lambda request: note_request(request.url))
        tab.goto(file.as_uri() + state)
        return tab

    def note_request(url: str) -> None:
        if not url.startswith(("file:", "data:")):
            troubles.append(url)

    yield open_page
    for tab in context.pages:
        tab.close()
    assert troubles == []


@lru_cache(maxsize=1)
def lecture() -> Run:
    return cgviz.run(LECTURE, x=3, y=-4)


def with_values(text: str) -> Run:
    run = cgviz.run(text)
    return run if not run.symbolic else cgviz.run(text, dict.fromkeys(run.gradient, 1.0))


def decoded(value: Any) -> float | None:
    return None if value is None else float(value)


def agree(mine: float | None, other: float | None, digits: float = 1e-9) -> bool:
    if mine is None or other is None:
        return mine is other
    if math.isnan(mine) or math.isnan(other):
        return math.isnan(mine) and math.isnan(other)
    return mine == other or abs(mine - other) <= digits * max(1.0, abs(mine))


def numbers_of(tab: Any) -> tuple[list[float | None], list[float | None]]:
    found = tab.evaluate(
        "() => [cgviz.run().values, cgviz.run().gradients].map(all => all.map(x => x === null ? null : String(x)))"
    )
    spelled = [[None if one is None else one.replace("Infinity", "inf") for one in numbers] for numbers in found]
    values, gradients = ([decoded(one) for one in numbers] for numbers in spelled)
    return values, gradients


def check_against_python(tab: Any, run: Run, rng: random.Random, times: int = 4) -> None:
    names = [run.graph.nodes[index].name for index in run.graph.inputs]
    for _ in range(times):
        inputs = [rng.uniform(-3, 3) for _ in names]
        tab.evaluate("inputs => cgviz.set(inputs)", inputs)
        values, gradients = numbers_of(tab)
        here = cgviz.run(run.bare, dict(zip(names, inputs, strict=True)))
        for index, node in enumerate(here.graph.nodes):
            assert agree(here.values[index], values[index]), node
            assert agree(here.gradients[index] or 0.0, gradients[index] or 0.0), node
        steps = tab.evaluate("() => cgviz.run().steps.map((_, i) => cgviz.caption(i + 1))")
        assert steps == [printable(step.caption()) for step in here.steps]


# numbers


@pytest.mark.parametrize("name", SAMPLES)
def test_numbers_and_captions_agree_with_the_run(name: str, opened: Open) -> None:
    run = with_values(SAMPLES[name])
    tab = opened(run)
    check_against_python(tab, run, random.Random(name))


@pytest.mark.parametrize("seed", range(12))
def test_numbers_of_random_programs(seed: int, opened: Open) -> None:
    rng = random.Random(seed)
    run = with_values(drawn(rng, 4))
    check_against_python(opened(run), run, rng, times=2)


def drawn(rng: random.Random, depth: int) -> str:
    """Returns a random expression that is finite wherever its inputs are small."""
    if depth == 0:
        return rng.choice(["x", "y", "z", "0.5", "2"])
    spelling = rng.choice(list(SPELLINGS.values()))
    return spelling.format(*(drawn(rng, depth - 1) for _ in range(spelling.count("{}"))))


def written_ops() -> list[Op]:
    return [op for op in ops() if op.name != "copy" and op.vjp is None]


def test_every_op_says_the_same_in_javascript(browser: Any) -> None:
    """Each op at many points: its value and its local derivatives; those without a form in JavaScript are few."""
    tab, rng, without = browser.new_page(), random.Random(5), set()
    for op in written_ops():
        least, most = op.arity
        for count in {least, min(most or 3, 3)}:
            graph = cgviz.read(f"{op.name}(2, y)" if op.fixed else f"{op.name}({', '.join('xyz'[:count])})")
            try:
                source = program(graph)
            except UnwrittenGateError as error:
                without.add(str(error).split()[0])
                continue
            points = [[rng.choice(draws)(rng) for _ in graph.inputs] for draws in [DRAWS] * 25]
            for point, (values, slopes) in zip(points, evaluated(tab, graph, source, points), strict=True):
                names = [graph.nodes[index].name for index in graph.inputs]
                run = cgviz.run(graph, dict(zip(names, point, strict=True)))
                if any(
                    "pole" in op.domain(*(run.values[a] or 0.0 for a in node.args))
                    for node in run.graph
                    if node.is_stage
                ):
                    continue
                for index in graph.stages:
                    assert agree(run.values[index], decoded(values[index])), (op, point)
                    for mine, other in zip(run.locals[index], slopes[index], strict=True):
                        assert agree(mine, decoded(other)), (op, point)
    tab.close()
    assert not without & {"sigmoid", "tanh", "exp", "log", "relu", "gelu", "where", "max", "pow", "erf", "gamma"}


DRAWS = [
    lambda rng: rng.uniform(-1, 1),
    lambda rng: rng.uniform(-8, 8),
    lambda rng: rng.uniform(0.1, 12),
    lambda rng: float(rng.randint(-3, 3)),
]


def evaluated(tab: Any, graph: Any, source: str, points: list[list[float]]) -> Any:
    start = [node.value or 0 for node in graph.nodes]
    told = "x === null ? null : String(x).replace('Infinity', 'inf')"
    return tab.evaluate(
        f"""([points, inputs, start]) => {{ {library()} {source}
        return points.map(point => {{
          const v = start.slice(); inputs.forEach((index, i) => v[index] = point[i]); forward(v);
          return [v.map(x => {told}), slopes(v).map(own => own && own.map(x => {told}))];
        }}) }}""",
        [points, list(graph.inputs), start],
    )


def test_numbers_are_written_as_everywhere(opened: Open) -> None:
    rng = random.Random(3)
    drawn = [rng.choice([-1, 1]) * 10 ** rng.uniform(-12, 12) for _ in range(400)]
    drawn += [0.0, 0.15625, 0.5, 2.5, 99995.0, 999999.9, 123456.7, 1e6, 1e-4, 9.9999e-5, 1e300, 12345678.0, 0.1 + 0.2]
    tab = opened(lecture())
    for digits in (1, 4, 9):
        said = tab.evaluate("([numbers, digits]) => numbers.map(x => cgviz.number(x, digits))", [drawn, digits])
        assert said == [number(one, digits) for one in drawn]


def test_the_tangent_is_the_gradient_seen_from_the_other_end(opened: Open) -> None:
    run = lecture()
    tab = opened(run, "#show=tangent&wrt=1")
    tangents = tab.evaluate("() => cgviz.run().tangents")
    assert agree(tangents[run.graph.output], run.gradient["y"])
    assert tangents[0] == 0


# steps


def test_keys_and_buttons_step(opened: Open) -> None:
    run, tab = lecture(), None
    tab = opened(run)
    last = len(run.steps)
    assert tab.inner_text("#count") == f"step {last} of {last}"
    tab.keyboard.press("Home")
    tab.wait_for_function("() => document.getElementById('count').textContent.startsWith('step 0')")
    for place, step in enumerate(run.steps[:10], 1):
        tab.click("#forward") if place % 2 else tab.keyboard.press("ArrowRight")
        tab.wait_for_function(f"() => document.getElementById('count').textContent === 'step {place} of {last}'")
        assert tab.inner_text("#caption") == step.caption()
    tab.keyboard.press("ArrowLeft")
    tab.click("#back")
    tab.wait_for_function(f"() => document.getElementById('count').textContent === 'step 8 of {last}'")
    tab.keyboard.press("1")
    tab.keyboard.press("2")
    tab.wait_for_function(f"() => document.getElementById('count').textContent === 'step 12 of {last}'")
    tab.keyboard.press("End")
    tab.wait_for_function(f"() => document.getElementById('count').textContent === 'step {last} of {last}'")


def test_space_plays_and_pauses(opened: Open) -> None:
    tab = opened(lecture(), "#step=3")
    tab.keyboard.press("Space")
    tab.wait_for_function("() => document.getElementById('count').textContent.startsWith('step 4')")
    tab.keyboard.press("Space")
    assert tab.get_attribute("#play", "aria-label") == "play"


@pytest.mark.parametrize("style", ["card", "circuit"])
def test_what_is_not_known_is_invisible_and_nothing_moves(style: str, opened: Open) -> None:
    run = lecture()
    tab = opened(run, style=style)
    when = known(run)
    places = tab.evaluate(PLACES)
    for step in (0, 1, 5, 8, 9, 10, 15, len(run.steps)):
        tab.evaluate("step => cgviz.go(step)", step)
        assert tab.evaluate(PLACES) == places
        seen = tab.evaluate(SEEN)
        expected = sorted(
            kind for kind in ("value", "gradient") for first in getattr(when, kind).values() if first <= step
        )
        if style == "card":
            assert sorted(seen) == expected


PLACES = """() => [...document.querySelectorAll('.picture:not([hidden]) text')]
  .map(t => t.getAttribute('x') + ' ' + t.getAttribute('y'))"""
SEEN = """() => [...document.querySelectorAll('.picture:not([hidden]) :is(text.value, text.gradient)')]
  .filter(t => getComputedStyle(t).visibility === 'visible').map(t => t.classList[0])"""


def test_classes_of_steps_are_those_of_the_run() -> None:
    run = lecture()
    text = page(run).decode()
    assert max(map(int, re.findall(r"step-(\d+)", text))) == len(run.steps)


# inputs


def test_a_slider_and_a_field_recompute(opened: Open) -> None:
    tab = opened(lecture())
    tab.fill("#field-0", "1.5")
    tab.focus("#slider-1")
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("() => cgviz.state().inputs[0] === 1.5 && cgviz.state().inputs[1] !== -4")
    inputs = tab.evaluate("() => cgviz.state().inputs")
    here = cgviz.run(LECTURE, x=inputs[0], y=inputs[1])
    tab.wait_for_function("text => byId('result').textContent === text", arg=f"f = {number(here.value)}")
    shown = tab.locator(".picture.card.LR g.output text.value").text_content()
    assert shown == number(here.value)
    assert number(here.gradient["x"]) in tab.inner_text("#rows tr:first-child")
    tab.click("#reset")
    tab.wait_for_function("() => cgviz.state().inputs[0] === 3")


def test_descent_falls_and_ascent_rises(opened: Open) -> None:
    run = cgviz.run("(x-1)**2 + y**2", x=3, y=2)
    tab = opened(run)
    tab.fill("#rate", "0.25")
    tab.click("#descend")
    assert tab.evaluate("() => cgviz.state().inputs") == [2, 1]
    tab.click("#ascend")
    assert tab.evaluate("() => cgviz.state().inputs") == [2.5, 1.5]


def test_a_branch_that_switches_changes_the_steps(opened: Open) -> None:
    run = cgviz.run("where(x > 0, x*y, sin(y))", x=1, y=2)
    tab = opened(run)
    check_against_python(tab, run, random.Random(0), times=6)


@pytest.mark.parametrize("ties", ["split", "first", "both"])
def test_ties_are_handled_as_asked(ties: str, opened: Open) -> None:
    run = cgviz.run("max(x, y, 2) + min(x, y)", x=2, y=2, ties=ties)
    values, gradients = numbers_of(opened(run))
    assert (values, gradients) == (list(run.values), list(run.gradients))


def test_an_op_without_javascript_stops_the_sliders_and_says_so(opened: Open) -> None:
    run = cgviz.run("airyai(x)*y", x=1, y=2)
    tab = opened(run)
    assert "airyai has no form in JavaScript" in tab.inner_text("#fixed")
    assert tab.is_disabled("#slider-0")
    assert not tab.is_visible("#descend")
    values, gradients = numbers_of(tab)
    assert values == list(run.values)
    assert gradients == list(run.gradients)
    tab.click("#back")
    tab.wait_for_function(f"() => cgviz.state().step === {len(run.steps) - 1}")
    assert tab.inner_text("#caption") == run.steps[-2].caption()


# the node that is looked at, predictions, the link


def test_a_node_tells_where_its_gradient_comes_from(opened: Open) -> None:
    tab = opened(lecture())
    tab.hover(".picture.card.LR g[id$='-n0']")
    tab.evaluate(SHOWN)
    said = tab.inner_text("#node-facts")
    for text in ("dxpy · 1 = 1.583 · 1 = 1.583", "dsigx · ((1 − sigx)·sigx)", "2.06"):
        assert text in said
    assert "aside" not in (tab.get_attribute(".picture.card.LR g[id$='-n4']", "class") or "")
    assert "aside" in (tab.get_attribute(".picture.card.LR g[id$='-n1']", "class") or "")


def test_predictions_are_marked_and_counted(opened: Open) -> None:
    run = lecture()
    tab = opened(run)
    tab.click("#predict")
    assert tab.inner_text("#symbol") == "∂f/∂num ="
    assert number(run.gradient["x"]) not in tab.inner_text("body")
    tab.fill("#answer", "7")
    tab.click("#check")
    assert tab.inner_text("#verdict").startswith("✗")
    tab.fill("#answer", "−0.512")
    tab.keyboard.press("Enter")
    assert "sign" in tab.inner_text("#verdict")
    tab.fill("#answer", "0.512")
    tab.keyboard.press("Enter")
    assert tab.inner_text("#verdict").startswith("✓")
    tab.wait_for_function("() => document.getElementById('symbol').textContent === '∂f/∂invden ='")
    assert tab.inner_text("#score") == "1 right · 2 wrong · 8 to go"
    assert "0.5121" in tab.inner_text("#rows")
    tab.click("#reveal")
    assert "3.018" in tab.inner_text("#verdict")


def test_the_link_carries_the_state(opened: Open) -> None:
    tab = opened(lecture(), "#at=1,2&step=9&show=value&style=circuit&theme=dark")
    tab.evaluate(SHOWN)
    state = tab.evaluate("() => cgviz.state()")
    assert (state["inputs"], state["step"], state["show"]) == ([1, 2], 9, "value")
    assert (state["style"], tab.get_attribute("html", "data-theme")) == ("circuit", "dark")
    tab.click("button[data-show=symbols]")
    tab.wait_for_function("() => location.hash.includes('show=symbols') && location.hash.includes('at=1,2')")


def test_a_broken_link_is_no_trouble(opened: Open) -> None:
    tab = opened(lecture(), "#at=1,zwei&step=-3&show=<b>&wrt=99&style=x&theme=y&%E0%A4%A")
    assert tab.evaluate("() => cgviz.state().inputs") == [3, -4]


# what the user wrote is never markup


NASTY = [
    "</script><script>boom()</script>",
    "x<b>",
    "&amp;",
    "'\"`${boom()}",
    "{{facts}}",
    "]]>",
    "<!--",
    "v[0]",
    "a\u202eb",
]


def test_names_are_never_markup(opened: Open) -> None:
    total = sympy.Add(*(sympy.Symbol(name) for name in NASTY), evaluate=False)
    run = cgviz.run(total, {sympy.Symbol(name): 2.0 for name in NASTY})
    tab = opened(run)
    told = tab.locator("#rows .name").all_text_contents()
    assert {*NASTY[:-1], r"a\u202eb"} <= set(told)
    assert tab.locator("script").count() == 2
    assert "\u202e" not in tab.inner_text("body")
    check_against_python(tab, run, random.Random(0), times=1)


# the file


@pytest.mark.parametrize("name", ["staged", "branch", "tie-max"])
def test_the_page_is_the_same_every_time_and_loads_nothing(name: str) -> None:
    run = with_values(SAMPLES[name])
    first = page(run)
    assert first == page(with_values(SAMPLES[name]))
    text = first.decode()
    addresses = set(re.findall(r"""(?:https?:)?//[a-z0-9.]+\.[a-z]+[^\s"']*""", text.replace("\n//", "")))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<link[^>]+stylesheet|@import|<script[^>]+src=|eval\(|new Function|innerHTML", text)


def test_the_facts_are_json() -> None:
    text = page(lecture()).decode()
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', text, re.DOTALL)
    assert found
    assert json.loads(found[1])["output"] == lecture().graph.output


# the command


def test_the_command_writes_a_page(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["page", "f = x*y", "--x", "4", "--y", "-3"]) == 0
    assert (tmp_path / "f.html").read_bytes() == page(cgviz.run("f = x*y", x=4, y=-3))
    assert capsys.readouterr().err == "wrote f.html\n"


def test_its_help_loads_nothing_heavy() -> None:
    code = "import sys; from cgviz.cli import main; main(['page', '--help']); print({'sympy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("set()\n")


def test_inputs_without_values_start_at_one(tmp_path: Path, capsys: Any) -> None:
    assert main(["page", "x*y", "-o", str(tmp_path / "p.html")]) == 0
    assert "every input starts at 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["-o", "p.svg"], ["-o", "nowhere/p.html"], ["--style", "cubist"], ["-o", "-", "--show"]]
)
def test_what_cannot_be_written_is_refused(arguments: list[str], capsys: Any) -> None:
    assert main(["page", "x*y", "--x", "1", "--y", "2", *arguments]) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


def test_numbers_that_are_not_finite_are_shown_and_told(tmp_path: Path, opened: Open, capsys: Any) -> None:
    assert main(["page", "x/y", "--x", "1", "--y", "0", "-o", str(tmp_path / "p.html")]) == 1
    assert "division by zero" in capsys.readouterr().err
    tab = opened(cgviz.run("x/y", x=1, y=0))
    assert "inf" in tab.inner_text("#result")
