"""What if: how the node, and through it the output, answers when one of its inputs is raised by a tiny step."""

from __future__ import annotations

import math

from cgviz.runs.corners import flag_at, is_flat
from cgviz.values.arrays import every_finite, is_array
from cgviz.views.explain.facts import Edge, Facts
from cgviz.views.explain.say import Line, Say
from cgviz.views.table.sentence import Sentences

MOST = 4


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
    return [answer(facts, edges, sentences, say) for edges in list(by_source.values())[:MOST]]


def sentences_of_nothing(facts: Facts, say: Say) -> list[Line]:
    index = facts.index if facts.node.is_stage else facts.run.graph.output
    found = facts.run.values[index]
    value = "not finite" if is_array(found) else say.number(found)
    return [[(say.name(facts, index), "name"), (f" is {value} here, so no slope can be told.", "")]]


def answer(facts: Facts, edges: list[Edge], sentences: Sentences, say: Say) -> Line:
    """Returns `raise den by a tiny h and invden falls by 0.2623·h, so f falls by 0.7916·h.`"""
    source, name = edges[0].source, sentences.name(facts.index)
    if facts.node.op.vjp is not None or facts.node.shape:
        return of_arrays(facts, edges, sentences)
    locals = [edge.back.local for edge in edges if edge.back.local is not None]
    if not locals:
        return [("nothing flows back to ", ""), sentences.name(source), (": here ", ""), name, (" is flat in it.", "")]
    if at_corner(facts, source):
        return [*withheld(facts, source, sum(locals), sentences, say), (".", "")]
    if not all(map(math.isfinite, locals)):
        slope = sentences.number(sum(locals))
        return [
            name,
            (" has no slope in ", ""),
            sentences.name(source),
            (": the local derivative is ", ""),
            slope,
            (".", ""),
        ]
    start = [("raise ", ""), sentences.name(source), (f" by a tiny {sentences.step} and ", "")]
    return [*start, *moves(facts.index, sum(locals), sentences), *output(facts, edges, sentences), (".", "")]


def of_arrays(facts: Facts, edges: list[Edge], sentences: Sentences) -> Line:
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
    return [
        *start,
        (f" ({rule})" if rule else "", ""),
        (", so ", ""),
        sentences.number(slope),
        (" is a convention", ""),
    ]
