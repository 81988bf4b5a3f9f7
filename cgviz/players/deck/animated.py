"""An SVG that plays by itself, in a loop and without a script: for a README or a web page."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.drawing.diagram import Diagram
from cgviz.players.deck.film import Film, Piece, film
from cgviz.players.deck.formats import Each, Look
from cgviz.players.deck.frames import Frame
from cgviz.players.deck.sheet import CAMERA, sheet
from cgviz.players.deck.timing import durations

PAN = 0.5  # seconds in which the camera moves
STYLE = "<style>\n@media (prefers-reduced-motion: no-preference) {{\n{rules}\n}}\n</style>\n"
RULE = ".{name} {{ animation: {name} {whole:g}s step-end infinite }}\n@keyframes {name} {{ {frames} }}"


def deck(drawing: Diagram, shown: Sequence[Frame], look: Look, each: Each) -> bytes:
    """Returns the picture; it stands still, on the last frame, for whoever prefers reduced motion."""
    layout = sheet(drawing, shown, look)
    whole = film(layout)
    seconds = durations(list(each(shown)), look.seconds)
    svg = whole.played(lambda piece: playing(piece, whole, layout.prefix))
    svg = whole.moved(svg.replace(CAMERA, CAMERA.replace('"camera"', f'"camera {layout.prefix}camera"'), 1), -1)
    before, end, after = svg.rpartition("</svg>")
    return f"{before}{style(whole, layout.prefix, seconds)}{end}{after}".encode()


def playing(piece: Piece, whole: Film, prefix: str) -> str:
    """Returns a piece of the class of all that is seen in the same frames; at rest it is as in the last frame."""
    marked = Piece(piece.classed(name(piece, prefix)), 0, 0)
    return marked.svg if piece.end == whole.count else marked.marked('visibility="hidden"')


def name(piece: Piece, prefix: str) -> str:
    return f"{prefix}{piece.start}-{piece.end}"


def style(whole: Film, prefix: str, seconds: Sequence[float]) -> str:
    """Returns the rules that show every piece in its frames."""
    ends = [100 * sum(seconds[:at]) / sum(seconds) for at in range(whole.count + 1)]
    rules = {}
    for piece in whole.pieces:
        if not whole.always(piece):
            states = [(0.0, "hidden")] * (piece.start > 0) + [(ends[piece.start], "visible")]
            states += [(ends[piece.end], "hidden")] * (piece.end < whole.count)
            frames = " ".join(f"{at:.4g}% {{ visibility: {state} }}" for at, state in states)
            rules[name(piece, prefix)] = RULE.format(name=name(piece, prefix), whole=sum(seconds), frames=frames)
    if len(set(whole.moves)) > 1:
        rules["camera"] = panning(whole, f"{prefix}camera", ends, sum(seconds))
    return STYLE.format(rules="\n".join(rules.values()))


def panning(whole: Film, name: str, ends: Sequence[float], seconds: float) -> str:
    """Returns the rules that move the camera from frame to frame, smoothly and in a short time."""
    frames = []
    for at, (x, y) in enumerate(whole.moves):
        begin = min(ends[at] + (PAN if at else 0.0) * 100 / seconds, ends[at + 1])
        frames += [f"{mark:.4g}% {{ transform: translate({x:.2f}px,{y:.2f}px) }}" for mark in (begin, ends[at + 1])]
    return f".{name} {{ animation: {name} {seconds:g}s linear infinite }}\n@keyframes {name} {{ {' '.join(frames)} }}"
