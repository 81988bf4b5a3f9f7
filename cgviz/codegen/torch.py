"""PyTorch: the staged program as a `torch.autograd.Function`, right for any dtype and device, and differentiated again.

The function saves its inputs, its output where the backward pass reads it, and stages that are small beside the inputs:
a mean of each row. What else the backward pass reads is computed anew in it. A stage that was saved is a constant to
PyTorch, and second derivatives would be wrong: where the backward pass is itself recorded, all are computed anew.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cgviz.codegen.conventions import of_framework
from cgviz.codegen.forms import VIEWS
from cgviz.codegen.language import indented
from cgviz.codegen.layout import checks, heading, joined, results, values
from cgviz.codegen.notation import Code, CodeForm, Constant
from cgviz.codegen.program import CodeLine, CodeProgram, program
from cgviz.codegen.python import MATH, Python, PythonCode, listed, unpacked
from cgviz.ops.op import COMPARISON, Op
from cgviz.text.formula import Formula
from cgviz.text.written import Written
from cgviz.values.arrays import Shape, is_array

if TYPE_CHECKING:
    from cgviz.codegen.program import CodeOptions
    from cgviz.runs.run import Run

HEAVY = frozenset("matmul einsum dot outer kron inv det solve cholesky logdet svdvals eigvalsh eigvecsh".split())
"""The gates that are not computed once more if their output can be saved."""
MOST_PLACES = 2
"""The most inputs that a condition names one by one; what serves more of them is computed in any case."""
LACKING = frozenset(("cbrt", "gamma"))
SPECIAL = "digamma erfinv polygamma relu sigmoid sign"
DOUBLE = "dtype=torch.float64"


class TorchCode(PythonCode):
    """Functions of tensors; what has no variable in it is a number where Python has the function."""

    language = "PyTorch"
    functions: Mapping[str, str | CodeForm] = {
        name: f"torch.{name}" for name in MATH.split() if name not in LACKING
    } | {
        **{name: f"torch.{name}" for name in SPECIAL.split()},
        "polygamma": CodeForm("torch.polygamma(int({0}), {1})"),
        "gelu": "torch.nn.functional.gelu",
        "loggamma": "torch.lgamma",
        "logaddexp": "torch.logaddexp",
        "abs": "torch.abs",
        "stop_gradient": "torch.detach",
        "max": CodeForm("torch.maximum({0}, {1})"),
        "min": CodeForm("torch.minimum({0}, {1})"),
        "where": CodeForm("torch.where({truth[0]}, {1}, {2})"),
    }
    powers = CodeForm("torch.pow({0}, {1})")

    @property
    def truth_value(self) -> str:  # type: ignore[override]
        return f"({{0}}).to({self.example()}.dtype)" if self.like != "" else "({0}).double()"

    def tensor(self, operand: Written) -> Written:
        """Returns a number as a tensor, anything else as it is."""
        if not isinstance(operand, Constant):
            return operand
        made = f"{self.example()}.new_tensor({operand})" if self.like != "" else f"torch.tensor({operand}, {DOUBLE})"
        return Written(made)

    def called(self, op: Op, operands: Sequence[Written]) -> Written:
        """Writes a call with every number as a tensor, since PyTorch's functions take nothing else."""
        usual = op.name in MATH.split() and len(operands) == op.arity[0]
        if usual and all(isinstance(x, Constant) for x in operands) and not at_pole(op, operands):
            return self.filled(CodeForm(f"math.{op.name}({{all}})"), operands)
        if op.name == "where" and not isinstance(operands[0], Constant) and not both_numbers(operands[1:]):
            return super().called(op, operands)
        return super().called(op, [self.tensor(self.as_number(x)) if isinstance(x, Constant) else x for x in operands])

    def value_of(self, formula: Formula) -> str:
        return self.tensor(self.text_of(formula)).text

    def as_number(self, operand: Written) -> Written:
        if isinstance(operand, Constant) and operand.binds == COMPARISON:
            return Constant(f"float({operand})")
        return super().as_number(operand)

    def power(self, base: Written, exponent: Written) -> tuple[str, int]:
        return super().power(self.tensor(base), exponent)


def at_pole(op: Op, numbers: Sequence[Written]) -> bool:
    """Tells whether Python's function of these numbers would raise."""
    try:
        return not math.isfinite(op.forward(*(float(number.text) for number in numbers)))
    except ValueError:
        return False  # a constant with a name


