"""`cgviz help`: the help page of a command, or of all."""

from __future__ import annotations

import click

from cgviz.cli import streams
from cgviz.cli.options import debug_option
from cgviz.errors import UsageError, quoted

HELP = """Tell all about a command.

\b
  cgviz help
  cgviz help render
  cgviz help options

It is the same page as that of cgviz COMMAND --help; `options` tells at length of those that every command has.
"""


@click.command(help=HELP, params=[debug_option()])
@click.argument("name", metavar="[COMMAND]", required=False)
@click.pass_context
def command(ctx: click.Context, name: str | None) -> None:
    from cgviz.cli.group import COMMANDS, meant
    from cgviz.cli.group import command as command_called

    above = ctx.parent
    assert above is not None
    if name is None:
        streams.say(above.get_help())
        return
    if name == "options":
        streams.say(shared_options(ctx))
        return
    if name not in COMMANDS:
        raise UsageError(f"there is no command {quoted(name)}; {meant(name)}")
    found = command_called(name)
    with found.make_context(name, [], parent=above, resilient_parsing=True) as context:
        streams.say(found.get_help(context))


def shared_options(ctx: click.Context) -> str:
    """Returns the help of the options that every command with a PROGRAM has, at length."""
    from cgviz.cli.options import program_options

    formatter = ctx.make_formatter()
    told = [record for option in program_options() if (record := option.get_help_record(ctx))]
    with formatter.section("Options of every command that takes a PROGRAM"):
        formatter.write_dl(told)
    return formatter.getvalue().rstrip()
