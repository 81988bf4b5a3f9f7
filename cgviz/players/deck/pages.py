"""Decks that are drawn page by page: one PDF, a folder of frames, an animated GIF or PNG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from cgviz.drawing.diagram import Diagram
from cgviz.players.deck.film import film
from cgviz.players.deck.formats import DeckLook, Each
from cgviz.players.deck.frames import DeckFrame, durations
from cgviz.players.deck.sheet import DeckSheet, sheet

if TYPE_CHECKING:
    from PIL.Image import Image

Pages = Iterator[tuple[str, bytes]]
COLOURS, APART, SAMPLES = 256, 8, 6


def svg(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> Pages:
    """Yields the frames as SVG, cut from one drawing."""
    whole = film(sheet(drawing, shown, look))
    for at, frame in enumerate(each(shown)):
        yield name(frame, shown, "svg"), whole.frame(at).encode()


def pdf(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> Pages:
    """Yields the frames as PDF, a page each."""
    return drawn(drawing, shown, look, each, "pdf")


def png(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> Pages:
    """Yields the frames as PNG, 1080 pixels high."""
    return drawn(drawing, shown, look, each, "png", 1.5)


def drawn(
    drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each, format: str, scale: float = 1.0
) -> Pages:
    layout = sheet(drawing, shown, look)
    for at, frame in enumerate(each(shown)):
        yield name(frame, shown, format), layout.page_of(at, format, scale)


def name(frame: DeckFrame, shown: Sequence[DeckFrame], format: str) -> str:
    """Returns the name of a frame's file; all have as many digits as the last."""
    digits = max(2, len(str(shown[-1].number)))
    return f"frame-{frame.number:0{digits}}.{format}"


def book(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> bytes:
    """Returns the PDF. Same run, same bytes."""
    from pypdf import PdfReader, PdfWriter

    layout, writer = sheet(drawing, shown, look), PdfWriter()
    writer.metadata = None  # they come last: some readers choke on a long title at the beginning of a file
    for at, _ in enumerate(each(shown)):
        writer.append(PdfReader(BytesIO(layout.page_of(at, "pdf"))), outline_item=shown[at].title)
    writer.metadata = {"/Title": layout.words.title, "/Producer": "cgviz"}
    writer.compress_identical_objects()
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def gif(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> bytes:
    """Returns the deck as an animated GIF."""
    return saved(drawing, shown, look, each, "GIF", disposal=1)


def apng(drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each) -> bytes:
    """Returns the deck as an animated PNG."""
    return saved(drawing, shown, look, each, "PNG")


def saved(
    drawing: Diagram, shown: Sequence[DeckFrame], look: DeckLook, each: Each, format: str, **options: int
) -> bytes:
    layout = sheet(drawing, shown, look)
    pixels = [rastered(layout, at) for at, _ in enumerate(each(shown))]
    first, *rest = in_one_palette(pixels)
    times = [round(1000 * seconds) for seconds in durations(shown, look.seconds)]
    file = BytesIO()
    first.save(file, format, save_all=True, append_images=rest, duration=times, loop=0, **options)
    return file.getvalue()


def rastered(layout: DeckSheet, at: int) -> Image:
    """Returns the pixels of a frame, on the theme's background where it has none of its own."""
    from PIL import Image

    drawn = Image.open(BytesIO(layout.page_of(at, "png"))).convert("RGBA")
    behind = Image.new("RGBA", drawn.size, layout.theme.background)
    return Image.alpha_composite(behind, drawn).convert("RGB")


def in_one_palette(frames: Sequence[Image]) -> list[Image]:
    """Returns the frames in colours that are the same in all of them, so that only what changes is stored."""
    from PIL import Image

    palette = palette_of([frames[len(frames) * i // SAMPLES] for i in range(min(SAMPLES, len(frames)))] + [frames[-1]])
    return [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]


def palette_of(samples: Sequence[Image]) -> Image:
    """Returns an image with a palette for the samples: their most frequent colours that can be told apart.

    Pillow looks colours up with six bits, so those that are closer would take each other's place.
    """
    import numpy as np
    from PIL import Image

    counts: Counter[tuple[int, ...]] = Counter()
    for sample in samples:
        for count, colour in sample.getcolors(sample.width * sample.height) or []:
            counts[colour if isinstance(colour, tuple) else ()] += count
    kept, count = np.full((COLOURS, 3), -APART), 0  # what is not there yet is far from every colour
    for colour in sorted(counts, key=lambda each: (-counts[each], each)):
        if np.abs(kept - colour).max(axis=1).min() >= APART:
            kept[count] = colour
            count += 1
            if count == COLOURS:
                break
    palette = Image.new("P", (1, 1))
    palette.putpalette(kept[:count].ravel().tolist())
    return palette
