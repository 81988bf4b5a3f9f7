"""Animated GIF and PNG: the frames as pixels, in one palette, in a loop."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from cgviz.passes import Run
from cgviz.views.deck.formats import Each, Look
from cgviz.views.deck.frames import Frame
from cgviz.views.deck.sheet import Sheet, sheet
from cgviz.views.deck.timing import durations

if TYPE_CHECKING:
    from PIL.Image import Image

SCALE = 0.75  # 540 pixels high
COLOURS, SAMPLES = 128, 6


def gif(run: Run, shown: Sequence[Frame], look: Look, each: Each) -> bytes:
    """Returns the deck as an animated GIF."""
    return saved(run, shown, look, each, "GIF", disposal=1)


def apng(run: Run, shown: Sequence[Frame], look: Look, each: Each) -> bytes:
    """Returns the deck as an animated PNG."""
    return saved(run, shown, look, each, "PNG")


def saved(run: Run, shown: Sequence[Frame], look: Look, each: Each, format: str, **options: int) -> bytes:
    layout = sheet(run, shown, look)
    pixels = [rastered(layout, at) for at, _ in enumerate(each(shown))]
    first, *rest = in_one_palette(pixels)
    times = [round(1000 * seconds) for seconds in durations(shown, look.seconds)]
    file = BytesIO()
    first.save(file, format, save_all=True, append_images=rest, duration=times, loop=0, **options)
    return file.getvalue()


def rastered(layout: Sheet, at: int) -> Image:
    """Returns the pixels of a frame, on the theme's background where it has none of its own."""
    from PIL import Image

    drawn = Image.open(BytesIO(layout.page_of(at, "png", SCALE))).convert("RGBA")
    behind = Image.new("RGBA", drawn.size, layout.theme.background)
    return Image.alpha_composite(behind, drawn).convert("RGB")


def in_one_palette(frames: Sequence[Image]) -> list[Image]:
    """Returns the frames in colours that are the same in all of them, so that only what changes is stored."""
    from PIL import Image

    samples = [frames[len(frames) * i // SAMPLES] for i in range(min(SAMPLES, len(frames)))] + [frames[-1]]
    width, height = frames[0].size
    strip = Image.new("RGB", (width, height * len(samples)))
    for at, sample in enumerate(samples):
        strip.paste(sample, (0, at * height))
    palette = strip.quantize(COLOURS, Image.Quantize.MEDIANCUT)
    return [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
