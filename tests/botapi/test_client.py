"""python-telegram-bot against the server, over HTTP; without it the server might agree only with itself."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from tests.botapi import BotApiServer, Fault, Group, User
from tests.botapi.conftest import TOKEN


def request() -> HTTPXRequest:
    return HTTPXRequest(httpx_kwargs={"trust_env": False})


@pytest_asyncio.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    base = server.base_url
    bot = Bot(TOKEN, f"{base}/bot", f"{base}/file/bot", request=request(), get_updates_request=request())
    async with bot:
        yield bot


async def test_a_conversation(server: BotApiServer, bot: Bot, li: User) -> None:
    assert (bot.id, bot.username) == (12345, "sentry_bot")
    server.say(li, None, "/start")
    update = (await bot.get_updates(allowed_updates=["message", "callback_query"]))[0]
    assert update.message
    assert update.message.from_user
    assert (update.message.text, update.message.from_user.language_code) == ("/start", "zh-hans")
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("我来办", callback_data="claim:1")]])
    sent = await bot.send_message(li.id, "需求 1", reply_markup=markup)
    assert sent.reply_markup == markup
    number = server.press(li, server.sent[-1], "我来办")
    pressed = (await bot.get_updates(offset=update.update_id + 1))[0].callback_query
    assert pressed
    assert isinstance(pressed.message, Message)
    assert (pressed.id, pressed.data, pressed.message.text) == (number, "claim:1", "需求 1")
    assert await bot.answer_callback_query(pressed.id, "好")
    edited = await bot.edit_message_text("需求 1：已接办", li.id, sent.message_id)
    assert isinstance(edited, Message)
    assert (edited.text, edited.reply_markup) == ("需求 1：已接办", None)
    assert server.violations == []


async def test_files_both_ways(server: BotApiServer, bot: Bot, li: User) -> None:
    server.voice(li, None, b"opus!")
    message = (await bot.get_updates())[0].message
    assert message
    assert message.voice
    file = await bot.get_file(message.voice.file_id)
    assert bytes(await file.download_as_bytearray()) == b"opus!"
    photo = await bot.send_photo(li.id, b"png!", caption="地图")
    assert server.world.files[photo.photo[-1].file_id].data == b"png!"
    assert (await bot.send_photo(li.id, photo.photo[-1].file_id)).photo
    await bot.send_voice(li.id, b"opus", duration=3)
    await bot.send_document(li.id, b"xlsx", filename="list.xlsx")
    album = await bot.send_media_group(li.id, [InputMediaPhoto(b"1"), InputMediaPhoto(b"2")])
    assert len({one.media_group_id for one in album}) == 1
    assert server.violations == []


async def test_everything_else(server: BotApiServer, bot: Bot, li: User, cadres: Group) -> None:
    said = server.say(li, cadres, "/help")
    reply = await bot.send_message(cadres.id, "有", reply_parameters=ReplyParameters(said["message_id"]))
    assert reply.reply_to_message
    assert reply.reply_to_message.text == "/help"
    await bot.send_location(li.id, 30.5, 114.3)
    await bot.send_contact(li.id, "000-0002", "Wang")
    await bot.send_chat_action(li.id, "typing")
    await bot.set_my_commands([("help", "帮助")])
    await bot.forward_message(li.id, cadres.id, reply.message_id)
    await bot.copy_message(li.id, cadres.id, reply.message_id)
    await bot.pin_chat_message(cadres.id, reply.message_id)
    assert server.world.pinned == {cadres.id: reply.message_id}
    assert (await bot.get_chat(cadres.id)).title == "Cadres"
    assert (await bot.get_chat_member(cadres.id, li.id)).status == "member"
    assert (await bot.get_chat_member(cadres.id, bot.id)).status == "member"
    await bot.edit_message_reply_markup(
        cadres.id,
        reply.message_id,
        reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("地图", url="https://map.example")),
    )
    await bot.delete_message(cadres.id, reply.message_id)
    await bot.leave_chat(cadres.id)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(cadres.id, "x")
    assert server.violations == []


async def test_errors_as_the_client_names_them(server: BotApiServer, bot: Bot, li: User, cadres: Group) -> None:
    with pytest.raises(Forbidden, match="initiate"):
        await bot.send_message(1002, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(77, "x")
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(li.id, "x" * 4097)
    new = server.migrate(cadres)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(cadres.id, "x")
    assert moved.value.new_chat_id == new
    server.fail_next("sendMessage", Fault.server_error(502))
    with pytest.raises(NetworkError):
        await bot.send_message(li.id, "x")
    server.fail_next("sendMessage", Fault.cut_before())
    with pytest.raises(NetworkError):
        await bot.send_message(li.id, "x")
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict):
        await bot.get_updates()
    await bot.delete_webhook()
    async with request() as own:
        with pytest.raises(InvalidToken):
            await Bot("1:wrong", f"{server.base_url}/bot", request=own).get_me()


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_retry_after(server: BotApiServer, bot: Bot, li: User) -> None:
    server.fail_next("sendMessage", Fault.too_many(7))
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(li.id, "x")
    assert int(wait.value.retry_after) == 7  # type: ignore[arg-type]


async def test_moved_by_plan(server: BotApiServer, bot: Bot, li: User) -> None:
    server.fail_next("sendMessage", Fault.moved(-1000000000777), chat=li)
    with pytest.raises(ChatMigrated):
        await bot.send_message(li.id, "x")
