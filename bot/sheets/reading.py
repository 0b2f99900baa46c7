"""Reads .xlsx, .xls, .ods and .csv into texts; without it a roster would be typed into the chat shift by shift.
Imported by the reader's process alone."""

import csv
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from struct import unpack_from

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

MOST_PAGES, MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 8, 1000, 40, 200
MOST_LETTERS = 500_000
UNPACKED = 32 * 1024 * 1024
"""Bytes of all that is packed in a workbook, as it says itself; what lies about it meets the process's own bounds."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SEALED_XLSX, SEALED_ODS = "EncryptedPackage".encode("utf-16-le"), b"encryption-data"
WORKBOOK = b"\x09\x08\x10\x00\x00\x06\x05\x00"
"""How the first record of an .xls begins; then come the password's, if there is one, and those of its pages."""
NOT_PACKED = (zipfile.BadZipFile, LookupError, OSError, NotImplementedError, RuntimeError)
PASSWORD, AFTER_IT = 0x2F, (0x85, 0x0A)
NOT_TEXT = (b"%PDF", b"{\\rtf", b"<", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf")
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS = ",\t;|"

Row = list[str]
Found = tuple[list[list[Row]], str]


def read(content: bytes) -> Found:
    """(pages of rows of texts, trouble): an empty row stands for an empty row, so that the numbers are the sheet's own."""
    if content.startswith((ZIP, OLE)):
        return _workbook(content)
    try:
        return _text(content)
    except (UnicodeDecodeError, csv.Error):
        return [], "no_sheet"


def _workbook(content: bytes) -> Found:
    try:
        if content.startswith(ZIP) and _unpacked(content) > UNPACKED:
            return [], "too_large"
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            return _pages(book)
    except (CalamineError, WorksheetNotFound, zipfile.BadZipFile, OSError, ValueError, LookupError):
        if _is_locked(content):
            return [], "locked"
        return [], "broken" if _says_it_is_a_book(content) else "no_sheet"


def _unpacked(content: bytes) -> int:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return sum(part.file_size for part in packed.infolist())


def _is_locked(content: bytes) -> bool:
    """Whether a file that cannot be read has a password; the library takes such a one for no workbook at all."""
    if content.startswith(ZIP):
        with suppress(*NOT_PACKED), zipfile.ZipFile(BytesIO(content)) as packed:
            return SEALED_ODS in packed.read("META-INF/manifest.xml")
        return False
    return SEALED_XLSX in content or _is_locked_xls(content)


def _is_locked_xls(content: bytes) -> bool:
    """Whether the record of a password stands among a workbook's first, which are never sealed themselves."""
    at = content.find(WORKBOOK)
    while 0 <= at <= len(content) - 4:
        sort, length = unpack_from("<HH", content, at)
        if sort in (PASSWORD, *AFTER_IT):
            return bool(sort == PASSWORD)
        at += 4 + length
    return False


def _says_it_is_a_book(content: bytes) -> bool:
    """Whether a file that cannot be read was meant as a workbook: a text document is packed in the same way."""
    return any(mark in content for mark in (b"xl/", b"W\0o\0r\0k\0b\0o\0o\0k", b"content.xml"))


def _pages(book: CalamineWorkbook) -> Found:
    seen = [s.name for s in book.sheets_metadata
            if s.visible is SheetVisibleEnum.Visible and s.typ is SheetTypeEnum.WorkSheet]  # fmt: skip
    pages = []
    for name in seen[:MOST_PAGES]:
        page = book.get_sheet_by_name(name)
        rows = page.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)
        pages.append(_merged(page, [[_said(cell) for cell in row[:MOST_COLUMNS]] for row in rows]))
    return _counted(pages)


def _merged(page: CalamineSheet, rows: list[Row]) -> list[Row]:
    """What stands in merged cells stands in each of them."""
    for (top, left), (bottom, right) in page.merged_cell_ranges or ():
        said = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in rows[top : bottom + 1] if said else ():
            row[left : right + 1] = [said] * len(row[left : right + 1])
    return rows


def _counted(pages: list[list[Row]]) -> Found:
    letters = sum(len(cell) for page in pages for row in page for cell in row)
    if letters > MOST_LETTERS or any(len(page) > MOST_ROWS for page in pages):
        return [], "too_many"
    return [page for page in pages if any(cell for row in page for cell in row)], ""


def _said(cell: object) -> str:
    """A cell as somebody would write it: a date as 2020-02-10, a time as 08:00, a whole number without its .0."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        minutes = int(cell / timedelta(minutes=1))
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if isinstance(cell, bool) else _clean(str(cell))


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\n" for letter in text).strip()[:LONGEST_CELL]


def _text(content: bytes) -> Found:
    """A table as text, in UTF-8 or as Excel in China writes it (GBK, or UTF-16 with tabs)."""
    if not content.strip() or content.startswith(NOT_TEXT):
        return [], "no_sheet"
    text = _decoded(content)
    if "\0" in text or not _mostly_written(text):
        return [], "no_sheet"
    lines = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    return _counted([[[_clean(cell) for cell in row[:MOST_COLUMNS]] for row in _first(lines)]])


def _first(lines: Iterable[Row]) -> Iterable[Row]:
    for number, row in enumerate(lines):
        if number > MOST_ROWS:
            return
        yield row


def _decoded(content: bytes) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _mostly_written(text: str) -> bool:
    """Whether it is text at all: GBK makes letters of nearly any bytes, but control signs among them."""
    strange = sum(not letter.isprintable() and letter not in "\r\n\t" for letter in text)
    return strange * 100 <= len(text)


def _delimiter(text: str) -> str:
    """What stands most often in the first lines; a comma when nothing does."""
    head = "\n".join(text.splitlines()[:5])
    return max(DELIMITERS, key=head.count)
