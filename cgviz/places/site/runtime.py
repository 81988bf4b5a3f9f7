"""The runtime of the site: Pyodide and WebAssembly Graphviz, from their public CDN or from a folder of npm packages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cgviz.errors import UsageError, quoted

PYODIDE = "314.0.7"
GRAPHVIZ = "1.29.2"
CDN = "https://cdn.jsdelivr.net"
FILES = {
    "pyodide/": ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"),
    "@hpcc-js/wasm-graphviz/dist/": ("index.js",),
}
HOW = f"npm install pyodide@{PYODIDE} @hpcc-js/wasm-graphviz@{GRAPHVIZ}"


@dataclass(frozen=True)
class Runtime:
    """Where the page finds Pyodide and Graphviz, and the files to be copied into the site, by their places there.

    has_numpy  whether Pyodide can load numpy from there
    """

    pyodide: str
    graphviz: str
    has_numpy: bool
    files: dict[str, Path] = field(default_factory=dict)


def runtime(name: str) -> Runtime:
    """Returns the runtime "cdn", or the one in a folder. Raises UsageError."""
    if name == "cdn":
        pyodide = f"{CDN}/pyodide/v{PYODIDE}/full/pyodide.mjs"
        return Runtime(pyodide, f"{CDN}/npm/@hpcc-js/wasm-graphviz@{GRAPHVIZ}/dist/index.js", has_numpy=True)
    files = dict(copied(Path(name)))
    has_numpy = any(path.name.startswith("numpy-") for path in files.values())
    return Runtime("runtime/pyodide/pyodide.mjs", "runtime/graphviz/index.js", has_numpy, files)


def copied(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields the files of both packages; from the full Pyodide distribution its wheel of numpy, too."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {quoted(str(folder), 200)}; --runtime is cdn or a folder made by {HOW}")
    for package, names in FILES.items():
        found = place(folder, package)
        for name in names:
            if not (found / name).is_file():
                raise UsageError(f"{quoted(str(found / name), 200)} is missing; make the folder anew by {HOW}")
            yield f"runtime/{target(package)}/{name}", found / name
        for wheel in sorted(found.glob("numpy-*.whl")):
            yield f"runtime/{target(package)}/{wheel.name}", wheel


def place(folder: Path, package: str) -> Path:
    """Returns where a package is in a folder, whose `node_modules` is looked into as well. Raises UsageError."""
    for root in (folder / "node_modules", folder):
        if (root / package).is_dir():
            return root / package
    name = package.removesuffix("/").removesuffix("/dist")
    raise UsageError(f"there is no package {name} in {quoted(str(folder), 200)}; make it by {HOW}")


def target(package: str) -> str:
    return "pyodide" if package == "pyodide/" else "graphviz"
