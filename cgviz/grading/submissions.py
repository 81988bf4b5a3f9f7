"""What a class has handed in: files, folders of folders, and archives as learning platforms export them."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from cgviz.errors import CgvizError, UsageError, quoted
from cgviz.grading.listing import ENDINGS, LONGEST, LONGEST_NOTEBOOK, Listing, UnreadableError, listing, read

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
MOST_FILES, MOST_DEEP, MOST_BYTES = 20_000, 12, 2**29
MOST_OF_ONE = max(LONGEST, LONGEST_NOTEBOOK) + 1  # what is longer is refused
PASSED_OVER = (
    "__pycache__", "__MACOSX", ".ipynb_checkpoints", ".git", "venv", ".venv", "site-packages", "node_modules",
)  # fmt: skip


@dataclass(frozen=True)
class Submission:
    """One file of a student's: how it is called in the class, where it is, or its bytes in an archive."""

    name: str
    path: str = ""
    content: bytes | None = None
    refused: str = ""

    @property
    def student(self) -> str:
        """The folder in which it lies, or the file itself."""
        return self.name.partition("/")[0]

    def listing(self) -> Listing:
        """Returns the listing. Raises CgvizError where it cannot be read."""
        if self.refused:
            raise UnreadableError(self.refused)
        if self.content is None:
            return listing(self.path)
        return read(self.content, self.name)


def submissions(where: str) -> list[Submission]:
    """Returns the files of a folder, an archive, or one file, by name. Raises UsageError where there are none."""
    if os.path.isdir(where):
        found = sorted(in_folder(where, ""), key=lambda each: each.name)
    elif where.lower().endswith(ARCHIVES):
        try:
            with open(where, "rb") as stream:
                found = sorted(in_archive(stream.read(MOST_BYTES), where, "", 0), key=lambda each: each.name)
        except OSError as error:
            raise UsageError(f"cannot read {quoted(where)}: {error.strerror}") from error
        except UnreadableError as error:
            raise UsageError(f"{quoted(where)}: {error}") from error
    else:
        return [Submission(os.path.basename(where), where)]
    if not found:
        kind = "folder" if os.path.isdir(where) else "archive"
        raise UsageError(f"the {kind} {quoted(where)} holds no .py and no .ipynb")
    return found[:MOST_FILES]


def in_folder(folder: str, inside: str, deep: int = 0) -> Iterator[Submission]:
    """Yields the files of a folder and its folders. Links are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)[:MOST_FILES]
    except OSError as error:
        yield Submission(inside or folder, refused=f"cannot read the folder: {error.strerror}")
        return
    for entry in entries:
        name = f"{inside}{entry.name}"
        if entry.name in PASSED_OVER or entry.name.startswith("."):
            continue
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
        except OSError as error:
            yield Submission(name, refused=f"cannot be read: {error.strerror}")
            continue
        if stat.S_ISDIR(mode):
            if deep < MOST_DEEP:
                below = list(in_folder(entry.path, f"{name}/", deep + 1))
                yield from below
                if not below and not inside:
                    yield Submission(name, refused="holds no .py and no .ipynb")
        elif entry.name.lower().endswith(ENDINGS):
            if stat.S_ISREG(mode):
                yield Submission(name, entry.path)
            else:
                yield Submission(name, refused="a link" if stat.S_ISLNK(mode) else "no regular file")
        elif entry.name.lower().endswith(ARCHIVES) and stat.S_ISREG(mode):
            yield from archive_in(entry.path, name)


def archive_in(path: str, name: str) -> Iterator[Submission]:
    """Yields the files of an archive in a folder; one that cannot be read is a row of its own."""
    try:
        with open(path, "rb") as stream:
            yield from in_archive(stream.read(MOST_BYTES), name, f"{name}/", 1)
    except (OSError, CgvizError) as error:
        yield Submission(name, refused=str(error).partition("\n")[0])


def in_archive(content: bytes, called: str, inside: str, deep: int) -> Iterator[Submission]:
    """Yields the files of an archive. Raises UnreadableError where it is none; names in it never leave it."""
    try:
        members = list(members_of(content, called))
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        why = str(error).partition(":\n")[0]
        raise UnreadableError(f"cannot be read as an archive: {why}") from None
    for name, held in members:
        if any(part in PASSED_OVER or part.startswith(".") for part in name.split("/")):
            continue
        if isinstance(held, str):
            yield Submission(f"{inside}{name}", refused=held)
        elif name.lower().endswith(ENDINGS):
            yield Submission(f"{inside}{name}", content=held)
        elif name.lower().endswith(ARCHIVES) and deep < 2:
            try:
                yield from in_archive(held, name, f"{inside}{name}/", deep + 1)
            except UnreadableError as error:
                yield Submission(f"{inside}{name}", refused=str(error).partition("\n")[0])


def members_of(content: bytes, called: str) -> Iterator[tuple[str, bytes | str]]:
    """Yields name and bytes of what an archive holds, or why it is not read, up to a number of bytes in all."""
    total = 0
    for name, held in (of_zip if called.lower().endswith(".zip") else of_tar)(content):
        total += len(held)
        if total > MOST_BYTES:
            return
        yield clean(name), held


def of_zip(content: bytes) -> Iterator[tuple[str, bytes | str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist()[:MOST_FILES]:
            if is_wanted(member.filename) and not member.is_dir():
                with archive.open(member) as stream:
                    yield member.filename, stream.read(MOST_OF_ONE)


def of_tar(content: bytes) -> Iterator[tuple[str, bytes | str]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as pack:
        for entry in islice(pack, MOST_FILES):
            if is_wanted(entry.name) and not entry.isdir():
                inside = pack.extractfile(entry) if entry.isfile() else None
                yield entry.name, inside.read(MOST_OF_ONE) if inside else "no regular file"


def is_wanted(name: str) -> bool:
    return name.lower().endswith((*ENDINGS, *ARCHIVES))


def clean(name: str) -> str:
    """Returns the name of a member without ways out of the archive."""
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")) or "unnamed"
