"""A picture is opened in the system's viewer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from cgviz.errors import RenderError, quoted

OPENERS = {"darwin": "open"}


def view(path: str) -> None:
    """Opens a file in the viewer that the system has for it, and does not wait. Raises RenderError without one."""
    if sys.platform == "win32":
        os.startfile(path)
        return
    opener = OPENERS.get(sys.platform, "xdg-open")
    if shutil.which(opener) is None:
        raise RenderError(f"there is no {opener} here to open the picture; open {quoted(path, 200)} yourself")
    try:
        subprocess.run(
            ["/bin/sh", "-c", '"$0" "$1" &', opener, os.path.abspath(path)],  # no child of ours is left behind
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        raise RenderError(f"{opener} cannot be run: {error.strerror}") from error
