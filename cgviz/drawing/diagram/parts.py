"""Parts of a scene: what stands around a node, and groups that are drawn as one node."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from cgviz.drawing.diagram.groups import Group
from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.rows import Ghost
from cgviz.drawing.diagram.scene import LEFT, RIGHT, SIZE, Box, Line, Scene, Text, TextPlace, Wire, Words, widest
from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Graph

SIDE, ROW, GAP, MOST = 8.0, 18.0, 12.0, 4
WIDELY = 20
"""What has more uses stands near none of them: a constant factor of thousands of stages joins nothing."""


def around(graph: Graph, middle: int, depth: int) -> set[int]:
    """Returns the nodes that are at most `depth` edges from a node; what is widely used leads nowhere else."""
    found = near = {middle}
    for _ in range(depth):
        near = {other for index in near for other in neighbours(graph, index, index == middle)} - found
        found = found | near
    return found


def nearest(graph: Graph, middle: int, most: int) -> tuple[set[int], int]:
    """Returns the nodes around one as far as there are at most so many, and how far that is."""
    depth, found = 0, {middle}
    while True:
        wider = around(graph, middle, depth + 1)
        if len(wider) > most or wider == found:
            return found, depth
        found, depth = wider, depth + 1


def neighbours(graph: Graph, index: int, is_middle: bool) -> list[int]:
    node, uses = graph.nodes[index], graph.edges_out[index]
    leads = is_middle or (node.is_stage and len(uses) <= WIDELY)
    return [*node.args, *(target for target, _ in uses)] if leads else list(node.args)


def part(scene: Scene, keys: Collection[str], ghost: Ghost) -> Scene:
    """Returns the boxes with these keys and the wires into them; what these need besides stands there by its name."""
    boxes, wires, made = [], [], dict[str, Box]()
    for wire in scene.wires:
        if wire.target in keys:
            if wire.source not in keys:
                box = made.setdefault(wire.source, ghost(scene.box[wire.source], "out"))
                wire = replace(wire, source=box.key)
            wires.append(wire)
    boxes = [*made.values(), *(box for box in scene.boxes if box.key in keys)]
    used = {wire.source for wire in wires}
    trunks = tuple(trunk for trunk in scene.trunks if trunk.source in keys and trunk.source in used)
    return replace(scene, boxes=tuple(boxes), wires=tuple(wires), trunks=trunks)


def collapsed(scene: Scene, pen: Pen, groups: Sequence[Group]) -> Scene:
    """Returns the scene in which each of these groups is one box. Raises UsageError where that would make a circle."""
    home = {f"n{index}": n for n, group in enumerate(groups) for index in (*group.members, *group.inputs)}
    boxes = [summary(pen, group, f"c{n}") for n, group in enumerate(groups)]
    wires, seen = [], set[tuple[str, str]]()
    for wire in scene.wires:
        source, target = (f"c{home[key]}" if key in home else key for key in (wire.source, wire.target))
        if source == target or (target.startswith("c") and (source, target) in seen):
            continue
        seen.add((source, target))
        bare = {"before": None, "after": None, "beside": None, "across": None} if target.startswith("c") else {}
        wires.append(replace(wire, source=source, target=target, **bare))  # type: ignore[arg-type]
    kept = [box for box in scene.boxes if box.key not in home]
    trunks = tuple(trunk for trunk in scene.trunks if trunk.source not in home)
    ordered = sorted_boxes([*kept, *boxes], wires, groups)
    inside = {key: f"c{n}" for key, n in home.items()}
    return replace(scene, boxes=ordered, wires=tuple(wires), trunks=trunks, home=inside)


def sorted_boxes(boxes: Sequence[Box], wires: Sequence[Wire], groups: Sequence[Group]) -> tuple[Box, ...]:
    """Returns boxes such that each stands after those that it needs."""
    into: dict[str, set[str]] = {box.key: set() for box in boxes}
    out: dict[str, list[str]] = {box.key: [] for box in boxes}
    for wire in wires:
        into[wire.target].add(wire.source)
        out[wire.source].append(wire.target)
    box_of = {box.key: box for box in boxes}
    todo = [box.key for box in reversed(boxes) if not into[box.key]]
    found: list[Box] = []
    while todo:
        key = todo.pop()
        found.append(box_of[key])
        for target in dict.fromkeys(out[key]):
            into[target].discard(key)
            if not into[target]:
                todo.append(target)
    if len(found) < len(boxes):
        stuck = next(key for key in into if into[key] and key.startswith("c"))
        title = groups[int(stuck[1:])].title
        raise UsageError(f"the group {quoted(title)} cannot be one node: what it needs from outside needs it")
    return tuple(found)


def summary(pen: Pen, group: Group, key: str) -> Box:
    """Returns a group as one box: its title, how many stages it has, and what comes out of it."""
    theme, graph = pen.theme, pen.graph
    outer = [
        index
        for index in sorted(group.members)
        if index == graph.output or any(target not in group.members for target, _ in graph.edges_out[index])
    ]
    count = len(group.members) // group.times
    says = f"  {f'{group.times} × ' if group.times > 1 else ''}{count} stage{'' if count == 1 else 's'}"
    rows: list[tuple[Line, Line]] = [
        ((Text(group.title, theme.ink, SIZE, True, kind="title"), Text(says, theme.muted, SIZE, kind="count")), ())
    ]
    if group.inputs:
        first, last = (pen.name(index, SIZE) for index in (min(group.inputs), max(group.inputs)))
        told = Text(f" … {last.text}  {len(group.inputs)} inputs", theme.muted, SIZE, kind="count")
        rows.append(((first, told), ()))
    for index in outer[:MOST]:
        numbers = [pen.value(index, SIZE)] if not pen.run.symbolic else []
        gap = Text("   ", theme.ink, SIZE)
        left = (pen.name(index, SIZE), *((gap, *numbers) if numbers and not numbers[0].is_picture else ()))
        gradient = pen.gradient(index, SIZE) if pen.mode.reverse and graph.reached[index] else None
        rows.append((left, (gradient,) if gradient and gradient.text and not gradient.is_picture else ()))
    if len(outer) > MOST:
        rows.append(((Text(f"and {len(outer) - MOST} more", theme.muted, SIZE, kind="count"),), ()))
    inner = max(widest([left]) + (GAP + widest([right]) if right else 0.0) for left, right in rows)
    height = ROW * len(rows) + 6
    places = []
    for n, (left, right) in enumerate(rows):
        y = height / 2 - 3 - ROW * (n + 0.5)
        places.append(TextPlace(left, -inner / 2, y, LEFT, inner if not right else widest([left])))
        if right:
            places.append(TextPlace(right, inner / 2, y, RIGHT, widest([right])))
    places = [place._replace(line=tuple(replace(text, kind="part") for text in place.line)) for place in places]
    edge = height / 2 - 3 - ROW
    return Box(
        key=key, width=inner + 2 * SIDE, height=height, inside=tuple(places), fill=theme.stage_fill, line=theme.soft,
        classes="stage collapsed", words=Words(group.title, says.strip()), thick=1.6,
        rules=(((-inner / 2 - SIDE, edge), (inner / 2 + SIDE, edge)),) if len(rows) > 1 else (),
    )  # fmt: skip
