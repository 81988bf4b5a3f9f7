"""Graphviz as a process: the system's `dot`, where pygraphviz has no wheel."""

from __future__ import annotations

import os
from collections.abc import Mapping
from shutil import which

from cgviz.drawing.engine.messages import failure
from cgviz.drawing.fonts import settings
from cgviz.drawing.fonts.metrics import covers
from cgviz.errors import RenderError

MOST_SECONDS = 60
BEGINS = {"pdf": b"%PDF", "png": b"\x89PNG"}
MODES = {False: ["-Kdot"], True: ["-Kneato", "-n2"]}  # by "does it hold positions"


def available() -> bool:
    """Returns whether there is a `dot` on the PATH."""
    return which("dot") is not None


def render(dot: str, formats: tuple[str, ...], attributes: Mapping[str, str], positioned: bool) -> list[bytes]:
    """Returns one drawing of `dot` per format; see `inprocess.render`. Raises RenderError, with what `dot` said."""
    options = [*MODES[positioned], *(f"-G{name}={value}" for name, value in attributes.items())]
    return [drawing(dot, [f"-T{form}", *options]) for form in formats]


def drawing(dot: str, options: list[str]) -> bytes:
    from subprocess import TimeoutExpired, run

    environment = {**os.environ, **settings(others=not covers(dot))}
    try:
        done = run(["dot", *options], input=dot.encode(), capture_output=True, env=environment, timeout=MOST_SECONDS)
    except TimeoutExpired:
        raise RenderError(f"the command `dot` is not done after {MOST_SECONDS} seconds, and is stopped") from None
    except OSError as error:
        raise RenderError(f"the command `dot` does not start: {error.strerror}") from None
    trouble = failure(done.stderr.decode(errors="replace"), complete=done.returncode == 0 and bool(done.stdout))
    if trouble:
        raise trouble
    begins = next((mark for kind, mark in BEGINS.items() if options[0].startswith(f"-T{kind}")), b"")
    if not done.stdout.startswith(begins):
        raise RenderError(f"the command `dot` wrote no {options[0][2:5].upper()}; `cgviz doctor` says which it is")
    return done.stdout
