"""What is drawn of many graphs under many options, in digests: the same input is the same picture, to the byte.

A place that moves by a point, a wire that turns the other way or a word that is cut elsewhere changes a digest. Of each
picture stand its size and what it says of itself, too, so that a reader sees how much has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.analysis import paths
from cgviz.drawing.diagram import Diagram, diagram, in_rows
from cgviz.drawing.diagram.figure import Figure, Note
from cgviz.players.worksheet.blanks import blanks
from cgviz.runs.modes import mode_of
from tests.held import asked, digest, hold

WRITTEN = ("tikz", "mermaid")
EMBEDDED = re.compile(r"@font-face\{.*?\}\n?")
ONE = (
    "tanh({})",
    "sigmoid({})",
    "{}**2",
    "exp(-{})",
    "relu({})",
    "3*{}",
    "-{}",
    "log(1 + {}**2)",
    "1/(1 + exp(-{}))",
    "{}",
)
TWO = ("{} + {}", "{}*{}", "{} - {}", "{}/(1 + {}**2)", "max({}, {})", "{0}*{1} + {0}")
MORE = ("{} + {} + {}", "{}*{}*{}", "where({} > 0, {}, {})", "{}*{} - {}*2")
LOOKS: dict[str, tuple[Any, ...]] = {
    "style": ("card", "circuit"),
    "direction": (None, "LR", "TB"),
    "fit": (None, "slide", "column", "page", "screen", "12x8cm", "7cm"),
    "inputs": ("near", "left"),
    "ghosts": ("auto", "never"),
    "wires": ("curved", "curved", "straight", "orthogonal"),
    "fold": (True, True, False),
    "quick": (False, False, True),
    "theme": ("light", "dark", "print"),
    "digits": (4, 2, 7),
    "background": ("transparent", "filled", "#fafafa"),
}


def program(random: Random, count: int) -> str:
    """Returns statements, each of names before it; the last ones are used rather than the first."""
    names = ["x", "y", "w_1", "b", "rate"][: random.randint(1, 5)]
    lines = []
    for at in range(count):
        text = random.choice(random.choice((ONE, ONE, TWO, TWO, MORE)))
        slots = max(len(re.findall(r"\{\}", text)), 2 * ("{1}" in text))
        chosen = [random.choice(names if random.random() < 0.4 else names[-3:]) for _ in range(slots)]
        new = random.choice((f"h_{at}", f"z{at}", f"stage{at}", f"s{at}"))
        lines.append(f"{new} = {text.format(*chosen)}")
        names.append(new)
    lines.append(f"L = {' + '.join(names[-min(3, count) :])}")
    return "\n".join(lines)


def looks(random: Random) -> dict[str, Any]:
    return {name: random.choice(kinds) for name, kinds in LOOKS.items() if random.random() < 0.6}


def run_of(text: str, inputs: dict[str, Any] | None = None, **options: Any) -> cgviz.Run:
    graph = cgviz.read(text)
    names = [graph.nodes[index].name for index in graph.inputs if graph.nodes[index].value is None]
    return cgviz.run(text, inputs or {name: 0.7 - 0.9 * at for at, name in enumerate(names)}, **options)


def told(made: Diagram, window: tuple[float, float] | None = None) -> Iterator[str]:
    """Yields what a diagram says of itself, and digests of what it is written as."""
    scene = made.layout.scene
    yield f"{len(scene.boxes)} boxes, text {made.smallest:.2f} pt, fit {made.layout.fit:.3f}, {made.layout.axes}"
    yield from filter(None, (made.left_out, made.trouble, made.words.title))
    yield f"svg {svg(made)} dot {digest(made.dot)} " + " ".join(f"{to} {digest(made.draw(to))}" for to in WRITTEN)
    if window:
        yield f"in rows of {window}: svg {svg(in_rows(made, window, 1.0))}"


def svg(made: Diagram) -> str:
    return digest(EMBEDDED.sub("", made.draw("svg").decode()))


@pytest.mark.parametrize("seed", range(36))
def test_a_random_program(seed: int) -> None:
    random = Random(seed)
    text, look = program(random, 2 + seed % 11), looks(random)
    run = run_of(text, detail=random.choice(("stage", "stage", "gate")))
    window = (random.choice((320.0, 480.0)), 260.0) if seed % 11 == 0 else None
    hold("drawings.txt", f"random {seed}: {look}", told(diagram(run, **look), window))


NET = """# group layer 1: z1, h1
# group layer 2: z2
# data: x, y
z1 = W1 @ x + b1
h1 = relu(z1)
z2 = W2 @ h1
L = mean((z2 - y)**2)"""
A = np.array([[0.2, -1.5, 0.0], [3.0, 0.25, -0.75]])
ARRAYS = {
    "W1": A,
    "x": np.array([1.0, -2.0, 0.5]),
    "b1": np.array([0.1, -0.2]),
    "W2": A[:, :2],
    "y": np.array([1.0, 0.0]),
}
CHAIN = "h0 = x\n" + "\n".join(f"h{i + 1} = tanh(w*h{i} + u)" for i in range(7)) + "\nL = h7**2"
LONG = "f = " + " + ".join(f"sin({i}*x)*y" for i in range(1, 9))
STAGED = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
FAN = "a = x*y\n" + "\n".join(f"s{i} = a*x + {i}" for i in range(6)) + "\nL = " + "*".join(f"s{i}" for i in range(6))
SAID = "rate = 0.1\nactivation = sigmoid(weighted_sum_of_inputs)\nL = -log(activation)*rate"
HEAT = "P = softmax(Q @ K)\nL = sum(P * V)"
BIG = np.linspace(-1, 2, 96).reshape(8, 12).round(2)
HEATS = {"Q": BIG, "K": BIG.T[:, :6], "V": BIG[:, :6]}
SHAPES = {"a": (4, 4), "b": (5, 3), "c": (2, 3, 4), "d": (2, 2, 2, 2), "e": (6,), "g": (9, 2), "h": (1, 1, 2, 1, 2)}
PROGRAMS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "staged": (STAGED, {"x": 3.0, "y": -4.0}),
    "net": (NET, ARRAYS),
    "chain": (CHAIN, None),
    "long": (LONG, None),
    "fan": (FAN, None),
    "said": (SAID, None),
    "heat": (HEAT, HEATS),
    "ties": ("m = max(x, y, 2)\nr = relu(x - 2)\nL = m*r + sqrt(y - 2) + abs(x - 2)", {"x": 2.0, "y": 2.0}),
    "lost": ("q = log(x)\nr = 1/y\nL = q*r", {"x": -1.0, "y": 0.0}),
    "tensor": ("T = A[None]*B\nL = sum(T**2)", {"A": A, "B": np.stack([A, -A])}),
    "shapes": (
        "p = sum(a**2); q = sum(b**2); r = sum(c*c); s = sum(d*2); t = sum(e**2); u = sum(g)*sum(h)\nL = p + q + r + s + t + u",
        {n: np.linspace(-2, 3, int(np.prod(k))).reshape(k).round(2) for n, k in SHAPES.items()},
    ),
    "many": (
        "a0 = x*y\n"
        + "\n".join(f"a{i + 1} = a{i}*{'xy'[i % 2]} + a{max(i - i % 7, 0)}" for i in range(45))
        + "\nL = a45 + a20",
        {"x": 0.9, "y": 0.8},
    ),
    "long vector": ("L = sum(v**2) + v[0]", {"v": np.arange(40.0)}),
    "wide numbers": ("L = x*y + 1e-12*z", {"x": 1.23456789e9, "y": -7.5e-11, "z": 3e300}),
    "steep": ("s = sigmoid(20*x)\nt = tanh(y)\nL = s*t", {"x": 1.0, "y": 12.0}),
    "copies": ("a = x; b = a; L = a*b + x", {"x": 2.0}),
    "no stage": ("x", {"x": 2.0}),
    "constants": ("L = 2*pi*x + e - 3/4", {"x": 0.5}),
}
CARDS = [{}, {"style": "circuit"}]
CASES: dict[str, list[dict[str, Any]]] = {
    "staged": [
        *CARDS, {"mode": "forward"}, {"mode": "both", "style": "circuit"}, {"light": "path"}, {"light": "influence", "style": "circuit"},
        {"blanks": "gradients"}, {"blanks": "all", "style": "circuit"}, {"blanks": "locals"}, {"title": "A title & more"},
        {"around": "xpy", "depth": 1}, {"around": "den", "depth": 2, "style": "circuit"}, {"fit": "slide", "min_text": "14pt"},
        {"fit": "3cm"}, {"fit": "4x2cm", "style": "circuit"}, {"aside": False}, {"digits": 9, "direction": "TB"},
        {"figure": Figure(edges="numbers")}, {"figure": Figure(edges="both"), "style": "circuit"}, {"figure": Figure(edges="none")},
        {"figure": Figure(legend="always")}, {"figure": Figure(legend="always"), "style": "circuit", "fit": "slide"}, {"figure": Figure(legend="never"), "fit": "page"},
        *({"figure": Figure(hide=(what,)), "style": style} for what in ("values", "gradients", "names", "formulas", "stage numbers", "footnotes") for style in ("card", "circuit")),
        {"figure": Figure(order=("y", "x"))}, {"figure": Figure(order=("y", "x")), "direction": "TB", "style": "circuit"},
        {"figure": Figure(shift={"xpy": (10, -20), "f": (-5, 30)})}, {"figure": Figure(pin={"f": "right of xpy", "x": (0, 0)})},
        *({"figure": Figure(pin={"den": side}), "style": "circuit"} for side in ("left of num", "above num", "below num", "right of num")),
        {"figure": Figure(notes=(Note("den", "a note on it"), Note("x -> xpy"), Note("y", "another, rather long, that must be broken somewhere")))},
        {"figure": Figure(notes=(Note("num -> f"), Note("f", "out"))), "style": "circuit", "direction": "TB"},
        {"figure": Figure(colours={"den": "#d9f99d"}, roles={"data": ["x"], "parameter": ["y"]}, spellings={"x": "\\theta_1", "y": "\\hat y"})},
        {"figure": Figure(window={"style": "circuit", "direction": "TB", "room": "500x300", "quick": True})},
    ],
    "net": [
        *CARDS, {"collapse": ("layer 1",)}, {"collapse": ("all",)}, {"collapse": ("layer 2",), "style": "circuit"}, {"direction": "TB"},
        {"around": "h1", "depth": 1}, {"fit": "column"}, {"fit": "slide", "style": "circuit"}, {"figure": Figure(hide=("data gradients",))},
        {"figure": Figure(groups={"loss": ["L"]}, colours={"layer 1": "#d9f99d", "data": "#aabbcc"})}, {"wires": "orthogonal", "fold": False}, {"theme": "dark", "fit": "page"},
    ],
    "chain": [*CARDS, {"collapse": ("repeats",)}, {"collapse": ("repeats",), "style": "circuit", "direction": "TB"}, {"fit": "column"}, {"fold": False}, {"fit": "slide", "wires": "orthogonal"}, {"mode": "forward", "style": "circuit"}, {"fit": "6x12cm"}, {"ghosts": "never", "fit": "column"}],
    "long": [*CARDS, {"fit": "column"}, {"fit": "page", "style": "circuit"}, {"inputs": "left", "ghosts": "never"}, {"direction": "LR", "wires": "straight"}, {"around": "f", "depth": 1}],
    "fan": [*CARDS, {"inputs": "left"}, {"ghosts": "never"}, {"fit": "slide"}, {"wires": "orthogonal", "direction": "TB"}, {"fold": False, "style": "circuit"}, {"quick": True}, {"everything": False}],
    "said": [*CARDS, {"fit": "column"}, {"direction": "TB", "style": "circuit"}],
    "heat": [*CARDS, {"fit": "slide"}, {"direction": "TB"}, {"theme": "print"}, {"blanks": "values"}],
    "tensor": [*CARDS, {"digits": 2}],
    "long vector": CARDS,
    "shapes": [*CARDS, {"digits": 2}, {"digits": 3, "fit": "slide"}],
    "many": [{}, {"quick": True, "style": "circuit"}, {"everything": False}, {"around": "a20", "depth": 2}, {"fit": "page", "quick": True}],
    "ties": [*CARDS, {"figure": Figure(legend="always")}, {"aside": False}],
    "lost": [*CARDS, {"fit": "slide"}],
    "wide numbers": [*CARDS, {"digits": 10}],
    "steep": CARDS,
    "copies": CARDS,
    "no stage": CARDS,
    "constants": CARDS,
}  # fmt: skip


@pytest.mark.parametrize(("name", "at"), [(name, at) for name, looks in CASES.items() for at in range(len(looks))])
def test_a_program_as_it_is_asked_for(name: str, at: int) -> None:
    run, look = run_of(*PROGRAMS[name]), CASES[name][at]
    window = (400.0, 250.0) if (name in ("chain", "net") and not at) or "notes" in str(look) else None
    hold("drawings.txt", f"{name}: {shown(look)}", told(diagram(run, **made(run, look)), window))


def shown(look: dict[str, Any]) -> str:
    return ", ".join(
        f"{key} {value.toml.split() if isinstance(value, Figure) else value}" for key, value in look.items()
    )


def made(run: cgviz.Run, look: dict[str, Any]) -> dict[str, Any]:
    """Returns the options with what stands for a word in them."""
    found = dict(look)
    if "mode" in found:
        found["mode"] = mode_of(run, found["mode"])
    if "light" in found:
        found["light"] = paths.light_of(run, 2) if found["light"] == "path" else paths.influence(run, "y")
    if "blanks" in found:
        found["blanks"] = blanks(run.graph, found["blanks"]).in_figure(run.graph)
    return found


@pytest.mark.parametrize("name", ["net", "heat", "staged"])
def test_a_program_without_values(name: str) -> None:
    shapes = {n: ",".join("NDK"[i] for i in range(v.ndim)) for n, v in (PROGRAMS[name][1] or {}).items() if np.ndim(v)}
    shapes |= {"W1": "H,D", "x": "D", "b1": "H", "W2": "K,H", "y": "K"} if name == "net" else {}
    run = cgviz.run(PROGRAMS[name][0], shapes={} if name == "heat" else shapes)
    for look in CARDS:
        hold("drawings.txt", f"{name} without values: {look}", told(diagram(run, **look)))


REFUSED: list[dict[str, Any]] = [
    {"style": "round"}, {"direction": "RL"}, {"background": "rgb(1,2,3)"}, {"theme": "sepia"}, {"fit": "poster"}, {"fit": "0x3cm"}, {"min_text": "3"},
    {"fit": "slide", "min_text": "big"}, {"digits": 0}, {"digits": 18}, {"around": "nobody"}, {"collapse": ("nobody",)}, {"wires": "wavy"}, {"inputs": "right"},
    *({"figure": made} for made in (
        {"hide": ("everything",)}, {"edges": "thick"}, {"legend": "perhaps"}, {"roles": {"king": ["x"]}}, {"roles": {"data": ["nobody"]}}, {"colours": {"den": "red"}}, {"colours": {"nobody": "#123456"}},
        {"notes": (Note("den"),)}, {"notes": (Note("nobody", "here"),)}, {"notes": (Note("x -> nobody"),)}, {"notes": (Note("y -> num"),)}, {"window": {"style": "round"}}, {"window": {"size": "1x1"}}, {"window": {"quick": 1}},
        {"shift": {"den": (1,)}}, {"shift": {"den": (1, "a")}}, {"shift": {"den": "right of num"}}, {"pin": {"den": "near num"}}, {"pin": {"den": "left of den"}}, {"pin": {"den": "left of nobody"}}, {"order": ("nobody",)},
        {"groups": {"g": ["nobody"]}}, {"groups": {"g": ["x"]}},
    )),
]  # fmt: skip


def test_what_is_no_picture() -> None:
    run = run_of(*PROGRAMS["staged"])
    for look in REFUSED:
        figure = {"figure": Figure().but(**look["figure"])} if "figure" in look and accepted(look["figure"]) else {}
        answer = accepted(look.get("figure", {})) and asked(
            lambda look=look, figure=figure: digest(diagram(run, **{**look, **figure}).dot)
        )
        hold("drawings.txt", f"refused: {look}", [answer or asked(lambda look=look: Figure().but(**look["figure"]))])


def accepted(told: dict[str, Any]) -> bool:
    return not asked(lambda: Figure().but(**told) and None).startswith("UsageError")
