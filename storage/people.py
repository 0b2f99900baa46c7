"""People, their bindings and what they told of themselves; without it the bot would ask everybody everything again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from rules.facts import PersonTold
from rules.town import Town
from storage.fixed import Fixed, NewRow
from storage.ledger import Ledger
from storage.tables import bindings, lockouts, people

WRONG_CODES = 5
LOCKED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Known:
    """What is known of somebody."""

    id: str
    name: str = ""
    village: str = ""
    roles: tuple[str, ...] = ()
    place: str = ""
    phone: str = ""
    cadre: str = ""
    locale: str = ""
    reachable: bool = True


_C = people.c
COLUMNS = (
    _C.id, _C.name_sealed, _C.village, _C.roles, _C.place_sealed, _C.phone_sealed, _C.cadre, _C.locale, _C.reachable
)  # fmt: skip
BLANK: Mapping[str, Any] = {
    "locale": "", "reachable": True, "seeded": False, "village": None, "roles": [], "name_sealed": "",
    "place_sealed": "", "phone_sealed": "", "cadre": "",
}  # fmt: skip
ADD = NewRow(people)
FIND = Fixed(select(*COLUMNS).where(_C.town == bindparam("town"), _C.id == bindparam("id")))


def find(ledger: Ledger, address: str) -> Known | None:
    """The person behind an address, or None."""
    row = FIND.first(ledger.tx, {"town": ledger.town, "id": address})
    return read(ledger, row) if row else None


def read(ledger: Ledger, row: Sequence[Any]) -> Known:
    """Somebody as ``COLUMNS`` say."""
    person, name, village, roles, place, phone, cadre, locale, can = row
    return Known(
        person, _open(ledger, name), village or "", tuple(roles), _open(ledger, place), _open(ledger, phone), cadre,
        locale, can,
    )  # fmt: skip


def tell(ledger: Ledger, fact: PersonTold) -> None:
    """Keep what somebody told of themselves; empty fields change nothing."""
    _put(ledger, fact.id, _told(ledger, fact))


def _told(ledger: Ledger, fact: PersonTold) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if fact.name:
        values["name_sealed"] = ledger.vault.seal(fact.name)
    if fact.place:
        values["place_sealed"] = ledger.vault.seal(fact.place)
    if fact.phone:
        values["phone_sealed"] = ledger.vault.seal(fact.phone)
    if fact.village:
        values["village"] = fact.village
    if fact.locale:
        values["locale"] = fact.locale
    return values


def seed(ledger: Ledger, town: Town) -> None:
    """The config's people, once each: also those who were met by chatting before a code made their address known. What
    was changed by chat afterwards stays."""
    rows = ledger.tx.execute(select(people.c.id, people.c.seeded).where(people.c.town == ledger.town))
    seeded = {row.id: row.seeded for row in rows}
    new: dict[str, Mapping[str, Any]] = {}
    for person in town.people:
        if person.id.startswith("bind:") or seeded.get(person.id):
            continue
        told = _told(ledger, PersonTold(person.id, person.name, person.village, person.place, person.phone))
        told |= {"roles": list(person.roles), "cadre": person.cadre, "seeded": True}
        if person.id in seeded:
            _put(ledger, person.id, told)
        else:
            new[person.id] = {**BLANK, "town": ledger.town, "id": person.id, **told}
    for row in new.values():
        ADD.run(ledger.tx, row)  # another process may be seeding, too
    ledger.forget()


def reachable(ledger: Ledger, address: str, can: bool) -> None:
    """Whether letters reach this address (blocked, kicked, gone: no)."""
    _put(ledger, address, {"reachable": can})


UNREACHABLE = Fixed(select(people.c.id).where(people.c.town == bindparam("town"), people.c.reachable.is_(False)))
LOCALE = Fixed(select(people.c.locale).where(people.c.town == bindparam("town"), people.c.id == bindparam("id")))


def locale_of(ledger: Ledger, address: str, default: str) -> str:
    """The language an address reads, or the default where it is not known."""
    row = ledger.once(("locale", address), lambda: LOCALE.first(ledger.tx, {"town": ledger.town, "id": address}))
    return (row[0] if row else "") or default


def unreachable(ledger: Ledger) -> frozenset[str]:
    """The addresses that nothing reaches now."""
    rows = ledger.once(("unreachable",), lambda: UNREACHABLE.rows(ledger.tx, {"town": ledger.town}))
    return frozenset(row[0] for row in rows)


def bound(ledger: Ledger) -> Mapping[str, str]:
    """The address as the config writes it (``bind:CODE``, or one that moved) → the address it is now."""
    query = select(bindings.c.code, bindings.c.address).where(bindings.c.town == ledger.town)
    return {row.code: row.address for row in ledger.tx.execute(query)}


def bind(ledger: Ledger, code: str, address: str, at: datetime) -> None:
    """Keep a binding; a code works once."""
    ledger.tx.execute(bindings.insert(), {"town": ledger.town, "code": code, "address": address, "at": at})
    # Who was seeded before their cadre had bound is looked after by that cadre from now on.
    theirs = (people.c.town == ledger.town) & (people.c.cadre == code)
    ledger.tx.execute(update(people).where(theirs).values(cadre=address))
    ledger.tx.execute(delete(lockouts).where(lockouts.c.town == ledger.town, lockouts.c.chat == address))


def rebind(ledger: Ledger, old: str, new: str, at: datetime) -> None:
    """A group moved: its binding follows; a move of an address from the config becomes a binding of that address."""
    where = (bindings.c.town == ledger.town) & (bindings.c.address == old)
    changed = ledger.tx.execute(update(bindings).where(where).values(address=new)).rowcount
    if not changed:
        row = {"town": ledger.town, "code": old, "address": new, "at": at}
        ledger.tx.execute(ledger.insert(bindings).values(row).on_conflict_do_nothing())


def locked_until(ledger: Ledger, chat: str) -> datetime | None:
    """Until when this chat may try no code."""
    query = select(lockouts.c.until).where(lockouts.c.town == ledger.town, lockouts.c.chat == chat)
    until: datetime | None = ledger.tx.execute(query).scalar()
    return until


def wrong_code(ledger: Ledger, chat: str, at: datetime) -> int:
    """Count a wrong code; the fifth locks the chat out for an hour. Returns how many it were."""
    query = select(lockouts.c.wrong, lockouts.c.until).where(lockouts.c.town == ledger.town, lockouts.c.chat == chat)
    row = ledger.tx.execute(query).first()
    expired = row is not None and row[1] is not None and row[1] <= at
    wrong = 1 if row is None or expired else row[0] + 1
    values = {"wrong": wrong, "until": at + LOCKED_FOR if wrong >= WRONG_CODES else None}
    statement = ledger.insert(lockouts).values(town=ledger.town, chat=chat, **values)
    ledger.tx.execute(statement.on_conflict_do_update(index_elements=["town", "chat"], set_=values))
    return wrong


def _put(ledger: Ledger, address: str, values: Mapping[str, Any]) -> None:
    ledger.forget()
    statement = ledger.insert(people).values(town=ledger.town, id=address, **{**BLANK, **values})
    if values:
        statement = statement.on_conflict_do_update(index_elements=["town", "id"], set_=dict(values))
    else:
        statement = statement.on_conflict_do_nothing()
    ledger.tx.execute(statement)


def _open(ledger: Ledger, sealed: str) -> str:
    return ledger.vault.open(sealed) if sealed else ""
