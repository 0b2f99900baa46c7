"""What people do and what the bot hears of it, proved; without it a verb that lies would prove nothing."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from tests.botapi import BotApiServer, Group, User
from tests.botapi.conftest import TOKEN, Call


async def test_updates_are_kept_until_confirmed(server: BotApiServer, call: Call, li: User) -> None:
    for word in ("一", "二", "三"):
        server.say(li, None, word)
    first = (await call("getUpdates", limit=2))["result"]
    assert [one["message"]["text"] for one in first] == ["一", "二"]
    assert (await call("getUpdates", limit=2))["result"] == first
    left = (await call("getUpdates", offset=first[-1]["update_id"] + 1))["result"]
    assert [one["message"]["text"] for one in left] == ["三"]
    assert (await call("getUpdates", offset=1))["result"] == left
    assert (await call("getUpdates", offset=left[-1]["update_id"] + 1))["result"] == []
    assert (await call("getUpdates"))["result"] == []


async def test_a_negative_offset_keeps_the_newest(server: BotApiServer, call: Call, li: User) -> None:
    for word in ("一", "二", "三"):
        server.say(li, None, word)
    assert [one["message"]["text"] for one in (await call("getUpdates", offset=-1))["result"]] == ["三"]
    assert len((await call("getUpdates"))["result"]) == 1


async def polled(server: BotApiServer, times: int) -> None:
    """Return when so many calls have come in."""
    async with asyncio.timeout(2):
        while len(server.calls) < times:  # noqa: ASYNC110 - nothing tells of a call that only waits
            await asyncio.sleep(0.001)


async def test_a_long_poll_ends_with_the_first_update(server: BotApiServer, call: Call, li: User) -> None:
    assert (await call("getUpdates", timeout=0))["result"] == []
    poll = asyncio.create_task(call("getUpdates", timeout=20))
    await polled(server, 2)
    server.say(li, None, "在吗")
    assert (await poll)["result"][0]["message"]["text"] == "在吗"


async def test_a_second_poll_ends_the_first(server: BotApiServer, call: Call, li: User) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=20))
    await polled(server, 1)
    second = asyncio.create_task(call("getUpdates", timeout=20))
    assert (await first)["error_code"] == 409
    server.say(li, None, "在吗")
    assert len((await second)["result"]) == 1


async def test_only_wanted_kinds_are_told(server: BotApiServer, call: Call, li: User) -> None:
    await call("getUpdates", allowed_updates=["callback_query"])
    server.say(li, None, "不听")
    sent = await call("sendMessage", chat_id=li.id, text="?", reply_markup={"inline_keyboard": [[BUTTON]]})
    server.press(li, sent["result"], "我来办")
    assert [sorted(one) for one in (await call("getUpdates"))["result"]] == [["callback_query", "update_id"]]
    await call("getUpdates", allowed_updates=[])
    server.say(li, None, "听")
    assert len((await call("getUpdates"))["result"]) == 2


BUTTON = {"text": "我来办", "callback_data": "claim:12"}


async def test_a_button_is_answered_once(server: BotApiServer, call: Call, li: User) -> None:
    sent = await call("sendMessage", chat_id=li.id, text="需求", reply_markup={"inline_keyboard": [[BUTTON]]})
    number = server.press(li, sent["result"], "我来办")
    told = (await call("getUpdates"))["result"][0]["callback_query"]
    assert (told["id"], told["data"], told["message"]["text"]) == (number, "claim:12", "需求")
    assert (await call("answerCallbackQuery", callback_query_id=number, text="好"))["ok"]
    assert server.query(number).answer == {"callback_query_id": number, "text": "好"}
    assert server.violations == []
    assert "query is too old" in (await call("answerCallbackQuery", callback_query_id=number))["description"]
    assert len(server.violations) == 1


async def test_edits_take_the_buttons_away_and_old_ones_can_still_be_pressed(
    server: BotApiServer, call: Call, li: User
) -> None:
    sent = (await call("sendMessage", chat_id=li.id, text="需求", reply_markup={"inline_keyboard": [[BUTTON]]}))[
        "result"
    ]
    where = {"chat_id": li.id, "message_id": sent["message_id"]}
    assert (await call("editMessageText", **where, text="已办结"))["ok"]
    assert [one["text"] for one in server.messages(li)] == ["已办结"]
    with pytest.raises(LookupError):
        server.press(li, sent, "我来办")
    assert server.press(li, sent, "我来办", stale=True)
    assert "message is not modified" in (await call("editMessageText", **where, text="已办结"))["description"]
    assert (await call("editMessageReplyMarkup", **where, reply_markup={"inline_keyboard": [[BUTTON]]}))["ok"]
    assert (await call("deleteMessage", **where))["ok"]
    assert "message to edit not found" in (await call("editMessageText", **where, text="y"))["description"]
    assert server.messages(li) == []


async def test_privacy_in_a_group(server: BotApiServer, call: Call, li: User, cadres: Group) -> None:
    asked = (await call("sendMessage", chat_id=cadres.id, text="谁去？"))["result"]
    server.say(li, cadres, "天气不错")
    server.say(li, cadres, "/help")
    server.say(li, cadres, "/help@other_bot")
    server.say(li, cadres, "😀 @Sentry_bot 我去")
    server.say(li, cadres, "我去", reply_to=asked)
    server.say(li, cadres, "bad@sentry_bot.example")
    told = [one["message"] for one in (await call("getUpdates"))["result"]]
    assert [one["text"] for one in told] == ["/help", "😀 @Sentry_bot 我去", "我去"]
    assert told[1]["entities"] == [{"type": "mention", "offset": 3, "length": 11}]
    assert told[2]["reply_to_message"]["text"] == "谁去？"
    cadres.privacy = False
    server.say(li, cadres, "天气不错")
    assert len((await call("getUpdates"))["result"]) == 4


async def test_who_cannot_be_written_to(server: BotApiServer, call: Call, li: User, cadres: Group) -> None:
    async def refusal(chat: int) -> str:
        return str((await call("sendMessage", chat_id=chat, text="x")).get("description", ""))

    assert await refusal(77) == "Bad Request: chat not found"
    assert await refusal(1002) == "Forbidden: bot can't initiate conversation with a user"
    server.say(1002, None, "/start")
    assert await refusal(1002) == ""
    server.block(li)
    assert await refusal(li.id) == "Forbidden: bot was blocked by the user"
    server.say(li, None, "/start")
    assert await refusal(li.id) == ""
    server.kick(cadres)
    assert await refusal(cadres.id) == "Forbidden: bot was kicked from the group chat"
    server.invite(cadres, li)
    assert await refusal(cadres.id) == ""
    kinds = [one["my_chat_member"]["new_chat_member"]["status"] for one in await memberships(call)]
    assert kinds == ["kicked", "member", "kicked", "member"]


async def memberships(call: Call) -> list[dict]:  # type: ignore[type-arg]
    return [one for one in (await call("getUpdates"))["result"] if "my_chat_member" in one]


async def test_a_group_becomes_a_supergroup(server: BotApiServer, call: Call, cadres: Group) -> None:
    await call("sendMessage", chat_id=cadres.id, text="以前")
    new = server.migrate(cadres)
    answer = await call("sendMessage", chat_id=cadres.id, text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new}
    told = [one["message"] for one in (await call("getUpdates"))["result"]]
    assert [one.get("migrate_to_chat_id") or one.get("migrate_from_chat_id") for one in told] == [new, cadres.id]
    assert (await call("sendMessage", chat_id=new, text="现在"))["result"]["chat"]["type"] == "supergroup"
    assert (await server.wait_for(new, "现在"))["message_id"] == 2, "a supergroup counts its messages itself"


async def test_a_webhook_gets_every_update_in_order_until_2xx(server: BotApiServer, call: Call, li: User) -> None:
    got: list[tuple[str, str]] = []
    answers = iter([500, 200, 503, 200, 200])

    async def hook(request: web.Request) -> web.Response:
        body = await request.json()
        got.append((body["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=next(answers))

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    server.say(li, None, "一")
    assert (await call("setWebhook", url=url, secret_token="s3cret"))["ok"]
    assert (await call("getUpdates"))["error_code"] == 409
    server.say(li, None, "二")
    server.say(li, None, "三")
    async with asyncio.timeout(2):
        while (await call("getWebhookInfo"))["result"]["pending_update_count"]:
            await server.updates.more()
    assert [text for text, _ in got] == ["一", "一", "二", "二", "三"]
    assert {secret for _, secret in got} == {"s3cret"}
    await call("deleteWebhook")
    assert (await call("getUpdates"))["result"] == []
    await runner.cleanup()


async def test_junk_comes_through_as_it_is(server: BotApiServer, call: Call, li: User) -> None:
    server.raw({"message": "not a message"})
    server.raw("not even an object")
    server.say(li, None, "好的")
    junk, scrap, good = (await call("getUpdates"))["result"]
    assert (junk["message"], scrap, good["message"]["text"]) == ("not a message", "not even an object", "好的")


async def test_pictures_voices_places_and_contacts(server: BotApiServer, call: Call, li: User) -> None:
    server.photo(li, None, b"jpeg!", caption="老赵家")
    server.voice(li, None, b"opus!", seconds=9)
    server.location(li, None, 30.5, 114.3)
    server.contact(li, None, "000-0001")
    server.document(li, None, b"xlsx!", "list.xlsx")
    photo, voice, place, card, paper = [one["message"] for one in (await call("getUpdates"))["result"]]
    assert (photo["caption"], voice["voice"]["duration"]) == ("老赵家", 9)
    assert (place["location"]["latitude"], card["contact"]["user_id"]) == (30.5, li.id)
    assert paper["document"]["file_name"] == "list.xlsx"


async def test_an_edit_by_a_person(server: BotApiServer, call: Call, li: User) -> None:
    said = server.say(li, None, "37.8")
    server.edit(li, said, "38.7")
    assert (await call("getUpdates"))["result"][1]["edited_message"]["text"] == "38.7"


async def test_wait_for_sees_edits_and_says_what_was_there_instead(server: BotApiServer, call: Call, li: User) -> None:
    waiting = asyncio.create_task(server.wait_for(li, "办结"))
    number = (await call("sendMessage", chat_id=li.id, text="需求"))["result"]["message_id"]
    await call("editMessageText", chat_id=li.id, message_id=number, text="已办结")
    assert (await waiting)["message_id"] == number
    with pytest.raises(TimeoutError, match="已办结"):
        await server.wait_for(li, "别的", timeout=0.01)
    with pytest.raises(TimeoutError):
        await server.wait_for(li, "办结", timeout=0.01, after=number)


async def test_the_record(server: BotApiServer, call: Call, li: User) -> None:
    await call("getMe")
    await call("sendMessage", chat_id=str(li.id), text="好")
    await call("sendMessage", chat_id=77, text="谁")
    good, bad = server.sent
    assert (good.chat_id, good.text, good.status, good.accepted) == (li.id, "好", 200, True)
    assert good.message_id == server.messages(li)[0]["message_id"]
    assert (bad.status, bad.accepted, bad.description) == (400, False, "Bad Request: chat not found")
    assert [one.method for one in server.calls] == ["getMe", "sendMessage", "sendMessage"]


async def test_a_file_that_is_not_there(server: BotApiServer, session: aiohttp.ClientSession, call: Call) -> None:
    assert (await call("getFile", file_id="none"))["error_code"] == 400
    async with session.get(f"{server.base_url}/file/bot{TOKEN}/photos/none.jpg") as response:
        assert response.status == 404
