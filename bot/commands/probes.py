"""Asks the database and Telegram whether they are there; without it a wrong token would show at the first message."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import aiohttp
from sqlalchemy import Connection, create_engine, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Config, TelegramConfig
from bot.gateways.telegram.request import proxy_for
from bot.texts import Texts
from rules.town import Town
from storage.migrate import newest
from storage.soundness import key_opens, misfit, newer
from storage.tables import bindings
from storage.vault import Vault, VaultError

WAIT = aiohttp.ClientTimeout(total=15)
AT_ONCE = 8
"""Questions to Telegram at the same time."""


@dataclass(frozen=True)
class Finding:
    """One line of what was found: ``good``, ``bad`` (the exit code is 1) or ``note``."""

    how: Literal["good", "bad", "note"]
    text: str


def ask_database(config: Config, words: Texts) -> tuple[Finding, Mapping[str, str]]:
    """Whether the database answers, and the bindings it keeps. Makes no file: that is for the first run."""
    url = make_url(config.database_url)
    file = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and not file.exists():
        if os.access(file.parent, os.W_OK | os.X_OK):
            return Finding("good", words.say("setup.database_new", file=file)), {}
        return Finding("bad", words.say("setup.database_folder", folder=file.parent, there=file.parent.is_dir())), {}
    seconds = {"timeout": 5} if url.get_backend_name() == "sqlite" else {"connect_timeout": 5}
    engine = create_engine(url, connect_args=seconds)
    try:
        with engine.connect() as connection:
            if stands := newer(connection):
                return Finding("bad", words.say("commands.newer_database", stands=stands, known=newest())), {}
            if wrong := misfit(connection):
                return Finding("bad", words.say("setup.database_misfit", what=wrong, where=file)), {}
            kept = _bindings(connection, config.town.key)
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
        return Finding("bad", words.say("setup.database_bad", why=why)), {}
    finally:
        engine.dispose()
    return Finding("good", words.say("setup.database_good", kind=url.get_backend_name())), kept


def ask_key(config: Config, words: Texts, answers: bool = True) -> Finding:
    """Whether there is a key, and, where the database ``answers``, it is the one this town's texts were sealed with."""
    url = make_url(config.database_url)
    try:
        vault = Vault.from_config(config.key_file)
    except VaultError as error:
        return Finding("bad", key_trouble(error, words))
    good = Finding("good", words.say("setup.key_good"))
    if not answers or (url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()):
        return good
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            opens = key_opens(connection, config.town.key, vault)
    finally:
        engine.dispose()
    return good if opens else Finding("bad", words.say("setup.other_key", file=config.key_file))


def key_trouble(error: VaultError, words: Texts) -> str:
    """What is wrong with the key, and what to do."""
    return words.say("setup.key_trouble", kind=error.kind, **error.values) if error.kind else str(error)


def _bindings(connection: Connection, town: str) -> Mapping[str, str]:
    if not inspect(connection).has_table(bindings.name):
        return {}
    query = select(bindings.c.code, bindings.c.address).where(bindings.c.town == town)
    return {row.code: row.address for row in connection.execute(query)}


async def ask_telegram(settings: TelegramConfig, town: Town, words: Texts) -> list[Finding]:
    """Whether the token is taken, and whether the bot sees each group and each person in office."""
    chats = dict(telegram_chats(town))
    if not settings.token:
        if chats:
            return [
                Finding("bad", words.say("setup.telegram_off_but", count=len(chats), first=next(iter(chats.items()))))
            ]
        return [Finding("good", words.say("setup.telegram_off"))]
    async with aiohttp.ClientSession(timeout=WAIT, proxy=proxy_for(settings.api_base_url)) as session:
        try:
            me = await _call(session, settings, "getMe")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # The error's own text may hold the URL, and the URL holds the token.
            why = type(error).__name__
            return [Finding("bad", words.say("setup.telegram_away", url=settings.api_base_url, why=why))]
        if not me.get("ok"):
            return [Finding("bad", words.say("setup.telegram_token"))]
        return _greeting(me["result"], words) + await _ask_chats(session, settings, chats, words)


def _greeting(me: Mapping[str, Any], words: Texts) -> list[Finding]:
    found = [Finding("good", words.say("setup.telegram_good", name=me.get("username", "")))]
    if me.get("can_read_all_group_messages") is False:
        found.append(Finding("note", words.say("setup.telegram_private")))
    return found


async def _ask_chats(
    session: aiohttp.ClientSession, settings: TelegramConfig, chats: Mapping[str, str], words: Texts
) -> list[Finding]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(address: str, what: str) -> Finding | None:
        async with gate:
            try:
                chat = address.partition(":")[2]
                answer = await _call(session, settings, "getChat", chat_id=chat)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                answer = {"ok": False, "description": type(error).__name__}
        if answer.get("ok"):
            return None
        group = chat.startswith("-")
        why = str(answer.get("description", ""))
        text = words.say(f"setup.{'chat' if group else 'person'}_bad", address=address, what=what, why=why)
        return Finding("bad" if group else "note", text)

    answers = await asyncio.gather(*(ask(address, what) for address, what in chats.items()))
    found = [finding for finding in answers if finding is not None]
    seen = sum(address.startswith("telegram:-") for address in chats) - sum(f.how == "bad" for f in found)
    return ([Finding("good", words.say("setup.chats_good", count=seen))] if seen else []) + found


async def _call(session: aiohttp.ClientSession, settings: TelegramConfig, method: str, **body: str) -> dict[str, Any]:
    async with session.post(f"{settings.api_base_url}/bot{settings.token}/{method}", json=body) as answer:
        read = await answer.json(content_type=None)
    if not isinstance(read, dict) or (answer.status >= 500):
        raise ValueError("not an answer of the Bot API")
    return read


def telegram_chats(town: Town) -> Iterator[tuple[str, str]]:
    """(address, what it stands for) of each group and office that is on Telegram."""
    named = [(town.command_post, "command_post")]
    named += [(a.head, f"areas.{a.key}.head") for a in town.areas]
    named += [(x.leader, f"lines.{x.key}.leader") for x in town.lines]
    named += [(x.deputy, f"lines.{x.key}.deputy") for x in town.lines]
    named += [
        (x, f"villages.{v.key}.{column}")
        for v in town.villages
        for x, column in ((v.group, "group"), (v.cadres, "cadres"), (v.head, "head"))
    ]
    seen: set[str] = set()
    for address, what in named:
        if address.startswith("telegram:") and address not in seen:
            seen.add(address)
            yield address, what
