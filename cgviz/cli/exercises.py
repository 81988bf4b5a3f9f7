"""An exercise from the command line, or from the file in which a teacher has written it down once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from cgviz.cli.program import Request
    from cgviz.grading.exercise import Exercise

LONGEST = 2**24
KEYS = "program solution teacher own call upstream data tolerance ties inputs points map hints limit".split()


class Asked(NamedTuple):
    """What the options say of an exercise; texts are as they were typed."""

    solution: str | None = None
    own: bool = False
    call: str | None = None
    data: str = ""
    map: tuple[str, ...] = ()
    tolerance: float = 1e-6


def from_options(request: Request, asked: Asked, handed_in: str = "") -> Exercise:
    """Returns the exercise that the command line asks, of the file that is handed in. Raises CgvizError."""
    from cgviz.cli import values
    from cgviz.grading.exercise import Exercise
    from cgviz.grading.listing import listing

    texts = values.gathered(request.inputs, request.settings)
    upstream = None if request.upstream is None else values.value("upstream", request.upstream)
    shared: dict[str, Any] = {
        "call": asked.call or "",
        "upstream": upstream,
        "data": frozenset(asked.data.replace(",", " ").split()),
        "names": mapped(asked.map),
        "tolerance": asked.tolerance,
        "ties": request.ties,
    }
    teacher = next(
        (p for p in (request.program, request.file) if p and p.lower().endswith(".py") and "\n" not in p), None
    )
    if asked.solution is not None or asked.own or teacher is not None:
        given = {name: whole_or(values.value(name, text), text) for name, text in texts.items()}
        right = listing(asked.solution) if asked.solution is not None else None
        made = listing(teacher) if teacher is not None and right is None else None
        return Exercise(right=right, teacher=made, own=asked.own, inputs=given, **shared)
    free = texts.keys() if asked.call else read_by(handed_in) & values.gathered((), request.settings).keys()
    run, given = program(request, texts, upstream, free)
    return Exercise(run=run, inputs=given, **shared)


def read_by(path: str) -> set[str]:
    """Returns the names in a student's file: `--set y=[0, 2, 1]` is for what only that reads. None of a folder's."""
    from cgviz.errors import CgvizError
    from cgviz.grading.listing import listing
    from cgviz.grading.truth import NAMES

    if not os.path.isfile(path):
        return set()
    try:
        return set(NAMES.findall(listing(path).text))
    except CgvizError:
        return set()


def program(request: Request, texts: Mapping[str, str], upstream: Any, free: Set[str]) -> tuple[Any, dict[str, Any]]:
    """Returns the run of the program, and all values that were given: `free` are names that it need not have."""
    from cgviz.cli import values
    from cgviz.cli.source import source
    from cgviz.reading.api import read
    from cgviz.runs.starting import start

    text, latex = source(request.program, request.file, request.latex)
    graph = read(
        text, detail=request.detail, share=not request.no_share, ties=request.ties, latex=latex, given=tuple(texts)
    )
    names = {graph.nodes[i].name for i in graph.inputs}
    values.check_names(graph, {name: text for name, text in texts.items() if name not in free}, request.own)
    values.check_hidden(graph, tuple(texts), request.own)
    given = {name: values.value(name, each) for name, each in texts.items()}
    run = request.opened(
        start(graph, {name: value for name, value in given.items() if name in names}, upstream=upstream)
    )
    return run, {name: value if name in names else whole_or(value, texts[name]) for name, value in given.items()}


def whole_or(value: Any, text: str) -> Any:
    """Returns whole numbers where a value is written without a point: labels, lengths, indices."""
    from cgviz.values.arrays import is_array

    if text.startswith("@") or any(each in text for each in ".eE/*p"):
        return value
    return value.astype(int) if is_array(value) else int(value)


def mapped(pairs: tuple[str, ...]) -> dict[str, str]:
    """Returns the student's own names of gradients by input, from `W1=theta1_grad`. Raises UsageError."""
    found = {}
    for pair in pairs:
        name, equals, own = pair.partition("=")
        if not equals or not name.strip() or not own.strip():
            raise UsageError(f"--map takes INPUT=NAME, as in --map W1=theta1_grad, not {quoted(pair)}")
        found[name.strip()] = own.strip()
    return found


