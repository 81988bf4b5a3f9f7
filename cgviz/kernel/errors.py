"""Errors as a response tells them: what was met, where, what would work, and the text that would mend it."""

from __future__ import annotations

import re
from typing import Any

from cgviz.errors import CgvizError, EvaluationError, ExpressionError, RenderError, UsageError

KINDS: dict[type[CgvizError], str] = {
    ExpressionError: "expression",
    UsageError: "usage",
    EvaluationError: "evaluation",
    RenderError: "render",
}
MEANT = re.compile(r"did you mean '([^']+)'|\bWrite ([^;?]+)")
OPENING = re.compile(r"[^\n]*?(\\left)?\\?([(\[{])[^\n]*")
CLOSING = {"(": ")", "[": "]", "{": "}"}


class InternalError(CgvizError):
    """A mistake of cgviz itself."""


def met(error: BaseException) -> Exception:
    """Returns an error as one of cgviz's own; raises what asks the process to end."""
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        raise error
    if isinstance(error, CgvizError):
        return error
    if isinstance(error, RecursionError):
        return UsageError("this program is nested too deep; give the inner parts names, a line each")
    if isinstance(error, MemoryError):
        return EvaluationError("not enough memory for this program")
    if isinstance(error, ModuleNotFoundError) and error.name == "numpy":
        return UsageError("arrays need numpy, which this runtime lacks; numbers work")
    return InternalError(f"internal error, {type(error).__name__}: {' '.join(str(error).split())[:300]}")


def described(error: Exception, program: str = "") -> dict[str, Any]:
    """Returns an error as a response tells it; `start` and `end` are offsets in the program, in code points."""
    message = str(error.args[0]) if error.args else str(error)
    said, _, remedy = message.partition("; ")
    told: dict[str, Any] = {
        "kind": next((name for kind, name in KINDS.items() if isinstance(error, kind)), "internal"),
        "message": said,
        "remedy": remedy,
        "text": str(error),
        "start": None,
        "end": None,
        "fix": None,
    }
    if isinstance(error, ExpressionError) and error.start is not None:
        start = min(max(error.start, 0), len(error.text))
        told |= {"start": start, "end": min(max(error.end or start + 1, start), len(error.text))}
        told["fix"] = mended(message, told["start"], told["end"]) or closed(message, error.text, told["start"])
        if program and error.text != program:
            told |= shifted(told, error.text, program)
    return told


def mended(message: str, start: int, end: int) -> dict[str, Any] | None:
    """Returns what to put in the place of what was met, where the message says it."""
    found = MEANT.search(message)
    return {"start": start, "end": end, "text": found[1] or found[2]} if found else None


def closed(message: str, text: str, start: int) -> dict[str, Any] | None:
    """Returns the bracket that is missing, at the end of its line."""
    opening = OPENING.match(text, start)
    if not opening or not message.endswith("is never closed"):
        return None
    end = start + len(opening[0].rstrip())
    return {"start": end, "end": end, "text": ("\\right" if opening[1] else "") + CLOSING[opening[2]]}


def shifted(told: dict[str, Any], text: str, program: str) -> dict[str, Any]:
    """Returns the places in the program that was sent, of which `text` is a part or another form."""
    at = program.find(text)
    if at < 0:
        return {"start": None, "end": None, "fix": None}
    fix = told["fix"] and {**told["fix"], "start": told["start"] + at, "end": told["end"] + at}
    return {"start": told["start"] + at, "end": told["end"] + at, "fix": fix}
