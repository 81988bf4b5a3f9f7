"""The playground's page: its skeleton, style and script, and the pictures of the example that it begins with."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from cgviz.codegen.browser import library
from cgviz.drawing.fonts import FACES, FAMILY
from cgviz.kernel import respond
from cgviz.players.page.document import colours, filled, island, read, scripts

FOLDER = Path(__file__).parent
EXAMPLE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
VALUES = {"x": 3, "y": -4}
ROOMS = {"wide": "1300x400", "narrow": "360x560"}  # of a screen and of a phone, for the first picture
SCRIPTS = ("kernel", "editor", "reports", "playground")
FONT = '@font-face{{font-family:"{family}";font-weight:{weight};font-style:normal;src:url("{base}fonts/{file}")}}\n'


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
