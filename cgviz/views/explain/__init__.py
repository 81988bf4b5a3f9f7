"""One node under the magnifying glass: the key local step of backpropagation, in words and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cgviz.documents.document import GAP, Document, Entry, Title, words
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing, unicode_spelling
from cgviz.drawing.pictures import CHARTS
from cgviz.drawing.theme import Theme
from cgviz.errors import UsageError, quoted
from cgviz.text.numbers import DIGITS, checked
from cgviz.views.explain.facts import Facts
from cgviz.views.explain.say import Line, Say, opened
from cgviz.views.explain.sections import notes, sections, title, what_if
from cgviz.views.table import json
from cgviz.views.table.heading import head
from cgviz.views.table.rows import by_name

if TYPE_CHECKING:
    from cgviz.runs.run import Run

PROSE = 100
MATHEMATICS = ("forward", "local", "upstream", "backward", "total")
__all__ = ["explain", "picture", "report"]


def report(run: Run, node: str | int, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns what happens at one node. `node` is a name, a label, the number of a stage, or its index in the graph.

    Raises UsageError for a node that there is not.
    """
    about = facts_of(run, node)
    return Report(lambda writing: document(about, writing), lambda: explained(about, digits), digits, theme)


def explain(run: Run, node: str, format: str = "terminal", *, digits: int = DIGITS) -> str:
    """Returns the same as text. Raises UsageError also for a format or a number of digits that there is not."""
    return report(run, node, digits=digits).write(format)


def picture(
    run: Run,
    node: str,
    format: str = "svg",
    *,
    theme: str | Theme = "light",
    digits: int = DIGITS,
    background: str = "transparent",
) -> bytes:
    """Returns the picture of one node in one of CHARTS. Raises UsageError, RenderError."""
    from cgviz.views.explain.figure import figure

    if format not in CHARTS.values():
        raise UsageError(f"no picture format {quoted(format)}; there are {', '.join(CHARTS.values())}")
    return figure(facts_of(run, node), theme=theme, digits=checked(digits), background=background).draw(format)


def facts_of(run: Run, node: str | int) -> Facts:
    from cgviz.graph.lookup import find
    from cgviz.views.explain.facts import Facts

    return Facts(run, node if isinstance(node, int) else find(run.graph, node))


def document(facts: Facts, writing: Writing) -> Document:
    """Returns the document of one node."""
    say = Say(writing, writing.digits or DIGITS)
    called = title(facts, say)
    entries = [
        Entry(section.word, section.lines, section.is_set, section.word in MATHEMATICS)
        for section in sections(facts, say)
    ]
    return Document([head(facts.run, writing), GAP, Title(called), GAP, *entries], words(called), measure=PROSE)


def explained(facts: Facts, digits: int = DIGITS) -> str:
    """Returns the JSON in ASCII; numbers in full precision, those in sentences with `digits` digits."""
    return json.pretty(as_data(facts, digits)) + "\n"


def as_data(facts: Facts, digits: int = DIGITS) -> dict[str, Any]:
    run, index = facts.run, facts.index
    graph, say = run.graph, Say(unicode_spelling(digits), digits)
    told = json.stage_of(run, by_name(run), index) if facts.node.is_stage else json.input_of(run, index)
    return {
        "cgviz": json.VERSION,
        "program": graph.program,
        "detail": graph.detail,
        "kind": "stage" if facts.node.is_stage else "input",
        "is_output": facts.is_output,
        **told,
        **(of_gate(facts) if facts.node.is_stage else {}),
        "used_by": [{"name": graph.nodes[edge.target].name, "slot": edge.slot} for edge in reversed(facts.uses)],
        "notes": texts(notes(facts, say)),
        "what_if": texts(what_if(facts, say)),
    }


def of_gate(facts: Facts) -> dict[str, Any]:
    """Returns what the op's record says about the gate."""
    op, spelled = facts.node.op, by_name(facts.run).graph
    gates = None if op.gates is None else opened(op.gates(*map(spelled.operand, facts.node.args))).text
    return {"says": op.says, "rule": op.rule, "corners": op.corners, "opens_into": gates, "source": op.source}


def texts(lines: list[Line]) -> list[str]:
    return [words(line) for line in lines]
