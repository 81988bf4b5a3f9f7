"""What scripts use beside the mathematics: bars of progress, and options with their defaults."""

from __future__ import annotations

from typing import Any

from cgviz.grading.interpreter.objects import Module
from cgviz.grading.interpreter.signals import UNKNOWN


def modules() -> dict[str, Module]:
    bars = {"tqdm": over, "trange": range, "tqdm_notebook": over}
    names = ("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.autonotebook")
    return {**{name: Module(name, bars) for name in names}, "argparse": Module("argparse", {"ArgumentParser": parser})}


def over(values: Any = UNKNOWN, *_: Any, **__: Any) -> Any:
    return values


def parser(*_: Any, **__: Any) -> Module:
    """Returns a parser whose options have their defaults: nobody types any."""
    held: dict[str, Any] = {}

    def add(*names: str, default: Any = None, dest: str = "", action: str = "store", **_: Any) -> None:
        long = next((name for name in names if name.startswith("--")), names[0] if names else "")
        shown = dest or long.lstrip("-").replace("-", "_")
        held[shown] = default if default is not None or not action.startswith("store_") else action == "store_false"

    options = {"add_argument": add, "parse_args": lambda *_: Module("options", held)}
    options["parse_known_args"] = lambda *_: (Module("options", held), [])
    return Module("parser", options)
