"""Fuzz: arrays, argument vectors, students' files, tables of numbers. Results and short messages, nothing else."""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import array_programs
import click
import numpy as np
import pytest
from bounding import bounded
from hypothesis import given, settings
from hypothesis import strategies as st
from test_grade_students import COURSE

import cgviz
from cgviz.cli import guarded
from cgviz.cli.arrays import from_file
from cgviz.cli.group import COMMANDS, command
from cgviz.cli.targets import OutFile
from cgviz.errors import LONGEST_MESSAGE, CgvizError
from cgviz.grading import grade
from cgviz.grading.listing import plain
from cgviz.views.grade import report

EXAMPLES = int(os.environ.get("CGVIZ_FUZZ", "60"))
SECONDS = 60
AGAIN = {"max_examples": EXAMPLES, "derandomize": "CGVIZ_FUZZ" not in os.environ}


def told(error: CgvizError) -> None:
    assert 0 < len(str(error)) <= LONGEST_MESSAGE, str(error)


def cuts(texts: list[str], soup: list[str]) -> st.SearchStrategy[str]:
    """Returns texts after a few cuts, copies, exchanged lines and insertions."""

    @st.composite
    def mutated(draw: st.DrawFn) -> str:
        text = draw(st.sampled_from(texts))
        for _ in range(draw(st.integers(0, 3))):
            if draw(st.booleans()):
                lines = text.split("\n")
                one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
                lines[one], lines[other] = lines[other], lines[one]
                text = "\n".join(lines)
                continue
            start = draw(st.integers(0, len(text)))
            end = min(len(text), start + draw(st.integers(0, 8)))
            text = text[:start] + draw(st.sampled_from([*soup, "", text[start:end] * 2])) + text[end:]
        return text

    return mutated()


# arrays

PIECES = (
    "x v A B s W.T A@x x@A [x,y] [[1,2],[3,4]] [] [1] [[1],[2,3]] x[0] A[0,:] A[:,None] x[-9] A[s] norm(x)"
    " sum(A,axis=0)"
    " sum(A,axis=5) softmax(x) reshape(A,(-1,)) reshape(A,(7,)) A⁻¹ Aᵀ |x| ‖A‖ concat(x,y) stack(x,x) max(A,1) mean(x)"
    " inv(A) det(B) solve(A,x) outer(x,y) einsum('ij,j->i',A,x) x.sum() A.reshape(2,-1) one_hot(x,3) cumsum(x) sort(x)"
    " argmax(x) where(x>0,x,y) triu(A) logsumexp(A) var(x) diag(x) trace(A) x*y x·y x⊙y A+x x/A x**2 x**y"
    " A**-1 -x (x+y)"
    " + - * / @ · , ( ) [ ] = ; : f(x)= q= q"
).split()
SIZES = st.sampled_from([(), (2,), (3,), (2, 3), (3, 2), (2, 2), (1,), (0,), (0, 3), (2, 1, 3), (1, 1)])
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.5, 2.0, 1e-310, 1e200, -1e308, 0.25])
ARRAYS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).flatmap(
    lambda pieces: st.sampled_from(["", " "]).map(lambda blank: blank.join(pieces))
) | cuts([array_programs.program(seed, None).text for seed in range(12)], list(PIECES))


@settings(**AGAIN)
@given(ARRAYS, st.data())
def test_arrays(text: str, data: Any) -> None:
    with bounded(text, SECONDS):
        try:
            graph = cgviz.read(text)
            values = {}
            for index in graph.inputs:
                size = data.draw(SIZES)
                count = int(np.prod(size))
                values[graph.nodes[index].name] = np.reshape(
                    data.draw(st.lists(NUMBERS, min_size=count, max_size=count)), size
                )
            run = cgviz.run(text, values, detail=data.draw(st.sampled_from(["stage", "gate"])))
            run.table()
            data.draw(st.sampled_from([run.check, run.diagnose, run.derive, run.forward, run.code]))()
        except CgvizError as error:
            told(error)


# argument vectors

WORDS = (
    "x*y @staged @vectors @two-layers p.cg none.cg - sin(x) \\frac{x}{y} x=3 --x 3 --y -4 --x=1e400"
    " --x=[1,2] --y=@w.csv"
    " --x=@m.npy --x=@empty.csv --x=@. --set x=1 --set y --W [[1,2],[3,4]] -- --z nan --x=1/0 f.py:f f.py s.py a/b 🦊 ′"
).split()
VALUES = (
    "0 1 -1 2.5 1e9 99999999999 x y f * auto svg w.csv p.cg out.svg out.csv . /dev/null '' nan stage dark s.py".split()
)
LONG = {"serve", "play", "site"}  # they stay, or copy a whole site


def choices(param: click.Parameter) -> list[str]:
    known = getattr(param.type, "choices", ())
    return [*map(str, known)] * 3 + VALUES


@st.composite
def vectors(draw: st.DrawFn) -> list[str]:
    name = draw(st.sampled_from([each for each in COMMANDS if each not in LONG]))
    options = [param for param in command(name).params if isinstance(param, click.Option) and param.name != "debug"]
    made = [draw(st.sampled_from(["x*y", "@staged", "max(x, y)", "sum(x*y)", "p.cg", *WORDS]))]
    for _ in range(draw(st.integers(0, 3)) if options else 0):
        param = draw(st.sampled_from(options))
        made.append(draw(st.sampled_from([*param.opts, *param.secondary_opts])))
        if not param.is_flag:
            made.append(draw(st.sampled_from(choices(param))))
    made += draw(st.lists(st.sampled_from(WORDS), max_size=3))
    if draw(st.booleans()):
        made += ["--x", "2", "--y", draw(st.sampled_from(["3", "[1, 2]", "@w.csv", "2"]))]
    return [name, *made]


