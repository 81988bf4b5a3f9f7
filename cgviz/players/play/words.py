"""What the player shows and says: the table of stages, the caption in large, where it stands, and what it asks for."""

from __future__ import annotations

import re

from rich.text import Text
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.errors import CgvizError, shorten
from cgviz.graph.nodes import Graph
from cgviz.players.play.replay import Playback, pass_of, totals, unsolved
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Step
from cgviz.text.fold import width_of
from cgviz.text.numbers import number
from cgviz.views.table.heading import heading, place
from cgviz.views.table.rows import TableRow, row

SIGN = re.compile(r" (\+?=) ")
WORDS = {"forward": "forward pass", "seed": "seed", "backward": "backward pass"}
LONGEST = 400
UNKNOWN, ASKED = "·", "?"
HEADINGS = ("", "#", "stage", "= forward", "value", "gradient", "= backward")
MARK, NUMBER, NAME, FORMULA, VALUE, GRADIENT, BACKWARD = range(7)
RIGHT = (NUMBER, VALUE, GRADIENT)
NARROWEST_FORMULA, NARROWEST_BACKWARD = 8, 24


def head(run: Run, spelling: Writing) -> Text:
    """Returns the function and where it stands."""
    return Text(f"{heading(run, spelling)[-1]}   {place(run, spelling)}".rstrip())


def chosen(run: Run, which: int, digits: int) -> str:
    """Returns the input that + and − change: `x = 3.1`."""
    inputs = run.graph.inputs
    if not inputs:
        return "this program has no inputs"
    return f"{run.graph.nodes[inputs[which]].shown} = {number(run.values[inputs[which]], digits) or '·'}   (+ − n)"


def title(replay: Playback) -> str:
    """Returns where the replay stands: `step 5 of 21: forward pass (5)`."""
    step = replay.step
    if step is None:
        return f"{len(replay.steps)} steps"
    number = "" if step.number is None else f" ({step.number})"
    return f"step {replay.done} of {len(replay.steps)}: {WORDS[pass_of(step)]}{number}"


def caption(replay: Playback, theme: Theme, digits: int, hidden: bool, note: str) -> Text:
    """Returns the caption, a line for each of its equations; then what the gate does, and a note."""
    step = replay.step
    if step is None:
        text = Text().append("The inputs are known. → computes the first stage.", "bold")
    else:
        colour = theme.value if isinstance(step, Forward) else theme.gradient
        text = large(unsolved(step) if hidden and isinstance(step, Backward) else step.caption(digits), colour, hidden)
        if said(step):
            text.append(f"\n\n{said(step)}", style=theme.soft)
    trouble = replay.run.explain_trouble() if replay.done == len(replay.steps) else ""
    for line, style in ((trouble, theme.flag), (note, f"bold {theme.flag}")):
        if line:
            text.append(f"\n{shorten(line, LONGEST)}", style=style)
    return text


def large(caption: str, colour: str, hidden: bool) -> Text:
    """Returns a caption with its equations one under the other, their signs aligned, the result in colour."""
    caption, so, total = shorten(caption, LONGEST).partition(", so ")
    parts = SIGN.split(caption)
    name, signs, formulas = parts[0], parts[1::2], parts[2::2]
    indent = len(name) + 1 + max(map(len, signs), default=0)
    text = Text().append(name, "bold")
    for line, (sign, formula) in enumerate(zip(signs, formulas, strict=True)):
        if line:
            text.append("\n")
        lead = len(name) if not line else 0
        last = line == len(signs) - 1 and not hidden
        text.append(sign.rjust(indent - lead) + " ", style="bold")
        text.append(formula, style=f"bold {colour}" if last else "bold")
    if so:
        text.append(f"\nso {total}", style=f"bold {colour}")
    elif hidden:
        text.append("\n" + "=".rjust(indent) + " ?", style=f"bold {colour}")
    return text


def said(step: Step) -> str:
    """Returns what the gate does: `add: distributes the gradient to its inputs`."""
    graph = step.run.graph
    index = step.edge.target if isinstance(step, Backward) else step.index
    op = graph.nodes[index].op
    return f"{gate(graph, index)}: the gate {op.says}" if graph.nodes[index].is_stage and op.says else ""


def gate(graph: Graph, index: int) -> str:
    return f"({graph.numbers[index]}) {graph.nodes[index].op.name.replace('_', ' ')}"


def track(replay: Playback, width: int, theme: Theme, playing: bool) -> Text:
    """Returns the way that is done and the way that is left, the forward pass first."""
    sign = "▶ " if playing else ""
    room = max(10, width - 2 - len(sign))
    total = max(1, len(replay.steps))
    turn = sum(isinstance(step, Forward) for step in replay.steps)
    text = Text(sign, style="bold", no_wrap=True)
    for cell in range(room):
        at = cell * total // room
        done, forward = at < replay.done, at < turn
        colour = (theme.value if forward else theme.gradient) if done else theme.muted
        text.append("━" if done else "┈", style=colour)
    return text


