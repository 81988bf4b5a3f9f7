"""PROGRAM on the command line becomes a program's text: text itself, a sample, a file or standard input."""

from __future__ import annotations

from typing import NamedTuple

from cgviz.cli import streams
from cgviz.errors import UsageError
from cgviz.text.files import called, read_file

FILE_ENDINGS = (".cg", ".tex", ".txt")
LONGEST = 16 * 2**20


class ProgramSource(NamedTuple):
    """A program's text, and whether it is LaTeX; None leaves that to its backslashes."""

    text: str
    latex: bool | None


def source(program: str | None, file: str | None = None, latex: bool = False) -> ProgramSource:
    """Returns what PROGRAM or `--file` stands for. Raises UsageError for what is not there, or is no text."""
    if file is not None or program is None:
        return from_file(file or "", latex)
    if program == "-":
        return ProgramSource(decoded(streams.read_bytes(LONGEST + 1), "standard input"), latex or None)
    if program.startswith("@"):
        from cgviz.reading.shipped import sample

        return ProgramSource(sample(program[1:]).text, latex or None)
    if is_path(program):
        return from_file(program, latex)
    return ProgramSource(argument(program), latex or None)


def is_path(program: str) -> bool:
    """Tells whether PROGRAM names a file, and is no text."""
    return program.lower().endswith(FILE_ENDINGS) and "\n" not in program and program[0] not in "@-"


def from_file(path: str, latex: bool = False) -> ProgramSource:
    """Returns the program in a file. Raises UsageError."""
    is_latex = latex or path.lower().endswith(".tex")
    return ProgramSource(decoded(read_file(path, LONGEST), called(path)), is_latex or None)


def decoded(content: bytes, name: str, most: int = LONGEST, no: str = "that is no program") -> str:
    """Returns UTF-8 bytes as text, its lines ended by newlines alone. Raises UsageError for what is no text."""
    if len(content) > most:
        raise UsageError(f"{name} is longer than {most // 2**20} MiB; {no}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{name} is UTF-16; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte 0x{content[error.start]:02x} at offset {error.start}"
        raise UsageError(f"{name} is not UTF-8 text ({where})") from None
    return plain(text, name)


def argument(text: str) -> str:
    """Returns a program given as an argument. Raises UsageError where its bytes are not UTF-8."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise UsageError("the program is not UTF-8 text")
    return plain(text.removeprefix("\ufeff"), "the program")


def plain(text: str, name: str) -> str:
    if "\0" in text:
        raise UsageError(f"{name} holds a NUL byte; that is no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
