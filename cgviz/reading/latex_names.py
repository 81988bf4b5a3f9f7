"""Names in LaTeX: one letter is a name, so is a group of words; with scripts, accents, a face, and its spelling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from cgviz.errors import CgvizError, ExpressionError, quoted
from cgviz.reading.latex_macros import ACCENTS, FRACTIONS, GREEK, TRANSPOSES, WORDS
from cgviz.reading.latex_pieces import Piece, touches, touching_digit
from cgviz.reading.latex_scripts import LatexName, Range, apart, indexed_power, is_label
from cgviz.reading.latex_words import refuse_word
from cgviz.text.identifiers import LONGEST_NAME
from cgviz.text.parsing import parse_spelling
from cgviz.text.spelling import Spelling

MOST_BARE = 8
LONGEST_SCRIPT = 60
TRANSPOSED = re.compile(r"(?:T|\\top|\\intercal|\\math\w+\s*\{T\}|\\math\w+ T|\\text\w*\{T\}|⊤)\s*\}$")
COMPARES = frozenset({"<", ">", "=", "le", "leq", "ge", "geq", "ne", "neq", "≤", "≥", "≠"})
STARS = (["*"], ["ast"], ["star"], ["dagger"], ["prime"])
WEIGHTS = frozenset({"bold", "italic", "upright", "sans"})
PROJECTED, PROJECTIONS = frozenset("WUV"), frozenset("QKVO")  # W^Q of attention is a name, no power


@dataclass
class LatexNames:
    """Reads names. `known` are the names of several letters that the program assigns or that have values.

    layers  the letters that mark layers where they are raised: the l of z^l = w^l a^{l-1}
    squares the spellings of which only the square is a name: σ² where the program assigns it
    taken   the identifiers, each with the spellings that have it
    faced   the letters that stand bold and plain as two names; elsewhere x_i is an element of a bold x; `bold` are
            the spellings of those
    """

    text: str
    pieces: Sequence[Piece]
    known: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()
    squares: frozenset[str] = frozenset()
    transposing: bool = True
    taken: dict[str, dict[Spelling, str]] = field(default_factory=dict)
    faced: frozenset[str] = frozenset()
    bold: dict[Spelling, Spelling] = field(default_factory=dict)

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.known), default=0)

    def begins(self, at: int) -> bool:
        piece = self.pieces[at]
        if piece.kind == "macro":
            return piece.text in GREEK or piece.text in WORDS or piece.text in ACCENTS
        return piece.kind == "letter" or self.is_braced(at)

    def is_braced(self, at: int) -> bool:
        """Tells whether a group holds one letter or accented letter and nothing else: `{ w }_{ 1 }`."""
        piece = self.pieces[at]
        if piece.kind != "open" or piece.text != "{" or piece.partner - at < 2:
            return False
        inner = self.pieces[at + 1]
        if inner.kind == "letter" or (inner.kind == "macro" and inner.text in GREEK):
            return piece.partner == at + 2
        is_dressed = inner.kind == "macro" and (inner.text in ACCENTS or inner.text in WORDS)
        return is_dressed and piece.partner - at <= MOST_BARE and self.extent(at + 1) == piece.partner

    def read(self, at: int) -> LatexName:
        """Returns the name at `at`, with all that belongs to it."""
        run = self.run(at)
        base, end = next((part for part in reversed(run) if part[0] in self.known), run[0])
        head = (
            Spelling(base.replace("Delta", "Δ"), "italic" * base.startswith("Delta"))
            if (base, end) != run[0]
            else self.spelled(at, end)
        )
        letter = head.letters if head.is_letter and not head.face.startswith("upright") else ""
        if letter and (base, end) == run[0]:
            refuse_word(self.text, self.pieces, at)
        scripts: list[Range] = []
        items: tuple[Range, ...] = ()
        raised, turned = "", False
        within = self.within(at, end)
        if within is not None:
            items, raised = within.items, within.raised
        while end < len(self.pieces) and self.pieces[end].kind == "char" and not turned:
            mark = self.pieces[end].text
            if mark == "_" and not items:
                after = self.subscript(end)
                items = self.indices(end + 1, after)
                items = () if len(items) == 1 and self.pieces[items[0][0]].text in WORDS else items  # z_{\text{norm}}
            elif mark == "^" and not any(self.pieces[start].text == "^" for start, _ in scripts):
                so_far = self.scripted(head, scripts, False)
                after, raised, turned = self.superscript(end, so_far)
                if not after:
                    break
            elif mark in ("'", "’", "′"):
                after = end + 1
            else:
                break
            scripts.append((end, after))
            end = after
        spelling = self.scripted(head, scripts, turned)
        name = LatexName(spelling, at, end, letter, items, raised, turned)
        if spelling.letters in ("0", "1") and any(piece.text in COMPARES for piece in self.pieces[at:end]):
            shown = self.source(at, end)
            message = f"the condition of an indicator stands in brackets after it: \\mathbb{{1}}[x > 0], not {shown}"
            raise self.error(message, at)
        if not name.spelling.identifier.isidentifier() and name.spelling.letters not in ("0", "1"):
            last = self.pieces[end - 1]
            shown = quoted(self.source(at, end))
            raise ExpressionError(f"{shown} is not a name", self.text, self.pieces[at].start, last.end)
        if len(name.spelling.identifier) > LONGEST_NAME:
            raise self.error(f"a name longer than {LONGEST_NAME} characters is too long", at)
        return name

    def within(self, at: int, end: int) -> LatexName | None:
        """Returns the name with a script that an accent or a face holds whole: `\\hat{Y_i}`, `\\mathbf{x_i}`."""
        is_dressed = self.pieces[at].kind == "macro" and end - at > 5 and self.pieces[at + 1].text == "{"
        if not is_dressed or self.pieces[at + 3].text not in ("_", "^") or not self.begins(at + 2):
            return None
        inner = self.read(at + 2)
        return inner if inner.end == end - 1 else None

    def identifier(self, spelling: Spelling) -> str:
        """Returns the identifier of a spelling: another one where two spellings would share it."""
        is_bold = "bold" in spelling.face
        if spelling.face in WEIGHTS and spelling.letters not in self.faced:
            spelling = replace(spelling, face="")
        plain = replace(spelling, letters=spelling.letters.partition("(")[0]).identifier
        if plain in ("pi", "e") and (is_bold or "(" in spelling.letters):  # a bold π, the policy π(a|s): no constants
            plain += "_"
        known = self.taken.setdefault(plain, {})
        if spelling not in known:
            known[spelling] = plain if not known else apart(spelling, {*self.others(plain)})
        return known[spelling]

    def others(self, plain: str) -> list[str]:
        return [name for names in self.taken.values() for name in names.values()] + [plain]

    def settle(self, titles: Sequence[Range] = ()) -> None:
        """Meets every name once, the plain ones first, so that a1 and a_1 keep theirs and a^{(1)} gives way.

        What stands plain in a title, as the x of f(x), is the bold x of the formula.
        """
        found: list[Spelling] = []
        bare = set[tuple[str, bool]]()
        at = 0
        while at < len(self.pieces):
            if not self.begins(at):
                is_function = self.pieces[at].text == "operatorname" and at + 1 < len(self.pieces)
                at = max(at + 1, self.pieces[at + 1].partner) if is_function else at + 1
                continue
            try:
                name = self.read(at)
            except CgvizError:
                at += 1
                continue
            one = name.spelling
            found.append(one)
            if not (one.sub or one.sup or one.marks or any(start <= at < end for start, end in titles)):
                bare.add((one.letters, one.face in WEIGHTS))
            at = name.end
        self.faced = frozenset(letters for letters, bold in bare if bold and (letters, False) in bare)
        for spelling in found:
            if spelling.face in WEIGHTS and spelling.letters not in self.faced:
                self.bold.setdefault(replace(spelling, face=""), spelling)
        for spelling in sorted(found, key=lambda one: (bool(one.sup), bool(one.face), not one.glued)):
            self.identifier(spelling)

    # scripts

    def scripted(self, head: Spelling, scripts: Sequence[Range], turned: bool) -> Spelling:
        """Returns a spelling with its scripts, as they are typed."""
        if not scripts:
            return head
        written = "".join(self.script(start, end) for start, end in scripts)
        if turned:
            written = TRANSPOSED.sub("}", written)
        written = written.replace("^{}", "")
        made = self.parsed("x" + re.sub(r"\s+", " ", written).strip(), scripts[0][0], scripts[-1][1])
        sub = made.sub or head.sub
        if head.glued and made.sub:
            sub = (*head.sub, Spelling(","), *made.sub)
        return replace(head, sub=sub, sup=made.sup, glued=head.glued and not made.sub, primes=made.primes)

    def script(self, start: int, end: int) -> str:
        """Returns a script as it is typed, in braces: `^l` as `^{l}`, so that what follows is not its own."""
        mark = self.pieces[start].text
        if self.text[self.pieces[start].start] == "(":
            return f"{mark}{{{self.source(end - 2, end - 1)}}}"
        braced = end == start + 1 or self.pieces[start + 1].text == "{"
        return self.source(start, end) if braced else f"{mark}{{{self.source(start + 1, end)}}}"

    def spelled(self, start: int, end: int) -> Spelling:
        return self.parsed(self.source(start, end), start, end)

    def parsed(self, written: str, start: int, end: int) -> Spelling:
        try:
            return parse_spelling(written if "\\" in written or "{" in written else f"{{{written}}}")
        except CgvizError:
            shown = quoted(self.source(start, end))
            first, last = self.pieces[start], self.pieces[end - 1]
            raise ExpressionError(f"{shown} cannot be part of a name", self.text, first.start, last.end) from None

    def source(self, start: int, end: int) -> str:
        if end - start > 2 and self.pieces[start].text == "{" and self.pieces[start].partner == end - 1:
            return f"{{{self.source(start + 1, end - 1)}}}"  # the braces of `{x \\over y}` stand nowhere
        return self.text[self.pieces[start].start : self.pieces[end - 1].end] if end > start else ""

    def subscript(self, at: int) -> int:
        """Returns the index after the subscript whose `_` is at `at`."""
        end = self.extent(at + 1)
        if end == at + 2 and self.pieces[at + 1].kind in ("digit", "letter") and touching_digit(self.pieces, end):
            raise self.error("only the first sign is a subscript here: put all of it in braces, _{..}", at)
        if end - at > LONGEST_SCRIPT:
            raise self.error("this subscript is too long for a name", at)
        return end

    def indices(self, start: int, end: int) -> tuple[Range, ...]:
        """Returns the ranges of a subscript's parts: between its commas, or letter by letter where nothing is else."""
        if self.pieces[start].text == "{":
            start, end = start + 1, end - 1
        commas = [at for at in range(start, end) if self.pieces[at].text == ","]
        edges = [start - 1, *commas, end]
        parts = [(a + 1, b) for a, b in pairwise(edges) if b > a + 1]
        if len(parts) == 1 and all(self.pieces[at].kind == "letter" for at in range(start, end)):
            return tuple((at, at + 1) for at in range(start, end))
        return tuple(parts)

    def superscript(self, at: int, head: Spelling) -> tuple[int, str, bool]:
        """Returns where a superscript that is part of the name ends, its index, and whether it ends in a transpose.

        (0, "", False) where the `^` at `at` is a power, or a transpose alone.
        """
        end = self.extent(at + 1)
        if end - at > LONGEST_SCRIPT:
            return 0, "", False
        inner = self.pieces[at + 1 : end]
        if inner and inner[0].text == "{":
            inner = inner[1:-1]
        kinds = [piece.text for piece in inner]
        is_turned = kinds == ["H"] and "H" not in self.known
        if is_turned or (kinds == ["dagger"] and at and self.pieces[at - 1].text.isupper()):
            raise self.error("it turns a matrix of complex numbers; of real ones write ^T", at)
        if indexed_power(inner):
            raise self.error("an index in brackets and a power: write {a^{(2)}}^2", at)
        turned = bool(self.transposing and len(inner) > 1 and self.is_transpose(inner[-1:]))
        body = inner[:-1] if turned else inner
        start = at + 2 if self.pieces[at + 1].text == "{" else at + 1
        if body and body[0].kind == "open" and body[0].text in ("(", "[", "⟨"):
            return (end, self.single(start, body), turned) if self.is_bracketed(start, len(body)) else (0, "", False)
        braced = self.pieces[at + 1].text == "{"
        is_sign = kinds in STARS or (braced and kinds in (["+"], ["-"], ["−"]))
        is_word = bool(body) and body[0].kind == "macro" and body[0].text in WORDS and not self.is_transpose(body)
        is_word = is_word and len("".join(p.text for p in body[1:] if p.kind == "letter")) > 1
        is_word &= self.words(at + 1, end) not in self.known
        is_word &= head.letters != "e" or bool(head.sub) or "e" in self.known  # e^{\\text{loss}}
        is_word |= len(body) > 1 and all(p.kind == "letter" and p.text.isupper() for p in body) and not turned
        is_projection = head.letters in PROJECTED and not head.marks and len(body) == 1 and body[0].text in PROJECTIONS
        if is_sign or is_word or is_projection:
            return end, "", turned
        is_layer = bool(body) and any(piece.text in self.layers for piece in body) and all(map(is_label, body))
        is_square = kinds == ["2"] and head.identifier in self.squares
        return (end, "", turned) if is_layer or is_square else (0, "", False)

    def is_transpose(self, inner: Sequence[Piece]) -> bool:
        """Tells whether pieces are a T, a ⊤ or a T in another face."""
        texts = [piece.text for piece in inner if piece.text != "{"]
        if texts[:1] and texts[0] in WORDS:
            texts = texts[1:]
        return len(texts) == 1 and (texts[0] in TRANSPOSES or (texts[0] == "T" and self.transposing))

    def is_bracketed(self, start: int, length: int) -> bool:
        """Tells whether pieces are nothing but brackets, (i) or [2](i), with something in each."""
        at = start
        while at < start + length:
            piece = self.pieces[at]
            if piece.kind != "open" or piece.partner == at + 1 or piece.partner >= start + length:
                return False
            inside = self.pieces[at + 1 : piece.partner]
            is_word = inside[0].text in WORDS and inside[1].partner == piece.partner - 1
            if piece.text == "(" and not is_word and any(p.text in ("/", "*") or p.kind == "open" for p in inside):
                return False
            at = piece.partner + 1
        return True

    def single(self, start: int, body: Sequence[Piece]) -> str:
        """Returns the letter of a single bracket, the i of (i); "" for anything else."""
        is_one = len(body) == 3 and body[0].text == "(" and body[1].kind == "letter"
        return body[1].text if is_one else ""

    # letters

    def run(self, at: int) -> list[tuple[str, int]]:
        """Returns the (letters, end) that begin at `at`, longest last: x, xp, xpy; one where no name is known."""
        run = [self.atom(at)]
        while len(run[-1][0]) < self.longest:
            end = run[-1][1]
            if end >= len(self.pieces) or not self.begins(end) or not self.joined(end):
                break
            if self.pieces[end].kind == "open":
                break
            letters, end = self.atom(end)
            run.append((run[-1][0] + letters, end))
        return run

    def joined(self, at: int) -> bool:
        """Tells whether a piece touches the one before it; the blank that ends `\\Delta` is none."""
        before = self.pieces[at - 1]
        between = self.text[before.end : self.pieces[at].start]
        return not (between.strip() if before.text == "Delta" else between)

    def atom(self, at: int) -> tuple[str, int]:
        """Returns a letter, a Greek letter, a word or an accented letter, with the digits that touch it."""
        piece = self.pieces[at]
        if piece.kind == "open":
            return self.source(at, piece.partner + 1), piece.partner + 1
        end = at + 1
        if piece.kind == "letter" or piece.text in GREEK:
            letters = piece.text
        else:
            end = self.extent(at)
            letters = self.words(at + 1, end) + ACCENTS.get(piece.text, "")
        while end < len(self.pieces) and self.pieces[end].kind == "digit" and touches(self.pieces, end):
            letters += self.pieces[end].text
            end += 1
        return letters, end

    def words(self, start: int, end: int) -> str:
        """Returns the letters of pieces, blanks between words as underscores."""
        parts: list[str] = []
        for at in range(start, end):
            piece = self.pieces[at]
            if piece.text == "{" or (piece.kind == "macro" and (piece.text in WORDS or piece.text in ACCENTS)):
                continue
            if parts and piece.start > self.pieces[at - 1].end and piece.kind == "letter":
                parts.append("_")
            parts.append(piece.text if piece.kind in ("letter", "digit", "macro") else "_")
        return "".join(parts).strip("_")

    # extents

    def extent(self, at: int) -> int:
        """Returns the index after the argument at `at`: a group, a single piece, or a macro with its arguments."""
        first, wanted = at, 1
        for _ in range(MOST_BARE):
            if at >= len(self.pieces) or self.pieces[at].kind in ("close", "row", "gap") or self.pieces[at].text == ".":
                raise self.error(
                    "an argument is missing here; a number is put in braces, {.5}", min(at, len(self.pieces) - 1)
                )
            piece = self.pieces[at]
            if piece.text == "{" and piece.partner == at + 1:
                raise self.error("the braces are empty; something is expected in them", at)
            wanted += arguments(piece) - 1
            at = piece.partner + 1 if piece.kind == "open" else at + 1
            if piece.kind == "macro" and piece.text == "sqrt":
                at = self.after_option(at)
            if not wanted:
                return at
        raise self.error("put this argument in braces, {..}", first)

    def after_option(self, at: int) -> int:
        """Returns the index after the `[3]` of `\\sqrt[3]{x}` where there is one at `at`."""
        if at < len(self.pieces) and self.pieces[at].kind == "open" and self.pieces[at].text == "[":
            return self.pieces[at].partner + 1
        return at

    def error(self, message: str, at: int) -> ExpressionError:
        piece = self.pieces[at]
        return ExpressionError(message, self.text, piece.start, piece.end)


def arguments(piece: Piece) -> int:
    """Returns how many arguments a macro takes."""
    if piece.kind != "macro":
        return 0
    takes_one = piece.text in WORDS or piece.text in ACCENTS or piece.text in ("sqrt", "operatorname")
    return 2 if piece.text in FRACTIONS else int(takes_one)
