"""The help page of the player: its keys, and what is on the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

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


class Help(ModalScreen[None]):
    """A page over the player; any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter,space", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        page = Static(TEXT, markup=False)
        page.border_title = "Help"
        page.border_subtitle = "escape closes"
        yield page