def both_numbers(branches: Sequence[Written]) -> bool:
    """Tells whether both branches are numbers, of which PyTorch would make an array of its own default kind."""
    return all(isinstance(branch, Constant) for branch in branches)


class Torch(Python):
    title: str = "PyTorch"
    notation: type[Code] = TorchCode
    words: str = f"{Python.words} torch ctx inputs output"
    zero = f"torch.zeros((), {DOUBLE})"
    framework = "torch"
    seeds = False
    short = True
    wraps = True
    head: tuple[str, ...] = ("import math", "", "import torch")

    def source(self, run: Run, options: CodeOptions, *, function: bool, test: bool) -> str:
        made = program(run, self, replace(options, seeded=True))
        top = [f"# {note}" for note in heading(made, options.stable)]
        sections = [*map(self.helper, made.helpers), self.staged(made)]
        sections += [self.wrapped(made)] if options.name and options.name != called(made) and self.wraps else []
        if test:
            sections.append(self.plain(made))
        if not run.symbolic:
            sections.append(self.used(made, test))
        return joined(top, sections, self)

    def assignment(self, line: CodeLine) -> str:
        """Returns an assignment; nothing is added to in place, for what PyTorch has recorded must not change."""
        if not line.adds:
            return f"{line.target} = {line.text}"
        taken = line.text.removeprefix("-")
        return f"{line.target} = {line.target} {'-' if taken != line.text and taken.isidentifier() else '+'} " + (
            taken if taken.isidentifier() else line.text
        )

    # the function

    def staged(self, made: CodeProgram) -> list[str]:
        """Returns the function with the backward pass written out."""
        again = recomputed(made)
        stages = kept_stages(made, again)
        forward = [*self.forward(made), f"return {', '.join([made.output, *variables(made, stages)])}"]
        body = [*self.again(made, stages), *self.guarded(made), self.returned(made)]
        lengths, saved = self.lengths(made, body, [*saved_by(made, again), *stages])
        loads = [f"{unpacked(variables(made, saved))} = ctx.saved_tensors"] if saved else []
        return [
            f"class {called(made)}(torch.autograd.Function):",
            "    generate_vmap_rule = True",
            "",
            *indented(method("forward", made.inputs, [*self.entered(made, forward), *forward])),
            "",
            *indented(method("setup_context", ("ctx", "inputs", "output"), self.kept(made, saved, stages))),
            "",
            *indented(method("backward", seeds(made, stages), [*loads, *lengths, *body])),
            *(handing_on(called(made)) if stages else []),
        ]

    def lengths(self, made: CodeProgram, body: list[str], saved: list[int]) -> tuple[list[str], list[int]]:
        """Returns the lines that name the lengths in the body of the backward pass, and what is saved with that."""
        return [], saved

    def kept(self, made: CodeProgram, saved: list[int], stages: list[int]) -> list[str]:
        """Returns the lines that save what the backward pass reads: inputs, the output, and stages."""
        if not saved:
            return ["pass"]
        inputs, output = made.graph.inputs, made.graph.output
        read = [made.names.variables[i] if i in saved else "_" for i in inputs]
        taken = [f"{unpacked(read)} = inputs"] if any(i in saved for i in inputs) else []
        whole = "output" if output in saved and output not in inputs else "_"
        taken += [f"{', '.join([whole, *variables(made, stages)])} = output"] if stages else []
        given = ["output" if i == output and i not in inputs else made.names.variables[i] for i in saved]
        return [*taken, f"ctx.save_for_backward({', '.join(given)})"]

    def again(self, made: CodeProgram, stages: list[int]) -> list[str]:
        """Returns the stages that the backward pass computes anew."""
        rest = needed(made, made.read, stages)
        lines = self.numbered([line for line in made.forward if line.node in rest])
        note = f"{self.comment} stages that the backward pass needs, from the inputs: so it can be differentiated again"
        if not stages:
            return [note, *lines, ""] if lines else []
        every = needed(made, stages)
        first = self.numbered([line for line in made.forward if line.node in every])
        recorded = f"{self.comment} not once_differentiable: from the inputs again, since what was saved is a constant"
        return ["if torch.is_grad_enabled():", *indented([recorded, *first]), *lines, ""]

    def guarded(self, made: CodeProgram) -> list[str]:
        """Returns the backward pass, lines that serve some inputs only under a condition on them."""
        full = (1 << len(made.graph.inputs)) - 1
        masks = served(made) if made.graph.has_arrays else [full] * len(made.graph)
        groups = [group for group in made.backward if not group.idle]
        texts = iter(self.numbered([line for group in groups for line in group.lines]))
        needless = [made.names.gradient(i) for i in flowing(made) if masks[i] != full]
        written = [f"{self.comment} backward pass", *[f"{' = '.join(needless)} = None"] * bool(needless)]
        so_far = full
        for group in groups:
            comment = [f"{self.comment} {group.comment}"] * bool(group.comment)
            for line in group.lines:
                mask = masks[line.node]
                written += [f"if {condition(mask)}:"] if mask not in (full, so_far) else []
                written += indented([*comment, next(texts)], "    " if mask != full else "")
                so_far, comment = mask, []
        return written

    def returned(self, made: CodeProgram) -> str:
        """Returns the gradients in the order of the inputs; None where nothing flows back."""
        known = {*flowing(made), made.graph.output}
        names = [made.names.gradient(i) if i in known else "None" for i in made.graph.inputs]
        return f"return {', '.join(names) or None}"

    def wrapped(self, made: CodeProgram) -> list[str]:
        """Returns the function under the name that was asked for."""
        arguments = ", ".join(made.inputs)
        return [f"def {made.options.name}({arguments}):", f"    return {called(made)}.apply({arguments})"]

    def plain(self, made: CodeProgram) -> list[str]:
        """Returns the forward pass alone."""
        return [f"def plain({', '.join(made.inputs)}):", *indented([*self.forward(made), f"return {made.output}"])]

    # what uses it

    def used(self, made: CodeProgram, test: bool) -> list[str]:
        """Returns the function at the run's inputs; in a test the forward pass alone, too."""
        names = made.inputs
        lines = [*self.assigned(made), f"{made.output} = {called(made)}.apply({', '.join(names)})"]
        lines += self.differentiated(made, made.output)
        lines += [self.show(label, f"{name}.item()") for label, name, _ in results(made)]
        if test:
            again = self.differentiated(made, f"plain({', '.join(names)})")
            lines += [*checks(made, self, test), "", "# PyTorch's own backward pass", *again, *self.own_checks(made)]
        return ['if __name__ == "__main__":', *indented(lines)]

    def own_checks(self, made: CodeProgram) -> list[str]:
        """Returns comparisons of the framework's own gradients with what its conventions make of the run."""
        found = of_framework(made.run, self.notation({}), self.framework)
        if isinstance(found, str):
            return [f"# not compared: {found}"]
        notation, lines = self.notation({}), []
        for index, name in zip(made.wanted, made.gradients, strict=True):
            wanted = found[made.graph.nodes[index].name]
            odd = not is_array(wanted) and wanted != wanted
            lines.append(f"assert {name} != {name}" if odd else self.check(name, notation.literal(wanted)))
        return lines

    def assigned(self, made: CodeProgram) -> list[str]:
        """Returns the inputs as tensors."""
        numbers = zip(made.inputs, values(made, self), strict=False)
        return [f"{name} = torch.tensor({number}, dtype=torch.float64, requires_grad=True)" for name, number in numbers]

    def differentiated(self, made: CodeProgram, value: str) -> list[str]:
        if not made.wanted:
            return []
        inputs = listed(tuple(made.names.variables[i] for i in made.wanted))
        asked = f"{value}, {inputs}, {self.upstream(made)}{UNUSED}"
        return [f"{listed(made.gradients)} = torch.autograd.grad({asked})"]

    def upstream(self, made: CodeProgram) -> str:
        """Returns the gradient that arrives at the output, where one is given, as an argument."""
        if made.run.upstream is None:
            return ""
        return f"{self.notation({}).value_of(Formula(made.run.upstream))}, "


