"""Puts the page together: the skeleton, its style sheet and its script, the pictures and the facts."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from cgviz.codegen.browser import library
from cgviz.documents.writing import spelling_for
from cgviz.drawing.engine.embed import rule
from cgviz.drawing.pictures import DIRECTIONS, STYLES
from cgviz.drawing.theme import theme as theme_of
from cgviz.errors import UsageError, printable, quoted
from cgviz.players.page.facts import told
from cgviz.players.page.picture import palettes, picture
from cgviz.runs.run import Run
from cgviz.views.table.heading import heading

MODULES = (
    "numbers passes state steps pictures grids zoom finding dragging caption inputs inspector table predict transport "
    "exporting link embedding main"
).split()
MIDDLING, LARGE = 40, 150  # nodes beyond which a page holds two pictures instead of four, and one
LETTERS = "".join(map(chr, range(32, 127))) + "−·×÷√∂∇Σσ²³⁰¹⁴⁵⁶⁷⁸⁹⁻≤≥…–—’“”→←↑↓✓✗"
MARK = re.compile(r"\{\{(\w+)\}\}")

FOLDER = Path(__file__).parent


def document(run: Run, style: str, theme: str | None, direction: str, digits: int) -> str:
    """Returns the HTML of the page."""
    if style not in STYLES:
        raise UsageError(f"no style {quoted(style)}; there are {', '.join(STYLES)}")
    if direction not in DIRECTIONS:
        raise UsageError(f"no direction {quoted(direction)}; there are {', '.join(DIRECTIONS)}")
    chosen = theme_of(theme).name if theme else "auto"
    about, source = told(run, digits)
    shown = [picture(run, *look, digits) for look in looks(run, style, direction)]
    about["pictures"] = [one.facts for one in shown]
    lines = heading(run, spelling_for("utf-8", digits))
    about["program"] = lines
    written = "\n".join(one.svg for one in shown)
    script = f'"use strict";\n{library()}\nconst functions = {source};\n{scripts()}'
    parts = {
        "title": html.escape(lines[-1][:120]),
        "function": html.escape(lines[-1]),
        "statements": html.escape("\n".join(filter(None, [*lines[:-1], run.graph.read_without]))),
        "theme": chosen,
        "style": fonts(written + json.dumps(about, ensure_ascii=False)) + colours() + read("css", "page"),
        "pictures": written,
        "facts": island(about),
        "script": script,
        "digest": b64encode(sha256(script.encode()).digest()).decode(),
    }
    return filled("page", parts)


def filled(name: str, parts: dict[str, str], folder: Path = FOLDER) -> str:
    """Returns a skeleton with its marks filled; the picture with all that moves it is `live`, the table `table`."""
    skeleton = (folder / f"{name}.html").read_text(encoding="utf-8")
    skeleton = skeleton.replace("{{live}}", read("html", "live")).replace("{{table}}", read("html", "table"))
    return MARK.sub(lambda match: parts[match[1]], skeleton)


def scripts() -> str:
    """Returns the source of all that a live page can do."""
    return read("js", *MODULES)


def looks(run: Run, style: str, direction: str) -> list[tuple[str, str]]:
    """Returns the (style, direction) that the page can switch between, the first first; of a large graph it has one."""
    size = len(run.graph)
    styles = sorted(STYLES, key=lambda one: one != style)[: 1 if size > LARGE else None]
    directions = sorted(DIRECTIONS, key=lambda one: one != direction)[: 1 if size > MIDDLING else None]
    return [(one, way) for one in styles for way in directions]


def read(ending: str, *names: str, folder: Path = FOLDER) -> str:
    return "\n".join((folder / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)


def island(about: object) -> str:
    """Returns the facts as JSON that cannot end its script element, whatever the user's names are."""
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text.encode("utf-8", "backslashreplace").decode()


def colours() -> str:
    """Returns every theme as a rule; without a choice the system's, light or dark."""
    known = dict(palettes())
    chosen = "".join(f':root[data-theme="{name}"]{{{values}}}\n' for name, values in known.items())
    dark = f"@media (prefers-color-scheme:dark){{:root{{{known['dark']}}}}}\n"
    return f":root{{{known['light']}}}\n@media screen{{{dark}{chosen}}}\n"


def fonts(text: str) -> str:
    """Returns the project's font, upright and bold, with the letters that the page can show."""
    letters = sorted(set(map(ord, printable("".join(set(text))) + LETTERS)))
    return "\n".join(rule((bold, False), letters) for bold in (False, True)) + "\n"
