"""A roster by the web chat: an empty sheet to save, a filled one drawn into the chat, and nobody but the program reads it."""

from io import BytesIO

import aiohttp
import pytest
from python_calamine import CalamineWorkbook

from bot.texts import texts
from bot.web.files import SHEET
from bot.web.rota_sheet import empty_sheet
from chat.incoming import Sheet
from tests.conversations.stage import as_file
from tests.web.house import CADRES, House

ROWS = (("日期", "班次", "岗位", "地方", "姓名"), ("2月11日", "夜班", "村干部", "石门", "周支书"))
BOOK = as_file("x.xlsx", ROWS)


async def upload(house: House, chat: str, content: bytes, name: str) -> tuple[int, dict[str, str]]:
    form = aiohttp.FormData({"chat": chat, "sender": "head"})
    form.add_field("file", BytesIO(content), filename=name)
    async with house.client.post("/api/file", data=form) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(("name", "content"), [("值班表.xlsx", BOOK), ("值班表.csv", as_file("x.csv", ROWS))])
async def test_a_sheet_is_taken_read_and_kept(house: House, name: str, content: bytes) -> None:
    status, sent = await upload(house, "command", content, name)
    assert (status, sent["kind"]) == (200, "sheet")
    assert (await house.say("command", "记一下", "head", file=sent["ref"], file_name=name))[0] == 200
    own, asked = await house.letters("command", 2)
    assert (own["text"], own["attachments"]) == (f"文件：{name}\n记一下", [])
    assert "看懂了 1 个班" in asked["text"]
    await house.say("command", "确认导入", "head")
    assert "记下了" in (await house.letters("command", 4))[3]["text"]


async def test_whoever_reads_along_is_not_given_the_file(strict: House) -> None:
    form = aiohttp.FormData({"chat": CADRES, "sender": "head"})
    form.add_field("file", BytesIO(BOOK), filename="值班表.xlsx")
    async with strict.client.post("/api/file", data=form, headers={"X-Cunshao-Key": "head"}) as answer:
        sent = await answer.json()
    await strict.say(CADRES, "", "head", "head", file=sent["ref"], file_name="值班表.xlsx")
    assert (await strict.get(f"/api/file/{sent['ref']}?chat={CADRES}", X_Cunshao_Key="zhang"))[0] == 404


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("值班表.txt", as_file("x.csv", ROWS), 415), ("x.csv", b"", 415), ("x.xlsx", BOOK + b"x" * SHEET, 413)],
)
async def test_what_is_no_sheet_or_too_large_is_not_taken(house: House, name: str, content: bytes, status: int) -> None:
    found, answer = await upload(house, "command", content, name)
    assert found == status
    assert answer["next"]


async def test_the_empty_sheet_is_there_and_what_is_filled_in_is_understood(house: House) -> None:
    status, body, headers = await house.get("/roster.xlsx", Accept_Language="zh")
    assert status == 200
    assert "attachment" in headers["Content-Disposition"]
    page = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(0).to_python()
    assert page == [["日期", "班次", "岗位", "单位/地方", "姓名", "电话"]]
    for secret in ("张建国", "web:", "paper:"):
        assert secret.encode() not in body


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_its_heads_and_choices_are_words_that_are_read(locale: str) -> None:
    words, columns = texts(locale), texts(locale).options("rota.columns")
    assert all(head[0] in columns[key] for key, head in words.options("rota.heads").items())
    assert Sheet(pages=((),)).trouble == ""
    assert empty_sheet(locale, ("指挥部", "姚洼")) == empty_sheet(locale, ("指挥部", "姚洼"))
