"""Lines of columns, where each array on the way has a buffer that is used again as soon as nobody reads it.

A new array of some thousand numbers costs more than the arithmetic on it. The lines are taken apart into calls of
NumPy's functions: equal calls are one, a call that nobody needs is left out, and a minus waits for the sum or product
that takes it in. The numbers are those of the lines, bit for bit.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

from cgviz.values.arrays import Shape, broadcast, numpy, quiet, summed_axes

CALLED: dict[type[ast.AST], str] = {
    **{ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"},
    **{ast.BitAnd: "bitwise_and", ast.BitOr: "bitwise_or", ast.Invert: "invert", ast.Eq: "equal"},
    **{ast.GtE: "greater_equal", ast.Gt: "greater", ast.LtE: "less_equal", ast.Lt: "less", ast.NotEq: "not_equal"},
}
SHORT = {"2": "square", "2.0": "square", "0.5": "sqrt", "-1": "reciprocal", "-1.0": "reciprocal"}
"""What `x ** c` computes of an array."""
BY_KEYWORD = frozenset({"maximum", "minimum"})
"""Functions that take the place of their result by keyword alone."""
COSTLY = frozenset("exp expm1 log log1p log2 log10 sin cos tan sinh cosh tanh arcsin arccos arctan".split())
MANY = 1 << 12
"""In so many elements it is worth to see whether they are all one number, as at the start of a descent from 0."""
VIEWS = frozenset({"viewed", "handed_views", "shaped", "spread", "masked", "joined", "reached"})
"""Functions whose results may be views of their arguments."""
SHAPED = frozenset({"folded", "spread", "shaped"})
"""Functions whose second argument is the shape of the result."""
ANEW = frozenset({"computed", "handed", "product", "outer", "reduced", "number", "masked_product"})
"""Functions whose results are arrays, or numbers, of their own, in the usual order."""
STRUCTURAL = VIEWS | ANEW
"""Functions that do not act element by element."""
REGISTER = re.compile(r"\ba[0-9]+\b")

Room = tuple[Shape, str]
"""The shape of a buffer, and of what kind its elements are, as NumPy's letters say it."""


class Item(NamedTuple):
    """An operand: its text, its shape (None: not known), the kind of its elements, whether it counts with a minus.

    `turned` tells that its elements may lie in another order than those of a new array, in which they would be summed;
    `stands` that the text is one number, or a narrow array, which stands for a whole one of that shape.
    """

    text: str
    shape: Shape | None = ()
    kind: str = "d"
    minus: bool = False
    turned: bool = False
    stands: bool = False


class Step(NamedTuple):
    """A line: its text; of a call of NumPy the register that it makes, the operands, and the room of the result."""

    text: str
    made: str = ""
    args: tuple[str, ...] = ()
    room: Room | None = None

    @property
    def reads(self) -> set[str]:
        return {*REGISTER.findall(" ".join(self.args) if self.room else self.text)}


