"""An explanation as a document: the function, the node, and a word at the side of what is said about it."""

from __future__ import annotations

from cgviz.documents.document import GAP, Document, Entry, Title, words
from cgviz.documents.writing import Writing
from cgviz.text.numbers import DIGITS
from cgviz.views.explain.facts import Facts
from cgviz.views.explain.say import Say
from cgviz.views.explain.sections import sections, title
from cgviz.views.table.heading import head

PROSE = 100
MATHEMATICS = ("forward", "local", "upstream", "backward", "total")


def document(facts: Facts, writing: Writing) -> Document:
    """Returns the document of one node."""
    say = Say(writing, writing.digits or DIGITS)
    called = title(facts, say)
    entries = [
        Entry(section.word, section.lines, section.is_set, section.word in MATHEMATICS)
        for section in sections(facts, say)
    ]
    return Document([head(facts.run, writing), GAP, Title(called), GAP, *entries], words(called), measure=PROSE)
