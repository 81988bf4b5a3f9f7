"""What the inputs of a program are for, as its comments declare: `# data: x, y`."""

from __future__ import annotations

import re

ROLES = ("data", "parameter", "constant")
WRITTEN = re.compile(rf"^[ \t]*#[ \t]*({'|'.join(ROLES)})s?[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def roles_of(program: str) -> dict[str, list[str]]:
    """Returns the names that a program declares, by their role."""
    found: dict[str, list[str]] = {}
    for role, names in WRITTEN.findall(program):
        found.setdefault(role, []).extend(name for name in re.split(r"[,\s]+", names) if name)
    return found
