"""The formats of reports, for help pages and printers: it loads nothing."""

from __future__ import annotations

ENDINGS = {".md": "markdown", ".tex": "latex", ".html": "html", ".htm": "html", ".json": "json", ".txt": "text"}
"""Of files, with the format of each. What is neither text nor JSON has its printer in the module of its name."""
FORMATS = tuple(dict.fromkeys(("terminal", *ENDINGS.values())))
OLDER = {"rich": "terminal"}
"""Older names of formats."""
