"""Gates of the parts of a matrix: its diagonal, its triangles; and the Kronecker and cross products."""

from __future__ import annotations

from functools import cache
from typing import Any

from cgviz.ops.coded import FUNCTIONS, coded, ours
from cgviz.ops.op import Op, register
from cgviz.ops.rearranging import whole
from cgviz.values.arrays import Shape, numpy, shape_of, shape_text

NUMPY = "NumPy reference, numpy.{}; its transpose is the rule"


@cache
def triangle(name: str, offset: int = 0) -> Op:
    """Returns the op that keeps the lower (tril) or upper (triu) triangle of each matrix."""

    def shapes(shape: Shape) -> Shape:
        if len(shape) < 2:
            raise ValueError("a matrix is needed")
        return shape

    return Op(
        name=name,
        code=coded(f"np.{name}({{0}}{f', {offset}' if offset else ''})"),
        forward=lambda x: getattr(numpy(), name)(x, offset),
        shapes=shapes,
        vjp=lambda up, out, x: (triangle(name, offset)(up),),
        glyph="◣" if name == "tril" else "◥",
        spell=lambda notation, x: notation.along(name, x, str(offset) if offset else ""),
        by="index rule",
        gate="picks",
        says="passes on the gradient of the elements that are kept; the others get 0",
        source=NUMPY.format(name),
        parameter=(name, offset),
        options=lambda offset=0: triangle(name, whole(offset)),
        statics=("offset",),
        moves=True,
    )


@cache
def diagonal(offset: int = 0) -> Op:
    """Returns the op for the diagonal of each matrix."""

    def shapes(shape: Shape) -> Shape:
        if len(shape) < 2:
            raise ValueError("a matrix is needed")
        return tuple(numpy().diagonal(numpy().broadcast_to(0.0, shape), offset, -2, -1).shape)

    return Op(
        name="diagonal",
        code=coded(f"np.diagonal({{0}}, {offset}, -2, -1)"),
        forward=lambda x: numpy().diagonal(x, offset, -2, -1).copy(),
        shapes=shapes,
        vjp=lambda up, out, x: (on_diagonal(offset, shape_of(x))(up),),
        glyph="diag",
        stem="diag",
        spell=lambda notation, x: notation.along("diagonal", x, str(offset) if offset else ""),
        by="index rule",
        gate="picks",
        says="hands the gradient back to the diagonal; the other elements get 0",
        source=NUMPY.format("diagonal"),
        parameter=offset,
        options=lambda offset=0: diagonal(whole(offset)),
        statics=("offset",),
        moves=True,
    )


@cache
def on_diagonal(offset: int = 0, shape: Shape | None = None) -> Op:
    """Returns the op that puts vectors on the diagonal of matrices of zeros, of that shape or as small as fits."""

    def lengths(vector: Shape) -> Shape:
        if not vector:
            raise ValueError("a vector is needed")
        n = vector[-1] + abs(offset)
        return shape or (*vector[:-1], n, n)

    def forward(v: Any) -> Any:
        np = numpy()
        made = np.zeros(lengths(np.shape(v)), np.result_type(v, float))
        at = np.arange(np.shape(v)[-1])
        made[..., at + max(-offset, 0), at + max(offset, 0)] = v
        return made

    return Op(
        name="diag_embed",
        code=ours(f"on_diagonal({{0}}, {{goal}}, {offset})")
        if shape
        else coded(f"np.diag({{0}}, {offset})", f"torch.diag_embed({{0}}, {offset})"),
        helper=FUNCTIONS["on_diagonal"],
        forward=forward,
        shapes=lengths,
        vjp=lambda up, out, v: (diagonal(offset)(up),),
        glyph="diag",
        stem="diag",
        spell=lambda notation, v: notation.along("diag", v, str(offset) if offset else ""),
        by="index rule",
        gate="picks",
        says="takes the gradient of the diagonal",
        source=NUMPY.format("diag"),
        parameter=(offset, shape),
        options=lambda offset=0: on_diagonal(whole(offset)),
        statics=("offset",),
        moves=True,
    )


