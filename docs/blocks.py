"""Runs the blocks of the documentation while it is built: an extension of Python-Markdown.

    ```console          lines that begin with $ are run; their output is put below
    ```python run       runs in one namespace for the page; what it prints is put below
    ```cell             runs in a notebook's shell, one for the page; what it shows is put below
    ```file NAME        is written where the commands of the page run; Python and TOML must be that

A command that fails, or a block that raises, fails the build; `exit=2` after console expects that status. So does code
that is only shown: a signature is `py`, all other code runs.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

FENCE = re.compile(r"^```(console|python run|cell|file)([^\n`]*)\n(.*?)^```[ \t]*$\n?", re.DOTALL | re.MULTILINE)
SHOWN_ONLY = re.compile(r"^```(python|bash|sh|shell|toml|latex)[ \t]*$", re.MULTILINE)
FIRST = 28  # before the fences of cgviz (27) and all others
WIDTH = "80"


class Blocks(Preprocessor):
    """Runs the blocks of one page after another, in a folder of its own."""

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines) + "\n"
        if idle := SHOWN_ONLY.search(text):
            raise SystemExit(f"a block is shown and not run:\n{text[idle.start() : idle.start() + 200]}")
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            names: dict[str, Any] = {}
            return FENCE.sub(lambda match: made(match[1], match[2].strip(), match[3], names), text).split("\n")


def made(kind: str, words: str, body: str, names: dict[str, Any]) -> str:
    """Returns a block with what it gave."""
    if kind == "cell":
        return f"```python\n{body}```\n\n{shown(body)}\n"
    if kind == "file":
        checked(words, body)
        Path(words).write_text(body, encoding="utf-8")
        return f"`{words}`\n\n```{Path(words).suffix[1:]}\n{body}```\n"
    if kind == "python run":
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(body, "the documentation", "exec"), names)  # our own pages
        return f"```python\n{body}```\n" + (f"\n```text\n{said.getvalue().rstrip()}\n```\n" if said.getvalue() else "")
    return f"```console\n{session(body, words)}```\n"


def shown(body: str) -> str:
    """Returns what a notebook shows beneath a cell. Raises SystemExit where it fails."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    with capture_output() as captured:
        done = InteractiveShell.instance().run_cell(body, store_history=False)
    if not done.success or captured.stderr:
        raise SystemExit(f"{body}\n{captured.stderr or done.error_in_exec or done.error_before_exec}")
    parts = [f"```text\n{captured.stdout.rstrip()}\n```\n"] if captured.stdout else []
    return "\n".join([*parts, *(drawn(each.data) for each in captured.outputs)])


def drawn(data: dict[str, str]) -> str:
    """Returns an output in the best of its forms."""
    if "image/svg+xml" in data:
        return f'<figure class="cgviz">{data["image/svg+xml"].partition("?>")[2].replace(chr(10), " ")}</figure>\n'
    return data.get("text/markdown") or f"```text\n{data['text/plain']}\n```\n"


def checked(name: str, body: str) -> None:
    """Raises where a file is none of its language."""
    if name.endswith(".py"):
        compile(body, name, "exec")
    if name.endswith(".toml"):
        tomllib.loads(body)


def session(body: str, words: str) -> str:
    """Returns the lines of a session with the output of its commands."""
    expected = int(words.removeprefix("exit=") or 0)
    said = []
    for command in re.findall(r"^\$ (.*(?:\n> .*)*)$", body, re.MULTILINE):
        said.append(f"$ {command}\n{output(command.replace(chr(10) + '> ', chr(10)), expected)}")
    return "".join(said)


def output(command: str, expected: int) -> str:
    """Returns what a command prints. Raises SystemExit where its status is another than expected."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    surroundings = {**os.environ, "PATH": path, "COLUMNS": WIDTH, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=surroundings
    )
    if done.returncode != expected:
        raise SystemExit(f"$ {command}\nexit status {done.returncode}, not {expected}\n{done.stdout}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n" if done.stdout else ""


class Run(Extension):
    """The extension."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's own name
        md.preprocessors.register(Blocks(md), "blocks", FIRST)


def makeExtension(**settings: Any) -> Run:  # noqa: N802
    return Run(**settings)
