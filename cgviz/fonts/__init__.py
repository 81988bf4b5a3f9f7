"""The project's own font, the same on every machine, and how Graphviz is given it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAMILY = "DejaVu Sans"
FALLBACKS = ("Helvetica", "Arial", "sans-serif")
FOLDER = Path(__file__).parent


@contextmanager
def private_fontconfig() -> Iterator[None]:
    """Lets a library that is loaded meanwhile find the project's font, and leaves the environment as it was.

    Fontconfig reads its file once per process. The file names the folder relative to XDG_DATA_HOME, so it
    needs no place of its own to be written to.
    """
    mine = {"FONTCONFIG_FILE": str(FOLDER / "fonts.conf"), "XDG_DATA_HOME": str(FOLDER.parent)}
    before = {name: os.environ.get(name) for name in mine}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
