"""`cgviz table model.py:loss --x @x.npy`: the function of a file, which is run, is recorded at its inputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cgviz.cli import main

MODEL = """
import numpy as np
import math

def loss(x, w, power: int = 2, kind="tanh"):
    h = {"tanh": np.tanh, "sin": np.sin}[kind](w @ x)
    return (h**power).sum()

def mlp(params, x):
    return (params["W"] @ x + params["b"]).sum()

def horner(x, n):
    return sum(x**i for i in range(n))

def raw(x):
    return np.fft.fft(x).sum()

def fails(x):
    return x.sum() + {}["missing"]

class Net:
    def __init__(self):
        self.w = np.array([1.0, 2.0])
    def __call__(self, x):
        return (self.w * x).sum()

net = Net()
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    np.save(tmp_path / "x.npy", np.array([0.5, -1.0]))
    np.savez(tmp_path / "p.npz", W=np.ones((2, 2)), b=np.zeros(2))
    return tmp_path


def asked(capsys: Any, *words: str) -> dict[str, Any]:
    assert main(["table", *words, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert "running model.py" in err
    return json.loads(out)  # type: ignore[no-any-return]


def test_a_function_with_arrays_text_and_whole_numbers(model: Path, capsys: Any) -> None:
    w = np.array([[1.0, 0.5], [0.2, 0.1]])
    found = asked(
        capsys, "model.py:loss", "--x", "@x.npy", "--w", "[[1,0.5],[0.2,0.1]]", "--power", "3", "--kind", "sin"
    )
    x = np.array([0.5, -1.0])
    assert found["output"]["value"] == pytest.approx((np.sin(w @ x) ** 3).sum())
    assert found["gradient"]["x"] == pytest.approx(list(w.T @ (3 * np.sin(w @ x) ** 2 * np.cos(w @ x))))


def test_parameters_in_a_file_of_arrays(model: Path, capsys: Any) -> None:
    found = asked(capsys, "model.py:mlp", "--params", "@p.npz", "--x", "[1,2]")
    assert found["gradient"]["params_W"] == [[1, 2], [1, 2]]
    assert found["gradient"]["params_b"] == [1, 1]


def test_what_is_used_as_a_whole_number_is_held_fixed_and_it_is_said(model: Path, capsys: Any) -> None:
    assert main(["table", "model.py:horner", "--x", "2", "--n", "3", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["gradient"] == {"x": 5}
    assert "n = 3 is held fixed" in err


def test_an_object_that_is_called_has_its_attributes_as_inputs(model: Path, capsys: Any) -> None:
    assert asked(capsys, "model.py:net", "--x", "[3,4]")["gradient"] == {"self_w": [3, 4], "x": [1, 2]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model.py:nope"], "has no 'nope'; it has loss, mlp"),
        (["none.py:f"], "there is no file 'none.py'"),
        (["model.py:loss", "--x", "[1,2]"], "needs w: give --w VALUE"),
        (["model.py:loss", "--x", "[1,2]", "--w", "1", "--v", "2"], "no parameter 'v'"),
        (["model.py:raw", "--x", "[1,2]"], "fft cannot be followed; `cgviz ops` lists what can (model.py, line 16)"),
        (["model.py:fails", "--x", "[1,2]"], "fails while it is followed: KeyError: 'missing' (model.py, line 19)"),
    ],
)
def test_what_does_not_work_is_said_in_a_line(model: Path, capsys: Any, words: list[str], message: str) -> None:
    assert main(["table", *words]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert message in err.strip().splitlines()[-1]


def test_a_file_that_fails_is_named_with_its_line(model: Path, capsys: Any) -> None:
    (model / "broken.py").write_text("x = 1\ny = 1/0\n", encoding="utf-8")
    assert main(["render", "broken.py:f"]) == 2
    assert "broken.py fails when it is run: ZeroDivisionError: division by zero (line 2)" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["derive", "code", "check", "explain"])
def test_other_commands_take_it_too(model: Path, capsys: Any, command: str) -> None:
    words = ["model.py:horner", *(["x"] if command == "explain" else []), "--x", "2", "--n", "3"]
    assert main([command, *words]) == 0
    assert capsys.readouterr().out