UNUSED = "allow_unused=True, materialize_grads=True"


def called(made: CodeProgram) -> str:
    """Returns the name of the class: `LayerNorm` for `layer_norm`."""
    name = made.options.name
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) if name else "Staged"


def method(name: str, parameters: Sequence[str], body: list[str]) -> list[str]:
    return ["@staticmethod", f"def {name}({', '.join(parameters)}):", *indented(body)]


def handing_on(name: str) -> list[str]:
    """Returns what hands on the output alone, of a function that also gives the small stages that it saves."""
    apply = method("apply", ("*inputs",), [f"return {name}Saving.apply(*inputs)[0]"])
    own = 'apply = vars(torch.autograd.Function)["apply"]  # gives the stages that are saved, too'
    return ["", *indented(apply), "", "", f"class {name}Saving({name}):", *indented([own])]


def seeds(made: CodeProgram, stages: Sequence[int]) -> tuple[str, ...]:
    return ("ctx", made.seed, *["*_"] * bool(stages))


def variables(made: CodeProgram, nodes: Iterable[int]) -> list[str]:
    return [made.names.variables[i] for i in nodes]


def recomputed(made: CodeProgram) -> dict[int, None]:
    """Returns the stages that the backward pass computes anew, in order: those that it reads, and what they read."""
    return needed(made, made.read)


