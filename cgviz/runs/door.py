"""The library's front door: what every command shows, as a method of a run with the command's name and options.

A report (`cgviz.documents.report.Report`) has `.text`, `.markdown`, `.latex`, `.html`, `.json` and `save(path)`; the
views are imported when they are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cgviz.errors import UsageError
from cgviz.records import record
from cgviz.text.numbers import DIGITS
from cgviz.values.arrays import Shape, Value

if TYPE_CHECKING:
    from cgviz.codegen.source import CodeSource
    from cgviz.documents.report import Report
    from cgviz.runs.run import Run
    from cgviz.text.spelling import Spelling


class Door:
    """The methods that show a run. All raise UsageError for an option, a node or a theme that there is not."""

    def __getitem__(self, name: str) -> RunNode:
        """Returns one input or stage, by its name, its label or its number.

        >>> cgviz.run("q = x*y; f = q + 1", x=2, y=3)["q"].gradient
        1.0
        """
        run = cast("Run", self)
        return RunNode(run, run.index(name))

    def table(
        self,
        format: str | None = None,
        *,
        mode: str = "reverse",
        wrt: str | None = None,
        digits: int = DIGITS,
        theme: str = "light",
    ) -> Any:
        """Returns the table as a report: every stage, its value, its gradient, how both came about.

        mode    "reverse" (gradients), "forward" (tangents with respect to `wrt`, the first input) or "both"
        format  "terminal", "json", "csv", "markdown", "latex", "html", "text": returns the text in that format instead
        """
        from cgviz.runs.modes import mode_of
        from cgviz.views.table import report

        run = cast("Run", self)
        made = report(run, digits=digits, theme=theme, mode=mode_of(run, mode, wrt))
        return made if format is None else made.write(format)

    def forward(self, wrt: str | None = None, *, digits: int = DIGITS, theme: str = "light") -> Report:
        """Returns forward mode as a report: every stage with its tangent with respect to one input."""
        made: Report = self.table(mode="forward", wrt=wrt, digits=digits, theme=theme)
        return made

    def derive(self, wrt: str | None = None, *, digits: int = DIGITS, theme: str = "light") -> Report:
        """Returns the derivation of the gradient, line by line as on a blackboard, as a report."""
        from cgviz.views.derivation import report

        return report(cast("Run", self), wrt=wrt, digits=digits, theme=theme)

    def explain(self, node: str, *, digits: int = DIGITS, theme: str = "light") -> Report:
        """Returns the key local step at one node, an input or a stage, as a report."""
        from cgviz.views.explain import report

        return report(cast("Run", self), node, digits=digits, theme=theme)

    def paths(self, wrt: str | None = None, *, most: int = 10, digits: int = DIGITS, theme: str = "light") -> Report:
        """Returns the paths from an input to the output, and their products, as a report; `most` are listed."""
        from cgviz.views.paths import report

        return report(cast("Run", self), wrt, most, digits=digits, theme=theme)

    def check(self, *, digits: int = DIGITS, theme: str = "light") -> Report:
        """Returns every gradient beside four witnesses that know no rule, as a report."""
        from cgviz.analysis.checks import check
        from cgviz.views.check import report

        return report(check(cast("Run", self)), digits=digits, theme=theme)

    def diagnose(self, *, digits: int = DIGITS, theme: str = "light") -> Report:
        """Returns where numbers that are not finite began, corners, and how to write it safely, as a report."""
        from cgviz.analysis.diagnosis import diagnose
        from cgviz.views.diagnose import report

        return report(diagnose(cast("Run", self)), digits=digits, theme=theme)

    def jacobian(
        self,
        of: str | None = None,
        wrt: str | None = None,
        *,
        mode: str = "auto",
        layout: str = "numerator",
        digits: int = DIGITS,
        theme: str = "light",
    ) -> Report:
        """Returns the Jacobian of node `of` (the output) in `wrt` (all inputs; names with commas) as a report.

        mode    "forward", "reverse", or "auto", whichever needs fewer passes
        layout  "numerator", a row per element of the output, or "denominator"
        """
        from cgviz.views.jacobian import report
        from cgviz.views.jacobian.facts import of_jacobian

        return report(of_jacobian(cast("Run", self), of, wrt, mode, layout), digits=digits, theme=theme)

    def hessian(
        self,
        of: str | None = None,
        wrt: str | None = None,
        *,
        mode: str = "auto",
        digits: int = DIGITS,
        theme: str = "light",
    ) -> Report:
        """Returns the second derivatives of a number as a report."""
        from cgviz.views.jacobian import report
        from cgviz.views.jacobian.facts import of_hessian

        return report(of_hessian(cast("Run", self), of, wrt, mode), digits=digits, theme=theme)

    def grade(
        self,
        file: str | PathLike[str],
        *,
        tolerance: float = 1e-6,
        ties: str = "split",
        data: Collection[str] = (),
        digits: int = DIGITS,
        theme: str = "light",
    ) -> Report:
        """Returns the grade of a hand-written backward pass, a .py or .ipynb file, as a report.

        tolerance  numbers that agree to this relative difference are right
        data       inputs whose gradients are not asked for
        """
        from cgviz.grading import grade
        from cgviz.grading.listing import listing
        from cgviz.views.grade import report

        made = grade(cast("Run", self), listing(fspath(file)), tolerance=tolerance, ties=ties, data=data)
        return report(made, digits=digits, theme=theme)

    def descend(
        self,
        data: str | PathLike[str] | None = None,
        *,
        wrt: Sequence[str] | None = None,
        optimizer: str = "sgd",
        lr: float = 0.01,
        momentum: float = 0.9,
        steps: int = 100,
        batch: int | None = None,
        seed: int = 0,
        every: int | None = None,
        digits: int = DIGITS,
        theme: str = "light",
    ) -> Report:
        """Returns what a descent on the program came to as a report, whose JSON is its history.

        data       examples, a row each: a CSV file whose columns are inputs; None descends on the expression itself
        wrt        the parameters; None takes all inputs that are no column
        optimizer  "sgd", "momentum" or "adam"; `lr` is its learning rate, `momentum` what a step keeps
        """
        from cgviz.analysis.learning import OPTIMIZERS, DescentPlan, Settings, descend, problem
        from cgviz.text.files import read_file
        from cgviz.text.tables import read_sheet
        from cgviz.views.descent import report

        run = cast("Run", self)
        if optimizer not in OPTIMIZERS:
            raise UsageError(f"no optimizer {optimizer!r}; there are {', '.join(OPTIMIZERS)}")
        sheet = None if data is None else read_sheet(read_file(fspath(data), 2**28).decode(), fspath(data))
        task = problem(run.bare, dict(run.inputs or {}), wrt, sheet)
        plan = DescentPlan(OPTIMIZERS[optimizer], Settings(lr=lr, momentum=momentum), steps, batch, seed, every)
        return report(task.objective, descend(task.objective, task.start, plan), digits=digits, theme=theme)

    def code(
        self,
        lang: str = "python",
        *,
        function: bool = False,
        test: bool = False,
        teach: bool = False,
        stable: bool = False,
        wrt: Sequence[str] = (),
        name: str = "",
    ) -> CodeSource:
        """Returns the staged program, forward and backward, as source code in a language; it is text.

        function  a function that returns value and gradient; test: with checks against the run's numbers
        teach     a local derivative of 1 stays a factor; stable: local derivatives that keep their digits
        """
        from cgviz.codegen import code
        from cgviz.codegen.source import CodeSource

        options: dict[str, Any] = {"function": function, "test": test, "teach": teach, "stable": stable}
        return CodeSource(code(cast("Run", self), lang, **options, wrt=wrt, name=name), lang)

    def render(self, path: str | PathLike[str], **options: Any) -> Path:
        """Draws the graph into a file; returns its path. The format follows the ending: .svg, .pdf, .png or .dot.

        Options are those of `cgviz render`: style, theme, direction, digits, fit, min_text, inputs, ghosts, collapse,
        around, depth, figure (a file or a `Figure`), scale, background, outline_text, embed_font, engine. Raises
        RenderError where it cannot be drawn.
        """
        from cgviz.drawing.diagram import format_of, picture
        from cgviz.text.output import write

        where = Path(path)
        write(where, picture(cast("Run", self), format_of(where), **options))
        return where

    def deck(
        self,
        path: str | PathLike[str],
        *,
        format: str | None = None,
        granularity: str = "edge",
        first: int | None = None,
        last: int | None = None,
        **look: Any,
    ) -> Path:
        """Writes slides, a frame per step, into a file (.pdf .html .pptx .tex .gif .png .svg) or a folder (`x/`).

        Further options are style, theme, direction, digits, aspect, fit, min_text, camera, background, seconds and
        include, and as for `render` collapse, around, depth, figure, inputs, ghosts, wires.
        """
        from cgviz.players.deck import DeckLook, deck, drawn, folder, format_of, frames
        from cgviz.text.output import write

        run, where = cast("Run", self), fspath(path)
        made = format_of(where, format)
        shown = frames(run, granularity, first, last, digits=look.get("digits", DIGITS))
        wanted = DeckLook(**look)
        slides = deck(drawn(run, wanted), made, shown, wanted)
        if isinstance(slides, bytes):
            write(where, slides)
        else:
            folder.write(where, dict(slides))
        return Path(where)

    def page(self, path: str | PathLike[str], **look: Any) -> Path:
        """Writes the live page, steps and sliders in one HTML file; options are style, theme, direction, digits."""
        from cgviz.players.page import page
        from cgviz.text.output import write

        where = Path(path)
        write(where, page(cast("Run", self), **look))
        return where

    def worksheet(
        self,
        path: str | PathLike[str],
        *,
        blank: str = "gradients",
        title: str = "Backpropagation",
        paper: str = "a4",
        **look: Any,
    ) -> Path:
        """Writes a worksheet with blanks (.pdf, .md or .ipynb), and its answer key beside it, `sheet-key.pdf`.

        Further options are style, direction, digits, theme, fit, min_text.
        """
        from cgviz.players.worksheet import answer_key, key_path, worksheet
        from cgviz.players.worksheet.blanks import blanks
        from cgviz.players.worksheet.work import FigureLook, Work
        from cgviz.text.output import write

        run, where = cast("Run", self).require_finite(), fspath(path)
        work = Work([run], blanks(run.graph, blank), FigureLook(**look), title)
        files = worksheet(work, where, paper) | answer_key(work, key_path(where), paper)
        for name, content in files.items():
            write(name, content)
        return Path(path)

    def play(self, *, digits: int = DIGITS, theme: str = "dark") -> None:
        """Plays the steps in a full-screen terminal."""
        from cgviz.players.play import play

        play(cast("Run", self), digits=digits, theme=theme)

    def live(self, **look: Any) -> Any:
        """Returns the live page as a widget for notebooks: sliders, steps, predictions; `inputs` can be set and read.

        Options are those of `cgviz page`. Raises UsageError without the package anywidget.
        """
        from cgviz.places.notebook import live

        return live(cast("Run", self), **look)

    def _repr_svg_(self) -> str:
        """The diagram, as notebooks show it."""
        from cgviz.drawing.diagram import picture

        return picture(cast("Run", self), "svg", embed_font=True, background="filled").decode()


@record
class RunNode:
    """An input or a stage of a run."""

    run: Run
    index: int

    @property
    def name(self) -> str:
        """Its name, an identifier."""
        return self.run.graph.nodes[self.index].name

    @property
    def number(self) -> int | None:
        """The number of the stage; None for an input."""
        return self.run.graph.numbers.get(self.index)

    @property
    def spelling(self) -> Spelling:
        """How its name looks as mathematics."""
        return self.run.graph.nodes[self.index].spelling

    @property
    def shape(self) -> Shape | None:
        """() for a number."""
        return self.run.graph.nodes[self.index].shape

    @property
    def value(self) -> Value | None:
        """Its value; None in a program without numbers."""
        return self.run.values[self.index]

    @property
    def gradient(self) -> Value | None:
        """∂output/∂node, in its shape."""
        return self.run.gradients[self.index]

    @property
    def local(self) -> Mapping[str, Any]:
        """The local derivative in each operand, by the operand's name: ∂node/∂operand at the values.

        An operand that is used twice has a tuple of both; of an op for whole arrays, which has none, it is None.
        """
        nodes = self.run.graph.nodes
        found: dict[str, Any] = {}
        for arg, value in zip(nodes[self.index].args, self.run.locals[self.index], strict=True):
            name = nodes[arg].name or self.run.graph.operand(arg).text
            found[name] = (*as_tuple(found[name]), value) if name in found else value
        return found

    @property
    def formula(self) -> str:
        """What it computes from its operands, as program text: `sigx + xpysqr`; its name for an input."""
        graph = self.run.graph
        return graph.formula(self.index).text if graph.nodes[self.index].is_stage else self.name

    def explain(self, *, digits: int = DIGITS, theme: str = "light") -> Report:
        """Returns the key local step here as a report."""
        from cgviz.views.explain import report

        return report(self.run, self.index, digits=digits, theme=theme)

    def __repr__(self) -> str:
        return f"<{self.name} = {self.formula}: value {self.value}, gradient {self.gradient}>"

    def _repr_html_(self) -> str:
        return self.explain().html


def as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
