"""A diagnosis as lines for a terminal: the verdict, the spread of both passes, symptoms, corners, safe spellings."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.analysis.diagnosis import Diagnosis, Suggestion
from cgviz.analysis.diagnosis.spread import Origin
from cgviz.documents.grid import NARROWEST, Column, grid, prose
from cgviz.text.fold import Line, Span
from cgviz.values.arrays import element_name
from cgviz.views.diagnose.corners import corner_table
from cgviz.views.table.page import head_lines
from cgviz.views.table.spelling import Spelling

PROSE = 80
MOST = 12


def page(found: Diagnosis, spelling: Spelling, width: int | None) -> list[Line]:
    """Returns the lines of a diagnosis in at most `width` columns; sections with nothing to say are left out."""
    wide = max(width or PROSE, NARROWEST)
    lines = [*head_lines(found.run, spelling, wide), [], *verdict(found, spelling, wide)]
    for title, section in (
        ("Forward", forward(found, spelling, wide)),
        ("Backward", backward(found, spelling, wide)),
        ("Stages in trouble", symptom_table(found, spelling, width)),
        ("Kinks, ties and corners", corner_table(found, spelling, width)),
        ("Written safely", suggested(found, True, spelling, wide)),
        ("Sound here, not everywhere", suggested(found, False, spelling, wide)),
    ):
        if section:
            lines += [[], *prose([(title, "name")], wide), *section]
    return lines


def verdict(found: Diagnosis, spelling: Spelling, width: int) -> list[Line]:
    if found.healthy:
        poor = len({symptom.index for symptom in found.symptoms})
        more = f"; {poor} stage{'s' if poor > 1 else ''} with poor ones" if poor else ""
        sign = "" if spelling.rule == "-" else "✓ "
        return prose(
            [(f"{sign}Every number is finite, forward and backward{more}.", "flag" if poor else "value")], width
        )
    sign = "" if spelling.rule == "-" else "✗ "
    return prose([(spelling.clean(f"{sign}{found.run.explain_trouble()}"), "gradient")], width)


def forward(found: Diagnosis, spelling: Spelling, width: int) -> list[Line]:
    """Returns where values that are not finite began, and the chains of stages that they went through."""
    lines = [line for origin in found.spread.forward[:MOST] for line in began(found, origin, spelling, width)]
    chains = chained([(hop.source, hop.target) for hop in found.spread.forward_hops])
    lines += spread_lines([[name(found, index, spelling) for index in chain] for chain in chains], spelling, width)
    for origin in found.spread.idle[:MOST]:
        lines += began(found, origin, spelling, width, " (the output does not use it)")
    return lines


def backward(found: Diagnosis, spelling: Spelling, width: int) -> list[Line]:
    """Returns where gradients that are not finite began, and the chains of gradients that they went through."""
    lines = [line for origin in found.spread.backward[:MOST] for line in began(found, origin, spelling, width)]
    chains = chained([(hop.target, hop.source) for hop in found.spread.backward_hops])
    named = [[spelling.gradient(found.run.graph.nodes[index].shown) for index in chain] for chain in chains]
    return lines + spread_lines(named, spelling, width)


def began(found: Diagnosis, origin: Origin, spelling: Spelling, width: int, more: str = "") -> list[Line]:
    """Returns the line of one origin: which stage, what it made of what, and why."""
    graph = found.run.graph
    number = graph.numbers.get(origin.index)
    shown = element_name(graph.nodes[origin.index].shown, origin.place if origin.slot is None else ())
    stage = f"({number}) " * bool(number) + spelling.name(shown)
    value = spelling.number(origin.value, padded=False)
    formula = f" = {spelling.formula(graph.formula(origin.index))}" if number and not origin.place else ""
    if origin.slot is not None:
        source = graph.nodes[graph.nodes[origin.index].args[origin.slot]].shown
        formula = f" hands {value} back to {spelling.name(element_name(source, origin.place))}"
        value = ""
    pieces: list[Span] = [(stage, "name"), (formula, ""), (" = " + value if value else "", "gradient")]
    many = f" ({origin.count} elements are not finite)" if origin.count > 1 else ""
    pieces.append((spelling.clean(f": {origin.reason}{many}{more}"), ""))
    return prose(pieces, width, bullet(spelling))


def bullet(spelling: Spelling) -> str:
    return "- " if spelling.rule == "-" else "• "


def name(found: Diagnosis, index: int, spelling: Spelling) -> str:
    return spelling.name(found.run.graph.nodes[index].shown)


def chained(edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Returns edges joined into chains, each edge once: a chain goes on where an edge begins at its end."""
    chains: list[list[int]] = []
    ends: dict[int, list[int]] = {}
    for start, end in dict.fromkeys(edges):
        chain = ends.pop(start, None)
        if chain is None:
            chain = [start]
            chains.append(chain)
        chain.append(end)
        ends[end] = chain
    return chains


def spread_lines(chains: Sequence[Sequence[str]], spelling: Spelling, width: int) -> list[Line]:
    arrow = " -> " if spelling.rule == "-" else " → "
    lines: list[Line] = []
    for chain in chains[:MOST]:
        shown = [*chain[:MOST], spelling.ellipsis, chain[-1]] if len(chain) > MOST + 2 else list(chain)
        lines += prose([("it spreads: ", "muted"), (arrow.join(shown), "gradient")], width, "  ")
    if len(chains) > MOST:
        lines += prose([(f"and along {len(chains) - MOST} more chains, in --format json", "muted")], width, "  ")
    return lines


def symptom_table(found: Diagnosis, spelling: Spelling, width: int | None) -> list[Line]:
    graph = found.run.graph
    rows: list[list[Span]] = [
        [
            (f"({graph.numbers[symptom.index]})", "muted"),
            (f"{name(found, symptom.index, spelling)}", "name"),
            (symptom.kind, "flag"),
            (spelling.clean(symptom.text), ""),
        ]
        for symptom in found.symptoms[:MOST]
    ]
    if not rows:
        return []
    columns = [Column("#", right=True), Column("stage", least=8), Column("what"), Column("how", least=24)]
    lines = grid(columns, rows, spelling.rule, width)
    if len(found.symptoms) > MOST:
        lines.append([(f"and {len(found.symptoms) - MOST} more, in --format json", "muted")])
    return lines


def suggested(found: Diagnosis, needed: bool, spelling: Spelling, width: int) -> list[Line]:
    """Returns the stages written anew, as program text, each with the reason."""
    chosen = [suggestion for suggestion in found.suggestions if suggestion.needed is needed]
    lines = [line for suggestion in chosen[:MOST] for line in one_suggestion(found, suggestion, spelling, width)]
    if len(chosen) > MOST:
        lines.append([(f"and {len(chosen) - MOST} more, in --format json", "muted")])
    return lines


def one_suggestion(found: Diagnosis, suggestion: Suggestion, spelling: Spelling, width: int) -> list[Line]:
    kind = " This sets a value where there is none." if suggestion.guard else ""
    was = suggestion.was or spelling.formula(found.run.graph.formula(suggestion.index))
    why = f"instead of {was}: {suggestion.why}.{kind}"
    return [
        *prose([(spelling.clean(suggestion.text), "value")], width, bullet(spelling)),
        *prose([(spelling.clean(why), "muted")], width, "  "),
    ]
