"""cgviz in notebooks: a notebook that is executed, the widget in a real browser, reprs that dark notebooks can show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cgviz
from cgviz.errors import UsageError
from cgviz.places.words import words_of

CELLS = [
    "%load_ext cgviz\nimport cgviz, numpy as np\nw = 2.0",
    "%%cgviz x=3 as=made\nb = 1\nn = w*x + b\ntanh(n)",
    "print(made.gradient)",
    "%%cgviz show=table,live x=1 y=2\nx*y + sin(x)",
    "%%cgviz\nx*tnah(y)",
    "W = np.array([[1, 2], [3, 4]])",
    "%%cgviz x=[1,-1] as=arrays\nsum((W @ x)**2)",
    "print(arrays.gradient['W'].tolist())\narrays.live()",
]


def test_a_notebook_is_executed(tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("anywidget")
    pytest.importorskip("ipykernel")
    cells = [nbformat.v4.new_code_cell(text) for text in CELLS]
    book = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    outputs = [cell.outputs for cell in book.cells]
    assert "image/svg+xml" in outputs[1][0].data
    gradient = cgviz.run("b = 1; n = w*x + b; tanh(n)", w=2, x=3).gradient
    assert str({name: gradient[name] for name in ("w", "x")})[1:-1].split(",")[0] in outputs[2][0].text
    assert "text/markdown" in outputs[3][0].data
    assert "application/vnd.jupyter.widget-view+json" in outputs[3][1].data
    assert outputs[4][0].name == "stderr"
    assert "unknown function 'tnah'" in outputs[4][0].text
    assert "Traceback" not in outputs[4][0].text
    assert outputs[7][0].text.strip() == "[[-2.0, 2.0], [-2.0, 2.0]]"


def test_words_are_read_as_options_and_inputs() -> None:
    words = words_of(["x=3", "--y", "-4", "style=circuit", "--digits=6"])
    assert words.inputs == {"x": "3", "y": "-4"}
    assert words.look == {"style": "circuit", "digits": 6}
    for bad in (["x"], ["--x"], ["=3"]):
        with pytest.raises(UsageError):
            words_of(bad)


def test_a_picture_in_a_notebook_has_a_ground_of_its_own() -> None:
    svg = cgviz.run("x*y", x=1, y=2)._repr_svg_()
    assert '<polygon fill="#' in svg or '<rect fill="#' in svg or 'fill="#ffffff"' in svg


def test_without_anywidget_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "cgviz.places.notebook.widget", raising=False)
    with pytest.raises(UsageError, match="needs the package anywidget"):
        cgviz.run("x*y", x=1, y=2).live()


HOST = """<!DOCTYPE html><body data-jp-theme-light="false" style="background:#111"><div id="el"></div>
<script type="module">
import widget from "data:text/javascript;base64,ESM";
const data = DATA, handlers = {};
window.model = {
  get: (name) => data[name],
  set: (name, value) => { data[name] = value; },
  save_changes: () => {},
  on: (name, handler) => (handlers[name] = handler),
  put: (name, value) => { data[name] = value; handlers[`change:${name}`]?.(); },
};
widget.render({ model, el: document.getElementById("el") });
</script>"""


def test_the_widget_follows_sliders_and_python(browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("anywidget")
    from base64 import b64encode

    from cgviz.places.notebook.widget import SCRIPT, Live

    made = Live.of(cgviz.run("x*y + sum(v)", x=3, y=-4, v=[1, 2]))
    made.inputs = {"x": 1, "y": 2, "v": [3, 4]}
    assert (made.value, made.gradient["x"]) == (9, 2)  # from Python it follows without a page
    made.inputs = {"x": 3, "y": -4, "v": [1, 2]}
    data = {"page": made.page, "inputs": made.inputs, "step": -1, "theme": "auto"}
    text = HOST.replace("ESM", b64encode(SCRIPT.read_bytes()).decode()).replace(
        "DATA", json.dumps(data).replace("</", "<\\/")
    )
    (tmp_path / "host.html").write_text(text, encoding="utf-8")
    tab = browser.new_page()
    troubles: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.goto((tmp_path / "host.html").as_uri())
    tab.wait_for_function("() => model.get('gradient')?.x === -4")
    frame = tab.frames[1]
    assert frame.evaluate("() => document.documentElement.dataset.theme") == "dark"
    frame.fill("#field-0", "5")
    tab.wait_for_function("() => model.get('inputs').x === 5 && model.get('value') === -17")
    tab.evaluate("() => model.put('inputs', { x: 1, y: 2, v: [3, 4] })")
    tab.wait_for_function("() => model.get('value') === 9")
    assert frame.input_value("#field-1") == "2"
    assert troubles == []
    tab.close()


NOTEBOOK = """<!DOCTYPE html><style>
.host { color: #eee; } .host table { color: #fff; } .host h2, .host p { letter-spacing: 1px; }
.host tbody tr:nth-child(odd) { background: #111; } .host tbody tr:hover { background: #00f; }
</style><body class="host" data-jp-theme-light="THEME"><h2 id="own">mine</h2>REPORT</body>"""
DRESSED = """() => {
  const cell = document.querySelector(".cgviz td.value, .cgviz td") ?? document.querySelector(".cgviz p");
  const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).reduce((sum, x) => sum + Number(x), 0) / 765;
  const row = cell.closest("tr");
  return [light(getComputedStyle(cell).color), row && getComputedStyle(row).backgroundColor,
          getComputedStyle(document.getElementById("own")).fontSize];
}"""


@pytest.mark.parametrize("report", ["table", "derive"])
def test_reports_follow_a_dark_notebook_and_leave_the_rest_of_it_alone(browser: Any, report: str) -> None:
    html = getattr(cgviz.run("x*y + sin(x)", x=1, y=2), report)()._repr_html_()
    tab = browser.new_page(color_scheme="light")
    for theme in ("false", "true"):
        tab.set_content(NOTEBOOK.replace("THEME", theme).replace("REPORT", html))
        light, row, own = tab.evaluate(DRESSED)
        assert (light > 0.5) == (theme == "false")
        assert row in (None, "rgba(0, 0, 0, 0)")
        assert own == "24px"
    tab.close()
