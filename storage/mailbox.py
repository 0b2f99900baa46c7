"""The web chat's letters, files and what an open page has seen; without it a page would forget all when it is closed.

A chat counts its changes: a new letter takes the next number as its place, an edit gives a letter a new number and leaves it
in its place. So "everything later than n" misses neither a letter nor an edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from rules.town import Address
from storage.ledger import Ledger
from storage.tables import web_chats, web_files, web_letters, web_shown

LATEST = 200
"""Letters that a page begins with when it names no number: enough to scroll back a week."""
AT_ONCE = 200
IN, OUT = "in", "out"


@dataclass(frozen=True)
class Kept:
    """A letter as it stands: its place in the chat, the number of its latest change, and whether its quick answers are spent."""

    seq: int
    changed: int
    id: str
    sender: Address
    """Who wrote it; empty: the program."""
    body: Mapping[str, Any]
    at: datetime
    edited: bool
    dead: bool


@dataclass(frozen=True)
class Stored:
    """A photo or a voice message. ``chat``: where it was sent; empty when that is nobody's business any more."""

    key: str
    chat: Address
    sender: Address
    kind: str
    mime: str
    content: bytes


def put(ledger: Ledger, chat: Address, letter: str, sender: Address, body: Mapping[str, Any], at: datetime,
        quick: bool = False) -> int:  # fmt: skip
    """Keep a letter, once for each ``letter`` id; returns its place. ``quick``: it has answers that the next message spends."""
    counted = _lock(ledger, chat)
    found = _place(ledger, chat, letter)
    if found is not None:
        return found
    number: int = counted.last + 1
    direction = IN if sender else OUT
    row = {
        "town": ledger.town, "chat": chat, "seq": number, "changed": number, "id": letter, "direction": direction,
        "sender": sender, "body_sealed": ledger.seal(dict(body)), "quick": quick, "edited": False, "at": at,
    }  # fmt: skip
    ledger.tx.execute(web_letters.insert(), row)
    _count(ledger, chat, last=number, **({"answered": number} if sender else {}))
    return number


def edit(ledger: Ledger, chat: Address, letter: str, body: Mapping[str, Any], quick: bool = False) -> bool:
    """Let a letter say something else, in its place; False when it is not there (any more)."""
    counted = _lock(ledger, chat)
    values = {"changed": counted.last + 1, "body_sealed": ledger.seal(dict(body)), "quick": quick, "edited": True}
    changed = ledger.tx.execute(update(web_letters).where(_this(ledger, chat, letter)).values(values)).rowcount
    if changed:
        _count(ledger, chat, last=counted.last + 1)
    return bool(changed)


def later(ledger: Ledger, chat: Address, than: int | None, most: int = AT_ONCE) -> list[Kept]:
    """What changed in a chat after that number, in the order it changed; None: the latest letters. So has a page that is
    ahead of the chat: it was open when an older backup was restored, and would see nothing until the numbers come by again."""
    columns = web_letters.c
    query = select(web_letters).where(columns.town == ledger.town, columns.chat == chat)
    if than is None or than > lasts(ledger, [chat]).get(chat, than):
        rows = list(ledger.tx.execute(query.order_by(columns.changed.desc()).limit(LATEST)))[::-1]
    else:
        rows = list(ledger.tx.execute(query.where(columns.changed > than).order_by(columns.changed).limit(most)))
    answered = _counts(ledger, chat).answered if rows else 0
    return [_kept(ledger, row, answered) for row in rows]


def lasts(ledger: Ledger, chats: list[Address]) -> dict[Address, int]:
    """The number of the latest change in each of these chats."""
    query = select(web_chats.c.chat, web_chats.c.last).where(
        web_chats.c.town == ledger.town, web_chats.c.chat.in_(chats)
    )
    return {row.chat: row.last for row in ledger.tx.execute(query)}


def saw(ledger: Ledger, chat: Address, number: int, at: datetime) -> None:
    """A page that somebody looks at has shown everything up to this number."""
    here = (web_chats.c.town == ledger.town) & (web_chats.c.chat == chat)
    new = (web_chats.c.seen < number) & (web_chats.c.last >= number)
    ledger.tx.execute(update(web_chats).where(here, new).values(seen=number, seen_at=at))


def page_has(ledger: Ledger, chat: Address, letter: str) -> bool:
    """Whether an open page has shown this letter: what "delivered" means in the web chat."""
    place = _place(ledger, chat, letter)
    return place is not None and place <= _counts(ledger, chat).seen


