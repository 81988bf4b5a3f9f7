"""One PDF, a page per frame, all of it vectors."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from cgviz.drawing.diagram import Diagram
from cgviz.players.deck.formats import Each, Look
from cgviz.players.deck.frames import Frame
from cgviz.players.deck.sheet import sheet


def deck(drawing: Diagram, shown: Sequence[Frame], look: Look, each: Each) -> bytes:
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
