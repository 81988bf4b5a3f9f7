"""The command line: how arguments are sorted, what a command prints and writes, and its exit status."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from pathlib import Path

import click
import pytest

from cgviz import __version__
from cgviz.cli import main
from cgviz.cli.arguments import OptionSpelling, Sorted, sort
from cgviz.cli.group import COMMANDS
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.values import number
from cgviz.errors import UsageError
from cgviz.ops.listing import rows
from cgviz.reading.shipped import sample, samples

LECTURE = ["(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)", "--x", "3", "--y", "-4"]
OPTIONS = {
    "-o": OptionSpelling("--output"),
    "--output": OptionSpelling("--output"),
    "--style": OptionSpelling("--style"),
    "--set": OptionSpelling("--set", many=True),
    "--show": OptionSpelling("--show", takes_value=False),
    "--no-share": OptionSpelling("--no-share", takes_value=False),
}


class Outcome:
    """What a command did: its exit status, what it printed, and its one message."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def message(self) -> str:
        """The first line of the message, without its prefix."""
        assert self.err.startswith("cgviz: "), self.err
        assert "Traceback" not in self.err
        return self.err.removeprefix("cgviz: ").splitlines()[0]

    @property
    def gradient(self) -> dict[str, float]:
        assert self.status == 0, self.err
        found: dict[str, float] = json.loads(self.out)["gradient"]
        return found


