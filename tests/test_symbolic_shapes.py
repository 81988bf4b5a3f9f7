"""Arrays without values: their lengths are names, and what was broadcast is summed, or said to be open."""

from __future__ import annotations

import pytest

import cgviz
from cgviz.cli import main
from cgviz.errors import ExpressionError, UsageError
from cgviz.values import axes
from cgviz.values.axes import Axis, parsed, settled_shape

LINEAR = "Y = X @ W + b; L = sum(Y**2)"
SHAPES = {"X": "N,D", "W": "D,K", "b": "K"}


def shapes_of(program: str, **shapes: str) -> dict[str, str]:
    run = cgviz.run(program, shapes=shapes)
    return {node.shown: str(node.shape) for node in run.graph.nodes if node.name}


def test_an_axis_equals_its_name_only() -> None:
    assert Axis("N") == Axis("N") != Axis("M")
    assert Axis("N") != int(Axis("N"))
    assert parsed("(N, 3)") == (Axis("N"), 3)
    assert parsed("()") == ()
    assert parsed("K,") == parsed("K") == (Axis("K"),)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (Axis("N") * Axis("D"), "N*D"),
        (2 * Axis("N"), "2*N"),
        (Axis("N") + Axis("M"), "N + M"),
        (Axis("N") + 1, "N + 1"),
        (Axis("N") - 2, "N - 2"),
        (Axis("N") * Axis("D") // Axis("D"), "N"),
    ],
)
def test_lengths_are_calculated_with(made: int, text: str) -> None:
    assert str(made) == text


def test_what_numpy_answers_gets_its_name_back() -> None:
    assert [str(n) for n in settled_shape((int(Axis("N")), 5, int(Axis("N")) + int(Axis("M"))))] == ["N", "5", "N + M"]


def test_shapes_go_through_the_program() -> None:
    found = shapes_of("A = softmax(Q @ K.T); O = A @ V; s = O[:, 0]; t = O[1:]", Q="N,D", K="M,D", V="M,E")
    assert found["A"] == "(N, M)"
    assert found["O"] == "(N, E)"
    assert found["s"] == "(N,)"
    assert found["t"] == "(N - 1, E)"
    joined = shapes_of("c = concat([x, y]); r = reshape(X, -1)", x="N", y="M", X="N,D")
    assert joined["c"] == "(N + M,)"
    assert joined["r"] == "(N*D,)"


def test_the_program_says_them() -> None:
    run = cgviz.run("X: (N, D); w: D; r = X @ w")
    assert run.symbolic
    assert str(run.graph.nodes[run.graph.output].shape) == "(N,)"
    assert cgviz.run("X: (N, D); w: D; r = sum(X @ w)", X=[[1, 2]], w=[3, 4]).value == 11


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("X: (N, D); w: (K,); X @ w", "the inner lengths D and K differ"),
        ("x: (N,); y: (M,); x + y", r"the shapes \(N,\) and \(M,\) do not broadcast"),
        ("x: (N, 2.5); sum(x)", "no length"),
        ("x = 3; x: (N,); x*2", "no input without a value"),
    ],
)
def test_what_does_not_fit(program: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        cgviz.run(program)


def test_values_fit_what_was_said() -> None:
    with pytest.raises(UsageError, match="an axis of w has length 3, not D, and D is 2 in X"):
        cgviz.run("X: (N, D); w: (D,); sum(X*w)", X=[[1, 2]], w=[1, 2, 3])
    with pytest.raises(UsageError, match="x has 1 axes, not 2"):
        cgviz.run("x: (N, D); sum(x)", x=[1, 2])
    with pytest.raises(UsageError, match="is not an input"):
        cgviz.run("sum(x)", shapes={"y": "N"})


@pytest.mark.parametrize("command", ["table", "derive"])
def test_the_sum_over_what_was_broadcast(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    shapes = [word for name, shape in SHAPES.items() for word in ("--shape", f"{name}={shape}")]
    assert main([command, LINEAR, *shapes]) == 0
    assert "axis=0)" in capsys.readouterr().out
    assert main([command, LINEAR]) == 0
    assert "over what was broadcast" in capsys.readouterr().out


def test_what_cannot_be_broadcast_is_not_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["table", "h = tanh(x); L = sum(h*h*x + 2*h)"]) == 0
    assert "broadcast" not in capsys.readouterr().out


def test_a_number_is_said_to_be_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["table", "Z = S/t; L = sum(exp(Z))", "--shape", "S=N,K"]) == 0
    assert "taken to be a number: t; --shape t=N,D says otherwise" in capsys.readouterr().err


@pytest.mark.parametrize(("option", "message"), [("X", "takes NAME=LENGTHS"), ("X=1.5", "no length")])
def test_what_is_no_shape(option: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["table", LINEAR, "--shape", option]) == 2
    assert message in capsys.readouterr().err


def test_a_program_with_a_transpose_keeps_what_it_says() -> None:
    run = cgviz.run("Q: (N, D); K: (M, D); A = softmax(Q @ K.T/s)")
    assert str(run.graph.nodes[run.graph.output].shape) == "(N, M)"


def test_an_input_that_no_number_can_be_is_asked_for() -> None:
    with pytest.raises(
        ExpressionError, match=r"'W' has no shape, and a number does not fit here: give shape= W=\.\.\."
    ):
        cgviz.run("X @ W + b", shapes={"X": "N,D"})


def test_names_of_lengths_are_told_in_json_and_never_the_numbers_that_stand_for_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments in (["table", "--format", "json"], ["code", "--lang", "torch"], ["derive"]):
        assert (
            main(
                [
                    arguments[0],
                    "L = sum(x[::-1]*x) + sum(std(X, axis=1))",
                    *arguments[1:],
                    "--shape",
                    "x=N",
                    "--shape",
                    "X=N,D",
                ]
            )
            == 0
        )
        out = capsys.readouterr().out
        assert "N" in out
        assert "1000" not in out
    with pytest.raises(ExpressionError, match="a step of 2"):
        cgviz.run("sum(x[::2])", shapes={"x": "N"})


def test_a_shape_is_open_where_a_length_is_a_name() -> None:
    assert axes.is_open(axes.parsed("N, 3"))
    assert not axes.is_open(axes.parsed("2, 3"))
    assert not axes.is_open(None)


def test_a_sum_of_lengths_has_one_spelling() -> None:
    """Whichever names were met before: no two of them come to what two others do."""
    names = [f"{letter}{at}" for at in range(4) for letter in "NKDPQ"]
    lengths = [Axis(name) for name in names]
    for at, one in enumerate(lengths):
        for other in lengths[at + 1 :]:
            assert {*str(one + other).split(" + ")} == {str(one), str(other)}
    assert str(Axis("K9") * Axis("N9")) == "N9*K9"
    assert str(Axis("Z9") * Axis("D9") * 2) == "2*D9*Z9"
