"""An explanation for a terminal: the words of the sections at the side, their lines beside them."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.text.fold import fold, split
from cgviz.text.numbers import DIGITS
from cgviz.views.explain.facts import Facts
from cgviz.views.explain.say import Line, Say
from cgviz.views.explain.sections import Section, sections, title
from cgviz.views.table.page import head_lines, text
from cgviz.views.table.spelling import unicode_spelling

SIDE, HANG, NARROWEST, PROSE = 10, 2, 36, 100


def explained(facts: Facts, digits: int = DIGITS) -> str:
    """Returns the page as plain text."""
    return text(page(facts, Say(unicode_spelling(digits), digits)))


def page(facts: Facts, say: Say, width: int | None = None) -> list[Line]:
    """Returns the function, the node and its sections as lines of at most `width` columns."""
    width = max(width or PROSE, NARROWEST)
    lines = [*head_lines(facts.run, say.spelling, width), [], *fold(split(title(facts, say)), width), []]
    for section in sections(facts, say):
        lines += block(section, width)
    return lines


def block(section: Section, width: int) -> Iterator[Line]:
    """Yields the lines of a section, its word before the first; what does not fit goes on below, indented."""
    word = section.word
    for line in section.lines:
        parts = [line] if section.is_set else fold(split(line), width - SIDE - HANG)
        for number, part in enumerate(parts):
            yield [(word.ljust(SIDE), "muted"), *([(" " * HANG, "")] if number else []), *part]
            word = ""
