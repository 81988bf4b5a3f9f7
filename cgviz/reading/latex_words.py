"""Words in LaTeX: letters that touch are a product there, which nobody means by `loss`, `pos` or `target_{o1}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cgviz.errors import ExpressionError
from cgviz.reading.latex_macros import FUNCTIONS
from cgviz.reading.latex_pieces import Piece, touches

MOST_LETTERS = 30
SYLLABLE = re.compile("[^aeiouy][aeiou][^aeiouy]", re.IGNORECASE)
WORDS_OF_THREE = frozenset("net out sum max min log exp sin cos tan err mse ent var std old new sgn det dim".split())


def refuse_word(text: str, pieces: Sequence[Piece], at: int) -> None:
    """Raises ExpressionError where the letters from `at` on are a word rather than a product."""
    if at and pieces[at - 1].kind == "letter" and touches(pieces, at):
        return
    end, last = at, min(at + MOST_LETTERS, len(pieces))
    while end < last and pieces[end].kind == "letter" and (end == at or touches(pieces, end)):
        end += 1
    word = "".join(piece.text for piece in pieces[at:end])
    if end - at < 3 or not word.isascii():
        return
    script = end < len(pieces) and pieces[end].text == "_" and pieces[end].kind == "char"
    is_word = word.lower() in WORDS_OF_THREE or SYLLABLE.fullmatch(word) is not None
    if end - at > 3 or len({*word}) < 3 or script or is_word:
        message = f"letters side by side are a product here: write \\text{{{word}}} for one name, or blanks between"
        message = f"{message}; the function is \\{word}" if word in FUNCTIONS else message
        raise ExpressionError(message, text, pieces[at].start, pieces[end - 1].end)
