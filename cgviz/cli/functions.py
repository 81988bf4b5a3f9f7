"""PROGRAM as `file.py:function`: the file is imported, which runs it, and the function is recorded at its inputs."""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import sys
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from cgviz.errors import CgvizError, UsageError, quoted

if TYPE_CHECKING:
    from cgviz.graph.nodes import Graph
    from cgviz.reading.tracing import Recorded
    from cgviz.values.arrays import Value

PROGRAM = re.compile(r"(?s)(.+\.py):([A-Za-z_]\w*(?:\.\w+)*)")
WHOLE = re.compile(r"[+-]?[0-9]+")
MOST_BYTES = 2**30


def is_function(program: str | None) -> bool:
    """Tells whether PROGRAM names a function in a Python file."""
    return program is not None and PROGRAM.fullmatch(program) is not None


def recorded(program: str, texts: Mapping[str, str]) -> tuple[Graph, dict[str, Value]]:
    """Returns the graph of the function that PROGRAM names, at the inputs whose texts are given, and their values.

    Raises UsageError where there is no such file or function, and where the function cannot be followed.
    """
    from cgviz.graph.staging import staged
    from cgviz.reading.api import witnessed

    made = record_of(*named(program), texts)
    graph = staged(made.graph)
    if made.witness:
        witnessed(made)
    return graph, dict(made.values)


@cache
def named(program: str) -> tuple[types.ModuleType, Callable[..., Any]]:
    """Returns the module of a file, which is run and said to be, and what the name in it stands for.

    Raises UsageError.
    """
    from cgviz.cli import streams

    match = PROGRAM.fullmatch(program)
    assert match is not None
    path, name = match.groups()
    streams.note(f"running {path}, to follow {name}")
    module = imported(path)
    found: Any = module
    for piece in name.split("."):
        if piece.startswith("_") or not hasattr(found, piece):
            raise UsageError(f"{path} has no {quoted(name)}; it has {', '.join(functions_of(module)) or 'no function'}")
        found = getattr(found, piece)
    if not callable(found):
        raise UsageError(f"{quoted(name)} of {path} is {type(found).__name__}, not a function")
    return module, found


def functions_of(module: types.ModuleType, most: int = 8) -> list[str]:
    """Returns the names of the functions that a file defines."""
    own = [n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", "") == module.__name__]
    return [name for name in own if not name.startswith("_")][:most]


def imported(path: str) -> types.ModuleType:
    """Returns the module of a file; its folder is where it finds its own modules. Raises UsageError where it fails."""
    if not os.path.isfile(path):
        raise UsageError(f"there is no file {quoted(path)}")
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name if name.isidentifier() else "program", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    sys.modules.setdefault(spec.name, module)
    try:
        spec.loader.exec_module(module)
    except CgvizError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"{path} fails when it is run: {type(error).__name__}: {error}{line_of(error, path)}"
        ) from error
    return module


def line_of(error: BaseException, path: str) -> str:
    """Returns ` (line 12)` where an exception came through a line of the file."""
    lines = []
    at = error.__traceback__
    while at is not None:
        if os.path.abspath(at.tb_frame.f_code.co_filename) == os.path.abspath(path):
            lines.append(at.tb_lineno)
        at = at.tb_next
    line = lines[-1] if lines else getattr(error, "lineno", None)
    return f" (line {line})" if line else ""


# recording


def record_of(module: types.ModuleType, function: Callable[..., Any], texts: Mapping[str, str]) -> Recorded:
    """Returns what a function does at its inputs: one of PyTorch or JAX by their own doors, any other by NumPy's."""
    framework = framework_of(module, function)
    if framework == "torch":
        from cgviz.reading.pytorch import recorded as record

        return record(function, (), {name: tensor(value) for name, value in arguments(function, texts).items()})
    if framework == "jax":
        from cgviz.reading.jaxpr import recorded as record

        return record(function, (), arguments(function, texts))
    return by_numpy(function, arguments(function, texts), texts)


def by_numpy(function: Callable[..., Any], given: dict[str, Any], texts: Mapping[str, str]) -> Recorded:
    """Returns what a function of numbers and arrays does; an input that it uses as a whole number is held fixed."""
    from cgviz.cli import streams
    from cgviz.reading.tracing import recorded as record
    from cgviz.reading.tracing.tape import WholeNumberError

    while True:
        try:
            return record(function, (), given)
        except WholeNumberError as error:
            if not WHOLE.fullmatch(texts.get(error.name, "").strip()) or isinstance(given[error.name], int):
                raise
            given = {**given, error.name: int(texts[error.name])}
            streams.note(f"{error.name} = {given[error.name]} is held fixed: it is used as a whole number")


