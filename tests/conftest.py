"""What all tests share: settings of hypothesis (the same examples in every run, no deadlines), a browser for a file."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from browser import chromium
from hypothesis import HealthCheck, settings

settings.register_profile(
    "cgviz", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("cgviz")
with suppress(ImportError):  # no constants of the modules that happen to be loaded among the examples
    from hypothesis.internal.conjecture import providers

    providers._get_local_constants = lambda: providers._local_constants
gc.disable()  # until all tests are collected: they stay


def pytest_collection_finish() -> None:
    """Keeps the collector off what stays to the end: thousands of tests and the modules that they are in."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser
