r"""A document in LaTeX: a fragment that says which packages it needs, or a document that compiles as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from cgviz.documents.aligned import AlignedRow, Setter
from cgviz.documents.document import Block, Document, Drawn, Entry, Equations, Gap, Head, Prose, Table, Title
from cgviz.documents.document import words as words_of
from cgviz.documents.equations import Equation
from cgviz.documents.tex import TexHand, latex_spelling
from cgviz.documents.writing import Writing, typeset_spelling
from cgviz.drawing.theme import Theme
from cgviz.text.fold import Line, Span
from cgviz.text.letters import LOWERED, NAMES, RAISED
from cgviz.text.parsing import spelled
from cgviz.text.plain import RUN
from cgviz.text.runs import BOLD, END, ITALIC, MARKS, MATH, SUB, SUP
from cgviz.text.tex import latex as latex_of
from cgviz.text.typeset import letter, words

NEEDS = r"% made by cgviz; needs \usepackage{amsmath,amssymb,booktabs,graphicx,xcolor}"
FIT = r"""\providecommand{\cgvizfit}[1]{\sbox0{#1}\ifdim\wd0>\linewidth\ifdefined\resizebox
  \resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi\else\usebox0\fi}% no wider than the column"""
DOCUMENT = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=20mm]{geometry}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb,booktabs,graphicx,xcolor}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}
\begin{document}
"""
ROLES = {"value": "value", "gradient": "gradient", "local": "gradient", "flag": "flag", "muted": "muted"}
LONG = 40
MOST_LINES = 40
ROOM, ROOM_ALONE = 50.0, 84.0


def writing(digits: int) -> Writing:
    return typeset_spelling(digits)._replace(hand=TexHand, display=latex_spelling(digits))


def printed(document: Document, theme: Theme, standalone: bool = False) -> str:
    """Returns the fragment; `standalone`, a whole document."""
    blocks = [line for block in document.blocks for line in written(block, ROOM_ALONE if standalone else ROOM)]
    body = "\n".join([NEEDS, FIT, *colours(theme), r"\begingroup\raggedright", *blocks, r"\par\endgroup", ""])
    return f"{DOCUMENT}{body}\\end{{document}}\n" if standalone else body


def colours(theme: Theme) -> list[str]:
    """Returns the colours by their meanings."""
    meanings = {"value": theme.value, "gradient": theme.gradient, "muted": theme.soft, "flag": theme.flag}
    return [rf"\definecolor{{cgviz{name}}}{{HTML}}{{{colour[1:].upper()}}}" for name, colour in meanings.items()]


def written(block: Block, room: float) -> Iterator[str]:
    if isinstance(block, Gap):
        yield r"\par\smallskip"
    elif isinstance(block, Head):
        yield from head(block)
    elif isinstance(block, Title):
        number = rf"{block.number}\quad " if block.number else ""
        yield rf"\par\medskip\noindent\textbf{{{number}{line(block.pieces)}}}\par\nopagebreak"
    elif isinstance(block, Prose):
        if block.is_math and block.pieces[0][0].startswith(MATH):
            yield displayed([words_of(block.pieces)[1:-1]])
            return
        item = rf"\hangindent=1.2em\makebox[1.2em][l]{{{tex(block.lead.strip())}}}" if block.lead.strip() else ""
        yield rf"\noindent {item}{line(block.pieces)}\par"
    elif isinstance(block, Entry):
        for i, pieces in enumerate(block.lines):
            word = rf"\textcolor{{cgvizmuted}}{{{tex(block.word)}}}" if i == 0 else ""
            yield rf"\noindent\hangindent=6em\makebox[6em][l]{{{word}}}{line(pieces)}\par"
    elif isinstance(block, Table):
        yield from table(block)
    elif isinstance(block, Equations):
        yield from displays(block.lines, room)
    elif isinstance(block, Drawn):
        yield from table(block.table()) if block.table else [rf"\noindent {tex(block.words)}\par"]


def head(block: Head) -> Iterator[str]:
    """Yields the function and where it stands, as displayed mathematics where it is LaTeX's."""
    *before, last = block.statements
    if last.startswith(MATH):
        where = rf" \qquad \text{{at }} {block.where[1:-1].removeprefix('at ')}" if block.where else ""
        yield displayed([*(each[1:-1] for each in before), last[1:-1] + where])
    else:
        yield from (rf"{tex(each)}\par" for each in (*block.statements, block.where) if each)
    if block.note:
        yield rf"\textcolor{{cgvizmuted}}{{{tex(block.note)}}}\par"


def displayed(formulas: Sequence[str]) -> str:
    """Returns displayed formulas; what holds a matrix is made no wider than its column."""
    formulas = [rf"\cgvizfit{{$\displaystyle {each}$}}" if r"\begin{" in each else each for each in formulas]
    made = "\\begin{gather*}\n  " + " \\\\\n  ".join(formulas) + "\n\\end{gather*}"
    return f"{{\\allowdisplaybreaks\n{made}}}" if len(formulas) > MOST_LINES else made


def displays(lines: Sequence[Equation], room: float) -> Iterator[str]:
    """Yields equations as displayed mathematics, the numbers of their stages at the side."""
    yield r"\begingroup\allowdisplaybreaks\setlength{\jot}{5pt}"
    for block in Setter(room, coloured, remark).blocks(lines):
        yield r"\begin{align*}"
        yield " \\\\\n".join(map(aligned, block))
        yield r"\end{align*}"
    yield r"\endgroup"


def remark(text: str, role: str) -> str:
    """Returns words that stand behind mathematics."""
    return rf"\text{{\footnotesize\color{{cgviz{role}}}{words(text).replace('--', '-{}-')}}}"


def aligned(each: AlignedRow) -> str:
    tag = rf" \tag{{{each.number}}}" if each.number else ""
    return f"  {each.symbol} &{each.rest}{tag}"


def table(block: Table) -> Iterator[str]:
    """Yields a table of booktabs, no wider than its column; one that is higher than a page in parts.

    Where the cells of the last column are long, they are folded.
    """
    kinds = ["r" if column.right else "l" for column in block.columns]
    if any(len(row[-1][0]) > LONG for row in block.rows):
        kinds[-1] = r"p{0.4\linewidth}"
    rows = [[cell(span) for span in row] for row in block.rows]
    end = r" \\ \addlinespace" if any(r"\begin" in text for row in rows for text in row) else r" \\"
    for part in parts(rows):
        yield rf"\par\noindent\cgvizfit{{\small\begin{{tabular}}{{@{{}}{''.join(kinds)}@{{}}}}"
        yield r"  \toprule"
        yield f"  {' & '.join(tex(column.heading) for column in block.columns)} \\\\"
        yield r"  \midrule"
        yield from (f"  {' & '.join(row)}{end}" for row in part)
        yield r"  \bottomrule"
        yield r"\end{tabular}}\par"
    if block.more:
        yield rf"\noindent {tex(block.more)}\par"


def parts(rows: Sequence[list[str]]) -> Iterator[Sequence[list[str]]]:
    """Yields the rows of a table, as many at a time as a page holds."""
    start, lines = 0, 0
    for at, row in enumerate(rows):
        height = max(text.count(r"\\") for text in row) + 1
        if at > start and lines + height > MOST_LINES:
            yield rows[start:at]
            start, lines = at, 0
        lines += height
    yield rows[start:]


def cell(span: Span) -> str:
    """Returns a cell, one of several lines as a table of its own."""
    if "\n" not in span[0]:
        return line([span])
    rows = r" \\ ".join(line([(text.rstrip(), span[1])]) for text in span[0].split("\n"))
    return rf"\begin{{tabular}}{{@{{}}r@{{}}}} {rows} \end{{tabular}}"


def line(pieces: Line | Sequence[Span]) -> str:
    return "".join(coloured(tex(text), role) for text, role in pieces if text)


def coloured(text: str, role: str) -> str:
    return rf"\textcolor{{cgviz{ROLES[role]}}}{{{text}}}" if role in ROLES else text


def tex(text: str) -> str:
    """Returns marked text: words as they are, letters in italics and scripts as mathematics."""
    before, opened, rest = text.partition(MATH)
    if opened:
        inside, _, after = rest.partition(END)
        return f"{tex(before)}${inside}${tex(after)}"
    marked = RUN.sub(remarked, text)
    made = "".join(words(piece) if piece else f"${inside}$" for inside, piece in mathematics(marked))
    alone = re.sub(r"(?<!\})\$\$\{\}", "", made)  # a script at a letter; behind another one it keeps its {}
    return alone.replace("$${}", "{}").replace("$$", " ")


def remarked(found: re.Match[str]) -> str:
    """Returns raised or lowered signs of Unicode as a script."""
    table, mark = (RAISED, SUP) if found[1] else (LOWERED, SUB)
    return f"{mark}{''.join(map(table.__getitem__, found[0]))}{END}"


OPENING = {ITALIC: "", BOLD: r"\mathbf{", SUB: "_{", SUP: "^{"}


def mathematics(text: str) -> Iterator[tuple[str, str]]:
    """Yields ("", words) and (mathematics, "") by turns."""
    open_marks: list[str] = []
    inside = ""
    for piece in MARKS.split(text):
        if piece in OPENING:
            inside += ("{}" if piece in (SUB, SUP) and not open_marks else "") + OPENING[piece]
            open_marks.append(piece)
        elif piece == END and open_marks:
            inside += "}" if OPENING[open_marks.pop()] else ""
            if not open_marks:
                yield inside, ""
                inside = ""
        elif open_marks:
            slanted = open_marks[-1] == ITALIC
            written = "".join(map(in_mathematics, CLUSTER.findall(normalize("NFD", piece))))
            inside += rf"\mathrm{{{written}}}" if not slanted and len(piece) > 1 and piece.isalpha() else written
        elif piece and piece != END:
            yield "", piece


CLUSTER = re.compile("[\\s\\S][\u0300-\u036f\u20d6\u20d7]*")


def in_mathematics(sign: str) -> str:
    """Returns a letter with its accents, or a sign, inside mathematics."""
    if sign in "()[],;:+=/<>*.'":
        return sign
    if sign[0].isalpha() or sign[0] in NAMES:
        return latex_of(spelled(sign))
    return {"−": "-", "·": r"\cdot "}.get(sign) or "".join(map(letter, sign)).replace("$", "")
