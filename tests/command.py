"""`cgviz ARGUMENTS` in this process, with standard streams of its own: what a child would do, without its start."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cgviz.cli import main


def run(
    *arguments: str | bytes, stdin: bytes = b"", cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Returns the exit status and what the command wrote, as of a process whose streams are pipes."""
    words = [os.fsdecode(argument) for argument in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    streams = patch.multiple(sys, stdin=given, stdout=out, stderr=err)
    with chdir(cwd or Path.cwd()), patch.dict(os.environ, env or {}), streams:
        status = main(words)
        out.flush()
        err.flush()
    written = [stream.buffer.getvalue() for stream in (out, err)]  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(words, status, *written)


def run_in_text(*arguments: str, stdin: str = "", **settings: Any) -> subprocess.CompletedProcess[str]:
    """Returns the same as text, in a terminal's 80 columns."""
    settings["env"] = {"COLUMNS": "80", **settings.get("env", {})}
    done = run(*arguments, stdin=stdin.encode(), **settings)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def heed_interrupts() -> None:
    """Makes a child stop at SIGINT, also where the suite runs in the background of a shell and ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
