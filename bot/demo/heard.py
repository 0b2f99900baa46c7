"""The last message written on one of the demo's phones; without it the drawer would not know what to speak of."""

from dataclasses import dataclass

from sqlalchemy import select

from storage.ledger import Ledger
from storage.mailbox import IN
from storage.tables import web_letters

PHOTO, VOICE = "\N{CAMERA}", "\N{MICROPHONE}"
"""What stands for something that has no words; the drawer says beside it how it was read."""


@dataclass(frozen=True)
class Heard:
    """One message as it was written: its words, or the label of the button."""

    id: str
    chat: str
    sender: str
    said: str


def last_heard(ledger: Ledger) -> Heard | None:
    """The latest message of a person in the web chat, or None."""
    query = select(web_letters).where(web_letters.c.town == ledger.town, web_letters.c.direction == IN)
    row = ledger.tx.execute(query.order_by(web_letters.c.at.desc(), web_letters.c.seq.desc()).limit(1)).first()
    if row is None:
        return None
    body = ledger.unseal(row.body_sealed)
    attached = {"photo": PHOTO, "voice": VOICE}
    words = body.get("text") or "".join(attached.get(kind, "") for kind, _ in body.get("attachments", ()))
    return Heard(row.id, row.chat, row.sender, words)
