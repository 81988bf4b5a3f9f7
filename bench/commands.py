"""The rows of `make bench` on whole commands, against another command or `import sympy` in the same run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator

from clock import Row, commands

LECTURE = ["(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)", "--x", "3", "--y", "-4"]
CGVIZ = [sys.executable, "-m", "cgviz"]
SYMPY = [sys.executable, "-c", "import sympy"]


def chain(statements: int) -> str:
    return "v0 = x\n" + "".join(f"v{n} = sin(v{n - 1})\n" for n in range(1, statements + 1))


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:

        def file(name: str) -> str:
            return os.path.join(folder, name)

        for name, ending, goal in (("page", "html", 2), ("deck", "pdf", 3.5)):
            ours, rival = commands([*CGVIZ, name, *LECTURE, "-o", file(f"f.{ending}")], SYMPY, 5)
            yield f"cgviz {name}, cold", "import sympy", ours, rival, goal
        for size, command, against, goal in (
            (300, ["check"], ["table"], 3),
            (20_000, ["code", "-o", file("c.py")], ["table", "--format", "json"], 1.2),
        ):
            path = file(f"c{size}.cg")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(chain(size))
            program = [path, "--x", "0.5"]
            ours, rival = commands([*CGVIZ, *command, *program], [*CGVIZ, *against, *program], 3)
            yield f"cgviz {command[0]}, {size:,} statements", f"cgviz {' '.join(against)}", ours, rival, goal
