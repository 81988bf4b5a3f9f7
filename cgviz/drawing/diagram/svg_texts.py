"""A text as an element of SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from cgviz.drawing.diagram.scene import Text
from cgviz.drawing.fonts import FONT
from cgviz.errors import printable

BASELINE = 0.34  # from the middle of a line to its baseline, in sizes
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]+(?:_\\w+)*")
ANCHORS = {0.5: "middle", 1.0: "end"}
SETTING = f'font-family="{FONT}"'  # of the group that holds all texts
BLANKS = re.compile(r"^\s|\s\s|\s$")  # which SVG would leave out


def written(text: Text, x: float, y: float, align: float) -> str:
    """Returns a text that hangs by an end or its middle; its font is the picture's (`SETTING`)."""
    says = text.text if align else text.text.rstrip()
    blanks = ' xml:space="preserve"' if says != " ".join(says.split()) and BLANKS.search(says) else ""
    anchor = f' text-anchor="{ANCHORS[align]}"' if align else ""
    weight = ' font-weight="bold"' if text.bold else ""
    slant = ' font-style="italic"' if text.slanted else ""
    return (
        f'<text class="{text.classes}"{blanks}{anchor} x="{x:.2f}" y="{y:.2f}"{weight}{slant} '
        f'font-size="{text.size:g}" fill="{text.colour}">{"".join(spans(text))}</text>\n'
    )


def flat(value: float) -> str:
    return f"{value:.2f}"


def spans(text: Text) -> Iterator[str]:
    """Yields the runs of a text: the first level as it is, scripts smaller and shifted, and the way back."""
    down, runs = 0.0, text.runs
    if len(runs) == 1 and runs[0].is_plain:
        yield escape(isolated(printable(runs[0].text)), quote=False)
        return
    for run in runs:
        inner = escape(isolated(printable(run.text)), quote=False)
        shift, down = run.shift * text.size - down, run.shift * text.size
        look = f' dy="{flat(shift)}"' if abs(shift) > 1e-6 else ""
        if run.level:
            look += f' font-size="{text.size * run.share:.4g}"'
        if run.slanted and not text.slanted:
            look += ' font-style="italic"'
        if run.bold and not text.bold:
            look += ' font-weight="bold"'
        yield f"<tspan{look}>{inner}</tspan>" if look else inner


def letters(svg: str) -> dict[tuple[bool, bool], set[int]]:
    """Returns the code points in each face, bold or not and slanted or not, of a picture that is written here.

    No parser of XML is asked: in a large picture that takes as long as a tenth of all.
    """
    found: dict[tuple[bool, bool], set[str]] = {}
    for element in svg.split("<text ")[1:]:
        look, _, inner = element[: element.index("</text>")].partition(">")
        style = is_bold(look), is_slanted(look)
        plain, *spans = inner.split("<tspan")
        found.setdefault(style, set()).add(plain)
        for span in spans:
            own, _, rest = span.partition(">")
            says, _, after = rest.partition("</tspan>")
            found.setdefault((style[0] or is_bold(own), style[1] or is_slanted(own)), set()).add(says)
            found[style].add(after)
    return {style: set(map(ord, unescape("".join(said)))) for style, said in found.items()}


def is_bold(look: str) -> bool:
    return 'font-weight="bold"' in look


def is_slanted(look: str) -> bool:
    return 'font-style="italic"' in look


def isolated(text: str) -> str:
    """Returns a text in which words that run from right to left do not turn what stands around them."""
    return text if text.isascii() else RIGHT_TO_LEFT.sub("\u2068\\g<0>\u2069", text)
