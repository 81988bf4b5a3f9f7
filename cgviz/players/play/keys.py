"""The keys of the player; those that are shown stand at the foot of the screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

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
