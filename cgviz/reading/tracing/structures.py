"""The arguments of a function as inputs: numbers and arrays, also in dicts, lists, tuples, dataclasses and objects.

A float, or an array of floats, is an input, named by its path: `params["W1"]` is `params_W1`. Whole numbers, flags,
text and functions are held fixed as they are; whole numbers count as floats where there is nothing else.
"""

from __future__ import annotations

import copy
import inspect
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from cgviz.errors import UsageError, quoted

Path = tuple[Any, ...]  # the name of a parameter, then keys, places, and attributes as (".", name)
ATTRIBUTE = "."


def is_attribute(key: Any) -> bool:
    return isinstance(key, tuple) and len(key) == 2 and key[0] == ATTRIBUTE


def written(path: Path) -> str:
    """Returns a path as Python writes it: `params["W1"]`, `layers[0]`, `neuron.w`."""
    text = str(path[0])
    for key in path[1:]:
        if is_attribute(key):
            text += f".{key[1]}"
        else:
            text += f'["{key}"]' if isinstance(key, str) else f"[{key!r}]"
    return text


def identifier(path: Path) -> str:
    """Returns a path as an identifier: `params_W1`, `layers_0_1`, `neuron_w`."""
    pieces = [str(key[1] if is_attribute(key) else key) for key in path]
    text = "_".join("".join(c if c.isalnum() or c == "_" else "_" for c in piece) for piece in pieces)
    return text if text.isidentifier() else f"p_{text}"


def short(path: Path) -> str:
    """Returns what a person calls it: the last key that is a name, with the places after it: `W1`, `W_0`."""
    names = [i for i, key in enumerate(path) if isinstance(key, str) or is_attribute(key)]
    last = names[-1] if names else 0
    return identifier(path[last:])


def kind_of(value: Any) -> str:
    """Returns "float", "whole", "flag" or "" for a leaf: what a number or an array of numbers is."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int):
        return "whole"
    if isinstance(value, float):
        return "float"
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in "fiub" and kind and hasattr(value, "shape"):
        return {"f": "float", "i": "whole", "u": "whole", "b": "flag"}[kind]
    return "float" if not isinstance(value, (str, bytes)) and hasattr(value, "__float__") and not kind else ""


def parts(value: Any) -> Mapping[Any, Any] | None:
    """Returns what a structure holds, by key, place or attribute; None for a leaf."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, (list, tuple)):
        if hasattr(value, "_fields"):
            return {(ATTRIBUTE, name): getattr(value, name) for name in value._fields}
        return dict(enumerate(value))
    if getattr(getattr(value, "dtype", None), "kind", "") == "O":
        return {key if len(key) > 1 else key[0]: item for key, item in zip(_places(value), value.ravel(), strict=True)}
    if is_object(value):
        return {(ATTRIBUTE, name): item for name, item in attributes(value).items()}
    return None


def _places(value: Any) -> Iterator[tuple[int, ...]]:
    import numpy as np

    return iter(np.ndindex(*value.shape))


def attributes(value: Any) -> dict[str, Any]:
    """Returns the attributes of an object, those in slots, too."""
    found = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        for name in kind.__dict__.get("__slots__", ()):
            if hasattr(value, name):
                found.setdefault(name, getattr(value, name))
    return found


def is_object(value: Any) -> bool:
    """Tells whether a value is an object of a class whose attributes may be parameters."""
    fixed = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, str, bytes)
    if isinstance(value, fixed) or hasattr(value, "dtype") or kind_of(value):
        return False
    return bool(attributes(value)) and type(value).__module__ != "builtins"


def holds_numbers(value: Any) -> bool:
    """Tells whether a collection of another kind, as a set is, holds floats, which would be silent constants."""
    is_other = (
        isinstance(value, Collection) and not isinstance(value, (str, bytes, range)) and not hasattr(value, "dtype")
    )
    return is_other and any(kind_of(each) == "float" for each in value)


