"""The playground as a static site: a folder that any web server can host, with Python inside the browser."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import cgviz
from cgviz.codegen.browser import library
from cgviz.drawing.fonts import FACES, FAMILY
from cgviz.drawing.fonts import FOLDER as FONTS
from cgviz.errors import UsageError, quoted
from cgviz.kernel import respond, warm
from cgviz.kernel.answers import ANSWERS
from cgviz.players.page.document import colours, filled, island, read, scripts
from cgviz.text.output import write

CACHE = "cgviz-"
WARM = [name for name in ANSWERS if name not in ("picture", "jacobian")]
"""What Python in the browser answers once before it is ready, so that it is loaded and kept."""
EXAMPLE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
VALUES = {"x": 3, "y": -4}
ROOMS = {"wide": "1300x400", "narrow": "360x560"}  # of a screen and of a phone, for the first picture
SCRIPTS = ("kernel", "editor", "reports", "playground")
FONT = '@font-face{{font-family:"{family}";font-weight:{weight};font-style:normal;src:url("{base}fonts/{file}")}}\n'
PYODIDE = "314.0.7"
CDN = "https://cdn.jsdelivr.net"
FILES = ("pyodide.mjs", "pyodide.asm.*js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
HOW = f"npm install pyodide@{PYODIDE}"
PACKAGES = ("sympy", "mpmath", "graphviz", "pylatexenc")
LEFT_OUT = ("/tests/", "/benchmarks/", "/__pycache__/", "sympy/physics/", "sympy/parsing/autolev/", "/vendor/")
KEPT = (".py", ".js", ".css", ".html", ".json", ".ttf", ".conf", ".cg", ".csv", ".typed", ".txt")
DATED = (1980, 1, 1, 0, 0, 0)  # the same bytes at any time
__all__ = ["site"]


def site(folder: str | Path, source: str = "cdn") -> list[Path]:
    """Writes the site into `folder` and returns its files.

    source  "cdn", or a folder with the npm packages of the runtime, which are copied into the site

    Raises UsageError where the runtime or a package is not there, RenderError where a file cannot be written.
    """
    root = Path(folder)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{quoted(str(root), 200)} is no folder")
    written = []
    for name, content in files(source):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)
        written.append(path)
    return written


def files(source: str) -> Iterator[tuple[str, bytes]]:
    """Yields (place, content) of every file of the site; `index.html` and the offline script come last."""
    found = runtime(source)
    made = dict(shared())
    made |= {f"wheels/{name}": content for name, content in wheels()}
    made |= {name: path.read_bytes() for name, path in found.files.items()}
    version = CACHE + digest(made)
    settings: dict[str, Any] = {
        "worker": "worker.js",
        "pyodide": found.pyodide,
        "numpy": found.has_numpy,
        "wheels": sorted(name for name in made if name.startswith("wheels/")),
        "kept": f"{version}-compiled",
        "warm": warm(WARM),
        "offline": "offline.js",
    }
    made["index.html"] = page(settings).encode()
    yield from made.items()
    yield "offline.js", offline(version, sorted(made)).encode()


def shared() -> Iterator[tuple[str, bytes]]:
    """Yields the files that every playground needs, whatever computes behind it."""
    yield "playground.css", style().encode()
    yield "playground.js", script().encode()
    yield "worker.js", (FOLDER / "worker.js").read_bytes()
    for (_, slanted), name in FACES.items():
        if not slanted:
            yield f"fonts/{name}", (FONTS / name).read_bytes()


def offline(version: str, names: list[str]) -> str:
    """Returns the service worker that keeps the site's files."""
    text = (FOLDER / "offline.js").read_text(encoding="utf-8")
    kept = json.dumps(["./", *names])
    return text.replace("{{version}}", version).replace("{{family}}", CACHE).replace("{{files}}", kept)


def digest(files: dict[str, bytes]) -> str:
    made = sha256()
    for name in sorted(files):
        made.update(name.encode() + b"\0" + sha256(files[name]).digest())
    return made.hexdigest()[:12]


FOLDER = Path(__file__).parent


def page(settings: dict[str, Any], base: str = "") -> str:
    """Returns the HTML; `base` stands before the addresses of its files, `settings` tell its script where all is."""
    values = ", ".join(f"{name} = {value}" for name, value in VALUES.items())
    parts = {
        "base": base,
        "program": html.escape(EXAMPLE),
        "values": html.escape(values),
        "pictures": "",
        "settings": island({**settings, "first": first()}),
    }
    return filled("playground", parts, FOLDER)


def first() -> dict[str, Any]:
    """Returns what the kernel answers to the first program in each room: drawn before Python is there."""
    asked = {"cgviz": 1, "program": EXAMPLE, "inputs": VALUES, "want": ["live"]}
    return {name: respond({**asked, "options": {"fit": fit}})["answers"]["live"] for name, fit in ROOMS.items()}


def style() -> str:
    """Returns the style sheet of the page, whose fonts lie in the folder `fonts` beside it."""
    faces = [
        FONT.format(family=FAMILY, weight="bold" if bold else "normal", base="", file=name)
        for (bold, slanted), name in FACES.items()
        if not slanted
    ]
    return "".join(faces) + colours() + read("css", "page") + read("css", "playground", folder=FOLDER)


def script() -> str:
    """Returns the script of the page: the live page's, and the playground's own."""
    return f'"use strict";\n{library()}\n{scripts()}\n{read("js", *SCRIPTS, folder=FOLDER)}'


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


def wheels() -> Iterator[tuple[str, bytes]]:
    """Yields (file name, content) of cgviz's own wheel and of those that it needs in a browser.

    Raises UsageError where one is not installed.
    """
    yield f"cgviz-{cgviz.__version__}-py3-none-any.whl", packed(own_files())
    for name in PACKAGES:
        found = installed(name)
        yield f"{name}-{found.version}-py3-none-any.whl", packed(files_of(found))


def installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise UsageError(f"the site carries {name}, which is not installed here; install it and try again") from None


def own_files() -> Iterator[tuple[str, Path]]:
    """Yields the files of this package and its samples, by their places in a wheel."""
    from cgviz.reading.shipped import FOLDER

    root = Path(cgviz.__file__).parent
    places = [(root, "cgviz"), *([] if FOLDER.is_relative_to(root) else [(FOLDER, "cgviz/samples")])]
    for folder, name in places:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield f"{name}/{path.relative_to(folder).as_posix()}", path


def files_of(found: Distribution) -> Iterator[tuple[str, Path]]:
    for each in found.files or ():
        if not each.as_posix().startswith(".."):
            yield each.as_posix(), Path(str(found.locate_file(each)))


def packed(parts: Iterable[tuple[str, Path]]) -> bytes:
    """Returns a zip of files by their places in it: the same bytes for the same files."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in sorted(parts):
            if any(part in f"/{name}" for part in LEFT_OUT):
                continue
            if path.suffix in KEPT or ".dist-info/" in name:
                archive.writestr(ZipInfo(name, DATED), path.read_bytes(), ZIP_DEFLATED)
    return made.getvalue()
