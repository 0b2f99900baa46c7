"""A fever, or what feels like one, as a duty, the writer's own or that of somebody of the house; without it a fever told in a
return would wait for the end of the form, and the wife's normal temperature would stand on the husband's card."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rules.context import Context
from rules.duty import Duty, open_duty
from rules.privacy import mask
from rules.town import Address


def fever_of(context: Context, ref: str, now: datetime, **card: Any) -> Duty:
    """The duty, its clock started. ``card``: ``family`` for somebody of the writer's house who is not named, ``relative`` for
    anybody who does not write here, ``value``, ``said`` and what else is known."""
    known = {"who": mask(context.name), "place": context.home, "phone": context.phone, "value": "",
             "watched": context.watched, "said": ""}  # fmt: skip
    duty = Duty(ref, "fever", now, context.village, subject=context.sender, responsible=context.cadre,
                card={**known, **card})  # fmt: skip
    return open_duty(duty)


def standing(fevers: Iterable[Duty], of_relative: bool) -> Duty | None:
    """The open fever of the writer, or of somebody of their house: one is never taken for the other."""
    return next((duty for duty in fevers if bool(duty.card.get("relative")) == of_relative), None)


def of_house(person: Address, whose: str) -> Address:
    """Under which name the temperature of somebody is kept who has no chat of their own: by what the writer calls them."""
    return f"{person}#{whose}" if whose else person
