"""The five conversations and what befalls groups and people, played over the wire against the running program."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from storage.tables import inbox, returns, temperatures
from tests.botapi import Pace
from tests.wire.village import Village, free_port


async def played(village: Village) -> None:
    """Return, temperature, tip, need, danger; each to its end."""
    await a_return(village)
    await temperatures_and_a_fever(village)
    await a_tip(village)
    await a_need(village)
    await danger(village)


async def a_return(village: Village) -> None:
    await village.ask("wang", "/start yaowa", "姚洼的村哨")
    steps = (
        ("返乡登记", "给谁登记"), ("[我自己]", "叫什么名字"), ("王小兵", "住在谁家"), ("大街南头", "从哪里回来"),
        ("[武汉]", "哪天到家"), ("昨天", "怎么回来"), ("[火车高铁]", "车次"), ("G1234", "跟谁一起"), ("没有", "身上怎么样"),
        ("[都好]", "留个电话"), ("00000001002", "挨近过"), ("[没有]", "请您看一遍"), ("[提交]", "登记好了"),
    )  # fmt: skip
    for said, answer in steps:
        await village.ask("wang", said, answer)
    card = await village.heard(village.groups["cadres"], "【返乡")
    assert "王小兵" not in card["text"]
    assert len(village.rows(select(returns))) == 1


async def temperatures_and_a_fever(village: Village) -> None:
    await village.ask("li0", "三十六度五", "36.5 度")
    await village.ask("li0", "36.5 37.2", "比如 36.5")  # two numbers: asked back, not guessed
    await village.ask("li0", "38.2", "发烧了")
    await village.heard(village.groups["cadres"], "【发热")
    await village.heard(village.people["leader"], "【发热")
    assert len(village.rows(select(temperatures))) == 2


async def a_tip(village: Village) -> None:
    await village.ask("zhao", "/start yaowa", "姚洼的村哨")
    steps = (
        ("举报", "什么事"), ("村东头有人摆酒席", "是哪一类"), ("[聚集办席]", "在哪个村"), ("姚洼", "在哪里"),
        ("村东头老槐树旁边", "什么时候"), ("现在", "说的是谁"), ("村民", "有照片"),
    )  # fmt: skip
    for said, answer in steps:
        await village.ask("zhao", said, answer)
    last = max(m["message_id"] for m in village.server.messages(village.people["zhao"]))
    village.server.photo(village.people["zhao"], None)
    await village.heard(village.people["zhao"], "请您看一遍", last)
    await village.ask("zhao", "[提交]", "已交给该管的人")
    # It is about a villager: the line's leader gets it, and no name goes with it.
    card = await village.heard(village.people["leader"], "【线索")
    assert "zhao" not in card.get("text", "") + card.get("caption", "")


async def a_need(village: Village) -> None:
    server, cadres = village.server, village.groups["cadres"]
    await village.ask("li0", "家里没米了", "已记下：家里没米了")
    card = await village.heard(cadres, "家里没米了")
    number = card["text"].partition("【需求 ")[2].partition("】")[0]
    server.press(village.people["cadre"], card, "我来办")
    server.press(village.people["chen"], card, "我来办", stale=True)  # the second of two who press at once
    await village.heard(cadres, f"接下了第 {number} 号")
    await village.heard(village.people["li0"], "来办您的事")
    last = max(m["message_id"] for m in server.messages(cadres, everybody=True))
    server.say(village.people["cadre"], cadres, f"办结 {number} 已送到")
    await village.heard(cadres, "已问本人", last)
    await village.heard(village.people["li0"], "办好了吗")
    await village.ask("li0", "[办好了]", "就算办完了")


async def danger(village: Village) -> None:
    await village.ask("zhao", "我胸口疼，喘不上气", "先打 120")
    for chat in (village.groups["cadres"], village.people["head"], village.people["leader"]):
        await village.heard(chat, "【急")


async def test_the_five_conversations_by_polling(village: Village) -> None:
    village.settle()
    await village.start()
    await played(village)
    await village.clock(forward="0m")  # nothing may be left that breaks a rule of the wire
    await village.stop()


@pytest.mark.parametrize("own_listener", [False, True], ids=["with the pages", "with a listener of its own"])
async def test_the_five_conversations_by_webhook(village: Village, own_listener: bool) -> None:
    port = free_port() if own_listener else village.port
    listen = f'webhook_listen = "127.0.0.1:{port}"' if own_listener else ""
    village.settle(
        webhook=f'mode = "webhook"\nwebhook_url = "http://127.0.0.1:{port}/telegram"\nwebhook_secret = "s3cret"\n{listen}'
    )
    await village.start()
    await played(village)
    assert village.server.window.counters["getUpdates"] == 0
    await village.stop()


async def test_a_ladder_to_the_command_post(village: Village) -> None:
    village.settle()
    await village.start()
    await village.ask("li0", "家里没米了", "11:00 前给您办好")
    for forward, who, words in (
        ("20m", village.people["head"], "20 分钟没人接"),
        ("40m", village.people["leader"], "1 小时没人接"),
        ("60m", village.groups["command"], "2 小时没人接"),
    ):
        told = len(village.server.messages(who))
        await village.clock(forward=forward)
        new = village.server.messages(who)[told:]  # nothing to wait for: the answer comes when all of it is sent
        assert any(words in m["text"] for m in new), (new, village.log())
    await village.stop()


async def test_a_village_head_who_has_blocked_the_bot(village: Village) -> None:
    village.settle()
    await village.start()
    village.server.block(village.people["head"])
    await village.ask("li0", "家里没米了", "已记下")
    await village.clock(forward="21m")
    assert not [m for m in village.server.messages(village.people["head"]) if "20 分钟" in m["text"]]
    await village.heard(village.groups["cadres"], "20 分钟没人接")
    await village.stop()


async def test_everybody_of_a_rung_has_blocked_the_bot(village: Village) -> None:
    """Delivered or climbed: nobody in the group, nobody at the head's; the line's leader hears of it before his time."""
    village.settle()
    await village.start()
    for who in ("head", "cadre"):
        village.server.block(village.people[who])
    village.server.kick(village.groups["cadres"])
    await village.ask("li0", "家里没米了", "已记下")
    await village.heard(village.people["leader"], "家里没米了")
    await village.stop()


async def test_a_group_that_became_a_supergroup(village: Village) -> None:
    village.settle()
    await village.start()
    new = village.server.migrate(village.groups["cadres"], announce=False)  # found out from the refused send
    await village.ask("li0", "家里没米了", "已记下")
    card = await village.heard(new, "【需求 1】")
    village.server.press(village.people["chen"], card, "我来办")
    await village.heard(new, "接下了第 1 号")
    newest = village.server.migrate(village.groups["command"], announce=True)
    await village.clock(forward="0m")
    await village.kill()
    await village.start()  # and the move is known after a restart
    await village.ask("li0", "家里没面了", "已记下")
    await village.clock(forward="125m")
    await village.heard(newest, "家里没面了")


async def test_the_way_in_from_a_group_is_the_bots_own_chat(village: Village) -> None:
    """Whoever chats on Telegram is sent to the bot there, with their village named, not to a page that does not know them."""
    village.settle()
    wang, strangers = village.people["wang"], village.server.group(-1777, "赶集群", privacy=True)
    await village.start()
    village.server.say(wang, village.groups["village"], "@sentry_bot 家里没米了")
    await village.heard(village.groups["village"], "https://t.me/sentry_bot?start=yaowa")
    village.server.say(wang, village.groups["village"], "/start@sentry_bot")
    village.server.say(wang, strangers, "@sentry_bot 家里没米了")
    told = await village.heard(strangers, "https://t.me/sentry_bot")
    assert "start=" not in told["text"]
    await village.ask("wang", "/start yaowa", "姚洼的村哨")
    await village.stop()


@pytest.mark.parametrize("privacy", [True, False], ids=["privacy on", "privacy off"])
async def test_a_cadres_group(village: Village, privacy: bool) -> None:
    village.settle()
    cadres, chen = village.groups["cadres"], village.people["chen"]
    cadres.privacy = privacy
    await village.start()
    await village.ask("li0", "家里没米了", "已记下")
    card = await village.heard(cadres, "【需求 1】")
    if privacy:
        village.server.say(chen, cadres, "我来办 1")  # never arrives
        village.server.say(chen, cadres, "我来办 1", reply_to=card)
    else:
        village.server.say(chen, cadres, "我来办 1")
    taken = await village.heard(cadres, "接下了第 1 号")
    village.server.say(chen, cadres, "@sentry_bot 待办")
    await village.heard(cadres, "家里没米了", taken["message_id"])
    said = len(village.server.messages(cadres))
    village.server.say(chen, cadres, "中午吃什么")
    await village.clock(forward="0m")
    assert len(village.server.messages(cadres)) == said
    await village.stop()


async def test_a_group_with_topics_is_answered_where_it_was_asked(village: Village) -> None:
    village.settle()
    server, cadres, chen = village.server, village.groups["cadres"], village.people["chen"]
    cadres.topics = (77, 88)
    await village.start()
    await village.ask("li0", "家里没米了", "已记下")
    card = await village.heard(cadres, "【需求 1】")
    assert "message_thread_id" not in card  # what nobody asked for stands in General
    server.say(chen, cadres, "待办", topic=77)
    listed = await village.heard(cadres, "没办完的有 1 件")
    server.say(chen, cadres, "我来办 1", topic=88)
    taken = await village.heard(cadres, "接下了第 1 号")
    assert (listed["message_thread_id"], taken["message_thread_id"]) == (77, 88)
    server.press(chen, taken, "路上")
    asked = await village.heard(cadres, lambda message: message["message_id"] > taken["message_id"])  # type: ignore[arg-type]
    assert asked["message_thread_id"] == 88
    server.say(chen, cadres, "待办")
    plain = await village.heard(cadres, "没办完的有", asked["message_id"])
    assert "message_thread_id" not in plain
    await village.stop()


async def test_whoever_can_add_the_bot_again_hears_that_it_was_put_out(village: Village) -> None:
    village.settle()
    server, cadres = village.server, village.groups["cadres"]
    await village.start()
    server.kick(cadres, by=village.people["chen"])
    await village.heard(village.people["head"], "村哨被移出了姚洼的村干部群")
    server.invite(cadres, by=village.people["chen"])
    await village.ask("li0", "家里没米了", "已记下")
    await village.heard(cadres, "【需求 1】")
    await village.stop()


async def test_a_webhook_takes_nothing_from_whoever_does_not_know_its_secret(village: Village) -> None:
    village.settle(
        webhook=f'mode = "webhook"\nwebhook_url = "http://127.0.0.1:{village.port}/telegram"\nwebhook_secret = "s3cret"'
    )
    await village.start()
    li = village.people["li0"]
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": li.as_chat(), "from": li.as_user(), "text": "救命"},
    }
    async with aiohttp.ClientSession(f"http://127.0.0.1:{village.port}") as session:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "s3cre"}):
            async with session.post("/telegram", json=update, headers=headers) as answer:
                assert answer.status == 403
    await village.ask("li0", "36.6", "36.6 度")
    assert not [m for m in village.server.messages(village.groups["cadres"]) if "急" in m["text"]]
    await village.stop()


async def test_edits_old_buttons_and_all_that_is_not_text(village: Village) -> None:
    village.settle()
    server, li, wang = village.server, village.people["li0"], village.people["wang"]
    await village.start()
    # An old button: pressed long after its question was answered, it does no harm and is answered.
    await village.ask("wang", "/start yaowa", "姚洼的村哨")
    first = await village.ask("wang", "返乡登记", "给谁登记")
    await village.ask("wang", "[我自己]", "叫什么名字")
    old = server.press(wang, first, "我自己", stale=True)
    last = await village.heard(wang, "叫什么名字", max(m["message_id"] for m in server.messages(wang)) - 1)
    await village.ask("wang", "王小兵", "住在谁家")
    # A shared place, then a shared contact.
    server.location(wang, None, 35.79, 118.62)
    await village.heard(wang, "从哪里回来", last["message_id"])
    for said, answer in (("武汉", "哪天"), ("昨天", "怎么回来"), ("开车", "跟谁"), ("没有", "身上"), ("都好", "电话")):
        await village.ask("wang", said, answer)
    last = max((m for m in server.messages(wang)), key=lambda m: m["message_id"])
    server.contact(wang, None, "00000001002")
    await village.heard(wang, "挨近过", last["message_id"])
    # An edited message: its words count, nothing breaks.
    wrote = server.say(li, None, "63.5")
    asked = await village.heard(li, "不像体温")
    server.edit(li, wrote, "36.5")
    await village.heard(li, "36.5 度", asked["message_id"])
    # A voice message and a photo.
    server.voice(li, None)
    await village.heard(li, "语音已经转给村干部")
    await village.heard(village.groups["cadres"], "【语音")
    await server.wait_for(village.groups["cadres"], lambda message: "voice" in message, 20)
    server.photo(li, None, caption="家里没米了")
    await village.heard(li, "已记下")
    await village.clock(forward="0m")
    assert server.query(old).answer is not None
    await village.stop()


async def test_junk_is_set_aside_and_the_others_go_on(village: Village) -> None:
    village.settle()
    await village.start()
    village.server.raw({"message": {"chat": "nonsense"}})
    village.server.raw({"surprise": {}})
    li, group = village.people["li0"], village.groups["village"]
    for chat in (li, group):  # what no client of today knows: who wrote it in private hears of it, a group does not
        new = {"message_id": 900, "date": 1, "chat": chat.as_chat(), "from": li.as_user(), "poll": {"of": "tomorrow"}}
        village.server.raw({"message": new})
    await village.heard(li, "我这边出了错")
    assert village.server.messages(group) == []
    assert len(village.rows(select(inbox).where(inbox.c.fate == "unreadable"))) == 3
    await village.ask("li0", "36.6", "36.6 度")
    await village.stop()


async def test_at_the_published_pace(village: Village) -> None:
    """With the pace on, as a town runs it, the server that counts finds nothing too fast."""
    village.server.window.pace, village.server.window.strict_pace = Pace(), True
    village.settle(pace=30)
    await village.start()
    await village.ask("li0", "36.4", "36.4 度")
    await village.ask("li0", "家里没米了", "已记下")
    await village.heard(village.groups["cadres"], "【需求 1】")
    assert not [call for call in village.server.sent if call.status == 429]
    await village.stop()


async def test_a_day_without_the_demo(village: Village) -> None:
    """The watchdog outside hears that all is well, and there is no path to move the clock by."""
    pinged = asyncio.Event()

    async def ping(_request: web.Request) -> web.Response:
        pinged.set()
        return web.Response()

    outside = web.Application()
    outside.router.add_get("/ping", ping)
    runner = web.AppRunner(outside)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    village.settle(ping=f"http://127.0.0.1:{runner.addresses[0][1]}/ping")
    await village.start(demo=False)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{village.port}") as session:
        for method, path in (("GET", "/demo/clock"), ("POST", "/demo/clock"), ("GET", "/demo/behind")):
            async with session.request(method, path, json={"forward": "1m"}) as answer:
                assert answer.status == 404
    await asyncio.wait_for(pinged.wait(), 20)
    await village.ask("li0", "36.4", "36.4 度")
    await village.stop()
    await runner.cleanup()
