"""An explanation in Markdown: a row per section. What the user wrote stands in code spans, so none of it is markup."""

from __future__ import annotations

from cgviz.text.numbers import DIGITS
from cgviz.views.explain.facts import Facts
from cgviz.views.explain.say import Line, Say
from cgviz.views.explain.sections import sections, title
from cgviz.views.table.markdown import code, head, prose
from cgviz.views.table.spelling import unicode_spelling

IN_CODE = ("forward", "local", "upstream", "backward", "total")


def explained(facts: Facts, digits: int = DIGITS) -> str:
    """Returns the function, the node, and a list of what is said about it."""
    say = Say(unicode_spelling(digits), digits)
    lines = [*head(facts.run, say.spelling), "", f"**{code(plain(title(facts, say)))}**", ""]
    for section in sections(facts, say):
        if section.is_set:
            lines += [f"- *{section.word}*:", "", *("      " + plain(line) for line in section.lines)]
            continue
        written = [code(plain(line)) if section.word in IN_CODE else mixed(line) for line in section.lines]
        lines += [f"- *{section.word}*: {written[0]}", *(f"  - {line}" for line in written[1:])]
    return "\n".join([*lines, ""])


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def mixed(line: Line) -> str:
    """Returns a sentence in which names are code."""
    return "".join(code(text) if role == "name" else prose(text) for text, role in line)
