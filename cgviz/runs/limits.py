"""What a view will not do is known before its work begins: how many stages it takes, and how many operands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cgviz.errors import UsageError

if TYPE_CHECKING:
    from cgviz.graph.nodes import Graph

OPERANDS = 4  # for each stage that is allowed
STATEMENTS = 1.5
EMPTY = re.compile(r"[\n;](?=\s*(?:[\n;#]|$))")


class Limit(NamedTuple):
    """How many stages a view takes; `what` is the view, as in "a worksheet"; `widest` the most operands of a stage."""

    most: int
    what: str
    widest: int | None = None

    def check_text(self, text: str) -> None:
        """Raises UsageError where a program has far more statements than a view takes stages: it is not even read."""
        separators = text.count("\n") + text.count(";")
        if separators > self.most * STATEMENTS:
            self.check_count(separators + 1 - len(EMPTY.findall(text)), "statements", self.most * STATEMENTS)

    def check(self, graph: Graph) -> None:
        """Raises UsageError where a graph has more stages, or operands of stages, than a view takes."""
        self.check_count(len(graph.stages), "stages", self.most)
        widths = [len(node.args) for node in graph.nodes]
        self.check_count(sum(widths), "operands", self.most * OPERANDS)
        self.check_count(max(widths), "operands of one stage", self.widest or self.most * OPERANDS)

    def check_count(self, count: int, of: str, most: float) -> None:
        if count > most:
            told = f"at most {most:,}" if "operands" in of else f"at most {self.most:,} stages"
            raise UsageError(f"{count:,} {of} are too many for {self.what}: {told}; cgviz table shows them all")
