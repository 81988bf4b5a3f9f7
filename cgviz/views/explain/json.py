"""An explanation as JSON: what `cgviz table --format json` says about the node, and what is said here beside it."""

from __future__ import annotations

from typing import Any

from cgviz.documents.document import words
from cgviz.documents.writing import unicode_spelling
from cgviz.text.numbers import DIGITS
from cgviz.views.explain.facts import Facts
from cgviz.views.explain.place import opened
from cgviz.views.explain.say import Line, Say
from cgviz.views.explain.sections import notes
from cgviz.views.explain.whatif import what_if
from cgviz.views.table import json
from cgviz.views.table.rows import by_name


def explained(facts: Facts, digits: int = DIGITS) -> str:
    """Returns the JSON in ASCII; numbers in full precision, those in sentences with `digits` digits."""
    return json.pretty(document(facts, digits)) + "\n"


def document(facts: Facts, digits: int = DIGITS) -> dict[str, Any]:
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
