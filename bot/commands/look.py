"""``cunshao check`` with what chat has changed since, and ``cunshao codes``; without it a config would be taken for the truth."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.commands.check import check
from bot.commands.places import places, unbound
from bot.commands.probes import ask_database, key_trouble
from bot.config import Config, ConfigError, load
from bot.config.mistakes import words_for
from bot.texts import Texts
from rules.binding import UNBOUND, bound
from rules.town import Person, Town
from storage import people
from storage.ledger import Ledger
from storage.people import Known
from storage.vault import Vault, VaultError


def check_town(path: Path) -> int:
    """All of ``check``, with what the database knows better than the config; exit code 1 if something must be mended."""
    return check(path, lambda: differences(load(path)))


def codes(path: Path) -> int:
    """Print ``/bind CODE`` for each chat that is still to be bound; never a code that was used. Exit code 1 when the
    config or the database cannot be read."""
    try:
        config = load(path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    words = words_for(config.town.locale)
    database, kept = ask_database(config, words)
    if database.how == "bad":
        print(database.text, file=sys.stderr)
        return 1
    left = unbound(config.town, kept, words)
    for code, what in left.items():
        print(words.say("commands.code", code=code.removeprefix(UNBOUND), what=what))
    if not left:
        print(words.say("commands.no_codes"))
    return 0


def differences(config: Config) -> list[str]:
    """A line for each thing that chat has changed: chats bound or moved, people who are somebody else by now."""
    words = words_for(config.town.locale)
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return []
    engine = create_engine(url)
    try:
        with engine.connect() as tx:
            if not inspect(tx).has_table("people"):
                return []
            ledger = Ledger(tx, config.town.key, Vault.from_config(config.key_file))
            return [*_moved(ledger, config.town, words), *_changed(ledger, config.town, words)]
    except VaultError as error:
        return [words.say("commands.cannot_compare", why=key_trouble(error, words))]
    except SQLAlchemyError as error:
        return [words.say("commands.cannot_compare", why=first_line(error))]
    finally:
        engine.dispose()


def first_line(error: Exception) -> str:
    """What went wrong in one line, without the statement and its values."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")


def _moved(ledger: Ledger, town: Town, words: Texts) -> Iterator[str]:
    kept = people.bound(ledger)
    for address, what in places(town, words):
        if address in kept:
            how = "bound_to" if address.startswith(UNBOUND) else "moved_to"
            yield words.say(f"commands.{how}", what=what, old=address, new=kept[address])


def _changed(ledger: Ledger, town: Town, words: Texts) -> Iterator[str]:
    kept = people.bound(ledger)
    now = bound(town, kept)
    for written in now.people:
        known = people.find(ledger, written.id)
        if known is not None:
            known = replace(known, cadre=kept.get(known.cadre, known.cadre))
        for key, old, new in _apart(written, known, now) if known else ():
            yield words.say(f"commands.{key}_changed", name=written.name, old=old, new=new)


def _apart(written: Person, known: Known, town: Town) -> Iterator[tuple[str, str, str]]:
    """(key, in the config, in the database) of what is not the same. Phones are compared nowhere: they are not shown."""
    if known.name and known.name != written.name:
        yield "name", written.name, known.name
    if (known.village or "") != written.village:
        yield "village", _village(town, written.village), _village(town, known.village)
    if sorted(known.roles) != sorted(written.roles):
        yield "roles", ", ".join(written.roles) or "-", ", ".join(known.roles) or "-"
    if known.cadre != written.cadre:
        yield "cadre", written.cadre or "-", known.cadre or "-"


def _village(town: Town, key: str) -> str:
    found = town.village(key)
    return found.name if found else key or "-"
