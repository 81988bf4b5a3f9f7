"""The local derivatives of a gate in JavaScript, from its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cgviz.codegen.browser.notation import JAVASCRIPT, UnwrittenError, filled
from cgviz.ops.op import Op
from cgviz.text.formula import Formula

MOST_OPERANDS = 500


def derivatives(op: Op, args: Sequence[Formula], out: Formula) -> Iterator[str]:
    """Yields the local derivative in each operand: stable where the record has such a form, else as taught."""
    templates = stable(op, len(args))
    if len(args) > MOST_OPERANDS and op.slopes is None:
        raise UnwrittenError(f"{op.name} of {len(args)} operands would be too long in JavaScript")
    if all(templates):
        taught: tuple[object, ...] = (None,) * len(args)
    else:
        taught = (op.careful or op.partials)(out, *args)
    written = [arg.write(JAVASCRIPT) for arg in args]
    for template, rule in zip(templates, taught, strict=True):
        if template:
            yield filled(template, written, out=out.leaf)
        else:
            yield "null" if rule is None else formula(rule).write(JAVASCRIPT).text


def stable(op: Op, count: int) -> list[str]:
    """Returns the record's templates for its local derivatives, "" where there is none."""
    return [*op.javascript[1:], *[""] * count][:count]


def formula(rule: object) -> Formula:
    return rule if isinstance(rule, Formula) else Formula(rule)
