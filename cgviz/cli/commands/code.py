"""`cgviz code`: the staged program, forward and backward, as source code."""

from __future__ import annotations

import os

import click

from cgviz.cli import options, streams
from cgviz.cli.program import ProgramCommand, Request
from cgviz.codegen import LANGUAGES
from cgviz.errors import UsageError, quoted

ENDINGS = {ending: name for name, (_, ending) in reversed(LANGUAGES.items())}
HELP = """Write the staged program and its backward pass as code.

\b
  cgviz code "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)" --x 3 --y -4
  cgviz code @staged --lang torch --test -o staged.py
  cgviz code "q = x + y; f = q*z" --function -o product.c
  cgviz code @staged --teach

Every stage is a line with its number; the backward lines stand in reverse order under the same numbers. Without values
for its inputs the program is a function.
"""


@click.command(cls=ProgramCommand, help=HELP)
@click.option(
    "--lang",
    type=click.Choice(tuple(LANGUAGES)),
    help="The language.  [default: python, or as the ending of FILE says]",
)
@click.option("--function", is_flag=True, help="Write a function that returns value and gradient.")
@click.option("--test", is_flag=True, help="Add checks against the numbers of the run.")
@click.option("--teach", is_flag=True, help="Keep the factor (1) of a local derivative, as a lecture does.")
@click.option(
    "--stable", is_flag=True, help="Local derivatives in forms that keep their digits where taught ones lose them."
)
@click.option(
    "--wrt", metavar="NAME", multiple=True, help="Gradients of these inputs only. Several times, or with commas."
)
@click.option(
    "--short/--stages",
    default=None,
    help="Recognised results (softmax with cross-entropy, layer norm ...) in their short form, or stage by stage.  "
    "[default: short for torch and jax]",
)
@click.option("--name", metavar="NAME", default="", help="What the function is called.")
@options.output("Write the code to FILE; its ending (.py .c .js .jl .rs) chooses the language. - is standard output.")
def command(
    request: Request,
    lang: str | None,
    function: bool,
    test: bool,
    teach: bool,
    stable: bool,
    wrt: tuple[str, ...],
    name: str,
    short: bool | None,
    output: str | None,
) -> None:
    from cgviz.codegen import code
    from cgviz.text.output import check

    lang = lang or language_of(output)
    if output not in (None, "-"):
        check(output)
    named = [options.spelled(word.strip()) or "" for text in wrt for word in text.split(",")]
    source = code(
        request.run(), lang, function=function, test=test, teach=teach, stable=stable, wrt=named, name=name, short=short
    )
    if output in (None, "-"):
        streams.say(source)
    else:
        streams.deliver(output, source.encode("utf-8"))


def language_of(output: str | None) -> str:
    """Returns the language that a file's ending asks for. Raises UsageError for an ending that is none of them."""
    if output in (None, "-"):
        return "python"
    ending = os.path.splitext(output)[1].lower()
    if ending not in ENDINGS:
        raise UsageError(f"{quoted(output)} does not say which language; give it {' '.join(ENDINGS)}, or give --lang")
    return ENDINGS[ending]
