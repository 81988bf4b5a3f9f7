"""Which node is meant: by its name, its label, its number, `5` or `(5)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from cgviz.errors import ExpressionError, UsageError, quoted
from cgviz.graph.nodes import Graph
from cgviz.text.identifiers import name as spelled

NUMBER = re.compile(r"\(?\s*#?([0-9]{1,9})\s*\)?")
MOST_NAMES, MOST_CLOSE = 8, 3
Tables = tuple[dict[str, int], dict[str, int]]


def find(graph: Graph, meant: str) -> int:
    """Returns the index of a stage or an input. Raises UsageError, naming what is close, where there is none.

    The graph has its names. A name that is written comes before a label, a label before a number.
    """
    meant = meant.strip()
    found: Tables = graph.kept.get("lookup") or graph.kept.setdefault("lookup", tables(graph))
    names, labels = found
    for known in (names, labels):
        for text in (meant, normal(meant)):
            if text in known:
                return known[text]
    numbered = NUMBER.fullmatch(meant)
    if numbered:
        return stage(graph, int(numbered[1]))
    raise UsageError(f"no node {quoted(meant)} in this program; {hint(graph, meant, names | labels)}")


def tables(graph: Graph) -> Tables:
    """Returns the nodes by their names, and by their labels."""
    shown = (*graph.stages[::-1], *graph.inputs[::-1])
    names = {graph.nodes[index].name: index for index in shown}
    labels: dict[str, int] = {format(graph.nodes[index].shown): index for index in shown}
    labels |= {str(graph.nodes[index].shown): index for index in shown}
    return names, labels


def normal(text: str) -> str:
    """Returns a name in the one spelling that programs have; other text as it is."""
    try:
        return spelled(text)
    except ExpressionError:
        return text


def stage(graph: Graph, number: int) -> int:
    if 1 <= number <= len(graph.stages):
        return graph.stages[number - 1]
    count = len(graph.stages)
    there = "there is one stage, (1)" if count == 1 else f"stages are numbered (1) to ({count})"
    raise UsageError(f"no stage ({number}) in this program; {there}")


def hint(graph: Graph, meant: str, names: dict[str, int]) -> str:
    """Returns `did you mean 'den' or 'invden'?`, or which nodes there are."""
    near = get_close_matches(meant[:60], list(names)[:5000], n=MOST_CLOSE, cutoff=0.5)
    if meant[:1] == "d" and meant[1:] in names:
        near = [meant[1:]]
    if near:
        return f"did you mean {' or '.join(map(quoted, near))}?"
    some = list(names)[: -MOST_NAMES - 1 : -1]
    return f"there are {', '.join(map(quoted, some))}{' ...' * (len(names) > len(some))}"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Returns names in quotes, shortened where there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(quoted, names[:most])) + more


def closest(name: str, names: Sequence[str]) -> str:
    """Returns `; did you mean 'x'?` or the list of what there is."""
    near = get_close_matches(name[:60], names[:2000], n=1, cutoff=0.6)
    if near:
        return f"; did you mean {quoted(near[0])}?"
    return f"; its inputs are {listed(names)}" if names else "; it has no inputs"
