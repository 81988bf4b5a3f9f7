"""Graphviz inside this process: DOT in, drawings out, through the library that pygraphviz's wheel carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock
from typing import IO, Any

from cgviz.drawing.engine.messages import failure
from cgviz.drawing.engine.quiet import error_stream_kept, interruptible, scratch_file
from cgviz.drawing.fonts import private_fontconfig
from cgviz.drawing.fonts.metrics import covers

PROGRAMS = {False: b"dot", True: b"nop2"}  # by "does it hold positions"
one_at_a_time = Lock()  # Graphviz keeps global state


def available() -> bool:
    """Returns whether pygraphviz is installed and loads."""
    try:
        from pygraphviz import graphviz  # noqa: F401
    except ImportError:
        return False
    return True


def render(dot: str, formats: tuple[str, ...], attributes: Mapping[str, str], positioned: bool) -> list[bytes]:
    """Returns one layout of `dot`, with graph `attributes` over its own, drawn in each of `formats`.

    positioned  the DOT holds the positions already

    The machine's own fonts stand in for letters that the project's lacks, if the first drawing of the process
    has such letters: Fontconfig starts once. Raises RenderError, with what Graphviz said.
    """
    with one_at_a_time, error_stream_kept() as said, private_fontconfig(others=not covers(dot)), interruptible():
        drawn = drawings(dot.encode(), [form.encode() for form in formats], attributes, PROGRAMS[positioned])
        said.seek(0)
        trouble = failure(said.read().decode(errors="replace"), complete=len(drawn) == len(formats))
    if trouble:
        raise trouble
    return drawn


def drawings(dot: bytes, formats: list[bytes], attributes: Mapping[str, str], program: bytes) -> list[bytes]:
    """Returns the drawings as far as Graphviz can make them."""
    from pygraphviz import graphviz as gv

    drawn: list[bytes] = []
    with opened(gv, dot) as (context, graph):
        if graph is None:
            return drawn
        for name, value in attributes.items():
            gv.agattr(graph, gv.AGRAPH, name.encode(), value.encode())
        if gv.gvLayout(context, graph, program) == 0:
            made = [gv.gvRenderData(context, graph, form) for form in formats]
            drawn = [pair[1] for pair in made if isinstance(pair, list)]  # else it is an error number
        gv.gvFreeLayout(context, graph)
    return drawn


@contextmanager
def opened(gv: Any, dot: bytes) -> Iterator[tuple[Any, Any]]:
    """Yields a context and the graph of `dot` (None where it is no DOT), freed afterwards."""
    context = gv.gvContextWithBuiltins()  # before the graph is read: it sets the attributes' own defaults
    graph = None
    with scratch_file() as file:
        file.write(dot)
        file.seek(0)
        with suppress(ValueError):
            graph = gv.agread(Readable(file), None)
    try:
        yield context, graph
    finally:
        if graph is not None:
            gv.agclose(graph)
        gv.gvFreeContext(context)


class Readable:
    """An open file as the library wants to see it: by descriptor, and with a C mode."""

    mode = "r"

    def __init__(self, file: IO[bytes]) -> None:
        self.fileno = file.fileno
