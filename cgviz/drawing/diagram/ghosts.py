"""A small box that names a node which stands elsewhere: in an earlier row, or far away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cgviz.drawing.diagram.pen import Pen
from cgviz.drawing.diagram.scene import SIZE, Box, centred, classes, step_class

HEIGHT, SIDE = 22.0, 6.0


def ghost_of(pen: Pen) -> Callable[[Box, str], Box]:
    """Returns the function that makes the ghost of a box; the second argument tells ghosts of one node apart."""

    def ghost(box: Box, where: str) -> Box:
        index = int("".join(filter(str.isdigit, box.key.partition("-")[0])) or pen.graph.output)
        name = pen.name(index, SIZE, pen.theme.soft)
        if box.key.startswith("c"):
            name = replace(box.texts[0], colour=pen.theme.soft)
        outline, thick = pen.outline(index, pen.theme.pale, 1.1)
        return Box(
            key=f"g{index}-{where}{'-group' * box.key.startswith('c')}",  # a group and its first node are not one
            width=name.width + 2 * SIDE,
            height=HEIGHT,
            inside=centred([(name,)]),
            fill=pen.theme.stage_fill,
            line=outline,
            classes=classes("ghost", pen.marked(index), step_class(pen.known.value.get(index))),
            words=pen.words_of(index),
            rank="ghost",
            thick=thick,
        )

    return ghost
