"""A photo that comes with words is put on the card of the duty they make or move; without it what a cadre photographs with 违规,
or a sick man's box of pills, would go no further than us."""

from dataclasses import replace

from bot.texts import Texts
from chat.incoming import Said
from chat.letter import Letter
from rules.duty import Duty
from rules.facts import DutyMoved, DutyOpened

NAMELESS = ("tip",)
"""Kinds that take a photo only where they ask for one."""
MOST = 10


def with_photo(facts: tuple[object, ...], said: Said) -> tuple[tuple[object, ...], str]:
    """The facts with the photo on one duty's card, and that duty's number; the facts as they are, and nothing, without a photo,
    without such a duty, and where whoever decided has put it there."""
    photo = said.attachment
    if photo is None or photo.kind != "photo":
        return facts, ""
    about = [f.duty for f in facts if isinstance(f, DutyOpened)] or [
        f.duty for f in reversed(facts) if isinstance(f, DutyMoved) and (not f.duty.over or f.what == "reported")
    ]
    duty = about[0] if about else None
    file = [photo.kind, photo.ref]
    if duty is None or duty.kind in NAMELESS or file in [list(x) for x in duty.card.get("attachments", ())]:
        return facts, ""
    return tuple(_added(fact, duty.ref, file) for fact in facts), duty.ref


def said_back(letter: Letter | None, ref: str, words: Texts) -> Letter | None:
    """The reply, with where the photo is above it."""
    if letter is None or not ref:
        return letter
    return replace(letter, text=f"{words.say('duty.photo_kept', ref=ref)}\n{letter.text}")


def _added(fact: object, ref: str, file: list[str]) -> object:
    if not isinstance(fact, DutyOpened | DutyMoved) or fact.duty.ref != ref:
        return fact
    moved = _with(fact.duty, file)
    return (
        replace(fact, duty=moved, files=((file[0], file[1]),))
        if isinstance(fact, DutyMoved)
        else replace(fact, duty=moved)
    )


def _with(duty: Duty, file: list[str]) -> Duty:
    files = [*(list(x) for x in duty.card.get("attachments", ())), file]
    return replace(duty, card={**duty.card, "attachments": files[-MOST:]})
