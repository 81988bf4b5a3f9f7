"""How many paths there are, and how much work each way of summing them is: counted in sweeps, never walked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cgviz.analysis.paths.web import Web
from cgviz.records import record


@record
class Visits:
    """How many edges each way of computing gradients visits.

    naive    every path multiplied out by itself: the sum of the lengths of all paths
    forward  a pass from each input, over all that it reaches on the way to the output
    reverse  the one pass back from the output
    """

    naive: int
    forward: int
    reverse: int


@record
class Counts:
    """The exact number of paths from one node to the output, and from all inputs, with the edges visited for each."""

    paths: int
    visits: Visits
    all_paths: int
    all_visits: Visits


def counts(web: Web, source: int) -> Counts:
    """Returns what there is to count about the paths from `source`, and from all inputs, to the output."""
    inputs = web.run.graph.inputs
    found = dict.fromkeys((source, *inputs), (0, 0))
    found.update((index, both) for index, both in swept(web) if index in found)
    every, reverse = [found[index] for index in inputs], sum(map(len, web.out))
    return Counts(
        found[source][0],
        Visits(found[source][1], forward_visits(web, [source]), reverse),
        sum(paths for paths, _ in every),
        Visits(sum(lengths for _, lengths in every), forward_visits(web, inputs), reverse),
    )


def swept(web: Web) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yields each node from which there are paths to the output, with their number and the sum of their lengths.

    From the output back, as backpropagation goes. Numbers that are no longer needed are let go: they may be long.
    """
    edges_in = web.into
    waiting = {web.run.graph.output: (1, 0)}
    for index in range(web.run.graph.output, -1, -1):
        here = waiting.pop(index, None)
        if here is None:
            continue
        yield index, here
        paths, lengths = here
        for source in edges_in[index]:
            so_far = waiting.get(source, (0, 0))
            waiting[source] = so_far[0] + paths, so_far[1] + lengths + paths


def forward_visits(web: Web, sources: Sequence[int]) -> int:
    """Returns how many edges forward passes visit on the way to the output, one pass from each of the sources.

    A node knows the sources that reach it as the bits of one integer.
    """
    reached = {source: 1 << bit for bit, source in enumerate(sources)}
    visited = 0
    for index, edges in enumerate(web.out):
        bits = reached.pop(index, 0)
        if bits:
            visited += bits.bit_count() * len(edges)
            for target, _ in edges:
                reached[target] = reached.get(target, 0) | bits
    return visited
