"""Writes the generated parts of README.md and docs/*.md anew, and the gallery's pictures: `make docs`.

A block between `<!-- run: COMMAND -->` and `<!-- end -->` holds the command's output; `--check` compares instead of
writing and exits 1 where a page is stale. Pictures are only written: their bytes depend on Graphviz's version.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- run: (?P<command>.*?) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
PICTURES = {
    "staged": ["@staged"],
    "staged-circuit": ["@staged", "--style", "circuit"],
    "staged-dark": ["@staged", "--theme", "dark", "--background", "filled"],
    "staged-symbols": ["(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"],
    "sigmoid-neuron-gates": ["@sigmoid-neuron", "--style", "circuit", "--detail", "gate"],
}


def run(arguments: list[str]) -> str:
    """Returns what a cgviz command prints on standard output, 116 columns wide and without colours."""
    environment = {**os.environ, "COLUMNS": "116", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "cgviz", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, cwd=ROOT)
    if done.returncode not in (0, 1) or (done.returncode == 1 and not done.stdout):
        raise SystemExit(f"{shlex.join(command)}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def generated(command: str) -> str:
    """Returns the body of a block: the output of a command, or the gallery of the samples."""
    if command == "gallery":
        return gallery()
    if command == "commands":
        return commands()
    output = "\n".join(line.rstrip() for line in run(shlex.split(command)[1:]).rstrip().splitlines())
    language = "python" if " code " in command else "text"
    return f"```{language}\n{output}\n```\n"


def samples() -> list[tuple[str, str]]:
    """Returns (name, description) of every sample that ships."""
    from cgviz.reading.shipped import samples

    return [(sample.name, sample.summary) for sample in samples()]


def gallery() -> str:
    """Returns the gallery: every sample's description, source, command and picture."""
    from cgviz.reading.shipped import samples

    parts = []
    for sample in samples():
        source = "\n".join(line for line in sample.text.strip().splitlines() if sample.summary not in line)
        picture = f"![{sample.name}](gallery/{sample.name}.svg)"
        parts.append(
            f"**{sample.summary}**\n\n```text\n{source}\n```\n\n    cgviz render @{sample.name}\n\n{picture}\n"
        )
    return "\n" + "\n".join(parts) + "\n"


def commands() -> str:
    """Returns the help page of every command."""
    from cgviz.cli.group import COMMANDS

    pages = [("cgviz", run(["--help"])), *((f"cgviz {name}", run([name, "--help"])) for name in COMMANDS)]
    pages.append(("Options of every command", run(["help", "options"])))
    return "\n" + "\n".join(f"## {title}\n\n```text\n{page.rstrip()}\n```\n" for title, page in pages) + "\n"


def page(path: Path) -> str:
    """Returns a page with its generated blocks as they are now."""
    text = path.read_text(encoding="utf-8")
    return BLOCK.sub(lambda block: block[1] + generated(block["command"]) + block[4], text)


def draw() -> None:
    """Draws the gallery: every sample, and the pictures at the head of the README."""
    folder = ROOT / "docs" / "gallery"
    folder.mkdir(exist_ok=True)
    every = {**{name: [f"@{name}"] for name, _ in samples()}, **PICTURES}
    for name, arguments in every.items():
        run(["render", *arguments, "--outline-text", "-o", str(folder / f"{name}.svg")])
    run(["deck", "@staged", "-o", str(folder / "staged-steps.svg")])


def main() -> None:
    stale = [path for path in PAGES if page(path) != path.read_text(encoding="utf-8")]
    if "--check" in sys.argv[1:]:
        if stale:
            names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
            raise SystemExit(f"stale: {names}; run `make docs`")
        return
    for path in stale:
        path.write_text(page(path), encoding="utf-8")
    draw()


if __name__ == "__main__":
    main()
