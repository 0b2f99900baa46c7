"""Cries for help: overheard where villagers talk, or what a cadre says of danger that is known already; without it the first
would be nobody's business, and the second would ring the village again."""

from dataclasses import replace

from bot.hearing import Hearing
from bot.listening import joined, listen
from bot.routes import Act, Conversation, Routes
from bot.sayings import danger_in, is_ref, sort_of_danger
from chat.letter import Outcome, Say
from chat.reading.lacks import things
from chat.reading.phrases import clauses
from chat.reading.temperature import read_in_clause
from handlers.duty.which import open_here
from handlers.return_fever import as_told
from handlers.return_form import returnee

LONGEST_CRY = 60
"""Letters: what is longer and was not said to us is a notice that somebody passes on."""


def overheard(routes: Routes, hearing: Hearing) -> Outcome:
    """What villagers say to each other is none of our business, but a cry for help in a village's group is."""
    heard = len(hearing.text) <= LONGEST_CRY and hearing.context.place == "group"
    danger = danger_in(hearing) if heard else ""
    return cried(routes, hearing, danger) if danger else Outcome()


def cried(routes: Routes, hearing: Hearing, danger: str, undone: str | None = None) -> Outcome:
    """What comes of danger; ``undone``: the argument of an act in the same words, which is not done and said to be so."""
    of = undone.partition(" ")[0] if undone else ""
    context = hearing.context
    if hearing.talk is not None and hearing.talk.form == returnee.name:  # they run to where that form says
        context = as_told(hearing.talk.answers, context)
    outcome = routes.on_danger(danger, of, hearing.incoming.said, context, hearing.reads, hearing.now)
    if undone is None or hearing.context.among_villagers:
        return outcome
    return replace(outcome, says=(*outcome.says, Say("danger.act_waits", {"said": hearing.text[:LONGEST_CRY]})))


def of_known_case(hearing: Hearing, act: Act, argument: str) -> bool:
    """Whether an act that names danger is to be done all the same: a command, an order, or a cadre's move on an urgent duty."""
    if hearing.text.startswith("/") or act.name == "order":
        return True
    if not hearing.context.staff:
        return False
    first = argument.split(maxsplit=1)[0] if argument else ""
    named = hearing.reads.duty(first) if first and is_ref(first) else hearing.reads.duty_replied_to()
    held = [d for d in open_here(hearing.context, hearing.reads) if d.holder == hearing.context.sender]
    meant = named or (held[0] if len(held) == 1 else None)
    return meant is not None and meant.kind == "urgent"


def with_beside(routes: Routes, hearing: Hearing, outcome: Outcome) -> Outcome:
    """The outcome with what comes of 36.8，没面了 beside the cry; where they are is still what is asked first."""
    rest = _beside(hearing)
    if not rest:
        return outcome
    spoken = replace(hearing.incoming, said=replace(hearing.incoming.said, text=rest))
    more = listen(routes, replace(hearing, incoming=spoken), alone=False)
    return replace(joined(outcome, more), then=outcome.then, answers=outcome.answers)


def _beside(hearing: Hearing) -> str:
    """What else was said in the same message and is not danger: a temperature, or what has run out. Anything vaguer belongs to
    the cry."""
    if not hearing.incoming.private or (hearing.context.staff and not hearing.context.watched):
        return ""
    found = read_in_clause(hearing.text)
    lacks = [part for part in clauses(hearing.text) if things(part) and not sort_of_danger(part)]
    heat = [f"{found.tenths // 10}.{found.tenths % 10}"] if found else []
    return "，".join((*heat, *lacks))


def makes_room(hearing: Hearing, conversation: Conversation, outcome: Outcome) -> bool:
    """Whether the open form ends: nobody who cannot breathe is asked how urgent the rice is, and where they are comes before
    the train they took; but nothing that nobody takes over is lost."""
    unknown = outcome.then is not None and not hearing.context.village and conversation.on_handed_over is not None
    asked_anew = outcome.then is not None and outcome.then[0] == conversation.form.name
    return conversation.gives_way or unknown or asked_anew
