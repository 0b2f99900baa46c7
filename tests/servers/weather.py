"""The bad days of a server, and a loopback port to have them on; without it only fair weather would be tested."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Kind = Literal["answer", "cut_before", "cut_after", "slow"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: another answer (nothing accepted), a connection cut before or after the call is
    accepted, or an answer that comes when the test lets it (``Weather.open``)."""

    kind: Kind
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Another answer; ``retry_after="5"`` is the header Retry-After."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Fault("answer", status, body, named)


CUT_BEFORE, CUT_AFTER, SLOW = Fault("cut_before"), Fault("cut_after"), Fault("slow")
PROXY_PAGE = b"<html><body>502 Bad Gateway</body></html>"


class Weather:
    """Faults in the order of the calls that meet them; fair when there are none left."""

    def __init__(self) -> None:
        self.coming: deque[Fault] = deque()
        self.arrived = asyncio.Event()
        self.open = asyncio.Event()

    async def over(
        self, request: web.Request, accept: Callable[[web.Request], Awaitable[web.Response]]
    ) -> web.Response:
        """Answer a call in this weather."""
        fault = self.coming.popleft() if self.coming else None
        if fault is None:
            return await accept(request)
        if fault.kind == "answer":
            return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
        given = await accept(request) if fault.kind != "cut_before" else web.Response()
        if fault.kind == "slow":
            self.arrived.set()
            await self.open.wait()
        elif request.transport is not None:
            request.transport.close()
        return given


@asynccontextmanager
async def on_loopback(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Serve every method and path with one handler; gives the address."""
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def strangers(body: Mapping[str, Any], known: set[str]) -> list[str]:
    """A violation for each field that is not known and each known one that must be there and is not."""
    return [f"field {name}" for name in sorted(set(body) ^ known)]
