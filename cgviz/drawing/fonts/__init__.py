"""The project's own font, the same on every machine, and how Graphviz is given it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAMILY = "Cgviz Sans"
FONT = f"{FAMILY},Inter,Helvetica,Arial,sans-serif"  # DOT's fontname and SVG's font-family
FACES = {  # by "is it bold" and "is it slanted"
    (False, False): "CgvizSans-Regular.ttf",
    (True, False): "CgvizSans-Bold.ttf",
    (False, True): "CgvizSans-Italic.ttf",
    (True, True): "CgvizSans-BoldItalic.ttf",
}
FOLDER = Path(__file__).parents[2] / "fonts"  # data alone, at the place where other programs look for it


@contextmanager
def private_fontconfig(others: bool = False) -> Iterator[None]:
    """Lets Fontconfig, when it starts meanwhile in this process, find the project's font; see `settings`."""
    mine = settings(others)
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


def settings(others: bool = False) -> dict[str, str]:
    """Returns the environment variables that show Fontconfig the project's font.

    The configuration names the folder relative to XDG_DATA_HOME: nothing is written, not even a temporary file.

    others  shows it the machine's fonts as well
    """
    file = "fonts-and-system.conf" if others else "fonts.conf"
    return {"FONTCONFIG_FILE": str(FOLDER / file), "XDG_DATA_HOME": str(FOLDER.parent)}
