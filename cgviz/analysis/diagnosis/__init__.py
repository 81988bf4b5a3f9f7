"""What is wrong with the numbers of a run, where it began, how it spread, and how to write it safely."""

from __future__ import annotations

from cgviz.analysis.diagnosis.followed import Followed, followed
from cgviz.analysis.diagnosis.rewrites import Suggestion, suggestions
from cgviz.analysis.diagnosis.spread import Spread, spread
from cgviz.analysis.diagnosis.symptoms import Symptom, symptoms
from cgviz.errors import UsageError
from cgviz.records import record
from cgviz.runs.corners import Corner, corners
from cgviz.runs.run import Run


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
