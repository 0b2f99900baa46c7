"""A strict Bot API server with people to act on it; without it the Telegram edge is only ever tested against mocks."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from . import people
from .faults import Fault, Plan
from .pace import Pace
from .people import ANONYMOUS, in_topic, picked, text_content
from .sending import photo_sizes
from .window import SPEAKING, Sent, Window
from .world import Chat, Group, Json, Query, User, World

LARGEST_BODY = 60 * 1024 * 1024
Wanted = str | Callable[[Json], bool]


class BotApiServer:
    """``async with BotApiServer(token="123:abc") as server``: calls go to ``server.base_url``, people act with verbs.

    A verb takes effect at once, returns the message made, and tells the bot if the message reaches it. People and
    chats are given as what ``user`` and ``group`` returned or as ids; messages as they were returned or as ids.
    """

    def __init__(
        self,
        token: str = "12345:test",
        *,
        username: str = "sentry_bot",
        pace: Pace | None = None,
        strict_pace: bool = False,
        webhook_pause: float = 0.05,
        webhook_together: int = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        number = int(token.partition(":")[0]) if token.partition(":")[0].isdecimal() else 1
        self.bot: Json = {"id": number, "is_bot": True, "first_name": "Sentry", "username": username}
        self.token, self.base_url = token, ""
        self.world = World(self.bot, clock)
        self.window = Window(
            token,
            self.world,
            pace or Pace(),
            strict_pace=strict_pace,
            pause=webhook_pause,
            together=webhook_together,
        )
        self.updates = self.window.updates
        self.violations = self.window.violations
        self._runner: web.AppRunner | None = None
        self._numbers = iter(range(1, 2**31))

    async def __aenter__(self) -> "BotApiServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0, extra_routes: list[web.RouteDef] | None = None) -> None:
        """Listen on loopback; port 0 takes a free one. ``base_url`` is set then."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes([*(extra_routes or []), *self.window.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End polls, webhook and connections."""
        self.updates.end_polls("Conflict: the server stops")
        await self.window.webhook.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    # who there is

    def user(self, number: int, first_name: str, language_code: str = "zh-hans", **more: Any) -> User:
        """A synthetic person; ``started=True`` lets the bot write first; ``username``."""
        person = User(number, first_name, language_code, **more)
        self.world.chats[number] = person
        return person

    def group(self, number: int, title: str, privacy: bool = True, members: tuple[User, ...] = ()) -> Group:
        """A group the bot is in; ids below -1000000000000 are supergroups."""
        chat = Group(number, title, privacy, members={one.id: "member" for one in members})
        self.world.chats[number] = chat
        return chat

    # what people do

    def say(
        self,
        user: User | int,
        chat: Chat | int | None,
        text: str,
        reply_to: Json | int | None = None,
        topic: int | None = None,
    ) -> Json:
        """Write a text; no chat, or the person, is the private chat; no topic, or a group without, is General."""
        return self._post(user, chat, text_content(text) | in_topic(topic), reply_to)

    def photo(
        self, user: User | int, chat: Chat | int | None, data: bytes = b"jpeg", caption: str | None = None
    ) -> Json:
        """Send a photo that getFile can fetch."""
        stored = self.world.keep_file(data, "photos/file_{}.jpg").as_file()
        return self._post(user, chat, photo_sizes(stored) | picked(caption=caption))

    def voice(self, user: User | int, chat: Chat | int | None, data: bytes = b"opus", seconds: int = 3) -> Json:
        """Send a voice message that getFile can fetch."""
        stored = self.world.keep_file(data, "voice/file_{}.oga").as_file()
        return self._post(user, chat, {"voice": stored | {"duration": seconds, "mime_type": "audio/ogg"}})

    def document(
        self,
        user: User | int,
        chat: Chat | int | None,
        data: bytes,
        name: str = "list.xlsx",
        caption: str | None = None,
    ) -> Json:
        """Send a file that getFile can fetch."""
        stored = self.world.keep_file(data, "documents/file_{}.bin").as_file()
        words = {
            f"caption_{key}" if key == "entities" else "caption": value
            for key, value in text_content(caption or "").items()
        }
        return self._post(user, chat, {"document": stored | {"file_name": name}} | (words if caption else {}))

    def location(self, user: User | int, chat: Chat | int | None, latitude: float, longitude: float) -> Json:
        """Share a place."""
        return self._post(user, chat, {"location": {"latitude": latitude, "longitude": longitude}})

    def contact(
        self, user: User | int, chat: Chat | int | None, phone: str, name: str | None = None, own: bool = True
    ) -> Json:
        """Share a contact, one's own unless ``own=False``."""
        person = self._person(user)
        card = picked(phone_number=phone, first_name=name or person.first_name, user_id=person.id if own else None)
        return self._post(person, chat, {"contact": card})

    def edit(self, user: User | int, message: Json, text: str) -> Json:
        """Change what one has written."""
        if message["from"]["id"] != self._person(user).id:
            raise ValueError("people edit only their own messages")
        kept = self.world.replace(
            message, {"entities": None, **text_content(text), "edit_date": int(self.world.clock())}
        )
        self._tell("edited_message", self._chat(kept["chat"]["id"]), kept)
        return kept

    def press(self, user: User | int, message: Json | Sent, button: str, stale: bool = False) -> str:
        """Press a button by label or data and return the query's id. ``stale=True`` presses it as ``message`` showed
        it, though it has been edited away since. Raises LookupError when there is no such button."""
        given: Json = message.result if isinstance(message, Sent) else message
        now = self.world.messages[given["chat"]["id"]].get(given["message_id"], given)
        data = people.chosen(given if stale else now, button).get("callback_data")
        if data is None:
            raise LookupError(f"{button!r} sends nothing to the bot")
        person, number = self._person(user), f"{next(self._numbers):018}"
        self.world.queries[number] = Query(number, person.id, data)
        query = {"id": number, "from": person.as_user(), "message": now, "chat_instance": str(now["chat"]["id"])}
        self.updates.add("callback_query", query | {"data": data})
        return number

    def query(self, number: str) -> Query:
        """A pressed button, with the bot's answer if there is one."""
        return self.world.queries[number]

    def raw(self, update: Any) -> int:
        """Queue an update as it is, junk included; returns its id."""
        return self.updates.add_raw(update)

    # what becomes of chats

    def invite(self, group: Group | int, by: User | int) -> None:
        """The bot is taken into a group (again)."""
        chat, person = self._group(group), self._person(by)
        chat.present, chat.kicked = True, False
        chat.members.setdefault(person.id, "creator")
        self._membership(chat, person, "left", "member")
        self._post(person, chat, {"new_chat_members": [self.bot]})

    def kick(self, group: Group | int, by: User | int | None = None) -> None:
        """The bot is thrown out of a group."""
        chat = self._group(group)
        chat.present, chat.kicked = False, True
        self._membership(chat, by, "member", "kicked")

    def block(self, user: User | int) -> None:
        """A person wants to hear nothing more from the bot; saying something again unblocks."""
        person = self._person(user)
        person.blocked = True
        self._membership(person, person, "member", "kicked")

    def migrate(self, group: Group | int, announce: bool = True) -> int:
        """A group becomes a supergroup under a new id, which is returned; ``announce=False`` leaves it to the bot to
        find out from the error."""
        old = self._group(group)
        new = Group(-1_000_000_000_000 - abs(old.id), old.title, old.privacy, members=dict(old.members))
        self.world.chats[new.id], old.moved_to = new, new.id
        for chat, content in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            message = self.world.keep(chat, ANONYMOUS, {"sender_chat": new.as_chat(), **content})
            if announce:
                self.updates.add("message", message)
        return new.id

    # what went over the wire

    @property
    def calls(self) -> list[Sent]:
        """Every call, also those that only ask."""
        return self.window.calls

    @property
    def sent(self) -> list[Sent]:
        """The calls that say, change or answer something."""
        return [call for call in self.calls if call.method in SPEAKING]

    def messages(self, chat: Chat | int, everybody: bool = False) -> list[Json]:
        """The bot's messages in a chat as they stand after edits and deletions; ``everybody`` adds people's."""
        stored = self.world.messages[self._id(chat)].values()
        return [one for one in stored if everybody or one["from"]["id"] == self.bot["id"]]

    async def wait_for(
        self,
        chat: Chat | int,
        wanted: Wanted = "",
        timeout: float = 5.0,  # noqa: ASYNC109 - the word every test knows
        after: Json | int = 0,
    ) -> Json:
        """The bot's first message in a chat that holds these words or fits, said already or within ``timeout`` seconds;
        with ``after``, newer than that message. Raises TimeoutError with what was said instead."""
        oldest = after if isinstance(after, int) else int(after["message_id"])
        fits = wanted if callable(wanted) else _holds(wanted)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for message in self.messages(chat):
                        if message["message_id"] > oldest and fits(message):
                            return message
                    await self.world.next_change()
        except TimeoutError:
            said = [words_of(message) for message in self.messages(chat)]
            raise TimeoutError(f"not in chat {self._id(chat)}: {wanted}; there: {said}; {self.violations}") from None

    def fail_next(
        self,
        method: str,
        fault: Fault,
        chat: Chat | int | None = None,
        times: int | None = 1,
        skip: int = 0,
        where: Callable[[Json], bool] | None = None,
    ) -> None:
        """Plan a fault for the next calls of a method (``*`` any), ``skip`` of them let through first; ``times=None``
        until ``heal``; ``where`` decides from the parameters."""
        self.window.plans.add(Plan(method, fault, None if chat is None else self._id(chat), times, skip, where))

    def heal(self) -> None:
        """Forget planned faults."""
        self.window.plans.clear()

    # how verbs find what they name

    def _post(
        self, user: User | int, chat: Chat | int | None, content: Json, reply_to: Json | int | None = None
    ) -> Json:
        person = self._person(user)
        where = person if chat is None else self._chat(chat)
        if isinstance(where, User):
            if where.id != person.id:
                raise ValueError("a person writes to the bot in the chat of their own")
            if where.blocked:
                self._membership(where, person, "kicked", "member")
            where.started, where.blocked = True, False
        else:
            where.members.setdefault(person.id, "member")
        message = self.world.keep(where, person.as_user(), content | self._quoted(where, reply_to))
        self._tell("message", where, message)
        return message

    def _quoted(self, where: Chat, reply_to: Json | int | None) -> Json:
        if reply_to is None:
            return {}
        number = reply_to if isinstance(reply_to, int) else reply_to["message_id"]
        return {"reply_to_message": people.shown_in_reply(self.world.messages[where.id][number])}

    def _tell(self, kind: str, chat: Chat, message: Json) -> None:
        if isinstance(chat, User) or people.reaches_bot(self.world, chat, message):
            self.updates.add(kind, message)

    def _membership(self, chat: Chat, by: User | int | None, old: str, new: str) -> None:
        author = ANONYMOUS if by is None else self._person(by).as_user()
        self.updates.add("my_chat_member", people.bot_membership(self.world, chat.as_chat(), author, old, new))

    def _id(self, chat: Chat | int) -> int:
        return chat if isinstance(chat, int) else chat.id

    def _chat(self, chat: Chat | int) -> Chat:
        return self.world.chats[self._id(chat)]

    def _person(self, user: User | int) -> User:
        found = self._chat(user)
        if not isinstance(found, User):
            raise TypeError(f"{user} is not a person")
        return found

    def _group(self, group: Group | int) -> Group:
        found = self._chat(group)
        if not isinstance(found, Group):
            raise TypeError(f"{group} is not a group")
        return found


def words_of(message: Json) -> str:
    """A message's text or caption."""
    return str(message.get("text") or message.get("caption") or "")


def _holds(words: str) -> Callable[[Json], bool]:
    return lambda message: words in words_of(message)
