"""Calls of libraries bound by the one table of call names (`call_names.py`).

The reader of text, the tracer of Python functions and the grader of students' files all bind a call here, so that an
argument by position means what the spelling's own library means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cgviz.ops.op import REGISTRY, Op
from cgviz.reading.call_names import LIBRARIES, TABLE
from cgviz.records import record


@record
class Parameter:
    """A parameter of a call: our name for it, how the library spells it, and what it takes.

    kind     "operand", "maybe" (an operand that may be left out), "operands" (all that follow), "list" (of operands),
             "static", "statics" (all that follow), "ignored" or "refused"
    default  what stands for one that is not given, where the library's own differs from ours; of a refused one the only
             value taken
    required whether the library itself refuses a call without this static
    """

    name: str
    spelled: str
    kind: str
    default: Any = None
    required: bool = False


@record
class Call:
    """What a name of a library means: an operation of ours and its parameters in the order of the library."""

    name: str
    library: str
    means: str
    parameters: tuple[Parameter, ...]

    @property
    def statics(self) -> tuple[str, ...]:
        return tuple(p.spelled for p in self.parameters if p.kind in ("static", "statics"))

    def at(self, place: int) -> Parameter | None:
        """Returns the parameter that an argument by position is given to; None is one too many."""
        for i, parameter in enumerate(self.parameters):
            if parameter.kind in ("operands", "statics") and place >= i:
                return parameter
            if i == place:
                return parameter
        return None

    def keyword(self, spelled: str) -> Parameter | None:
        """Returns the parameter of that keyword; `dim` and `axis` are understood wherever one of them is."""
        for wanted in (spelled, SAME_KEYWORDS.get(spelled)):
            for parameter in self.parameters:
                if wanted is not None and wanted in (parameter.spelled, parameter.name):
                    return parameter
        return None


@record
class Bound:
    """A call with its arguments sorted: operands in our order, statics and what may be left out by our names."""

    call: Call
    operands: tuple[Any, ...]
    statics: Mapping[str, Any]
    optional: Mapping[str, Any]


class BindingError(ValueError):
    """Arguments that do not fit the parameters; the text says which."""


SAME_KEYWORDS = {
    "dim": "axis", "keepdim": "keepdims", "newshape": "shape", "axis": "dim", "keepdims": "keepdim",
    "correction": "ddof", "input": "x", "self": "x", "a": "x", "other": "y", "target": "y",
}  # fmt: skip
WORDS = {"True": True, "False": False, "None": None}


def parsed(text: str) -> Parameter:
    """Returns a parameter as the table writes it."""
    if text.startswith("["):
        return Parameter(text[1:-1], text[1:-1], "list")
    many, text = text.startswith("*"), text.lstrip("*")
    spelled, marks, default = text, "", None
    for mark in "=-!?":
        head, found, tail = text.partition(mark)
        if found:
            spelled, marks, default = head, mark, tail
            break
    theirs, _, ours = spelled.partition(">")
    kind = {"=": "static", "-": "ignored", "!": "refused", "?": "maybe", "": "operand"}[marks]
    if many:
        kind = "statics" if kind == "static" else "operands"
    required = default == "="
    return Parameter(ours or theirs, theirs, kind, worth(default) if default and not required else None, required)


def worth(text: str) -> Any:
    """Returns a default as it is written in the table."""
    if text in WORDS:
        return WORDS[text]
    value = float(text)
    return int(value) if value == int(value) and "." not in text else value


@cache
def table() -> dict[tuple[str, str], Call]:
    """Returns the calls by (library, name)."""
    found: dict[tuple[str, str], Call] = {}
    for line in TABLE.strip().splitlines():
        means, libraries, names, parameters = (part.strip() for part in line.split("|"))
        row = tuple(map(parsed, parameters.split()))
        for library in libraries.split():
            for name in names.split():
                if (library, name) in found:
                    raise ValueError(f"{name} of {library} stands twice in the table of calls")
                found[library, name] = Call(name, library, means, row)
    return found


def library_of(module: str) -> str | None:
    """Returns the library that a module's name stands for; "" for no module, None where nobody knows it."""
    return "" if not module else LIBRARIES.get(module)


def lookup(module: str, name: str) -> Call | None:
    """Returns what `module.name(...)` means, or `.name(...)` for the module "method"; None where it is not known.

    A bare name is looked for in the language of programs first, then in the libraries.
    """
    library = module if module == "method" else library_of(module)
    if library is None:
        return None
    part = module.rpartition(".")[2]
    found = table().get((library, f"{part}.{name}")) or table().get((library, name))
    if found is None and library in ("jax", "scipy", "tensorflow", "math", "cgviz"):
        found = table().get(("numpy", name))
    if found is None and library == "numpy":
        found = table().get(("jax", name)) or table().get(("scipy", name))
    return found or (plain(library, name) if library else bare(name))


