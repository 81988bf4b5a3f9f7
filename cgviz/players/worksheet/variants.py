"""Inputs for many sheets of one program: together they show every case, and answers are short where they can be."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from cgviz.errors import EvaluationError, UsageError, quoted
from cgviz.graph.lookup import find
from cgviz.graph.nodes import Graph
from cgviz.ops.op import Op
from cgviz.players.worksheet.precision import elements
from cgviz.runs.run import Run
from cgviz.runs.starting import start
from cgviz.text.numbers import DIGITS
from cgviz.values.arrays import Shape, Value, is_array, numpy, shape_of

TRIES, SEARCHES, FALLBACK, LOOKED = 60, 5, 40, 25
ALIKE = 4
LEAST = 1e-4
SMALL, LARGE = 0.01, 1000.0
PASSING = frozenset(["dead"])
Case = tuple[int, Hashable]
MOST_ELEMENTS = 64
BOTH, POSITIVE = (1, -1), (1,)
SHARES = tuple(tenth / 10 for tenth in range(1, 10))
STEPS = 40  # of a narrow range in which no friendly number is
RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s*")


def variants(
    graph: Graph,
    count: int,
    seed: int,
    fixed: Mapping[str, Value],
    digits: int = DIGITS,
    ranges: Mapping[str, Range] | None = None,
    shapes: Mapping[str, Shape] | None = None,
) -> list[Run]:
    """Returns `count` runs at inputs that differ, the same ones for the same seed; `fixed` inputs stay as they are.

    ranges  what inputs are drawn from, by name; shapes: those of arrays for which the program says none

    Gates that are made of pieces are met on each of them in turn. All are tidy where such inputs are found, else every
    number is finite and stands on no corner, and the answers are to be rounded. Raises UsageError where there is
    nothing to draw, EvaluationError where nothing finite is found.
    """
    inputs = (graph.nodes[index] for index in graph.inputs)
    free = {node.name: node.shape or shape_of(node.value) or () for node in inputs if node.name not in fixed}
    if not free:
        raise UsageError("variants draw the values of inputs, and this program has none that is free")
    free |= {name: shape for name, shape in (shapes or {}).items() if name in free}
    return list(Drawing(graph, free, fixed, Random(seed), digits, ranges or {}).runs(count))


def tidy(run: Run, digits: int = DIGITS) -> bool:
    """Tells whether every answer of a run is shown exactly: values, gradients, and what each edge hands back."""
    return (
        all(is_short(run.values[index], digits) or not run.taken[index] for index in run.bare.stages)
        and all(is_short(gradient, digits) for gradient in run.gradients)
        and all(is_short(edge.value, digits) for edges in run.contributions for edge in edges)
    )


def is_short(value: Value, digits: int) -> bool:
    """Tells whether a number, or every element, is shown exactly with `digits` significant digits, without exponent."""
    return all(is_short_number(each, digits) for each in elements(value))


def is_short_number(number: float, digits: int) -> bool:
    if number == 0:
        return True
    if not math.isfinite(number) or not LEAST <= abs(number) < 10 ** max(digits, 4):
        return False
    return abs(float(f"{number:.{digits}g}") - number) <= 1e-12 * abs(number)


class Drawing:
    """Draws inputs one after another and remembers which were there, and which cases they showed."""

    def __init__(
        self,
        graph: Graph,
        free: Mapping[str, Shape],
        fixed: Mapping[str, Value],
        random: Random,
        digits: int,
        ranges: Mapping[str, Range],
    ) -> None:
        self.graph, self.free, self.fixed, self.random, self.digits = graph, free, fixed, random, digits
        self.ranges, self.gates = ranges, gates(graph)
        self.drawn: set[tuple[object, ...]] = set()
        self.failures, self.most, self.still = 0, 1, 0
        self.worn: Counter[tuple[int, float]] = Counter()
        self.seen: Counter[Case] = Counter()
        self.curved = [i for i in graph.stages if not graph.nodes[i].op.family and graph.nodes[i].op.slopes is None]
        is_scalar = all(graph.nodes[index].op.vjp is None for index in graph.stages)
        self.scalar = is_scalar and not any(free.values()) and not any(map(is_array, fixed.values()))
        self.unshown = self.reachable() if self.gates else set()

    def reachable(self) -> set[Case]:
        """Returns the cases that some inputs show."""
        runs = (run for pool in POOLS for run in self.candidates(pool, LOOKED) if is_sound(run))
        return {case for run in runs for case in cases(run, self.gates)}

    def runs(self, count: int) -> Iterator[Run]:
        self.most = max(1, count // ALIKE)
        for _ in range(count):
            run = self.tidy_run()
            if run is None or (self.unshown and not self.unshown & cases(run, self.gates)):
                run = self.rounded_run(run)
            self.note(run)
            yield run

    def note(self, run: Run) -> None:
        self.drawn.add(self.key(run))
        found = cases(run, self.gates)
        self.seen.update(found)
        self.unshown -= found
        self.still += not arrives(run)
        self.worn.update((index, each) for index in self.curved for each in elements(run.values[index]))

    def tidy_run(self) -> Run | None:
        """Returns a run that is tidy; None where none is found. After a few failures it is not tried any more."""
        if self.failures < SEARCHES:
            for pool in POOLS:
                found = (run for run in self.candidates(pool, TRIES) if tidy(run, self.digits) and self.is_fit(run))
                best = self.best(run for run in found if not self.is_worn(run) and not trivial(run))
                if best is not None:
                    return best
            self.failures += 1
        return None

    def rounded_run(self, tidy_one: Run | None) -> Run:
        """Returns a run whose numbers are to be rounded, or the tidy one if that shows more. Raises EvaluationError
        where there is none."""
        best = tidy_one
        for pool in POOLS:
            found = [run for run in self.candidates(pool, FALLBACK) if self.is_fit(run)]
            best = self.best([*([best] if best else []), *found])
            if best is not None and (not self.unshown or self.unshown & cases(best, self.gates)):
                return best
        if best is None:
            why = "every number is finite and no stage stands on a corner"
            raise EvaluationError(f"no inputs were found at which {why}")
        return best

    def best(self, runs: Iterable[Run]) -> Run | None:
        """Returns the run that shows most of what others did not, then the one with the fewest awkward numbers."""
        best, most = None, (-math.inf, -math.inf)
        for run in runs:
            worth = rarity(cases(run, self.gates), self.seen), -float(awkward(run))
            if worth > most:
                best, most = run, worth
            if not self.gates and not worth[1]:
                break
        return best

    def is_fit(self, run: Run) -> bool:
        """Tells whether a run is worth a sheet: sound, and some gradient arrives, but on a few sheets of gates."""
        return is_sound(run) and (arrives(run) or (bool(self.gates) and self.still < self.most))

    def is_worn(self, run: Run) -> bool:
        """Tells whether a stage that is no sum or product has a value that a quarter of the sheets have already."""
        return any(self.worn[index, each] >= self.most for index in self.curved for each in elements(run.values[index]))

    def candidates(self, pool: Pool, tries: int) -> Iterator[Run]:
        """Yields runs at inputs of the pool's sizes that were not drawn before."""
        for _ in range(tries):
            inputs = {name: self.value(name, shape, pool) for name, shape in self.free.items()}
            run = self.run({**self.fixed, **inputs})
            if self.key(run) not in self.drawn:
                yield run

    def run(self, inputs: dict[str, Value]) -> Run:
        return Run(self.graph, inputs) if self.scalar else start(self.graph, inputs)

    def value(self, name: str, shape: Shape, pool: Pool) -> Value:
        if not shape:
            return self.element(name, pool)
        return numpy().array([self.element(name, pool) for _ in range(math.prod(shape))]).reshape(shape)

    def element(self, name: str, pool: Pool) -> float:
        within = self.ranges.get(name)
        return float(within.draw(self.random, pool) if within else pool.draw(self.random))

    def key(self, run: Run) -> tuple[object, ...]:
        given = run.inputs or {}
        return tuple(tuple(elements(given[name])) for name in self.free)


