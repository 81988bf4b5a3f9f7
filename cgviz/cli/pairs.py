"""Hand-written backward passes in a file: a torch.autograd.Function, a jax.custom_vjp, a pair of NumPy functions."""

from __future__ import annotations

import inspect
import sys
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from cgviz.cli import functions
from cgviz.errors import UsageError, quoted
from cgviz.values.arrays import is_array

if TYPE_CHECKING:
    from cgviz.analysis.own import OwnFinding
    from cgviz.grading.handwritten import Wrong
    from cgviz.runs.run import Run
    from cgviz.values.arrays import Value

PARTNERS = ("{}_backward", "{}_vjp", "{}_grad", "grad_{}", "d{}", "backward_{}")


@dataclass(frozen=True)
class Pair:
    """A forward pass that can be followed, and the function (inputs, upstream) to the gradients that were written.

    kind   "torch", "jax" or "numpy"

    `gradients` runs `backward`, or what is given in its place.
    """

    name: str
    kind: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    gradients: Callable[[Mapping[str, Any], Any, Callable[..., Any]], Mapping[str, Value | None]]


def pair_of(program: str) -> Pair | None:
    """Returns the hand-written pass that `file.py:name` is, or None where it is a function like any other."""
    module, found = functions.named(program)
    name = program.rpartition(":")[2]
    torch, jax = sys.modules.get("torch"), sys.modules.get("jax")
    if torch is not None and isinstance(found, type) and issubclass(found, torch.autograd.Function):
        return of_torch(name, found)
    if jax is not None and isinstance(found, (jax.custom_vjp, jax.custom_jvp)):
        return of_jax(name, found)
    if (
        isinstance(found, type)
        and callable(getattr(found, "backward", None))
        and callable(getattr(found, "forward", None))
    ):
        pair: Any = found
        return of_numpy(name, pair.forward, pair.backward)
    partner = partner_of(module, name)
    return None if partner is None else of_numpy(name, found, partner)


def partner_of(module: types.ModuleType, name: str) -> Callable[..., Any] | None:
    """Returns the backward function that belongs to a forward function, by its name."""
    if "." in name:
        return None
    stems = [name, name.removesuffix("_forward"), name.removeprefix("forward_")]
    names = [form.format(stem) for stem in dict.fromkeys(stems) for form in PARTNERS]
    if name == "forward":
        names.insert(0, "backward")
    return next((vars(module)[each] for each in names if callable(vars(module).get(each))), None)


def judged(pair: Pair, texts: Mapping[str, str], upstream: Any) -> tuple[Run, list[OwnFinding], list[Wrong]]:
    """Returns the run of the forward pass, what is said of each gradient that was written, and the lines to blame."""
    with in_double(pair.kind):
        return judged_there(pair, texts, upstream)


def in_double(kind: str) -> AbstractContextManager[Any]:
    """Returns a context in which JAX has numbers of 64 bits, as the others have."""
    if kind != "jax":
        return nullcontext()
    import jax

    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)  # type: ignore[no-any-return]
    from jax.experimental import enable_x64

    return enable_x64()  # type: ignore[no-any-return]


def judged_there(pair: Pair, texts: Mapping[str, str], upstream: Any) -> tuple[Run, list[OwnFinding], list[Wrong]]:
    import numpy as np

    from cgviz.analysis.own import judged as findings
    from cgviz.analysis.own import with_conventions
    from cgviz.grading.handwritten import Point, source_of, wrong_lines
    from cgviz.runs.corners import has_corner

    given = functions.arguments(pair.forward, texts)
    chance = np.random.default_rng(0)

    def point(inputs: Mapping[str, Any]) -> tuple[Run, Point]:
        run = followed(pair, inputs, upstream, chance)
        nodes = [(node.name, index) for index, node in enumerate(run.graph.nodes) if node.name and node.is_stage]
        stages = {name: run.gradients[index] for name, index in nodes}
        return run, Point(inputs, run.upstream, run.gradient, stages)

    def found_at(run: Run, at: Point) -> list[OwnFinding]:
        return findings(run, pair.gradients(at.inputs, run.upstream, pair.backward))

    run, here = point(given)
    found = found_at(run, here)
    if has_corner(run) and not all(each.is_right for each in found):
        beside = {name: moved(value, chance, off=0.01) for name, value in given.items()}
        found = with_conventions(found, found_at(*point(beside)))
    if all(each.is_right for each in found):
        return run, found, []
    source = source_of(pair.backward, library_of(pair.kind))
    if source is None:
        return run, found, []
    points = [here, point({name: moved(value, chance) for name, value in given.items()})[1]]

    def attempt(backward: Callable[..., Any], at: Point) -> Mapping[str, Any] | None:
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return pair.gradients(at.inputs, at.upstream, backward)
        except Exception:  # a mend that does not run mends nothing
            return None

    return run, found, wrong_lines(source, points, attempt)


