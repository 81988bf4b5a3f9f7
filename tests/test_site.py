"""The static playground: what lies in its folder and, where Pyodide's npm package is, its work without a network."""

from __future__ import annotations

import os
import re
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import chromium

import cgviz
from cgviz.cli import main
from cgviz.places.site.runtime import FILES

RUNTIME = os.environ.get("CGVIZ_RUNTIME", "runtime")


@pytest.fixture
def fake_runtime(tmp_path: Path) -> Path:
    folder = tmp_path / "npm" / "node_modules" / "pyodide"
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text(name, encoding="utf-8")
    return tmp_path / "npm"


def test_the_folder_has_all_that_the_page_asks_for(fake_runtime: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    assert main(["site", "-o", str(target), "--runtime", str(fake_runtime)]) == 0
    page = (target / "index.html").read_text(encoding="utf-8")
    for address in re.findall(r'(?:src|href)="([^"#:]+)"', page):
        assert (target / address).is_file(), address
    kept = (target / "offline.js").read_text(encoding="utf-8")
    assert "{{" not in kept
    for name in FILES:
        assert (target / "runtime" / name).is_file()
        assert f"runtime/{name}" in kept
    assert "https://" not in re.sub(r"http://www\.w3\.org", "", page)


def test_wheels_hold_the_package_and_no_tests(fake_runtime: Path, tmp_path: Path) -> None:
    main(["site", "-o", str(tmp_path / "site"), "--runtime", str(fake_runtime)])
    wheels = {path.name.split("-")[0]: zipfile.ZipFile(path) for path in (tmp_path / "site" / "wheels").iterdir()}
    assert set(wheels) == {"cgviz", "sympy", "mpmath", "graphviz", "pylatexenc"}
    assert "cgviz/kernel/__init__.py" in wheels["cgviz"].namelist()
    assert "cgviz/samples/staged.cg" in wheels["cgviz"].namelist()
    assert not [name for name in wheels["sympy"].namelist() if "/tests/" in name]


def test_the_same_site_twice_is_the_same_bytes(fake_runtime: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        main(["site", "-o", str(tmp_path / name), "--runtime", str(fake_runtime)])
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path


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
    link, troubles, asked = f"http://127.0.0.1:{server.server_port}/", list[str](), list[str]()
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
            tab.goto(link)
            tab.wait_for_selector("#frame svg")
            tab.wait_for_selector("body[data-ready]", timeout=120_000)
            tab.fill("#values", "x = 1.5, y = -2")
            tab.fill("#program", "x*tanh(y) + x**2")
            tab.wait_for_function("() => document.body.dataset.shown === 'x*tanh(y) + x**2'", timeout=60_000)
            value = tab.evaluate("() => cgviz.run().values[facts.output]")
            assert value == pytest.approx(cgviz.run("x*tanh(y) + x**2", x=1.5, y=-2).value, rel=1e-12)
            tab.wait_for_function("() => caches.keys().then((names) => names.length > 1)", timeout=60_000)
            tab.close()
    server.shutdown()
    server.server_close()
    assert troubles == []
    assert [url for url in asked if not url.startswith((link, "data:", "blob:"))] == []