def awkward(run: Run) -> int:
    """Returns how many numbers teach nothing: zero, very small or very large; most of all where a gate is given 0."""
    numbers = [each for index in run.bare.stages for each in elements(run.values[index])]
    taken = (index for index in (*run.bare.inputs, *run.bare.stages) if run.taken[index])
    numbers += [each for index in taken for each in elements(run.gradients[index])]
    return sum(not SMALL <= abs(each) <= LARGE for each in numbers) + len(numbers) * trivial(run)


def trivial(run: Run) -> bool:
    """Tells whether a gate of one operand is asked for at 0, where nobody needs its formula: σ(0)."""
    gates = (run.bare.nodes[index] for index in run.bare.stages)
    asked = (run.values[gate.args[0]] for gate in gates if len(gate.args) == 1 and gate.op.slopes is None)
    return any(value == 0 for value in asked if not is_array(value))


def arrives(run: Run) -> bool:
    """Tells whether the gradient of some input is not 0."""
    return any(each for index in run.bare.inputs for each in elements(run.gradients[index]))


def is_sound(run: Run) -> bool:
    """Tells whether a run can be worked out: all finite, and no stage on a corner."""
    if not all(math.isfinite(each) for value in run.values for each in elements(value)):
        return False
    return run.trouble is None and all(PASSING.issuperset(flags) for flags in run.flags)


