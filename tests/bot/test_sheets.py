"""Sheets as people send them: read as they stand on the screen; what is broken, too much or wicked ends the reader, not the bot."""

import zipfile
from collections.abc import Callable
from datetime import datetime, time
from io import BytesIO
from typing import Any

import pytest
from xlsxwriter import Workbook

from bot.enclosed import opened
from bot.sheets import LARGEST, read_sheet
from bot.sheets.reading import MOST_ROWS, read
from chat.incoming import Document
from tests.bot import old_office

ROWS = [["日期", "姓名"], ["2月10日", "张建国"]]
DAY = datetime(2020, 2, 10)  # noqa: DTZ001 - a cell has no zone
CSV = "日期,姓名\r\n2月10日,张建国\r\n"


def book(write: Callable[[Any, Any], None]) -> bytes:
    body = BytesIO()
    with Workbook(body, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as one:
        write(one, one.add_worksheet())
    return body.getvalue()


def every_cell(one: Any, page: Any) -> None:
    page.write(0, 1, "标题\n第二行")
    page.write_datetime(2, 0, DAY)
    page.write_datetime(2, 1, DAY.replace(hour=18, minute=30))
    page.write_datetime(2, 2, time(8, 0))
    page.write_number(3, 0, 12000000000)
    page.write_number(3, 1, 36.5)
    page.write_boolean(3, 2, True)
    page.write_formula(3, 3, "=1+1", value=2)
    page.merge_range(4, 0, 5, 1, "夜班")
    page.write(5, 2, "王")
    hidden = one.add_worksheet()
    hidden.write(0, 0, "看不见")
    hidden.hide()


def test_a_workbook_is_read_as_it_stands_on_the_screen() -> None:
    assert read(book(every_cell)) == ([[
        ["", "标题\n第二行", "", ""], ["", "", "", ""], ["2020-02-10", "2020-02-10 18:30", "08:00", ""],
        ["12000000000", "36.5", "", "2"], ["夜班", "夜班", "", ""], ["夜班", "夜班", "王", ""],
    ]], "")  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(), b"\xef\xbb\xbf" + CSV.encode(), CSV.encode("gbk"), CSV.replace(",", "\t").encode("utf-16"),
        CSV.replace(",", ";").encode(), CSV.replace("\r\n", "\n").encode(), '"日期","姓名"\n"2月10日","张建国"\n'.encode(),
    ],
)  # fmt: skip
def test_text_in_whatever_way_it_was_saved(content: bytes) -> None:
    assert read(content) == ([ROWS], "")


ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="1">{}</table:table></office:spreadsheet></office:body>
</office:document-content>"""


def test_a_sheet_of_libreoffice() -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(cell.format(x) for x in row)}</table:table-row>" for row in ROWS)
    body = BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
        packed.writestr("content.xml", ODS.format(rows))
    assert read(body.getvalue()) == ([ROWS], "")


def test_a_sheet_of_an_old_excel() -> None:
    assert read(old_office.xls(ROWS)) == ([ROWS], "")


def zipped(**parts: bytes) -> bytes:
    body = BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return body.getvalue()


def whole() -> bytes:
    return book(lambda one, page: page.write(0, 0, "日期"))


TROUBLES = {
    "a photo": (b"\xff\xd8\xff\xe0" * 99, "no_sheet"),
    "a page": (b"<html>", "no_sheet"),
    "nothing": (b"", "no_sheet"),
    "noise": (bytes(range(256)) * 20, "no_sheet"),
    "a text document": (zipped(word__document=b"<x/>"), "no_sheet"),
    "half a workbook": (whole()[: len(whole()) // 2], "broken"),
    "a workbook with nonsense in it": (zipped(xl__workbook=b"nonsense"), "broken"),
    "the beginning of an old Office's file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no_sheet"),
    "a text document of an old Office": (old_office.doc(), "no_sheet"),
    "half a workbook of an old Excel": (old_office.xls(ROWS)[:3000], "broken"),
    "an .xlsx with a password": (old_office.locked_xlsx(), "locked"),
    "an .xls with a password": (old_office.xls(ROWS, locked=True), "locked"),
    "an .ods with a password": (
        zipped(**{"META-INF/manifest.xml": b"<manifest:encryption-data/>", "content.xml": b"\x99" * 99}),
        "locked",
    ),
    "too many rows": (book(lambda one, page: [page.write(n, 0, "x") for n in range(MOST_ROWS + 1)]), "too_many"),
    "too many rows as text": (b"a,b\n" * (MOST_ROWS + 1), "too_many"),
    "a zip that unpacks to 200 MB": (zipped(xl__worksheets__sheet1=b"\0" * 200_000_000), "too_large"),
}


@pytest.mark.parametrize(("content", "trouble"), TROUBLES.values(), ids=TROUBLES.keys())
def test_what_cannot_be_read_says_why(content: bytes, trouble: str) -> None:
    assert read(content) == ([], trouble)


async def test_it_is_read_in_a_process_of_its_own() -> None:
    sheet = await read_sheet(CSV.encode("gbk"), "值班表.csv")
    assert (sheet.name, sheet.trouble) == ("值班表.csv", "")
    assert sheet.pages == (tuple(map(tuple, ROWS)),)


async def test_five_kilobytes_that_would_take_ten_gigabytes_end_the_reader_alone() -> None:
    corner = book(lambda one, page: [page.write(0, 0, "a"), page.write(1048575, 300, "b")])
    assert len(corner) < 6000
    assert (await read_sheet(corner, "x.xlsx")).trouble == "broken"


async def test_one_that_takes_too_long_is_ended() -> None:
    assert (await read_sheet(CSV.encode(), "x.csv", patience=0.0)).trouble == "broken"


async def test_a_large_one_is_not_even_opened() -> None:
    assert (await read_sheet(b"x" * (LARGEST + 1), "x.csv")).trouble == "too_large"


class Messenger:
    """One that answers as told."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.asked = fault, 0

    async def fetch_file(self, ref: str) -> bytes:
        self.asked += 1
        if self.fault:
            raise self.fault
        return CSV.encode()


async def test_a_file_that_does_not_come_is_a_trouble_of_ours() -> None:
    assert (await opened(Messenger(), Document("f", "x.csv", 100))).pages == (tuple(map(tuple, ROWS)),)
    for fault in (ConnectionError("away"), ValueError("no such file"), TimeoutError()):
        assert (await opened(Messenger(fault), Document("f", "x.csv"))).trouble == "out_of_reach"
    assert (await opened(None, Document("f", "x.csv"))).trouble == "out_of_reach"
    messenger = Messenger()
    assert (await opened(messenger, Document("f", "x.csv", LARGEST + 1))).trouble == "too_large"
    assert messenger.asked == 0