class Taken:
    """Lines taken apart. `shape_of` knows the shapes of some names, `bound` the functions and numbers by name.

    `flat` says that every array has one axis when the lines are run, whatever its shape is.
    """

    def __init__(self, shape_of: Callable[[str], Shape | None], bound: dict[str, Any], flat: bool) -> None:
        self.shape_of, self.bound, self.flat = shape_of, bound, flat
        self.steps: list[Step] = []
        self.known: dict[str, Item] = {}
        self.calls: dict[tuple[str, tuple[str, ...]], Item] = {}
        self.results: list[str] = []
        self.numbers = count()

    def line(self, text: str) -> None:
        node: Any = ast.parse(text.removeprefix("return ")).body[0]
        if text.startswith("return "):
            value, slopes = node.value.elts
            value, *rest = self.results = [self.whole(self.lower(each)) for each in (value, *slopes.elts)]
            self.steps.append(Step(f"return {value}, ({''.join(f'{each}, ' for each in rest)})"))
        elif not hasattr(node, "targets") or text.endswith("= values"):
            self.steps.append(Step(self.plain(node)))
        elif isinstance(node.targets[0], ast.Name):
            self.assign(node.targets[0].id, self.lower(node.value))
        else:
            self.assign_each([name.id for name in node.targets[0].elts], self.plain(node.value), "handed(" not in text)

    def assign_each(self, names: Sequence[str], text: str, turned: bool) -> None:
        made = [self.register() for _ in names]
        self.steps.append(Step(f"{', '.join(made)}, = {text}"))
        self.known.update((name, Item(each, None, turned=turned)) for name, each in zip(names, made, strict=True))

    def assign(self, name: str, item: Item) -> None:
        if item.shape is None:
            shape = self.shape_of(name)
            item = item._replace(shape=shape, turned=item.turned and not self.flat and len(shape or ()) > 1)
        if item.shape == ():
            self.known.pop(name, None)
            self.steps.append(Step(f"{name} = {item.text}"))
        else:
            self.known[name] = item

    def register(self) -> str:
        return f"a{next(self.numbers)}"

    # expressions

    def lower(self, node: ast.expr) -> Item:
        """Returns an expression as an operand; what computes it becomes steps."""
        if isinstance(node, ast.Name):
            shape = getattr(self.bound.get(node.id), "shape", self.shape_of(node.id))
            turned = not self.flat and len(shape or ()) > 1
            return self.known.get(node.id) or Item(node.id, shape or (), turned=turned)
        if isinstance(node, ast.Call):
            return self.called(node)
        if isinstance(node, ast.UnaryOp):
            return self.signed(node, self.lower(node.operand))
        if isinstance(node, ast.BinOp):
            left, right = self.lower(node.left), self.lower(node.right)
            if left.shape == right.shape == ():
                return Item(f"({ast.unparse(ast.BinOp(ast.Name(left.text), node.op, ast.Name(right.text)))})")
            return self.combined(CALLED[type(node.op)], left, right)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = self.lower(node.left), self.lower(node.comparators[0])
            if not left.shape == right.shape == ():
                return self.applied(CALLED[type(node.ops[0])], left, right)
        return Item(f"({self.plain(node)})")

    def signed(self, node: ast.UnaryOp, item: Item) -> Item:
        if item.shape == ():
            return Item(f"({ast.unparse(ast.UnaryOp(node.op, ast.Name(item.text)))})")
        if isinstance(node.op, ast.USub):
            return self.unfolded(item)._replace(minus=not item.minus)
        return self.applied(CALLED[type(node.op)], item)

    def combined(self, name: str, left: Item, right: Item) -> Item:
        """Returns a sum, a product and the like; a minus that waits is taken in, or waits on."""
        if left.turned or right.turned:  # in which order a result lies depends on what it is made of
            left, right = (
                item._replace(text=self.whole(item), minus=False) if item.minus else item for item in (left, right)
            )
        one, two = left._replace(minus=False), right._replace(minus=False)
        if name in ("multiply", "divide"):
            made = self.applied(name, one, two)
            return made._replace(minus=left.minus != right.minus)
        if name == "power" and right.text.strip("()") in SHORT:
            return self.applied(SHORT[right.text.strip("()")], left)
        if left.minus and right.minus == (name == "subtract"):
            return self.applied("subtract", two, one)
        if right.minus and name in ("add", "subtract"):
            return self.applied("subtract" if name == "add" else "add", left, two)
        return self.applied(name, left, right)

    def called(self, node: ast.Call) -> Item:
        name, items = ast.unparse(node.func), [self.lower(arg) for arg in node.args if not isinstance(arg, ast.Tuple)]
        if name == "abs" and items[0].shape != ():
            return self.applied("absolute", items[0]._replace(minus=False))
        is_array = any(item.shape != () for item in items) or name in STRUCTURAL | SHAPED
        if is_array and name not in STRUCTURAL and isinstance(self.bound.get(name), numpy().ufunc):
            return self.applied(name, *items)
        left = iter(items)
        if name == "spread" and (shape := ast.literal_eval(node.args[1])) != ():
            return Item(self.whole(items[0]), shape, stands=True)
        if name == "folded" and "reduced" in self.bound and items[0].shape is not None:
            return self.summed(self.whole(items[0]), items[0].shape, ast.literal_eval(node.args[1]))
        texts = (self.plain(arg) if isinstance(arg, ast.Tuple) else self.whole(next(left)) for arg in node.args)
        text = f"{name}({', '.join(texts)})"
        if not is_array:
            return Item(text)
        shape = ast.literal_eval(node.args[1]) if name in SHAPED else None if name in STRUCTURAL else shared(items)
        made = self.entered(text)
        return Item(made, () if name == "number" else shape, turned=name not in ANEW)

    def entered(self, text: str) -> str:
        """Returns the register of what a step of its own computes."""
        made = self.register()
        self.steps.append(Step(f"{made} = {text}"))
        return made

    def summed(self, text: str, wide: Shape, narrow: Shape) -> Item:
        """Returns an array summed to a narrower shape; the axes are known."""
        if not narrow:
            return Item(self.entered(f"number({self.entered(f'reduced({text}, None)')})"))
        axes = summed_axes(wide, narrow)
        made = self.entered(f"reduced({text}, {axes})")
        kept = len(wide) - len(axes) == len(narrow)
        return Item(made if kept else self.entered(f"shaped({made}, {narrow})"), narrow)

    def applied(self, name: str, *items: Item) -> Item:
        """Returns what a function of NumPy makes of operands among which are arrays: no call is made twice."""
        shape = shared(items)
        if all(item.stands or item.shape != shape for item in items):
            items = tuple(map(self.unfolded, items))
        args = tuple(item.text if item.stands else self.whole(item) for item in items)
        if (name, args) not in self.calls:
            made, function = (
                self.register(),
                self.bound.get(name) or self.bound.setdefault(name, getattr(numpy(), name)),
            )
            with quiet():
                kind = function(*(numpy().ones(1, item.kind) for item in items)).dtype.char
            turned = any(item.turned for item in items)
            room = None if shape is None or turned else (shape, kind)
            self.steps.append(Step(name if room else f"{made} = {name}({', '.join(args)})", made, args, room))
            self.calls[name, args] = Item(made, shape, kind, turned=turned)
        return self.calls[name, args]

    def unfolded(self, item: Item) -> Item:
        """Returns an operand as an array where it only stands for one."""
        if not item.stands:
            return item
        key = "spread", (item.text, str(item.shape))
        if key not in self.calls:
            self.calls[key] = Item(self.entered(f"spread({item.text}, {item.shape})"), item.shape)
        return self.calls[key]

    def whole(self, item: Item) -> str:
        """Returns the text of an operand with its sign, as an array where it is one."""
        item = self.unfolded(item)
        return self.applied("negative", item._replace(minus=False)).text if item.minus else item.text

    def plain(self, node: ast.AST) -> str:
        """Returns the text of what is no call of NumPy, its operands by their registers."""
        return ast.unparse(Operands(self).visit(node)).replace("\n    ", " ")


