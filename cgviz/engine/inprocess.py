"""Graphviz inside this process: DOT in, a laid-out drawing out, through the library in pygraphviz's wheel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import IO, Any

from cgviz.engine.messages import failure
from cgviz.engine.quiet import error_stream_kept, interruptible, scratch_file
from cgviz.fonts import private_fontconfig

PROGRAMS = {False: b"dot", True: b"nop2"}
one_at_a_time = Lock()  # Graphviz keeps global state


def available() -> bool:
    """Returns whether pygraphviz is installed (it is not imported)."""
    from importlib.util import find_spec

    return find_spec("pygraphviz") is not None


def render(dot: str, formats: tuple[str, ...], attributes: Mapping[str, str], positioned: bool) -> list[bytes]:
    """Returns one layout of `dot`, with graph `attributes` over its own, drawn in each of `formats`.

    positioned  the DOT holds the positions already, as `layout` gives them

    Raises RenderError, with what Graphviz said.
    """
    with one_at_a_time, error_stream_kept() as said, private_fontconfig(), interruptible():
        gv = library()
        try:
            with opened(gv, dot) as graph:
                for name, value in attributes.items():
                    gv.agattr(graph, gv.AGRAPH, name.encode(), value.encode())
                drawn = laid_out(gv, graph, formats, PROGRAMS[positioned])
        except ValueError:
            drawn = []
        message = failure(text_of(said), complete=len(drawn) == len(formats))
    if message:
        raise message
    return drawn


def library() -> Any:
    """Returns pygraphviz's low-level module."""
    from pygraphviz import graphviz

    return graphviz


@contextmanager
def opened(gv: Any, dot: str) -> Iterator[Any]:
    """Yields the graph of `dot`, freed afterwards; raises ValueError where it is no DOT."""
    with scratch_file() as file:
        file.write(dot.encode())
        file.seek(0)
        graph = gv.agread(Readable(file), None)
    try:
        yield graph
    finally:
        gv.agclose(graph)


def laid_out(gv: Any, graph: Any, formats: tuple[str, ...], program: bytes) -> list[bytes]:
    """Returns the drawings of `graph` as far as Graphviz made them."""
    context = gv.gvContextWithBuiltins()
    drawn: list[bytes] = []
    if gv.gvLayout(context, graph, program) == 0:
        for form in formats:
            made = gv.gvRenderData(context, graph, form.encode())
            if not isinstance(made, list):  # an error number alone
                break
            drawn.append(made[1])
    gv.gvFreeLayout(context, graph)
    gv.gvFreeContext(context)
    return drawn


class Readable:
    """An open file as the library wants to see it: by descriptor, and with a C mode."""

    mode = "r"

    def __init__(self, file: IO[bytes]) -> None:
        self.fileno = file.fileno


def text_of(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace")
