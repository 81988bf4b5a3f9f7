"""Bad input: one clear line, the right exit status, nothing half-written, no traceback, no hang."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from cgviz.errors import LONGEST_MESSAGE
from tests.command import run, run_in_text

REFUSED = {
    "empty": "",
    "blank": "  \n ",
    "comment": "# nothing",
    "never closed": "(x + (y",
    "closes nothing": "x + y)",
    "wrong bracket": "(x + y]",
    "operator at the end": "x +",
    "operator alone": "*",
    "unknown function": "tnah(x)",
    "wrong arity": "atan2(x)",
    "no argument": "exp()",
    "attribute": "x.real",
    "dunder": "x.__class__.__bases__",
    "string": "'text'",
    "lambda": "lambda x: x",
    "import": "__import__('os').system('touch pwned')",
    "eval": "eval(x)",
    "assignment to nothing": "= x",
    "assignment to a number": "3 = x",
    "assignment without a value": "x =",
    "walrus": "(y := x)",
    "subscript": "x[0:y]",
    "comparison chained": "1 < x < 2",
    "two numbers": "3 4",
    "control characters": "x\x1b[31m + \x07y",
    "bell name": "x\u202ey",
    "braces": "{x}",
    "10 000 digits": "9" * 10_000 + "*x",
    "a name of 100 kB": "x" * 100_000,
    "5 000 brackets": "(" * 5_000 + "x" + ")" * 5_000,
    "5 000 opening brackets": "(" * 5_000,
    "a recursive definition": "f(x) = f(x) + 1; f(y)",
    "a definition that explodes": "a(t) = t + t\n"
    + "\n".join(f"a{i + 1}(t) = a{i}(a{i}(t))" for i in range(40)).replace("a0(", "a(")
    + "\na40(x)",
    "latex without end": r"\frac{x}{",
    "latex unknown": r"\nosuchmacro{x}",
}
READ = {
    "a sum of 5 000 terms": "+".join(["x"] * 5_000),
    "500 brackets": "(" * 500 + "x" + ")" * 500,
    "500 calls": "sin(" * 500 + "x" + ")" * 500,
    "many signs": "-" * 2_000 + "x",
    "a tall power": "x" + "**x" * 500,
}


def refusal(done: subprocess.CompletedProcess[bytes]) -> str:
    """Returns the one message of a command that was refused."""
    message = done.stderr.decode()
    assert done.returncode == 2, (done.returncode, message[:500])
    assert done.stdout == b""
    assert message.startswith("cgviz: ")
    assert "Traceback" not in message
    assert "internal error" not in message
    assert len(message) <= LONGEST_MESSAGE + len("cgviz: \n")
    first, *rest = message.removesuffix("\n").split("\n")
    assert all(line.startswith("  ") for line in rest), message
    assert all(character.isprintable() for character in message.replace("\n", ""))
    return first


@pytest.mark.parametrize("name", REFUSED)
def test_a_text_that_is_no_program(name: str, tmp_path: Path) -> None:
    done = run("render", "-", stdin=REFUSED[name].encode(), cwd=tmp_path)
    assert len(refusal(done)) > len("cgviz: ")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", READ)
def test_a_large_program_works(name: str) -> None:
    done = run("table", "-", "--x", "1", "--format", "json", stdin=READ[name].encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert b'"gradient": {"x"' in done.stdout


@pytest.mark.parametrize("program", ["9**9**9**9", "factorial(10**9)", "9**9**9**9*(x - x)", "exp(exp(9))**9", "1/0"])
def test_a_number_too_large_is_shown_as_such(program: str) -> None:
    done = run("table", program, *(["--x", "1"] if "x -" in program else []))
    assert done.returncode == 1
    assert done.stdout
    assert done.stderr.startswith(b"cgviz: stage (")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x + \xff\xfe", "is not UTF-8 text (byte 0xff at offset 4)"),
        ("x+y".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (b"x\0+y", "holds a NUL byte"),
        (b"\x89PNG\r\n\x1a\n", "is not UTF-8 text"),
        (b"x + \x01", "is not part of an expression"),
    ],
)
def test_bytes_that_are_no_text(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "p.cg").write_bytes(content)
    assert message in refusal(run("table", "-", stdin=content))
    assert message in refusal(run("table", "p.cg", cwd=tmp_path))


def test_an_argument_that_is_no_text() -> None:
    assert "is not UTF-8 text" in refusal(run("table", b"x\xff"))


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
def test_an_endless_file_ends() -> None:
    assert "no regular file" in refusal(run("table", "--file", "/dev/zero"))


def test_a_file_that_is_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(run("table", "--file", str(tmp_path)))


@pytest.mark.parametrize(
    "value", ["[1,2]", "9**9**9**9", "factorial(10**9)", "(" * 5_000, "x" * 100_000, "", "1" * 999]
)
def test_a_value_that_is_none(value: str) -> None:
    refusal(run("table", "x*2", f"--x={value}") if value else run("table", "x*2", "--x", value))


@pytest.mark.parametrize(
    ("output", "status", "message"),
    [
        ("no/such/f.svg", 1, "there is no folder"),
        ("f.xyz", 2, "the ending '.xyz' is unknown; a picture ends in .svg, .pdf, .png, .dot"),
        ("f", 2, "'f' has no ending"),
        (".", 1, "it is a folder"),
        ("/dev/full", 1, "cannot write '/dev/full': No space left on device"),
        ("/proc/f.svg", 1, "cannot write '/proc/f.svg'"),
    ],
)
def test_a_picture_that_cannot_go_there(output: str, status: int, message: str, tmp_path: Path) -> None:
    done = run("render", "x*y", "--x", "1", "--y", "2", "-o", output, cwd=tmp_path)
    assert done.returncode == status
    assert message in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "view", [["page", "-o", "p.html"], ["worksheet", "-o", "w.md"], ["derive"], ["hessian"], ["render", "-o", "p.svg"]]
)
def test_what_a_view_will_not_do_is_known_before_its_work(view: list[str], tmp_path: Path) -> None:
    many = "a0 = x\n" + "\n".join(f"a{i} = sin(a{i - 1})*x" for i in range(1, 30_000))
    programs = {"many": many, "wide": "x + " * 62_000 + "x", "blank": "# nothing\n;\n" * 30_000 + "x*2"}
    for name, text in list(programs.items())[: 3 if view[0] in ("page", "derive") else 1]:
        (tmp_path / name).write_text(text)
        began = time.process_time()
        done = run_in_text(*view, "--file", name, "--x", "2", cwd=tmp_path)
        assert time.process_time() - began < 3
        assert done.returncode == (0 if name == "blank" else 2), done.stderr
        assert done.returncode == 0 or re.fullmatch(r"cgviz: [\d,]+ \w+ are too many for .*: at most .*\n", done.stderr)
