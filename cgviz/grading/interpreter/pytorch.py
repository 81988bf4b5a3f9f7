"""The names of PyTorch: methods of tensors, functions, modules that a student's file may import."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cgviz.grading.interpreter import tensors as t
from cgviz.grading.interpreter.objects import Class, Module

ELEMENTWISE: dict[str, Callable[..., Any]] = {
    name: t.elementwise(getattr(np, name))
    for name in (
        "exp log log2 log10 log1p expm1 tanh sin cos tan sinh cosh sqrt abs sign floor ceil round square"
    ).split()
} | {
    "sigmoid": t.elementwise(t.sigmoid), "relu": t.elementwise(lambda x: np.maximum(x, 0)),
    "rsqrt": t.elementwise(lambda x: 1 / np.sqrt(x)), "reciprocal": t.elementwise(lambda x: 1.0 / x),
    "neg": t.elementwise(np.negative), "pow": t.elementwise(np.power), "add": t.added, "sub": t.taken_away,
    "mul": lambda x, y: x * y, "div": lambda x, y: x / y, "eq": t.elementwise(np.equal),
    "ne": t.elementwise(np.not_equal), "gt": t.elementwise(np.greater), "ge": t.elementwise(np.greater_equal),
    "lt": t.elementwise(np.less), "le": t.elementwise(np.less_equal), "maximum": t.elementwise(np.maximum),
    "minimum": t.elementwise(np.minimum), "isfinite": t.elementwise(np.isfinite), "clamp": t.clamp,
}  # fmt: skip


SHARED: dict[str, Callable[..., Any]] = ELEMENTWISE | {
    "sum": t.reduced(np.sum), "mean": t.reduced(np.mean), "prod": t.reduced(np.prod), "amax": t.reduced(np.max),
    "amin": t.reduced(np.min), "all": t.reduced(np.all), "any": t.reduced(np.any), "argmax": t.reduced(np.argmax),
    "argmin": t.reduced(np.argmin), "max": t.picked(np.max, np.argmax), "min": t.picked(np.min, np.argmin),
    "var": t.spread, "std": lambda *args, **named: t.wrapped(np.sqrt(t.spread(*args, **named))),
    "norm": t.norm,
    "softmax": t.softmax, "log_softmax": t.log_softmax,
    "logsumexp": lambda x, dim, keepdim=False: t.wrapped(np.log(np.exp(t.plain(x)).sum(axis=dim, keepdims=keepdim))),
    "cumsum": lambda x, dim: np.cumsum(x, axis=dim), "matmul": lambda x, y: x @ y, "mm": lambda x, y: x @ y,
    "bmm": lambda x, y: x @ y, "mv": lambda x, y: x @ y, "dot": lambda x, y: t.wrapped(np.dot(x, y)),
    "outer": lambda x, y: t.wrapped(np.outer(x, y)), "ger": lambda x, y: t.wrapped(np.outer(x, y)), "t": np.transpose,
    "transpose": t.transpose, "permute": t.permute, "reshape": lambda x, *args: np.reshape(x, t.sized(args)),
    "flatten": t.flatten, "ravel": lambda x: np.reshape(x, -1),
    "squeeze": lambda x, dim=None: np.squeeze(x, axis=dim), "unsqueeze": lambda x, dim: np.expand_dims(x, dim),
    "clone": lambda x, **_: np.array(x).view(t.Tensor), "gather": t.gather,
    "index_select": lambda x, dim, index: t.wrapped(np.take(t.plain(x), t.plain(index).astype(int), axis=dim)),
    "masked_fill": t.masked_fill, "triu": np.triu, "tril": np.tril, "diag": lambda x: t.wrapped(np.diag(x)),
    "diagonal": lambda x: t.wrapped(np.diagonal(x)), "chunk": t.chunk, "split": t.split,
    "unbind": lambda x, dim=0: tuple(np.moveaxis(x, dim, 0)), "numel": np.size,
    "flip": lambda x, *dims: np.flip(x, axis=t.sized(dims)),
    "roll": lambda x, shifts, dims=None: np.roll(x, shifts, dims),
    "nonzero": lambda x, **_: t.wrapped(np.argwhere(x)), "isclose": lambda x, y, **_: t.wrapped(np.isclose(x, y)),
    "allclose": lambda x, y, **_: bool(np.allclose(x, y)), "equal": lambda x, y: bool(np.array_equal(x, y)),
    "where": lambda x, *args: t.wrapped(np.where(x, *args)),
}  # fmt: skip


UNCHANGED = "detach contiguous cpu cuda requires_grad_ retain_grad retain_graph detach_ normal_ uniform_"
IN_PLACE = "add sub mul div pow exp sqrt neg clamp sigmoid tanh"
METHODS: dict[str, Callable[..., Any]] = SHARED | {
    "view": lambda x, *args: np.reshape(x, t.sized(args)), "view_as": lambda x, like: np.reshape(x, np.shape(like)),
    "reshape_as": lambda x, like: np.reshape(x, np.shape(like)), "expand": t.expand,
    "expand_as": lambda x, like: t.expand(x, *np.shape(like)),
    "repeat": lambda x, *args: t.wrapped(np.tile(x, t.sized(args))), "size": t.size, "dim": np.ndim,
    "item": lambda x: x.item(), "tolist": lambda x: x.tolist(), "numpy": lambda x: t.plain(x),
    "float": lambda x: x.astype(float), "double": lambda x: x.astype(float), "long": lambda x: x.astype(int),
    "int": lambda x: x.astype(int), "bool": lambda x: x.astype(bool),
    "type": lambda x, dtype=None: x if not isinstance(dtype, type) else x.astype(dtype),
    "to": lambda x, *args, **_: x.astype(args[0]) if args and isinstance(args[0], type) else x,
    "type_as": lambda x, like: x.astype(like.dtype), "scatter_": t.scatter(False),
    "scatter": lambda x, *args, **named: t.scatter(False)(np.array(x).view(t.Tensor), *args, **named),
    "scatter_add_": t.scatter(True), "index_add_": t.index_add, "masked_fill_": t.in_place(t.masked_fill),
    "zero_": t.in_place(np.zeros_like), "fill_": t.in_place(lambda x, value: value),
    "copy_": t.in_place(lambda x, value: value), "new_zeros": lambda x, *args: t.wrapped(np.zeros(t.sized(args))),
    "new_ones": lambda x, *args: t.wrapped(np.ones(t.sized(args))), "backward": t.backward,
    **dict.fromkeys(UNCHANGED.split(), t.same),
    **{f"{name}_": t.in_place(ELEMENTWISE[name]) for name in IN_PLACE.split()},
}  # fmt: skip


def attribute(x: t.Tensor, name: str) -> Any:
    """Returns what a tensor has under a name. Raises AttributeError."""
    if name in METHODS:
        method = METHODS[name]
        return lambda *args, **named: method(x, *args, **named)
    if name in ("T", "mT"):
        return np.swapaxes(x, -1, -2) if x.ndim > 1 else x
    if name == "data":
        return x
    if name in ("shape", "ndim", "dtype", "grad"):
        return getattr(x, name)
    if name in ("device", "requires_grad", "is_leaf", "grad_fn"):
        return name
    raise AttributeError(f"'Tensor' object has no attribute {name!r}")


def class_attribute(kind: Class, name: str) -> Any:
    """Returns `apply` of an `autograd.Function`; None for any other name."""
    if name == "apply" and "autograd.Function" in kind.kinds:
        return lambda *args, **named: t.applied(kind, *args, **named)
    return None


def like(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, **_: t.wrapped(function(t.plain(x), dtype=float if x.dtype.kind == "f" else x.dtype))


def filled(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, dtype=float, **_: t.wrapped(
        function(t.sized(args), dtype=dtype if isinstance(dtype, type) else float)
    )


def torch(random: Any) -> Module:
    """Returns the module `torch`; `random` draws its random numbers."""

    def drawn(*args: Any, **_: Any) -> Any:
        return t.wrapped(random.standard_normal(t.sized(args)))

    dtypes: dict[str, Any] = dict.fromkeys("float float32 float64 double half bfloat16 float16".split(), np.float64)
    dtypes |= dict.fromkeys("long int int32 int64 uint8 int16".split(), np.int64) | {"bool": np.bool_}
    function = Module(
        "torch.nn.functional",
        SHARED
        | {
            "one_hot": t.one_hot, "cross_entropy": t.cross_entropy, "nll_loss": t.nll_loss,
            "mse_loss": lambda x, y, **_: t.wrapped(np.mean((t.plain(x) - t.plain(y)) ** 2)),
            "linear": lambda x, w, b=None: x @ w.T if b is None else x @ w.T + b, "pad": pad,
        },
    )  # fmt: skip
    nn = Module("torch.nn", {"functional": function, "Module": "nn.Module", "Parameter": t.same})
    autograd = Module("torch.autograd", {"Function": "autograd.Function"})
    held: dict[str, Any] = (
        SHARED
        | dtypes
        | {
            "nn": nn, "autograd": autograd, "tensor": t.tensor,
            "as_tensor": lambda x, **_: x.view(t.Tensor) if isinstance(x, np.ndarray) else t.tensor(x),
            "from_numpy": lambda x: x.view(t.Tensor), "Tensor": t.tensor, "zeros": filled(np.zeros),
            "ones": filled(np.ones), "empty": filled(np.zeros),
            "full": lambda shape, value, **_: t.wrapped(np.full(shape, value, dtype=float)),
            "zeros_like": like(np.zeros_like), "ones_like": like(np.ones_like), "empty_like": like(np.zeros_like),
            "full_like": lambda x, value, **_: t.wrapped(np.full(np.shape(x), float(value))),
            "arange": lambda *args, **_: t.wrapped(np.arange(*args)),
            "linspace": lambda *args, **_: t.wrapped(np.linspace(*args)),
            "eye": lambda *args, **_: t.wrapped(np.eye(*args)), "cat": t.joined, "concat": t.joined,
            "stack": t.stacked, "einsum": lambda text, *args: t.wrapped(np.einsum(text, *map(t.plain, args))),
            "is_tensor": lambda x: isinstance(x, t.Tensor), "randn": drawn,
            "rand": lambda *args, **_: t.wrapped(random.random_sample(t.sized(args))),
            "randint": lambda low, high=None, size=(), **_: t.wrapped(random.randint(low, high, size)),
            "randn_like": lambda x, **_: t.wrapped(random.standard_normal(np.shape(x))),
            "manual_seed": lambda *_: None, "set_printoptions": lambda *_, **__: None, "pi": math.pi, "inf": math.inf,
            "no_grad": lambda *_: None, "enable_grad": lambda *_: None,
        }
    )  # fmt: skip
    return Module("torch", held)


def pad(x: Any, widths: Any, mode: str = "constant", value: float = 0) -> Any:
    pairs = [(widths[i], widths[i + 1]) for i in range(0, len(widths), 2)][::-1]
    return t.wrapped(np.pad(t.plain(x), [(0, 0)] * (np.ndim(x) - len(pairs)) + pairs, constant_values=value))
