"""Where numbers that are not finite began, forward and backward, and along which edges they spread."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cgviz.graph import CONSTANT
from cgviz.runs import Run
from cgviz.trouble import backward_reason, forward_reason


@dataclass(frozen=True)
class Origin:
    """A node that made a number that is not finite out of finite ones: its value, or what it hands to `slot`."""

    index: int
    slot: int | None
    value: float
    reason: str


@dataclass(frozen=True)
class Hop:
    """An edge along which a number that is not finite went on: forward from source to target, backward back."""

    source: int
    target: int
    slot: int
    value: float


@dataclass(frozen=True)
class Spread:
    """The origins and the hops of each pass, in its order; `idle` are origins that the output is spared."""

    forward: tuple[Origin, ...]
    forward_hops: tuple[Hop, ...]
    backward: tuple[Origin, ...]
    backward_hops: tuple[Hop, ...]
    idle: tuple[Origin, ...]

    @property
    def origins(self) -> frozenset[int]:
        return frozenset(origin.index for origin in (*self.forward, *self.backward))

    @property
    def stages(self) -> frozenset[int]:
        """Every stage that made or passed on such a number."""
        return self.origins | {hop.target for hop in (*self.forward_hops, *self.backward_hops)}


def spread(run: Run) -> Spread:
    """Returns the origins and the spread of numbers that are not finite."""
    origins, hops = forward(run)
    return Spread(
        tuple(origin for origin in origins if run.taken[origin.index]),
        hops,
        *backward(run),
        tuple(origin for origin in origins if not run.taken[origin.index]),
    )


def finite(value: float | None) -> bool:
    return value is None or math.isfinite(value)


def forward(run: Run) -> tuple[list[Origin], tuple[Hop, ...]]:
    hops = []
    origins = [
        Origin(index, None, run.values[index] or 0.0, "given as an input")
        for index in run.graph.inputs
        if not finite(run.values[index])
    ]
    for index in run.graph.stages:
        value = run.values[index] or 0.0
        bad = [(slot, arg) for slot, arg in enumerate(run.graph.nodes[index].args) if not finite(run.values[arg])]
        if finite(value):
            continue
        if not bad:
            origins.append(Origin(index, None, value, forward_reason(run, index)))
        hops += [Hop(arg, index, slot, value) for slot, arg in bad if run.taken[index]]
    return origins, tuple(hops)


def backward(run: Run) -> tuple[tuple[Origin, ...], tuple[Hop, ...]]:
    origins, hops = [], []
    for index in reversed(run.graph.stages):
        for slot, source in enumerate(run.graph.nodes[index].args):
            edge = run.contribution(index, slot)
            if run.graph.nodes[source].op is CONSTANT or finite(edge.value):
                continue
            if finite(edge.upstream):
                origins.append(Origin(index, slot, edge.value or 0.0, backward_reason(run, index, slot)))
            else:
                hops.append(Hop(source, index, slot, edge.value or 0.0))
    return tuple(origins), tuple(hops)
