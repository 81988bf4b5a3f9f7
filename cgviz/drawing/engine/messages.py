"""What Graphviz says on its error stream, as one line for the user: errors count, warnings do not."""

from __future__ import annotations

from cgviz.errors import RenderError, printable

LONGEST = 300


def failure(said: str, complete: bool) -> RenderError | None:
    """Returns the error to raise after a call of Graphviz that said `said`; None where the drawing is good."""
    errors = [line.removeprefix("Error: ").strip() for line in said.splitlines() if line.startswith("Error: ")]
    if complete and not errors:
        return None
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it gives no reason")
    return RenderError(f"Graphviz cannot draw this: {printable(errors[0] if errors else last)[:LONGEST]}")
