"""Programs in texts: weave, a deck of a lecture, a Sphinx project and a MkDocs project that are built."""

from __future__ import annotations

import re
from pathlib import Path

import pptx
import pypdf
import pytest

import cgviz
from cgviz.cli import main
from cgviz.errors import UsageError
from cgviz.places.weave import fences, woven
from cgviz.places.weave.slides import lecture
from cgviz.players.deck import DeckLook

LECTURE = """---
marp: true
---
# Backpropagation by hand

The *lecture's* function, **step by step**.

```cgviz x=3 y=-4 title="The lecture"
(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)
```

## A product

- a list stays
- as it is

   ```cgviz --x 2 --y 5 show=table,derive,code lang=numpy
   q = x*y
   q + x
   ```

```python
print("```cgviz is not here")
```

~~~{.cgviz x=1 style=circuit show=program,picture}
sin(x)
~~~
"""


def test_fences_are_found_with_their_words_and_lines() -> None:
    found = list(fences(LECTURE))
    assert [fence.line for fence in found] == [8, 17, 26]
    assert found[0].words.options["title"] == "The lecture"
    assert found[1].words.inputs == {"x": "2", "y": "5"}
    assert found[1].program == "q = x*y\nq + x"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("````md\n```cgviz\nnone\n```\n````\n\n```cgviz x=1\nx*x\n```\n", 1),
        ("~~~\n```cgviz\nnone\n```\n~~~\n", 0),
        ("An example:\n\n    ```cgviz x=1\n    x*x\n    ```\n", 0),
        ("1. a step\n\n    ```cgviz x=1\n    x*x\n    ```\n", 1),
        ("!!! note\n\n    Look:\n\n    ```cgviz x=1\n    x*x\n    ```\n", 1),
    ],
)
def test_a_fence_that_is_only_shown_is_none(text: str, count: int) -> None:
    assert len(list(fences(text))) == count


