"""What a keyboard types where LaTeX has a macro: `>=`, `exp(-x)`, `sigmoid(z)`."""

from __future__ import annotations

from typing import Any

from cgviz.reading.latex_macros import FUNCTIONS

TYPED = {">=": "≥", "<=": "≤", "!=": "≠"}
WRITTEN_OUT = frozenset("sigmoid softmax relu sqrt abs softplus erf norm".split())


def related(found: list[Any]) -> list[Any]:
    """Returns the pieces, the `>=` of a keyboard as one, as `\\ge` is."""
    made: list[Any] = []
    for piece in found:
        sign = TYPED.get(made[-1].text + piece.text) if made and piece.text == "=" and made[-1].kind == "char" else None
        if sign and made[-1].end == piece.start:
            made[-1] = made[-1]._replace(text=sign, end=piece.end)
        else:
            made.append(piece)
    return made


def applied(found: list[Any]) -> list[Any]:
    """Returns the pieces, a function's name that is typed letter by letter before a bracket as its macro: `exp(-x)`."""
    made: list[Any] = []
    at = 0
    while at < len(found):
        end = at
        while (
            end < len(found) and found[end].kind == "letter" and (end == at or found[end - 1].end == found[end].start)
        ):
            end += 1
        word = "".join(piece.text for piece in found[at:end])
        is_call = end < len(found) and found[end].text == "(" and found[end - 1].end == found[end].start
        if len(word) > 1 and word in FUNCTIONS and is_call:
            made.append(found[at]._replace(kind="macro", text=word, end=found[end - 1].end))
        elif word in WRITTEN_OUT and is_call:
            first, last = (found[at]._replace(end=found[at].start), found[end - 1]._replace(start=found[end - 1].end))
            made += [first._replace(kind="macro", text="operatorname"), first._replace(kind="open", text="{")]
            made += [*found[at:end], last._replace(kind="close", text="{")]
        else:
            end = max(end, at + 1)
            made += found[at:end]
        at = end
    return made
