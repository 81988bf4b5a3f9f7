"""What is wrong with the numbers of a run, where it began, how it spread, and how to write it safely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cgviz.analysis.diagnosis.rewrites import Suggestion, suggestions
from cgviz.analysis.diagnosis.spread import Spread, spread
from cgviz.analysis.diagnosis.symptoms import Symptom, symptoms
from cgviz.errors import CgvizError, UsageError
from cgviz.records import record
from cgviz.runs.corners import Corner, corners
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, every_finite, is_array

MOST_STAGES = 400


@record
class Diagnosis:
    """What was found: numbers that are not finite and their spread, symptoms, kinks and ties, rewritten stages.

    followed  the run of the program with the stages that need it written anew, None where there are none
    """

    run: Run
    spread: Spread
    symptoms: tuple[Symptom, ...]
    corners: tuple[Corner, ...]
    suggestions: tuple[Suggestion, ...]
    followed: Followed | None = None

    @property
    def healthy(self) -> bool:
        """Whether every number on the way to the output and back is finite."""
        return self.run.trouble is None


def diagnose(run: Run) -> Diagnosis:
    """Returns the diagnosis of a run. Raises UsageError for one without numbers."""
    if run.symbolic:
        names = [run.graph.nodes[index].name for index in run.graph.inputs]
        shown = " ".join(f"--{name} VALUE" for name in names[:4])
        raise UsageError(f"numbers are diagnosed; give {shown}{' ...' if len(names) > 4 else ''}")
    found, signs = spread(run), symptoms(run)
    ill = found.stages | {sign.index for sign in signs}
    advice = suggestions(run, found.origins, ill)
    return Diagnosis(run, found, signs, corners(run), advice, followed(run, advice))


__all__ = ["Corner", "Diagnosis", "Followed", "Spread", "Suggestion", "Symptom", "diagnose"]


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
