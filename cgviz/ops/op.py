"""What an op is: one record that holds everything about a gate, and the register of all of them.

A record's `partials` are written once, as plain arithmetic in the output and the arguments. The same rule is
run on floats (the numbers), on `Formula` (the text of the local derivative), on mpmath numbers (the check) and on
graph tracers (the backward pass as a graph): an op is called like a function and lets its arguments decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cgviz.records import record
from cgviz.values.arrays import Shape, is_array, on_elements, settled
from cgviz.values.ieee import Ieee, is_normal

# How tightly a written form binds: `c ? a : b`, `a < b`, `a + b`, `-a`, `a/b`, `a*b`, `a**b`, `a`.
CHOICE, COMPARISON, SUM, SIGNED, QUOTIENT, MATRICES, PRODUCT, POWER, ATOM = range(9)

Rule = Callable[..., tuple[Any, ...]]


def nothing(*_: float) -> str:
    return ""


def no_partials(*_: Any) -> tuple[Any, ...]:
    raise AssertionError("a structural op has a vjp, not local derivatives")


@dataclass(frozen=True, slots=True)
class Answer:
    """What PyTorch, JAX and sympy answer for the derivative in argument `slot` at the corner `args`.

    None: it has no such function, or no one answer. sympy's answer may be a word ("zoo", "nan"). `calls` names the
    functions that were asked. The answer is for these arguments alone, or `anywhere` on the same pieces of the op.
    """

    args: tuple[float, ...]
    slot: int
    torch: float | None
    jax: float | None
    sympy: float | str | None
    calls: tuple[str, str, str] = ("", "", "")
    anywhere: bool = False


@record(eq=False, kw_only=True)
class Numbers:
    """What a gate computes, and in which arithmetic.

    forward   floats to a float; total: IEEE values instead of exceptions
    exact     (mpmath, *args) to the output as an mpmath number
    analytic  whether `exact` is one analytic function, so that a complex step through it gives the derivative
    array     how numpy computes the output for every element of arrays: the name of one of its functions, or
              (np, *args) to the output; without it `composed` is run on arrays, or else `forward` element by element
    code      for written code with arrays, by language ("numpy", "torch", "jax"), how a structural op is written, or
              (*shapes) to that: `{0}` an operand, `{all}` of them, `{options}` its keywords, `{axes}` its axes,
              `{index}` its index as it stands in brackets, `{key}` as a value, `{truth[1]}` an operand as a
              condition, `{goal}` an array in the shape of what it makes, `{like}` one whose kind of numbers it gets
    helper    the function that those forms call, by language
    composed  for written code, the output in terms of ops that any language has, with the digits of `forward`
    ranged    for written code, the output in terms of ops where the usual form leaves the range of floats on its way
    switch    (*args) to the piece of its definition on which they are ("x > 0"), for an op that is made of pieces
    gates     the op in terms of simpler ones, for gate detail; `fused` says that staging finds it in a text
    opens     (*arrays) to the output in scalar gates, for the microscope: numpy's arrays of scalar operands; without
              it `gates` is run on arrays of them. Raises ValueError with the reason where it does not open
    shapes    of a structural op, (*shapes) to the shape of the output. Raises ValueError with the reason
    moves     `forward` only moves elements, whatever they are
    multiplies  (out, *args), all of them shapes, to how many multiplications or divisions the output takes
    """

    forward: Callable[..., Any]
    exact: Callable[..., Any] | None = None
    analytic: bool = True
    array: str | Callable[..., Any] | None = None
    code: Mapping[str, str | Callable[..., str]] = field(default_factory=dict)
    helper: Mapping[str, str | Callable[..., str]] = field(default_factory=dict)
    composed: Callable[..., Any] | None = None
    ranged: Callable[..., Any] | None = None
    switch: Callable[..., Any] | None = None
    gates: Callable[..., Any] | None = None
    fused: bool = False
    opens: Callable[..., Any] | None = None
    shapes: Callable[..., Shape] | None = None
    moves: bool = False
    multiplies: Callable[..., int] | None = None


@record(eq=False, kw_only=True)
class Rules:
    """How a gate moves a gradient, and where it has corners. `partials` (or `vjp`) is the rule; the others refine it.

    partials  (out, *args) to one local derivative per argument, the rule as it is taught. None stands for an
              argument in which the op is not differentiable (it must be a constant) or a branch not taken
    stable    the same numbers where the taught rule loses digits; floats only
    scaled    (upstream, out, *args) to upstream · local derivative per argument, for an op whose local derivative
              leaves the range of floats although the product need not: 1/x hands on (−upstream · out) · out
    careful   the local derivatives of `stable` with all that it knows of corners, as plain arithmetic that runs on
              formulas, too: for written code
    again     likewise for what is differentiated again: at a corner its own derivative is not finite
    slopes    the local derivatives of an op that is linear, whatever its arguments: spares the passes a call
    reaches   (out, *args) to a mask per argument: the elements that a gradient flows to, for an op that chooses

    An op that does not act element by element is structural, and has instead of `partials`:

    vjp       (upstream, out, *args) to what each argument gets, arithmetic of ops that runs on arrays, formulas and
              tracers; None stands for an argument to which nothing flows. `stable` and `careful` as above
    precise   likewise what is written in code where `vjp` loses digits at the numbers of a run
    jvp       (tangents, out, *args) to the tangent of the output; without it the op is linear in all its arguments
    jacobian  (out, *args) to the whole Jacobian in each argument, arithmetic that runs on formulas and arrays; None
              where nobody writes it as one matrix. Arrays count as vectors of their elements in row-major order
    many      the rule of `learning/stacking.py` by which it takes many examples at once, along a leading axis

    And its corners:

    corner    (out, *args) to a flag of the run ("tie", "kink", "saturated", "dead") or ""
    domain    (*args) to the reason why the output is not finite, or ""
    answers   what others say at its corners, for `cgviz diagnose`
    ties      for an op that has ties, the same op under another policy ("first", "split", "both")
    """

    partials: Rule = no_partials
    stable: Rule | None = None
    scaled: Rule | None = None
    careful: Rule | None = None
    again: Rule | None = None
    slopes: tuple[float, ...] | None = None
    reaches: Callable[..., tuple[Any, ...]] | None = None
    vjp: Rule | None = None
    precise: Rule | None = None
    jvp: Callable[..., Any] | None = None
    jacobian: Rule | None = None
    many: str = ""
    corner: Callable[..., str] = nothing
    domain: Callable[..., str] = nothing
    answers: tuple[Answer, ...] = ()
    ties: Callable[[str], Op] | None = None


@record(eq=False, kw_only=True)
class OpWords:
    """What a reader sees of a gate. No code decides anything by these.

    glyph     what stands in the circle of a circuit: the op's name unless it says otherwise
    stem      likewise, begins the names of its stages (`sigy`); `suffix` ends them instead (`xpysqr`); with `marks`,
              one before each operand, short names are joined (`xpy`) and the stem is for long ones
    spell     (notation, *operands) to the written form, for what is not written as a call
    pretty    a template for the written call, `{0}` an operand, `{0.atom}` one in brackets unless it is atomic;
    latex     likewise for LaTeX
    javascript  for what no other field can say, templates over `codegen/browser/library.js`: the output (or ""), then
              the local derivatives; `{0}` an operand, `{all}` of them, `{out}`
    sympy     the name of the sympy class that means the same
    by        the name of the rule that gives the local derivatives ("product rule"), in ASCII words
    gate      what the gate does to the gradient, in a word or two; `says` in a sentence
    corners   lists the corners for `cgviz ops`; `rule` is the convention at them, `bend` what is said of the second
              derivative there ("" where it is taken as 0)
    source    where the formula is from
    """

    glyph: str = ""
    stem: str = ""
    suffix: str = ""
    marks: tuple[str, ...] = ()
    spell: Callable[..., Any] | None = None
    pretty: str = ""
    latex: str = ""
    javascript: tuple[str, ...] = ()
    sympy: str = ""
    by: str = ""
    gate: str = "scales"
    says: str = ""
    corners: str = "none"
    rule: str = ""
    bend: str = ""
    source: str = ""


@record(eq=False, kw_only=True)
class Op(OpWords, Rules, Numbers):
    """A gate of the graph: what it computes (`Numbers`), how it moves a gradient (`Rules`), its words (`OpWords`).

    name      as typed in a program; `aliases` are further spellings
    family    what kind of gate it is, for code that must know one when it meets it: "sum", "product", "choice"
              (hands the gradient to one of its operands), "pick" (takes elements out of an array)
    arity     least and most number of arguments; most is None where any number will do
    parameter what tells a member of a family from the others: signs, an exponent
    fixed     what the first argument is when it must be a number ("order"), since nothing differentiates in it
    options   (**keywords) to the op of this family: an axis, a new shape; `statics` are the keywords in their order,
              and `operands` tells how many arguments come before them (None: they are named)
    lists     takes its operands in a list, too: `concat([a, b])`
    sized     (count) to the op of this family that takes so many arguments
    alone     () to the op that is meant where this one is applied to a single array: `max(x)`
    """

    name: str
    aliases: tuple[str, ...] = ()
    family: str = ""
    arity: tuple[int, int | None] = (1, 1)
    parameter: Any = None
    fixed: str = ""
    options: Callable[..., Op] | None = None
    statics: tuple[str, ...] = ()
    operands: int | None = 1
    lists: bool = False
    sized: Callable[[int], Op] | None = None
    alone: Callable[[], Op] | None = None

    def __post_init__(self) -> None:
        for word in ("glyph", "stem"):
            object.__setattr__(self, word, getattr(self, word) or self.name)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __call__(self, *args: Any) -> Any:
        """Applies the op to whatever the arguments are: floats, formulas, tracers or mpmath numbers."""
        for arg in args:
            kind = type(arg)
            if kind is float or kind is int:
                continue
            if kind is Ieee:
                return Ieee(self.forward(*map(float, args)))
            apply = getattr(arg, "cgviz_apply", None)
            if apply is not None:
                return apply(self, args)
            if is_array(arg):
                return on_elements(self, args)
            if hasattr(arg, "_mpf_"):
                return self.in_mpmath(arg.context, *args)
            if not isinstance(arg, (float, int)):
                raise TypeError(f"{self.name}() takes numbers, not {kind.__name__}")
        made = self.forward(*map(float, args))
        return made if self.vjp is None else settled(made)

    def needs_number(self) -> str:
        """Returns why the first argument of an op with a `fixed` one cannot be a variable, and what would work."""
        return f"{self.name} has no derivative in its {self.fixed}; give a number"

    def in_mpmath(self, mp: Any, *args: Any) -> Any:
        """Returns the output as a number of the mpmath context `mp`, at its working precision."""
        return self.exact(mp, *args) if self.exact else getattr(mp, self.name)(*args)

    def local(self, out: float, *args: float) -> tuple[float | None, ...]:
        """Returns the local derivative for each argument, as floats; never raises on numbers."""
        rule = self.stable or self.partials
        try:
            return rule(out, *args)
        except (ArithmeticError, ValueError):
            partials = rule(Ieee(out), *map(Ieee, args))
            return tuple(None if partial is None else float(partial) for partial in partials)

    def handed(self, upstream: float, out: float, args: Sequence[float]) -> tuple[float | None, ...]:
        """Returns upstream · local derivative for each argument, right where only the product is in range."""
        slopes = self.local(out, *args)
        if self.scaled is None or all(map(is_normal, slopes)):  # type: ignore[arg-type]
            return tuple(None if slope is None else upstream * slope for slope in slopes)
        try:
            return self.scaled(upstream, out, *args)
        except ArithmeticError:
            return tuple(map(float, self.scaled(Ieee(upstream), Ieee(out), *map(Ieee, args))))


REGISTRY: dict[str, Op] = {}


def register(op: Op) -> Op:
    """Enters `op` under its name and aliases; returns it. A name taken twice is a programming error."""
    for name in (op.name, *op.aliases):
        if name in REGISTRY:
            raise ValueError(f"op {name!r} is registered twice")
        REGISTRY[name] = op
    return op


def ops() -> Iterable[Op]:
    """Returns every registered op once, in the order of registration."""
    return dict.fromkeys(REGISTRY.values())
