"""The tools of a machine, each tried before a test relies on it: one that is there and broken is as good as none."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

C = {"trial.c": "#include <math.h>\nint main(void) { return 0; }\n"}
TEX = {"trial.tex": "\\documentclass{article}\\begin{document}x\\end{document}\n"}
TRIALS: dict[str, tuple[list[str], dict[str, str], str]] = {
    "gcc": (["trial.c", "-o", "trial", "-lm"], C, "trial"),
    "cc": (["trial.c", "-o", "trial", "-lm"], C, "trial"),
    "rustc": (["trial.rs", "-o", "trial"], {"trial.rs": "fn main() {}\n"}, "trial"),
    "node": (["-e", "0"], {}, ""),
    "pdflatex": (["-interaction=nonstopmode", "trial.tex"], TEX, ""),
    "lualatex": (["-interaction=nonstopmode", "trial.tex"], TEX, ""),
    "dot": (["-Tsvg", "trial.dot"], {"trial.dot": "graph { a }"}, ""),
}
"""The arguments of a trial, the files that it reads, and the program that it makes, which is run as well."""


@cache
def works(tool: str) -> bool:
    """Tells whether a tool is on the PATH and does what it is for."""
    path = shutil.which(tool)
    if path is None:
        return False
    arguments, files, made = TRIALS.get(tool, (["--help"], {}, ""))
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, "utf-8")
        commands = [[path, *arguments], *([[str(Path(folder) / made)]] if made else [])]
        try:
            done = [subprocess.run(each, cwd=folder, capture_output=True, timeout=120).returncode for each in commands]
        except (OSError, subprocess.SubprocessError):
            return False
    return not any(done)


def need(*tools: str) -> None:
    """Skips the test that calls it where one of the tools does not work."""
    for tool in tools:
        if not works(tool):
            pytest.skip(f"{tool} is not there, or does not work")
