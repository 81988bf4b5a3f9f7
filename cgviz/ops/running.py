"""Gates that run along an axis: cumsum, cumprod, and the product of all elements."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from cgviz.ops.coded import FUNCTIONS, coded, flattened
from cgviz.ops.moving import flipped
from cgviz.ops.op import Op, register
from cgviz.ops.opening import along as each_line
from cgviz.ops.opening import times
from cgviz.ops.rearranging import back_to, place_of_axis, size, whole
from cgviz.ops.reductions import Axis, axes_of, family, reduced, spelled, spread_back, total
from cgviz.ops.whole import final
from cgviz.values.arrays import Shape, is_sound, numpy, shape_of
from cgviz.values.wide import Wide, running, within

NUMPY = "NumPy reference, numpy.{}"


def along(axis: int | None) -> Any:
    def shapes(shape: Shape) -> Shape:
        if axis is None:
            return (size(shape),)
        place_of_axis(axis, len(shape))
        return shape

    return shapes


def one_axis(axis: Any) -> int | None:
    return None if axis is None else whole(axis)


def option(axis: int | None) -> str:
    return "" if axis is None else f"axis={axis}"


@cache
def cumsum(axis: int | None = None) -> Op:
    """Returns the running sums along an axis; without one, of all elements in their order."""
    turned = flipped(0 if axis is None else axis)
    return Op(
        name="cumsum",
        code=flattened("np.cumsum({0}{options})", axis),
        forward=lambda x: numpy().cumsum(x, axis=axis),
        shapes=along(axis),
        vjp=lambda up, out, x: (in_shape(turned(cumsum(axis)(turned(up))), x),),
        glyph="Σ→",
        stem="cum",
        spell=lambda notation, x: notation.along("cumsum", x, option(axis)),
        by="sum rule",
        gate="distributes",
        says="hands to each element the gradients of all sums that it is part of",
        source=NUMPY.format("cumsum"),
        parameter=axis,
        options=lambda axis=None: cumsum(one_axis(axis)),
        statics=("axis",),
    )


def in_shape(value: Any, x: Any) -> Any:
    return value if shape_of(value) == shape_of(x) else back_to(shape_of(x))(value)


def products_without(x: Any, up: Any, axis: int) -> Any:
    """Returns what running products hand back, without dividing: right also where an element is 0.

    Behind element i stands (product before i) · rest, where rest(i) = up(i) + x(i+1) · rest(i+1).
    """
    np = numpy()
    x, up = np.moveaxis(np.asarray(x, dtype=float), axis, -1), Wide(np.moveaxis(np.asarray(up, dtype=float), axis, -1))
    rest = [up[..., i] for i in range(x.shape[-1])]
    factors = Wide(x)
    for i in range(len(rest) - 2, -1, -1):
        rest[i] = rest[i] + factors[..., i + 1] * rest[i + 1]
    before = running(np.concatenate([np.ones_like(x[..., :1]), x[..., :-1]], -1))
    made = [(before[..., i] * each).value for i, each in enumerate(rest)]
    return np.moveaxis(np.stack(made, -1) if made else x, -1, axis)


def flat(x: Any, axis: int | None) -> Any:
    return x if axis is not None or len(shape_of(x) or ()) == 1 else back_to(None)(x)


def of_code(name: str, count: int, parameter: int, forward: Any) -> Op:
    """Returns a gate that is a function of our own in written code."""
    return Op(
        name=name,
        code=dict.fromkeys(("numpy", "torch", "jax"), f"{name}({{all}}, {parameter})"),
        helper=FUNCTIONS[name],
        arity=(count, count),
        forward=forward,
        shapes=lambda *shapes: shapes[0],
        vjp=final,
        spell=lambda notation, *xs: notation.along(name, notation.comma.join(map(str, xs)), f"axis={parameter}"),
        parameter=parameter,
    )


@cache
def products_back(axis: int) -> Op:
    """Returns the op of (gradient, x) for what running products of x hand back."""
    return of_code("products_back", 2, axis, lambda up, x: products_without(x, up, axis))


@cache
def others_along(axis: int) -> Op:
    """Returns the op for the product of the other elements along an axis."""
    return of_code("others", 1, axis, lambda x: others(x, (axis,)))


@cache
def cumprod(axis: int | None = None) -> Op:
    """Returns the running products along an axis; without one, of all elements in their order."""
    turned = flipped(0 if axis is None else axis)

    def products_along(x: Any) -> Any:
        np = numpy()
        flat, at = (np.ravel(x), 0) if axis is None else (x, axis)
        return within(
            lambda: np.cumprod(flat, axis=at), lambda: np.moveaxis(running(np.moveaxis(flat, at, -1)).value, -1, at)
        )

    def taught(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (in_shape(turned(cumsum(axis)(turned(up * out))), x) / x,)

    def written(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (in_shape(products_back(0 if axis is None else axis)(up, flat(x, axis)), x),)

    def careful(up: Any, out: Any, x: Any) -> tuple[Any]:
        np = numpy()
        flat = np.ravel(x) if axis is None else x
        at = 0 if axis is None else axis
        without = partial(products_without, flat, up, at)
        if not np.all(flat) or not is_sound(out):
            return (in_shape(without(), x),)
        back = partial(np.flip, axis=at)
        return (in_shape(within(lambda: back(np.cumsum(back(up * out), at)) / flat, without), x),)

    return Op(
        name="cumprod",
        code=flattened("np.cumprod({0}{options})", axis),
        forward=products_along,
        shapes=along(axis),
        vjp=taught,
        stable=careful,
        careful=written,
        again=taught,
        jvp=lambda tangents, out, x: out * cumsum(axis)(tangents[0] / x),
        glyph="Π→",
        spell=lambda notation, x: notation.along("cumprod", x, option(axis)),
        by="product rule",
        gate="scales",
        says="scales the gradient of each product by the other factors, and sums over all products that it is part of",
        source="PyTorch, torch.cumprod",
        parameter=axis,
        options=lambda axis=None: cumprod(one_axis(axis)),
        statics=("axis",),
    )


def others(x: Any, axes: tuple[int, ...], by: Any = 1.0) -> Any:
    """Returns for each element `by` · the product of the other ones along the axes, without dividing."""
    np = numpy()
    x = np.asarray(x, dtype=float)
    rank = x.ndim - len(axes)
    last = np.moveaxis(x, axes, range(rank, x.ndim))
    flat = last.reshape(*last.shape[:rank], size(last.shape[rank:]))
    one = np.ones((*flat.shape[:-1], 1))
    before = np.concatenate([one, flat[..., :-1]], -1)[..., : flat.shape[-1]]
    after = np.flip(np.concatenate([flat[..., 1:], one], -1)[..., : flat.shape[-1]], -1)
    whole = np.moveaxis(np.broadcast_to(by, x.shape), axes, range(rank, x.ndim)).reshape(flat.shape)

    def plain() -> Any:
        return whole * (np.cumprod(before, -1) * np.flip(np.cumprod(after, -1), -1))

    def beyond() -> Any:
        behind = running(after)[..., ::-1]
        return (Wide(whole) * (running(before) * behind)).value

    return np.moveaxis(within(plain, beyond).reshape(last.shape), range(rank, x.ndim), axes)


def product_along(x: Any, axis: Axis, keepdims: bool) -> Any:
    """Returns the product along axes; right wherever it is a normal number."""
    np = numpy()

    def beyond() -> Any:
        axes = axes_of(axis, np.ndim(x))
        rank = np.ndim(x) - len(axes)
        last = np.moveaxis(x, axes, range(rank, np.ndim(x)))
        made = running(last.reshape(*last.shape[:rank], -1))[..., -1].value
        return np.expand_dims(made, axes) if keepdims else made

    return within(lambda: np.prod(x, axis=axis, keepdims=keepdims), beyond)


def torch_product(axis: Axis) -> str:
    """Returns the product in PyTorch, which takes one axis at a time."""
    if not isinstance(axis, tuple):
        return "torch.prod({0}{options})"
    return "{0.atom}" + "".join(f".prod({each}, keepdim=True)" for each in axis) + f".squeeze({axis})"


@cache
def product_of(axis: Axis = None, keepdims: bool = False) -> Op:
    """Returns the product of the elements along axes."""

    def careful(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (others(x, axes_of(axis, numpy().ndim(x)), spread_back(up, x, axis, keepdims)),)

    def taught(up: Any, out: Any, x: Any) -> tuple[Any]:
        return (spread_back(up * out, x, axis, keepdims) / x,)

    def written(up: Any, out: Any, x: Any) -> tuple[Any]:
        if isinstance(axis, tuple):
            return taught(up, out, x)
        rest = in_shape(others_along(0 if axis is None else axis)(flat(x, axis)), x)
        return (spread_back(up, x, axis, keepdims) * rest,)

    def tangent(tangents: Any, out: Any, x: Any) -> Any:
        if hasattr(x, "write") or hasattr(x, "builder"):
            return out * total(axis, keepdims)(tangents[0] / x)
        return total(axis, keepdims)(others(x, axes_of(axis, numpy().ndim(x)), tangents[0]))

    return Op(
        name="prod",
        code=coded("np.prod({0}{options})", torch_product(axis)),
        forward=lambda x: product_along(x, axis, keepdims),
        shapes=reduced(axis, keepdims),
        vjp=taught,
        stable=careful,
        careful=written,
        again=taught,
        jvp=tangent,
        glyph="Π",
        spell=spelled("prod", axis, keepdims),
        by="product rule",
        gate="scales",
        says="scales the gradient for each element by the product of the other ones",
        source="PyTorch, torch.prod",
        parameter=(axis, keepdims),
        options=family(product_of),
        statics=("axis", "keepdims"),
        opens=lambda x: each_line(times, x, axes_of(axis, x.ndim), keepdims),
    )


CUMSUM, CUMPROD, PROD = register(cumsum()), register(cumprod()), register(product_of())
