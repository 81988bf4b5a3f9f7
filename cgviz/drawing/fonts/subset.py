"""A few letters of a face of the project's font, as WOFF: its faces hold plain outlines, no hints and no ligatures.

Source: the OpenType specification, chapters cmap, glyf, head, hmtx and loca; WOFF File Format 1.0, W3C.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from struct import pack, pack_into, unpack, unpack_from

from cgviz.drawing.fonts.metrics import Glyphs

KEPT = ("OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post")
NAMES_KEPT = (1, 2)  # family and style
MORE, WORDS, SCALED, TWO_SCALES, MATRIX = 0x20, 0x01, 0x08, 0x40, 0x80  # flags of a part of a composed glyph
MAGIC = 0xB1B0AFBA
Tables = dict[str, bytes]


def subset(font: Path, letters: Collection[int]) -> bytes:
    """Returns a font with the glyphs of these code points alone, those it has, as WOFF."""
    every = tables(font)
    glyphs = {letter: glyph for letter in sorted(letters) if (glyph := characters(font).get(letter))}
    old = [0, *sorted(closed(every, set(glyphs.values())))]
    new = {glyph: place for place, glyph in enumerate(old)}
    made = {tag: every[tag] for tag in KEPT}
    made["glyf"], made["loca"] = outlines(every, old, new)
    made["cmap"] = written_characters({letter: new[glyph] for letter, glyph in glyphs.items()})
    made["hmtx"] = b"".join(every["hmtx"][4 * glyph : 4 * glyph + 4] for glyph in old)
    made["hhea"] = every["hhea"][:34] + pack(">H", len(old))
    made["maxp"] = every["maxp"][:4] + pack(">H", len(old)) + every["maxp"][6:]
    made["head"] = every["head"][:8] + bytes(4) + every["head"][12:50] + pack(">h", 1) + every["head"][52:]
    made["name"] = names(every["name"])
    return woff(made)


@cache
def tables(font: Path) -> Tables:
    """Returns the tables of a font by their tags."""
    data = font.read_bytes()
    rows = (unpack_from(">4sLLL", data, 12 + 16 * at) for at in range(unpack_from(">H", data, 4)[0]))
    return {tag.decode(): data[start : start + length] for tag, _, start, length in rows}


@cache
def characters(font: Path) -> Glyphs:
    """Returns the glyph of every code point."""
    return Glyphs(tables(font)["cmap"], 0)


def outline(every: Tables, glyph: int) -> bytes:
    """Returns the outline of a glyph; no bytes where it has none."""
    is_long = unpack_from(">h", every["head"], 50)[0]
    start, end = unpack_from(">2L" if is_long else ">2H", every["loca"], glyph * (4 if is_long else 2))
    return every["glyf"][start:end] if is_long else every["glyf"][2 * start : 2 * end]


def parts(data: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Yields the glyphs of which an outline is composed, each with the place where its number stands."""
    if not data or unpack_from(">h", data)[0] >= 0:
        return
    at, flags = 10, MORE
    while flags & MORE:
        flags, glyph = unpack_from(">HH", data, at)
        yield at + 2, glyph
        scales = 2 if flags & SCALED else 4 if flags & TWO_SCALES else 8 if flags & MATRIX else 0
        at += (8 if flags & WORDS else 6) + scales


def closed(every: Tables, glyphs: set[int]) -> set[int]:
    """Returns the glyphs and all of which they are composed."""
    found, new = set(glyphs), glyphs
    while new:
        new = {part for glyph in new for _, part in parts(outline(every, glyph))} - found
        found |= new
    return found


def outlines(every: Tables, old: Sequence[int], new: Mapping[int, int]) -> tuple[bytes, bytes]:
    """Returns the outlines of glyphs under their new numbers, and where each begins; what stands for none is empty."""
    found, starts = [b""], [0]
    for glyph in old[1:]:
        data = bytearray(outline(every, glyph))
        for place, part in parts(data):
            pack_into(">H", data, place, new[part])
        found.append(bytes(data) + bytes(-len(data) % 4))
        starts.append(starts[-1] + len(found[-2]))
    starts.append(starts[-1] + len(found[-1]))
    return b"".join(found), pack(f">{len(starts)}L", *starts)


def written_characters(glyphs: Mapping[int, int]) -> bytes:
    """Returns the table of the glyphs of code points: those up to U+FFFF (format 4), and all where some lie beyond."""
    plain = basic({code: glyph for code, glyph in glyphs.items() if code <= 0xFFFF})
    if len(glyphs) == sum(code <= 0xFFFF for code in glyphs):
        return pack(">HHHHL", 0, 1, 3, 1, 12) + plain
    groups = b"".join(pack(">3L", code, code, glyph) for code, glyph in glyphs.items())
    every = pack(">HHLLL", 12, 0, 16 + len(groups), 0, len(glyphs)) + groups
    return pack(">HHHHLHHL", 0, 2, 3, 1, 20, 3, 10, 20 + len(plain)) + plain + every


def basic(glyphs: Mapping[int, int]) -> bytes:
    """Returns a subtable of format 4, a segment for each code point."""
    codes = [*glyphs, 0xFFFF]
    deltas = [(glyphs.get(code, 0) - code) % 0x10000 for code in codes[:-1]] + [1]
    count = len(codes)
    power = count.bit_length() - 1
    search = pack(">4H", 2 * count, 2 << power, power, 2 * count - (2 << power))
    columns = pack(f">{count}HH{count}H{count}H", *codes, 0, *codes, *deltas) + bytes(2 * count)
    return pack(">HHH", 4, 14 + len(columns), 0) + search + columns


def names(table: bytes) -> bytes:
    """Returns the table of names, family and style alone."""
    count, start = unpack_from(">HH", table, 2)
    records = [unpack_from(">6H", table, 6 + 12 * at) for at in range(count)]
    kept = [record for record in records if record[3] in NAMES_KEPT]
    text, made = b"", b""
    for *which, length, offset in kept:
        made += pack(">6H", *which, length, len(text))
        text += table[start + offset : start + offset + length]
    return pack(">HHH", 0, len(kept), 6 + len(made)) + made + text


def woff(made: Tables) -> bytes:
    """Returns tables as a file, each compressed where that makes it shorter."""
    sums = {tag: checksum(data) for tag, data in made.items()}
    directory, place = pack(">LHHHH", 0x10000, len(made), 128, 3, 16 * len(made) - 128), 12 + 16 * len(made)
    for tag, data in made.items():
        directory += pack(">4sLLL", tag.encode(), sums[tag], place, len(data))
        place += len(data) + -len(data) % 4
    whole = (MAGIC - checksum(directory) - sum(sums.values())) % 2**32
    made["head"] = made["head"][:8] + pack(">L", whole) + made["head"][12:]
    rows, body, start = b"", b"", 44 + 20 * len(made)
    for tag, data in made.items():
        packed = min(data, zlib.compress(data, 9), key=len)  # of one length it counts as not compressed
        rows += pack(">4sLLLL", tag.encode(), start + len(body), len(packed), len(data), sums[tag])
        body += packed + bytes(-len(packed) % 4)
    total = start + len(body)
    header = pack(">4sLLHHLHHLLLLL", b"wOFF", 0x10000, total, len(made), 0, place, 1, 0, 0, 0, 0, 0, 0)
    return header + rows + body


def checksum(data: bytes) -> int:
    data += bytes(-len(data) % 4)
    found: int = sum(unpack(f">{len(data) // 4}L", data)) % 2**32
    return found
