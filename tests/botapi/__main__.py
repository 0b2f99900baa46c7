"""The server as a process of its own; without it a bench would share one core and one event loop with the bot."""

import argparse
import asyncio
import contextlib
import signal
import sys

from .control import Control
from .fast import FastApi, serve_fast
from .pace import Pace, unlimited
from .server import BotApiServer


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=0, help="0 takes a free one; the base URL is the first line printed"
    )
    parser.add_argument("--token", default="12345:test")
    parser.add_argument("--no-pace", action="store_true", help="never answer 429 for speed")
    parser.add_argument("--strict-pace", action="store_true", help="count what is too fast as a violation")
    parser.add_argument("--together", type=int, default=0, help="webhook posts at once, in order within a chat")
    parser.add_argument("--fast", action="store_true", help="for benches: checks little, remembers little")
    parser.add_argument("--check-every", type=int, default=0, metavar="N", help="with --fast: check each N-th message")
    parser.add_argument("--delay", type=float, default=0.0, help="with --fast: seconds until a message is answered")
    return parser.parse_args()


async def run(given: argparse.Namespace) -> None:
    """Serve until a signal says stop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await (_fast(given, stop) if given.fast else _strict(given, stop))


async def _strict(given: argparse.Namespace, stop: asyncio.Event) -> None:
    server = BotApiServer(
        given.token,
        pace=unlimited() if given.no_pace else Pace(),
        strict_pace=given.strict_pace,
        webhook_together=given.together or 1,
    )
    await server.start(given.port, Control(server).routes())
    _announce(server.base_url)
    await stop.wait()
    await server.stop()


async def _fast(given: argparse.Namespace, stop: asyncio.Event) -> None:
    api = FastApi(given.token, given.check_every, given.delay, given.together or 40)
    server = await serve_fast(api, given.port)
    _announce(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await stop.wait()
    server.close()
    await api.webhook.close()


def _announce(url: str) -> None:
    sys.stdout.write(url + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(run(arguments()))
