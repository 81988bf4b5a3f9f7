"""Right backward passes of array programs, written by hand in NumPy, and how to spoil one line of them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

SHAPES = {
    "W": (3, 4), "x": (4,), "X": (5, 4), "V": (4, 3), "b": (3,), "U": (3, 2), "c": (2,), "y": (5,), "Y": (5, 2),
    "v": (3,), "t": (3,), "A": (3, 3), "row": (1, 4), "s": (),
}  # fmt: skip


class Pass(NamedTuple):
    """A program, its forward pass in NumPy, and the right backward pass."""

    program: str
    forward: str
    backward: str


PASSES = {
    "matrix and vector": Pass(
        "q = W @ x\nf = sum(q**2)",
        "q = W @ x\nf = np.sum(q**2)\n",
        "dq = 2 * q\ndW = np.outer(dq, x)\ndx = W.T @ dq\n",
    ),
    "matrices": Pass(
        "z = X @ V\nf = sum(z * z * z)",
        "z = X.dot(V)\nf = (z**3).sum()\n",
        "dz = 3 * z**2\ndX = dz @ V.T\ndV = X.T @ dz\n",
    ),
    "bias": Pass(
        "z = X @ V + b\na = tanh(z)\nf = sum(a**2)",
        "z = X @ V + b\na = np.tanh(z)\nf = np.sum(a**2)\n",
        "da = 2 * a\ndz = (1 - a**2) * da\ndb = np.sum(dz, axis=0)\ndV = X.T @ dz\ndX = dz @ V.T\n",
    ),
    "relu": Pass(
        "z = X @ V + b\nh = relu(z)\nf = sum(h * h)",
        "z = X @ V + b\nh = np.maximum(0, z)\nf = np.sum(h * h)\n",
        "dh = 2 * h\ndz = dh * (z > 0)\ndb = np.sum(dz, axis=0)\ndV = X.T @ dz\ndX = dz @ V.T\n",
    ),
    "mask": Pass(
        "h = relu(X @ V + b)\no = h @ U + c\nL = mean((o - Y)**2)",
        "h = np.maximum(0, X @ V + b)\no = h @ U + c\nL = np.mean((o - Y)**2)\n",
        "do = 2 * (o - Y) / o.size\ndU = h.T @ do\ndc = np.sum(do, axis=0)\ndh = do @ U.T\ndh[h <= 0] = 0\n"
        "dV = X.T @ dh\ndb = np.sum(dh, axis=0)\ndX = dh @ V.T\ndY = -do\n",
    ),
    "softmax network": Pass(
        "h = tanh(X @ V + b)\no = h @ U + c\nlogp = log_softmax(o, axis=1)\nL = -sum(Y * logp) / 5",
        "z = X @ V + b\nh = np.tanh(z)\no = h @ U + c\ne = np.exp(o)\np = e / np.sum(e, axis=1, keepdims=True)\n"
        "logp = np.log(p)\nL = -np.sum(Y * logp) / 5\n",
        "dlogp = -Y / 5\ndY = -logp / 5\ndo = dlogp - np.exp(logp) * np.sum(dlogp, axis=1, keepdims=True)\n"
        "dU = h.T @ do\ndc = np.sum(do, axis=0)\ndh = do @ U.T\ndz = (1 - h**2) * dh\ndV = X.T @ dz\n"
        "db = np.sum(dz, axis=0)\ndX = dz @ V.T\n",
    ),
    "mean loss": Pass(
        "p = X @ x\ne = p - y\nL = mean(e**2)",
        "p = X @ x\ne = p - y\nL = np.mean(e**2)\n",
        "de = 2 * e / len(e)\ndp = de\ndy = -de\ndx = X.T @ dp\ndX = np.outer(dp, x)\n",
    ),
    "norm": Pass(
        "q = W @ x + b\nn = norm(q)\nf = n**2 + n",
        "q = W @ x + b\nn = np.linalg.norm(q)\nf = n**2 + n\n",
        "dn = 2 * n + 1\ndq = dn * q / n\ndb = dq\ndW = np.outer(dq, x)\ndx = W.T @ dq\n",
    ),
    "fan-out": Pass(
        "a = tanh(v)\nf = sum(a * a * t) + sum(A @ a)",
        "a = np.tanh(v)\nr = A @ a\nf = np.sum(a * a * t) + np.sum(r)\n",
        "dr = np.ones_like(r)\nda = 2 * a * t\nda += A.T @ dr\ndA = np.outer(dr, a)\ndt = a**2\ndv = (1 - a**2) * da\n",
    ),
    "slices": Pass(
        "u = x[:3] * v\nw = W[:, 1] * v\nf = sum(u**2) + sum(w) + x[0]",
        "u = x[:3] * v\nw = W[:, 1] * v\nf = np.sum(u**2) + np.sum(w) + x[0]\n",
        "du = 2 * u\ndw = np.ones(3)\ndx = np.zeros_like(x)\ndx[:3] += v * du\ndx[0] += 1\ndW = np.zeros_like(W)\n"
        "dW[:, 1] += v * dw\ndv = x[:3] * du\ndv += W[:, 1] * dw\n",
    ),
    "axes": Pass(
        "m = X * row\nr = sum(m, axis=1)\ng = sigmoid(r)\nf = sum(g * y)",
        "m = X * row\nr = np.sum(m, axis=1)\ng = 1 / (1 + np.exp(-r))\nf = np.sum(g * y)\n",
        "dg = y\ndy = g\ndr = g * (1 - g) * dg\ndm = dr[:, None] * np.ones_like(m)\n"
        "dX = row * dm\ndrow = np.sum(X * dm, axis=0, keepdims=True)\n",
    ),
    "quadratic form": Pass(
        "u = A @ v\nf = v @ u + s * sum(v)",
        "u = A @ v\nf = v @ u + s * np.sum(v)\n",
        "du = v\ndA = np.outer(du, v)\ndv = u\ndv += A.T @ du\ndv += s * np.ones_like(v)\nds = np.sum(v)\n",
    ),
    "centred": Pass(
        "m = mean(X, axis=0)\nd = X - m\nf = sum(d**2 * row)",
        "m = np.mean(X, axis=0)\nd = X - m\nf = np.sum(d**2 * row)\n",
        "dd = 2 * d * row\ndrow = np.sum(d**2, axis=0, keepdims=True)\ndm = -np.sum(dd, axis=0)\ndX = dd\n"
        "dX = dX + np.ones_like(X) * dm / 5\n",
    ),
}

LINE = re.compile(r"^(?P<target>\w+)(?P<spot>\[.*?\])? (?P<sign>\+?=) (?P<value>.+)$")
NAME = re.compile(r"(?<![\w.])[^\W\d]\w*(?![\w.(=])")


class Mutant(NamedTuple):
    """A spoilt backward pass: the line that is wrong now, from 0, and the causes that are true of it."""

    text: str
    line: int
    causes: frozenset[str]
    kind: str


def mutants(made: Pass) -> Iterator[Mutant]:
    """Yields every mutant of a pass."""
    lines = made.backward.splitlines()
    targets = [match["target"] for line in lines if (match := LINE.match(line))]
    for i, line in enumerate(lines):
        match = LINE.match(line)
        assert match is not None, line
        for kind, new, causes in spoilt(match, made.forward, dict.fromkeys(targets[:i])):
            yield Mutant("\n".join([*lines[:i], new, *lines[i + 1 :]]), i, frozenset(causes.split()), kind)
        if match["sign"] == "+=":
            same = [j for j, other in enumerate(lines) if j != i and other.startswith(match["target"])]
            gone = [*lines[:i], "", *lines[i + 1 :]]
            yield Mutant("\n".join(gone), max(same), frozenset(["branch-forgotten"]), "forgotten")
            yield Mutant("\n".join([*lines[: i + 1], *lines[i:]]), i + 1, frozenset(["counted-twice"]), "twice")


def spoilt(match: re.Match[str], forward: str, earlier: dict[str, None]) -> Iterator[tuple[str, str, str]]:
    """Yields (kind, line, causes) for every way to spoil one line."""
    target, sign, value = match["target"] + (match["spot"] or ""), match["sign"], match["value"]

    def line(new: str, sign: str = sign) -> str:
        return f"{target} {sign} {new}"

    if match["spot"] and sign == "=":
        yield "mask", line(value).replace("<=", ">"), "mask"
        return
    yield "sign", line(f"-({value})"), "sign"
    if sign == "+=":
        yield "overwrites", line(value, "="), "overwrites" if not match["spot"] else "overwrites branch-forgotten"
    yield from products(value, line)
    yield from sums(value, line)
    for divided in re.finditer(r" / (o\.size|len\(\w+\)|\d|n)\b", value):
        causes = "mean-forgotten factor-forgotten upstream-forgotten"
        yield "no mean", line(value.replace(divided[0], "", 1)), causes
    if " * (z > 0)" in value:
        yield "no mask", line(value.replace(" * (z > 0)", "")), "mask-forgotten local-forgotten"
        yield "other mask", line(value.replace(">", "<")), "mask"
    upstream = re.search(r" \* (d\w+)$", value)
    if upstream:
        yield "no upstream", line(value[: upstream.start()]), "upstream-forgotten"
        yield "no local", line(upstream[1]), "local-forgotten mask-forgotten sum-missing"
    for name in sorted(set(NAME.findall(value)) & {*earlier} - {match["target"]}):
        for other in [each for each in earlier if each not in (name, match["target"])][-2:]:
            causes = "wrong-upstream swapped shape order upstream-forgotten local-forgotten mask-forgotten sum-missing"
            yield "upstream", line(re.sub(rf"(?<![\w.]){name}(?!\w)", other, value)), causes
    values = [made[1] for made in re.finditer(r"^(\w+) =", forward, re.M)]
    for name in sorted(set(NAME.findall(value)) - {*earlier} - {"axis", "keepdims", "True", "None", "np"}):
        for other in [each for each in values if each != name][:2]:
            causes = "wrong-value swapped input-for-output output-for-input shape local-derivative"
            yield "value", line(re.sub(rf"(?<![\w.]){name}(?!\w)", other, value)), causes
    for power in re.finditer(r"\*\*2", value):
        causes = "exponent factor-forgotten wrong-value"
        yield "no exponent", line(value[: power.start()] + value[power.end() :]), causes
    for number in re.finditer(r"(?<![\w.*])(2|3) \* ", value):
        yield "no factor", line(value[: number.start()] + value[number.end() :]), "factor-forgotten mean-forgotten"
    if "1 - " in value:
        yield "plus", line(value.replace("1 - ", "1 + ", 1)), "sign"


def products(value: str, line: type) -> Iterator[tuple[str, str, str]]:
    outer = re.search(r"np\.outer\((\w+), (\w+)\)", value)
    if outer:
        yield "outer", line(value.replace(outer[0], f"np.outer({outer[2]}, {outer[1]})")), "outer-swapped swapped"
        yield "whole.T", line(f"({value}).T"), "transposed outer-swapped"
        yield "no outer", line(value.replace(outer[0], f"{outer[1]} * {outer[2]}")), "elementwise"
    matrix = re.search(r"([\w.]+) @ ([\w.]+)", value)
    if matrix:
        one, two = matrix[1], matrix[2]
        turned = "transposed swapped"
        for a, b, kind in (
            (one.removesuffix(".T"), two.removesuffix(".T"), "no .T"),
            (two, one, "swapped"),
            (two.removesuffix(".T"), one.removesuffix(".T"), "swapped, no .T"),
        ):
            yield kind, line(value.replace(matrix[0], f"{a} @ {b}")), turned + " elementwise"
        yield "elementwise", line(value.replace(matrix[0], f"{one} * {two}")), "elementwise"
        yield "upstream only", line(two if two.startswith("d") else one), "local-forgotten shape sum-missing swapped"


def sums(value: str, line: type) -> Iterator[tuple[str, str, str]]:
    for total in re.finditer(r"np\.sum\((?P<inner>[\w* ]+), axis=(?P<axis>\d)(?P<keep>, keepdims=True)?\)", value):
        inner, axis, keep = total["inner"], int(total["axis"]), total["keep"] or ""
        yield "no sum", line(value.replace(total[0], inner)), "sum-missing shape"
        yield "axis", line(value.replace(total[0], f"np.sum({inner}, axis={1 - axis}{keep})")), "axis"
        mean = total[0].replace("np.sum", "np.mean")
        yield "mean", line(value.replace(total[0], mean)), "mean mean-twice"
        if keep:
            yield "keepdims", line(value.replace(total[0], f"np.sum({inner}, axis={axis})")), "keepdims axis"


def some(made: Pass, count: int, seed: int) -> list[Mutant]:
    """Returns at most so many mutants, chosen by a seed."""
    every = list(mutants(made))
    return every if len(every) <= count else random.Random(seed).sample(every, count)