def leaves(value: Any, path: Path, seen: frozenset[int] = frozenset()) -> Iterator[tuple[Path, Any]]:
    """Yields (path, leaf) of a structure. Raises UsageError for one that holds itself."""
    inner = parts(value)
    if inner is None:
        if holds_numbers(value):
            kind = f"{written(path)} is of the kind {type(value).__name__}"
            raise UsageError(f"{kind}, whose numbers have no names or places: give a list, a dict or an array")
        yield path, value
        return
    if id(value) in seen:
        raise UsageError(f"{written(path)} holds itself")
    for key, item in inner.items():
        yield from leaves(item, (*path, key), seen | {id(value)})


def rebuilt(value: Any, made: Mapping[Path, Any], path: Path) -> Any:
    """Returns a structure with the tracers of `made` in the place of its leaves; what holds none of them is itself."""
    inner = parts(value)
    if inner is None:
        return made.get(path, value)
    items = {key: rebuilt(item, made, (*path, key)) for key, item in inner.items()}
    if all(items[key] is inner[key] for key in inner) and not isinstance(value, (list, dict)):
        return value
    if isinstance(value, Mapping):
        new = copy.copy(value)
        for key, item in items.items():
            new[key] = item  # type: ignore[index]
        return new
    if isinstance(value, (list, tuple)):
        return type(value)(*items.values()) if hasattr(value, "_fields") else type(value)(items.values())
    if getattr(value, "dtype", None) is not None:
        new = value.copy()
        for key, item in items.items():
            new[key] = item
        return new
    new = copy.copy(value)
    for (_, name), item in items.items():
        object.__setattr__(new, name, item)
    return new


def differentiated(found: Sequence[tuple[Path, Any]]) -> list[Path]:
    """Returns the paths of the inputs: floats; a list of numbers with a float in it is all floats; else whole numbers.

    Raises UsageError where there is nothing to differentiate.
    """
    kinds = {path: kind_of(leaf) for path, leaf in found}
    mixed = {path[:-1] for path, kind in kinds.items() if kind == "float" and isinstance(path[-1], int)}
    floats = [p for p, kind in kinds.items() if kind == "float" or (kind == "whole" and p[:-1] in mixed and len(p) > 1)]
    if floats:
        return floats
    whole = [path for path, kind in kinds.items() if kind == "whole"]
    flags = [path for path, kind in kinds.items() if kind == "flag"]
    if flags and not whole:
        names = ", ".join(written(path) for path in flags[:4])
        raise UsageError(f"{names}: True and False are held fixed, so there is nothing to differentiate; give a float")
    return whole


def check_real(path: Path, value: Any) -> None:
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind == "c" or isinstance(value, complex):
        raise UsageError(f"{written(path)} is complex; cgviz computes with real numbers")


def arguments(
    function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[Callable[..., Any], inspect.BoundArguments]:
    """Returns the plain function behind a method or an object that is called, and its arguments, bound.

    The object is the first of them, so that its attributes are inputs. Raises UsageError where they do not fit.
    """
    called = getattr(function, "__name__", type(function).__name__)
    plain, first = function, ()
    if inspect.ismethod(function) and is_object(function.__self__):
        plain, first = function.__func__, (function.__self__,)  # type: ignore[assignment]
    elif is_object(function) and not inspect.isroutine(function) and not isinstance(function, type):
        plain, first = type(function).__call__, (function,)  # type: ignore[assignment]
    try:
        signature = inspect.signature(plain)
    except (TypeError, ValueError):
        raise UsageError(f"{quoted(called)} has no parameters that Python can tell; wrap it in a function") from None
    try:
        return plain, signature.bind(*first, *args, **keywords)
    except TypeError as error:
        raise UsageError(f"{called}(): {error}") from None


def flat(bound: inspect.BoundArguments) -> Iterator[tuple[Path, Any]]:
    """Yields (path, value) of every argument, those of `*args` numbered and those of `**kwargs` by their own names."""
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            yield from (((name, i), item) for i, item in enumerate(value))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            yield from (((key,), item) for key, item in value.items())
        else:
            yield (name,), value


def replaced(bound: inspect.BoundArguments, made: Mapping[Path, Any]) -> None:
    """Puts tracers in the place of the numbers and arrays of bound arguments."""
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            bound.arguments[name] = tuple(rebuilt(item, made, (name, i)) for i, item in enumerate(value))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            bound.arguments[name] = {key: rebuilt(item, made, (key,)) for key, item in value.items()}
        else:
            bound.arguments[name] = rebuilt(value, made, (name,))
