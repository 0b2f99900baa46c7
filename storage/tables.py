"""Every table of the program in one place; without it neither the queries nor the migrations would agree on a column.

Every row belongs to a town: keys are (town, id). Times are stored in UTC. What may identify a person or tell of
their health is sealed by the vault before it gets here; such columns end in ``_sealed``.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC on every database (SQLite would drop the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive time is a mistake of ours and raises ValueError."""
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back as an aware time in UTC."""
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """On SQLite straight to its text: a message binds a dozen times, and the library's own two steps take thrice as
        long."""
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Straight back."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a time without a zone reached the database")
    return value.astimezone(UTC)


@lru_cache(maxsize=16)
def _to_text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes a time on SQLite, which has none: always as long, so that texts sort as times do."""
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds")[:26]


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


def new_id() -> str:
    """A key ordered by the time it was made: 14 hex digits of microseconds since 1970, and 48 random bits in 12 more."""
    return f"{time.time_ns() // 1000:014x}{os.urandom(6).hex()}"


def made_at(key: str) -> datetime:
    """When ``new_id`` made this key, in real time."""
    return datetime.fromtimestamp(int(key[:14], 16) / 1_000_000, UTC)


def only(where: str, on_postgresql: str = "") -> dict[str, Any]:
    """An index of those rows alone: what is over, sent or well is most of a table after a year, and nobody looks for it."""
    return {"sqlite_where": text(where), "postgresql_where": text(on_postgresql or where)}


def _town() -> Column[Any]:
    return Column("town", String(40), primary_key=True)


def _key(name: str = "id", length: int = 80) -> Column[Any]:
    return Column(name, String(length), primary_key=True)


towns = Table(
    "towns",
    metadata,
    _town(),
    Column("next_number", Integer, nullable=False, default=1),
    Column("began_at", Moment, nullable=False),
    Column("clock_town", Moment),
    Column("clock_real", Moment),
    Column("clock_rate", Float, nullable=False, default=1.0),
    Column("clock_moved", Boolean, nullable=False, default=False),
    Column("key_check", String(120)),
)

bindings = Table(
    "bindings",
    metadata,
    _town(),
    _key("code", 64),
    Column("address", String(160), nullable=False),
    Column("at", Moment, nullable=False),
)

lockouts = Table(
    "lockouts",
    metadata,
    _town(),
    _key("chat", 160),
    Column("wrong", Integer, nullable=False),
    Column("until", Moment),
)

people = Table(
    "people",
    metadata,
    _town(),
    _key("id", 160),
    Column("name_sealed", Text, nullable=False, default=""),
    Column("village", String(40)),
    Column("roles", JSON, nullable=False, default=list),
    Column("place_sealed", Text, nullable=False, default=""),
    Column("phone_sealed", Text, nullable=False, default=""),
    Column("cadre", String(160), nullable=False, default=""),
    Column("locale", String(8), nullable=False, default=""),
    Column("reachable", Boolean, nullable=False, default=True),
    Column("seeded", Boolean, nullable=False, default=False),
    Index("people_unreachable", "town", "id", **only("reachable IS 0", "reachable IS false")),
)

inbox = Table(
    "inbox",
    metadata,
    _town(),
    _key("channel", 24),
    _key("message_id", 120),
    Column("at", Moment, nullable=False),
    Column("fate", String(16), nullable=False),
    Column("raw_sealed", Text),
    Column("why", Text),
)

talks = Table(
    "talks",
    metadata,
    _town(),
    _key("chat", 160),
    _key("person", 160),
    Column("id", String(12), nullable=False),
    Column("form", String(40), nullable=False),
    Column("answers_sealed", Text, nullable=False),
    Column("cursor", JSON, nullable=False),
    Column("misses", Integer, nullable=False, default=0),
    Column("touched_at", Moment, nullable=False),
    Column("idle_at", Moment),
    Index("talks_by_idle", "town", "idle_at"),
)

