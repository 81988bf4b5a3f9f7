"""What an op is: one record that holds everything about a gate, and the register of all of them.

A record's `partials` are written once, as plain arithmetic in the output and the arguments. The same rule is
run on floats (the numbers), on `Formula` (the text of the local derivative), on mpmath numbers (the check) and on
graph tracers (the backward pass as a graph): an op is called like a function and lets its arguments decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cgviz.values.arrays import Shape, is_array, on_elements, settled
from cgviz.values.ieee import Ieee

# How tightly a written form binds: `c ? a : b`, `a < b`, `a + b`, `-a`, `a/b`, `a*b`, `a**b`, `a`.
CHOICE, COMPARISON, SUM, SIGNED, QUOTIENT, PRODUCT, POWER, ATOM = range(8)

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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Op:
    """A gate of the graph: how it computes forward, its local derivatives, and how it is written.

    name      as typed in a program; `aliases` are further spellings
    arity     least and most number of arguments; most is None where any number will do
    forward   floats to a float; total: IEEE values instead of exceptions
    partials  (out, *args) to one local derivative per argument, the rule as it is taught. None stands for an
              argument in which the op is not differentiable (it must be a constant) or a branch not taken
    stable    the same numbers where the taught rule loses digits; floats only
    slopes    the local derivatives of an op that is linear, whatever its arguments: spares the passes a call
    exact     (mpmath, *args) to the output as an mpmath number
    gates     the op in terms of simpler ones, for gate detail; `fused` says that staging finds it in a text
    glyph     what stands in the circle of a circuit
    stem      begins the names of its stages (`sigy`); `suffix` ends them instead (`xpysqr`); with `marks`, one before
              each operand, short names are joined (`xpy`) and the stem is for long ones
    spell     (notation, *operands) to the written form, for what is not written as a call
    pretty    a template for the written call, `{0}` an operand, `{0.atom}` one in brackets unless it is atomic;
    latex     likewise for LaTeX
    by        the name of the rule that gives the local derivatives ("product rule"), in ASCII words
    gate      what the gate does to the gradient, in a word or two; `says` in a sentence
    corner    (out, *args) to a flag of the run ("tie", "kink", "saturated", "dead") or ""
    rule      the convention at the corner, in words; `corners` lists the corners for `cgviz ops`
    domain    (*args) to the reason why the output is not finite, or ""
    sympy     the name of the sympy class that means the same
    source    where the formula is from
    ties      for an op that has ties, the same op under another policy ("first", "split", "both")
    parameter what tells a member of a family from the others: signs, an exponent
    fixed     what the first argument is when it must be a number ("order"), since nothing differentiates in it
    javascript  for what no other field can say, templates over `codegen/browser/library.js`: the output (or ""), then
              the local derivatives; `{0}` an operand, `{all}` of them, `{out}`
    composed  for written code, the output in terms of ops that any language has, with the digits of `forward`
    careful   likewise the local derivatives of `stable`: plain arithmetic that runs on formulas, too
    switch    (*args) to the piece of its definition on which they are ("x > 0"), for an op that is made of pieces
    analytic  whether `exact` is one analytic function, so that a complex step through it gives the derivative
    answers   what others say at its corners, for `cgviz diagnose`
    array     how numpy computes the output for every element of arrays: the name of one of its functions, or
              (np, *args) to the output; without it `composed` is run on arrays, or else `forward` element by element
    reaches   (out, *args) to a mask per argument: the elements that a gradient flows to, for an op that chooses
    multiplies  (out, *args), all of them shapes, to how many multiplications or divisions the output takes

    An op that does not act element by element is structural, and has instead of `partials`:

    vjp       (upstream, out, *args) to what each argument gets, arithmetic of ops that runs on arrays, formulas and
              tracers; None stands for an argument to which nothing flows. `stable` is the same for numbers alone,
              `careful` with all that it knows of ties, for written code and second derivatives
    jvp       (tangents, out, *args) to the tangent of the output; without it the op is linear in all its arguments
    shapes    (*shapes) to the shape of the output. Raises ValueError with the reason
    jacobian  (out, *args) to the whole Jacobian in each argument, arithmetic that runs on formulas and arrays; None
              where nobody writes it as one matrix. Arrays count as vectors of their elements in row-major order
    options   (**keywords) to the op of this family: an axis, a new shape; `statics` are the keywords in their order,
              and `operands` tells how many arguments come before them (None: they are named)
    lists     takes its operands in a list, too: `concat([a, b])`
    sized     (count) to the op of this family that takes so many arguments
    many      the rule of `learning/stacking.py` by which it takes many examples at once, along a leading axis
    alone     () to the op that is meant where this one is applied to a single array: `max(x)`
    moves     `forward` only moves elements, whatever they are
    opens     (*arrays) to the output in scalar gates, for the microscope: numpy's arrays of scalar operands; without
              it `gates` is run on arrays of them. Raises ValueError with the reason where it does not open
    """

    name: str
    forward: Callable[..., Any]
    partials: Rule = no_partials
    arity: tuple[int, int | None] = (1, 1)
    stable: Rule | None = None
    slopes: tuple[float, ...] | None = None
    exact: Callable[..., Any] | None = None
    aliases: tuple[str, ...] = ()
    gates: Callable[..., Any] | None = None
    fused: bool = False
    glyph: str = ""
    stem: str = ""
    suffix: str = ""
    marks: tuple[str, ...] = ()
    spell: Callable[..., Any] | None = None
    pretty: str = ""
    latex: str = ""
    by: str = ""
    gate: str = "scales"
    says: str = ""
    corner: Callable[..., str] = nothing
    rule: str = ""
    corners: str = "none"
    domain: Callable[..., str] = nothing
    sympy: str = ""
    source: str = ""
    parameter: Any = None
    ties: Callable[[str], Op] | None = None
    fixed: str = ""
    javascript: tuple[str, ...] = ()
    composed: Callable[..., Any] | None = None
    careful: Rule | None = None
    switch: Callable[..., Any] | None = None
    analytic: bool = True
    answers: tuple[Answer, ...] = ()
    array: str | Callable[..., Any] | None = None
    reaches: Callable[..., tuple[Any, ...]] | None = None
    vjp: Rule | None = None
    jvp: Callable[..., Any] | None = None
    shapes: Callable[..., Shape] | None = None
    jacobian: Rule | None = None
    multiplies: Callable[..., int] | None = None
    options: Callable[..., Op] | None = None
    statics: tuple[str, ...] = ()
    operands: int | None = 1
    sized: Callable[[int], Op] | None = None
    lists: bool = False
    many: str = ""
    alone: Callable[[], Op] | None = None
    moves: bool = False
    opens: Callable[..., Any] | None = None

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
