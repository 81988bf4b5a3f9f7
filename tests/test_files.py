"""Files in and out: tables of numbers, what a command reads and writes, and what it never replaces."""

from __future__ import annotations

import os
from pathlib import Path

import click
import numpy as np
import pytest

from cgviz.cli.group import COMMANDS, command
from cgviz.cli.targets import InFile, OutFile
from cgviz.errors import UsageError
from cgviz.text.files import is_same, read_file
from cgviz.text.signature import signed
from cgviz.text.tables import read_sheet
from tests.test_cli import Runner


@pytest.fixture
def cgviz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    monkeypatch.chdir(tmp_path)
    return Runner(capsys, monkeypatch)


MATRIX = [[1.0, 2.0], [3.0, 4.5]]


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4.5\n",
        "1;2\n3;4.5",
        "1\t2\n3\t4.5\n",
        "1 2\n3   4.5 \n",
        "\ufeffa,b\n1,2\n3,4.5\n",
        '"a b";"c,d"\n1;2\n3;4.5\n',
        "# made by hand\n\n1, 2\n# and more\n3,4.5\n,,\n",
        "1,2\r3,4.5\r",
        "x_1,ŷ\r\n1,4/2\r\n3,+.45e1\r\n",
    ],
)
def test_a_matrix_is_read_however_it_is_written(text: str) -> None:
    assert read_sheet(text, named=False).matrix() == MATRIX


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"1,000","2,000"\n3,4\n', "line 1, column 1: '1,000' is not a number: write 1000"),
        ("1,5;2,5\n", "line 1, column 1: '1,5' is not a number"),
        ("nan,1\n", "line 1, column 1: 'nan' is not a finite number"),
        ("a,1\n2,3\n", "line 1: '1' is no name and 'a' no number"),
        (",a,b\n0,1,2\n", "line 1: column 1 has no name; if it is an index"),
        ("a,b\n1,2\n\n3,\n", "line 4, column 'b': the cell is empty"),
        ("1,2\n# three\n3,4,5\n", "line 3: 3 cells, and the rows before it have 2"),
        ("NA,NA\n1,2\n", "line 1, column 1: 'NA' is not a number"),
        ("1/0,1\n", "line 1, column 1: '1/0' is not a finite number"),
        ("a,b\n", "has a header and no rows"),
        (" \n# nothing\n", "is empty"),
        ('1,"2\n', "that is no CSV"),
        ("1|2\n3|4\n", "line 1, column 1: '1|2' is not a number"),
    ],
)
def test_no_row_is_dropped_in_silence(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_sheet(text, "w.csv", named=False).matrix()
    assert message in str(raised.value)
    assert "w.csv" in str(raised.value)


def test_the_true_minus_sign_is_a_sign() -> None:
    assert read_sheet("\u22121,1\n", named=False).matrix() == [[-1.0, 1.0]]


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("pipe", "no regular file"), ("", "is a folder"), ("none", "there is no file")):
        with pytest.raises(UsageError, match=why):
            read_file(str(tmp_path / name), 10)
    (tmp_path / "long").write_bytes(b"x" * 100)
    assert len(read_file(str(tmp_path / "long"), 10)) == 11


def test_a_header_that_promises_too_much_is_refused_before_anything_is_made(cgviz: Runner) -> None:
    np.save("w.npy", np.zeros((3, 3)))
    whole = Path("w.npy").read_bytes()
    for content, why in (
        (whole[:-8], "it holds 64 bytes of them"),
        (whole.replace(b"(3, 3)", b"(3, 3**50)"), "no .npy file of numbers"),
        (whole.replace(b"(3, 3), ", b"(3000000000000000, 3), "), ""),
        (b"\x93NUMPY\x09\x00" + whole[8:], "no .npy file of numbers"),
    ):
        Path("v.npy").write_bytes(content)
        found = cgviz("table", "sum(W)", "--W", "@v.npy")
        assert (found.status, found.err.count("\n")) == (2, 1)
        assert "v.npy" in found.err
        assert why in found.err


