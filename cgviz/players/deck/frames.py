"""The frames of a run: its one sequence of steps as pictures, each with its title, its captions and what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from cgviz.documents.writing import unicode_spelling
from cgviz.errors import UsageError, quoted
from cgviz.runs.run import Run
from cgviz.runs.steps import Backward, Forward, Seed, Step
from cgviz.text.formula import PRETTY
from cgviz.text.numbers import DIGITS, counted, number
from cgviz.values.arrays import Value, is_array, shape_of, shape_text
from cgviz.views.table.heading import heading, place
from cgviz.views.table.sentence import gradient_line, sensitivity

GRANULARITIES = ("edge", "stage", "pass")
FORWARD, SEED, BACKWARD = "Forward pass", "Seed", "Backward pass"
MOST_LINES = 2
LAST = 3


@dataclass(frozen=True)
class DeckFrame:
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
    run: Run, granularity: str = "edge", first: int | None = None, last: int | None = None, *, digits: int = DIGITS
) -> tuple[DeckFrame, ...]:
    """Returns the frames `first` to `last` (both counted from 1): the graph, every step, the result.

    granularity  "edge": a frame per step; "stage": the backward pass stage by stage; "pass": a frame per pass

    Raises UsageError for a granularity that there is not, and for a range without frames.
    """
    start, end = placed(run, granularity, first, last)
    made = [opening(run, digits)]
    for steps in grouped(run.steps, granularity):
        step = made[-1].step + len(steps)
        title, captions = told(run, steps, granularity, digits)
        made.append(DeckFrame(len(made) + 1, step, title, captions, narration(run, steps, digits), steps))
    made.append(closing(run, len(made) + 1, made[-1].step, digits))
    return tuple(made[start - 1 : end])


def placed(run: Run, granularity: str, first: int | None = None, last: int | None = None) -> tuple[int, int]:
    """Returns the numbers of the first and the last frame, without telling any. Raises as `frames` does."""
    if granularity not in GRANULARITIES:
        raise UsageError(f"no granularity {quoted(granularity)}; there are {', '.join(GRANULARITIES)}")
    count = 2 + sum(1 for _ in grouped(run.steps, granularity))
    start, end = first or 1, last or count
    if not 1 <= start <= end or start > count:
        raise UsageError(f"no frames from {start} to {end}; there are frames 1 to {count}")
    return start, min(end, count)


def grouped(steps: Iterable[Step], granularity: str) -> Iterator[tuple[Step, ...]]:
    """Yields the steps that share a frame."""

    def frame_of(numbered: tuple[int, Step]) -> object:
        place, step = numbered
        if granularity == "pass":
            return type(step)
        return step.edge.target if granularity == "stage" and isinstance(step, Backward) else -1 - place

    for _, group in groupby(enumerate(steps), key=frame_of):
        yield tuple(step for _, step in group)


def opening(run: Run, digits: int) -> DeckFrame:
    """Returns the frame of the graph before anything is computed: the function and where it is taken."""
    spelling = unicode_spelling(digits)
    lines, at = heading(run, spelling), place(run, spelling)
    captions = (*(lines if len(lines) <= MOST_LINES else lines[-1:]), *([at] if at else []))
    says = f"The graph of {', '.join(captions)}. Every stage is one simple operation whose derivative is known."
    captions = (*captions, *filter(None, [run.graph.read_without]))
    return DeckFrame(1, 0, "The graph", captions, says)


def closing(run: Run, number_of_frame: int, step: int, digits: int) -> DeckFrame:
    """Returns the frame of the result, the whole picture."""
    spelling = unicode_spelling(digits)
    value = () if run.symbolic else (f"{run.graph.nodes[run.graph.output].shown} = {number(run.value, digits)}",)
    captions = (*value, *gradient(run, digits))
    sense = "".join(text for text, _ in sensitivity(run, spelling))
    says = f"Both passes are done: {', '.join(captions)}." + (f" {sense[0].upper()}{sense[1:]}" if sense else "")
    return DeckFrame(number_of_frame, step, "Result", captions, says)


def gradient(run: Run, digits: int) -> tuple[str, ...]:
    """Returns the line `∇f = [∂f/∂x, ∂f/∂y] = [2.06, 1.592]`, of arrays their shapes; nothing without inputs."""
    inputs = [(PRETTY.gradient(run.graph.nodes[index].shown), run.gradients[index]) for index in run.graph.inputs]
    if any(is_array(value) for _, value in inputs):
        return (f"gradients: {', '.join(gradient_in_brief(name, value, digits) for name, value in inputs)}",)
    line = "".join(text for text, _ in gradient_line(run, unicode_spelling(digits)))
    return (line,) if line else ()


def gradient_in_brief(name: str, value: Value | None, digits: int) -> str:
    return f"{name} {shape_text(shape_of(value) or ())}" if is_array(value) else f"{name} = {number(value, digits)}"


def told(run: Run, steps: tuple[Step, ...], granularity: str, digits: int) -> tuple[str, tuple[str, ...]]:
    """Returns the title and the captions of a frame in which `steps` happen."""
    head, last = steps[0], steps[-1]
    if isinstance(head, Seed):
        return f"{SEED} of the backward pass", (head.caption(digits),)
    title = FORWARD if isinstance(head, Forward) else BACKWARD
    if granularity == "pass":
        title += f" through {counted(len(run.graph.stages), 'stage')}"
        return title, (last.caption(digits),) if isinstance(head, Forward) else gradient(run, digits)
    return f"{title}, stage ({head.number})", tuple(step.caption(digits) for step in steps)


def narration(run: Run, steps: tuple[Step, ...], digits: int) -> str:
    """Returns what a speaker says about the steps of a frame; what a gate does is said once."""
    following = (*steps[1:], None)
    return " ".join(
        sentence(run, step, digits) + gate(run, step, after) for step, after in zip(steps, following, strict=True)
    )


def sentence(run: Run, step: Step, digits: int) -> str:
    nodes, caption = run.graph.nodes, step.caption(digits)
    if isinstance(step, Forward):
        return f"Stage {step.number} computes {nodes[step.index].shown}: {caption}."
    if isinstance(step, Seed):
        return f"The backward pass begins at the output, whose gradient with respect to itself is 1: {caption}."
    source, target = nodes[step.index].shown, nodes[step.edge.target].shown
    adds = f" It adds to {PRETTY.gradient(source)}, which other edges reach, too." if step.adds else ""
    return f"Back from {target} to {source}, upstream times local: {caption}.{adds}"


def gate(run: Run, step: Step, after: Step | None) -> str:
    """Returns what the gate that `step` goes back through does, if it is not gone through again right `after`."""
    if not isinstance(step, Backward) or (isinstance(after, Backward) and after.edge.target == step.edge.target):
        return ""
    says = run.graph.nodes[step.edge.target].op.says
    return f" The gate {says}." if says else ""


def so_far(run: Run, step: int) -> dict[int, float]:
    """Returns the running sum of every gradient that has begun but is not whole after `step` steps, by node."""
    begun: dict[int, float] = {}
    for happens in run.steps[:step]:
        if isinstance(happens, Backward) and happens.total is not None:
            begun[happens.index] = happens.total
    whole = {happens.index for happens in run.steps[step:] if isinstance(happens, Backward)}
    return {index: total for index, total in begun.items() if index in whole}


def durations(shown: Sequence[DeckFrame], seconds: float) -> list[float]:
    """Returns the seconds of every frame: longer where there is more to read, and at the end, before it begins anew."""
    found = [seconds * max(1, len(frame.captions)) for frame in shown]
    found[-1] = LAST * seconds
    return found
