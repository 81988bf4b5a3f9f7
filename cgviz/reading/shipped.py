"""The samples that ship with cgviz, one per idea: `samples/NAME.cg`, whose first comment line says what it shows.

Beside them stand data sets to learn from: `samples/data/NAME.csv`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cgviz.errors import UsageError, quoted

PACKAGE = Path(__file__).resolve().parent.parent
FOLDER = next(
    (folder for folder in (PACKAGE / "samples", PACKAGE.parent / "samples") if folder.is_dir()), PACKAGE / "samples"
)  # the build ships them inside the package; in a checkout they stand beside it


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
    raise UsageError(f"there is no sample {quoted(name)}; {meant(name, [one.name for one in samples()])}")


def meant(name: str, names: list[str], otherwise: str = "`cgviz samples` lists them") -> str:
    """Returns what is closest to a name that is none."""
    from difflib import get_close_matches

    near = get_close_matches(name[:60], names, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(f'@{one}' for one in near)}?" if near else otherwise


def data_sets() -> tuple[str, ...]:
    """Returns the names of the data sets."""
    return tuple(sorted(path.stem for path in FOLDER.glob("data/*.csv")))


def data_set(name: str) -> str:
    """Returns the text of a data set. Raises UsageError with the closest names."""
    names = list(data_sets())
    if name not in names:
        there_are = f"there are {', '.join(f'@{one}' for one in names)}"
        raise UsageError(f"there is no data set {quoted(name)}; {meant(name, names, there_are)}")
    return (FOLDER / "data" / f"{name}.csv").read_text(encoding="utf-8")


def read(path: Path) -> Sample:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    return Sample(path.stem, first.lstrip("# ").strip() if first.startswith("#") else "", text)