def question(prompt: str, replay: Playback) -> str:
    """Returns what the field asks for; without the user's names, for this line is markup."""
    adds = isinstance(replay.step, Backward) and replay.step.adds
    return {
        "answer": f"the {'product, or the gradient so far' if adds else 'gradient'} (enter alone shows it)",
        "step": f"go to step (0 to {len(replay.steps)})",
        "inputs": "new values, as in x = 3, y = -1/2",
    }.get(prompt, "")


def first_line(error: CgvizError) -> str:
    return str(error).splitlines()[0]


class StageTable(DataTable[Text], can_focus=False):
    """Shows a replay; columns are as wide as the whole run needs, so that nothing moves between steps."""

    laid_out: object = None
    whole: dict[int, TableRow]
    widths: list[int]

    def show(self, replay: Playback, spelling: Writing, theme: Theme, asked: bool) -> None:
        """Puts a replay into the table; `asked` hides the gradient of the active node."""
        self.lay_out(replay, spelling)
        for line, (index, whole) in enumerate(self.whole.items()):
            texts = cells(replay, index, whole, spelling, asked)
            for column, text in enumerate(texts[: len(self.widths)]):
                cell = styled(text, column, index == replay.active, theme, self.widths[column])
                where = Coordinate(line, column)
                before = self.get_cell_at(where)
                if (before.plain, before.style) != (cell.plain, cell.style):
                    self.update_cell_at(where, cell)
        nodes = list(self.whole)
        if replay.active in nodes:
            self.move_cursor(row=nodes.index(replay.active), animate=False)
        self.show_cursor = replay.active is not None

    def lay_out(self, replay: Playback, spelling: Writing) -> None:
        """Makes the columns and empty rows anew where the run or the width of the screen has changed."""
        run, room = replay.run, self.app.size.width
        if self.laid_out == (run, room):
            return
        self.laid_out = run, room
        self.clear(columns=True)
        self.whole = {index: row(run, index, spelling) for index in (*run.graph.inputs, *run.graph.stages)}
        self.widths = widths(run, list(self.whole.values()), spelling, room)
        for column, (called, width) in enumerate(zip(HEADINGS, self.widths, strict=False)):
            self.add_column(Text(called, justify="right" if column in RIGHT else "left"), width=width)
        for _ in self.whole:
            self.add_row(*(Text() for _ in self.widths))


def cells(replay: Playback, index: int, whole: TableRow, spelling: Writing, asked: bool) -> tuple[str, ...]:
    """Returns the texts of one row."""
    value = whole.value if index in replay.values else ""
    gradient = spelling.number(replay.gradients.get(index))
    active = index == replay.active
    mark = "▶" if active else "•" if index in replay.used else ""
    shown = ASKED if asked and active else gradient or UNKNOWN
    return mark, whole.number, whole.name, whole.forward, value or UNKNOWN, shown, " + ".join(whole.backward)


def styled(text: str, column: int, active: bool, theme: Theme, width: int) -> Text:
    """Returns a cell; what the user wrote is never markup."""
    colour = {
        FORMULA: theme.soft,
        BACKWARD: theme.soft,
        VALUE: theme.value,
        GRADIENT: theme.gradient,
        NUMBER: theme.muted,
    }.get(column, "")
    if text == UNKNOWN:
        colour = theme.muted
    style = f"{'bold ' if active or column == NAME else ''}{colour}".strip()
    cell = Text(text, style=style, justify="right" if column in RIGHT else "left", no_wrap=True)
    cell.truncate(width, overflow="ellipsis")
    return cell


def widths(run: Run, rows: list[TableRow], spelling: Writing, room: int) -> list[int]:
    """Returns the widths of the columns: the formula gives way where the screen is narrow, and where it is wide
    what flows back has a column, too."""
    sums = [spelling.number(total) for step in run.steps for total in totals((step,)).values()]
    texts = [
        ["▶"],
        [each.number for each in rows],
        [each.name for each in rows],
        [each.forward for each in rows],
        [each.value for each in rows],
        sums,
    ]
    wide = [max(map(width_of, (heading, *column))) for heading, column in zip(HEADINGS, texts, strict=False)]
    spare = room - sum(wide) - 2 * len(wide) - 1
    wide[FORMULA] = max(NARROWEST_FORMULA, wide[FORMULA] + min(0, spare))
    return [*wide, spare - 2] if spare - 2 >= NARROWEST_BACKWARD else wide
