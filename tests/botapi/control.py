"""The verbs over HTTP, for a server in a process of its own; without it only in-process tests could act as people."""

import asyncio
import base64
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .batch import Batch, enqueue
from .faults import Fault
from .server import BotApiServer
from .spec import Upload
from .window import Sent
from .world import Group, Json, User

PLAIN_VERBS = frozenset({"user", "say", "location", "contact", "invite", "kick", "block", "migrate", "heal", "raw"})


class Control:
    """``POST /control/<verb>`` with a JSON object of the verb's arguments; ids stand for people, chats, messages."""

    def __init__(self, server: BotApiServer) -> None:
        self._server = server
        self._batches: set[asyncio.Task[None]] = set()
        self._own: dict[str, Callable[[Json], Any]] = {
            "group": self._group,
            "photo": self._with_data("photo"),
            "voice": self._with_data("voice"),
            "document": self._with_data("document"),
            "edit": lambda given: server.edit(given["user"], self._message(given), given["text"]),
            "press": lambda given: server.press(given["user"], self._message(given), given["button"]),
            "fail_next": self._fail_next,
            "enqueue": self._enqueue,
            "sent": lambda given: [record(call) for call in server.sent[given.get("since", 0) :]],
            "calls": lambda given: [record(call) for call in server.calls[given.get("since", 0) :]],
            "messages": lambda given: server.messages(given["chat"], given.get("everybody", False)),
            "query": lambda given: dataclasses.asdict(server.query(given["id"])),
            "violations": lambda given: list(server.violations),
            "counters": self._counters,
            "reset": self._reset,
        }

    def routes(self) -> list[web.RouteDef]:
        """Where control calls come in."""
        return [web.route("*", "/control/{verb}", self.act)]

    async def act(self, request: web.Request) -> web.StreamResponse:
        """One control call: 200 with ``{"result": ...}``, 400 with ``{"error": ...}``."""
        given: Json = await request.json() if request.body_exists else {}
        try:
            return web.json_response({"result": _plain(await self._result(request.match_info["verb"], given))})
        except (LookupError, TypeError, ValueError, TimeoutError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    async def _result(self, verb: str, given: Json) -> Any:
        if verb == "wait_for":
            return await self._server.wait_for(**given)
        if verb in PLAIN_VERBS:
            return getattr(self._server, verb)(**given)
        if verb not in self._own:
            raise LookupError(f"no verb {verb}; there are {sorted({*PLAIN_VERBS, *self._own, 'wait_for'})}")
        result = self._own[verb](given)
        return await result if isinstance(result, Awaitable) else result

    def _with_data(self, verb: str) -> Callable[[Json], Any]:
        def act(given: Json) -> Any:
            data = {"data": base64.b64decode(given["data"])} if "data" in given else {}
            return getattr(self._server, verb)(**{"chat": None, **given, **data})

        return act

    def _group(self, given: Json) -> Group:
        people = [self._server.world.chats[number] for number in given.pop("members", ())]
        members = tuple(one for one in people if isinstance(one, User))
        return self._server.group(**given, members=members)

    def _message(self, given: Json) -> Json:
        return self._server.world.messages[given["chat"]][given["message_id"]]

    def _fail_next(self, given: Json) -> None:
        """``fault`` names a maker of Fault, ``with`` holds its argument."""
        maker = getattr(Fault, given.pop("fault"))
        arguments = [given.pop("with")] if "with" in given else []
        self._server.fail_next(fault=maker(*arguments), **given)

    async def _enqueue(self, given: Json) -> int:
        batch = Batch(**given | {"texts": tuple(given.get("texts", Batch.texts))})
        for number in range(batch.first_chat, batch.first_chat + batch.chats):
            self._server.user(number, f"Villager {number}", started=True)
        task = asyncio.create_task(enqueue(self._server.updates, batch, lambda chat: None))
        self._batches.add(task)
        task.add_done_callback(self._batches.discard)
        return batch.count

    def _counters(self, given: Json) -> Json:
        calls = self._server.calls
        return {
            "methods": dict(self._server.window.counters),
            "accepted": sum(call.accepted for call in calls),
            "pending_updates": len(self._server.updates),
            "violations": len(self._server.violations),
        }

    def _reset(self, given: Json) -> None:
        """Forget calls, violations and planned faults; people and messages stay."""
        self._server.calls.clear()
        self._server.violations.clear()
        self._server.window.counters.clear()
        self._server.heal()


def record(call: Sent) -> Json:
    """A call as JSON, without its result."""
    return {name: value for name, value in vars(call).items() if name != "result"}


def _plain(value: Any) -> Any:
    """The same as JSON can carry it."""
    if isinstance(value, Upload):
        return {"filename": value.filename, "content_type": value.content_type, "bytes": len(value.data)}
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return dataclasses.asdict(value) if isinstance(value, User | Group) else value
