"""Gives every box of a scene its rank: stages as early as they can be, inputs and what hangs on them near their use."""

from __future__ import annotations

from cgviz.drawing.diagram.scene import Scene


def levels(scene: Scene, near: bool = True) -> dict[str, int]:
    """Returns the rank of each box, from 0: one more than the last of its operands.

    near  an input stands just before its first use, and a stage just before its own where no wire becomes longer
          for it; else all inputs stand first
    """
    rank, into = dict[str, int](), scene.into
    for box in scene.boxes:
        rank[box.key] = max([rank[wire.source] for wire in into[box.key]], default=-1) + 1
    if near:
        bring_near(scene, rank)
    first = min(rank.values(), default=0)
    return {key: level - first for key, level in rank.items()}


def bring_near(scene: Scene, rank: dict[str, int]) -> None:
    """Moves boxes towards their uses, the last ones first."""
    out, into = scene.out, scene.into
    for box in reversed(scene.boxes):
        uses = out[box.key]
        if not uses:
            continue
        latest = min([rank[wire.target] for wire in uses]) - 1
        if latest <= rank[box.key]:
            continue
        holds = sum([len(out[wire.source]) > 1 for wire in into[box.key]])  # what would not come along
        if holds <= len(uses):
            rank[box.key] = latest
