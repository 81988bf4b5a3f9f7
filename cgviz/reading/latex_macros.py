"""What LaTeX's macros mean, as tables: letters, functions, operators, and what is refused and why."""

from __future__ import annotations

GREEK = {
    letter: letter
    for letter in (
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon "
        "phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar"
    ).split()
} | {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho", "varsigma": "sigma"}

# letters that are functions where a bracket follows; every other letter before a bracket is a factor
APPLIED = {"sigma": "sigmoid", "σ": "sigmoid", "Gamma": "gamma", "Γ": "gamma", "psi": "digamma", "ψ": "digamma"}
FUNCTION_LETTERS = frozenset("fgh")

FUNCTIONS = {
    name: name for name in "sin cos tan sec csc cot sinh cosh tanh coth exp log ln max min det arg gcd deg".split()
} | {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "lg": "log10", "sgn": "sign"}

OPERATORS = {
    "cdot": "*", "times": "*", "ast": "*", "bullet": "*", "div": "/", "slash": "/",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=",
    "lt": "<", "gt": ">", "ne": "!=", "neq": "!=",
    "coloneqq": "=", "triangleq": "=", "equiv": "=", "gets": "=", "leftarrow": "=",
}  # fmt: skip

OPEN = {"(": "(", "[": "[", "{": "{", "\\{": "\\{", "\\lbrace": "\\{", "\\lbrack": "[", "\\lvert": "|"}
CLOSE = {")": "(", "]": "[", "}": "{", "\\}": "\\{", "\\rbrace": "\\{", "\\rbrack": "[", "\\rvert": "|"}
BARS = frozenset({"|", "\\vert"})
SIZES = frozenset(size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))

ROWS = frozenset({"\\", "cr", "newline", "par"})
GAPS = frozenset({"quad", "qquad"})
BLANKS = frozenset(
    ", : ; ! > / displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag hfill "
    "middle allowbreak thinspace medspace thickspace relax noindent".split()
) | {" ", "\n", "\t", "\r"}
NOTES = frozenset({"label", "tag", "hspace", "vspace", "mspace", "phantom", "eqref"})

WORDS = frozenset(
    "mathrm text textrm mathit textit mathbf textbf mathsf textsf mathtt texttt boldsymbol bm mathcal mathnormal "
    "mathbb mathfrak mathscr mbox".split()
)
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "vec": "vec", "dot": "dot", "ddot": "ddot", "check": "check", "underline": "low",
}  # fmt: skip
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})

LAYOUTS = frozenset("equation align aligned alignat gather gathered split eqnarray displaymath math multline".split())
CASES = frozenset({"cases", "dcases"})
AND = frozenset({"where", "with", "and", "let", "given"})
IF = frozenset({"if", "for", "when", "where"})
OTHERWISE = frozenset({"otherwise", "else", "elsewhere", "or else"})

NO_SUM = "write the terms out"
NO_DERIVATIVE = "a derivative is what cgviz computes; give the function itself"
NO_ARROW = "an arrow is not part of an expression"
NO_SET = "sets and conditions beside a formula are not read"
NO_ARRAY = "arrays are not supported yet; give scalars"
NO_DOTS = "dots leave terms to the reader's guess; write them out"
REFUSED = {
    "sum": NO_SUM, "prod": NO_SUM, "int": "integrals are not supported", "lim": "limits are not supported",
    "partial": NO_DERIVATIVE, "nabla": NO_DERIVATIVE, "prime": NO_DERIVATIVE,
    "infty": "infinity is not a number to compute with", "pm": "it stands for two values; write + or -",
    "mp": "it stands for two values; write + or -", "to": NO_ARROW, "rightarrow": NO_ARROW, "Rightarrow": NO_ARROW,
    "implies": NO_ARROW, "iff": NO_ARROW, "mapsto": NO_ARROW, "longrightarrow": NO_ARROW, "in": NO_SET,
    "forall": NO_SET, "subset": NO_SET, "approx": "use '='", "sim": "use '='", "propto": "use '='",
    "lVert": NO_ARRAY, "rVert": NO_ARRAY, "Vert": NO_ARRAY, "|": NO_ARRAY, "top": NO_ARRAY, "odot": NO_ARRAY,
    "otimes": NO_ARRAY, "ldots": NO_DOTS, "dots": NO_DOTS, "cdots": NO_DOTS, "vdots": NO_DOTS,
    "lfloor": "floor has no useful derivative", "lceil": "ceil has no useful derivative",
    "over": "write \\frac{..}{..}", "circ": "write the functions one inside the other",
    "bmod": "remainders are not supported",
}  # fmt: skip
