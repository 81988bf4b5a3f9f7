"""The player on the whole screen: keys move a replay, and everything on the screen follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.theme import Theme as Colours
from textual.timer import Timer
from textual.widgets import Footer, Input, Static

from cgviz.documents.writing import unicode_spelling
from cgviz.drawing.theme import LIGHT, THEMES, Theme
from cgviz.errors import CgvizError
from cgviz.players.play import entry, words
from cgviz.players.play.replay import Playback, Quiz
from cgviz.players.play.words import StageTable
from cgviz.runs.run import Run
from cgviz.text.numbers import DIGITS
from cgviz.values.arrays import Value, is_array
from cgviz.views.table.heading import place

SECONDS_PER_STEP = 1.2
TEXT = """\
→  l  enter    next step
←  h           step back
space          play, and stop
home  end      first and last step
g              go to a step by its number
i              give inputs new values: x = 3, y = -1/2
+  −           change the first input a little; n takes the next
z              quiz on and off
↑  ↓           scroll the table
t              other colours
q              quit

▶ the node that the step is about    • what it reads
A number that is not known yet is left blank: ·
+= adds to a gradient that has come on another way already.

The quiz stops at every edge of the backward pass and asks
for the gradient so far. Three digits are enough; enter
without an answer shows it.
"""
KEYS: list[BindingType] = [
    Binding("left,h,backspace", "move(-1)", "Back", key_display="←"),
    Binding("right,l,enter", "move(1)", "Next", key_display="→"),
    Binding("space", "play", "Play", key_display="space"),
    Binding("home,0", "to(0)", "First", key_display="home"),
    Binding("end", "last", "Last", key_display="end"),
    Binding("g", "ask('step')", "Go"),
    Binding("i", "ask('inputs')", "Input"),
    Binding("z", "quiz", "Quiz"),
    Binding("question_mark", "help", "Help", key_display="?"),
    Binding("q", "quit", "Quit"),
    Binding("plus,equals_sign", "nudge(1)", "More", show=False),
    Binding("minus", "nudge(-1)", "Less", show=False),
    Binding("n", "next_input", "Next input", show=False),
    Binding("t", "colours", "Colours", show=False),
    Binding("pageup,up,k", "scroll(-1)", "Up", show=False),
    Binding("pagedown,down,j", "scroll(1)", "Down", show=False),
    Binding("escape", "leave", "Leave", show=False),
]


class Player(App[None]):
    """Plays one run. `replay` is where it stands; `prompt` is what is being typed for: "", answer, step or inputs."""

    TITLE = "cgviz play"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "player.tcss"
    BINDINGS = KEYS

    def __init__(self, run: Run, digits: int = DIGITS, theme: Theme = LIGHT) -> None:
        super().__init__()
        self.replay, self.quiz, self.prompt = Playback(run), Quiz(), ""
        self.spelling, self.look = unicode_spelling(digits), theme
        self.digits, self.note, self.chosen = digits, "", 0
        self.timer: Timer | None = None
        for each in THEMES.values():
            self.register_theme(colours(each))
        self.theme = theme.name

    def compose(self) -> ComposeResult:
        yield Static(id="head")
        yield StageTable(id="stages", cursor_type="row", cursor_foreground_priority="renderable")
        yield Static(id="caption")
        yield Input(id="entry", compact=True)
        yield Static(id="track")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.set_focus(None)
        self.show()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show)

    # what keys do

    def action_move(self, by: int) -> None:
        self.note = ""
        self.go(self.replay.done + by)

    def action_to(self, done: int) -> None:
        self.stop()
        self.note = ""
        self.go(done)

    def action_last(self) -> None:
        self.action_to(len(self.replay.steps))

    def action_play(self) -> None:
        """Plays from here, or from the beginning where nothing is left; stops what plays."""
        if self.timer is not None:
            self.stop()
            self.show()
            return
        self.timer = self.set_interval(SECONDS_PER_STEP, self.tick)
        self.go(self.replay.done + 1 if self.replay.done < len(self.replay.steps) else 0)

    def tick(self) -> None:
        if self.quiz.asks(self.replay):
            return
        self.note = ""
        self.go(self.replay.done + 1)
        if self.replay.done == len(self.replay.steps):
            self.stop()
            self.show()

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.stop()
            self.timer = None

    def action_quiz(self) -> None:
        if self.replay.run.symbolic:
            self.note = "no quiz without numbers: i gives the inputs values"
        else:
            self.quiz = Quiz(on=not self.quiz.on)
        self.go(self.replay.done)

    def action_ask(self, what: str) -> None:
        self.stop()
        self.prompt, self.note = what, ""
        self.show()

    def action_leave(self) -> None:
        """Closes what is open. An open question is given up: its answer is shown."""
        if self.prompt == "answer":
            self.answer("")
            return
        self.prompt = ""
        self.go(self.replay.done)

    def action_next_input(self) -> None:
        inputs = self.replay.run.graph.inputs
        self.chosen = (self.chosen + 1) % max(1, len(inputs))
        self.note = words.chosen(self.replay.run, self.chosen, self.digits)
        self.show()

    def action_nudge(self, way: int) -> None:
        """Makes the chosen input a little larger or smaller."""
        run = self.replay.run
        if run.symbolic or not run.graph.inputs:
            self.note = "there is no number to change: i gives the inputs values"
            self.show()
            return
        node = run.graph.nodes[run.graph.inputs[self.chosen]]
        value = run.values[run.graph.inputs[self.chosen]]
        if is_array(value):
            self.note = f"{node.shown} is an array: i takes new values, as in {node.name} = [1, 2]"
            self.show()
            return
        self.take({node.name: entry.nudged(value or 0.0, way)})
        self.note = words.chosen(self.replay.run, self.chosen, self.digits)
        self.show()

    def action_help(self) -> None:
        self.stop()
        self.push_screen(Help())

    def action_colours(self) -> None:
        names = list(THEMES)
        self.look = THEMES[names[(names.index(self.look.name) + 1) % len(names)]]
        self.theme = self.look.name
        self.show()

    def action_scroll(self, by: int) -> None:
        self.query_one(StageTable).scroll_relative(y=by, animate=False)

    # where the replay goes

    def go(self, done: int) -> None:
        """Moves to the place after `done` steps, and asks there what the quiz asks."""
        self.replay = self.replay.at(done)
        self.prompt = "answer" if self.quiz.asks(self.replay) else ""
        self.show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text, event.input.value = event.value, ""
        try:
            {"answer": self.answer, "step": self.jump, "inputs": self.change}[self.prompt](text)
        except CgvizError as error:
            self.note = words.first_line(error)
            self.show()

    def answer(self, text: str) -> None:
        """Marks an answer; none at all gives the question up. Raises CgvizError for what is no number."""
        if text.strip():
            right = self.quiz.mark(self.replay, entry.number(text))
            self.note = f"{'✓ right' if right else '✗ not ' + text.strip()}"
        else:
            self.quiz.reveal(self.replay)
            self.note = "given up"
        self.prompt = ""
        self.show()

    def jump(self, text: str) -> None:
        self.go(entry.step(text, len(self.replay.steps)) if text.strip() else self.replay.done)

    def change(self, text: str) -> None:
        """Takes new values of inputs: a new run, shown at the same place. Raises CgvizError."""
        self.take(entry.inputs(text, self.replay.run.graph))

    def take(self, values: Mapping[str, Value]) -> None:
        if values:
            self.replay = self.replay.with_inputs(values)
            self.quiz.seen.clear()
            self.note = f"new inputs: {place(self.replay.run, self.spelling)}"
        self.go(self.replay.done)

    # what is on the screen

    def show(self) -> None:
        """Puts the replay on the screen."""
        hidden = self.quiz.asks(self.replay)
        self.query_one("#head", Static).update(words.head(self.replay.run, self.spelling))
        self.query_one(StageTable).show(self.replay, self.spelling, self.look, hidden)
        caption = self.query_one("#caption", Static)
        caption.border_title = words.title(self.replay)
        caption.border_subtitle = f"quiz: {self.quiz.score}" if self.quiz.on else ""
        caption.update(words.caption(self.replay, self.look, self.digits, hidden, self.note))
        playing = self.timer is not None
        self.query_one("#track", Static).update(words.track(self.replay, self.size.width, self.look, playing))
        self.show_entry()

    def show_entry(self) -> None:
        field = self.query_one("#entry", Input)
        field.display = bool(self.prompt)
        field.border_subtitle = "enter, or escape"
        field.border_title = words.question(self.prompt, self.replay)
        if self.prompt:
            field.focus()
        else:
            field.value = ""
            self.set_focus(None)


def colours(theme: Theme) -> Colours:
    """Returns a theme of cgviz as one of the screen."""
    return Colours(
        name=theme.name,
        primary=theme.input_line,
        secondary=theme.stage_line,
        warning=theme.flag,
        error=theme.gradient,
        success=theme.value,
        accent=theme.output_line,
        foreground=theme.ink,
        background=theme.background,
        surface=theme.background,
        panel=theme.input_fill,
        dark=theme.name == "dark",
    )


class Help(ModalScreen[None]):
    """A page over the player; any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter,space", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        page = Static(TEXT, markup=False)
        page.border_title = "Help"
        page.border_subtitle = "escape closes"
        yield page
