"""What the parts of grading answer, each asked alone, against a table to be read: names, texts, archives, numbers, slips.

What whole files get is in `test_grade_tables` and `test_grade_search_tables`.
"""

from __future__ import annotations

import ast
import codecs
import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.grading import binding, elements, foresight, halfway, near, signposts
from cgviz.grading import listing as listings
from cgviz.grading import points as near_points
from cgviz.grading import submissions as handed_in
from cgviz.grading.attempts import speaks_torch, targets, whole_input
from cgviz.grading.class_summary import summarized
from cgviz.grading.ends import found as found_in
from cgviz.grading.ends import is_length, judged, worse
from cgviz.grading.ends import largest as largest_in
from cgviz.grading.ends import same as same_in
from cgviz.grading.exercise import Exercise
from cgviz.grading.hints import hinted
from cgviz.grading.interpreter.machine import Machine
from cgviz.grading.interpreter.objects import Class, Frame, Function, Instance, Module
from cgviz.grading.interpreter.signals import UNKNOWN
from cgviz.grading.listing import Listing, plain
from cgviz.grading.places import code_at, offset, place
from cgviz.grading.report import Grade, GradientVerdict, LineVerdict
from cgviz.grading.selecting import selected
from cgviz.grading.signposts import Signpost
from cgviz.grading.source import source
from cgviz.grading.spellings import Spellings, is_value
from cgviz.grading.surroundings import blocks, changed_in_place, differs, visible
from cgviz.grading.suspects import is_plain
from cgviz.grading.truth import are_labels, differences, is_number, number_of, objective, weighted
from cgviz.grading.truth import near as near_exercise
from tests.held import asked, hold, number
from tests.test_grade_tables import tarred, zipped

keep = partial(hold, "parts.txt")


def answers(function: Callable[..., Any], cases: list[tuple[Any, ...]]) -> list[str]:
    """Returns a line for each case: what a function is asked, and what it answers."""
    return [f"{', '.join(map(shown, case))}: {asked(function, *case)}" for case in cases]


def shown(value: Any) -> str:
    return value if isinstance(value, str) else number(value) if isinstance(value, (float, np.ndarray)) else repr(value)


# names

NAMES = [
    ["x", "y", "q", "w_1", "W1", "h", "f2"], ["x", "dx", "ddx", "bar", "s_", "n"], ["d", "dd", "grad", "a", "ad"],
    ["loss", "w", "out", "E"], ["theta", "theta_0", "y_pred", "yd", "ydy"],
]  # fmt: skip
READ = """d dx d_x dq dfdq df_dq dfd_q df_d_q grad_q q_grad gradq qgrad g_q gq delta_q deltaq q_bar qbar bar dq_ dw1 dw_1 d_w_1 dW1 dW_1 dh dout doutdx dLdx
 dL_dW1 dJ_dw dloss dloss_dw dlossbydw dloss_wrt_w dEdw dE_dw dfx dfbydx dfwrtx dqdx dq_dx dxdq dx_dy dqdw_1 ddx dddx dbar dd ddd dad da_d dgrad grad_grad ggrad dtheta dtheta0
 dtheta_0 dy_pred dypred y_pred_grad dyd dydy dydyd dLoss dx1 dxx dn ds ds_ s_grad dOut dq1 x x_ xgrad_ dfd dfdd df ddf delta grad g doutput dout_dw d_out_d_w""".split()


@pytest.mark.parametrize("at", range(len(NAMES)))
def test_names_of_gradients(at: int) -> None:
    made = Spellings(NAMES[at], ["f", "z_out"])
    lines = [
        f"outputs {sorted(made.outputs)}",
        f"values { ({name: made.value(name) for name in READ if made.value(name)}) }",
    ]
    lines += [f"{name}: {made.gradient(name)}" for name in READ if made.gradient(name)]
    lines += [f"{name}: local {made.local(name)}" for name in READ if made.local(name)]
    for read in ({"dx", "x"}, {"x", "dx", "dx_", "s_"}, {"x_", "dx_"}):
        lines.append(
            f"values beside {sorted(read)}: {[name for name in [*READ, 'dx_'] if is_value(name, NAMES[at], read)]}"
        )
    keep(f"names: {' '.join(NAMES[at])}", lines)


def test_names_that_bind() -> None:
    words = """dout grad delta_out up upstream g error top_diff dy_pred loss_grad diff cache caches ctx memory my_cache_1 params state x w out d
     params_grads dW dparams grads gradients d_model dWx""".split()
    kinds = {"upstream": binding.UPSTREAM, "cache": binding.CACHES}
    keep(
        "names that bind",
        [f"{kind}: {[word for word in words if found.fullmatch(word)]}" for kind, found in kinds.items()],
    )
    returned: list[str] = []
    for text, value in [("a", 1.0), ("a, b", (1.0, 2.0)), ("a, (b, c)", (1.0, [2.0, 3.0])), ("[a, b]", [1.0, 2.0]), ("a, b", (1.0,)), ("a, 1", (1.0, 2.0)), ("a + 1", 2.0), ("a, b", 3.0)]:  # fmt: skip
        names: dict[str, Any] = {}
        binding.named(ast.parse(text, mode="eval").body, value, names)
        returned.append(f"return {text} of {value}: {names}")
    keep("names of what is returned", returned)


