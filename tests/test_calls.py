"""The one table of call names against the libraries themselves: their parameters, in their order."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.errors import CgvizError
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
    ("np", "average", (X, 0, np.array([1.0, 3.0])), np.average(X, 0, [1, 3])),
    ("np", "average", (X, 1, X), np.average(X, 1, X)),
    ("np", "average", (X, -1, X[0]), np.average(X, -1, X[0])),
    ("np", "ptp", (X, 1), np.ptp(X, 1)),
    ("np", "heaviside", (X, 0.5), np.heaviside(X, 0.5)),
    ("np", "degrees", (X,), np.degrees(X)),
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


ARRAYS = {
    "x": np.array([[0.3, 1.2, 2.8], [0.7, 2.5, 0.4]]), "y": np.array([[1.5, 0.2, 0.6], [0.9, 0.4, 3.0]]),
    "v": np.array([0.3, 0.9, 0.5]), "u": np.array([0.8, 0.1, 0.4]),
    "S": np.array([[2, 0.3, 0.1], [0.3, 1.5, 0.2], [0.1, 0.2, 1]]),
}  # fmt: skip
FORMS = ("x", "v", "S", "x y", "v u", "S v", "x 1", "x 0", "v 0", "v 2", "x 0.5", "x 0 1", "x 0.2 0.7", "S 1")
OTHERS = frozenset("empty_like one_hot take norm cov array asarray ascontiguousarray".split())
ROOMS = "numpy numpy.linalg scipy.special torch torch.nn.functional torch.special torch.linalg".split()


@pytest.mark.parametrize("module", ROOMS)
def test_values_are_the_librarys_own(module: str) -> None:
    """Whatever both take, by position, gives the same numbers."""
    there = pytest.importorskip(module)
    array = pytest.importorskip("torch").tensor if module.startswith("torch") else np.array
    names = {name for library, name in table() if "." not in name} | set(REGISTRY)
    compared = 0
    for name in sorted(names - OTHERS):
        function, call = getattr(there, name, None), lookup(module, name)
        if call is None or not callable(function) or isinstance(function, type):
            continue
        for form in FORMS:
            given = [
                ARRAYS[part] if part in ARRAYS else float(part) if "." in part else int(part) for part in form.split()
            ]
            try:
                wanted = function(*(array(each) if isinstance(each, np.ndarray) else each for each in given))
                wanted = np.asarray(wanted, dtype=float)
                found = np.asarray(operation(bind(call, given, {})), dtype=float)
            except Exception:  # of a library there is no telling what it raises
                continue
            if np.isfinite(wanted).all():
                same = wanted.shape == found.shape and np.allclose(found, wanted, rtol=1e-4, atol=1e-5)
                assert same, (module, name, form, wanted, found)
                compared += 1
    assert compared > 5


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("sum(jax.lax.cumsum(x))", 12.2), ("sum(torch.sort(x)[0])", 7.9), ("sum(x.topk(2)[0])", 7.2), ("F.relu6(9*v)", 6),
     ("F.mish(v)", 0.8650983882673103), ("F.selu(-v)", -1.1113307378125625), ("F.hardswish(v)", 2 / 3),
     ("F.celu(-v, 2)", -0.7869386805747332), ("F.softshrink(v)", 0.5), ("F.poisson_nll_loss(v, 2)", 0.7182818284590451),
     ("F.gaussian_nll_loss(v, 3, v/2)", 3.6534264097200273),
     ("F.cosine_embedding_loss([[v, 2]], [[2, v]], [-1])", 0.8),
     ("nn.LeakyReLU(0.25)(-v)", -0.25), ("nn.Softplus(2)(nn.ReLU()(v))", 1.0634640055214863),
     ("loss = nn.MSELoss(reduction='sum'); a = nn.Tanh(); f = loss(a(v - 1), 3)", 9), ("f = nn.ReLU(v)", 1),
     ("np.log(v, v)", 0), ("math.log(8*v, 2)", 3), ("sum(scipy.special.softmax(x))", 1)],
)  # fmt: skip
def test_what_a_text_calls_is_the_librarys(text: str, wanted: float) -> None:
    known = {"x": ARRAYS["x"]} if "x" in text.replace("max", "") else {"v": 1.0}
    assert cgviz.run(text, known).value == pytest.approx(wanted)


REFUSED = (
    "F.dropout(v)", "np.stack(x)", "torch.linalg.norm(x, 1)", "F.softplus(v, 1, 3)", "sum(np.transpose(x, 1))",
    "sum(torch.flip(x, (1, 1)))", "torch.equal(x, x)", "nn.Linear(3, 2)(v)", "nn.Dropout(0.5)(v)", "nn.ReLU()()",
    "nn.LeakyReLU(0.1)(v", "a = nn.LayerNorm(3); sum(a(x))",
)  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_would_be_another_function_is_refused(text: str) -> None:
    with pytest.raises(cgviz.CgvizError):
        cgviz.run(text, {"x": ARRAYS["x"]} if "x" in text.replace("max", "") else {"v": 1.0})


ONES = [[1.0, 2.0, 4.0], [0.5, 3.0, 2.0]]


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("np.sum(X, 1, None, None, True)", "sum(X, axis=1, keepdims=True)"),
        ("jnp.std(X, 1, None, None, 1)", "std(X, axis=1, ddof=1)"),
        ("X.amax(1, True)", "max(X, axis=1, keepdims=True)"),
        ("torch.std(X, 1, False, True)", "std(X, axis=1, keepdims=True)"),
        ("torch.var(X, 1)", "var(X, axis=1, ddof=1)"),
        ("X.std(1, keepdim=True)", "std(X, axis=1, keepdims=True, ddof=1)"),
        ("X.var(dim=1)", "var(X, axis=1, ddof=1)"),
        ("np.vstack((X[0], X[1]))", "stack(X[0], X[1])"),
    ],
)
def test_what_stands_behind_an_argument_that_changes_nothing(text: str, like: str) -> None:
    found, wanted = (cgviz.run(f"sum({each} * {each})", X=ONES) for each in (text, like))
    assert np.allclose(found.value, wanted.value)
    assert np.allclose(found.gradient["X"], wanted.gradient["X"])


@pytest.mark.parametrize("text", ["np.average(X, 1, X, True)", "X.max(1, True)", "np.exp(X).std(1, 0, True)"])
def test_what_would_change_the_result_is_refused(text: str) -> None:
    with pytest.raises(CgvizError, match="is read without"):
        cgviz.run(f"sum({text})", X=ONES)


@pytest.mark.parametrize("text", ["argmax(x) + sum(x)", "sum(argmin(x, axis=0)) + sum(x)"])
def test_nothing_has_no_place(text: str) -> None:
    with pytest.raises(CgvizError, match="axis of length 0"):
        cgviz.run(text, x=np.zeros((0, 2)))
