"""The staged program of a run as source code, forward and backward, in several languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from cgviz.errors import EvaluationError, UsageError, quoted

if TYPE_CHECKING:
    from cgviz.codegen.language import Language
    from cgviz.ops.op import Op
    from cgviz.runs.run import Run

LANGUAGES = {
    "python": ("Python", ".py"),
    "numpy": ("Numpy", ".py"),
    "torch": ("Torch", ".py"),
    "jax": ("Jax", ".py"),
    "c": ("C", ".c"),
    "javascript": ("Javascript", ".js"),
    "julia": ("Julia", ".jl"),
    "rust": ("Rust", ".rs"),
}
"""Each language and its class in the module of its name here, and the ending of its files."""

ARRAYS = {"numpy": "NumpyArrays", "torch": "TorchArrays", "jax": "JaxArrays"}
"""The languages that have arrays, and the class in the module `..._arrays` that writes programs of them."""


def code(
    run: Run,
    lang: str = "python",
    *,
    function: bool = False,
    test: bool = False,
    teach: bool = False,
    stable: bool = False,
    wrt: Sequence[str] = (),
    name: str = "",
    short: bool | None = None,
) -> str:
    """Returns the staged program of `run`, forward and backward, as source that runs as it stands.

    function  a function that returns value and gradient; without numbers always
    test      checks against the run's numbers
    teach     a local derivative of 1 stays a factor
    stable    local derivatives in the forms that keep their digits; else as they are taught
    wrt       the inputs whose gradients are wanted; all where none is named
    name      what the function is called
    short     recognised results are written in their short form; None: where the language is one of frameworks

    Raises UsageError for a language that there is not, or an op that it lacks, or a test without numbers;
    EvaluationError for a test of numbers that are not finite.
    """
    from cgviz.codegen.notation import UnwrittenCodeError
    from cgviz.codegen.program import CodeOptions

    if test and run.symbolic:
        raise UsageError("a test compares with the numbers of a run; give the inputs their values")
    if test:
        run.require_finite()
        require_branches(run)
    require_names(run, wrt, name)
    language = array_language_of(lang, run) if run.bare.has_arrays else scalar_language_of(lang, run)
    brief = language.short if short is None else short
    options = CodeOptions(teach, stable, wrt=tuple(wrt), name=name, short=brief and not teach)
    try:
        return language.source(run, options, function=function or run.symbolic, test=test)
    except UnwrittenCodeError as error:
        having = where_else(error.op, ARRAYS if run.bare.has_arrays else LANGUAGES)
        raise UnwrittenCodeError(error.op, error.language, f"; {having}") from error


def require_names(run: Run, wrt: Sequence[str], name: str) -> None:
    """Raises UsageError for an input that there is not, and for what is no name of a function."""
    from cgviz.graph.lookup import closest

    inputs = [run.bare.nodes[index].name for index in run.bare.inputs]
    for each in wrt:
        if each not in inputs:
            raise UsageError(f"{quoted(each)} is not an input of the program{closest(each, inputs)}")
    if name and not (name.isascii() and name.isidentifier()):
        raise UsageError(f"{quoted(name)} is no name of a function; give letters, digits and underscores")


def require_branches(run: Run) -> None:
    """Raises EvaluationError where a branch that is not taken has a number that is not finite."""
    from cgviz.codegen.layout import BOTH, is_finite

    if not is_finite(run):
        raise EvaluationError(f"no test: {BOTH[0].lower()}{BOTH[1:]}")


def language_of(name: str) -> Language:
    """Returns a language by its name. Raises UsageError."""
    if name not in LANGUAGES:
        raise UsageError(f"unknown language {quoted(name)}; there are {', '.join(LANGUAGES)}")
    made: Language = getattr(import_module(f"cgviz.codegen.{name}"), LANGUAGES[name][0])()
    return made


def scalar_language_of(name: str, run: Run) -> Language:
    """Returns the language for a program of numbers: Python that carries on where a run does. Raises UsageError."""
    from cgviz.codegen.carrying import Carrying, is_carried

    return Carrying() if name == "python" and is_carried(run) else language_of(name)


def array_language_of(name: str, run: Run) -> Language:
    """Returns the language for a program of arrays. Raises UsageError where it has none, and without shapes."""
    title = language_of(name).title
    if name not in ARRAYS:
        raise UsageError(f"arrays have no form in {title}; {', '.join(ARRAYS)} have them")
    if any(node.shape is None for node in run.bare.nodes):
        inputs = " ".join(f"--shape {run.bare.nodes[index].name}=N,D" for index in run.bare.inputs[:3])
        raise UsageError(
            "the backward pass of arrays depends on their shapes, which are not known without values; "
            f"give them, as in {inputs} (or X: (N, D) in the program)"
        )
    made: Language = getattr(import_module(f"cgviz.codegen.{name}_arrays"), ARRAYS[name])()
    return made


def where_else(op: Op, languages: Iterable[str] = LANGUAGES) -> str:
    """Returns which languages have the op that one lacks."""
    having = [name for name in languages if op.name in language_of(name).notation.functions]
    return f"{', '.join(having)} {'has' if len(having) == 1 else 'have'} it" if having else "none of the languages has"
