"""Every op for arrays in every form that it has, as a program of one stage, and the same as a function of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

Shape = tuple[int, ...]
SHAPES: tuple[Shape, ...] = ((3,), (1,), (2, 3), (1, 3), (3, 1), (2, 1, 3), (2, 3, 2), (2, 2, 1, 2))
EMPTY: tuple[Shape, ...] = ((0,), (0, 3), (2, 0), (2, 0, 3))
NAMES = "abcde"


@dataclass(frozen=True)
class Case:
    """A program of one op whose inputs are a, b, c ... of these shapes, and the function that PyTorch has for it.

    spread   how large the numbers of its inputs are; `made` makes them instead
    smooth   whether central differences know the slope there; `singular` where there is no inverse
    """

    text: str
    shapes: tuple[Shape, ...]
    torch: Callable[..., Any]
    spread: float = 1.0
    made: Callable[[np.random.Generator], tuple[Any, ...]] | None = None
    smooth: bool = True
    singular: bool = False

    def inputs(self, seed: int = 0) -> dict[str, Any]:
        random = np.random.default_rng(seed)
        if self.made:
            arrays = self.made(random)
        else:
            arrays = tuple(self.spread * random.normal(size=shape) for shape in self.shapes)
        return {name: value if np.ndim(value) else float(value) for name, value in zip(NAMES, arrays, strict=False)}


def axes_of(rank: int) -> Iterator[Any]:
    """Yields None, every axis counted from both ends, and every set of several."""
    yield None
    yield from range(-rank, rank)
    if rank > 1:
        yield (0, 1)
        yield (-1, 0)
    if rank > 2:
        yield (0, 2)
        yield tuple(range(rank))


def every(axis: Any, rank: int) -> tuple[int, ...]:
    return tuple(range(rank)) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def reductions(torch: Any) -> Iterator[Case]:
    functions: dict[str, Callable[..., Any]] = {
        "sum": lambda x, axes, keep: x.sum(axes, keep),
        "mean": lambda x, axes, keep: x.mean(axes, keep),
        "max": lambda x, axes, keep: x.amax(axes, keep),
        "min": lambda x, axes, keep: x.amin(axes, keep),
        "logsumexp": lambda x, axes, keep: torch.logsumexp(x, axes, keep),
        "norm": lambda x, axes, keep: torch.linalg.vector_norm(x, dim=axes, keepdim=keep),
    }
    for name, function in functions.items():
        for shape in (*SHAPES, *EMPTY):
            for axis in axes_of(len(shape)):
                axes = every(axis, len(shape))
                if name in ("max", "min", "logsumexp") and not all(shape[i] for i in axes):
                    continue
                for keep in (False, True):
                    options = ", ".join([f"axis={axis}"] * (axis is not None) + ["keepdims=True"] * keep)
                    text = f"{name}(a{', ' + options if options else ''})"
                    smooth = name != "norm" or all(shape)
                    yield Case(
                        text, (shape,), lambda x, f=function, axes=axes, keep=keep: f(x, axes, keep), smooth=smooth
                    )


def shares(torch: Any) -> Iterator[Case]:
    for name in ("softmax", "log_softmax"):
        function = getattr(torch, name)
        for shape in (*SHAPES, *EMPTY):
            for axis in range(-len(shape), len(shape)):
                yield Case(f"{name}(a, axis={axis})", (shape,), lambda x, f=function, axis=axis: f(x, axis))
            yield Case(f"{name}(a)", (shape,), lambda x, f=function: f(x, -1))


RESHAPES: tuple[tuple[Shape, str, Shape], ...] = (
    ((6,), "(2, 3)", (2, 3)), ((2, 3), "-1", (-1,)), ((2, 3), "(3, -1)", (3, -1)),
    ((2, 3), "(1, 2, 3, 1)", (1, 2, 3, 1)), ((1,), "(1, 1)", (1, 1)), ((2, 2, 2), "(4, 2)", (4, 2)),
    ((0, 3), "(3, 0)", (3, 0)), ((2, 0), "-1", (-1,)),
    ((), "(1,)", (1,)), ((), "(1, 1)", (1, 1)), ((1, 1), "()", ()), ((4,), "(2, 2)", (2, 2)),
)  # fmt: skip
KEYS: tuple[tuple[Shape, str], ...] = (
    ((4,), "0"), ((4,), "-1"), ((4,), "1:3"), ((4,), "::2"), ((4,), "::-1"), ((4,), "-3:-1"), ((4,), "3:1"),
    ((4,), ":"), ((4,), "..."), ((4,), "None"), ((4,), ":, None"), ((4,), "3:0:-2"), ((4,), "1:100"), ((3, 4), "1"),
    ((3, 4), "1, 2"), ((3, 4), "-1, -2"), ((3, 4), ":, 1"), ((3, 4), "1:, ::2"), ((3, 4), "..., 0"),
    ((3, 4), "None, 1:2, :"), ((3, 4), "::-1, 1"), ((2, 3, 4), "1, ..., -1"), ((2, 3, 4), ":, 1"),
    ((2, 3, 4), "..., None"),
    ((2, 3, 4), "0, 1, 2"), ((2, 3, 4), "1, :, ::-2"), ((1, 3), "0"), ((0, 3), ":, 1"),
    ((0, 3), "::-1"), ((2, 0), "1"), ((3, 1), ":, 0"),
)  # fmt: skip


def movers(torch: Any) -> Iterator[Case]:
    for shape, text, new in RESHAPES:
        yield Case(f"reshape(a, {text})", (shape,), lambda x, new=new: x.reshape(new))
    for shape in (*SHAPES, *EMPTY):
        yield Case("a.T", (shape,), lambda x: x.permute(*reversed(range(x.ndim))))
        for order in permutations(range(len(shape))):
            for axes in (order, tuple(axis - len(shape) for axis in order)):
                yield Case(f"transpose(a, {axes})", (shape,), lambda x, axes=axes: x.permute(axes))
    for shape, key in KEYS:
        yield Case(f"a[{key}]", (shape,), lambda x, key=key: picked(torch, x, key))
    for count in (1, 2, 3):
        for shape in ((), (1,), (3,), (2, 3), (0,), (2, 0)):
            names = ", ".join(NAMES[:count])
            yield Case(f"[{names}]", (shape,) * count, lambda *xs: torch.stack(xs))
    for shapes, axis in (
        (((2,), (3,)), 0), (((2,), (3,), (1,)), -1), (((2, 3), (1, 3)), 0), (((2, 3), (2, 1), (2, 2)), 1),
        (((2, 3, 1), (2, 3, 2)), -1), (((2, 3, 2), (2, 1, 2)), -2), (((0,), (2,)), 0), (((2, 0), (2, 3)), 1),
        (((0, 3), (0, 3)), 0), (((2, 3),), 0), (((3,), (3,), (3,), (3,)), 0),
    ):  # fmt: skip
        text = f"concat([{', '.join(NAMES[: len(shapes)])}], axis={axis})"
        yield Case(text, shapes, lambda *xs, axis=axis: torch.cat(xs, axis))
    for shape in ((4,), (3, 2), (2, 3, 2), (1,), (2, 0)):
        for place in (0, -1, shape[0] - 1):
            yield Case(
                "pick(a, b)",
                (shape, ()),
                lambda x, i: x[int(i.item())] + 0 * i,
                made=lambda random, shape=shape, place=place: (random.normal(size=shape), place),
                smooth=False,
            )


def picked(torch: Any, x: Any, key: str) -> Any:
    """Returns x[key]; a tensor has no negative steps, so that its places are picked by numbers of their own."""
    places = torch.from_numpy(np.array(range(x.numel())).reshape(tuple(x.shape)))
    chosen = eval(f"p[{key}]", {"p": places.numpy()})  # our own table of keys
    return x.reshape(-1)[torch.from_numpy(np.array(chosen, dtype=np.int64))]


LEADS: tuple[tuple[Shape, Shape], ...] = (((), ()), ((2,), (2,)), ((1,), (3,)), ((3,), ()), ((), (2,)), ((2, 1), (3,)))


def products(torch: Any) -> Iterator[Case]:
    """Yields matrix products of every pair of ranks from 1 to 4, leading axes broadcast, lengths 0 and 1 too."""
    pairs: dict[tuple[Shape, Shape], None] = {((3,), (3,)): None, ((1,), (1,)): None, ((0,), (0,)): None}
    for n, k, m in ((2, 3, 4), (1, 3, 1), (3, 1, 2), (2, 0, 3), (0, 2, 3), (2, 2, 0)):
        for left, right in LEADS:
            pairs[(*left, n, k), (*right, k, m)] = None
            pairs[(*left, n, k), (k,)] = None
            pairs[(k,), (*right, k, m)] = None
    for shapes in pairs:
        yield Case("a @ b", shapes, lambda a, b: a @ b)
        if max(map(len, shapes)) <= 2:
            yield Case("dot(a, b)", shapes, lambda a, b: a @ b)
    for shapes in (((2,), (3,)), ((1,), (3,)), ((3,), (1,)), ((0,), (2,)), ((2,), (0,))):
        yield Case("outer(a, b)", shapes, lambda a, b: torch.outer(a, b))


def squares(torch: Any) -> Iterator[Case]:
    for n in (1, 2, 3, 4):
        yield Case("trace(a)", ((n, n),), lambda x: torch.trace(x))
        yield Case("det(a)", ((n, n),), lambda x: torch.linalg.det(x))
        yield Case(
            "inv(a)",
            ((n, n),),
            lambda x: torch.linalg.inv(x),
            made=lambda r, n=n: (r.normal(size=(n, n)) + 2 * np.eye(n),),
        )
    for shape in ((2, 3, 3), (1, 2, 2), (2, 3, 1, 1), (0, 2, 2)):
        made = lambda r, shape=shape: (r.normal(size=shape) + 2 * np.eye(shape[-1]),)  # noqa: E731
        yield Case("det(a)", (shape,), lambda x: torch.linalg.det(x), made=made)
        yield Case("inv(a)", (shape,), lambda x: torch.linalg.inv(x), made=made)
        yield Case("trace(a)", (shape,), lambda x: x.diagonal(dim1=-2, dim2=-1).sum(-1), made=made)
    for rank in (0, 1, 2):
        yield Case(
            "det(a)",
            ((3, 3),),
            cofactors(torch),
            made=lambda r, rank=rank: (r.normal(size=(3, rank)) @ r.normal(size=(rank, 3)),),
            singular=True,
        )


def cofactors(torch: Any) -> Callable[[Any], Any]:
    """Returns the determinant of 3×3 written out, since PyTorch's own has no good gradient at a singular matrix."""
    return lambda x: (torch.linalg.cross(x[0], x[1]) * x[2]).sum()


