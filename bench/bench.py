"""Ratios against sympy, dot, micrograd and CasADi, each pair measured in this one run: `make bench`.

A benchmark, not a test: it prints what it finds and the goal beside it. A row whose rival is not installed says so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from clock import Row, best
from clock import commands as commands_of

HERE = Path(__file__).parent
LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
AT = ["--x", "3", "--y", "-4"]
CGVIZ = [sys.executable, "-m", "cgviz"]


def in_child(which: str, size: int) -> dict[str, float]:
    """Returns what `bench/recording.py` measures in a process of its own."""
    command = [sys.executable, str(HERE / "recording.py"), which, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def start_up() -> Iterator[Row]:
    python = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        drawing = [*CGVIZ, "render", LECTURE, *AT, "-o", os.path.join(folder, "f.svg")]
        ours, rival = commands_of([*CGVIZ, "table", LECTURE, *AT], [*python, "import sympy"], 9)
        yield "cgviz table, cold", "import sympy", ours, rival, 1.0
        ours, rival = commands_of(drawing, [*python, "import sympy"], 9)
        yield "cgviz render -o f.svg, cold", "import sympy", ours, rival, 1.1
    for option in ("--version", "--help"):
        ours, rival = commands_of([*CGVIZ, option], [*python, "pass"], 9)
        yield f"cgviz {option}, cold", "python -c pass", ours, rival, 5


def long_sum(terms: int) -> str:
    return " + ".join(f"a{i % 50}*x{i}" if i % 3 else f"{i}*y" for i in range(terms))


def reading() -> Iterator[Row]:
    from sympy.parsing.sympy_parser import parse_expr

    import cgviz

    text = long_sum(300)
    short, rival = best([lambda: cgviz.read(text), lambda: parse_expr(text, evaluate=False)], 9)
    yield "reading a sum of 300 terms", "parse_expr(evaluate=False)", short, rival, 0.1
    large = long_sum(100_000)
    count = len(TOKEN.findall(large))
    ours, rival = best([lambda: cgviz.read(large), lambda: shunted(large)], 3)
    yield "reading, ns a token at 10⁵ terms", "a regex and shunting-yard", ours * 1e9 / count, rival * 1e9 / count, 2.5


TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<number>\d+)|(?P<sign>\S))")


def shunted(text: str) -> list[tuple[str | None, str, int]]:
    """Returns a sum of products in postfix order: what the plainest reader would do that can point at a place."""
    binds, output, stack = {"+": 1, "*": 2}, [], []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        token = (kind, match[kind or 0], match.start(kind or 0))
        if kind == "sign":
            while stack and binds[stack[-1][1]] >= binds[token[1]]:
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


def drawing() -> Iterator[Row]:
    from drawing import rows

    return rows()


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
    for group in (start_up, reading, recording, statements, repeating, drawing, commands, learning):
        if sys.argv[1:] and group.__name__ not in sys.argv[1:]:
            continue
        try:
            for what, against, ours, rival, goal in group():
                aim, mark = f"{goal:7g}" if goal else "      –", "" if not goal or ours / rival <= goal else "  missed"
                print(f"{what:46}{against:40}{ours:11.4g}{rival:11.4g}{ours / rival:8.2f}{aim}{mark}", flush=True)
        except (ImportError, subprocess.CalledProcessError) as error:
            print(f"{group.__name__}: not measured, {error}")


if __name__ == "__main__":
    main()
