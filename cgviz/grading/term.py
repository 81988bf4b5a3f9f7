"""An expression of a student's file: a number, a name, or an op applied to expressions, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cgviz.grading.elements import Misfit, computed, shape, shape_made
from cgviz.ops.op import Op
from cgviz.values.arrays import Shape, Value

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A leaf (a number, or whatever stands for a name), or an op with its operands.

    start, end  where it stands in the text
    size        how many terms it is made of
    """

    leaf: Any = 0.0
    op: Op | None = None
    args: tuple[Term, ...] = ()
    start: int = 0
    end: int = 0
    size: int = 1

    def __repr__(self) -> str:
        return f"<term of {self.size}>"


def applied(op: Op, *args: Term, start: int = 0, end: int = 0) -> Term:
    """Returns an op applied to terms, in the place of the first and last of them unless one is given."""
    place = (start, end) if end else (args[0].start, args[-1].end)
    return Term(0.0, op, args, *place, 1 + sum(arg.size for arg in args))


def number(value: float, near: Term | None = None) -> Term:
    return Term(value) if near is None else Term(value, None, (), near.start, near.end)


def value(term: Term, look: Callable[[Any], Value]) -> Value:
    """Returns the value of a term; `look` gives that of a leaf which is no number. Walks with a stack of its own."""
    values: list[Value] = []
    todo: list[Term | tuple[Op, int]] = [term]
    while todo:
        item = todo.pop()
        if isinstance(item, tuple):
            op, count = item
            operands = values[-count:]
            del values[-count:]
            values.append(computed(op, operands))
        elif item.op is None:
            values.append(item.leaf if isinstance(item.leaf, float) else look(item.leaf))
        else:
            todo.append((item.op, len(item.args)))
            todo.extend(reversed(item.args))
    return values[0]


def shape_of(term: Term, look: Callable[[Any], Value]) -> Shape | Misfit:
    """Returns the shape of the value of a term, which is not computed; a Misfit where there is none."""
    shapes: list[Shape | Misfit] = []
    todo: list[Term | tuple[Op, int]] = [term]
    while todo:
        item = todo.pop()
        if isinstance(item, tuple):
            op, count = item
            operands = shapes[-count:]
            del shapes[-count:]
            bad = [each for each in operands if isinstance(each, Misfit)]
            shapes.append(
                bad[0] if bad else shape_made(op, [each for each in operands if not isinstance(each, Misfit)])
            )
        elif item.op is None:
            shapes.append(() if isinstance(item.leaf, float) else shape(look(item.leaf)))
        else:
            todo.append((item.op, len(item.args)))
            todo.extend(reversed(item.args))
    return shapes[0]


def leaves(term: Term) -> Iterator[Term]:
    """Yields every leaf that is no number, first to last."""
    todo = [term]
    while todo:
        item = todo.pop()
        if item.op is not None:
            todo.extend(reversed(item.args))
        elif not isinstance(item.leaf, float):
            yield item


def parts(term: Term) -> Iterator[tuple[Path, Term]]:
    """Yields every part of a term with the way to it, the term itself first."""
    todo: list[tuple[Path, Term]] = [((), term)]
    while todo:
        path, item = todo.pop()
        yield path, item
        todo.extend(((*path, slot), arg) for slot, arg in reversed(tuple(enumerate(item.args))))


def replaced(term: Term, path: Path, part: Term) -> Term:
    """Returns a term with another part at the end of a way."""
    along = [term]
    for slot in path:
        along.append(along[-1].args[slot])
    for above, slot in zip(reversed(along[:-1]), reversed(path), strict=True):
        part = replace(above, args=(*above.args[:slot], part, *above.args[slot + 1 :]))
    return part


def renamed(term: Term, change: Callable[[Term], Term]) -> Term:
    """Returns a term whose leaves that are no numbers are changed; walks with a stack of its own."""
    done: list[Term] = []
    todo: list[tuple[Term, bool]] = [(term, False)]
    while todo:
        item, ready = todo.pop()
        if item.op is None:
            done.append(item if isinstance(item.leaf, float) else change(item))
        elif ready:
            count = len(item.args)
            args = tuple(done[-count:])
            del done[-count:]
            done.append(replace(item, args=args, size=1 + sum(arg.size for arg in args)))
        else:
            todo.append((item, True))
            todo.extend((arg, False) for arg in reversed(item.args))
    return done[0]
