"""What the player says: the head, the caption in large, where it stands, and what it asks for."""

from __future__ import annotations

import re

from rich.text import Text

from cgviz.documents.writing import Writing
from cgviz.drawing.theme import Theme
from cgviz.errors import CgvizError, shorten
from cgviz.graph.nodes import Graph
from cgviz.players.play.replay import Replay, pass_of, unsolved
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Step
from cgviz.text.numbers import number
from cgviz.views.table.heading import heading, place

SIGN = re.compile(r" (\+?=) ")
WORDS = {"forward": "forward pass", "seed": "seed", "backward": "backward pass"}
LONGEST = 400


def head(run: Run, spelling: Writing) -> Text:
    """Returns the function and where it stands."""
    return Text(f"{heading(run, spelling)[-1]}   {place(run, spelling)}".rstrip())


def chosen(run: Run, which: int, digits: int) -> str:
    """Returns the input that + and − change: `x = 3.1`."""
    inputs = run.graph.inputs
    if not inputs:
        return "this program has no inputs"
    return f"{run.graph.nodes[inputs[which]].shown} = {number(run.values[inputs[which]], digits) or '·'}   (+ − n)"


def title(replay: Replay) -> str:
    """Returns where the replay stands: `step 5 of 21: forward pass (5)`."""
    step = replay.step
    if step is None:
        return f"{len(replay.steps)} steps"
    number = "" if step.number is None else f" ({step.number})"
    return f"step {replay.done} of {len(replay.steps)}: {WORDS[pass_of(step)]}{number}"


def caption(replay: Replay, theme: Theme, digits: int, hidden: bool, note: str) -> Text:
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


def track(replay: Replay, width: int, theme: Theme, playing: bool) -> Text:
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


def question(prompt: str, replay: Replay) -> str:
    """Returns what the field asks for; without the user's names, for this line is markup."""
    return {
        "answer": "the gradient (enter alone shows it)",
        "step": f"go to step (0 to {len(replay.steps)})",
        "inputs": "new values, as in x = 3, y = -1/2",
    }.get(prompt, "")


def first_line(error: CgvizError) -> str:
    return str(error).splitlines()[0]