def forget(ledger: Ledger, chat: Address, since: datetime) -> int:
    """Erase a chat's letters from a time on, and that its files came from there (a tip's photo stays with the tip, not with
    its author); returns how many letters. The count goes on, so that no page is confused."""
    here = (web_letters.c.town == ledger.town) & (web_letters.c.chat == chat) & (web_letters.c.at >= since)
    gone = ledger.tx.execute(delete(web_letters).where(here)).rowcount
    own = (web_files.c.town == ledger.town) & (web_files.c.chat == chat) & (web_files.c.at >= since)
    ledger.tx.execute(update(web_files).where(own).values(chat="", sender=""))
    shown = (web_shown.c.town == ledger.town) & (web_shown.c.chat == chat) & (web_shown.c.at >= since)
    ledger.tx.execute(delete(web_shown).where(shown))
    return gone


def store(ledger: Ledger, file: Stored, at: datetime) -> None:
    """Keep a file, sealed."""
    row = {
        "town": ledger.town, "key": file.key, "chat": file.chat, "sender": file.sender, "kind": file.kind,
        "mime": file.mime, "bytes_sealed": ledger.vault.seal_bytes(file.content), "at": at,
    }  # fmt: skip
    ledger.tx.execute(web_files.insert(), row)


def show(ledger: Ledger, key: str, chat: Address, at: datetime) -> None:
    """Whoever reads this chat may see this file from now on."""
    row = {"town": ledger.town, "key": key, "chat": chat, "at": at}
    ledger.tx.execute(ledger.insert(web_shown).values(row).on_conflict_do_nothing())


def sort_of_file(ledger: Ledger, key: str, chat: Address, sender: Address) -> str:
    """Whether a file that this person uploaded in this chat is a photo or a voice message; empty when there is none."""
    columns = web_files.c
    query = select(columns.kind).where(
        columns.town == ledger.town, columns.key == key, columns.chat == chat, columns.sender == sender
    )
    return str(ledger.tx.execute(query).scalar() or "")


def file_in(ledger: Ledger, key: str, chats: list[Address] | None) -> Stored | None:
    """A file that is shown in one of these chats (None: in any); None when it is not."""
    query = select(web_files).where(web_files.c.town == ledger.town, web_files.c.key == key)
    if chats is not None:
        shown = select(web_shown.c.key).where(
            web_shown.c.town == ledger.town, web_shown.c.key == key, web_shown.c.chat.in_(chats)
        )
        query = query.where(shown.exists())
    row = ledger.tx.execute(query).first()
    if row is None:
        return None
    return Stored(row.key, row.chat, row.sender, row.kind, row.mime, ledger.vault.open_bytes(row.bytes_sealed))


def _lock(ledger: Ledger, chat: Address) -> Row[Any]:
    """The chat's count, locked until this transaction ends: numbers have no gaps, and appear in their order."""
    row = {"town": ledger.town, "chat": chat, "last": 0, "answered": 0, "seen": 0}
    ledger.tx.execute(ledger.insert(web_chats).values(row).on_conflict_do_nothing())
    query = select(web_chats).where(web_chats.c.town == ledger.town, web_chats.c.chat == chat)
    return ledger.tx.execute(query.with_for_update() if ledger.postgres else query).one()


def _counts(ledger: Ledger, chat: Address) -> Row[Any]:
    return ledger.tx.execute(select(web_chats).where(web_chats.c.town == ledger.town, web_chats.c.chat == chat)).one()


def _count(ledger: Ledger, chat: Address, **values: int) -> None:
    here = (web_chats.c.town == ledger.town) & (web_chats.c.chat == chat)
    ledger.tx.execute(update(web_chats).where(here).values(values))


def _place(ledger: Ledger, chat: Address, letter: str) -> int | None:
    found: int | None = ledger.tx.execute(select(web_letters.c.seq).where(_this(ledger, chat, letter))).scalar()
    return found


def _this(ledger: Ledger, chat: Address, letter: str) -> Any:
    columns = web_letters.c
    return (columns.town == ledger.town) & (columns.chat == chat) & (columns.id == letter)


def _kept(ledger: Ledger, row: Row[Any], answered: int) -> Kept:
    dead = row.quick and row.seq < answered
    return Kept(row.seq, row.changed, row.id, row.sender, ledger.unseal(row.body_sealed), row.at, row.edited, dead)
