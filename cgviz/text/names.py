"""Names in print: text that knows its spelling, so that it goes wherever names go and any notation can write it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cgviz.text.parsing import spelled
from cgviz.text.spelling import Spelling


class Name(str):
    r"""The label of a node, with its spelling and how its gradient is called.

    spelling  a Spelling, or a formula where a stage is called by what it computes; None: what its letters say
    gradient  what writes the gradient of the node (`cgviz.text.formula.Gradient`); None: `dq`

    >>> Name("w", parse_spelling(r"\mathbf{w}")).spelling.text
    '𝐰'
    """

    __slots__ = ("gradient", "spelling")
    spelling: Any
    gradient: Any

    def __new__(cls, text: str, spelling: Any = None, gradient: Any = None) -> Name:
        made = super().__new__(cls, text)
        made.spelling, made.gradient = spelling, gradient
        return made

    def __format__(self, spec: str) -> str:
        """In a message a name is spelled for the eye: `f"{name}"` is θ₁ where `str(name)` is theta_1."""
        found = self.spelling
        if found is None:
            return format(printed(str(self)), spec)
        return format(found.text if isinstance(found, Spelling) else found.pretty, spec)


@lru_cache(maxsize=4096)
def printed(name: str) -> str:
    """Returns a name for the eye, as its letters say."""
    return spelled(name).text


def spelling_of(name: str) -> Any:
    """Returns how a name is spelled: as it says itself, else as its letters say (a Spelling, which never fails)."""
    return getattr(name, "spelling", None) or spelled(str(name))


def plain_spelling(name: str) -> Spelling:
    """Returns the spelling of a name as letters, marks and scripts, also where it is called by a formula."""
    found = spelling_of(name)
    return found if isinstance(found, Spelling) else spelled(str(name))
