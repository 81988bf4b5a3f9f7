"""The kernel as a process: a request on each line of standard input, its response on a line of standard output."""

from __future__ import annotations

import sys

from cgviz.kernel import answer, warm


def main() -> None:
    answer(warm(["program", "numbers", "live"]))
    for line in sys.stdin:
        sys.stdout.write(answer(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
