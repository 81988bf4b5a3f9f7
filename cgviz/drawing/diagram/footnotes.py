"""Numbered footnotes beneath a picture: whatever is shortened in it stands there whole."""

from __future__ import annotations

from dataclasses import field

from cgviz.drawing.diagram.lines import broken
from cgviz.drawing.diagram.scene import LEFT, LINE_HEIGHT, SIZE, Box, Text, TextPlace, Words, widest
from cgviz.drawing.theme import Theme
from cgviz.records import record
from cgviz.text.letters import SUPERSCRIPTS

NARROWEST = 300.0  # no line of footnotes is broken before it is so long
MOST = 40  # lines of one footnote


@record
class Footnotes:
    """What was shortened, whole, in the order of its numbers."""

    whole: list[str] = field(default_factory=list)

    def mark(self, lines: list[str], whole: str) -> list[str]:
        """Returns the lines of a text, with the number of its footnote where they do not say all of it."""
        if not any("…" in line for line in lines):
            return lines
        at = next((n for n, line in enumerate(lines) if line.endswith("…")), None)
        if at is None or whole.endswith("…"):
            return lines
        if whole not in self.whole:
            self.whole.append(whole)
        return [*lines[:at], lines[at] + raised(self.whole.index(whole) + 1), *lines[at + 1 :]]

    def box(self, theme: Theme, wide: float, used: set[str]) -> Box | None:
        """Returns the footnotes of a picture that is so wide, of which it has these marks; None where it has none."""
        lines = []
        for number, whole in enumerate(self.whole, 1):
            if raised(number) in used:
                says = f"{raised(number)} {whole.removeprefix('=').lstrip()}"
                text = Text(says, theme.soft, SIZE, kind="footnote")
                letters = int(len(says) * max(wide, NARROWEST) / text.width)
                lines += [(Text(line, theme.soft, SIZE, kind="footnote"),) for line in broken(says, letters, MOST)]
        if not lines:
            return None
        width, high = widest(lines), LINE_HEIGHT * SIZE
        top = high * len(lines) / 2
        places = [TextPlace(line, -width / 2, top - high * (n + 0.5), LEFT, width) for n, line in enumerate(lines)]
        return Box(
            key="footnotes", width=width, height=2 * top, inside=tuple(places), fill="transparent", line="transparent",
            classes="footnotes", words=Words("what is shortened in the picture"), rank="aside",
        )  # fmt: skip


def raised(number: int) -> str:
    """Returns a number as it stands at what a footnote belongs to."""
    return "".join(SUPERSCRIPTS[digit] for digit in str(number))


def mark_of(text: str) -> str:
    """Returns the number of the footnote of a text; "" where it has none."""
    return text.rpartition("…")[2] if "…" in text else ""
