"""What every command that takes a PROGRAM shares: its arguments sorted, and the run that they ask for."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cgviz.cli.options import further_argument, program_argument, program_options
from cgviz.cli.targets import check_files
from cgviz.errors import UsageError, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cgviz.cli.arguments import OptionSpelling
    from cgviz.graph.nodes import Graph
    from cgviz.runs.limits import Limit
    from cgviz.runs.run import Run
    from cgviz.values.arrays import Shape, Value

INPUTS, WORDS = "cgviz.inputs", "cgviz.words"
IN_BRIEF = {
    "--detail": "Fused gates such as sigmoid, or single operations.",
    "--ties": "Who gets the gradient of a max among equals.",
    "--no-share": "Compute equal subexpressions each time.",
    "--file": "Read the program from PATH.",
    "--latex": "The program is LaTeX.",
    "--upstream": "The gradient that the backward pass begins with.",
    "--shape": "The shape of an input without a value.",
    "--expand": "Open a stage for arrays into scalar gates.",
    "--names": "Code names of stages, or what they compute.",
    "--gradient-notation": "dq, ∂L/∂q, q̄ or δq.",
    "--name": "Print NAME in another spelling.",
}
"""What `--help` says of the options that every command has; at length they are told in the documentation."""
HELP_INPUTS = [
    (
        "--NAME VALUE",
        "The value of the input NAME: a number or a constant expression (3, -1e-3, pi/4, 1/3), an array "
        "([[1, 2], [3, 4]]), or @FILE, an array in a .npy, .csv or .json file.",
    ),
    ("--set NAME=VALUE", "The same, also for an input that bears the name of an option; as often as needed."),
]


class Request(NamedTuple):
    """A program and its inputs as they were typed; nothing is read before `run` is called.

    `own` are the spellings of the command's own options.
    """

    program: str | None
    file: str | None
    latex: bool
    inputs: list[tuple[str, str]]
    settings: tuple[str, ...]
    detail: str
    ties: str
    no_share: bool
    upstream: str | None
    shapes: tuple[str, ...]
    expand: tuple[str, ...]
    names: str
    gradient_notation: str
    own: tuple[str, ...]
    respelled: tuple[str, ...] = ()

    def files(self) -> list[str]:
        """Returns the files that the program and its values are read from."""
        from cgviz.cli.source import is_path

        texts = [text for _, text in self.inputs] + [text.partition("=")[2] for text in self.settings]
        values = [text.strip()[1:] for text in (*texts, self.upstream or "") if text.strip().startswith("@")]
        return [*values, self.program] if self.file is None and self.program and is_path(self.program) else values

    def run(self, limit: Limit | None = None) -> Run:
        """Returns the run of the program at its inputs. Raises CgvizError, and where it is beyond a view's limit."""
        from cgviz.cli import values
        from cgviz.runs.starting import start

        seed = None if self.upstream is None else values.value("upstream", self.upstream)
        sizes = self.sizes()
        run = start(*self.read(tuple(sizes), limit), upstream=seed, shapes=sizes)
        if sizes and run.symbolic:
            note_numbers(run, sizes)
        return self.opened(run)

    def sizes(self) -> dict[str, Shape]:
        """Returns the shapes of inputs that were given, by name. Raises UsageError."""
        from cgviz.cli import values

        return dict(map(values.shape, self.shapes))

    def opened(self, run: Run) -> Run:
        """Returns the run with the stages opened that --expand names. Raises UsageError."""
        from cgviz.cli.options import spelled
        from cgviz.runs.expanding import expanded

        names = [name.strip() for text in self.expand for name in text.split(",")]
        return self.worded(expanded(run, [spelled(name) or "" for name in names]))

    def worded(self, run: Run) -> Run:
        """Returns the run in the words that --names, --gradient-notation and --name ask for. Raises UsageError."""
        from cgviz.cli.options import spelled

        given = {}
        for text in self.respelled:
            name, equals, spelling = text.partition("=")
            if not equals:
                raise UsageError(f"--name {quoted(text)} is no NAME=SPELLING, such as --name 'w_1=\\omega_1'")
            given[spelled(name.strip()) or ""] = spelling.strip()
        if (self.names, self.gradient_notation, given) == ("code", "d", {}):
            return run
        return run.worded(self.names, self.gradient_notation, given)

    def read(self, also: tuple[str, ...] = (), limit: Limit | None = None) -> tuple[Graph, dict[str, Value]]:
        """Returns the graph of the program, and the values that were given. Raises CgvizError.

        also  names that get their values elsewhere
        """
        from cgviz.cli import functions, values
        from cgviz.cli.source import source
        from cgviz.reading.api import read
        from cgviz.runs.starting import by_spelling

        texts = values.gathered(self.inputs, self.settings)
        if self.file is None and functions.is_function(self.program):
            return functions.recorded(self.program or "", texts)
        text, latex = source(self.program, self.file, self.latex)
        if limit:
            limit.check_text(text)
        given = (*texts, *also)
        graph = read(text, detail=self.detail, share=not self.no_share, ties=self.ties, latex=latex, given=given)
        if limit:
            limit.check(graph)
        texts = dict(by_spelling(texts, {graph.nodes[index].name for index in graph.inputs}))
        values.check_names(graph, texts, self.own)
        values.check_hidden(graph, (*texts, *also), self.own)
        return graph, {name: values.value(name, value) for name, value in texts.items()}