def test_two_paths_of_one_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    os.link(tmp_path / "a", tmp_path / "c")
    for other in ("b", "c", "../" + tmp_path.name + "/a"):
        assert is_same(str(tmp_path / "a"), str(tmp_path / other))
    assert is_same(str(tmp_path / "new"), str(tmp_path / "." / "new"))
    assert not is_same(str(tmp_path / "a"), str(tmp_path / "new"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["table", "p.cg", "-o", "p.cg"],
        ["table", "--file", "p.cg", "-o", "./p.cg"],
        ["render", "p.cg", "--to", "svg", "-o", "p.cg"],
        ["table", "x*y", "--x", "@v.csv", "--y", "1", "-o", "v.csv"],
        ["table", "x*y", "--set", "x=@v.csv", "--y", "1", "-o", "v.csv"],
        ["descend", "(w*x-y)**2", "--data", "v.csv", "--history", "v.csv"],
        ["descend", "(w*x-y)**2", "--data", "v.csv", "--curve", "link.csv"],
    ],
)
def test_no_input_is_written_over(cgviz: Runner, arguments: list[str]) -> None:
    Path("p.cg").write_text("x*y")
    Path("v.csv").write_text("x,y\n1,2\n")
    Path("link.csv").symlink_to("v.csv")
    found = cgviz(*arguments)
    assert found.status == 2
    assert "is read by this command" in found.err
    assert (Path("p.cg").read_text(), Path("v.csv").read_text()) == ("x*y", "x,y\n1,2\n")


def test_two_outputs_are_two_files(cgviz: Runner) -> None:
    found = cgviz("worksheet", "x*y", "-o", "w.pdf", "--key", "./w.pdf")
    assert (found.status, "same file" in found.err, Path("w.pdf").exists()) == (2, True, False)
    found = cgviz("worksheet", "x*y", "--key", "worksheet.pdf")
    assert (found.status, "same file" in found.err) == (2, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_that_names_a_file_says_whether_it_is_read_or_written(name: str) -> None:
    for param in command(name).params:
        if isinstance(param, click.Option) and param.metavar in ("FILE", "PATH", "FOLDER"):
            assert isinstance(param.type, (InFile, OutFile)), f"{name} {param.opts}"


def test_what_nobody_named_is_replaced_only_where_cgviz_wrote_it(cgviz: Runner) -> None:
    for kind, name in (("svg", "f.svg"), ("dot", "f.dot"), ("tikz", "f.tikz"), ("mermaid", "f.mmd")):
        assert cgviz("render", "x*y", "--to", kind).status == 0
        assert cgviz("render", "x*y", "--to", kind).status == 0
        Path(name).write_text("my own <!-- for cgviz -->")
        found = cgviz("render", "x*y", "--to", kind)
        assert (found.status, Path(name).read_text()) == (2, "my own <!-- for cgviz -->")
        assert f"-o {name} replaces it" in found.err
    Path("f.svg").unlink()
    for report in ("page", "render"):  # the name of an input is no signature
        assert [cgviz(report, "x*cgviz").status for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("ending", ["md", "ipynb"])
def test_a_worksheet_replaces_its_own_key_and_figures_alone(cgviz: Runner, ending: str) -> None:
    for _ in range(2):
        assert cgviz("worksheet", "x*y", "-o", f"w.{ending}").status == 0
    for name, remedy in ((f"w-key.{ending}", f"--key w-key.{ending} replaces it"), ("w-1.svg", "move it")):
        if not Path(name).exists():
            continue
        before = Path(name).read_bytes()
        Path(name).write_text("my own")
        found = cgviz("worksheet", "x*y", "-o", f"w.{ending}")
        assert (found.status, Path(name).read_text()) == (2, "my own")
        assert remedy in found.err
        Path(name).write_bytes(before)


@pytest.mark.parametrize("content", [b"<?xml?>\n<svg/>", b"%PDF-1.5\n%%EOF\n", b"digraph {}\n", b"flowchart LR\n  a\n"])
def test_a_signature_is_a_comment_and_stands_once(content: bytes) -> None:
    made = signed(content)
    assert b"cgviz" in made
    assert signed(made) == made
    assert made.replace(b"cgviz", b"").startswith(content.partition(b"\n")[0])