duties = Table(
    "duties",
    metadata,
    _town(),
    _key("ref", 16),
    Column("kind", String(24), nullable=False),
    Column("state", String(16), nullable=False),
    Column("village", String(40), nullable=False, default=""),
    Column("line", String(24), nullable=False, default=""),
    Column("subject", String(160), nullable=False, default=""),
    Column("responsible", String(160), nullable=False, default=""),
    Column("card_sealed", Text, nullable=False),
    Column("urgency", String(8), nullable=False, default=""),
    Column("stand_in", String(160), nullable=False, default=""),
    Column("holder", String(160), nullable=False, default=""),
    Column("holder_name_sealed", Text, nullable=False, default=""),
    Column("offered_to", String(160), nullable=False, default=""),
    Column("offered_at", Moment),
    Column("opened_at", Moment, nullable=False),
    Column("starts_at", Moment),
    Column("due_at", Moment),
    Column("claimed_at", Moment),
    Column("touched_at", Moment),
    Column("nudges", Integer, nullable=False, default=0),
    Column("wait_until", Moment),
    Column("reported_at", Moment),
    Column("ask_at", Moment),
    Column("asked_times", Integer, nullable=False, default=0),
    Column("closed_at", Moment),
    Column("confirmed", Boolean),
    Column("postponed", Boolean, nullable=False, default=False),
    Column("merged_into", String(16), nullable=False, default=""),
    Column("handovers", Integer, nullable=False, default=0),
    Column("reopened", Integer, nullable=False, default=0),
    Column("climbs", Integer, nullable=False, default=0),
    Column("rating", String(12), nullable=False, default=""),
    Column("rung_at", Moment),
    Column("alarm_at", Moment),
    Column("repeat_at", Moment),
    Column("told", JSON, nullable=False, default=list),
    Column("unreached", JSON, nullable=False, default=list),
    Index("duties_by_rung", "town", "rung_at"),
    Index("duties_by_alarm", "town", "alarm_at"),
    Index("duties_open", "town", "ref", **only("state NOT IN ('closed', 'cancelled')")),
    Index("duties_by_subject", "town", "subject", "state"),
    Index("duties_by_opened", "town", "opened_at"),
)

