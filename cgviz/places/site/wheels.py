"""Wheels for Python in the browser, packed from what is installed here: pure Python only, without tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import cgviz
from cgviz.errors import UsageError

PACKAGES = ("sympy", "mpmath", "graphviz", "pylatexenc")
LEFT_OUT = ("/tests/", "/benchmarks/", "/__pycache__/", "sympy/physics/", "sympy/parsing/autolev/", "/vendor/")
KEPT = (".py", ".js", ".css", ".html", ".json", ".ttf", ".conf", ".cg", ".csv", ".typed", ".txt")
DATED = (1980, 1, 1, 0, 0, 0)  # the same bytes at any time


def wheels() -> Iterator[tuple[str, bytes]]:
    """Yields (file name, content) of cgviz's own wheel and of those that it needs in a browser.

    Raises UsageError where one is not installed.
    """
    yield f"cgviz-{cgviz.__version__}-py3-none-any.whl", packed(own_files())
    for name in PACKAGES:
        found = installed(name)
        yield f"{name}-{found.version}-py3-none-any.whl", packed(files(found))


def installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise UsageError(f"the site carries {name}, which is not installed here; install it and try again") from None


def own_files() -> Iterator[tuple[str, Path]]:
    """Yields the files of this package and its samples, by their places in a wheel."""
    from cgviz.reading.shipped import FOLDER

    root = Path(cgviz.__file__).parent
    places = [(root, "cgviz"), *([] if FOLDER.is_relative_to(root) else [(FOLDER, "cgviz/samples")])]
    for folder, name in places:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield f"{name}/{path.relative_to(folder).as_posix()}", path


def files(found: Distribution) -> Iterator[tuple[str, Path]]:
    for each in found.files or ():
        if not each.as_posix().startswith(".."):
            yield each.as_posix(), Path(str(found.locate_file(each)))


def packed(parts: Iterable[tuple[str, Path]]) -> bytes:
    """Returns a zip of files by their places in it: the same bytes for the same files."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in sorted(parts):
            if any(part in f"/{name}" for part in LEFT_OUT):
                continue
            if path.suffix in KEPT or ".dist-info/" in name:
                archive.writestr(ZipInfo(name, DATED), path.read_bytes(), ZIP_DEFLATED)
    return made.getvalue()
