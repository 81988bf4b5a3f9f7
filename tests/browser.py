"""A real browser for tests of pages: Chromium, headless, without a network; tests skip where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"  # all is drawn
NAMES = ("chromium", "chromium-browser", "google-chrome")


def need_chromium() -> tuple[Any, str]:
    """Returns playwright's module and where Chromium is; skips the test that calls it, before its work, otherwise."""
    path = os.environ.get("CGVIZ_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    return pytest.importorskip("playwright.sync_api", reason="playwright is not installed"), path


@contextmanager
def chromium() -> Iterator[Any]:
    """Yields a browser of playwright's that runs the Chromium of this machine."""
    sync_api, path = need_chromium()
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except sync_api.Error as error:
            pytest.skip(f"Chromium does not start: {str(error).splitlines()[0]}")
        yield browser
        browser.close()