# texts

TEXTS = {
    "new": "dx = 1 / 2\n", "print": "print 'a', x\ndx = 3/2", "print alone": "print\nx = 1", "print of a bracket": "print (1), 2\nprint(3)", "print after a colon": "if x: print 'a'; y = 2\nprint 'b'",
    "print with a comment": "print x # said\nprint x, # more", "print over lines": "print [1,\n  2], x\nz = 1", "print in a string": "s = 'print x'\nprint s", "print without a space": "print'x'\nprint\"y\", 1",
    "print indented": "def f():\n    print 'x', y\n    return 1", "print to a name": "print = 3\nprint.x\n", "print last": "print x", "print with a bracket inside": "print f(1; 2)", "print, semicolons": "print x; print y; z = 1", "print %": "print 'a %d' % (3,)",
    "except": "try:\n    x = 1\nexcept ValueError, e:\n    pass", "except of two": "try:\n    x = 1\nexcept (A, B.c), e:\n    pass", "raise": "raise ValueError, 'no'  ", "not equal": "if x <> 1:\n    dx = `x`", "raise indented": "def f():\n    raise A, b, c",
    "long": "for i in xrange(3): pass", "long in a comment": "# xrange\nx = 'raw_input'\ny = \"unicode\"", "division": "from __future__ import division\nfor i in xrange(3): pass", "builtins": "from past.builtins import xrange\nxrange(3)", "items": "for k in d.iteritems(): pass", "has": "d.has_key(1)",
    "tabs": "if x:\n\ty = 1\n        z = 2", "tabs and print": "if x:\n\tprint y\n        z = 2", "star": "*a = b", "star in a loop": "for *a in b: pass", "star in a tuple": "*a, b = c", "with a star": "a: int = 1\nb += 2", "nothing": "", "words": "this is no Python", "bracket": "dx = (1,\ndy = 2", "indent": "x = 1\n  y = 2", "return": "x = 3\ny = = 4 # é", "é": "é = \"é\" +* 2",
    "print and no Python": "print x\ny = = 1", "deep": "x = " + "(" * 400 + ")" * 400, "quote": "x = 'a\ny = 2", "old number": "x = 0777\nprint x", "exec": "exec 'x'", "print to a file": "print >>f, x", "decorator": "@f\nx = 1", "nonlocal": "nonlocal x",
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    try:
        made = source(Listing(TEXTS[name]))
        lines = [f"python {2 if made.python2 else 3}", *ast.unparse(made.tree).split("\n")]
    except cgviz.CgvizError as error:  # Python's own words differ between versions
        lines = [re.sub(r"(read this.*): .*", r"\1", each) for each in str(error).split("\n")]
    keep(f"text: {name}", lines)


BYTES: dict[str, bytes] = {
    "UTF-8": "é = 1".encode(), "a mark": codecs.BOM_UTF8 + "é = 1".encode(), "UTF-16": "é = 1".encode("utf-16"), "UTF-16, large end": codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "no UTF-8": b"\xe9 = 1", "undefined": b"\x81\xe9",
    "latin-1": b"# coding: latin-1\n\xe9 = 1", "second line": b"#!/python\n# -*- coding: cp1251 -*-\n\xe9", "third line": b"\n\n# coding: cp1251\n\xe9", "equals": b"# vim: set fileencoding=iso-8859-15 :\n\xa4", "unknown": b"# coding: no-such\n\xe9", "rot13": b"# coding: rot13\nqk = 1",
    "bytes to bytes": b"# coding: hex\n61", "wrong": "# coding: ascii\né".encode(), "ended otherwise": b"a\r\nb\rc\x0cd\n", "nul": b"a\0b",
}  # fmt: skip


def test_bytes() -> None:
    keep("bytes", [f"{name}: {asked(lambda held=held: repr(listings.decoded(held)))}" for name, held in BYTES.items()])
    keep(
        "bytes of a file",
        [f"{name}: {asked(lambda held=held: repr(listings.read(held, 'a.PY').text))}" for name, held in BYTES.items()],
    )


CELLS: dict[str, Any] = {
    "old": {"worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}]}, {"cells": [{"cell_type": "code", "input": "c"}]}]},
    "cells": {"cells": [{"cell_type": "code", "source": "a = 1\n"}, {"cell_type": "markdown", "source": "text"}, {"cell_type": "code", "source": ["x\n", "y"]}, {"cell_type": "code", "source": []}, {"cell_type": "code", "source": "z"}]},
    "magics": {"cells": [{"cell_type": "code", "source": each} for each in [
        "%time x = 1", "%%time\nx = 1", "%%javascript\nalert(1)", "  %matplotlib inline\n  y = 2", "!ls\nx = 1", "files = !ls\nt = %time 1", "x?\nx ??", "x = 1 # what?", "?x", "x = y % 2\nz = (1,\n !a)", "\n\n%%latex\n\\a", "%%capture out\nx", "%%python3\nx", "print 'x'\ny = = 1", "this is no Python", "a, b = !ls", "x %= 2", "if x:\n    %time f()"]]},
    "without cells": {}, "no list": {"cells": 3}, "no source": {"cells": [{"cell_type": "code"}]}, "no type": {"cells": [{"source": "x"}]}, "a list": [1], "only text": {"cells": [{"cell_type": "raw", "source": "x"}]}, "a NUL byte": {"cells": [{"cell_type": "code", "source": "a\0b"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_notebooks(name: str) -> None:
    try:
        made = listings.read(json.dumps(CELLS[name]).encode(), "a.IPYNB")
        lines = [
            f"{made.name}, cells {made.cells}",
            *(f"{made.where(at)}: {line}" for at, line in enumerate(made.lines, 1)),
        ]
    except cgviz.CgvizError as error:
        lines = str(error).split("\n")
    keep(f"notebook: {name}", lines)


def test_lengths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is too long, with lengths that are small."""
    monkeypatch.setattr(listings, "LONGEST", 2**20 + 3)
    monkeypatch.setattr(listings, "LONGEST_NOTEBOOK", 2**21)
    cell = json.dumps({"cells": [{"cell_type": "code", "source": "#" * (2**20 + 3)}]}).encode()
    cases = [(b"#" * (2**20 + 3), "a.py"), (b"#" * (2**20 + 4), "a.py"), (b"#" * (2**21 + 1), "a.ipynb"), (cell, "a.ipynb"), (cell.replace(b"##", b"###", 1), "a.ipynb")]  # fmt: skip
    keep(
        "lengths",
        [
            f"{len(held)} of {name}: {asked(lambda held=held, name=name: len(listings.read(held, name).text))}"
            for held, name in cases
        ],
    )
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("x")
    Path("A.PY").write_text("dx = 1")
    keep(
        "listings",
        [asked(lambda name=name: listings.listing(name).text) for name in ("a.txt", "A.PY", "none.py", "none.ipynb")],
    )


def test_places() -> None:
    made = plain("é = 1; dx = (é +\n   2)\nif x:\n    dy = 3\ndz = 'a'", "hw.py")
    lines = [
        f"starts {made.starts}, lines {[made.line_of(at) for at in range(0, 50, 4)]}",
        str(made.refuse("no", 9, 12)).replace("\n", " | "),
    ]
    for node in (each for each in ast.walk(ast.parse(made.text)) if isinstance(each, ast.stmt)):
        start, end = place(made, node)
        lines.append(f"{code_at(made, node)} | {made.text[start:end]!r} at {start}-{end}")
    lines.append(f"offsets {[offset(made, line, column) for line in (1, 3, 9) for column in (0, 1, 2, 5, 99)]}")
    cells = Listing("a\nb\nc\nd", "n", ((2, 1), (5, 3)))
    lines.append(f"{[cells.where(at) for at in (1, 2, 3, 4)]}, {Listing('a', 'n', ((2, 2),)).where(1)}")
    keep("places", lines)


# what is handed in

TREE = [
    "anna/hw.py", "anna/old/hw.py", "bert/notes.txt", "carl/.hidden/hw.py", "dora/__pycache__/hw.py", "emil.py", "finn.ipynb", "gina/a/b/c/d/e/f/g/h/i/j/k/hw.py", "hans/a/b/c/d/e/f/g/h/i/j/k/l/hw.py", ".hidden.py", "ida/deep/readme.md",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = Path("class")
    for name in TREE:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text("dx = 1\n")
    inner = zipped(
        {
            "hw.py": "dx = 1",
            "a/../b.py": "dx = 2",
            "again.zip": zipped({"c.py": "dx = 3", "no.zip": b"?", "third.zip": zipped({"d.py": "dx = 4"})}),
        }
    )
    for name, held in {"jan.zip": inner, "kai.tgz": tarred({"hw.py": "dx = 5", "dir.py/hw.py": ""}), "lea.zip": b"no archive", "mia.tar": b"", "nik/x.zip": zipped({"hw.py": "dx = 6"}), "locked.zip": inner[:-30]}.items():  # fmt: skip
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_bytes(held)
    (made / "link.py").symlink_to("emil.py")
    (made / "linked").symlink_to("anna")
    (made / "linked.zip").symlink_to("jan.zip")
    (made / "empty").mkdir()
    return made


def entries(where: str) -> list[str]:
    try:
        found = handed_in.submissions(where)
        return [f"{each.name} of {each.student}: {asked(lambda each=each: each.listing().text)}" for each in found]
    except cgviz.CgvizError as error:
        return [f"{type(error).__name__}: {error}"]


def test_folders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("folder", entries(str(folder)))
    keep(
        "folders",
        [
            line
            for name in ("anna", "empty", "emil.py", "jan.zip", "lea.zip", "none.zip", "none", "mia.tar")
            for line in entries(f"class/{name}")
        ],
    )
    monkeypatch.setattr(handed_in, "MOST_FILES", 5)
    keep("folder, five files", entries(str(folder)))
    monkeypatch.setattr(handed_in, "MOST_FILES", 1)
    keep("archives, one file", [line for name in ("jan.zip", "kai.tgz") for line in entries(f"class/{name}")])
    monkeypatch.setattr(handed_in, "MOST_FILES", 100)
    monkeypatch.setattr(handed_in, "MOST_BYTES", 200)
    keep(
        "archives, few bytes", [line for name in ("jan.zip", "kai.tgz", "emil.py") for line in entries(f"class/{name}")]
    )
    members = [("a.py", b"#" * 90), ("b.py", b"#" * 120), ("c.py", b"#" * 130)]
    held = dict(members)
    keep(
        "members",
        [
            f"{kind}: {[(name, len(each)) for name, each in handed_in.members_of(pack(held), kind)]}"
            for kind, pack in ((".zip", zipped), (".tar", tarred))
        ],
    )


def grade_of(name: str, *verdicts: str, cause: str = "", credits: dict[str, float] | None = None) -> tuple[str, Grade]:
    gradients = tuple(
        GradientVerdict(f"x{at}", 1.5, 2.5, verdict, 3, verdict != "wrong") for at, verdict in enumerate(verdicts)
    )
    lines = [
        LineVerdict(7, "line 7", "dx = 2", "x", 1.5, 2.5, "wrong", cause=cause and "later", start=9),
        LineVerdict(4, "line 4", "dx = 1", "x", 1.5, 2.5, "wrong", 3, cause, "do it", "odd", 5, 6, "dx = 3"),
    ]
    return name, Grade(plain("dx = 1"), tuple(lines), gradients, ("a fact",), credits or {})


def test_a_class() -> None:
    no = cgviz.EvaluationError("no")
    rows: list[Any] = [
        grade_of("anna/a.py", "right", "wrong", cause="sign"), grade_of("anna/b.py", "right", "right"), grade_of("anna/c.py", "right", "right", cause="axis"), ("bert.py", no), ("carl/a.py", no), grade_of("carl/b.py", "wrong", "missing", cause="sign"),
        grade_of("dora/x.py"), grade_of("emil/a.py", "right", "close", credits={"x0": 3.0}), grade_of("finn", "wrong", "right", credits={"x0": 0.0, "x1": 0.0}), ("finn/b", no), grade_of("gina", "close", "right", cause="mask", credits={"x0": 0.0}),
    ]  # fmt: skip
    lines = [
        f"chosen {[name for name, _ in selected(rows)]}",
        f"{summarized(rows)}",
        f"{summarized(selected(rows))}",
        f"{summarized([])}",
    ]
    for name, made in rows:
        if isinstance(made, Grade):
            first = made.first and (made.first.line, made.first.cause)
            lines.append(
                f"{name}: {made.right} of {made.expected}, {made.score:.4g}, own {made.own_score:.4g}, first {first}, all right {made.all_right}"
            )
    for level in range(4):
        made = hinted(rows[0][1], level)
        lines += [f"hint {level}: {each}" for each in (*made.lines, *made.gradients[:1], made.notes)]
    keep("class", lines)


# numbers

LARGE, SMALL = np.array([1.0, 1e6]), np.array([0.0, 0.0])
PAIRS: list[tuple[Any, Any]] = [
    (1.0, 1.0), (1.0, 1.0 + 9e-7), (1.0, 1.0 + 2e-6), (1.0, 1.009), (1.0, 1.02), (1.0, -1.0), (0.0, 0.0), (0.0, 1e-12), (1e-12, 0.0), (0.0, 2e-11), (5e-10, 0.0), (2e-9, 0.0), (1.0, 0.0), (float("nan"), 1.0), (1.0, float("nan")), (float("inf"), float("inf")),
    (float("inf"), 1.0), (1.0, float("inf")), (float("-inf"), float("inf")), (LARGE, LARGE), (LARGE, np.add(LARGE, (0.5, 0))), (LARGE, np.add(LARGE, (2, 0))), (np.add(LARGE, (0, 2)), LARGE), (LARGE, np.array([1.0])), (LARGE, 1.0), (SMALL, SMALL + 5e-10), (SMALL + 5e-10, SMALL),
    (SMALL + 2e-9, SMALL), (np.array([np.nan, 1.0]), LARGE), (LARGE, np.array([np.nan, 1e6])), (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])), (np.array([]), np.array([])), (np.array(1.0), 1.0), (np.array([[1.0, 2.0]]), np.array([1.0, 2.0])), (LARGE * 1.009, LARGE), (-LARGE, LARGE),
]  # fmt: skip


@pytest.mark.parametrize("way", ["near", "ends"])
def test_what_is_the_same(way: str) -> None:
    lines = []
    for theirs, ours in PAIRS:
        told = []
        for tolerance, scale in (
            (1e-6, 0.0),
            (1e-6, 1.0),
            (1e-6, 100.0),
            (0.5, 0.0),
            (1e-2, 0.0),
            (9e-3, 0.0),
            (0.0, 0.0),
        ):
            if way == "near":
                told.append(
                    f"{asked(near.same, theirs, ours, tolerance, scale)[0]}{asked(near.band, theirs, ours, tolerance, scale)[0]}"
                )
            else:
                told.append(
                    f"{asked(same_in, theirs, ours, tolerance, scale)[0]}{asked(judged, theirs, ours, tolerance, scale)[0]}"
                )
        lines.append(f"{shown(theirs)} for {shown(ours)}: {' '.join(told)}")
    keep(f"the same: {way}", lines)


def test_vectors_that_agree() -> None:
    lines = []
    corner = near.Tolerance(1e-6)
    corner.corner = True
    for one, two in [((1.0, 2.0), (1.0, 2.0)), ((3.0, 2.0), (1.0, 2.0)), ((1.0, 3.0), (1.0, 2.0)), ((3.0,), (1.0,)), ((1.0, 2.0, 5.0), (1.0, 2.0, 4.0)), ((3.0, 2.0, 4.0), (1.0, 2.0, 4.0))]:  # fmt: skip
        for tolerance in (1e-6, corner, 0.3):
            lines.append(
                f"agree {one} {two} {tolerance} {tolerance is corner}: {near.agree(one, two, tolerance)} {near.agree(one, two, tolerance, (1e9, 1e11, 0.0)[: len(one)])}"
            )
    for one, two in ((0.0, 5e-10), (5e-10, 0.0), (0.0, 5e-12), (1.0, 1 + 5e-7), (1.0, 1 + 2e-6)):
        held = [near.same(one, two), near.same(np.array([one]), np.array([two])), near.band(one, two)]
        lines.append(f"no scale {one} {two}: {held} {same_in(one, two, 1e-6)}, {near.agree([one], [two])}")
    keep("vectors", lines)


def test_the_worse_and_the_largest() -> None:
    words = ("right", "close", "wrong", "missing")
    lines = [f"{one} {[worse(one, two) for two in words]}" for one in words]
    values: list[Any] = [
        2,
        -3.0,
        LARGE,
        -LARGE,
        SMALL,
        np.array([]),
        np.array([np.nan, -2.0]),
        np.inf,
        np.array([[1, -7], [2, 3]]),
    ]
    lines += [
        f"largest {shown(value)}: {asked(largest_in, value)} {asked(elements.largest, value)}" for value in values
    ]
    kinds = [3, True, np.int64(3), 3.0, np.float64(3.0), np.array(3), None, UNKNOWN, "3", [1, 2.0], [[1], [2, 3]], ["a"], (1, UNKNOWN), 1j, np.array([1j]), np.array(["a"]), np.array([True, False]), 10**400, np.array([1, 2], dtype=np.uint8), {}, np.array(2.5), np.complex128(1)]  # fmt: skip
    for kind in kinds:
        made = number_of(kind)
        lines.append(
            f"{kind!r}: a length {is_length(kind)}, a number {is_number(kind)}, {'unknown' if made is UNKNOWN else f'{type(made).__name__} {number(made)}'}, found {found_in(kind) is not None}"[
                -90:
            ]
        )
        lines.append(
            f"  labels {asked(are_labels, kind)}, whole {asked(lambda kind=kind: whole_input(('x', kind)))}, float {asked(signposts.is_float, kind)}, size {foresight.size(kind)}, digest {str(foresight.digest(kind))[:60]}"
        )
    for labels in (
        np.array([0.0, 1.0]),
        np.array([[1.0], [0.0]]),
        np.array([0.0, 2.0]),
        np.array([0.5]),
        np.array([]),
        np.array([1, 0]),
    ):
        lines.append(f"labels {labels.tolist()}: {are_labels(labels)} whole {whole_input(('x', labels))}")
    keep("numbers", lines)


def test_arithmetic_of_students() -> None:
    misfit = elements.Misfit("no")
    values: list[Any] = [2.0, 0.0, LARGE, np.array([[1.0], [2.0]]), np.array([1.0, 2.0, 3.0]), SMALL, misfit]
    lines = []
    for one in values:
        lines.append(
            f"{shown(one)}: zero {elements.is_zero(one)}, negligible {[elements.negligible(one, scale) for scale in (0.0, 1.0, 1e20)]}"
        )
        for two in values:
            made = [
                asked(lambda f=f, one=one, two=two: told_of(f(one, two)))
                for f in (elements.plus, elements.minus, elements.ratio)
            ]
            lines.append(f"  with {shown(two)}: {' | '.join(made)}")
    lines.append(
        f"three: {told_of(elements.plus(1.0, LARGE, 2.0))}, {told_of(elements.plus(LARGE, np.ones(3), LARGE))}, {told_of(elements.plus(1.0, 2.0, 4.0))}"
    )
    lines.append(
        f"rounding {[elements.negligible(np.array([value]), 1.0) for value in (1e-13, 1.1e-13, 9e-14)]}, {elements.negligible(1e-20, 1.0)}"
    )
    keep("arithmetic", lines)


def told_of(value: Any) -> str:
    return f"{value.why}" if isinstance(value, elements.Misfit) else number(value)


def test_points_near_others() -> None:
    lines = [f"drawn {number([sorted(p.items()) for p in list(near_points.drawn(['a', 'b'], Random(20)))[::8]])}"]
    for base in ({"x": 2.0, "y": -0.1}, {"x": np.array([1.0, -4.0, 0.0]), "y": 2.0}, {}):
        found = list(near_points.near(base, Random(20)))
        lines += [
            f"{len(found)} near {sorted(base)}, size {near_points.size(base)}",
            *(number(sorted(p.items())) for p in found[::7]),
        ]
    held: dict[str, Any] = {"f = x*y": {"x": 2.0, "y": 3.0}, "f = relu(x)*y": {"x": 0.001, "y": 3.0}, "f = max(x, y, z)": {"x": 0.0, "y": 0.0, "z": -1.0}, "f = log(x)": {"x": -1.0}, "f = sum(relu(x) @ w)": {"x": np.array([[0.5, -0.2]]), "w": np.array([1.0, 2.0])}, "f = max(x)": {"x": np.array([1.0, 3.0, 2.0])}, "f = sum(where(x > 0, x, 2*x))": {"x": np.array([1.0, -3.0])}, "f = 3.0*x": {"x": 1.0}, "f = abs(x) + x**2": {"x": 0.0}, "f = sum(maximum(x, y))": {"x": np.array([1.0, 2.0]), "y": np.array([2.0, 2.0])}, "f = sqrt(x)": {"x": 0.0}, "f = min(x, 1)*y": {"x": 1.2, "y": 0.5}}  # fmt: skip
    for program, values in held.items():
        run = cgviz.run(program, values)
        lines.append(f"{program}: {asked(lambda run=run, values=values: str(near_points.pattern(run, values)))}")
        for keeps in ((), ("x",)):
            lines.append(
                f"  {asked(lambda run=run, keeps=keeps: [sorted(p.items()) for p in near_points.points(run, {}, keeps)])}"
            )
    run = cgviz.run("f = x*y")
    lines += [
        asked(lambda given=given: [sorted(p.items()) for p in near_points.points(run, given)])
        for given in ({"x": 2.0}, {"x": 2.0, "y": 5.0})
    ]
    keep("points near others", lines)


# what a search is made of

VALUE, ALONG = np.array([1.0, -2.0, 0.5]), np.array([0.5, 1.0, -1.5])


def test_signposts() -> None:
    lines = []
    rate = float(VALUE @ ALONG)
    posts = {
        "whole": Signpost(VALUE),
        "along": Signpost(None, ALONG, rate),
        "flat": Signpost(None, ALONG, 0.0),
        "zero": Signpost(np.zeros(3)),
        "number": Signpost(2.0),
    }
    values = (VALUE, VALUE * (1 + 2e-6), VALUE * (1 + 5e-5), VALUE * 1.001, 2 * VALUE, VALUE / 3, 2.5 * VALUE, -VALUE, 999 * VALUE, 1001 * VALUE, 1000 * VALUE, np.zeros(3), VALUE[::-1], VALUE[:2], 2.0, 4.0, 0.0, -2.0, VALUE / 1e9)  # fmt: skip
    lines.append(f"values {', '.join(map(shown, values))}")
    lines += [
        f"{name}: agrees {''.join('.+'[post.agrees(each)] for each in values)}, along {''.join('.+'[post.is_along(each)] for each in values)}"
        for name, post in posts.items()
    ]
    lines += answers(
        signposts.is_near,
        [(1.0, 1.0), (1.0, 1 + 9e-7), (1.0, 1 + 1.1e-6), (0.0, 9e-13), (0.0, 1.1e-12), (-1.0, 1.0), (2.0, 2.000003)],
    )
    events = [
        SimpleNamespace(function=f, frame=n, at=at)
        for at, (f, n) in enumerate([("a", 1), ("a", 1), ("b", 2), ("b", 3), ("", 0)])
    ]
    for chosen in (events, events[2:4], events[:2], []):
        lines.append(f"of one call {[e.at for e in chosen]}: {[e.at for e in signposts.of_one_call(chosen)]}")  # type: ignore[arg-type]
    keep("signposts", lines)


BLOCKS = """
x[0] = 1
x += 2
x.y -= 3
x["a"], z = 1, 2
np.add(a, b, out=c)
np.maximum(a, 0, a)
a.sort()
a.append(1)
a.fill(0)
def f(p):
    for i in range(3):
        if i:
            p[i] += 1
        else:
            q = 2
    try:
        r = 1
    except ValueError:
        s = 2
    finally:
        t = 3
    while True:
        break
    return p
class C:
    k = 3
y: float = 2.0
a = b = 4
u, v = 1, 2
w = -1
"""


def test_statements() -> None:
    tree = ast.parse(BLOCKS)
    names = {id(node): ast.unparse(node).split("\n")[0] for node in ast.walk(tree) if isinstance(node, ast.stmt)}
    lines = []
    for key, (block, within) in blocks(tree.body, []):
        node = next(each for each in ast.walk(tree) if id(each) == key)
        changed = list(changed_in_place(node))  # type: ignore[arg-type]
        lines.append(
            f"{names[key]} | in {[names[id(each)] for each in within]}, of {len(block)} | changes {changed}, binds {targets(node)}, plain {is_plain(node)}"
        )  # type: ignore[arg-type]
    for text in ("x", "x[0]", "x[0][1]", "x['a']", "x['a'][0]", "x.y[0]"):
        lines.append(f"whole of {text}: {ast.unparse(foresight.whole(ast.parse(text, mode='eval').body))}")
    keep("statements", lines)


def test_what_is_kept_of_a_run() -> None:
    machine = Machine()
    top = Frame({}, None)
    other = Frame({}, top)
    node = ast.parse("def f(a=1): pass").body[0]
    kind, listed = Class(machine, "K", (), {}), Class(machine, "L", (), {"every": []})
    made, function, inner = (
        Instance(kind),
        Function(machine, node, top, [1], {}),
        Function(machine, node, other, [], {}),
    )
    made.held = {"w": np.ones(3), "n": 2, "other": made}
    owned, owner = Function(machine, node, other, [], {}), Frame({}, top)
    owner.owner = kind
    owned.frame = owner
    keeping = Function(machine, node, top, [], {})
    keeping.held = {"count": 1}
    many = list(range(4000))
    values: dict[str, Any] = {
        "numbers": [1, 2.0, "a", None, UNKNOWN, b"x", True, 1j], "array": np.ones((2, 3)), "objects": np.array([None]), "dict": {"a": [1, {"b": 2}]}, "object": made, "class": kind, "class with a list": listed, "function": function, "closure": inner, "function in a class": owned,
        "function that keeps": keeping, "defaults": Function(machine, node, top, [[]], {}), "generator": (each for each in ()), "range": range(3), "cycle": (cycle := [1]), "many": [[each] for each in many], "not so many": [[each] for each in many[:900]], "deep": [[[[[[1, 2]]]]]], "set": {1, 2},
        "lambda": test_statements, "dtype": np.float64, "number of numpy": np.float64(2), "machine": machine, "module": Module.__new__(Module), "tuple": (np.ones(3), [np.ones(2)]), "large": np.zeros(300_001), "just not large": np.zeros(299_900),
    }  # fmt: skip
    cycle.append(cycle)
    lines = []
    for name, value in values.items():
        frame = top
        frame.names = {"v": value}
        state = halfway.kept(frame, 3, np.random.RandomState(1))
        lines.append(
            f"{name}: copied {halfway.is_copied(frame)}, kept {state is not None}, size {foresight.size(value) if name != 'cycle' else '-'}, seen {sorted(visible(frame))}"
        )
    frame = Frame({"a": 1.0, "made": made, "lambda": 2, "text": "x", "f": function}, top)
    top.names = {"a": 2.0, "b": 3.0, **{f"n{at}": at for at in range(70)}}
    lines.append(f"visible {list(visible(frame).items())[:6]} of {len(visible(frame))}")
    fresh = foresight.fresh(frame, {"a", "none"})
    lines.append(
        f"fresh {sorted(fresh.names)}, {fresh.up is top}, {foresight.fresh(frame).names['made'] is made}, {fresh.names['made'] is made}"
    )
    for one, two in [
        *PAIRS,
        ("a", "a"),
        ("a", 1.0),
        (UNKNOWN, UNKNOWN),
        (1.0, 1 + 5e-10),
        (1.0, 1 + 5e-09),
        (0.0, 5e-13),
        (0.0, 5e-12),
    ]:
        lines.append(f"differs {shown(one)} {shown(two)}: {asked(differs, one, two)}")
    keep("what is kept", lines)


def test_digests() -> None:
    values: list[Any] = [
        1.0, 1, True, 1 + 1e-9, np.float64(1.0), np.array([1.0]), np.array([1.0 + 1e-9]), np.array([-0.0]), np.array([0.0]), np.array([1]), np.array(["a"]), np.zeros(5000), np.zeros(5001), (1.0, 2.0), [1.0, 2.0], ((1.0,), 2.0), (1.0, "a"), "a", None, 1 << 900, 1 << 899, np.complex128(1), (), {"a": 1},
    ]  # fmt: skip
    found: list[Any] = [foresight.digest(value) for value in values]
    same = [
        [str(values[j])[:20] for j in range(len(values)) if j != i and found[j] is not None and found[j] == found[i]]
        for i in range(len(values))
    ]
    keep(
        "digests",
        [
            f"{str(value)[:20]} {type(value).__name__}: {'told' if made is not None else 'none'}, like {like}"
            for value, made, like in zip(values, found, same, strict=True)
        ],
    )


# an exercise

CALLS = [
    "", "dx = back(dout, cache)", "out, cache = f(x, w); dx, dw = b(dout, cache)", "grads = b(np.ones(3), x, n); dW1, db = grads", "dx, *rest = f(x, len(w), k=up)", "dx = = 1", "net = Net(w); dw = net.back(dout); grads = net.grads", "d_x = 1; dx = 2; grad_w = 3; dh = 4; dfoo = g", "out = f(x)(dout)",
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(CALLS)))
def test_calls(at: int) -> None:
    run = (
        cgviz.run("h = x*w; f = h + n*0 + sum(v)", x=2.0, w=3.0, n=4, v=[1.0, 2.0])
        if at % 2
        else cgviz.run("h = x*w; f = h + n", x=2.0, w=3.0, n=4)
    )
    lines = []
    for given in (
        {"run": run},
        {"run": run, "data": frozenset("x")},
        {"inputs": {"x": 2.0, "w": 3.0, "n": 4}},
        {"inputs": {"x": 2.0, "dx": 3.0}, "data": frozenset("x")},
        {"run": run, "names": {"x": "theta"}},
    ):
        exercise = Exercise(call=CALLS[at], **given)  # type: ignore[arg-type]
        told = [
            f"{name} {asked(lambda exercise=exercise, name=name: f'{getattr(exercise, name)}')}"
            for name in ("assigned", "free", "labels")
        ]
        lines.append(
            f"{', '.join(sorted(given))}: {', '.join(told)}, w {asked(exercise.label, 'w')}, lengths {sorted(exercise.lengths)}"
        )
    keep(f"call: {CALLS[at]}", lines)


def test_torch_or_numpy() -> None:
    head = "import torch\n"
    cases = [("", ""), (head, ""), (f"{head}torch.mm(a)", ""), (f"{head}np.dot(a)", ""), (f"{head}np.dot(a); torch.mm(b)", ""), (f"{head}np.dot(a); numpy.dot(a); F.relu(b)", ""), (f"{head}np.a; np.b", "out = A.apply(x)"), ("import numpy\ntorch.mm(a)", ""), ("  from torch import nn\nx.view(1)", ""), (f"{head}x.sum(keepdim=True)\nx.sum(keepdims = 1)", ""), (f"{head}np.a(keepdims=True).unsqueeze(0)", "")]  # fmt: skip
    keep("torch or numpy", answers(speaks_torch, cases))


def test_outputs_and_upstream_gradients() -> None:
    up = np.array([1.0, 2.0])
    lines = []
    for names, given in [
        ({"out": up}, {"call": "out = f(x)", "upstream": up}), ({"out": 3.0}, {"call": "out = f(x)", "upstream": up}), ({"out": 3.0, "loss": 4.0}, {"call": "out, loss = f(x)"}), ({"a": up, "b": 2.0}, {"call": "a, b = f(x)", "inputs": {"x": 1.0, "da": up, "db": 3.0}}), ({"a": up, "b": "no"}, {"call": "a, b = f(x)", "inputs": {"x": 1.0, "da": up, "db": 3.0}}),
        ({"dx": up, "out": 2 * up}, {"call": "dx, out = f(x)", "upstream": up, "inputs": {"x": up}}), ({"f": np.array([[5.0]])}, {"run": cgviz.run("f = x*2", x=1.0)}), ({"J": 2, "L": 3.0}, {}), ({"dL": 3.0, "J": up}, {"call": "dL = f(x)"}), ({"loss": np.array([1.5])}, {}), ({}, {}), ({"dx": 3.0}, {"call": "dx = f(x)", "inputs": {"x": 1.0}}),
    ]:  # fmt: skip
        made = SimpleNamespace(frame=SimpleNamespace(names=names))
        lines.append(
            f"{names} { ({key: given[key] for key in given if key != 'run'}) }: {asked(objective, made, Exercise(**given))}"
        )  # type: ignore[arg-type]
    values = {"x": up, "dout": up, "dz": 3.0, "dw": np.ones(3)}
    for outs, given in [((up,), {"upstream": 2 * up}), ((2.0, up), {}), ((up, 4.0), {"inputs": values}), ((up, up, np.ones(3)), {"inputs": values}), ((up,), {"inputs": {"x": up}}), ((np.ones(3),), {"upstream": up, "inputs": values}), ((np.array(2.5),), {})]:  # fmt: skip
        lines.append(f"{outs} {given}: {asked(weighted, outs, Exercise(**given), values)}")  # type: ignore[arg-type]
    exercise = Exercise(inputs={"x": 2.0, "w": np.array([1.0, -2.0]), "n": 3, "y": 1.0}, data=frozenset("y"))
    lines.append(
        f"differences { ({key: number(value) for key, value in differences(exercise, dict(exercise.inputs), lambda p: float(p['x'] ** 3 * np.sum(p['w'] ** 2))).items()}) }"
    )
    lines.append(f"near {number([sorted(point.items()) for point in near_exercise(exercise)])}")
    keep("outputs", lines)
