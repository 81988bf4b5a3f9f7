"""The letters of mathematics: Greek by name, raised and lowered signs, faces, accents. Each table stands here only."""

from __future__ import annotations

from unicodedata import lookup, name, normalize

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "varkappa": "ϰ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ",
    "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "ell": "ℓ", "hbar": "ħ", "nabla": "∇", "partial": "∂", "omicron": "ο",
}  # fmt: skip
"""The letters that have a name of their own, as LaTeX's macros call them."""

NAMES = {letter: name for name, letter in GREEK.items()} | {"µ": "mu", "ϴ": "Theta"}
"""The macro of each such letter."""

SUPERSCRIPTS = dict(
    zip(
        "0123456789+−-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
SUBSCRIPTS = dict(zip("0123456789+−-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
RAISED = {raised: plain for plain, raised in SUPERSCRIPTS.items() if plain != "-"}
LOWERED = {lowered: plain for plain, lowered in SUBSCRIPTS.items() if plain != "-"}

MARKS = {
    "hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c",
    "breve": "\u0306", "vec": "\u20d7", "acute": "\u0301", "grave": "\u0300", "ring": "\u030a", "low": "\u0332",
}  # fmt: skip
"""The accents over (and the line under) a letter: the combining character of each."""
COMBINING = {char: mark for mark, char in MARKS.items()} | {"\u0305": "bar", "\u20d6": "vec"}

FACES = {
    "bold": ("BOLD",), "calligraphic": ("SCRIPT", "BOLD SCRIPT"), "blackboard": ("DOUBLE-STRUCK",),
    "fraktur": ("FRAKTUR",), "sans": ("SANS-SERIF",), "typewriter": ("MONOSPACE",),
}  # fmt: skip
"""The faces that Unicode has letters of its own for, as it calls them."""


def superscript(text: str) -> str:
    """Returns `text` in raised signs, or "" where Unicode lacks one of them."""
    return moved(text, SUPERSCRIPTS)


def subscript(text: str) -> str:
    """Returns `text` in lowered signs, or "" where Unicode lacks one of them."""
    return moved(text, SUBSCRIPTS)


def moved(text: str, table: dict[str, str]) -> str:
    return "".join(map(table.__getitem__, text)) if text and all(char in table for char in text) else ""


def faced(text: str, face: str) -> str:
    """Returns letters in a face that Unicode has for them; the others as they are: 𝐰, ℒ, 𝔼."""
    return "".join(letter_in(char, face) for char in text) if face in FACES else text


KINDS = {
    "LATIN CAPITAL LETTER ": "CAPITAL ", "LATIN SMALL LETTER ": "SMALL ", "DIGIT ": "DIGIT ",
    "GREEK CAPITAL LETTER ": "CAPITAL ", "GREEK SMALL LETTER ": "SMALL ",
}  # fmt: skip


def letter_in(char: str, face: str) -> str:
    """Returns a letter in a face; some stand apart in Unicode: ℒ is a SCRIPT CAPITAL L."""
    called = name(char, "")
    kind = next((kind for kind in KINDS if called.startswith(kind)), "")
    rest = KINDS.get(kind, "") + called.removeprefix(kind)
    words = [*FACES[face], "BLACK-LETTER"]
    candidates = [f"{before}{word} {rest}" for word in words for before in ("MATHEMATICAL ", "")]
    return next(filter(None, map(named, candidates)), char) if kind else char


def accented(text: str, marks: tuple[str, ...]) -> str:
    """Returns letters under accents; a bar goes over all letters of a word, another accent over its last one."""
    if not marks and text.isascii():
        return text
    over = "".join(MARKS[mark] for mark in marks)
    if len(text) > 1 and "bar" in marks:
        return "".join(f"{char}\u0305" for char in text)
    return normalize("NFC", text + over)


def named(text: str) -> str:
    try:
        return lookup(text)
    except KeyError:
        return ""


def face_of(char: str) -> tuple[str, str]:
    """Returns the letter behind a letter of mathematics and its face: `𝐰` is ("w", "bold"); ("w", "") for a w."""
    plain = normalize("NFKC", char)
    called = name(char, "")
    if plain == char or len(plain) != 1 or not plain.isalnum():
        return char, ""
    words = called.replace("BLACK-LETTER", "FRAKTUR")
    found = next((face for face, (word, *_) in reversed(FACES.items()) if word in words.split()), "")
    return (plain, found) if found else (char, "")
