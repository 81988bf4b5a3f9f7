"""A diagnosis as JSON, for other programs."""

from __future__ import annotations

from typing import Any

from cgviz.analysis.diagnosis import Corner, Diagnosis, Followed, Suggestion
from cgviz.analysis.diagnosis.spread import Hop, Origin
from cgviz.ops.op import Answer
from cgviz.views.table.json import number

VERSION = 1


def document(found: Diagnosis) -> dict[str, Any]:
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
        "symptoms": [{"stage": names[each.index], "kind": each.kind, "text": each.text} for each in found.symptoms],
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
        "flag": corner.flag,
        "rule": corner.rule,
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
    return {
        "stage": names[suggestion.index],
        "text": suggestion.text,
        "why": suggestion.why,
        "needed": suggestion.needed,
        "guard": suggestion.guard,
    }
