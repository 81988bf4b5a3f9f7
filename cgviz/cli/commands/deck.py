"""`cgviz deck`: the steps of a run as slides."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from cgviz.cli import options, streams
from cgviz.cli.figures import figured
from cgviz.cli.program import ProgramCommand, Request
from cgviz.cli.targets import check_unasked
from cgviz.errors import UsageError, printable
from cgviz.text.numbers import counted

if TYPE_CHECKING:
    from cgviz.players.deck import DeckFrame, DeckLook, Format

GRANULARITIES = ("edge", "stage", "pass")
ASPECTS = ("16:9", "4:3")
CAMERAS = ("auto", "whole", "follow")
DEFAULT = "deck.pdf"
TEXT = ("section", "html", "svg", "beamer")
FITTED = """The page of the slides: slide (1920x1080 px), screen, column (12 cm wide), page (16 x 24 cm), or a size such
as 24x18cm, or a width. PDF, SVG, PNG and GIF have its size, PowerPoint, HTML and Beamer its shape."""
HELP = """Make slides of a program, step by step: the forward pass stage by stage, the seed, the backward pass edge by
edge, over one layout in which nothing moves. The ending of FILE chooses the format.

\b
  cgviz deck @staged                           deck.pdf, a page per step
  cgviz deck @staged -o staged.html            reveal.js, one file, loads nothing
  cgviz deck @staged -o slide.html --format section
                                               a <section> for your own deck
  cgviz deck @staged -o staged.pptx            shapes that can be edited
  cgviz deck @staged -o staged.tex             Beamer with TikZ
  cgviz deck @staged -o staged.gif --seconds 1 also .png and .svg, they play
  cgviz deck @staged -o frames/ --format png   a numbered file per step
  cgviz deck @staged --granularity stage --from 10 --to 14
  cgviz deck lecture.md -o lecture.html        all programs of a text, its headings
                                               and paragraphs as slides between them;
                                               also .pdf and .pptx

Speaker notes say every step in whole sentences (reveal.js: the key S).
"""


@click.command(cls=ProgramCommand, help=HELP)
@options.output(
    "Write the deck to FILE (.pdf .html .pptx .tex .gif .png .svg), or its frames into a folder, which ends in /. - is "
    f"standard output.  [default: {DEFAULT}]"
)
@click.option(
    "--format",
    metavar="NAME",
    help="A file: pdf, html, section, pptx, beamer, gif, apng, svg. A folder: svg, pdf, png.",
)
@click.option(
    "--granularity",
    **options.one_of(GRANULARITIES, "edge"),
    help="A frame for each edge of the backward pass, for each stage, or for each pass.",
)
@click.option("--from", "first", type=click.IntRange(min=1), metavar="N", help="The first frame shown.")
@click.option("--to", "last", type=click.IntRange(min=1), metavar="N", help="The last frame shown.")
@click.option("--aspect", **options.one_of(ASPECTS, "16:9"), help="The shape of a slide.")
@click.option(
    "--camera",
    **options.one_of(CAMERAS, "auto"),
    help="whole: all of the diagram on every slide; follow: a camera looks at the row of what happens; auto: the whole "
    "where its texts are at least 14 points high on a slide of 960 x 540.",
)
@options.fit(FITTED, "  [default: 14pt on a slide 540 points high, 6pt in a column]")
@options.part()
@options.author()
@options.style()
@options.theme()
@options.direction()
@options.digits()
@options.background("filled", "What is behind the slides.")
@click.option("--include", metavar="PDF", default="", help="A Beamer file that shows the pages of this PDF, a deck.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.05, 60),
    metavar="S",
    default=1.5,
    show_default=True,
    help="How long a frame is seen where the deck plays by itself.",
)
def command(
    request: Request,
    output: str | None,
    format: str | None,
    granularity: str,
    first: int | None,
    last: int | None,
    **look: Any,
) -> None:
    from cgviz.players.deck import DeckLook, format_of, frames
    from cgviz.players.deck.frames import placed

    look["figure"] = figured(look)
    if (request.program or "").lower().endswith(".md"):
        return deliver_lecture(str(request.program), output, format, granularity, DeckLook(**look))
    path = output or DEFAULT
    if output is None:
        check_unasked(path)
    made = format_of("deck.pdf" if path == "-" else path, format)
    check_target(path, made)
    run = request.run()
    start, end = placed(run, granularity, first, last)
    forewarn(run, end - start + 1, made)
    shown = frames(run, granularity, first, last, digits=look["digits"])
    make(run, made, shown, DeckLook(**look), path)
    run.require_finite()


LECTURES = {".html": "html", ".htm": "html", ".pdf": "pdf", ".pptx": "pptx"}


def deliver_lecture(source: str, output: str | None, format: str | None, granularity: str, look: DeckLook) -> None:
    """Writes one deck of a lecture in Markdown: its headings and text, and every program step by step."""
    from cgviz.cli.progress import tracked
    from cgviz.cli.source import from_file
    from cgviz.places.weave.slides import lecture
    from cgviz.text.output import check

    path = output or f"{os.path.splitext(os.path.basename(source))[0]}.html"
    made_as = format or LECTURES.get(os.path.splitext(path)[1].lower(), "html" if path == "-" else "")
    if made_as not in LECTURES.values():
        raise UsageError(
            "a deck of a lecture in Markdown is HTML, PDF or PowerPoint: a FILE ends in .html, .pdf, .pptx"
        )
    if path != "-":
        check(path)
    made = lecture(from_file(source, False).text, made_as, look, granularity, tracked("drawing"), streams.note)
    streams.deliver(path, made)


LONG = 30  # seconds, from which it is said what a deck will take


def forewarn(run: Any, count: int, made: Format) -> None:
    """Says what a long deck will take, before the work."""
    if count * made.pace < LONG:
        return
    stages = len(run.graph.stages)
    minutes = counted(max(1, round(count * made.pace / 60)), "minute")
    streams.note(
        f"{count:,} frames of {stages:,} stages: about {minutes}; --granularity "
        "stage or pass makes fewer, --from and --to a part of them"
    )


def make(run: Any, made: Format, shown: tuple[DeckFrame, ...], look: DeckLook, path: str) -> None:
    """Draws the whole deck, then writes it: an interrupt on the way leaves nothing behind."""
    from cgviz.cli.progress import tracked
    from cgviz.players.deck import deck, drawn, folder, trouble

    drawing = drawn(run, look)
    if said := trouble(drawing, look):
        streams.note(said)
    slides = deck(drawing, made, shown, look, tracked("drawing"))
    frames = counted(len(shown), "frame")
    if isinstance(slides, bytes):
        return streams.deliver(path, slides, f", {frames}")
    earlier = folder.write(path, dict(slides))
    replaced = f"; replaced {earlier} of an earlier deck" if earlier else ""
    streams.note(f"wrote {frames} to {printable(path)}{replaced}")


def check_target(path: str, made: Format) -> None:
    """Raises CgvizError where the deck cannot go: before any work."""
    from cgviz.players.deck import folder
    from cgviz.text.output import check

    if made.folder:
        folder.check(path)
    elif path != "-":
        check(path)
    elif made.name not in TEXT and streams.is_terminal():
        raise UsageError(f"a {made.name} is no text for a terminal; send it to a file: -o deck{made.endings[0]}")