def needed(made: CodeProgram, read: Iterable[int], known: Iterable[int] = ()) -> dict[int, None]:
    """Returns the stages that must be computed for what is read, a set in order, where some are known."""
    known = {*known}
    graph, todo = made.graph, [index for index in read if index not in known]
    found: set[int] = set()
    while todo:
        index = todo.pop()
        if index in found or index == graph.output or index in known or not graph.nodes[index].is_stage:
            continue
        found.add(index)
        todo += made.used[index]
    return dict.fromkeys(sorted(found))


def kept_stages(made: CodeProgram, again: Iterable[int]) -> list[int]:
    """Returns the stages that are saved: they are read, and have fewer axes than the largest input, or would have to be
    computed from a product of matrices or the like once more."""
    nodes, kept = made.graph.nodes, list[int]()
    largest = max((width(nodes[index].shape) for index in made.graph.inputs), default=0)
    dear = heavy(made)
    for index in again:
        if index not in dear and not dear.isdisjoint(made.used[index]):
            dear.add(index)
        is_small = width(nodes[index].shape) < largest and nodes[index].op.name not in VIEWS
        if is_small or (index in dear and index in made.read):
            kept.append(index)
            dear.discard(index)
    rest = needed(made, made.read, kept)
    read = {*made.read, *(index for stage in rest for index in made.used[stage])}
    return [index for index in kept if index in read]


def heavy(made: CodeProgram) -> set[int]:
    """Returns the stages whose lines hold a gate that takes longer than a sweep over its output."""
    nodes, lines = made.graph.nodes, {line.node for line in made.forward}
    found = set[int]()
    for index in made.graph.stages:
        within = [arg for arg in nodes[index].args if nodes[arg].is_stage and arg not in lines]
        if nodes[index].op.name in HEAVY or not found.isdisjoint(within):
            found.add(index)
    return found


def width(shape: Shape | None) -> int:
    """Returns how many axes of a shape are longer than 1, as far as is known."""
    return sum(not (type(n) is int and n == 1) for n in shape or ())


def saved_by(made: CodeProgram, again: Collection[int]) -> list[int]:
    """Returns what is saved: the inputs that the backward pass and the stages computed anew read, and the output."""
    read = {*made.read, *(index for stage in again for index in made.used[stage])}
    return sorted(index for index in read if index not in again)


def flowing(made: CodeProgram) -> list[int]:
    """Returns the inputs to which something flows back."""
    found = {line.node for group in made.backward if not group.idle for line in group.lines}
    return [index for index in made.graph.inputs if index in found]


def served(made: CodeProgram) -> list[int]:
    """Returns for each node the inputs that it is computed from, a bit for each."""
    bits = {index: 1 << place for place, index in enumerate(made.graph.inputs)}
    masks: list[int] = []
    for index, node in enumerate(made.graph.nodes):
        mask = bits.get(index, 0) if not made.options.wrt or index in made.wanted else 0
        for arg in node.args:
            mask |= masks[arg]
        masks.append(mask)
    every = 0
    for group in made.backward:
        for line in () if group.idle else group.lines:
            every |= masks[line.node]
    full = (1 << len(bits)) - 1
    masks = [mask & every for mask in masks]
    tangled = {mask for mask in masks if condition(mask).count("[") > MOST_PLACES}
    return [full if mask == every or any(mask & each == each for each in tangled) else mask for mask in masks]


def condition(mask: int) -> str:
    """Returns the condition under which one of some inputs wants its gradient."""
    places = list(bits_of(mask))
    if len(places) > 1 and places == list(range(places[0], places[-1] + 1)):
        return f"any(ctx.needs_input_grad[{places[0] or ''}:{places[-1] + 1}])"
    return " or ".join(f"ctx.needs_input_grad[{place}]" for place in places)


def bits_of(mask: int) -> Iterator[int]:
    return (place for place in range(mask.bit_length()) if mask >> place & 1)
