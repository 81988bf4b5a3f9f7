"""What an explanation says, in one spelling: captions, slopes and names, the gate and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cgviz.documents.writing import Writing
from cgviz.graph.nodes import CONSTANT
from cgviz.runs.steps import Backward, Forward, joined
from cgviz.text.formula import Formula, Notation, Pretty
from cgviz.text.notations import MARKED, Marked
from cgviz.text.numbers import DIGITS, number
from cgviz.values.arrays import Value, is_array
from cgviz.views.explain.facts import Edge, Facts, ends
from cgviz.views.table.rows import ArrayBlock

LONGEST, MOST, NARROWEST = 240, 12, 24
Piece = tuple[str, str]
"""A piece of text and its role: "value", "gradient", "local", "name", "muted", "flag" or ""."""
Line = list[Piece]


@dataclass(frozen=True)
class Say:
    """Writes what an explanation says, in the letters that an output's encoding has."""

    spelling: Writing
    digits: int = DIGITS

    def plain(self, text: str, most: int = LONGEST) -> str:
        """Returns a caption or a sentence, its middle left out where it is very long."""
        shown = self.spelling.elided(text, most)
        return self.spelling.clean(shown)

    @property
    def captions(self) -> type[Notation]:
        """The notation of captions: typeset where everything is, else for the eye."""
        return Marked if self.spelling.notation is MARKED else Pretty

    def name(self, facts: Facts | Edge, index: int) -> str:
        return self.spelling.name(facts.run.graph.nodes[index].shown)

    def numbered(self, facts: Facts, index: int) -> Line:
        """Returns a node and its number: `den (6)`."""
        number = facts.run.graph.numbers.get(index)
        return [(self.name(facts, index), "name"), (f" ({number})" if number else "", "muted")]

    def number(self, value: Value | None) -> str:
        """Returns a number, or an array as captions have it."""
        if is_array(value):
            return self.plain(number(value, self.digits))
        return self.spelling.number(value, padded=False)

    def grid(self, name: str, value: Value, role: str, width: int) -> list[Line]:
        """Returns a small array as lines of numbers, what sums up a large one: `W = ⎡ 0.1  0.5⎤`, `⎣−0.3  0.8⎦`."""
        head = f"{name} = "
        lines = ArrayBlock(value, self.spelling.display or self.spelling).lines(max(width - len(head), NARROWEST))
        return [[(head if i == 0 else " " * len(head), ""), (line, role)] for i, line in enumerate(lines)]

    def forward(self, facts: Facts) -> Line:
        """Returns `den = sigx + xpysqr = 0.9526 + 1 = 1.953`; where that is very long, without the numbers."""
        value, said = facts.run.values[facts.index], Forward(facts.run, facts.index).caption(self.digits, self.captions)
        if len(said) > LONGEST:
            formula = self.spelling.formula(facts.run.graph.formula(facts.index))
            result = [] if value is None else [self.number(value)]
            said = joined([self.name(facts, facts.index), self.spelling.elided(formula, LONGEST), *result])
        return self.with_result(said, value, "value", 2 * LONGEST)

    def backward(self, edge: Edge) -> Line:
        """Returns `dden = dinvden · (−1/den²) = 3.018 · (−0.2623) = −0.7916`."""
        if edge.step is None:
            return [(f"{self.gradient(edge, edge.source)}: nothing flows back on this edge", "muted")]
        if edge.is_convention or (edge.formula is None and edge.handed is None):
            return self.by_name(edge, edge.step)
        total = edge.step.total if edge.step.adds else edge.step.value
        return self.with_result(edge.step.caption(self.digits, self.captions), total, "gradient")

    def by_name(self, edge: Edge, step: Backward) -> Line:
        """Returns the same with the local derivative by its name, where its formula is too long, or that of a tie."""
        sign = "+=" if step.adds else "="
        parts = [f"{self.gradient(edge, edge.target)} · {self.slope(edge)}"]
        if step.value is not None:
            parts += [f"{self.number(edge.back.upstream)} · {self.number(edge.back.local)}", self.number(step.value)]
        head = f"{self.gradient(edge, edge.source)} {sign} "
        return self.with_result(head + joined(parts), step.value, "gradient")

    def with_result(self, caption: str, value: Value | None, role: str, most: int = LONGEST) -> Line:
        """Returns a caption, its last number in the colour of its role."""
        said, result = self.plain(caption, most), self.number(value)
        if value is None or not said.endswith(result):
            return [(said, "")]
        return [(said[: len(said) - len(result)], ""), (result, role)]

    def local(self, edge: Edge) -> Line:
        """Returns `∂invden/∂den = −1/den² = −1/1.953² = −0.2623`."""
        slope = self.slope(edge)
        if edge.is_structural:
            return self.structural(edge)
        if edge.run.local_formula(edge.target, edge.slot) is None:
            return [(f"{slope}: none, the gate is not differentiable in it", "")]
        formula = [] if edge.formula is None else [self.spelling.formula(edge.formula)]
        if edge.run.symbolic:
            return [(joined([slope, *formula]), "")]
        if edge.back.local is None:
            return [(f"{joined([slope, *formula])}: a branch that is not taken", "")]
        numbers = self.plain(edge.in_numbers(self.digits))
        said = joined([slope, *formula, *filter(None, [numbers]), self.number(edge.back.local)])
        return [*self.with_result(said, edge.back.local, "local"), *self.broadcast(edge)]

    def structural(self, edge: Edge) -> Line:
        """Returns `W gets dq xᵀ, of shape 2×2`: an op for whole arrays has no local derivative, it has a rule."""
        name = (self.name(edge, edge.source), "name")
        if edge.handed is None:
            return [name, (" gets nothing: it only decides", "")]
        shape = edge.run.graph.nodes[edge.source].shape
        told = f", of shape {self.spelling.shape(shape)}" if shape else ""
        return [name, (" gets ", ""), (self.spelling.formula(edge.handed), "local"), (told, "")]

    def broadcast(self, edge: Edge) -> Line:
        """Returns how an operand was repeated, where it was."""
        if edge.handed is None:
            return []
        narrow, wide = (edge.run.graph.nodes[i].shape for i in (edge.source, edge.target))
        shapes = f"{self.spelling.shape(narrow)} to {self.spelling.shape(wide)}"
        return [(f"; broadcast forward from {shapes}, summed backward", "muted")]

    def slope(self, edge: Edge) -> str:
        nodes = edge.run.graph.nodes
        return self.spelling.slope(nodes[edge.target].shown, nodes[edge.source].shown)

    def gradient(self, facts: Facts | Edge, index: int) -> str:
        return self.spelling.gradient(facts.run.graph.nodes[index].shown)


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
