"""Colours: every text can be read on every fill, and values and gradients are told apart by lightness, not hue alone.

Sources: WCAG 2.1, contrast ratio (1.4.3); CIE L*a*b*; G. Machado et al., A physiologically-based model for simulation
of color vision deficiency (2009), the matrix of full deuteranopia.
"""

from __future__ import annotations

import pytest

from cgviz.drawing.theme import THEMES, Theme

TEXTS = ("ink", "soft", "muted", "value", "gradient", "tangent", "local", "pale", "flag")
FILLS = ("background", "stage_fill", "input_fill", "output_fill", "data_fill")
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
Light = tuple[float, float, float]


def linear(colour: str) -> Light:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def luminance(light: Light) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def lightness(light: Light) -> float:
    y = luminance(light)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def seen_by_deuteranopes(light: Light) -> Light:
    rows = (sum(m * part for m, part in zip(row, light, strict=True)) for row in DEUTERANOPIA)
    red, green, blue = (min(max(each, 0.0), 1.0) for each in rows)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(linear(one)), luminance(linear(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_every_fill(theme: Theme) -> None:
    found = {(t, f): contrast(getattr(theme, t), getattr(theme, f)) for t in TEXTS for f in FILLS}
    assert {key: round(ratio, 2) for key, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_values_and_gradients_differ_in_lightness(theme: Theme) -> None:
    value, gradient = linear(theme.value), linear(theme.gradient)
    assert abs(lightness(value) - lightness(gradient)) >= 15  # in grey print
    assert abs(lightness(seen_by_deuteranopes(value)) - lightness(seen_by_deuteranopes(gradient))) >= 15
