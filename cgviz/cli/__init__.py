"""The command line: `main` runs one command and turns whatever happens into a message and an exit status.

0 done; 1 the numbers or the picture cannot be made or written; 2 a wrong option or expression; 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from cgviz.errors import CgvizError

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `cgviz ARGUMENTS` and returns its exit status; messages go to stderr, without a traceback."""
    if argv is not None:
        return guarded(list(argv))
    gc.disable()  # a process of a second needs no collector, neither now nor at its end: a fifth of the time of `table`
    try:
        return guarded(sys.argv[1:])
    finally:
        gc.freeze()


def guarded(arguments: list[str]) -> int:
    """Runs one command; whatever happens becomes a message and an exit status."""
    if "--debug" in arguments or os.environ.get("CGVIZ_DEBUG", "0") not in ("", "0"):
        return perform(arguments)
    try:
        return perform(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except CgvizError as error:
        return failed(error.typed, error.exit_code)
    except BrokenPipeError:
        return 0
    except OSError as error:
        return failed(f"the system refuses: {error}", 1)
    except MemoryError:
        return failed("not enough memory for this program", 1)
    except RecursionError:
        return failed("this program is nested too deep; give the inner parts names, a line each", 1)
    except Exception as error:  # the outermost boundary: a mistake of cgviz itself is one line, too
        what = " ".join(f"{type(error).__name__}: {error}".split())
        return failed(f"internal error, {what[:300]}; --debug shows the traceback", 1)


def perform(arguments: list[str]) -> int:
    """Runs one command and returns its exit status. Raises what it raises."""
    from cgviz.cli import streams
    from cgviz.cli.group import dispatch

    streams.prepare()
    return dispatch(arguments)


def failed(message: str, status: int) -> int:
    from cgviz.cli import streams

    streams.note(f"cgviz: {message}")
    return status
