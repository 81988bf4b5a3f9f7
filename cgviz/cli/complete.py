"""What the shell offers while PROGRAM is typed: the samples after an @, else files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def programs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Returns the completions of a PROGRAM."""
    from click.shell_completion import CompletionItem

    if not incomplete.startswith("@"):
        return [CompletionItem(incomplete, type="file")]
    from cgviz.shipped import samples

    found = [one for one in samples() if one.name.startswith(incomplete[1:])]
    return [CompletionItem(f"@{one.name}", help=one.summary) for one in found]
