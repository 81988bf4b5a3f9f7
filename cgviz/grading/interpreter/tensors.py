"""PyTorch as students write it, on NumPy: tensors with its methods, its functions, and `autograd.Function`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from cgviz.grading.interpreter.objects import Class, Module
from cgviz.grading.interpreter.signals import UnreadError


class Tensor(np.ndarray):
    """An array that answers as PyTorch does; `creator` is the `autograd.Function` that made it."""

    grad: Any = None
    creator: Any = None


class Picked(NamedTuple):
    """What `x.max(1)` gives."""

    values: Any
    indices: Any


class Context:
    """The `ctx` of an `autograd.Function`."""

    def __init__(self, count: int) -> None:
        self.held: dict[str, Any] = {
            "saved_tensors": (),
            "needs_input_grad": (True,) * count,
            "save_for_backward": self.save,
            "mark_non_differentiable": lambda *_: None,
            "set_materialize_grads": lambda *_: None,
        }

    def save(self, *tensors: Any) -> None:
        self.held["saved_tensors"] = tensors


def tensor(value: Any, dtype: Any = None, **_: Any) -> Any:
    """Returns a tensor of numbers."""
    made = np.array(value, dtype=dtype)
    return (made.astype(float) if made.dtype == np.float32 else made).view(Tensor)


def axis_of(dim: Any, axis: Any) -> Any:
    found = dim if dim is not None else axis
    return tuple(found) if isinstance(found, (list, tuple)) else found


def plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, Tensor) else value


def wrapped(value: Any) -> Any:
    return np.asarray(value).view(Tensor)


def reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(
        x: Any, dim: Any = None, keepdim: bool = False, axis: Any = None, keepdims: bool = False, **_: Any
    ) -> Any:
        return wrapped(function(plain(x), axis=axis_of(dim, axis), keepdims=bool(keepdim or keepdims)))

    return apply


def picked(best: Callable[..., Any], where: Callable[..., Any]) -> Callable[..., Any]:
    def apply(x: Any, dim: Any = None, keepdim: bool = False, axis: Any = None, keepdims: bool = False) -> Any:
        along, keep = axis_of(dim, axis), bool(keepdim or keepdims)
        if isinstance(along, np.ndarray) and along.ndim:
            return wrapped((np.maximum if best is np.max else np.minimum)(plain(x), plain(along)))
        if along is None:
            return wrapped(best(plain(x)))
        found = where(plain(x), axis=along, keepdims=keep)
        return Picked(wrapped(best(plain(x), axis=along, keepdims=keep)), wrapped(found))

    return apply


def spread(x: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, **more: Any) -> Any:
    """The variance, unbiased unless told otherwise."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    correction = more.get("correction", 1 if unbiased is None or unbiased else 0)
    along, keep = axis_of(dim, more.get("axis")), bool(keepdim or more.get("keepdims"))
    return wrapped(np.var(plain(x), axis=along, ddof=int(correction), keepdims=keep))


def softmax(x: Any, dim: Any = -1, **more: Any) -> Any:
    dim = more.get("axis", dim)
    made = np.exp(x - np.max(x, axis=dim, keepdims=True))
    return wrapped(made / np.sum(made, axis=dim, keepdims=True))


def log_softmax(x: Any, dim: Any = -1, **more: Any) -> Any:
    return wrapped(np.log(softmax(x, more.get("axis", dim))))


def sized(args: tuple[Any, ...]) -> tuple[int, ...]:
    found = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
    return tuple(int(each) for each in found)


def expand(x: Any, *args: Any) -> Any:
    wanted = sized(args)
    old = (1,) * (len(wanted) - np.ndim(x)) + np.shape(x)
    return wrapped(np.broadcast_to(x, tuple(o if n == -1 else n for n, o in zip(wanted, old, strict=True))).copy())


def transpose(x: Any, first: int = 0, second: int = 1) -> Any:
    return np.swapaxes(x, first, second)


def permute(x: Any, *args: Any) -> Any:
    return np.transpose(x, sized(args))


def size(x: Any, dim: Any = None) -> Any:
    return tuple(np.shape(x)) if dim is None else np.shape(x)[dim]


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    end = end_dim % np.ndim(x)
    return np.reshape(x, (*np.shape(x)[:start_dim], -1, *np.shape(x)[end + 1 :]))


def one_hot(x: Any, num_classes: int = -1) -> Any:
    where = np.asarray(x).astype(int)
    return wrapped(np.eye(int(where.max()) + 1 if num_classes == -1 else num_classes, dtype=int)[where])


def gather(x: Any, dim: int, index: Any) -> Any:
    return wrapped(np.take_along_axis(plain(x), plain(index).astype(int), dim))


