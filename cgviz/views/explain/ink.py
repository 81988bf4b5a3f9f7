"""What the picture of a node writes: names, slopes, products, in the looks of a theme."""

from __future__ import annotations

from dataclasses import dataclass

from cgviz.drawing.diagram import words
from cgviz.drawing.diagram.lines import one_line
from cgviz.drawing.diagram.pen import LONGEST_FORMULA, Pen
from cgviz.drawing.diagram.scene import Line, Text, Words
from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import POWER
from cgviz.runs.steps import joined
from cgviz.text.formula import Formula, Pretty, with_digits
from cgviz.text.numbers import MOST_IN_A_LINE
from cgviz.values.arrays import is_array
from cgviz.views.explain.facts import Edge, Facts

NAME, NUMBER, FORMULA = 14.0, 14.0, 12.0
LONGEST_NAME, LONGEST_RULE, LONGEST_PRODUCT, MOST_TERMS = 14, 44, 64, 5


@dataclass(frozen=True)
class Ink:
    """The texts of one picture."""

    facts: Facts
    pen: Pen

    nothing = Words("")

    @property
    def edges(self) -> list[Edge]:
        """The edges that the picture is about."""
        return self.facts.operands if self.facts.node.is_stage else self.facts.uses

    def words(self, index: int) -> Words:
        """Returns the title and description of a node's part."""
        return self.pen.words_of(index)

    def wire_words(self, edge: Edge) -> Words:
        return words.of_wire(self.pen.run, edge.target, edge.slot, self.pen.known, self.pen.digits)

    def shown(self, index: int) -> str:
        return words.brief(one_line(self.pen.graph.nodes[index].shown), LONGEST_NAME)

    def slope(self, output: int, index: int) -> str:
        """Returns `∂invden/∂den`."""
        return f"∂{self.shown(output)}/∂{self.shown(index)}"

    def gradient(self, index: int) -> str:
        """Returns `∂f/∂den`."""
        return self.slope(self.pen.graph.output, index)

    def node(self, index: int, formula: bool = False) -> Line:
        """Returns a node as it stands in a pill: `(6) den`, a constant as it was written."""
        pen, graph = self.pen, self.pen.graph
        if graph.nodes[index].op is CONSTANT:
            written = words.brief(one_line(graph.operand(index).pretty), words.LONGEST_NAME)
            return (Text(written, pen.theme.soft, NAME, kind="formula"),)
        if not graph.nodes[index].is_stage:
            return (pen.name(index, NAME),)
        says = pen.formula(index, NAME, LONGEST_FORMULA) if formula else []
        return (pen.stage_number(index), pen.name(index, NAME), *says)

    def value(self, index: int) -> Text | None:
        """Returns the value of a node that is computed; a constant says its own."""
        if self.pen.run.symbolic or self.pen.graph.nodes[index].op is CONSTANT:
            return None
        return self.pen.value(index, NUMBER, bold=True)

    def local(self, edge: Edge) -> Text:
        """Returns `∂invden/∂den = −1/den² = −0.2623`."""
        slope, pen = self.slope(edge.target, edge.source), self.pen
        if edge.is_structural:
            return self.rule(edge)
        if edge.run.local_formula(edge.target, edge.slot) is None or (not pen.run.symbolic and edge.back.local is None):
            return Text(f"{slope}: none", pen.theme.muted, FORMULA, kind="local")
        parts = [slope]
        if edge.formula is not None:
            parts.append(words.brief(one_line(edge.formula.pretty), LONGEST_FORMULA))
        if edge.back.local is not None:
            parts.append(pen.number(edge.back.local))
        summed = "" if edge.handed is None else ", summed backward"
        return Text(joined(parts) + summed, pen.colour(edge.target, pen.theme.local), FORMULA, kind="local")

    def rule(self, edge: Edge) -> Text:
        """Returns `x gets Wᵀ dq`: an op for whole arrays has no local derivative, it has a rule."""
        pen, name = self.pen, self.shown(edge.source)
        if edge.handed is None:
            return Text(f"{name} gets nothing", pen.theme.muted, FORMULA, kind="local")
        says = f"{name} gets {words.brief(one_line(edge.handed.pretty), LONGEST_RULE)}"
        return Text(says, pen.colour(edge.target, pen.theme.local), FORMULA, kind="local")

    def product(self, edge: Edge) -> list[Text]:
        """Returns what an edge hands back: ∂f/∂den = ∂f/∂invden · ∂invden/∂den, then the numbers (or the formula)."""
        if edge.step is None:
            why = "a constant takes none" if edge.is_constant else "nothing flows back"
            return [Text(why, self.pen.theme.muted, FORMULA, kind="caption")]
        sign = "+=" if self.branches(edge.source) > 1 else "="
        upstream, local = self.gradient(edge.target), self.slope(edge.target, edge.source)
        product = f"{upstream} · {local}" if edge.handed is None else self.handed(edge, Formula(upstream))
        value = edge.back.value
        large = value is not None and is_array(value) and value.size > MOST_IN_A_LINE  # the text has it as a grid
        if large or (edge.handed is not None and value is None):
            return [self.red(f"{self.gradient(edge.source)} {sign} {product}", edge)]
        return [
            self.red(f"{self.gradient(edge.source)} {sign} {product}", edge),
            self.red(f"= {self.numbers(edge, upstream)}", edge, bold=edge.step.value is not None),
        ]

    def numbers(self, edge: Edge, upstream: str) -> str:
        """Returns `3.018 · (−0.2623) = −0.7916`; in the symbolic state the upstream gradient times the formula."""
        back = edge.back
        if edge.handed is not None:
            return joined([self.handed(edge, None), self.pen.number(back.value)])
        if back.value is None or back.local is None:
            local = edge.formula.write(with_digits(Pretty, self.pen.digits)).within(POWER) if edge.formula else "…"
            return f"{upstream} · {words.brief(one_line(local), LONGEST_FORMULA)}"
        local = Formula(back.local).write(with_digits(Pretty, self.pen.digits)).within(POWER)
        return f"{self.pen.number(back.upstream)} · {local} = {self.pen.number(back.value)}"

    def handed(self, edge: Edge, upstream: Formula | None) -> str:
        """Returns what an edge hands back where it is no product: `Wᵀ ∂f/∂q`, without an upstream in numbers."""
        node, slot = self.pen.graph.nodes[edge.target], edge.slot
        if upstream is None:
            found = self.pen.run.handed_formula(edge.target, slot, numbers=True)
            return brief(found.write(with_digits(Pretty, self.pen.digits)).text if found else "")
        shaped = Formula(upstream.leaf, shape=node.shape)
        found = self.pen.run.handed_formula(edge.target, slot, upstream=shaped)
        return brief(found.pretty if found else "")

    def arriving(self, index: int) -> list[Text]:
        """Returns the gradient of a node: `∂f/∂den = −0.7916`, and of what it is the sum."""
        run, pen = self.pen.run, self.pen
        if not run.taken[index]:
            return [Text("no gradient arrives", pen.theme.muted, FORMULA, kind="caption")]
        said = self.gradient(index) + ("" if run.symbolic else f" = {pen.number(run.gradients[index])}")
        total = pen.red(index, said, FORMULA, not run.symbolic, "gradient", pen.known.gradient.get(index))
        branches = self.branches(index)
        note = "the seed" if index == pen.graph.output else f"the sum of {branches} branches" if branches > 1 else ""
        return [total, *([pen.muted(index, note)] if note else [])]

    def branches(self, index: int) -> int:
        """Returns how many edges hand a gradient back to a node."""
        return sum(edge in self.pen.known.edge for edge in self.pen.graph.edges_out[index])

    def total(self) -> list[Text]:
        """Returns the gradient of the node as the sum of its contributions: `∂f/∂x = 2.06`, `= 1.583 − 0.03576 + …`."""
        index, pen = self.facts.index, self.pen
        first, *_ = self.arriving(index)
        values = [edge.back.value for edge in self.facts.flowing]
        if len(values) < 2 or pen.run.symbolic:
            return [first]
        shown = values if len(values) <= MOST_TERMS else values[: MOST_TERMS - 1]
        terms = [pen.number(value) for value in shown]
        signed = [f" {'−' if term.startswith('−') else '+'} {term.lstrip('−')}" for term in terms[1:]]
        more = " + …" if len(values) > len(shown) else ""
        text = f"= {terms[0]}{''.join(signed)}{more}"
        return [first, pen.red(index, text, FORMULA, False, "gradient", pen.known.gradient.get(index))]

    def red(self, says: str, edge: Edge, bold: bool = False) -> Text:
        step = self.pen.known.edge.get((edge.target, edge.slot))
        return self.pen.red(edge.target, says, FORMULA, bold, "contribution", step)


def brief(text: str) -> str:
    return words.brief(one_line(text), LONGEST_PRODUCT)
