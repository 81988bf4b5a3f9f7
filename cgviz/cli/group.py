"""The group of all commands. A command is a module in `cgviz/cli/commands/` and its name in COMMANDS."""

from __future__ import annotations

import os
from importlib import import_module

import click

from cgviz import __version__
from cgviz.cli.options import debug_option
from cgviz.errors import UsageError, quoted

SECTIONS = {
    "To see it": {
        "render": "Draw the diagram of a program, and print its table.",
        "table": "Print every stage: value, gradient, how both are computed.",
        "play": "Step through a program in the terminal, and be asked.",
        "page": "Write a live page: steps, sliders, a quiz.",
        "serve": "Open the playground in the browser.",
    },
    "To understand it": {
        "explain": "Explain one node: the key local step of backpropagation.",
        "derive": "Derive the gradient line by line, as on a blackboard.",
        "paths": "List the paths from an input to the output.",
        "forward": "Carry a derivative forward: every stage with its tangent.",
        "jacobian": "Show a Jacobian, and how backpropagation does without it.",
        "hessian": "Show a Hessian: the second derivatives of a number.",
        "descend": "Let the gradient move parameters downhill on a loss.",
    },
    "To trust it": {
        "check": "Check every gradient against independent witnesses.",
        "diff": "Compare two programs: where do they part?",
        "diagnose": "Find where a nan or an infinity began.",
        "grade": "Grade a hand-written pass.",
    },
    "To teach it": {
        "deck": "Make slides of a program, a frame per step.",
        "worksheet": "Make worksheets with blanks, and their answer key.",
        "weave": "Turn programs in Markdown into pictures.",
        "site": "Write the playground as a static site.",
    },
    "To use it elsewhere": {"code": "Write both passes as code."},
    "To find one's way": {
        "samples": "List the programs that ship with cgviz, or print one.",
        "ops": "List the functions of the language, or tell all of one.",
        "doctor": "Tell what draws on this machine, and what to do if not.",
        "help": "Tell all about a command.",
    },
}
COMMANDS = tuple(name for told in SECTIONS.values() for name in told)
WIDTH = 80
HELP = """See backpropagation: type an expression, get its computational graph with every forward value and every
gradient, as a diagram and as a table.

\b
  cgviz render "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)" --x 3 --y -4
  cgviz table "q = x + y; f = q*z" --x -2 --y 5 --z -4
  cgviz table "max(x, y)" --x 2 --y 2 --format json
  cgviz render @staged --style circuit -o staged.pdf
  cgviz render program.cg --x pi/4
  echo "x*y" | cgviz table -

PROGRAM is the text of an expression or of a few statements (in quotes, for the shell), @NAME for a sample that ships
with cgviz, a file that ends in .cg, .tex or .txt, or - for standard input. LaTeX is read, too. Without values for its
inputs a program is shown in symbols.
"""
DOOR = """cgviz shows backpropagation: every value and every gradient of an expression.

  cgviz render "x*y + sin(x)" --x 2 --y 3    a picture (f.svg), and the table here
  cgviz derive "x*sigmoid(y)" --x 1 --y 2    the gradient, line by line
  cgviz serve                                the playground in the browser
  cgviz samples                              programs to begin with: cgviz render @staged

cgviz help            all commands
cgviz help COMMAND    all about one
"""
EPILOG = """\b
Completion by the shell: put one of these lines into its start-up file.
  bash  eval "$(_CGVIZ_COMPLETE=bash_source cgviz)"
  zsh   eval "$(_CGVIZ_COMPLETE=zsh_source cgviz)"
  fish  _CGVIZ_COMPLETE=fish_source cgviz | source
"""


def dispatch(arguments: list[str]) -> int:
    """Runs one command and returns its exit status. Raises CgvizError."""
    if "_CGVIZ_COMPLETE" in os.environ:
        cgviz.main(arguments, prog_name="cgviz")
    try:
        with cgviz.make_context("cgviz", list(arguments)) as context:
            cgviz.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        raise UsageError(" ".join(error.format_message().split())) from error
    return 0


class Commands(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return command(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for title, told in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), says) for name, says in told.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            check(args, {written for param in self.get_params(ctx) for written in param.opts})
        return super().parse_args(ctx, args)


def command(name: str) -> click.Command:
    found: click.Command = import_module(f"cgviz.cli.commands.{name}").command
    return found


def commands_with(option: str) -> list[str]:
    """Returns the names of the commands that have an option."""
    return [name for name in COMMANDS if any(option in param.opts for param in command(name).params)]


def check(args: list[str], options: set[str]) -> None:
    """Raises UsageError where the first word is no command."""
    first = next((arg for arg in args if arg not in options), None)
    if first is None or first in COMMANDS:
        return
    if first.startswith("--") and first[2:].partition("=")[0].replace("-", "").isidentifier():
        raise UsageError(f"{quoted(first)} comes after the command and its program, as in cgviz table PROGRAM --x 3")
    raise UsageError(f"there is no command {quoted(first)}; {meant(first)}")


def meant(word: str) -> str:
    """Returns what somebody meant who wrote `word` for a command."""
    from difflib import get_close_matches

    near = get_close_matches(word[:40], COMMANDS, n=1, cutoff=0.6)
    if near:
        return f"did you mean {quoted(near[0])}?"
    if word.isidentifier():
        return f"commands are {', '.join(COMMANDS)}"
    return f"to draw a program: cgviz render {quoted(word)}"


@click.group(
    cls=Commands,
    help=HELP,
    epilog=EPILOG,
    invoke_without_command=True,
    params=[debug_option()],
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": WIDTH, "max_content_width": WIDTH},
)
@click.version_option(__version__, prog_name="cgviz", message="%(prog)s %(version)s")
@click.pass_context
def cgviz(context: click.Context, /) -> None:
    if context.invoked_subcommand is None:
        click.echo(DOOR, nl=False)
