"""Danger breaks into everything: 120 first, then everybody who can run; and a voice message goes to somebody
who can listen."""

from datetime import datetime
from typing import Protocol

from chat.incoming import Said
from chat.letter import Button, Outcome, Say
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import DutyOpened
from rules.privacy import mask


class Reads(Protocol):
    """What this asks."""

    def new_number(self) -> str:
        """The next number of the town's series."""

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        """What is not over and is for this person."""

    def phone_of(self, address: str) -> str:
        """The phone somebody left."""

    def name_of(self, address: str) -> str:
        """What a person is called."""


def on_danger(sort: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """【急 N】 to cadres, village head and line leader at once, at night too; said again it is the same case."""
    village = context.town.village(context.village)
    nearest = context.cadre or (village.head if village else "")
    phone = reads.phone_of(nearest) if nearest else ""
    values = {"sort": sort, "cadre": reads.name_of(nearest) if nearest else "", "phone": phone}
    call = ((Button("@acts.buttons.call_120", url="tel:120"),),)
    if reads.open_duties_of(context.sender, "urgent"):
        return Outcome(says=(Say("danger.told", values, call),))
    duty = open_duty(
        Duty(
            reads.new_number(), "urgent", now, context.village, subject=context.sender, responsible=context.cadre,
            card={"who": mask(context.name), "place": context.home, "phone": context.phone, "sort": sort},
        )
    )  # fmt: skip
    return Outcome((DutyOpened(duty, who=context.sender, chat=context.chat),), (Say("danger.told", values, call),))


def on_voice(said: Said, context: Context, reads: Reads, now: datetime) -> Outcome:
    """【语音 N】: the cadres listen to it and ring back; the clock runs."""
    attached = [[said.attachment.kind, said.attachment.ref]] if said.attachment else []
    duty = open_duty(
        Duty(
            reads.new_number(), "voice", now, context.village, subject=context.sender, responsible=context.cadre,
            card={"who": mask(context.name), "place": context.home, "phone": context.phone, "attachments": attached,
                  "channel": context.chat.partition(":")[0]},
        )
    )  # fmt: skip
    return Outcome(
        (DutyOpened(duty, who=context.sender, chat=context.chat),), (Say("danger.voice_kept", {"duty": duty}),)
    )
