"""The options that commands share, each said once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli.targets import IN_FILE, OUT_FILE
from cgviz.drawing.pictures import DIRECTIONS, EDGES, GHOSTS, INPUTS, STYLES, WIRES
from cgviz.errors import quoted
from cgviz.text.numbers import DIGITS, MOST_DIGITS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DETAILS = ("stage", "gate")
TIES = ("split", "first", "both")
THEMES = ("light", "dark", "print", "colorblind")
NAMINGS = ("code", "math")
GRADIENTS = ("d", "partial", "bar", "delta")
MOST_PATHS = 1000
MODES = ("reverse", "forward", "both")
STYLE = "card: a card per stage, local derivatives on the edges; circuit: gates with their wires."
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
FREE = "From left to right or from top to bottom.  [default: what fits the page better]"
FITTED = """Lay out and scale the picture for a page: slide (1920x1080 px), column (12 cm wide), page (16 x 24 cm),
screen, or a size such as 12cm, 12x8cm, 800x600px.  [default: of a slide's proportions, at its natural size]"""


def one_of(choices: Sequence[str], default: str | None) -> dict[str, Any]:
    """Returns the settings of an option that takes one of several words."""
    return {"type": click.Choice(choices), "default": default, "show_default": bool(default)}


def debug_option() -> click.Option:
    """`--debug` is read by `main` itself; here it is only documented and accepted."""
    return click.Option(["--debug"], is_flag=True, expose_value=False, help="Show a traceback when something fails.")


def program_argument() -> click.Argument:
    return click.Argument(["program"], required=False, shell_complete=programs)


def further_argument(word: str) -> click.Argument:
    """Returns a word after PROGRAM, for completion by the shell: `sort` is what reads it."""
    name = f"{word.lower()}_word"
    return click.Argument([name], required=False, expose_value=False, shell_complete=files if word == "FILE" else None)


def program_options() -> list[click.Option]:
    """Returns the options of every command that takes a PROGRAM."""
    return [
        click.Option(
            ["--detail"],
            **one_of(DETAILS, "stage"),
            help="stage: gates such as sigmoid are one stage; gate: every single operation is one.",
        ),
        click.Option(
            ["--ties"],
            **one_of(TIES, "split"),
            help="Where max or min has equal operands: split the gradient, give it to the first, or to both.",
        ),
        click.Option(["--no-share"], is_flag=True, help="Compute equal subexpressions each time they are written."),
        click.Option(
            ["--file"],
            metavar="PATH",
            type=IN_FILE,
            shell_complete=files,
            help="Read the program from PATH, whatever it ends in.",
        ),
        click.Option(["--latex"], is_flag=True, help="The program is LaTeX (else recognised by its backslashes)."),
        click.Option(
            ["--upstream"],
            metavar="ARRAY",
            help="The gradient that the backward pass begins with, for an output that is an array.",
        ),
        click.Option(
            ["--shape", "shapes"],
            metavar="NAME=N,D",
            multiple=True,
            help="The shape of an input without a value, its lengths numbers or names: all is written for arrays of "
            "any such size. () is a number. Also in the program: X: (N, D).",
        ),
        click.Option(
            ["--expand"],
            metavar="NODE",
            multiple=True,
            help="Open a stage for arrays into its scalar gates: W @ x becomes products and sums. Several times, or "
            "with commas; all opens every stage that is small enough.",
        ),
        click.Option(
            ["--names"],
            **one_of(NAMINGS, "code"),
            help="code: stages bear their code names (xpy); math: they are called by what they compute (x + y).",
        ),
        click.Option(
            ["--gradient-notation"],
            **one_of(GRADIENTS, "d"),
            help="How the gradient of q is written: dq, ∂L/∂q, q̄ or δq.",
        ),
        click.Option(
            ["--name", "respelled"],
            metavar="NAME=SPELLING",
            multiple=True,
            help="Print NAME in another spelling, LaTeX or Unicode: w_1=\\omega_1. As often as needed.",
        ),
        click.Option(["--set", "settings"], metavar="NAME=VALUE", multiple=True, hidden=True),
        debug_option(),
    ]


def digits() -> Decorator:
    return click.option(
        "--digits",
        type=click.IntRange(1, MOST_DIGITS),
        metavar="N",
        default=DIGITS,
        show_default=True,
        help="Significant digits of every number shown.",
    )


def look() -> Decorator:
    return together(digits(), theme())


def wrt(help: str = "The input (or stage) that derivatives are taken with respect to.") -> Decorator:
    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        return spelled(value)

    return click.option("--wrt", metavar="NAME", callback=read, help=f"{help}  [default: the first input]")


def spelled(name: str | None) -> str | None:
    """Returns a name in the one spelling that programs give it; what is no name in them stays as it is."""
    from cgviz.cli.arguments import identifier

    return name and (identifier(name) or name)


def mode() -> Decorator:
    return click.option(
        "--mode",
        **one_of(MODES, "reverse"),
        help="reverse: gradients; forward: tangents with respect to one input (--wrt); or both.",
    )


def theme(default: str | None = "light") -> Decorator:
    return click.option("--theme", **one_of(THEMES, default), help="The colours of numbers and shapes.")


def style(help: str = STYLE) -> Decorator:
    return click.option("--style", **one_of(STYLES, "card"), help=help)


def direction(default: str | None = None, help: str = FREE) -> Decorator:
    return click.option(
        "--direction",
        type=click.Choice(DIRECTIONS, case_sensitive=False),
        metavar="[LR|TB]",
        default=default,
        show_default=bool(default),
        help=help,
    )


def fit(help: str = FITTED, least: str = "") -> Decorator:
    """Returns the options of the page that a picture is made for, and of how it is laid out there."""
    return together(
        click.option("--fit", metavar="slide|column|page|screen|SIZE", help=" ".join(help.split())),
        click.option(
            "--min-text",
            metavar="SIZE",
            help=f"The smallest text on that page, such as 8pt: a line says if it is missed.{least}",
        ),
        click.option(
            "--inputs", **one_of(INPUTS, "near"), help="near: inputs stand near their use; left: all in the first rank."
        ),
        click.option(
            "--ghosts",
            **one_of(GHOSTS, "auto"),
            help="auto: what is used far away stands there again, as a small box with its name.",
        ),
        click.option("--wires", **one_of(WIRES, "curved"), help="The way in which wires run."),
    )


def together(*sides: Decorator) -> Decorator:
    """Returns several options as one."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for side in reversed(sides):
            command = side(command)
        return command

    return decorated


def author() -> Decorator:
    """Returns the options of what an author decides about a figure."""
    return together(
        click.option(
            "--figure",
            "figure_file",
            metavar="TOML",
            shell_complete=files,
            help="A file of an author's decisions: order, groups, colours, roles, shifts, pins, notes, hidden parts.",
        ),
        click.option("--save-figure", metavar="TOML", help="Write the decisions of this picture into a file."),
        click.option("--order", metavar="NAMES", help="The order of the inputs: x,w,b."),
        click.option(
            "--hide",
            metavar="PART",
            multiple=True,
            help="Leave out values, gradients, data gradients, names, formulas, stage numbers, legend or footnotes. "
            "Several times.",
        ),
        click.option(
            "--edges",
            type=click.Choice(EDGES),
            help="Local derivatives on edges: symbols, numbers, both or none.  [default: symbols]",
        ),
        click.option(
            "--note",
            "notes",
            metavar="NODE=TEXT",
            multiple=True,
            help="A remark with an arrow to a node, or to a wire x->h. Several times.",
        ),
        click.option(
            "--callout",
            "callouts",
            metavar="NODE->NODE",
            multiple=True,
            help="Tell at a wire what it hands back, upstream times local. Several times.",
        ),
    )


def part() -> Decorator:
    """Returns the options of the part of a graph that is drawn."""
    return together(
        click.option(
            "--collapse",
            metavar="GROUP",
            multiple=True,
            help="Draw a group (`# group NAME: nodes` in the program, a module) as one node; all: every group; "
            "repeats: what repeats, with a count.",
        ),
        click.option("--around", metavar="NODE", help="Draw only what stands around a node."),
        click.option(
            "--depth", type=click.IntRange(0, 1000), metavar="N", help="How many edges --around reaches.  [default: 2]"
        ),
    )


def background(default: str, help: str) -> Decorator:
    def checked(ctx: click.Context, param: click.Parameter, value: str) -> str:
        if value in ("transparent", "filled") or re.fullmatch("#[0-9a-fA-F]{6}", value):
            return value
        raise click.BadParameter(f"{quoted(value)} is none of transparent, filled, #rrggbb", ctx, param)

    return click.option(
        "--background",
        metavar="transparent|filled|#rrggbb",
        callback=checked,
        default=default,
        show_default=True,
        help=help,
    )


def output(help: str) -> Decorator:
    return click.option("-o", "--output", metavar="FILE", type=OUT_FILE, shell_complete=files, help=help)


def target(written: str, help: str) -> Decorator:
    """Returns an option that names a further file to write."""
    return click.option(written, metavar="FILE", type=OUT_FILE, shell_complete=files, help=help)


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
