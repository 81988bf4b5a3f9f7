"""The playground in a real browser, with the kernel behind it: typed, drawn, moved, mended, saved and linked."""

from __future__ import annotations

import json
import math
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from outlines import spots

import cgviz
from cgviz.drawing.diagram import diagram
from cgviz.drawing.diagram.figure_file import read
from cgviz.places.serve import LONGEST, Server

Open = Callable[..., Any]
TYPED = {  # what a student may type, what is read, and values
    "text": ("x*log(y) + exp(-x*y)", "x*log(y) + exp(-x*y)", {"x": 1.5, "y": 2.25}),
    "statements": ("u = a*b\nv = tanh(u) + a\nv**2", "u = a*b; v = tanh(u) + a; v**2", {"a": 0.3, "b": -2}),
    "latex": (r"\frac{a}{1 + e^{-b}}", "a/(1 + exp(-b))", {"a": 2, "b": 0.5}),
    "latex greek": (r"\sigma(w_1 x_1 + b)", "sigmoid(w_1*x_1 + b)", {"w_1": 2, "x_1": -1, "b": 0.25}),
    "python": ("h = max(0, w*x)\nloss = (h - t)**2", "h = max(0, w*x); (h - t)**2", {"w": 2, "x": 1, "t": 0.5}),
    "array": ("mean((X @ w - t)**2)", "mean((X @ w - t)**2)", {"X": [[1, 2], [3, 4]], "w": [0.5, -1], "t": [1, 0]}),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server(seconds=20)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def context(browser: Any) -> Any:
    return browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)


@pytest.fixture
def opened(context: Any, server: Server) -> Iterator[Open]:
    """Opens the playground; fails on errors in its console and on requests to another host."""
    troubles: list[str] = []

    def open_page(state: str = "", **size: int) -> Any:
        tab = context.new_page()
        if size:
            tab.set_viewport_size(size)
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("request", lambda request: note(request.url))
        tab.goto(server.link + state)
        tab.wait_for_selector("body[data-ready]")
        return tab

    def note(url: str) -> None:
        if not url.startswith((server.link, "data:", "blob:")):
            troubles.append(url)

    yield open_page
    for tab in context.pages:
        tab.close()
    assert troubles == []