class Runner:
    """Runs `cgviz ARGUMENTS` in this process, in an empty folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = main(arguments)
        out, err = self.capsys.readouterr()
        return Outcome(status, out, err)

    def json(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        return self("table", "--format", "json", *arguments, stdin=stdin)


@pytest.fixture
def cgviz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CGVIZ_DEBUG", raising=False)
    return Runner(capsys, monkeypatch)


# arguments are sorted


@pytest.mark.parametrize(
    ("arguments", "options", "inputs", "words"),
    [
        ("x*y --x 4 --y -3", [], [("x", "4"), ("y", "-3")], ["x*y"]),
        ("--x=4 --y=-3 x*y", [], [("x", "4"), ("y", "-3")], ["x*y"]),
        ("-x**2 --x -1e-3", [], [("x", "-1e-3")], ["-x**2"]),
        ("-(a+b) --a -(1/3)", [], [("a", "-(1/3)")], ["-(a+b)"]),
        ("--x*y", [], [], ["--x*y"]),
        ("-o*2", [], [], ["-o*2"]),
        ("-x", [], [], ["-x"]),
        ("--x==3", [], [], ["--x==3"]),
        ("--x<=3", [], [], ["--x<=3"]),
        ("--x²", [], [], ["--x²"]),
        ("-", [], [], ["-"]),
        ("x -o -", ["--output=-"], [], ["x"]),
        ("x -o -f.svg", ["--output=-f.svg"], [], ["x"]),
        ("--output=f.svg x", ["--output=f.svg"], [], ["x"]),
        ("-o --x*y x", ["--output=--x*y"], [], ["x"]),
        ("--show x --no-share", ["--show", "--no-share"], [], ["x"]),
        ("--set x=3 --set y=4 x*y", ["--set=x=3", "--set=y=4"], [], ["x*y"]),
        ("--α 0.5 α", [], [("α", "0.5")], ["α"]),
        ("--µ 1 --w₁ 2 --ϕ=3 t", [], [("μ", "1"), ("w_1", "2"), ("φ", "3")], ["t"]),
        ("--x 3 -- --x", [], [("x", "3")], ["--x"]),
        ("-- -o -- x", [], [], ["-o", "--", "x"]),
        ("--x=a=b x", [], [("x", "a=b")], ["x"]),
        ("--no-shar", [], [], ["--no-shar"]),
    ],
)
def test_arguments_are_sorted(
    arguments: str, options: list[str], inputs: list[tuple[str, str]], words: list[str]
) -> None:
    assert sort(arguments.split(), OPTIONS) == Sorted(options, inputs, words)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("x*y --x", "--x needs a value after it"),
        ("x*y --x --y 4", "--x needs a value after it, not the option --y"),
        ("x*y --x --y=4", "--x needs a value after it, not the option --y=4"),
        ("x*y --x -o f.svg", "--x needs a value after it, not the option -o"),
        ("x*y --style --show", "--style needs a value after it, not the option --show"),
        ("x*y --x -- 3", "--x needs a value after it, not the option --"),
        ("x*y --x= 3", "--x= needs a value after the equals sign"),
        ("x*y --x 3 --x 4", "--x is given twice"),
        ("x*y --µ 3 --μ=4", "--μ is given twice"),
        ("x*y -o a --output b", "--output is given twice"),
        ("x*y --show --show", "--show is given twice"),
        ("x*y --show=yes", "--show takes no value"),
    ],
)
def test_a_slip_in_the_arguments_is_named(arguments: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        sort(arguments.split(), OPTIONS)
    assert caught.value.typed == message


# values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3.0), ("-4", -4.0), ("-1e-3", -0.001), ("+.5", 0.5), ("pi/4", 0.7853981633974483), ("1/3", 1 / 3),
        ("-1/3", -1 / 3), ("2pi", 6.283185307179586), ("sqrt(2)", 2**0.5), ("e", 2.718281828459045), ("−4", -4.0),
        ("1_000", 1000.0), ("2^10", 1024.0), (" 3 ", 3.0), (r"\frac{1}{4}", 0.25),
    ],
)  # fmt: skip
def test_a_value_is_a_number_or_a_constant_expression(text: str, value: float) -> None:
    assert number("x", text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a+1", "it names 'a'"),
        ("three", "it names 'three'"),
        ("1/0", "is not a finite number"),
        ("1e999", "is not a finite number"),
        ("nan", "'nan' is no number"),
        ("1 2 3", "write [1, 2, 3]"),
        ("(1,2)", "write [1, 2]"),
        ("1+", "the value of 'x': "),
        ("__import__('os')", "the value of 'x': "),
        ("a=3; b=4", "the value of 'x'"),
        ("9**9**9**9", "the value of 'x'"),
        ("1" * 400, "is not a finite number"),
        ("", "the value of 'x'"),
    ],
)
def test_what_is_no_value_is_named(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=r".") as caught:
        number("x", text)
    assert message in caught.value.typed


# table


def test_the_lecture(cgviz: Runner) -> None:
    found = cgviz("table", *LECTURE)
    assert (found.status, found.err) == (0, "")
    assert "2.060" in found.out
    assert "1.592" in found.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["x*y", "--x", "4", "--y", "-3"],
        ["--x", "4", "--y=-3", "x*y"],
        ["--set", "x=4", "x*y", "--set", "y=-3"],
        ["--y", "-3", "--x", "8/2", "--", "x*y"],
        ["f(x, y) = x*y", "--x=2**2", "--y=-sqrt(9)"],
    ],
)
def test_values_of_inputs(cgviz: Runner, arguments: list[str]) -> None:
    assert cgviz.json(*arguments).gradient == {"x": -3.0, "y": 4.0}


@pytest.mark.parametrize(
    ("program", "arguments", "name"),
    [
        ("mu*x", ["--μ", "2"], "mu"),
        ("μ*x", ["--mu", "2"], "mu"),
        (r"\mu x", ["--μ", "2"], "mu"),
        (r"\hat{y} x", ["--ŷ", "2"], "yhat"),
        (r"\hat{y} x", ["--set", r"\hat{y}=2"], "yhat"),
        (r"w^{[1]} x", ["--set", "w^{[1]}=2"], "w_l1"),
        (r"\sigma_1(x + 0)", ["--σ_1", "2"], "sigma_1"),
    ],
)
def test_a_name_may_be_given_in_any_spelling(cgviz: Runner, program: str, arguments: list[str], name: str) -> None:
    assert cgviz.json(program, *arguments, "--x", "3").gradient == {name: 3.0, "x": 2.0}


def test_a_sigmoid_with_an_index_is_asked_about(cgviz: Runner) -> None:
    found = cgviz("table", r"f_t = \sigma_g(W_f x_t)")
    assert found.status == 2
    assert "is σ_g(…) the sigmoid function? Write it without its index; a product is σ_g \\cdot (…)" in found.err


@pytest.mark.parametrize(
    ("program", "arguments", "gradient"),
    [
        ("-x**2", ["--x", "3"], {"x": -6.0}),
        ("-(a+b)", ["--a", "1", "--b", "2"], {"a": -1.0, "b": -1.0}),
        ("--x*y", ["--x", "2", "--y", "5"], {"x": 5.0, "y": 2.0}),
        ("-o*2", ["--o", "1"], {"o": -2.0}),
        ("µ*2", ["--μ", "1"], {"μ": 2.0}),
        ("output*format", ["--set", "output=2", "--set", "format=3"], {"output": 3.0, "format": 2.0}),
        ("x(y+1)", ["--x", "2", "--y", "3"], {"x": 4.0, "y": 2.0}),
        ("e*x", ["--e", "2", "--x", "3"], {"e": 3.0, "x": 2.0}),
        ("x = 3; x*y", ["--y", "2"], {"x": 2.0, "y": 3.0}),
        (r"\frac{x}{y}", ["--x", "1", "--y", "2"], {"x": 0.5, "y": -0.25}),
        ("x", ["--x", "2", "--latex"], {"x": 1.0}),
    ],
)
def test_programs_that_look_like_something_else(
    cgviz: Runner, program: str, arguments: list[str], gradient: dict[str, float]
) -> None:
    assert cgviz.json(program, *arguments).gradient == gradient


def test_without_values_the_table_is_symbolic(cgviz: Runner) -> None:
    found = cgviz.json("x*y")
    assert found.gradient == {"x": None, "y": None}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x*y", "--x", "3"], "no value for 'y'; give --y VALUE"),
        (["x*y", "--x", "3", "--z", "4"], "'z' is no input of the program; its inputs are x, y"),
        (["alpha*y", "--alhpa", "3", "--y", "1"], "'alhpa' is no input of the program; did you mean --alpha?"),
        (["x*y", "--fromat", "json"], "'fromat' is no input of the program; did you mean --format?"),
        (["x*y", "--style", "card"], "'style' is no input of the program, and --style is an option of render, "),
        (["q = x+y; q*z", "--q", "3"], "'q' is computed by the program and takes no value; its inputs are x, y, z"),
        (["x*digits", "--x", "3"], "so give --set digits=VALUE"),
        (["x*y", "--x", "3", "--set", "x=4"], "the input 'x' is given twice"),
        (["x*y", "--set", "x"], "--set takes NAME=VALUE, as in --set x=3, not 'x'"),
        (["x*y", "--set", "2x=3"], "--set takes NAME=VALUE, as in --set x=3, not '2x=3'"),
        (["x*y", "--x", "[1,2]", "--y", "1"], "f has shape (2,), and a gradient starts from one number"),
        ([], 'PROGRAM is missing, as in cgviz table "x*y" --x 4 --y -3'),
        (["x", "+", "y"], "one PROGRAM, not 3: x + y; put it in quotes"),
        (["x*y", "-x", "2"], "a value is given as --x 2, with two dashes"),
        (["x*y", "—x", "2"], "a value is given as --x 2, with two dashes"),
        (["x*y", "x", "2", "y", "3"], "a value is given as --x 2"),
        (["x*y", "--x", "1e", "--y", "2"], "ends after its e: 1e3, or 1*e"),
        (["x*y", "--x", "1,5", "--y", "2"], "has a comma: 1.5 is a number, [1,5] an array"),
        (["x*y", "--x", "-2.5E-", "--y", "2"], "ends after its e: -2.5e3"),
        (["x*y", "--no-shar"], "'--no-shar' is no option; did you mean --no-share?"),
        (["x*y", "-of.json"], "'-of.json' is no option; did you mean -o f.json?"),
        (["x*y", "--file", "a.cg"], "--file names the program already; 'x*y' is one too many"),
        (["x*y", "--digits", "0"], "Invalid value for '--digits'"),
        (["x*y", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of"),
        (["x*y", "-o", "f.xyz"], "'f.xyz' does not say which format; give it .md .tex .html .htm .json .txt .csv, "),
    ],
)
def test_one_helpful_line(cgviz: Runner, arguments: list[str], message: str) -> None:
    found = cgviz("table", *arguments)
    assert found.status == 2
    assert message in found.message
    assert found.err.count("\n") == 1
    assert found.out == ""


def test_an_error_in_the_program_has_a_caret(cgviz: Runner) -> None:
    found = cgviz("table", "tnah(w*x)")
    assert found.status == 2
    assert found.err == "cgviz: unknown function 'tnah'; did you mean 'tanh'?\n  tnah(w*x)\n  ^~~~\n"


def test_numbers_that_are_not_finite_are_shown_and_said(cgviz: Runner) -> None:
    found = cgviz("table", "1/(x-x)", "--x", "3")
    assert found.status == 1
    assert "inf" in found.out
    assert "division by zero" in found.message


@pytest.mark.parametrize(
    ("name", "begins"), [("t.json", "{"), ("t.csv", ""), ("t.md", "`f(x, y)"), ("t.tex", ""), ("t.txt", "f(x, y)")]
)
def test_a_table_in_a_file(cgviz: Runner, name: str, begins: str) -> None:
    found = cgviz("table", "x*y", "--x", "2", "--y", "3", "-o", name)
    assert (found.status, found.out, found.err) == (0, "", f"wrote {name}\n")
    assert Path(name).read_text(encoding="utf-8").startswith(begins)


# where programs are from


@pytest.mark.parametrize("ending", [".cg", ".txt", ".TXT"])
def test_a_program_in_a_file(cgviz: Runner, ending: str) -> None:
    Path(f"p{ending}").write_bytes(b"\xef\xbb\xbf# a comment\r\nq = x + y\r\nf = q*z\r\n")
    assert cgviz.json(f"p{ending}", "--x", "-2", "--y", "5", "--z", "-4").gradient == {"x": -4, "y": -4, "z": 3}


def test_a_file_of_any_name(cgviz: Runner) -> None:
    Path("program").write_text("x*y")
    assert cgviz.json("--file", "program", "--x", "2", "--y", "3").gradient == {"x": 3.0, "y": 2.0}


def test_a_tex_file_is_latex(cgviz: Runner) -> None:
    Path("p.tex").write_text("x y")
    assert cgviz.json("p.tex", "--x", "2", "--y", "3").gradient == {"x": 3.0, "y": 2.0}


def test_a_program_from_standard_input(cgviz: Runner) -> None:
    found = cgviz.json("-", "--x", "2", "--y", "3", stdin="\ufeffx·y\r\n".encode())
    assert found.gradient == {"x": 3.0, "y": 2.0}


def test_other_text_is_never_looked_up(cgviz: Runner) -> None:
    Path("x").write_text("y**2")
    assert cgviz.json("x", "--x", "2").gradient == {"x": 1.0}


@pytest.mark.parametrize("one", samples(), ids=lambda one: one.name)
def test_every_sample_has_a_summary_and_a_table(cgviz: Runner, one: object) -> None:
    assert one.summary  # type: ignore[attr-defined]
    found = cgviz.json(f"@{one.name}")  # type: ignore[attr-defined]
    assert found.status in (0, 1)
    assert json.loads(found.out)["stages"]


def test_samples_are_listed(cgviz: Runner) -> None:
    found = cgviz("samples")
    assert found.status == 0
    names = [line.split()[0] for line in found.out.splitlines() if not line.startswith(" ")]  # what hangs in is folded
    assert names == [f"@{one.name}" for one in samples()]
    assert cgviz("samples", "staged").out == sample("staged").text


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("@stagd", "there is no sample 'stagd'; did you mean @staged"),
        ("@", "the name of a sample goes after the @"),
        ("@../errors", "there is no sample '../errors'"),
        ("no.cg", "there is no file 'no.cg'"),
        ("no/such.txt", "there is no file 'no/such.txt'"),
    ],
)
def test_a_program_that_is_not_there(cgviz: Runner, program: str, message: str) -> None:
    found = cgviz("table", program)
    assert found.status == 2
    assert message in found.message


# the group


def test_version_and_help(cgviz: Runner) -> None:
    assert cgviz("--version").out == f"cgviz {__version__}\n"
    assert cgviz("--help").out == cgviz("-h").out
    assert "--NAME VALUE" in cgviz("table", "-h").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rendr"], "there is no command 'rendr'; did you mean 'render'?"),
        (["x*y", "--x", "3"], "there is no command 'x*y'; to draw a program: cgviz render 'x*y'"),
        (["--x", "3", "table", "x*y"], "'--x' comes after the command and its program"),
        (["--style=card", "render"], "'--style=card' comes after the command and its program"),
        (["backprop"], "there is no command 'backprop'; commands are render, table"),
        (["-x**2"], "there is no command '-x**2'"),
        (["samples", "a", "b\nc"], "unexpected extra argument (b c)"),
        (["table", "x", "-o", "a\0b.csv"], "embedded null byte"),
        (["render", "x", "-o", "a\0b"], "embedded null byte"),
        (["table", "--file", "a\0b"], "cannot read the file"),
    ],
)
def test_a_slip_before_the_command(cgviz: Runner, arguments: list[str], message: str) -> None:
    found = cgviz(*arguments)
    assert found.status == (1 if "-o" in arguments else 2)
    assert message in found.message
    assert found.err.count("\n") == 1


@pytest.mark.parametrize(
    ("raised", "status", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 1, "not enough memory"),
        (RecursionError(), 1, "nested too deep"),
        (ZeroDivisionError("a\nmistake"), 1, "internal error, ZeroDivisionError: a mistake; --debug"),
    ],
)
def test_whatever_happens_is_one_line(
    cgviz: Runner, monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: int, message: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("cgviz.reading.api.read", fails)
    found = cgviz("table", "x*y")
    assert found.status == status
    assert message in found.err
    assert found.err.count("\n") == bool(message)


def test_debug_shows_the_traceback(cgviz: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError):
        cgviz("table", "x*y", "--x", "1", "--debug")
    with pytest.raises(UsageError):
        cgviz("--debug", "table", "x*y", "--x", "1")
    monkeypatch.setenv("CGVIZ_DEBUG", "1")
    with pytest.raises(UsageError):
        cgviz("table", "x*y", "--x", "1")


def test_nothing_is_left_behind(cgviz: Runner) -> None:
    cgviz("table", "x*y")
    cgviz("table", "x*y", "--x", "1")
    assert os.listdir() == []


# render


def test_render_draws_and_prints(cgviz: Runner) -> None:
    found = cgviz("render", *LECTURE)
    assert (found.status, found.err) == (0, "wrote f.svg\n")
    assert found.out == cgviz("table", *LECTURE).out
    assert Path("f.svg").read_bytes().startswith(b"<?xml")
    assert os.listdir() == ["f.svg"]


def test_the_file_is_named_after_the_output(cgviz: Runner) -> None:
    assert cgviz("render", "L = (w*x - y)**2", "--to", "dot").err == "wrote L.dot\n"
    assert Path("L.dot").read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.parametrize(
    ("name", "begins"), [("f.svg", b"<?xml"), ("f.PDF", b"%PDF"), ("f.png", b"\x89PNG"), ("f.dot", b"digraph")]
)
def test_the_format_follows_the_ending(cgviz: Runner, name: str, begins: bytes) -> None:
    assert cgviz("render", "x*y", "-o", name).status == 0
    assert Path(name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("to", "begins"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG"), ("dot", b"digraph")]
)
def test_the_picture_on_standard_output(capfdbinary: pytest.CaptureFixture[bytes], to: str, begins: bytes) -> None:
    assert main(["render", "x*y", "-o", "-", "--to", to]) == 0
    out, err = capfdbinary.readouterr()
    assert out.startswith(begins)
    assert b"gradient   =" not in out
    assert err == b""


def test_a_binary_picture_is_no_text_for_a_terminal(cgviz: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.cli.streams.is_terminal", lambda: True)
    found = cgviz("render", "x*y", "-o", "-", "--to", "png")
    assert found.status == 2
    assert found.message == "a png is no text for a terminal; send it to a file: -o picture.png"


LOOKS = [
    "--style circuit", "--theme dark", "--theme print", "--theme colorblind", "--direction TB", "--direction tb",
    "--digits 8", "--background filled", "--background #fF8800", "--outline-text", "--no-embed-font", "--embed-font",
    "--engine inprocess", "--detail gate", "--no-share", "--ties first",
]  # fmt: skip
DEFAULTS = ("--engine inprocess", "--embed-font")


LOOKED_AT = ["render", "sigmoid(w*x) + max(w, x) + (w*x)**2", "--w", "1.25", "--x", "1.25", "-o"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("look") / "plain.svg"
    assert main([*LOOKED_AT, str(path)]) == 0
    return path.read_bytes()


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_is_drawn(cgviz: Runner, look: str, plain: bytes) -> None:
    found = cgviz(*LOOKED_AT, "other.svg", *look.split())
    assert found.status == 0, found.err
    assert (plain == Path("other.svg").read_bytes()) == (look in DEFAULTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "f.jpg"], "the ending '.jpg' is unknown; a picture ends in .svg, .pdf, .png, .dot, "),
        (["-o", "f.svg", "--to", "png"], "--to png and the ending .svg of 'f.svg' do not agree"),
        (["-o", "-", "--show"], "--show opens a file; -o - writes none"),
        (["--scale", "0"], "0 is not between 0.05 and 20"),
        (["--scale", "nan"], "nan is not between 0.05 and 20"),
        (["--scale", "big"], "'big' is not a valid float"),
        (["--background", "#12"], "'#12' is none of transparent, filled, #rrggbb"),
        (["--style", "cards"], "'cards' is not one of 'card', 'circuit'"),
        (["--theme", "blue"], "'blue' is not one of 'light', 'dark', 'print', 'colorblind'"),
    ],
)
def test_a_picture_that_cannot_be_asked_for(cgviz: Runner, arguments: list[str], message: str) -> None:
    found = cgviz("render", "x*y", *arguments)
    assert found.status == 2
    assert message in found.message
    assert os.listdir() == []


def test_a_picture_that_is_not_finite_is_drawn_and_said(cgviz: Runner) -> None:
    found = cgviz("render", "1/(x-x)", "--x", "3")
    assert found.status == 1
    assert found.err.startswith("wrote f.svg\ncgviz: stage (2)")
    assert os.listdir() == ["f.svg"]


def test_show_opens_the_picture(cgviz: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.cli.viewer.sys.platform", "linux")
    viewer, seen = Path("bin/xdg-open"), Path("seen")
    viewer.parent.mkdir()
    viewer.write_text(
        f'#!/bin/sh\necho "$1" > {seen.resolve()}.part; mv {seen.resolve()}.part {seen.resolve()}\nexec sleep 1\n'
    )
    viewer.chmod(0o755)
    monkeypatch.setenv("PATH", f"{viewer.parent.resolve()}:{os.environ['PATH']}")
    assert cgviz("render", "x*y", "--show").status == 0
    ended = time.monotonic() + 20
    while not seen.exists() and time.monotonic() < ended:
        time.sleep(0.01)
    assert seen.read_text("utf-8").strip() == str(Path("f.svg").resolve())


def test_show_without_a_viewer_is_one_line(cgviz: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.cli.viewer.sys.platform", "linux")
    monkeypatch.setattr("cgviz.cli.viewer.shutil.which", lambda name: None)
    found = cgviz("render", "x*y", "--show")
    assert found.status == 1
    assert found.err == "wrote f.svg\ncgviz: there is no xdg-open here to open the picture; open 'f.svg' yourself\n"


# doctor


def test_doctor_tells_what_draws(cgviz: Runner) -> None:
    found = cgviz("doctor")
    assert (found.status, found.err) == (0, "")
    assert "Graphviz" in found.out
    assert "!!" not in found.out


def test_doctor_tries_the_commands_that_it_names(
    cgviz: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for tool, status in (("dot", 1), ("node", 1), ("rustc", 0)):
        (tmp_path / tool).write_text(f"#!/bin/sh\necho {tool} 1.2\nexit {status}\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "400")  # the folder's name may be long
    found = cgviz("doctor")
    said = {line.split()[1]: line for line in found.out.splitlines()}
    assert found.status == 0
    assert "dot does not work (not needed" in found.out
    assert [said[tool].split(maxsplit=2)[2].partition(" (")[0] for tool in ("cc", "node", "rustc")] == [
        "none",
        f"{tmp_path}/node does not work",
        "rustc 1.2",
    ]


def test_doctor_says_what_to_do(cgviz: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.drawing.engine.inprocess.available", lambda: False)
    monkeypatch.setattr("cgviz.drawing.engine.process.available", lambda: False)
    monkeypatch.setenv("PATH", "")
    found = cgviz("doctor")
    assert found.status == 1
    assert "-> install pygraphviz" in found.out
    found = cgviz("render", "x*y", "-o", "f.pdf")
    assert found.status == 1
    assert "install pygraphviz" in found.message
    assert os.listdir() == []
    assert cgviz("render", "x*y", "-o", "f.svg").status == 0


def test_the_list_of_commands_is_whole(cgviz: Runner) -> None:
    listed = cgviz("--help").out.partition("To see it:\n")[2].partition("Completion")[0]
    assert re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE) == list(COMMANDS)


def test_help_tells_all_about_a_command(cgviz: Runner) -> None:
    assert cgviz("help", "table").out == cgviz("table", "--help").out
    assert cgviz("help").out == cgviz("--help").out
    assert "did you mean 'table'" in cgviz("help", "tabel").err
    assert "split the" in cgviz("help", "options").out
    door = cgviz()
    assert (door.status, door.out.count("\n") < 14, "cgviz help" in door.out) == (0, True, True)


def test_shared_options_are_last_and_short(cgviz: Runner) -> None:
    page = cgviz("render", "--help").out
    own, _, shared = page.partition("Options of every command (cgviz help options):\n")
    assert "--style" in own
    assert "--ties" not in own
    assert len(shared.splitlines()) <= 22


# ops


def test_every_op_is_listed(cgviz: Runner) -> None:
    found = cgviz("ops")
    assert (found.status, found.err) == (0, "")
    first_words = {line.split()[0] for line in found.out.splitlines() if line}
    assert {row.name for row in rows()} <= first_words
    words = " ".join(found.out.split())
    assert all(row.source in words for row in rows())
    assert re.search(r"max +max +max\(x, y\) +\[x = f\]; \[y = f\]", found.out)


def test_one_op_in_full(cgviz: Runner) -> None:
    found = cgviz("ops", "expit")
    assert found.out == cgviz("ops", "σ").out == cgviz("ops", "sigmoid").out
    assert "(1 − f)·f" in found.out
    assert cgviz("ops", "×").out.splitlines()[0].split() == ["name", "multiply"]
    assert cgviz("ops", "tnah").message == "there is no function 'tnah'; did you mean 'tanh'?"


def test_ops_as_json(cgviz: Runner) -> None:
    found = json.loads(cgviz("ops", "--format", "json").out)
    assert [row["name"] for row in found] == [row.name for row in rows()]
    assert json.loads(cgviz("ops", "relu", "--format", "json").out)[0]["derivatives"] == ["[x > 0]"]


@pytest.mark.parametrize("columns", [1, 40, 80, 200])
def test_ops_fit_the_terminal(cgviz: Runner, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr("cgviz.cli.streams.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    found = cgviz("ops")
    assert found.status == 0
    assert max(map(len, found.out.splitlines())) <= max(columns, 20)


@click.command(cls=ProgramCommand, words=("PROGRAM", "FILE"))
def two_words(request: Request, file: str) -> None:
    click.echo(f"{request.program or request.file} {file} {request.inputs}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x*y", "a.py", "--x", "3"], "x*y a.py [('x', '3')]"),
        (["--x", "3", "x*y", "a.py"], "x*y a.py [('x', '3')]"),
        (["a.py", "--file", "p.cg"], "p.cg a.py []"),
    ],
)
def test_a_command_may_take_a_further_word(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    two_words.main(arguments, prog_name="two", standalone_mode=False)
    assert capsys.readouterr().out.strip() == said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], 'PROGRAM is missing, as in two "x*y" FILE --x 4 --y -3'),
        (["x*y"], 'FILE is missing, as in two "x*y" FILE --x 4 --y -3'),
        (["--file", "p.cg"], "FILE is missing, as in two --file p.cg FILE --x 4 --y -3"),
        (["x", "*", "y", "a.py"], "one PROGRAM and one FILE, not 4 words: x * y a.py; put it in quotes"),
        (["x*y", "a.py", "--file", "p.cg"], "--file names the program already; 'x*y' is one too many"),
        (["x*y", "a.py", "--no-shar"], "'--no-shar' is no option; did you mean --no-share?"),
    ],
)
def test_words_that_a_command_does_not_expect(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        two_words.main(arguments, prog_name="two", standalone_mode=False)
    assert caught.value.typed == message


def test_a_picture_of_very_many_stages_prints_no_table(cgviz: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgviz.cli.commands.render.MOST_ROWS", 1)
    done = cgviz("render", "q = x*y; q + sin(q)", "--x", "2", "--y", "3", "-o", "f.svg")
    assert done.status == 0
    assert done.out == ""
    assert "the table has 3 rows: cgviz table prints it" in done.err
