"""The texts of a run in the looks of a theme: what both styles write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cgviz.drawing.diagram import arrays, words
from cgviz.drawing.diagram.arrays import pictured
from cgviz.drawing.diagram.figure import Figure
from cgviz.drawing.diagram.footnotes import Footnotes
from cgviz.drawing.diagram.known import KnownSteps, known
from cgviz.drawing.diagram.lines import broken, one_line
from cgviz.drawing.diagram.paragraph import paragraph
from cgviz.drawing.diagram.scene import SIZE, Text, Wire, Words, classes, step_class
from cgviz.drawing.theme import Theme
from cgviz.graph.lookup import find
from cgviz.graph.nodes import CONSTANT, Graph
from cgviz.records import record
from cgviz.runs.modes import REVERSE, Mode
from cgviz.runs.run import Run
from cgviz.text.formula import PRETTY
from cgviz.text.numbers import number
from cgviz.values.arrays import is_array

if TYPE_CHECKING:
    from cgviz.analysis.paths import Light

LONGEST_FORMULA = 243  # with " = " before it
LONGEST_LOCAL = 34
SMALL = SIZE
THIN, BOLD, BOLD_OUTLINE = 1.2, 3.0, 2.4

Blanks = Mapping[tuple[str, int], str]


@record
class Only:
    """The part of a graph that is drawn: the nodes with boxes of their own, and those that stand in the box of a group.

    home    the number of the group in whose box a node stands
    """

    nodes: frozenset[int]
    home: Mapping[int, int] = field(default_factory=dict)

    def joins(self, source: int, target: int) -> bool:
        """Tells whether an edge is drawn: both of its ends are, and not in one box."""
        inside = self.home.get(target)
        if inside is None:
            return target in self.nodes and (source in self.nodes or source in self.home)
        return inside != self.home.get(source) and (source in self.nodes or source in self.home)


@record
class Pen:
    """Writes the names, formulas and numbers of one run; what does not reach the output is pale.

    blanks  what stands instead of a number or a formula, by ("value", "gradient", "formula", "local" or "flag", index
            of the stage): a line to write on, or nothing
    mode    whether it writes gradients, tangents, or both
    light   the nodes and edges that stand out: all others are pale as well
    figure  what the author decides
    only    the part of the graph that is drawn; None: all
    footnotes  what is shortened; None: nothing says it whole
    wide    the run with wide numbers, for which there is room; None: for its own alone
    """

    run: Run
    theme: Theme
    digits: int
    blanks: Blanks = field(default_factory=dict)
    mode: Mode = REVERSE
    light: Light | None = None
    figure: Figure = field(default_factory=Figure)
    only: Only | None = None
    wide: Run | None = None
    footnotes: Footnotes | None = None

    def hides(self, what: str, index: int | None = None) -> bool:
        """Tells whether the author hides something: of a node where `index` names one."""
        if what == "gradients" and index is not None and "data gradients" in self.figure.hide and index in self.data:
            return True
        return what in self.figure.hide

    @cached_property
    def data(self) -> set[int]:
        """The inputs that the author calls data or constants: what nobody learns."""
        roles = self.figure.roles
        return {find(self.graph, name) for name in (*roles.get("data", ()), *roles.get("constant", ()))}

    @property
    def graph(self) -> Graph:
        return self.run.graph

    @cached_property
    def known(self) -> KnownSteps:
        return known(self.run)

    @property
    def drawn(self) -> list[int]:
        """The indices of the nodes that are drawn: all but constants, which stand in the gate that they feed."""
        nodes, only = self.graph.nodes, self.only
        among = range(len(nodes)) if only is None else sorted(only.nodes)
        return [index for index in among if nodes[index].op is not CONSTANT]

    @property
    def edges(self) -> Iterator[tuple[int, int]]:
        """The (target, slot) of every edge that is drawn."""
        nodes, only = self.graph.nodes, self.only
        for target in self.graph.stages:
            for slot, source in enumerate(nodes[target].args):
                if nodes[source].op is not CONSTANT and (only is None or only.joins(source, target)):
                    yield target, slot

    def colour(self, index: int, colour: str) -> str:
        faded = self.light is not None and index not in self.light.nodes
        return colour if self.graph.reached[index] and not faded else self.theme.pale

    def edge_colour(self, target: int, slot: int, colour: str) -> str:
        faded = self.light is not None and (target, slot) not in self.light.edges
        return colour if self.graph.reached[target] and not faded else self.theme.pale

    def stands_out(self, index: int) -> bool:
        """Tells whether a node is one of those that are highlighted."""
        return self.light is not None and index in self.light.nodes

    def outline(self, index: int, colour: str, thick: float) -> tuple[str, float]:
        """Returns the colour and the thickness of the outline of a node."""
        if self.stands_out(index):
            return self.theme.gradient, BOLD_OUTLINE
        return self.colour(index, colour), thick

    def marked(self, index: int) -> str:
        """Returns the class that tells a highlighted node from a faded one; "" where nothing is highlighted."""
        return self.mark(self.stands_out(index))

    def mark(self, lit: bool) -> str:
        return "" if self.light is None else "lit" if lit else "faded"

    @cached_property
    def said(self) -> dict[int, Words]:
        """What nodes say, of those that were asked for."""
        return {}

    def words_of(self, index: int) -> Words:
        """Returns the title and the description of a node's box, written once for all boxes of it."""
        if index not in self.said:
            self.said[index] = words.of_box(self.run, index, self.digits, self.mode)
        return self.said[index]

    def number(self, value: float | None) -> str:
        return number(value, self.digits)

    def fitted(self, text: Text) -> Text:
        """Returns a number in the room of a wide one, where there is to be room for any."""
        if not self.wide:
            return text
        from cgviz.drawing.diagram.roomy import WIDE

        return replace(text, room=replace(text, text=self.number(WIDE)).width)

    def name(self, index: int, size: float, colour: str = "", bold: bool = True) -> Text:
        whole = one_line(words.name_of(self.graph.nodes[index]))
        (shown,) = self.marked_short([words.brief(whole, words.LONGEST_NAME)], whole)
        return Text(shown, self.colour(index, colour or self.theme.ink), size, bold, kind="name")

    def stage_number(self, index: int) -> Text:
        return Text(f"({self.graph.numbers[index]}) ", self.colour(index, self.theme.muted), SMALL, kind="number")

    def marked_short(self, lines: list[str], whole: str) -> list[str]:
        """Returns the lines of a text, with the number of a footnote where they do not say all of it."""
        return self.footnotes.mark(lines, whole) if self.footnotes else lines

    def formula(self, index: int, size: float, longest: int) -> list[Text]:
        """Returns the formula of a stage in lines of about so many letters."""
        blank = self.blanks.get(("formula", index))
        whole = f" = {one_line(self.graph.pretty(index))}"
        says = f" = {blank}" if blank else words.brief(whole, LONGEST_FORMULA)
        lines = self.marked_short(broken(says, longest), whole)
        return [Text(line, self.colour(index, self.theme.soft), size, kind="formula") for line in lines]

    def muted(self, index: int, text: str) -> Text:
        return Text(one_line(text), self.colour(index, self.theme.muted), SMALL, kind="caption")

    def value(self, index: int, size: float, bold: bool = False) -> Text:
        colour, step = self.colour(index, self.theme.value), self.known.value.get(index)
        says = self.blanks.get(("value", index), self.number(self.run.values[index]))
        text = self.fitted(Text(says, colour, size, bold, kind="value", step=step))
        return pictured(self, index, self.run.values[index], text, ("value", index) in self.blanks)

    def gradient(self, index: int, size: float, bold: bool = False) -> Text:
        """Returns a node's gradient; in the symbolic state how it is written."""
        says = words.partial(self.run, index) if self.run.symbolic else self.number(self.run.gradients[index])
        says = self.blanks.get(("gradient", index), says)
        text = self.red(index, one_line(says), size, bold, "gradient", self.known.gradient.get(index))
        return pictured(self, index, self.run.gradients[index], text, ("gradient", index) in self.blanks)

    def contribution(self, target: int, slot: int, size: float) -> Text | None:
        """Returns what an edge hands back, None where nothing flows."""
        edge = self.run.contribution(target, slot)
        step = self.known.edge.get((target, slot))
        covers = [self.blanks[key] for node in (edge.source, target) if (key := ("gradient", node)) in self.blanks]
        says = covers[0] if covers and edge.value is not None else self.number(edge.value)
        if not says and not (self.wide and self.wide.flows(target, slot)):
            return None
        colour = self.edge_colour(target, slot, self.theme.gradient)
        text = Text(says, colour, size, False, self.theme.slanted, "contribution", step)
        return pictured(self, edge.source, edge.value, text if covers else self.fitted(text), bool(covers))

    def red(self, index: int, says: str, size: float, bold: bool, kind: str, step: int | None) -> Text:
        text = Text(says, self.colour(index, self.theme.gradient), size, bold, self.theme.slanted, kind, step)
        return self.fitted(text)

    def tangent(self, index: int, size: float, bold: bool = False) -> Text:
        """Returns a node's tangent; in the symbolic state how it is written."""
        found = self.run.tangents(self.mode.source)[index]
        says = one_line(words.rate(self.run, index, self.mode.source)) if self.run.symbolic else self.number(found)
        step = self.known.value.get(index)
        return Text(says, self.colour(index, self.theme.tangent), size, bold, kind="tangent", step=step)

    def local(self, target: int, slot: int, size: float) -> Text:
        """Returns the local derivative of an edge: `× 2·xpy`; muted where it is 1 and changes nothing."""
        blank = self.blanks.get(("local", target))
        if blank is not None:
            return Text(blank and f"× {blank}", self.edge_colour(target, slot, self.theme.local), size, kind="local")
        if arrays.has_rule(self, target, slot):
            return arrays.rule(self, target, slot, size)
        formula = self.run.local_formula(target, slot)
        step = self.known.edge.get((target, slot))
        if formula is None:
            muted = self.edge_colour(target, slot, self.theme.muted)
            return Text("no gradient", muted, size, kind="local", step=step)
        flows, pretty = self.flows(target, slot), formula.write(PRETTY).factor
        colour = self.theme.muted if pretty == "1" or not flows else self.theme.local
        whole = f"× {one_line(pretty)}"
        says = self.slope(target, slot, words.brief(whole, LONGEST_FORMULA))
        text = Text(says, self.edge_colour(target, slot, colour), size, kind="local", step=step)
        return paragraph(text, self.marked_short(broken(says, LONGEST_LOCAL), whole))

    def slope(self, target: int, slot: int, symbols: str) -> str:
        """Returns a local derivative in symbols or in numbers, as the author wants it."""
        found = self.run.locals[target][slot] if not self.run.symbolic else None
        if self.figure.edges == "symbols" or found is None or is_array(found):
            return symbols
        told = f"× {self.number(found)}"
        return told if self.figure.edges == "numbers" or told == symbols else f"{symbols} = {told.removeprefix('× ')}"

    def flows(self, target: int, slot: int) -> bool:
        """Tells whether the backward pass uses an edge."""
        return (target, slot) in self.known.edge

    def forks(self, index: int) -> bool:
        """Tells whether a node has a fan-out: it is used more than once, its use as the output included."""
        return self.uses[index] > 1

    @cached_property
    def uses(self) -> Counter[int]:
        """How often each node is used; the output has one use more."""
        args = (source for node in self.graph.nodes if node.is_stage for source in node.args)
        return Counter([*args, self.graph.output])

    def flags(self, index: int) -> Text | None:
        says = self.blanks.get(("flag", index), words.flags(self.wide or self.run, index))
        colour = self.theme.flag if self.graph.reached[index] else self.theme.muted
        return Text(one_line(says), colour, SMALL, kind="flag") if says else None

    def wire(
        self,
        target: int,
        slot: int,
        *,
        before: Text | None = None,
        after: Text | None = None,
        beside: Text | None = None,
        across: Text | None = None,
    ) -> Wire:
        source = self.graph.nodes[target].args[slot]
        flows, edge = self.flows(target, slot), (target, slot)
        lit = self.light is not None and edge in self.light.edges
        colour = self.theme.gradient if lit else self.theme.edge if flows else self.theme.pale
        return Wire(
            key=f"e{target}-{slot}",
            source=f"n{source}",
            target=f"n{target}",
            colour=self.edge_colour(*edge, colour),
            classes=classes("wire", self.mark(lit), step_class(self.known.value.get(target))),
            words=words.of_wire(self.run, target, slot, self.known, self.digits, self.mode),
            before=before,
            after=after,
            beside=beside,
            across=across,
            dashed=not flows,
            thick=BOLD if lit else THIN,
        )
