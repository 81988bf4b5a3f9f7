"""What a name in a straight file means: a value of the forward pass, or the gradient of one."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

from cgviz.grading.spellings import Spellings, is_value

ALIKE = 0.7


class LineNames:
    """Reads the names of a file; `forward` are the program's own, in their order, the last argument its output."""

    def __init__(self, tree: ast.AST, forward: Collection[str], inputs: Iterable[str], output: str) -> None:
        every = [each for each in ast.walk(tree) if isinstance(each, ast.Name)]
        every.sort(key=lambda each: (each.lineno, each.col_offset))
        self.forward, self.output = dict.fromkeys(forward), output
        self.assigned = dict.fromkeys(each.id for each in every if isinstance(each.ctx, ast.Store))
        self.loaded = {each.id for each in every if isinstance(each.ctx, ast.Load)}
        self.read = self.loaded | self.assigned.keys()
        spell = Spellings([*self.forward, *self.assigned], [output])
        plain = [name for name in self.assigned if spell.gradient(name) is None or self.is_value(name)]
        self.spell = Spellings([*self.forward, *plain], [output])
        keys = {key: None for name in self.assigned if (key := self.gradient(name))}
        read = [key for name in sorted(self.read) if (key := self.gradient(name)) and key not in keys]
        self.wanted = dict.fromkeys([*read, *(name for name in inputs if name not in keys)])
        self.met: dict[str, str | None] = {}

    def is_value(self, name: str) -> bool:
        """Tells whether a name that could be a gradient is the program's own name of a value."""
        return is_value(name, self.forward, self.read)

    def gradient(self, name: str) -> str | None:
        """Returns the forward name of whose gradient this is a spelling, or None."""
        return None if self.is_value(name) else self.spell.gradient(name)

    def value(self, name: str) -> str:
        """Returns the program's spelling of a forward name, whatever underscores stand in it."""
        if name in self.forward:
            return name
        bare = name.rstrip("_")
        return bare if bare in self.forward else self.spell.value(name) or name

    def meant(self, name: str) -> str | None:
        """Returns the key of the gradient of which a name that is never read is probably a misspelling."""
        if name not in self.met:
            known = name in self.loaded or self.gradient(name) or self.value(name) in self.forward
            near = max(self.wanted, key=lambda key: likeness(name, f"d{key}"), default="")
            self.met[name] = near if near and not known and likeness(name, f"d{near}") >= ALIKE else None
        return self.met[name]


def likeness(name: str, other: str) -> float:
    """Returns how much two names look like each other, 0 to 1."""
    return SequenceMatcher(None, name[:60], other[:60]).ratio()