def given_files(folder: Path) -> dict[Path, bytes]:
    """Writes the files that commands read; returns what is in them."""
    np.save(folder / "m.npy", np.eye(2))
    texts = {"w.csv": "1,2\n3,4\n", "p.cg": "q = x + y\nf = q*x\n", "empty.csv": "", "s.py": COURSE}
    texts["f.py"] = "def f(x, y):\n    return x*y\n"
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return {folder / name: (folder / name).read_bytes() for name in ("m.npy", *texts)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@settings(**AGAIN)
@given(vectors())
def test_argument_vectors(folder: Path, arguments: list[str]) -> None:
    files = given_files(folder)
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    here, stdin = os.getcwd(), sys.stdin
    os.chdir(folder)
    sys.stdin = io.TextIOWrapper(io.BytesIO(b"x*y"), "utf-8")
    try:
        with bounded(arguments, SECONDS), redirect_stdout(out), redirect_stderr(err):
            status = guarded(arguments)
    finally:
        os.chdir(here)
        sys.stdin = stdin
    err.flush()
    said = err.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
    assert status in (0, 1, 2), arguments
    assert not re.search("internal error|Traceback", said), (arguments, said)
    asked = {arguments[i + 1] for i, word in enumerate(arguments[:-1]) if word in written(arguments[0])}
    for path, content in files.items():
        named = path.name in asked or any(f"{word}={path.name}" in arguments for word in written(arguments[0]))
        assert path.read_bytes() == content or named, (arguments, path.name)


@cache
def written(name: str) -> frozenset[str]:
    """Returns the options of a command that name what it writes."""
    return frozenset(word for p in command(name).params if isinstance(p.type, OutFile) for word in p.opts)


# students' files

LAYER = "def forward(x, w, b):\n    return x @ w + b, (x, w)\n\ndef backward(dout, cache):\n    x, w = cache\n"
LAYER += "    dx = dout @ w.T\n    dw = x.T @ dout\n    db = dout.sum(axis=0)\n    return dx, dw, db\n"
STAGED = "q = x + y\nf = q*z\ndf = 1\ndq = z*df\ndz = q*df\ndx = 1*dq\ndy = dq\n"
STUDENT = (
    "for while if else: return lambda def class import np. torch. self . ( ) [ ] { } , : = += == * / @ ** %"
    " 0 1 -1 1e999"
    " None True x y z w dx dw dout cache \n \t # ' \" ''' \\ not in is and or del try: except: yield async print( open("
    " eval( np.zeros( np.add.at( .T .sum( .shape [0] [:, None] [::-1] range( len( dict( f'{ x:=1 *x **k"
    " @property global"
).split(" ")
FILES = cuts(
    [COURSE, LAYER, STAGED, STAGED.replace("\n", "\n    "), "class A:\n    " + LAYER.replace("\n", "\n    ")], STUDENT
)


@cache
def exercises() -> tuple[cgviz.Run, ...]:
    x, w, b = np.array([[0.4, -1.2], [1.5, 0.3]]), np.array([[0.5], [0.2]]), np.array([0.15])
    layer = cgviz.run("out = x @ w + b", {"x": x, "w": w, "b": b}, upstream=np.array([[0.6], [-1.3]]))
    return layer, cgviz.run("q = x + y; f = q*z", {"x": -2.0, "y": 5.0, "z": -4.0})


@settings(**AGAIN)
@given(FILES, st.sampled_from([0, 1]))
def test_students_files(text: str, which: int) -> None:
    with bounded(text, SECONDS):
        try:
            made = grade(exercises()[which], plain(text))
            assert report(made).text
            assert report(made).json
        except CgvizError as error:
            told(error)


# tables of numbers

CELLS = "1 2.5 -3 1e5 1/3 a x_1 nan inf , ; \t \n \r \" ' # 1,5 0x1 ½ − “ \ufeff \x00 é 1e999 -- = @".split(" ")
TABLES = st.lists(st.sampled_from([*CELLS, ",", "\n", ",", "1", "2"]), max_size=30).map("".join).map(str.encode)


@st.composite
def numpy_files(draw: st.DrawFn) -> bytes:
    kept = io.BytesIO()
    np.save(kept, draw(st.sampled_from([np.eye(2), np.arange(6), np.array(1.5), np.zeros((0, 3)), np.array(["a"])])))
    content = bytearray(kept.getvalue())
    for _ in range(draw(st.integers(0, 4))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)))]) if draw(st.booleans()) else bytes(content)


@settings(**AGAIN)
@given(
    st.one_of(
        st.tuples(st.just("t.csv"), TABLES | st.binary(max_size=60)),
        st.tuples(st.just("t.npy"), numpy_files()),
        st.tuples(st.just("t.json"), TABLES | st.sampled_from([b"[1, [2]]", b"[[1, 2], [3]]", b"{}", b"[" * 5000])),
    )
)
def test_tables(folder: Path, file: tuple[str, bytes]) -> None:
    path = folder / file[0]
    path.write_bytes(file[1])
    with bounded(file, SECONDS):
        try:
            assert np.isfinite(from_file("x", str(path))).all()
        except CgvizError as error:
            told(error)
