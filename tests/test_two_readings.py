"""What has two readings is asked about, whatever the names are; what has one is read as its library means it."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

import cgviz
from cgviz.errors import ExpressionError

NAMES = ("x", "θ", "w_1", "loss")
VALUES = {"x": 0.7, "θ": 1.2, "w_1": 0.4, "loss": 0.9, "y": 0.6}
ASKED = {
    "e^2{0}": r"e\^\(2\*", "10^-3{0}": "stands in the power", "{0}(2)": r"an element is", "[{0} y]": "between commas",
    "[{0} -y]": "between commas", "sum ({0} - y)^2": "of its terms",
    "σ = {0}*y; σ(1 - σ)": "the variable or the function",
    "{0}^H": "complex|no value", "{0}++\n{0}*2": "x = x \\+ 1", "nan*{0}": "nan", "Pi*{0}": "Write pi",
    "E^{0}": "Write e",
    "{0}.astype(int)": "whole numbers", "q = {0}*y; f = 3": "ends without an output",
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), list(product(ASKED, NAMES)))
def test_two_readings_are_asked_about(text: str, name: str) -> None:
    if text == "{0}^H":
        name = f"({name})"
    with pytest.raises(ExpressionError, match=ASKED[text]):
        cgviz.run(text.format(name), {key: value for key, value in VALUES.items() if key in text.format(name)})


@pytest.mark.parametrize("seed", range(12))
def test_factors_that_end_in_subscripts_are_no_name(seed: int) -> None:
    chance = random.Random(seed)
    letters, sign = chance.sample("abwxyzθ", 2), chance.choice(["", "_"])
    parts = [f"{letter}{sign}{chance.randint(0, 19)}" for letter in letters]
    glued = "".join(parts)
    with pytest.raises(ExpressionError, match=rf"is '{glued}' the product {'.'.join(parts)}"):
        cgviz.read(f"{glued} + 1")
    assert cgviz.run(f"{glued} + 1", {glued: 2}).value == 3
    assert cgviz.run(f"{glued} = 2*y; {glued} + 1", y=4).value == 9
    assert cgviz.run(" ".join(parts), dict.fromkeys(parts, 3)).value == 9


@pytest.mark.parametrize("text", ["plogp", "xlogx", "ysiny", "2πrh", "πab"])
def test_a_function_or_pi_within_a_name_is_asked_about(text: str) -> None:
    with pytest.raises(ExpressionError, match="is '"):
        cgviz.read(text)


PICKED = {
    "X[{0}(len(y)), y]": "", "X[{0}(y.shape[0]), y]": "", "X[{0}(X.shape[0]), y]": "", "X[{0}(N), y]": "N = len(y)",
    "X[{0}(M), y]": "M, D = X.shape", "X[{0}(n), y]": "n = X.shape[0]",
}  # fmt: skip


@pytest.mark.parametrize(("text", "counts"), list(product(PICKED, ["np.arange", "range", "torch.arange"])))
def test_one_element_a_row(text: str, counts: str) -> None:
    chance = np.random.default_rng(3)
    x, y = chance.normal(size=(4, 3)), [2, 0, 1, 1]
    run = cgviz.run("\n".join(filter(None, [PICKED[text], f"sum({text.format(counts)}**2)"])), {"X": x, "y": y})
    picked = x[np.arange(4), y]
    assert run.value == pytest.approx(np.sum(picked**2))
    slope = np.zeros_like(x)
    slope[np.arange(4), y] = 2 * picked
    assert np.allclose(run.gradient["X"], slope)


def test_a_length_that_was_changed_is_none() -> None:
    with pytest.raises(ExpressionError, match="arange"):
        cgviz.run("N = X.shape[0]\nN = N + 1\nsum(X[np.arange(N), y])", X=[[1, 2]], y=[0])


Z = [-2.0, 0.5]
THEIRS = {
    "tf.nn.leaky_relu(z)": [-0.4, 0.5], "F.leaky_relu(z)": [-0.02, 0.5], "nn.LeakyReLU()(z)": [-0.02, 0.5],
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=[1, 0], logits=z)": [2.126928011, 0.9740769842],
    "tf.nn.sigmoid_cross_entropy_with_logits([1, 0], z)": [2.126928011, 0.9740769842],
    "tf.nn.gelu(z)": [-0.0455002639, 0.3457312306], "jax.nn.gelu(z)": [-0.0454023059, 0.3457140079],
    "X.max(dim=1)[0]": [2, 4], "X.max(dim=1).values": [2, 4], "z*(z > 0).astype(int)": [0, 0.5],
}  # fmt: skip


@pytest.mark.parametrize("text", THEIRS)
def test_defaults_and_order_are_those_of_the_library(text: str) -> None:
    given = {"X": [[1, 2], [4, 3]]} if "X" in text else {"z": Z}
    assert np.allclose(cgviz.run(text, given, upstream=[1, 1]).value, THEIRS[text])


@pytest.mark.parametrize(
    "text",
    ["X.max(1)[0]", "X.min(-1)[0]", "tf.nn.silu(X, 2.0)", "tf.cast(X, tf.int32)", "X.to(torch.long)",
     "np.sum(X, dtype=int)",
     "X.std()", "X.var(0)", "LeakyReLU()(X)", "tf.keras.layers.LeakyReLU()(X)", "F.relu(X, 6)",
     "exp = np.exp; exp(X)*2"],
)  # fmt: skip
def test_arguments_that_would_change_the_result_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        cgviz.run(text, {"X": [[1, 2], [4, 3]]}, upstream=[[1, 1], [1, 1]])


A, B = [[1, 2], [3, 4]], [[0.5, 1], [2, 1.5]]


@pytest.mark.parametrize(
    ("frame", "bracket", "power"),
    list(product(
        ["{}", r"\operatorname{{tr}}({})", r"{} \mathbf x", r"\|{}\|"],
        ["(A + B)", r"\left(A B\right)", "[A - B]"],
        "23",
    )),
)  # fmt: skip
def test_a_power_of_a_bracket_of_square_matrices_is_asked_about(frame: str, bracket: str, power: str) -> None:
    text = frame.format(f"{bracket}^{power}") + r"\,"
    with pytest.raises(ExpressionError, match="power of a square matrix"):
        cgviz.run(text, {"A": A, "B": B, **({"x": [1, 2]} if "mathbf" in text else {})})


def test_a_power_of_a_bracket_is_read_where_one_reading_is_left() -> None:
    a, b = np.array(A), np.array(B)
    assert cgviz.run(r"\sum (A - B)^2", {"A": A, "B": B}).value == pytest.approx(np.sum((a - b) ** 2))
    tall = cgviz.run(r"\left(Y - XW\right)^2", {"Y": [[1], [2]], "X": A, "W": [[1], [1]]}, upstream=[[1], [1]])
    assert tall.value.tolist() == [[4], [25]]
    both = {"X": [1, 2], "Y": [3, 5]}
    assert cgviz.run(r"\left(X - Y\right)^2", both, upstream=[1, 1]).value.tolist() == [4, 9]
    assert cgviz.run(r"\left(X + Y\right)^2", X=1, Y=2).value == 9


@pytest.mark.parametrize(
    ("text", "value"),
    [(r"f = x + y \\ + z", 6), (r"\begin{align} f &= x \\ &= x + y \\ &- z \end{align}", 0), (r"f = x \\ \times y", 2),
     (r"{x \over y} + 1", 1.5), (r"\sin{(x)}^2 + y - y", np.sin(1) ** 2), (r"e^{\text{loss}}", np.e),
     (r"q = 2 x \\ m = q > 1 \\ f = m + y", 3), (r"\mathrm{e1by3} = x \\ f = 2 \cdot \mathrm{e1by3}", 2),
     (r"\mathrm{where1} = x \\ u = 2 \cdot \mathrm{where1} \\ f = u", 2), (r"x*1.5e−07", 1.5e-7),
     (r"\mathrm{c\theta{}} = 3x \\ f = \mathrm{c\theta{}}", 3), (r"\sum_{i=0}^{1} v_i x^i", 7),
     (r"\mathrm{xpy} = x + y \\ f = y^{\mathrm{xpy}}", 8), ("θx = 3x\nθx + 1", 4), ("λy=2 y;λy*x", 4)],
)  # fmt: skip
def test_rows_and_words(text: str, value: float) -> None:
    values = {"x": 1, "y": 2, "z": 3, "loss": 1, "v": [3, 4]}
    names = {cgviz.read(text, given=("v",)).nodes[i].name for i in cgviz.read(text, given=("v",)).inputs}
    assert cgviz.run(text, {name: values[name] for name in names}).value == pytest.approx(value)


@pytest.mark.parametrize(
    "text", [r"\pi(a|s) \log \pi(a|s)", r"\boldsymbol\pi + x", r"\mathbf{e}^2 + x", r"\mathrm{e}^x + \pi"]
)
def test_the_names_of_constants_are_constants_where_they_stand_plain(text: str) -> None:
    graph = cgviz.read(text)
    names = {graph.nodes[i].name for i in graph.inputs} - {"x"}
    assert names == ({"e_"} if "{e}^2" in text else set() if "mathrm" in text else {"pi_"})


@pytest.mark.parametrize(
    "text",
    [
        r"f = x + y \\ - z",
        r"\log p(y|x) w",
        r"\cancel{x} + y",
        r"\alpha \star y",
        r"\sum_{j \ne i} s_j s_i",
        r"\sigma = 2 x \\ \sigma(x + y)",
        r"\Gamma = x y \\ f = \Gamma\left(x\right)^2",
    ],
)
def test_rows_and_signs_that_are_asked_about(text: str) -> None:
    with pytest.raises(ExpressionError):
        cgviz.read(text)


@pytest.mark.parametrize("text", ["xA = xᵀ A\nf = sum(xA yᵀ)", "xA = xᵀ A\nf = sum(y xAᵀ)", "sum(xᵀ A yᵀ)"])
def test_two_rows_or_two_columns_are_not_multiplied_by_elements(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"two vectors side by side|without ᵀ"):
        cgviz.run(text, A=A, x=[1, 2], y=[3, 5])


UNTOLD = {"F.softmax": "12", "F.log_softmax": "12", "F.softmin": "12", "F.pad": "1", "torch.diagonal": "2"}
RANKS = ((3,), (2, 3), (2, 3, 4), (2, 2, 3, 3))


@pytest.mark.filterwarnings("ignore:Implicit dimension")
@pytest.mark.parametrize(("name", "shape"), list(product(UNTOLD, RANKS)))
def test_an_axis_that_pytorch_chooses_by_the_number_of_axes(name: str, shape: tuple[int, ...]) -> None:
    x, more = np.random.default_rng(4).normal(size=shape), ((1, 2),) * (name == "F.pad")
    program = f"sum({name}({', '.join(['X', *map(str, more)])})**2 * 3)"
    if str(len(shape)) not in UNTOLD[name]:
        with pytest.raises(cgviz.CgvizError, match=r"axis|axes|matrix"):
            cgviz.run(program, X=x)
        return
    torch = pytest.importorskip("torch")
    module, _, function = name.partition(".")
    theirs = getattr(torch if module == "torch" else torch.nn.functional, function)(torch.tensor(x), *more)
    assert cgviz.run(program, X=x).value == pytest.approx(float((theirs**2 * 3).sum()))


@pytest.mark.parametrize(
    "call", ["np.repeat(X)", "np.tile(X)", "np.roll(X)", "np.expand_dims(X)", "np.swapaxes(X, 0)", "np.split(X)[0]",
             "torch.unsqueeze(X)", "X.unsqueeze()", "torch.roll(X)", "torch.chunk(X)[0]", "np.moveaxis(X, 0)"],
)  # fmt: skip
def test_an_argument_that_the_library_does_not_leave_out(call: str) -> None:
    with pytest.raises(ExpressionError, match="lacks its argument"):
        cgviz.run(f"sum({call})", X=[[1, 2], [3, 4]])
