"""What a file is, told by its first bytes and never by its name, and whether an X12 or BAI2 file is whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pm_pipeline.x12.envelope import BLANK, ISA_LENGTH, looks_like_x12, open_envelope
from pm_pipeline.x12.source import OnDisk

Kind = Literal["x12", "feed", "bank", "unknown"]
HEAD_BYTES = 8192
TAIL_BYTES = 1024

# code -> what to say
REASONS: dict[str, str] = {
    "COMPRESSED": "The file is compressed. Unpack it and send or drop what is inside.",
    "ZIP": "The file is a ZIP archive or an Office document. Unpack it, or export it as CSV, and drop that.",
    "OFFICE": "The file is an old Office document. Export it as CSV and drop that.",
    "PDF": "The file is a PDF for people. Ask the sender for the electronic file (an 835, say) instead.",
    "IMAGE": "The file is a picture. Ask the sender for the electronic file instead.",
    "PGP": "The file is encrypted with PGP. Decrypt it and drop what is inside, or ask for it without PGP over SFTP.",
    "HTML": "The file is a web or XML page, often the error message of a portal. Fetch it from there again.",
    "UTF16": "The file is UTF-16. Save it as plain text (CSV UTF-8), or ask the sender for single-byte text.",
    "EMPTY": "The file holds nothing but blanks. Ask the sender for it again.",
    "BINARY": "The file is neither X12 nor text. Ask the sender what it is.",
    "NOT_X12": "The file does not begin with an ISA segment and is no CSV with a header line or BAI2 file. Ask what it is.",
}
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "COMPRESSED"),  # gzip
    (b"7z\xbc\xaf\x27\x1c", "COMPRESSED"),
    (b"BZh", "COMPRESSED"),
    (b"\xfd7zXZ", "COMPRESSED"),
    (b"\x28\xb5\x2f\xfd", "COMPRESSED"),  # zstd
    (b"Rar!", "COMPRESSED"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),  # an empty one
    (b"\xd0\xcf\x11\xe0", "OFFICE"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "IMAGE"),
    (b"\xff\xd8\xff", "IMAGE"),  # JPEG
    (b"GIF8", "IMAGE"),
    (b"II*\x00", "IMAGE"),  # TIFF
    (b"MM\x00*", "IMAGE"),
    (b"-----BEGIN PGP", "PGP"),
    (b"\xff\xfe", "UTF16"),
    (b"\xfe\xff", "UTF16"),
)
MARKUP = re.compile(rb"<(!doctype|html|head|body|\?xml|[a-z]+[ >])", re.IGNORECASE)
BANK = re.compile(rb"01,[^,/\r\n]*,[^,/\r\n]*,[0-9]{6,8},")  # the file header of a BAI2 statement
BANK_END = re.compile(rb"(^|[/\r\n ])99,[+-]?[0-9]+,[0-9]+,[0-9]+\s*/?[\s\x00\x1a]*\Z")  # and its file trailer
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def kind_of(head: bytes) -> tuple[Kind, str]:
    """The kind of a file from its first HEAD_BYTES, and for an unknown one the code of REASONS."""
    for magic, code in MAGIC:
        if head.startswith(magic):
            return "unknown", code
    if looks_like_x12(head):
        return "x12", ""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(BLANK.encode())
    if not text:
        return "unknown", "EMPTY"
    if MARKUP.match(text):
        return "unknown", "HTML"
    if head[:8:2] == b"\0" * 4 or head[1:8:2] == b"\0" * 4:
        return "unknown", "UTF16"
    if CONTROL.search(text):
        return "unknown", "BINARY"
    if BANK.match(text):
        return "bank", ""
    if b"," in text and b"\n" in text:
        return "feed", ""
    return "unknown", "NOT_X12"


def still_coming(kind: Kind, path: Path) -> str | None:
    """What a file lacks at its end, as one does that is still being written; None when it is whole, or has no end of its own."""
    if kind == "x12" and is_cut_short(path):
        return "The X12 file ends before its last interchange does"
    if kind == "bank" and not BANK_END.search(_tail(path)):
        return "The BAI2 file ends before its file trailer (99)"
    return None


def _tail(path: Path) -> bytes:
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return source.read()


def is_cut_short(path: Path) -> bool:
    """True when an X12 file ends before its last interchange does, as a file does that is still being written.

    A file that ends otherwise than it should (data after the IEA, say) is whole: waiting will not mend it.
    """
    with path.open("rb") as source:
        head = source.read(HEAD_BYTES)
    tail = _tail(path)
    start = head.find(b"ISA")
    element = re.escape(head[start + 3 : start + 4])
    whole = rb"[^A-Za-z0-9]IEA" + element + rb"\d{1,5}" + element + rb"\d{9}[^A-Za-z0-9]?[\s\x00\x1a]*\Z"
    if re.search(whole, tail):  # spares opening the envelope of nearly every file twice
        return False
    with OnDisk(path) as on_disk:
        envelope = open_envelope(on_disk)
    if any(problem.code == "BAD_ISA" for problem in envelope.problems):
        return len(tail) - tail.rfind(b"ISA") < ISA_LENGTH
    last = {problem.code for problem in envelope.interchanges[-1].problems} if envelope.interchanges else set()
    return "NO_IEA" in last or ("UNTERMINATED" in last and not last.isdisjoint({"IEA01", "IEA02"}))