def from_file(path: str) -> tuple[Exercise, dict[str, Any]]:
    """Returns the exercise in a file, and its settings of the command: hints, limit. Raises CgvizError."""
    import numpy as np

    from cgviz.cli import values
    from cgviz.grading.exercise import Exercise
    from cgviz.grading.listing import listing
    from cgviz.reading.api import read
    from cgviz.runs.starting import start

    held = opened(path)

    def beside(name: str) -> str:
        return os.path.join(os.path.dirname(path), name)

    def value(name: str, given: Any) -> Any:
        if isinstance(given, str):
            return values.value(name, f"@{beside(given[1:])}" if given.startswith("@") else given)
        if isinstance(given, bool) or not isinstance(given, (int, float, list)):
            raise UsageError(f"{quoted(path)}: the value of {quoted(name)} is no number and no array")
        try:
            made = np.array(given)
        except ValueError:
            raise UsageError(f"{quoted(path)}: the rows of {quoted(name)} differ in length") from None
        if made.dtype.kind not in "iuf":
            raise UsageError(f"{quoted(path)}: {quoted(name)} holds something else than numbers")
        return made if made.ndim else made.item()

    given = {name: value(name, each) for name, each in held.get("inputs", {}).items()}
    upstream = held.get("upstream")
    upstream = None if upstream is None else as_float(value("upstream", upstream))
    settings: dict[str, Any] = {
        "call": held.get("call", ""),
        "upstream": upstream,
        "data": frozenset(held.get("data", ())),
        "names": dict(held.get("map", {})),
        "credits": {name: float(each) for name, each in held.get("points", {}).items()},
        "tolerance": float(held.get("tolerance", 1e-6)),
        "ties": held.get("ties", "split"),
    }
    if "program" in held:
        graph = read(held["program"], ties=settings["ties"], given=tuple(given))
        names = {graph.nodes[i].name for i in graph.inputs}
        floats = {name: as_float(each) if name in names else each for name, each in given.items()}
        run = start(graph, {name: each for name, each in floats.items() if name in names}, upstream=upstream)
        made = Exercise(run=run, inputs=floats, **settings)
    else:
        floats = {name: each if name in settings["data"] else as_float(each) for name, each in given.items()}
        right = listing(beside(held["solution"])) if "solution" in held else None
        teacher = listing(beside(held["teacher"])) if "teacher" in held else None
        if right is None and teacher is None and not held.get("own"):
            raise UsageError(f"{quoted(path)} names no program, no solution, no teacher, and not own = true")
        made = Exercise(right=right, teacher=teacher, own=bool(held.get("own")), inputs=floats, **settings)
    return made, {key: held[key] for key in ("hints", "limit") if key in held}


def opened(path: str) -> dict[str, Any]:
    """Returns what an exercise file holds. Raises UsageError, which says what is wrong with it."""
    import tomllib

    from cgviz.text.files import read_file

    try:
        held = tomllib.loads(read_file(path, LONGEST).decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read the exercise {quoted(path)}: {error}") from None
    for key in held:
        if key not in KEYS:
            raise UsageError(f"{quoted(path)}: {quoted(key)} is not known; an exercise has {', '.join(KEYS)}")
    for key in ("inputs", "points", "map"):
        if not isinstance(held.get(key, {}), dict):
            raise UsageError(f"{quoted(path)}: {key} is a table, [{key}]")
    for key in ("program", "solution", "teacher", "call", "ties"):
        if not isinstance(held.get(key, ""), str):
            raise UsageError(f"{quoted(path)}: {key} is a text")
    return held


def as_float(value: Any) -> Any:
    from cgviz.values.arrays import is_array

    return value.astype(float) if is_array(value) else float(value)