def gates(graph: Graph) -> list[int]:
    """Returns the stages that the output needs whose gate is made of pieces."""
    return [index for index in graph.stages if graph.nodes[index].op.switch and graph.reached[index]]


def cases(run: Run, among: Iterable[int]) -> set[Case]:
    """Returns the cases of a run: a stage with the piece of its gate on which it stands; of arrays every piece."""
    return {(index, piece) for index in among for piece in pieces(run, index)}


def pieces(run: Run, index: int) -> Iterator[Hashable]:
    op, args = run.bare.nodes[index].op, run.operands(index)
    if op.vjp is not None or not any(map(is_array, args)):
        yield piece(op, args)
        return
    flat = [numpy().ravel(each)[:MOST_ELEMENTS].tolist() for each in numpy().broadcast_arrays(*args)]
    for each in zip(*flat, strict=True):
        yield piece(op, each)


def piece(op: Op, args: Iterable[Value]) -> Hashable:
    found = op.switch(*args) if op.switch else None
    return found if isinstance(found, Hashable) else repr(found)


def rarity(found: Iterable[Case], seen: Counter[Case]) -> float:
    """Returns how much a run adds to what other runs showed: most for what none has shown."""
    return sum(1.0 if not seen[case] else 0.3 / (1 + seen[case]) for case in found)


SIZES: tuple[tuple[float, ...], ...] = (
    tuple(range(1, 6)),
    tuple(range(1, 10)),
    tuple(half / 2 for half in range(1, 20)),
    tuple(tenth / 10 for tenth in range(1, 51)),
    tuple(range(1, 31)),
)


@dataclass(frozen=True)
class Pool:
    """Sizes of inputs, and the signs that they come with."""

    sizes: tuple[float, ...]
    signs: tuple[int, ...] = BOTH

    def draw(self, random: Random) -> float:
        return random.choice(self.sizes) * random.choice(self.signs)


POOLS = (*(Pool(sizes) for sizes in SIZES), *(Pool(sizes, POSITIVE) for sizes in SIZES[:3]), Pool(SHARES, POSITIVE))
"""The friendliest first; then what logarithms and roots take, and what is a probability."""


@dataclass(frozen=True)
class Range:
    """What one input is drawn from: certain numbers, or those between two."""

    numbers: tuple[float, ...] = ()
    low: float = -math.inf
    high: float = math.inf

    def draw(self, random: Random, pool: Pool) -> float:
        if self.numbers:
            return random.choice(self.numbers)
        inside = [size * sign for size in pool.sizes for sign in BOTH if self.low <= size * sign <= self.high]
        return random.choice(inside or self.steps)

    @property
    def steps(self) -> list[float]:
        """Decimals as short as can be, evenly spaced over the range."""
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(n * step, 12) for n in range(first, min(last, first + STEPS * 2) + 1)]


def ranges(graph: Graph, written: Sequence[str], fixed: Mapping[str, object]) -> dict[str, Range]:
    """Returns the ranges of inputs by name, written as `y=0|1` or `x=-3..3`. Raises UsageError for one that is none."""
    found = {}
    for text in written:
        name, equals, told = text.partition("=")
        index = find(graph, name.strip()) if equals else -1
        if index not in graph.inputs:
            raise UsageError(f"--range {quoted(text)}: an input, = and what it is drawn from, such as y=0|1 or x=-3..3")
        key = graph.nodes[index].name
        if key in fixed:
            raise UsageError(f"--range {quoted(text)}: {key} has a value already; leave out one of them")
        found[key] = range_of(text, told)
    return found


def range_of(text: str, told: str) -> Range:
    match = RANGE.fullmatch(told)
    try:
        if not match:
            numbers = tuple(float(part.replace("−", "-")) for part in told.split("|"))
            if all(map(math.isfinite, numbers)):
                return Range(numbers)
        else:
            low, high = (float(part.replace("−", "-")) for part in match.groups())
            if math.isfinite(low) and math.isfinite(high) and low < high:
                return Range((), low, high)
    except ValueError:
        pass
    raise UsageError(f"--range {quoted(text)}: numbers with | between them (0|1), or from low to high (-3..3)")