audit = Table(
    "audit",
    metadata,
    _town(),
    _key("id", 32),
    Column("noun", String(16), nullable=False),
    Column("ref", String(160), nullable=False),
    Column("what", String(40), nullable=False),
    Column("who", String(160), nullable=False, default=""),
    Column("chat", String(160), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("note_sealed", Text, nullable=False, default=""),
    Index("audit_by_ref", "town", "noun", "ref"),
)

watches = Table(
    "watches",
    metadata,
    _town(),
    _key("person", 160),
    Column("village", String(40), nullable=False),
    Column("origin", String(24), nullable=False, default=""),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("watches_by_until", "town", "until", **only("ended_at IS NULL")),
)

checkins = Table(
    "checkins",
    metadata,
    _town(),
    _key("person", 160),
    Column("slot", Moment, primary_key=True),
    Column("village", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("next_at", Moment),
    Column("answered_at", Moment),
    Column("duty", String(16), nullable=False, default=""),
    Index("checkins_by_next", "town", "next_at"),
    Index("checkins_by_slot", "town", "slot"),
    Index("checkins_open", "town", "person", "state"),
)

temperatures = Table(
    "temperatures",
    metadata,
    _town(),
    _key("id", 32),
    Column("person", String(160), nullable=False),
    Column("village", String(40), nullable=False, default=""),
    Column("value_sealed", Text, nullable=False),
    Column("fever", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index("temperatures_by_at", "town", "at"),
    Index("temperatures_by_person", "town", "person", "at"),
)

returns = Table(
    "returns",
    metadata,
    _town(),
    _key("id", 32),
    Column("reporter", String(160), nullable=False),
    Column("village", String(40), nullable=False),
    Column("match_hash", String(64), nullable=False),
    Column("origin", String(24), nullable=False),
    Column("arrived", String(10), nullable=False),
    Column("report_sealed", Text, nullable=False),
    Column("duty", String(16), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Index("returns_by_match", "town", "match_hash"),
    Index("returns_by_at", "town", "at"),
)

tips = Table(
    "tips",
    metadata,
    _town(),
    _key("ref", 16),
    Column("village", String(40), nullable=False, default=""),
    Column("line", String(24), nullable=False),
    Column("report_sealed", Text, nullable=False),
    Column("day", String(10), nullable=False),
)

zero_reports = Table(
    "zero_reports",
    metadata,
    _town(),
    _key("village", 40),
    _key("day", 10),
    Column("who", String(160), nullable=False),
    Column("at", Moment, nullable=False),
)

report_orders = Table(
    "report_orders",
    metadata,
    _town(),
    _key("id", 32),
    Column("chat", String(160), nullable=False, default=""),
    Column("villages", JSON, nullable=False, default=list),
    Column("line", String(24), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    Column("who", String(160), nullable=False, default=""),
    Column("days", Integer, nullable=False, default=0),
    Index("report_orders_by_state", "town", "state", "at"),
)

slots = Table(
    "slots",
    metadata,
    _town(),
    _key("task", 24),
    Column("at", Moment, primary_key=True),
    Column("fired_at", Moment, nullable=False),
)

shifts = Table(
    "shifts",
    metadata,
    _town(),
    _key("id", 32),
    Column("target", String(24), nullable=False),
    Column("scope", String(40), nullable=False, default=""),
    Column("person", String(160), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("post", String(16), nullable=False, default=""),
    Index("shifts_by_until", "town", "until"),
)


outbox = Table(
    "outbox",
    metadata,
    _town(),
    _key("id", 32),
    Column("channel", String(24), nullable=False),
    Column("address", String(160), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("owner", String(40), nullable=False, default=""),
    Column("call_sealed", Text, nullable=False),
    Column("duty", String(16), nullable=False, default=""),
    Column("cause", String(144), nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("platform_id", String(80), nullable=False, default=""),
    Column("why", Text, nullable=False, default=""),
    Column("flood", String(512), nullable=False, default=""),
    Column("told_at", Moment),
    Column("edits", String(80), nullable=False, default=""),
    Column("digest", String(16), nullable=False, default=""),
    Column("check_at", Moment),
    Index("outbox_by_flood", "town", "flood", "address", "told_at", **only("told_at IS NOT NULL")),
    Index("outbox_by_check", "town", "check_at", **only("check_at IS NOT NULL")),
    Index("outbox_by_state", "town", "state", "lane", "id"),
    Index("outbox_by_message", "town", "address", "platform_id", **only("platform_id != ''")),
    Index("outbox_by_edits", "town", "address", "edits", **only("edits != ''")),
    Index("outbox_by_duty", "town", "duty"),
    Index("outbox_by_cause", "town", "cause"),
)

listings = Table(
    "listings",
    metadata,
    _town(),
    _key("duty", 16),
    _key("letter", 32),
)

ladders = Table(
    "ladders",
    metadata,
    _town(),
    _key("name", 24),
    Column("digest", String(16), nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    _town(),
    _key("address", 160),
    Column("until", Moment, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    _town(),
    _key("name", 40),
    Column("owner", String(40), nullable=False),
    Column("until", Moment, nullable=False),
)

web_letters = Table(
    "web_letters",
    metadata,
    _town(),
    _key("chat", 160),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("direction", String(4), nullable=False),
    Column("sender", String(160), nullable=False, default=""),
    Column("body_sealed", Text, nullable=False),
    Column("quick", Boolean, nullable=False, default=False),
    Column("edited", Boolean, nullable=False, default=False),
    Column("at", Moment, nullable=False),
    Index("web_letters_by_id", "town", "chat", "id", unique=True),
    Index("web_letters_by_change", "town", "chat", "changed"),
    Index("web_letters_by_direction", "town", "direction", "at"),
)

web_chats = Table(
    "web_chats",
    metadata,
    _town(),
    _key("chat", 160),
    Column("last", BigInteger, nullable=False, default=0),
    Column("answered", BigInteger, nullable=False, default=0),
    Column("seen", BigInteger, nullable=False, default=0),
    Column("seen_at", Moment),
)

web_files = Table(
    "web_files",
    metadata,
    _town(),
    _key("key", 64),
    Column("chat", String(160), nullable=False),
    Column("sender", String(160), nullable=False, default=""),
    Column("kind", String(8), nullable=False),
    Column("mime", String(40), nullable=False),
    Column("bytes_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index("web_files_by_chat", "town", "chat"),
)

web_shown = Table(
    "web_shown",
    metadata,
    _town(),
    _key("key", 64),
    _key("chat", 160),
    Column("at", Moment, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _town(),
    _key("hash", 64),
    Column("person", String(160), nullable=False),
    Column("chat", String(160), nullable=False),
    Column("until", Moment, nullable=False),
    Column("used_at", Moment),
    Index("sign_ins_by_until", "town", "until"),
)

card_links = Table(
    "card_links",
    metadata,
    _town(),
    _key("hash", 64),
    Column("chat", String(160), nullable=False),
    Column("refs", JSON, nullable=False, default=list),
    Column("person", String(160), nullable=False, default=""),
    Column("until", Moment, nullable=False),
    Index("card_links_by_until", "town", "until"),
)

sessions = Table(
    "sessions",
    metadata,
    _town(),
    _key("hash", 64),
    Column("person", String(160), nullable=False),
    Column("until", Moment, nullable=False),
    Index("sessions_by_until", "town", "until"),
)
