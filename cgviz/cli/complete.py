"""What the shell offers while PROGRAM is typed: the samples after an @, else files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Asks the shell for its files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def programs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Returns the completions of a PROGRAM."""
    if not incomplete.startswith("@"):
        return files(ctx, param, incomplete)
    from click.shell_completion import CompletionItem

    from cgviz.reading.shipped import samples

    found = [one for one in samples() if one.name.startswith(incomplete[1:])]
    return [CompletionItem(f"@{one.name}", help=one.summary) for one in found]
