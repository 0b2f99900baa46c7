"""What each sending call does to the chats; without it a bot would get receipts for messages nobody can see."""

import re
from collections.abc import Callable
from typing import Any

from . import errors
from .errors import ApiError
from .people import in_topic
from .spec import Upload
from .world import Chat, Group, Json, World

PATHS = {"photo": "photos/file_{}.jpg", "voice": "voice/file_{}.oga", "document": "documents/file_{}.bin"}


def send_message(world: World, params: Json) -> Json:
    return _say(world, params, {"text": params["text"].strip()})


def send_photo(world: World, params: Json) -> Json:
    return _say(world, params, _media(world, "photo", params["photo"]) | _caption(params))


def send_voice(world: World, params: Json) -> Json:
    return _say(world, params, _media(world, "voice", params["voice"]) | _caption(params))


def send_document(world: World, params: Json) -> Json:
    return _say(world, params, _media(world, "document", params["document"]) | _caption(params))


def send_location(world: World, params: Json) -> Json:
    return _say(world, params, {"location": {"latitude": params["latitude"], "longitude": params["longitude"]}})


def send_contact(world: World, params: Json) -> Json:
    fields = ("phone_number", "first_name", "last_name", "vcard")
    return _say(world, params, {"contact": {name: params[name] for name in fields if name in params}})


def send_media_group(world: World, params: Json) -> list[Json]:
    world.writable(params["chat_id"])
    album = f"album{sum(map(len, world.messages.values())) + 1}"
    contents = []
    for item in params["media"]:
        given = params.get(item["media"].removeprefix("attach://"), item["media"])
        contents.append(_media(world, item["type"], given) | _caption(item) | {"media_group_id": album})
    return [_say(world, params, content) for content in contents]


def forward_message(world: World, params: Json) -> Json:
    source = _source(world, params, "Bad Request: message to forward not found")
    origin = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return _say(world, params, _content(source) | {"forward_origin": origin})


def copy_message(world: World, params: Json) -> Json:
    source = _source(world, params, "Bad Request: message to copy not found")
    return {"message_id": _say(world, params, _content(source) | _caption(params))["message_id"]}


def photo_sizes(stored: Json) -> Json:
    """A photo in the two sizes people get."""
    small = stored | {"width": 90, "height": 60}
    return {"photo": [small, stored | {"width": 1280, "height": 853}]}


def _say(world: World, params: Json, content: Json) -> Json:
    chat = world.writable(params["chat_id"])
    markup = params.get("reply_markup") or {}
    keyboard = {"reply_markup": markup} if "inline_keyboard" in markup else {}
    return world.keep(chat, world.bot, content | _topic(chat, params) | _reply(world, chat.id, params) | keyboard)


def _topic(chat: Chat, params: Json) -> Json:
    number = params.get("message_thread_id")
    if number is None:
        return {}
    if not isinstance(chat, Group) or number not in chat.topics:
        raise ApiError(400, errors.NO_TOPIC)
    return in_topic(number)


def _reply(world: World, chat: int, params: Json) -> Json:
    asked = params.get("reply_parameters")
    if not asked:
        return {}
    where = int(asked.get("chat_id", chat))
    found = world.messages[where].get(asked["message_id"])
    if found is None and not asked.get("allow_sending_without_reply"):
        raise ApiError(400, errors.NO_MESSAGE_TO_REPLY)
    return {"reply_to_message": _content(found) | _head(found)} if found else {}


def _head(message: Json) -> Json:
    return {name: message[name] for name in ("message_id", "date", "chat", "from")}


def _content(message: Json) -> Json:
    heads = {"message_id", "date", "chat", "from", "reply_to_message", "reply_markup", "edit_date"}
    return {name: value for name, value in message.items() if name not in heads}


def _source(world: World, params: Json, missing: str) -> Json:
    return world.message(world.chat(params["from_chat_id"]).id, params["message_id"], missing)


def _caption(params: Json) -> Json:
    return {"caption": params["caption"]} if params.get("caption") else {}


def _media(world: World, kind: str, given: Any) -> Json:
    stored = world.keep_file(given.data, PATHS.get(kind, "files/file_{}")) if isinstance(given, Upload) else None
    if stored is None:
        stored = world.files.get(given)
    if stored is None and not re.match(r"https?://", str(given)):
        raise ApiError(400, errors.WRONG_FILE)
    shown = (stored or world.keep_file(b"", PATHS.get(kind, "files/file_{}"))).as_file()
    if kind == "photo":
        return photo_sizes(shown)
    if kind == "voice":
        return {"voice": shown | {"duration": 3, "mime_type": "audio/ogg"}}
    return {kind: shown | ({"file_name": given.filename} if isinstance(given, Upload) else {})}


SENDING: dict[str, Callable[[World, Json], Any]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendVoice": send_voice,
    "sendDocument": send_document,
    "sendLocation": send_location,
    "sendContact": send_contact,
    "sendMediaGroup": send_media_group,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
}
