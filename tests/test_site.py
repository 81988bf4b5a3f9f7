"""The static playground: what lies in its folder and, where Pyodide's npm package is, its work without a network."""

from __future__ import annotations

import os
import re
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import chromium

import cgviz
from cgviz.cli import main
from cgviz.places.site import FILES, PYODIDE, files, runtime

WHEEL = "numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
PACKAGE = [name.replace("*", "m") for name in FILES]  # the files of Pyodide's npm package
RUNTIME = os.environ.get("CGVIZ_RUNTIME", "runtime")


@pytest.fixture(scope="module")
def fake_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("npm")
    folder = root / "node_modules" / "pyodide"
    folder.mkdir(parents=True)
    for name in (*PACKAGE, WHEEL):
        (folder / name).write_text(name, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def site(fake_runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("made") / "site"
    assert main(["site", "-o", str(target), "--runtime", str(fake_runtime)]) == 0
    return target


def test_the_folder_has_all_that_the_page_asks_for(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    for address in re.findall(r'(?:src|href)="([^"#:]+)"', page):
        assert (site / address).is_file(), address
    kept = (site / "offline.js").read_text(encoding="utf-8")
    assert "{{" not in kept
    for name in (*PACKAGE, WHEEL):
        assert (site / "runtime" / name).is_file()
        assert f"runtime/{name}" in kept
    assert "https://" not in re.sub(r"http://www\.w3\.org", "", page)


def test_wheels_hold_the_package_and_no_tests(site: Path) -> None:
    wheels = {path.name.split("-")[0]: zipfile.ZipFile(path) for path in (site / "wheels").iterdir()}
    assert set(wheels) == {"cgviz", "sympy", "mpmath", "graphviz", "pylatexenc"}
    assert "cgviz/kernel/__init__.py" in wheels["cgviz"].namelist()
    assert "cgviz/samples/staged.cg" in wheels["cgviz"].namelist()
    assert not [name for name in wheels["sympy"].namelist() if "/tests/" in name]


def test_the_same_site_twice_is_the_same_bytes(site: Path, fake_runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys.modules["cgviz.places.site"], "PACKAGES", ("graphviz",)
    )  # the others are packed as this one is
    first, again = (dict(files(str(fake_runtime))) for _ in range(2))
    assert first == again
    for name in ("playground.js", "wheels/cgviz-0.1.0-py3-none-any.whl"):
        assert (site / name).read_bytes() == first[name]


def test_from_the_cdn_the_page_asks_for_the_version_that_is_tested() -> None:
    found = runtime("cdn")
    assert found.pyodide == f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE}/full/pyodide.mjs"
    assert found.has_numpy
    assert not found.files


def test_what_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", "-o", str(tmp_path / "site"), "--runtime", str(tmp_path)]) == 2
    assert "npm install pyodide@" in capsys.readouterr().err
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert main(["site", "-o", str(tmp_path / "file")]) == 2


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_python_runs_in_the_browser_with_and_without_a_network(tmp_path: Path) -> None:
    if not (Path(RUNTIME) / "node_modules" / "pyodide").is_dir():
        pytest.skip("Pyodide's npm package is not here: `make site` fetches it")
    main(["site", "-o", str(tmp_path), "--runtime", RUNTIME])
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    link, troubles = f"http://127.0.0.1:{server.server_port}/", list[str]()
    text, values, state = "x*tanh(y) + x**2", {"x": 1.5, "y": -2}, ""
    with chromium() as browser:
        context = browser.new_context()
        for offline in (False, True):
            context.set_offline(offline)
            tab = context.new_page()
            tab.on("pageerror", lambda error: troubles.append(str(error)))
            tab.on(
                "request",
                lambda request: request.url.startswith((link, "data:", "blob:")) or troubles.append(request.url),
            )
            tab.goto(link + state)
            tab.wait_for_selector("body[data-ready]", timeout=120_000)
            if not state:
                tab.fill("#values", "")
                tab.fill("#program", "W @ [1, 2]")
                tab.wait_for_selector("body.stale", timeout=60_000)
                assert "numpy, which this runtime lacks" in tab.inner_text("#error")
                tab.fill("#values", "x = 1.5, y = -2")
                tab.fill("#program", text)
            tab.wait_for_function("text => document.body.dataset.shown === text", arg=text, timeout=60_000)
            value = tab.evaluate("() => cgviz.run().values[facts.output]")
            assert value == pytest.approx(cgviz.run(text, values).value, rel=1e-12)
            tab.wait_for_function("() => location.hash.includes('tanh')")
            state = tab.evaluate("() => location.hash")  # a link brings its program, whenever Python is there
            tab.wait_for_function("() => caches.keys().then((names) => names.length > 1)", timeout=60_000)
            tab.close()
    server.shutdown()
    server.server_close()
    assert troubles == []
