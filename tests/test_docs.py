"""The README: every block of output in it is what its command prints, and every command is documented."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from command import run_in_text

from cgviz.cli.group import COMMANDS

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_shows_what_its_commands_print(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    readme, wide = ROOT / "README.md", {"COLUMNS": "116", "NO_COLOR": "1"}
    monkeypatch.setattr(make, "run", lambda arguments: run_in_text(*arguments, cwd=ROOT, env=wide).stdout)
    assert make.page(readme) == readme.read_text(encoding="utf-8"), "run `make docs`"


def test_every_picture_of_the_pages_is_there() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "gallery.md"):
        pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
        assert pictures
        assert all((page.parent / picture).is_file() for picture in pictures)


def test_every_command_and_sample_is_on_a_page(make: ModuleType) -> None:
    commands = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert re.findall(r"^## cgviz (\w+)$", commands, re.MULTILINE) == list(COMMANDS), "run `make docs`"
    gallery = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert all(f"cgviz render @{name}\n" in gallery for name, _ in make.samples()), "run `make docs`"


def test_nobody_is_told_to_install_the_unrelated_package() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        assert not re.search(r"pip install [^.]*\bcgviz\b(?!-)", page.read_text(encoding="utf-8"))


def test_blocks_of_the_documentation_are_run(tmp_path: Path) -> None:
    markdown = pytest.importorskip("markdown")
    spec = importlib.util.spec_from_file_location("docs_blocks", ROOT / "docs" / "blocks.py")
    assert spec
    assert spec.loader
    blocks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(blocks)
    text = "```file a.txt\nseen\n```\n\n```console\n$ cat a.txt\n```\n\n```python run\nprint(6*7)\n```\n"
    page = markdown.markdown(text, extensions=["fenced_code", blocks.makeExtension()])
    assert "$ cat a.txt\nseen" in page
    assert "42" in page
    with pytest.raises(SystemExit, match="exit status 1"):
        markdown.markdown("```console\n$ false\n```\n", extensions=[blocks.makeExtension()])
