"""What comes to stand in which rank where stages follow each other in a row: the same for all forms of their boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

KEPT = 16  # orders of stages; the candidates of one search share them
Put = tuple[int, int]
"""A rank, and what is put there: box n is n, its ghost n more than there are boxes, a wire that passes is the last."""
Step = tuple[list[Put], int]
"""What comes with a stage, and how many ghosts there are so far."""


class Course:
    """The steps of a row that begins with some stage: worked out as far as anybody asks, and kept."""

    def __init__(self, steps: Iterator[Step]) -> None:
        self.known: list[Step] = []
        self.more = steps

    def __iter__(self) -> Iterator[Step]:
        yield from self.known
        for step in self.more:
            self.known.append(step)
            yield step


@lru_cache(KEPT)
def courses(
    order: tuple[int, ...], into: tuple[tuple[int, ...], ...], is_start: tuple[bool, ...], starts: frozenset[int]
) -> list[Course]:
    """Returns the course of the row that begins with each stage of an order; where it `starts`, a row must begin."""
    first_use: dict[int, int] = {}
    for at, n in enumerate(order):
        for source in into[n]:
            if is_start[source]:
                first_use.setdefault(source, at)

    def steps(begin: int) -> Iterator[Step]:
        level: dict[int, int] = {}
        ghosts: set[int] = set()
        boxes = len(into)
        for at, n in enumerate(order[begin:], begin):
            if at > begin and at in starts:
                return
            puts = list[Put]()
            own = level_of(into[n], level, is_start)
            for source in into[n]:
                if source not in level:
                    level[source] = own - 1
                    if is_start[source] and first_use[source] >= begin:
                        puts.append((own - 1, source))
                    else:
                        ghosts.add(source)
                        puts.append((own - 1, boxes + source))
                elif not (is_start[source] or source in ghosts):
                    puts += [(between, 2 * boxes) for between in range(level[source] + 1, own)]
            level[n] = own
            puts.append((own, n))
            yield puts, len(ghosts)

    return [Course(steps(begin)) for begin in range(len(order))]


def level_of(sources: Sequence[int], level: dict[int, int], is_start: Sequence[bool]) -> int:
    """Returns the rank of a stage in its row: inputs and ghosts stand just before it."""
    return max((level[one] + 1 if one in level and not is_start[one] else 1 for one in sources), default=0)
