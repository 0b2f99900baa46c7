"""Serves the pages from within the program; without it they would need a server of their own and a second memory."""

import asyncio
import contextlib
import socket

import uvicorn
from starlette.applications import Starlette

GOODBYE = 2
"""Seconds that a request may still take when the program stops."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any free one. Raises OSError when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=512)


async def serve(app: Starlette, host: str, port: int, sock: socket.socket | None = None) -> None:
    """Serve until cancelled, then let the open pages go and finish what is being answered. Signals are the program's."""
    own = sock or listening(host, port)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none", h11_max_incomplete_event_size=16384,
        timeout_keep_alive=65, timeout_graceful_shutdown=GOODBYE, proxy_headers=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve(sockets=[own]))
    try:
        await asyncio.shield(serving)
    finally:
        _hang_up(app)
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        own.close()


def _hang_up(app: Starlette) -> None:
    doors = getattr(app.state, "doors", None)
    if doors is not None:
        doors.mailbox.hang_up()
