"""All sections of a derivation, in order."""

from __future__ import annotations

from cgviz.runs.run import Run
from cgviz.views.derivation.board import Section
from cgviz.views.derivation.chain import chain
from cgviz.views.derivation.contrast import contrast
from cgviz.views.derivation.flow import flow
from cgviz.views.derivation.hand import Hand
from cgviz.views.derivation.stages import forward, given, local_derivatives


def sections(run: Run, hand: Hand, wrt: str | None = None) -> list[Section]:
    """Returns what stands on the board, in a hand. Raises UsageError where there is no input `wrt`."""
    found = flow(run, wrt)
    made = [given(found, hand), forward(found, hand)]
    if not run.graph.inputs:
        return made
    made += [local_derivatives(found, hand), chain(found, hand)]
    last = contrast(found, hand)
    return [*made, last] if last else made
