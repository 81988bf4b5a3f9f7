"""The samples that ship with cgviz, one per idea: `samples/NAME.cg`, whose first comment line says what it shows."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cgviz.errors import UsageError, quoted

FOLDER = Path(__file__).parent / "samples"


class Sample(NamedTuple):
    """A program that ships: its name, what it shows, its text."""

    name: str
    summary: str
    text: str


@lru_cache
def samples() -> tuple[Sample, ...]:
    """Returns every sample, in the order of their names."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.cg")))


def sample(name: str) -> Sample:
    """Returns the sample called `name`. Raises UsageError with the closest names."""
    if not name:
        raise UsageError("the name of a sample goes after the @; `cgviz samples` lists them")
    for one in samples():
        if one.name == name:
            return one
    from difflib import get_close_matches

    near = get_close_matches(name[:60], [one.name for one in samples()], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(f'@{one}' for one in near)}?" if near else "`cgviz samples` lists them"
    raise UsageError(f"there is no sample {quoted(name)}; {hint}")


def read(path: Path) -> Sample:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    return Sample(path.stem, first.lstrip("# ").strip() if first.startswith("#") else "", text)
