"""What can be wanted of the kernel: a function for each name, from the request and its program."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cgviz.errors import printable
from cgviz.graph.nodes import CONSTANT
from cgviz.kernel.program import KernelProgram
from cgviz.kernel.reports import REPORTS, written
from cgviz.kernel.requests import KernelRequest
from cgviz.runs.run import Run
from cgviz.values.arrays import Value, is_array

Answer = dict[str, Any]
NEEDS_NO_RUN = ("samples", "names", "about")
BINARY = {"pdf": "application/pdf", "png": "image/png"}
WRITTEN = {"svg": "image/svg+xml", "dot": "text/vnd.graphviz", "tikz": "text/x-tex"}


def answers(want: str, asked: KernelRequest, program: KernelProgram | None) -> Answer:
    """Returns one answer. Raises CgvizError."""
    if program is None or want in NEEDS_NO_RUN:
        return ANSWERS[want](asked, None)
    return ANSWERS[want](asked, program)


def about(asked: KernelRequest, program: Any) -> Answer:
    """The version, and what can be wanted."""
    import cgviz

    return {"version": cgviz.__version__, "answers": list(ANSWERS)}


def samples(asked: KernelRequest, program: Any) -> Answer:
    """All samples that ship."""
    from cgviz.reading.shipped import samples as shipped

    return {"samples": [{"name": one.name, "summary": one.summary, "program": one.text} for one in shipped()]}


def names(asked: KernelRequest, program: Any) -> Answer:
    """The functions of the language, with what each is, for completion."""
    return {"names": listed_names()}


@lru_cache
def listed_names() -> list[dict[str, str]]:
    from cgviz.ops.op import ops

    found = [{"name": name, "of": op.name, "says": op.gate} for op in ops() for name in (op.name, *op.aliases)]
    return sorted(found, key=lambda each: each["name"].lower())


def program_of(asked: KernelRequest, program: KernelProgram) -> Answer:
    """How the program was read: its inputs and its output, with shapes, and the staged statements."""
    graph = program.run.graph
    inputs = [
        {
            "name": graph.nodes[index].name,
            "label": format(graph.nodes[index].shown),
            "shape": graph.nodes[index].shape,
            "value": plain(program.run.values[index]),
            "filled": graph.nodes[index].name in program.filled,
        }
        for index in graph.inputs
    ]
    output = graph.nodes[graph.output]
    stages = [f"{graph.nodes[i].shown} = {graph.formula(i).pretty}" for i in graph.stages]
    return {
        "inputs": inputs,
        "output": {"name": output.name, "label": format(output.shown), "shape": output.shape},
        "stages": [printable(stage) for stage in stages],
        "text": statements(program.run),
        "trouble": printable(program.run.explain_trouble()),
    }


def statements(run: Run) -> str:
    """Returns the program as a `.cg` file: its inputs with their values, and its stages, a line each."""
    graph = run.graph
    lines = [f"{graph.nodes[i].name} = {literal(run.values[i])}" for i in graph.inputs if run.values[i] is not None]
    text = graph.program.strip()
    return "\n".join([*lines, text]) + "\n"


def literal(value: Value | None) -> str:
    return json.dumps(value.tolist() if value is not None and is_array(value) else value)


def numbers(asked: KernelRequest, program: KernelProgram) -> Answer:
    """The value and the gradient of every node, by name, in full precision."""
    run = program.run
    graph = run.graph
    named = [i for i, node in enumerate(graph.nodes) if node.op is not CONSTANT]
    return {
        "output": graph.nodes[graph.output].name,
        "value": plain(run.values[graph.output]),
        "values": {graph.nodes[i].name: plain(run.values[i]) for i in named},
        "gradients": {graph.nodes[i].name: plain(run.gradients[i]) for i in named},
    }


def plain(value: Value | None) -> Any:
    """Returns a value as JSON: a number, nested lists, or a word ("nan", "inf", "-inf") for what is not finite."""
    if value is not None and is_array(value):
        return [plain(each) for each in value]
    if value is None or value - value == 0:
        return None if value is None else float(value)
    return "nan" if value != value else "inf" if value > 0 else "-inf"


def live(asked: KernelRequest, program: KernelProgram) -> Answer:
    """All that the live page's script needs: facts, functions and a picture with room for any number."""
    from cgviz.players.page.facts import told
    from cgviz.players.page.picture import sketch

    how = asked.options
    facts, source = told(program.run, how.digits)
    shown = sketch(program.run, how.style, how.direction or "LR", how.digits, how.fit)
    facts["pictures"] = [shown.facts]
    return {"facts": facts, "functions": source, "pictures": [shown.svg]}


def picture(asked: KernelRequest, program: KernelProgram) -> Answer:
    """The diagram in one of the formats that are texts, or as base64; an SVG has its font inside."""
    from cgviz.drawing.diagram import diagram
    from cgviz.drawing.diagram.figure import Figure

    how = asked.options
    format = how.format or "svg"
    made = diagram(
        program.run,
        style=how.style,
        theme=how.theme,
        direction=how.direction or None,
        digits=how.digits,
        fit=how.fit or None,
        min_text=how.min_text or None,
        collapse=names_in(how.collapse),
        around=how.around or None,
        depth=int(how.depth) if how.depth.isdigit() else None,
        figure=Figure(order=names_in(how.order)).but(hide=names_in(how.hide), edges=how.edges),
        background=how.background,
    )
    drawn, note = made.draw(format, embed_font=has_fonts()), {"note": made.trouble} if made.trouble else {}
    if format in BINARY:
        return {"media": BINARY[format], "base64": b64encode(drawn).decode(), **note}
    return {"media": WRITTEN.get(format, "text/plain"), "text": drawn.decode(), **note}


def names_in(text: str) -> list[str]:
    """Returns names that have commas between them."""
    return [name.strip() for name in text.split(",") if name.strip()]


def has_fonts() -> bool:
    """Tells whether there is a library that takes a font apart; in the browser the page puts it into what it saves."""
    from importlib.util import find_spec

    return find_spec("fontTools") is not None


def code(asked: KernelRequest, program: KernelProgram) -> Answer:
    """The staged program as code in a language."""
    from cgviz.codegen import LANGUAGES, code

    text = code(program.run, asked.options.lang)
    return {"text": text, "lang": asked.options.lang, "languages": list(LANGUAGES)}


def report(name: str) -> Callable[[KernelRequest, KernelProgram], Answer]:
    """Returns the answer that is a report, in the format that is asked for."""

    def made(asked: KernelRequest, program: KernelProgram) -> Answer:
        return written(REPORTS[name](program.run, asked.options), asked.options)

    made.__doc__ = REPORTS[name].__doc__
    return made


ANSWERS: dict[str, Callable[[KernelRequest, Any], Answer]] = {
    "about": about,
    "samples": samples,
    "names": names,
    "program": program_of,
    "numbers": numbers,
    "live": live,
    "picture": picture,
    "code": code,
    **{name: report(name) for name in REPORTS},
}
