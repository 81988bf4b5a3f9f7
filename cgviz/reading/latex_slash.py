"""How far the line of a slash goes in print: `E/kT` is E over kT, `\\lambda/2 w^2` half of λ times w²."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cgviz.errors import ExpressionError
from cgviz.reading.latex_names import LatexNames
from cgviz.reading.latex_pieces import Piece, touches
from cgviz.reading.latex_scripts import LatexName, Range
from cgviz.reading.tokens import NO_DERIVATIVE


def below(names: LatexNames, slash: int, end: int, is_call: Callable[[LatexName, int], bool]) -> int:
    """Returns where what stands below a slash ends; 0 where that is one factor, as everywhere.

    Letters and numbers that touch are one denominator. A number before the slash and one behind it make a fraction that
    is over, `1/2 x^2`. Raises ExpressionError for what print leaves open, `1/2\\sigma^2` and `a/b c`.
    """
    pieces = names.pieces
    found = factors(names, slash + 1, end, is_call)
    if len(found) < 2:
        return 0
    joined = 1
    while joined < len(found) and not gap(names.text, pieces, found[joined - 1][1], found[joined][0]):
        joined += 1
    is_number = over_number(pieces, slash), all(piece.kind == "digit" for piece in pieces[slash + 1 : found[0][1]])
    last = found[joined - 1][1]
    if joined > 1 and not all(is_number):
        if pieces[slash + 1].text == "d" and "d" in (pieces[slash - 1].text, pieces[max(slash - 2, 0)].text):
            raise ExpressionError(NO_DERIVATIVE, names.text, pieces[slash - 1].start, pieces[last - 1].end)
        return last
    if joined == 1 and any(is_number):
        return 0
    shown = names.source(*found[0]), names.source(found[1][0], found[max(joined, 2) - 1][1])
    message = f"what stands below the slash? Write /({' '.join(shown)}), or \\frac{{..}}{{{shown[0]}}} {shown[1]}"
    raise ExpressionError(message, names.text, pieces[slash].start, pieces[found[max(joined, 2) - 1][1] - 1].end)


def factors(names: LatexNames, at: int, end: int, is_call: Callable[[LatexName, int], bool]) -> list[Range]:
    """Returns the numbers, names and functions with a bracket that stand side by side, with their powers."""
    pieces, found = names.pieces, list[Range]()
    while at < end:
        stop = at
        while stop < end and pieces[stop].kind == "digit" and (stop == at or touches(pieces, stop)):
            stop += 1
        if stop == at and names.begins(at):
            name = names.read(at)
            stop = pieces[name.end].partner + 1 if is_call(name, end) else name.end
        if stop == at:
            break
        while stop + 1 < end and pieces[stop].text == "^":
            stop = names.extent(stop + 1)
        found.append((at, stop))
        at = stop
    return found


def gap(text: str, pieces: Sequence[Piece], before: int, after: int) -> bool:
    """Tells whether a blank stands between two factors, other than the one that ends a macro."""
    between = text[pieces[before - 1].end : pieces[after].start]
    return bool(between.strip() if pieces[before - 1].kind == "macro" else between)


def over_number(pieces: Sequence[Piece], slash: int) -> bool:
    """Tells whether a number alone stands above a slash."""
    at = slash
    while at and (pieces[at - 1].kind == "digit" or pieces[at - 1].text == "."):
        at -= 1
    before = pieces[at - 1] if at else None
    is_script = before is not None and (before.text in ("^", "_") or (before.kind == "letter" and touches(pieces, at)))
    return at < slash and not is_script
