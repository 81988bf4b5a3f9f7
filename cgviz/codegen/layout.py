"""A whole source file: what it computes in comments, the helpers, the program or its function, prints and checks."""

from __future__ import annotations

from collections.abc import Iterator

from cgviz.codegen.language import Language, indented
from cgviz.codegen.program import CodeProgram
from cgviz.errors import EvaluationError, printable
from cgviz.graph.nodes import Graph
from cgviz.ops.rearranging import listed
from cgviz.runs.run import Run
from cgviz.text.formula import PRETTY
from cgviz.text.gradients import gradient_name
from cgviz.values.arrays import Value, every_finite, is_array

Section = list[str]
BOTH = (
    "Both branches are computed, and the one not taken is not finite at these inputs; then this code has no gradient."
)


def page(program: CodeProgram, language: Language, *, function: bool, test: bool, notes: list[str]) -> str:
    """Returns the source: a script, or a function of value and gradient and a call of it where there are numbers."""
    top = [f"{language.comment} {note}" for note in notes]
    sections: list[Section] = list(map(language.helper, program.helpers))
    if function:
        sections.append(wrapped(program, language))
    if not program.run.symbolic:
        sections.append(called(program, language, test) if function else script(program, language, test))
    return joined(top, sections, language)


def joined(top: list[str], sections: list[Section], language: Language) -> str:
    """Returns a source of its comments, the imports that it needs, and its sections."""
    body = ["\n".join(lines) for lines in sections]
    head = [*top, *language.imports("".join(body))]
    return ("\n" * (language.gap + 1)).join(["\n".join(head), *body]) + "\n"


def elsewhere(graph: Graph) -> str:
    """Returns how reports of the run write the gradients that code calls `dw`, where that is not so."""
    names = [graph.nodes[i].shown for i in graph.inputs]
    told = [(name, PRETTY.name(gradient_name(name))) for name in names]
    first = next((text for name, text in told if not text.startswith("d")), "")
    return f"; elsewhere it is written {first}" if first else ""


def heading(program: CodeProgram, stable: bool) -> list[str]:
    """Returns the notes that stand first: the program, what `dw` means, what was renamed, which forms these are."""
    graph = program.graph
    source = [printable(line).lstrip("# ").rstrip(" \\") for line in graph.program.splitlines() if line.strip("# ")]
    output = graph.nodes[graph.output].name
    notes = [*source, f"dw stands for the derivative of {output} with respect to w{elsewhere(graph)}."]
    if program.names.renamed:
        pairs = ", ".join(f"{new} is {old}" for old, new in program.names.renamed)
        notes.append(f"Renamed for the language, or since a gradient has the name: {pairs}.")
    if graph.has_arrays:
        nodes = [(program.names.variables[i], graph.nodes[i].shape) for i in graph.inputs]
        shapes = ", ".join(f"{name} {listed(shape)}" for name, shape in nodes if shape)
        notes += [f"Written for these shapes: {shapes}."] if shapes else []
    if program.run.trouble:
        notes.append(f"Not finite at these inputs: {program.run.explain_trouble()}{odd_value(program.run)}")
    elif not is_finite(program.run):
        notes.append(BOTH)
    notes += [program.missed.text] if program.missed.text else []
    if stable:
        notes.append(
            "Local derivatives are in their stable forms, which keep their digits where the taught ones do not."
        )
    return notes


def odd_value(run: Run) -> str:
    """Returns what a run has where a number is none, for which libraries have answers of their own; "" elsewhere."""
    where = run.trouble.index if run.trouble else run.graph.output
    value = run.values[where]
    if is_array(value) or value == value:
        return ""
    return f" ({run.graph.nodes[where].shown} is nan in the run; a library's own function may answer inf)"


def is_finite(run: Run) -> bool:
    """Tells whether every value of a run is finite, on branches not taken, too."""
    return all(map(every_finite, run.values))


def wrapped(program: CodeProgram, language: Language) -> Section:
    """Returns the function of value and gradient."""
    opened, closed = language.function(program)
    body = [*language.forward(program), "", *language.backward(program), *closed]
    return [opened, *indented([*language.entered(program, body), *body]), *language.ends]


def called(program: CodeProgram, language: Language, test: bool) -> Section:
    """Returns a call of the function at the run's inputs, what it answers, and its checks."""
    call = language.calling(program, list(values(program, language)))
    return placed(language, language.main, [*call, *shown(program, language), *checks(program, language, test)])


def script(program: CodeProgram, language: Language, test: bool) -> Section:
    """Returns the program as it stands: inputs, forward pass, backward pass, what it found, and its checks."""
    inputs = zip(program.parameters, values(program, language), strict=True)
    given = [f"{language.fixed}{name} = {value}{language.end}" for name, value in inputs]
    head = [f"{language.comment} inputs", *given, ""] if given else []
    passes = [*language.forward(program), "", *language.backward(program), ""]
    return placed(
        language, language.opened, [*head, *passes, *shown(program, language), *checks(program, language, test)]
    )


def placed(language: Language, opened: tuple[str, ...], lines: list[str]) -> Section:
    """Returns statements where the language wants them: in the open, or within `main`."""
    return [*opened, *indented([*lines, *language.closed]), *language.ends] if opened else lines


def values(program: CodeProgram, language: Language) -> Iterator[str]:
    """Yields the run's inputs as numbers of the language."""
    notation = language.notation({})
    for index in program.graph.inputs:
        yield language.given(notation.literal(program.run.values[index]))
    if program.takes_seed:
        yield notation.literal(program.run.upstream)


def results(program: CodeProgram) -> Iterator[tuple[str, str, Value]]:
    """Yields each number that the program finds: its label, its variable and what the run has."""
    graph, run = program.graph, program.run
    output = graph.nodes[graph.output].name
    yield output, program.output, run.values[graph.output]
    for index, gradient in zip(program.wanted, program.gradients, strict=True):
        yield f"d{output}/d{graph.nodes[index].name}", gradient, run.gradients[index]


def shown(program: CodeProgram, language: Language) -> list[str]:
    return [language.show(label, name) for label, name, _ in results(program)]


def checks(program: CodeProgram, language: Language, test: bool) -> list[str]:
    """Returns comparisons with the run's numbers."""
    if not test:
        return []
    missed = program.missed
    if missed.text and missed.far:
        raise EvaluationError(f"no test: {missed.text[0].lower()}{missed.text[1:]}")
    notation = language.notation({})
    found = [language.check(name, notation.literal(expected)) for _, name, expected in results(program)]
    return ["", f"{language.comment} the numbers of the run", *found]
