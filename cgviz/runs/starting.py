"""How a run begins: values and shapes for the inputs, and the gradient that the backward pass starts from."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from cgviz.errors import ExpressionError, UsageError, quoted
from cgviz.graph.lookup import closest, listed
from cgviz.graph.nodes import INPUT, RECORDED, Graph, Node
from cgviz.graph.shapes import Measure, shaped
from cgviz.graph.staging import staged, with_divisions
from cgviz.ops.arithmetic import reciprocal
from cgviz.ops.rearranging import listed as listed_shape
from cgviz.runs.again import AGAIN, Again
from cgviz.runs.passes import completed, forward, quickly
from cgviz.runs.run import ByPath, Run
from cgviz.text.parsing import spelled
from cgviz.values import arrays, axes
from cgviz.values.arrays import Shape, Value, is_array, shape_of
from cgviz.values.ieee import SMALLEST_NORMAL, is_normal

T = TypeVar("T")


def start(
    graph: Graph,
    given: Mapping[str, Value],
    *,
    source: str = "cli",
    upstream: Value | None = None,
    shapes: Mapping[str, Shape] | None = None,
) -> Run:
    """Returns the run of `graph` with the values in `given` over the program's defaults; symbolic without any.

    `upstream` is the gradient of the output, in its shape; `shapes` are those of inputs without values, lengths of
    which may be names (`cgviz.values.axes`), over those that the program says. Raises UsageError for a name that is no
    input, where some inputs have a value and others not, and where the output is an array without an upstream
    gradient; ExpressionError where shapes do not fit.
    """
    made = read_in(graph, given, source, shapes)
    shape = made.bare.nodes[made.bare.output].shape
    seed = seed_for(made, shape, upstream)
    run = made if seed is None else replace(made, upstream=seed)
    if was_recorded(graph, run):
        run.__dict__["values"] = completed(run.bare, graph.kept[RECORDED])
    found = None if run.inputs is None else quickly(run.bare, run.inputs, seed)
    if found is None:
        return in_range(run)
    value, slopes = found
    run.__dict__.update(value=value, gradient=ByPath(zip(run.bare.input_names, slopes, strict=True)))
    if run.bare.asked and run.bare.asked[-1] is not None and not graph.counts:
        graph.kept[AGAIN] = Again(run.bare, run.bare.asked[-1])
    return run


def was_recorded(graph: Graph, run: Run) -> bool:
    """Tells whether the run of a graph with arrays is at the very numbers at which the graph was recorded."""
    known = graph.kept.get(RECORDED)
    if known is None or run.inputs is None or not run.bare.has_arrays or len(run.bare) != len(known):
        return False
    return all(known[i] is run.inputs[graph.nodes[i].name] for i in graph.inputs)


def seed_for(run: Run, shape: Shape | None, upstream: Value | None) -> Value | None:
    """Returns the upstream gradient, repeated to the output's shape. Raises UsageError where none fits."""
    if run.symbolic:
        return None
    name = run.bare.nodes[run.bare.output].name or "the output"
    own = listed_shape(shape or ())
    if upstream is None and shape:
        why = f"{name} has shape {own}, and a gradient starts from one number"
        raise UsageError(f"{why}: give --upstream, an array of that shape, or reduce it, as in sum({name})")
    if upstream is None:
        return None
    given = shape_of(upstream) or ()
    try:
        fits = arrays.broadcast([shape or (), given]) == (shape or ())
    except ValueError:
        fits = False
    if not fits:
        raise UsageError(f"--upstream has shape {listed_shape(given)}, which does not fit {name}, whose shape is {own}")
    return arrays.spread(upstream, shape or ())


def without_seed(
    graph: Graph, given: Mapping[str, Value], source: str = "cli", shapes: Mapping[str, Shape] | None = None
) -> Run:
    """Returns the run with its shapes, whatever the shape of the output: its backward pass has no upstream gradient."""
    return in_range(read_in(graph, given, source, shapes))


def read_in(
    graph: Graph, given: Mapping[str, Value], source: str = "cli", shapes: Mapping[str, Shape] | None = None
) -> Run:
    """Returns the run with its shapes; divisions are as they were read, whatever their numbers."""
    names = [graph.nodes[i].name for i in graph.inputs]
    known = frozenset(names)
    given = by_spelling(given, known)
    for name in (*given, *(shapes or ())):
        if name not in known:
            raise UsageError(f"{quoted(name)} is not an input of the program{closest(name, names)}")
    defaults = {graph.nodes[i].name: graph.nodes[i].value for i in graph.inputs}
    values = counted(graph, {name: given.get(name, defaults[name]) for name in names})
    missing = [name for name in names if values[name] is None]
    origin = {name: source if name in given else "none" if values[name] is None else "default" for name in names}
    first = graph.written or graph
    declared = {node.name: node.shape for node in map(first.nodes.__getitem__, first.inputs) if node.shape}
    declared |= shapes or {}
    if declared and missing and not given:
        sizes = {name: declared.get(name, shape_of(values[name]) or ()) for name in names}
        graph = staged(graph, graph.detail, inputs=sizes) if graph.written is not None else graph
        return Run(in_letters(graph, sizes, [name for name in missing if name not in declared]), None, origin)
    if missing and len(missing) == len(names) and not given:
        unknown = dict.fromkeys(names) if graph.has_arrays else {}
        return Run(shaped(graph, unknown) if unknown else graph, None, origin)
    if missing:
        raise UsageError(f"no value for {listed(missing)}; give {' '.join(f'--{name} VALUE' for name in missing[:8])}")
    sizes = {name: shape_of(value) or () for name, value in values.items()}
    if wrong := axes.fitted(declared, sizes):
        raise UsageError(wrong)
    numbers = {name: arrays.settled(value) for name, value in values.items()}
    return Run(fitted_to(graph, sizes, numbers), numbers, origin)


