"""What the calls that are not sending do: edit, delete, answer a button, ask; without it a stale edit passes."""

from collections.abc import Callable
from typing import Any

from . import errors
from .errors import ApiError
from .world import DOWNLOAD_BYTES, Group, Json, User, World


def edit_text(world: World, params: Json) -> Json:
    return _edit(world, params, {"text": params["text"].strip()}, needs="text")


def edit_caption(world: World, params: Json) -> Json:
    return _edit(world, params, {"caption": params.get("caption") or None})


def edit_markup(world: World, params: Json) -> Json:
    return _edit(world, params, {})


def delete(world: World, params: Json) -> bool:
    chat = world.writable(params["chat_id"])
    world.message(chat.id, params["message_id"], errors.NO_MESSAGE_TO_DELETE)
    del world.messages[chat.id][params["message_id"]]
    world.stir()
    return True


def answer_query(world: World, params: Json) -> bool:
    query = world.queries.get(params["callback_query_id"])
    if query is None or query.answer is not None:
        raise ApiError(400, errors.QUERY_TOO_OLD)
    query.answer = params
    world.stir()
    return True


def get_me(world: World, params: Json) -> Json:
    can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return world.bot | can


def get_file(world: World, params: Json) -> Json:
    stored = world.files.get(params["file_id"])
    if stored is None:
        raise ApiError(400, errors.NO_FILE)
    if len(stored.data) > DOWNLOAD_BYTES:
        raise ApiError(400, "Bad Request: file is too big")
    return stored.as_file() | {"file_path": stored.path}


def get_chat(world: World, params: Json) -> Json:
    chat = world.chat(params["chat_id"])
    gifts = dict.fromkeys(
        ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"], False
    )
    full = {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return chat.as_chat() | full


def get_member(world: World, params: Json) -> Json:
    chat, number = world.chat(params["chat_id"]), params["user_id"]
    if number == world.bot["id"]:
        return {"user": world.bot, "status": "member" if getattr(chat, "present", True) else "left"}
    user = world.chats.get(number)
    if not isinstance(user, User):
        raise ApiError(400, "Bad Request: PARTICIPANT_ID_INVALID")
    status = chat.members.get(number, "left") if isinstance(chat, Group) else "member"
    rest = {"is_anonymous": False} if status == "creator" else {}
    return {"user": user.as_user(), "status": status} | rest


def set_commands(world: World, params: Json) -> bool:
    world.commands = params["commands"]
    return True


def chat_action(world: World, params: Json) -> bool:
    world.writable(params["chat_id"])
    return True


def leave(world: World, params: Json) -> bool:
    chat = world.writable(params["chat_id"])
    if not isinstance(chat, Group):
        raise ApiError(400, "Bad Request: chat member status can't be changed in private chats")
    chat.present = False
    return True


def pin(world: World, params: Json) -> bool:
    chat = world.writable(params["chat_id"])
    world.message(chat.id, params["message_id"], "Bad Request: message to pin not found")
    world.pinned[chat.id] = params["message_id"]
    return True


def _edit(world: World, params: Json, changes: Json, needs: str = "message_id") -> Json:
    """The edited message; its buttons go unless they are given again, as with the real one."""
    chat = world.writable(params["chat_id"])
    old = world.message(chat.id, params["message_id"], errors.NO_MESSAGE_TO_EDIT)
    if old["from"]["id"] != world.bot["id"]:
        raise ApiError(400, errors.NOT_OURS)
    if needs not in old:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    markup = params.get("reply_markup")
    changes = changes | {"reply_markup": markup if markup and markup["inline_keyboard"] else None}
    if all(old.get(name) == value for name, value in changes.items()):
        raise ApiError(400, errors.UNCHANGED)
    return world.replace(old, changes | {"edit_date": int(world.clock())})


CHANGING: dict[str, Callable[[World, Json], Any]] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete,
    "answerCallbackQuery": answer_query,
    "getMe": get_me,
    "getFile": get_file,
    "getChat": get_chat,
    "getChatMember": get_member,
    "setMyCommands": set_commands,
    "sendChatAction": chat_action,
    "leaveChat": leave,
    "pinChatMessage": pin,
}
