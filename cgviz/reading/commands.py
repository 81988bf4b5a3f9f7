"""Each command that takes a program as a function of a program: `cgviz.table("x*y", {"x": 2, "y": 3}, digits=6)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from cgviz.reading.api import Source, run
from cgviz.runs.door import Door
from cgviz.runs.run import Run
from cgviz.values.arrays import Value

Made = TypeVar("Made")
NOTE = """

    program  text, LaTeX, a sympy expression, a graph, or a run as it is
    values   its inputs by their names; none for a program in symbols

    Further arguments are those of `Run.{name}`. Raises ExpressionError and UsageError as `cgviz.run` does."""


def of_program(method: Callable[..., Made]) -> Callable[..., Made]:
    """Returns a method of a run as a function of a program and its values."""

    @wraps(method)
    def shown(program: Source, values: Mapping[Any, Value] | None = None, /, *args: Any, **options: Any) -> Made:
        made = program if isinstance(program, Run) and values is None else run(program, values)
        return method(made, *args, **options)

    shown.__doc__ = f"{(method.__doc__ or '').rstrip()}{NOTE.format(name=method.__name__)}"
    del shown.__wrapped__
    return shown


table = of_program(Door.table)
code = of_program(Door.code)
derive = of_program(Door.derive)
explain = of_program(Door.explain)
paths = of_program(Door.paths)
forward = of_program(Door.forward)
check = of_program(Door.check)
diagnose = of_program(Door.diagnose)
grade = of_program(Door.grade)
jacobian = of_program(Door.jacobian)
hessian = of_program(Door.hessian)
descend = of_program(Door.descend)
render = of_program(Door.render)
deck = of_program(Door.deck)
page = of_program(Door.page)
worksheet = of_program(Door.worksheet)
play = of_program(Door.play)
