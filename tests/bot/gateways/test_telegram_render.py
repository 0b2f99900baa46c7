"""What a letter becomes on Telegram's wire; without it one long report would be refused on the worst day."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateways.telegram.render import render, render_answer, render_edit
from bot.gateways.telegram.text import split, units
from chat.incoming import Incoming, Said
from chat.letter import Button, Letter

CLAIM = Button("我来办", data="duty:3:claim")
CALL = Button("电话", url="tel:12000000000")
PAGE = Button("打开", url="https://example.org/c/1")
NO_PREVIEW = {"is_disabled": True}
KEYBOARD = {"inline_keyboard": [[{"text": "我来办", "callback_data": "duty:3:claim"}]]}


def sent(text: str, **more: Any) -> dict[str, Any]:
    params = {"chat_id": -1001, "text": text, "link_preview_options": NO_PREVIEW, **more}
    return {"method": "sendMessage", "params": params}


def photo(**more: Any) -> dict[str, Any]:
    return {"method": "sendPhoto", "params": {"chat_id": -1001, **more}, "files": {"photo": "report.png"}}


VOICE = {"method": "sendVoice", "params": {"chat_id": -1001, "voice": "v1"}, "beside": True}
BORROWED = {"method": "sendVoice", "params": {"chat_id": -1001}, "borrowed": {"voice": "web:v2"}, "beside": True}
LONG = "\n".join(["一" * 99] * 42)


@pytest.mark.parametrize(
    ("letter", "calls"),
    [
        (Letter("收到"), [sent("收到")]),
        (Letter(""), []),
        (Letter(" \n"), []),
        (Letter("收到", topic="77"), [sent("收到", message_thread_id=77)]),
        (
            Letter("", picture="report.png", attachments=(("voice", "v1"),), topic="77", quiet=True),
            [
                photo(message_thread_id=77, disable_notification=True),
                {
                    "method": "sendVoice",
                    "params": {"chat_id": -1001, "voice": "v1", "message_thread_id": 77, "disable_notification": True},
                    "beside": True,
                },
            ],
        ),
        (Letter("【需求 3】", ((CLAIM,),)), [sent("【需求 3】", reply_markup=KEYBOARD)]),
        (Letter("【需求 3】", ((CLAIM, CALL),)), [sent("【需求 3】\n电话: 12000000000", reply_markup=KEYBOARD)]),
        (Letter("", ((CALL,),)), [sent("电话: 12000000000")]),
        (Letter("", ((CLAIM,),)), [sent("我来办", reply_markup=KEYBOARD)]),
        (
            Letter("看", ((PAGE, Button("本机", url="http://localhost:8080/c")),)),
            [
                sent(
                    "看\n本机: http://localhost:8080/c",
                    reply_markup={"inline_keyboard": [[{"text": "打开", "url": "https://example.org/c/1"}]]},
                )
            ],
        ),
        (Letter("日报", ((CLAIM,),), picture="report.png"), [photo(caption="日报", reply_markup=KEYBOARD)]),
        (Letter("", ((CLAIM,),), picture="report.png"), [photo(reply_markup=KEYBOARD)]),
        (
            Letter("一" * 1025, ((CLAIM,),), picture="report.png"),
            [photo(), sent("一" * 1025, reply_markup=KEYBOARD)],
        ),
        (
            Letter("【语音 2】", ((CLAIM,),), attachments=(("voice", "v1"),)),
            [sent("【语音 2】", reply_markup=KEYBOARD), VOICE],
        ),
        (Letter("", attachments=(("voice", "v1"),)), [VOICE]),
        (Letter("", attachments=(("voice", "telegram:v1"), ("voice", "web:v2"))), [VOICE, BORROWED]),
        (Letter(LONG, ((CLAIM,),)), [sent(LONG[:4099 - 100]), sent(LONG[4000:], reply_markup=KEYBOARD)]),
        (Letter("a\0\ud83db"), [sent("a\N{REPLACEMENT CHARACTER}b")]),
    ],
)  # fmt: skip
def test_letters_and_their_calls(letter: Letter, calls: list[dict[str, Any]]) -> None:
    assert render("telegram:-1001", letter) == calls


@pytest.mark.parametrize(
    ("address", "letter", "why"),
    [
        ("telegram:1", Letter("x", ((Button("a", data="数" * 22),),)), "1 to 64 bytes, not 66"),
        ("telegram:1", Letter("x", ((Button("a"),),)), "1 to 64 bytes, not 0"),
        ("telegram:1", Letter("x", ((Button(" ", data="a"),),)), "label"),
        ("telegram:1", Letter("x", ((CLAIM,) * 101,)), "100 buttons"),
        ("telegram:1", Letter("x", attachments=(("film", "f"),)), "film"),
        ("web:1", Letter("x"), "not a Telegram address"),
        ("telegram:li", Letter("x"), "invalid literal"),
    ],
)
def test_what_telegram_cannot_carry_is_refused_before_it_is_sent(address: str, letter: Letter, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        render(address, letter)


def test_a_row_of_nine_becomes_two() -> None:
    call = render("telegram:1", Letter("x", ((CLAIM,) * 9,)))[0]
    assert [len(row) for row in call["params"]["reply_markup"]["inline_keyboard"]] == [8, 1]


def test_a_board_is_edited_in_place() -> None:
    params = {"chat_id": -1001, "text": "已办结", "link_preview_options": NO_PREVIEW, "message_id": 17}
    expected = {"method": "editMessageText", "params": {**params, "reply_markup": {"inline_keyboard": []}}}
    assert render_edit("telegram:-1001", "17", Letter("已办结")) == expected
    for text in ("", "一" * 4097):
        with pytest.raises(ValueError, match="edited message"):
            render_edit("telegram:-1001", "17", Letter(text))


def test_a_button_is_answered() -> None:
    at = datetime(2020, 2, 10, tzinfo=UTC)
    incoming = Incoming("telegram", "u1", "telegram:1", "telegram:1", True, Said(button="x"), at, answer="q1")
    assert render_answer(incoming) == {"method": "answerCallbackQuery", "params": {"callback_query_id": "q1"}}
    toast = render_answer(incoming, "好" * 300)["params"]["text"]
    assert (units(toast), toast[-1]) == (200, "…")


texts = st.text("aé米👵🏻 \n\0\ud83d\u200d,", max_size=300) | st.builds(
    lambda piece, times: piece * times, st.text("米 \n👵a\u200d", min_size=1, max_size=9), st.integers(0, 1500)
)


@given(texts, st.integers(2, 5000))
def test_a_split_keeps_every_character_but_the_space_at_a_cut(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < units(part) <= limit and part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


labels = st.text("a米👵 \0\ud83d", min_size=1, max_size=12).filter(lambda label: label.replace("\0", "").strip())
buttons = st.builds(Button, labels, data=st.text("数a:1", min_size=1, max_size=16)) | st.builds(
    Button,
    labels,
    url=st.sampled_from(["tel:110", "https://example.org/a", "http://localhost/a", "tg://user?id=1", "mailto:a"]),
)
letters = st.builds(
    Letter,
    texts,
    st.lists(st.lists(buttons, max_size=9).map(tuple), max_size=5).map(tuple),
    st.sampled_from(["", "report.png"]),
    st.lists(st.sampled_from([("photo", "p1"), ("voice", "v1")]), max_size=2).map(tuple),
)


@given(letters)
def test_any_letter_keeps_telegrams_limits_and_loses_no_button(letter: Letter) -> None:
    calls = render("telegram:1001", letter)
    words = "\n".join(call["params"].get("text") or call["params"].get("caption", "") for call in calls)
    keys = [key for call in calls for row in _rows(call) for key in row]
    for call in calls:
        params = call["params"]
        assert call["method"] != "sendMessage" or (params["text"].strip() and units(params["text"]) <= 4096)
        assert "caption" not in params or (params["caption"].strip() and units(params["caption"]) <= 1024)
    assert all(1 <= len(key["callback_data"].encode()) <= 64 for key in keys if "callback_data" in key)
    assert sum(1 for call in calls if _rows(call)) <= 1
    spoken = [button for row in letter.buttons for button in row if button.url.startswith("tel:")]
    assert not spoken or "110" in words
    assert len(keys) == sum(1 for row in letter.buttons for button in row if _is_key(button))


def _rows(call: Any) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = call["params"].get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _is_key(button: Button) -> bool:
    return not button.url or button.url.startswith(("https:", "tg:"))
