"""What a gate is and where it stands: its record in words, what it is computed from, who uses it."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.graph.nodes import CONSTANT
from cgviz.runs.steps import joined
from cgviz.text.formula import Formula
from cgviz.views.explain.facts import Facts, ends
from cgviz.views.explain.say import MOST, Line, Say


def gate(facts: Facts, say: Say) -> list[Line]:
    """Returns what the gate does to a gradient, its corners, and the gates that it opens into."""
    op, graph = facts.node.op, facts.run.graph
    head = op.name.replace("_", " ") + (f" {op.glyph}" if op.glyph != op.name else "")
    lines: list[Line] = [[(say.plain(head), "name"), (say.plain(f": {op.says or op.gate}"), "")]]
    if op.gates is not None:
        forms = [graph.formula(facts.index), op.gates(*map(graph.operand, facts.node.args))]
        same = joined([say.spelling.formula(form) for form in (*forms, opened(forms[-1]))])
        lines.append([(f"opens into simpler gates: {same}", ""), (" (--detail gate)", "muted")])
    if op.corners != "none":
        lines.append([(say.plain(f"corners: {op.corners}"), "muted")])
    return lines


def opened(formula: Formula) -> Formula:
    """Returns a formula with its gates opened as far as they go; it is as deep as one gate's record."""
    args = tuple(map(opened, formula.args))
    if formula.op is None:
        return formula
    return opened(formula.op.gates(*args)) if formula.op.gates else Formula(op=formula.op, args=args)


def feeds(facts: Facts, say: Say) -> list[Line]:
    """Returns which nodes and constants the stage is computed from."""
    graph = facts.run.graph
    sources = list(dict.fromkeys(facts.node.args))
    first, left_out, last = ends(sources, MOST)
    shown = [
        [(say.spelling.formula(graph.operand(i)), ""), (" (constant)", "muted")]
        if graph.nodes[i].op is CONSTANT
        else say.numbered(facts, i)
        for i in (*first, *last)
    ]
    return [[("computed from ", ""), *listed(shown, left_out, len(first), say)]] if sources else []


def used(facts: Facts, say: Say) -> Line:
    """Returns which stages use the node, in order, or that none does."""
    targets = sorted({edge.target for edge in facts.uses})
    first, left_out, last = ends(targets, MOST)
    names = listed([say.numbered(facts, i) for i in (*first, *last)], left_out, len(first), say)
    if facts.is_output:
        return [("the output; its gradient is 1 by definition", ""), *([("; used by ", ""), *names] if targets else [])]
    times = f", {len(facts.uses)} times" if len(facts.uses) > len(targets) else ""
    return [("used by ", ""), *names, (times, "")] if targets else [("used by no stage", "")]


def listed(parts: Sequence[Line], left_out: int, at: int, say: Say) -> Line:
    """Returns `sigx (3), xpysqr (5)`, and how many are left out in the middle."""
    lines = list(parts)
    if left_out:
        lines.insert(at, [(f"{say.spelling.ellipsis} {left_out} more {say.spelling.ellipsis}", "muted")])
    return [piece for i, line in enumerate(lines) for piece in ([(", ", ""), *line] if i else line)]