def note_numbers(run: Run, sizes: Mapping[str, Shape]) -> None:
    """Says which inputs are taken to be numbers, since no shape is given for them."""
    from cgviz.cli import streams

    nodes = [run.bare.nodes[index] for index in run.bare.inputs]
    names = [node.name for node in nodes if node.shape == () and node.name not in sizes and node.value is None]
    if names:
        what = "a number" if len(names) == 1 else "numbers"
        streams.note(f"taken to be {what}: {', '.join(names)}; --shape {names[0]}=N,D says otherwise")


class ProgramCommand(click.Command):
    """A command `NAME PROGRAM [--NAME VALUE]...`; its function gets all that concerns the program as `request`.

    With `words=("PROGRAM", "NODE")` a further word follows the program, which the function gets as `node`; the options
    named in `instead` stand in the program's place.
    """

    def __init__(
        self, *args: Any, words: tuple[str, ...] = ("PROGRAM",), instead: tuple[str, ...] = (), **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.words, self.instead = words, instead
        self.own = list(self.params)
        taken = {written for param in self.own for written in param.opts}
        options = [option for option in program_options() if not taken.intersection(option.opts)]
        self.shared: list[click.Parameter] = [program_argument(), *options]
        self.params = [*self.own, *self.shared, *map(further_argument, words[1:])]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        from cgviz.cli.arguments import sort

        spellings = self.spellings(ctx)
        found = sort(args, spellings)
        ctx.meta[INPUTS] = found.inputs
        super().parse_args(ctx, found.options)
        named = ctx.params["file"] is not None or any(ctx.params.get(name) for name in self.instead)
        expected = self.words[1:] if named else self.words
        check_words(found.words, expected, ctx.params["file"], spellings, ctx.command_path)
        ctx.meta[WORDS] = dict(zip(expected, found.words, strict=True))
        ctx.params["program"] = ctx.meta[WORDS].pop("PROGRAM", None)
        return []

    def invoke(self, ctx: click.Context) -> Any:
        shared = {param.name: ctx.params.pop(param.name) for param in self.shared if param.name in ctx.params}
        ctx.params["request"] = Request(inputs=ctx.meta[INPUTS], own=tuple(self.spellings(ctx)), **shared)
        ctx.params |= {word.lower(): text for word, text in ctx.meta[WORDS].items()}
        words = [text for word, text in ctx.meta[WORDS].items() if word == "FILE"]
        check_files(self.get_params(ctx), ctx.params | shared, [*ctx.params["request"].files(), *words])
        return super().invoke(ctx)

    def spellings(self, ctx: click.Context) -> dict[str, OptionSpelling]:
        """Returns what each spelling of each option means."""
        from cgviz.cli.arguments import OptionSpelling

        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        return {
            written: OptionSpelling(max(names, key=len), not option.is_flag, option.multiple)
            for option in options
            for names in (option.opts, option.secondary_opts)
            for written in names
        }

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Inputs"):
            formatter.write_dl(HELP_INPUTS)
        write_options(ctx, formatter, "Options", self.own)
        shared = [param for param in self.get_params(ctx) if param not in self.own]
        write_options(ctx, formatter, "Options of every command (cgviz help options)", shared, brief=True)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*self.words, "[--NAME VALUE]...", "[OPTIONS]"]


