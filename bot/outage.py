"""A messenger that takes our token no longer: whoever can act is told on another channel; without it all there would be silent,
and each alert would climb to people who are on it too."""

import asyncio
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.desk import Desk
from bot.gateways import Gateway, Refusable
from chat.letter import Tell
from rules.binding import UNBOUND
from rules.town import Address, Town
from storage import slots
from storage.ledger import Ledger

log = structlog.get_logger()
LOOK = 5.0
"""Seconds between two looks."""


def refused(gateways: Mapping[str, Gateway]) -> tuple[str, ...]:
    """The channels on which nothing goes out or comes in until a person mends our side."""
    found: dict[str, object] = dict(gateways)
    return tuple(channel for channel, one in found.items() if isinstance(one, Refusable) and one.refused)


@dataclass(frozen=True)
class Outage:
    """Looks whether a channel refuses us. The console hears it from the gateway, the watchdog outside no longer hears from us."""

    desk: Desk

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            await self.look()

    async def look(self) -> None:
        """Tell of each channel that refuses us, once an hour, whatever process sees it."""
        for channel in refused(self.desk.post.gateways):
            try:
                await self.desk.database.transact(partial(self._tell, channel))
                self.desk.wake()
            except (SQLAlchemyError, sqlite3.Error) as fault:  # a full disk's own words: nothing ends for that
                log.warning("not told that a channel refuses us: the database is away", fault=type(fault).__name__)

    def _tell(self, channel: str, tx: Connection) -> None:
        ledger = Ledger(tx, self.desk.book.config_town.key, self.desk.vault)
        real_now = self.desk.real_now()
        hour = real_now.replace(minute=0, second=0, microsecond=0)
        if not slots.fire(ledger, f"refused {channel}"[:24], hour, real_now):
            return
        town = self.desk.book.town
        told = [to for to in who_can_mend(town, channel) if to.partition(":")[0] in self.desk.post.gateways]
        for to in told:
            self.desk.post.tell(ledger, town, Tell(to, "desk.refused_channel", {"channel": channel}), real_now)
        if not told:
            log.error("nobody can be told that a channel refuses us", channel=channel)


def who_can_mend(town: Town, channel: str) -> tuple[Address, ...]:
    """The administrators and the command post, as far as they are on another channel."""
    named = [*(person.id for person in town.people if "admin" in person.roles), town.command_post]
    return tuple(dict.fromkeys(a for a in named if a and not a.startswith((UNBOUND, f"{channel}:"))))
