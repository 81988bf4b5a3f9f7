"""The caption of a forward step as a template: the formula of a stage with holes where its operands' numbers go."""

from __future__ import annotations

import re

from cgviz.graph.nodes import Graph
from cgviz.ops.op import POWER, SIGNED
from cgviz.text.formula import Pretty
from cgviz.text.written import Written

HOLE = re.compile("(\ue002|\ue004)?\ue000(\\d+)\ue001\ue003?")
PLAIN, BRACKETED, RAISED = range(3)
KINDS = {None: PLAIN, "\ue002": BRACKETED, "\ue004": RAISED}

Template = list[str | list[int]]


class Holes(Pretty):
    """Writes formulas whose operands are holes; a number in an exponent will be raised, if it can be."""

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        if exponent.text.startswith("\ue000"):
            return f"{base.atom}\ue004{exponent.text}", POWER
        return super().power(base, exponent)


def template(graph: Graph, index: int, digits: int) -> Template:
    """Returns texts and holes by turns; a hole is `[slot, kind]`: plain, BRACKETED where negative, or RAISED."""
    node, notation = graph.nodes[index], Holes()
    notation.digits = digits
    holes = [Written(f"\ue000{slot}\ue001", SIGNED, ("\ue002", "\ue003")) for slot in range(len(node.args))]
    text, parts, done = str(notation.apply(node.op, holes)), Template(), 0
    for match in HOLE.finditer(text):
        parts += [text[done : match.start()], [int(match[2]), KINDS[match[1]]]]
        done = match.end()
    return [*parts, text[done:]]
