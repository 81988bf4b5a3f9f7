"""What cgviz writes of its own accord says so, in a comment of its format, so that it may be replaced unasked."""

from __future__ import annotations

import re
from struct import pack
from zlib import crc32

NAME = b"cgviz"
MADE = re.compile(rb"made by cgviz\b|tEXtSoftware\0cgviz|/Producer \(cgviz\)|name=\"generator\" content=\"cgviz\"")
LARGEST = 2**26
PNG_HEADER = 33  # the signature of a PNG and its first chunk, IHDR


def is_foreign(path: str) -> bool:
    """Tells whether a file is there that cgviz did not write."""
    try:
        with open(path, "rb") as stream:
            return MADE.search(stream.read(LARGEST)) is None
    except FileNotFoundError:
        return False
    except OSError:
        return True


def signed(content: bytes) -> bytes:
    """Returns a file of any format of `cgviz render` and `cgviz worksheet` with the name of its maker in a comment."""
    if MADE.search(content):
        return content
    if content.startswith(b"\x89PNG"):
        chunk = b"tEXtSoftware\0" + NAME
        return (
            content[:PNG_HEADER] + pack(">I", len(chunk) - 4) + chunk + pack(">I", crc32(chunk)) + content[PNG_HEADER:]
        )
    if content.startswith(b"%PDF"):
        return content.rstrip(b"\n") + b"\n% made by cgviz\n"
    first, newline, rest = content.partition(b"\n")
    if content.startswith(b"<"):
        return first + newline + b"<!-- made by cgviz -->\n" + rest
    if content.startswith(b"# "):
        return content + b"\n<!-- made by cgviz -->\n"
    if content.startswith(b"digraph"):
        return content + b"// made by cgviz\n"
    return first + newline + b"%% made by cgviz\n" + rest if content.startswith(b"flowchart") else content
