r"""A spelling: how a name looks as mathematics, a small tree of letters, marks and scripts.

`theta_1`, `θ₁` and `\theta_1` have one spelling, the letter θ with subscript 1; `z^{(2)}` and `z^{[2]}` have two.
A reading attaches spellings to the nodes of a graph; a notation (`cgviz.text.formula`) writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import normalize

from cgviz.text.letters import NAMES, accented, faced, subscript, superscript

Script = tuple["Spelling", ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """A letter or a word, with what stands around it.

    letters  "θ", "w"; a word "softmax"; in a script also digits "12" or one sign, "(" or "−"
    face     "bold", "calligraphic", "blackboard", "fraktur", "sans", "typewriter", "upright", "italic"; "" is the
             face that mathematics gives it: italic for a letter, upright for words, digits and signs
    marks    accents, innermost first: "hat", "bar", "tilde", "vec", "dot", "ddot" ...
    primes   how many primes it bears
    sub, sup its scripts, item by item; items may have scripts themselves
    glued    the subscript was typed right behind the letter: `x1`, which is another name than `x_1`
    """

    letters: str
    face: str = ""
    marks: tuple[str, ...] = ()
    primes: int = 0
    sub: Script = ()
    sup: Script = ()
    glued: bool = False

    @property
    def is_letter(self) -> bool:
        """Tells whether it is one letter, which mathematics sets in italics."""
        return len(self.letters) == 1 and self.letters.isalpha()

    @property
    def italic(self) -> bool:
        """Tells whether its letters are slanted."""
        return self.face == "italic" or (not self.face and self.is_letter)

    @property
    def text(self) -> str:
        """The spelling in Unicode: θ₁, ŷ, a⁽²⁾, 𝐰; what has no raised or lowered sign after `^` or `_`: `x_train`."""
        head = accented(faced(self.letters, self.face), self.marks) + "′" * self.primes
        if self.glued:
            return head + "".join(item.letters for item in self.sub)
        return head + script(self.sub, "_", subscript) + script(self.sup, "^", superscript)

    @property
    def ascii(self) -> str:
        """The spelling in ASCII where its letters are: `theta_1`, `yhat`, `a^(2)`."""
        marks = "".join(self.marks)
        head = "".join(ascii_letter(char) for char in self.letters) + marks + "'" * self.primes
        lowered = inside(self.sub)
        return head + (lowered if self.glued else after("_", lowered)) + after("^", inside(self.sup))

    @property
    def identifier(self) -> str:
        """A name for programs: `theta_1`, `yhat`; of a superscript `a2` for a^{(2)}, `a_l2_i` for a^{[2](i)}."""
        plain = (normalize("NFKC", char) if char > "\U0001d3ff" else char for char in self.letters)
        head = "".join(NAMES.get(char, char) for char in plain) + "".join(self.marks) + "p" * self.primes
        lowered, raised = worded(self.sub), [word for word in layers(self.sup) if word]
        glue = "" if self.glued or not lowered else "_"
        joint = "" if raised and raised[0].isdigit() and not lowered and not head[-1:].isdigit() else "_"
        made = head + glue + lowered + (joint + "_".join(raised) if raised else "")
        return re.sub(r"\W+", "_", normalize("NFKC", made)).strip("_") or "x"

    def __str__(self) -> str:
        return self.text


def script(items: Script, mark: str, moved: Callable[[str], str]) -> str:
    """Returns a script in raised or lowered signs where Unicode has all of them, and no word is among them."""
    written = "".join("_" if item.letters == "," else item.text for item in items)
    short = all(len(item.text) == 1 or item.letters.isdigit() for item in items)
    return (moved(written) if short else "") or after(mark, written)


def after(mark: str, written: str) -> str:
    """Returns a script behind its mark, in brackets where it is no single word."""
    plain = bracketed(written) or (written.replace("_", "").isalnum() if mark == "_" else written.isalnum())
    return mark + (written if plain else f"({written})") if written else ""


def bracketed(text: str) -> bool:
    return text[:1] in ("(", "[") and text[-1:] in (")", "]")


def inside(items: Script) -> str:
    return "".join("_" if item.letters == "," else item.ascii for item in items)


def ascii_letter(char: str) -> str:
    return {"−": "-", "′": "'"}.get(char) or NAMES.get(char, char).removeprefix("var")


SIGN_WORDS = {"−": "m", "-": "m", "+": "p", ",": "_", "*": "star", "∗": "star", "⋆": "star", ":": "all", "′": "p"}


def worded(items: Script) -> str:
    """Returns a script as part of an identifier: `tm1` for t−1."""
    return "".join(item.identifier if item.letters.isalnum() else SIGN_WORDS.get(item.letters, "") for item in items)


def layers(items: Script) -> list[str]:
    """Returns the words of a superscript: `[2](i)` is "l2" and "i", a layer and an example."""
    words: list[str] = [""]
    for item in items:
        if item.letters in ("(", "["):
            words.append("l" if item.letters == "[" else "")
        elif item.letters in (")", "]"):
            words.append("")
        else:
            words[-1] += worded((item,))
    return words
