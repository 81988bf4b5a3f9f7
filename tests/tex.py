"""A LaTeX program, for tests that set what cgviz writes; and runs whose names are hostile."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from tools import need

import cgviz
from cgviz.runs.run import Run

HOSTILE = ["x_1_", "a&b", "50%", "#1", "x<y", '"', "\\end{x}", "$", "{", "^~", "é", "имя", "node; draw", "𝒇", "a\nb"]


def hostile(*names: str, symbolic: bool = False) -> Run:
    """Returns a run whose nodes bear `names` in print, in turn."""
    graph = cgviz.run("s = a*b; f = max(s, c) + a", a=1, b=2, c=2).graph
    nodes = tuple(node._replace(label=names[i % len(names)]) for i, node in enumerate(graph.nodes))
    return Run(replace(graph, nodes=nodes), None if symbolic else {"a": 1.0, "b": 2.0, "c": 2.0})


def all_hostile() -> list[Run]:
    """Returns runs in which every hostile name stands somewhere, with values and without."""
    parts = [HOSTILE[i : i + 5] for i in range(0, len(HOSTILE), 5)]
    return [hostile(*part, symbolic=i % 2 == 1) for i, part in enumerate([*parts, *parts])]


def need_tex(file: str = "tikz.sty", program: str = "pdflatex") -> None:
    """Skips the test that calls it, before it does its work, where there is no TeX with that file."""
    need(program, "kpsewhich")
    if not has(file):
        pytest.skip(f"TeX has no {file}")


@cache
def has(file: str) -> bool:
    return not subprocess.run(["kpsewhich", file], capture_output=True).returncode


def compiled(source: str, folder: Path, program: str = "pdflatex", needs: str = "tikz.sty") -> Path:
    """Returns the PDF of a document; fails with the first error that TeX reports, skips where there is no TeX."""
    need_tex(needs, program)
    (folder / "document.tex").write_text(source, encoding="utf-8")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, "\n".join(line for line in said.splitlines() if line.startswith(("!", "l.")))
    return folder / "document.pdf"
