r"""A spelling read from what people write: from an identifier `theta_1`, Unicode `θ₁`, LaTeX `\theta_1`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from unicodedata import combining, normalize

from cgviz.errors import UsageError, quoted
from cgviz.text.letters import COMBINING, GREEK, LOWERED, NAMES, RAISED, face_of
from cgviz.text.spelling import Script, Spelling

PHRASE = re.compile(r"\\(?:text\w*|math[a-z]+|operatorname|mbox)\s*\{[^{}]*\}")
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
IGNORED = frozenset({" ", "~", "$", r"\,", r"\;", r"\!", r"\:", r"\ ", r"\left", r"\right", r"\displaystyle"})
COMMANDS = {
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "textbf": "bold", "pmb": "bold", "mathcal": "calligraphic",
    "mathscr": "calligraphic", "mathbb": "blackboard", "mathfrak": "fraktur", "mathsf": "sans", "textsf": "sans",
    "mathtt": "typewriter", "texttt": "typewriter", "mathrm": "upright", "text": "upright", "textrm": "upright",
    "operatorname": "upright", "mbox": "upright", "mathit": "italic", "textit": "italic", "mathnormal": "",
}  # fmt: skip
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "vec": "vec", "overrightarrow": "vec", "dot": "dot", "ddot": "ddot", "check": "check", "breve": "breve",
    "acute": "acute", "grave": "grave", "mathring": "ring", "underline": "low",
}  # fmt: skip
SIGNS = {
    "-": "−", r"\ast": "*", r"\star": "⋆", r"\top": "⊤", r"\prime": "′", r"\_": "_", r"\dagger": "†", r"\perp": "⊥",
}  # fmt: skip
PRIMES = "'′’"
TYPED_MARKS = ("hat", "bar", "tilde", "vec", "ddot", "dot")
SIGN_OF = {mark: sign for sign, mark in reversed(COMBINING.items())}
WORDS_OF_TWO = frozenset("in is of to on at id up or no it do go re lr bn fc ce kl".split())
EMPTY_SCRIPT = re.compile("__|_$")
STEPS = re.compile(r"([a-z])([mp])([0-9]+)")


def parse_spelling(written: str) -> Spelling:
    r"""Returns the spelling of a name: of an identifier `theta_1`, of Unicode `θ₁`, of LaTeX `\theta_1`.

    Raises UsageError for what is not one name.
    """
    parser = Parser(written)
    made = parser.atom() if written.isprintable() else None
    if made is None or parser.at < len(parser.tokens):
        raise UsageError(f"{quoted(written)} is not the spelling of one name, such as \\theta_1 or w^{{(2)}}")
    return made


@lru_cache(maxsize=4096)
def spelled(name: str) -> Spelling:
    """Returns the spelling of a name in print, which never fails: what is no spelling is a word.

    So is a name with an empty script: `x_1_` and `x__1` are other names than `x_1`, and look like it.
    """
    if EMPTY_SCRIPT.search(name):
        return word(name)
    try:
        return parse_spelling(name)
    except UsageError:
        return word(name)


VALUE = re.compile(r"[(|‖−]")
SEPARATORS = re.compile(r"([()|‖,;:= −+-])")


def value_parts(spelling: Spelling) -> tuple[Spelling, ...]:
    """Returns the names and signs of a value that is a name, `p(y|x)`, or of a title, `log p(x)`; () for any other."""
    letters = spelling.letters
    if len(letters) < 3 or not VALUE.search(letters):
        return ()
    parts = filter(None, SEPARATORS.split(letters))
    return tuple(spelled(part) if part[0].isalpha() else Spelling(part) for part in parts)


def word(name: str) -> Spelling:
    """Returns a name as one word, whatever its letters would say."""
    return Spelling(name, "upright")


SWITCH = re.compile(r"\{\s*\\(rm|bf|cal|it|sf|tt)(?![A-Za-z])\s*")  # the faces of older texts: {\bf x}
SPACED = re.compile(r"(\\[A-Za-z]+)\s+(?=\{)")  # as Wikipedia sets it: \mathbf {x}


class Parser:
    """Reads a spelling. In LaTeX a letter is a name, elsewhere letters that touch are one word."""

    def __init__(self, written: str) -> None:
        self.latex = any(sign in written for sign in "\\{$")
        written = SPACED.sub(r"\1", SWITCH.sub(r"\\math\1{", written)) if self.latex else written
        kept = PHRASE.sub(lambda found: found[0].replace(" ", "\xa0"), written.strip())
        self.tokens = [token for token in self.split(kept) if token not in IGNORED or not self.latex]
        self.at = 0

    def split(self, written: str) -> list[str]:
        if self.latex:
            return TOKEN.findall(written)
        found, at = [], 0
        decomposed = "".join(char if char in RAISED or char in LOWERED else normalize("NFC", char) for char in written)
        while at < len(decomposed):
            end = at + 1
            if is_word(decomposed[at]):
                while end < len(decomposed) and is_word(decomposed[end]):
                    end += 1
            found.append(decomposed[at:end])
            at = end
        return found

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.at += 1
        return token

    def atom(self) -> Spelling | None:
        """Returns the spelling that begins here, with all that belongs to it; None where none does."""
        base = self.base()
        while base is not None and self.next:
            token, before = self.next, self.at
            if token in PRIMES:
                base = replace(base, primes=base.primes + 1)
                self.at += 1
            elif token in COMBINING:
                base = replace(base, marks=(*base.marks, COMBINING[token]))
                self.at += 1
            elif token in RAISED or token in LOWERED:
                base = self.moved(base, RAISED if token in RAISED else LOWERED)
            elif token in ("_", "^"):
                self.at += 1
                items = self.script()
                if not items and self.latex:
                    return None
                base = scripted(base, token, items)
            if self.at == before:
                break
        return base

    def moved(self, base: Spelling, table: dict[str, str]) -> Spelling:
        text = ""
        while self.next in table:
            text += table[self.take()]
        return scripted(base, "^" if table is RAISED else "_", items_of(text))

    def base(self) -> Spelling | None:
        """Returns the letters at the head, with their face and accents."""
        token = self.next
        if token == "{":
            self.at += 1
            made = self.atom()
            return made if self.take() == "}" else None
        command = token[1:].rstrip("*") if token.startswith("\\") else ""
        if command in GREEK:
            self.at += 1
            return self.digits(Spelling(GREEK[command]))
        if command in ACCENTS:
            self.at += 1
            made = self.base()
            return made and replace(made, marks=(*made.marks, ACCENTS[command]))
        if command in COMMANDS:
            self.at += 1
            return self.in_face(COMMANDS[command])
        if not token or not token[0].isalpha():
            return None
        self.at += 1
        return self.digits(one_letter(token)) if self.latex else identifier(token)

    def digits(self, base: Spelling) -> Spelling:
        """Returns a letter of LaTeX with the digits that touch it."""
        found = ""
        while self.next.isdecimal():
            found += self.take()
        return replace(base, sub=(Spelling(found),), glued=True) if found else base

    def in_face(self, face: str) -> Spelling | None:
        """Returns the letters in the braces, or the one after a command such as `\\mathbf`, in its face."""
        if self.next != "{":
            made = Spelling(self.take()) if self.next.isdecimal() else self.base()
            return made and replace(made, face=face)
        start = self.at
        self.at += 1
        made = self.atom()
        if made is not None and self.next == "}":
            self.at += 1
            return replace(made, face=made.face or face)
        self.at, text = start + 1, ""
        while self.next not in ("", "}"):
            token = self.take()
            braces = token == "{" and self.next == "}" and self.take()  # \\mathrm{c\\theta{}}
            if token[1:] in ACCENTS and self.tokens[self.at : self.at + 3 : 2] == ["{", "}"]:  # \\mathrm{\\hat{y}sqr}
                text += normalize("NFC", self.tokens[self.at + 1] + SIGN_OF[ACCENTS[token[1:]]])
                self.at += 3
                continue
            text += "" if braces else GREEK.get(token[1:], token) if token[0] == "\\" else token
        closed = self.take() == "}"
        return Spelling(text.replace("\\", ""), face) if closed and text.strip() else None

    def script(self) -> Script:
        """Returns the items of the script that begins here."""
        if self.next == "{":
            self.at += 1
            items = self.items("}")
            self.at += bool(items)
            return items
        if not self.latex and self.next in ("(", "["):
            return self.group()
        if not self.latex:
            if self.next in ("*", "+", "−", "-"):
                return (Spelling((sign := self.take()) and SIGNS.get(sign, sign)),)
            return subscripts(self.take()) if self.next and is_word(self.next[0]) else ()
        item = self.item()
        return (item,) if item else ()

    def group(self) -> Script:
        """Returns `(2)` and all brackets that touch it, as typed without braces."""
        items: Script = ()
        while self.next in ("(", "["):
            opening = self.take()
            closing = ")" if opening == "(" else "]"
            items = (*items, Spelling(opening), *self.items(closing), Spelling(closing))
            self.at += 1
        return items

    def items(self, closing: str) -> Script:
        found: list[Spelling] = []
        while self.next and self.next != closing:
            item = self.item()
            if not item:
                break
            found.append(item)
        return tuple(found) if self.next == closing else ()

    def item(self) -> Spelling | None:
        """Returns one item of a script: a name, digits, a sign."""
        token = self.next
        if token.isdecimal():
            digits = ""
            while self.next.isdecimal():
                digits += self.take()
            return Spelling(digits)
        atom = self.atom()
        if atom is not None:
            return atom
        if not token or token in "{}_^":
            return None
        self.at += 1
        return Spelling(SIGNS.get(token, token))


def is_word(char: str) -> bool:
    return (char.isalnum() or char in NAMES) and char not in RAISED and char not in LOWERED and not combining(char)


def one_letter(char: str) -> Spelling:
    """Returns a letter, its accent and its face apart from it."""
    first, *rest = list(normalize("NFD", char))
    if rest and all(mark in COMBINING for mark in rest):
        return Spelling(*face_of(first), tuple(COMBINING[mark] for mark in rest))
    return Spelling(*face_of(char))


def identifier(word: str) -> Spelling:
    """Returns the spelling of a word as programs have it; a subscript after an underscore is left to the parser."""
    stem = word.rstrip("0123456789")
    digits = word[len(stem) :]
    base = letter_named(stem)
    if base is None:
        return Spelling(word)
    return replace(base, sub=(Spelling(digits),), glued=True) if digits else base


def letter_named(stem: str) -> Spelling | None:
    """Returns the letter that a word stands for: `theta`, `yhat`, `x`; None where it is a word."""
    if len(stem) == 1:
        return one_letter(stem)
    if stem in GREEK and stem not in ("nabla", "partial"):
        return Spelling(GREEK[stem])
    for mark in TYPED_MARKS:
        base = letter_named(stem.removesuffix(mark)) if stem.endswith(mark) and stem != mark else None
        if base is not None and not base.sub:
            return replace(base, marks=(*base.marks, mark))
    plain = [face_of(char) for char in stem]
    face = plain[0][1]
    same = face and all(each[1] == face for each in plain)
    return Spelling("".join(each[0] for each in plain), face) if same else None


def items_of(text: str) -> Script:
    """Returns raised or lowered signs item by item: digits together, letters and signs alone."""
    return tuple(Spelling(SIGNS.get(part, part)) for part in re.findall(r"[0-9]+|.", text))


def subscripts(word: str) -> Script:
    """Returns what stands after an underscore in a program: an index, a few of them, a step `tm1`, or a word."""
    step = STEPS.fullmatch(word)
    if step:
        return Spelling(step[1]), Spelling("−" if step[2] == "m" else "+"), Spelling(step[3])
    known = letter_named(word)
    if known is not None:
        return (known,)
    if re.fullmatch("[a-z]{2}", word) and word not in WORDS_OF_TWO:
        return tuple(map(Spelling, word))
    indexed = re.fullmatch(r"([a-z])([0-9]+)", word)
    return (Spelling(indexed[1]), Spelling(indexed[2])) if indexed else (Spelling(word),)


def scripted(base: Spelling, mark: str, items: Script) -> Spelling:
    """Returns a letter with one more script; `x^{\\prime}` is a prime, `y_hat` an accent."""
    if not items:
        return base
    if mark == "_":
        (first, *more) = items
        if not more and first.letters in TYPED_MARKS and not base.marks and not base.sub and base.is_letter:
            return replace(base, marks=(*base.marks, first.letters))
        before = (*base.sub, Spelling(",")) if base.sub else ()
        return replace(base, sub=(*before, *items))
    if all(item.letters == "′" for item in items):
        return replace(base, primes=base.primes + len(items))
    return replace(base, sup=(*base.sup, *items))