def in_letters(graph: Graph, sizes: Mapping[str, Shape], taken: Sequence[str]) -> Graph:
    """Returns the graph with all shapes, no values given; inputs of which nothing is said are `taken` for numbers.

    Raises ExpressionError that asks for the shape of those where no number fits.
    """
    try:
        return shaped(graph, sizes)
    except ExpressionError as error:
        alone = [[name] for name in taken]
        for open_ in [*alone, list(taken)] if taken else ():
            try:
                shaped(graph, {**sizes, **dict.fromkeys(open_)})
            except ExpressionError:
                continue
            which = " ".join(f"--shape {name}=..." for name in open_)
            raise ExpressionError(
                f"{listed(open_)} {'has' if len(open_) == 1 else 'have'} no shape, and a number does not fit here: "
                f"give {which}, with lengths or names as in (N, 3)",
                error.text,
                error.start,
                error.end,
            ) from None
        raise


def by_spelling(given: Mapping[str, T], known: Collection[str]) -> Mapping[str, T]:
    """Returns the values, one for `ŷ` or `μ` under the input's own name: `yhat`, `mu`."""
    strange = {name for name in given if name not in known}
    if not strange:
        return given
    inputs = {spelled(name).identifier: name for name in known if name not in given}
    return {inputs.get(spelled(name).identifier, name) if name in strange else name: given[name] for name in given}


def counted(graph: Graph, values: dict[str, Value | None]) -> dict[str, Value | None]:
    """Returns the values, those of lengths taken from their arrays: the n of a sum over n elements.

    Raises UsageError where one is given that is not the array's.
    """
    for name, (array, axis, more) in graph.counts.items():
        value = values.get(array)
        shape = () if value is None else shape_of(value) or ()
        if axis >= len(shape):
            continue
        length = float(shape[axis] + more)
        if values[name] is None:
            values[name] = length
        elif shape_of(values[name]) or values[name] != length:
            raise UsageError(f"{name} is where the sum over {array} ends: {length:g} here; leave it out")
    return values


def fitted_to(graph: Graph, sizes: Mapping[str, Shape], numbers: Mapping[str, Value]) -> Graph:
    """Returns the graph with all shapes for inputs of these shapes; the one that was made for them before.

    A graph with a mask is made for the values: they tell how many elements it picks.
    """
    known = graph.kept.get("shaped")
    if known is None or known[0] != sizes or any(node.op.name == "masked" for node in known[1].nodes):
        measure = measured(numbers)
        made = graph if graph.written is None else staged(graph, graph.detail, inputs=sizes)
        if made.whole is not None:
            shaped(made.whole, sizes, measure)  # whose places in the text are better known
        known = graph.kept["shaped"] = (sizes, shaped(made, sizes, measure))
    found: Graph = known[1]
    return found


def measured(numbers: Mapping[str, Value]) -> Measure:
    """Returns how a node is computed from those before it, at the values of the inputs."""

    def measure(nodes: Sequence[Node], index: int) -> Value:
        inputs = tuple(i for i, node in enumerate(nodes) if node.op is INPUT)
        return forward(Graph(tuple(nodes), index, inputs), numbers)[index]

    return measure


def in_range(run: Run) -> Run:
    """Returns the run with each division as one gate whose reciprocal has no normal float64: 0.001/1.3e-310."""
    graph = run.bare
    if run.inputs is None:
        return run
    divisions = graph.kept.get("reciprocals")
    if divisions is None:
        nodes = graph.nodes
        divisions = graph.kept["reciprocals"] = [i for i in graph.stages if is_division(nodes[i])]
    poor = {i for i in divisions if is_poor(graph.nodes[i], run.values, i)}
    if not poor:
        return run
    sizes = {name: shape_of(value) for name, value in run.inputs.items()}
    return replace(run, bare=shaped(with_divisions(graph, poor), sizes, measured(run.inputs)))


def is_division(node: Node) -> bool:
    return node.op is reciprocal and not node.given


def is_poor(node: Node, values: Sequence[Value], index: int) -> bool:
    """Tells whether a reciprocal is one of a number, or of an element, whose reciprocal is out of range."""
    x, out = values[node.args[0]], values[index]
    if not is_array(x):
        return x != 0 and math.isfinite(x) and not is_normal(out)
    np, size = arrays.numpy(), abs(out)
    return bool(((x != 0) & np.isfinite(x) & ~((size >= SMALLEST_NORMAL) & (size < np.inf))).any())
