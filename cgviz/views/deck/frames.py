"""The frames of a run: its one sequence of steps as pictures, each with its title, its captions and what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from cgviz.errors import UsageError, quoted
from cgviz.numbers import DIGITS, number
from cgviz.passes import Run
from cgviz.steps import Backward, Forward, Seed, Step, gradient_name

GRANULARITIES = ("edge", "stage", "pass")
FORWARD, SEED, BACKWARD = "Forward pass", "Seed", "Backward pass"
MOST_NAMED = 4


@dataclass(frozen=True)
class Frame:
    """One picture of the run.

    number     1, 2, 3 ... in the whole sequence, also where only a part of it is shown
    step       the last step that is shown: parts of class `step-N` with N <= step are visible (0: inputs alone)
    title      what happens, in a word or two; captions say it in symbols and numbers, a line each
    narration  the same for whoever speaks: whole sentences
    active     the steps that happen in this frame
    """

    number: int
    step: int
    title: str
    captions: tuple[str, ...]
    narration: str
    active: tuple[Step, ...] = ()


def frames(
    run: Run,
    granularity: str = "edge",
    first: int | None = None,
    last: int | None = None,
    *,
    digits: int = DIGITS,
) -> tuple[Frame, ...]:
    """Returns the frames `first` to `last` (both counted from 1): the graph, every step, the result.

    granularity  "edge": a frame per step; "stage": the backward pass stage by stage; "pass": a frame per pass

    Raises UsageError for a granularity that there is not, and for a range without frames.
    """
    if granularity not in GRANULARITIES:
        raise UsageError(f"no granularity {quoted(granularity)}; there are {', '.join(GRANULARITIES)}")
    made = [opening(run, digits)]
    for steps in grouped(run.steps, granularity):
        step = made[-1].step + len(steps)
        title, captions = told(run, steps, granularity, digits)
        made.append(Frame(len(made) + 1, step, title, captions, narration(run, steps, digits), steps))
    made.append(closing(run, len(made) + 1, made[-1].step, digits))
    start, end = first or 1, last or len(made)
    if not 1 <= start <= end or start > len(made):
        raise UsageError(f"no frames from {start} to {end}; there are frames 1 to {len(made)}")
    return tuple(made[start - 1 : end])


def grouped(steps: Iterable[Step], granularity: str) -> Iterator[tuple[Step, ...]]:
    """Yields the steps that share a frame."""

    def frame_of(numbered: tuple[int, Step]) -> object:
        place, step = numbered
        if granularity == "pass":
            return type(step)
        return step.edge.target if granularity == "stage" and isinstance(step, Backward) else -1 - place

    for _, group in groupby(enumerate(steps), key=frame_of):
        yield tuple(step for _, step in group)


def opening(run: Run, digits: int) -> Frame:
    """Returns the frame of the graph before anything is computed."""
    graph = run.graph
    name = graph.nodes[graph.output].shown
    count = len(graph.stages)
    caption = f"{name} in {count} stage{'' if count == 1 else 's'}"
    if not run.symbolic and graph.inputs:
        caption += f", at {listed([f'{graph.nodes[i].shown} = {number(run.values[i], digits)}' for i in graph.inputs])}"
    says = f"The graph of {caption}. Every stage is one simple operation whose derivative is known."
    return Frame(1, 0, "The graph", (caption,), says)


def closing(run: Run, place: int, step: int, digits: int) -> Frame:
    """Returns the frame of the result, the whole picture."""
    graph = run.graph
    name = graph.nodes[graph.output].shown
    slopes = [slope(run, name, i, digits) for i in graph.inputs]
    parts = ([] if run.symbolic else [f"{name} = {number(run.value, digits)}"]) + slopes
    caption = listed(parts) or name
    return Frame(place, step, "Result", (caption,), f"Both passes are done: {caption}.")


def slope(run: Run, output: str, index: int, digits: int) -> str:
    written = f"∂{output}/∂{run.graph.nodes[index].shown}"
    return written if run.symbolic else f"{written} = {number(run.gradients[index], digits)}"


def told(run: Run, steps: tuple[Step, ...], granularity: str, digits: int) -> tuple[str, tuple[str, ...]]:
    """Returns the title and the captions of a frame in which `steps` happen."""
    head, last = steps[0], steps[-1]
    if isinstance(head, Seed):
        return f"{SEED} of the backward pass", (head.caption(digits),)
    title = FORWARD if isinstance(head, Forward) else BACKWARD
    if granularity == "pass":
        count = len(run.graph.stages)
        title += f" through {count} stage{'' if count == 1 else 's'}"
        return title, (last.caption(digits) if isinstance(head, Forward) else closing(run, 0, 0, digits).captions[0],)
    return f"{title}, stage ({head.number})", tuple(step.caption(digits) for step in steps)


def narration(run: Run, steps: tuple[Step, ...], digits: int) -> str:
    return " ".join(sentence(run, step, digits) for step in steps)


def sentence(run: Run, step: Step, digits: int) -> str:
    """Returns what a speaker says about a step."""
    nodes, caption = run.graph.nodes, step.caption(digits)
    if isinstance(step, Forward):
        return f"Stage {step.number} computes {nodes[step.index].shown}: {caption}."
    if isinstance(step, Seed):
        return f"The backward pass begins at the output, whose gradient with respect to itself is 1: {caption}."
    source, target = nodes[step.index].shown, nodes[step.edge.target]
    gate = f" The gate {target.op.says}." if target.op.says else ""
    adds = f" It adds to {gradient_name(source)}, which other edges reach, too." if step.adds else ""
    return f"Back from {target.shown} to {source}, upstream times local: {caption}.{adds}{gate}"


def listed(items: list[str]) -> str:
    shown = items[:MOST_NAMED]
    return ", ".join(shown) + (f" and {len(items) - len(shown)} more" if len(items) > len(shown) else "")
