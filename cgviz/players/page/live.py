"""A run as the page's script wants it: its facts, and its functions in JavaScript."""

from __future__ import annotations

from typing import Any

from cgviz.codegen.browser import UnwrittenError, corners, program
from cgviz.players.page.facts import facts
from cgviz.runs.run import Run


def told(run: Run, digits: int) -> tuple[dict[str, Any], str]:
    """Returns what the page's script is told: the facts of a run, and its functions as one JavaScript expression."""
    about = facts(run, digits)
    source, about["live"], about["reason"] = passes(run)
    return about, source


def passes(run: Run) -> tuple[str, bool, str]:
    """Returns both passes in JavaScript, whether there are any, and else why not."""
    try:
        return functions(program(run.graph), corners(run.graph)), True, ""
    except UnwrittenError as missing:
        why = f"{missing}, so the inputs stay as they are; the steps are those of the run."
        return functions("", corners(run.graph)), False, why


def functions(source: str, more: str) -> str:
    """Returns an expression whose value is an object with all functions of a program."""
    names = [name for name in ("forward", "slopes", "gates", "parts") if f" {name}" in source]
    return f"(() => {{\n{source}\n{more}\nreturn {{ {', '.join([*names, 'corners', 'domains'])} }};\n}})()"