def test_weave_writes_pictures_beside_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lecture.md").write_text(LECTURE, encoding="utf-8")
    assert main(["weave", str(tmp_path / "lecture.md"), "-o", str(tmp_path / "out")]) == 0
    text = (tmp_path / "out" / "lecture.md").read_text(encoding="utf-8")
    assert text.startswith("---\nmarp: true\n---\n# Backpropagation by hand\n")
    assert "![The lecture](lecture-1.svg)" in text
    assert "![sin(x)](lecture-3.svg)" in text
    assert 'print("```cgviz is not here")' in text
    assert "| gradient |" in text
    assert "import numpy" in text
    svg = (tmp_path / "out" / "lecture-1.svg").read_text(encoding="utf-8")
    assert "2.06" in svg
    assert "base64" in svg
    assert "2 pictures" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("```cgviz x=1\nx*tnah(y)\n```\n", "line 3: unknown function 'tnah'"),
        ("```cgviz x\nx\n```\n", "line 3: 'x' is no NAME=VALUE"),
        ("```cgviz show=film\nx\n```\n", "line 3: there is no 'film' to show"),
        ("```cgviz x=1\nx*y\n```\n", "line 3: no value for 'y'"),
    ],
)
def test_an_error_names_file_and_line(
    fence: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text(f"# Title\n\n{fence}", encoding="utf-8")
    assert main(["weave", str(tmp_path / "a.md"), "-o", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_text_is_never_written_over_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("x", encoding="utf-8")
    assert main(["weave", str(tmp_path / "a.md"), "-o", str(tmp_path)]) == 2
    assert "written over" in capsys.readouterr().err


def test_a_text_without_programs_stays_as_it_is() -> None:
    text = "# A\n\n```python\nx\n```\n"
    assert woven(text, lambda figure: "") == text


def test_a_lecture_becomes_one_deck(tmp_path: Path) -> None:
    (tmp_path / "lecture.md").write_text(LECTURE, encoding="utf-8")
    target = tmp_path / "deck.html"
    assert main(["deck", str(tmp_path / "lecture.md"), "-o", str(target), "--granularity", "pass"]) == 0
    page = target.read_text(encoding="utf-8")
    assert page.count('<section class="cgviz"') == 3
    assert page.count('<section class="text">') >= 2
    assert page.index("Backpropagation by hand") < page.index('<section class="cgviz"') < page.index("A product")
    assert "<strong>step by step</strong>" in page


def test_a_fence_of_a_lecture_says_what_of_its_figure_is_shown() -> None:
    text = "```cgviz x=3 w=2 collapse=inner hide=formulas\n# group inner: z\nz = w*x + 1\nL = z**2\n```\n"
    made = lecture(text, "html", DeckLook(), "pass").decode()
    assert re.search(r'class="node stage collapsed', made)
    assert 'class="formula' not in made
    with pytest.raises(UsageError, match="line 1: no hide 'all'"):
        lecture(text.replace("formulas", "all"), "html", DeckLook())


def test_a_lecture_is_pages_of_text_between_those_of_its_programs(tmp_path: Path) -> None:
    (tmp_path / "l.md").write_text(
        "# One\n\nA **word**.\n\n```cgviz x=3\nx*x\n```\n\n## Two\n\n- first\n- second\n", "utf-8"
    )
    for name in ("l.pdf", "l.pptx"):
        assert main(["deck", str(tmp_path / "l.md"), "-o", str(tmp_path / name), "--granularity", "pass"]) == 0
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "l.pdf").pages]
    slides = pptx.Presentation(str(tmp_path / "l.pptx")).slides
    shown = ["\n".join(shape.text_frame.text for shape in one.shapes if shape.has_text_frame) for one in slides]
    assert len(pages) == len(shown) > 4
    for texts in (pages, shown):
        assert "One" in texts[0]
        assert "A word." in texts[0]
        assert "df" in "".join(texts[1:-1]).replace(" ", "")
        assert "• second" in texts[-1]
    assert main(["deck", str(tmp_path / "l.md"), "-o", str(tmp_path / "l.gif")]) == 2


def test_a_sphinx_project_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = pytest.importorskip("sphinx.cmd.build").main
    (tmp_path / "conf.py").write_text('extensions = ["cgviz.places.sphinx"]\n', encoding="utf-8")
    (tmp_path / "index.rst").write_text(
        "Lecture\n=======\n\n.. cgviz:: x=3 y=-4\n   :show: picture, table, derive\n   :title: The lecture\n\n"
        "   (x + sigmoid(y))/(sigmoid(x) + (x+y)**2)\n",
        encoding="utf-8",
    )
    words = ["-W", "-q", "-b", "html", str(tmp_path)]
    assert build([*words, str(tmp_path / "out")]) == 0, capsys.readouterr().err
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    picture = re.search(r'src="(_images/[0-9a-f]+\.svg)"', page)
    assert picture
    assert "2.06" in (tmp_path / "out" / picture[1]).read_text(encoding="utf-8")
    assert "<math" in page
    (tmp_path / "index.rst").write_text("Bad\n===\n\n.. cgviz:: x=1\n\n   x*tnah(y)\n", encoding="utf-8")
    assert build([*words, str(tmp_path / "bad")]) != 0
    assert "unknown function 'tnah'" in capsys.readouterr().err


def test_a_mkdocs_project_is_built(tmp_path: Path) -> None:
    build = pytest.importorskip("mkdocs.commands.build").build
    load = pytest.importorskip("mkdocs.config").load_config
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Lecture\ntheme: mkdocs\nmarkdown_extensions: [tables, fenced_code, cgviz.places.markdown]\n",
        encoding="utf-8",
    )
    (tmp_path / "docs" / "index.md").write_text(LECTURE, encoding="utf-8")
    build(load(str(tmp_path / "mkdocs.yml"), site_dir=str(tmp_path / "out")))
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count('<figure class="cgviz"><svg') == 2
    assert "<table" in page
    assert "2.06" in page


def test_numbers_in_woven_tables_are_those_of_the_run() -> None:
    run = cgviz.run("q = x*y; q + x", x=2, y=5)
    text = woven("```cgviz x=2 y=5 show=table\nq = x*y\nq + x\n```\n", lambda figure: "")
    assert f"{run.gradient['x']:g}" in text


def test_pictures_of_a_text_are_made_for_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "text.md"
    source.write_text("```cgviz x=3 y=-4 edges=both hide=formulas\n(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)\n```\n")
    assert main(["weave", str(source), "-o", str(tmp_path / "out"), "--fit", "6cm", "--min-text", "20pt"]) == 0
    drawn = (tmp_path / "out" / "text-1.svg").read_text()
    assert float(drawn.partition('width="')[2].partition("pt")[0]) <= 6 / 2.54 * 72 + 12
    assert "less than 20 pt" in capsys.readouterr().err
    assert 'class="formula' not in drawn
