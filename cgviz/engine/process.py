"""Graphviz as a process: the system's `dot`, where pygraphviz has no wheel."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from shutil import which

from cgviz.engine.messages import failure
from cgviz.fonts import private_fontconfig

MODES = {False: ["-Kdot"], True: ["-Kneato", "-n2"]}


def available() -> bool:
    """Returns whether there is a `dot` on the PATH."""
    return which("dot") is not None


def render(dot: str, formats: tuple[str, ...], attributes: Mapping[str, str], positioned: bool) -> list[bytes]:
    """Returns one drawing of `dot` per format; see `inprocess.render`."""
    return [run(dot, form, attributes, positioned) for form in formats]


def run(dot: str, form: str, attributes: Mapping[str, str], positioned: bool) -> bytes:
    """Returns what `dot` writes; raises RenderError with what it said."""
    options = [f"-G{name}={value}" for name, value in attributes.items()]
    with private_fontconfig():
        done = subprocess.run(
            ["dot", *MODES[positioned], f"-T{form}", *options], input=dot.encode(), capture_output=True, check=False
        )
    message = failure(done.stderr.decode(errors="replace"), complete=done.returncode == 0 and bool(done.stdout))
    if message:
        raise message
    return done.stdout
