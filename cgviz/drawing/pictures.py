"""The kinds of pictures there are, for help pages and views: it loads nothing."""

from __future__ import annotations

SCALES = (0.05, 20.0)  # from, to
STYLES = ("card", "circuit")
DIRECTIONS = ("LR", "TB")
EDGES = ("symbols", "numbers", "both", "none")  # how local derivatives are told
LEGENDS = ("auto", "always", "never")
INPUTS = ("near", "left")  # where they stand
GHOSTS = ("auto", "never")
WIRES = ("curved", "straight", "orthogonal")
ENDINGS = {  # of files, with the format of each
    ".svg": "svg",
    ".pdf": "pdf",
    ".png": "png",
    ".dot": "dot",
    ".tikz": "tikz",
    ".tex": "tikz",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}
FORMATS = tuple(dict.fromkeys(ENDINGS.values()))
BINARY = ("pdf", "png")
EXTENSIONS = {format: next(ending for ending, of in ENDINGS.items() if of == format) for format in FORMATS}
CHARTS = {".svg": "svg", ".pdf": "pdf", ".png": "png"}
"""The same of charts, heat maps and the picture of one node."""