def followed(pair: Pair, given: Mapping[str, Any], upstream: Any, chance: Any) -> Run:
    """Returns the run of a forward pass; without an upstream gradient for an array, with numbers by chance."""
    import numpy as np

    from cgviz.graph.staging import staged
    from cgviz.runs.starting import start, without_seed

    made = record(pair, given)
    graph = staged(made.graph)
    out: Any = without_seed(graph, made.values).value
    shape = np.shape(out)
    seed = chance.normal(size=shape) + 1.5 if upstream is None else np.array(np.broadcast_to(upstream, shape))
    return start(graph, made.values, upstream=seed if shape else float(seed))


def moved(value: Any, chance: Any, off: float = 0.0) -> Any:
    """Returns a number or an array nearby; whole numbers, text, flags, and rows of shares that sum to 1 as they are.

    off  what a 0 becomes, which else stays
    """
    import numpy as np

    if isinstance(value, dict):
        return {key: moved(part, chance, off) for key, part in value.items()}
    if isinstance(value, float) or (is_array(value) and value.dtype.kind == "f"):
        if is_array(value) and np.all(value >= 0) and np.allclose(value.sum(-1), 1):
            return value
        made = (value + off * (value == 0)) * (1 + 0.1 * chance.uniform(0.2, 1, getattr(value, "shape", ())))
        return float(made) if isinstance(value, float) else made
    return value


def library_of(kind: str) -> Any:
    return sys.modules[{"torch": "torch", "jax": "jax.numpy", "numpy": "numpy"}[kind]]


def record(pair: Pair, given: Mapping[str, Any]) -> Any:
    if pair.kind == "torch":
        from cgviz.reading.pytorch import recorded

        return recorded(pair.forward, (), {name: functions.tensor(value) for name, value in given.items()})
    if pair.kind == "jax":
        from cgviz.reading.jaxpr import recorded as of_jaxpr

        return of_jaxpr(pair.forward, (), given)
    from cgviz.reading.tracing import recorded as of_numbers

    return of_numbers(pair.forward, (), given)


def named_results(name: str, found: Any, inputs: Sequence[str]) -> dict[str, Any]:
    """Returns gradients by the names of inputs: from a dictionary (`dx`, `x`), a tuple in their order, or one alone."""
    if isinstance(found, Mapping):
        return {key: found.get(key, found.get(f"d{key}", found.get(f"grad_{key}"))) for key in inputs}
    every = list(found) if isinstance(found, (tuple, list)) else [found]
    if len(every) != len(inputs):
        raise UsageError(f"{name} returns {len(every)} gradients for the inputs {', '.join(inputs)}")
    return dict(zip(inputs, every, strict=True))


# PyTorch


class FollowedContext:
    """What a forward pass is given as `ctx` while it is followed: it keeps what is saved, and wants all gradients."""

    def __init__(self, count: int) -> None:
        self.saved_tensors: tuple[Any, ...] = ()
        self.needs_input_grad = (True,) * count

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def mark_non_differentiable(self, *_: Any) -> None:
        """Nothing is marked while the pass is followed."""

    mark_dirty = set_materialize_grads = save_for_forward = mark_non_differentiable


