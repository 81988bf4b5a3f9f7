"""A folder of frames is written whole or not at all: beside the target first; what is no frame stays as it was."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from shutil import rmtree

from cgviz.errors import RenderError, quoted
from cgviz.text.output import explained, failed


def check(path: str) -> None:
    """Raises RenderError where the folder cannot be written: asked before the work."""
    with explained(path):
        target = os.path.realpath(path)
        parent = os.path.dirname(target)
        if os.path.exists(target) and not os.path.isdir(target):
            raise failed(path, "it is a file; a folder of frames takes another name")
        if not os.path.isdir(parent):
            raise failed(path, f"there is no folder {quoted(parent, 200)}")
        for folder in (parent, target):
            if os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK):
                raise failed(path, f"the folder {quoted(folder, 200)} is read-only")


def write(path: str, files: Mapping[str, bytes]) -> int:
    """Writes files into a folder; returns how many frames of an earlier deck they took the place of.

    A frame of the same format that the new deck does not have goes away, all other files stay. On any failure,
    Ctrl-C too, nothing has changed but for files that were already moved. Raises RenderError.
    """
    target = os.path.realpath(path)
    beside = os.path.join(os.path.dirname(target), f".cgviz-{os.urandom(8).hex()}.tmp")
    with explained(path):
        os.mkdir(beside)  # which fails where it is there: what is removed below is ours
        try:
            for name, content in files.items():
                with open(os.path.join(beside, name), "xb") as file:
                    file.write(content)
            return moved(beside, target, files)
        finally:
            with suppress(OSError):
                rmtree(beside)


def moved(beside: str, target: str, files: Mapping[str, bytes]) -> int:
    """Puts a finished folder in its place: as a whole where nothing is there yet, else file by file."""
    if not os.path.exists(target):
        os.rename(beside, target)
        return 0
    earlier = [name for name in os.listdir(target) if name in files or is_frame(name, files)]
    for name in files:
        if os.path.isdir(os.path.join(target, name)):
            raise RenderError(f"cannot write {quoted(os.path.join(target, name), 200)}: it is a folder")
    for name in files:
        os.replace(os.path.join(beside, name), os.path.join(target, name))
    for name in set(earlier) - set(files):
        os.unlink(os.path.join(target, name))
    return len(earlier)


def is_frame(name: str, files: Mapping[str, bytes]) -> bool:
    """Tells whether a file is a frame of the same format as `files`."""
    return any(name.endswith(ending) for ending in {os.path.splitext(file)[1] for file in files}) and bool(
        re.fullmatch(r"frame-\d{2,}\.\w+", name)
    )
