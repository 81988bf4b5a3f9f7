"""The runtime of the site: Pyodide, from its public CDN or from a folder with its npm package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cgviz.errors import UsageError, quoted

PYODIDE = "314.0.7"
CDN = "https://cdn.jsdelivr.net"
FILES = ("pyodide.mjs", "pyodide.asm.*js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
HOW = f"npm install pyodide@{PYODIDE}"


@dataclass(frozen=True)
class Runtime:
    """Where the page finds Pyodide, and the files to be copied into the site, by their places there.

    has_numpy  whether Pyodide can load numpy from there
    """

    pyodide: str
    has_numpy: bool
    files: dict[str, Path] = field(default_factory=dict)


def runtime(name: str) -> Runtime:
    """Returns the runtime "cdn", or the one in a folder. Raises UsageError."""
    if name == "cdn":
        return Runtime(f"{CDN}/pyodide/v{PYODIDE}/full/pyodide.mjs", has_numpy=True)
    files = dict(copied(Path(name)))
    has_numpy = any(path.name.startswith("numpy-") for path in files.values())
    return Runtime("runtime/pyodide.mjs", has_numpy, files)


def copied(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields the files of the package; from the full Pyodide distribution its wheel of numpy, too."""
    found = place(folder)
    for pattern in (*FILES, "numpy-*.whl"):
        paths = sorted(found.glob(pattern))
        if not paths and pattern in FILES:
            raise UsageError(f"{quoted(str(found / pattern), 200)} is missing; make the folder anew by {HOW}")
        yield from ((f"runtime/{path.name}", path) for path in paths)


def place(folder: Path) -> Path:
    """Returns where Pyodide is in a folder: there, or in its `node_modules`. Raises UsageError."""
    for root in (folder / "node_modules" / "pyodide", folder / "pyodide", folder):
        if (root / FILES[0]).is_file():
            return root
    raise UsageError(f"there is no package pyodide in {quoted(str(folder), 200)}; make it by {HOW}")
