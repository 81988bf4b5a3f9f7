"""The functions that written JavaScript calls and that JavaScript's Math has not."""

from __future__ import annotations

from pathlib import Path


def library() -> str:
    """Returns the source of the library, plain JavaScript without imports."""
    return (Path(__file__).parent / "library.js").read_text(encoding="utf-8")
