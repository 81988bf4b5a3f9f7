"""What Graphviz says on its error stream, as one line for the user: errors count, warnings do not."""

from __future__ import annotations

from cgviz.errors import RenderError


def failure(said: str, complete: bool) -> RenderError | None:
    """Returns the error to raise after a call of Graphviz that said `said`; None where the drawing is good."""
    errors = [line.removeprefix("Error: ").strip() for line in said.splitlines() if line.startswith("Error: ")]
    if complete and not errors:
        return None
    return RenderError(f"Graphviz cannot draw this: {errors[0] if errors else 'it gives no reason'}")
