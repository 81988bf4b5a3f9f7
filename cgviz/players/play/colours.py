"""The themes of pictures as themes of the screen."""

from __future__ import annotations

from textual.theme import Theme as Colours

from cgviz.drawing.theme import Theme


def colours(theme: Theme) -> Colours:
    """Returns a theme of cgviz as one of the screen."""
    return Colours(
        name=theme.name,
        primary=theme.input_line,
        secondary=theme.stage_line,
        warning=theme.flag,
        error=theme.gradient,
        success=theme.value,
        accent=theme.output_line,
        foreground=theme.ink,
        background=theme.background,
        surface=theme.background,
        panel=theme.input_fill,
        dark=theme.name == "dark",
    )
