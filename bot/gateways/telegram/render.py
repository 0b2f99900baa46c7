"""Turns a finished letter into Bot API calls; without it Telegram's limits would be known all over the house."""

from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from telegram.constants import (
    CallbackQueryLimit,
    InlineKeyboardButtonLimit,
    InlineKeyboardMarkupLimit,
    MessageLimit,
)

from bot.gateways import Call, elsewhere
from bot.gateways.telegram.text import clean, head, split, units
from chat.incoming import Incoming
from chat.letter import Button, Letter, Rows

TEXT = int(MessageLimit.MAX_TEXT_LENGTH)
CAPTION = int(MessageLimit.CAPTION_LENGTH)
DATA = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)
TOAST = int(CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
ROW = int(InlineKeyboardMarkupLimit.BUTTONS_PER_ROW)
KEYBOARD = int(InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER)
SENDS = {"photo": "sendPhoto", "voice": "sendVoice"}

Json = dict[str, Any]


def render(address: str, letter: Letter) -> list[Call]:
    """The calls that say a letter: text in parts of 4,096 units, a picture with its caption, then what was attached.

    The keyboard hangs on the last part of the text. An empty letter makes no call. Raises ValueError for a button
    Telegram cannot carry (data over 64 bytes, no label, more than 100) and for an attachment of unknown kind.
    """
    chat = chat_id(address)
    keyboard = keyboard_of(letter.buttons)
    text = words_of(letter, bare=bool(letter.picture or letter.attachments))
    captioned = bool(letter.picture) and units(text) <= CAPTION
    said = [_message(chat, part) for part in ([] if captioned else split(text, TEXT))]
    if letter.picture:
        said.insert(0, _picture(chat, letter.picture, text if captioned else ""))
    sent = [_attachment(chat, kind, ref) for kind, ref in letter.attachments]
    if keyboard:
        (said or sent)[-1]["params"]["reply_markup"] = {"inline_keyboard": keyboard}
    for call in (*said, *sent):
        if letter.topic:
            call["params"]["message_thread_id"] = int(letter.topic)
        if letter.quiet:
            call["params"]["disable_notification"] = True
    return [*said, *sent]


def render_edit(address: str, message_id: str, letter: Letter) -> Call:
    """The call that changes a message already sent (a board). Raises ValueError when the words do not fit one message:
    the caller then sends the board anew, where it may be split."""
    text = words_of(letter, bare=False)
    if not text.strip() or units(text) > TEXT:
        raise ValueError(f"an edited message needs 1 to {TEXT} characters, not {units(text)}")
    call = _message(chat_id(address), text)
    call["method"] = "editMessageText"
    call["params"]["message_id"] = int(message_id)
    call["params"]["reply_markup"] = {"inline_keyboard": keyboard_of(letter.buttons)}
    return call


def render_answer(incoming: Incoming, text: str = "") -> Call:
    """The call that ends the waiting circle on a pressed button; a text over 200 units ends in an ellipsis."""
    params: Json = {"callback_query_id": incoming.answer}
    text = clean(text)
    if text.strip():
        params["text"] = text if units(text) <= TOAST else head(text, TOAST - 1) + "…"
    return {"method": "answerCallbackQuery", "params": params}


def chat_id(address: str) -> int:
    """The number in ``telegram:<number>``. Raises ValueError for any other address."""
    channel, _, number = address.partition(":")
    if channel != "telegram":
        raise ValueError(f"not a Telegram address: {channel}")
    return int(number)


def words_of(letter: Letter, bare: bool) -> str:
    """The letter's text, then a line for each button that cannot be one; the labels alone when a keyboard would
    otherwise have nothing to hang on (``bare``: something else can carry it)."""
    buttons = tuple(chain.from_iterable(letter.buttons))
    lines = [f"{button.label}: {_spoken(button.url)}" for button in buttons if not _fits(button)]
    text = clean("\n".join([letter.text, *lines] if letter.text.strip() else lines))
    if not text.strip() and buttons and not bare:
        return clean("\n".join(button.label for button in buttons))
    return text


def keyboard_of(rows: Rows) -> list[list[Json]]:
    """Telegram's inline keyboard: rows of at most eight, at most 100 buttons. Raises ValueError for a bad button."""
    wires = [[_button(button) for button in row if _fits(button)] for row in rows]
    if sum(map(len, wires)) > KEYBOARD:
        raise ValueError(f"more than {KEYBOARD} buttons in one message")
    return [row[start : start + ROW] for row in wires for start in range(0, len(row), ROW)]


def _button(button: Button) -> Json:
    label = clean(button.label)
    if not label.strip():
        raise ValueError("a button needs a label")
    if button.url:
        return {"text": label, "url": button.url}
    if not 1 <= len(button.data.encode()) <= DATA:
        raise ValueError(f"a button's data must have 1 to {DATA} bytes, not {len(button.data.encode())}")
    return {"text": label, "callback_data": button.data}


def _fits(button: Button) -> bool:
    """Whether Telegram takes it as a button: of links only tg, and http(s) to a host with a dot in its name."""
    if not button.url:
        return True
    link = urlsplit(button.url)
    return link.scheme == "tg" or (link.scheme in ("http", "https") and "." in (link.hostname or ""))


def _spoken(url: str) -> str:
    return url.removeprefix("tel:")


def _message(chat: int, text: str) -> Json:
    params: Json = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
    return {"method": "sendMessage", "params": params}


def _picture(chat: int, path: str, caption: str) -> Json:
    params: Json = {"chat_id": chat, "caption": caption} if caption.strip() else {"chat_id": chat}
    return {"method": "sendPhoto", "params": params, "files": {"photo": path}}


def named(method: str, kind: str, content: bytes) -> tuple[str, str, str]:
    """(method, parameter, file name) under which a file goes that Telegram has not seen before."""
    if kind == "photo":
        return method, kind, "photo.png" if content.startswith(b"\x89PNG") else "photo.jpg"
    if content.startswith(b"OggS"):
        return method, kind, "voice.ogg"
    return (method, kind, "voice.m4a") if content[4:8] == b"ftyp" else ("sendDocument", "document", "voice.webm")


def _attachment(chat: int, kind: str, ref: str) -> Json:
    if kind not in SENDS:
        raise ValueError(f"Telegram cannot send an attachment of kind {kind!r}")
    if elsewhere("telegram", ref):
        return {"method": SENDS[kind], "params": {"chat_id": chat}, "borrowed": {kind: ref}, "beside": True}
    own = ref.removeprefix("telegram:")
    return {"method": SENDS[kind], "params": {"chat_id": chat, kind: own}, "beside": True}
