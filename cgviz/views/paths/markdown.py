"""The paths in Markdown. What the user wrote stands in code spans, so that none of it is markup."""

from __future__ import annotations

from cgviz.analysis.paths import Path
from cgviz.views.paths.report import Report
from cgviz.views.paths.wording import Wording
from cgviz.views.table.markdown import code, head, line, prose
from cgviz.views.table.spelling import unicode_spelling

HEADINGS = ("#", "path", "local derivatives", "in numbers", "product")
RULES = ("--:", ":--", ":--", ":--", "--:")


def paths(report: Report, digits: int) -> str:
    """Returns head, the listed paths as a table, their sum, and the table of work."""
    spelling = unicode_spelling(digits)
    says = Wording(report, spelling)
    lines = [*head(report.run, spelling), "", prose(says.heading())]
    if not report.listed:
        return "\n".join([*lines, ""])
    kept = 3 if report.run.symbolic else 5
    body = [row(says, place, path) for place, path in enumerate(report.listed, 1)]
    lines += ["", *(line(cells[:kept]) for cells in (HEADINGS, RULES, *body)), "", *sums(says)]
    heads, rows = says.visits()
    lines += ["", code(says.factored()), "", prose(says.why()), ""]
    lines += [line(("edges visited", *map(prose, heads))), line((":--", *["--:"] * len(heads)))]
    return "\n".join([*lines, *(line((name, *cells)) for name, cells in rows), ""])


def row(says: Wording, place: int, path: Path) -> tuple[str, ...]:
    formula, numbers = code(says.formula(path)), "" if path.product is None else code(says.numbers(path))
    return str(place), code(says.chain(path)), formula, numbers, says.spelling.number(path.product)


def sums(says: Wording) -> list[str]:
    """Returns the sum of the listed paths, and what is left out."""
    rest = says.rest()
    if says.report.run.symbolic:
        return [prose(rest) if rest else code(f"{says.slope} is their sum")]
    told = [f"sum: {code(says.summed() if rest else f'{says.summed()} {says.verdict()}')}"]
    every = says.spelling.number(says.report.gradient)
    return [*told, *(["", prose(rest), "", f"all sum to {code(f'{every} = {says.slope}')}"] if rest else [])]
