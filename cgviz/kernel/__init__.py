"""The kernel: a request as JSON in, a response as JSON out. It never raises.

Live page, playground, server, notebook widget and `cgviz weave` are front ends of it. `kernel-v1.schema.json` beside
the other schemas says what a request and a response hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cgviz.errors import UsageError
from cgviz.kernel.answers import ANSWERS, NEEDS_NO_RUN, answers
from cgviz.kernel.errors import described, met
from cgviz.kernel.program import opened
from cgviz.kernel.requests import VERSION, KernelRequest, request_of

__all__ = ["VERSION", "answer", "respond", "warm"]

LONGEST = 4 * 2**20  # characters of a request


def answer(text: str) -> str:
    """Returns the response to a request, both as JSON texts, the same response for the same request.

    >>> answer('{"cgviz": 1, "program": "x*y", "inputs": {"x": 3, "y": 4}, "want": ["numbers"]}')[:21]
    '{"cgviz":1,"id":null,'
    """
    if len(text) > LONGEST:
        return written(refused(None, UsageError(f"a request has at most {LONGEST} characters")))
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        return written(refused(None, UsageError(f"the request is no JSON: {error}")))
    return written(respond(request))


def warm(wants: Sequence[str]) -> str:
    """Returns a request after which all that makes such answers is loaded: to be asked before anybody waits for one."""
    asked = {"program": "x*y + sigmoid(x)", "inputs": {"x": 1, "y": 2}, "want": list(wants)}
    return json.dumps({"cgviz": VERSION, **asked})


def respond(request: Any) -> dict[str, Any]:
    """Returns the response to a request that is JSON already. An error is part of it."""
    name = request.get("id") if isinstance(request, Mapping) else None
    try:
        asked = request_of(request, ANSWERS)
    except BaseException as error:
        return refused(name, met(error))
    return {"cgviz": VERSION, "id": name, **answered(asked)}


def answered(asked: KernelRequest) -> dict[str, Any]:
    """Returns what was wanted. An error in reading is that of the response; one in an answer is that answer's own."""
    try:
        alone = all(want in NEEDS_NO_RUN for want in asked.want)
        program = None if alone else opened(asked)
    except BaseException as error:
        return {"ok": False, "error": described(met(error), asked.program), "notes": [], "answers": {}}
    found = {}
    for want in asked.want:
        try:
            found[want] = answers(want, asked, program)
        except BaseException as error:
            found[want] = {"error": described(met(error), asked.program)}
    return {"ok": True, "error": None, "notes": program.notes if program else [], "answers": found}


def refused(name: Any, error: Exception) -> dict[str, Any]:
    return {"cgviz": VERSION, "id": name, "ok": False, "error": described(error), "notes": [], "answers": {}}


def written(response: dict[str, Any]) -> str:
    """Returns a response as JSON that every encoding carries and that nothing in a page can end."""
    text = json.dumps(response, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
