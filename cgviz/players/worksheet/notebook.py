"""Worksheets as a Jupyter notebook (nbformat 4.5): a sheet to read, and a cell to work in, for each variant."""

from __future__ import annotations

import json
from base64 import b64encode
from keyword import iskeyword
from typing import Any

from cgviz.documents.markdown import prose
from cgviz.documents.tex import latex_spelling
from cgviz.players.worksheet.markdown import answers, backward, program, table
from cgviz.players.worksheet.work import SCREEN, SheetFigure, Work
from cgviz.runs.run import Run
from cgviz.text.numbers import exact
from cgviz.values.arrays import Value, is_array

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "generator": "made by cgviz",
}
IMAGE = '<img alt="Computational graph" src="data:image/svg+xml;base64,{data}" style="max-width: 100%">'
Cell = dict[str, Any]


def sheets(work: Work) -> bytes:
    """Returns the notebook of the sheets."""
    title = f"# {prose(work.title)}"
    cells = [] if work.single else [text("title", title)]
    for number, sheet in enumerate(work.sheets(latex_spelling), 1):
        image = picture(work.figure(number, *SCREEN))
        heading = title if work.single else f"## Variant {number}"
        cells.append(text(f"sheet-{number}", heading, program(sheet), image, table(sheet), backward(sheet)))
        cells.append(scratch(f"work-{number}", work.runs[number - 1]))
    return written(cells)


def key(work: Work) -> bytes:
    """Returns the notebook of the key."""
    title, keys = f"# {prose(work.title)}: answer key", work.sheets(latex_spelling, solved=True)
    if work.single:
        return written([text("key-1", title, picture(work.solved(1, *SCREEN)), *answers(keys[0]))])
    variants = (text(f"key-{i}", f"## Variant {i}", *answers(sheet)) for i, sheet in enumerate(keys, 1))
    return written([text("key", title), *variants])


def picture(figure: SheetFigure) -> str:
    """Returns an image that holds its picture: JupyterLab shows an SVG in no attachment, and outputs go when a cell is
    run."""
    return IMAGE.format(data=b64encode(figure.alone).decode())


def text(name: str, *parts: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": lines("\n\n".join(filter(None, parts)))}


def scratch(name: str, run: Run) -> Cell:
    """Returns a cell to work in, in which the inputs have their values."""
    inputs = run.inputs or {}
    given = ["import numpy as np", ""] if any(map(is_array, inputs.values())) else []
    given += [f"{variable(name)} = {literal(value)}" for name, value in inputs.items()]
    source = lines("\n".join([*given, "# your work"]))
    return {
        "cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": source
    }  # fmt: skip


def literal(value: Value) -> str:
    """Returns a number, or an array, as Python writes it."""
    return f"np.array({value.tolist()})" if is_array(value) else exact(value)


def variable(name: str) -> str:
    """Returns a name that Python takes for a variable."""
    return f"{name}_" if iskeyword(name) else name


def lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def written(cells: list[Cell]) -> bytes:
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()
