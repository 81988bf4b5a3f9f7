"""What a word may be: a keyword of Python, a function, a variable."""

from __future__ import annotations

from functools import cache

from cgviz.errors import quoted
from cgviz.ops.op import REGISTRY, Op
from cgviz.ops.refused import REFUSED
from cgviz.reading.calls import Call, bare
from cgviz.reading.latex_macros import APPLIED

STATEMENTS = frozenset("for while import from def class return with assert del try yield".split())
KEYWORDS = STATEMENTS | frozenset("True False None and or not in is".split())
OTHERWISE = KEYWORDS | {"if", "else", "log", "ln"}  # names that mean something else in some places
SPELLED = {**APPLIED, "log_2": "log2", "log_10": "log10", "log_e": "log"}
LETTERS = frozenset("beta gamma zeta digamma psi chi eta sigma σ li Ei Si Ci Shi Chi".split())  # variables as well

SPOKEN = {"times": "*", "plus": "+", "minus": "-", "div": "/", "over": "/", "squared": "**2", "cubed": "**3"}
SPOKEN |= {"xor": "!=", "half": "1/2", "twice": "2*", "equals": "="}
"""Words of a spoken formula: between factors they are no variables."""


NUMBERS = dict.fromkeys("Inf INF Infinity infinity".split(), "inf") | {"Pi": "pi", "PI": "pi"}
NUMBERS |= dict.fromkeys("nan NaN NAN".split(), "")
"""Words for numbers that are no variables, and what is written for them."""


def wants_brackets(name: str) -> str:
    """Returns what to do about a function's name without an argument."""
    return f"{quoted(name)} is a function: put its argument in brackets, {name}(...)"


def of_library(name: str) -> Call | None:
    """Returns a function of an array that is more than one op of ours, `norm` and `split`, as the libraries call it."""
    from cgviz.reading.operations import COMPOSED

    found = bare(name)
    if found is None:
        return None
    begins = found.parameters[0].kind == "static" if len(found.parameters) > 1 else False
    return found if found.means in COMPOSED or (begins and found.parameters[1].kind == "operands") else None


def capitalised(name: str) -> Op | None:
    """Returns the op that a name in capitals stands for: `ReLU`, `Sigmoid`, `LeakyReLU`."""
    return None if name.islower() else folded().get(name.lower().replace("_", ""))


@cache
def folded() -> dict[str, Op]:
    return {name.replace("_", ""): op for name, op in REGISTRY.items()}


def why_no_variable(name: str, is_indexed: bool) -> str:
    """Returns why a name that nothing declares, and that is not applied, is no variable: a function's; "" where it is.

    The letters that mathematics uses for both are variables; `E[x]` is an expected value.
    """
    if name in NUMBERS:
        return f"is {quoted(name)} a number? Write {NUMBERS[name]}" if NUMBERS[name] else f"{quoted(name)} is no number"
    name = name.rpartition(".")[2]  # np.exp
    if name in LETTERS or (len(name) < 3 and name not in REGISTRY and not is_indexed):
        return ""
    if name in REFUSED and (len(name) > 2 or is_indexed):
        return f"{quoted(name)} {REFUSED[name]}"
    if name in REGISTRY or name in SPELLED or (len(name) > 2 and capitalised(name)):
        return wants_brackets(name)
    return ""
