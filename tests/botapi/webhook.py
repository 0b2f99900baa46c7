"""Telegram's side of a webhook; without it only the polling half of the bot is proved."""

import asyncio
import time
from typing import Any

import aiohttp

from .updates import Updates, Waiting

SECRET = "X-Telegram-Bot-Api-Secret-Token"
PATIENCE = 60.0
"""Seconds the bot has to answer one update."""


class Webhook:
    """Posts updates until each is answered with 2xx: in order within a chat, ``together`` of them at once."""

    def __init__(self, updates: Updates, pause: float) -> None:
        self._updates, self._pause = updates, pause
        self._task: asyncio.Task[None] | None = None
        self._ended: list[asyncio.Task[None]] = []
        self.url, self._secret, self._together, self._given = "", "", 1, 40
        self._error: tuple[int, str] | None = None

    def post_to(self, url: str, secret: str, max_connections: int, together: int) -> None:
        """Post to ``url`` from now on."""
        self.stop()
        self.url, self._secret, self._given = url, secret, max_connections
        self._together, self._error = max(1, together), None
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Post no more."""
        self.url = ""
        if self._task:
            self._task.cancel()
            self._ended.append(self._task)
            self._task = None

    async def close(self) -> None:
        """Post no more, and let go of connections."""
        self.stop()
        await asyncio.gather(*self._ended, return_exceptions=True)

    def info(self) -> dict[str, Any]:
        """WebhookInfo."""
        info: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.url:
            info["max_connections"] = self._given
        if self._error:
            info["last_error_date"], info["last_error_message"] = self._error
        return info

    async def _run(self) -> None:
        busy: dict[asyncio.Task[None], Waiting] = {}
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            while True:
                lanes = {one.lane for one in busy.values()}
                for one in self._free(lanes, self._together - len(busy)):
                    task = group.create_task(self._tell(session, one))
                    busy[task] = one
                    task.add_done_callback(busy.pop)
                    task.add_done_callback(lambda _: self._updates.wake())
                await self._updates.more()

    def _free(self, lanes: set[int], places: int) -> list[Waiting]:
        """The oldest updates whose chats have none under way."""
        chosen: list[Waiting] = []
        for one in self._updates:
            if len(chosen) >= places:
                break
            if one.lane not in lanes:
                chosen.append(one)
                lanes.add(one.lane)
        return chosen

    async def _tell(self, session: aiohttp.ClientSession, one: Waiting) -> None:
        headers = {"Content-Type": "application/json"} | ({SECRET: self._secret} if self._secret else {})
        while True:
            try:
                timeout = aiohttp.ClientTimeout(total=PATIENCE)
                async with session.post(self.url, data=one.body, headers=headers, timeout=timeout) as response:
                    if response.status // 100 == 2:
                        self._updates.done(one.id)
                        return
                    wrong = f"Wrong response from the webhook: {response.status} {response.reason}"
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                wrong = type(error).__name__
            self._error = (int(time.time()), wrong)
            await asyncio.sleep(self._pause)
