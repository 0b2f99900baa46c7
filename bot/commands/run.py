"""``cunshao run`` and ``cunshao demo``: starts a town; without it all the rest would be a library."""

import asyncio
import contextlib
import signal
import socket
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from bot.app import App
from bot.commands.hindrance import hindrance, migrated, own_webhook_listen
from bot.commands.init import lay_down
from bot.commands.look import first_line
from bot.commands.outward import outward_gateways
from bot.config import Config, ConfigError, load
from bot.config.mistakes import words_for
from bot.delivery import always_seen
from bot.demo import SAMPLE_TOWN, demo_doors
from bot.gateways import Gateway
from bot.gateways import doors as ways_in
from bot.gateways.telegram import TelegramGateway
from bot.gateways.web import WebGateway
from bot.logs import set_up_logs
from bot.mailbox import DatabaseMailbox
from bot.outage import refused
from bot.texts import Texts
from bot.watchdog import Watchdog
from bot.web.app import Doors, make_app
from bot.web.office import Office
from bot.web.server import serve
from storage.alone import AlreadyRuns, alone, runs_at
from storage.database import Database
from storage.mailbox import page_has
from storage.vault import Vault, new_key

log = structlog.get_logger()


def run(path: Path, demo_mode: bool, first: datetime | None = None) -> int:
    """Run the town of a config until it is stopped. Exit code 1, with a line for people, when it cannot start."""
    set_up_logs()
    try:
        config = load(path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    return run_town(config, demo_mode, first)


def run_town(config: Config, demo_mode: bool, first: datetime | None = None) -> int:
    """The same for a config that was read already."""
    words = words_for(config.town.locale)
    try:
        with alone(config.database_url, config.web.public_url):
            sorry = (
                hindrance(config, words, demo_mode) or migrated(config, words) or _ran(config, demo_mode, first, words)
            )
    except AlreadyRuns as other:
        sorry = words.say("commands.runs_already", where=other.where)
    if sorry:
        print(sorry, file=sys.stderr)
    return 1 if sorry else 0


def _ran(config: Config, demo_mode: bool, first: datetime | None, words: Texts) -> str:
    """Run until it is stopped; empty, or why the database let it not even begin."""
    _use_uvloop()
    let_many_in()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(config, Vault.from_config(config.key_file), demo_mode, first))
    except SQLAlchemyError as error:
        return words.say("setup.database_bad", why=first_line(error))
    return ""


def demo(folder: Path, port: int) -> int:
    """A sample town in a folder of its own, at 07:25 of a sample day; the next free port if this one is taken."""
    words = words_for()
    config = folder / "town.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lay_down(config, SAMPLE_TOWN.read_text("utf-8"))
        lay_down(folder / "cunshao.key", new_key() + "\n")
    except OSError as error:
        print(words.say("setup.no_folder", folder=folder, why=error.strerror or str(error)), file=sys.stderr)
        return 1
    try:
        town = load(config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    if (where := runs_at(town.database_url)) is not None:
        print(words.say("commands.runs_already", where=where), file=sys.stderr)
        return 1
    free = free_port(port)
    if not free:
        print(words.say("commands.no_port", port=port), file=sys.stderr)
        return 1
    if free != port:
        print(words.say("commands.port_taken", port=port, free=free))
    print(words.say("commands.demo_at", url=f"http://127.0.0.1:{free}/"), flush=True)
    return run_demo(town, free)


def run_demo(config: Config, port: int) -> int:
    """Run the sample town on this port."""
    set_up_logs()
    web = replace(config.web, host="127.0.0.1", port=port, public_url=f"http://127.0.0.1:{port}")
    config = replace(config, web=web, town=replace(config.town, public_url=web.public_url))
    return run_town(config, True, datetime(2020, 2, 10, 7, 25, tzinfo=config.town.zone))


def free_port(port: int) -> int:
    """This port, or the next one nobody listens on; 0 when there is none."""
    for candidate in range(max(port, 1), min(port + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", candidate))
                return candidate
    return 0


async def _run(config: Config, vault: Vault, demo_mode: bool, first: datetime | None) -> None:
    database = Database(config.database_url)
    mailbox = DatabaseMailbox(database, vault, config.town.key)
    web = WebGateway(mailbox)
    gateways: dict[str, Gateway] = {"web": web}
    telegram = _telegram(config)
    if telegram is not None:
        gateways["telegram"] = telegram
    gateways.update(outward_gateways(config))
    seen = always_seen if demo_mode else page_has  # the demo's phones lie open on one table
    app = App(config.town, database, vault, gateways, lambda: datetime.now(UTC), first, seen)
    await app.prepare()
    mailbox.now = app.clock.now
    doors = Doors(
        town=lambda: app.book.town, mailbox=mailbox, receive=app.desk.receive, gateway=web,
        demo=demo_doors(app) if demo_mode else None, office=Office(app.desk, mailbox, app.real_now), ways=ways_in(gateways),
    )  # fmt: skip
    calls = telegram.routes() if telegram else []
    elsewhere = own_webhook_listen(config)
    pages = make_app(doors, extra=[] if elsewhere else calls)
    served = [(pages, config.web.host, config.web.port)]
    if elsewhere is not None:
        served.append((Starlette(routes=calls), *elsewhere))
    watchdog = Watchdog(config.ping_url, refused=lambda: refused(gateways))
    app.clockwork.on_tick.append(watchdog.beat)
    await _until_stopped(app, served, watchdog)


async def _until_stopped(app: App, served: list[tuple[Starlette, str, int]], watchdog: Watchdog) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    running = [
        asyncio.create_task(app.run()),
        *(asyncio.create_task(serve(pages, host, port)) for pages, host, port in served),
        asyncio.create_task(watchdog.run()),
    ]
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (*running, stopping):
        task.cancel()
    await asyncio.gather(*running, stopping, return_exceptions=True)
    await app.close()
    for task in done - {stopping}:
        task.result()


def _telegram(config: Config) -> TelegramGateway | None:
    settings = config.telegram
    if not settings.token:
        return None
    return TelegramGateway(
        settings.token, settings.api_base_url, mode=settings.mode, webhook_url=settings.webhook_url,
        webhook_secret=settings.webhook_secret, sends_per_second=settings.sends_per_second,
    )  # fmt: skip


def let_many_in() -> None:
    """An open page is a connection. The usual limit of 1,024 would let them keep the alerts from going out: as many as the
    machine gives."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _use_uvloop() -> None:
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
