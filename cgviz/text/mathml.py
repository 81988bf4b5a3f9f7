"""Spellings in MathML, presentation markup that browsers set themselves."""

from __future__ import annotations

from html import escape

from cgviz.text.letters import FACES, GREEK, MARKS, faced
from cgviz.text.parsing import value_parts
from cgviz.text.spelling import Script, Spelling

ACCENTS = {"hat": "^", "tilde": "~", "bar": "¯", "dot": "˙", "ddot": "¨", "check": "ˇ", "vec": "→", "low": "_"}


def mathml(spelling: Spelling) -> str:
    """Returns a spelling as elements of MathML."""
    parts = value_parts(spelling)
    head = f"<mrow>{''.join(map(mathml, parts))}</mrow>" if parts else letters(spelling)
    for mark in spelling.marks:
        element = "munder" if mark == "low" else "mover"
        over = f'<mo stretchy="false">{escape(ACCENTS.get(mark) or MARKS[mark])}</mo>'
        head = f'<{element} accent="true">{head}{over}</{element}>'
    raised = (f"<mo>{'′' * spelling.primes}</mo>" if spelling.primes else "") + script(spelling.sup)
    return scripted(head, script(spelling.sub), raised)


def scripted(head: str, lowered: str, raised: str) -> str:
    if lowered and raised:
        return f"<msubsup>{head}<mrow>{lowered}</mrow><mrow>{raised}</mrow></msubsup>"
    if lowered:
        return f"<msub>{head}<mrow>{lowered}</mrow></msub>"
    return f"<msup>{head}<mrow>{raised}</mrow></msup>" if raised else head


def script(items: Script) -> str:
    return "".join(map(mathml, items))


def letters(spelling: Spelling) -> str:
    """Returns the letters: a letter is slanted by itself, a word upright, a face has letters of its own."""
    text = spelling.letters
    if text.isdigit():
        return f"<mn>{faced(text, spelling.face)}</mn>"
    if not text[0].isalpha():
        return f'<mo form="infix" lspace="0" rspace="0">{escape(text)}</mo>'
    normal = ' mathvariant="normal"' if spelling.face == "upright" and len(text) == 1 else ""
    return f"<mi{normal}>{escape(faced(text, spelling.face) if spelling.face in FACES else text)}</mi>"


def identifier(text: str) -> str:
    """Returns a name of the field (`softmax`, `sigma`) as an identifier, Greek letters by their letter."""
    return letters(Spelling(GREEK.get(text, text)))