def values_text(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {json.dumps(value)}" for name, value in values.items())


def write(tab: Any, text: str, values: dict[str, Any]) -> None:
    tab.fill("#values", values_text(values))
    tab.fill("#program", text)
    tab.wait_for_function("text => document.body.dataset.shown === text", arg=text)


def numbers(tab: Any) -> tuple[list[Any], list[Any]]:
    found = tab.evaluate("() => [cgviz.run().values, cgviz.run().gradients]")
    return found[0], found[1]


# typing


@pytest.mark.parametrize("name", TYPED)
def test_what_is_typed_is_drawn_with_the_numbers_of_the_command(name: str, opened: Open) -> None:
    text, read, values = TYPED[name]
    tab = opened()
    write(tab, text, values)
    run = cgviz.run(read, values)
    tab.wait_for_function("() => cgviz.run().values.length > 0")
    mine, gradients = numbers(tab)
    output = tab.evaluate("() => facts.output")
    assert np.allclose(mine[output], run.value, rtol=1e-12)
    for name, shown, index in tab.evaluate("() => facts.inputs.map(i => [idOf(i), nodes[i].name, i])"):
        assert shown == {"w_1": "w₁", "x_1": "x₁"}.get(name, name)
        assert np.allclose(np.ravel(gradients[index]), np.ravel(run.gradient[name]), rtol=1e-12), name
    assert tab.locator("#frame svg .node").count() >= len(run.graph.stages)


def test_an_error_is_marked_told_and_mended_by_its_button(opened: Open) -> None:
    tab = opened()
    tab.fill("#program", "x*tnah(y)")
    tab.wait_for_selector("#error:not([hidden])")
    assert "unknown function 'tnah'" in tab.inner_text("#error")
    assert tab.inner_text("#error pre").splitlines()[-1].strip() == "^~~~"
    assert tab.locator("#mirror mark").text_content() == "tnah"
    assert tab.get_attribute("#program", "aria-invalid") == "true"
    tab.click("#error button")
    tab.wait_for_function("() => document.body.dataset.shown === 'x*tanh(y)'")
    assert tab.locator("#mirror mark").count() == 0


def test_a_bracket_that_is_missing_is_written_by_a_button(opened: Open) -> None:
    tab = opened()
    tab.fill("#program", "log(1 + exp(x*y)")
    tab.click("#error button")
    tab.wait_for_function("() => document.body.dataset.shown === 'log(1 + exp(x*y))'")


def test_an_unfinished_text_is_said_while_the_last_picture_stays(opened: Open) -> None:
    tab = opened()
    tab.fill("#program", "x + ")
    tab.wait_for_selector("body.stale")
    assert "the expression ends" in tab.inner_text("#error")
    assert tab.locator("#frame svg").count() == 1


def test_names_of_functions_are_completed_by_keys(opened: Open) -> None:
    tab = opened()
    tab.wait_for_function("() => functionsKnown.length > 0")
    tab.fill("#program", "")
    tab.type("#program", "x*sig")
    tab.wait_for_selector("#completions:not([hidden])")
    assert tab.get_attribute("#program", "aria-activedescendant") == "completion-0"
    tab.keyboard.press("Tab")
    assert tab.input_value("#program") == "x*sigmoid("
    assert not tab.is_visible("#completions")


def test_every_sample_can_be_chosen(opened: Open) -> None:
    tab = opened()
    tab.wait_for_function("() => byId('examples').options.length > 30")
    tab.select_option("#examples", "mazur")
    tab.wait_for_function("() => document.body.dataset.shown?.includes('0.15') || nodes.length > 30")
    assert "w1" in tab.inner_text("#rows")


# moving


def test_sliders_write_values_and_the_link_brings_all_back(opened: Open) -> None:
    tab = opened()
    write(tab, "a*sin(b)", {"a": 2, "b": 1})
    tab.fill("#field-0", "3.5")
    tab.wait_for_function("() => byId('values').value.includes('a = 3.5')")
    tab.click("button[data-style=circuit]")
    tab.wait_for_function("() => state.style === 'circuit' && document.querySelector('#frame .circuit')")
    tab.wait_for_function("() => location.hash.includes('style=circuit') && location.hash.includes('3.5')")
    link = tab.evaluate("() => location.hash")
    other = opened(link)
    other.wait_for_function("() => document.body.dataset.shown === 'a*sin(b)' && state.style === 'circuit'")
    assert other.evaluate("() => cgviz.run().values[facts.output]") == pytest.approx(3.5 * math.sin(1), rel=1e-12)


def test_back_brings_the_program_before(opened: Open) -> None:
    tab = opened()
    for text in ("x*y", "x*y + x"):
        entries = tab.evaluate("() => history.length")
        write(tab, text, {"x": 2, "y": 3})
        tab.wait_for_function("entries => history.length > entries", arg=entries)
    tab.fill("#program", "x*y + ")  # half typed: no program, and no change to the entry of the last one
    tab.evaluate("() => change({ step: 1 })")
    tab.wait_for_function("() => location.hash.includes('step=1')")
    assert "program=x*y%20%2B%20x&" in tab.evaluate("() => location.hash")
    tab.go_back()
    tab.wait_for_function("() => document.body.dataset.shown === 'x*y'")


def test_an_op_without_javascript_is_recomputed_by_the_kernel(opened: Open) -> None:
    tab = opened()
    write(tab, "airyai(x)*y", {"x": 1, "y": 2})
    tab.fill("#field-0", "1.5")
    run = cgviz.run("airyai(x)*y", x=1.5, y=2)
    expected = f"x => Math.abs(cgviz.run().values[facts.output] - {run.value!r}) < 1e-12"
    tab.wait_for_function(expected)


def test_the_question_and_its_box_are_in_view(opened: Open) -> None:
    tab = opened()
    tab.click("#predict")
    tab.wait_for_selector("#question")
    assert tab.inner_text("#result-line").startswith("f = 1.546")
    assert "∂" not in tab.inner_text("#result-line")
    for name in ("#symbol", "#answer", "#check"):
        box = tab.locator(name).bounding_box()
        assert box
        assert box["y"] + box["height"] <= 768, name
    run = cgviz.run("(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)", x=3, y=-4)
    invden = next(v for v, node in zip(run.values, run.graph.nodes, strict=True) if node.name == "invden")
    tab.fill("#answer", f"1 * {invden}")
    tab.click("#check")
    assert tab.inner_text("#verdict").startswith("✓")


def test_wheel_zooms_drag_moves_a_node_and_fit_brings_all_back(opened: Open) -> None:
    tab = opened()
    tab.wait_for_timeout(300)
    fitted = tab.evaluate("() => zoom")
    assert tab.evaluate("() => frame.scrollWidth <= frame.clientWidth && frame.scrollHeight <= frame.clientHeight")
    box = tab.locator("#frame").bounding_box()
    tab.mouse.move(box["x"] + 300, box["y"] + 100)
    tab.mouse.wheel(0, -400)
    tab.wait_for_function(f"() => zoom > {fitted} * 1.1")
    assert tab.is_visible("#overview")
    tab.click("#fit")
    assert tab.evaluate("() => zoom") == pytest.approx(fitted)
    node = tab.locator("#frame .node[data-node]").first.bounding_box()
    tab.mouse.move(node["x"] + 10, node["y"] + 10)
    tab.mouse.down()
    tab.mouse.move(node["x"] + 60, node["y"] + 40, steps=4)
    moved = tab.locator("#frame .node[data-node]").first.bounding_box()  # once let go, the picture is fitted anew
    assert moved["x"] - node["x"] == pytest.approx(50, abs=3)
    tab.mouse.up()
    with tab.expect_download() as got:
        tab.click("#save-figure")
    figure = read(got.value.path())
    assert list(figure.shift) == [tab.evaluate("() => idOf(0)")]
    assert figure.shift["x"][0] * fitted == pytest.approx(50, abs=2)
    tab.click("#tidy")
    assert not tab.is_visible("#save-figure")


def drawn_parts(svg: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the middle of every box and the path and the texts of every wire, by the ends of their ids."""
    boxes, wires = {}, {}
    for group in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}g"):
        own, found = moved(group), re.fullmatch(r"cg\w+-((n\d+|g\d+-\w+|end)|e\d+-\d+)", group.get("id", ""))
        if found and found[2]:
            spots = spots_of(next(child for child in group if child.tag.endswith(("path", "ellipse"))))
            boxes[found[1]] = (spots.min(axis=0) + spots.max(axis=0)) / 2 + own
        elif found:
            texts = [child for child in group if child.tag.endswith("text") and (child.text or len(child))]
            spots = [np.array([float(text.get("x", 0)), float(text.get("y", 0))]) + moved(text) for text in texts]
            wires[found[1]] = np.vstack([spots_of(next(child for child in group if child.get("d"))), *spots])
    return boxes, wires


def moved(element: Any) -> Any:
    found = re.match(r"translate\(([-\d.e]+) ([-\d.e]+)\)", element.get("transform", ""))
    return np.array([float(found[1]), float(found[2])]) if found else np.zeros(2)


def spots_of(shape: Any) -> Any:
    if shape.tag.endswith("ellipse"):
        return np.array([[float(shape.get("cx")), float(shape.get("cy"))]])
    return np.array(spots(shape.get("d")))


def test_a_saved_figure_is_drawn_by_the_command_as_it_was_dragged(opened: Open, tmp_path: Path) -> None:
    tab = opened(width=1200, height=900)
    text = "# group gates: p, q\np = x*tanh(y)\nq = max(p, y)\nr = p*q + x\nexp(r/9) + x"
    write(tab, text, {"x": 3, "y": -4})
    for button, style, way in (
        ("", "card", "LR"),
        ("style=circuit", "circuit", "LR"),
        ("direction=TB", "circuit", "TB"),
    ):
        if button:
            tab.click(f"button[data-{button}]")
        tab.wait_for_function(f"() => document.querySelector('#frame svg').matches('.{style}.{way}')")
        for name, by in (("q", (40, -70)), ("x", (-30, 60)), ("p", (300, 20))):
            tab.evaluate("([name, x, y]) => place(chosenPicture().parts.find((part) => part.kind === 'n' "
                         "&& idOf(part.index) === name).element, x, y)", [name, *by])  # fmt: skip
        with tab.expect_download() as got:
            tab.click("#save-figure")
        made = diagram(cgviz.run(text, x=3, y=-4), figure=got.value.path()).draw("svg").decode()
        shown = tab.evaluate("() => new XMLSerializer().serializeToString(chosenPicture().svg)")
        for mine, theirs, close in zip(drawn_parts(shown), drawn_parts(made), (0.2, 1.5), strict=True):
            assert mine.keys() == theirs.keys()
            for key, own in mine.items():
                assert np.allclose(own, theirs[key], atol=close), (style, way, key, own - theirs[key])
        tab.click("#tidy")
        assert not tab.is_visible("#save-figure")


# saving


def test_svg_latex_code_and_program_are_saved(opened: Open) -> None:
    tab = opened()
    write(tab, "x*y + sin(x)", {"x": 2, "y": 3})
    with tab.expect_download() as got:
        tab.click("#save-svg")
    svg = got.value.path().read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "var(" not in svg
    assert "base64" in svg
    with tab.expect_download() as got:
        tab.click("#save-program")
    text = got.value.path().read_text(encoding="utf-8")
    assert cgviz.run(text).value == pytest.approx(6 + math.sin(2))
    tab.click("#tab-code")
    tab.wait_for_function("() => byId('other-report').textContent.includes('import math')")
    tab.click("#tab-derive")
    tab.wait_for_selector("#other-report math")
    with tab.expect_download() as got:
        tab.click("#save-latex")
    assert "\\" in got.value.path().read_text(encoding="utf-8")


# the server


def status(url: str, **more: Any) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **more), timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_nobody_without_the_token_or_from_another_host_is_answered(server: Server) -> None:
    root = f"http://127.0.0.1:{server.port}/"
    assert status(server.link) == 200
    assert status(root) == 404
    assert status(root + "x" * len(server.token) + "/") == 404
    assert status(server.link, headers={"Host": "example.org"}) == 404
    assert status(server.link, headers={"Origin": "http://example.org"}) == 404
    for path in ("../README.md", "..%2f..%2fetc/passwd", "/etc/passwd", "wheels/x.whl"):
        assert status(server.link + path) == 404


def test_requests_are_bounded_in_size_and_time(server: Server) -> None:
    json_type = {"Content-Type": "application/json"}
    assert status(server.link + "kernel", data=b"x" * (LONGEST + 1), headers=json_type) == 413
    assert status(server.link + "kernel", data=b"{}", headers={"Content-Type": "text/plain"}) == 404
    program = "; ".join(["a0 = x"] + [f"a{i} = a{i - 1}*sin(a{i - 1})" for i in range(1, 3000)])
    request = json.dumps({"cgviz": 1, "program": program, "want": ["live", "derive", "check"]})
    patience, server.kernel.seconds = server.kernel.seconds, 0.3
    response = json.loads(server.kernel.answer(request))
    assert "takes longer than 0.3 s" in response["error"]["message"]
    server.kernel.seconds = patience
    again = json.loads(server.kernel.answer(json.dumps({"cgviz": 1, "program": "x*x", "inputs": {"x": 3}})))
    assert again["answers"]["numbers"]["value"] == 9
