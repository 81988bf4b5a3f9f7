"""Takes the date out of a PDF, so that the same picture is the same file, today and tomorrow, and gives it a title."""

from __future__ import annotations

import re

DATE = re.compile(rb"/CreationDate \(D:[^)]*\)")
ALWAYS = b"/CreationDate (D:20000101000000Z)"
OFFSET = re.compile(rb"\b(\d{10})(?= \d{5} n)|(?<=startxref\n)(\d+)")


def undated(pdf: bytes, title: str = "") -> bytes:
    """Returns the file with its date fixed and a title, and the table of the places of its objects (`xref`) put right.

    A date in local time is longer than one in UTC.
    """
    said = ALWAYS + (b"\n   /Title <FEFF%s>" % title.encode("utf-16-be", "replace").hex().encode() if title else b"")
    date, table = DATE.search(pdf), pdf.rfind(b"\nxref\n")
    if date is None or table < 0:
        return pdf
    longer = len(said) - (date.end() - date.start())

    def moved(offset: re.Match[bytes]) -> bytes:
        place = int(offset[0])
        return b"%0*d" % (len(offset[0]), place + longer * (place > date.start()))

    return pdf[: date.start()] + said + pdf[date.end() : table] + OFFSET.sub(moved, pdf[table:])
