"""An explanation as sections: a word at the side, and the lines that belong to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cgviz.analysis.recognised import recognised
from cgviz.graph.nodes import CONSTANT
from cgviz.runs.corners import NOT_FINITE, flag_at, is_flat
from cgviz.text.numbers import MOST_IN_A_LINE
from cgviz.values.arrays import Value, every_finite, is_array
from cgviz.views.explain.facts import Edge, Facts, ends
from cgviz.views.explain.say import MOST, Line, Say, feeds, gate, used
from cgviz.views.table.rows import flags
from cgviz.views.table.sentence import Sentences

GRIDS, MOST_GRIDS, WIDTH = "values", 5, 84
GIVEN = {"cli": "given", "default": "the program's default", "none": "no value is given"}
WHY = (
    "each use is a way along which {name} moves {output}; the ways add up (chain rule, generalized): "
    "the first one sets {gradient}, every other one adds to it, {gradient} +="
)
MOST_ANSWERS = 4


class Section(NamedTuple):
    """Lines under one word."""

    word: str
    lines: list[Line]

    @property
    def is_set(self) -> bool:
        """Whether the lines belong one below the other as they are: the rows of grids."""
        return self.word == GRIDS


def sections(facts: Facts, say: Say) -> list[Section]:
    """Returns the sections of a node that say something."""
    made = of_stage(facts, say) if facts.node.is_stage else of_input(facts, say)
    return [Section(word, kept) for word, lines in made if (kept := [line for line in lines if line])]


def title(facts: Facts, say: Say) -> Line:
    """Returns `(7) invden = 1/den`, or `x, an input`."""
    graph, name = facts.run.graph, (say.name(facts, facts.index), "name")
    if not facts.node.is_stage:
        return [name, (", an input", "")]
    formula = say.spelling.formula(graph.formula(facts.index))
    return [(f"({graph.numbers[facts.index]}) ", "muted"), name, (f" = {formula}", "")]


def of_stage(facts: Facts, say: Say) -> Iterator[tuple[str, list[Line]]]:
    edges = [edge for edge in facts.operands if not edge.is_constant]
    yield "gate", gate(facts, say)
    yield "place", [*feeds(facts, say), used(facts, say)]
    yield "shapes", shapes(facts, say)
    yield "forward", [say.forward(facts)]
    yield "local", each(edges, say.local)
    yield "upstream", upstream(facts, say)
    yield "known as", known_as(facts, say)
    yield "backward", each(edges, say.backward) if facts.run.taken[facts.index] else []
    yield GRIDS, values(facts, say)
    yield "note", notes(facts, say)
    yield "what if", what_if(facts, say)
    yield "source", [[(say.plain(facts.node.op.source), "muted")] if facts.node.op.source else []]


def of_input(facts: Facts, say: Say) -> Iterator[tuple[str, list[Line]]]:
    value, name = facts.run.values[facts.index], facts.node.name
    told: Line = [] if value is None else [(f"{say.name(facts, facts.index)} = ", ""), (say.number(value), "value")]
    yield "value", [[*told, (f"{', ' if told else ''}{GIVEN[facts.run.given.get(name, 'none')]}", "")]]
    yield "shapes", shapes(facts, say)
    yield "place", [used(facts, say)]
    yield "local", each(facts.uses, say.local)
    yield "backward", each(facts.flowing, say.backward)
    yield "total", total(facts, say)
    yield "known as", known_as(facts, say)
    yield "why +=", why(facts, say)
    yield GRIDS, values(facts, say)
    yield "note", notes(facts, say)
    yield "what if", what_if(facts, say)


def each(edges: Sequence[Edge], line: Callable[[Edge], Line]) -> list[Line]:
    """Returns a line per edge; where there are many, the first ones, how many are left out, and the last ones."""
    first, left_out, last = ends(edges, MOST)
    lines = [line(edge) for edge in first]
    if left_out:
        lines.append([(f"... {left_out} more like these ...", "muted")])
    return [*lines, *(line(edge) for edge in last)]


def upstream(facts: Facts, say: Say) -> list[Line]:
    """Returns how the gradient that arrives came about."""
    gradient = say.gradient(facts, facts.index)
    end = say.name(facts, facts.run.graph.output)
    if not facts.run.taken[facts.index]:
        why = f"no gradient flows to {say.name(facts, facts.index)}: it is on a branch that is not taken"
        return [[(why if facts.run.graph.reached[facts.index] else f"nothing arrives: it does not reach {end}", "")]]
    seed: list[Line] = [seed_line(facts, say, gradient, end)]
    sums = total(facts, say) if len(facts.flowing) > 1 else []
    return [*(seed if facts.is_output else []), *each(facts.flowing, say.backward), *sums]


def seed_line(facts: Facts, say: Say, gradient: str, end: str) -> Line:
    """Returns `df = ∂f/∂f = 1, the seed`."""
    if facts.run.upstream is not None:
        given = say.number(facts.run.upstream)
        return [(f"{gradient} = ", ""), (given, "gradient"), (", the upstream gradient that was given", "")]
    return [(f"{gradient} = {say.spelling.slope(end, end)} = ", ""), ("1", "gradient"), (", the seed", "")]


def shapes(facts: Facts, say: Say) -> list[Line]:
    """Returns the shapes of what goes in and comes out, in a program with arrays: `W 2×2, x 2 → q 2`."""
    graph = facts.run.graph
    if not graph.has_arrays or facts.node.shape is None:
        return []
    sources = [i for i in dict.fromkeys(facts.node.args) if graph.nodes[i].op is not CONSTANT]
    first, left_out, last = ends(sources, MOST)
    told = [f"{say.name(facts, i)} {say.spelling.shape(graph.nodes[i].shape)}" for i in (*first, *last)]
    if left_out:
        told.insert(len(first), f"{left_out} more")
    into = f"{', '.join(told)} {say.plain('→')} " if told else ""
    return [[(f"{into}{say.name(facts, facts.index)} {say.spelling.shape(facts.node.shape)}", "")]]


def values(facts: Facts, say: Say) -> list[Line]:
    """Returns the arrays that no line of text holds, as grids: the operands, the node, their gradients."""
    run, graph, lines = facts.run, facts.run.graph, []
    every = [*dict.fromkeys(facts.node.args), facts.index]
    for index in every[-MOST_GRIDS:]:
        if graph.nodes[index].op is CONSTANT:
            continue
        for name, value, role in (
            (say.name(facts, index), run.values[index], "value"),
            (say.gradient(facts, index), run.gradients[index], "gradient"),
        ):
            if value is not None and is_array(value) and (value.ndim > 1 or value.size > MOST_IN_A_LINE):
                lines += say.grid(name, value, role, WIDTH)
    return lines


def total(facts: Facts, say: Say) -> list[Line]:
    """Returns `∂f/∂x = 1.583 − 0.03576 + 0.5121 = 2.06`."""
    graph, run = facts.run.graph, facts.run
    slope = say.spelling.slope(graph.nodes[graph.output].shown, facts.node.shown)
    if run.symbolic or not facts.flowing:
        return [] if run.symbolic else [[(f"{slope} = ", ""), (say.number(run.gradients[facts.index]), "gradient")]]
    seeds = [run.seed] if facts.is_output else []
    values = [*seeds, *(0.0 if edge.back.value is None else edge.back.value for edge in facts.flowing)]
    terms = say.plain(added(values, say))
    result = say.number(run.gradients[facts.index])
    sums = [] if terms == result else [(f"{terms} = ", "")]
    return [[(f"{slope} = ", ""), *sums, (result, "gradient")]]


def added(values: Sequence[Value], say: Say) -> str:
    """Returns numbers with their signs between them: `1.583 − 0.03576 + 0.5121`."""
    first, *rest = values
    signed = [f" {'−' if text[0] in '-−' else '+'} {text.lstrip('-−')}" for text in map(say.number, rest)]
    return say.number(first) + "".join(signed)


def known_as(facts: Facts, say: Say) -> list[Line]:
    """Returns `∂L/∂z = p − y, the error of the output`, where the gradient has a short form that is proved here."""
    found = recognised(facts.run, [facts.index]).get(facts.index)
    if found is None:
        return []
    output = facts.run.graph.nodes[facts.run.graph.output].shown
    slope, short = say.spelling.slope(output, facts.node.shown), say.spelling.formula(found.formula)
    condition = f", {found.condition}" if found.condition else ""
    told = say.plain(f", the {found.known.name}{condition} ({found.source})")
    return [[(f"{slope} = ", ""), (short, "gradient"), (told, "muted")]]


def why(facts: Facts, say: Say) -> list[Line]:
    """Returns why the contributions are added, where there are several."""
    if len(facts.flowing) < 2:
        return []
    name, end = (say.name(facts, index) for index in (facts.index, facts.run.graph.output))
    told = WHY.format(name=name, output=end, gradient=say.gradient(facts, facts.index))
    return [[(told, "")]]


def notes(facts: Facts, say: Say) -> list[Line]:
    """Returns what is special here, with the convention that was used, and what made a number that is not finite."""
    run, found = facts.run, flags(facts.run, facts.index, say.spelling)
    if run.trouble and run.trouble.index == facts.index:
        reason = f"not finite: {say.plain(run.trouble.reason)}"
        found = (*(flag for flag in found if flag != NOT_FINITE), reason)
    return [[(flag, "flag")] for flag in found]


def what_if(facts: Facts, say: Say) -> list[Line]:
    """Returns a sentence for each operand of a stage, for an input the one of the whole table; none without numbers."""
    run = facts.run
    if run.symbolic:
        return []
    sentences = Sentences(run, say.spelling)
    if not facts.node.is_stage:
        finite = every_finite(run.value)
        return [[*sentences.sentence(facts.index), (".", "")]] if finite else sentences_of_nothing(facts, say)
    if not every_finite(run.values[facts.index]):
        return sentences_of_nothing(facts, say)
    by_source: dict[int, list[Edge]] = {}
    for edge in facts.operands:
        if not edge.is_constant:
            by_source.setdefault(edge.source, []).append(edge)
    return [answer(facts, edges, sentences, say) for edges in list(by_source.values())[:MOST_ANSWERS]]


def sentences_of_nothing(facts: Facts, say: Say) -> list[Line]:
    index = facts.index if facts.node.is_stage else facts.run.graph.output
    found = facts.run.values[index]
    value = "not finite" if is_array(found) else say.number(found)
    return [[(say.name(facts, index), "name"), (f" is {value} here, so no slope can be told.", "")]]


def answer(facts: Facts, edges: list[Edge], sentences: Sentences, say: Say) -> Line:
    """Returns `raise den by a tiny h and invden falls by 0.2623·h, so f falls by 0.7916·h.`"""
    source, name = edges[0].source, sentences.name(facts.index)
    if facts.node.op.vjp is not None or facts.node.shape:
        return of_arrays(edges, sentences)
    locals = [edge.back.local for edge in edges if edge.back.local is not None]
    if not locals:
        return [("nothing flows back to ", ""), sentences.name(source), (": here ", ""), name, (" is flat in it.", "")]
    if at_corner(facts, source):
        return [*withheld(facts, source, sum(locals), sentences, say), (".", "")]
    if not all(map(math.isfinite, locals)):
        told = [(": the local derivative is ", ""), sentences.number(sum(locals)), (".", "")]
        return [name, (" has no slope in ", ""), sentences.name(source), *told]
    start = [("raise ", ""), sentences.name(source), (f" by a tiny {sentences.step} and ", "")]
    return [*start, *moves(facts.index, sum(locals), sentences), *output(facts, edges, sentences), (".", "")]


def of_arrays(edges: list[Edge], sentences: Sentences) -> Line:
    """Returns what the output does when an operand of a gate for arrays moves: its elements move at once."""
    source = edges[0].source
    if all(edge.back.value is None for edge in edges):
        return [("nothing flows back to ", ""), sentences.name(source), (" here.", "")]
    return [*sentences.sentence(source), (".", "")]


def moves(index: int, slope: float, sentences: Sentences) -> Line:
    """Returns `invden falls by 0.2623·h`."""
    if slope == 0:
        return [sentences.name(index), (" does not change to first order", "")]
    amount = sentences.number(abs(slope), sentences.spelling.notation.times + sentences.step)
    return [sentences.name(index), (f" {'rises' if slope > 0 else 'falls'} by ", ""), amount]


def output(facts: Facts, edges: list[Edge], sentences: Sentences) -> Line:
    """Returns `, so f falls by 0.7916·h`, or why that cannot be told."""
    run, graph = facts.run, facts.run.graph
    end = sentences.name(graph.output)
    if facts.is_output or not graph.reached[facts.index]:
        return [] if facts.is_output else [("; ", ""), end, (" does not depend on it", "")]
    corner = sentences.corner[facts.index]
    if corner is not None:
        flag = flag_at(run, corner)
        return [("; ", ""), end, (" has no slope in it: ", ""), sentences.name(corner), (f" stands on a {flag}", "")]
    total = sum(edge.back.value for edge in edges if edge.back.value is not None)
    if not math.isfinite(total):
        return [("; what ", ""), end, (" does cannot be told: the gradient is ", ""), sentences.number(total)]
    elsewhere = len(graph.edges_out[edges[0].source]) > len(edges)
    way = [(" by way of this gate", "")] if elsewhere else []
    return [(", so ", ""), *moves(graph.output, total, sentences), *way]


def at_corner(facts: Facts, source: int) -> bool:
    """Tells whether the node stands on a tie, a kink or a jump in this operand."""
    run = facts.run
    if not flag_at(run, facts.index):
        return False
    sources = set(facts.node.args)
    at = {arg for arg in sources if run.values[arg] == run.values[facts.index]}
    return is_flat(run, facts.index) or source in (at or sources)


def withheld(facts: Facts, source: int, slope: float, sentences: Sentences, say: Say) -> Line:
    """Returns why the local derivative is no slope: the number is a convention."""
    flag = flag_at(facts.run, facts.index)
    rule = say.plain(facts.node.op.rule)
    start = [sentences.name(facts.index), (" has no slope in ", ""), sentences.name(source), (f" on its {flag}", "")]
    so = (f" ({rule})" if rule else "", ""), (", so ", "")
    return [*start, *so, sentences.number(slope), (" is a convention", "")]
