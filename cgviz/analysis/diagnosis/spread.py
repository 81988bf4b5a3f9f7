"""Where numbers that are not finite began, forward and backward, and along which edges they spread."""

from __future__ import annotations

import math

from cgviz.graph.nodes import CONSTANT
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.runs.trouble import backward_reason, forward_reason
from cgviz.values.arrays import Shape, Value, element_of, every_finite, first_odd, is_array, numpy


@record
class Origin:
    """A node that made a number that is not finite out of finite ones: its value, or what it hands to `slot`.

    place  of an array, its first element that is not finite; `count` how many there are
    """

    index: int
    slot: int | None
    value: float
    reason: str
    place: Shape = ()
    count: int = 1


@record
class Hop:
    """An edge along which a number that is not finite went on: forward from source to target, backward back."""

    source: int
    target: int
    slot: int
    value: float


@record
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
    needed = [run.taken[origin.index] and is_needed(run, origin) for origin in origins]
    return Spread(
        tuple(origin for origin, needs in zip(origins, needed, strict=True) if needs),
        hops,
        *backward(run),
        tuple(origin for origin, needs in zip(origins, needed, strict=True) if not needs),
    )


def is_needed(run: Run, origin: Origin) -> bool:
    """Tells whether the element where it began is one that the output depends on."""
    return not math.isfinite(element_of(run.used(origin.index), origin.place))


def origin(index: int, slot: int | None, value: Value, reason: str) -> Origin:
    place = first_odd(value) or ()
    count = int(numpy().sum(~numpy().isfinite(value))) if place else 1
    return Origin(index, slot, element_of(value, place), reason, place, count)


def born(run: Run, index: int) -> Origin | None:
    """Returns a stage as an origin where it made a number, or an element, that is not finite out of finite ones."""
    node, value = run.graph.nodes[index], run.values[index]
    args = [run.values[arg] for arg in node.args]
    if all(map(every_finite, args)) and every_finite(run.used(index)) == every_finite(value):
        return origin(index, None, value, forward_reason(run, index))
    if value is None or not is_array(value) or node.op.vjp is not None:
        return None
    np = numpy()
    own = np.where(np.all([np.broadcast_to(np.isfinite(arg), value.shape) for arg in args], axis=0), value, 0.0)
    needed = np.where(np.isfinite(run.used(index)), 0.0, own)
    own = own if every_finite(needed) else needed  # rather one that the output depends on
    place = first_odd(own)
    return None if place is None else origin(index, None, own, forward_reason(run, index, place))


def odd(value: Value) -> float:
    """Returns the first element that is not finite."""
    return element_of(value, first_odd(value) or ())


def forward(run: Run) -> tuple[list[Origin], tuple[Hop, ...]]:
    hops = []
    origins = [
        origin(index, None, run.values[index], "given as an input")
        for index in run.graph.inputs
        if not every_finite(run.values[index])
    ]
    for index in run.graph.stages:
        value, args = run.values[index], run.graph.nodes[index].args
        bad = [(slot, arg) for slot, arg in enumerate(args) if not every_finite(run.values[arg])]
        if every_finite(value):
            continue
        made = born(run, index)
        origins += [made] if made else []
        spreads = run.taken[index] and not every_finite(run.used(index))
        hops += [Hop(arg, index, slot, odd(value)) for slot, arg in bad if spreads]
    return origins, tuple(hops)


def backward(run: Run) -> tuple[tuple[Origin, ...], tuple[Hop, ...]]:
    origins, hops = [], []
    for index in reversed(run.graph.stages):
        for slot, source in enumerate(run.graph.nodes[index].args):
            edge = run.contribution(index, slot)
            if run.graph.nodes[source].op is CONSTANT or every_finite(edge.value):
                continue
            if every_finite(edge.upstream):
                origins.append(origin(index, slot, edge.value, backward_reason(run, index, slot)))
            else:
                hops.append(Hop(source, index, slot, odd(edge.value)))
    return tuple(origins), tuple(hops)
