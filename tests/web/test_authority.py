"""Who may read and write where: a key opens one person's chat, a group's address its group, and nothing else opens anything."""

import pytest

from tests.web.house import CADRES, GROUP, LI, STRANGER, ZHANG, ZHAO, House

SAY = [
    ("one's own chat", LI, LI, LI, 200, ""),
    ("another's chat as oneself", LI, ZHAO, ZHAO, 403, "no_chat"),
    ("as another, in their chat", LI, LI, ZHAO, 403, "not_you"),
    ("as another, in the group", GROUP, LI, ZHAO, 403, "not_you"),
    ("as another, with no key", LI, LI, "", 403, "not_you"),
    ("a group whose address one has", GROUP, ZHAO, ZHAO, 200, ""),
    ("a chat that is nobody's", "group-elsewhere", ZHAO, ZHAO, 403, "no_chat"),
    ("somebody new", STRANGER, STRANGER, STRANGER, 200, ""),
]


@pytest.mark.parametrize(("what", "chat", "sender", "key", "status", "why"), SAY, ids=[row[0] for row in SAY])
async def test_who_may_write(strict: House, what: str, chat: str, sender: str, key: str, status: int, why: str) -> None:
    found, answer = await strict.say(chat, "36.5", sender=sender, key=key)
    assert (found, answer.get("why", "")) == (status, why)


@pytest.mark.parametrize(
    ("chat", "key", "status"), [(LI, LI, 200), (LI, ZHAO, 403), (LI, "", 403), (CADRES, ZHANG, 200)]
)
async def test_who_may_read(strict: House, chat: str, key: str, status: int) -> None:
    await strict.say(LI, "36.5", key=LI)
    async with strict.client.get("/api/stream", params={"chat": chat}, headers={"X-Cunshao-Key": key}) as answer:
        assert answer.status == status
    assert (await strict.post("/api/seen", {"chat": chat, "seq": 1}, key))[0] == status


async def test_a_cookie_is_a_key_too_and_the_page_goes_before_it(strict: House) -> None:
    cookie = {"Cookie": f"cunshao={ZHAO}"}
    async with strict.client.get("/api/stream", params={"chat": ZHAO}, headers=cookie) as answer:
        assert answer.status == 200
    async with strict.client.get("/api/stream", params={"chat": LI}, headers=cookie) as answer:
        assert answer.status == 403
    async with strict.client.get("/api/stream", params={"chat": LI, "as": LI}, headers=cookie) as answer:
        assert answer.status == 200


async def test_two_people_in_a_group_see_each_other_and_not_each_others_keys(strict: House) -> None:
    async with strict.page(GROUP, key=LI) as li, strict.page(GROUP, key=ZHAO) as zhao:
        await strict.say(GROUP, "谁家有口罩", sender=ZHAO, key=ZHAO)
        await strict.say(GROUP, "我家有", sender=LI, key=LI)
        of_li, of_zhao = await li.letters(2), await zhao.letters(2)
    assert [x["text"] for x in of_li] == [x["text"] for x in of_zhao] == ["谁家有口罩", "我家有"]
    assert [x["name"] for x in of_li] == ["赵*", "李*"], "among villagers nobody's whole name"
    assert of_li[1]["sender"] == LI
    assert of_zhao[0]["sender"] == ZHAO
    assert ZHAO not in str(of_li)
    assert LI not in str(of_zhao)
    assert of_li[0]["sender"] != of_zhao[1]["sender"]


async def test_somebody_without_a_name_is_not_called_by_their_key(strict: House) -> None:
    await strict.say(LI, "家里没米了", key=LI)
    async with strict.page(CADRES, key=ZHANG) as page:
        (card,) = await page.letters(1)
        await strict.say(CADRES, sender=STRANGER, key=STRANGER, button="d:claim:1", label="我来办", reply_to=card["id"])
        seen = await page.letters(3)
    assert STRANGER not in str(seen)


async def test_a_tips_author_is_not_in_the_link_to_a_group(strict: House) -> None:
    status, body, headers = await strict.get(f"/p/{LI}")
    assert status == 200
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=lax" in headers["Set-Cookie"]
    assert "李大山" in body.decode()
