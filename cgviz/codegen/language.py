"""What a programming language is to us: how formulas are written in it, and how lines become a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cgviz.codegen.names import as_it_is
from cgviz.codegen.notation import Code, CodeForm

if TYPE_CHECKING:
    from cgviz.codegen.program import CodeLine, CodeOptions, CodeProgram, Helper, ProgramWriter
    from cgviz.runs.run import Run

FUNCTION = "value_and_gradient"
OURS = frozenset({FUNCTION, "gradient", "main", "plain", "staged", "Staged"})
COLUMN = 64


class Language:
    """A language whose programs are a list of assignments, in the open, in `main` or in a function.

    words      what a variable must not be called, besides what the forms of functions name
    fixed      what declares a variable; `changing` one that is added to
    adds       how a contribution `{1}` is added to the gradient `{0}`
    zero       the gradient of an input `{0}` that none reaches
    seeds      the gradient of the output, where one is given, is a number in the backward pass; else its argument
    writer     what writes its programs, where it is not the one of scalars
    flushes    numbers that are too small to have all their digits are taken for 0
    short      recognised results are written in their short form unless somebody asks for the stages
    gap        the blank lines between functions
    opened     what begins the place of statements, where they cannot stand in the open; `main` that of a call,
               `closed` their last ones, `ends` the line after them
    """

    title: str = ""
    notation: type[Code] = Code
    words: str = ""
    comment, end = "#", ""
    gap = 1
    fixed = changing = ""
    adds = "{0} += {1}"
    zero = "0.0"
    seeds = True
    short = False
    flushes = False
    writer: type[ProgramWriter] | None = None
    head: tuple[str, ...] = ()
    spelled: Callable[[str], str] = staticmethod(as_it_is)
    opened: tuple[str, ...] = ()
    main: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    @property
    def reserved(self) -> frozenset[str]:
        """The names that no variable may have."""
        return frozenset(self.words.split()) | OURS | spelled_in(self.notation.functions)

    def source(self, run: Run, options: CodeOptions, *, function: bool, test: bool) -> str:
        """Returns the whole source of a run's program."""
        from cgviz.codegen.layout import heading, page
        from cgviz.codegen.program import program

        made = program(run, self, options)
        return page(made, self, function=function, test=test, notes=heading(made, options.stable))

    def helper(self, helper: Helper) -> list[str]:
        """Returns a function of our own."""
        raise NotImplementedError

    def imports(self, body: str) -> tuple[str, ...]:
        """Returns the lines that stand before a body."""
        return self.head

    def given(self, number: str) -> str:
        """Returns a number as the value of an input."""
        return number

    def function(self, program: CodeProgram) -> tuple[str, list[str]]:
        """Returns how the function of value and gradient begins, and how it ends."""
        raise NotImplementedError

    def entered(self, program: CodeProgram, body: list[str]) -> list[str]:
        """Returns what a function does before its body."""
        return []

    def calling(self, program: CodeProgram, values: list[str]) -> list[str]:
        """Returns the call of that function, its answers in variables."""
        raise NotImplementedError

    def show(self, label: str, name: str) -> str:
        """Returns the statement that prints a number."""
        raise NotImplementedError

    def check(self, name: str, expected: str) -> str:
        """Returns the statement that stops where a number is not what it was in the run."""
        raise NotImplementedError

    def assignment(self, line: CodeLine) -> str:
        if line.adds:
            return f"{self.adds.format(line.target, line.text)}{self.end}"
        return f"{self.changing if line.changes else self.fixed}{line.target} = {line.text}{self.end}"

    def numbered(self, lines: list[CodeLine]) -> list[str]:
        """Returns assignments with the numbers of their stages in a column."""
        texts = list(map(self.assignment, lines))
        width = min(max((len(text.partition("\n")[0]) for text in texts), default=0), COLUMN)
        marks = (f"  {self.comment}({line.number})" * bool(line.number) + line.note for line in lines)
        return [f"{text:<{width}}{mark}".rstrip() for text, mark in zip(texts, marks, strict=True)]

    def forward(self, program: CodeProgram) -> list[str]:
        return [f"{self.comment} forward pass", *self.numbered(list(program.forward))]

    def backward(self, program: CodeProgram) -> list[str]:
        lines = iter(self.numbered([line for group in program.backward for line in group.lines]))
        written = [f"{self.comment} backward pass"]
        for group in program.backward:
            written += [f"{self.comment} {group.comment}"] * bool(group.comment)
            written += [next(lines) for _ in group.lines]
        return written


def spelled_in(functions: Mapping[str, str | CodeForm]) -> frozenset[str]:
    """Returns the first words of everything that a table of functions calls."""
    texts = (form.template if isinstance(form, CodeForm) else form for form in functions.values())
    return frozenset(word for text in texts for word in re.findall(r"(?<![.\w{:])[^\W\d]\w*", text))


def indented(lines: list[str], by: str = "    ") -> list[str]:
    return [f"{by}{line}".replace("\n", f"\n{by}") if line else "" for line in lines]
