"""A roster drawn into the chat with the mouse is sent, read back and kept; what is no table is not sent at all."""

import base64

from tests.browser.conftest import Hall, Table
from tests.conversations.stage import as_file

DROP = """([bytes, name]) => {
    const file = new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    document.getElementById("handset-command").querySelector(".talk")
        .dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
ROWS = (("日期", "班次", "岗位", "地方", "姓名"), ("2020-02-11", "夜班", "村干部", "姚洼", "张建国"))

SAID = """(words) => [...document.querySelectorAll("#handset-command .bubble .text")]
    .some((one) => one.textContent.includes(words))"""


def drop(table: Table, content: bytes, name: str) -> None:
    table.page.evaluate(DROP, [base64.b64encode(content).decode(), name])


def test_a_sheet_is_drawn_into_the_chat(open_hall: Hall) -> None:
    table = open_hall.table(1280, 800)
    table.open()
    drop(table, b"\x89PNG", "x.png")
    table.until("document.querySelector('#handset-command .note').textContent.includes('.xlsx')")
    drop(table, as_file("x.xlsx", ROWS), "值班表.xlsx")
    table.until(SAID, "看懂了 1 个班")
    assert "文件：值班表.xlsx" in table.letters("command")
    table.page.locator("#handset-command .chip", has_text="确认导入").click()
    table.until(SAID, "记下了，1 个班")
    table.good()
