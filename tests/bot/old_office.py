"""Files of an older Office, byte for byte; without it .xls, and whatever has a password, could only be read, never tested."""

from collections.abc import Mapping, Sequence
from struct import pack

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
LEAST = 4096
"""Bytes of a stream from which on it lies in sectors of its own."""


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file: a header, one sector that chains all others, the directory, and the streams (60 KB at most)."""
    bodies = [body.ljust(-(-max(len(body), LEAST) // SECTOR) * SECTOR, b"\0") for body in streams.values()]
    folder = -(-(1 + len(streams)) // 4)
    chain, at = [FAT, *range(2, 1 + folder), END], 1 + folder
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    for number, (name, body) in enumerate(zip(streams, bodies, strict=True), 1):
        length = len(body) // SECTOR
        entries.append(_entry(name, 2, at, len(body), after=number + 1 if number < len(streams) else FREE))
        chain += [*range(at + 1, at + length), END]
        at += length
    assert at <= SECTOR // 4
    table = pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    return _header() + table + b"".join(entries).ljust(folder * SECTOR, b"\0") + b"".join(bodies)


def xls(rows: Sequence[Sequence[str]], locked: bool = False) -> bytes:
    """A workbook of Excel 97 with one page; ``locked``: with a password, after which nothing in it can be read."""
    name = "值班表"
    begin = _record(0x809, pack("<HHHHII", 0x600, 5, 0xDBB, 0x7CC, 0, 6))
    if locked:
        begin += _record(0x2F, pack("<HHH", 1, 1, 1) + bytes(48))
    begin += _record(0x42, pack("<H", 1200))
    bound_length = 4 + 8 + len(name.encode("utf-16-le"))
    offset = len(begin) + bound_length + 4
    begin += _record(0x85, pack("<IBBBB", offset, 0, 0, len(name), 1) + name.encode("utf-16-le")) + _record(0x0A, b"")
    page = _record(0x809, pack("<HHHHII", 0x600, 0x10, 0xDBB, 0x7CC, 0, 6))
    page += _record(0x200, pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            page += _record(0x204, pack("<HHHHB", number, column, 0, len(text), 1) + text.encode("utf-16-le"))
    return compound({"Workbook": begin + page + _record(0x0A, b"")})


def locked_xlsx() -> bytes:
    """What Excel saves with a password since 2007: the sealed workbook and how it was sealed, as two streams."""
    return compound({"EncryptionInfo": b"\x04\0\x04\0\x40\0\0\0<encryption/>", "EncryptedPackage": b"\x99" * 9000})


def doc() -> bytes:
    """A text document of Word 97."""
    return compound({"WordDocument": b"\xec\xa5" + bytes(800), "1Table": bytes(800)})


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += pack("<IIIIIIIII", 0, 1, 1, 0, LEAST, END, 0, END, 0)
    return head + pack("<109I", 0, *[FREE] * 108)


def _entry(name: str, sort: int, start: int, size: int, after: int = FREE, child: int = FREE) -> bytes:
    """A directory's entry; each stream hangs to the right of the one before it."""
    wide = name.encode("utf-16-le") + b"\0\0"
    return (
        wide.ljust(64, b"\0")
        + pack("<HBBIII", len(wide), sort, 1, FREE, after, child)
        + bytes(36)
        + pack("<IQ", start, size)
    )


def _record(sort: int, body: bytes) -> bytes:
    return pack("<HH", sort, len(body)) + body
