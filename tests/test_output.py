"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from cgviz.errors import RenderError
from cgviz.text import output

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def test_writes_a_new_file(tmp_path: Path) -> None:
    output.write(tmp_path / "f.svg", b"<svg/>")
    assert (tmp_path / "f.svg").read_bytes() == b"<svg/>"
    assert os.listdir(tmp_path) == ["f.svg"]


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        output.write(tmp_path / "f.svg", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f.svg").stat().st_mode) == 0o640


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "f.svg"
    target.write_bytes(b"old")
    target.chmod(0o604)
    output.write(target, b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_a_symlink_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (tmp_path / "link.svg").symlink_to(folder / "real.svg")
    output.write(tmp_path / "link.svg", b"one")
    output.write(tmp_path / "link.svg", b"two")
    assert (tmp_path / "link.svg").is_symlink()
    assert (folder / "real.svg").read_bytes() == b"two"
    assert os.listdir(folder) == ["real.svg"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError, OSError(28, "No space left on device")])
def test_a_failure_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException | type[BaseException]
) -> None:
    target = tmp_path / "f.svg"
    target.write_bytes(b"old")

    def fails(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[:2])
        raise failure

    monkeypatch.setattr(output, "pour", fails)
    with pytest.raises((KeyboardInterrupt, MemoryError, RenderError)):
        output.write(target, b"a longer new content")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f.svg"]


def test_a_pipe_is_written_straight(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    output.write(pipe, b"through")
    reader.join(timeout=10)
    assert found == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_device_is_one_line() -> None:
    with pytest.raises(RenderError, match=r"cannot write '/dev/full': No space left on device"):
        output.write("/dev/full", b"x")


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, why in [
        (tmp_path / "no" / "f.svg", "there is no folder"),
        (tmp_path, "it is a folder"),
        (tmp_path / ("n" * 300), "File name too long"),
        (tmp_path / "loop", "symbolic links"),
        ("a\0b", "null"),
    ]:
        with pytest.raises(RenderError, match=why) as caught:
            output.write(path, b"x")
        assert "\n" not in str(caught.value)


def test_what_is_read_only_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "f.svg"
    target.write_bytes(b"old")
    for locked, why in [(target, "the file is read-only"), (tmp_path, "is read-only")]:
        monkeypatch.setattr(output.os, "access", lambda path, mode, locked=locked: path != str(locked))
        with pytest.raises(RenderError, match=why):
            output.check(str(target))


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_folder_or_file_that_is_read_only_is_respected(tmp_path: Path) -> None:
    target = tmp_path / "f.svg"
    target.write_bytes(b"old")
    target.chmod(0o444)
    with pytest.raises(RenderError, match="the file is read-only"):
        output.check(str(target))
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(RenderError, match="is read-only"):
            output.check(str(tmp_path / "new.svg"))
    finally:
        tmp_path.chmod(0o755)