def scatter(adds: bool) -> Callable[..., Any]:
    def apply(x: Any, dim: int, index: Any, src: Any = 1.0, value: Any = None) -> Any:
        where = plain(index).astype(int)
        places = list(np.indices(where.shape))
        places[dim] = where
        given = np.broadcast_to(plain(src if value is None else value), where.shape)
        if adds:
            np.add.at(x, tuple(places), given)
        else:
            x[tuple(places)] = given
        return x

    return apply


def index_add(x: Any, dim: int, index: Any, source: Any, alpha: float = 1) -> Any:
    np.add.at(np.moveaxis(x, dim, 0), plain(index).astype(int), alpha * np.moveaxis(plain(source), dim, 0))
    return x


def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    return wrapped(np.where(plain(mask).astype(bool), value, x))


def in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(x: Any, *args: Any, **named: Any) -> Any:
        x[...] = function(x, *args, **named)
        return x

    return apply


def backward(x: Any, gradient: Any = None, **_: Any) -> None:
    """Hands a gradient back through the functions that made a tensor. Raises UnreadError for any other."""
    if getattr(x, "creator", None) is None:
        raise UnreadError("PyTorch's own backward() is not run: a pass written by hand is graded")
    kind, context, args = x.creator
    up = np.ones(np.shape(x)).view(Tensor) if gradient is None else gradient
    handed = kind.find("backward")(context, up)
    for arg, back in zip(args, handed if isinstance(handed, tuple) else (handed,), strict=False):
        if isinstance(arg, Tensor) and back is not None:
            part = summed_to(back, np.shape(arg))
            arg.grad = part if arg.grad is None else arg.grad + part
            if arg.creator is not None:
                backward(arg, part)


def summed_to(value: Any, shape: tuple[int, ...]) -> Any:
    """Returns a gradient in the shape of its input, as PyTorch does where one is broadcast. Raises RuntimeError."""
    if np.shape(value) == shape:
        return value
    try:
        fits = np.broadcast_shapes(shape, np.shape(value)) == np.shape(value)
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(f"an invalid gradient - got {list(np.shape(value))} but expected shape {list(shape)}")
    extra = np.ndim(value) - len(shape)
    axes = (*range(extra), *(i + extra for i, n in enumerate(shape) if n == 1 != np.shape(value)[i + extra]))
    return wrapped(np.sum(plain(value), axis=axes).reshape(shape))


def applied(kind: Class, *args: Any, **named: Any) -> Any:
    """`Kind.apply(...)` of an `autograd.Function`."""
    context, forward, later = Context(len(args)), kind.find("forward"), kind.find("setup_context")
    if later is not None:
        made = forward(*args, **named)
        later(context, args, made)
    else:
        made = forward(context, *args, **named)
    if isinstance(made, np.ndarray):
        made = np.array(made).view(Tensor)
        made.creator = (kind, context, args)  # type: ignore[attr-defined]
    return made


def same(x: Any, *_: Any, **__: Any) -> Any:
    return x


def cross_entropy(x: Any, target: Any, reduction: str = "mean", **_: Any) -> Any:
    return nll_loss(log_softmax(x, 1), target, reduction)


def nll_loss(logs: Any, target: Any, reduction: str = "mean", **_: Any) -> Any:
    found = -plain(logs)[np.arange(len(logs)), plain(target).astype(int)]
    return wrapped(found.mean() if reduction == "mean" else found.sum() if reduction == "sum" else found)


def joined(parts: Any, dim: int = 0, **more: Any) -> Any:
    return wrapped(np.concatenate([plain(each) for each in parts], axis=more.get("axis", dim)))


def stacked(parts: Any, dim: int = 0, **more: Any) -> Any:
    return wrapped(np.stack([plain(each) for each in parts], axis=more.get("axis", dim)))


def chunk(x: Any, chunks: int, dim: int = 0) -> Any:
    return tuple(np.array_split(x, chunks, axis=dim))


def split(x: Any, length: Any, dim: int = 0) -> Any:
    if isinstance(length, int):
        return tuple(np.split(x, range(length, np.shape(x)[dim], length), axis=dim))
    return tuple(np.split(x, np.cumsum(length)[:-1], axis=dim))


def elementwise(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *args, **named: wrapped(function(plain(x), *map(plain, args)))


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def added(x: Any, y: Any, alpha: float = 1) -> Any:
    return x + alpha * y


def taken_away(x: Any, y: Any, alpha: float = 1) -> Any:
    return x - alpha * y


def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    return wrapped(np.clip(plain(x), min, max))


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


def class_attribute(kind: Class, name: str) -> Any:
    """Returns `apply` of an `autograd.Function`; None for any other name."""
    if name == "apply" and "autograd.Function" in kind.kinds:
        return lambda *args, **named: applied(kind, *args, **named)
    return None
