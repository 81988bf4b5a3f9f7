"""The playground as a static site: a folder that any web server can host, with Python inside the browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cgviz.drawing.fonts import FACES
from cgviz.drawing.fonts import FOLDER as FONTS
from cgviz.errors import UsageError, quoted
from cgviz.kernel import warm
from cgviz.kernel.answers import ANSWERS
from cgviz.places.site.page import FOLDER, page, script, style
from cgviz.places.site.runtime import runtime
from cgviz.places.site.wheels import wheels
from cgviz.text.output import write

__all__ = ["site"]

FAMILY = "cgviz-"
WARM = [name for name in ANSWERS if name not in ("picture", "jacobian")]
"""What Python in the browser answers once before it is ready, so that it is loaded and kept."""


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
    version = FAMILY + digest(made)
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
    return text.replace("{{version}}", version).replace("{{family}}", FAMILY).replace("{{files}}", kept)


def digest(files: dict[str, bytes]) -> str:
    made = sha256()
    for name in sorted(files):
        made.update(name.encode() + b"\0" + sha256(files[name]).digest())
    return made.hexdigest()[:12]
