"""What LaTeX's macros mean, as tables: letters, functions, operators, and what is refused and why."""

from __future__ import annotations

from cgviz.reading.tokens import NO_DERIVATIVE
from cgviz.text import letters

GREEK = {letter: letter for letter in letters.GREEK if letter not in ("partial", "nabla")}

# letters that are functions where a bracket follows; every other letter before a bracket is a factor
APPLIED = {"sigma": "sigmoid", "σ": "sigmoid", "Gamma": "gamma", "Γ": "gamma", "psi": "digamma", "ψ": "digamma"}
FUNCTION_LETTERS = frozenset("fgh")

FUNCTIONS = {
    name: name for name in "sin cos tan sec csc cot sinh cosh tanh coth exp log ln max min det arg gcd deg".split()
} | {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "lg": "log10", "sgn": "sign"}

OPERATORS = {
    "cdot": "·", "times": "×", "ast": "*", "bullet": "·", "odot": "⊙", "circ": "⊙",
    "div": "/", "slash": "/",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=",
    "lt": "<", "gt": ">", "ne": "!=", "neq": "!=",
    "coloneqq": "=", "triangleq": "=", "equiv": "=", "gets": "=", "leftarrow": "=",
    "longleftarrow": "=", "doteq": "=", "Coloneqq": "=", "eqdef": "=", "coloneq": "=",
}  # fmt: skip

OPEN = {
    "(": "(",
    "[": "[",
    "{": "{",
    "\\{": "\\{",
    "\\lbrace": "\\{",
    "\\lbrack": "[",
    "\\lvert": "|",
    "\\lVert": "‖",
    "\\langle": "⟨",
    "⟨": "⟨",
}
CLOSE = {
    ")": "(",
    "]": "[",
    "}": "{",
    "\\}": "\\{",
    "\\rbrace": "\\{",
    "\\rbrack": "[",
    "\\rvert": "|",
    "\\rVert": "‖",
    "\\rangle": "⟨",
    "⟩": "⟨",
}
BARS = {"|": "|", "\\vert": "|", "\\|": "‖", "\\Vert": "‖", "‖": "‖"}
SIZES = frozenset(size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))

ROWS = frozenset({"\\", "cr", "newline", "par"})
GAPS = frozenset({"quad", "qquad"})
BLANKS = frozenset(
    ", : ; ! > / displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag hfill "
    "middle allowbreak thinspace medspace thickspace relax noindent bigl bigr mathstrut strut".split()
) | {" ", "\n", "\t", "\r"}
NOTES = frozenset({"label", "tag", "vspace", "mspace", "phantom", "vphantom", "hphantom", "eqref", "color", "footnote"})
WIDE = frozenset({"hspace", "hskip"})  # which part one formula from the next
DRESS = frozenset({"underbrace", "overbrace", "boxed", "fbox", "ensuremath", "mathop", "mathrel", "mathbin", "mathord",
                   "mathinner", "substack", "smash", "underset", "overset", "stackrel", "textcolor",
                   "colorbox"})  # fmt: skip

WORDS = frozenset(
    "mathrm text textrm mathit textit mathbf textbf mathsf textsf mathtt texttt boldsymbol bm mathcal mathnormal "
    "mathbb mathfrak mathscr mbox pmb".split()
)
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "overrightarrow": "vec", "breve": "breve", "acute": "acute", "grave": "grave", "mathring": "ring",
    "vec": "vec", "dot": "dot", "ddot": "ddot", "check": "check", "underline": "low",
}  # fmt: skip
TRANSPOSES = frozenset({"top", "intercal", "⊤", "⊺", "ᵀ"})
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})

LAYOUTS = frozenset(
    "equation align aligned alignat alignedat gather gathered split eqnarray displaymath math multline flalign "
    "subequations IEEEeqnarray".split()
)
MATRICES = frozenset("matrix bmatrix pmatrix Bmatrix smallmatrix array vmatrix".split())
CASES = frozenset({"cases", "dcases", "rcases"})
AND = frozenset({"where", "with", "and", "let", "given"})
IF = frozenset({"if", "for", "when", "where"})
OTHERWISE = frozenset({"otherwise", "else", "elsewhere", "or else"})

NO_ARROW = "an arrow is not part of an expression"
NO_SET = "sets and conditions beside a formula are not read"
NO_DOTS = "dots leave terms to the reader's guess; write them out"
NO_MEAN = "an expected value is a mean over a distribution; write the mean of samples, \\frac{1}{n}\\sum_{i=1}^{n}"
STRUCK = "what is struck out is left out by you: write the rest"
NO_ARGMAX = "argmax is a place, piecewise constant and without a derivative; the value is \\max_k"
NO_ARGMIN = NO_ARGMAX.replace("max", "min")
REFUSED = {
    "int": "integrals are not supported", "iint": "integrals are not supported", "oint": "integrals are not supported",
    "lim": "limits are not supported", "partial": NO_DERIVATIVE, "nabla": NO_DERIVATIVE, "prime": NO_DERIVATIVE,
    "infty": "infinity is not a number to compute with", "pm": "it stands for two values; write + or -",
    "mp": "it stands for two values; write + or -", "to": NO_ARROW, "rightarrow": NO_ARROW, "Rightarrow": NO_ARROW,
    "implies": NO_ARROW, "iff": NO_ARROW, "mapsto": NO_ARROW, "longrightarrow": NO_ARROW, "in": NO_SET,
    "forall": NO_SET, "subset": NO_SET, "approx": "use '='", "sim": "use '='", "propto": "use '='", "exists": NO_SET,
    "otimes": "the outer product is x y^\\top", "oplus": "write the function that it stands for",
    "ldots": NO_DOTS, "dots": NO_DOTS, "cdots": NO_DOTS, "vdots": NO_DOTS, "dotsc": NO_DOTS, "ddots": NO_DOTS,
    "lfloor": "floor has no useful derivative", "lceil": "ceil has no useful derivative",
    "over": "write \\frac{..}{..}", "binom": "write the factorials out", "choose": "write the factorials out",
    "star": "of numbers it is \\cdot, by elements \\odot; correlations are not read",
    "cancel": STRUCK, "bcancel": STRUCK, "xcancel": STRUCK, "sout": STRUCK,
    "bmod": "remainders are not supported", "argmax": NO_ARGMAX, "argmin": NO_ARGMIN,
    "mid": "conditions are not read here",
    "sup": "write \\max", "inf": "write \\min", "cup": NO_SET, "cap": NO_SET, "wedge": NO_SET, "vee": NO_SET,
}  # fmt: skip
