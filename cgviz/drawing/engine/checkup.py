"""Says what draws on this machine, and what to do where something is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from shutil import which
from typing import NamedTuple

import cgviz
from cgviz.drawing.engine import inprocess
from cgviz.drawing.engine.rendering import layout
from cgviz.drawing.fonts import FACES, FAMILY, FOLDER, FONT, settings
from cgviz.drawing.fonts.metrics import text_width
from cgviz.errors import RenderError

PACKAGES = ("click", "rich", "sympy", "graphviz", "pylatexenc", "fonttools")
OPTIONAL = {
    "numpy": "arrays",
    "torch": "PyTorch modules in, and a witness in tests",
    "jax": "JAX functions in",
    "anywidget": "run.live() in notebooks",
    "ipython": "%%cgviz in notebooks",
    "sphinx": "the directive for Sphinx",
    "markdown": "the extension for MkDocs",
}
TOOLS = {
    "cc": "to compile code in C",
    "node": "to run code in JavaScript",
    "rustc": "to compile code in Rust",
    "pdflatex": "to typeset what is written in LaTeX",
}
GRAPHVIZ = "install pygraphviz, whose wheels carry Graphviz, or Graphviz itself (the command dot)"
SAMPLE = "∂f/∂sigmoid = 0.5121 · Ω"
TOLERANCE = 0.05  # of a width; Graphviz puts letters on whole pixels
POINTS = 72


class Finding(NamedTuple):
    """One thing looked at: its name, what was found, whether that will do, and where it will not, what to do."""

    name: str
    value: str
    ok: bool = True
    remedy: str = ""


def doctor() -> list[Finding]:
    """Returns what was found: the engine, its fonts, the packages with their versions, and commands beside."""
    return [*surroundings(), *engines(), *fonts(), limits(), *packages(), *tools()]


def found(name: str, value: str, ok: bool = True, remedy: str = "") -> Finding:
    return Finding(name, value, ok, "" if ok else remedy)


def surroundings() -> Iterator[Finding]:
    import platform

    yield found("cgviz", f"{cgviz.__version__} in {FOLDER.parent}")
    yield found("Python", f"{platform.python_version()} ({platform.python_implementation()}), {sys.executable}")
    yield found("platform", platform.platform())


def engines() -> Iterator[Finding]:
    """Tells which Graphviz draws: one is enough."""
    inside, outside = version_inside(), version_outside()
    used = "Graphviz in this process" if inside else "the command dot" if outside else "none"
    yield found("drawing engine", used, used != "none", GRAPHVIZ)
    yield found("pygraphviz", inside or "not installed, or it does not load", bool(inside or outside), GRAPHVIZ)
    absent = f"{broken('dot')} (not needed beside pygraphviz)"
    yield found("command dot", outside or absent, bool(inside or outside), GRAPHVIZ)


def version_inside() -> str:
    """Returns the versions of pygraphviz and of its Graphviz; empty where it cannot be used."""
    if not inprocess.available():
        return ""
    from pygraphviz import __graphviz_version__ as graphviz_version
    from pygraphviz import __version__ as version

    return f"{version} with Graphviz {graphviz_version}"


def version_outside() -> str:
    """Returns what `dot -V` says and where it is; empty where there is none."""
    said = version_of("dot", "-V")
    return f"{said.removeprefix('dot - graphviz version ')}, {which('dot')}" if said else ""


def version_of(tool: str, option: str = "--version") -> str:
    """Returns the first line of what a command says of its version; empty where there is none, or it fails."""
    from subprocess import DEVNULL, PIPE, STDOUT, SubprocessError, run

    place = which(tool)
    if place is None:
        return ""
    try:
        said = run([place, option], stdout=PIPE, stderr=STDOUT, stdin=DEVNULL, check=True, timeout=10).stdout
    except (OSError, SubprocessError):
        return ""
    return said.decode(errors="replace").strip().partition("\n")[0]


def broken(tool: str) -> str:
    """Returns what is said of a command that gives no version: that it is not there, or does not work."""
    place = which(tool)
    return f"{place} does not work" if place else "none"


def fonts() -> Iterator[Finding]:
    missing = [name for name in FACES.values() if not (FOLDER / name).is_file()]
    there = f"missing: {', '.join(missing)}" if missing else f"{FAMILY}, {len(FACES)} faces in {FOLDER}"
    yield found("font", there, not missing, "install cgviz again")
    yield found("Fontconfig's file", settings()["FONTCONFIG_FILE"])
    yield font_in_use()


def font_in_use() -> Finding:
    """Compares the width that Graphviz gives a text with the one that the font says."""
    name, remedy = "font in use", "text may be clipped in PNG and PDF; SVG with --embed-font is safe"
    try:
        drawn = layout(f'graph {{ a [label="{SAMPLE}" fontname="{FONT}" fontsize=100 shape=plaintext margin=0] }}')
    except RenderError as error:
        return found(name, str(error), False, GRAPHVIZ)
    measured = next(float(line.split()[4]) for line in drawn.splitlines() if line.startswith("node")) * POINTS
    if abs(measured / text_width(SAMPLE, 100) - 1) < TOLERANCE:
        return found(name, FAMILY)
    return found(name, f"another than {FAMILY}", False, remedy)


def limits() -> Finding:
    """Tells whether what is confined has all its limits: the system's own are those of POSIX."""
    from importlib.util import find_spec

    if find_spec("resource"):
        return found("limits of grading", "time, memory, files, connections and processes")
    told = "time only, since this system has no limits of POSIX; grade strangers' files in a container"
    return found("limits of grading", told)


def packages() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for name in PACKAGES:
        try:
            yield found(name, version(name))
        except PackageNotFoundError:
            yield found(name, "not installed", False, f"install {name}")
    for name, use in OPTIONAL.items():
        try:
            yield found(name, f"{version(name)} (optional: {use})")
        except PackageNotFoundError:
            yield found(name, f"not installed (optional: {use})")


def tools() -> Iterator[Finding]:
    """Tells which commands work that run what cgviz writes; it needs none of them itself."""
    for tool, use in TOOLS.items():
        yield found(tool, f"{version_of(tool) or broken(tool)} (optional: {use})")
