"""Ratios against sympy, dot, micrograd and CasADi, each pair measured in this one run: `make bench`.

A benchmark, not a test: it prints what it finds and the goal beside it. A row whose rival is not installed says so.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

POSITION = re.compile(r' (?:pos|lp|xlp)=(?:"[^"]*"|[^\s\]]+)')
EDGE_LABEL = re.compile(r"\bx?label=<<.*?>>")
HERE = Path(__file__).parent
LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
AT = ["--x", "3", "--y", "-4"]
CGVIZ = [sys.executable, "-m", "cgviz"]
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
Row = tuple[str, str, float, float, float]


def cold(ours: list[str], rival: list[str], runs: int = 9) -> tuple[float, float]:
    """Returns median wall seconds of two commands, run in turn as whole processes after one warm-up each."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(runs + 1):
        for command, found in zip((ours, rival), times, strict=True):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=INSTALLED)
            if turn:
                found.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def warm(function: Callable[[], object], runs: int = 7) -> float:
    """Returns the best of several timings in this process."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best


def in_child(which: str, size: int) -> dict[str, float]:
    """Returns what `bench/recording.py` measures in a process of its own."""
    command = [sys.executable, str(HERE / "recording.py"), which, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def start_up() -> Iterator[Row]:
    python = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        drawing = [*CGVIZ, "render", LECTURE, *AT, "-o", os.path.join(folder, "f.svg")]
        ours, rival = cold([*CGVIZ, "table", LECTURE, *AT], [*python, "import sympy"])
        yield "cgviz table, cold", "import sympy", ours, rival, 1.0
        ours, rival = cold(drawing, [*python, "import sympy"])
        yield "cgviz render -o f.svg, cold", "import sympy", ours, rival, 1.1
    for option in ("--version", "--help"):
        ours, rival = cold([*CGVIZ, option], [*python, "pass"])
        yield f"cgviz {option}, cold", "python -c pass", ours, rival, 5


def long_sum(terms: int) -> str:
    return " + ".join(f"a{i % 50}*x{i}" if i % 3 else f"{i}*y" for i in range(terms))


def reading() -> Iterator[Row]:
    from sympy.parsing.sympy_parser import parse_expr

    import cgviz

    text = long_sum(300)
    rival = warm(lambda: parse_expr(text, evaluate=False), 5)
    short = warm(lambda: cgviz.read(text), 15)
    yield "reading a sum of 300 terms", "parse_expr(evaluate=False)", short, rival, 0.1
    large = long_sum(100_000)
    count = len(TOKEN.findall(large))
    ours, rival = warm(lambda: cgviz.read(large), 2), warm(lambda: shunted(large), 2)
    yield "reading, ns a token at 10⁵ terms", "a regex and shunting-yard", ours * 1e9 / count, rival * 1e9 / count, 2.5


TOKEN = re.compile(r"[A-Za-z_]\w*|\d+|\S")


def shunted(text: str) -> list[str]:
    """Returns a sum of products in postfix order: what the plainest reader would do."""
    binds, output, stack = {"+": 1, "*": 2}, [], []
    for token in TOKEN.findall(text):
        if token in binds:
            while stack and binds[stack[-1]] >= binds[token]:
                output.append(stack.pop())
            stack.append(token)
        else:
            output.append(token)
    return output + stack[::-1]


def recording() -> Iterator[Row]:
    ours, rival = in_child("cgviz", 100_000), in_child("micrograd", 100_000)
    yield "10⁵ operations, first value and gradient", "micrograd", ours["first"], rival["first"], 0.5
    yield "  peak memory above start (MB)", "micrograd", ours["memory"], rival["memory"], 0.5
    yield "  the next value and gradient", "a loop over float lists", ours["next"], ours["loop"], 1.5
    yield "  after some calls", "a loop over float lists", ours["often"], ours["loop"], 0.7
    million = in_child("cgviz", 1_000_000)
    yield "  per operation at 10⁶", "per operation at 10⁵", million["first"] / 10, ours["first"], 1.5


def statements() -> Iterator[Row]:
    for size, name in ((100_000, "10⁵"), (1_000_000, "10⁶")):
        ours, rival, light = (in_child(which, size) for which in ("program", "casadi", "micrograd"))
        yield f"text of {name} statements, to the first gradient", "CasADi SX", ours["first"], rival["first"], 1.0
        yield "  peak memory above start (MB)", "micrograd", ours["memory"], light["memory"], 0.8


def random_program(stages: int, seed: int = 1) -> str:
    """Returns a program in which each operation takes two earlier results."""
    chance = random.Random(seed)
    names = ["x", "y"]
    lines = []
    for i in range(stages):
        first, second = chance.choice(names), chance.choice(names)
        lines.append(f"v{i} = {first} {chance.choice('+-*')} {second}")
        names.append(f"v{i}")
    return "\n".join(lines)


def drawing() -> Iterator[Row]:
    import cgviz
    from cgviz.drawing.diagram import picture

    if not shutil.which("dot"):
        print("drawing: no `dot` on the PATH to compare with")
        return
    for stages, goal in ((30, 0.5), (300, 0.65), (1000, 0.13)):
        run = cgviz.run(random_program(stages), x=0.5, y=0.25)
        picture(run, "svg")
        ours = warm(lambda run=run: picture(run, "svg"), 3 if stages < 1000 else 1)  # type: ignore[misc]
        dot = for_defaults(picture(run, "dot").decode(), labels=stages == 30)
        rival = warm(lambda dot=dot: by_dot(dot), 3 if stages < 1000 else 1)  # type: ignore[misc]
        against = "dot on the same DOT" if stages == 30 else "dot on the same DOT, no edge labels"
        yield f"drawing {stages} stages to SVG", against, ours, rival, goal


def for_defaults(dot: str, labels: bool) -> str:
    """Returns the DOT for the defaults of dot: no positions, none of our settings, edge labels if asked for."""
    lines = [POSITION.sub("", line.replace(" layout=nop2", " rankdir=LR")) for line in dot.splitlines()]
    return "\n".join(EDGE_LABEL.sub("", line) if " -> " in line and not labels else line for line in lines)


def by_dot(dot: str) -> None:
    subprocess.run(
        ["dot", "-Tsvg"], input=dot.encode(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def players() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:

        def command(name: str, ending: str) -> list[str]:
            return [*CGVIZ, name, LECTURE, *AT, "-o", os.path.join(folder, f"f{ending}")]

        deck, render = cold(command("deck", ".pdf"), command("render", ".svg"), 5)
        yield "cgviz deck -o f.pdf, 23 frames, cold", "2 seconds", deck, 2.0, 1
        page, render = cold(command("page", ".html"), command("render", ".svg"), 5)
        yield "cgviz page, beyond cgviz render", "1 second", page - render, 1.0, 1


def learning() -> Iterator[Row]:
    from descending import rows

    return rows()


def repeating() -> Iterator[Row]:
    from repeating import rows

    return rows()


def commands() -> Iterator[Row]:
    from commands import rows

    return rows()


def main() -> None:
    print(f"{'what':46}{'against':40}{'ours':>11}{'theirs':>11}{'ratio':>8}{'goal':>7}")
    for group in (start_up, reading, recording, statements, repeating, drawing, players, commands, learning):
        if sys.argv[1:] and group.__name__ not in sys.argv[1:]:
            continue
        try:
            for what, against, ours, rival, goal in group():
                mark = "" if ours / rival <= goal else "  missed"
                print(f"{what:46}{against:40}{ours:11.4g}{rival:11.4g}{ours / rival:8.2f}{goal:7g}{mark}", flush=True)
        except (ImportError, subprocess.CalledProcessError) as error:
            print(f"{group.__name__}: not measured, {error}")


if __name__ == "__main__":
    main()
