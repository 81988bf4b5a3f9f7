"""A diagnosis as a report: where bad numbers began and spread, what ails which stage, corners, safe spellings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cgviz.analysis.diagnosis import Corner, Diagnosis, Followed, Suggestion
from cgviz.analysis.diagnosis.spread import Hop, Origin
from cgviz.documents.document import GAP, Block, Document, Prose, Table, Title
from cgviz.documents.grid import TableColumn
from cgviz.documents.report import Report
from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.graph.nodes import CONSTANT
from cgviz.ops.op import Answer
from cgviz.text.fold import Span
from cgviz.text.numbers import DIGITS
from cgviz.values.arrays import element_name
from cgviz.views.table.heading import head
from cgviz.views.table.json import fields, number, pretty

MOST = 12
MOST_CORNERS = 24
VERSION = 1


def report(found: Diagnosis, *, digits: int = DIGITS, theme: str | Theme = "light") -> Report:
    """Returns the report of a diagnosis."""
    return Report(lambda writing: document(found, writing), lambda: pretty(as_data(found)) + "\n", digits, theme)


def document(found: Diagnosis, writing: Writing) -> Document:
    """Returns the document of a diagnosis; sections with nothing to say are left out."""
    blocks: list[Block] = [head(found.run, writing), GAP, verdict(found, writing)]
    for title, section in (
        ("Forward", forward(found, writing)),
        ("Backward", backward(found, writing)),
        ("Stages in trouble", symptom_table(found, writing)),
        ("Kinks, ties and corners", corner_table(found, writing)),
        ("Written safely", [*suggested(found, True, writing), *as_advised(found, writing)]),
        ("Sound here, not everywhere", suggested(found, False, writing)),
    ):
        if section:
            blocks += [GAP, Title([(title, "name")]), *section]
    return Document(blocks, "A diagnosis")


def verdict(found: Diagnosis, spelling: Writing) -> Block:
    if found.healthy:
        poor = len({symptom.index for symptom in found.symptoms})
        more = f"; {poor} stage{'s' if poor > 1 else ''} with poor ones" if poor else ""
        sign = "" if spelling.plain else "✓ "
        return Prose([(f"{sign}Every number is finite, forward and backward{more}.", "flag" if poor else "value")])
    sign = "" if spelling.plain else "✗ "
    return Prose([(spelling.clean(f"{sign}{found.run.explain_trouble()}"), "gradient")])


def forward(found: Diagnosis, spelling: Writing) -> list[Block]:
    """Returns where values that are not finite began, and the chains of stages that they went through."""
    blocks = [began(found, origin, spelling) for origin in found.spread.forward[:MOST]]
    chains = chained([(hop.source, hop.target) for hop in found.spread.forward_hops])
    blocks += spread([[name(found, index, spelling) for index in chain] for chain in chains], spelling)
    idle = " (the output does not use it)"
    return blocks + [began(found, origin, spelling, idle) for origin in found.spread.idle[:MOST]]


def backward(found: Diagnosis, spelling: Writing) -> list[Block]:
    """Returns where gradients that are not finite began, and the chains of gradients that they went through."""
    blocks = [began(found, origin, spelling) for origin in found.spread.backward[:MOST]]
    chains = chained([(hop.target, hop.source) for hop in found.spread.backward_hops])
    named = [[spelling.gradient(found.run.graph.nodes[index].shown) for index in chain] for chain in chains]
    return blocks + spread(named, spelling)


def began(found: Diagnosis, origin: Origin, spelling: Writing, more: str = "") -> Block:
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
    return Prose([*pieces, (spelling.clean(f": {origin.reason}{many}{more}"), "")], bullet(spelling))


def bullet(spelling: Writing) -> str:
    return "- " if spelling.plain else "• "


def name(found: Diagnosis, index: int, spelling: Writing) -> str:
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


def spread(chains: Sequence[Sequence[str]], spelling: Writing) -> list[Block]:
    arrow = spelling.sign(" → ")
    blocks: list[Block] = []
    for chain in chains[:MOST]:
        shown = [*chain[:MOST], spelling.ellipsis, chain[-1]] if len(chain) > MOST + 2 else list(chain)
        blocks.append(Prose([("it spreads: ", "muted"), (arrow.join(shown), "gradient")], "  ", is_near=True))
    if len(chains) > MOST:
        more = f"and along {len(chains) - MOST} more chains, in --format json"
        blocks.append(Prose([(more, "muted")], "  ", is_near=True))
    return blocks


def symptom_table(found: Diagnosis, spelling: Writing) -> list[Block]:
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
    columns = [
        TableColumn("#", right=True),
        TableColumn("stage", least=8),
        TableColumn("what"),
        TableColumn("how", least=24),
    ]
    return [Table(columns, rows, more(len(found.symptoms), MOST))] if rows else []


def more(count: int, most: int) -> str:
    """Returns how many things are left out of a list, and where they stand."""
    return f"and {count - most} more, in --format json" if count > most else ""


def suggested(found: Diagnosis, needed: bool, spelling: Writing) -> list[Block]:
    """Returns the stages written anew, as program text, each with the reason."""
    chosen = [suggestion for suggestion in found.suggestions if suggestion.needed is needed]
    blocks = [block for suggestion in chosen[:MOST] for block in one_suggestion(found, suggestion, spelling)]
    return [*blocks, Prose([(more(len(chosen), MOST), "muted")])] if len(chosen) > MOST else blocks


def as_advised(found: Diagnosis, spelling: Writing) -> list[Block]:
    """Returns what a run of the program as advised gives: its output, and every gradient that is kept or lost."""
    if found.followed is None:
        return []
    run = found.followed.run
    nodes, inputs = run.graph.nodes, run.graph.inputs[:MOST]
    pieces: list[Span] = [("run so: ", "muted"), (spelling.name(nodes[run.graph.output].shown), "name")]
    pieces.append((f" = {spelling.number(run.value, padded=False)}", "value"))
    for index in inputs:
        number = spelling.number(run.gradients[index], padded=False)
        pieces.append((f", {spelling.gradient(nodes[index].shown)} = {number}", "gradient"))
    if not found.followed.healthy:
        pieces.append((spelling.clean(f"; still not finite: {run.explain_trouble()}"), "flag"))
    elif found.followed.lost:
        names = ", ".join(spelling.name(nodes[run.index(name)].shown) for name in found.followed.lost[:MOST])
        pieces.append((f"; finite, but no gradient comes back to {names}", "flag"))
    else:
        pieces.append(("; every number is finite, and every gradient is kept", "value"))
    return [Prose(pieces)]


def one_suggestion(found: Diagnosis, suggestion: Suggestion, spelling: Writing) -> list[Block]:
    kind = " This sets a value where there is none; no gradient comes back from there." if suggestion.guard else ""
    was = suggestion.was or spelling.formula(found.run.graph.formula(suggestion.index))
    why = f"instead of {was}: {suggestion.why}.{kind}"
    return [
        Prose([(spelling.clean(suggestion.text), "name")], bullet(spelling), is_math=True),
        Prose([(spelling.clean(why), "muted")], "  ", is_near=True),
    ]


def corner_table(found: Diagnosis, spelling: Writing) -> list[Block]:
    """Returns the table, a row per stage and argument; nothing where no stage stands on a corner."""
    rows = [row for corner in found.corners for row in rows_of(found, corner, spelling)]
    columns = [TableColumn("#", right=True), TableColumn("slope", least=10)]
    columns += [TableColumn(heading, right=True) for heading in ("cgviz", "PyTorch", "JAX", "sympy")]
    columns.append(TableColumn("rule", least=14))
    more = f"and {len(rows) - MOST_CORNERS} more, in --format json" if len(rows) > MOST_CORNERS else ""
    return [Table(columns, rows[:MOST_CORNERS], more)] if rows else []


def rows_of(found: Diagnosis, corner: Corner, spelling: Writing) -> list[list[Span]]:
    graph = found.run.graph
    node = graph.nodes[corner.index]
    rows: list[list[Span]] = []
    for slot, arg in enumerate(node.args):
        if graph.nodes[arg].op is CONSTANT or (corner.locals[slot] is None and node.op.vjp is None):
            continue
        answer = next((answer for answer in corner.answers if answer.slot == slot), None)
        rows.append(
            [
                (f"({graph.numbers[corner.index]})", "muted"),
                (spelling.slope(node.shown, graph.nodes[arg].shown), "name"),
                (spelling.number(corner.locals[slot], padded=False), "gradient"),
                *[(text, "") for text in answers(answer, spelling)],
                (spelling.clean(f"{corner.flag}: {corner.rule}{which(node.shown, corner)}"), "flag"),
            ]
        )
    return rows


def which(name: str, corner: Corner) -> str:
    """Returns at which element of an array, and at how many more: ` at h[3] and 2 more elements`."""
    if not corner.place:
        return ""
    more = f" and {corner.count - 1} more element{'s' if corner.count > 2 else ''}" if corner.count > 1 else ""
    return f", at {element_name(name, corner.place)}{more}"


def answers(answer: Answer | None, spelling: Writing) -> tuple[str, str, str]:
    """Returns what the three others answer, blank where they have no answer."""
    if answer is None:
        return "", "", ""
    torch, jax = (spelling.number(value, padded=False) for value in (answer.torch, answer.jax))
    sympy = answer.sympy
    return torch, jax, sympy if isinstance(sympy, str) else spelling.number(sympy, padded=False)


def as_data(found: Diagnosis) -> dict[str, Any]:
    """Returns everything that was found; stages are named, nothing is left out."""
    names = [node.name for node in found.run.graph.nodes]
    spread = found.spread
    return {
        "cgviz_diagnosis": VERSION,
        "program": found.run.graph.program,
        "healthy": found.healthy,
        "trouble": found.run.explain_trouble(),
        "forward": {
            "began": [origin_of(names, origin) for origin in spread.forward],
            "spread": [hop_of(names, hop) for hop in spread.forward_hops],
            "unused": [origin_of(names, origin) for origin in spread.idle],
        },
        "backward": {
            "began": [origin_of(names, origin) for origin in spread.backward],
            "spread": [hop_of(names, hop) for hop in spread.backward_hops],
        },
        "symptoms": [{"stage": names[each.index], **fields(each, "kind text")} for each in found.symptoms],
        "corners": [corner_of(names, corner) for corner in found.corners],
        "suggestions": [suggestion_of(names, suggestion) for suggestion in found.suggestions],
        **({"followed": followed_of(found.followed)} if found.followed else {}),
    }


def origin_of(names: list[str], origin: Origin) -> dict[str, Any]:
    return {
        "stage": names[origin.index],
        "slot": origin.slot,
        "value": number(origin.value),
        "reason": origin.reason,
        **({"element": list(origin.place), "count": origin.count} if origin.place else {}),
    }


def hop_of(names: list[str], hop: Hop) -> dict[str, Any]:
    """Returns an edge of the graph; in the backward pass the number went from target to source."""
    return {"source": names[hop.source], "target": names[hop.target], "slot": hop.slot, "value": number(hop.value)}


def corner_of(names: list[str], corner: Corner) -> dict[str, Any]:
    return {
        "stage": names[corner.index],
        **fields(corner, "flag rule"),
        "locals": [number(local) for local in corner.locals],
        "answers": [answer_of(answer) for answer in corner.answers],
        **({"element": list(corner.place), "count": corner.count} if corner.place else {}),
    }


def answer_of(answer: Answer) -> dict[str, Any]:
    sympy = answer.sympy if isinstance(answer.sympy, str) else number(answer.sympy)
    return {"slot": answer.slot, "torch": number(answer.torch), "jax": number(answer.jax), "sympy": sympy}


def followed_of(followed: Followed) -> dict[str, Any]:
    """Returns what the program as advised gives."""
    run = followed.run
    gradients = {run.graph.nodes[index].name: number(run.gradients[index]) for index in run.graph.inputs}
    return {
        "output": number(run.value),
        "gradient": gradients,
        "healthy": followed.healthy,
        "lost": list(followed.lost),
    }


def suggestion_of(names: list[str], suggestion: Suggestion) -> dict[str, Any]:
    return {"stage": names[suggestion.index], **fields(suggestion, "text why needed guard")}
