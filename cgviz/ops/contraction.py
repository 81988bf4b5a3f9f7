"""The gate einsum: sums of products over indices, named by letters."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from cgviz.ops.coded import coded
from cgviz.ops.op import Op, register
from cgviz.ops.rearranging import back_to, folded_to, spread
from cgviz.values import wide
from cgviz.values.arrays import Shape, numpy, shape_of

SOURCE = "NumPy reference, numpy.einsum; each operand gets the einsum of the gradient with the others"


def pieces(subscripts: str) -> tuple[tuple[str, ...], str]:
    """Returns the letters of each operand and of the output. Raises ValueError."""
    plain = subscripts.replace(" ", "")
    if not plain or not set(plain) <= set(string.ascii_letters + ",.->"):
        raise ValueError(f"einsum takes letters, as in 'ij,jk->ik', not {subscripts!r}")
    left, arrow, right = plain.partition("->")
    given = tuple(left.split(","))
    if not arrow:
        counts = Counter(letter for each in given for letter in each if letter != ".")
        dots = "..." if "..." in left else ""
        right = dots + "".join(sorted(letter for letter, count in counts.items() if count == 1))
    for letter in right.replace("...", ""):
        if letter not in left or right.count(letter) > 1:
            raise ValueError(f"the index {letter!r} of the output stands in no operand, or twice")
    return given, right


def lettered(given: tuple[str, ...], right: str, ranks: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    """Returns the letters with the dots written out, for operands of these ranks. Raises ValueError."""
    free = [
        letter for letter in string.ascii_uppercase + string.ascii_lowercase if letter not in "".join((*given, right))
    ]
    spans = [rank - len(each.replace("...", "")) for each, rank in zip(given, ranks, strict=True) if "..." in each]
    most = max(spans, default=0)
    dots = "".join(free[:most])
    found = []
    for each, rank in zip(given, ranks, strict=True):
        count = rank - len(each.replace("...", ""))
        if count < 0 or (count and "..." not in each):
            raise ValueError(f"{each!r} names {len(each)} axes, and its operand has {rank}")
        found.append(each.replace("...", dots[most - count :]))
    return tuple(found), right.replace("...", dots)


def lengths_of(given: tuple[str, ...], shapes: tuple[Shape, ...]) -> dict[str, int]:
    """Returns the length of every index. Raises ValueError."""
    found: dict[str, int] = {}
    for letters, shape in zip(given, shapes, strict=True):
        for letter, n in zip(letters, shape, strict=True):
            if found.setdefault(letter, n) not in (n, 1) and n != 1:
                raise ValueError(f"the index {letter!r} has length {found[letter]} and {n}")
            found[letter] = max(found[letter], n)
    return found


@cache
def einsum(subscripts: str = "i->", count: int | None = None) -> Op:
    """Returns the op `einsum(subscripts, ...)`."""
    given, right = pieces(subscripts)

    def spelled_out(shapes: tuple[Shape | None, ...]) -> tuple[tuple[str, ...], str]:
        if "..." not in subscripts or None in shapes:
            return given, right
        return lettered(given, right, tuple(len(shape or ()) for shape in shapes))

    def shapes(*operands: Shape) -> Shape:
        if "..." in "".join(given) and "..." not in right:
            raise ValueError("the axes of '...' are no part of the output; letters in their place are summed over")
        letters, out = lettered(given, right, tuple(map(len, operands)))
        known = lengths_of(letters, operands)
        return tuple(known[letter] for letter in out)

    def vjp(up: Any, out: Any, *operands: Any) -> tuple[Any, ...]:
        known = tuple(shape_of(operand) for operand in operands)
        letters, result = spelled_out(known)
        return tuple(handed(up, letters, result, operands, known, slot) for slot in range(len(operands)))

    def jvp(tangents: Any, out: Any, *operands: Any) -> Any:
        made = None
        for slot, tangent in enumerate(tangents):
            if type(tangent) in (int, float) and tangent == 0:
                continue
            term = einsum(subscripts)(*operands[:slot], tangent, *operands[slot + 1 :])
            made = term if made is None else made + term
        return 0.0 * out if made is None else made

    def spell(notation: Any, *operands: Any) -> Any:
        return notation.along("einsum", notation.comma.join([f"'{subscripts}'", *map(str, operands)]), "")

    return Op(
        name="einsum",
        code=coded("np.einsum({op.parameter!r}, {all})"),
        arity=(len(given), len(given)),
        forward=lambda *xs: summed(subscripts, list(map(numpy().asarray, xs)), given, right),
        opens=lambda *xs: numpy().einsum(subscripts, *xs),
        shapes=shapes,
        vjp=vjp,
        jvp=jvp,
        glyph="Σ",
        stem="ein",
        spell=spell,
        by="product rule, summed over the indices",
        gate="swaps",
        says="swaps its inputs: each gets the gradient contracted with the other ones",
        source=SOURCE,
        parameter=subscripts,
        options=lambda subscripts: einsum(str(subscripts)),
        statics=("subscripts",),
        operands=None,
    )


def summed(subscripts: str, operands: Sequence[Any], given: tuple[str, ...], right: str) -> Any:
    """Returns the einsum; with room for what several factors come to on the way to a number that is in range."""
    if len(operands) > 2 and not wide.is_roomy(operands):
        letters, out = lettered(given, right, tuple(each.ndim for each in operands))
        found = wide.contracted(letters, out, operands)
        if found is not None:
            return found
    return numpy().einsum(subscripts, *operands, optimize=len(operands) > 2)


def handed(
    up: Any, letters: tuple[str, ...], result: str, operands: tuple[Any, ...], known: tuple[Any, ...], slot: int
) -> Any:
    """Returns what one operand gets: the einsum of the gradient with the others, repeated along its own indices."""
    mine, others = letters[slot], [each for i, each in enumerate(letters) if i != slot]
    if known[slot] is None:
        own = [operand for i, operand in enumerate(operands) if i != slot]
        there = set(result).union(*others)
        whole = set(mine) <= there and (len(set(mine)) == len(mine) or "." in mine)
        return einsum(f"{','.join([result, *others])}->{mine}")(up, *own) if whole else up
    there = set(result).union(*others)
    plain = "".join(dict.fromkeys(letter for letter in mine if letter in there))
    factors = [up, *(operand for i, operand in enumerate(operands) if i != slot)]
    made = einsum(f"{','.join([result, *others])}->{plain}")(*factors)
    lengths = dict(zip(mine, known[slot], strict=True))
    made = as_long(made, tuple(lengths[letter] for letter in plain))
    if plain == mine:
        return made
    distinct = "".join(dict.fromkeys(mine))
    if plain != distinct:
        wide = back_to(tuple(lengths[letter] if letter in plain else 1 for letter in distinct))(made)
        made = spread(tuple(lengths[letter] for letter in distinct))(wide)
    if distinct == mine:
        return made
    return on_repeated(made, mine, distinct, lengths)


def as_long(made: Any, lengths: Shape) -> Any:
    """Returns an array in these lengths: summed where only the other operands have more, repeated where they have 1."""
    narrow = tuple(map(min, lengths, shape_of(made) or lengths))
    made = folded_to(made, narrow)
    return made if narrow == lengths else spread(lengths)(made)


def on_repeated(made: Any, mine: str, distinct: str, lengths: dict[str, int]) -> Any:
    """Returns the gradient of an operand in which an index stands twice: only its diagonal is not 0."""
    np = numpy()
    free = iter(letter for letter in string.ascii_letters if letter not in mine)
    seen: set[str] = set()
    target, eyes, factors = "", [], []
    for letter in mine:
        if letter in seen:
            new = next(free)
            eyes.append(letter + new)
            factors.append(np.eye(lengths[letter]))
            target += new
        else:
            seen.add(letter)
            target += letter
    return einsum(f"{','.join([distinct, *eyes])}->{target}")(made, *factors)


EINSUM = register(einsum())
