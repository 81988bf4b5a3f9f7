"""Gates as JavaScript functions of the list `x` of their operands: `value(x)`, and `slopes(x, out)`."""

from __future__ import annotations

from collections.abc import Sequence

from cgviz.codegen.browser.notation import JAVASCRIPT
from cgviz.codegen.browser.rules import derivatives
from cgviz.ops.op import Op
from cgviz.text.formula import Formula

OUT = Formula("out")


class Gates:
    """The gates that stages name by their place; each is written once."""

    def __init__(self) -> None:
        self.places: dict[object, int] = {}
        self.sources: list[str] = []

    def place(self, op: Op, constants: Sequence[float | None]) -> int:
        """Returns the place of a gate whose operands are what changes, or a constant. Raises UnwrittenError."""
        key = op, tuple(constants)
        if key not in self.places:
            self.sources.append(gate(op, constants))
            self.places[key] = len(self.sources) - 1
        return self.places[key]

    @property
    def source(self) -> str:
        """The list of all gates as JavaScript."""
        return f"[\n{''.join(f'  {each},{chr(10)}' for each in self.sources)}]"


def gate(op: Op, constants: Sequence[float | None]) -> str:
    operands = tuple(Formula(f"x[{slot}]") if value is None else Formula(value) for slot, value in enumerate(constants))
    value = Formula(op=op, args=operands).write(JAVASCRIPT).text
    slopes = ", ".join(derivatives(op, operands, OUT))
    return f"{{ value: (x) => {value}, slopes: (x, out) => [{slopes}] }}"
