"""What stands on the board, whatever the format: sections of equations."""

from __future__ import annotations

from typing import NamedTuple

from cgviz.documents.equations import Equation


class Section(NamedTuple):
    """A heading, a sentence under it ("" for none), its lines, and sentences at its end."""

    title: str
    lines: tuple[Equation, ...]
    intro: str = ""
    ends: tuple[str, ...] = ()
