"""知道了 for all that one message shows; without it ten fevers told again would want ten answers."""

import re
from datetime import datetime

from chat.letter import Outcome, Say
from handlers.duty.care import on_acknowledge
from handlers.duty.which import Reads, is_ref, open_here
from rules.context import Context
from rules.facts import DutyMoved

BETWEEN = re.compile(r"[\W_]+")


def on_acknowledge_all(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    """知道了 1、2、3, the button under what is told again, or 知道了 in answer to it: each is acknowledged as one would be."""
    refs = _refs(argument, context, reads)
    if len(refs) < 2:
        return on_acknowledge(argument, context, reads, now)
    each = [on_acknowledge(ref, context, reads, now) for ref in refs]
    facts = tuple(fact for outcome in each for fact in outcome.facts)
    seen = [fact.duty for fact in facts if isinstance(fact, DutyMoved)]
    sorry = tuple(say for outcome in each if not outcome.facts for say in outcome.says)
    done = (Say("duty.all_seen", {"refs": [d.ref for d in seen], "free": [d.ref for d in seen if not d.holder]}),)
    return Outcome(facts, (done if seen else ()) + sorry)


def _refs(argument: str, context: Context, reads: Reads) -> list[str]:
    """The numbers that were said; without any those of the message that is answered, or all that repeat here."""
    said = [word for word in BETWEEN.split(argument.strip()) if word]
    if said:
        return list(dict.fromkeys(said)) if all(is_ref(word) for word in said) else []
    answered = [duty.ref for duty in reads.duties_replied_to() if not duty.over]
    if answered:
        return answered
    return [duty.ref for duty in open_here(context, reads) if duty.repeat_at is not None]
