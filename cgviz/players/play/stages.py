"""The table of the player: inputs and stages, the active one marked, what is not known yet blank."""

from __future__ import annotations

from rich.text import Text
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.players.play.replay import Replay, totals
from cgviz.runs.run import Run
from cgviz.text.fold import width_of
from cgviz.views.table.rows import Row, row

UNKNOWN, ASKED = "·", "?"
HEADINGS = ("", "#", "stage", "= forward", "value", "gradient", "= backward")
MARK, NUMBER, NAME, FORMULA, VALUE, GRADIENT, BACKWARD = range(7)
RIGHT = (NUMBER, VALUE, GRADIENT)
NARROWEST_FORMULA, NARROWEST_BACKWARD = 8, 24


class Stages(DataTable[Text], can_focus=False):
    """Shows a replay; columns are as wide as the whole run needs, so that nothing moves between steps."""

    laid_out: object = None
    whole: dict[int, Row]
    widths: list[int]

    def show(self, replay: Replay, spelling: Writing, theme: Theme, asked: bool) -> None:
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

    def lay_out(self, replay: Replay, spelling: Writing) -> None:
        """Makes the columns and empty rows anew where the run or the width of the screen has changed."""
        run, room = replay.run, self.app.size.width
        if self.laid_out == (run, room):
            return
        self.laid_out = run, room
        self.clear(columns=True)
        self.whole = {index: row(run, index, spelling) for index in (*run.graph.inputs, *run.graph.stages)}
        self.widths = widths(run, list(self.whole.values()), spelling, room)
        for column, (heading, width) in enumerate(zip(HEADINGS, self.widths, strict=False)):
            self.add_column(Text(heading, justify="right" if column in RIGHT else "left"), width=width)
        for _ in self.whole:
            self.add_row(*(Text() for _ in self.widths))


def cells(replay: Replay, index: int, whole: Row, spelling: Writing, asked: bool) -> tuple[str, ...]:
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


def widths(run: Run, rows: list[Row], spelling: Writing, room: int) -> list[int]:
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
