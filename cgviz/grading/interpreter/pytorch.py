"""The names of PyTorch: methods of tensors, functions, modules that a student's file may import."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cgviz.grading.interpreter.objects import Class, Module
from cgviz.grading.interpreter.tensors import (
    Tensor,
    added,
    applied,
    backward,
    chunk,
    clamp,
    cross_entropy,
    elementwise,
    expand,
    flatten,
    gather,
    in_place,
    index_add,
    joined,
    log_softmax,
    masked_fill,
    nll_loss,
    one_hot,
    permute,
    picked,
    plain,
    reduced,
    same,
    scatter,
    sigmoid,
    size,
    sized,
    softmax,
    split,
    spread,
    stacked,
    taken_away,
    tensor,
    transpose,
    wrapped,
)

ELEMENTWISE: dict[str, Callable[..., Any]] = {
    name: elementwise(getattr(np, name))
    for name in (
        "exp log log2 log10 log1p expm1 tanh sin cos tan sinh cosh sqrt abs sign floor ceil round square"
    ).split()
} | {
    "sigmoid": elementwise(sigmoid),
    "relu": elementwise(lambda x: np.maximum(x, 0)),
    "rsqrt": elementwise(lambda x: 1 / np.sqrt(x)),
    "reciprocal": elementwise(lambda x: 1.0 / x),
    "neg": elementwise(np.negative),
    "pow": elementwise(np.power),
    "add": added,
    "sub": taken_away,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "eq": elementwise(np.equal),
    "ne": elementwise(np.not_equal),
    "gt": elementwise(np.greater),
    "ge": elementwise(np.greater_equal),
    "lt": elementwise(np.less),
    "le": elementwise(np.less_equal),
    "maximum": elementwise(np.maximum),
    "minimum": elementwise(np.minimum),
    "isfinite": elementwise(np.isfinite),
    "clamp": clamp,
}


SHARED: dict[str, Callable[..., Any]] = ELEMENTWISE | {
    "sum": reduced(np.sum),
    "mean": reduced(np.mean),
    "prod": reduced(np.prod),
    "amax": reduced(np.max),
    "amin": reduced(np.min),
    "all": reduced(np.all),
    "any": reduced(np.any),
    "argmax": reduced(np.argmax),
    "argmin": reduced(np.argmin),
    "max": picked(np.max, np.argmax),
    "min": picked(np.min, np.argmin),
    "var": spread,
    "std": lambda *args, **named: wrapped(np.sqrt(spread(*args, **named))),
    "norm": lambda x, p=2, dim=None, keepdim=False: wrapped(
        (np.abs(x) ** p).sum(axis=dim, keepdims=keepdim) ** (1 / p)
    ),
    "softmax": softmax,
    "log_softmax": log_softmax,
    "logsumexp": lambda x, dim, keepdim=False: wrapped(np.log(np.exp(plain(x)).sum(axis=dim, keepdims=keepdim))),
    "cumsum": lambda x, dim: np.cumsum(x, axis=dim),
    "matmul": lambda x, y: x @ y,
    "mm": lambda x, y: x @ y,
    "bmm": lambda x, y: x @ y,
    "mv": lambda x, y: x @ y,
    "dot": lambda x, y: wrapped(np.dot(x, y)),
    "outer": lambda x, y: wrapped(np.outer(x, y)),
    "ger": lambda x, y: wrapped(np.outer(x, y)),
    "t": np.transpose,
    "transpose": transpose,
    "permute": permute,
    "reshape": lambda x, *args: np.reshape(x, sized(args)),
    "flatten": flatten,
    "ravel": lambda x: np.reshape(x, -1),
    "squeeze": lambda x, dim=None: np.squeeze(x, axis=dim),
    "unsqueeze": lambda x, dim: np.expand_dims(x, dim),
    "clone": lambda x, **_: np.array(x).view(Tensor),
    "gather": gather,
    "index_select": lambda x, dim, index: wrapped(np.take(plain(x), plain(index).astype(int), axis=dim)),
    "masked_fill": masked_fill,
    "triu": np.triu,
    "tril": np.tril,
    "diag": lambda x: wrapped(np.diag(x)),
    "diagonal": lambda x: wrapped(np.diagonal(x)),
    "chunk": chunk,
    "split": split,
    "unbind": lambda x, dim=0: tuple(np.moveaxis(x, dim, 0)),
    "numel": np.size,
    "flip": lambda x, *dims: np.flip(x, axis=sized(dims)),
    "roll": lambda x, shifts, dims=None: np.roll(x, shifts, dims),
    "nonzero": lambda x, **_: wrapped(np.argwhere(x)),
    "isclose": lambda x, y, **_: wrapped(np.isclose(x, y)),
    "allclose": lambda x, y, **_: bool(np.allclose(x, y)),
    "equal": lambda x, y: bool(np.array_equal(x, y)),
    "where": lambda x, *args: wrapped(np.where(x, *args)),
}


METHODS: dict[str, Callable[..., Any]] = SHARED | {
    "view": lambda x, *args: np.reshape(x, sized(args)),
    "view_as": lambda x, like: np.reshape(x, np.shape(like)),
    "reshape_as": lambda x, like: np.reshape(x, np.shape(like)),
    "expand": expand,
    "expand_as": lambda x, like: expand(x, *np.shape(like)),
    "repeat": lambda x, *args: wrapped(np.tile(x, sized(args))),
    "size": size,
    "dim": np.ndim,
    "item": lambda x: x.item(),
    "tolist": lambda x: x.tolist(),
    "numpy": lambda x: plain(x),
    "float": lambda x: x.astype(float),
    "double": lambda x: x.astype(float),
    "long": lambda x: x.astype(int),
    "int": lambda x: x.astype(int),
    "bool": lambda x: x.astype(bool),
    "type": lambda x, dtype=None: x if not isinstance(dtype, type) else x.astype(dtype),
    "to": lambda x, *args, **_: x.astype(args[0]) if args and isinstance(args[0], type) else x,
    "type_as": lambda x, like: x.astype(like.dtype),
    "scatter_": scatter(False),
    "scatter": lambda x, *args, **named: scatter(False)(np.array(x).view(Tensor), *args, **named),
    "scatter_add_": scatter(True),
    "index_add_": index_add,
    "masked_fill_": in_place(masked_fill),
    "zero_": in_place(np.zeros_like),
    "fill_": in_place(lambda x, value: value),
    "copy_": in_place(lambda x, value: value),
    "new_zeros": lambda x, *args: wrapped(np.zeros(sized(args))),
    "new_ones": lambda x, *args: wrapped(np.ones(sized(args))),
    "backward": backward,
    **dict.fromkeys(
        "detach contiguous cpu cuda requires_grad_ retain_grad retain_graph detach_ normal_ uniform_".split(), same
    ),
    **{
        f"{name}_": in_place(ELEMENTWISE[name])
        for name in "add sub mul div pow exp sqrt neg clamp sigmoid tanh".split()
    },
}


def attribute(x: Tensor, name: str) -> Any:
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
        return lambda *args, **named: applied(kind, *args, **named)
    return None


def like(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, **_: wrapped(function(plain(x), dtype=float if x.dtype.kind == "f" else x.dtype))


def filled(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, dtype=float, **_: wrapped(
        function(sized(args), dtype=dtype if isinstance(dtype, type) else float)
    )


def torch(random: Any) -> Module:
    """Returns the module `torch`; `random` draws its random numbers."""

    def drawn(*args: Any, **_: Any) -> Any:
        return wrapped(random.standard_normal(sized(args)))

    dtypes: dict[str, Any] = dict.fromkeys("float float32 float64 double half bfloat16 float16".split(), np.float64)
    dtypes |= dict.fromkeys("long int int32 int64 uint8 int16".split(), np.int64) | {"bool": np.bool_}
    function = Module(
        "torch.nn.functional",
        SHARED
        | {
            "one_hot": one_hot,
            "cross_entropy": cross_entropy,
            "nll_loss": nll_loss,
            "mse_loss": lambda x, y, **_: wrapped(np.mean((plain(x) - plain(y)) ** 2)),
            "linear": lambda x, w, b=None: x @ w.T if b is None else x @ w.T + b,
            "pad": pad,
        },
    )
    nn = Module("torch.nn", {"functional": function, "Module": "nn.Module", "Parameter": same})
    autograd = Module("torch.autograd", {"Function": "autograd.Function"})
    held: dict[str, Any] = (
        SHARED
        | dtypes
        | {
            "nn": nn,
            "autograd": autograd,
            "tensor": tensor,
            "as_tensor": lambda x, **_: x.view(Tensor) if isinstance(x, np.ndarray) else tensor(x),
            "from_numpy": lambda x: x.view(Tensor),
            "Tensor": tensor,
            "zeros": filled(np.zeros),
            "ones": filled(np.ones),
            "empty": filled(np.zeros),
            "full": lambda shape, value, **_: wrapped(np.full(shape, value, dtype=float)),
            "zeros_like": like(np.zeros_like),
            "ones_like": like(np.ones_like),
            "empty_like": like(np.zeros_like),
            "full_like": lambda x, value, **_: wrapped(np.full(np.shape(x), float(value))),
            "arange": lambda *args, **_: wrapped(np.arange(*args)),
            "linspace": lambda *args, **_: wrapped(np.linspace(*args)),
            "eye": lambda *args, **_: wrapped(np.eye(*args)),
            "cat": joined,
            "concat": joined,
            "stack": stacked,
            "einsum": lambda text, *args: wrapped(np.einsum(text, *map(plain, args))),
            "is_tensor": lambda x: isinstance(x, Tensor),
            "randn": drawn,
            "rand": lambda *args, **_: wrapped(random.random_sample(sized(args))),
            "randint": lambda low, high=None, size=(), **_: wrapped(random.randint(low, high, size)),
            "randn_like": lambda x, **_: wrapped(random.standard_normal(np.shape(x))),
            "manual_seed": lambda *_: None,
            "set_printoptions": lambda *_, **__: None,
            "pi": math.pi,
            "inf": math.inf,
            "no_grad": lambda *_: None,
            "enable_grad": lambda *_: None,
        }
    )
    return Module("torch", held)


def pad(x: Any, widths: Any, mode: str = "constant", value: float = 0) -> Any:
    pairs = [(widths[i], widths[i + 1]) for i in range(0, len(widths), 2)][::-1]
    return wrapped(np.pad(plain(x), [(0, 0)] * (np.ndim(x) - len(pairs)) + pairs, constant_values=value))
