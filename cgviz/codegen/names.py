"""The names of a program in a language: its own where they can be, with underscores at the end where they cannot."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping

from cgviz.graph.nodes import Graph
from cgviz.records import record
from cgviz.text.letters import NAMES


@record
class CodeNames:
    """For each node its variable, and what was renamed: (as in the program, as in the code)."""

    variables: Mapping[int, str]
    renamed: tuple[tuple[str, str], ...]

    def gradient(self, index: int) -> str:
        """Returns the variable of ∂output/∂node."""
        return gradient_of(self.variables[index])

    @property
    def all(self) -> set[str]:
        """Every name of a variable or of a gradient."""
        return {*self.variables.values(), *map(gradient_of, self.variables.values())}


def gradient_of(name: str) -> str:
    return f"d{name}"


def names(graph: Graph, reserved: Iterable[str], spelled: Callable[[str], str]) -> CodeNames:
    """Returns a variable for every input and stage. One rule: a name gets underscores until neither it nor its
    gradient is a word of the language, and no gradient bears the name of another variable."""
    wanted = {i: spelled(node.name) for i, node in enumerate(graph.nodes) if node.name}
    shut = set(reserved)
    gradients = set(map(gradient_of, wanted.values()))
    taken: set[str] = set()
    variables: dict[int, str] = {}
    for index, name in wanted.items():
        while name in gradients or any({name, gradient_of(name)} & words for words in (shut, taken)):
            name += "_"
        taken |= {name, gradient_of(name)}
        variables[index] = name
    renamed = ((graph.nodes[i].name, name) for i, name in variables.items() if graph.nodes[i].name != name)
    return CodeNames(variables, tuple(renamed))


def as_it_is(name: str) -> str:
    return name


def in_ascii(name: str) -> str:
    """Returns a name in ASCII: Greek letters by their names, accents left out, other characters by their code."""
    return "".join(map(letter, unicodedata.normalize("NFKD", name)))


def letter(c: str) -> str:
    if c.isascii():
        return c
    if c in NAMES:
        return NAMES[c].removeprefix("var")
    return "" if unicodedata.combining(c) else f"u{ord(c):04x}"
