"""The drawing engine: DOT in, bytes out, in this process or by the system's dot."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tools import need, works

from cgviz.drawing import engine
from cgviz.drawing.engine import inprocess, process
from cgviz.drawing.engine.pdf import undated
from cgviz.drawing.fonts import FAMILY, FONT
from cgviz.errors import RenderError
from tests.command import heed_interrupts

SVG = "{http://www.w3.org/2000/svg}"
LABEL = '<<B>den</B> = sigx + xpysqr<BR/><FONT POINT-SIZE="11">∂f/∂den</FONT> <I>−0.7916</I>>'
DOT = f"""digraph {{ rankdir=LR bgcolor=transparent node [shape=box fontname="{FONT}"] edge [fontname="{FONT}"]
  a [id="p-a" class="input" label={LABEL}] b [label="x &lt; y &amp; z"] a -> b [id="p-e" label="× 2·xpy"] }}"""
POSITIONED = f"""digraph {{ layout=nop2 notranslate=true node [shape=box fixedsize=true fontname="{FONT}"]
  a [pos="0,0"] b [pos="200,40"]
  a -> b [pos="e,173,40 27,0 80,0 100,40 160,40"] }}"""
WITH_DOT = pytest.mark.skipif(not works("dot"), reason="no command dot that works")
ENGINES = [pytest.param("inprocess", marks=pytest.mark.skipif(not inprocess.available(), reason="no pygraphviz"))]
ENGINES += [pytest.param("dot", marks=WITH_DOT)]
HEADS = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG", "dot": b"digraph"}


def python(code: str, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in {**os.environ, **extra}.items() if value != "(unset)"}
    head = f"from cgviz.drawing.engine import draw\nDOT = {DOT!r}\n"
    return subprocess.run(
        [sys.executable, "-c", head + code], capture_output=True, text=True, env=environment, timeout=60
    )


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("format", HEADS)
def test_every_format_is_drawn_and_twice_the_same(name: str, format: str) -> None:
    drawn = engine.draw(DOT, format, engine=name)
    assert drawn.startswith(HEADS[format])
    assert engine.draw(DOT, format, engine=name) == drawn


@pytest.mark.parametrize("name", ENGINES)
def test_svg_keeps_ids_classes_fonts_and_hostile_text(name: str) -> None:
    root = ET.fromstring(engine.draw(DOT, "svg", engine=name))
    node = next(group for group in root.iter(f"{SVG}g") if group.get("id") == "p-a")
    assert "input" in str(node.get("class")).split()
    assert any(group.get("id") == "p-e" for group in root.iter(f"{SVG}g"))
    texts = list(root.iter(f"{SVG}text"))
    assert {text.get("font-family") for text in texts} == {FONT}
    assert "x < y & z" in [text.text for text in texts]


@pytest.mark.parametrize("name", ENGINES)
def test_positions_in_the_dot_are_kept(name: str) -> None:
    assert b'pos="200,40"' in engine.draw(POSITIONED, "dot", engine=name)
    free = POSITIONED.replace("layout=nop2", "")
    assert b'pos="200,40"' in engine.draw(free, "dot", engine=name, positioned=True)
    assert b'pos="200,40"' not in engine.draw(free, "dot", engine=name)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("format", "points"), [("svg", 72), ("png", 96), ("pdf", 72)])
def test_scale_enlarges(name: str, format: str, points: int) -> None:
    small, large = (width(engine.draw(DOT, format, engine=name, scale=scale), format) for scale in (1, 3))
    assert large == pytest.approx(3 * small, abs=3)


def width(drawn: bytes, format: str) -> float:
    if format == "png":
        return int.from_bytes(drawn[16:20], "big")
    pattern = rb'<svg width="([\d.]+)' if format == "svg" else rb"/MediaBox \[ 0 0 ([\d.]+)"
    return float(re.findall(pattern, drawn)[0])


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    ("dot", "said"), [("digraph {", "syntax error"), ("digraph { a [label=<<X>>] }", "Unknown HTML element"), ("", "")]
)
def test_what_graphviz_refuses_is_one_line(name: str, dot: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RenderError) as error:
        engine.draw(dot, "svg", engine=name)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert capfd.readouterr() == ("", "")


def test_warnings_do_not_reach_the_user(capfd: pytest.CaptureFixture[str]) -> None:
    engine.draw(f'digraph {{ a [shape=nonsense fontname="{FONT}"] a -> b [headport=q] }}', "svg")
    assert capfd.readouterr().err == ""


def test_an_unknown_format_or_no_engine_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RenderError, match="svg, pdf, png"):
        engine.draw(DOT, "bmp")
    monkeypatch.setattr(inprocess, "available", lambda: False)
    monkeypatch.setenv("PATH", "")
    for name in ("auto", "inprocess", "dot"):
        with pytest.raises(RenderError, match="install pygraphviz"):
            engine.draw(DOT, "svg", engine=name)
    findings = {finding.name: finding for finding in engine.doctor() if finding.name != "command dot"}
    assert not findings["drawing engine"].ok
    assert "pygraphviz" in findings["drawing engine"].remedy


@WITH_DOT
def test_auto_takes_the_process_where_there_is_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inprocess, "available", lambda: False)
    assert engine.draw(DOT, "svg") == engine.draw(DOT, "svg", engine="dot")


def test_no_process_is_started_in_process() -> None:
    code = (
        "import sys; sys.addaudithook(lambda e, a: e in ('subprocess.Popen', 'os.fork', 'os.posix_spawn') and print(e))"
    )
    assert python(f"{code}\nfor f in ('svg', 'pdf', 'png'): draw(DOT, f, engine='inprocess')", PATH="").stdout == ""


def test_interrupt_handler_and_environment_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT), dict(os.environ)
    engine.draw(DOT, "svg")
    assert (signal.getsignal(signal.SIGINT), dict(os.environ)) == before
    with pytest.raises(RenderError):
        engine.draw("digraph {", "svg")
    assert (signal.getsignal(signal.SIGINT), dict(os.environ)) == before


def test_threads_draw_too() -> None:
    drawn: list[bytes] = []
    threads = [threading.Thread(target=lambda: drawn.append(engine.draw(DOT, "svg"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [engine.draw(DOT, "svg")] * 4


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_interrupt_stops_a_layout_at_once() -> None:
    code = (
        "from cgviz.drawing.engine import draw\n"
        "wires = '; '.join(f'n{i} -> n{(i * 7919 + k * 104729) % 3000}' for i in range(3000) for k in range(3))\n"
        "print('go', flush=True); draw(f'digraph {{ {wires} }}', 'svg')"
    )
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, preexec_fn=heed_interrupts) as running:
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == -signal.SIGINT


@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_the_same_bytes_in_poor_surroundings_and_no_noise(format: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "fonts.conf").write_text("<fontconfig></fontconfig>")
    code = f"import hashlib; print(hashlib.sha256(draw(DOT, {format!r}, engine='inprocess')).hexdigest())"
    poor = [
        {},
        {"HOME": "(unset)", "XDG_CACHE_HOME": "/dev/null", "TMPDIR": "/dev/null"},
        {"FONTCONFIG_FILE": str(empty / "fonts.conf"), "FONTCONFIG_PATH": str(empty)},
        {"TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"},
    ]
    done = [python(code, **surroundings) for surroundings in poor]
    assert {(run.stderr, run.returncode) for run in done} == {("", 0)}
    assert len({run.stdout for run in done}) == 1
    assert list(empty.iterdir()) == [empty / "fonts.conf"]


def test_it_draws_with_standard_error_closed() -> None:
    assert python("import os; os.close(2); print(len(draw(DOT, 'svg')) > 1000)").stdout == "True\n"


def test_pdf_is_whole_after_its_date_is_gone(tmp_path: Path) -> None:
    need("pdftotext")
    drawn = engine.draw(DOT, "pdf")
    (tmp_path / "f.pdf").write_bytes(drawn)
    done = subprocess.run(["pdftotext", "f.pdf", "-"], cwd=tmp_path, capture_output=True, text=True)
    assert "sigx + xpysqr" in done.stdout
    assert done.stderr == ""
    assert b"/CreationDate (D:20000101000000Z)" in drawn


def test_the_places_of_a_pdf_move_with_its_date() -> None:
    head = b"%PDF-1.5\n1 0 obj\n<< /CreationDate (D:20261123073316-05'30) >>\nendobj\n"
    second = len(head)
    body = head + b"2 0 obj\nendobj\n"
    table = b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n%010d 00000 n \ntrailer\nstartxref\n%d\n%%%%EOF\n"
    made = undated(body + table % (second, len(body)))
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", made)]
    assert [made[place : place + 7] for place in places] == [b"1 0 obj", b"2 0 obj"]
    assert made[int(re.findall(rb"startxref\n(\d+)", made)[0]) :].startswith(b"xref")
    assert undated(b"no PDF") == b"no PDF"


def test_layout_gives_positions() -> None:
    lines = [line.split() for line in engine.layout("digraph { a -> b }").splitlines()]
    assert [line[0] for line in lines] == ["graph", "node", "node", "edge", "stop"]
    assert float(lines[1][3]) > float(lines[2][3])


def test_doctor_finds_this_machine_well() -> None:
    findings = engine.doctor()
    assert all(bool(finding.remedy) != finding.ok for finding in findings)
    assert dict(finding[:2] for finding in findings)["font in use"] == FAMILY


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo boom >&2; exit 3", "boom"),
        ("cat > /dev/null", "gives no reason"),
        ("echo garbage", "wrote no PDF"),
        ("exec sleep 30", "not done after 0.3 seconds"),
    ],
)
def test_a_broken_dot_is_one_line(script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "dot"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(process, "MOST_SECONDS", 0.3 if "sleep" in script else 9)
    with pytest.raises(RenderError, match=said):
        process.render("digraph { a }", ("pdf",), {}, False)