def corners(torch: Any) -> Iterator[Case]:
    """Yields ties, the origin, large numbers and infinities."""
    ties = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.0, -1.0, 5.0]])
    for name in ("max", "min"):
        amax = getattr(torch, f"a{name}")
        yield Case(f"{name}(a)", ((3, 3),), lambda x, f=amax: f(x), made=lambda r: (ties,), smooth=False)
        for axis in (0, 1):
            text = f"{name}(a, axis={axis})"
            yield Case(text, ((3, 3),), lambda x, f=amax, axis=axis: f(x, axis), made=lambda r: (ties,), smooth=False)
    yield Case("norm(a)", ((3,),), lambda x: torch.linalg.vector_norm(x), made=lambda r: (np.zeros(3),), smooth=False)
    rows = np.array([[0.0, 0.0], [3.0, 4.0], [1e200, 1e200], [1e-200, 1e-200]])
    yield Case(
        "norm(a, axis=1)",
        ((4, 2),),
        lambda x: torch.linalg.vector_norm(x[:2], dim=1),
        made=lambda r: (rows[:2],),
        smooth=False,
    )
    steep = np.array([[800.0, 1.0, -800.0], [1e300, -1e300, 0.0], [-np.inf, 1.0, 2.0], [-np.inf, -np.inf, 3.0]])
    for text, function in (
        ("softmax(a)", lambda x: torch.softmax(x, -1)),
        ("log_softmax(a)", lambda x: torch.log_softmax(x, -1)),
        ("logsumexp(a, axis=1)", lambda x: torch.logsumexp(x, 1)),
        ("logsumexp(a, axis=0)", lambda x: torch.logsumexp(x, 0)),
        ("max(a, axis=1)", lambda x: x.amax(1)),
    ):
        yield Case(text, ((4, 3),), function, made=lambda r: (steep,), smooth=False)


FAMILIES = {
    "reductions": reductions,
    "shares": shares,
    "movers": movers,
    "products": products,
    "squares": squares,
    "corners": corners,
}
