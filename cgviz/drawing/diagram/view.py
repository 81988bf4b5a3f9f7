"""Which part of a graph is drawn: all of it, what stands around a node, groups as single nodes or in frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cgviz.drawing.diagram.ghosts import ghost_of
from cgviz.drawing.diagram.groups import Group, groups_of, named
from cgviz.drawing.diagram.pen import Only, Pen
from cgviz.drawing.diagram.scene import Scene
from cgviz.graph.lookup import find
from cgviz.graph.nodes import Graph
from cgviz.records import record

MOST = 60  # nodes; of larger graphs a part is drawn, if not all is asked for
DEPTH = 2


@record
class DiagramView:
    """What is drawn.

    kept    the nodes that are drawn, None for all
    single  the groups that are drawn as one node; framed: those with a frame and a title
    notice  what is left out, in a line for the reader; "" where nothing is
    """

    pen: Pen
    kept: frozenset[int] | None = None
    single: tuple[Group, ...] = ()
    framed: tuple[Group, ...] = ()
    notice: str = ""

    @property
    def only(self) -> Only | None:
        """The part of the graph that boxes and wires are made of; None for all of it."""
        graph = self.pen.graph
        if self.kept is not None:
            return Only(self.kept | {arg for index in self.kept for arg in graph.nodes[index].args})
        if not self.single:
            return None
        home = {index: at for at, group in enumerate(self.single) for index in (*group.members, *group.inputs)}
        return Only(frozenset(index for index in range(len(graph)) if index not in home), home)

    def shape(self, scene: Scene) -> Scene:
        """Returns the part of a scene that is drawn."""
        if self.kept is None and not self.single:
            return scene
        from cgviz.drawing.diagram.parts import collapsed, part

        if self.kept is not None:
            keys = {f"n{index}" for index in self.kept} | ({"end"} if self.pen.graph.output in self.kept else set())
            scene = part(scene, keys, ghost_of(self.pen))
        return collapsed(scene, self.pen, self.single) if self.single else scene


def chosen(graph: Graph, found: Sequence[Group], collapse: Sequence[str]) -> tuple[Group, ...]:
    """Returns the groups that are drawn as one node: those named, all, or what repeats. Raises UsageError."""
    if "repeats" in collapse:
        from cgviz.drawing.diagram.repeats import repeats

        return tuple(repeats(graph, found))
    return tuple(found) if "all" in collapse else tuple(named(found, title) for title in collapse)


def view(
    pen: Pen,
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    collapse: Sequence[str] = (),
    around_node: str | None = None,
    depth: int | None = None,
    everything: bool = True,
) -> DiagramView:
    """Returns what is drawn of a graph. Raises UsageError for a node or a group that there is not.

    groups       more groups, by title
    collapse     titles of groups that are drawn as one node each, "all", or "repeats": what repeats, with a count
    around_node  the node around which a part is drawn, `depth` edges far (2)
    everything   whether a large graph is drawn whole
    """
    graph = pen.graph
    found = groups_of(graph, groups)
    single = chosen(graph, found, collapse)
    if around_node is not None:
        from cgviz.drawing.diagram.parts import around

        kept = around(graph, find(graph, around_node), DEPTH if depth is None else depth)
        return DiagramView(pen, frozenset(kept))
    shown = len(pen.drawn) - sum(len(group.members) + len(group.inputs) - 1 for group in single)
    if everything or shown <= MOST:
        inside = {index for group in single for index in group.members}
        framed = tuple(group for group in found if not group.members & inside)
        return DiagramView(pen, None, single, framed)
    return smaller(pen, found)


def smaller(pen: Pen, found: Sequence[Group]) -> DiagramView:
    """Returns what is drawn of a graph that is too large to be legible."""
    from cgviz.drawing.diagram.parts import nearest
    from cgviz.drawing.diagram.repeats import repeats

    graph = pen.graph
    for groups_, what in ((found, "each of {} groups"), (repeats(graph, found), "what repeats or belongs together")):
        less = len(pen.drawn) - sum(len(group.members) + len(group.inputs) - 1 for group in groups_)
        if groups_ and less <= MOST:
            told = f"{len(pen.drawn)} nodes, too many to be legible: {what.format(len(groups_))} is drawn as one node"
            return DiagramView(
                pen, None, tuple(groups_), (), f"{told}; --all draws all, --around NODE what is near one"
            )
    kept, far = nearest(graph, graph.output, MOST * 2 // 3)
    name = graph.nodes[graph.output].shown
    told = f"{len(pen.drawn)} nodes: drawn are the {len(kept)} within {far} steps of {name}"
    return DiagramView(pen, frozenset(kept), notice=f"{told}; --all draws all, --around NODE --depth N another part")