def framework_of(module: types.ModuleType, function: Any) -> str:
    """Returns "torch" or "jax" for a function that uses it, "" for any other."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(function, torch.nn.Module):
        return "torch"
    code = getattr(inspect.unwrap(function), "__code__", None)
    used = {vars(module).get(name) for name in names_in(code)} if code is not None else set()
    for value in used:
        root = (getattr(value, "__module__", None) or getattr(value, "__name__", None) or "").partition(".")[0]
        if root in ("torch", "jax", "jaxlib"):
            return "torch" if root == "torch" else "jax"
    return ""


def names_in(code: Any) -> set[Any]:
    """Returns the global names that a function's code uses, those of the functions in it, too."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            found |= names_in(constant)
    return {name for name in found if isinstance(name, str)}


def tensor(value: Any) -> Any:
    """Returns numbers as a tensor of float64 that is differentiated; of whole numbers as it is."""
    import numpy as np
    import torch

    if isinstance(value, dict):
        return {key: tensor(part) for key, part in value.items()}
    if isinstance(value, (float, np.ndarray)):
        made = torch.tensor(np.asarray(value))
        return made.requires_grad_() if made.dtype.is_floating_point else made
    return value


def arguments(function: Callable[..., Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Returns the arguments of a function from their texts, by its parameters. Raises UsageError."""
    called = getattr(function, "__name__", type(function).__name__)
    try:
        parameters = inspect.signature(getattr(function, "forward", function)).parameters
    except (TypeError, ValueError):
        parameters = {}  # type: ignore[assignment]
    open_ = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    unknown = [name for name in texts if name not in parameters and not open_]
    if unknown:
        raise UsageError(
            f"{called}() has no parameter {quoted(unknown[0])}; it takes {', '.join(parameters) or 'none'}"
        )
    needed = [
        n for n, p in parameters.items() if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    missing = [name for name in needed if name not in texts]
    if missing:
        raise UsageError(
            f"{called}() needs {', '.join(missing)}: give {' '.join(f'--{name} VALUE' for name in missing[:8])}"
        )
    return {name: argument(name, text, parameters.get(name)) for name, text in texts.items()}


def argument(name: str, text: str, parameter: inspect.Parameter | None) -> Any:
    """Returns one argument: a number or an array; text, a flag or a whole number where the parameter is one."""
    from cgviz.cli import values

    written = text.strip()
    kind = kind_of(parameter)
    if kind is str:
        return text
    if kind is bool or written in ("True", "False", "None"):
        return {"True": True, "true": True, "1": True, "None": None}.get(written, False)
    if kind is int and WHOLE.fullmatch(written):
        return int(written)
    if written.startswith("@") and written.endswith((".npz", ".json")):
        return from_structure(name, written[1:])
    return values.value(name, text)


def kind_of(parameter: inspect.Parameter | None) -> Any:
    """Returns the type of a parameter, by its annotation or its default."""
    if parameter is None:
        return None
    if parameter.annotation in (int, "int", bool, "bool", str, "str"):
        return {"int": int, "bool": bool, "str": str}.get(parameter.annotation, parameter.annotation)
    return type(parameter.default) if type(parameter.default) in (int, bool, str) else None


def from_structure(name: str, path: str) -> Any:
    """Returns the arrays of a .npz file by their names, or what a .json file holds, its lists of numbers as arrays."""
    import json

    import numpy as np

    from cgviz.text.files import called, read_file

    content = read_file(path, MOST_BYTES)
    if path.endswith(".npz"):
        import io

        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as found:
                return {key: np.asarray(found[key]) for key in found.files}
        except (ValueError, OSError) as error:
            raise UsageError(f"cannot read {called(path)} for {quoted(name)}: {error}") from None
    try:
        return as_arrays(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{called(path)} is no JSON: {error}") from None


def as_arrays(value: Any) -> Any:
    """Returns JSON with its lists of numbers as arrays."""
    import numpy as np

    if isinstance(value, dict):
        return {key: as_arrays(part) for key, part in value.items()}
    if isinstance(value, list):
        try:
            made = np.asarray(value)
        except ValueError:
            return [as_arrays(part) for part in value]
        return made if made.dtype.kind in "fiu" else [as_arrays(part) for part in value]
    return value
