"""What one raw Telegram update is read as; without it a change in the library would be noticed by a village first."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateways.telegram.parse import Me, parse_update, written_by
from bot.gateways.telegram.plain import read_plain
from chat.incoming import Attachment, Document, Incoming, Said

ME = Me(900, "CunshaoBot")
NOW = datetime(2020, 2, 10, 1, 0, tzinfo=UTC)
SENT = datetime(2020, 2, 10, 0, 30, tzinfo=UTC)
DATE = int(SENT.timestamp())
LI = {"id": 1001, "is_bot": False, "first_name": "李", "last_name": "四", "language_code": "zh-hans"}
BOT = {"id": 900, "is_bot": True, "first_name": "村哨", "username": "CunshaoBot"}
PRIVATE = {"id": 1001, "type": "private", "first_name": "李"}
GROUP = {"id": -1001, "type": "supergroup", "title": "姚洼"}


def message(chat: dict[str, Any] = PRIVATE, **parts: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": DATE, "chat": chat, "from": LI, **parts}


def update(**parts: Any) -> dict[str, Any]:
    return {"update_id": 7, **parts}


def read(**parts: Any) -> Incoming:
    found = parse_update(update(**parts), ME, NOW)
    assert len(found) == 1
    return found[0]


def in_group(text: str, *entities: tuple[str, int, int], **parts: Any) -> Incoming:
    marks = [{"type": kind, "offset": offset, "length": length} for kind, offset, length in entities]
    return read(message=message(GROUP, text=text, entities=marks, **parts))


PLAIN = Incoming(
    channel="telegram",
    message_id="u7",
    chat="telegram:1001",
    sender="telegram:1001",
    private=True,
    said=Said("家里没米了"),
    at=SENT,
    sender_name="李 四",
    language="zh-hans",
)


def test_words_in_a_private_chat() -> None:
    assert read(message=message(text="家里没米了")) == PLAIN


def test_the_topic_of_a_group_that_has_such_and_no_other_thread() -> None:
    assert read(message=message(GROUP, text="待办", message_thread_id=77, is_topic_message=True)).topic == "77"
    assert read(message=message(GROUP, text="待办", message_thread_id=5)).topic == "", "a chain of replies"
    assert read(message=message(GROUP, text="待办")).topic == ""
    card = message(GROUP, text="【需求 3】", message_thread_id=77, is_topic_message=True)
    query = {"id": "q", "from": LI, "chat_instance": "c", "data": "d:claim:3", "message": card}
    assert read(callback_query=query).topic == "77"
    gone = {
        "id": "q",
        "from": LI,
        "chat_instance": "c",
        "data": "x",
        "message": {"chat": GROUP, "message_id": 5, "date": 0},
    }
    assert read(callback_query=gone).topic == ""


def test_pictures_that_were_sent_together() -> None:
    assert read(message=message(photo=SIZES, media_group_id="13579")).album == "13579"
    assert read(message=message(photo=SIZES)).album == ""


def test_an_edited_message() -> None:
    edited = read(edited_message=message(text="家里没面了", edit_date=DATE + 60))
    assert edited == replace(PLAIN, said=Said("家里没面了"), edited=True, at=SENT.replace(minute=31))


SIZES = [
    {"file_id": name, "file_unique_id": name, "width": width, "height": width}
    for name, width in (("small", 90), ("large", 1280), ("medium", 320))
]
PLACE = {"longitude": 114.3, "latitude": 30.6}
VOICE = {"file_id": "v", "file_unique_id": "v", "duration": 3}
STICKER = {
    "file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "is_animated": False, "is_video": False,
    "type": "regular",
}  # fmt: skip


FILE = {"file_id": "d", "file_unique_id": "du", "file_name": "值班表\0.xlsx", "file_size": 9000}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"photo": SIZES, "caption": "门口"}, Said("门口", attachment=Attachment("photo", "telegram:large"))),
        ({"voice": VOICE}, Said(attachment=Attachment("voice", "telegram:v"))),
        ({"location": PLACE}, Said(location=(30.6, 114.3))),
        (
            {"location": PLACE, "venue": {"location": PLACE, "title": "卫生室", "address": "村东"}},
            Said(location=(30.6, 114.3)),
        ),
        ({"contact": {"phone_number": "+8612000000000", "first_name": "李"}}, Said(phone="+8612000000000")),
        ({"contact": {"phone_number": "", "first_name": "李"}}, Said()),
        ({"sticker": STICKER}, Said()),
        ({"pinned_message": message(text="旧")}, Said()),
        (
            {"document": FILE, "caption": "这个月的"},
            Said("这个月的", document=Document("d", "值班表.xlsx", 9000)),
        ),
        ({"document": {"file_id": "d", "file_unique_id": "du"}}, Said(document=Document("d"))),
        ({"document": FILE, "animation": {**FILE, "width": 1, "height": 1, "duration": 1}}, Said()),
        ({"dice": {"emoji": "🎲", "value": 3}}, Said()),
        ({"something_of_next_year": {"a": 1}}, Said()),
        ({"text": "a\0b"}, Said("ab")),
        ({"text": "\ud83d!"}, Said("\N{REPLACEMENT CHARACTER}!")),
    ],
)
def test_what_can_be_in_a_message(parts: dict[str, Any], said: Said) -> None:
    assert read(message=message(**parts)) == replace(PLAIN, said=said)


def test_a_file_whose_caption_is_edited_is_not_sent_again() -> None:
    edited = {**message(document=FILE, caption="改一改"), "edit_date": 1581300060}
    assert read(edited_message=edited).said == Said("改一改")


@pytest.mark.parametrize(
    ("text", "entities", "understood", "addressed"),
    [
        ("/need", [("bot_command", 0, 5)], "/need", True),
        ("/need@CunshaoBot 米", [("bot_command", 0, 16)], "/need 米", True),
        ("/need@cunshaobot\n米", [("bot_command", 0, 16)], "/need\n米", True),
        ("/need@OtherBot 米", [("bot_command", 0, 14)], "/need@OtherBot 米", False),
        ("看看 /need", [("bot_command", 3, 5)], "看看 /need", False),
        ("@CunshaoBot 家里没米了", [("mention", 0, 11)], "家里没米了", True),
        ("👵🏻 @cunshaobot 家里没米了", [("mention", 5, 11)], "👵🏻 家里没米了", True),
        ("家里没米了 @CunshaoBot", [("mention", 6, 11)], "家里没米了", True),
        ("@CunshaoBot /need", [("mention", 0, 11), ("bot_command", 12, 5)], "/need", True),
        ("@li 家里没米了", [("mention", 0, 3)], "@li 家里没米了", False),
        ("@CunshaoBot", [("mention", 0, 11)], "", True),
        ("家里没米了", [], "家里没米了", False),
    ],
)
def test_being_called_in_a_group(
    text: str, entities: list[tuple[str, int, int]], understood: str, addressed: bool
) -> None:
    incoming = in_group(text, *entities)
    assert (incoming.said.text, incoming.addressed, incoming.private) == (understood, addressed, False)
    assert (incoming.chat, incoming.sender) == ("telegram:-1001", "telegram:1001")


def test_a_mention_by_person_and_in_a_caption() -> None:
    marks = [{"type": "text_mention", "offset": 0, "length": 2, "user": BOT}]
    incoming = read(message=message(GROUP, photo=SIZES, caption="村哨 门口", caption_entities=marks))
    assert (incoming.said.text, incoming.addressed) == ("门口", True)


def test_a_reply_to_the_bot_and_to_somebody_else() -> None:
    to_us = in_group("我来办", reply_to_message={"message_id": 44, "date": DATE, "chat": GROUP, "from": BOT})
    assert (to_us.addressed, to_us.reply_to) == (True, "44")
    to_li = in_group("好", reply_to_message={"message_id": 45, "date": DATE, "chat": GROUP, "from": LI})
    assert (to_li.addressed, to_li.reply_to) == (False, "")
    head = {"message_id": 1, "date": DATE, "chat": GROUP, "from": BOT}
    head["forum_topic_created"] = {"name": "需求", "icon_color": 1}
    assert not in_group("好", reply_to_message=head).addressed


def test_an_anonymous_admin_speaks_as_the_group() -> None:
    hidden = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    incoming = read(message={**message(GROUP, text="好", sender_chat=GROUP, author_signature="村长"), "from": hidden})
    assert (incoming.sender, incoming.sender_name, incoming.language) == ("telegram:-1001", "村长", "")


@pytest.mark.parametrize("what", ["message", "callback_query", "my_chat_member"])
def test_somebody_without_a_name_is_read_all_the_same(what: str) -> None:
    nobody = {"id": 1001, "is_bot": False, "first_name": ""}
    me: dict[str, Any] = {"user": BOT, "status": "member"}
    came = {
        "chat": GROUP,
        "from": nobody,
        "date": DATE,
        "old_chat_member": me | {"status": "left"},
        "new_chat_member": me,
    }
    words = message(text="/start", entities=[{"type": "bot_command", "offset": 0, "length": 6}])
    parts = {"message": words | {"from": nobody}, "callback_query": pressed(inline_message_id="i") | {"from": nobody},
             "my_chat_member": came}  # fmt: skip
    incoming = read(**{what: parts[what]})
    assert (incoming.sender, incoming.sender_name) == ("telegram:1001", "")


def pressed(**parts: Any) -> dict[str, Any]:
    return {"id": "q1", "from": LI, "chat_instance": "c", "data": "duty:3:claim", **parts}


PRESS = replace(
    PLAIN, chat="telegram:-1001", private=False, said=Said(button="duty:3:claim"), at=NOW, answer="q1", reply_to="5"
)


@pytest.mark.parametrize(
    ("query", "incoming"),
    [
        (pressed(message={**message(GROUP, text="【需求 3】"), "from": BOT}), PRESS),
        (pressed(message={"message_id": 5, "date": 0, "chat": GROUP}), PRESS),
        (pressed(inline_message_id="i"), replace(PRESS, chat="telegram:1001", private=True, reply_to="")),
    ],
)
def test_a_pressed_button(query: dict[str, Any], incoming: Incoming) -> None:
    assert read(callback_query=query) == incoming


RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def membership(chat: dict[str, Any], old: str, new: str, **more: Any) -> dict[str, Any]:
    rights: dict[str, dict[str, Any]] = {"administrator": dict.fromkeys(RIGHTS, False), "kicked": {"until_date": 0}}
    old_member = {"status": old, "user": BOT, **rights.get(old, {})}
    new_member = {"status": new, "user": BOT, **rights.get(new, {}), **more}
    return {"chat": chat, "from": LI, "date": DATE, "old_chat_member": old_member, "new_chat_member": new_member}


@pytest.mark.parametrize(
    ("chat", "old", "new", "event"),
    [
        (PRIVATE, "member", "kicked", "blocked"),
        (PRIVATE, "kicked", "member", "unblocked"),
        (GROUP, "left", "member", "joined"),
        (GROUP, "kicked", "administrator", "joined"),
        (GROUP, "administrator", "kicked", "left"),
        (GROUP, "member", "left", "left"),
    ],
)
def test_the_bot_comes_and_goes(chat: dict[str, Any], old: str, new: str, event: str) -> None:
    incoming = read(my_chat_member=membership(chat, old, new))
    assert (incoming.event, incoming.chat, incoming.at) == (event, f"telegram:{chat['id']}", SENT)


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_group_moves(side: str) -> None:
    old = {"id": -5, "type": "group", "title": "姚洼"}
    told = message(old, migrate_to_chat_id=-1001) if side == "old" else message(GROUP, migrate_from_chat_id=-5)
    incoming = read(message=told)
    assert (incoming.event, incoming.chat, incoming.moved_to) == ("moved", "telegram:-5", "telegram:-1001")


CHANNEL = {"id": -1009, "type": "channel", "title": "县里"}


@pytest.mark.parametrize(
    "parts",
    [
        {"channel_post": {"message_id": 1, "date": DATE, "chat": CHANNEL, "text": "通知"}},
        {"message": message(GROUP, text="通知", sender_chat=CHANNEL, is_automatic_forward=True)},
        {"message": {**message(GROUP, text="hi"), "from": {"id": 3, "is_bot": True, "first_name": "other"}}},
        {"message": {**message(GROUP, text="hi"), "from": BOT}},
        {"edited_message": message(location={**PLACE, "live_period": 900})},
        {"my_chat_member": membership(GROUP, "member", "administrator")},
        {"my_chat_member": membership(CHANNEL, "left", "administrator")},
        {"something_of_next_year": {"a": 1}},
    ],
)  # fmt: skip
def test_what_is_nothing_for_us(parts: dict[str, Any]) -> None:
    assert parse_update(update(**parts), ME, NOW) == []


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": "seven?", "message": message(text="x")},
        update(message={"text": "秘密"}),
        update(message="秘密"),
        update(message=[1]),
        update(message={**message(text="秘密"), "date": 10**30}),
        update(message={**message(text="秘密"), "date": "soon"}),
        update(callback_query={"id": "1"}),
        update(message=message(contact={"first_name": "李"})),
    ],
)
def test_what_cannot_be_read_is_a_value_error_that_tells_nothing(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a readable update") as caught:
        parse_update(raw, ME, NOW)
    assert "秘密" not in str(caught.value)


words = st.text("aé米👵 \0\ud83d@/", max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["text", "from", "chat", "photo", "voice", "contact", "location", "entities", "reply_to_message", "date", "venue"]
)


@given(st.dictionaries(fields, json_values, max_size=4))
def test_any_json_is_read_or_is_a_value_error(parts: dict[str, Any]) -> None:
    with suppress(ValueError):
        parse_update(update(message={**message(text="x"), **parts}), ME, NOW)


@given(st.text("aé米👵 @/\n", max_size=60), st.integers(0, 70), st.integers(0, 70))
def test_any_text_with_any_mention_is_read(text: str, offset: int, length: int) -> None:
    marks = [{"type": "mention", "offset": offset, "length": length}]
    assert read(message=message(GROUP, text=text, entities=marks)).message_id == "u7"


people = st.fixed_dictionaries(
    {"id": st.sampled_from([1001, 900, -1001, True, "1"]), "is_bot": st.sampled_from([False, True, 0, None]),
     "first_name": st.sampled_from(["李", "", "a\0", "\ud83d", 5])},
    optional={"last_name": st.sampled_from(["四", "", None, 5]), "language_code": st.sampled_from(["zh", "", None, 5]),
              "is_premium": st.booleans()},
)  # fmt: skip
chats = st.fixed_dictionaries(
    {
        "id": st.sampled_from([1001, -1001, True, "1"]),
        "type": st.sampled_from(["private", "supergroup", "group", "channel"]),
    },
    optional={"title": words, "first_name": words, "is_forum": st.booleans()},
)
extras = st.fixed_dictionaries(
    {},
    optional={"edit_date": st.just(DATE), "entities": st.just([{"type": "mention", "offset": 0, "length": 1}]),
              "sender_chat": st.just(GROUP), "migrate_to_chat_id": st.just(-5), "message_thread_id": st.just(3)},
)  # fmt: skip


def test_plain_words_are_read_without_the_typed_client() -> None:
    assert read_plain(update(message=message(text="家里没米了")), ME) == PLAIN
    assert read_plain(update(message=message(GROUP, text="hi")), ME) == in_group("hi")
    assert read_plain(update(message=message(text="/start", entities=[])), ME) is None


@given(people, chats, extras, words, st.sampled_from([DATE, 0, -5, 2**40, 1.5, "soon", None]))
def test_plain_words_are_read_as_the_typed_client_reads_them(
    who: dict[str, Any], chat: dict[str, Any], more: dict[str, Any], text: str, date: Any
) -> None:
    raw = update(message={"message_id": 5, "date": date, "chat": chat, "from": who, "text": text, **more})
    plain = read_plain(raw, ME)
    assert plain is None or [plain] == parse_update(raw, ME, NOW)


@given(json_values, st.dictionaries(fields, json_values, max_size=4))
def test_any_json_may_be_asked_whether_it_is_plain(anything: Any, parts: dict[str, Any]) -> None:
    read_plain(anything, ME)
    read_plain(update(message={**message(text="x"), **parts}), ME)


@pytest.mark.parametrize(
    ("raw", "who"),
    [
        ('{"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}, "from": {"is_bot": false}, "poll": 3}}', "telegram:7"),
        ('{"edited_message": {"chat": {"id": 7, "type": "private"}, "from": {"is_bot": false}}}', "telegram:7"),
        ('{"message": {"chat": {"id": 7, "type": "private"}, "from": {"is_bot": true}}}', ""),
        ('{"message": {"chat": {"id": "7", "type": "private"}, "from": {"is_bot": false}}}', ""),
        ('{"message": {"chat": {"id": -7, "type": "group"}, "from": {"is_bot": false}}}', ""),
        ('{"message": {"chat": "nonsense"}}', ""),
        ('{"poll": {}}', ""),
        ("[1]", ""),
        ("not JSON", ""),
        ("[" * 100_000, ""),
    ],
)  # fmt: skip
def test_who_wrote_what_cannot_be_read(raw: str, who: str) -> None:
    assert written_by(raw) == who
