"""The library's front door: a program and its inputs become a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cgviz.collecting import uncollected
from cgviz.errors import UsageError, quoted
from cgviz.graph.nodes import Graph
from cgviz.graph.staging import staged
from cgviz.reading.plain import read_plain
from cgviz.runs.again import AGAIN
from cgviz.runs.expanding import expanded
from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.text.identifiers import identifier
from cgviz.text.parsing import spelled, word
from cgviz.values import axes
from cgviz.values.arrays import Shape, Value, as_array, is_array

if TYPE_CHECKING:
    from typing import TypeAlias

    import sympy

    from cgviz.reading.tracing import Recorded

Source: TypeAlias = "str | sympy.Expr | Graph | Run"


def read(
    program: Source,
    *,
    detail: str = "stage",
    share: bool = True,
    ties: str = "split",
    latex: bool | None = None,
    given: tuple[str, ...] = (),
) -> Graph:
    """Returns the graph of a program: text, LaTeX, a sympy expression, or a graph that is there already.

    detail  "stage" or "gate"; share=False keeps equal subexpressions apart; ties "split", "first" or "both"
    latex   reads the text as LaTeX; None tells it by its backslashes
    given   names that have values, so that `x(y + 1)` is a product and `e` a variable where they are named

    Raises ExpressionError.
    """
    if isinstance(program, Run):
        program = program.bare
    if isinstance(program, Graph):
        level = (detail, ties)
        if level not in program.kept:
            program.kept[level] = staged(program, detail, ties)
        again: Graph = program.kept[level]
        return again
    with uncollected():
        return staged(as_written(program, share, latex, given), detail, ties)


COMMENT = re.compile(r"(?<!\\)#[^\n]*")
CONSTRUCTS = re.compile(r"\\|[_^]\s*\{|\$[^$]*\$")


def looks_like_latex(program: str) -> bool:
    """Tells whether a text holds what only LaTeX has, outside its comments: a backslash, `x_{1}`, `$...$`."""
    if not any(sign in program for sign in "\\{$"):
        return False
    return CONSTRUCTS.search(program) is not None and CONSTRUCTS.search(COMMENT.sub("", program)) is not None


NORMS = re.compile(r"(?:\|\||[‖∥])[₀-₉_]")
TITLE = re.compile(r"\s*\w+\([^()\n]*[;|][^()\n]*\)\s*=[^=]")
SQUARED = re.compile(r"^[ \t]*[^\W\d]\w*²[ \t]*=[^=]", re.MULTILINE)
SUMS = re.compile(r"[Σ∑∏]|\b(?:sum|prod|(?:arg)?(?:max|min))_(?:\{|[a-z][ (])")


def is_printed(program: str, given: Sequence[str]) -> bool:
    """Tells whether a text holds a sum, a product or a maximum with an index as print has them; no Σ that is a name.

    So is a text that begins with a title, `N(x; μ, σ²) = ...`, has a norm with an index, `‖w‖₁`, or assigns a square,
    `σ² = ...`.
    """
    if "\\" not in program and TITLE.match(program, 0, 200):
        return True
    if "\\" not in program and any(bar in program for bar in "|‖∥") and NORMS.search(program):
        return True
    if "²" in program and SQUARED.search(program):
        return True
    if not any(sign in program for sign in ("Σ", "∑", "∏", "sum_", "prod_", "max_", "min_")) or "\\" in program:
        return False
    is_name = {"Σ", "Sigma"} & {*given} or re.search(r"^\s*Σ\w*\s*=[^=]", program, re.MULTILINE)
    return SUMS.search(COMMENT.sub("", program)) is not None and not is_name


def as_written(program: str | sympy.Expr, share: bool, latex: bool | None, given: tuple[str, ...]) -> Graph:
    """Returns the graph of a program before staging."""
    if not isinstance(program, str):
        from cgviz.reading.walk import graph_of_sympy

        return graph_of_sympy(program, share)
    is_latex = latex or (latex is None and looks_like_latex(program))
    in_print = not latex and is_printed(program, given)
    plain = None if is_latex or in_print else read_plain(program, given, share)
    return as_tree(program, share, is_latex and not in_print, in_print, given) if plain is None else plain


def as_tree(program: str, share: bool, is_latex: bool, in_print: bool, given: tuple[str, ...]) -> Graph:
    """Returns the graph of a text that is read as expressions of sympy."""
    from cgviz.reading import program as text
    from cgviz.reading.walk import graph_of

    if in_print:
        from cgviz.reading.printed import read_printed

        return graph_of(read_printed(program, given), share)
    if is_latex:
        from cgviz.reading.latex import read_latex

        return graph_of(read_latex(program, (*given, *(spelled(name).identifier for name in given))), share)
    return graph_of(text.read(program, given), share)


def run(
    program: Source,
    values: Mapping[Any, Value] | None = None,
    /,
    *,
    detail: str = "stage",
    share: bool = True,
    ties: str = "split",
    latex: bool | None = None,
    upstream: Value | None = None,
    expand: str | Sequence[str] = (),
    shapes: Mapping[str, str | Sequence[int | str]] | None = None,
    **inputs: Value,
) -> Run:
    """Returns the run of a program at the given inputs; without any it is symbolic.

    Inputs are keyword arguments, numbers or arrays (lists of lists, numpy's); `values` maps names (or sympy symbols)
    to them, for names that are no keywords or bear an option's name. `upstream` is the gradient of an output that is
    an array, in its shape. `shapes` are those of inputs without values: `{"X": ("N", "D")}`. `expand` names stages for
    arrays that are opened into their scalar gates, "all" opens every one that is small enough.

    >>> run("(x+y)*z", x=-2, y=5, z=-4).gradient
    {'x': -4.0, 'y': -4.0, 'z': 3.0}
    >>> run("sum((W @ x)**2)", W=[[1, 0], [0, 2]], x=[1, 1]).gradient["x"].tolist()
    [2.0, 8.0]
    >>> run("q = W @ x; sum(q)", W=[[1, 2]], x=[3, 4], expand="q").graph.formula(8).pretty
    'W_00x_0 + W_01x_1'

    Raises ExpressionError, and UsageError where an input is unknown or has no value, and where a stage does not open.
    """
    if isinstance(program, Run):
        program = program.bare
    if isinstance(program, Graph) and not expand and shapes is None:
        level = program.kept.get((detail, ties))
        again = None if level is None else level.kept.get(AGAIN)
        if again is not None and (quick := again.run({**values, **inputs} if values else inputs, upstream)) is not None:
            return quick  # type: ignore[no-any-return]
    given = {str(name): value for name, value in {**(values or {}), **inputs}.items()}
    sizes = shapes or {}
    known = (*map(identifier, given), *sizes)
    graph = read(program, detail=detail, share=share, ties=ties, latex=latex, given=known)
    numbers = {called(graph, name): as_value(name, value) for name, value in given.items()}
    seed = None if upstream is None else as_value("upstream", upstream)
    made = start(graph, numbers, upstream=seed, shapes={name: as_shape(name, shape) for name, shape in sizes.items()})
    return expanded(made, expand)


def called(graph: Graph, name: str) -> str:
    """Returns the input that is meant by a name, its identifier or the name that a symbol of sympy has."""
    nodes = [graph.nodes[i] for i in graph.inputs]
    if all(name != node.name for node in nodes):
        for spelling in (word(name), spelled(name)):
            for node in nodes:
                if (node.label or not node.name.isascii()) and node.spelling == spelling:
                    return node.name
    return identifier(name)


def as_shape(name: str, shape: str | Sequence[int | str]) -> Shape:
    """Returns the shape of an input: numbers, and names for lengths that are not known yet. Raises UsageError."""
    try:
        return axes.parsed(shape if isinstance(shape, str) else ",".join(map(str, shape)))
    except ValueError as error:
        raise UsageError(f"the shape of {quoted(name)}: {error}") from None


def as_value(name: str, value: Any) -> Value:
    """Returns the value of an input, a float or an array. Raises UsageError for what is no number of a float64."""
    why = f"is {type(value).__name__}, not a number"
    try:
        if is_array(value) or isinstance(value, (list, tuple)):
            return as_array(value)
    except (TypeError, ValueError) as error:
        rows = "its rows differ in length" if isinstance(error, ValueError) else str(error)
        raise UsageError(f"the value of {quoted(name)} is no array of numbers: {rows}") from None
    try:
        if not isinstance(value, (str, bytes)):
            return float(value)
    except OverflowError:
        why = "is too large for a float64"
    except (TypeError, ValueError):
        pass
    raise UsageError(f"the value of {quoted(name)} {why}")


def trace(function: Callable[..., Any], /, *args: Any, **inputs: Any) -> Run:
    """Returns the run of an ordinary Python function, recorded while it runs at the given inputs.

    The function uses operators, `cgviz.exp` and its like, the functions of `math` and numpy, loops and branches; local
    variables give their names to stages. Floats and arrays of floats are inputs, also in dicts, lists, tuples,
    dataclasses and objects (`params["W1"]` is the input `params_W1`); whole numbers, flags, text and functions are held
    fixed, but where there is no float at all whole numbers count as floats. `upstream` is the gradient of an output
    that is an array, or of several outputs, in their structure.

    >>> def neuron(x, w, b):
    ...     n = w * x + b
    ...     return cgviz.tanh(n)
    >>> trace(neuron, x=2.0, w=-3.0, b=6.0).gradient
    {'x': -3.0, 'w': 2.0, 'b': 1.0}

    Raises UsageError, with file and line, where the arguments do not fit and where something cannot be followed.
    """
    from cgviz.reading.tracing import recorded

    upstream = None if takes(function, "upstream") else inputs.pop("upstream", None)
    with uncollected():
        made = recorded(function, args, inputs, upstream)
        return start(staged(made.graph), made.values, upstream=made.upstream)


def takes(function: Callable[..., Any], name: str) -> bool:
    """Tells whether a function has a parameter of that name."""
    import inspect

    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def from_torch(function: Callable[..., Any], /, *inputs: Any, **keywords: Any) -> Run:
    """Returns the run of a PyTorch module or function, recorded while it runs once at these inputs.

    Tensors of floats among the inputs, and the parameters of a module, are inputs of the graph (`body.0.weight` is
    `body_0_weight`); modules are groups of stages. In-place ops, views and the control flow of this call are followed;
    buffers stay as they were. Values and gradients are PyTorch's: an op without a record here becomes an opaque stage,
    whose value and gradient PyTorch computes. `upstream` is the gradient of an output that is no single number.

    Raises UsageError where PyTorch is not installed, or what is returned is no tensor.
    """
    from cgviz.reading.pytorch import recorded

    upstream = None if takes(getattr(function, "forward", function), "upstream") else keywords.pop("upstream", None)
    made = recorded(function, inputs, keywords, upstream)
    return witnessed(made)


def witnessed(made: Recorded) -> Run:
    """Returns the run, its gradients compared with the framework's own. Raises UsageError where they differ."""
    from dataclasses import replace

    started = start(staged(made.graph), made.values, upstream=made.upstream)
    run, gradients = replace(started, framework=made.framework, own=made.witness), made.witness
    if run.symbolic or not gradients:
        return run
    from cgviz.values.arrays import numpy

    np, found = numpy(), run.gradient
    for name, theirs in gradients.items():
        if name in found and not np.allclose(found[name], theirs, rtol=1e-3, atol=1e-6, equal_nan=True):
            why = f"something in it is differentiated by {made.framework} in a way that is not followed"
            raise UsageError(f"the gradient of {quoted(name)} is not {made.framework}'s: {why}")
    return run


def from_jax(function: Callable[..., Any], /, *args: Any, **keywords: Any) -> Run:
    """Returns the run of a JAX function, read from its jaxpr at these arguments.

    Leaves of floats in the arguments (arrays in dicts, lists, tuples ...) are inputs. Loops (`scan`, `while_loop`) and
    branches run as they do at these arguments; a primitive without a record here becomes an opaque stage, whose value
    and gradient JAX computes. `upstream` is the gradient of an output that is no single number.

    Raises UsageError where JAX is not installed, or the function returns no array.
    """
    from cgviz.reading.jaxpr import recorded

    upstream = None if takes(function, "upstream") else keywords.pop("upstream", None)
    made = recorded(function, args, keywords, upstream)
    return witnessed(made)
