"""What keeps a town from starting, in one line for people; without it a taken port would end in a traceback."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.commands.look import first_line
from bot.commands.outward import outward_hosts
from bot.commands.probes import ask_database, ask_key, key_trouble
from bot.config import Config
from bot.texts import Texts
from storage.migrate import migrate
from storage.vault import Vault, VaultError

PATIENCE = 5.0
"""Seconds that another program may take over what it writes into our SQLite file."""


def hindrance(config: Config, words: Texts, demo: bool) -> str:
    """Why this town cannot be started, and what to do; empty when it can. Changes nothing."""
    return (
        (_abroad(config, words) if demo else "")
        or _no_key(config, words)
        or _no_database(config, words)
        or _other_key(config, words)
        or _not_writable(config, words)
        or next((sorry for host, port in listens(config) if (sorry := _no_port(host, port, words))), "")
    )


def migrated(config: Config, words: Texts) -> str:
    """Bring the database to today's tables; empty when that went well."""
    try:
        migrate(config.database_url)
    except SQLAlchemyError as error:
        return words.say("setup.database_bad", why=first_line(error))
    return ""


def listens(config: Config) -> Iterator[tuple[str, int]]:
    """Every (host, port) the program will listen on."""
    yield config.web.host, config.web.port
    other = own_webhook_listen(config)
    if other is not None:
        yield other


def own_webhook_listen(config: Config) -> tuple[str, int] | None:
    """Where a messenger's calls come in, when that is not where the pages are."""
    telegram = config.telegram
    if not telegram.token or telegram.mode != "webhook" or telegram.webhook_listen is None:
        return None
    return None if telegram.webhook_listen == (config.web.host, config.web.port) else telegram.webhook_listen


def on_this_machine(host: str) -> bool:
    """Whether only this machine can reach that host."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _abroad(config: Config, words: Texts) -> str:
    telegram = config.telegram
    hosts = {"[web] listen": config.web.host}
    if telegram.token:
        hosts["[telegram] api_base_url"] = urlsplit(telegram.api_base_url).hostname or ""
        if telegram.webhook_listen is not None:
            hosts["[telegram] webhook_listen"] = telegram.webhook_listen[0]
        if telegram.mode == "webhook":
            hosts["[telegram] webhook_url"] = urlsplit(telegram.webhook_url).hostname or ""
    hosts.update(outward_hosts(config))
    what = next((f"{key} = {host}" for key, host in hosts.items() if not on_this_machine(host)), "")
    return words.say("commands.not_loopback", what=what) if what else ""


def _no_key(config: Config, words: Texts) -> str:
    try:
        Vault.from_config(config.key_file)
    except VaultError as error:
        return key_trouble(error, words)
    return ""


def _no_database(config: Config, words: Texts) -> str:
    found, _ = ask_database(config, words)
    return found.text if found.how == "bad" else ""


def _other_key(config: Config, words: Texts) -> str:
    found = ask_key(config, words)
    return found.text if found.how == "bad" else ""


def _not_writable(config: Config, words: Texts) -> str:
    """Begin to write into an SQLite file and let go at once."""
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite" or not Path(url.database or "").exists():
        return ""
    engine = create_engine(url, connect_args={"timeout": PATIENCE})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.rollback()
    except SQLAlchemyError as error:
        return words.say("commands.not_writable", file=url.database, why=first_line(error))
    finally:
        engine.dispose()
    return ""


def _no_port(host: str, port: int, words: Texts) -> str:
    """Try to listen there and let go at once."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return words.say("commands.cannot_listen", where=f"{host}:{port}", why=error.strerror or str(error))
    return ""
