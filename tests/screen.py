"""The terminal player without a terminal, driven by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from unittest.mock import patch

from textual.pilot import Pilot

from cgviz.drawing.theme import THEMES
from cgviz.players.play.app import Player
from cgviz.runs.run import Run

Script = Callable[[Player, Pilot[None]], Awaitable[None]]
GLANCE = patch("textual._wait.SLEEP_GRANULARITY", 1 / 500, create=True)
"""How long the pilot sleeps after a key before it looks whether all is done; it waits for the screen besides."""


def driven(script: Script, run: Run, size: tuple[int, int] = (80, 24), theme: str = "dark") -> None:
    """Runs a script of keys against the player."""

    async def drive() -> None:
        app = Player(run, theme=THEMES[theme])
        async with app.run_test(size=size) as pilot:
            await script(app, pilot)

    with GLANCE:
        asyncio.run(drive())