def of_torch(name: str, kind: Any) -> Pair:
    import torch

    plain = inspect.signature(kind.forward)
    with_context = kind.setup_context is torch.autograd.Function.setup_context
    parameters = list(plain.parameters.values())[1 if with_context else 0 :]

    def forward(*args: Any, **keywords: Any) -> Any:
        bound = signature.bind(*args, **keywords)
        first = (FollowedContext(len(parameters)),) if with_context else ()
        return kind.forward(*first, *bound.args, **bound.kwargs)

    signature = plain.replace(parameters=parameters)
    forward.__signature__, forward.__name__ = signature, name  # type: ignore[attr-defined]

    def gradients(given: Mapping[str, Any], upstream: Any, backward: Callable[..., Any]) -> Mapping[str, Any]:
        written = vars(kind)["backward"]
        kind.backward = staticmethod(backward)
        try:
            return slopes(given, upstream)
        finally:
            kind.backward = written

    def slopes(given: Mapping[str, Any], upstream: Any) -> Mapping[str, Any]:
        tensors = {key: functions.tensor(value) for key, value in given.items()}
        bound = signature.bind(**tensors)
        bound.apply_defaults()
        out = kind.apply(*bound.args)
        real = [key for key, value in tensors.items() if torch.is_tensor(value) and value.requires_grad]
        up = torch.tensor(upstream, dtype=out.dtype)
        try:
            found = torch.autograd.grad(out, [tensors[key] for key in real], up, allow_unused=True)
        except RuntimeError as error:
            raise UsageError(f"the backward pass of {name} fails: {str(error).splitlines()[0]}") from None
        return {key: None if g is None else g.detach().numpy() for key, g in zip(real, found, strict=True)}

    return Pair(name, "torch", forward, kind.backward, gradients)


# JAX


def of_jax(name: str, found: Any) -> Pair:
    import jax
    import numpy as np

    def gradients(given: Mapping[str, Any], upstream: Any, backward: Callable[..., Any]) -> Mapping[str, Any]:
        written, found.bwd = found.bwd, backward
        try:
            return slopes(given, upstream)
        finally:
            found.bwd = written

    def slopes(given: Mapping[str, Any], upstream: Any) -> Mapping[str, Any]:
        names = [key for key in inspect.signature(found.fun).parameters if key in given]
        args = [given[key] if isinstance(given[key], (int, str)) else np.asarray(given[key]) for key in names]
        held = getattr(found, "nondiff_argnums", ())
        moving = [i for i in range(len(args)) if i not in held]

        def function(*arrays: Any) -> Any:
            every = list(args)
            for i, array in zip(moving, arrays, strict=True):
                every[i] = array
            return found(*every)

        out, back = jax.vjp(function, *(args[i] for i in moving))
        slopes = back(np.asarray(upstream, dtype=out.dtype).reshape(out.shape))
        return {names[i]: np.asarray(slope) for i, slope in zip(moving, slopes, strict=True)}

    return Pair(name, "jax", found.fun, found.bwd, gradients)


# NumPy


def of_numpy(name: str, forward: Callable[..., Any], backward: Callable[..., Any]) -> Pair:
    @wraps(forward)
    def value(*args: Any, **keywords: Any) -> Any:
        out = forward(*args, **keywords)
        return out[0] if isinstance(out, tuple) else out

    def gradients(given: Mapping[str, Any], upstream: Any, backward: Callable[..., Any]) -> Mapping[str, Any]:
        out = forward(**given)
        cache = out[1:] if isinstance(out, tuple) else ()
        wanted = list(inspect.signature(backward).parameters)
        if cache and len(wanted) == 1 + len(cache):
            found = backward(upstream, *cache)
        elif len(wanted) == 1 + len(given):
            found = backward(upstream, *given.values())
        elif set(wanted) - set(given) and len(set(wanted) - set(given)) == 1:
            (first,) = set(wanted) - set(given)
            found = backward(**{first: upstream, **{key: given[key] for key in wanted if key in given}})
        else:
            takes = ", ".join(wanted)
            raise UsageError(
                f"{quoted(backward.__name__)} takes {takes}: neither (upstream, cache) nor (upstream, inputs)"
            )
        real = [key for key, each in given.items() if isinstance(each, float) or is_array(each)]
        return named_results(backward.__name__, found, real)

    return Pair(name, "numpy", value, backward, gradients)
