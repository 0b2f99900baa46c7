"""The Bot API's published limits; without them a text one character too long is found out by a villager."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .spec import Upload

TEXT, CAPTION, ANSWER = 4096, 1024, 200
BUTTON_BYTES, BUTTONS, ALBUM = 64, 100, (2, 10)
COMMANDS, COMMAND_WORDS = 100, 256
PHOTO_BYTES, FILE_BYTES = 10 * 1024 * 1024, 50 * 1024 * 1024
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
MARKUPS = ("parse_mode", "entities", "caption_entities")

Params = dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """A limit not kept: what is noted, and what is answered (nothing: only noted)."""

    noted: str
    answer: str = ""


Troubles = Iterator[Trouble]


def troubles_of(method: str, params: Params) -> list[Trouble]:
    """Every limit this call does not keep. Its shape must have been found good before."""
    checks = (*_EVERYWHERE, *_FOR.get(method, ()))
    return [trouble for check in checks for trouble in check(params)]


def _markup_mode(params: Params) -> Troubles:
    for name in MARKUPS:
        if params.get(name):
            yield Trouble(f"{name} given, but this project sends plain text only")


def _text(params: Params) -> Troubles:
    text = params.get("text", "")
    if not text.strip():
        yield Trouble("text is empty", "Bad Request: message text is empty")
    if len(text) > TEXT:
        yield Trouble(f"text of {len(text)} characters, {TEXT} allowed", "Bad Request: message is too long")


def _caption(params: Params) -> Troubles:
    if len(params.get("caption", "")) > CAPTION:
        yield Trouble(
            f"caption of {len(params['caption'])} characters, {CAPTION} allowed",
            "Bad Request: message caption is too long",
        )


def _keyboard(params: Params) -> Troubles:
    markup = params.get("reply_markup") or {}
    buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
    if len(buttons) > BUTTONS:
        yield Trouble(f"{len(buttons)} buttons, {BUTTONS} allowed", "Bad Request: reply markup is too long")
    for row in markup.get("inline_keyboard", ()):
        if not row:
            yield Trouble("an empty row of buttons")
    for button in buttons:
        yield from _button(button)
    yield from _reply_keyboard(params, markup)


def _button(button: Params) -> Troubles:
    actions = [name for name in ACTIONS if name in button]
    if not button["text"].strip():
        yield Trouble("a button without words", "Bad Request: inline keyboard button text must be non-empty")
    if len(actions) != 1:
        yield Trouble(
            f"button {button['text']!r} has {len(actions)} actions {actions}, exactly 1 allowed",
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        )
    size = len(button.get("callback_data", "x").encode())
    if not 1 <= size <= BUTTON_BYTES:
        yield Trouble(f"callback_data of {size} bytes, 1-{BUTTON_BYTES} allowed", "Bad Request: BUTTON_DATA_INVALID")


def _reply_keyboard(params: Params, markup: Params) -> Troubles:
    in_group = str(params.get("chat_id", "")).startswith("-")
    for button in (one for row in markup.get("keyboard", ()) for one in row if isinstance(one, dict)):
        for ask, what in (("request_contact", "phone number"), ("request_location", "location")):
            if in_group and button.get(ask):
                yield Trouble(f"{ask} in a group", f"Bad Request: {what} can be requested in private chats only")


def _uploads(params: Params) -> Troubles:
    for name, given in params.items():
        limit = PHOTO_BYTES if name == "photo" else FILE_BYTES
        if isinstance(given, Upload) and len(given.data) > limit:
            yield Trouble(f"{name} of {len(given.data)} bytes, {limit} allowed", "Request Entity Too Large")
        if isinstance(given, Upload) and not given.data:
            yield Trouble(f"{name} is empty", "Bad Request: file must be non-empty")


def _album(params: Params) -> Troubles:
    media = params["media"]
    if not ALBUM[0] <= len(media) <= ALBUM[1]:
        yield Trouble(f"album of {len(media)}, {ALBUM[0]}-{ALBUM[1]} allowed", "Bad Request: wrong number of media")
    kinds = {item["type"] for item in media}
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        yield Trouble(f"album mixes {sorted(kinds)}", "Bad Request: can't mix media types in an album")
    for item in media:
        yield from _caption(item)
        yield from _markup_mode(item)


def _answer(params: Params) -> Troubles:
    if len(params.get("text", "")) > ANSWER:
        yield Trouble(f"answer of {len(params['text'])} characters, {ANSWER} allowed", "Bad Request: MESSAGE_TOO_LONG")


def _place(params: Params) -> Troubles:
    if not (abs(params["latitude"]) <= 90 and abs(params["longitude"]) <= 180):
        yield Trouble("a place that is not on the earth", "Bad Request: wrong location specified")


def _commands(params: Params) -> Troubles:
    if len(params["commands"]) > COMMANDS:
        yield Trouble(f"{len(params['commands'])} commands, {COMMANDS} allowed", "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for one in params["commands"]:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]):
            yield Trouble(f"command {one['command']!r}", "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"]) <= COMMAND_WORDS:
            yield Trouble(f"description of {one['command']}", "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")


def _polling(params: Params) -> Troubles:
    if not 1 <= params.get("limit", 100) <= 100:
        yield Trouble(f"limit {params['limit']}, 1-100 allowed")
    if params.get("timeout", 0) < 0:
        yield Trouble(f"timeout {params['timeout']}")


def _webhook(params: Params) -> Troubles:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")):
        yield Trouble("secret_token", "Bad Request: secret token contains unallowed characters")
    if not 1 <= params.get("max_connections", 40) <= 100:
        yield Trouble(f"max_connections {params['max_connections']}, 1-100 allowed")


def _which_message(params: Params) -> Troubles:
    if "inline_message_id" not in params and not ("chat_id" in params and "message_id" in params):
        yield Trouble(
            "neither chat_id with message_id nor inline_message_id", "Bad Request: message identifier is not specified"
        )


_EVERYWHERE: tuple[Callable[[Params], Troubles], ...] = (_markup_mode, _caption, _keyboard, _uploads)
_FOR: dict[str, tuple[Callable[[Params], Troubles], ...]] = {
    "sendMessage": (_text,),
    "editMessageText": (_text, _which_message),
    "editMessageCaption": (_which_message,),
    "editMessageReplyMarkup": (_which_message,),
    "sendMediaGroup": (_album,),
    "answerCallbackQuery": (_answer,),
    "sendLocation": (_place,),
    "setMyCommands": (_commands,),
    "getUpdates": (_polling,),
    "setWebhook": (_webhook,),
}