@cache
def bare(name: str) -> Call | None:
    """Returns what a name means that has no module before it: ours, or the first library that has it."""
    for library in ("cgviz", "numpy", "torch", "jax", "scipy", "math", "tensorflow"):
        found = table().get((library, name))
        if found is not None:
            return found
    return plain("", name)


@cache
def plain(library: str, name: str) -> Call | None:
    """Returns the call of an op under its own name: all arguments are operands."""
    op = REGISTRY.get(name)
    if op is None or name in NOT_CALLED or op.options is not None:
        return None if op is None or op.options is None else by_options(library, name, op)
    return Call(name, library, op.name, (Parameter("xs", "xs", "operands"),))


NOT_CALLED = frozenset(("x[...]", "copy", "pick", "masked", "x[i]"))


def by_options(library: str, name: str, op: Op) -> Call:
    """Returns the call of an op with options under its own name: its operands, then its statics."""
    count = 1 if op.operands is None else op.operands
    if op.operands is None or op.lists:
        first: tuple[Parameter, ...] = (Parameter("xs", "xs", "list" if op.lists else "operands"),)
    else:
        first = tuple(
            Parameter(f"x{i}" if count > 1 else "x", f"x{i}" if count > 1 else "x", "operand") for i in range(count)
        )
    return Call(name, library, op.name, (*first, *(Parameter(s, s, "static") for s in op.statics)))


# binding


def bind(call: Call, positional: Sequence[Any], keywords: Mapping[str, Any]) -> Bound:
    """Returns the arguments sorted by the parameters of the call. Raises BindingError, which names what is wrong."""
    named: dict[str, Any] = {}
    operands: list[Any] = []
    statics: dict[str, Any] = {}
    for place, value in enumerate(positional):
        parameter = call.at(place)
        if parameter is None:
            raise BindingError(f"takes {len(call.parameters)} arguments at most, not {len(positional)}")
        if parameter.kind == "statics":
            statics[parameter.name] = (*statics.get(parameter.name, ()), value)
        elif parameter.kind == "operands":
            operands.append(value)
        else:
            enter(call, parameter, value, operands, statics, named)
    for spelled, value in keywords.items():
        parameter = call.keyword(spelled)
        if parameter is None:
            takes = ", ".join(p.spelled for p in call.parameters if p.kind in ("static", "statics"))
            raise BindingError(f"has no argument {spelled!r} here" + (f"; it takes {takes}" if takes else ""))
        if parameter.name in named or parameter.name in statics:
            raise BindingError(f"is given {parameter.spelled!r} twice")
        enter(call, parameter, value, operands, statics, named)
    ordered = [named[p.name] for p in call.parameters if p.kind == "operand" and p.name in named]
    optional = {p.name: named[p.name] for p in call.parameters if p.kind == "maybe" and p.name in named}
    missing = [p.spelled for p in call.parameters if p.kind == "operand" and p.name not in named]
    missing += [p.spelled for p in call.parameters if p.required and p.name not in statics]
    if missing:
        raise BindingError(f"lacks its argument {missing[0]!r}")
    for parameter in call.parameters:
        if parameter.kind == "static" and parameter.default is not None:
            statics.setdefault(parameter.name, parameter.default)
    flat = {name: one_of(value) for name, value in statics.items()}
    return Bound(call, (*ordered, *operands), flat, optional)


def one_of(value: Any) -> Any:
    """Returns a list as a tuple; several numbers that follow each other as one tuple, a tuple among them as itself."""
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], (tuple, list)):
        return tuple(value[0])
    return value


def enter(
    call: Call, parameter: Parameter, value: Any, operands: list[Any], statics: dict[str, Any], named: dict[str, Any]
) -> None:
    """Enters one argument where it belongs."""
    if parameter.kind == "ignored":
        return
    if parameter.kind == "refused":
        if value is None or value is False or (parameter.default is not None and value == parameter.default):
            return
        raise BindingError(f"is read without {parameter.spelled!r}")
    if parameter.kind == "list":
        if not isinstance(value, (list, tuple)):
            raise BindingError("takes a list of arrays, [a, b]: of one array it is not read")
        operands.extend(value)
    elif parameter.kind in ("static", "statics"):
        statics[parameter.name] = value
    elif value is not None or parameter.kind == "operand":
        named[parameter.name] = value


def op_of(bound: Bound) -> Op | None:
    """Returns the one op that a call is, its operands in order; None where it is several."""
    op = REGISTRY.get(bound.call.means)
    if op is None:
        return None
    if op.options is not None:
        try:
            op = op.options(**bound.statics) if bound.statics or op.arity == (0, 0) else op
        except TypeError as error:
            raise BindingError(f"does not take these arguments ({str(error).rpartition('() ')[2]})") from None
        except ValueError as error:
            raise BindingError(str(error)) from None
    return op.sized(len(bound.operands)) if op.sized else op