@cache
def diag(offset: int = 0) -> Op:
    """Returns the op of `diag(x)`: the diagonal of a matrix, or of a vector the matrix that has it as its diagonal."""

    def meant(shape: Shape | None) -> Op:
        if shape is not None and len(shape) not in (1, 2):
            raise ValueError(f"diag takes a vector or a matrix, not {shape_text(shape)}; diagonal takes stacks of them")
        return on_diagonal(offset) if shape is not None and len(shape) == 1 else diagonal(offset)

    def back(up: Any, x: Any) -> Any:
        shape = shape_of(x)
        if shape is None:
            return diag(offset)(up)
        return diagonal(offset)(up) if len(shape) == 1 else on_diagonal(offset, shape)(up)

    return Op(
        name="diag",
        code=coded("np.diag({0}%s)" % (f", {offset}" if offset else "")),
        forward=lambda x: meant(numpy().shape(x)).forward(x),
        shapes=lambda shape: meant(shape).shapes(shape),  # type: ignore[misc]
        vjp=lambda up, out, x: (back(up, x),),
        spell=lambda notation, x: notation.along("diag", x, str(offset) if offset else ""),
        by="index rule",
        gate="picks",
        says="hands the gradient back along the diagonal; what is off it gets 0",
        source=NUMPY.format("diag"),
        parameter=offset,
        options=lambda offset=0: diag(whole(offset)),
        statics=("offset",),
        moves=True,
    )


def kron_shape(a: Shape, b: Shape) -> Shape:
    rank = max(len(a), len(b))
    wide = zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True)
    return tuple(n * m for n, m in wide)


def kron_vjp(up: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Sums the blocks of the gradient against b, and against a."""
    from cgviz.ops.rearranging import back_to
    from cgviz.ops.reductions import total

    one, two = shape_of(a), shape_of(b)
    if one is None or two is None:
        return total()(up * b), total()(up * a)
    rank = max(len(one), len(two))
    outer, inner = (1,) * (rank - len(one)) + one, (1,) * (rank - len(two)) + two
    blocks = back_to(tuple(n for pair in zip(outer, inner, strict=True) for n in pair))(up)
    by_a = back_to(tuple(n for m in inner for n in (1, m)))(b)
    by_b = back_to(tuple(n for m in outer for n in (m, 1)))(a)
    odd, even = tuple(range(1, 2 * rank, 2)), tuple(range(0, 2 * rank, 2))
    return back_to(one)(total(odd)(blocks * by_a)), back_to(two)(total(even)(blocks * by_b))


KRON: Op = register(
    Op(
        name="kron",
        code=coded("np.kron({0}, {1})"),
        arity=(2, 2),
        forward=lambda a, b: numpy().kron(a, b),
        shapes=kron_shape,
        vjp=kron_vjp,
        jvp=lambda tangents, out, a, b: KRON(tangents[0], b) + KRON(a, tangents[1]),
        glyph="⊗",
        spell=lambda notation, a, b: notation.kronecker(a, b),
        by="product rule",
        gate="swaps",
        says="swaps its inputs: each element gets the sum of its block of the gradient times the other matrix",
        source="Petersen & Pedersen, The Matrix Cookbook, section 10.2",
        opens=lambda a, b: numpy().kron(a, b),
    )
)


def cross_shape(a: Shape, b: Shape) -> Shape:
    from cgviz.values.arrays import broadcast

    if not a or not b or a[-1] != 3 or b[-1] != 3:
        raise ValueError("cross takes vectors of three elements")
    return broadcast([a, b])


def cross_vjp(up: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    from cgviz.ops.rearranging import folded_to

    one, two = CROSS(b, up), CROSS(up, a)
    return folded_to(one, shape_of(a) or (3,)), folded_to(two, shape_of(b) or (3,))


def torch_cross(a: Shape, b: Shape) -> str:
    """Returns the product in PyTorch, which wants as many axes in both."""
    both = "{0}, {1}" if len(a) == len(b) else "*torch.broadcast_tensors({0}, {1})"
    return f"torch.linalg.cross({both})"


CROSS: Op = register(
    Op(
        name="cross",
        code=coded("np.cross({0}, {1})", torch_cross),
        arity=(2, 2),
        forward=lambda a, b: numpy().cross(a, b),
        shapes=cross_shape,
        vjp=cross_vjp,
        jvp=lambda tangents, out, a, b: CROSS(tangents[0], b) + CROSS(a, tangents[1]),
        glyph="×",
        marks=("", "x"),
        spell=lambda notation, a, b: notation.along("cross", f"{a}{notation.comma}{b}", ""),
        by="product rule",
        gate="swaps",
        says="swaps its inputs: b × gradient to the first, gradient × a to the second",
        source="NumPy reference, numpy.cross",
        opens=lambda a, b: numpy().cross(a, b),
    )
)

TRIL, TRIU = register(triangle("tril")), register(triangle("triu"))
DIAGONAL, DIAG_EMBED, DIAG = register(diagonal()), register(on_diagonal()), register(diag())
