"""Groups of nodes: written in a program (`# group layer 1: z1, h1`), told by a figure, or modules of imported code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cgviz.drawing.diagram.scene import Scene
from cgviz.errors import UsageError, quoted
from cgviz.graph.lookup import find
from cgviz.graph.nodes import Graph
from cgviz.records import record

WRITTEN = re.compile(r"^\s*#\s*group\s+([^:\n]+?)\s*:\s*(.+?)\s*$", re.MULTILINE)


@record
class Group:
    """A group by its title; `members` are the indices of its stages.

    times   how often it is the same thing; inputs: those that stand in its box, since nothing else uses them
    """

    title: str
    members: frozenset[int]
    times: int = 1
    inputs: frozenset[int] = frozenset()


def groups_of(graph: Graph, told: Mapping[str, Sequence[str]] | None = None) -> list[Group]:
    """Returns the groups of a graph; a stage is in the first one that names it. Raises UsageError for no node."""
    written = [(title, re.split(r"[,\s]+", nodes)) for title, nodes in WRITTEN.findall(graph.program)]
    found: list[Group] = []
    taken: set[int] = set()
    for title, names in [*(told or {}).items(), *written]:
        members = with_helpers(graph, {find(graph, name) for name in names if name}) - taken
        members = {index for index in members if graph.nodes[index].is_stage}
        taken |= members
        found.append(Group(title, frozenset(members)))
    modules: dict[str, set[int]] = {}
    for index in graph.stages:
        path = graph.nodes[index].group
        if path and index not in taken:
            modules.setdefault(path[0], set()).add(index)
    found += [Group(title, frozenset(members), 1, own(graph, title, members)) for title, members in modules.items()]
    return [group for group in found if group.members]


def own(graph: Graph, title: str, members: set[int]) -> frozenset[int]:
    """Returns the parameters of a module that its stages alone use."""
    return frozenset(
        index
        for index in graph.inputs
        if graph.nodes[index].group[:1] == (title,) and {target for target, _ in graph.edges_out[index]} <= members
    )


def with_helpers(graph: Graph, members: set[int]) -> set[int]:
    """Returns nodes with the stages that have no name of their own and are used by them alone."""
    found, todo = set(members), sorted(members)
    while todo:
        for index in graph.nodes[todo.pop()].args:
            node, uses = graph.nodes[index], {target for target, _ in graph.edges_out[index]}
            if index not in found and node.is_stage and not node.given and uses <= found and index != graph.output:
                found.add(index)
                todo.append(index)
    return found


def named(groups: Sequence[Group], title: str) -> Group:
    """Returns the group of that title. Raises UsageError where there is none."""
    for group in groups:
        if group.title == title:
            return group
    there = ", ".join(quoted(group.title) for group in groups) or "none; write `# group NAME: nodes` in the program"
    raise UsageError(f"no group {quoted(title)}; there are {there}")


def blocks(scene: Scene, groups: Sequence[Group]) -> list[tuple[Group | None, list[str]]]:
    """Returns the boxes that are no starts, each group together where it can be.

    A block has the boxes of one group, or some of none; a group that others interrupt becomes several blocks.
    """
    home = {f"n{index}": group for group in groups for index in group.members}
    ends = [wire.source for box in scene.boxes if box.rank == "sink" for wire in scene.into[box.key]]
    home |= {box.key: home[end] for box in scene.boxes if box.rank == "sink" for end in ends if end in home}
    left = [box.key for box in scene.boxes if scene.into[box.key]]
    done = {box.key for box in scene.boxes if not scene.into[box.key]}
    found: list[tuple[Group | None, list[str]]] = []
    while left:
        group = home.get(left[0])
        block, rest = [], []
        for key in left:
            if home.get(key) is group and all(wire.source in done for wire in scene.into[key]):
                block.append(key)
                done.add(key)
            else:
                rest.append(key)
        found.append((group, block))
        left = rest
    return found
