"""What somebody says who was just asked to take a duty over; without it 行 would be a nod to nobody, and the offer would lapse."""

from datetime import datetime

from chat.form import Setting
from chat.incoming import Said
from chat.letter import Outcome
from chat.reading.phrases import agreeing
from handlers.duty.claim import on_claim, on_decline
from handlers.duty.which import Reads, open_here
from rules.context import Context


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """行, 好的，我来 mean yes and 没空 means no, where just one duty waits for this person's word."""
    if context.place != "private" or not said.text:
        return None
    polite = setting.words.ways("need.polite")
    besides = (*polite["thanks"], *polite["noted"])
    answers = setting.words.ways("duty.offer_answers").items()
    meant = next((key for key, words in answers if agreeing(said.text, words, besides)), "")
    if not meant:
        return None
    waiting = [duty for duty in open_here(context, reads) if duty.offered_to == context.sender]
    if len(waiting) != 1:
        return None
    return (on_claim if meant == "yes" else on_decline)(waiting[0].ref, context, reads, now)
