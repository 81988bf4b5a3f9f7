"""The value of a text without variables, typed for an input: the reader of programs reads it, nothing is executed."""

from __future__ import annotations

from cgviz.errors import CgvizError, UsageError, quoted
from cgviz.reading.api import read
from cgviz.runs.starting import without_seed
from cgviz.values.arrays import Value


def constant(name: str, text: str) -> Value:
    """Returns the value of an input, a number or an array: `pi/4`, `[1/3, 2]`. Raises UsageError, naming the input."""
    try:
        made = without_seed(read(text), {})
    except CgvizError as error:
        raise UsageError(f"the value of {quoted(name)}: {error.typed}") from error
    variables = [made.bare.nodes[index].shown for index in made.bare.inputs]
    if variables or made.value is None:
        why = f"it names {quoted(variables[0])}" if variables else "it has no value"
        raise UsageError(f"the value of {quoted(name)}, {quoted(text)}, is not a number: {why}")
    return made.value
