"""The one table of call names against the libraries themselves: their parameters, in their order."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from cgviz.ops.op import REGISTRY
from cgviz.reading.calls import BindingError, Call, Parameter, bind, lookup, table
from cgviz.reading.operations import COMPOSED, operation

CALLS = sorted(table().items())
MODULES = {
    "numpy": ("numpy", "numpy.linalg", "scipy.linalg", "scipy.special"),
    "jax": ("jax.numpy", "jax.nn", "jax.lax", "jax.scipy.special", "jax.scipy.linalg", "jax.numpy.linalg"),
    "torch": ("torch.nn.functional",),
    "scipy": ("scipy.special",),
    "math": ("math",),
}


def test_every_row_means_an_operation() -> None:
    assert len(CALLS) > 500
    for (library, name), call in CALLS:
        assert call.means in COMPOSED or call.means in REGISTRY, (library, name, call.means)


def own_parameters(library: str, name: str) -> list[str] | None:
    """Returns the names of the parameters by position of the library itself; None where it has none."""
    for module in MODULES.get(library, ()):
        try:
            function = getattr(import_module(module), name, None)
            parameters = inspect.signature(function).parameters.values() if callable(function) else None  # type: ignore[arg-type]
        except (ImportError, ValueError, TypeError):
            continue
        if parameters is not None:
            return [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    return None


@pytest.mark.parametrize("library", ["numpy", "jax", "scipy"])
def test_parameters_stand_in_the_order_of_the_library(library: str) -> None:
    """A static at place n of the table is the parameter at place n of the library's own signature."""
    pytest.importorskip(library)
    checked = 0
    for (whose, name), call in CALLS:
        own = own_parameters(library, name) if whose == library else None
        if own is None or any(p.kind in ("operands", "statics", "list") for p in call.parameters):
            continue
        for place, parameter in enumerate(call.parameters):
            if parameter.kind == "static" and parameter.spelled in own:
                assert own.index(parameter.spelled) == place, (name, parameter.spelled, own)
                checked += 1
    assert checked > {"numpy": 60, "jax": 8, "scipy": 2}[library]


X = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
POSITIONS: list[tuple[str, str, tuple[Any, ...], Any]] = [
    ("np", "max", (X, 1), X.max(1)),
    ("np", "sum", (X, 0), X.sum(0)),
    ("np.linalg", "norm", (X, 1, 1), np.linalg.norm(X, 1, 1)),
    ("method", "max", (X, 1), X.max(1)),
    ("method", "norm", (X, 1), np.abs(X).sum()),
    ("torch", "norm", (X, 1), np.abs(X).sum()),
    ("torch", "amax", (X, 0), X.max(0)),
    ("torch", "std", (X,), X.std(ddof=1)),
    ("np", "std", (X,), X.std()),
    ("np", "roll", (X, 1, 0), np.roll(X, 1, 0)),
    ("np", "transpose", (X, (1, 0)), X.T),
    ("torch", "transpose", (X, 0, 1), X.T),
    ("method", "transpose", (X, 1, 0), X.T),
    ("tf", "reduce_sum", (X, 1), X.sum(1)),
    ("K", "mean", (X, 0), X.mean(0)),
    ("tf", "maximum", (X, 0.0), np.maximum(X, 0)),
    ("F", "softmax", (X, 0), np.exp(X) / np.exp(X).sum(0)),
    ("np", "clip", (X, -1.0, 1.0), X.clip(-1, 1)),
    ("torch", "clamp", (X, 0.5), X.clip(0.5)),
    ("np", "concatenate", ([X, X], 1), np.concatenate([X, X], 1)),
    ("np", "eye", (3,), np.eye(3)),
    ("np", "take", (X, np.array([2, 0]), 1), np.take(X, [2, 0], 1)),
    ("torch", "index_select", (X, 1, np.array([2, 0])), np.take(X, [2, 0], 1)),
    ("torch", "gather", (X, 1, np.array([[0, 0], [1, 2]])), np.take_along_axis(X, np.array([[0, 0], [1, 2]]), 1)),
    ("np", "einsum", ("ij,kj->ik", X, X), X @ X.T),
    ("np", "tensordot", (X, X, ((1,), (1,))), X @ X.T),
    ("math", "hypot", (3.0, 4.0), 5.0),
]


@pytest.mark.parametrize(("module", "name", "args", "wanted"), POSITIONS, ids=[f"{m}.{n}" for m, n, *_ in POSITIONS])
def test_an_argument_by_position_means_what_the_library_means(module: str, name: str, args: Any, wanted: Any) -> None:
    call = lookup(module, name)
    assert call is not None
    np.testing.assert_allclose(operation(bind(call, args, {})), wanted, rtol=1e-12)


def test_keywords_of_any_library_are_understood() -> None:
    call = lookup("np", "sum")
    assert call is not None
    np.testing.assert_allclose(operation(bind(call, (X,), {"dim": 1, "keepdim": True})), X.sum(1, keepdims=True))


@pytest.mark.parametrize(
    ("args", "keywords", "why"),
    [((X, 0, None, None, True, 1.0), {}, "initial"), ((X,), {"axle": 1}, "no argument 'axle'"), ((), {}, "lacks")],
)
def test_arguments_that_do_not_fit_are_named(args: Any, keywords: Any, why: str) -> None:
    call = lookup("np", "sum")
    assert call is not None
    with pytest.raises(BindingError, match=why):
        bind(call, args, keywords)


def test_a_module_that_nobody_knows_is_none() -> None:
    assert lookup("mystery", "sum") is None
    assert lookup("np", "no_such_thing") is None


def test_ops_without_a_row_take_operands_alone() -> None:
    call = lookup("np", "exp")
    assert call == Call("exp", "numpy", "exp", (Parameter("xs", "xs", "operands"),))