def write_options(
    ctx: click.Context, formatter: click.HelpFormatter, title: str, params: list[click.Parameter], brief: bool = False
) -> None:
    """Writes a section of options; in brief, what the reference says at length is a few words."""
    told = [record for param in params if isinstance(param, click.Option) and (record := param.get_help_record(ctx))]
    if brief:
        told = [(name, IN_BRIEF.get(name.split()[0], text)) for name, text in told]
    if told:
        with formatter.section(title):
            formatter.write_dl(told)


NUMBER = re.compile(r"[-+−]?[\d.]+(?:e[-+]?\d+)?")


def check_words(
    words: list[str], expected: tuple[str, ...], file: str | None, options: dict[str, OptionSpelling], command: str
) -> None:
    """Raises UsageError where the words of a command are not those that it expects; `file` is the one of --file."""
    from cgviz.cli.arguments import shown

    if len(words) == len(expected):
        return
    further = "".join(f" {word}" for word in expected if word != "PROGRAM")
    if len(words) < len(expected):
        program = '"x*y"' if file is None else f"--file {shown(file)}"
        raise UsageError(f"{expected[len(words)]} is missing, as in {command} {program}{further} --x 4 --y -3")
    for word in words:
        meant = mistyped(word, options)
        if meant and file is None:
            raise UsageError(f"{quoted(word)} is no option; did you mean {meant}?")
    if file is not None:
        raise UsageError(f"--file names the program already; {quoted(words[0])} is one too many")
    values = [word for word in words[1:] if word.partition("=")[0].isidentifier() and "=" in word]
    if values:
        name, _, value = values[0].partition("=")
        raise UsageError(
            f"a value is given as --{name} {shown(value)} or --set {shown(values[0])}, not as {quoted(values[0])}"
        )
    for word, after in pairwise(words[1:]):
        name = word.lstrip("-—–−‐")
        if name.isidentifier() and (name != word or NUMBER.fullmatch(after)):
            dashes = f"{word.removesuffix(name)}{name}"
            raise UsageError(
                f"a value is given as --{name} {shown(after)}, with two dashes, not as {dashes} {shown(after)}"
            )
    if len(words) > 1 and all(map(NUMBER.fullmatch, words[1:])):
        raise UsageError(f"several numbers are an array, [1, 2, 3], in quotes; {' '.join(words[1:7])} stands alone")
    many = f"{len(words)} words" if further else str(len(words))
    given = " ".join(map(shown, words[:6]))
    raise UsageError(f"one PROGRAM{further and f' and one{further}'}, not {many}: {given}; put it in quotes")


def mistyped(word: str, options: dict[str, OptionSpelling]) -> str:
    """Returns the option that was probably meant by a word that is none, or ""."""
    from difflib import get_close_matches

    from cgviz.cli.arguments import shown

    if not word.startswith("-"):
        return ""
    for short in (option for option in options if not option.startswith("--")):
        if word.startswith(short):
            return f"{short} {shown(word[len(short) :].lstrip('='))}"
    return "".join(get_close_matches(word[:60].partition("=")[0], options, n=1, cutoff=0.75))
