"""Every sample against its golden files, and the same bytes under every hash seed.

`make golden` writes the files anew; read the diff before you commit it. The DOT is held without the positions, which
depend on Graphviz's version. Of a dozen samples the derivation, the code and the LaTeX are held, too; what is large and
made for machines (SVG, TikZ, a page's data) by a digest of its text without fonts, whose versions differ.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from held import TABLES
from reports import derivation, table

import cgviz
from cgviz.codegen import code
from cgviz.drawing.diagram import picture
from cgviz.players.page import page
from cgviz.reading.shipped import samples

GOLDEN = Path(__file__).parent / "golden"
POSITION = re.compile(r' (?:pos|lp|xlp)=(?:"[^"]*"|[^\s\]]+)')
EMBEDDED = re.compile(r"@font-face\{.*?\}\n?")
ISLAND = re.compile(r'<script[^>]*type="application/json"[^>]*>.*?</script>', re.DOTALL)
NAMES = [sample.name for sample in samples()]
DOZEN = """
staged-written-out linear-softmax two-layers vectors matrices relu-vector mazur kink-relu division-by-zero branch
cross-entropy griewank
""".split()
READ: dict[str, Callable[[cgviz.Run], str]] = {
    "derivation.txt": lambda run: derivation(run),
    "derivation.tex": lambda run: derivation(run, "latex"),
    "table.tex": lambda run: table(run, "latex"),
    "code.txt": lambda run: code(run, "numpy", function=True),
}
MADE: dict[str, Callable[[cgviz.Run], str]] = {
    "svg": lambda run: EMBEDDED.sub("", picture(run).decode()),
    "tikz": lambda run: picture(run, "tikz").decode(),
    "page": lambda run: ISLAND.findall(page(run).decode())[0],
    "derivation.html": lambda run: derivation(run, "html"),
    "derivation.md": lambda run: derivation(run, "markdown"),
}


def run_of(name: str) -> cgviz.Run:
    return cgviz.run(next(sample.text for sample in samples() if sample.name == name))


def compare(path: Path, text: str) -> None:
    if os.environ.get("CGVIZ_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} differs; `make golden` and read the diff"


@pytest.mark.parametrize("name", NAMES)
def test_table(name: str) -> None:
    compare(GOLDEN / f"{name}.txt", table(run_of(name)))


@pytest.mark.parametrize("style", ["card", "circuit"])
@pytest.mark.parametrize("name", NAMES)
def test_dot(name: str, style: str) -> None:
    dot = picture(run_of(name), "dot", style=style).decode()
    assert " pos=" in dot
    compare(GOLDEN / f"{name}.{style}.dot", POSITION.sub("", dot))


@pytest.mark.parametrize("name", DOZEN)
def test_what_is_read(name: str) -> None:
    run = run_of(name)
    for end, make in READ.items():
        compare(GOLDEN / f"{name}.{end}", make(run))


@pytest.mark.parametrize("name", DOZEN)
def test_what_is_made_for_machines(name: str) -> None:
    run = run_of(name)
    made = {kind: hashlib.sha256(make(run).encode()).hexdigest()[:16] for kind, make in MADE.items()}
    compare(GOLDEN / f"{name}.digests", "".join(f"{digest} {kind}\n" for kind, digest in made.items()))


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{name}{end}" for name in NAMES for end in (".txt", ".card.dot", ".circuit.dot")}
    expected |= {f"{name}.{end}" for name in DOZEN for end in (*READ, "digests")} | {*TABLES}
    assert {path.name for path in GOLDEN.iterdir()} == expected


SCRIPT = """
import hashlib, cgviz
from cgviz.reading.shipped import samples
from cgviz.drawing.diagram import picture
for sample in samples()[::12]:
    run = cgviz.run(sample.text, detail="gate")
    for piece in (picture(run), picture(run, style="circuit"), run.table("json").encode()):
        print(sample.name, hashlib.sha256(piece).hexdigest())
for format in ("dot", "png", "pdf"):
    print(format, hashlib.sha256(picture(run, format)).hexdigest())
"""


def test_the_same_bytes_under_another_hash_seed() -> None:
    with redirect_stdout(here := io.StringIO()):
        exec(SCRIPT, {})
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, check=True)
    assert here.getvalue() == done.stdout
    assert done.stdout.count("\n") == 3 * len(NAMES[::12]) + 3
