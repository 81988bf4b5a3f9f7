"""The advice, followed: the program with its stages written anew, run at the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cgviz.analysis.diagnosis.rewrites import Suggestion
from cgviz.errors import CgvizError
from cgviz.records import record
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, every_finite, is_array

MOST_STAGES = 400


@record
class Followed:
    """The run of the program as advised.

    lost  the inputs to which nothing comes back any more, though something may have before: a guard stops it
    """

    run: Run
    lost: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        return self.run.trouble is None


def followed(run: Run, suggestions: Sequence[Suggestion]) -> Followed | None:
    """Returns the run of the program with the stages that need it written anew; None where there are none."""
    from cgviz.reading.api import run as run_program

    texts = {each.index: each.text for each in suggestions if each.needed}
    guarded = any(each.guard for each in suggestions if each.needed)
    if not texts or len(run.graph.stages) > MOST_STAGES:
        return None
    plain = replace(run.graph, nodes=tuple(node._replace(label="") for node in run.graph.nodes))
    lines = [texts.get(i, f"{plain.nodes[i].name} = {plain.formula(i).text}") for i in plain.stages]
    try:
        made = run_program("; ".join(lines), dict(run.inputs or {}), latex=False, upstream=run.upstream)
    except CgvizError:
        return None
    return Followed(made, tuple(name for name in made.gradient if guarded and is_lost(run, made, name)))


def is_lost(before: Run, after: Run, name: str) -> bool:
    """Tells whether the gradient of an input is 0 now, everywhere, and was not before (or was no number)."""
    one, two = before.gradient[name], after.gradient[name]
    return not has_any(two) and (not every_finite(one) or has_any(one))


def has_any(value: Value) -> bool:
    """Tells whether a number, or any element, is not 0."""
    return bool(value.any() if is_array(value) else value)