class Operands(ast.NodeTransformer):
    """Puts registers in the place of names, and of the calls inside."""

    def __init__(self, taken: Taken) -> None:
        self.taken = taken

    def visit_Name(self, node: ast.Name) -> ast.Name:
        known = self.taken.known.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if known is None else ast.Name(self.taken.whole(known))

    def visit_Call(self, node: ast.Call) -> ast.Name:
        return ast.Name(self.taken.whole(self.taken.called(node)))


def shared(items: Sequence[Item]) -> Shape | None:
    """Returns the shape that operands have together; None where one is not known."""
    shapes = [item.shape for item in items]
    return None if None in shapes else broadcast(shape or () for shape in shapes)


class Places:
    """The place of every register that a call of NumPy makes: a result's own (`o2`, of the result of that number), or
    a buffer (`b3`), which is free again when the register has been read for the last time.

    results, buffers   the rooms of those, in the order in which the lines take them
    """

    def __init__(self, taken: Taken) -> None:
        self.bound, self.flat, self.steps = taken.bound, taken.flat, needed(taken.steps)
        self.last = {register: at for at, step in enumerate(self.steps) for register in step.reads}
        viewed = [step for step in self.steps if any(f"{view}(" in step.text for view in VIEWS)]
        self.viewed = {register for step in viewed for register in step.reads}
        self.names: dict[str, str] = {}
        self.results: dict[int, Room] = {}
        self.buffers: list[Room] = []
        self.free: dict[Room, list[str]] = {}
        for step in self.steps:
            if step.room and step.room[1] == "d" and step.made in taken.results:
                number = taken.results.index(step.made)
                self.names[step.made], self.results[number] = f"o{number}", step.room

    def lines(self) -> list[str]:
        made = [line for at, step in enumerate(self.steps) for line in self.written(at, step)]
        results, room = list(self.results), [f"b{number}" for number in range(len(self.buffers))]
        if self.flat:  # results have places where a block of each belongs
            return [f"{''.join(f'{each}, ' for each in (*map('o{}'.format, results), *room))}= room", *made]
        self.bound["empty"] = numpy().empty
        own = [f"o{number} = empty({self.results[number][0]})" for number in results]
        return [*own, f"{''.join(f'{each}, ' for each in room)}= room" if room else "pass", *made]

    def written(self, at: int, step: Step) -> Iterator[str]:
        gone = sorted(register for register in step.reads if self.last[register] == at)
        for place in (self.names.get(register, "") for register in gone):
            if place.startswith("b"):
                self.free.setdefault(self.buffers[int(place[1:])], []).append(place)
        yield self.call(step, step.room) if step.room else self.placed(step.text)
        own = [register for register in gone if register not in self.names]
        if own and at < len(self.steps) - 1:
            yield f"del {', '.join(own)}"

    def placed(self, text: str) -> str:
        return REGISTER.sub(lambda found: self.names.get(found[0], found[0]), text)

    def call(self, step: Step, room: Room) -> str:
        args = ", ".join(map(self.placed, step.args))
        if step.made not in self.names:
            if step.made in self.viewed:
                return f"{step.made} = {step.text}({args})"
            self.names[step.made] = self.buffer(room)
        name = self.bound[step.text].__name__
        if name in COSTLY and math.prod(room[0]) >= MANY:
            self.bound["once"] = once
            return f"once({step.text}, {args}, {self.names[step.made]})"
        return f"{step.text}({args}, {'out=' if name in BY_KEYWORD else ''}{self.names[step.made]})"

    def buffer(self, room: Room) -> str:
        """Returns a buffer that is free, or one more."""
        if self.free.get(room):
            return self.free[room].pop()
        self.buffers.append(room)
        return f"b{len(self.buffers) - 1}"


def once(function: Callable[..., Any], x: Any, out: Any) -> None:
    """Writes a function of an array to `out`; of one that repeats a number it is computed once."""
    first = x.item(0)
    if first == x.item(-1) and (x == first).all():
        out.fill(function(x.reshape(-1)[:1])[0])
    else:
        function(x, out)


def needed(steps: Sequence[Step]) -> list[Step]:
    """Returns the steps without calls of NumPy that nobody reads."""
    read: set[str] = set()
    kept = []
    for step in reversed(steps):
        if not step.made or step.made in read:
            kept.append(step)
            read |= step.reads
    return kept[::-1]
