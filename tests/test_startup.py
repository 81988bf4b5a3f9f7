"""What the command line loads before it has anything to compute, and how it behaves in poor surroundings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cgviz.cli import options, present
from cgviz.cli.group import COMMANDS, command
from cgviz.documents import report
from cgviz.drawing import theme
from cgviz.graph import naming
from cgviz.text.gradients import STYLES

LECTURE = ["(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)", "--x", "3", "--y", "-4"]
HEAVY = ("sympy", "rich", "numpy", "graphviz", "pygraphviz", "cgviz.ops", "cgviz.graph.nodes", "dataclasses")
CGVIZ = [sys.executable, "-m", "cgviz"]


def python(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, *arguments], capture_output=True, encoding="utf-8", errors="replace", timeout=120, **settings
    )


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["--version"], {}),
        (["--help"], {}),
        ([], {}),
        (["render", "--help"], {}),
        ([], {"_CGVIZ_COMPLETE": "bash_source"}),
        ([], {"_CGVIZ_COMPLETE": "bash_complete", "COMP_WORDS": "cgviz render @st", "COMP_CWORD": "2"}),
    ],
)
def test_a_light_command_loads_nothing_heavy(arguments: list[str], extra: dict[str, str]) -> None:
    code = (
        "import sys\nfrom cgviz.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"print('loaded', [m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = python("-c", code, env={**os.environ, **extra})
    assert done.stderr.strip() == "loaded []"
    assert done.stdout


def test_a_plain_program_is_read_without_sympy() -> None:
    code = f"import sys\nfrom cgviz.cli import main\ntry: main(['table', *{LECTURE!r}])\nexcept SystemExit: pass\n"
    done = python("-c", code + "print('loaded', 'sympy' in sys.modules, file=sys.stderr)")
    assert done.stderr.strip() == "loaded False"
    assert "xpysqr" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    made = command(name)
    assert made.help
    for param in made.params:
        assert param.param_type_name == "argument" or getattr(param, "help", None) or getattr(param, "hidden", False)


def test_choices_are_those_of_the_views() -> None:
    assert tuple(theme.THEMES) == options.THEMES
    assert report.FORMATS == present.FORMATS
    assert tuple(STYLES) == options.GRADIENTS
    assert naming.NAMINGS == options.NAMINGS


def test_help_is_the_same_at_any_width_and_without_docstrings() -> None:
    pages = {
        python(*flags, "-m", "cgviz", "render", "--help", env={**os.environ, "COLUMNS": columns}).stdout
        for columns in ("1", "80", "300")
        for flags in ([], ["-OO"])
    }
    assert len(pages) == 1
    assert max(map(len, pages.pop().splitlines())) <= 80


def test_completion_offers_samples_and_options() -> None:
    words = {"_CGVIZ_COMPLETE": "bash_complete", "COMP_CWORD": "2"}
    at = python("-m", "cgviz", env={**os.environ, **words, "COMP_WORDS": "cgviz render @stag"}).stdout
    assert "@staged" in at
    style = python("-m", "cgviz", env={**os.environ, **words, "COMP_WORDS": "cgviz table --for"}).stdout
    assert "--format" in style


@pytest.mark.parametrize(
    "extra",
    [
        {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"},
        {"COLUMNS": "1", "PYTHONOPTIMIZE": "2"},
        {
            **{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            **{"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent/cache"},
        },
    ],
)
def test_the_table_survives_its_surroundings(extra: dict[str, str]) -> None:
    done = python("-m", "cgviz", "table", *LECTURE, env={**os.environ, **extra})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "1.546" in done.stdout or "COLUMNS" in extra


def test_no_home_at_all() -> None:
    env = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = python("-m", "cgviz", "table", *LECTURE, env=env)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["table", *LECTURE], ["--help"]])
def test_a_closed_pipe_ends_it_silently(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*CGVIZ, *arguments], stdout=writing, stderr=subprocess.PIPE, timeout=120)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["table", *LECTURE], ["--help"]])
def test_a_full_disk_is_one_line(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*CGVIZ, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.startswith("cgviz: ")
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams(closed: str, tmp_path: Path) -> None:
    shell = f'"$0" -m cgviz table "x*y" --x 3 --y 4 {closed}'
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable], capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert done.returncode == (1 if ">&- " in f"{closed} ".replace("2>&-", "") else 0)
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


def test_carets_stay_in_place_where_the_encoding_is_poor() -> None:
    done = python("-m", "cgviz", "table", "σ(x) + tnah(y)", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == ["  ?(x) + tnah(y)", "         ^~~~"]
