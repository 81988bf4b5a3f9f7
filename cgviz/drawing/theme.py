"""All colours of cgviz in one place: four themes for pictures, and the same meanings as styles for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cgviz.errors import UsageError
from cgviz.records import record


@record(kw_only=True)
class Theme:
    """What every colour means. Colour is never the only carrier: place, words or slant say the same.

    value and gradient  the two numbers of a node; `slanted` sets gradients in italics as well
    tangent             the number of forward mode, which never stands without a word
    ink, soft, muted    names; formulas; numbers of stages and what may be overlooked
    edge, local         wires and the local derivatives beside them; `pale` for what does not reach the output
    data_fill           inside of inputs that are data: grey
    *_fill, *_line      inside and outline of inputs, stages and the output
    flag                ties, kinks and numbers that are not finite
    scales              of heat maps of a "value", "gradient" and "tangent": colours of least, 0, greatest
    terminal            rich styles by the same names
    """

    name: str
    background: str
    ink: str
    soft: str
    muted: str
    value: str
    gradient: str
    tangent: str
    slanted: bool = False
    edge: str
    local: str
    pale: str
    flag: str
    stage_fill: str
    stage_line: str
    input_fill: str
    input_line: str
    data_fill: str
    output_fill: str
    output_line: str
    scales: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    terminal: Mapping[str, str] = field(default_factory=dict)


PLAIN = {"name": "bold", "soft": "", "muted": "dim", "local": "dim", "flag": "yellow"}
GREEN_RED = {"value": "green", "gradient": "red", "tangent": "magenta", **PLAIN}

LIGHT = Theme(
    name="light",
    background="#ffffff",
    ink="#0f172a",
    soft="#475569",
    muted="#5b677a",
    value="#064a21",
    gradient="#d11f2b",
    tangent="#6d28d9",
    edge="#64748b",
    local="#475569",
    pale="#616d80",
    flag="#a8470a",
    stage_fill="#ffffff",
    stage_line="#94a3b8",
    input_fill="#eaf2ff",
    input_line="#7ba3e0",
    data_fill="#eef0f3",
    output_fill="#fff4d6",
    output_line="#d9a02b",
    scales={
        "value": ("#2447b8", "#f4f6f9", "#117a37"),
        "gradient": ("#7b1fa2", "#f7f5f5", "#cf1b29"),
        "tangent": ("#0f766e", "#f5f5f7", "#6d28d9"),
    },
    terminal=GREEN_RED,
)

DARK = Theme(
    name="dark",
    background="#0f172a",
    ink="#f1f5f9",
    soft="#cbd5e1",
    muted="#a3b1c4",
    value="#a7f5c3",
    gradient="#ff7b7b",
    tangent="#c4a5ff",
    edge="#8496af",
    local="#cbd5e1",
    pale="#94a3b8",
    flag="#fbbf24",
    stage_fill="#1e293b",
    stage_line="#5b6c84",
    input_fill="#1e3357",
    input_line="#5b8bd6",
    data_fill="#263041",
    output_fill="#43371a",
    output_line="#d3a13a",
    scales={
        "value": ("#6ea8ff", "#16233b", "#4ade80"),
        "gradient": ("#c792ff", "#2a2033", "#ff7b7b"),
        "tangent": ("#e3b341", "#20263b", "#c4a5ff"),
    },
    terminal={**GREEN_RED, "value": "bright_green", "gradient": "bright_red", "tangent": "bright_magenta"},
)

PRINT = Theme(
    name="print",
    background="#ffffff",
    ink="#000000",
    soft="#262626",
    muted="#595959",
    value="#000000",
    gradient="#4d4d4d",
    tangent="#1a1a1a",
    slanted=True,
    edge="#404040",
    local="#262626",
    pale="#5c5c5c",
    flag="#000000",
    stage_fill="#ffffff",
    stage_line="#595959",
    input_fill="#ebebeb",
    input_line="#595959",
    data_fill="#f7f7f7",
    output_fill="#d9d9d9",
    output_line="#000000",
    scales={
        "value": ("#f2f2f2", "#ababab", "#000000"),
        "gradient": ("#f2f2f2", "#ababab", "#000000"),
        "tangent": ("#f2f2f2", "#ababab", "#000000"),
    },
    terminal={**PLAIN, "value": "bold", "gradient": "italic", "tangent": "bold italic", "flag": "underline"},
)

COLORBLIND = Theme(
    name="colorblind",
    background="#ffffff",
    ink="#0f172a",
    soft="#475569",
    muted="#5b677a",
    value="#003e63",
    gradient="#b34700",
    tangent="#7b3f98",
    edge="#64748b",
    local="#475569",
    pale="#616d80",
    flag="#8f4a7a",
    stage_fill="#ffffff",
    stage_line="#94a3b8",
    input_fill="#e3f1fb",
    input_line="#56a0d0",
    data_fill="#eef0f3",
    output_fill="#fdf3d0",
    output_line="#d0a000",
    scales={
        "value": ("#8a6a00", "#f6f6f4", "#0072b2"),
        "gradient": ("#5e3c99", "#f6f5f4", "#c24e00"),
        "tangent": ("#8a6a00", "#f6f5f6", "#7b3f98"),
    },
    terminal={**PLAIN, "value": "blue", "gradient": "dark_orange3", "tangent": "purple", "flag": "magenta"},
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT, COLORBLIND)}


def theme(name: str | Theme) -> Theme:
    """Returns the theme of that name; raises UsageError where there is none."""
    if isinstance(name, Theme):
        return name
    if name not in THEMES:
        raise UsageError(f"no theme {name!r}; there are {', '.join(THEMES)}")
    return THEMES[name]
